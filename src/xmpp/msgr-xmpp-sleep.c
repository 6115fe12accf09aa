/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * logind's PrepareForSleep, and an inhibitor that delays.
 */
#include "msgr-xmpp-sleep.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#define LOGIN1_NAME  "org.freedesktop.login1"
#define LOGIN1_PATH  "/org/freedesktop/login1"
#define LOGIN1_IFACE "org.freedesktop.login1.Manager"

struct _MsgrXmppSleep {
    GDBusConnection *connection;
    MsgrXmppSleepEvents events;
    guint subscription;
    GCancellable *cancellable;
    int inhibitor; /* -1: none */
};

static void
got_inhibitor(GObject *source, GAsyncResult *result, gpointer data)
{
    MsgrXmppSleep *self = data;
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), &fds, result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (reply == NULL) {
        g_info("nothing holds up the machine when it goes to sleep: %s", error->message);
        return;
    }
    msgr_xmpp_sleep_allow(self);
    self->inhibitor = fds != NULL ? g_unix_fd_list_get(fds, 0, NULL) : -1;
}

static void
inhibit(MsgrXmppSleep *self)
{
    g_dbus_connection_call_with_unix_fd_list(
        self->connection, LOGIN1_NAME, LOGIN1_PATH, LOGIN1_IFACE, "Inhibit",
        g_variant_new("(ssss)", "sleep", "msgr", "Says goodbye to the XMPP server", "delay"),
        G_VARIANT_TYPE("(h)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, self->cancellable,
        got_inhibitor, self);
}

static void
prepare_for_sleep(GDBusConnection *connection, const char *sender, const char *path,
                  const char *iface, const char *signal, GVariant *args, gpointer data)
{
    MsgrXmppSleep *self = data;
    gboolean begins;

    if (!g_variant_is_of_type(args, G_VARIANT_TYPE("(b)")))
        return;
    g_variant_get(args, "(b)", &begins);
    if (begins) {
        self->events.falls_asleep(self->events.data);
    } else {
        inhibit(self);
        self->events.wakes_up(self->events.data);
    }
}

/**
 * msgr_xmpp_sleep_new:
 * @connection: to the bus that logind is on
 */
MsgrXmppSleep *
msgr_xmpp_sleep_new(GDBusConnection *connection, const MsgrXmppSleepEvents *events)
{
    MsgrXmppSleep *self = g_new0(MsgrXmppSleep, 1);

    self->connection = g_object_ref(connection);
    self->events = *events;
    self->cancellable = g_cancellable_new();
    self->inhibitor = -1;
    self->subscription = g_dbus_connection_signal_subscribe(
        connection, LOGIN1_NAME, LOGIN1_IFACE, "PrepareForSleep", LOGIN1_PATH, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, prepare_for_sleep, self, NULL);
    inhibit(self);
    return self;
}

void
msgr_xmpp_sleep_free(MsgrXmppSleep *self)
{
    g_dbus_connection_signal_unsubscribe(self->connection, self->subscription);
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    msgr_xmpp_sleep_allow(self);
    g_object_unref(self->connection);
    g_free(self);
}

/**
 * msgr_xmpp_sleep_allow:
 *
 * The machine may sleep now.
 */
void
msgr_xmpp_sleep_allow(MsgrXmppSleep *self)
{
    if (self->inhibitor >= 0)
        close(self->inhibitor);
    self->inhibitor = -1;
}
