/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the other machine is owed: messages that it gets one after the other, each when the one
 * before has been acknowledged. They are remembered until then, so that no crash loses one.
 */
#include "msgr-remote.h"

#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-order.h"
#include "msgr-session-flow.h"

static GPtrArray *
owed(MsgrSession *session)
{
    return session->data.owed;
}

static MsgrSend *
head(MsgrSession *session)
{
    return owed(session)->len == 0 ? NULL : owed(session)->pdata[0];
}

/* How long the other side has to answer, from when it hears of it. */
static guint
seconds_left(MsgrSession *session)
{
    const gint64 left = session->data.expires_boot - msgr_model_now(session->model);

    return (guint)CLAMP((left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC, 1, MSGR_MAX_TIMEOUT);
}

static GVariant *
invitation(MsgrSession *session)
{
    const MsgrSessionData *data = &session->data;
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&builder, "{sv}", "Application", g_variant_new_string(data->app));
    g_variant_builder_add(&builder, "{sv}", "ApplicationName",
                          g_variant_new_string(data->app_name));
    g_variant_builder_add(&builder, "{sv}", "ApplicationUrl", g_variant_new_string(data->app_url));
    g_variant_builder_add(&builder, "{sv}", "AppData", g_variant_new_string(data->app_data));
    g_variant_builder_add(&builder, "{sv}", "Timeout", g_variant_new_uint32(seconds_left(session)));
    return g_variant_builder_end(&builder);
}

/* The call of Connector1 that takes a message across, and its arguments. */
static const char *
call_of(MsgrSession *session, const MsgrSend *send, GVariant **args)
{
    const char *id = session->guid;
    const char *to = msgr_side_data(msgr_session_own_side(session))->contact->name;

    switch (send->kind) {
    case MSGR_SEND_INVITATION:
        *args = g_variant_new("(ss@a{sv})", id, to, invitation(session));
        return "SendInvitation";
    case MSGR_SEND_ACCEPT:
    case MSGR_SEND_DECLINE:
        *args = g_variant_new("(ssbs)", id, to, send->kind == MSGR_SEND_ACCEPT, send->text);
        return "SendAnswer";
    case MSGR_SEND_APP_NOT_PRESENT:
        *args = g_variant_new("(ss)", id, to);
        return "SendAppNotPresent";
    case MSGR_SEND_ATTACHED:
        *args = g_variant_new("(sss)", id, to, send->text);
        return "SendAttached";
    case MSGR_SEND_CONTEXT_DATA:
        *args = g_variant_new("(sss)", id, to, send->text);
        return "SendContextData";
    case MSGR_SEND_CANCEL:
    case MSGR_SEND_END:
    case MSGR_N_SENDS:
    default:
        *args =
            g_variant_new("(ssbus)", id, to, send->kind == MSGR_SEND_CANCEL, send->hr, send->text);
        return "SendEnd";
    }
}

/* Errors by which the connector says that the other side has not got it, and never will. */
static gboolean
is_definite(const GError *error)
{
    static const MsgrError codes[] = {
        MSGR_ERROR_NOT_FOUND,       MSGR_ERROR_SESSION_STATE_INVALID,
        MSGR_ERROR_NOT_LOGGED_ON,   MSGR_ERROR_APP_NOT_REGISTERED,
        MSGR_ERROR_LIMITS_EXCEEDED, MSGR_ERROR_AUTHENTICATION_FAILED,
        MSGR_ERROR_INVALID_ARGS,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        if ((MsgrError)error->code == codes[i])
            return TRUE;
    }
    return FALSE;
}

/* Whether the other machine may have the session: it has, once an invitation was accepted. */
static gboolean
may_be_there(MsgrState ended, const GError *error)
{
    return ended == MSGR_STATE_TERMINATED ? error->code != MSGR_ERROR_NOT_FOUND
                                          : !is_definite(error);
}

/* What could not be sent ends the session here; and there, unless it is known to have none. */
static void
end_by_failure(MsgrSession *session, MsgrState state, MsgrError why, const GError *error)
{
    const guint32 hr = msgr_error_hresult(why);
    MsgrSide *side = msgr_session_own_side(session);

    msgr_session_end(session, state);
    if (error->code == MSGR_ERROR_APP_NOT_REGISTERED)
        msgr_side_signal(side, "OnAppNotPresent",
                         g_variant_new("(ss)", session->data.app_name, session->data.app_url));
    msgr_side_signal(side, "OnSendError", g_variant_new("(u)", hr));
    msgr_side_terminated(side, hr, "");
    g_ptr_array_set_size(owed(session), 0);
    if (may_be_there(state, error))
        msgr_remote_owe_end(session, MSGR_SEND_END, hr, "");
}

static void
tell_failure(MsgrSession *session, MsgrError why)
{
    msgr_side_signal(msgr_session_own_side(session), "OnSendError",
                     g_variant_new("(u)", msgr_error_hresult(why)));
}

/* The other side has ended the session, and what told so has been lost. */
static gboolean
is_over(const GError *error)
{
    return error->code == MSGR_ERROR_NOT_FOUND || error->code == MSGR_ERROR_SESSION_STATE_INVALID;
}

