/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-environment.h"

/* What the service manager, the bus and a launcher told the agent of itself, and what debugs it. */
static const char *const own_variables[] = {
    "BAMF_DESKTOP_FILE_HINT",
    "CACHE_DIRECTORY",
    "CONFIGURATION_DIRECTORY",
    "CREDENTIALS_DIRECTORY",
    "DBUS_STARTER_ADDRESS",
    "DBUS_STARTER_BUS_TYPE",
    "DESKTOP_AUTOSTART_ID",
    "DESKTOP_STARTUP_ID",
    "FDSTORE",
    "GIO_LAUNCHED_DESKTOP_FILE",
    "GIO_LAUNCHED_DESKTOP_FILE_PID",
    "GNOTIFICATION_BACKEND",
    "G_DBUS_DEBUG",
    "G_DEBUG",
    "G_MESSAGES_DEBUG",
    "G_SLICE",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "LISTEN_FDNAMES",
    "LISTEN_FDS",
    "LISTEN_PID",
    "LOGS_DIRECTORY",
    "MANAGERPID",
    "MEMORY_PRESSURE_WATCH",
    "MEMORY_PRESSURE_WRITE",
    "MSGR_SESSION",
    "NOTIFY_SOCKET",
    "RUNTIME_DIRECTORY",
    "STATE_DIRECTORY",
    "SYSTEMD_EXEC_PID",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
    "XDG_ACTIVATION_TOKEN",
};

/* X11 has a name for it, Wayland another; a toolkit takes the one that it understands. */
static const char *const token_variables[] = { "DESKTOP_STARTUP_ID", "XDG_ACTIVATION_TOKEN" };

/**
 * msgr_agent_environment_new:
 * @own: the agent's environment
 * @token: (nullable): the desktop's token for the new window; %NULL or "": none
 * @session: the path of the session that is launched for
 *
 * Returns: the environment of a program that is launched for a session.
 */
char **
msgr_agent_environment_new(const char *const *own, const char *token, const char *session)
{
    char **environment = g_strdupv((char **)own);

    for (gsize i = 0; i < G_N_ELEMENTS(own_variables); i++)
        environment = g_environ_unsetenv(environment, own_variables[i]);
    for (gsize i = 0; token != NULL && *token != '\0' && i < G_N_ELEMENTS(token_variables); i++)
        environment = g_environ_setenv(environment, token_variables[i], token, TRUE);
    return g_environ_setenv(environment, "MSGR_SESSION", session, TRUE);
}

/**
 * msgr_agent_environment_clean_context:
 *
 * The same for what GLib launches; without a session.
 */
void
msgr_agent_environment_clean_context(GAppLaunchContext *context, const char *token)
{
    for (gsize i = 0; i < G_N_ELEMENTS(own_variables); i++)
        g_app_launch_context_unsetenv(context, own_variables[i]);
    for (gsize i = 0; token != NULL && *token != '\0' && i < G_N_ELEMENTS(token_variables); i++)
        g_app_launch_context_setenv(context, token_variables[i], token);
}
