/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What clients do with sessions. Each call checks first, in the order that names the error, and
 * changes something only when nothing can refuse it any more.
 */
#include "msgr-session-calls.h"

#include "msgr-agent.h"
#include "msgr-application.h"
#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-guid.h"
#include "msgr-offer.h"
#include "msgr-remote.h"
#include "msgr-session-flow.h"
#include "msgr-session-rules.h"
#include "msgr-start.h"
#include "msgr-text.h"

static guint
live_sessions_of(MsgrClient *client)
{
    GHashTableIter iter;
    gpointer side;
    guint count = 0;

    g_hash_table_iter_init(&iter, client->user->live);
    while (g_hash_table_iter_next(&iter, &side, NULL)) {
        if (g_strcmp0(msgr_side_data(side)->creator_client, client->name) == 0)
            count++;
    }
    return count;
}

/* What others on this machine begin counts against them. */
static guint
remembered_of(MsgrUser *user)
{
    GHashTableIter iter;
    gpointer side;
    guint count = 0;

    g_hash_table_iter_init(&iter, user->sides);
    while (g_hash_table_iter_next(&iter, &side, NULL)) {
        if (((MsgrSide *)side)->role == MSGR_INVITER || msgr_side_is_remote(msgr_side_other(side)))
            count++;
    }
    return count;
}

/**
 * msgr_session_most_remembered:
 *
 * Returns: how many sessions a user may have begun of late.
 */
guint
msgr_session_most_remembered(const MsgrConfig *config)
{
    return MAX(4 * config->sessions_per_user, 512);
}

/**
 * msgr_session_check_remembered:
 *
 * Ended sessions stay readable for a while: who begins and ends them all the time would fill
 * everybody's lists.
 *
 * Errors: MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_session_check_remembered(MsgrUser *user, GError **error)
{
    const guint most = msgr_session_most_remembered(user->model->config);

    if (g_hash_table_size(user->sides) < most || remembered_of(user) < most)
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                       "Too many of the user's sessions have just ended: wait a minute");
}

static gboolean
check_session_quota(MsgrClient *client, GError **error)
{
    const MsgrConfig *config = client->user->model->config;

    if (!msgr_session_check_remembered(client->user, error))
        return FALSE;
    if (g_hash_table_size(client->user->live) >= config->sessions_per_user)
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "The user has as many sessions as are allowed: end one");
    if (live_sessions_of(client) >= config->sessions_per_client)
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "The client has as many sessions as are allowed: end one");
    return TRUE;
}

static MsgrSession *
new_session(MsgrClient *client)
{
    MsgrModel *model = client->user->model;
    g_autofree char *guid = msgr_guid_new();
    g_autofree char *hex_id = msgr_hex_id_new();
    MsgrSession *session = msgr_session_new(model, guid, guid, msgr_model_wall(model));
    MsgrSideData *data = &session->data.sides[MSGR_INVITER];

    msgr_user_keep(client->user);
    msgr_session_set_side(session, MSGR_INVITER, client->user, hex_id);
    msgr_string_set(&data->creator_app, msgr_client_app_id(client, MSGR_OBJECT_SESSION_MANAGER));
    msgr_string_set(&data->creator_client, client->name);
    data->detached = msgr_client_is_messenger(client);
    msgr_turn_add(model->turn, session);
    msgr_record_unref(session);
    return session;
}

/**
 * msgr_session_create:
 *
 * Returns: (nullable) (transfer none): the inviter's side of a new session in READY.
 *
 * Errors: MSGR_ERROR_LIMITS_EXCEEDED.
 */
MsgrSide *
msgr_session_create(MsgrClient *client, GError **error)
{
    if (!check_session_quota(client, error))
        return NULL;
    return msgr_session_side(new_session(client), MSGR_INVITER);
}

static gboolean
check_registered(MsgrUser *user, const char *guid, GError **error)
{
    if (msgr_application_find(user, guid) != NULL)
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_APP_NOT_REGISTERED,
                       "No application is registered under this GUID");
}

static void
take_application(MsgrSide *side, const char *guid)
{
    MsgrSessionData *data = msgr_side_session_data(side);
    MsgrAppEntry *entry = msgr_application_find(side->user, guid);

    msgr_session_touch(side->session);
    msgr_string_set(&data->app, entry->guid);
    msgr_string_set(&data->app_name, entry->name);
    msgr_string_set(&data->app_url, entry->url);
}

