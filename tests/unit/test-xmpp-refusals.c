/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a connector does not take from the network: of whom, of what kind, and how much.
 */
#include <string.h>

#include "msgr-error.h"
#include "msgr-test-network.h"
#include "test-ctl-dir.h"

#define DEVICE "bob@b.test/phone"
#define FRIEND "<item jid='bob@b.test' subscription='both'/>"
#define CAROL  "<item jid='carol@c.test' subscription='both'/>"
#define GUID   "{1B4E28BA-2FA1-41D2-883F-0016D3CCA427}"
#define SID    "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
#define NOBODY "<service-unavailable "

#define DESCRIPTION                                                                                \
    "<description xmlns='urn:msgr:jingle:app:1' "                                                  \
    "application='{01234567-89AB-CDEF-0123-456789ABCDEF}'><name>Chess</name>"                      \
    "<url>https://example.org/</url></description>"

static MsgrTestNetwork *
signed_in(const char *items)
{
    MsgrTestNetwork *network = msgr_test_network_new();

    msgr_test_network_sign_in(network, items);
    return network;
}

static void receive(MsgrTestNetwork *network, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
receive(MsgrTestNetwork *network, const char *format, ...)
{
    g_autofree char *xml = NULL;
    va_list args;

    va_start(args, format);
    xml = g_strdup_vprintf(format, args);
    va_end(args);
    g_assert_true(msgr_test_network_receive(network, xml));
}

static void
alert(MsgrTestNetwork *network, const char *from, const char *text)
{
    receive(network, "<message type='headline' from='%s'><body>%s</body></message>", from, text);
}

static void
invite(MsgrTestNetwork *network, const char *from, const char *sid)
{
    receive(
        network,
        "<iq type='set' id='i' from='%s'><jingle xmlns='urn:xmpp:jingle:1' "
        "action='session-initiate' sid='%s'><content creator='initiator' name='app'>" DESCRIPTION
        "<transport xmlns='urn:msgr:jingle:transport:1'/></content></jingle></iq>",
        from, sid);
}

static void
propose(MsgrTestNetwork *network, const char *from, const char *sid)
{
    receive(network,
            "<message type='chat' from='%s'><propose xmlns='urn:xmpp:jingle-message:0' id='%s'>"
            "%s</propose></message>",
            from, sid, DESCRIPTION);
}

static void
ping(MsgrTestNetwork *network, const char *from)
{
    receive(network, "<iq type='get' id='p' from='%s'><ping xmlns='urn:xmpp:ping'/></iq>", from);
}

static void
answer_calls(MsgrTestNetwork *network, MsgrError code)
{
    g_autoptr(GError) error = g_error_new_literal(MSGR_ERROR, (int)code, "no");

    msgr_test_network_answer_calls(network, error);
}

static const char *
last_sent(const MsgrTestNetwork *network)
{
    g_assert_cmpuint(network->sent->len, >, 0);
    return network->sent->pdata[network->sent->len - 1];
}

static void
assert_last_sent(const MsgrTestNetwork *network, const char *part)
{
    if (strstr(last_sent(network), part) == NULL)
        g_error("%s is not in %s", part, last_sent(network));
}

static MsgrXmppSession *
session_with_bob(MsgrTestNetwork *network)
{
    return msgr_xmpp_sessions_find(network->connector->sessions, GUID, "bob@b.test");
}

/* One that both have accepted. */
static MsgrXmppSession *
begin_session(MsgrTestNetwork *network)
{
    MsgrXmppSession *session = msgr_xmpp_sessions_add(network->connector->sessions, GUID,
                                                      "bob@b.test", FALSE, MSGR_XMPP_PHASE_ACTIVE);

    msgr_xmpp_session_set_device(session, DEVICE);
    return session;
}

/* Who speaks for the user's own account */

static void
test_answers_of_others(void)
{
    static const char *const others[] = { "mallory@evil.test", "mallory@evil.test/x",
                                          "evil.test",         DEVICE,
                                          "bob@b.test",        "alice@a.test/phone",
                                          "alice@evil.test",   "@" };
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);
    g_autofree char *id = NULL;

    msgr_test_network_order(network, "AddContact", g_variant_new("(s)", "carol@c.test"));
    id = msgr_test_network_id(msgr_test_network_find(network, "jabber:iq:roster"));
    g_assert_nonnull(id);
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        receive(network, "<iq type='result' id='%s' from='%s'/>", id, others[i]);
        g_assert_null(msgr_test_network_find(network, "type='subscribe'"));
    }
    receive(network, "<iq type='result' id='%s' from='alice@a.test'/>", id);
    g_assert_nonnull(msgr_test_network_find(network, "type='subscribe'"));
}

static const char *const not_the_account[] = { "alice@a.test/phone", MSGR_TEST_DEVICE, "a.test",
                                               DEVICE, "mallory@evil.test" };