static void
take_data_back(MsgrSession *session, const MsgrSend *send, const GError *error)
{
    if (!msgr_state_is_live(session->data.state))
        return;
    if (send->is_counted)
        msgr_side_data(msgr_session_own_side(session))->sent--;
    tell_failure(session, MSGR_ERROR_CONTEXT_DATA_SEND_FAILURE);
    if (is_over(error))
        end_by_failure(session, MSGR_STATE_TERMINATED, MSGR_ERROR_CONNECTION_FAILURE, error);
}

static void
not_sent(MsgrSession *session, const MsgrSend *send, const GError *error)
{
    const MsgrState state = session->data.state;

    switch (send->kind) {
    case MSGR_SEND_INVITATION:
        if (state == MSGR_STATE_INVITATION)
            end_by_failure(session, MSGR_STATE_CANCELLED, MSGR_ERROR_INVITATION_SEND_FAILURE,
                           error);
        break;
    case MSGR_SEND_ACCEPT:
        if (state == MSGR_STATE_ACCEPTED)
            end_by_failure(session, MSGR_STATE_TERMINATED, MSGR_ERROR_ACCEPT_SEND_FAILURE, error);
        break;
    case MSGR_SEND_ATTACHED:
        if (msgr_state_is_live(state))
            end_by_failure(session, MSGR_STATE_TERMINATED, MSGR_ERROR_CONNECTION_FAILURE, error);
        break;
    case MSGR_SEND_DECLINE:
        tell_failure(session, MSGR_ERROR_DECLINE_SEND_FAILURE);
        break;
    case MSGR_SEND_CONTEXT_DATA:
        take_data_back(session, send, error);
        break;
    case MSGR_SEND_CANCEL:
        tell_failure(session, MSGR_ERROR_CANCEL_SEND_FAILURE);
        break;
    case MSGR_SEND_APP_NOT_PRESENT:
    case MSGR_SEND_END:
    case MSGR_N_SENDS:
    default:
        break;
    }
}

/* Whoever has not heard of the end waits for nothing: that is tried again, for a day. Also where
 * nobody was there: the session is still there when somebody is. */
static gboolean
is_to_be_retried(const MsgrSend *send, const GError *error)
{
    return (send->kind == MSGR_SEND_CANCEL || send->kind == MSGR_SEND_END) &&
           (!is_definite(error) || error->code == MSGR_ERROR_NOT_LOGGED_ON);
}

static void
retry_later(MsgrSession *session, const MsgrSend *send)
{
    const guint doublings = MIN(session->data.failures, 7);

    session->data.retry_boot =
        msgr_model_now(session->model) + MSGR_REMOTE_RETRY * ((gint64)1 << doublings);
    if (session->data.failures++ == 0)
        not_sent(session, send, NULL);
}

/* An acceptance counts for the launch once the other side has it: an invitation that has expired
 * there launches nothing here. */
static void
was_sent(MsgrSession *session, const MsgrSend *send)
{
    if (send->kind == MSGR_SEND_ACCEPT && session->data.state == MSGR_STATE_ACCEPTED)
        msgr_launch_begin(session);
}

/* A connector that has gone meanwhile is no answer: its successor is asked again. */
static void
answered(MsgrOrder *order, const MsgrAnswer *answer)
{
    MsgrSession *session = order->subject;
    MsgrSend *send;

    if (!session->record.linked || session->data.sending != order->detail ||
        g_strcmp0(session->data.account->data.connector, order->to) != 0)
        return;
    msgr_session_touch(session);
    session->data.sending = 0;
    send = msgr_send_ref(head(session));
    if (answer->error != NULL && is_to_be_retried(send, answer->error)) {
        retry_later(session, send);
    } else {
        g_ptr_array_remove_index(owed(session), 0);
        if (answer->error != NULL)
            not_sent(session, send, answer->error);
        else
            was_sent(session, send);
        msgr_remote_send(session);
    }
    msgr_send_unref(send);
    msgr_session_schedule(session);
}

/**
 * msgr_remote_next:
 *
 * Returns: when something is to be sent again, by the boot clock.
 */
gint64
msgr_remote_next(MsgrSession *session)
{
    const gint64 next = session->data.retry_boot;

    return next != 0 && session->data.sending == 0 && msgr_remote_is_reachable(session) &&
                   msgr_remote_owes(session)
               ? next
               : MSGR_NEVER;
}

/**
 * msgr_remote_send:
 *
 * Sends what is owed next, if it can be sent now.
 */
void
msgr_remote_send(MsgrSession *session)
{
    MsgrSend *send = head(session);
    GVariant *args = NULL;
    const char *method;
    MsgrOrder *order;

    if (send == NULL || session->data.sending != 0 ||
        !msgr_account_is_online(session->data.account) ||
        msgr_model_now(session->model) < session->data.retry_boot)
        return;
    msgr_session_touch(session);
    session->data.sending = ++session->model->orders_sent;
    method = call_of(session, send, &args);
    order = msgr_account_order(session->data.account, method, args);
    msgr_order_set_subject(order, session, NULL);
    order->detail = session->data.sending;
    order->done = answered;
}

