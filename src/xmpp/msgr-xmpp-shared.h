/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the two threads of a transport have in common. Everything in it is a value, is only ever
 * touched by one of them, or is behind the lock.
 */
#pragma once

#include "msgr-xmpp-transport.h"

G_BEGIN_DECLS

/* As many events as may wait for the main thread, before no more is read from the server. */
#define MSGR_XMPP_MAX_BACKLOG 500

typedef struct {
    gatomicrefcount refs;
    GMainContext *home; /* the main thread's */
    GMainContext *context;

    /* the worker's alone, once it runs */
    char *jid;
    char *password; /* wiped once it is online, or has ended */
    char *address;
    guint16 port;
    gboolean direct_tls;
    char *ca_file;

    /* the main thread's alone */
    MsgrXmppEventFunc callback; /* NULL: nobody listens any more */
    gpointer data;

    gint backlog; /* atomic: events under way */

    GMutex lock;
    int spare_fd; /* the socket once more, ours to shut down whatever libstrophe does with its own
                   */
    char *abort_reason; /* (nullable): it is to end at once */
    gboolean has_ended; /* the worker touches nothing any more */
    GCond ended;
} MsgrXmppShared;

MsgrXmppShared *msgr_xmpp_shared_new(const MsgrXmppTransportOptions *options,
                                     MsgrXmppEventFunc callback, gpointer data);
MsgrXmppShared *msgr_xmpp_shared_ref(MsgrXmppShared *self);
void msgr_xmpp_shared_unref(MsgrXmppShared *self);
gboolean msgr_xmpp_shared_set_fd(MsgrXmppShared *self, int fd);
int msgr_xmpp_shared_get_fd(MsgrXmppShared *self);
void msgr_xmpp_shared_abort(MsgrXmppShared *self, const char *reason);
char *msgr_xmpp_shared_abort_reason(MsgrXmppShared *self);
void msgr_xmpp_shared_set_ended(MsgrXmppShared *self);
gboolean msgr_xmpp_shared_wait(MsgrXmppShared *self, guint milliseconds);
void msgr_xmpp_shared_post(MsgrXmppShared *self, MsgrXmppEvent *event);
void msgr_xmpp_event_free(MsgrXmppEvent *event);

gpointer msgr_xmpp_worker_run(gpointer shared);
void msgr_xmpp_worker_send(MsgrXmppShared *shared, char *xml);
void msgr_xmpp_worker_close(MsgrXmppShared *shared);
void msgr_xmpp_worker_wake(MsgrXmppShared *shared);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppShared, msgr_xmpp_shared_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppEvent, msgr_xmpp_event_free)

G_END_DECLS
