/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The transport where libstrophe by itself would hang, crash or be silent; and finding servers.
 */
#include "msgr-xmpp-transport.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>

#include "msgr-xmpp-resolver.h"

typedef struct {
    GMainLoop *loop;
    MsgrXmppEnd end;
    char *reason;
    guint n_ends;
} Heard;

static void
hear(MsgrXmppEvent *event, gpointer data)
{
    Heard *heard = data;

    g_assert_cmpint(event->type, ==, MSGR_XMPP_EVENT_ENDED);
    heard->end = event->end;
    g_free(heard->reason);
    heard->reason = g_strdup(event->reason);
    heard->n_ends++;
    g_main_loop_quit(heard->loop);
}

static Heard *
heard_new(void)
{
    Heard *heard = g_new0(Heard, 1);

    heard->loop = g_main_loop_new(NULL, FALSE);
    return heard;
}

static void
heard_free(Heard *heard)
{
    g_main_loop_unref(heard->loop);
    g_free(heard->reason);
    g_free(heard);
}

static MsgrXmppTransport *
connect_to(guint16 port, gboolean direct_tls, Heard *heard)
{
    const MsgrXmppTransportOptions options = {
        .jid = "alice@a.test/x",
        .password = "secret",
        .address = "127.0.0.1",
        .port = port,
        .direct_tls = direct_tls,
    };

    return msgr_xmpp_transport_new(&options, hear, heard);
}

/* A server that takes a connection, and is silent. */
typedef struct {
    GSocketListener *listener;
    GSocketConnection *connection;
    GMainLoop *loop;
    guint16 port;
    char hello[16];
} Silent;

static void
got_hello(GObject *source, GAsyncResult *result, gpointer data)
{
    Silent *silent = data;

    g_assert_cmpint(g_input_stream_read_finish(G_INPUT_STREAM(source), result, NULL), >, 0);
    g_main_loop_quit(silent->loop);
}

static void
accepted(GObject *source, GAsyncResult *result, gpointer data)
{
    Silent *silent = data;

    silent->connection =
        g_socket_listener_accept_finish(G_SOCKET_LISTENER(source), result, NULL, NULL);
    if (silent->connection == NULL)
        return; /* it was closed */
    g_input_stream_read_async(g_io_stream_get_input_stream(G_IO_STREAM(silent->connection)),
                              silent->hello, sizeof(silent->hello), G_PRIORITY_DEFAULT, NULL,
                              got_hello, silent);
}

static Silent *
silent_new(void)
{
    Silent *silent = g_new0(Silent, 1);

    silent->loop = g_main_loop_new(NULL, FALSE);
    silent->listener = g_socket_listener_new();
    silent->port = g_socket_listener_add_any_inet_port(silent->listener, NULL, NULL);
    g_assert_cmpuint(silent->port, !=, 0);
    g_socket_listener_accept_async(silent->listener, NULL, accepted, silent);
    return silent;
}

static void
silent_free(Silent *silent)
{
    g_clear_object(&silent->connection);
    g_object_unref(silent->listener);
    g_main_loop_unref(silent->loop);
    g_free(silent);
}

/* The worker is stuck in the handshake; the main thread goes on, and ends it. */
static void
test_silent(void)
{
    Silent *silent = silent_new();
    Heard *heard = heard_new();
    g_autoptr(MsgrXmppTransport) transport = connect_to(silent->port, TRUE, heard);

    g_main_loop_run(silent->loop);
    g_assert_cmpuint(heard->n_ends, ==, 0);
    msgr_xmpp_transport_abort(transport, "long enough");
    g_main_loop_run(heard->loop);
    g_assert_cmpint(heard->end, ==, MSGR_XMPP_END_LOST);
    g_assert_cmpstr(heard->reason, ==, "long enough");
    g_assert_cmpuint(heard->n_ends, ==, 1);
    heard_free(heard);
    silent_free(silent);
}

/* Freed while it is stuck: nothing is heard any more. */
static void
test_freed(void)
{
    Silent *silent = silent_new();
    Heard *heard = heard_new();
    MsgrXmppTransport *transport = connect_to(silent->port, TRUE, heard);

    g_main_loop_run(silent->loop);
    msgr_xmpp_transport_free(transport);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpuint(heard->n_ends, ==, 0);
    heard_free(heard);
    silent_free(silent);
}

