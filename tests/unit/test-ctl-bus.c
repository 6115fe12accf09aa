/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The way to the service, as long as there is none.
 */
#include "msgr-ctl-bus.h"

#include "msgr-ctl-error.h"
#include "msgr-names.h"
#include "msgr-test-bus.h"

typedef struct {
    GTestDBus *bus;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->bus = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(fixture->bus);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_test_dbus_down(fixture->bus);
    g_object_unref(fixture->bus);
}

static void
assert_fails(const char *where, MsgrCtlError code)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(msgr_ctl_bus_open(where, &error));
    g_assert_error(error, MSGR_CTL_ERROR, (int)code);
    g_assert_nonnull(strchr(error->message, '\n'));
}

static void
test_no_bus(void)
{
    assert_fails("unix:path=/nonexistent/bus", MSGR_CTL_ERROR_NO_BUS);
    assert_fails("nonsense", MSGR_CTL_ERROR_NO_BUS);
}

static void
test_no_service(Fixture *fixture, gconstpointer data)
{
    assert_fails("session", MSGR_CTL_ERROR_NO_SERVICE);
    assert_fails(g_test_dbus_get_bus_address(fixture->bus), MSGR_CTL_ERROR_NO_SERVICE);
    g_setenv("MSGR_BUS", "session", TRUE);
    assert_fails(NULL, MSGR_CTL_ERROR_NO_SERVICE);
    g_setenv("MSGR_BUS", "unix:path=/nonexistent/bus", TRUE);
    assert_fails(NULL, MSGR_CTL_ERROR_NO_BUS);
    g_unsetenv("MSGR_BUS");
}

static GDBusConnection *
own_name(const char *address)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = NULL;
    GDBusConnection *connection;

    connection = msgr_test_bus_connect(address);
    reply = g_dbus_connection_call_sync(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                        "org.freedesktop.DBus", "RequestName",
                                        g_variant_new("(su)", MSGR_BUS_NAME, 4), NULL,
                                        G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(reply);
    return connection;
}

/* The service goes by its unique name from the beginning. */
static void
test_owner(Fixture *fixture, gconstpointer data)
{
    const char *address = g_test_dbus_get_bus_address(fixture->bus);
    g_autoptr(GDBusConnection) service = own_name(address);
    g_autoptr(GError) error = NULL;
    g_autoptr(MsgrCtlBus) bus = msgr_ctl_bus_open(address, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(bus->owner, ==, g_dbus_connection_get_unique_name(service));
    g_assert_cmpstr(bus->where, ==, address);
    msgr_ctl_bus_set_owner(bus, NULL);
    g_assert_null(bus->owner);
    g_dbus_connection_close_sync(service, NULL, NULL);
}

static void
test_dict(void)
{
    g_autoptr(GVariant) dict = g_variant_ref_sink(g_variant_new_parsed(
        "{'S': <'text'>, 'O': <objectpath '/a'>, 'U': <uint32 7>, 'T': <uint64 8>, 'B': <true>, "
        "'Far': <uint64 0xffffffffffffffff>}"));

    g_assert_cmpstr(msgr_ctl_dict_string(dict, "S"), ==, "text");
    g_assert_cmpstr(msgr_ctl_dict_string(dict, "O"), ==, "/a");
    g_assert_cmpstr(msgr_ctl_dict_string(dict, "U"), ==, "");
    g_assert_cmpstr(msgr_ctl_dict_string(dict, "None"), ==, "");
    g_assert_cmpuint(msgr_ctl_dict_uint32(dict, "U"), ==, 7);
    g_assert_cmpuint(msgr_ctl_dict_uint32(dict, "T"), ==, 0);
    g_assert_cmpint(msgr_ctl_dict_time(dict, "T"), ==, 8);
    g_assert_cmpint(msgr_ctl_dict_time(dict, "Far"), ==, G_MAXINT64);
    g_assert_true(msgr_ctl_dict_boolean(dict, "B"));
    g_assert_false(msgr_ctl_dict_boolean(dict, "S"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_unsetenv("MSGR_BUS");
    g_test_add_func("/ctl-bus/no-bus", test_no_bus);
    g_test_add("/ctl-bus/no-service", Fixture, NULL, set_up, test_no_service, tear_down);
    g_test_add("/ctl-bus/owner", Fixture, NULL, set_up, test_owner, tear_down);
    g_test_add_func("/ctl-bus/dict", test_dict);
    return g_test_run();
}
