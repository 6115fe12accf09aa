/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What comes from the network, by who sends it and what it is. Who isn't known, or is somebody else
 * than he says, gets no further than here.
 */
#include <string.h>

#include "msgr-error.h"
#include "msgr-limits.h"
#include "msgr-text.h"
#include "msgr-xmpp-connector.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-names.h"

#define MAX_ALERT 4096 /* bytes */

typedef struct {
    MsgrXmppConnector *connector;
    const MsgrXmppElement *stanza;
    const char *from; /* (nullable): normalised */
    const char *id;   /* (nullable) */
} Incoming;

static void
ignore(const Incoming *in, const char *what)
{
    msgr_xmpp_wire_ignore(in->connector->wire, what);
}

static void
refuse(const Incoming *in, const MsgrXmppFault *fault)
{
    msgr_xmpp_wire_refuse(in->connector->wire, msgr_xmpp_element_get(in->stanza, "from"), in->id,
                          fault);
}

static void
answer(const Incoming *in, MsgrXmppElement *payload)
{
    msgr_xmpp_wire_result(in->connector->wire, msgr_xmpp_element_get(in->stanza, "from"), in->id,
                          payload);
}

static gboolean
is_ours(const Incoming *in)
{
    return msgr_xmpp_wire_is_ours(in->connector->wire, in->from);
}

static char *
bare_of(const Incoming *in)
{
    return in->from != NULL ? msgr_xmpp_jid_bare(in->from) : NULL;
}

/* Another device of the user's own counts, too. */
static gboolean
may_know_us(const Incoming *in)
{
    g_autofree char *bare = bare_of(in);

    return is_ours(in) || g_str_equal(bare, msgr_xmpp_wire_bare(in->connector->wire)) ||
           msgr_xmpp_contacts_see_us(in->connector->contacts, bare);
}

/* The account itself, for which the server speaks: nobody else changes the roster. */
static gboolean
is_account(const Incoming *in)
{
    return in->from == NULL || g_str_equal(in->from, msgr_xmpp_wire_bare(in->connector->wire));
}

static void
take_roster(const Incoming *in, const MsgrXmppElement *query)
{
    if (!is_account(in)) {
        ignore(in, "roster pushes of others");
        refuse(in, &msgr_xmpp_fault_nobody);
        return;
    }
    answer(in, NULL);
    msgr_xmpp_contacts_take_roster(in->connector->contacts, query);
}

static void
take_blocking(const Incoming *in, const MsgrXmppElement *change)
{
    if (!is_account(in)) {
        ignore(in, "block lists of others");
        refuse(in, &msgr_xmpp_fault_nobody);
        return;
    }
    answer(in, NULL);
    msgr_xmpp_contacts_take_blocking(in->connector->contacts, change);
}

static void
take_question(const Incoming *in, const MsgrXmppElement *query)
{
    const char *const *applications = (const char *const *)in->connector->applications;
    g_autofree char *ver = msgr_xmpp_caps_own_ver(applications);
    g_autofree char *node = g_strdup_printf("%s#%s", MSGR_CAPS_NODE, ver);
    const char *asked = msgr_xmpp_element_get(query, "node");
    static const MsgrXmppFault fault = { "cancel", "item-not-found", NULL };

    if (!may_know_us(in))
        refuse(in, &msgr_xmpp_fault_nobody);
    else if (asked != NULL && !g_str_equal(asked, node))
        refuse(in, &fault);
    else
        answer(in, msgr_xmpp_caps_own_info(applications, asked));
}

static gboolean
is_known(const Incoming *in)
{
    g_autofree char *bare = bare_of(in);

    return may_know_us(in) || msgr_xmpp_contacts_are_known(in->connector->contacts, bare);
}

static void
take_request(const Incoming *in, gboolean is_set, const MsgrXmppElement *child)
{
    if (is_set && msgr_xmpp_element_is(child, "query", MSGR_NS_ROSTER))
        take_roster(in, child);
    else if (is_set && g_strcmp0(child->ns, MSGR_NS_BLOCKING) == 0)
        take_blocking(in, child);
    else if (is_set && msgr_xmpp_element_is(child, "jingle", MSGR_NS_JINGLE) && in->from != NULL)
        msgr_xmpp_sessions_take_iq(in->connector->sessions, in->stanza, child, in->from);
    else if (!is_set && msgr_xmpp_element_is(child, "query", MSGR_NS_DISCO_INFO))
        take_question(in, child);
    else if (!is_set && msgr_xmpp_element_is(child, "ping", MSGR_NS_PING) && may_know_us(in))
        answer(in, NULL);
    else
        refuse(in, may_know_us(in) ? &msgr_xmpp_fault_unknown : &msgr_xmpp_fault_nobody);
}

static void
take_iq(const Incoming *in)
{
    const char *type = msgr_xmpp_element_get(in->stanza, "type");
    const MsgrXmppElement *child = msgr_xmpp_element_first(in->stanza);
    gboolean is_request = g_strcmp0(type, "set") == 0 || g_strcmp0(type, "get") == 0;

    if (!is_request) {
        if (!msgr_xmpp_wire_take_reply(in->connector->wire, in->stanza))
            ignore(in, "answers that nobody asked for");
    } else if (in->id == NULL) {
        ignore(in, "requests without an id");
    } else if (in->stanza->is_cut || child == NULL) {
        ignore(in, "oversized or empty requests");
        refuse(in, may_know_us(in) ? &msgr_xmpp_fault_malformed : &msgr_xmpp_fault_nobody);
    } else {
        take_request(in, g_str_equal(type, "set"), child);
    }
}

