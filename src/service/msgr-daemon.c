/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The process around the service: the bus, the files that it reads, the signals that it gets.
 */
#include "msgr-daemon.h"

#include <signal.h>

#include <glib-unix.h>

#include "msgr-bus-name.h"
#include "msgr-drop-in-dir.h"
#include "msgr-file-entries.h"
#include "msgr-limits.h"
#include "msgr-service.h"
#include "msgr-supervisor.h"

struct _MsgrDaemon {
    const MsgrDaemonOptions *options;
    GMainLoop *loop;
    GDBusConnection *connection;
    MsgrService *service;
    MsgrDropInDir *keys;
    MsgrDropInDir *applications;
    MsgrDropInDir *users;
    gboolean is_leaving;
    int status;
};

/* How long the last words to the clients may take to leave. */
#define FAREWELL_MILLISECONDS 500

static MsgrConfig *
load_config(const MsgrDaemonOptions *options)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    MsgrConfig *config =
        msgr_config_load(options->config_file, (const char *const *)options->config_drop_ins,
                         options->session, problems);

    for (guint i = 0; i < problems->len; i++)
        g_warning("%s", (const char *)problems->pdata[i]);
    return config;
}

static char *
bus_address(const MsgrDaemonOptions *options, GError **error)
{
    GBusType type = options->session ? G_BUS_TYPE_SESSION : G_BUS_TYPE_SYSTEM;

    if (options->address != NULL)
        return g_strdup(options->address);
    return g_dbus_address_get_for_bus_sync(type, NULL, error);
}

static GDBusConnection *
connect_to_bus(const MsgrDaemonOptions *options, GError **error)
{
    g_autofree char *address = bus_address(options, error);

    if (address == NULL)
        return NULL;
    return g_dbus_connection_new_for_address_sync(
        address,
        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
        NULL, NULL, error);
}

static void
keys_changed(GPtrArray *files, gpointer data)
{
    g_autoptr(GPtrArray) keys = msgr_file_entries_keys(files);

    msgr_service_set_keys(((MsgrDaemon *)data)->service, keys);
}

static void
applications_changed(GPtrArray *files, gpointer data)
{
    g_autoptr(GPtrArray) entries = msgr_file_entries_applications(files);

    msgr_service_set_applications(((MsgrDaemon *)data)->service, entries);
}

static void
users_changed(GPtrArray *files, gpointer data)
{
    g_autoptr(GPtrArray) policies = msgr_file_entries_fixed_policies(files);

    msgr_service_set_fixed_policies(((MsgrDaemon *)data)->service, policies);
}

/* Watched before they are read, so that no change falls in between. */
static GPtrArray *
open_dir(MsgrDaemon *self, char **dirs, const char *suffix, MsgrDropInFunc changed,
         MsgrDropInDir **dir)
{
    *dir =
        msgr_drop_in_dir_new((const char *const *)dirs, suffix, MSGR_MAX_KEY_FILE, changed, self);
    msgr_drop_in_dir_watch(*dir);
    return msgr_drop_in_dir_read(*dir);
}

static void
stop(MsgrDaemon *self, int status)
{
    self->status = status;
    g_main_loop_quit(self->loop);
}

static gboolean
farewell_over(gpointer data)
{
    stop(data, 0);
    return G_SOURCE_REMOVE;
}

static void
flushed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_dbus_connection_flush_finish(G_DBUS_CONNECTION(source), result, NULL);
    stop(data, 0);
}

static gboolean
terminate(gpointer data)
{
    MsgrDaemon *self = data;

    if (self->is_leaving)
        return G_SOURCE_CONTINUE;
    self->is_leaving = TRUE;
    msgr_supervisor_stopping();
    msgr_service_say_goodbye(self->service);
    /* a client that does not read must not keep us */
    g_timeout_add(FAREWELL_MILLISECONDS, farewell_over, self);
    g_dbus_connection_flush(self->connection, NULL, flushed, self);
    return G_SOURCE_CONTINUE;
}

static void
replaced(gpointer data)
{
    g_message("another process has taken over");
    terminate(data);
}