static void
test_sigpipe(void)
{
    struct sigaction action;
    Silent *silent = silent_new();
    Heard *heard = heard_new();
    g_autoptr(MsgrXmppTransport) transport = connect_to(silent->port, TRUE, heard);

    g_assert_cmpint(sigaction(SIGPIPE, NULL, &action), ==, 0);
    g_assert_true(action.sa_handler == SIG_IGN);
    /* OpenSSL answers this with an alert, on a socket that is shut down */
    g_main_loop_run(silent->loop);
    g_assert_true(
        g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(silent->connection)),
                                  "nonsense\n", 9, NULL, NULL, NULL));
    msgr_xmpp_transport_abort(transport, "enough");
    g_main_loop_run(heard->loop);
    heard_free(heard);
    silent_free(silent);
}

static void
test_refused(void)
{
    Silent *silent = silent_new();
    guint16 port = silent->port;
    Heard *heard = heard_new();
    g_autoptr(MsgrXmppTransport) transport = NULL;

    g_socket_listener_close(silent->listener);
    transport = connect_to(port, FALSE, heard);
    g_main_loop_run(heard->loop);
    g_assert_cmpint(heard->end, ==, MSGR_XMPP_END_LOST);
    heard_free(heard);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    silent_free(silent);
}

#define STREAM                                                                                     \
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "        \
    "id='1' from='a.test' version='1.0'>"
#define ERROR(condition)                                                                           \
    "<stream:error><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
#define FEATURES                                                                                   \
    "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"                         \
    "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>"            \
    "</mechanisms></stream:features>"

static const char *const before_tls[] = {
    ERROR("not-authorized"),
    ERROR("conflict"),
    ERROR("policy-violation"),
    FEATURES "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    FEATURES "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>",
    ("<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
     "<mechanism>PLAIN</mechanism></mechanisms></stream:features>"),
    "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>",
};

static void
assert_no_password_was_sent(Silent *silent)
{
    GInputStream *input = g_io_stream_get_input_stream(G_IO_STREAM(silent->connection));
    char buffer[8192] = "";
    gsize length = 0;

    /* until its end, in whichever way that comes */
    g_input_stream_read_all(input, buffer, sizeof(buffer) - 1, &length, NULL, NULL);
    g_assert_cmpuint(length, <, sizeof(buffer) - 1);
    g_assert_null(strstr(buffer, "<auth"));
}

/* Before there is TLS, anybody on the way may be the one who speaks: it is tried again. */
static void
test_before_tls(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(before_tls); i++) {
        g_autofree char *text = g_strconcat(STREAM, before_tls[i], "</stream:stream>", NULL);
        Silent *silent = silent_new();
        Heard *heard = heard_new();
        MsgrXmppTransport *transport = connect_to(silent->port, FALSE, heard);

        g_main_loop_run(silent->loop);
        g_assert_true(g_output_stream_write_all(
            g_io_stream_get_output_stream(G_IO_STREAM(silent->connection)), text, strlen(text),
            NULL, NULL, NULL));
        g_main_loop_run(heard->loop);
        g_assert_cmpint(heard->end, ==, MSGR_XMPP_END_LOST);
        msgr_xmpp_transport_free(transport);
        assert_no_password_was_sent(silent);
        heard_free(heard);
        silent_free(silent);
    }
}

/* In a process of its own: it opens as many files as select() has room for. */
static void
test_many_files(void)
{
    struct rlimit limit = { FD_SETSIZE + 100, FD_SETSIZE + 100 };
    Silent *silent;
    Heard *heard;
    g_autoptr(MsgrXmppTransport) transport = NULL;
    int fd;

    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
        g_test_trap_assert_passed();
        return;
    }
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    limit.rlim_cur = FD_SETSIZE + 100;
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    silent = silent_new();
    heard = heard_new();
    do
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && fd < FD_SETSIZE);
    g_assert_cmpint(fd, >=, FD_SETSIZE);
    transport = connect_to(silent->port, FALSE, heard);
    g_main_loop_run(heard->loop);
    g_assert_cmpint(heard->end, ==, MSGR_XMPP_END_FILES);
    _exit(0);
}

/* A name server of the test's own. */
#define TEST_TYPE_RESOLVER (test_resolver_get_type())
G_DECLARE_FINAL_TYPE(TestResolver, test_resolver, TEST, RESOLVER, GResolver)

