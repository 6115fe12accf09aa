/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The machine's sleep, by a logind of the test's own.
 */
#include "msgr-xmpp-sleep.h"

#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <poll.h>
#include <unistd.h>

#include "msgr-test-bus.h"

static const char login1_xml[] = "<node><interface name='org.freedesktop.login1.Manager'>"
                                 "<method name='Inhibit'><arg type='s' direction='in'/>"
                                 "<arg type='s' direction='in'/><arg type='s' direction='in'/>"
                                 "<arg type='s' direction='in'/><arg type='h' direction='out'/>"
                                 "</method></interface></node>";

typedef struct {
    GTestDBus *bus;
    GDBusConnection *login1;
    GDBusConnection *ours;
    guint object;
    MsgrXmppSleep *sleep;
    int inhibitor; /* what logind holds of the pipe whose other end we got */
    guint n_inhibited;
    guint n_asleep;
    guint n_awake;
} Fixture;

static void
inhibit(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
        const char *name, GVariant *args, GDBusMethodInvocation *call, gpointer data)
{
    Fixture *f = data;
    g_autoptr(GUnixFDList) list = g_unix_fd_list_new();
    const char *what;
    const char *mode;
    int fds[2];

    g_variant_get(args, "(&s&s&s&s)", &what, NULL, NULL, &mode);
    g_assert_cmpstr(what, ==, "sleep");
    g_assert_cmpstr(mode, ==, "delay");
    g_assert_cmpint(pipe(fds), ==, 0);
    g_assert_cmpint(g_unix_fd_list_append(list, fds[1], NULL), ==, 0);
    close(fds[1]);
    if (f->inhibitor >= 0)
        close(f->inhibitor);
    f->inhibitor = fds[0];
    f->n_inhibited++;
    g_dbus_method_invocation_return_value_with_unix_fd_list(call, g_variant_new("(h)", 0), list);
}

static void
falls_asleep(gpointer data)
{
    ((Fixture *)data)->n_asleep++;
}

static void
wakes_up(gpointer data)
{
    ((Fixture *)data)->n_awake++;
}

static void
wait_for(const guint *counter, guint value)
{
    while (*counter < value)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(*counter, ==, value);
}

/* The bus has passed on what the connection had sent, and the connection has what the bus had. */
static void
round_trip(GDBusConnection *connection)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "GetId", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

    g_assert_nonnull(reply);
}

/* All that was sent to us before is here when this returns. */
static void
settle(Fixture *f)
{
    round_trip(f->login1);
    round_trip(f->ours);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

static void
prepare_for_sleep(Fixture *f, gboolean begins)
{
    g_assert_true(g_dbus_connection_emit_signal(f->login1, NULL, "/org/freedesktop/login1",
                                                "org.freedesktop.login1.Manager", "PrepareForSleep",
                                                g_variant_new("(b)", begins), NULL));
}

static void
set_up(Fixture *f, gconstpointer data)
{
    static const GDBusInterfaceVTable vtable = { .method_call = inhibit };
    const MsgrXmppSleepEvents events = { falls_asleep, wakes_up, f };
    g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(login1_xml, NULL);
    g_autoptr(GVariant) reply = NULL;

    f->inhibitor = -1;
    f->bus = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(f->bus);
    f->login1 = msgr_test_bus_connect(g_test_dbus_get_bus_address(f->bus));
    f->ours = msgr_test_bus_connect(g_test_dbus_get_bus_address(f->bus));
    f->object = g_dbus_connection_register_object(f->login1, "/org/freedesktop/login1",
                                                  node->interfaces[0], &vtable, f, NULL, NULL);
    reply = g_dbus_connection_call_sync(f->login1, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                        "org.freedesktop.DBus", "RequestName",
                                        g_variant_new("(su)", "org.freedesktop.login1", 0), NULL,
                                        G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
    g_assert_nonnull(reply);
    f->sleep = msgr_xmpp_sleep_new(f->ours, &events);
    wait_for(&f->n_inhibited, 1);
    settle(f);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_clear_pointer(&f->sleep, msgr_xmpp_sleep_free);
    g_dbus_connection_unregister_object(f->login1, f->object); /* a call may be on its way */
    close(f->inhibitor);
    g_clear_object(&f->login1);
    g_clear_object(&f->ours);
    g_test_dbus_down(f->bus);
    g_clear_object(&f->bus);
}

static gboolean
hung_up(int fd, GIOCondition condition, gpointer is_let_go)
{
    *(gboolean *)is_let_go = TRUE;
    return G_SOURCE_REMOVE;
}

/* Waits until the pipe's other end is closed, wherever it was. */
static void
assert_let_go(const Fixture *f)
{
    gboolean is_let_go = FALSE;

    g_unix_fd_add(f->inhibitor, G_IO_HUP, hung_up, &is_let_go);
    while (!is_let_go)
        g_main_context_iteration(NULL, TRUE);
}

static void
test_sleep(Fixture *f, gconstpointer data)
{
    struct pollfd fd = { .fd = f->inhibitor, .events = POLLIN };

    g_assert_cmpint(poll(&fd, 1, 0), ==, 0);
    prepare_for_sleep(f, TRUE);
    wait_for(&f->n_asleep, 1);
    g_assert_cmpint(poll(&fd, 1, 0), ==, 0);
    msgr_xmpp_sleep_allow(f->sleep);
    assert_let_go(f);
    prepare_for_sleep(f, FALSE);
    wait_for(&f->n_awake, 1);
    wait_for(&f->n_inhibited, 2);
    g_assert_cmpuint(f->n_asleep, ==, 1);
}

/* Whoever isn't logind can't send the machine's users to sleep. */
static void
test_stranger(Fixture *f, gconstpointer data)
{
    g_autoptr(GDBusConnection) stranger =
        msgr_test_bus_connect(g_test_dbus_get_bus_address(f->bus));

    g_dbus_connection_emit_signal(stranger, g_dbus_connection_get_unique_name(f->ours),
                                  "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
                                  "PrepareForSleep", g_variant_new("(b)", TRUE), NULL);
    round_trip(stranger);
    prepare_for_sleep(f, FALSE);
    wait_for(&f->n_awake, 1);
    g_assert_cmpuint(f->n_asleep, ==, 0);
}

static void
test_freed(Fixture *f, gconstpointer data)
{
    g_clear_pointer(&f->sleep, msgr_xmpp_sleep_free);
    assert_let_go(f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/xmpp-sleep/pitfall 3: goodbye before the machine sleeps", Fixture, NULL, set_up,
               test_sleep, tear_down);
    g_test_add("/xmpp-sleep/pitfall 3: a stranger's signal", Fixture, NULL, set_up, test_stranger,
               tear_down);
    g_test_add("/xmpp-sleep/freed", Fixture, NULL, set_up, test_freed, tear_down);
    return g_test_run();
}
