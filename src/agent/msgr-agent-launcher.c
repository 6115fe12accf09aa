/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-launcher.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <sys/wait.h>
#include <unistd.h>

#include "msgr-agent-activation.h"
#include "msgr-agent-child.h"
#include "msgr-agent-environment.h"
#include "msgr-agent-processes.h"
#include "msgr-agent-scope.h"
#include "msgr-agent-text.h"
#include "msgr-error.h"
#include "msgr-names.h"

/* The service waits for 10 seconds. */
#define CONSENT_SECONDS 8

/* Sessions whose failure nobody has asked for, before all are forgotten. */
#define MAX_FAILURES 64

struct _MsgrAgentLauncher {
    MsgrAgentService *service;
    MsgrAgentConsent *consent;
    GDBusConnection *session_bus; /* NULL without one */
    MsgrAgentProcesses *processes;
    GHashTable *launches; /* session -> Launch */
    GHashTable *failed;   /* set of Launch: their processes are still to be reaped */
    GHashTable *failures; /* session -> text for the user */
};

/* From the service's call until the process has ended. */
typedef struct {
    MsgrAgentLauncher *launcher;
    char *session;
    GVariant *application;
    GQueue invocations; /* of GDBusMethodInvocation: those that wait for the start */
    MsgrAgentChild *child;
    guint consent_timeout;
    guint watch;
    gboolean is_executed;
    gboolean has_ended;
    int status; /* as of waitpid() */
} Launch;

static void begin(Launch *launch);

static void
launch_free(gpointer data)
{
    Launch *launch = data;

    g_clear_handle_id(&launch->consent_timeout, g_source_remove);
    g_clear_handle_id(&launch->watch, g_source_remove);
    g_clear_pointer(&launch->child, msgr_agent_child_free);
    g_queue_clear_full(&launch->invocations, g_object_unref);
    g_variant_unref(launch->application);
    g_free(launch->session);
    g_free(launch);
}

/* Answers */

static void
answer(GDBusMethodInvocation *invocation, GPid pid, int fd)
{
    g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
    g_autoptr(GError) error = NULL;
    int index = g_unix_fd_list_append(fds, fd, &error);

    if (index < 0)
        g_dbus_method_invocation_return_gerror(invocation, error);
    else
        g_dbus_method_invocation_return_value_with_unix_fd_list(
            invocation, g_variant_new("(uh)", (guint32)pid, index), fds);
}

static void
answer_all(Launch *launch, GPid pid, int fd)
{
    GDBusMethodInvocation *invocation;

    while ((invocation = g_queue_pop_head(&launch->invocations)) != NULL)
        answer(invocation, pid, fd);
}

static void
note_failure(MsgrAgentLauncher *self, const char *session, const char *text)
{
    if (g_hash_table_size(self->failures) >= MAX_FAILURES)
        g_hash_table_remove_all(self->failures);
    g_hash_table_insert(self->failures, g_strdup(session), g_strdup(text));
}

/* The launch has failed: the service is told, and the user will be. The next one for this session
 * doesn't wait until the process has been reaped. */
static void
fail(Launch *launch, const GError *error)
{
    MsgrAgentLauncher *self = launch->launcher;
    GDBusMethodInvocation *invocation;

    g_message("%s was not launched: %s", msgr_agent_text_get(launch->application, "Name"),
              error->message);
    note_failure(self, launch->session, error->message);
    while ((invocation = g_queue_pop_head(&launch->invocations)) != NULL)
        g_dbus_method_invocation_return_error(
            invocation, MSGR_ERROR, MSGR_ERROR_APPLICATION_LAUNCH_FAILED,
            "The application could not be launched; the log of the agent says why");
    g_hash_table_steal(self->launches, launch->session);
    if (launch->child == NULL || launch->has_ended)
        launch_free(launch);
    else
        g_hash_table_add(self->failed, launch);
}

/* The end of a process */

static void
report_exit(Launch *launch, gboolean failed)
{
    GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    msgr_agent_service_call(
        launch->launcher->service, MSGR_AGENTS_BUS_NAME, MSGR_ROOT_PATH, MSGR_AGENT_MANAGER_IFACE,
        "ReportExit",
        g_variant_new("(ouba{sv})", launch->session, (guint32)launch->child->pid, failed, &options),
        "()", NULL, NULL);
}

