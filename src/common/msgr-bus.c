/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-bus.h"

/**
 * msgr_bus_where:
 * @option: (nullable): what the command line says
 *
 * Returns: @option, else what MSGR_BUS says, else "system".
 */
const char *
msgr_bus_where(const char *option)
{
    if (option == NULL)
        option = g_getenv("MSGR_BUS");
    return option == NULL || *option == '\0' ? "system" : option;
}

/**
 * msgr_bus_address:
 * @where: "system", "session" or an address
 *
 * Returns: the address of that bus.
 */
char *
msgr_bus_address(const char *where, GError **error)
{
    if (g_str_equal(where, "system"))
        return g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, NULL, error);
    if (g_str_equal(where, "session"))
        return g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SESSION, NULL, error);
    return g_strdup(where);
}
