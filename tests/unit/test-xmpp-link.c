/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A link whose transport, resolver and passwords are the test's: in place of
 * msgr-xmpp-transport.c, msgr-xmpp-resolver.c and msgr-xmpp-password.c it has the functions here.
 */
#include "msgr-xmpp-link.h"

#include <string.h>

#include "msgr-xmpp-names.h"
#include "msgr-xmpp-password.h"
#include "msgr-xmpp-resolver.h"

struct _MsgrXmppTransport {
    int nothing;
};

/* What the link has done. There is one at a time. */
static struct {
    MsgrXmppEventFunc callback; /* of the transport; NULL: there is none */
    gpointer data;
    char *password; /* what the link has; NULL: nothing any more */
    GPtrArray *sent;
    guint n_online;
    guint n_stanzas;
} seen;

/* In place of msgr-xmpp-password.c */

void
msgr_xmpp_password_load_async(const char *jid, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);

    seen.password = g_strdup("secret");
    g_task_return_pointer(task, seen.password, NULL);
}

char *
msgr_xmpp_password_load_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
msgr_xmpp_password_free(char *password)
{
    g_assert_true(password == seen.password);
    g_clear_pointer(&seen.password, g_free);
}

/* In place of msgr-xmpp-resolver.c */

void
msgr_xmpp_resolve_async(const char *domain, const char *host, guint16 port, gboolean direct_tls,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    static char address[] = "192.0.2.1";
    static MsgrXmppTarget target = { address, 5222, FALSE };
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    GPtrArray *targets = g_ptr_array_new();

    g_ptr_array_add(targets, &target);
    g_task_return_pointer(task, targets, NULL);
}

GPtrArray *
msgr_xmpp_resolve_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* In place of msgr-xmpp-transport.c */

MsgrXmppTransport *
msgr_xmpp_transport_new(const MsgrXmppTransportOptions *options, MsgrXmppEventFunc callback,
                        gpointer data)
{
    g_assert_cmpstr(options->password, ==, "secret");
    seen.callback = callback;
    seen.data = data;
    return g_new0(MsgrXmppTransport, 1);
}

void
msgr_xmpp_transport_free(MsgrXmppTransport *self)
{
    seen.callback = NULL;
    g_free(self);
}

void
msgr_xmpp_transport_send(MsgrXmppTransport *self, const MsgrXmppElement *stanza)
{
    g_ptr_array_add(seen.sent, msgr_xmpp_element_to_xml(stanza));
}

void
msgr_xmpp_transport_close(MsgrXmppTransport *self)
{
}

void
msgr_xmpp_transport_abort(MsgrXmppTransport *self, const char *reason)
{
    g_error("the link ends the connection: %s", reason);
}

gboolean
msgr_xmpp_end_is_final(MsgrXmppEnd end)
{
    return FALSE;
}

/* The link */

static void
online(const char *jid, const char *address, gpointer data)
{
    seen.n_online++;
}

static void
offline(MsgrXmppEnd end, const char *reason, gboolean will_retry, gpointer data)
{
    g_error("the link is offline: %s", reason);
}

static void
stanza(MsgrXmppElement *element, gpointer data)
{
    seen.n_stanzas++;
}

/* Online, without a turn of the main loop since. */
static MsgrXmppLink *
online_link(const MsgrXmppAccount *account)
{
    const MsgrXmppLinkEvents events = { online, offline, stanza, NULL };
    MsgrXmppLink *link = msgr_xmpp_link_new(account, &events);
    char jid[] = "alice@a.test/desk";
    MsgrXmppEvent event = { .type = MSGR_XMPP_EVENT_ONLINE, .jid = jid };

    seen.sent = g_ptr_array_new_with_free_func(g_free);
    seen.n_online = seen.n_stanzas = 0;
    msgr_xmpp_link_start(link);
    while (seen.callback == NULL)
        g_main_context_iteration(NULL, TRUE);
    g_assert_nonnull(seen.password);
    seen.callback(&event, seen.data);
    g_assert_cmpuint(seen.n_online, ==, 1);
    return link;
}

static void
free_link(MsgrXmppLink *link)
{
    msgr_xmpp_link_free(link);
    g_ptr_array_unref(seen.sent);
}

static void
receive_answer(const char *id)
{
    MsgrXmppElement *iq = msgr_xmpp_element_new("iq", MSGR_NS_CLIENT);
    MsgrXmppEvent event = { .type = MSGR_XMPP_EVENT_STANZA, .stanza = iq };

    msgr_xmpp_element_set(iq, "type", "result");
    msgr_xmpp_element_set(iq, "id", id);
    seen.callback(&event, seen.data);
    msgr_xmpp_element_free(iq);
}

static char jid[] = "alice@a.test";

/* A login is what it is for. */
static void
test_password(void)
{
    const MsgrXmppAccount account = { .jid = jid, .ping_interval = 600, .connect_timeout = 600 };
    MsgrXmppLink *link = online_link(&account);

    g_assert_null(seen.password);
    free_link(link);
}

static void
wait_for_ping(guint n)
{
    while (seen.sent->len < n)
        g_main_context_iteration(NULL, TRUE);
    g_assert_nonnull(strstr(seen.sent->pdata[n - 1], "<ping xmlns='urn:xmpp:ping'/>"));
}

/* A server from which nothing comes is asked, again and again; what it answers is not told. */
static void
test_ping(void)
{
    const MsgrXmppAccount account = { .jid = jid, .ping_interval = 0, .connect_timeout = 5 };
    MsgrXmppLink *link = online_link(&account);

    for (guint i = 1; i <= 3; i++) {
        g_autofree char *id = NULL;

        wait_for_ping(i);
        id = g_strndup(strstr(seen.sent->pdata[i - 1], " id='") + 5, 36);
        receive_answer(id);
        g_assert_cmpuint(seen.n_stanzas, ==, 0);
    }
    receive_answer("of something else");
    g_assert_cmpuint(seen.n_stanzas, ==, 1);
    free_link(link);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp-link/password", test_password);
    g_test_add_func("/xmpp-link/ping", test_ping);
    return g_test_run();
}
