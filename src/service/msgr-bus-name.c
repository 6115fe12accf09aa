/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the service asks of the bus itself.
 */
#include "msgr-bus-name.h"

#include "msgr-names.h"

/* One match rule for all clients: the bus allows a connection 512 of them, and says nothing when
 * they are used up. */
#define LEAVERS                                                                                    \
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"                \
    "member='NameOwnerChanged',arg2=''"

#define ALLOW_REPLACEMENT 1u
#define REPLACE_EXISTING  2u
#define DO_NOT_QUEUE      4u

#define IS_OWNER         1u
#define IS_OWNER_ALREADY 4u

static GVariant *
ask_bus(GDBusConnection *connection, const char *method, GVariant *args, GError **error)
{
    return g_dbus_connection_call_sync(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", method, args, NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);
}

/**
 * msgr_bus_name_watch_leavers:
 *
 * From now on the bus tells of every connection that leaves it.
 */
gboolean
msgr_bus_name_watch_leavers(GDBusConnection *connection, GError **error)
{
    g_autoptr(GVariant) reply =
        ask_bus(connection, "AddMatch", g_variant_new("(s)", LEAVERS), error);

    return reply != NULL;
}

static gboolean
own(GDBusConnection *connection, const char *name, gboolean replace, GError **error)
{
    guint32 flags = ALLOW_REPLACEMENT | DO_NOT_QUEUE | (replace ? REPLACE_EXISTING : 0);
    g_autoptr(GVariant) reply =
        ask_bus(connection, "RequestName", g_variant_new("(su)", name, flags), error);
    guint32 result;

    if (reply == NULL) {
        g_prefix_error(error, "The bus does not let this user own the name %s: ", name);
        return FALSE;
    }
    g_variant_get(reply, "(u)", &result);
    if (result == IS_OWNER || result == IS_OWNER_ALREADY)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                "The name %s is taken: another msgrd is running (--replace takes over)", name);
    return FALSE;
}

/**
 * msgr_bus_name_own:
 * @replace: take the names from a running service
 *
 * Takes both names of the service.
 */
gboolean
msgr_bus_name_own(GDBusConnection *connection, gboolean replace, GError **error)
{
    return own(connection, MSGR_AGENTS_BUS_NAME, replace, error) &&
           own(connection, MSGR_BUS_NAME, replace, error);
}
