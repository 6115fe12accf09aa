/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-service.h"

#include "msgr-bus.h"
#include "msgr-error.h"
#include "msgr-names.h"

#define DBUS_NAME  "org.freedesktop.DBus"
#define DBUS_PATH  "/org/freedesktop/DBus"
#define PROPERTIES "org.freedesktop.DBus.Properties"

/* Seconds: how long a call waits for a service that isn't there; between attempts to reach the bus,
 * doubled each time; until a registration that was refused for haste is tried again. */
#define CALL_PATIENCE    15
#define FIRST_RETRY      1
#define LAST_RETRY       60
#define REGISTER_RETRY   30
#define REGISTER_TIMEOUT 25000 /* milliseconds */

struct _MsgrAgentService {
    GObject parent;
    char *where;
    char **roles;
    int priority;
    GDBusInterfaceSkeleton *agent;

    GCancellable *cancellable;
    GDBusConnection *connection; /* NULL while there is no bus */
    guint retry;                 /* source */
    guint retry_seconds;
    guint watches[2];
    guint subscriptions[3];
    char *owner;        /* of org.msgr.Messenger; NULL while it isn't there */
    char *agents_owner; /* of org.msgr.Messenger.Agents */
    gboolean is_registered;
    guint registering; /* source: a registration that is tried again */
    GQueue waiting;    /* of GTask: calls, until the agent is registered */
    guint patience;    /* source */
};

G_DEFINE_TYPE(MsgrAgentService, msgr_agent_service, G_TYPE_OBJECT)

enum {
    REGISTERED,
    VANISHED,
    SESSION_ENDED,
    CONTACTS_CHANGED,
    N_SIGNALS,
};

static guint signals[N_SIGNALS];

typedef struct {
    char *name;
    char *path;
    char *iface;
    char *method;
    GVariant *args;
    char *reply_type;
} Call;

static void connect_to_bus(MsgrAgentService *self);
static void register_agent(MsgrAgentService *self);

static void
call_free(gpointer data)
{
    Call *call = data;

    g_free(call->name);
    g_free(call->path);
    g_free(call->iface);
    g_free(call->method);
    g_variant_unref(call->args);
    g_free(call->reply_type);
    g_free(call);
}

/* Calls */

static void
got_reply(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GVariant) reply = NULL;
    GError *error = NULL;

    reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (reply == NULL) {
        g_task_return_error(task, error);
        return;
    }
    g_task_return_pointer(task, g_steal_pointer(&reply), (GDestroyNotify)g_variant_unref);
}

static void
send_call(MsgrAgentService *self, GTask *task)
{
    Call *call = g_task_get_task_data(task);

    g_dbus_connection_call(self->connection, call->name, call->path, call->iface, call->method,
                           call->args, G_VARIANT_TYPE(call->reply_type),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable, got_reply,
                           g_object_ref(task));
}

static void
send_waiting(MsgrAgentService *self)
{
    GTask *task;

    g_clear_handle_id(&self->patience, g_source_remove);
    while ((task = g_queue_pop_head(&self->waiting)) != NULL) {
        send_call(self, task);
        g_object_unref(task);
    }
}

static void
fail_waiting(MsgrAgentService *self)
{
    GTask *task;

    while ((task = g_queue_pop_head(&self->waiting)) != NULL) {
        g_task_return_new_error(task, MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE,
                                "The messenger service isn't running");
        g_object_unref(task);
    }
}

static gboolean
patience_is_over(gpointer data)
{
    MsgrAgentService *self = data;

    self->patience = 0;
    fail_waiting(self);
    return G_SOURCE_REMOVE;
}

/**
 * msgr_agent_service_call:
 * @name: %MSGR_BUS_NAME or %MSGR_AGENTS_BUS_NAME
 * @args: a tuple, consumed if it is floating
 * @reply_type: the type of the reply, a tuple
 *
 * Calls a method of the service; waits a while for the service if it isn't there.
 */
