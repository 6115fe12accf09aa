/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Alerts and the user's agent, which shows what no application does. It is asked once; whoever
 * takes its place is asked again.
 */
#include "msgr-agent.h"
#include "msgr-alert.h"

/* What it has shown stays on its screen, and in its hands: that it could not is no reason to try
 * again before there is another. */
static void
answered(MsgrOrder *order, const MsgrAnswer *answer)
{
    MsgrAlert *self = order->subject;

    if (self->record.linked && answer->error == NULL && self->data.state == MSGR_ALERT_DUE)
        msgr_alert_set_state(self, MSGR_ALERT_SHOWN, MSGR_NEVER);
}

static GVariant *
show_args(MsgrAlert *self)
{
    g_autoptr(GVariant) details = g_variant_ref_sink(msgr_alert_details(self));
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(details);

    g_variant_dict_insert(&dict, "Alert", "s", self->text);
    g_variant_dict_insert(&dict, "Again", "b", self->data.state == MSGR_ALERT_SHOWN);
    return g_variant_new("(@a{sv})", g_variant_dict_end(&dict));
}

static char *
key_of(MsgrAlert *self)
{
    return g_strdup_printf("alert %" G_GINT64_FORMAT, self->id);
}

/**
 * msgr_alert_withdraw:
 *
 * What the agent was asked it need not do any more, if it has not begun.
 */
void
msgr_alert_withdraw(MsgrAlert *self)
{
    MsgrAgent *agent =
        self->data.asked == 0 ? NULL : msgr_agent_numbered(self->user, self->data.asked);
    g_autofree char *key = key_of(self);

    if (agent != NULL)
        msgr_turn_order(self->user->model->turn,
                        msgr_order_new_withdrawal(self->user->uid, agent->client, key));
}

static void
ask(MsgrAlert *self, MsgrAgent *agent)
{
    g_autofree char *key = key_of(self);
    MsgrOrder *order;

    msgr_alert_withdraw(self);
    msgr_turn_touch(self->user->model->turn, self);
    self->data.asked = agent->number;
    order = msgr_agent_order(self->user, MSGR_AGENT_UI, "ShowAlert", show_args(self));
    msgr_order_set_subject(order, self, key);
    order->done = answered;
}

/* What nobody has had is open to clients again; what they had waits for the next agent. */
static void
lose_agent(MsgrAlert *self)
{
    if (self->data.state == MSGR_ALERT_DUE && !msgr_alert_was_had(self))
        msgr_alert_set_state(self, MSGR_ALERT_WAITING, MSGR_NEVER);
}

static void
show(MsgrAlert *self, MsgrAgent *agent)
{
    const gint64 window = msgr_alert_window_end(self->user->model);

    switch (self->data.state) {
    case MSGR_ALERT_WAITING:
        msgr_alert_set_state(self, MSGR_ALERT_OFFERED, window);
        break;
    case MSGR_ALERT_OFFERED: /* it may be long, after a restart */
        if (self->data.due_boot > window)
            msgr_alert_set_state(self, MSGR_ALERT_OFFERED, window);
        break;
    case MSGR_ALERT_DUE:
    case MSGR_ALERT_SHOWN:
        if (self->data.asked != agent->number)
            ask(self, agent);
        break;
    case MSGR_ALERT_TAKEN:
    case MSGR_ALERT_OVER:
    default:
        break;
    }
}

/**
 * msgr_alert_show:
 *
 * The agent, if there is one, shows the alert when clients had their time to do that, unless it was
 * asked already.
 */
void
msgr_alert_show(MsgrAlert *self)
{
    MsgrAgent *agent = msgr_agent_active(self->user, MSGR_AGENT_UI);

    if (agent != NULL)
        show(self, agent);
    else
        lose_agent(self);
}

/**
 * msgr_alert_show_all:
 *
 * The same for all alerts of the user, the oldest first: to be called when an agent may have come
 * or gone.
 */
void
msgr_alert_show_all(MsgrUser *user)
{
    for (GList *l = user->alerts.head; l != NULL; l = l->next)
        msgr_alert_show(l->data);
}

/**
 * msgr_alert_show_again:
 *
 * The agent may have lost what it was asked.
 */
void
msgr_alert_show_again(MsgrUser *user)
{
    for (GList *l = user->alerts.head; l != NULL; l = l->next) {
        MsgrAlert *alert = l->data;

        if (alert->data.asked == 0)
            continue;
        msgr_alert_withdraw(alert);
        msgr_turn_touch(user->model->turn, alert);
        alert->data.asked = 0;
    }
    msgr_alert_show_all(user);
}