/* Not even another device of the user's: the server alone tells of changes. */
static void
test_roster_of_others(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);
    MsgrXmppContacts *contacts = network->connector->contacts;

    for (gsize i = 0; i < G_N_ELEMENTS(not_the_account); i++) {
        receive(network,
                "<iq type='set' id='r' from='%s'><query xmlns='jabber:iq:roster'>" CAROL
                "</query></iq>",
                not_the_account[i]);
        assert_last_sent(network, NOBODY);
        g_assert_null(msgr_xmpp_contacts_find(contacts, "carol@c.test"));
    }
    receive(network,
            "<iq type='set' id='r' from='alice@a.test'><query xmlns='jabber:iq:roster'>"
            "%s</query></iq>",
            CAROL);
    g_assert_nonnull(msgr_xmpp_contacts_find(contacts, "carol@c.test"));
}

static void
test_blocking_of_others(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    for (gsize i = 0; i < G_N_ELEMENTS(not_the_account); i++) {
        receive(network,
                "<iq type='set' id='b' from='%s'><block xmlns='urn:xmpp:blocking'>"
                "<item jid='bob@b.test'/></block></iq>",
                not_the_account[i]);
        assert_last_sent(network, NOBODY);
        g_assert_true(msgr_xmpp_contacts_are_known(network->connector->contacts, "bob@b.test"));
    }
}

/* Strangers, and those who are blocked */

static void
test_strangers(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    alert(network, "mallory@evil.test/x", "Hello");
    propose(network, "mallory@evil.test/x", SID);
    invite(network, "mallory@evil.test/x", SID);
    g_assert_cmpuint(network->calls.length, ==, 0);
    g_assert_cmpuint(g_hash_table_size(network->connector->sessions->table), ==, 0);
    alert(network, DEVICE, "Hello");
    propose(network, DEVICE, SID);
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverAlert"), ==, 1);
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverInvitation"), ==, 1);
}

static void
announce(MsgrTestNetwork *network, const char *type)
{
    receive(network,
            "<presence from='%s'%s><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' "
            "node='n' ver='v'/></presence>",
            DEVICE, type);
}

/* Who sees the user, and whom the user has not asked to see. */
static void
test_presence_of_strangers(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in("<item jid='bob@b.test' subscription='from'/>");
    const MsgrXmppContact *bob =
        msgr_xmpp_contacts_find(network->connector->contacts, "bob@b.test");

    announce(network, "");
    g_assert_cmpuint(g_hash_table_size(bob->devices), ==, 0);
    g_assert_cmpuint(network->sent->len, ==, 0);
}

static void
test_blocked(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    receive(network, "<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'>"
                     "<item jid='bob@b.test'/></block></iq>");
    g_assert_false(msgr_xmpp_contacts_are_known(network->connector->contacts, "bob@b.test"));
    alert(network, DEVICE, "Hello");
    propose(network, DEVICE, SID);
    invite(network, DEVICE, SID);
    assert_last_sent(network, NOBODY);
    g_assert_cmpuint(network->calls.length, ==, 0);
    ping(network, DEVICE);
    assert_last_sent(network, NOBODY);
    receive(network, "<iq type='set' id='u'><unblock xmlns='urn:xmpp:blocking'/></iq>");
    ping(network, DEVICE);
    assert_last_sent(network, "type='result'");
}

/* Nobody has asked a server for copies: what says that it is one, is something else as well. */
static void
test_carbons(void)
{
    static const char *const copies[] = { "received", "sent" };
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    for (gsize i = 0; i < G_N_ELEMENTS(copies); i++) {
        receive(network,
                "<message type='headline' from='%s'><%s xmlns='urn:xmpp:carbons:2'/>"
                "<body>Hello</body></message>",
                DEVICE, copies[i]);
        receive(network,
                "<message type='chat' from='%s'><%s xmlns='urn:xmpp:carbons:2'/>"
                "<propose xmlns='urn:xmpp:jingle-message:0' id='" SID "'>" DESCRIPTION
                "</propose></message>",
                DEVICE, copies[i]);
    }
    g_assert_cmpuint(network->calls.length, ==, 0);
}

/* How much */

static void
test_alert_size(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);
    g_autofree char *text = g_strnfill(4097, 'x');

    alert(network, DEVICE, text);
    alert(network, DEVICE, "");
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverAlert"), ==, 0);
    text[4096] = '\0';
    alert(network, DEVICE, text);
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverAlert"), ==, 1);
}

/* The alert is taken, its address is not. */
static void
test_alert_url(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);
    g_autoptr(GVariant) details = NULL;

    receive(network,
            "<message type='headline' from='%s'><body>Hello</body>"
            "<x xmlns='jabber:x:oob'><url>javascript:alert()</url></x></message>",
            DEVICE);
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverAlert"), ==, 1);
    g_variant_get(((MsgrTestCall *)network->calls.head->data)->args, "(&s&s&s@a{sv})", NULL, NULL,
                  NULL, &details);
    g_assert_false(g_variant_lookup(details, "Url", "&s", NULL));
}