static void
process_ended(Launch *launch)
{
    MsgrAgentLauncher *self = launch->launcher;
    gboolean failed = !WIFEXITED(launch->status) || WEXITSTATUS(launch->status) != 0;
    g_autofree char *why = NULL;

    if (failed && WIFEXITED(launch->status))
        why = g_strdup_printf(_("It ended with the status %d."), WEXITSTATUS(launch->status));
    else if (failed)
        why = g_strdup_printf(_("It ended by the signal %d."), WTERMSIG(launch->status));
    if (failed)
        note_failure(self, launch->session, why);
    report_exit(launch, failed);
    msgr_agent_processes_remove(self->processes, launch->session);
    g_hash_table_remove(self->launches, launch->session);
}

static void
reaped(GPid pid, int status, gpointer data)
{
    Launch *launch = data;

    launch->watch = 0;
    launch->has_ended = TRUE;
    launch->status = status;
    if (launch->is_executed)
        process_ended(launch);
    else
        g_hash_table_remove(launch->launcher->failed, launch);
}

/* A start */

static void
executed(const GError *error, gpointer data)
{
    Launch *launch = data;

    if (error != NULL) {
        fail(launch, error);
        return;
    }
    launch->is_executed = TRUE;
    if (!launch->has_ended)
        msgr_agent_processes_put(launch->launcher->processes, launch->session, launch->child->pid);
    answer_all(launch, launch->child->pid, launch->child->pidfd);
    if (launch->has_ended)
        process_ended(launch);
}

static void
scoped(gpointer data)
{
    Launch *launch = data;

    msgr_agent_child_release(launch->child, executed, launch);
}

/* Takes @command. */
static void
start(Launch *launch, MsgrAgentCommand *taken)
{
    g_autoptr(MsgrAgentCommand) command = taken;
    g_auto(GStrv) own = g_get_environ();
    g_auto(GStrv) environment = msgr_agent_environment_new(
        (const char *const *)own, msgr_agent_text_get(launch->application, "ActivationToken"),
        launch->session);
    g_autoptr(GError) error = NULL;

    launch->child = msgr_agent_child_new(command, environment, &error);
    if (launch->child == NULL) {
        fail(launch, error);
        return;
    }
    launch->watch = g_child_watch_add(launch->child->pid, reaped, launch);
    msgr_agent_scope_start(launch->launcher->session_bus, command->app_id, command->comment,
                           launch->child->pid, scoped, launch);
}

/* The bus knows the process, the agent doesn't: any file descriptor will do. */
static void
activated(const GError *error, gpointer data)
{
    Launch *launch = data;
    int fd;

    if (error != NULL) {
        fail(launch, error);
        return;
    }
    fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    answer_all(launch, 0, fd);
    close(fd);
    g_hash_table_remove(launch->launcher->launches, launch->session);
}

static void
begin_desktop(Launch *launch, const char *desktop_id)
{
    g_autoptr(GDesktopAppInfo) info = g_desktop_app_info_new(desktop_id);
    g_autoptr(GError) error = NULL;
    MsgrAgentCommand *command = NULL;

    if (info == NULL) {
        g_set_error(&error, MSGR_ERROR, MSGR_ERROR_APPLICATION_LAUNCH_FAILED,
                    _("There is no desktop file %s, or its program isn't there."), desktop_id);
    } else if (g_desktop_app_info_get_boolean(info, "DBusActivatable") &&
               launch->launcher->session_bus != NULL) {
        msgr_agent_activation_start(launch->launcher->session_bus, info,
                                    msgr_agent_text_get(launch->application, "ActivationToken"),
                                    activated, launch);
        return;
    } else {
        command = msgr_agent_command_new_for_desktop(info, &error);
    }
    if (command != NULL)
        start(launch, command);
    else
        fail(launch, error);
}

static void
begin(Launch *launch)
{
    const char *desktop_id = msgr_agent_text_get(launch->application, "DesktopId");
    g_autoptr(GError) error = NULL;
    MsgrAgentCommand *command;

    if (*desktop_id != '\0') {
        begin_desktop(launch, desktop_id);
        return;
    }
    command =
        msgr_agent_command_new_for_path(msgr_agent_text_get(launch->application, "Path"),
                                        msgr_agent_text_get(launch->application, "Name"), &error);
    if (command != NULL)
        start(launch, command);
    else
        fail(launch, error);
}

/* Consent */

