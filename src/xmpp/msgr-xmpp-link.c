/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * When to connect, and when not to: one attempt at a time, back-off with jitter, no second try of
 * what is refused for good, pings, and what is to be done when the network changes.
 */
#include "msgr-xmpp-link.h"

#include <string.h>

#include "msgr-error.h"
#include "msgr-xmpp-backoff.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-names.h"
#include "msgr-xmpp-password.h"
#include "msgr-xmpp-resolver.h"

#define CLOSE_SECONDS    3  /* for the server to answer our goodbye */
#define PONG_SECONDS     10 /* for the server to answer a ping */
#define ABORT_SECONDS    5  /* for the worker to end */
#define DEBOUNCE_SECONDS 2  /* the network changes several times when it changes */

typedef enum {
    STATE_OFF,
    STATE_WAITING,
    STATE_PREPARING, /* asks for the password, and for addresses */
    STATE_CONNECTING,
    STATE_ONLINE,
    STATE_CLOSING,
} State;

struct _MsgrXmppLink {
    const MsgrXmppAccount *account;
    MsgrXmppLinkEvents events;
    char *jid;
    State state;
    gboolean is_wanted; /* while it closes: it is to be online again after that */
    gboolean is_paused; /* it closes because the machine goes to sleep */
    MsgrXmppBackoff backoff;
    GCancellable *cancellable; /* of what is being prepared */
    char *password;
    GPtrArray *targets;
    guint next_target;
    MsgrXmppTransport *transport;
    guint timer; /* of the state: next attempt, time-out, next ping */
    guint check_timer;
    char *ping; /* the id of one that is under way */
};

static void attempt(MsgrXmppLink *self);
static void try_target(MsgrXmppLink *self);

static void
set_timer(MsgrXmppLink *self, guint milliseconds, GSourceFunc function)
{
    g_clear_handle_id(&self->timer, g_source_remove);
    self->timer = g_timeout_add(milliseconds, function, self);
}

/* Nothing of an attempt or a connection is left. */
static void
clear(MsgrXmppLink *self)
{
    g_clear_handle_id(&self->timer, g_source_remove);
    if (self->cancellable != NULL)
        g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    g_clear_pointer(&self->password, msgr_xmpp_password_free);
    g_clear_pointer(&self->targets, g_ptr_array_unref);
    g_clear_pointer(&self->transport, msgr_xmpp_transport_free);
    g_clear_pointer(&self->ping, g_free);
    self->next_target = 0;
}

static gboolean
time_to_attempt(gpointer data)
{
    MsgrXmppLink *self = data;

    self->timer = 0;
    attempt(self);
    return G_SOURCE_REMOVE;
}

static void
wait_for_next(MsgrXmppLink *self)
{
    guint milliseconds =
        msgr_xmpp_backoff_next(&self->backoff, g_get_monotonic_time(), g_random_double());

    self->state = STATE_WAITING;
    g_info("the next attempt to connect is in %u ms", milliseconds);
    set_timer(self, milliseconds, time_to_attempt);
}

static void
fail(MsgrXmppLink *self, MsgrXmppEnd end, const char *reason)
{
    gboolean will_retry = end != MSGR_XMPP_END_CLOSED && !msgr_xmpp_end_is_final(end);
    g_autofree char *kept = g_strdup(reason);

    clear(self);
    if (will_retry)
        wait_for_next(self);
    else
        self->state = STATE_OFF;
    self->events.offline(end, kept, will_retry, self->events.data);
}

/* Another attempt would end the same, and take another processor. */
static gboolean
worker_is_stuck(gpointer data)
{
    MsgrXmppLink *self = data;

    self->timer = 0;
    fail(self, MSGR_XMPP_END_POLICY, "the server asks for more work than can be done");
    return G_SOURCE_REMOVE;
}

static gboolean
connecting_took_too_long(gpointer data)
{
    MsgrXmppLink *self = data;

    self->timer = 0;
    msgr_xmpp_transport_abort(self->transport, "the server does not answer");
    set_timer(self, ABORT_SECONDS * 1000, worker_is_stuck);
    return G_SOURCE_REMOVE;
}

static gboolean
pong_is_missing(gpointer data)
{
    MsgrXmppLink *self = data;

    self->timer = 0;
    msgr_xmpp_transport_abort(self->transport, "the server does not answer any more");
    return G_SOURCE_REMOVE;
}

static gboolean
ping(gpointer data)
{
    MsgrXmppLink *self = data;
    g_autoptr(MsgrXmppElement) iq = msgr_xmpp_element_new("iq", MSGR_NS_CLIENT);

    self->timer = 0;
    g_free(self->ping);
    self->ping = g_uuid_string_random();
    msgr_xmpp_element_set(iq, "type", "get");
    msgr_xmpp_element_set(iq, "id", self->ping);
    msgr_xmpp_element_add(iq, "ping", MSGR_NS_PING);
    msgr_xmpp_transport_send(self->transport, iq);
    set_timer(self, PONG_SECONDS * 1000, pong_is_missing);
    return G_SOURCE_REMOVE;
}

