/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-test-network.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "msgr-error.h"
#include "msgr-xmpp-stanza.h"

#define SERVICE "xmpp:" MSGR_TEST_ACCOUNT

struct _MsgrXmppLink {
    int nothing;
};

struct _MsgrXmppManager {
    int nothing;
};

static MsgrTestNetwork *current;

/* In place of msgr-xmpp-link.c */

MsgrXmppLink *
msgr_xmpp_link_new(const MsgrXmppAccount *account, const MsgrXmppLinkEvents *events)
{
    current->link_events = *events;
    return g_new0(MsgrXmppLink, 1);
}

void
msgr_xmpp_link_free(MsgrXmppLink *self)
{
    g_free(self);
}

void
msgr_xmpp_link_start(MsgrXmppLink *self)
{
}

void
msgr_xmpp_link_stop(MsgrXmppLink *self)
{
}

void
msgr_xmpp_link_pause(MsgrXmppLink *self)
{
}

void
msgr_xmpp_link_check(MsgrXmppLink *self)
{
}

void
msgr_xmpp_link_break(MsgrXmppLink *self, const char *reason)
{
    g_free(current->broken);
    current->broken = g_strdup(reason);
}

void
msgr_xmpp_link_send(MsgrXmppLink *self, const MsgrXmppElement *stanza)
{
    g_ptr_array_add(current->sent, msgr_xmpp_element_to_xml(stanza));
}

gboolean
msgr_xmpp_link_is_online(const MsgrXmppLink *self)
{
    return TRUE;
}

gboolean
msgr_xmpp_link_is_off(const MsgrXmppLink *self)
{
    return FALSE;
}

/* In place of msgr-xmpp-manager.c */

MsgrXmppManager *
msgr_xmpp_manager_new(GDBusConnection *connection, const char *service_id,
                      const MsgrXmppManagerEvents *events)
{
    current->manager_events = *events;
    return g_new0(MsgrXmppManager, 1);
}

static void
free_call(MsgrTestCall *call)
{
    g_variant_unref(call->args);
    g_free(call);
}

static GVariant *
reply_to(const char *method)
{
    if (g_str_equal(method, "ListSessions"))
        return g_variant_new_parsed("(@a(sa{sv}) [],)");
    if (g_str_equal(method, "ListApplications"))
        return g_variant_new_parsed("(@as [],)");
    return g_variant_new("()");
}

static void
answer_call(MsgrTestCall *call, const GError *error)
{
    g_autoptr(GVariant) reply = error == NULL ? g_variant_ref_sink(reply_to(call->method)) : NULL;

    if (call->callback != NULL)
        call->callback(reply, error, call->data);
    free_call(call);
}

/**
 * msgr_test_network_answer_calls:
 * @error: (nullable): what msgrd says to each
 */
void
msgr_test_network_answer_calls(MsgrTestNetwork *self, const GError *error)
{
    MsgrTestCall *call;

    while ((call = g_queue_pop_head(&self->calls)) != NULL)
        answer_call(call, error);
}

void
msgr_xmpp_manager_free(MsgrXmppManager *self)
{
    g_autoptr(GError) error =
        g_error_new_literal(MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE, "msgrd is not there");

    msgr_test_network_answer_calls(current, error);
    g_free(self);
}

const char *
msgr_xmpp_manager_service_id(const MsgrXmppManager *self)
{
    return SERVICE;
}

gboolean
msgr_xmpp_manager_is_owner(const MsgrXmppManager *self, const char *sender)
{
    return TRUE;
}

void
msgr_xmpp_manager_call(MsgrXmppManager *self, const char *method, GVariant *args,
                       MsgrXmppManagerFunc callback, gpointer data)
{
    MsgrTestCall *call = g_new0(MsgrTestCall, 1);

    call->method = method;
    call->args = g_variant_ref_sink(args);
    call->callback = callback;
    call->data = data;
    g_queue_push_tail(&current->calls, call);
}

/* The network */

/* The two ends of a bus without a bus: the connector's, and msgrd's. */
static GDBusConnection *ends[2];

/* Without a handshake. */
static GDBusConnection *
new_end(int fd)
{
    g_autoptr(GSocket) socket = g_socket_new_from_fd(fd, NULL);
    g_autoptr(GSocketConnection) stream = g_socket_connection_factory_create_connection(socket);
    GDBusConnection *end = g_dbus_connection_new_sync(
        G_IO_STREAM(stream), NULL, G_DBUS_CONNECTION_FLAGS_NONE, NULL, NULL, NULL);

    g_assert_nonnull(end);
    return end;
}

static GDBusConnection *
connector_end(void)
{
    int fds[2];

    if (ends[0] == NULL) {
        g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
        ends[0] = new_end(fds[0]);
        ends[1] = new_end(fds[1]);
    }
    return ends[0];
}

/* An answer may come when the network that it is for is gone. */
static void
ordered(GObject *source, GAsyncResult *result, gpointer serial)
{
    g_autoptr(GError) error = NULL;
    G_GNUC_UNUSED g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (current == NULL || current->serial != GPOINTER_TO_UINT(serial))
        return;
    g_free(current->answer);
    current->answer = error != NULL ? g_dbus_error_get_remote_error(error) : g_strdup("");
}

static void
passed(GObject *source, GAsyncResult *result, gpointer data)
{
    G_GNUC_UNUSED g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);

    *(gboolean *)data = TRUE;
}

static void
call(const char *method, GVariant *args, GAsyncReadyCallback callback, gpointer data)
{
    g_dbus_connection_call(ends[1], NULL, MSGR_XMPP_OBJECT_PATH, "org.msgr.Connector1", method,
                           args, NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, callback, data);
}