static void
test_contacts(void)
{
    g_autoptr(MsgrTestNetwork) network = NULL;
    g_autoptr(GString) items = g_string_new(NULL);
    g_autoptr(GVariant) all = NULL;

    for (guint i = 0; i < 1010; i++)
        g_string_append_printf(items, "<item jid='%u@b.test' subscription='both'/>", i);
    network = signed_in(items->str);
    all = g_variant_ref_sink(msgr_xmpp_contacts_all(network->connector->contacts));
    g_assert_cmpuint(g_variant_n_children(all), ==, 1000);
}

static void
test_room(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND CAROL);

    for (guint i = 0; i < 31; i++) {
        g_autofree char *guid = g_strdup_printf("{%08X-2FA1-41D2-883F-0016D3CCA427}", i);

        msgr_xmpp_sessions_add(network->connector->sessions, guid, "bob@b.test", FALSE,
                               MSGR_XMPP_PHASE_ACTIVE);
    }
    invite(network, DEVICE, SID);
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverInvitation"), ==, 1);
    invite(network, DEVICE, "ffffffff-2fa1-41d2-883f-0016d3cca427");
    assert_last_sent(network, "<resource-constraint ");
    propose(network, DEVICE, "ffffffff-2fa1-41d2-883f-0016d3cca427");
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverInvitation"), ==, 1);
    invite(network, "carol@c.test/x", SID);
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverInvitation"), ==, 2);
}

static void
test_flood(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND CAROL);

    for (guint i = 0; i < 3000; i++)
        ping(network, DEVICE);
    g_assert_cmpuint(network->sent->len, >=, 300);
    g_assert_cmpuint(network->sent->len, <, 3000);
    msgr_test_network_forget(network);
    ping(network, "carol@c.test/x");
    g_assert_cmpuint(network->sent->len, ==, 1);
}

/* Sessions */

static void
attached(MsgrTestNetwork *network, const char *address)
{
    receive(network,
            "<iq type='set' id='a' from='%s'><jingle xmlns='urn:xmpp:jingle:1' "
            "action='session-info' sid='" SID "'><attached xmlns='urn:msgr:jingle:app:1'>%s"
            "</attached></jingle></iq>",
            DEVICE, address);
}

static void
test_attached_address(void)
{
    static const char *const addresses[] = { "b.test",     "192.0.2.1.", "192.0.2.1:80",
                                             " 192.0.2.1", "::g",        "&#10;" };
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    begin_session(network);
    for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++) {
        attached(network, addresses[i]);
        assert_last_sent(network, "<bad-request ");
    }
    g_assert_cmpuint(network->calls.length, ==, 0);
    attached(network, "");
    attached(network, "192.0.2.1");
    attached(network, "2001:db8::1");
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverAttached"), ==, 3);
}

/* Why msgrd doesn't take an invitation is nobody's business, but where it makes no sense. */
static void
test_refused_invitation(void)
{
    static const MsgrError codes[] = { MSGR_ERROR_LIMITS_EXCEEDED, MSGR_ERROR_NOT_FOUND,
                                       MSGR_ERROR_SESSION_STATE_INVALID, MSGR_ERROR_NOT_LOGGED_ON,
                                       MSGR_ERROR_FAILED };
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        invite(network, DEVICE, SID);
        answer_calls(network, codes[i]);
        assert_last_sent(network, "<error type='cancel'>" NOBODY);
        g_assert_null(session_with_bob(network));
    }
    invite(network, DEVICE, SID);
    answer_calls(network, MSGR_ERROR_INVALID_ARGS);
    assert_last_sent(network, "<bad-request ");
}

static void
bounce(MsgrTestNetwork *network, const char *from)
{
    receive(network, "<message type='error' id='" SID "' from='%s'/>", from);
}

/* Whom we propose to by the bare address, since we see no devices; the server has none, either. */
static void
test_bounce(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in("<item jid='bob@b.test' subscription='from'/>");

    msgr_test_network_order(network, "SendInvitation",
                            g_variant_new_parsed("(%s, 'bob@b.test', @a{sv} {})", GUID));
    g_assert_nonnull(msgr_test_network_find(network, "<propose "));
    bounce(network, DEVICE);
    bounce(network, "mallory@evil.test");
    g_assert_nonnull(session_with_bob(network));
    bounce(network, "bob@b.test");
    g_assert_null(session_with_bob(network));
    g_assert_cmpstr(msgr_test_network_wait_for_answer(network), ==, "org.msgr.Error.NotLoggedOn");
}

