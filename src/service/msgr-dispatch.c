/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a message to its handler. The order of the checks is the one that clients rely on: lock,
 * visibility, arguments, then what the handler checks; the first that fails names the error.
 */
#include "msgr-dispatch.h"

#include "msgr-interface.h"
#include "msgr-properties.h"
#include "msgr-service.h"
#include "msgr-target.h"

#define INTROSPECTABLE "org.freedesktop.DBus.Introspectable"
#define PROPERTIES     "org.freedesktop.DBus.Properties"

/**
 * msgr_dispatch_refuse:
 * @what: what is wrong
 * @name: with what
 *
 * Returns: %NULL, with @error set.
 */
GVariant *
msgr_dispatch_refuse(GError **error, MsgrError code, const char *what, const char *name)
{
    g_set_error(error, MSGR_ERROR, code, "%s %s", what, name);
    return NULL;
}

/* The second bus name is a boundary of its own: a sandbox may let a program talk to the first only.
 */
static gboolean
check_destination(MsgrCall *call, const MsgrInterface *interface, GError **error)
{
    const char *destination = g_dbus_message_get_destination(call->message);

    if (!interface->is_for_agents || g_strcmp0(destination, MSGR_AGENTS_BUS_NAME) == 0)
        return TRUE;
    g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_ACCESS_DENIED,
                        "This interface answers only under the name " MSGR_AGENTS_BUS_NAME);
    return FALSE;
}

/**
 * msgr_dispatch_check_object:
 *
 * Lock, then visibility: whether the call's object has @interface for this client.
 *
 * Errors: MSGR_ERROR_ACCESS_DENIED, MSGR_ERROR_API_LOCKED, MSGR_ERROR_UNKNOWN_OBJECT,
 * MSGR_ERROR_UNKNOWN_INTERFACE.
 */
gboolean
msgr_dispatch_check_object(MsgrCall *call, const MsgrInterface *interface, MsgrNeed need,
                           GError **error)
{
    call->need = need;
    if (!check_destination(call, interface, error) ||
        !msgr_need_check_lock(need, call->client, error))
        return FALSE;
    if (!msgr_dispatch_check_visible(call, error))
        return FALSE;
    if (!(interface->targets & call->target.kind)) {
        msgr_dispatch_refuse(error, MSGR_ERROR_UNKNOWN_INTERFACE, "This object has no interface",
                             interface->info->name);
        return FALSE;
    }
    if (interface->tells_lock)
        msgr_lock_met(call->client, call->target.lockable);
    return TRUE;
}

/**
 * msgr_dispatch_check_visible:
 *
 * Errors: MSGR_ERROR_UNKNOWN_OBJECT.
 */
gboolean
msgr_dispatch_check_visible(MsgrCall *call, GError **error)
{
    if (call->target.kind != MSGR_TARGET_NONE)
        return TRUE;
    g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_UNKNOWN_OBJECT,
                        "There is no object at this path");
    return FALSE;
}

static GVariant *
call_unknown_interface(MsgrCall *call, GError **error)
{
    if (!msgr_dispatch_check_visible(call, error))
        return NULL;
    if (g_dbus_message_get_interface(call->message) == NULL)
        return msgr_dispatch_refuse(error, MSGR_ERROR_UNKNOWN_METHOD, "There is no method",
                                    g_dbus_message_get_member(call->message));
    return msgr_dispatch_refuse(error, MSGR_ERROR_UNKNOWN_INTERFACE, "There is no interface",
                                g_dbus_message_get_interface(call->message));
}

static GVariant *
call_method(MsgrCall *call, const MsgrInterface *interface, GError **error)
{
    const char *member = g_dbus_message_get_member(call->message);
    const MsgrMethod *method = msgr_interface_method(interface, member);
    GVariant *args = msgr_call_body(call);
    MsgrNeed need = method == NULL ? interface->need : method->need;

    if (!msgr_dispatch_check_object(call, interface, need, error))
        return NULL;
    if (method == NULL)
        return msgr_dispatch_refuse(error, MSGR_ERROR_UNKNOWN_METHOD, "There is no method", member);
    if (!msgr_interface_takes(interface, member, args))
        return msgr_dispatch_refuse(error, MSGR_ERROR_INVALID_ARGS, "Wrong types of arguments for",
                                    member);
    if (!msgr_need_check_rest(need, call->client, error))
        return NULL;
    return method->handler(call, args, error);
}

static GVariant *
introspect(MsgrCall *call, const char *member, GError **error)
{
    g_autofree char *xml = NULL;

    if (!g_str_equal(member, "Introspect"))
        return msgr_dispatch_check_visible(call, error)
                   ? msgr_dispatch_refuse(error, MSGR_ERROR_UNKNOWN_METHOD, "There is no method",
                                          member)
                   : NULL;
    if (!g_variant_is_of_type(msgr_call_body(call), G_VARIANT_TYPE_UNIT))
        return msgr_dispatch_refuse(error, MSGR_ERROR_INVALID_ARGS, "There are no arguments to",
                                    "Introspect");
    xml = msgr_target_introspect(msgr_service_model(call->service), call->client,
                                 msgr_call_path(call));
    return g_variant_new("(s)", xml);
}

static gboolean
is_standard(const char *interface, const char *member, const char *name, const char *const *members)
{
    return g_strcmp0(interface, name) == 0 ||
           (interface == NULL && g_strv_contains(members, member));
}

/**
 * msgr_dispatch:
 *
 * Answers a call of a known client.
 *
 * Returns: (nullable) (transfer floating): the reply's value; %NULL with an error, or if it is
 * answered later.
 */
GVariant *
msgr_dispatch(MsgrCall *call, GError **error)
{
    static const char *const introspectable[] = { "Introspect", NULL };
    static const char *const properties[] = { "Get", "GetAll", "Set", NULL };
    const char *interface = g_dbus_message_get_interface(call->message);
    const char *member = g_dbus_message_get_member(call->message);
    const MsgrInterface *own;

    call->target =
        msgr_target_find(msgr_service_model(call->service), call->client, msgr_call_path(call));
    if (is_standard(interface, member, INTROSPECTABLE, introspectable))
        return introspect(call, member, error);
    if (is_standard(interface, member, PROPERTIES, properties))
        return msgr_properties_call(call, error);
    own = interface == NULL ? msgr_interface_with_method(member, call->target.kind)
                            : msgr_interface_find(interface);
    if (own == NULL)
        return call_unknown_interface(call, error);
    return call_method(call, own, error);
}