/**
 * msgr_side_set_application:
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_NOT_INVITER, MSGR_ERROR_SESSION_NOT_READY,
 * MSGR_ERROR_APP_NOT_REGISTERED.
 */
gboolean
msgr_side_set_application(MsgrSide *self, const char *guid, GError **error)
{
    if (!msgr_check_guid(guid, error) ||
        !msgr_session_check(self, MSGR_CALL_SET_APPLICATION, error) ||
        !check_registered(self->user, guid, error))
        return FALSE;
    take_application(self, guid);
    return TRUE;
}

static void
take_local_address(MsgrSide *self, const char *address)
{
    msgr_session_touch(self->session);
    msgr_string_set(&msgr_side_data(self)->local_address, address);
}

/**
 * msgr_side_set_local_address:
 * @address: an IPv4 or IPv6 literal, or "" for the default
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_SESSION_STATE_INVALID.
 */
gboolean
msgr_side_set_local_address(MsgrSide *self, const char *address, GError **error)
{
    if (!msgr_check_address(address, error) ||
        !msgr_session_check(self, MSGR_CALL_SET_LOCAL_ADDRESS, error))
        return FALSE;
    take_local_address(self, address);
    return TRUE;
}

static void
signal_app_not_present(MsgrSession *session)
{
    for (int i = 0; i < MSGR_N_ROLES; i++)
        msgr_side_signal(&session->sides[i], "OnAppNotPresent",
                         g_variant_new("(ss)", session->data.app_name, session->data.app_url));
}

/* What a contact of a network can run may be known before anybody is invited. */
static gboolean
check_can_run(MsgrContact *contact, const char *app, GError **error)
{
    if (msgr_contact_can_run(contact, app) != MSGR_CAN_NOT_RUN)
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_APP_NOT_REGISTERED,
                       "The contact has not got the application");
}

/**
 * msgr_side_invite:
 * @contact: (nullable): %NULL if the path that was given is not a contact of the user's
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_NOT_INVITER, MSGR_ERROR_SESSION_NOT_READY,
 * MSGR_ERROR_APP_NOT_SPECIFIED, and those of msgr_invitation_check().
 */
gboolean
msgr_side_invite(MsgrSide *self, MsgrContact *contact, const char *app_data, GError **error)
{
    return msgr_side_invite_for(self, contact, app_data, 0, error);
}

/**
 * msgr_side_invite_for:
 * @timeout: seconds that the invitation may wait; 0: the configured time
 *
 * The same for a time of the inviter's choice.
 */
gboolean
msgr_side_invite_for(MsgrSide *self, MsgrContact *contact, const char *app_data, guint timeout,
                     GError **error)
{
    const char *app = msgr_side_session_data(self)->app;

    if (!msgr_check_app_data(app_data, error) || !msgr_session_check(self, MSGR_CALL_INVITE, error))
        return FALSE;
    if (*app == '\0')
        return msgr_refuse(error, MSGR_ERROR_APP_NOT_SPECIFIED,
                           "Set the session's application first");
    if (!check_registered(self->user, app, error) || !msgr_invitation_check(self, contact, error))
        return FALSE;
    if (!check_can_run(contact, app, error)) {
        signal_app_not_present(self->session);
        return FALSE;
    }
    msgr_invitation_send(self, contact, app_data, timeout);
    return TRUE;
}

static gboolean
check_invite_options(const MsgrInviteOptions *options, GError **error)
{
    if (options->local_address != NULL && !msgr_check_address(options->local_address, error))
        return FALSE;
    if (options->timeout <= MSGR_MAX_TIMEOUT)
        return TRUE;
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "Timeout is at most %d seconds",
                MSGR_MAX_TIMEOUT);
    return FALSE;
}

/* What does not depend on the contact. */
static gboolean
check_invite(MsgrClient *client, const char *guid, const char *app_data,
             const MsgrInviteOptions *options, GError **error)
{
    return msgr_check_guid(guid, error) && msgr_check_app_data(app_data, error) &&
           check_invite_options(options, error) && check_registered(client->user, guid, error);
}

