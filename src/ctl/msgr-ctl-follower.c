/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Hears every signal of the service, and stays with it over its restarts.
 */
#include "config.h"

#include "msgr-ctl-follower.h"

#include <glib/gi18n.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-unlock.h"
#include "msgr-error.h"
#include "msgr-names.h"

struct _MsgrCtlFollower {
    MsgrCtl *ctl;
    const MsgrCtlFollowerFuncs *funcs;
    gpointer data;
    const char *path; /* of the lock that is held open */
    GCancellable *cancellable;
    guint subscription;
    guint watch;
    gulong closed_handler;
    gboolean with_private;
    gboolean started;   /* has been unlocked once */
    gboolean locked;    /* has been locked again since */
    gboolean unlocking; /* is at it */
    gboolean again;     /* something came in between: once more */
};

static void unlock_again(MsgrCtlFollower *self);

static void
fail(MsgrCtlFollower *self, const GError *error)
{
    if (self->funcs->failed != NULL)
        self->funcs->failed(error, self->data);
}

static void
on_private_unlocked(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (!msgr_ctl_unlock_finish(result, &error))
        g_debug("the private object stays locked: %s", error->message);
}

static void
unlocked_again(MsgrCtlFollower *self)
{
    self->locked = FALSE;
    if (self->with_private)
        msgr_ctl_unlock_async(self->ctl->bus, MSGR_PRIVATE_PATH, self->ctl->key, self->cancellable,
                              on_private_unlocked, NULL);
    if (self->funcs->back != NULL)
        self->funcs->back(self->data);
}

/* What a later signal puts right: signed out, refused for a while, or gone from the bus meanwhile.
 */
static gboolean
is_passing(const GError *error)
{
    return g_error_matches(error, MSGR_ERROR, MSGR_ERROR_API_NOT_INITIALIZED) ||
           g_error_matches(error, MSGR_ERROR, MSGR_ERROR_API_DISABLED) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY);
}

