/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The process: the bus, the signals that end it, the machine's sleep, and the network's changes.
 */
#include "config.h"

#include "msgr-xmpp-program.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <stdlib.h>

#include "msgr-bus.h"
#include "msgr-names.h"
#include "msgr-xmpp-connector.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-link.h"
#include "msgr-xmpp-sleep.h"

#define IFACE "org.msgr.ConnectorManager1"

/* How long to wait for a server that does not answer our goodbye. */
#define LEAVE_SECONDS 4

typedef struct {
    GMainLoop *loop;
    MsgrXmppConnector *connector;
    MsgrXmppSleep *sleep;
    gboolean is_leaving;
    int status;
} Program;

static void
quit(gpointer data)
{
    g_main_loop_quit(((Program *)data)->loop);
}

static gboolean
leave_took_too_long(gpointer data)
{
    quit(data);
    return G_SOURCE_REMOVE;
}

static gboolean
leave(gpointer data)
{
    Program *self = data;

    if (!self->is_leaving) {
        self->is_leaving = TRUE;
        g_timeout_add_seconds(LEAVE_SECONDS, leave_took_too_long, self);
        msgr_xmpp_connector_leave(self->connector, quit, self);
    }
    return G_SOURCE_CONTINUE;
}

static void
bus_lost(GDBusConnection *connection, gboolean remote_peer_vanished, GError *error, gpointer data)
{
    Program *self = data;

    g_warning("the bus is gone");
    self->status = 1;
    quit(self);
}

/* The goodbye is on its way in a moment, which the inhibitor gives it. */
static gboolean
goodbye_is_said(gpointer data)
{
    msgr_xmpp_sleep_allow(((Program *)data)->sleep);
    return G_SOURCE_REMOVE;
}

static void
falls_asleep(gpointer data)
{
    Program *self = data;

    g_message("the machine goes to sleep");
    msgr_xmpp_link_pause(self->connector->link);
    g_timeout_add(500, goodbye_is_said, self);
}

static void
wakes_up(gpointer data)
{
    g_message("the machine is awake");
    msgr_xmpp_link_check(((Program *)data)->connector->link);
}

static void
network_changed(GNetworkMonitor *monitor, gboolean available, gpointer data)
{
    if (available)
        msgr_xmpp_link_check(((Program *)data)->connector->link);
}

static GDBusConnection *
connect_to(const char *where, GError **error)
{
    g_autofree char *address = msgr_bus_address(where, error);

    if (address == NULL)
        return NULL;
    return g_dbus_connection_new_for_address_sync(
        address,
        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
        NULL, NULL, error);
}

static void
begin(Program *self, GDBusConnection *connection)
{
    const MsgrXmppSleepEvents events = { falls_asleep, wakes_up, self };
    g_autoptr(GDBusConnection) system = connect_to("system", NULL);

    g_dbus_connection_set_exit_on_close(connection, FALSE);
    g_signal_connect(connection, "closed", G_CALLBACK(bus_lost), self);
    g_signal_connect(g_network_monitor_get_default(), "network-changed",
                     G_CALLBACK(network_changed), self);
    g_unix_signal_add(SIGTERM, leave, self);
    g_unix_signal_add(SIGINT, leave, self);
    if (system != NULL) {
        g_dbus_connection_set_exit_on_close(system, FALSE);
        self->sleep = msgr_xmpp_sleep_new(system, &events);
    }
}

static void
end(Program *self, GDBusConnection *connection)
{
    g_signal_handlers_disconnect_by_data(g_network_monitor_get_default(), self);
    g_signal_handlers_disconnect_by_data(connection, self);
    g_clear_pointer(&self->sleep, msgr_xmpp_sleep_free);
    msgr_xmpp_connector_free(self->connector);
    g_dbus_connection_flush_sync(connection, NULL, NULL);
    /* events of the worker that were under way hold what they tell of */
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_main_loop_unref(self->loop);
}

/**
 * msgr_xmpp_program_serve:
 *
 * Returns: the exit status, once it was told to end.
 */
