/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The worker with a libstrophe whose connection is the test's: what it calls of that is here. The
 * server signs it in, and sends as much as is read.
 */
#include <string.h>
#include <strophe.h>
#include <sys/socket.h>
#include <unistd.h>

#include "msgr-xmpp-shared.h"

static struct {
    xmpp_sockopt_callback take_socket;
    xmpp_conn_handler hear_connection;
    void *connection_data;
    xmpp_handler hear_stanza;
    void *stanza_data;
    xmpp_conn_t *conn;
    int fd;
    gboolean is_signed_in;

    GMutex lock; /* of what follows */
    GCond changed;
    char *password; /* as libstrophe has it */
    guint n_sent;   /* stanzas */
    guint n_looks;  /* how often the worker has read what it wants, and waits */
} server;

/* In place of libstrophe's */

void
xmpp_conn_set_pass(xmpp_conn_t *conn, const char *pass)
{
    g_mutex_lock(&server.lock);
    g_free(server.password);
    server.password = g_strdup(pass);
    g_mutex_unlock(&server.lock);
}

void
xmpp_conn_set_sockopt_callback(xmpp_conn_t *conn, xmpp_sockopt_callback callback)
{
    server.take_socket = callback;
}

void
xmpp_handler_add(xmpp_conn_t *conn, xmpp_handler handler, const char *ns, const char *name,
                 const char *type, void *data)
{
    server.hear_stanza = handler;
    server.stanza_data = data;
}

int
xmpp_connect_client(xmpp_conn_t *conn, const char *address, unsigned short port,
                    xmpp_conn_handler callback, void *data)
{
    server.conn = conn;
    server.hear_connection = callback;
    server.connection_data = data;
    return server.take_socket(conn, &server.fd) == 0 ? XMPP_EOK : XMPP_EINT;
}

int
xmpp_conn_is_secured(xmpp_conn_t *conn)
{
    return 1;
}

int
xmpp_conn_is_connecting(xmpp_conn_t *conn)
{
    return 0;
}

const char *
xmpp_conn_get_bound_jid(const xmpp_conn_t *conn)
{
    return "alice@a.test/x";
}

/* It asks for this when it has read what it wants. */
int
xmpp_conn_send_queue_len(const xmpp_conn_t *conn)
{
    g_mutex_lock(&server.lock);
    server.n_looks++;
    g_cond_signal(&server.changed);
    g_mutex_unlock(&server.lock);
    return 0;
}

static void
send_stanza(xmpp_ctx_t *ctx)
{
    xmpp_stanza_t *stanza = xmpp_stanza_new(ctx);

    xmpp_stanza_set_name(stanza, "message");
    server.hear_stanza(server.conn, stanza, server.stanza_data);
    xmpp_stanza_release(stanza);
    g_mutex_lock(&server.lock);
    server.n_sent++;
    g_mutex_unlock(&server.lock);
}

void
xmpp_run_once(xmpp_ctx_t *ctx, unsigned long timeout)
{
    if (server.is_signed_in) {
        send_stanza(ctx);
        return;
    }
    server.is_signed_in = TRUE;
    server.hear_connection(server.conn, XMPP_CONN_CONNECT, 0, NULL, server.connection_data);
}

/* The worker */

typedef struct {
    MsgrXmppShared *shared;
    GThread *thread;
    int fds[2];
    guint n_online;
    guint n_stanzas;
} Fixture;

static void
hear(MsgrXmppEvent *event, gpointer data)
{
    Fixture *f = data;

    g_assert_cmpint(event->type, !=, MSGR_XMPP_EVENT_ENDED);
    if (event->type == MSGR_XMPP_EVENT_ONLINE)
        f->n_online++;
    else
        f->n_stanzas++;
}

static void
set_up(Fixture *f, gconstpointer data)
{
    const MsgrXmppTransportOptions options = {
        .jid = "alice@a.test/x", .password = "secret", .address = "192.0.2.1", .port = 5222
    };

    server.is_signed_in = FALSE;
    server.n_sent = server.n_looks = 0;
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, f->fds), ==, 0);
    /* nobody takes it: there is always something to be read */
    g_assert_cmpint(write(f->fds[1], "x", 1), ==, 1);
    server.fd = f->fds[0];
    f->shared = msgr_xmpp_shared_new(&options, hear, f);
    f->thread = g_thread_new("xmpp", msgr_xmpp_worker_run, msgr_xmpp_shared_ref(f->shared));
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    f->shared->callback = NULL;
    msgr_xmpp_shared_abort(f->shared, "enough");
    msgr_xmpp_worker_wake(f->shared);
    g_thread_join(f->thread);
    while (g_main_context_iteration(NULL, FALSE) ||
           g_main_context_iteration(f->shared->context, FALSE))
        continue;
    msgr_xmpp_shared_unref(f->shared);
    g_clear_pointer(&server.password, g_free);
    close(f->fds[0]);
    close(f->fds[1]);
}

/* Returns: how much the server has sent when the worker has looked once more. */
static guint
look(Fixture *f)
{
    guint n_looks;
    guint n_sent;

    g_mutex_lock(&server.lock);
    n_looks = server.n_looks;
    msgr_xmpp_worker_wake(f->shared);
    while (server.n_looks == n_looks)
        g_cond_wait(&server.changed, &server.lock);
    n_sent = server.n_sent;
    g_mutex_unlock(&server.lock);
    return n_sent;
}

/* While the main thread does nothing, no more is read; then it goes on. */
static void
test_backlog(Fixture *f, gconstpointer data)
{
    const guint most = MSGR_XMPP_MAX_BACKLOG - 1; /* and that it is online */

    while (look(f) < most)
        continue;
    for (guint i = 0; i < 5; i++)
        g_assert_cmpuint(look(f), ==, most);
    while (f->n_stanzas < 3 * MSGR_XMPP_MAX_BACKLOG)
        g_main_context_iteration(NULL, TRUE);
}

/* Neither libstrophe nor we have it once it has served. */
static void
test_password(Fixture *f, gconstpointer data)
{
    while (f->n_online == 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_null(f->shared->password);
    g_mutex_lock(&server.lock);
    g_assert_cmpstr(server.password, ==, "");
    g_mutex_unlock(&server.lock);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/xmpp-worker/backlog", Fixture, NULL, set_up, test_backlog, tear_down);
    g_test_add("/xmpp-worker/password", Fixture, NULL, set_up, test_password, tear_down);
    return g_test_run();
}