static const char *
alert_url(const MsgrXmppElement *message, const MsgrXmppElement *alert)
{
    const MsgrXmppElement *oob = msgr_xmpp_element_child(message, "x", MSGR_NS_OOB);
    const char *url = alert != NULL ? msgr_xmpp_element_get(alert, "url") : NULL;

    if (url == NULL && oob != NULL)
        url = msgr_xmpp_element_child_text(oob, "url", MSGR_NS_OOB);
    return url != NULL && msgr_check_url(url, NULL) ? url : NULL;
}

static gint32
alert_site(const MsgrXmppElement *alert)
{
    const char *text = alert != NULL ? msgr_xmpp_element_get(alert, "site-id") : NULL;
    gint64 site = 0;

    if (text == NULL || !g_ascii_string_to_signed(text, 10, G_MININT32, G_MAXINT32, &site, NULL))
        return 0;
    return (gint32)site;
}

/* What the text is in: our element, or, from other software, the body or the subject. */
static const char *
alert_text(const MsgrXmppElement *message, const MsgrXmppElement *alert)
{
    const char *text = alert != NULL ? msgr_xmpp_element_text(alert) : "";

    if (*text == '\0')
        text = msgr_xmpp_element_child_text(message, "body", MSGR_NS_CLIENT);
    if (text == NULL || *text == '\0')
        text = msgr_xmpp_element_child_text(message, "subject", MSGR_NS_CLIENT);
    return text;
}

static void
take_alert(const Incoming *in)
{
    MsgrXmppManager *manager = in->connector->manager;
    const MsgrXmppElement *alert = msgr_xmpp_element_child(in->stanza, "alert", MSGR_NS_ALERT);
    const char *text = alert_text(in->stanza, alert);
    const char *url = alert_url(in->stanza, alert);
    g_autofree char *bare = bare_of(in);
    GVariantBuilder details;

    if (!is_known(in) || text == NULL || *text == '\0' || strlen(text) > MAX_ALERT) {
        ignore(in, "headlines of strangers, or beyond the limit");
        return;
    }
    g_variant_builder_init(&details, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&details, "{sv}", "SiteId", g_variant_new_int32(alert_site(alert)));
    if (url != NULL)
        g_variant_builder_add(&details, "{sv}", "Url", g_variant_new_string(url));
    msgr_xmpp_manager_call(
        manager, "DeliverAlert",
        g_variant_new("(sssa{sv})", msgr_xmpp_manager_service_id(manager),
                      bare != NULL ? bare : msgr_xmpp_wire_domain(in->connector->wire), text,
                      &details),
        NULL, NULL);
}

static const MsgrXmppElement *
jingle_message(const MsgrXmppElement *message)
{
    for (guint i = 0; i < message->children->len; i++) {
        const MsgrXmppElement *child = message->children->pdata[i];

        if (g_strcmp0(child->ns, MSGR_NS_JINGLE_MESSAGE) == 0)
            return child;
    }
    return NULL;
}

static gboolean
is_carbon(const MsgrXmppElement *message)
{
    return msgr_xmpp_element_child(message, "received", MSGR_NS_CARBONS) != NULL ||
           msgr_xmpp_element_child(message, "sent", MSGR_NS_CARBONS) != NULL;
}

static void
take_message(const Incoming *in)
{
    const char *type = msgr_xmpp_element_get(in->stanza, "type");
    const MsgrXmppElement *jingle = jingle_message(in->stanza);

    if (g_strcmp0(type, "error") == 0) {
        if (in->from != NULL && in->id != NULL)
            msgr_xmpp_sessions_take_bounce(in->connector->sessions, in->id, in->from);
    } else if (in->stanza->is_cut) {
        ignore(in, "oversized messages");
    } else if (is_carbon(in->stanza)) {
        ignore(in, "copies of messages, which we don't ask for");
    } else if (jingle != NULL && in->from != NULL) {
        msgr_xmpp_sessions_take_message(in->connector->sessions, in->stanza, jingle, in->from);
    } else if (g_strcmp0(type, "headline") == 0) {
        take_alert(in);
    } else {
        ignore(in, "messages that are no alerts");
    }
}

/* Everything that somebody can send at will; answers to what we asked are not. */
static gboolean
admit(const Incoming *in)
{
    const char *type = msgr_xmpp_element_get(in->stanza, "type");
    g_autofree char *bare = bare_of(in);

    if (is_ours(in) || g_strcmp0(type, "result") == 0 || g_strcmp0(type, "error") == 0 ||
        g_strcmp0(type, "unavailable") == 0)
        return TRUE;
    return msgr_xmpp_flood_admit(in->connector->flood, bare, g_get_monotonic_time());
}

/**
 * msgr_xmpp_inbound_take:
 *
 * A stanza has come.
 */
void
msgr_xmpp_inbound_take(MsgrXmppConnector *self, MsgrXmppElement *stanza)
{
    const char *sender = msgr_xmpp_element_get(stanza, "from");
    g_autofree char *from = sender != NULL ? msgr_xmpp_jid_normalise(sender, NULL) : NULL;
    const Incoming in = { self, stanza, from, msgr_xmpp_element_get(stanza, "id") };

    if (sender != NULL && from == NULL)
        ignore(&in, "stanzas of nobody");
    else if (!admit(&in))
        ignore(&in, "a flood of stanzas");
    else if (msgr_xmpp_element_is(stanza, "iq", MSGR_NS_CLIENT))
        take_iq(&in);
    else if (msgr_xmpp_element_is(stanza, "presence", MSGR_NS_CLIENT) && from != NULL)
        msgr_xmpp_contacts_take_presence(self->contacts, stanza, from);
    else if (msgr_xmpp_element_is(stanza, "message", MSGR_NS_CLIENT))
        take_message(&in);
}
