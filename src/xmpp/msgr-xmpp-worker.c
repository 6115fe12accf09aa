/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The worker: a thread in which libstrophe has a connection for itself. It blocks there as it
 * likes, in a TLS handshake without a limit; the main thread ends that by msgr_xmpp_shared_abort().
 */
#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <strophe.h>

#include "msgr-xmpp-memory.h"
#include "msgr-xmpp-password.h"
#include "msgr-xmpp-shared.h"
#include "msgr-xmpp-stanza.h"

/* libstrophe has no limit of a stanza: this is of all that it holds for a connection. */
#define MAX_MEMORY (4 * 1024 * 1024)

/* A text is thrown away as often as this, 64 KiB at a time, before the stanza that it is in must
 * end. */
#define MAX_REFUSED 16

/* A turn of libstrophe reads 4096 bytes, and a TLS record holds up to 16384: what is left of it
 * lies where no poll() sees it. */
#define TURNS_AFTER_SILENCE 4
#define MAX_TURNS           64

#define TICK_CONNECTING (G_USEC_PER_SEC / 4) /* libstrophe's own timers */
#define TICK_ONLINE     (30 * G_USEC_PER_SEC)
#define USER_TIMEOUT    60000 /* milliseconds that what was sent may stay unacknowledged */
#define KEEPALIVE       60    /* seconds */

typedef struct {
    GSource source;
    gpointer worker;
} PumpSource;

typedef struct {
    MsgrXmppShared *shared;
    MsgrXmppMemory memory;
    xmpp_ctx_t *ctx;
    xmpp_conn_t *conn;
    GSource *source;
    gpointer tag;
    gboolean is_secured;
    gboolean is_online;
    gboolean is_closing;
    gboolean has_ended;
    gboolean is_malformed; /* what came is no XML; libstrophe would go on waiting for more */
    gboolean login_refused;
    gboolean login_may_be_repeated;
    gboolean out_of_files;
    char *certificate_error;
    char *fingerprint;
    MsgrXmppEnd end;
    char *reason;
} Worker;

/* Two of libstrophe's callbacks don't say whose they are: a thread has one connection. */
static GPrivate current = G_PRIVATE_INIT(NULL);

/* What libstrophe logs below a warning has every stanza and every step of the login in it: it is
 * looked at here, and goes nowhere. Of a login that was refused, and of what is no XML, nothing
 * else tells. */
static void
hear_log(void *data, xmpp_log_level_t level, const char *area, const char *text)
{
    Worker *self = data;

    if (level == XMPP_LEVEL_ERROR && g_str_equal(area, "auth"))
        self->login_refused = TRUE;
    if (g_str_has_prefix(text, "parse error ["))
        self->is_malformed = TRUE;
    if (self->is_online || !g_str_has_prefix(text, "RECV: <failure"))
        return;
    self->login_refused = TRUE;
    if (strstr(text, "<temporary-auth-failure") != NULL)
        self->login_may_be_repeated = TRUE;
}

/* The whole decision: nobody is ever trusted whom the system's, or the account's, authorities don't
 * vouch for. */
static int
refuse_certificate(const xmpp_tlscert_t *certificate, const char *const message)
{
    Worker *self = g_private_get(&current);

    if (self->certificate_error == NULL) {
        self->certificate_error = g_strdup(message);
        self->fingerprint =
            g_strdup(xmpp_tlscert_get_string(certificate, XMPP_CERT_FINGERPRINT_SHA256));
    }
    return 0;
}

static void
set_option(int fd, int level, int option, int value)
{
    if (setsockopt(fd, level, option, &value, sizeof(value)) != 0)
        g_debug("an option of a socket can't be set: %s", g_strerror(errno));
}

static int
take_socket(xmpp_conn_t *conn, void *socket)
{
    Worker *self = g_private_get(&current);
    int fd = *(int *)socket;

    if (!msgr_xmpp_shared_set_fd(self->shared, fd)) {
        self->out_of_files = fd >= FD_SETSIZE;
        return -1;
    }
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE);
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT);
    return 0;
}

static MsgrXmppEvent *
new_event(MsgrXmppEventType type)
{
    MsgrXmppEvent *event = g_new0(MsgrXmppEvent, 1);

    event->type = type;
    return event;
}

