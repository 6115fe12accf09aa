/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls of msgrd, in order: what belongs to one session arrives as it happened. A call that was not
 * acknowledged, because msgrd was not there or had too much to do, is made again.
 */
#include "msgr-xmpp-manager.h"

#include "msgr-error.h"
#include "msgr-names.h"

#define IFACE "org.msgr.ConnectorManager1"

#define CALL_MILLISECONDS  8000
#define RETRY_MILLISECONDS 500
#define MAX_QUEUE          5000

/* Longer than any request of the network waits, nobody waits for what came from there. */
#define MAX_AGE (10 * G_USEC_PER_SEC)

struct _MsgrXmppManager {
    GDBusConnection *connection;
    char *service_id;
    MsgrXmppManagerEvents events;
    guint watch;
    char *owner; /* (nullable): of msgrd's second name */
    GQueue queue;
    gboolean is_calling;
    guint retry_timer;
    GCancellable *cancellable;
};

typedef struct {
    const char *method;
    GVariant *args;
    MsgrXmppManagerFunc callback; /* (nullable) */
    gpointer data;
    gint64 since; /* monotonic */
} Call;

static void next(MsgrXmppManager *self);

static void
free_call(gpointer data)
{
    Call *call = data;

    g_variant_unref(call->args);
    g_free(call);
}

static void
finish(Call *call, GVariant *reply, const GError *error)
{
    if (error != NULL)
        g_info("%s: %s", call->method, error->message);
    if (call->callback != NULL)
        call->callback(reply, error, call->data);
    free_call(call);
}

static void
fail_all(MsgrXmppManager *self)
{
    g_autoptr(GError) error =
        g_error_new_literal(MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE, "msgrd is not there");

    while (!g_queue_is_empty(&self->queue))
        finish(g_queue_pop_head(&self->queue), NULL, error);
}

static gboolean
time_to_retry(gpointer data)
{
    MsgrXmppManager *self = data;

    self->retry_timer = 0;
    next(self);
    return G_SOURCE_REMOVE;
}

/* What msgrd answered is in our own domain; what comes of the bus means that it did not. */
static gboolean
is_worth_another_try(const Call *call, const GError *error)
{
    if (g_get_monotonic_time() - call->since >= MAX_AGE)
        return FALSE;
    return error->domain != MSGR_ERROR || error->code == MSGR_ERROR_LIMITS_EXCEEDED ||
           error->code == MSGR_ERROR_FAILED;
}

/* What anybody can send at will is not tried again: it would hold up everything else. */
static gboolean
is_refusal(const Call *call, const GError *error)
{
    static const char *const refusable[] = { "DeliverAlert", "DeliverContactRequest",
                                             "DeliverInvitation", NULL };

    return g_error_matches(error, MSGR_ERROR, MSGR_ERROR_LIMITS_EXCEEDED) &&
           g_strv_contains(refusable, call->method);
}

static GError *
to_our_domain(const GError *error)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);

    if (error->domain == MSGR_ERROR)
        return g_error_copy(error);
    if (g_strcmp0(name, "org.freedesktop.DBus.Error.InvalidArgs") == 0)
        return g_error_new_literal(MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, error->message);
    if (g_strcmp0(name, "org.freedesktop.DBus.Error.AccessDenied") == 0)
        return g_error_new_literal(MSGR_ERROR, MSGR_ERROR_ACCESS_DENIED, error->message);
    if (g_strcmp0(name, "org.freedesktop.DBus.Error.Failed") == 0)
        return g_error_new_literal(MSGR_ERROR, MSGR_ERROR_FAILED, error->message);
    return g_error_new(G_IO_ERROR, G_IO_ERROR_FAILED, "%s", error->message);
}

