/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The main thread's half of a connection: orders go out to the worker, events come back.
 */
#include "msgr-xmpp-transport.h"

#include <signal.h>
#include <strophe.h>

#include "msgr-xmpp-shared.h"

struct _MsgrXmppTransport {
    MsgrXmppShared *shared;
    GThread *thread;
};

/* libstrophe's own state is begun once, and never ended. OpenSSL writes to the socket with
 * write(2), also when we have shut it down: that must not be the end of the process. */
static void
prepare_process(void)
{
    static gsize is_prepared;

    if (!g_once_init_enter(&is_prepared))
        return;
    signal(SIGPIPE, SIG_IGN);
    xmpp_initialize();
    g_once_init_leave(&is_prepared, 1);
}

/**
 * msgr_xmpp_transport_new:
 * @callback: hears of everything, in the main context of the caller, never from within a call
 *
 * Begins to connect, in a thread of its own. The last event is MSGR_XMPP_EVENT_ENDED.
 */
MsgrXmppTransport *
msgr_xmpp_transport_new(const MsgrXmppTransportOptions *options, MsgrXmppEventFunc callback,
                        gpointer data)
{
    MsgrXmppTransport *self = g_new0(MsgrXmppTransport, 1);

    prepare_process();
    self->shared = msgr_xmpp_shared_new(options, callback, data);
    self->thread = g_thread_new("xmpp", msgr_xmpp_worker_run, msgr_xmpp_shared_ref(self->shared));
    return self;
}

/* That a worker may take to end. */
#define END_MILLISECONDS 2000

/**
 * msgr_xmpp_transport_free:
 *
 * Ends it at once if it has not ended; nothing is heard of it any more. A worker that a server has
 * given hours to compute (SCRAM has no limit of it) is left to itself.
 */
void
msgr_xmpp_transport_free(MsgrXmppTransport *self)
{
    self->shared->callback = NULL;
    msgr_xmpp_transport_abort(self, "not needed any more");
    if (msgr_xmpp_shared_wait(self->shared, END_MILLISECONDS))
        g_thread_join(self->thread);
    else
        g_thread_unref(self->thread);
    /* orders that came too late hold what they are in */
    while (g_main_context_iteration(self->shared->context, FALSE))
        continue;
    msgr_xmpp_shared_unref(self->shared);
    g_free(self);
}

void
msgr_xmpp_transport_send(MsgrXmppTransport *self, const MsgrXmppElement *stanza)
{
    msgr_xmpp_worker_send(self->shared, msgr_xmpp_element_to_xml(stanza));
}

/**
 * msgr_xmpp_transport_close:
 *
 * Says goodbye to the server; MSGR_XMPP_EVENT_ENDED follows, after two seconds at the latest unless
 * the worker is stuck.
 */
void
msgr_xmpp_transport_close(MsgrXmppTransport *self)
{
    msgr_xmpp_worker_close(self->shared);
}

/**
 * msgr_xmpp_transport_abort:
 * @reason: for people, what MSGR_XMPP_EVENT_ENDED is to say
 */
void
msgr_xmpp_transport_abort(MsgrXmppTransport *self, const char *reason)
{
    msgr_xmpp_shared_abort(self->shared, reason);
    msgr_xmpp_worker_wake(self->shared);
}

gboolean
msgr_xmpp_end_is_final(MsgrXmppEnd end)
{
    return end >= MSGR_XMPP_END_AUTHENTICATION;
}