static MsgrSide *
prepare_session(MsgrClient *client, const char *guid, const MsgrInviteOptions *options)
{
    MsgrSide *side = msgr_session_side(new_session(client), MSGR_INVITER);

    take_application(side, guid);
    if (options->local_address != NULL)
        take_local_address(side, options->local_address);
    if (options->detach)
        msgr_side_data(side)->detached = TRUE;
    msgr_start_set_token(side, options->activation_token);
    return side;
}

/**
 * msgr_session_let_choose:
 *
 * Creates a session and sets it up. Whom it invites the user is asked by its agent; until then it
 * stays in READY.
 *
 * Returns: (nullable) (transfer none): the inviter's side.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_APP_NOT_REGISTERED, MSGR_ERROR_FAILED if there is no
 * agent, and those of msgr_session_create().
 */
MsgrSide *
msgr_session_let_choose(MsgrClient *client, const char *guid, const char *app_data,
                        const MsgrInviteOptions *options, GError **error)
{
    MsgrSide *side;

    if (!check_invite(client, guid, app_data, options, error))
        return NULL;
    if (msgr_agent_active(client->user, MSGR_AGENT_UI) == NULL) {
        msgr_refuse(error, MSGR_ERROR_FAILED,
                    "You can't be asked for a contact: no agent of yours is running");
        return NULL;
    }
    if (!check_session_quota(client, error))
        return NULL;
    side = prepare_session(client, guid, options);
    msgr_side_data(side)->is_choosing = TRUE;
    msgr_side_session_data(side)->timeout = options->timeout;
    msgr_string_set(&msgr_side_session_data(side)->app_data, app_data);
    msgr_offer(side);
    return side;
}

/**
 * msgr_session_invite_contact:
 * @contact: (nullable): %NULL if the path that was given is not a contact of the user's
 *
 * Creates a session, sets it up and invites. If anything refuses it, there is no session.
 *
 * Returns: (nullable) (transfer none): the inviter's side.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_APP_NOT_REGISTERED, those of msgr_invitation_check()
 * and of msgr_session_create().
 */
MsgrSide *
msgr_session_invite_contact(MsgrClient *client, const char *guid, MsgrContact *contact,
                            const char *app_data, const MsgrInviteOptions *options, GError **error)
{
    MsgrSide draft = { .user = client->user };
    MsgrSide *side;

    if (!check_invite(client, guid, app_data, options, error) ||
        !msgr_invitation_check(&draft, contact, error) || !check_can_run(contact, guid, error) ||
        !check_session_quota(client, error))
        return NULL;
    side = prepare_session(client, guid, options);
    msgr_invitation_send(side, contact, app_data, options->timeout);
    return side;
}

/**
 * msgr_session_miss_application:
 *
 * Who was invited has not got the application: those that are here are told, and there is time to
 * install it, once.
 */
void
msgr_session_miss_application(MsgrSession *session)
{
    MsgrModel *model = session->model;
    MsgrSessionData *data = &session->data;
    const gint64 wait = (gint64)model->config->install_timeout * G_USEC_PER_SEC;

    msgr_session_touch(session);
    if (!data->extended) {
        data->extended = TRUE;
        /* extended, never shortened: it may have been given longer */
        data->expires_at = MAX(data->expires_at, msgr_model_wall(model) + wait);
        data->expires_boot = MAX(data->expires_boot, msgr_model_now(model) + wait);
        msgr_session_schedule(session);
    }
    signal_app_not_present(session);
}

static gboolean
miss_application(MsgrSide *self, GError **error)
{
    msgr_session_miss_application(self->session);
    if (!msgr_remote_is_owed(self->session, MSGR_SEND_APP_NOT_PRESENT))
        msgr_remote_owe(self->session, MSGR_SEND_APP_NOT_PRESENT, "");
    msgr_offer_download(self);
    return msgr_refuse(error, MSGR_ERROR_APP_NOT_REGISTERED,
                       "The application is not registered here: install it, then accept");
}

/**
 * msgr_side_accept:
 * @local_address: (nullable): what LocalAddress is to be set to
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_NOT_INVITEE, MSGR_ERROR_SESSION_STATE_INVALID,
 * MSGR_ERROR_APP_NOT_REGISTERED.
 */