static void
on_unlocked(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    MsgrCtlFollower *self;

    if (!msgr_ctl_unlock_finish(result, &error) &&
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    self = data;
    self->unlocking = FALSE;
    if (self->again)
        unlock_again(self);
    else if (error == NULL)
        unlocked_again(self);
    else if (!is_passing(error))
        fail(self, error);
}

static void
unlock_again(MsgrCtlFollower *self)
{
    self->again = self->unlocking;
    if (self->unlocking || self->ctl->bus->owner == NULL)
        return;
    self->unlocking = TRUE;
    msgr_ctl_unlock_async(self->ctl->bus, self->path, self->ctl->key, self->cancellable,
                          on_unlocked, self);
}

static void
heed_status(MsgrCtlFollower *self, guint32 status)
{
    if (status == MSGR_LOCK_UNLOCKED)
        self->locked = FALSE;
    else if (status != MSGR_LOCK_PENDINGRESULT && status != MSGR_LOCK_UNLOCKFAILED)
        self->locked = TRUE;
    if (status == MSGR_LOCK_INITIALIZED)
        unlock_again(self);
}

/* The lock shut (a share ended, a key changed), or can be opened again. */
static void
heed_lock(MsgrCtlFollower *self, const MsgrCtlEvent *event)
{
    gboolean enabled = FALSE;
    guint32 status;

    if (!self->started || self->unlocking || !g_str_equal(event->path, self->path))
        return;
    if (msgr_ctl_event_is(event, MSGR_LOCK_IFACE, "OnLockStatusChanged", "(u)")) {
        g_variant_get(event->args, "(u)", &status);
        heed_status(self, status);
    } else if (msgr_ctl_event_is(event, MSGR_LOCK_IFACE, "OnLockEnable", "(b)")) {
        g_variant_get(event->args, "(b)", &enabled);
        if (enabled && self->locked)
            unlock_again(self);
    }
}

static void
on_signal(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
          const char *name, GVariant *args, gpointer data)
{
    MsgrCtlFollower *self = data;
    g_autoptr(MsgrCtlEvent) event = NULL;

    if (!g_str_has_prefix(iface, "org.msgr."))
        return;
    event = msgr_ctl_event_new(path, iface, name, args);
    if (self->funcs->event != NULL)
        self->funcs->event(event, self->data);
    heed_lock(self, event);
}

static void
unsubscribe(MsgrCtlFollower *self)
{
    if (self->subscription != 0)
        g_dbus_connection_signal_unsubscribe(self->ctl->bus->connection, self->subscription);
    self->subscription = 0;
}

static void
subscribe(MsgrCtlFollower *self)
{
    unsubscribe(self);
    self->subscription = g_dbus_connection_signal_subscribe(
        self->ctl->bus->connection, self->ctl->bus->owner, NULL, NULL, NULL, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_signal, self, NULL);
}

static void
on_appeared(GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
    MsgrCtlFollower *self = data;

    if (g_strcmp0(owner, self->ctl->bus->owner) == 0)
        return;
    msgr_ctl_bus_set_owner(self->ctl->bus, owner);
    subscribe(self);
    if (self->started)
        unlock_again(self);
}

static void
on_vanished(GDBusConnection *connection, const char *name, gpointer data)
{
    MsgrCtlFollower *self = data;

    if (connection == NULL || self->ctl->bus->owner == NULL)
        return;
    msgr_ctl_bus_set_owner(self->ctl->bus, NULL);
    unsubscribe(self);
    if (self->funcs->lost != NULL)
        self->funcs->lost(self->data);
}

static void
on_closed(GDBusConnection *connection, gboolean remote_peer_vanished, GError *why, gpointer data)
{
    MsgrCtlFollower *self = data;
    g_autoptr(GError) error = NULL;

    msgr_ctl_error_set(&error, MSGR_CTL_ERROR_BUS_GONE, NULL,
                       _("The bus has closed the connection"));
    fail(self, error);
}

/**
 * msgr_ctl_follower_new:
 * @funcs: what is called; static
 */
MsgrCtlFollower *
msgr_ctl_follower_new(MsgrCtl *ctl, const MsgrCtlFollowerFuncs *funcs, gpointer data)
{
    MsgrCtlFollower *self = g_new0(MsgrCtlFollower, 1);

    self->ctl = ctl;
    self->funcs = funcs;
    self->data = data;
    self->path = MSGR_SESSION_MANAGER_PATH;
    self->cancellable = g_cancellable_new();
    return self;
}

static gboolean
listen(MsgrCtlFollower *self, GError **error)
{
    if (!msgr_ctl_need_bus(self->ctl, error))
        return FALSE;
    subscribe(self);
    self->watch = g_bus_watch_name_on_connection(self->ctl->bus->connection, MSGR_BUS_NAME,
                                                 G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared,
                                                 on_vanished, self, NULL);
    self->closed_handler =
        g_signal_connect(self->ctl->bus->connection, "closed", G_CALLBACK(on_closed), self);
    return TRUE;
}

/**
 * msgr_ctl_follower_start:
 * @with_private: whether the private object is wanted too, if the key is good for it
 *
 * Listens, then unlocks, so that nothing is missed that comes of it. What comes is told in the main
 * loop.
 */
gboolean
msgr_ctl_follower_start(MsgrCtlFollower *self, gboolean with_private, GError **error)
{
    if (!listen(self, error) || !msgr_ctl_need_sessions(self->ctl, error))
        return FALSE;
    self->with_private = with_private && msgr_ctl_try_private(self->ctl);
    self->started = TRUE;
    return TRUE;
}

/**
 * msgr_ctl_follower_start_quietly:
 *
 * The same, of the private object alone if the key is good for it: the user need not be there.
 */
gboolean
msgr_ctl_follower_start_quietly(MsgrCtlFollower *self, GError **error)
{
    const char *path = listen(self, error) ? msgr_ctl_need_quietly(self->ctl, error) : NULL;

    if (path == NULL)
        return FALSE;
    self->path = path;
    self->started = TRUE;
    return TRUE;
}

/**
 * msgr_ctl_follower_start_private:
 *
 * The same, of the private object, and of nothing else.
 */
gboolean
msgr_ctl_follower_start_private(MsgrCtlFollower *self, GError **error)
{
    if (!listen(self, error) || !msgr_ctl_need_private(self->ctl, error))
        return FALSE;
    self->path = MSGR_PRIVATE_PATH;
    self->started = TRUE;
    return TRUE;
}

void
msgr_ctl_follower_free(MsgrCtlFollower *self)
{
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    if (self->ctl->bus != NULL) {
        unsubscribe(self);
        g_clear_signal_handler(&self->closed_handler, self->ctl->bus->connection);
    }
    if (self->watch != 0)
        g_bus_unwatch_name(self->watch);
    g_free(self);
}
