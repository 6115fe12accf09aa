/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What becomes of alerts: they are sent to the clients that want them, and if none of these shows
 * them itself, that is what the agent is for.
 */
#include "msgr-agent.h"
#include "msgr-alert.h"
#include "msgr-client.h"

/* Clients that had it before a restart have had their time. */
static gboolean
is_open(MsgrAlert *self)
{
    if (msgr_model_now(self->user->model) >= self->expires_boot)
        return FALSE;
    switch (self->data.state) {
    case MSGR_ALERT_WAITING:
        return TRUE;
    case MSGR_ALERT_OFFERED:
    case MSGR_ALERT_TAKEN:
        return !self->data.delivered || g_hash_table_size(self->data.receivers) > 0;
    case MSGR_ALERT_DUE:
    case MSGR_ALERT_SHOWN:
    case MSGR_ALERT_OVER:
    default:
        return FALSE;
    }
}

static void
deliver(MsgrAlert *self, MsgrClient *client)
{
    MsgrModel *model = self->user->model;

    msgr_turn_touch(model->turn, self);
    if (self->data.state == MSGR_ALERT_WAITING)
        msgr_alert_set_state(self, MSGR_ALERT_OFFERED, msgr_alert_window_end(model));
    if (!msgr_alert_was_had(self)) {
        self->has_left = FALSE;
        g_ptr_array_add(model->departing, msgr_record_ref(self));
    }
    g_hash_table_insert(self->data.receivers, g_strdup(client->name),
                        g_strdup(msgr_client_app_id(client, MSGR_OBJECT_PRIVATE)));
    msgr_alert_schedule(self);
    msgr_client_signal(client, MSGR_PRIVATE_PATH, MSGR_PRIVATE_IFACE, "OnAlertReceived",
                       g_variant_new("(sb@a{sv})", self->text, self->data.state != MSGR_ALERT_TAKEN,
                                     msgr_alert_details(self)));
}

/* An application that comes back after it has left has had what it was sent. */
static gboolean
was_sent_to(MsgrAlert *self, MsgrClient *client)
{
    const char *own = msgr_client_app_id(client, MSGR_OBJECT_PRIVATE);
    GHashTableIter iter;
    gpointer name, app_id;

    if (g_hash_table_contains(self->data.receivers, client->name))
        return TRUE;
    g_hash_table_iter_init(&iter, self->data.receivers);
    while (g_hash_table_iter_next(&iter, &name, &app_id)) {
        if (g_strcmp0(app_id, own) == 0 && msgr_model_client(self->user->model, name) == NULL)
            return TRUE;
    }
    return FALSE;
}

/* Once to each client that wants it. */
static void
offer(MsgrAlert *self, MsgrClient *client)
{
    if (msgr_client_wants_site(client, self->site) && is_open(self) && !was_sent_to(self, client))
        deliver(self, client);
}

/**
 * msgr_alert_offer:
 *
 * Sends the alert to every client that wants it and was not sent it.
 */
void
msgr_alert_offer(MsgrAlert *self)
{
    GHashTableIter iter;
    gpointer client;

    g_hash_table_iter_init(&iter, self->user->clients);
    while (g_hash_table_iter_next(&iter, &client, NULL))
        offer(self, client);
}

/**
 * msgr_alert_offer_waiting:
 *
 * To be called when a client may want alerts that it did not before: it is sent those that wait,
 * the oldest first.
 */
void
msgr_alert_offer_waiting(MsgrClient *client)
{
    for (GList *l = client->user->alerts.head; l != NULL; l = l->next)
        offer(l->data, client);
}

/**
 * msgr_alert_enable:
 * @sites: what the client wants from now on, in place of what it wanted before
 *
 * Errors: MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_alert_enable(MsgrClient *client, const gint32 *sites, gsize n_sites, GError **error)
{
    if (n_sites > MSGR_MAX_ALERT_SITES) {
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_LIMITS_EXCEEDED, "At most %d sites",
                    MSGR_MAX_ALERT_SITES);
        return FALSE;
    }
    msgr_client_set_sites(client, sites, n_sites);
    msgr_alert_offer_waiting(client);
    return TRUE;
}

/* After a restart nobody knows who had it, but whoever wants such alerts may have. */
static gboolean
has_had(MsgrClient *client, MsgrAlert *alert)
{
    return g_hash_table_contains(alert->data.receivers, client->name) ||
           (alert->data.delivered && msgr_client_wants_site(client, alert->site));
}

static gboolean
is_ui_agent(MsgrClient *client)
{
    MsgrAgent *agent = msgr_agent_active(client->user, MSGR_AGENT_UI);

    return agent != NULL && g_str_equal(agent->client, client->name);
}

/* The user has dealt with what the agent shows: no other need show it again. */
static gboolean
is_dealt_with(MsgrClient *client, MsgrAlert *alert)
{
    const MsgrAlertState state = alert->data.state;

    return (state == MSGR_ALERT_DUE || state == MSGR_ALERT_SHOWN) && is_ui_agent(client);
}

