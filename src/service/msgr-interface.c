/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-interface.h"

/**
 * msgr_interfaces:
 *
 * Returns: every interface of the service's, ended by %NULL.
 */
const MsgrInterface *const *
msgr_interfaces(void)
{
    static const MsgrInterface *const interfaces[] = {
        &msgr_messenger1,         &msgr_lock1,
        &msgr_key_manager1,       &msgr_agent_manager1,
        &msgr_connector_manager1, &msgr_session_manager1,
        &msgr_session1,           &msgr_contact1,
        &msgr_private1,           NULL,
    };

    return interfaces;
}

const MsgrInterface *
msgr_interface_find(const char *name)
{
    const MsgrInterface *const *interfaces = msgr_interfaces();

    for (gsize i = 0; interfaces[i] != NULL; i++) {
        if (g_strcmp0(interfaces[i]->info->name, name) == 0)
            return interfaces[i];
    }
    return NULL;
}

/**
 * msgr_interface_with_method:
 * @kind: of the object that is called
 *
 * Returns: (nullable): the interface that a call without an interface means: that of the object, or
 * if it has no such method, or there is no object, the first that has.
 */
const MsgrInterface *
msgr_interface_with_method(const char *member, MsgrTargetKind kind)
{
    const MsgrInterface *const *interfaces = msgr_interfaces();
    const MsgrInterface *first = NULL;

    for (gsize i = 0; interfaces[i] != NULL; i++) {
        if (msgr_interface_method(interfaces[i], member) == NULL)
            continue;
        if (interfaces[i]->targets & kind)
            return interfaces[i];
        first = first == NULL ? interfaces[i] : first;
    }
    return first;
}

const MsgrMethod *
msgr_interface_method(const MsgrInterface *self, const char *name)
{
    for (const MsgrMethod *method = self->methods; method->name != NULL; method++) {
        if (g_strcmp0(method->name, name) == 0)
            return method;
    }
    return NULL;
}

const MsgrProperty *
msgr_interface_property(const MsgrInterface *self, const char *name)
{
    for (const MsgrProperty *property = self->properties; property->name != NULL; property++) {
        if (g_strcmp0(property->name, name) == 0)
            return property;
    }
    return NULL;
}

/**
 * msgr_interface_takes:
 *
 * Returns: whether @args are of the types that the method has in the XML.
 */
gboolean
msgr_interface_takes(const MsgrInterface *self, const char *method, GVariant *args)
{
    GDBusMethodInfo *info =
        g_dbus_interface_info_lookup_method((GDBusInterfaceInfo *)self->info, method);
    g_autoptr(GString) type = g_string_new("(");

    g_return_val_if_fail(info != NULL, FALSE);
    for (gsize i = 0; info->in_args != NULL && info->in_args[i] != NULL; i++)
        g_string_append(type, info->in_args[i]->signature);
    g_string_append_c(type, ')');
    return g_str_equal(type->str, g_variant_get_type_string(args));
}

/**
 * msgr_handled:
 *
 * Returns: (nullable) (transfer floating): the reply of a method that answers nothing, if it was
 * @done.
 */
GVariant *
msgr_handled(gboolean done)
{
    return done ? g_variant_new("()") : NULL;
}

static gboolean
is_unlocked_for(MsgrNeed need, MsgrClient *client)
{
    switch (need) {
    case MSGR_NEED_NOTHING:
        return TRUE;
    case MSGR_NEED_SESSIONS:
        return msgr_client_is_unlocked(client, MSGR_OBJECT_SESSION_MANAGER);
    case MSGR_NEED_PRIVATE:
        return msgr_client_is_unlocked(client, MSGR_OBJECT_PRIVATE);
    case MSGR_NEED_SIGN_IN:
        /* nobody can unlock anything before somebody has signed in */
        return !msgr_user_is_signed_in(client->user) || msgr_client_is_unlocked_anywhere(client);
    case MSGR_NEED_EITHER:
    case MSGR_NEED_CONTACT_LIST:
    default:
        return msgr_client_is_unlocked_anywhere(client);
    }
}

/**
 * msgr_need_is_met:
 *
 * Returns: whether the client has all that is needed.
 */
gboolean
msgr_need_is_met(MsgrNeed need, MsgrClient *client)
{
    return msgr_need_check_lock(need, client, NULL) && msgr_need_check_rest(need, client, NULL);
}

/**
 * msgr_need_check_lock:
 *
 * The part that is checked before anything is said about the object.
 *
 * Errors: MSGR_ERROR_API_LOCKED.
 */
gboolean
msgr_need_check_lock(MsgrNeed need, MsgrClient *client, GError **error)
{
    if (is_unlocked_for(need, client))
        return TRUE;
    g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_API_LOCKED,
                        "Locked: answer a challenge of Lock1 first");
    return FALSE;
}

/**
 * msgr_need_check_rest:
 *
 * The part that is checked after the arguments.
 *
 * Errors: MSGR_ERROR_ACCESS_DENIED.
 */
gboolean
msgr_need_check_rest(MsgrNeed need, MsgrClient *client, GError **error)
{
    if (need != MSGR_NEED_CONTACT_LIST || msgr_client_may_use_contact_list(client))
        return TRUE;
    g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_ACCESS_DENIED,
                        "The contact list needs the private object unlocked, or the capability "
                        "\"messenger\"");
    return FALSE;
}
