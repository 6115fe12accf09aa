/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Challenge and response, from the client's end: RequestChallenge, OnLockChallenge, SendResponse.
 */
#include "config.h"

#include "msgr-ctl-unlock.h"

#include <glib/gi18n.h>
#include <sodium.h>

#include "msgr-ctl-error.h"
#include "msgr-error.h"
#include "msgr-names.h"
#include "msgr-response.h"

#define CHALLENGE_WAIT 10 /* seconds for the signal, which follows the reply at once */

typedef struct {
    MsgrCtlBus *bus;
    const char *path;
    const MsgrCtlKeyFile *key;
    gint32 cookie;
    guint subscription;
    GSource *timeout;
    char *challenge;    /* once it came */
    gboolean requested; /* the reply to RequestChallenge came */
    gboolean finished;
} Unlock;

static void
stop_listening(Unlock *self)
{
    if (self->subscription != 0)
        g_dbus_connection_signal_unsubscribe(self->bus->connection, self->subscription);
    self->subscription = 0;
    if (self->timeout != NULL)
        g_source_destroy(self->timeout);
    g_clear_pointer(&self->timeout, g_source_unref);
}

static void
unlock_free(gpointer data)
{
    Unlock *self = data;

    stop_listening(self);
    g_free(self->challenge);
    g_free(self);
}

static void
finish(GTask *task, GError *error)
{
    Unlock *self = g_task_get_task_data(task);

    stop_listening(self);
    if (self->finished) {
        g_clear_error(&error);
        return;
    }
    self->finished = TRUE;
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_boolean(task, TRUE);
}

static void
on_response_sent(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GVariant) reply = NULL;
    GError *error = NULL;

    reply = msgr_ctl_bus_call_finish(result, &error);
    finish(task, error);
}

static void
respond(GTask *task)
{
    Unlock *self = g_task_get_task_data(task);
    g_autofree char *response = NULL;
    GError *error = NULL;

    stop_listening(self);
    response = msgr_response_compute(self->key->algorithm, self->key->secret,
                                     self->key->secret_length, self->challenge, &error);
    if (response == NULL) {
        finish(task, error);
        return;
    }
    msgr_ctl_bus_call_async(self->bus, self->path, MSGR_LOCK_IFACE, "SendResponse",
                            g_variant_new("(ssi)", self->key->id, response, self->cookie),
                            g_task_get_cancellable(task), on_response_sent, g_object_ref(task));
}

/* The signal and the reply come by different ways through GDBus: either may be first. */
static void
respond_when_ready(GTask *task)
{
    Unlock *self = g_task_get_task_data(task);

    if (self->requested && self->challenge != NULL && !self->finished)
        respond(task);
}

static void
on_challenge(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
             const char *name, GVariant *args, gpointer data)
{
    GTask *task = data;
    Unlock *self = g_task_get_task_data(task);
    const char *challenge;
    gint32 cookie;

    if (!g_variant_is_of_type(args, G_VARIANT_TYPE("(is)")))
        return;
    g_variant_get(args, "(i&s)", &cookie, &challenge);
    if (cookie != self->cookie || self->challenge != NULL)
        return;
    self->challenge = g_strdup(challenge);
    respond_when_ready(task);
}

static gboolean
on_no_challenge(gpointer data)
{
    GError *error = NULL;

    msgr_ctl_error_set(&error, MSGR_CTL_ERROR_NO_ANSWER,
                       _("See what it does: systemctl status msgrd; journalctl -u msgrd"),
                       _("The service didn't send the challenge that it promised"));
    finish(data, error);
    return G_SOURCE_REMOVE;
}

static void
on_requested(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Unlock *self = g_task_get_task_data(task);
    g_autoptr(GVariant) reply = NULL;
    GError *error = NULL;

    reply = msgr_ctl_bus_call_finish(result, &error);
    if (g_error_matches(error, MSGR_ERROR, MSGR_ERROR_API_ALREADY_UNLOCKED))
        g_clear_error(&error);
    else if (error == NULL)
        self->requested = TRUE;
    if (self->requested)
        respond_when_ready(task);
    else
        finish(task, error);
}

