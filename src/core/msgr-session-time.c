/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What time does to sessions: deadlines pass, and parties that went do not come back.
 */
#include "msgr-client.h"
#include "msgr-offer.h"
#include "msgr-session-flow.h"

/* The application whose client has to be there for this side to go on; NULL: none. */
static const char *
needed_app(MsgrSide *side)
{
    const MsgrState state = msgr_side_session_data(side)->state;
    MsgrSideData *data = msgr_side_data(side);

    if (state == MSGR_STATE_ACCEPTED || state == MSGR_STATE_CONNECTED)
        return data->attached_app;
    return data->creator_app;
}

/* Who was detached needs only its user, as long as no application has taken the session; and a
 * party on another machine, that this one can be reached. */
static gboolean
is_held(MsgrSide *side)
{
    const char *app_id = needed_app(side);
    gboolean is_begun = msgr_side_session_data(side)->state >= MSGR_STATE_ACCEPTED;

    if (msgr_side_is_remote(side))
        return msgr_remote_is_reachable(side->session);
    if (app_id == NULL)
        return TRUE;
    if (!is_begun && msgr_side_data(side)->detached)
        return msgr_user_is_there(side->user);
    return msgr_user_has_app(side->user, app_id);
}

/**
 * msgr_side_presence_changed:
 *
 * Somebody of the side's user, or the connector that reaches its party, has come or gone: its grace
 * begins or ends.
 */
void
msgr_side_presence_changed(MsgrSide *side)
{
    MsgrModel *model = side->session->model;
    const gint64 grace = (gint64)model->config->client_grace * G_USEC_PER_SEC;

    if ((side->user == NULL && !msgr_side_is_remote(side)) ||
        !msgr_state_is_live(side->session->data.state))
        return;
    if (is_held(side))
        side->grace = 0;
    else if (side->grace == 0)
        side->grace = msgr_model_now(model) + grace;
    if (side->user != NULL)
        msgr_launch_somebody_came(side);
    msgr_session_schedule(side->session);
}

/* An ended session stays for a while, and until the other machine has heard of its end. */
static gint64
gone_at(MsgrSession *session)
{
    return session->data.gone_boot + (msgr_remote_owes(session) ? MSGR_REMOTE_IS_OWED_FOR : 0);
}

/* When something happens by itself in this state, the parties' absence aside. */
static gint64
next_of_state(MsgrSession *session)
{
    const MsgrSessionData *data = &session->data;

    switch (data->state) {
    case MSGR_STATE_INVITATION:
        return MIN(data->expires_boot, msgr_offer_next(session));
    case MSGR_STATE_ACCEPTED:
        return msgr_launch_next(session);
    case MSGR_STATE_CANCELLED:
    case MSGR_STATE_DECLINED:
    case MSGR_STATE_TERMINATED:
        return MIN(gone_at(session), msgr_remote_next(session));
    case MSGR_STATE_UNKNOWN:
    case MSGR_STATE_READY:
    case MSGR_STATE_CONNECTED:
    default:
        return MSGR_NEVER;
    }
}

/**
 * msgr_session_schedule:
 *
 * Puts the session on the agenda for what comes next.
 */
void
msgr_session_schedule(MsgrSession *session)
{
    gint64 next = next_of_state(session);

    if (!session->record.linked)
        return;
    for (int i = 0; i < MSGR_N_ROLES; i++) {
        if (session->sides[i].grace != 0)
            next = MIN(next, session->sides[i].grace);
    }
    msgr_agenda_entry_set(&session->due, next);
}

/**
 * msgr_session_fail:
 * @why: what both sides' OnTermination tells
 *
 * Ends an accepted session, or one whose inviter is lost.
 */
void
msgr_session_fail(MsgrSession *session, MsgrError why)
{
    const guint32 hr = msgr_error_hresult(why);

    msgr_session_end(session, MSGR_STATE_TERMINATED);
    msgr_remote_owe_end(session, MSGR_SEND_END, hr, "");
    for (int i = 0; i < MSGR_N_ROLES; i++)
        msgr_side_terminated(&session->sides[i], hr, "");
}

static void
expire(MsgrSession *session)
{
    const guint32 hr = msgr_error_hresult(MSGR_ERROR_SESSION_TIMEOUT);

    msgr_session_end(session, MSGR_STATE_CANCELLED);
    msgr_remote_owe_end(session, MSGR_SEND_END, hr, "");
    for (int i = 0; i < MSGR_N_ROLES; i++)
        msgr_side_terminated(&session->sides[i], hr, "");
}

static void
lose(MsgrSession *session)
{
    if (session->data.state != MSGR_STATE_READY) {
        msgr_session_fail(session, MSGR_ERROR_CONNECTION_FAILURE);
        return;
    }
    msgr_session_set_state(session, MSGR_STATE_CANCELLED);
    msgr_offer_withdraw(&session->sides[MSGR_INVITER],
                        msgr_error_hresult(MSGR_ERROR_SESSION_CANCELLED_LOCAL));
    msgr_turn_remove(session->model->turn, session);
}

static gboolean
is_lost(MsgrSession *session, gint64 now)
{
    for (int i = 0; i < MSGR_N_ROLES; i++) {
        if (session->sides[i].grace != 0 && now >= session->sides[i].grace)
            return TRUE;
    }
    return FALSE;
}

/**
 * msgr_session_run:
 * @data: the session
 * @now: by the boot clock
 *
 * Does what is due.
 */
void
msgr_session_run(gpointer data, gint64 now)
{
    MsgrSession *session = data;
    const MsgrState state = session->data.state;

    if (!msgr_state_is_live(state) && now >= gone_at(session))
        msgr_turn_remove(session->model->turn, session);
    else if (!msgr_state_is_live(state))
        msgr_remote_send(session);
    else if (state == MSGR_STATE_INVITATION && now >= session->data.expires_boot)
        expire(session);
    else if (is_lost(session, now))
        lose(session);
    else if (state == MSGR_STATE_INVITATION)
        msgr_offer_run(session, now);
    else if (state == MSGR_STATE_ACCEPTED)
        msgr_launch_run(session, now);
    msgr_session_schedule(session);
}
