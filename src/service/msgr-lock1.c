/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * org.msgr.Lock1, at the session manager and at the private object.
 */
#include "msgr-interface-info.h"
#include "msgr-interface.h"

static GVariant *
request_challenge(MsgrCall *call, GVariant *args, GError **error)
{
    gint32 cookie;

    g_variant_get(args, "(i)", &cookie);
    return msgr_handled(
        msgr_lock_request_challenge(call->client, call->target.lockable, cookie, error));
}

static GVariant *
send_response(MsgrCall *call, GVariant *args, GError **error)
{
    const char *app_id, *response;
    gint32 cookie;

    g_variant_get(args, "(&s&si)", &app_id, &response, &cookie);
    return msgr_handled(msgr_lock_send_response(call->client, call->target.lockable, app_id,
                                                response, cookie, error));
}

static GVariant *
share(MsgrCall *call, GVariant *args, GError **error)
{
    guint32 seconds;

    g_variant_get(args, "(u)", &seconds);
    return msgr_handled(msgr_lock_share(call->client, call->target.lockable, seconds, error));
}

static GVariant *
get_status(MsgrCall *call, const char *name)
{
    return g_variant_new_uint32(msgr_lock_status(call->client, call->target.lockable));
}

static GVariant *
get_app_id(MsgrCall *call, const char *name)
{
    const char *app_id = msgr_client_app_id(call->client, call->target.lockable);

    return g_variant_new_string(app_id == NULL ? "" : app_id);
}

static GVariant *
get_shared_until(MsgrCall *call, const char *name)
{
    MsgrUser *user = call->client->user;
    gboolean is_shared = msgr_user_shared_app_id(user, call->target.lockable) != NULL;

    return g_variant_new_uint64(is_shared ? user->data.shares[call->target.lockable].until : 0);
}

static const MsgrMethod methods[] = {
    { "RequestChallenge", MSGR_NEED_NOTHING, request_challenge },
    { "SendResponse", MSGR_NEED_NOTHING, send_response },
    { "Share", MSGR_NEED_NOTHING, share },
    { NULL },
};

static const MsgrProperty properties[] = {
    { "Status", .get = get_status },
    { "AppId", .get = get_app_id },
    { "SharedUntil", .get = get_shared_until },
    { NULL },
};

const MsgrInterface msgr_lock1 = {
    .info = &msgr_dbus_lock1_interface,
    .targets = MSGR_TARGET_SESSION_MANAGER | MSGR_TARGET_PRIVATE,
    .tells_lock = TRUE,
    .methods = methods,
    .properties = properties,
};