static MsgrSend *
append(MsgrSession *session, MsgrSendKind kind, guint32 hr, const char *text)
{
    MsgrSend *send = msgr_send_new(kind, hr, text);

    msgr_session_touch(session);
    g_ptr_array_add(owed(session), send);
    return send;
}

/**
 * msgr_remote_begin:
 *
 * The other party of the session is on another machine, reached by @account.
 */
void
msgr_remote_begin(MsgrSession *session, MsgrAccount *account)
{
    msgr_session_touch(session);
    session->data.account = msgr_record_ref(account);
    session->data.owed = msgr_sends_new();
    msgr_session_reindex(session);
}

/**
 * msgr_remote_owe:
 * @text: what goes with it, or ""
 */
void
msgr_remote_owe(MsgrSession *session, MsgrSendKind kind, const char *text)
{
    if (session->data.account == NULL)
        return;
    append(session, kind, 0, text);
    msgr_remote_send(session);
}

/**
 * msgr_remote_owe_data:
 * @is_counted: the session is connected
 */
void
msgr_remote_owe_data(MsgrSession *session, const char *data, gboolean is_counted)
{
    append(session, MSGR_SEND_CONTEXT_DATA, 0, data)->is_counted = is_counted;
    msgr_remote_send(session);
}

/**
 * msgr_remote_can_owe_data:
 *
 * Returns: whether more context data may wait to be sent.
 */
gboolean
msgr_remote_can_owe_data(MsgrSession *session)
{
    return owed(session)->len < MSGR_MAX_OWED_DATA;
}

/**
 * msgr_remote_owe_end:
 * @kind: MSGR_SEND_CANCEL or MSGR_SEND_END
 * @hr: why
 *
 * The session has ended here. What has not been sent is not sent any more.
 */
void
msgr_remote_owe_end(MsgrSession *session, MsgrSendKind kind, guint32 hr, const char *app_data)
{
    if (session->data.account == NULL)
        return;
    msgr_remote_settle(session);
    append(session, kind, hr, app_data);
    msgr_remote_send(session);
}

/**
 * msgr_remote_settle:
 *
 * Nothing is owed any more but the answer to what is under way.
 */
void
msgr_remote_settle(MsgrSession *session)
{
    msgr_session_touch(session);
    g_ptr_array_set_size(owed(session), session->data.sending != 0 ? 1 : 0);
}

gboolean
msgr_remote_is_owed(MsgrSession *session, MsgrSendKind kind)
{
    for (guint i = 0; owed(session) != NULL && i < owed(session)->len; i++) {
        if (((MsgrSend *)owed(session)->pdata[i])->kind == kind)
            return TRUE;
    }
    return FALSE;
}

/**
 * msgr_remote_owes:
 *
 * Returns: whether the other machine has not acknowledged everything yet.
 */
gboolean
msgr_remote_owes(MsgrSession *session)
{
    return owed(session) != NULL && owed(session)->len > 0;
}

/**
 * msgr_remote_check_invite:
 * @contact: one of a network
 *
 * Returns: whether the contact can be invited now. One of whom nothing is known, because it is not
 * in the list, may be there.
 *
 * Errors: MSGR_ERROR_INVITED_SELF, MSGR_ERROR_NOT_LOGGED_ON.
 */
gboolean
msgr_remote_check_invite(MsgrContact *contact, GError **error)
{
    MsgrAccount *account = msgr_account_find(contact->user, contact->service);

    if (msgr_contact_is_self(contact))
        return msgr_refuse(error, MSGR_ERROR_INVITED_SELF, "You can't invite yourself: try echo");
    if (!msgr_account_is_online(account))
        return msgr_refuse(error, MSGR_ERROR_NOT_LOGGED_ON, "You are not signed in there");
    if (contact->in_list && msgr_contact_status(contact) == MSGR_STATUS_OFFLINE)
        return msgr_refuse(error, MSGR_ERROR_NOT_LOGGED_ON, "The contact is not there");
    return TRUE;
}

/**
 * msgr_remote_is_reachable:
 *
 * Returns: whether the connector that reaches the other party is there and signed in.
 */
gboolean
msgr_remote_is_reachable(MsgrSession *session)
{
    return msgr_account_is_online(session->data.account);
}

/**
 * msgr_remote_reachability_changed:
 *
 * The connector has come or gone: the session goes on, or waits.
 */
void
msgr_remote_reachability_changed(MsgrSession *session)
{
    if (!msgr_remote_is_reachable(session) && msgr_remote_owes(session)) {
        msgr_session_touch(session);
        session->data.sending = 0;
        session->data.retry_boot = 0;
    }
    msgr_side_presence_changed(msgr_side_other(msgr_session_own_side(session)));
    msgr_remote_send(session);
}

/**
 * msgr_remote_lose:
 *
 * The connector does not mean to come back.
 */
void
msgr_remote_lose(MsgrSession *session)
{
    if (msgr_state_is_live(session->data.state))
        msgr_session_fail(session, MSGR_ERROR_CONNECTION_FAILURE);
    msgr_session_touch(session);
    session->data.sending = 0;
    msgr_remote_settle(session);
}
