/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-ctl-service.h"

#include <glib/gi18n.h>

#include "msgr-ctl-json.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-words.h"
#include "msgr-error.h"
#include "msgr-names.h"

/**
 * msgr_ctl_services_list:
 *
 * Something must have been unlocked.
 *
 * Returns: (nullable): a(ssssu), as Messenger1.ListServices answers.
 */
GVariant *
msgr_ctl_services_list(MsgrCtl *ctl, GError **error)
{
    g_autoptr(GVariant) reply = msgr_ctl_bus_call(ctl->bus, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE,
                                                  "ListServices", NULL, "(a(ssssu))", error);

    return reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
}

/**
 * msgr_ctl_services_describe:
 *
 * Something must have been unlocked.
 *
 * Returns: (nullable): a(sa{sv}), as Messenger1.DescribeServices answers.
 */
GVariant *
msgr_ctl_services_describe(MsgrCtl *ctl, GError **error)
{
    g_autoptr(GVariant) reply = NULL;

    reply = msgr_ctl_bus_call(ctl->bus, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "DescribeServices",
                              g_variant_new_parsed("(@a{sv} {},)"), "(a(sa{sv}))", error);
    return reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
}

/**
 * msgr_ctl_services_find:
 * @services: (nullable): as msgr_ctl_services_describe() returns them
 *
 * Returns: (nullable): what is known of this service.
 */
GVariant *
msgr_ctl_services_find(GVariant *services, const char *id)
{
    GVariantIter iter;
    const char *found;
    GVariant *details;

    if (services == NULL)
        return NULL;
    g_variant_iter_init(&iter, services);
    while (g_variant_iter_next(&iter, "(&s@a{sv})", &found, &details)) {
        if (g_str_equal(found, id))
            return details;
        g_variant_unref(details);
    }
    return NULL;
}

/**
 * msgr_ctl_service_reason:
 *
 * Returns: why a service isn't signed in, a SESSION_RESULT, in words.
 */
char *
msgr_ctl_service_reason(guint32 hr)
{
    if (hr == msgr_error_hresult(MSGR_ERROR_AUTHENTICATION_FAILED))
        return g_strdup(_("wrong password"));
    if (hr == msgr_error_hresult(MSGR_ERROR_CONNECTION_FAILURE))
        return g_strdup(_("no connection"));
    if (hr == msgr_error_hresult(MSGR_ERROR_NETWORK_CONFIG_FAILURE))
        return g_strdup(_("settings or certificate"));
    return msgr_ctl_result_word(hr);
}

static gboolean
is_signed_in(GVariant *details)
{
    return msgr_ctl_dict_uint32(details, "Status") > MSGR_STATUS_OFFLINE;
}

/**
 * msgr_ctl_service_state:
 * @details: what is known of a service beyond this machine
 *
 * Returns: how it is, in words.
 */
char *
msgr_ctl_service_state(GVariant *details)
{
    const guint32 hr = msgr_ctl_dict_uint32(details, "Result");
    g_autofree char *reason = msgr_ctl_service_reason(hr);

    if (is_signed_in(details))
        return g_strdup(msgr_ctl_status_word(msgr_ctl_dict_uint32(details, "Status")));
    if (!msgr_ctl_dict_boolean(details, "Wanted"))
        return g_strdup(_("signed out"));
    if (!msgr_ctl_dict_boolean(details, "Connector"))
        return g_strdup(_("not running"));
    if (msgr_ctl_dict_boolean(details, "SigningIn"))
        return g_strdup(_("signing in"));
    if (hr == 0)
        return g_strdup(_("signed out"));
    if (msgr_ctl_dict_boolean(details, "WillRetry"))
        return g_strdup_printf(_("signed out: %s; will be tried again"), reason);
    return g_strdup_printf(_("signed out: %s"), reason);
}

/* Red is what goes on only when somebody does something. */
MsgrCtlStyle
msgr_ctl_service_style(GVariant *details)
{
    if (is_signed_in(details))
        return msgr_ctl_status_style(msgr_ctl_dict_uint32(details, "Status"));
    if (!msgr_ctl_dict_boolean(details, "Wanted"))
        return MSGR_CTL_DIM;
    if (msgr_ctl_dict_uint32(details, "Result") == 0 ||
        msgr_ctl_dict_boolean(details, "WillRetry") || !msgr_ctl_dict_boolean(details, "Connector"))
        return MSGR_CTL_YELLOW;
    return MSGR_CTL_RED;
}

/**
 * msgr_ctl_service_add_json:
 * @details: (nullable): what is known of a service beyond this machine
 *
 * Adds why it isn't signed in, with the names of the interface.
 */
void
msgr_ctl_service_add_json(GVariant *details, JsonObject *object)
{
    static const char *const keys[] = { "Wanted", "Connector", "SigningIn",
                                        "Result", "WillRetry", "Message" };
    g_autofree char *name = NULL;

    if (details == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GVariant) value = g_variant_lookup_value(details, keys[i], NULL);

        if (value != NULL)
            msgr_ctl_json_set_variant(object, keys[i], value);
    }
    if (msgr_ctl_dict_uint32(details, "Result") == 0)
        return;
    name = msgr_ctl_result_name(msgr_ctl_dict_uint32(details, "Result"));
    json_object_set_string_member(object, "ResultName", name);
}
