/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What comes from another machine, by a connector that may say anything: each is checked like a
 * client's call, and in the same order. What is said twice counts once.
 */
#include "msgr-application.h"
#include "msgr-contact.h"
#include "msgr-remote.h"
#include "msgr-roster.h"
#include "msgr-session-flow.h"
#include "msgr-session-rules.h"
#include "msgr-text.h"
#include "msgr-user.h"
#include "msgr-visibility.h"

/* Our side of the session that the connector means, which is with @from. */
static MsgrSide *
find(MsgrAccount *account, const char *guid, const char *from, GError **error)
{
    g_autofree char *name = NULL;
    MsgrContact *contact;
    MsgrSession *session = NULL;

    if (!msgr_check_guid(guid, error) || (name = msgr_roster_name(from, error)) == NULL)
        return NULL;
    contact = msgr_contact_find(account->user, account->id, name);
    if (contact != NULL)
        session = msgr_account_session(account, guid, contact);
    if (session != NULL)
        return msgr_session_own_side(session);
    msgr_refuse(error, MSGR_ERROR_NOT_FOUND, "There is no such session with this contact");
    return NULL;
}

/* The same for what only who was invited says. */
static MsgrSide *
find_inviter(MsgrAccount *account, const char *guid, const char *from, GError **error)
{
    MsgrSide *side = find(account, guid, from, error);

    if (side == NULL || side->role == MSGR_INVITER)
        return side;
    msgr_refuse(error, MSGR_ERROR_NOT_FOUND, "There is no such session with this contact");
    return NULL;
}

static gboolean
check_event(MsgrSide *side, MsgrSessionEvent event, GError **error)
{
    return msgr_session_check_event(side, event, error);
}

static gboolean
check_invitation(const MsgrRemoteInvitation *i, GError **error)
{
    if (!msgr_check_guid(i->app, error) || !msgr_check_app_name(i->app_name, error) ||
        !msgr_check_url(i->app_url, error) || !msgr_check_app_data(i->app_data, error))
        return FALSE;
    if (i->timeout <= MSGR_MAX_TIMEOUT)
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS, "Timeout is at most 86400 seconds");
}

static gboolean
is_same_invitation(MsgrSession *session, const MsgrRemoteInvitation *i)
{
    const MsgrSessionData *data = &session->data;

    return msgr_session_own_side(session)->role == MSGR_INVITEE && g_str_equal(data->app, i->app) &&
           g_str_equal(data->app_data, i->app_data);
}

static guint
waiting_from(MsgrUser *user, MsgrContact *from)
{
    GHashTableIter iter;
    gpointer side;
    guint count = 0;

    g_hash_table_iter_init(&iter, user->waiting);
    while (g_hash_table_iter_next(&iter, &side, NULL)) {
        if (msgr_side_data(side)->contact == from)
            count++;
    }
    return count;
}

/* Whether the user takes invitations from this party, by this way, at this time. */
static gboolean
check_welcome(MsgrAccount *account, const char *name, GError **error)
{
    MsgrUser *user = account->user;
    const MsgrConfig *config = user->model->config;
    MsgrContact *from = msgr_contact_find(user, account->id, name);

    if (!msgr_account_is_online(account) || !msgr_user_can_be_invited_by(user, account->id, name))
        return msgr_refuse(error, MSGR_ERROR_NOT_LOGGED_ON, "The user is not there");
    if (g_hash_table_size(user->waiting) >= config->invitations_per_user ||
        g_hash_table_size(user->live) >= config->sessions_per_user ||
        (from != NULL && waiting_from(user, from) >= config->invitations_per_inviter))
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "As many invitations as are allowed wait for this user");
    return msgr_session_check_remembered(user, error);
}