void
msgr_agent_service_call(MsgrAgentService *self, const char *name, const char *path,
                        const char *iface, const char *method, GVariant *args,
                        const char *reply_type, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(self, self->cancellable, callback, data);
    Call *call = g_new0(Call, 1);

    call->name = g_strdup(name);
    call->path = g_strdup(path);
    call->iface = g_strdup(iface);
    call->method = g_strdup(method);
    call->args = g_variant_ref_sink(args);
    call->reply_type = g_strdup(reply_type);
    g_task_set_task_data(task, call, call_free);
    if (self->is_registered) {
        send_call(self, task);
        return;
    }
    g_queue_push_tail(&self->waiting, g_steal_pointer(&task));
    if (self->patience == 0)
        self->patience = g_timeout_add_seconds(CALL_PATIENCE, patience_is_over, self);
}

GVariant *
msgr_agent_service_call_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

/**
 * msgr_agent_service_get_all:
 *
 * Asks for the properties of an object of the service; the reply is `(a{sv})`.
 */
void
msgr_agent_service_get_all(MsgrAgentService *self, const char *path, const char *iface,
                           GAsyncReadyCallback callback, gpointer data)
{
    msgr_agent_service_call(self, MSGR_BUS_NAME, path, PROPERTIES, "GetAll",
                            g_variant_new("(s)", iface), "(a{sv})", callback, data);
}

/**
 * msgr_agent_service_wake:
 *
 * Has the bus start the service if it isn't running, once: somebody has clicked.
 */
void
msgr_agent_service_wake(MsgrAgentService *self)
{
    if (self->connection == NULL || self->owner != NULL)
        return;
    g_dbus_connection_call(self->connection, DBUS_NAME, DBUS_PATH, DBUS_NAME, "StartServiceByName",
                           g_variant_new("(su)", MSGR_BUS_NAME, 0), NULL, G_DBUS_CALL_FLAGS_NONE,
                           -1, NULL, NULL, NULL);
}

/* Registration */

static gboolean
register_again(gpointer data)
{
    MsgrAgentService *self = data;

    self->registering = 0;
    register_agent(self);
    return G_SOURCE_REMOVE;
}

static void
registration_failed(MsgrAgentService *self, const GError *error)
{
    gboolean is_temporary = g_error_matches(error, MSGR_ERROR, MSGR_ERROR_LIMITS_EXCEEDED) ||
                            g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_FAILED);

    g_warning("The service takes no agent%s: %s", is_temporary ? " now" : "", error->message);
    if (is_temporary && self->registering == 0)
        self->registering = g_timeout_add_seconds(REGISTER_RETRY, register_again, self);
}

static void
agent_registered(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = NULL;
    MsgrAgentService *self;

    reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    self = data;
    if (self->owner == NULL || self->connection != G_DBUS_CONNECTION(source))
        return;
    if (reply == NULL) {
        registration_failed(self, error);
        return;
    }
    g_message("Registered with the service");
    self->is_registered = TRUE;
    send_waiting(self);
    g_signal_emit(self, signals[REGISTERED], 0);
}

static void
register_agent(MsgrAgentService *self)
{
    g_auto(GVariantBuilder) options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    if (self->owner == NULL || self->agents_owner == NULL)
        return;
    g_variant_builder_add(&options, "{sv}", "Roles",
                          g_variant_new_strv((const char *const *)self->roles, -1));
    g_variant_builder_add(&options, "{sv}", "Priority", g_variant_new_int32(self->priority));
    g_dbus_connection_call(self->connection, MSGR_AGENTS_BUS_NAME, MSGR_ROOT_PATH,
                           MSGR_AGENT_MANAGER_IFACE, "RegisterAgent",
                           g_variant_new("(oa{sv})", MSGR_AGENT_OBJECT_PATH, &options), NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, REGISTER_TIMEOUT, self->cancellable,
                           agent_registered, self);
}

/* Whether it has left or the agent itself: nothing is heard of it any more. */
static void
lose_service(MsgrAgentService *self)
{
    gboolean was_there = self->owner != NULL;

    g_clear_pointer(&self->owner, g_free);
    g_clear_handle_id(&self->registering, g_source_remove);
    self->is_registered = FALSE;
    if (was_there)
        g_signal_emit(self, signals[VANISHED], 0);
}

static void
service_left(MsgrAgentService *self)
{
    if (self->owner != NULL)
        g_message("The service has left");
    lose_service(self);
}