int
msgr_xmpp_program_serve(const MsgrXmppAccount *account, const MsgrXmppOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) connection = connect_to(msgr_bus_where(options->bus), &error);
    Program self = { 0 };

    if (connection != NULL)
        self.connector = msgr_xmpp_connector_new(account, connection, &error);
    if (self.connector == NULL) {
        g_printerr("msgr-xmpp: %s\n", error->message);
        return 1;
    }
    self.loop = g_main_loop_new(NULL, FALSE);
    begin(&self, connection);
    g_main_loop_run(self.loop);
    end(&self, connection);
    return self.status;
}

typedef struct {
    const MsgrXmppAccount *account;
    GMainLoop *loop;
    int status;
} Check;

static void
check_online(const char *jid, const char *address, gpointer data)
{
    Check *check = data;

    g_print(_("%s: signed in; this machine is %s there\n"), check->account->jid, address);
    check->status = 0;
    g_main_loop_quit(check->loop);
}

static void
check_offline(MsgrXmppEnd end, const char *reason, gboolean will_retry, gpointer data)
{
    Check *check = data;

    g_printerr("msgr-xmpp: %s\n", reason);
    check->status = will_retry ? EXIT_FAILURE : MSGR_XMPP_EXIT_REFUSED;
    g_main_loop_quit(check->loop);
}

static void
check_stanza(MsgrXmppElement *stanza, gpointer data)
{
}

/* A device of its own: under the account's name of this one it would sign that out. */
static void
take_other_resource(MsgrXmppAccount *account)
{
    g_free(account->resource);
    account->resource = g_strdup_printf("msgr-check-%08x", g_random_int());
}

/**
 * msgr_xmpp_program_check:
 *
 * One attempt to sign in, without the service.
 *
 * Returns: the exit status; MSGR_XMPP_EXIT_REFUSED: another attempt would end the same.
 */
int
msgr_xmpp_program_check(MsgrXmppAccount *account)
{
    Check check = { account, g_main_loop_new(NULL, FALSE), EXIT_FAILURE };
    const MsgrXmppLinkEvents events = { check_online, check_offline, check_stanza, &check };
    MsgrXmppLink *link;

    take_other_resource(account);
    link = msgr_xmpp_link_new(account, &events);
    msgr_xmpp_link_start(link);
    g_main_loop_run(check.loop);
    msgr_xmpp_link_free(link);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_main_loop_unref(check.loop);
    return check.status;
}

static gboolean
call_sync(GDBusConnection *connection, const char *method, GVariant *args, GError **error)
{
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_sync(connection, MSGR_AGENTS_BUS_NAME, MSGR_ROOT_PATH, IFACE, method,
                                    args, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);

    return reply != NULL;
}

static gboolean
forget(GDBusConnection *connection, const char *jid, GError **error)
{
    g_autofree char *id = msgr_xmpp_account_service_id(jid);
    GVariantBuilder service;
    GVariantBuilder how;

    g_variant_builder_init(&service, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&service, "{sv}", "Id", g_variant_new_string(id));
    g_variant_builder_add(&service, "{sv}", "Name", g_variant_new_string("XMPP"));
    g_variant_builder_add(&service, "{sv}", "SigninName", g_variant_new_string(jid));
    g_variant_builder_init(&how, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&how, "{sv}", "Forget", g_variant_new_boolean(TRUE));
    return call_sync(connection, "RegisterConnector",
                     g_variant_new("(oa{sv})", MSGR_XMPP_OBJECT_PATH, &service), error) &&
           call_sync(connection, "UnregisterConnector", g_variant_new("(sa{sv})", id, &how), error);
}

/**
 * msgr_xmpp_program_forget:
 *
 * Registers the account once more, to have it forgotten: only its connector may say that.
 *
 * Returns: the exit status.
 */
int
msgr_xmpp_program_forget(const char *jid, const MsgrXmppOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bare = msgr_xmpp_jid_normalise_bare(jid, &error);
    g_autoptr(GDBusConnection) connection = NULL;

    if (bare != NULL)
        connection = connect_to(msgr_bus_where(options->bus), &error);
    if (connection != NULL && forget(connection, bare, &error))
        return 0;
    g_printerr("msgr-xmpp: %s\n", error->message);
    return 1;
}