static gboolean
take(MsgrAlert *alert, GError **error)
{
    if (alert->data.state == MSGR_ALERT_TAKEN)
        return TRUE;
    if (alert->data.state != MSGR_ALERT_OFFERED)
        return msgr_refuse(error, MSGR_ERROR_SESSION_STATE_INVALID,
                           "The time to suppress the default action is over");
    msgr_alert_set_state(alert, MSGR_ALERT_TAKEN, alert->data.due_boot);
    return TRUE;
}

/**
 * msgr_alert_suppress:
 *
 * The client shows the alert itself. To say so again, or after another client, changes nothing. The
 * agent says so of what it shows when the user has dealt with it.
 *
 * Errors: MSGR_ERROR_NOT_FOUND, MSGR_ERROR_SESSION_STATE_INVALID.
 */
gboolean
msgr_alert_suppress(MsgrClient *client, guint64 id, GError **error)
{
    MsgrAlert *alert = id <= G_MAXINT64 ? msgr_alert_find(client->user, (gint64)id) : NULL;

    if (alert != NULL && is_dealt_with(client, alert)) {
        msgr_turn_remove(client->user->model->turn, alert);
        return TRUE;
    }
    if (alert != NULL && has_had(client, alert))
        return take(alert, error);
    return msgr_refuse(error, MSGR_ERROR_NOT_FOUND, "You were sent no such alert");
}

/* For a while it can be read what became of it. */
static void
end(MsgrAlert *self)
{
    MsgrModel *model = self->user->model;

    msgr_alert_set_state(self, MSGR_ALERT_OVER,
                         msgr_model_now(model) +
                             (gint64)model->config->ended_session_linger * G_USEC_PER_SEC);
}

/* The time to take it is over. */
static void
decide(MsgrAlert *self)
{
    if (self->data.state == MSGR_ALERT_TAKEN) {
        end(self);
    } else if (msgr_agent_active(self->user, MSGR_AGENT_UI) != NULL) {
        msgr_alert_set_state(self, MSGR_ALERT_DUE, MSGR_NEVER);
        msgr_alert_show(self);
    } else if (msgr_alert_was_had(self)) {
        end(self);
    } else {
        msgr_alert_set_state(self, MSGR_ALERT_WAITING, MSGR_NEVER);
    }
}

static gboolean
is_gone(gpointer name, gpointer app_id, gpointer model)
{
    return msgr_model_client(model, name) == NULL;
}

/* The bus has handed it out to those that were there by then. If none was, nobody has had it. */
static void
note_delivery(MsgrAlert *self)
{
    msgr_turn_touch(self->user->model->turn, self);
    g_hash_table_foreach_remove(self->data.receivers, is_gone, self->user->model);
    if (g_hash_table_size(self->data.receivers) > 0 || self->data.state == MSGR_ALERT_TAKEN) {
        self->data.delivered = TRUE;
        return;
    }
    msgr_alert_set_state(self, MSGR_ALERT_WAITING, MSGR_NEVER);
    msgr_alert_offer(self);
    msgr_alert_show(self);
}

/**
 * msgr_alert_run:
 * @data: the alert
 * @now: by the boot clock
 *
 * Does what is due.
 */
void
msgr_alert_run(gpointer data, gint64 now)
{
    MsgrAlert *self = data;
    const gboolean is_over = self->data.state == MSGR_ALERT_OVER && now >= self->data.due_boot;

    if (self->has_left && msgr_alert_is_leaving(self))
        note_delivery(self);
    if (now >= self->expires_boot || is_over) {
        msgr_alert_withdraw(self);
        msgr_turn_remove(self->user->model->turn, self);
        return;
    }
    if (now >= self->data.due_boot && !msgr_alert_is_leaving(self))
        decide(self);
    msgr_alert_schedule(self);
}

/**
 * msgr_alert_steal_departing:
 *
 * To be called when a turn has been sent.
 *
 * Returns: (nullable) (element-type MsgrAlert): what msgr_alert_have_left() is to be told when all
 * of it is with the bus.
 */
GPtrArray *
msgr_alert_steal_departing(MsgrModel *model)
{
    GPtrArray *alerts = model->departing;

    if (alerts->len == 0)
        return NULL;
    model->departing = g_ptr_array_new_with_free_func(msgr_record_unref);
    return alerts;
}

/**
 * msgr_alert_have_left:
 *
 * Until now the service could have died and these alerts with it: whoever wants them would have got
 * them again. From now on they are delivered.
 */
void
msgr_alert_have_left(GPtrArray *alerts)
{
    for (guint i = 0; i < alerts->len; i++) {
        MsgrAlert *alert = alerts->pdata[i];

        alert->has_left = TRUE;
        if (!alert->record.linked)
            continue;
        note_delivery(alert);
        msgr_alert_schedule(alert);
    }
}

/**
 * msgr_alert_resume:
 *
 * The service has been restarted: what was delivered waits for an agent, as long as it may need to
 * come back.
 */
void
msgr_alert_resume(MsgrUser *user)
{
    MsgrModel *model = user->model;
    const gint64 grace = (gint64)model->config->client_grace * G_USEC_PER_SEC;

    for (GList *l = user->alerts.head; l != NULL; l = l->next) {
        MsgrAlert *alert = l->data;

        if (alert->data.state == MSGR_ALERT_OFFERED)
            alert->data.due_boot = msgr_model_now(model) + grace;
        msgr_alert_schedule(alert);
    }
}