static char *
local_address(int fd)
{
    struct sockaddr_storage storage = { 0 };
    socklen_t length = sizeof(storage);
    char text[INET6_ADDRSTRLEN] = "";

    if (getsockname(fd, (struct sockaddr *)&storage, &length) != 0)
        return g_strdup("");
    if (storage.ss_family == AF_INET)
        inet_ntop(AF_INET, &((struct sockaddr_in *)&storage)->sin_addr, text, sizeof(text));
    else if (storage.ss_family == AF_INET6 &&
             !IN6_IS_ADDR_LINKLOCAL(&((struct sockaddr_in6 *)&storage)->sin6_addr))
        inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&storage)->sin6_addr, text, sizeof(text));
    return g_strdup(text);
}

static void
forget_password(Worker *self)
{
    xmpp_conn_set_pass(self->conn, "");
    g_clear_pointer(&self->shared->password, msgr_xmpp_password_free);
}

static void
go_online(Worker *self)
{
    MsgrXmppEvent *event = new_event(MSGR_XMPP_EVENT_ONLINE);

    self->is_online = TRUE;
    forget_password(self);
    event->jid = g_strdup(xmpp_conn_get_bound_jid(self->conn));
    event->address = local_address(msgr_xmpp_shared_get_fd(self->shared));
    msgr_xmpp_shared_post(self->shared, event);
}

static void
set_end(Worker *self, MsgrXmppEnd end, const char *reason)
{
    if (self->reason != NULL)
        return;
    self->end = end;
    self->reason = g_strdup(reason);
}

/* Before TLS anybody may be the one who says it; that the domain isn't known here, servers say so
 * early. */
static MsgrXmppEnd
end_of_stream_error(const Worker *self, xmpp_error_type_t type)
{
    if (!self->is_secured && type != XMPP_SE_HOST_UNKNOWN && type != XMPP_SE_HOST_GONE)
        return MSGR_XMPP_END_LOST;
    switch ((int)type) {
    case XMPP_SE_CONFLICT:
        return MSGR_XMPP_END_CONFLICT;
    case XMPP_SE_HOST_UNKNOWN:
    case XMPP_SE_HOST_GONE:
        return MSGR_XMPP_END_HOST_UNKNOWN;
    case XMPP_SE_NOT_AUTHORIZED:
        return MSGR_XMPP_END_AUTHENTICATION;
    case XMPP_SE_POLICY_VIOLATION:
        return MSGR_XMPP_END_POLICY;
    default:
        return MSGR_XMPP_END_LOST;
    }
}

static const char *
end_text(MsgrXmppEnd end)
{
    switch ((int)end) {
    case MSGR_XMPP_END_CONFLICT:
        return "the account is in use elsewhere under the same resource";
    case MSGR_XMPP_END_HOST_UNKNOWN:
        return "the server does not know this domain";
    case MSGR_XMPP_END_AUTHENTICATION:
        return "the server does not accept the password";
    case MSGR_XMPP_END_POLICY:
        return "the server's policy forbids it";
    default:
        return "the server ended the connection";
    }
}

/* In the order of what is surest. libstrophe itself has one and the same event for all of these. */
static void
judge_end(Worker *self, int error, const xmpp_stream_error_t *stream_error)
{
    g_autofree char *aborted = msgr_xmpp_shared_abort_reason(self->shared);

    if (self->certificate_error != NULL) {
        set_end(self, MSGR_XMPP_END_CERTIFICATE, self->certificate_error);
    } else if (aborted != NULL) {
        set_end(self, MSGR_XMPP_END_LOST, aborted);
    } else if (stream_error != NULL) {
        MsgrXmppEnd end = end_of_stream_error(self, stream_error->type);

        set_end(self, end, end_text(end));
    } else if (self->login_may_be_repeated) {
        set_end(self, MSGR_XMPP_END_LOST, "the server can't check the password now");
    } else if (self->is_secured && !self->is_online && !self->is_closing &&
               (self->login_refused || error == 0)) {
        set_end(self, MSGR_XMPP_END_AUTHENTICATION, end_text(MSGR_XMPP_END_AUTHENTICATION));
    } else if (self->is_closing) {
        set_end(self, MSGR_XMPP_END_CLOSED, "signed out");
    } else {
        set_end(self, MSGR_XMPP_END_LOST,
                self->is_secured ? "the connection is lost" : "there is no secure connection");
    }
}

static void
hear_connection(xmpp_conn_t *conn, xmpp_conn_event_t event, int error,
                xmpp_stream_error_t *stream_error, void *data)
{
    Worker *self = data;

    if (event == XMPP_CONN_CONNECT) {
        go_online(self);
        return;
    }
    judge_end(self, error, stream_error);
    self->has_ended = TRUE;
}

