/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the two threads of a transport have in common: its orders, its socket, and its events.
 */
#include "msgr-xmpp-shared.h"

#include <fcntl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "msgr-xmpp-password.h"

void
msgr_xmpp_event_free(MsgrXmppEvent *event)
{
    g_free(event->jid);
    g_free(event->address);
    g_clear_pointer(&event->stanza, msgr_xmpp_element_free);
    g_free(event->reason);
    g_free(event->fingerprint);
    g_free(event);
}

MsgrXmppShared *
msgr_xmpp_shared_new(const MsgrXmppTransportOptions *options, MsgrXmppEventFunc callback,
                     gpointer data)
{
    MsgrXmppShared *self = g_new0(MsgrXmppShared, 1);

    g_atomic_ref_count_init(&self->refs);
    self->home = g_main_context_ref_thread_default();
    self->context = g_main_context_new();
    self->jid = g_strdup(options->jid);
    self->password = g_strdup(options->password);
    self->address = g_strdup(options->address);
    self->port = options->port;
    self->direct_tls = options->direct_tls;
    self->ca_file = g_strdup(options->ca_file);
    self->callback = callback;
    self->data = data;
    g_mutex_init(&self->lock);
    g_cond_init(&self->ended);
    self->spare_fd = -1;
    return self;
}

MsgrXmppShared *
msgr_xmpp_shared_ref(MsgrXmppShared *self)
{
    g_atomic_ref_count_inc(&self->refs);
    return self;
}

void
msgr_xmpp_shared_unref(MsgrXmppShared *self)
{
    if (!g_atomic_ref_count_dec(&self->refs))
        return;
    if (self->spare_fd >= 0)
        close(self->spare_fd);
    g_free(self->abort_reason);
    g_cond_clear(&self->ended);
    g_mutex_clear(&self->lock);
    g_free(self->ca_file);
    g_free(self->address);
    msgr_xmpp_password_free(self->password);
    g_free(self->jid);
    g_main_context_unref(self->context);
    g_main_context_unref(self->home);
    g_free(self);
}

/**
 * msgr_xmpp_shared_set_fd:
 * @fd: the socket, as soon as there is one
 *
 * Returns: whether libstrophe may use it. It calls select(), whose sets end at FD_SETSIZE and are
 *   written over their end without a check; and what has been aborted needs no socket.
 */
gboolean
msgr_xmpp_shared_set_fd(MsgrXmppShared *self, int fd)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    if (fd >= FD_SETSIZE || self->abort_reason != NULL)
        return FALSE;
    if (self->spare_fd >= 0)
        close(self->spare_fd);
    self->spare_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return self->spare_fd >= 0;
}

int
msgr_xmpp_shared_get_fd(MsgrXmppShared *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    return self->spare_fd;
}

/**
 * msgr_xmpp_shared_abort:
 *
 * Ends the connection under libstrophe's feet, wherever the worker is: in a TLS handshake it waits
 * for the peer without a limit, and only the end of the socket gets it out of there.
 */
void
msgr_xmpp_shared_abort(MsgrXmppShared *self, const char *reason)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    if (self->abort_reason != NULL)
        return;
    self->abort_reason = g_strdup(reason);
    if (self->spare_fd >= 0)
        shutdown(self->spare_fd, SHUT_RDWR);
}

/**
 * msgr_xmpp_shared_abort_reason:
 *
 * Returns: (transfer full) (nullable): why it was aborted; NULL: it wasn't.
 */
char *
msgr_xmpp_shared_abort_reason(MsgrXmppShared *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    return g_strdup(self->abort_reason);
}

/**
 * msgr_xmpp_shared_set_ended:
 *
 * By the worker, at last.
 */
void
msgr_xmpp_shared_set_ended(MsgrXmppShared *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    self->has_ended = TRUE;
    g_cond_broadcast(&self->ended);
}

/**
 * msgr_xmpp_shared_wait:
 *
 * Returns: whether the worker has ended by then.
 */
gboolean
msgr_xmpp_shared_wait(MsgrXmppShared *self, guint milliseconds)
{
    const gint64 end = g_get_monotonic_time() + (gint64)milliseconds * 1000;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    while (!self->has_ended) {
        if (!g_cond_wait_until(&self->ended, &self->lock, end))
            return self->has_ended;
    }
    return TRUE;
}

typedef struct {
    MsgrXmppShared *shared;
    MsgrXmppEvent *event;
} Delivery;

static void
free_delivery(gpointer data)
{
    Delivery *delivery = data;

    msgr_xmpp_event_free(delivery->event);
    msgr_xmpp_shared_unref(delivery->shared);
    g_free(delivery);
}

static gboolean
deliver(gpointer data)
{
    Delivery *delivery = data;
    MsgrXmppShared *shared = delivery->shared;

    if (g_atomic_int_add(&shared->backlog, -1) == MSGR_XMPP_MAX_BACKLOG)
        msgr_xmpp_worker_wake(shared);
    if (shared->callback != NULL)
        shared->callback(delivery->event, shared->data);
    return G_SOURCE_REMOVE;
}

/**
 * msgr_xmpp_shared_post:
 * @event: (transfer full): for the main thread
 *
 * By the worker.
 */
void
msgr_xmpp_shared_post(MsgrXmppShared *self, MsgrXmppEvent *event)
{
    Delivery *delivery = g_new0(Delivery, 1);
    GSource *source = g_idle_source_new();

    delivery->shared = msgr_xmpp_shared_ref(self);
    delivery->event = event;
    g_atomic_int_inc(&self->backlog);
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, deliver, delivery, free_delivery);
    g_source_attach(source, self->home);
    g_source_unref(source);
}