gboolean
msgr_side_accept(MsgrSide *self, const char *app_data, const char *local_address, GError **error)
{
    MsgrSession *session = self->session;

    if (!msgr_check_app_data(app_data, error) ||
        (local_address != NULL && !msgr_check_address(local_address, error)) ||
        !msgr_session_check(self, MSGR_CALL_ACCEPT, error))
        return FALSE;
    if (msgr_application_find(self->user, session->data.app) == NULL)
        return miss_application(self, error);
    if (local_address != NULL)
        take_local_address(self, local_address);
    msgr_session_set_state(session, MSGR_STATE_ACCEPTED);
    msgr_offer_withdraw(self, 0);
    msgr_side_signal(msgr_side_other(self), "OnAccepted", g_variant_new("(s)", app_data));
    if (session->data.account != NULL)
        msgr_launch_wait(session);
    else
        msgr_launch_begin(session);
    msgr_remote_owe(session, MSGR_SEND_ACCEPT, app_data);
    return TRUE;
}

/**
 * msgr_side_decline:
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_NOT_INVITEE, MSGR_ERROR_SESSION_STATE_INVALID.
 */
gboolean
msgr_side_decline(MsgrSide *self, const char *app_data, GError **error)
{
    const guint32 hr = msgr_error_hresult(MSGR_ERROR_INVITATION_DECLINED);

    if (!msgr_check_app_data(app_data, error) ||
        !msgr_session_check(self, MSGR_CALL_DECLINE, error))
        return FALSE;
    msgr_session_end(self->session, MSGR_STATE_DECLINED);
    msgr_remote_owe(self->session, MSGR_SEND_DECLINE, app_data);
    msgr_side_signal(msgr_side_other(self), "OnDeclined", g_variant_new("(s)", app_data));
    msgr_side_terminated(self, hr, app_data);
    msgr_side_terminated(msgr_side_other(self), hr, app_data);
    return TRUE;
}

/**
 * msgr_session_check_hr:
 * @hr: why a session is to end
 *
 * Errors: MSGR_ERROR_INVALID_ARGS.
 */
gboolean
msgr_session_check_hr(guint32 hr, GError **error)
{
    if (hr == 0 || msgr_hresult_is_session_result(hr))
        return TRUE;
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS,
                "hr must be 0 or a SESSION_RESULT, not 0x%08x", hr);
    return FALSE;
}

/**
 * msgr_side_cancel:
 * @hr: why, or 0
 *
 * Withdraws an invitation, or ends a session that was accepted.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_NOT_INVITER, MSGR_ERROR_SESSION_STATE_INVALID.
 */
gboolean
msgr_side_cancel(MsgrSide *self, guint32 hr, const char *app_data, GError **error)
{
    MsgrState state = msgr_side_session_data(self)->state;
    gboolean begun = state == MSGR_STATE_ACCEPTED || state == MSGR_STATE_CONNECTED;

    if (!msgr_session_check_hr(hr, error) || !msgr_check_app_data(app_data, error) ||
        !msgr_session_check(self, MSGR_CALL_CANCEL, error))
        return FALSE;
    msgr_session_end(self->session, begun ? MSGR_STATE_TERMINATED : MSGR_STATE_CANCELLED);
    msgr_side_terminated(self, msgr_error_hresult(MSGR_ERROR_SESSION_CANCELLED_LOCAL), app_data);
    if (state == MSGR_STATE_READY)
        return TRUE;
    msgr_remote_owe_end(self->session, MSGR_SEND_CANCEL, hr, app_data);
    msgr_side_signal(msgr_side_other(self), "OnCancelled", g_variant_new("(s)", app_data));
    if (hr == 0)
        hr = msgr_error_hresult(MSGR_ERROR_SESSION_CANCELLED_REMOTE);
    msgr_side_terminated(msgr_side_other(self), hr, app_data);
    return TRUE;
}

/**
 * msgr_side_receive_context_data:
 *
 * The other party has sent something.
 */
void
msgr_side_receive_context_data(MsgrSide *to, const char *data)
{
    msgr_session_touch(to->session);
    msgr_string_set(&msgr_side_data(to)->context_data, data);
    msgr_side_signal(to, "OnContextData", g_variant_new("(s)", data));
}

