/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * org.freedesktop.DBus.Properties: the same checks as for methods, per property.
 */
#include "msgr-properties.h"

#include "msgr-dispatch.h"
#include "msgr-service.h"

static const MsgrInterface *
find_interface(MsgrCall *call, const char *name, GError **error)
{
    const MsgrInterface *interface = msgr_interface_find(name);

    if (interface == NULL && msgr_dispatch_check_visible(call, error))
        msgr_dispatch_refuse(error, MSGR_ERROR_UNKNOWN_INTERFACE, "There is no interface", name);
    return interface;
}

static GVariant *
get(MsgrCall *call, const char *interface_name, const char *name, GError **error)
{
    const MsgrInterface *interface = find_interface(call, interface_name, error);
    const MsgrProperty *property;
    MsgrNeed need;

    if (interface == NULL)
        return NULL;
    property = msgr_interface_property(interface, name);
    need = property == NULL ? interface->need : property->need;
    if (!msgr_dispatch_check_object(call, interface, need, error))
        return NULL;
    if (property == NULL)
        return msgr_dispatch_refuse(error, MSGR_ERROR_UNKNOWN_PROPERTY, "There is no property",
                                    name);
    if (property->get_late != NULL) {
        property->get_late(call, FALSE);
        return NULL;
    }
    return g_variant_new("(v)", property->get(call, name));
}

/* While it is locked an object is not told from one that never was: no properties, whatever the
 * path. */
static GVariant *
get_all(MsgrCall *call, const char *interface_name, GError **error)
{
    const MsgrInterface *interface = find_interface(call, interface_name, error);
    GVariantBuilder builder;

    if (interface == NULL)
        return NULL;
    if (!msgr_need_is_met(interface->need, call->client))
        return g_variant_new("(@a{sv})", g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0));
    if (!msgr_dispatch_check_object(call, interface, interface->need, error))
        return NULL;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    for (const MsgrProperty *p = interface->properties; p->name != NULL; p++) {
        if (p->get_late != NULL) {
            g_variant_builder_clear(&builder);
            p->get_late(call, TRUE);
            return NULL;
        }
        if (msgr_need_is_met(p->need, call->client))
            g_variant_builder_add(&builder, "{sv}", p->name, p->get(call, p->name));
    }
    return g_variant_new("(a{sv})", &builder);
}

static gboolean
check_type(const MsgrInterface *interface, const char *name, GVariant *value, GError **error)
{
    GDBusPropertyInfo *info =
        g_dbus_interface_info_lookup_property((GDBusInterfaceInfo *)interface->info, name);

    if (info != NULL && g_str_equal(info->signature, g_variant_get_type_string(value)))
        return TRUE;
    msgr_dispatch_refuse(error, MSGR_ERROR_INVALID_ARGS, "Wrong type of value for", name);
    return FALSE;
}

static GVariant *
set(MsgrCall *call, const char *interface_name, const char *name, GVariant *value, GError **error)
{
    const MsgrInterface *interface = find_interface(call, interface_name, error);
    const MsgrProperty *property;
    MsgrNeed need;

    if (interface == NULL)
        return NULL;
    property = msgr_interface_property(interface, name);
    need = property == NULL ? interface->need : property->set_need;
    if (property != NULL && property->set == NULL)
        need = property->need;
    if (!msgr_dispatch_check_object(call, interface, need, error))
        return NULL;
    if (property == NULL)
        return msgr_dispatch_refuse(error, MSGR_ERROR_UNKNOWN_PROPERTY, "There is no property",
                                    name);
    if (property->set == NULL)
        return msgr_dispatch_refuse(error, MSGR_ERROR_PROPERTY_READ_ONLY, "One can only read",
                                    name);
    if (!check_type(interface, name, value, error) ||
        !msgr_need_check_rest(need, call->client, error) || !property->set(call, value, error))
        return NULL;
    return g_variant_new("()");
}

static GVariant *
call_member(MsgrCall *call, GVariant *args, const char *member, GError **error)
{
    const char *interface, *name;
    g_autoptr(GVariant) value = NULL;

    if (g_str_equal(member, "Get") && g_variant_is_of_type(args, G_VARIANT_TYPE("(ss)"))) {
        g_variant_get(args, "(&s&s)", &interface, &name);
        return get(call, interface, name, error);
    }
    if (g_str_equal(member, "GetAll") && g_variant_is_of_type(args, G_VARIANT_TYPE("(s)"))) {
        g_variant_get(args, "(&s)", &interface);
        return get_all(call, interface, error);
    }
    if (g_str_equal(member, "Set") && g_variant_is_of_type(args, G_VARIANT_TYPE("(ssv)"))) {
        g_variant_get(args, "(&s&sv)", &interface, &name, &value);
        return set(call, interface, name, value, error);
    }
    return msgr_dispatch_refuse(error, MSGR_ERROR_INVALID_ARGS, "Wrong types of arguments for",
                                member);
}

/**
 * msgr_properties_call:
 *
 * Returns: (nullable) (transfer floating): as msgr_dispatch().
 */
GVariant *
msgr_properties_call(MsgrCall *call, GError **error)
{
    static const char *const members[] = { "Get", "GetAll", "Set", NULL };
    const char *member = g_dbus_message_get_member(call->message);

    if (!g_strv_contains(members, member)) {
        if (!msgr_dispatch_check_visible(call, error))
            return NULL;
        return msgr_dispatch_refuse(error, MSGR_ERROR_UNKNOWN_METHOD, "There is no method", member);
    }
    return call_member(call, msgr_call_body(call), member, error);
}