/* The answers to libstrophe's own requests come by here, too. */
static gboolean
is_of_login(xmpp_stanza_t *stanza)
{
    const char *id = xmpp_stanza_get_id(stanza);

    return id != NULL && g_str_has_prefix(id, "_xmpp_");
}

static int
hear_stanza(xmpp_conn_t *conn, xmpp_stanza_t *stanza, void *data)
{
    Worker *self = data;
    MsgrXmppEvent *event;

    if (!self->is_online || is_of_login(stanza))
        return 1;
    event = new_event(MSGR_XMPP_EVENT_STANZA);
    event->stanza = msgr_xmpp_stanza_copy(stanza, self->memory.refused > 0);
    self->memory.refused = 0;
    msgr_xmpp_shared_post(self->shared, event);
    return 1;
}

static gboolean
has_backlog(Worker *self)
{
    return g_atomic_int_get(&self->shared->backlog) >= MSGR_XMPP_MAX_BACKLOG;
}

static gboolean
is_readable(Worker *self)
{
    struct pollfd fd = { .fd = msgr_xmpp_shared_get_fd(self->shared), .events = POLLIN };

    return fd.fd >= 0 && poll(&fd, 1, 0) > 0;
}

static void
turn(Worker *self)
{
    xmpp_run_once(self->ctx, 0);
    self->is_secured = self->is_secured || xmpp_conn_is_secured(self->conn);
    if (self->memory.used > MAX_MEMORY || self->memory.refused > MAX_REFUSED) {
        set_end(self, MSGR_XMPP_END_LOST, "the server sends more at once than is allowed");
        self->has_ended = TRUE;
    }
    if (self->is_malformed) {
        set_end(self, MSGR_XMPP_END_LOST, "what the server sends is no XML");
        self->has_ended = TRUE;
    }
}

static void
run_turns(Worker *self)
{
    guint turns = 0;

    while (!self->has_ended && !has_backlog(self) && turns++ < MAX_TURNS && is_readable(self))
        turn(self);
    for (guint i = 0; !self->has_ended && !has_backlog(self) && i < TURNS_AFTER_SILENCE; i++)
        turn(self);
}

/* What stays unread while the main thread is behind holds up the server, by TCP. */
static void
watch(Worker *self)
{
    GIOCondition wanted = has_backlog(self) ? 0 : G_IO_IN;
    gboolean is_idle = self->is_online && !self->is_closing;

    if (xmpp_conn_send_queue_len(self->conn) > 0)
        wanted |= G_IO_OUT;
    if (self->tag == NULL && msgr_xmpp_shared_get_fd(self->shared) >= 0)
        self->tag = g_source_add_unix_fd(self->source, msgr_xmpp_shared_get_fd(self->shared), 0);
    if (self->tag != NULL)
        g_source_modify_unix_fd(self->source, self->tag,
                                xmpp_conn_is_connecting(self->conn) ? G_IO_OUT : wanted);
    g_source_set_ready_time(self->source,
                            g_get_monotonic_time() + (is_idle ? TICK_ONLINE : TICK_CONNECTING));
}

