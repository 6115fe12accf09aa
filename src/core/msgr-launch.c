/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From ACCEPTED to CONNECTED: each side needs its application, which is there already, takes the
 * session itself, or is launched.
 */
#include "msgr-client.h"
#include "msgr-session-flow.h"
#include "msgr-start.h"

/* The contact echo is always ready; of a party on another machine its connector tells. */
static gboolean
is_attached(MsgrSide *side)
{
    if (msgr_side_is_remote(side))
        return side->session->data.remote_attached;
    return side->user == NULL || msgr_side_data(side)->attached_app != NULL;
}

/**
 * msgr_launch_connect:
 *
 * The session is CONNECTED when both sides are attached.
 */
void
msgr_launch_connect(MsgrSession *session)
{
    if (session->data.state != MSGR_STATE_ACCEPTED || !is_attached(&session->sides[MSGR_INVITER]) ||
        !is_attached(&session->sides[MSGR_INVITEE]))
        return;
    msgr_session_touch(session);
    session->data.was_connected = TRUE;
    msgr_session_set_state(session, MSGR_STATE_CONNECTED);
}

/* The other machine is told once, and with it where the application is reached. */
static void
attach(MsgrSide *side, const char *app_id)
{
    MsgrSideData *data = msgr_side_data(side);
    const gboolean is_new = data->attached_app == NULL;

    msgr_session_touch(side->session);
    msgr_string_set(&data->attached_app, app_id);
    if (is_new)
        msgr_remote_owe(side->session, MSGR_SEND_ATTACHED, msgr_side_local_address(side));
}

/* Who invited from within the application is attached by being there. */
static gboolean
is_launched(MsgrSide *side)
{
    return side->user != NULL && (side->role == MSGR_INVITEE || msgr_side_data(side)->detached);
}

static void
decide(MsgrSide *side)
{
    MsgrModel *model = side->session->model;
    MsgrSideData *data = msgr_side_data(side);

    msgr_session_touch(side->session);
    data->launch = MSGR_LAUNCH_DECIDING;
    data->launch_due =
        msgr_model_now(model) + (gint64)model->config->decision_window * (G_USEC_PER_SEC / 1000);
    msgr_side_signal(side, "BeforeAppLaunch", g_variant_new("(b)", TRUE));
}

static void
begin_side(MsgrSide *side)
{
    if (side->user == NULL)
        return;
    msgr_side_signal(side, "OnReadyToLaunch", NULL);
    if (is_launched(side))
        decide(side);
    else
        attach(side, msgr_side_data(side)->creator_app);
}

static void
set_launch_deadline(MsgrSession *session)
{
    MsgrModel *model = session->model;

    session->data.launch_boot =
        msgr_model_now(model) + (gint64)model->config->launch_timeout * G_USEC_PER_SEC;
}

/**
 * msgr_launch_wait:
 *
 * The session has been accepted here, and the other machine is to be told first.
 */
void
msgr_launch_wait(MsgrSession *session)
{
    msgr_session_touch(session);
    session->data.expires_at = 0;
    session->data.launch_boot = MSGR_NEVER;
    for (int i = 0; i < MSGR_N_ROLES; i++)
        msgr_side_presence_changed(&session->sides[i]);
    msgr_session_schedule(session);
}

/**
 * msgr_launch_begin:
 *
 * The session has been accepted.
 */
void
msgr_launch_begin(MsgrSession *session)
{
    msgr_session_touch(session);
    session->data.expires_at = 0;
    set_launch_deadline(session);
    for (int i = 0; i < MSGR_N_ROLES; i++)
        begin_side(&session->sides[i]);
    msgr_launch_connect(session);
    for (int i = 0; i < MSGR_N_ROLES; i++)
        msgr_side_presence_changed(&session->sides[i]);
    msgr_session_schedule(session);
}

/* An acceptance that the other machine has not got launches nothing yet. */
static gboolean
is_to_be_launched(MsgrSide *side)
{
    return side->user != NULL && !is_attached(side) &&
           !msgr_remote_is_owed(side->session, MSGR_SEND_ACCEPT);
}

