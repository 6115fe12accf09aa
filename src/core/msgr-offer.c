/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the user's agent is asked about a session: to show an invitation, to offer a download, to
 * ask for a contact. It is asked once; whoever takes its place is asked again. That it fails
 * changes nothing: what waits, waits, and nothing is taken for accepted.
 */
#include "msgr-offer.h"

#include "msgr-agent.h"
#include "msgr-choice.h"
#include "msgr-session-flow.h"

/**
 * msgr_offer_begin:
 *
 * An invitation has arrived: its applications have the decision window to handle it themselves.
 */
void
msgr_offer_begin(MsgrSide *side)
{
    MsgrModel *model = side->session->model;

    side->offer_due =
        msgr_model_now(model) + (gint64)model->config->decision_window * (G_USEC_PER_SEC / 1000);
}

static gboolean
is_to_be_shown(MsgrSide *side)
{
    return side->role == MSGR_INVITEE && side->offer_due == 0 &&
           msgr_side_session_data(side)->state == MSGR_STATE_INVITATION &&
           !msgr_side_data(side)->handled;
}

static GVariant *
show_args(MsgrSide *side)
{
    g_autoptr(GVariant) details = g_variant_ref_sink(msgr_invitation_details(side));
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(details);

    g_variant_dict_insert(&dict, "AppData", "s", msgr_side_session_data(side)->app_data);
    return g_variant_new("(o@a{sv})", side->path, g_variant_dict_end(&dict));
}

static MsgrOrder *
ask(MsgrSide *side, const char *method, GVariant *args)
{
    MsgrOrder *order = msgr_agent_order(side->user, MSGR_AGENT_UI, method, args);

    msgr_order_set_subject(order, side->session, side->path);
    order->detail = side->role;
    return order;
}

/**
 * msgr_offer:
 *
 * Asks the user's agent about a session, if there is something to ask that it wasn't asked yet.
 */
void
msgr_offer(MsgrSide *side)
{
    MsgrSideData *data = msgr_side_data(side);
    MsgrAgent *agent = side->user == NULL ? NULL : msgr_agent_active(side->user, MSGR_AGENT_UI);

    if (agent == NULL || data->shown_to == agent->number)
        return;
    if (is_to_be_shown(side)) {
        ask(side, "ShowInvitation", show_args(side));
    } else if (msgr_choice_is_open(side)) {
        msgr_choice_ask(ask(side, "ChooseContact", msgr_choice_args(side)));
    } else {
        return;
    }
    msgr_session_touch(side->session);
    data->shown_to = agent->number;
}

/**
 * msgr_offer_all:
 *
 * The same for all that waits for the user, the oldest first.
 */
void
msgr_offer_all(MsgrUser *user)
{
    g_autoptr(GList) sides = NULL;

    if (g_hash_table_size(user->agents) == 0)
        return;
    sides = g_list_sort(g_hash_table_get_keys(user->live), msgr_side_compare_age);
    for (GList *l = sides; l != NULL; l = l->next)
        msgr_offer(l->data);
}

static void
forget(MsgrSide *side)
{
    MsgrSideData *data = msgr_side_data(side);

    if (data->shown_to == 0 && data->download_offered_to == 0)
        return;
    msgr_session_touch(side->session);
    data->shown_to = 0;
    data->download_offered_to = 0;
}

/**
 * msgr_offer_again:
 *
 * The agent may have lost what it was asked.
 */
void
msgr_offer_again(MsgrUser *user)
{
    GHashTableIter iter;
    gpointer side;

    g_hash_table_iter_init(&iter, user->live);
    while (g_hash_table_iter_next(&iter, &side, NULL))
        forget(side);
    msgr_offer_all(user);
}

/**
 * msgr_offer_anew:
 *
 * What there is to show has changed.
 */
void
msgr_offer_anew(MsgrSide *side)
{
    forget(side);
    msgr_offer(side);
}

static void
withdraw_order(MsgrSide *side, MsgrAgent *agent)
{
    msgr_turn_order(side->session->model->turn,
                    msgr_order_new_withdrawal(side->user->uid, agent->client, side->path));
}

/* It may have left. */
static void
withdraw_from(MsgrSide *side, guint64 number, guint32 result)
{
    MsgrAgent *agent = number == 0 ? NULL : msgr_agent_numbered(side->user, number);

    if (agent == NULL)
        return;
    withdraw_order(side, agent);
    msgr_agent_tell(agent, "WithdrawInvitation", g_variant_new("(ou)", side->path, result));
}

/**
 * msgr_offer_displaced:
 *
 * Another agent has taken over: what this one was not asked yet it need not be.
 */
void
msgr_offer_displaced(MsgrAgent *agent)
{
    GHashTableIter iter;
    gpointer side;

    g_hash_table_iter_init(&iter, agent->user->live);
    while (g_hash_table_iter_next(&iter, &side, NULL)) {
        if (msgr_side_data(side)->shown_to == agent->number)
            withdraw_order(side, agent);
    }
}

/**
 * msgr_offer_download:
 *
 * The user has accepted an invitation whose application isn't here.
 */
void
msgr_offer_download(MsgrSide *side)
{
    MsgrSessionData *session = msgr_side_session_data(side);
    MsgrSideData *data = msgr_side_data(side);
    MsgrAgent *agent = msgr_agent_active(side->user, MSGR_AGENT_UI);

    if (agent == NULL || data->download_offered_to == agent->number)
        return;
    ask(side, "OfferDownload",
        g_variant_new("(oss)", side->path, session->app_name, session->app_url))
        ->kind = MSGR_ORDER_PATIENT;
    msgr_session_touch(side->session);
    data->download_offered_to = agent->number;
}

/**
 * msgr_offer_withdraw:
 * @result: the SESSION_RESULT, or 0 if it goes on without the agent
 *
 * Nothing of what the agent was asked about the session holds any more.
 */
void
msgr_offer_withdraw(MsgrSide *side, guint32 result)
{
    const guint64 shown = msgr_side_data(side)->shown_to;
    const guint64 offered = msgr_side_data(side)->download_offered_to;

    forget(side);
    withdraw_from(side, shown, result);
    if (offered != shown)
        withdraw_from(side, offered, result);
}

/**
 * msgr_offer_next:
 *
 * Returns: when the window for an invitation is over, by the boot clock.
 */
gint64
msgr_offer_next(MsgrSession *session)
{
    const gint64 due = session->sides[MSGR_INVITEE].offer_due;

    return due == 0 ? MSGR_NEVER : due;
}

/**
 * msgr_offer_run:
 *
 * If the window is over, the default action begins.
 */
void
msgr_offer_run(MsgrSession *session, gint64 now)
{
    MsgrSide *invitee = &session->sides[MSGR_INVITEE];

    if (invitee->offer_due == 0 || now < invitee->offer_due)
        return;
    invitee->offer_due = 0;
    msgr_offer(invitee);
}