static gboolean
pump(GSource *source, GSourceFunc callback, gpointer data)
{
    Worker *self = ((PumpSource *)source)->worker;
    g_autofree char *aborted = msgr_xmpp_shared_abort_reason(self->shared);

    if (aborted != NULL) {
        set_end(self, MSGR_XMPP_END_LOST, aborted);
        self->has_ended = TRUE;
    }
    run_turns(self);
    if (!self->has_ended)
        watch(self);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs pump_funcs = { .dispatch = pump };

static void
attach(Worker *self)
{
    self->source = g_source_new(&pump_funcs, sizeof(PumpSource));
    ((PumpSource *)self->source)->worker = self;
    g_source_attach(self->source, self->shared->context);
    watch(self);
}

/* No SM: with it libstrophe asks for an acknowledgement of every single stanza; what matters here
 * is an IQ, which is acknowledged from end to end. */
static gboolean
begin(Worker *self)
{
    MsgrXmppShared *shared = self->shared;
    long flags = XMPP_CONN_FLAG_MANDATORY_TLS | XMPP_CONN_FLAG_DISABLE_SM;

    if (shared->direct_tls)
        flags = XMPP_CONN_FLAG_LEGACY_SSL | XMPP_CONN_FLAG_DISABLE_SM;
    self->conn = xmpp_conn_new(self->ctx);
    xmpp_conn_set_flags(self->conn, flags);
    xmpp_conn_set_jid(self->conn, shared->jid);
    xmpp_conn_set_pass(self->conn, shared->password);
    if (shared->ca_file != NULL)
        xmpp_conn_set_cafile(self->conn, shared->ca_file);
    xmpp_conn_set_certfail_handler(self->conn, refuse_certificate);
    xmpp_conn_set_sockopt_callback(self->conn, take_socket);
    xmpp_handler_add(self->conn, hear_stanza, NULL, NULL, NULL, self);
    return xmpp_connect_client(self->conn, shared->address, shared->port, hear_connection, self) ==
           XMPP_EOK;
}

static void
run(Worker *self)
{
    if (!begin(self)) {
        g_autofree char *aborted = msgr_xmpp_shared_abort_reason(self->shared);

        if (self->out_of_files)
            set_end(self, MSGR_XMPP_END_FILES, "too many files are open");
        set_end(self, MSGR_XMPP_END_LOST, aborted != NULL ? aborted : "no connection can be made");
        return;
    }
    attach(self);
    while (!self->has_ended)
        g_main_context_iteration(self->shared->context, TRUE);
    g_source_destroy(self->source);
    g_source_unref(self->source);
}

static void
post_end(Worker *self)
{
    MsgrXmppEvent *event = new_event(MSGR_XMPP_EVENT_ENDED);

    event->end = self->end;
    event->reason = g_steal_pointer(&self->reason);
    event->fingerprint = g_steal_pointer(&self->fingerprint);
    msgr_xmpp_shared_post(self->shared, event);
}

/**
 * msgr_xmpp_worker_run:
 * @shared: (transfer full): a MsgrXmppShared
 *
 * The thread: from the first attempt to connect to the end of the connection.
 */
gpointer
msgr_xmpp_worker_run(gpointer shared)
{
    g_autoptr(MsgrXmppShared) owned = shared;
    Worker self = { .shared = shared };
    xmpp_log_t log = { hear_log, &self };

    g_private_set(&current, &self);
    msgr_xmpp_memory_init(&self.memory);
    self.ctx = xmpp_ctx_new(&self.memory.hooks, &log);
    run(&self);
    xmpp_conn_release(self.conn);
    xmpp_ctx_free(self.ctx);
    g_clear_pointer(&owned->password, msgr_xmpp_password_free);
    post_end(&self);
    g_free(self.certificate_error);
    g_private_set(&current, NULL);
    msgr_xmpp_shared_set_ended(owned);
    return NULL;
}

typedef struct {
    MsgrXmppShared *shared;
    char *xml; /* NULL: close */
} Order;

static void
free_order(gpointer data)
{
    Order *order = data;

    g_free(order->xml);
    msgr_xmpp_shared_unref(order->shared);
    g_free(order);
}

/* In the worker's thread, between two turns; or, of what came too late, nowhere any more. */
static gboolean
carry_out(gpointer data)
{
    Order *order = data;
    Worker *self = g_private_get(&current);

    if (self == NULL || self->has_ended)
        return G_SOURCE_REMOVE;
    if (order->xml != NULL) {
        xmpp_send_raw(self->conn, order->xml, strlen(order->xml));
    } else if (!self->is_closing) {
        self->is_closing = TRUE;
        xmpp_disconnect(self->conn);
    }
    g_source_set_ready_time(self->source, 0);
    return G_SOURCE_REMOVE;
}

static void
give_order(MsgrXmppShared *shared, char *xml)
{
    Order *order = g_new0(Order, 1);
    GSource *source = g_idle_source_new();

    order->shared = msgr_xmpp_shared_ref(shared);
    order->xml = xml;
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, carry_out, order, free_order);
    g_source_attach(source, shared->context);
    g_source_unref(source);
}

/**
 * msgr_xmpp_worker_send:
 * @xml: (transfer full): a stanza
 */
void
msgr_xmpp_worker_send(MsgrXmppShared *shared, char *xml)
{
    give_order(shared, xml);
}

void
msgr_xmpp_worker_close(MsgrXmppShared *shared)
{
    give_order(shared, NULL);
}

static gboolean
look_again(gpointer data)
{
    Worker *self = g_private_get(&current);

    if (self != NULL && !self->has_ended)
        g_source_set_ready_time(self->source, 0);
    return G_SOURCE_REMOVE;
}

/**
 * msgr_xmpp_worker_wake:
 *
 * Has the worker look again: it was aborted, or the main thread is no longer behind.
 */
void
msgr_xmpp_worker_wake(MsgrXmppShared *shared)
{
    GSource *source = g_idle_source_new();

    g_source_set_callback(source, look_again, NULL, NULL);
    g_source_attach(source, shared->context);
    g_source_unref(source);
}
