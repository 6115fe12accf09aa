/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a network sends, and what comes of it: to a connector whose msgrd and whose server are the
 * test's.
 */
#include <string.h>

#include "msgr-test-network.h"
#include "msgr-xmpp-names.h"
#include "test-ctl-dir.h"

#define DEVICE "bob@b.test/phone"
#define FRIEND "<item jid='bob@b.test' subscription='both'/>"
#define SID    "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
#define GUID   "{01234567-89AB-CDEF-0123-456789ABCDEF}"

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

/* Who may know that somebody is there */

static const char *const questions[] = {
    "<iq type='get' id='1' from='%s'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<iq type='get' id='1' from='%s'>"
    "<query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
    "<iq type='get' id='1' from='%s'/>",
    "<iq type='set' id='1' from='%s'><x xmlns='urn:nothing'/></iq>",
    "<iq type='set' id='1' from='%s'><jingle xmlns='urn:xmpp:jingle:1' action='session-info' "
    "sid='" SID "'/></iq>",
    "<iq type='set' id='1' from='%s'><jingle xmlns='urn:xmpp:jingle:1' sid='" SID "'/></iq>",
    "<iq type='set' id='1' from='%s'><jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' "
    "sid='1'/></iq>",
    "<iq type='set' id='1' from='%s'><jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' "
    "sid='" SID "'/></iq>",
    "<iq type='set' id='1' from='%s'><jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' "
    "sid='" SID "'><content creator='initiator' name='app'>"
    "<description xmlns='urn:msgr:jingle:app:1'/>"
    "<transport xmlns='urn:msgr:jingle:transport:1'/></content></jingle></iq>",
    "<message type='chat' from='%s'><proceed xmlns='urn:xmpp:jingle-message:0' id='" SID "'/>"
    "</message>",
};

/* More of each than anybody may send at a time: how that is answered tells something, too. */
static void
ask_all(MsgrTestNetwork *network, const char *from)
{
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        g_auto(GStrv) parts = g_strsplit(questions[i], "%s", 2);
        g_autofree char *xml = g_strconcat(parts[0], from, parts[1], NULL);

        for (guint j = 0; j < 20; j++)
            g_assert_true(msgr_test_network_receive(network, xml));
    }
    msgr_test_network_answer_calls(network, NULL);
}