/**
 * msgr_side_send_context_data:
 * @data: at most MSGR_MAX_CONTEXT_DATA characters
 *
 * Errors: MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT, MSGR_ERROR_NOT_VALID_FOR_APP_INVITE,
 * MSGR_ERROR_SESSION_STATE_INVALID; MSGR_ERROR_LIMITS_EXCEEDED where the other party is on another
 * machine, which has not got yet what was sent before.
 */
gboolean
msgr_side_send_context_data(MsgrSide *self, const char *data, GError **error)
{
    MsgrSide *other = msgr_side_other(self);
    MsgrSideData *own = msgr_side_data(self);
    gboolean counts = msgr_side_session_data(self)->state == MSGR_STATE_CONNECTED;

    if (g_utf8_strlen(data, -1) > MSGR_MAX_CONTEXT_DATA)
        return msgr_refuse(error, MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT,
                           "Context data has at most 300 characters");
    if (!msgr_session_check(self, MSGR_CALL_SEND_CONTEXT_DATA, error))
        return FALSE;
    if (counts && own->sent >= MSGR_MAX_CONTEXT_AFTER_CONNECT)
        return msgr_refuse(error, MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT,
                           "A connected session takes context data five times a side");
    if (msgr_side_is_remote(other) && !msgr_remote_can_owe_data(self->session))
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "Too much waits to be sent: try again in a few seconds");
    msgr_session_touch(self->session);
    if (counts)
        own->sent++;
    if (msgr_side_is_remote(other))
        msgr_remote_owe_data(self->session, data, counts);
    else /* the contact echo sends back what it gets */
        msgr_side_receive_context_data(other->user == NULL ? self : other, data);
    return TRUE;
}

/* A launch that was suppressed stays so: to suppress it again changes nothing. */
static gboolean
suppress_launch(MsgrSide *self, MsgrClient *client, GError **error)
{
    MsgrSideData *data = msgr_side_data(self);
    gboolean is_launched = self->role == MSGR_INVITEE || data->detached;

    if (!msgr_session_check(self, MSGR_CALL_SUPPRESS_LAUNCH, error))
        return FALSE;
    if (!is_launched || (data->launch != MSGR_LAUNCH_DECIDING && data->attached_app == NULL))
        return msgr_refuse(error, MSGR_ERROR_SESSION_STATE_INVALID,
                           "No launch is about to begin here");
    if (data->launch == MSGR_LAUNCH_DECIDING)
        msgr_launch_attach(self, msgr_client_app_id(client, MSGR_OBJECT_SESSION_MANAGER));
    return TRUE;
}

/**
 * msgr_side_suppress:
 * @event: `OnInvitation` or `BeforeAppLaunch`
 *
 * Keeps the default action of an event from happening: the client does it. Valid from the event
 * until the action has begun.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_SESSION_STATE_INVALID.
 */
gboolean
msgr_side_suppress(MsgrSide *self, MsgrClient *client, const char *event, GError **error)
{
    if (g_str_equal(event, "BeforeAppLaunch"))
        return suppress_launch(self, client, error);
    if (!g_str_equal(event, "OnInvitation"))
        return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS,
                           "The event is \"OnInvitation\" or \"BeforeAppLaunch\"");
    if (!msgr_session_check(self, MSGR_CALL_SUPPRESS_INVITATION, error))
        return FALSE;
    if (msgr_side_data(self)->shown_to != 0)
        return msgr_refuse(error, MSGR_ERROR_SESSION_STATE_INVALID,
                           "The user's agent shows the invitation already");
    msgr_session_touch(self->session);
    msgr_side_data(self)->handled = TRUE;
    return TRUE;
}

/**
 * msgr_side_detach:
 *
 * Errors: MSGR_ERROR_NOT_INVITER, MSGR_ERROR_SESSION_STATE_INVALID.
 */
gboolean
msgr_side_detach(MsgrSide *self, GError **error)
{
    if (!msgr_session_check(self, MSGR_CALL_DETACH, error))
        return FALSE;
    msgr_session_touch(self->session);
    msgr_side_data(self)->detached = TRUE;
    msgr_side_presence_changed(self);
    return TRUE;
}