static void
answered(GObject *source, GAsyncResult *result, gpointer data)
{
    MsgrXmppManager *self;
    g_autoptr(GError) bus_error = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &bus_error);
    Call *call;

    if (g_error_matches(bus_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    self = data;
    self->is_calling = FALSE;
    if (bus_error != NULL)
        error = to_our_domain(bus_error);
    call = g_queue_peek_head(&self->queue);
    if (error != NULL && !is_refusal(call, error) && is_worth_another_try(call, error)) {
        self->retry_timer = g_timeout_add(RETRY_MILLISECONDS, time_to_retry, self);
        return;
    }
    g_queue_pop_head(&self->queue);
    finish(call, reply, error);
    next(self);
}

static void
next(MsgrXmppManager *self)
{
    const Call *call = g_queue_peek_head(&self->queue);

    if (call == NULL || self->is_calling || self->retry_timer != 0 || self->owner == NULL)
        return;
    self->is_calling = TRUE;
    g_dbus_connection_call(self->connection, MSGR_AGENTS_BUS_NAME, MSGR_ROOT_PATH, IFACE,
                           call->method, call->args, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           CALL_MILLISECONDS, self->cancellable, answered, self);
}

static void
name_appeared(GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
    MsgrXmppManager *self = data;

    g_free(self->owner);
    self->owner = g_strdup(owner);
    self->events.appeared(self->events.data);
    next(self);
}

/* What was waiting was for the one that is gone. */
static void
name_vanished(GDBusConnection *connection, const char *name, gpointer data)
{
    MsgrXmppManager *self = data;

    g_clear_pointer(&self->owner, g_free);
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    self->cancellable = g_cancellable_new();
    self->is_calling = FALSE;
    g_clear_handle_id(&self->retry_timer, g_source_remove);
    fail_all(self);
    self->events.vanished(self->events.data);
}

MsgrXmppManager *
msgr_xmpp_manager_new(GDBusConnection *connection, const char *service_id,
                      const MsgrXmppManagerEvents *events)
{
    MsgrXmppManager *self = g_new0(MsgrXmppManager, 1);

    self->connection = g_object_ref(connection);
    self->service_id = g_strdup(service_id);
    self->events = *events;
    self->cancellable = g_cancellable_new();
    g_queue_init(&self->queue);
    self->watch = g_bus_watch_name_on_connection(connection, MSGR_AGENTS_BUS_NAME,
                                                 G_BUS_NAME_WATCHER_FLAGS_NONE, name_appeared,
                                                 name_vanished, self, NULL);
    return self;
}

void
msgr_xmpp_manager_free(MsgrXmppManager *self)
{
    g_bus_unwatch_name(self->watch);
    g_clear_handle_id(&self->retry_timer, g_source_remove);
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    fail_all(self);
    g_free(self->owner);
    g_free(self->service_id);
    g_object_unref(self->connection);
    g_free(self);
}

const char *
msgr_xmpp_manager_service_id(const MsgrXmppManager *self)
{
    return self->service_id;
}

/**
 * msgr_xmpp_manager_is_owner:
 *
 * Returns: whether @sender is msgrd: nobody else may call Connector1.
 */
gboolean
msgr_xmpp_manager_is_owner(const MsgrXmppManager *self, const char *sender)
{
    return self->owner != NULL && g_strcmp0(self->owner, sender) == 0;
}

/**
 * msgr_xmpp_manager_call:
 * @method: a text that stays
 * @args: floating
 * @callback: (nullable): is called once; at once only if msgrd is not there
 */
void
msgr_xmpp_manager_call(MsgrXmppManager *self, const char *method, GVariant *args,
                       MsgrXmppManagerFunc callback, gpointer data)
{
    Call *call = g_new0(Call, 1);

    call->method = method;
    call->args = g_variant_ref_sink(args);
    call->callback = callback;
    call->data = data;
    call->since = g_get_monotonic_time();
    if (self->owner == NULL || self->queue.length >= MAX_QUEUE) {
        g_autoptr(GError) error =
            g_error_new_literal(MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE, "msgrd is not there");

        finish(call, NULL, error);
        return;
    }
    g_queue_push_tail(&self->queue, call);
    next(self);
}