/* What the files say, and what is wrong with them, is known before the names are taken. */
static gboolean
begin_service(MsgrDaemon *self, GError **error)
{
    const MsgrDaemonOptions *options = self->options;
    const MsgrServiceEvents events = { replaced, self };
    g_autoptr(GPtrArray) key_files =
        open_dir(self, options->keys_dirs, ".json", keys_changed, &self->keys);
    g_autoptr(GPtrArray) app_files =
        open_dir(self, options->apps_dirs, ".json", applications_changed, &self->applications);
    g_autoptr(GPtrArray) user_files =
        open_dir(self, options->users_dirs, ".conf", users_changed, &self->users);
    g_autoptr(GPtrArray) keys = msgr_file_entries_keys(key_files);
    g_autoptr(GPtrArray) entries = msgr_file_entries_applications(app_files);
    g_autoptr(GPtrArray) policies = msgr_file_entries_fixed_policies(user_files);

    if (!msgr_bus_name_watch_leavers(self->connection, error) ||
        !msgr_bus_name_own(self->connection, options->replace, error) ||
        !msgr_service_start(self->service, options->state_dir, &events, error))
        return FALSE;
    msgr_service_set_keys(self->service, keys);
    msgr_service_set_applications(self->service, entries);
    msgr_service_set_fixed_policies(self->service, policies);
    msgr_service_open(self->service);
    return TRUE;
}

static gboolean
reload(gpointer data)
{
    MsgrDaemon *self = data;
    g_autoptr(MsgrConfig) config = NULL;

    msgr_supervisor_reloading();
    g_message("reading the configuration again");
    config = load_config(self->options);
    if (config->is_whole)
        msgr_service_set_config(self->service, config);
    else
        g_warning("a file could not be read to its end: the configuration stays as it was");
    msgr_drop_in_dir_reread(self->keys);
    msgr_drop_in_dir_reread(self->applications);
    msgr_drop_in_dir_reread(self->users);
    msgr_supervisor_ready();
    return G_SOURCE_CONTINUE;
}

static void
bus_lost(GDBusConnection *connection, gboolean remote_peer_vanished, GError *error, gpointer data)
{
    g_warning("the bus is gone: %s", error != NULL ? error->message : "closed");
    stop(data, 1);
}

/* From the beginning, so that whoever ends the service early sees it end well, and to the end: the
 * sources stay until the process is gone, or a second signal would kill it on its way out. */
static void
listen_to_signals(MsgrDaemon *self)
{
    g_unix_signal_add(SIGTERM, terminate, self);
    g_unix_signal_add(SIGINT, terminate, self);
    g_unix_signal_add(SIGHUP, reload, self);
}

/**
 * msgr_daemon_new:
 * @options: kept, not copied
 *
 * Connects, takes the names, remembers. The names come first: whoever has them has the ledger.
 *
 * Returns: (nullable): a daemon that is ready to run.
 */
MsgrDaemon *
msgr_daemon_new(const MsgrDaemonOptions *options, GError **error)
{
    g_autoptr(MsgrDaemon) self = g_new0(MsgrDaemon, 1);
    g_autoptr(MsgrConfig) config = NULL;

    self->options = options;
    self->loop = g_main_loop_new(NULL, FALSE);
    listen_to_signals(self);
    config = load_config(options);
    self->connection = connect_to_bus(options, error);
    if (self->connection == NULL)
        return NULL;
    g_dbus_connection_set_exit_on_close(self->connection, FALSE);
    g_signal_connect(self->connection, "closed", G_CALLBACK(bus_lost), self);
    self->service = msgr_service_new(self->connection, config);
    return begin_service(self, error) ? g_steal_pointer(&self) : NULL;
}

void
msgr_daemon_free(MsgrDaemon *self)
{
    g_clear_object(&self->keys);
    g_clear_object(&self->applications);
    g_clear_object(&self->users);
    g_clear_pointer(&self->service, msgr_service_free);
    if (self->connection != NULL) {
        g_signal_handlers_disconnect_by_data(self->connection, self);
        g_object_unref(self->connection);
    }
    g_main_loop_unref(self->loop);
    g_free(self);
}

/**
 * msgr_daemon_run:
 *
 * Serves until it is told to stop.
 *
 * Returns: the process's exit status.
 */
int
msgr_daemon_run(MsgrDaemon *self)
{
    msgr_supervisor_ready();
    g_message("ready");
    g_main_loop_run(self->loop);
    return self->status;
}
