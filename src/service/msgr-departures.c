/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was sent is not with the bus yet: GDBus writes it in a thread of its own. The bus is asked
 * something after it: with the answer, all of it has been handed out, and who had left before that
 * is known to have. Alerts are kept until then, so that none is lost with the service or with a
 * client; should the service die in between, some may be sent twice.
 */
#include "msgr-departures.h"

#include "msgr-alert.h"

struct _MsgrDepartures {
    MsgrService *service;
    GDBusConnection *connection;
    GPtrArray *leaving; /* of MsgrAlert: what the bus was asked about; NULL: nothing */
    GPtrArray *next;    /* of MsgrAlert */
    GCancellable *cancellable;
};

static GPtrArray *
new_batch(void)
{
    return g_ptr_array_new_with_free_func(msgr_record_unref);
}

MsgrDepartures *
msgr_departures_new(MsgrService *service, GDBusConnection *connection)
{
    MsgrDepartures *self = g_new0(MsgrDepartures, 1);

    self->service = service;
    self->connection = g_object_ref(connection);
    self->next = new_batch();
    self->cancellable = g_cancellable_new();
    return self;
}

void
msgr_departures_free(MsgrDepartures *self)
{
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_clear_pointer(&self->leaving, g_ptr_array_unref);
    g_ptr_array_unref(self->next);
    g_object_unref(self->connection);
    g_free(self);
}

static void
note(gpointer data)
{
    msgr_alert_have_left(data);
}

static void answered(GObject *source, GAsyncResult *result, gpointer data);

static void
ask(MsgrDepartures *self)
{
    if (self->leaving != NULL || self->next->len == 0)
        return;
    self->leaving = self->next;
    self->next = new_batch();
    g_dbus_connection_call(self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "GetId", NULL, NULL, G_DBUS_CALL_FLAGS_NONE,
                           G_MAXINT, self->cancellable, answered, self);
}

/* Whatever the bus says, it is the answer. Without a connection the service ends, and what did not
 * leave is sent by the next one. */
static void
answered(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    G_GNUC_UNUSED g_autoptr(GVariant) id =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autoptr(GPtrArray) left = NULL;
    MsgrDepartures *self;

    if (error != NULL && !g_dbus_error_is_remote_error(error))
        return;
    self = data;
    left = g_steal_pointer(&self->leaving);
    msgr_service_turn(self->service, note, left);
    ask(self);
}

/**
 * msgr_departures_turn_sent:
 *
 * To be called when all that a turn tells has been handed to GDBus.
 */
void
msgr_departures_turn_sent(MsgrDepartures *self)
{
    g_autoptr(GPtrArray) alerts = msgr_alert_steal_departing(msgr_service_model(self->service));

    for (guint i = 0; alerts != NULL && i < alerts->len; i++)
        g_ptr_array_add(self->next, msgr_record_ref(alerts->pdata[i]));
    ask(self);
}