/**
 * msgr_remote_deliver_invitation:
 * @guid: the SessionId, as the inviter's machine made it
 *
 * Somebody on another machine invites the user.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_NOT_LOGGED_ON, MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_remote_deliver_invitation(MsgrAccount *account, const char *guid, const char *from,
                               const MsgrRemoteInvitation *invitation, GError **error)
{
    g_autofree char *name = NULL;
    MsgrSession *known = NULL;
    MsgrContact *contact;

    if (!msgr_check_guid(guid, error) || (name = msgr_roster_name(from, error)) == NULL ||
        !check_invitation(invitation, error))
        return FALSE;
    contact = msgr_contact_find(account->user, account->id, name);
    if (contact != NULL)
        known = msgr_account_session(account, guid, contact);
    if (known != NULL && !is_same_invitation(known, invitation))
        return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS,
                           "There is another session of this ID with this contact");
    if (known != NULL)
        return TRUE;
    if (!check_welcome(account, name, error))
        return FALSE;
    msgr_invitation_arrive(account, guid, name, invitation);
    return TRUE;
}

static void
accepted(MsgrSide *side, const char *app_data)
{
    msgr_session_set_state(side->session, MSGR_STATE_ACCEPTED);
    msgr_side_signal(side, "OnAccepted", g_variant_new("(s)", app_data));
    msgr_launch_begin(side->session);
}

static void
declined(MsgrSide *side, const char *app_data)
{
    msgr_session_end(side->session, MSGR_STATE_DECLINED);
    msgr_remote_settle(side->session);
    msgr_side_signal(side, "OnDeclined", g_variant_new("(s)", app_data));
    msgr_side_terminated(side, msgr_error_hresult(MSGR_ERROR_INVITATION_DECLINED), app_data);
}

static gboolean
is_same_answer(MsgrState state, gboolean accepted)
{
    if (accepted)
        return state == MSGR_STATE_ACCEPTED || state == MSGR_STATE_CONNECTED;
    return state == MSGR_STATE_DECLINED;
}

/**
 * msgr_remote_deliver_answer:
 *
 * Who was invited from here has answered.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_NOT_FOUND, MSGR_ERROR_SESSION_STATE_INVALID.
 */
gboolean
msgr_remote_deliver_answer(MsgrAccount *account, const char *guid, const char *from,
                           gboolean accepts, const char *app_data, GError **error)
{
    MsgrSide *side;

    if (!msgr_check_app_data(app_data, error) ||
        (side = find_inviter(account, guid, from, error)) == NULL)
        return FALSE;
    if (is_same_answer(side->session->data.state, accepts))
        return TRUE;
    if (!check_event(side, MSGR_EVENT_ANSWER, error))
        return FALSE;
    if (accepts)
        accepted(side, app_data);
    else
        declined(side, app_data);
    return TRUE;
}

/**
 * msgr_remote_deliver_app_not_present:
 *
 * Who was invited has not got the application, and may install it.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_NOT_FOUND, MSGR_ERROR_SESSION_STATE_INVALID.
 */
gboolean
msgr_remote_deliver_app_not_present(MsgrAccount *account, const char *guid, const char *from,
                                    GError **error)
{
    MsgrSide *side = find_inviter(account, guid, from, error);

    if (side == NULL || !check_event(side, MSGR_EVENT_APP_NOT_PRESENT, error))
        return FALSE;
    msgr_session_miss_application(side->session);
    return TRUE;
}

/**
 * msgr_remote_deliver_attached:
 * @address: where the other side's application is reached, or ""
 *
 * The other side's application has taken the session.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_NOT_FOUND, MSGR_ERROR_SESSION_STATE_INVALID.
 */
gboolean
msgr_remote_deliver_attached(MsgrAccount *account, const char *guid, const char *from,
                             const char *address, GError **error)
{
    MsgrSide *side;

    if (!msgr_check_address(address, error) || (side = find(account, guid, from, error)) == NULL)
        return FALSE;
    if (msgr_state_is_live(side->session->data.state) && side->session->data.remote_attached)
        return TRUE;
    if (!check_event(side, MSGR_EVENT_ATTACHED, error))
        return FALSE;
    msgr_session_touch(side->session);
    msgr_string_set(&msgr_side_data(msgr_side_other(side))->local_address, address);
    side->session->data.remote_attached = TRUE;
    msgr_launch_connect(side->session);
    return TRUE;
}

/* Whether the other side, too, has heard that both are attached: from then on it counts what it
 * sends. */
static gboolean
counts_data(MsgrSession *session)
{
    return session->data.state == MSGR_STATE_CONNECTED &&
           !msgr_remote_is_owed(session, MSGR_SEND_ATTACHED);
}