static void
test_grace(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);
    const MsgrXmppSession *session = begin_session(network);

    announce(network, "");
    g_assert_cmpuint(session->gone_timer, ==, 0);
    announce(network, " type='unavailable'");
    g_assert_cmpuint(session->gone_timer, !=, 0);
    announce(network, "");
    g_assert_cmpuint(session->gone_timer, ==, 0);
}

/* The device says no to an order; what msgrd hears of it: */
static const char *
refuse_order(MsgrTestNetwork *network, const char *method, GVariant *args, const char *condition)
{
    g_autofree char *id = NULL;

    msgr_test_network_order(network, method, args);
    id = msgr_test_network_id(msgr_test_network_find(network, "<jingle "));
    g_assert_nonnull(id);
    receive(network,
            "<iq type='error' id='%s' from='%s'><error type='wait'>"
            "<%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
            id, DEVICE, condition);
    return msgr_test_network_wait_for_answer(network);
}

static const char *
refuse_attached(MsgrTestNetwork *network, const char *condition)
{
    return refuse_order(network, "SendAttached", g_variant_new("(sss)", GUID, "bob@b.test", ""),
                        condition);
}

/* If the other side has got it is not known: msgrd ends it, and its device has to be known then. */
static void
test_open_error(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    begin_session(network);
    g_assert_cmpstr(refuse_attached(network, "remote-server-timeout"), ==,
                    "org.msgr.Error.ConnectionFailure");
    g_assert_nonnull(session_with_bob(network));
    g_assert_cmpstr(refuse_attached(network, "item-not-found"), ==, "org.msgr.Error.NotFound");
    g_assert_null(session_with_bob(network));
}

static const char *
refuse_end(MsgrTestNetwork *network, const char *condition)
{
    return refuse_order(network, "SendEnd",
                        g_variant_new("(ssbus)", GUID, "bob@b.test", FALSE, 0, ""), condition);
}

/* What the other side doesn't know any more has ended there; who isn't there is told later. */
static void
test_end(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    begin_session(network);
    g_assert_cmpstr(refuse_end(network, "service-unavailable"), ==, "org.msgr.Error.NotLoggedOn");
    g_assert_nonnull(session_with_bob(network));
    g_assert_cmpstr(refuse_end(network, "item-not-found"), ==, "");
    g_assert_null(session_with_bob(network));
}

/* Our own presence, before it is known whose may be anybody's */

static void
test_presence_after_roster(void)
{
    g_autoptr(MsgrTestNetwork) network = msgr_test_network_new();

    msgr_test_network_reach(network);
    msgr_test_network_order(network, "SetStatus", g_variant_new("(u)", 0x0022));
    msgr_test_network_order(network, "SetApplications", g_variant_new_parsed("(@as [],)"));
    g_assert_null(msgr_test_network_find(network, "<presence"));
    msgr_test_network_tell_roster(network, FRIEND);
    g_assert_nonnull(msgr_test_network_find(network, "<presence"));
}

int
main(int argc, char **argv)
{
    g_autofree char *dir = g_dir_make_tmp("msgr-test-XXXXXX", NULL);
    int status;

    g_setenv("XDG_RUNTIME_DIR", dir, TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp-refusals/own account/answers", test_answers_of_others);
    g_test_add_func("/xmpp-refusals/own account/roster", test_roster_of_others);
    g_test_add_func("/xmpp-refusals/own account/blocking", test_blocking_of_others);
    g_test_add_func("/xmpp-refusals/strangers/all", test_strangers);
    g_test_add_func("/xmpp-refusals/strangers/presence", test_presence_of_strangers);
    g_test_add_func("/xmpp-refusals/blocked", test_blocked);
    g_test_add_func("/xmpp-refusals/carbons", test_carbons);
    g_test_add_func("/xmpp-refusals/alerts/size", test_alert_size);
    g_test_add_func("/xmpp-refusals/alerts/url", test_alert_url);
    g_test_add_func("/xmpp-refusals/limits/contacts", test_contacts);
    g_test_add_func("/xmpp-refusals/limits/sessions", test_room);
    g_test_add_func("/xmpp-refusals/limits/flood", test_flood);
    g_test_add_func("/xmpp-refusals/sessions/address", test_attached_address);
    g_test_add_func("/xmpp-refusals/sessions/invitation", test_refused_invitation);
    g_test_add_func("/xmpp-refusals/sessions/bounce", test_bounce);
    g_test_add_func("/xmpp-refusals/sessions/grace", test_grace);
    g_test_add_func("/xmpp-refusals/sessions/open error", test_open_error);
    g_test_add_func("/xmpp-refusals/sessions/end", test_end);
    g_test_add_func("/xmpp-refusals/presence after roster", test_presence_after_roster);
    status = g_test_run();
    test_dir_remove(dir);
    return status;
}
