/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The connection to the bus, and calls of the service over it.
 */
#include "config.h"

#include "msgr-ctl-bus.h"

#include <glib/gi18n.h>

#include "msgr-bus.h"
#include "msgr-ctl-error.h"
#include "msgr-error.h"
#include "msgr-names.h"

#define DBUS_NAME  "org.freedesktop.DBus"
#define DBUS_PATH  "/org/freedesktop/DBus"
#define PROPERTIES "org.freedesktop.DBus.Properties"

static GDBusConnection *
connect_to(const char *where, GError **error)
{
    g_autoptr(GError) local_error = NULL;
    g_autofree char *address = msgr_bus_address(where, &local_error);
    GDBusConnection *connection = NULL;

    if (address != NULL)
        connection = g_dbus_connection_new_for_address_sync(
            address,
            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
            NULL, NULL, &local_error);
    if (connection == NULL)
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_NO_BUS,
                           _("Another bus: --bus session, --bus ADDRESS, or MSGR_BUS"),
                           _("There is no way to the bus \"%s\": %s"), where, local_error->message);
    return connection;
}

static char *
get_owner(GDBusConnection *connection, GError **error)
{
    g_autoptr(GVariant) reply = NULL;
    char *owner = NULL;

    reply = g_dbus_connection_call_sync(connection, DBUS_NAME, DBUS_PATH, DBUS_NAME, "GetNameOwner",
                                        g_variant_new("(s)", MSGR_BUS_NAME), G_VARIANT_TYPE("(s)"),
                                        G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);
    if (reply != NULL)
        g_variant_get(reply, "(s)", &owner);
    return owner;
}

static gboolean
start_service(GDBusConnection *connection, GError **error)
{
    g_autoptr(GVariant) reply = NULL;

    reply = g_dbus_connection_call_sync(
        connection, DBUS_NAME, DBUS_PATH, DBUS_NAME, "StartServiceByName",
        g_variant_new("(su)", MSGR_BUS_NAME, 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);
    return reply != NULL;
}

static void
set_no_service(const char *where, const GError *why, GError **error)
{
    const char *hint = _("Start it: systemctl start msgrd (as root). For a try without it: "
                         "msgrd --session &  then: MSGR_BUS=session msgrctl ...");
    g_autoptr(GError) stripped = g_error_copy(why);

    if (g_str_equal(where, "session"))
        hint = _("Start it: msgrd --session &");
    if (g_error_matches(why, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)) {
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_NO_SERVICE, hint,
                           _("The service isn't running on the bus \"%s\", and the bus can't "
                             "start it"),
                           where);
        return;
    }
    g_dbus_error_strip_remote_error(stripped);
    msgr_ctl_error_set(
        error, MSGR_CTL_ERROR_NO_SERVICE, _("See why: systemctl status msgrd; journalctl -u msgrd"),
        _("The service isn't running on the bus \"%s\": %s"), where, stripped->message);
}

static gboolean
find_service(MsgrCtlBus *self, GError **error)
{
    g_autoptr(GError) local_error = NULL;

    self->owner = get_owner(self->connection, &local_error);
    if (self->owner != NULL)
        return TRUE;
    g_clear_error(&local_error);
    if (start_service(self->connection, &local_error))
        self->owner = get_owner(self->connection, &local_error);
    if (self->owner == NULL)
        set_no_service(self->where, local_error, error);
    return self->owner != NULL;
}

/**
 * msgr_ctl_bus_open:
 * @where: (nullable): "system", "session" or an address; %NULL: what MSGR_BUS says, else "system"
 *
 * Connects to the bus and sees to it that the service is there.
 */
