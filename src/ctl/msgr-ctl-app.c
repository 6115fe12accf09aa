/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Applications as people name them, and which of them are msgrctl's own.
 */
#include "config.h"

#include "msgr-ctl-app.h"

#include <glib/gi18n.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-text.h"
#include "msgr-guid.h"
#include "msgr-names.h"

#define PROGRAM_NAME "msgrctl"

/**
 * msgr_ctl_app_guid:
 * @text: a GUID, with or without braces, in any case
 *
 * Returns: (nullable): it as the service wants it, or %NULL if it is none.
 */
char *
msgr_ctl_app_guid(const char *text)
{
    g_autofree char *upper = g_ascii_strup(text, -1);
    g_autofree char *guid = *upper == '{' ? g_strdup(upper) : g_strdup_printf("{%s}", upper);

    return msgr_guid_is_valid(guid) ? g_steal_pointer(&guid) : NULL;
}

/**
 * msgr_ctl_apps_list:
 *
 * Returns: (nullable): an aa{sv} of the applications that are registered for the user.
 */
GVariant *
msgr_ctl_apps_list(MsgrCtl *ctl, GError **error)
{
    return msgr_ctl_bus_get(ctl->bus, MSGR_SESSION_MANAGER_PATH, MSGR_SESSION_MANAGER_IFACE,
                            "Applications", "aa{sv}", error);
}

static void
set_not_found(const char *text, gboolean ambiguous, GError **error)
{
    g_autofree char *safe = msgr_ctl_text_safe(text);

    if (ambiguous)
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_NO_APP, _("Give its GUID: msgrctl apps list"),
                           _("%s: more than one application has that name"), safe);
    else
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_NO_APP,
                           _("Give the GUID or the whole name: msgrctl apps list"),
                           _("%s: no application is registered under that name"), safe);
}

/**
 * msgr_ctl_app_find:
 * @text: a GUID, or the name of an application that is registered
 *
 * Returns: (nullable): the GUID.
 */
char *
msgr_ctl_app_find(MsgrCtl *ctl, const char *text, GError **error)
{
    g_autoptr(GVariant) list = NULL;
    g_autofree char *found = NULL;
    char *guid = msgr_ctl_app_guid(text);
    GVariantIter iter;
    GVariant *app;

    if (guid != NULL)
        return guid;
    list = msgr_ctl_apps_list(ctl, error);
    if (list == NULL)
        return NULL;
    g_variant_iter_init(&iter, list);
    while (g_variant_iter_loop(&iter, "@a{sv}", &app)) {
        if (!g_str_equal(msgr_ctl_dict_string(app, "Name"), text))
            continue;
        if (found != NULL) {
            g_variant_unref(app);
            set_not_found(text, TRUE, error);
            return NULL;
        }
        found = g_strdup(msgr_ctl_dict_string(app, "Guid"));
    }
    if (found == NULL)
        set_not_found(text, FALSE, error);
    return g_steal_pointer(&found);
}

/**
 * msgr_ctl_app_own_program:
 *
 * Returns: (nullable): the path of this program.
 */
char *
msgr_ctl_app_own_program(void)
{
    return g_file_read_link("/proc/self/exe", NULL);
}

/**
 * msgr_ctl_app_is_own:
 * @guid: an application
 *
 * Returns: whether it was registered without a program of its own, so that msgrctl is the program:
 *   launching it would do nothing, taking part in the shell does.
 */
gboolean
msgr_ctl_app_is_own(MsgrCtl *ctl, const char *guid)
{
    g_autoptr(GVariant) list = msgr_ctl_apps_list(ctl, NULL);
    gboolean own = FALSE;
    GVariantIter iter;
    GVariant *app;

    if (list == NULL)
        return FALSE;
    g_variant_iter_init(&iter, list);
    while (g_variant_iter_loop(&iter, "@a{sv}", &app)) {
        g_autofree char *program = g_path_get_basename(msgr_ctl_dict_string(app, "Path"));

        if (g_str_equal(msgr_ctl_dict_string(app, "Guid"), guid))
            own = g_str_equal(program, PROGRAM_NAME);
    }
    return own;
}