/* The two names: one after the other they come, at either the service may be gone again. */
static void
name_appeared(GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
    MsgrAgentService *self = data;
    gboolean is_first = g_str_equal(name, MSGR_BUS_NAME);

    if (is_first)
        service_left(self);
    g_free(is_first ? self->owner : self->agents_owner);
    *(is_first ? &self->owner : &self->agents_owner) = g_strdup(owner);
    register_agent(self);
}

static void
name_vanished(GDBusConnection *connection, const char *name, gpointer data)
{
    MsgrAgentService *self = data;

    if (g_str_equal(name, MSGR_BUS_NAME))
        service_left(self);
    else
        g_clear_pointer(&self->agents_owner, g_free);
}

/* What the service says and asks */

static void
session_ended(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
              const char *member, GVariant *args, gpointer data)
{
    guint32 result;

    if (!g_variant_is_of_type(args, G_VARIANT_TYPE("(us)")))
        return;
    g_variant_get(args, "(us)", &result, NULL);
    g_signal_emit(data, signals[SESSION_ENDED], 0, path, result);
}

static void
contacts_changed(GDBusConnection *connection, const char *sender, const char *path,
                 const char *iface, const char *member, GVariant *args, gpointer data)
{
    g_signal_emit(data, signals[CONTACTS_CHANGED], 0);
}

static gboolean
authorize(GDBusInterfaceSkeleton *agent, GDBusMethodInvocation *invocation, gpointer data)
{
    MsgrAgentService *self = data;
    const char *sender = g_dbus_method_invocation_get_sender(invocation);

    if (self->owner != NULL && g_str_equal(sender, self->owner))
        return TRUE;
    g_dbus_method_invocation_return_error(invocation, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                                          "Only the owner of " MSGR_BUS_NAME
                                          " may ask an agent for anything");
    return FALSE;
}

/* The bus */

static void
drop_connection(MsgrAgentService *self)
{
    if (self->connection == NULL)
        return;
    g_signal_handlers_disconnect_by_data(self->connection, self);
    for (guint i = 0; i < G_N_ELEMENTS(self->watches); i++)
        g_clear_handle_id(&self->watches[i], g_bus_unwatch_name);
    for (guint i = 0; i < G_N_ELEMENTS(self->subscriptions); i++)
        g_dbus_connection_signal_unsubscribe(self->connection, self->subscriptions[i]);
    if (g_dbus_interface_skeleton_has_connection(self->agent, self->connection))
        g_dbus_interface_skeleton_unexport(self->agent);
    g_clear_object(&self->connection);
    g_clear_pointer(&self->agents_owner, g_free);
    lose_service(self);
}

static gboolean
retry(gpointer data)
{
    MsgrAgentService *self = data;

    self->retry = 0;
    connect_to_bus(self);
    return G_SOURCE_REMOVE;
}

static void
connect_later(MsgrAgentService *self)
{
    self->retry = g_timeout_add_seconds(self->retry_seconds, retry, self);
    self->retry_seconds = MIN(2 * self->retry_seconds, LAST_RETRY);
}

static void
connection_closed(GDBusConnection *connection, gboolean by_peer, GError *error, gpointer data)
{
    MsgrAgentService *self = data;

    g_warning("The bus \"%s\" has gone", self->where);
    drop_connection(self);
    connect_later(self);
}

static guint
subscribe(MsgrAgentService *self, const char *iface, const char *member,
          GDBusSignalCallback callback)
{
    return g_dbus_connection_signal_subscribe(self->connection, MSGR_BUS_NAME, iface, member, NULL,
                                              NULL, G_DBUS_SIGNAL_FLAGS_NONE, callback, self, NULL);
}

static void
listen(MsgrAgentService *self)
{
    static const char *const names[] = { MSGR_BUS_NAME, MSGR_AGENTS_BUS_NAME };

    self->subscriptions[0] = subscribe(self, MSGR_SESSION_IFACE, "OnTermination", session_ended);
    self->subscriptions[1] =
        subscribe(self, MSGR_MESSENGER_IFACE, "OnContactStatusChange", contacts_changed);
    self->subscriptions[2] =
        subscribe(self, MSGR_MESSENGER_IFACE, "OnContactListRemove", contacts_changed);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        self->watches[i] = g_bus_watch_name_on_connection(self->connection, names[i],
                                                          G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                          name_appeared, name_vanished, self, NULL);
}