static gboolean
is_deferred(MsgrSession *session)
{
    return session->data.sides[MSGR_INVITER].launch == MSGR_LAUNCH_DEFERRED ||
           session->data.sides[MSGR_INVITEE].launch == MSGR_LAUNCH_DEFERRED;
}

/**
 * msgr_launch_resume:
 *
 * The service has been restarted: what had not been decided is decided anew, once somebody who
 * could be told is there, or when the time for them to come back is over.
 */
void
msgr_launch_resume(MsgrSession *session)
{
    MsgrModel *model = session->model;
    const gint64 grace = (gint64)model->config->client_grace * G_USEC_PER_SEC;

    if (session->data.state == MSGR_STATE_ACCEPTED) {
        session->data.launch_boot = MSGR_NEVER;
        for (int i = 0; i < MSGR_N_ROLES; i++) {
            if (!is_to_be_launched(&session->sides[i]))
                continue;
            session->data.sides[i].launch = MSGR_LAUNCH_DEFERRED;
            session->data.sides[i].launch_due = msgr_model_now(model) + grace;
        }
        if (!is_deferred(session) && !msgr_remote_is_owed(session, MSGR_SEND_ACCEPT))
            set_launch_deadline(session); /* the other machine's launch is all that is missing */
        msgr_launch_connect(session);
    }
    for (int i = 0; i < MSGR_N_ROLES; i++)
        msgr_side_presence_changed(&session->sides[i]);
    msgr_session_schedule(session);
}

static void
decide_deferred(MsgrSide *side)
{
    decide(side);
    if (!is_deferred(side->session))
        set_launch_deadline(side->session);
    msgr_session_schedule(side->session);
}

static gboolean
somebody_sees(MsgrSide *side)
{
    GHashTableIter iter;
    gpointer client;

    g_hash_table_iter_init(&iter, side->user->clients);
    while (g_hash_table_iter_next(&iter, &client, NULL)) {
        if (msgr_client_sees(client, side))
            return TRUE;
    }
    return FALSE;
}

/**
 * msgr_launch_somebody_came:
 *
 * A client of the side's user has been unlocked: a launch that waited to be decided may be.
 */
void
msgr_launch_somebody_came(MsgrSide *side)
{
    if (msgr_side_data(side)->launch == MSGR_LAUNCH_DEFERRED && somebody_sees(side))
        decide_deferred(side);
}

/**
 * msgr_launch_attach:
 *
 * An application of the side's takes the session.
 */
void
msgr_launch_attach(MsgrSide *side, const char *app_id)
{
    attach(side, app_id);
    msgr_start_forget(side);
    msgr_launch_connect(side->session);
    msgr_side_presence_changed(side);
    msgr_session_schedule(side->session);
}

/**
 * msgr_launch_next:
 *
 * Returns: when something has to be decided about an accepted session, by the boot clock.
 */
gint64
msgr_launch_next(MsgrSession *session)
{
    gint64 next = session->data.launch_boot;

    for (int i = 0; i < MSGR_N_ROLES; i++) {
        const MsgrSideData *side = &session->data.sides[i];

        if (side->launch != MSGR_LAUNCH_NONE)
            next = MIN(next, side->launch_due);
    }
    return next;
}

/* Nobody took the session: the default action is to launch the application, which takes an agent of
 * the user's. */
static void
window_over(MsgrSide *side)
{
    if (msgr_side_data(side)->launch == MSGR_LAUNCH_DEFERRED)
        decide_deferred(side);
    else if (!msgr_start_order(side))
        msgr_session_fail(side->session, MSGR_ERROR_APPLICATION_LAUNCH_FAILED);
}

/**
 * msgr_launch_run:
 *
 * Decides what is due about an accepted session.
 */
void
msgr_launch_run(MsgrSession *session, gint64 now)
{
    for (int i = 0; i < MSGR_N_ROLES; i++) {
        const MsgrSideData *side = &session->data.sides[i];

        if (session->data.state == MSGR_STATE_ACCEPTED && side->launch != MSGR_LAUNCH_NONE &&
            now >= side->launch_due)
            window_over(&session->sides[i]);
    }
    if (session->data.state == MSGR_STATE_ACCEPTED && now >= session->data.launch_boot)
        msgr_session_fail(session, MSGR_ERROR_APPLICATION_LAUNCH_FAILED);
}
