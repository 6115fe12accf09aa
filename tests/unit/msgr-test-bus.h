/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Connections to a bus of the test's own.
 */
#pragma once

#include <gio/gio.h>

static inline GDBusConnection *
msgr_test_bus_connect(const char *address)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *connection =
        g_dbus_connection_new_for_address_sync(address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);

    g_assert_no_error(error);
    return connection;
}