static void
go_online(MsgrXmppLink *self, const MsgrXmppEvent *event)
{
    self->state = STATE_ONLINE;
    g_clear_pointer(&self->password, msgr_xmpp_password_free);
    msgr_xmpp_backoff_online(&self->backoff, g_get_monotonic_time());
    set_timer(self, self->account->ping_interval * 1000, ping);
    self->events.online(event->jid, event->address, self->events.data);
}

/* Whatever comes shows that the server is there; the pong itself is nobody else's business. */
static void
take_stanza(MsgrXmppLink *self, MsgrXmppElement *stanza)
{
    gboolean is_pong = self->ping != NULL && g_str_equal(stanza->name, "iq") &&
                       g_strcmp0(msgr_xmpp_element_get(stanza, "id"), self->ping) == 0;

    if (self->state == STATE_ONLINE) {
        g_clear_pointer(&self->ping, g_free);
        set_timer(self, self->account->ping_interval * 1000, ping);
    }
    if (!is_pong)
        self->events.stanza(stanza, self->events.data);
}

static void
take_end(MsgrXmppLink *self, const MsgrXmppEvent *event)
{
    g_autofree char *reason = g_strdup(event->reason);

    if (event->fingerprint != NULL) {
        g_free(reason);
        reason = g_strdup_printf("the certificate is refused: %s (SHA-256 %s)", event->reason,
                                 event->fingerprint);
    }
    if (self->state == STATE_CLOSING && self->is_paused) {
        clear(self);
        self->state = STATE_WAITING;
        self->events.offline(MSGR_XMPP_END_LOST, "the machine sleeps", TRUE, self->events.data);
    } else if (self->state == STATE_CLOSING) {
        fail(self, MSGR_XMPP_END_CLOSED, reason);
        if (self->is_wanted)
            msgr_xmpp_link_start(self);
    } else if (self->state == STATE_CONNECTING && event->end == MSGR_XMPP_END_LOST &&
               self->next_target < self->targets->len) {
        try_target(self);
    } else {
        fail(self, event->end, reason);
    }
}

static void
hear(MsgrXmppEvent *event, gpointer data)
{
    MsgrXmppLink *self = data;

    switch (event->type) {
    case MSGR_XMPP_EVENT_ONLINE:
        if (self->state == STATE_CONNECTING)
            go_online(self, event);
        break;
    case MSGR_XMPP_EVENT_STANZA:
        take_stanza(self, event->stanza);
        break;
    case MSGR_XMPP_EVENT_ENDED:
        take_end(self, event);
        break;
    }
}

static void
try_target(MsgrXmppLink *self)
{
    const MsgrXmppTarget *target = self->targets->pdata[self->next_target++];
    const MsgrXmppTransportOptions options = {
        .jid = self->jid,
        .password = self->password,
        .address = target->address,
        .port = target->port,
        .direct_tls = target->direct_tls,
        .ca_file = self->account->ca_file,
    };

    g_info("connecting to %s, port %u%s", target->address, target->port,
           target->direct_tls ? ", TLS at once" : "");
    self->state = STATE_CONNECTING;
    g_clear_pointer(&self->transport, msgr_xmpp_transport_free);
    self->transport = msgr_xmpp_transport_new(&options, hear, self);
    set_timer(self, self->account->connect_timeout * 1000, connecting_took_too_long);
}

static void
got_targets(GObject *source, GAsyncResult *result, gpointer data)
{
    MsgrXmppLink *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) targets = msgr_xmpp_resolve_finish(result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (targets == NULL) {
        fail(self, MSGR_XMPP_END_LOST, error->message);
        return;
    }
    self->targets = g_steal_pointer(&targets);
    try_target(self);
}