MsgrCtlBus *
msgr_ctl_bus_open(const char *where, GError **error)
{
    g_autoptr(MsgrCtlBus) self = g_new0(MsgrCtlBus, 1);

    /* from here on GDBus turns the service's error names into codes */
    (void)msgr_error_quark();
    self->where = g_strdup(msgr_bus_where(where));
    self->connection = connect_to(self->where, error);
    if (self->connection == NULL || !find_service(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
msgr_ctl_bus_free(MsgrCtlBus *self)
{
    if (self->connection != NULL && !g_dbus_connection_is_closed(self->connection))
        g_dbus_connection_close_sync(self->connection, NULL, NULL);
    g_clear_object(&self->connection);
    g_free(self->where);
    g_free(self->owner);
    g_free(self);
}

/**
 * msgr_ctl_bus_set_owner:
 * @owner: (nullable): who is the service from now on
 */
void
msgr_ctl_bus_set_owner(MsgrCtlBus *self, const char *owner)
{
    g_free(self->owner);
    self->owner = g_strdup(owner);
}

static GVariant *
call(MsgrCtlBus *self, const char *name, const char *path, const char *iface, const char *method,
     GVariant *args, const char *reply_type, GError **error)
{
    return g_dbus_connection_call_sync(self->connection, name, path, iface, method, args,
                                       reply_type != NULL ? G_VARIANT_TYPE(reply_type) : NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);
}

/**
 * msgr_ctl_bus_call:
 * @args: (nullable): a floating tuple
 * @reply_type: (nullable): the type of the reply, a tuple
 *
 * Calls a method of the service and waits for the reply.
 */
GVariant *
msgr_ctl_bus_call(MsgrCtlBus *self, const char *path, const char *iface, const char *method,
                  GVariant *args, const char *reply_type, GError **error)
{
    return call(self, MSGR_BUS_NAME, path, iface, method, args, reply_type, error);
}

/**
 * msgr_ctl_bus_call_keys:
 *
 * Calls a method of KeyManager1, which listens to the service's other name alone.
 */
GVariant *
msgr_ctl_bus_call_keys(MsgrCtlBus *self, const char *method, GVariant *args, const char *reply_type,
                       GError **error)
{
    return call(self, MSGR_AGENTS_BUS_NAME, MSGR_ROOT_PATH, MSGR_KEY_MANAGER_IFACE, method, args,
                reply_type, error);
}

/**
 * msgr_ctl_bus_call_async:
 *
 * Calls a method of the service; @callback comes in the main context that is the default of this
 * thread now, and hears the outcome from msgr_ctl_bus_call_finish().
 */
void
msgr_ctl_bus_call_async(MsgrCtlBus *self, const char *path, const char *iface, const char *method,
                        GVariant *args, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer data)
{
    g_dbus_connection_call(self->connection, MSGR_BUS_NAME, path, iface, method, args, NULL,
                           G_DBUS_CALL_FLAGS_NONE, -1, cancellable, callback, data);
}

GVariant *
msgr_ctl_bus_call_finish(GAsyncResult *result, GError **error)
{
    g_autoptr(GObject) source = g_async_result_get_source_object(result);

    return g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, error);
}

/**
 * msgr_ctl_bus_get_all:
 *
 * Returns: (transfer full) (nullable): an a{sv} of all properties of an interface.
 */
GVariant *
msgr_ctl_bus_get_all(MsgrCtlBus *self, const char *path, const char *iface, GError **error)
{
    g_autoptr(GVariant) reply = NULL;

    reply = msgr_ctl_bus_call(self, path, PROPERTIES, "GetAll", g_variant_new("(s)", iface),
                              "(a{sv})", error);
    return reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
}

/**
 * msgr_ctl_bus_get:
 * @type: of the property
 *
 * Returns: (transfer full) (nullable): the value of a property.
 */
GVariant *
msgr_ctl_bus_get(MsgrCtlBus *self, const char *path, const char *iface, const char *property,
                 const char *type, GError **error)
{
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) boxed = NULL;
    g_autoptr(GVariant) value = NULL;

    reply = msgr_ctl_bus_call(self, path, PROPERTIES, "Get", g_variant_new("(ss)", iface, property),
                              "(v)", error);
    if (reply == NULL)
        return NULL;
    boxed = g_variant_get_child_value(reply, 0);
    value = g_variant_get_variant(boxed);
    if (!g_variant_is_of_type(value, G_VARIANT_TYPE(type))) {
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_NO_ANSWER, NULL,
                           _("The service's %s is of a type that this program doesn't know"),
                           property);
        return NULL;
    }
    return g_steal_pointer(&value);
}

/**
 * msgr_ctl_dict_string:
 *
 * Returns: the text or object path under @key, as long as @dict lives; "" if there is none.
 */
const char *
msgr_ctl_dict_string(GVariant *dict, const char *key)
{
    const char *value = "";

    if (!g_variant_lookup(dict, key, "&s", &value))
        g_variant_lookup(dict, key, "&o", &value);
    return value;
}

guint32
msgr_ctl_dict_uint32(GVariant *dict, const char *key)
{
    guint32 value = 0;

    g_variant_lookup(dict, key, "u", &value);
    return value;
}

/**
 * msgr_ctl_dict_time:
 *
 * Returns: the `t` under @key, microseconds since the epoch; 0 if there is none.
 */
gint64
msgr_ctl_dict_time(GVariant *dict, const char *key)
{
    guint64 value = 0;

    g_variant_lookup(dict, key, "t", &value);
    return (gint64)MIN(value, (guint64)G_MAXINT64);
}

gboolean
msgr_ctl_dict_boolean(GVariant *dict, const char *key)
{
    gboolean value = FALSE;

    g_variant_lookup(dict, key, "b", &value);
    return value;
}