struct _TestResolver {
    GResolver parent_instance;
    gboolean has_services;
    gboolean has_none;
};

G_DEFINE_TYPE(TestResolver, test_resolver, G_TYPE_RESOLVER)

/* GResolver gives the name as it is asked for: _service._protocol.domain */
static GList *
look_up_service(GResolver *resolver, const char *name, GCancellable *cancellable, GError **error)
{
    const TestResolver *self = TEST_RESOLVER(resolver);

    if (self->has_none && g_str_has_prefix(name, "_xmpp-client"))
        return g_list_append(NULL, g_srv_target_new(".", 0, 0, 0));
    if (self->has_services && g_str_equal(name, "_xmpp-client._tcp.a.test"))
        return g_list_append(g_list_append(NULL, g_srv_target_new("one.test", 5222, 10, 0)),
                             g_srv_target_new("two.test", 5299, 30, 0));
    if (self->has_services && g_str_equal(name, "_xmpps-client._tcp.a.test"))
        return g_list_append(NULL, g_srv_target_new("tls.test", 5223, 20, 0));
    g_set_error_literal(error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such service");
    return NULL;
}

static GList *
look_up_name(GResolver *resolver, const char *name, GCancellable *cancellable, GError **error)
{
    if (g_str_equal(name, "two.test")) {
        g_set_error_literal(error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such host");
        return NULL;
    }
    return g_list_append(
        g_list_append(NULL, g_inet_address_new_from_string(
                                g_str_equal(name, "one.test") ? "192.0.2.1" : "192.0.2.9")),
        g_inet_address_new_from_string("2001:db8::1"));
}

static void
test_resolver_class_init(TestResolverClass *klass)
{
    G_RESOLVER_CLASS(klass)->lookup_service = look_up_service;
    G_RESOLVER_CLASS(klass)->lookup_by_name = look_up_name;
}

static void
test_resolver_init(TestResolver *self)
{
}

static void
resolved(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

static char *
resolve(gboolean has_services, gboolean has_none, const char *host)
{
    g_autoptr(GResolver) resolver = g_object_new(TEST_TYPE_RESOLVER, NULL);
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GPtrArray) targets = NULL;
    GString *text = g_string_new(NULL);

    TEST_RESOLVER(resolver)->has_services = has_services;
    TEST_RESOLVER(resolver)->has_none = has_none;
    g_resolver_set_default(resolver);
    msgr_xmpp_resolve_async("a.test", host, 1234, TRUE, NULL, resolved, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    targets = msgr_xmpp_resolve_finish(result, NULL);
    for (guint i = 0; targets != NULL && i < targets->len; i++) {
        const MsgrXmppTarget *target = targets->pdata[i];

        g_string_append_printf(text, "%s %u%s;", target->address, target->port,
                               target->direct_tls ? " tls" : "");
    }
    return g_string_free(text, FALSE);
}

static void
test_resolve(void)
{
    g_autofree char *services = resolve(TRUE, FALSE, NULL);
    g_autofree char *fallback = resolve(FALSE, FALSE, NULL);
    g_autofree char *none = resolve(FALSE, TRUE, NULL);
    g_autofree char *given = resolve(TRUE, FALSE, "one.test");

    g_assert_cmpstr(services, ==,
                    "192.0.2.1 5222;2001:db8::1 5222;192.0.2.9 5223 tls;2001:db8::1 5223 tls;");
    g_assert_cmpstr(fallback, ==, "192.0.2.9 5222;2001:db8::1 5222;");
    g_assert_cmpstr(none, ==, "");
    g_assert_cmpstr(given, ==, "192.0.2.1 1234 tls;2001:db8::1 1234 tls;");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp-transport/libstrophe 1: a silent peer", test_silent);
    g_test_add_func("/xmpp-transport/before TLS", test_before_tls);
    g_test_add_func("/xmpp-transport/libstrophe 1: freed in the handshake", test_freed);
    g_test_add_func("/xmpp-transport/libstrophe 2: SIGPIPE", test_sigpipe);
    g_test_add_func("/xmpp-transport/refused", test_refused);
    g_test_add_func("/xmpp-transport/libstrophe 5: as many files as select() takes",
                    test_many_files);
    g_test_add_func("/xmpp-resolver/libstrophe 8: every address of every server", test_resolve);
    return g_test_run();
}