/**
 * msgr_test_network_order:
 *
 * Calls the connector as msgrd does. It has the order when this returns; what it says to it is for
 * msgr_test_network_wait_for_answer().
 */
void
msgr_test_network_order(MsgrTestNetwork *self, const char *method, GVariant *args)
{
    gboolean is_passed = FALSE;

    g_clear_pointer(&self->answer, g_free);
    call(method, args, ordered, GUINT_TO_POINTER(self->serial));
    /* this is answered at once, and nothing overtakes */
    call("SetFriendlyName", g_variant_new("(s)", ""), passed, &is_passed);
    while (!is_passed)
        g_main_context_iteration(NULL, TRUE);
}

/**
 * msgr_test_network_wait_for_answer:
 *
 * Returns: the name of the error that the last order ended with; "" if it was none.
 */
const char *
msgr_test_network_wait_for_answer(MsgrTestNetwork *self)
{
    while (self->answer == NULL)
        g_main_context_iteration(NULL, TRUE);
    return self->answer;
}

MsgrTestNetwork *
msgr_test_network_new(void)
{
    static guint serial;
    MsgrTestNetwork *self = g_new0(MsgrTestNetwork, 1);

    current = self;
    self->serial = ++serial;
    self->account.jid = g_strdup(MSGR_TEST_ACCOUNT);
    self->sent = g_ptr_array_new_with_free_func(g_free);
    g_queue_init(&self->calls);
    self->connector = msgr_xmpp_connector_new(&self->account, connector_end(), NULL);
    g_assert_nonnull(self->connector);
    return self;
}

void
msgr_test_network_free(MsgrTestNetwork *self)
{
    msgr_xmpp_connector_free(self->connector);
    g_ptr_array_unref(self->sent);
    g_free(self->account.jid);
    g_free(self->broken);
    g_free(self->answer);
    g_free(self);
    current = NULL;
}

/**
 * msgr_test_network_id:
 *
 * Returns: (transfer full) (nullable): the first attribute id in it.
 */
char *
msgr_test_network_id(const char *xml)
{
    const char *id = xml != NULL ? strstr(xml, " id='") : NULL;

    return id != NULL ? g_strndup(id + 5, strcspn(id + 5, "'")) : NULL;
}

static void
answer_request(MsgrTestNetwork *self, const char *what, const char *payload)
{
    g_autofree char *id = msgr_test_network_id(msgr_test_network_find(self, what));
    g_autofree char *xml = g_strdup_printf("<iq type='result' id='%s'>%s</iq>", id, payload);

    g_assert_nonnull(id);
    g_assert_true(msgr_test_network_receive(self, xml));
}

/**
 * msgr_test_network_reach:
 *
 * msgrd and the server are there; the server has been asked for the roster, and has not answered.
 */
void
msgr_test_network_reach(MsgrTestNetwork *self)
{
    self->manager_events.appeared(self->manager_events.data);
    msgr_test_network_answer_calls(self, NULL);
    self->link_events.online(MSGR_TEST_DEVICE, "192.0.2.1", self->link_events.data);
}

/**
 * msgr_test_network_tell_roster:
 * @items: as XML
 */
void
msgr_test_network_tell_roster(MsgrTestNetwork *self, const char *items)
{
    g_autofree char *roster = g_strdup_printf("<query xmlns='jabber:iq:roster'>%s</query>", items);

    answer_request(self, "jabber:iq:roster", roster);
    answer_request(self, "blocklist", "<blocklist xmlns='urn:xmpp:blocking'/>");
}

/**
 * msgr_test_network_sign_in:
 * @items: of the roster, as XML
 *
 * What has been sent, and told to msgrd, until then is forgotten.
 */
void
msgr_test_network_sign_in(MsgrTestNetwork *self, const char *items)
{
    msgr_test_network_reach(self);
    msgr_test_network_tell_roster(self, items);
    msgr_test_network_answer_calls(self, NULL);
    msgr_test_network_forget(self);
}

/**
 * msgr_test_network_receive:
 * @xml: a stanza
 *
 * Returns: whether it is one.
 */
gboolean
msgr_test_network_receive(MsgrTestNetwork *self, const char *xml)
{
    g_autofree char *stream = g_strdup_printf("<stream xmlns='jabber:client'>%s</stream>", xml);
    xmpp_ctx_t *context = xmpp_ctx_new(NULL, NULL);
    xmpp_stanza_t *outer = xmpp_stanza_new_from_string(context, stream);
    xmpp_stanza_t *stanza = outer != NULL ? xmpp_stanza_get_children(outer) : NULL;
    gboolean is_one = stanza != NULL && xmpp_stanza_is_tag(stanza);

    if (is_one) {
        g_autoptr(MsgrXmppElement) element = msgr_xmpp_stanza_copy(stanza, FALSE);

        self->link_events.stanza(element, self->link_events.data);
    }
    if (outer != NULL)
        xmpp_stanza_release(outer);
    xmpp_ctx_free(context);
    return is_one;
}

/* What came of it */

guint
msgr_test_network_count_calls(MsgrTestNetwork *self, const char *method)
{
    guint n = 0;

    for (GList *l = self->calls.head; l != NULL; l = l->next)
        n += g_str_equal(((MsgrTestCall *)l->data)->method, method) ? 1 : 0;
    return n;
}

/**
 * msgr_test_network_find:
 *
 * Returns: (nullable): the last stanza that was sent with this in it.
 */
const char *
msgr_test_network_find(MsgrTestNetwork *self, const char *part)
{
    for (guint i = self->sent->len; i > 0; i--) {
        if (strstr(self->sent->pdata[i - 1], part) != NULL)
            return self->sent->pdata[i - 1];
    }
    return NULL;
}

void
msgr_test_network_forget(MsgrTestNetwork *self)
{
    g_ptr_array_set_size(self->sent, 0);
}