static void
assert_nobody_is_there(MsgrTestNetwork *network)
{
    for (guint i = 0; i < network->sent->len; i++)
        if (strstr(network->sent->pdata[i], "<error type='cancel'><service-unavailable "
                                            "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                                            "</error></iq>") == NULL)
            g_error("it tells that somebody is there: %s", (char *)network->sent->pdata[i]);
}

static void
test_stranger(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    ask_all(network, "mallory@evil.test/x");
    assert_nobody_is_there(network);
}

/* Whose status the user sees, and who doesn't see the user's. */
static void
test_one_way(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in("<item jid='bob@b.test' subscription='to'/>");

    ask_all(network, DEVICE);
    assert_nobody_is_there(network);
}

static void
test_invisible(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    msgr_xmpp_contacts_set_hidden(network->connector->contacts, TRUE);
    ask_all(network, DEVICE);
    assert_nobody_is_there(network);
}

static void
test_friend(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    receive(network, "<iq type='get' id='1' from='%s'><ping xmlns='urn:xmpp:ping'/></iq>", DEVICE);
    g_assert_nonnull(msgr_test_network_find(network, "type='result'"));
    receive(network, "<iq type='get' id='2' from='%s'/>", DEVICE);
    g_assert_nonnull(msgr_test_network_find(network, "bad-request"));
}

/* The contact list */

static void
answer_roster(MsgrTestNetwork *network, const char *item, guint n)
{
    g_autofree char *id = NULL;
    g_autoptr(GString) xml = g_string_new(NULL);

    network->manager_events.appeared(network->manager_events.data);
    msgr_test_network_answer_calls(network, NULL);
    network->link_events.online(MSGR_TEST_DEVICE, "192.0.2.1", network->link_events.data);
    id = msgr_test_network_id(msgr_test_network_find(network, "jabber:iq:roster"));
    g_string_append_printf(xml, "<iq type='result' id='%s'><query xmlns='jabber:iq:roster'>", id);
    for (guint i = 0; i < n; i++)
        g_string_append(xml, item);
    g_string_append(xml, "</query></iq>");
    g_assert_true(msgr_test_network_receive(network, xml->str));
}

/* What was left out of it is not known: it would take every contact off the user's list. */
static void
test_cut_roster(void)
{
    g_autoptr(MsgrTestNetwork) network = msgr_test_network_new();

    answer_roster(network, FRIEND, 6000);
    g_assert_nonnull(network->broken);
    g_assert_cmpuint(msgr_test_network_count_calls(network, "ReplaceContacts"), ==, 0);
}

static void
ask_to_be_seen(MsgrTestNetwork *network, const char *from, const char *text)
{
    receive(network, "<presence type='subscribe' from='%s'><status>%s</status></presence>", from,
            text);
}

/* However many strangers ask: a contact that the user adds has room. */
static void
test_strangers_take_no_room(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    for (guint i = 0; i < 3000; i++) {
        g_autofree char *from = g_strdup_printf("%u@evil.test", i);

        ask_to_be_seen(network, from, "");
    }
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverContactRequest"), ==, 100);
    receive(network, "<iq type='set' id='1'><query xmlns='jabber:iq:roster'>"
                     "<item jid='carol@c.test' subscription='both'/></query></iq>");
    g_assert_nonnull(msgr_xmpp_contacts_find(network->connector->contacts, "carol@c.test"));
}

/* Nor do those that the user has removed, or said no to. */
static void
test_gone_take_no_room(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    for (guint i = 0; i < 3000; i++) {
        g_autofree char *from = g_strdup_printf("%u@evil.test", i);

        ask_to_be_seen(network, from, "");
        msgr_xmpp_contacts_answer(network->connector->contacts, from, FALSE);
    }
    receive(network, "<iq type='set' id='1'><query xmlns='jabber:iq:roster'>"
                     "<item jid='carol@c.test' subscription='both'/></query></iq>");
    g_assert_nonnull(msgr_xmpp_contacts_find(network->connector->contacts, "carol@c.test"));
    g_assert_nonnull(msgr_xmpp_contacts_find(network->connector->contacts, "bob@b.test"));
}

/* Each of them would be another notice. */
static void
test_pushy_stranger(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    for (guint i = 0; i < 100; i++) {
        g_autofree char *text = g_strdup_printf("please, %u", i);

        ask_to_be_seen(network, "mallory@evil.test", text);
    }
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverContactRequest"), <=, 3);
}

/* Whom nobody could answer. */
static void
test_request_of_a_server(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    ask_to_be_seen(network, "evil.test", "");
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverContactRequest"), ==, 0);
}

/* msgrd takes no control characters in it. */
static void
test_request_with_tabs(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);
    g_autoptr(GVariant) details = NULL;
    const char *message = NULL;

    ask_to_be_seen(network, "carol@c.test", "one&#9;two&#10;three&#x85;&#x7f;");
    g_assert_cmpuint(msgr_test_network_count_calls(network, "DeliverContactRequest"), ==, 1);
    g_variant_get(((MsgrTestCall *)network->calls.head->data)->args, "(&s&s@a{sv})", NULL, NULL,
                  &details);
    g_assert_true(g_variant_lookup(details, "Message", "&s", &message));
    g_assert_cmpstr(message, ==, "one two\nthree  ");
}

/* Which is not counted as what somebody sends at will: an end must always be heard. */
static void
test_flood_of_ends(void)
{
    g_autoptr(MsgrTestNetwork) network = signed_in(FRIEND);

    for (guint i = 0; i < 1000; i++)
        receive(network, "<presence type='unavailable' from='bob@b.test%s'/>",
                i % 2 == 0 ? "" : "/phone");
    g_assert_cmpuint(g_hash_table_size(network->connector->changed), ==, 0);
    receive(network, "<presence from='" DEVICE "'/>");
    g_hash_table_remove_all(network->connector->changed);
    receive(network, "<presence type='unavailable' from='" DEVICE "'/>");
    g_assert_cmpuint(g_hash_table_size(network->connector->changed), ==, 1);
}

/* Capabilities */

#define IDENTITY "<identity category='client' type='pc' name='msgr'/>"
#define TAKES    "<feature var='urn:msgr:jingle:app:1'/>"
#define HONEST   IDENTITY TAKES "<feature var='urn:xmpp:jingle:1'/>"

static void
announce(MsgrTestNetwork *network, const char *from, const char *ver)
{
    receive(network,
            "<presence from='%s'><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' "
            "node='n' ver='%s'/></presence>",
            from, ver);
}

/* Answers the question that @from was asked. */
static void
tell(MsgrTestNetwork *network, const char *from, const char *what)
{
    g_autofree char *to = g_strdup_printf("to='%s'", from);
    const char *asked = msgr_test_network_find(network, to);
    g_autofree char *id = msgr_test_network_id(asked);

    if (asked == NULL)
        g_error("%s was not asked", from);
    receive(network,
            "<iq type='result' id='%s' from='%s'>"
            "<query xmlns='http://jabber.org/protocol/disco#info'>%s</query></iq>",
            id, from, what);
}

static const MsgrXmppDevice *
device_of(MsgrTestNetwork *network, const char *jid)
{
    g_autofree char *bare = g_strndup(jid, strcspn(jid, "/"));
    MsgrXmppContact *contact = msgr_xmpp_contacts_find(network->connector->contacts, bare);

    return g_hash_table_lookup(contact->devices, jid);
}

static MsgrTestNetwork *
with_mallory(void)
{
    return signed_in(FRIEND "<item jid='mallory@evil.test' subscription='both'/>");
}

/* What stands for HONEST. */
static char *
honest_ver(void)
{
    g_autoptr(MsgrXmppElement) query = msgr_xmpp_element_new("query", MSGR_NS_DISCO_INFO);
    MsgrXmppElement *identity = msgr_xmpp_element_add(query, "identity", MSGR_NS_DISCO_INFO);
    char *ver = NULL;

    msgr_xmpp_element_set(identity, "category", "client");
    msgr_xmpp_element_set(identity, "type", "pc");
    msgr_xmpp_element_set(identity, "name", "msgr");
    msgr_xmpp_element_set(msgr_xmpp_element_add(query, "feature", MSGR_NS_DISCO_INFO), "var",
                          MSGR_NS_APP);
    msgr_xmpp_element_set(msgr_xmpp_element_add(query, "feature", MSGR_NS_DISCO_INFO), "var",
                          MSGR_NS_JINGLE);
    msgr_xmpp_caps_unref(msgr_xmpp_caps_read(query, &ver));
    return ver;
}

/* Texts that hash to what others' hash to, and say something else: "<" is what ends each. */
static const char *const forgeries[] = {
    IDENTITY "<feature var='urn:msgr:jingle:app:1&lt;urn:xmpp:jingle:1'/>",
    "<identity category='client' type='pc' name='msgr&lt;urn:msgr:jingle:app:1'/>"
    "<feature var='urn:xmpp:jingle:1'/>",
};

static void
test_forged_caps(void)
{
    g_autofree char *ver = honest_ver();

    for (gsize i = 0; i < G_N_ELEMENTS(forgeries); i++) {
        g_autoptr(MsgrTestNetwork) network = with_mallory();

        announce(network, "mallory@evil.test/x", ver);
        tell(network, "mallory@evil.test/x", forgeries[i]);
        announce(network, DEVICE, ver);
        tell(network, DEVICE, HONEST);
        g_assert_true(device_of(network, DEVICE)->caps->takes_invitations);
    }
}

/* One asks once for what several say, and whoever is asked may lie, or say nothing. */
static void
test_others_are_asked(void)
{
    g_autoptr(MsgrTestNetwork) network = with_mallory();
    g_autofree char *ver = honest_ver();

    announce(network, "mallory@evil.test/x", ver);
    announce(network, "mallory@evil.test/y", ver);
    announce(network, DEVICE, ver);
    tell(network, "mallory@evil.test/x", IDENTITY);
    while (msgr_test_network_find(network, DEVICE) == NULL)
        tell(network, "mallory@evil.test/y", IDENTITY);
    tell(network, DEVICE, HONEST);
    g_assert_true(device_of(network, DEVICE)->caps->takes_invitations);
    g_assert_false(device_of(network, "mallory@evil.test/x")->caps->takes_invitations);
}

/* Nobody is asked twice: two that say nothing would be asked for ever. */
static void
test_nobody_is_asked_twice(void)
{
    g_autoptr(MsgrTestNetwork) network = with_mallory();
    guint n;

    announce(network, "mallory@evil.test/x", "v");
    announce(network, "mallory@evil.test/y", "v");
    for (n = 0; network->sent->len > 0; n++) {
        g_autofree char *id = msgr_test_network_id(network->sent->pdata[0]);
        const char *from = strstr(network->sent->pdata[0], "/x'") != NULL ? "x" : "y";

        msgr_test_network_forget(network);
        receive(network, "<iq type='error' id='%s' from='mallory@evil.test/%s'/>", id, from);
        g_assert_cmpuint(n, <, 2);
    }
    g_assert_cmpuint(n, ==, 2);
}

/* A question for what a device can tells that somebody is there who asks. */
static void
test_who_is_asked(void)
{
    g_autoptr(MsgrTestNetwork) network =
        signed_in(FRIEND "<item jid='carol@c.test' subscription='to'/>");

    announce(network, "carol@c.test/x", "v");
    g_assert_cmpuint(network->sent->len, ==, 0);
    msgr_xmpp_contacts_set_hidden(network->connector->contacts, TRUE);
    announce(network, DEVICE, "v");
    g_assert_cmpuint(network->sent->len, ==, 0);
    msgr_xmpp_contacts_set_hidden(network->connector->contacts, FALSE);
    announce(network, DEVICE, "w");
    tell(network, DEVICE, HONEST);
    msgr_test_network_forget(network);
    receive(network, "<iq type='set' id='1'><query xmlns='jabber:iq:roster'>"
                     "<item jid='carol@c.test' subscription='both'/></query></iq>");
    tell(network, "carol@c.test/x", HONEST);
    g_assert_true(device_of(network, "carol@c.test/x")->caps->takes_invitations);
}

/* One that has more than msgrd takes would keep it from hearing of anybody. */
static void
test_many_applications(void)
{
    g_autoptr(MsgrTestNetwork) network = with_mallory();
    g_autoptr(GVariant) details = NULL;
    g_autoptr(GVariant) applications = NULL;

    for (guint device = 0; device < 2; device++) {
        g_autofree char *from = g_strdup_printf("mallory@evil.test/%u", device);
        g_autoptr(GString) features = g_string_new(IDENTITY);

        for (guint i = 0; i < 200; i++)
            g_string_append_printf(features,
                                   "<feature var='urn:msgr:app:%08x-0000-0000-0000-000000000000'/>",
                                   200 * device + i);
        announce(network, from, device == 0 ? "v" : "w");
        tell(network, from, features->str);
    }
    details = g_variant_ref_sink(msgr_xmpp_contact_details(
        msgr_xmpp_contacts_find(network->connector->contacts, "mallory@evil.test")));
    applications = g_variant_lookup_value(details, "Applications", G_VARIANT_TYPE_STRING_ARRAY);
    g_assert_cmpuint(g_variant_n_children(applications), ==, 256);
}

/* Sessions */

/* In the file of sessions nothing of a name may be syntax; what is wrong is a critical warning. */
static void
test_names_in_files(void)
{
    static const char *const names[] = { "a[b@b.test", "a]b@b.test", "[@b.test",
                                         "#a@b.test",  "a=b@b.test", "\xe2\x98\x83%5b@b.test" };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *item = g_strdup_printf("<item jid='%s' subscription='both'/>", names[i]);
        MsgrTestNetwork *network = signed_in(item);
        g_autoptr(MsgrTestNetwork) next = NULL;
        MsgrXmppSession *session;

        receive(network,
                "<iq type='set' id='1' from='%s/x'><jingle xmlns='urn:xmpp:jingle:1' "
                "action='session-initiate' sid='" SID "'><content creator='initiator' name='app'>"
                "<description xmlns='urn:msgr:jingle:app:1' application='" GUID "'>"
                "<name>Chess</name><url>https://example.org/</url></description>"
                "<transport xmlns='urn:msgr:jingle:transport:1'/></content></jingle></iq>",
                names[i]);
        msgr_test_network_answer_calls(network, NULL);
        msgr_test_network_free(network);
        next = msgr_test_network_new();
        session = msgr_xmpp_sessions_find(next->connector->sessions,
                                          "{1B4E28BA-2FA1-41D2-883F-0016D3CCA427}", names[i]);
        g_assert_nonnull(session);
        g_assert_true(g_str_has_suffix(session->device, "/x"));
        msgr_xmpp_sessions_remove(next->connector->sessions, session);
    }
}