static void
no_bus(MsgrAgentService *self, const GError *error)
{
    if (self->retry_seconds == FIRST_RETRY)
        g_warning("There is no way to the bus \"%s\" yet: %s", self->where, error->message);
    connect_later(self);
}

static void
connected(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) connection =
        g_dbus_connection_new_for_address_finish(result, &error);
    MsgrAgentService *self = data;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (connection == NULL) {
        no_bus(self, error);
        return;
    }
    if (!g_dbus_interface_skeleton_export(self->agent, connection, MSGR_AGENT_OBJECT_PATH,
                                          &error)) {
        no_bus(self, error);
        return;
    }
    self->retry_seconds = FIRST_RETRY;
    self->connection = g_steal_pointer(&connection);
    g_signal_connect(self->connection, "closed", G_CALLBACK(connection_closed), self);
    listen(self);
}

static void
connect_to_bus(MsgrAgentService *self)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *address = msgr_bus_address(self->where, &error);

    if (address == NULL) {
        no_bus(self, error);
        return;
    }
    g_dbus_connection_new_for_address(address,
                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                      NULL, self->cancellable, connected, self);
}

/**
 * msgr_agent_service_start:
 * @agent: the object that the service is to call
 */
void
msgr_agent_service_start(MsgrAgentService *self, GDBusInterfaceSkeleton *agent)
{
    self->agent = g_object_ref(agent);
    g_signal_connect(agent, "g-authorize-method", G_CALLBACK(authorize), self);
    connect_to_bus(self);
}

/**
 * msgr_agent_service_stop:
 *
 * Leaves the bus; all calls that are under way end with %G_IO_ERROR_CANCELLED.
 */
void
msgr_agent_service_stop(MsgrAgentService *self)
{
    g_cancellable_cancel(self->cancellable);
    g_clear_handle_id(&self->retry, g_source_remove);
    g_clear_handle_id(&self->patience, g_source_remove);
    fail_waiting(self);
    if (self->agent != NULL)
        g_signal_handlers_disconnect_by_data(self->agent, self);
    if (self->connection != NULL) {
        g_autoptr(GDBusConnection) connection = g_object_ref(self->connection);

        drop_connection(self);
        g_dbus_connection_close_sync(connection, NULL, NULL);
    }
    g_clear_object(&self->agent);
}

static void
msgr_agent_service_finalize(GObject *object)
{
    MsgrAgentService *self = MSGR_AGENT_SERVICE(object);

    g_clear_object(&self->cancellable);
    g_free(self->where);
    g_strfreev(self->roles);
    G_OBJECT_CLASS(msgr_agent_service_parent_class)->finalize(object);
}

static void
msgr_agent_service_class_init(MsgrAgentServiceClass *class)
{
    GType type = G_TYPE_FROM_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = msgr_agent_service_finalize;
    signals[REGISTERED] =
        g_signal_new("registered", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[VANISHED] =
        g_signal_new("vanished", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SESSION_ENDED] = g_signal_new("session-ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_UINT);
    signals[CONTACTS_CHANGED] = g_signal_new("contacts-changed", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                             NULL, NULL, G_TYPE_NONE, 0);
}

static void
msgr_agent_service_init(MsgrAgentService *self)
{
    self->cancellable = g_cancellable_new();
    self->retry_seconds = FIRST_RETRY;
    g_queue_init(&self->waiting);
}

/**
 * msgr_agent_service_new:
 * @where: the service's bus: "system", "session" or an address
 * @roles: what the agent does, as for RegisterAgent
 */
MsgrAgentService *
msgr_agent_service_new(const char *where, const char *const *roles, int priority)
{
    MsgrAgentService *self = g_object_new(MSGR_TYPE_AGENT_SERVICE, NULL);

    (void)msgr_error_quark(); /* from here on GDBus turns the service's error names into codes */
    self->where = g_strdup(where);
    self->roles = g_strdupv((char **)roles);
    self->priority = priority;
    return self;
}