static void
refuse(Launch *launch, const char *why)
{
    g_autoptr(GError) error = g_error_new_literal(MSGR_ERROR, MSGR_ERROR_ACCESS_DENIED, why);

    fail(launch, error);
}

/* One that isn't there has no consent, either. */
static void
refuse_program(Launch *launch)
{
    const char *path = msgr_agent_text_get(launch->application, "Path");
    g_autofree char *missing = g_strdup_printf(_("There is no program “%s”."), path);

    refuse(launch, g_file_test(path, G_FILE_TEST_EXISTS) ? _("You don't want this program to run.")
                                                         : missing);
}

static gboolean
consent_is_late(gpointer data)
{
    Launch *launch = data;

    launch->consent_timeout = 0;
    msgr_agent_consent_cancel(launch->launcher->consent, launch);
    refuse(launch, _("You were asked whether the program may run, and did not answer in time."));
    return G_SOURCE_REMOVE;
}

static void
consent_decided(gboolean may_run, gpointer data)
{
    Launch *launch = data;

    g_clear_handle_id(&launch->consent_timeout, g_source_remove);
    if (may_run)
        begin(launch);
    else
        refuse_program(launch);
}

/* Answers with the process that was launched by this agent, or one before it, and lives. */
static gboolean
answer_running(MsgrAgentLauncher *self, const char *session, GDBusMethodInvocation *invocation)
{
    Launch *launch = g_hash_table_lookup(self->launches, session);
    GPid pid = 0;
    int fd;

    if (launch != NULL && launch->is_executed) {
        answer(invocation, launch->child->pid, launch->child->pidfd);
        return TRUE;
    }
    if (launch != NULL) {
        g_queue_push_tail(&launch->invocations, invocation);
        return TRUE;
    }
    fd = msgr_agent_processes_open(self->processes, session, &pid);
    if (fd < 0)
        return FALSE;
    answer(invocation, pid, fd);
    close(fd);
    return TRUE;
}

/**
 * msgr_agent_launcher_launch:
 * @invocation: (transfer full): the call of LaunchApplication
 */
void
msgr_agent_launcher_launch(MsgrAgentLauncher *self, const char *session, GVariant *application,
                           GDBusMethodInvocation *invocation)
{
    Launch *launch;

    if (answer_running(self, session, invocation))
        return;
    g_hash_table_remove(self->failures, session);
    launch = g_new0(Launch, 1);
    launch->launcher = self;
    launch->session = g_strdup(session);
    launch->application = g_variant_ref(application);
    g_queue_init(&launch->invocations);
    g_queue_push_tail(&launch->invocations, invocation);
    g_hash_table_insert(self->launches, launch->session, launch);
    if (!msgr_agent_consent_needs(application)) {
        begin(launch);
        return;
    }
    launch->consent_timeout = g_timeout_add_seconds(CONSENT_SECONDS, consent_is_late, launch);
    msgr_agent_consent_ask(self->consent, application, FALSE, consent_decided, launch);
}

/**
 * msgr_agent_launcher_take_failure:
 *
 * Returns: (nullable) (transfer full): why the launch for @session failed, as far as is known here.
 */
char *
msgr_agent_launcher_take_failure(const char *session, gpointer launcher)
{
    MsgrAgentLauncher *self = launcher;
    g_autofree gpointer key = NULL;
    gpointer text = NULL;

    g_hash_table_steal_extended(self->failures, session, &key, &text);
    return text;
}

MsgrAgentLauncher *
msgr_agent_launcher_new(MsgrAgentService *service, MsgrAgentConsent *consent,
                        GDBusConnection *session_bus)
{
    MsgrAgentLauncher *self = g_new0(MsgrAgentLauncher, 1);

    self->service = g_object_ref(service);
    self->consent = consent;
    self->session_bus = session_bus != NULL ? g_object_ref(session_bus) : NULL;
    self->processes = msgr_agent_processes_new();
    self->launches = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, launch_free);
    self->failed = g_hash_table_new_full(NULL, NULL, launch_free, NULL);
    self->failures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

void
msgr_agent_launcher_free(MsgrAgentLauncher *self)
{
    g_hash_table_unref(self->launches);
    g_hash_table_unref(self->failed);
    g_hash_table_unref(self->failures);
    msgr_agent_processes_free(self->processes);
    g_clear_object(&self->session_bus);
    g_object_unref(self->service);
    g_free(self);
}
