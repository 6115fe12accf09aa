/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-activation.h"

#include <glib/gi18n.h>

#include "msgr-error.h"

/* Milliseconds. The service waits for 10 seconds; an application that starts slowly is no failure.
 */
#define PATIENCE 8000

typedef struct {
    MsgrAgentActivated activated;
    gpointer data;
} Activation;

/**
 * msgr_agent_activation_path:
 *
 * Returns: where the application that owns @name has its object.
 */
char *
msgr_agent_activation_path(const char *name)
{
    GString *path = g_string_new("/");

    for (const char *at = name; *at != '\0'; at++)
        g_string_append_c(path, *at == '.' ? '/' : *at == '-' ? '_' : *at);
    return g_string_free(path, FALSE);
}

static void
replied(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree Activation *activation = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = NULL;

    reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        g_clear_error(&error);
    if (error != NULL)
        g_dbus_error_strip_remote_error(error);
    activation->activated(error, activation->data);
}

static GVariant *
platform_data(const char *token)
{
    GVariantBuilder data = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    if (*token != '\0') {
        g_variant_builder_add(&data, "{sv}", "activation-token", g_variant_new_string(token));
        g_variant_builder_add(&data, "{sv}", "desktop-startup-id", g_variant_new_string(token));
    }
    return g_variant_new("(a{sv})", &data);
}

/**
 * msgr_agent_activation_start:
 * @info: a desktop file with DBusActivatable
 * @token: the desktop's for the new window; "" if there is none
 *
 * Activates an application. It isn't told for which session: it asks the service.
 */
void
msgr_agent_activation_start(GDBusConnection *connection, GDesktopAppInfo *info, const char *token,
                            MsgrAgentActivated activated, gpointer data)
{
    const char *file = g_desktop_app_info_get_filename(info);
    g_autofree char *name = g_path_get_basename(file != NULL ? file : "");
    g_autofree char *path = NULL;
    g_autoptr(GError) error = NULL;
    Activation *activation;

    if (g_str_has_suffix(name, ".desktop"))
        name[strlen(name) - strlen(".desktop")] = '\0';
    if (!g_dbus_is_name(name) || g_dbus_is_unique_name(name)) {
        g_set_error(&error, MSGR_ERROR, MSGR_ERROR_APPLICATION_LAUNCH_FAILED,
                    _("%s can't be activated: it has no name on the bus."), name);
        activated(error, data);
        return;
    }
    path = msgr_agent_activation_path(name);
    activation = g_new0(Activation, 1);
    activation->activated = activated;
    activation->data = data;
    g_dbus_connection_call(connection, name, path, "org.freedesktop.Application", "Activate",
                           platform_data(token), G_VARIANT_TYPE_UNIT, G_DBUS_CALL_FLAGS_NONE,
                           PATIENCE, NULL, replied, activation);
}