static void
listen(GTask *task)
{
    Unlock *self = g_task_get_task_data(task);

    self->subscription = g_dbus_connection_signal_subscribe(
        self->bus->connection, self->bus->owner, MSGR_LOCK_IFACE, "OnLockChallenge", self->path,
        NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_challenge, g_object_ref(task), g_object_unref);
    self->timeout = g_timeout_source_new_seconds(CHALLENGE_WAIT);
    g_task_attach_source(task, self->timeout, on_no_challenge);
}

static void
request(GTask *task)
{
    Unlock *self = g_task_get_task_data(task);

    if (self->bus->owner == NULL) {
        finish(task, g_error_new_literal(G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER,
                                         _("The service has left the bus")));
        return;
    }
    self->cookie = (gint32)randombytes_random();
    listen(task);
    msgr_ctl_bus_call_async(self->bus, self->path, MSGR_LOCK_IFACE, "RequestChallenge",
                            g_variant_new("(i)", self->cookie), g_task_get_cancellable(task),
                            on_requested, g_object_ref(task));
}

/* A share of the same application does as well as unlocking; of another it wouldn't. */
static gboolean
is_open(Unlock *self, GVariant *lock)
{
    if (msgr_ctl_dict_uint32(lock, "Status") != MSGR_LOCK_UNLOCKED)
        return FALSE;
    return self->key == NULL || g_str_equal(msgr_ctl_dict_string(lock, "AppId"), self->key->id);
}

static void
on_status(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Unlock *self = g_task_get_task_data(task);
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) lock = NULL;
    GError *error = NULL;

    reply = msgr_ctl_bus_call_finish(result, &error);
    if (reply != NULL && g_variant_is_of_type(reply, G_VARIANT_TYPE("(a{sv})")))
        lock = g_variant_get_child_value(reply, 0);
    if (error != NULL || (lock != NULL && is_open(self, lock))) {
        finish(task, error);
    } else if (self->key != NULL) {
        request(task);
    } else {
        msgr_ctl_error_set(&error, MSGR_CTL_ERROR_NO_KEY, _("Make one: msgrctl keys new"),
                           _("This takes a key, and you have none for msgrctl yet"));
        finish(task, error);
    }
}

/**
 * msgr_ctl_unlock_async:
 * @path: the session manager's, or that of the private object; static
 * @key: (nullable): what to unlock with; must stay until the end. With none, nothing but a share
 *   of the user's helps
 *
 * Unlocks an object for this connection, unless it is open already.
 */
void
msgr_ctl_unlock_async(MsgrCtlBus *bus, const char *path, const MsgrCtlKeyFile *key,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Unlock *self = g_new0(Unlock, 1);

    self->bus = bus;
    self->path = path;
    self->key = key;
    g_task_set_task_data(task, self, unlock_free);
    msgr_ctl_bus_call_async(bus, path, "org.freedesktop.DBus.Properties", "GetAll",
                            g_variant_new("(s)", MSGR_LOCK_IFACE), cancellable, on_status,
                            g_object_ref(task));
}

gboolean
msgr_ctl_unlock_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void
on_unlocked(GObject *source, GAsyncResult *result, gpointer data)
{
    GAsyncResult **kept = data;

    *kept = g_object_ref(result);
}

/**
 * msgr_ctl_unlock:
 *
 * The same as msgr_ctl_unlock_async(), waiting for the outcome. Other signals of the service stay
 * in the queue of the main context.
 */
gboolean
msgr_ctl_unlock(MsgrCtlBus *bus, const char *path, const MsgrCtlKeyFile *key, GError **error)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GAsyncResult) result = NULL;

    g_main_context_push_thread_default(context);
    msgr_ctl_unlock_async(bus, path, key, NULL, on_unlocked, &result);
    while (result == NULL)
        g_main_context_iteration(context, TRUE);
    /* what unsubscribing has put off */
    while (g_main_context_iteration(context, FALSE))
        continue;
    g_main_context_pop_thread_default(context);
    return msgr_ctl_unlock_finish(result, error);
}
