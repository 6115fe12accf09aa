/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * org.msgr.Session1: one side of a session.
 */
#include "msgr-contact.h"
#include "msgr-interface-info.h"
#include "msgr-interface.h"
#include "msgr-options.h"
#include "msgr-service.h"
#include "msgr-session-calls.h"
#include "msgr-start.h"
#include "msgr-target.h"

static GVariant *
invite(MsgrCall *call, GVariant *args, GError **error)
{
    const char *path, *app_data;
    MsgrTarget target;

    g_variant_get(args, "(&o&s)", &path, &app_data);
    target = msgr_target_find(msgr_service_model(call->service), call->client, path);
    return msgr_handled(msgr_side_invite(call->target.side, target.contact, app_data, error));
}

static GVariant *
accept(MsgrCall *call, GVariant *args, GError **error)
{
    const char *app_data;

    g_variant_get(args, "(&s)", &app_data);
    return msgr_handled(msgr_side_accept(call->target.side, app_data, NULL, error));
}

static GVariant *
accept_with(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) options = NULL;
    const char *app_data, *local_address = NULL, *token = NULL;

    g_variant_get(args, "(&s@a{sv})", &app_data, &options);
    if (!msgr_options_string(options, "LocalAddress", &local_address, error) ||
        !msgr_options_token(options, &token, error) ||
        !msgr_side_accept(call->target.side, app_data, local_address, error))
        return NULL;
    msgr_start_set_token(call->target.side, token);
    return msgr_handled(TRUE);
}

static GVariant *
decline(MsgrCall *call, GVariant *args, GError **error)
{
    const char *app_data;

    g_variant_get(args, "(&s)", &app_data);
    return msgr_handled(msgr_side_decline(call->target.side, app_data, error));
}

static GVariant *
cancel(MsgrCall *call, GVariant *args, GError **error)
{
    const char *app_data;
    guint32 hr;

    g_variant_get(args, "(u&s)", &hr, &app_data);
    return msgr_handled(msgr_side_cancel(call->target.side, hr, app_data, error));
}

static GVariant *
send_context_data(MsgrCall *call, GVariant *args, GError **error)
{
    const char *data;

    g_variant_get(args, "(&s)", &data);
    return msgr_handled(msgr_side_send_context_data(call->target.side, data, error));
}

static GVariant *
suppress_default(MsgrCall *call, GVariant *args, GError **error)
{
    const char *event;

    g_variant_get(args, "(&s)", &event);
    return msgr_handled(msgr_side_suppress(call->target.side, call->client, event, error));
}

static GVariant *
detach(MsgrCall *call, GVariant *args, GError **error)
{
    return msgr_handled(msgr_side_detach(call->target.side, error));
}

static GVariant *
get(MsgrCall *call, const char *name)
{
    return msgr_side_property(call->target.side, name);
}

static gboolean
set_application(MsgrCall *call, GVariant *value, GError **error)
{
    return msgr_side_set_application(call->target.side, g_variant_get_string(value, NULL), error);
}

static gboolean
set_local_address(MsgrCall *call, GVariant *value, GError **error)
{
    return msgr_side_set_local_address(call->target.side, g_variant_get_string(value, NULL), error);
}

static const MsgrMethod methods[] = {
    { "Invite", MSGR_NEED_SESSIONS, invite },
    { "Accept", MSGR_NEED_SESSIONS, accept },
    { "AcceptWith", MSGR_NEED_SESSIONS, accept_with },
    { "Decline", MSGR_NEED_SESSIONS, decline },
    { "Cancel", MSGR_NEED_SESSIONS, cancel },
    { "SendContextData", MSGR_NEED_SESSIONS, send_context_data },
    { "SuppressDefault", MSGR_NEED_SESSIONS, suppress_default },
    { "Detach", MSGR_NEED_SESSIONS, detach },
    { NULL },
};

#define READ_ONLY(name)                                                                            \
    {                                                                                              \
        name, MSGR_NEED_SESSIONS, get                                                              \
    }

static const MsgrProperty properties[] = {
    { "Application", MSGR_NEED_SESSIONS, get, MSGR_NEED_SESSIONS, set_application },
    READ_ONLY("ApplicationName"),
    READ_ONLY("ApplicationUrl"),
    READ_ONLY("ContextData"),
    READ_ONLY("Flags"),
    { "LocalAddress", MSGR_NEED_SESSIONS, get, MSGR_NEED_SESSIONS, set_local_address },
    READ_ONLY("RemoteAddress"),
    READ_ONLY("SessionId"),
    READ_ONLY("State"),
    READ_ONLY("User"),
    READ_ONLY("ExpiresAt"),
    READ_ONLY("Result"),
    { NULL },
};

const MsgrInterface msgr_session1 = {
    .info = &msgr_dbus_session1_interface,
    .targets = MSGR_TARGET_SESSION,
    .need = MSGR_NEED_SESSIONS,
    .methods = methods,
    .properties = properties,
};
