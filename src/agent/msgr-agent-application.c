/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>

#include "msgr-agent-desk.h"
#include "msgr-bus.h"
#include "msgr-names.h"

struct _MsgrAgentApplication {
    GApplication parent;
    char *bus;
    char *roles;
    int priority;
    gboolean verbose;
    MsgrAgentService *service;
    MsgrAgentDesk *desk;
    char *token; /* the desktop's, while an action is activated */
    guint signals[2];
};

G_DEFINE_TYPE(MsgrAgentApplication, msgr_agent_application, G_TYPE_APPLICATION)

#define SUMMARY                                                                                    \
    N_("Shows invitations of the messenger service, and starts the applications that they are "    \
       "for.")
#define DESCRIPTION N_("It runs once in a session, and is started with it. See msgr-agent(1).")

/* Options */

static char **
parse_roles(const char *text)
{
    g_auto(GStrv) roles = g_strsplit(text != NULL ? text : "ui,launch", ",", -1);

    for (char **role = roles; *role != NULL; role++) {
        if (!g_str_equal(*role, "ui") && !g_str_equal(*role, "launch")) {
            g_printerr(_("There is no role “%s”: ui and launch are.\n"), *role);
            return NULL;
        }
    }
    return g_steal_pointer(&roles);
}

static int
handle_local_options(GApplication *application, GVariantDict *options)
{
    MsgrAgentApplication *self = MSGR_AGENT_APPLICATION(application);
    g_auto(GStrv) roles = NULL;

    if (g_variant_dict_contains(options, "version")) {
        g_print("msgr-agent " PACKAGE_VERSION "\n");
        return 0;
    }
    roles = parse_roles(self->roles);
    if (roles == NULL || *roles == NULL)
        return 2;
    if (self->verbose)
        g_log_set_debug_enabled(TRUE);
    self->service = msgr_agent_service_new(msgr_bus_where(self->bus), (const char *const *)roles,
                                           self->priority);
    return -1;
}

static void
add_options(MsgrAgentApplication *self)
{
    const GOptionEntry entries[] = {
        { "bus", 'b', 0, G_OPTION_ARG_FILENAME, &self->bus,
          N_("the service's bus: system, session or an address (else MSGR_BUS, else system)"),
          N_("BUS") },
        { "roles", 'r', 0, G_OPTION_ARG_STRING, &self->roles,
          N_("what to do: ui (show and ask), launch, or both (the default: ui,launch)"),
          N_("ROLES") },
        { "priority", 'p', 0, G_OPTION_ARG_INT, &self->priority,
          N_("before agents of a lower number (default: 0)"), N_("NUMBER") },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, N_("log more"), NULL },
        { "version", 'V', 0, G_OPTION_ARG_NONE, NULL, N_("print the version"), NULL },
        { NULL },
    };
    GApplication *application = G_APPLICATION(self);

    g_application_add_main_option_entries(application, entries);
    g_application_set_option_context_summary(application, _(SUMMARY));
    g_application_set_option_context_description(application, _(DESCRIPTION));
}

/* Actions: they come over the bus, with the desktop's token */

static void
before_emit(GApplication *application, GVariant *platform_data)
{
    MsgrAgentApplication *self = MSGR_AGENT_APPLICATION(application);

    g_clear_pointer(&self->token, g_free);
    if (!g_variant_lookup(platform_data, "activation-token", "s", &self->token))
        g_variant_lookup(platform_data, "desktop-startup-id", "s", &self->token);
}

static void
after_emit(GApplication *application, GVariant *platform_data)
{
    g_clear_pointer(&MSGR_AGENT_APPLICATION(application)->token, g_free);
}

static void
activated(GSimpleAction *action, GVariant *target, gpointer data)
{
    MsgrAgentApplication *self = data;

    if (self->desk != NULL)
        msgr_agent_desk_click(self->desk, g_action_get_name(G_ACTION(action)), target, self->token);
}

static void
add_actions(MsgrAgentApplication *self)
{
    for (gsize i = 0; msgr_agent_desk_actions[i][0] != NULL; i++) {
        g_autoptr(GSimpleAction) action = g_simple_action_new(
            msgr_agent_desk_actions[i][0], G_VARIANT_TYPE(msgr_agent_desk_actions[i][1]));

        g_signal_connect(action, "activate", G_CALLBACK(activated), self);
        g_action_map_add_action(G_ACTION_MAP(self), G_ACTION(action));
    }
}

/* Life */

static gboolean
told_to_end(gpointer data)
{
    g_application_quit(data);
    return G_SOURCE_CONTINUE;
}

static void
startup(GApplication *application)
{
    MsgrAgentApplication *self = MSGR_AGENT_APPLICATION(application);

    G_APPLICATION_CLASS(msgr_agent_application_parent_class)->startup(application);
    add_actions(self);
    self->signals[0] = g_unix_signal_add(SIGTERM, told_to_end, self);
    self->signals[1] = g_unix_signal_add(SIGINT, told_to_end, self);
    self->desk = msgr_agent_desk_new(application, self->service);
    g_application_hold(application);
}

/* A second start finds the first: there is nothing to raise. */
static void
activate(GApplication *application)
{
    g_debug("Running already");
}

/* What has been cancelled says so to its callers, which are still there. */
static void
shut_down(GApplication *application)
{
    MsgrAgentApplication *self = MSGR_AGENT_APPLICATION(application);
    GDBusConnection *connection = g_application_get_dbus_connection(application);

    msgr_agent_desk_leave(self->desk);
    if (connection != NULL)
        g_dbus_connection_flush_sync(connection, NULL, NULL);
    msgr_agent_service_stop(self->service);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_clear_pointer(&self->desk, msgr_agent_desk_free);
    for (gsize i = 0; i < G_N_ELEMENTS(self->signals); i++)
        g_clear_handle_id(&self->signals[i], g_source_remove);
    G_APPLICATION_CLASS(msgr_agent_application_parent_class)->shutdown(application);
}

static void
msgr_agent_application_finalize(GObject *object)
{
    MsgrAgentApplication *self = MSGR_AGENT_APPLICATION(object);

    g_clear_object(&self->service);
    g_free(self->bus);
    g_free(self->roles);
    g_free(self->token);
    G_OBJECT_CLASS(msgr_agent_application_parent_class)->finalize(object);
}

static void
msgr_agent_application_class_init(MsgrAgentApplicationClass *class)
{
    GApplicationClass *application = G_APPLICATION_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = msgr_agent_application_finalize;
    application->handle_local_options = handle_local_options;
    application->before_emit = before_emit;
    application->after_emit = after_emit;
    application->startup = startup;
    application->activate = activate;
    application->shutdown = shut_down;
}

static void
msgr_agent_application_init(MsgrAgentApplication *self)
{
    add_options(self);
}

MsgrAgentApplication *
msgr_agent_application_new(void)
{
    return g_object_new(MSGR_TYPE_AGENT_APPLICATION, "application-id", MSGR_AGENT_APP_ID, NULL);
}