/**
 * msgr_remote_deliver_context_data:
 *
 * Errors: MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT, MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_NOT_FOUND,
 * MSGR_ERROR_SESSION_STATE_INVALID.
 */
gboolean
msgr_remote_deliver_context_data(MsgrAccount *account, const char *guid, const char *from,
                                 const char *data, GError **error)
{
    MsgrSideData *other;
    MsgrSide *side;

    if (g_utf8_strlen(data, -1) > MSGR_MAX_CONTEXT_DATA)
        return msgr_refuse(error, MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT,
                           "Context data has at most 300 characters");
    side = find(account, guid, from, error);
    if (side == NULL || !check_event(side, MSGR_EVENT_CONTEXT_DATA, error))
        return FALSE;
    other = msgr_side_data(msgr_side_other(side));
    if (counts_data(side->session) && other->sent >= MSGR_MAX_CONTEXT_AFTER_CONNECT)
        return msgr_refuse(error, MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT,
                           "A connected session takes context data five times a side");
    msgr_session_touch(side->session);
    if (counts_data(side->session))
        other->sent++;
    msgr_side_receive_context_data(side, data);
    return TRUE;
}

static MsgrState
state_after_end(MsgrState state, gboolean cancelled, guint32 hr)
{
    gboolean is_over = cancelled || hr == msgr_error_hresult(MSGR_ERROR_SESSION_TIMEOUT);

    return state == MSGR_STATE_INVITATION && is_over ? MSGR_STATE_CANCELLED : MSGR_STATE_TERMINATED;
}

static void
end(MsgrSide *side, gboolean cancelled, guint32 hr, const char *app_data)
{
    MsgrSession *session = side->session;

    msgr_session_end(session, state_after_end(session->data.state, cancelled, hr));
    msgr_remote_settle(session);
    if (cancelled)
        msgr_side_signal(side, "OnCancelled", g_variant_new("(s)", app_data));
    if (hr == 0)
        hr = msgr_error_hresult(MSGR_ERROR_SESSION_CANCELLED_REMOTE);
    msgr_side_terminated(side, hr, app_data);
}

/**
 * msgr_remote_deliver_end:
 * @cancelled: somebody has called Cancel there; else it has ended by itself
 * @hr: why, or 0
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_NOT_FOUND.
 */
gboolean
msgr_remote_deliver_end(MsgrAccount *account, const char *guid, const char *from,
                        gboolean cancelled, guint32 hr, const char *app_data, GError **error)
{
    MsgrSide *side;

    if (!msgr_session_check_hr(hr, error) || !msgr_check_app_data(app_data, error) ||
        (side = find(account, guid, from, error)) == NULL)
        return FALSE;
    if (msgr_state_is_live(side->session->data.state))
        end(side, cancelled, hr, app_data);
    return TRUE;
}

static GVariant *
describe(MsgrSession *session)
{
    MsgrSide *side = msgr_session_own_side(session);
    const MsgrSessionData *data = &session->data;
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&builder, "{sv}", "State", g_variant_new_uint32(data->state));
    g_variant_builder_add(&builder, "{sv}", "With",
                          g_variant_new_string(msgr_side_data(side)->contact->name));
    g_variant_builder_add(&builder, "{sv}", "Inviter",
                          g_variant_new_boolean(side->role == MSGR_INVITER));
    g_variant_builder_add(&builder, "{sv}", "Application", g_variant_new_string(data->app));
    g_variant_builder_add(&builder, "{sv}", "ExpiresAt", g_variant_new_uint64(data->expires_at));
    return g_variant_builder_end(&builder);
}

/**
 * msgr_remote_list:
 *
 * Returns: (transfer floating): a(sa{sv}), the account's sessions that have not ended.
 */
GVariant *
msgr_remote_list(MsgrAccount *account)
{
    GVariantBuilder builder;
    GHashTableIter iter;
    gpointer value;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sa{sv})"));
    g_hash_table_iter_init(&iter, account->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrSession *session = value;

        if (msgr_state_is_live(session->data.state))
            g_variant_builder_add(&builder, "(s@a{sv})", session->guid, describe(session));
    }
    return g_variant_builder_end(&builder);
}