/* A server */

/* It says what the user's address is. */
static void
test_address(void)
{
    static const char *const addresses[] = { NULL,           "",        "a.test/x",
                                             "alice@a.test", "alice@/", "@/@/@" };

    for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++) {
        g_autoptr(MsgrTestNetwork) network = msgr_test_network_new();

        network->link_events.online(addresses[i], "192.0.2.1", network->link_events.data);
        g_assert_nonnull(network->broken);
        receive(network, "<iq type='get' id='1' from='%s'/>", DEVICE);
        g_assert_cmpuint(network->sent->len, ==, 0);
    }
}

int
main(int argc, char **argv)
{
    g_autofree char *dir = g_dir_make_tmp("msgr-test-XXXXXX", NULL);
    int status;

    g_setenv("XDG_RUNTIME_DIR", dir, TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp-inbound/presence/stranger", test_stranger);
    g_test_add_func("/xmpp-inbound/presence/one way", test_one_way);
    g_test_add_func("/xmpp-inbound/presence/invisible", test_invisible);
    g_test_add_func("/xmpp-inbound/presence/friend", test_friend);
    g_test_add_func("/xmpp-inbound/roster/cut", test_cut_roster);
    g_test_add_func("/xmpp-inbound/roster/strangers", test_strangers_take_no_room);
    g_test_add_func("/xmpp-inbound/roster/gone", test_gone_take_no_room);
    g_test_add_func("/xmpp-inbound/requests/pushy", test_pushy_stranger);
    g_test_add_func("/xmpp-inbound/requests/server", test_request_of_a_server);
    g_test_add_func("/xmpp-inbound/caps/forged", test_forged_caps);
    g_test_add_func("/xmpp-inbound/caps/others are asked", test_others_are_asked);
    g_test_add_func("/xmpp-inbound/caps/nobody twice", test_nobody_is_asked_twice);
    g_test_add_func("/xmpp-inbound/presence/ends", test_flood_of_ends);
    g_test_add_func("/xmpp-inbound/requests/tabs", test_request_with_tabs);
    g_test_add_func("/xmpp-inbound/caps/who is asked", test_who_is_asked);
    g_test_add_func("/xmpp-inbound/caps/many", test_many_applications);
    g_test_add_func("/xmpp-inbound/sessions/names", test_names_in_files);
    g_test_add_func("/xmpp-inbound/server/address", test_address);
    status = g_test_run();
    test_dir_remove(dir);
    return status;
}