static void
got_password(GObject *source, GAsyncResult *result, gpointer data)
{
    MsgrXmppLink *self = data;
    const MsgrXmppAccount *account = self->account;
    g_autoptr(GError) error = NULL;
    char *password = msgr_xmpp_password_load_finish(result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (password == NULL) {
        fail(self,
             g_error_matches(error, MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE)
                 ? MSGR_XMPP_END_LOST
                 : MSGR_XMPP_END_AUTHENTICATION,
             error->message);
        return;
    }
    self->password = password;
    msgr_xmpp_resolve_async(msgr_xmpp_jid_domain(account->jid), account->host, account->port,
                            account->direct_tls, self->cancellable, got_targets, self);
}

static void
attempt(MsgrXmppLink *self)
{
    clear(self);
    self->state = STATE_PREPARING;
    self->cancellable = g_cancellable_new();
    msgr_xmpp_password_load_async(self->account->jid, self->cancellable, got_password, self);
}

/**
 * msgr_xmpp_link_new:
 * @account: kept, not copied
 *
 * Does nothing before msgr_xmpp_link_start().
 */
MsgrXmppLink *
msgr_xmpp_link_new(const MsgrXmppAccount *account, const MsgrXmppLinkEvents *events)
{
    MsgrXmppLink *self = g_new0(MsgrXmppLink, 1);

    self->account = account;
    self->events = *events;
    self->jid = msgr_xmpp_account_full_jid(account);
    return self;
}

void
msgr_xmpp_link_free(MsgrXmppLink *self)
{
    g_clear_handle_id(&self->check_timer, g_source_remove);
    clear(self);
    g_free(self->jid);
    g_free(self);
}

/**
 * msgr_xmpp_link_start:
 *
 * It is to be online, from now on. Also the way on after what was refused for good.
 */
void
msgr_xmpp_link_start(MsgrXmppLink *self)
{
    self->is_paused = FALSE;
    self->is_wanted = self->state == STATE_CLOSING;
    if (self->state != STATE_OFF && self->state != STATE_WAITING)
        return;
    msgr_xmpp_backoff_reset(&self->backoff);
    attempt(self);
}

static gboolean
close_took_too_long(gpointer data)
{
    MsgrXmppLink *self = data;

    self->timer = 0;
    msgr_xmpp_transport_abort(self->transport, "signed out");
    return G_SOURCE_REMOVE;
}

static void
begin_close(MsgrXmppLink *self)
{
    self->state = STATE_CLOSING;
    msgr_xmpp_transport_close(self->transport);
    set_timer(self, CLOSE_SECONDS * 1000, close_took_too_long);
}

/**
 * msgr_xmpp_link_stop:
 *
 * It is to be offline, until msgr_xmpp_link_start(); "offline" tells when it is.
 */
void
msgr_xmpp_link_stop(MsgrXmppLink *self)
{
    self->is_paused = FALSE;
    self->is_wanted = FALSE;
    if (self->state == STATE_ONLINE)
        begin_close(self);
    else if (self->state != STATE_CLOSING && self->state != STATE_OFF)
        fail(self, MSGR_XMPP_END_CLOSED, "signed out");
}

/**
 * msgr_xmpp_link_pause:
 *
 * The machine goes to sleep: the server is told, so that nobody takes the user for present.
 * msgr_xmpp_link_check() goes on.
 */
void
msgr_xmpp_link_pause(MsgrXmppLink *self)
{
    if (self->state == STATE_ONLINE) {
        self->is_paused = TRUE;
        begin_close(self);
    }
}

static gboolean
check_now(gpointer data)
{
    MsgrXmppLink *self = data;

    self->check_timer = 0;
    self->is_paused = FALSE;
    if (self->state == STATE_ONLINE && self->ping == NULL) {
        ping(self);
    } else if (self->state == STATE_WAITING) {
        msgr_xmpp_backoff_reset(&self->backoff);
        wait_for_next(self);
    }
    return G_SOURCE_REMOVE;
}

/**
 * msgr_xmpp_link_check:
 *
 * The network has changed, or the machine is awake again: what is thought to be connected is
 * pinged, and what waits to connect draws one of the shortest waits; all that two seconds after
 * the last change. It does not connect at once: one network is that of many.
 */
void
msgr_xmpp_link_check(MsgrXmppLink *self)
{
    g_clear_handle_id(&self->check_timer, g_source_remove);
    self->check_timer = g_timeout_add_seconds(DEBOUNCE_SECONDS, check_now, self);
}

/**
 * msgr_xmpp_link_break:
 * @reason: for people
 *
 * The connection is of no use as it is: a new one is made in its time.
 */
void
msgr_xmpp_link_break(MsgrXmppLink *self, const char *reason)
{
    if (self->state == STATE_ONLINE)
        msgr_xmpp_transport_abort(self->transport, reason);
}

void
msgr_xmpp_link_send(MsgrXmppLink *self, const MsgrXmppElement *stanza)
{
    if (self->state == STATE_ONLINE)
        msgr_xmpp_transport_send(self->transport, stanza);
}

gboolean
msgr_xmpp_link_is_online(const MsgrXmppLink *self)
{
    return self->state == STATE_ONLINE;
}

/**
 * msgr_xmpp_link_is_off:
 *
 * Returns: whether it is offline, and stays so.
 */
gboolean
msgr_xmpp_link_is_off(const MsgrXmppLink *self)
{
    return self->state == STATE_OFF;
}
