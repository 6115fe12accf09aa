/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What has no state: elements, statuses, reasons, back-off, buckets.
 */
#include <string.h>

#include "msgr-xmpp-backoff.h"
#include "msgr-xmpp-element.h"
#include "msgr-xmpp-flood.h"
#include "msgr-xmpp-names.h"
#include "msgr-xmpp-reason.h"
#include "msgr-xmpp-status.h"

#define SECONDS(n) ((gint64)(n)*G_USEC_PER_SEC)

static void
test_element_xml(void)
{
    g_autoptr(MsgrXmppElement) iq = msgr_xmpp_element_new("iq", MSGR_NS_CLIENT);
    g_autofree char *xml = NULL;
    MsgrXmppElement *query;

    msgr_xmpp_element_set(iq, "to", "a'b<c>&\"d\n");
    msgr_xmpp_element_set(iq, "from", NULL);
    query = msgr_xmpp_element_add(iq, "query", "urn:x");
    msgr_xmpp_element_add(query, "inner", "urn:x");
    msgr_xmpp_element_add_text(iq, "body", MSGR_NS_CLIENT, "1 < 2 \x01\xef\xbf\xbf&\xff ]]>");
    xml = msgr_xmpp_element_to_xml(iq);
    g_assert_cmpstr(xml, ==,
                    "<iq to='a&apos;b&lt;c&gt;&amp;&quot;d&#10;'><query xmlns='urn:x'><inner/>"
                    "</query><body>1 &lt; 2 &amp;\xef\xbf\xbd ]]&gt;</body></iq>");
}

static void
test_element_look_up(void)
{
    g_autoptr(MsgrXmppElement) a = msgr_xmpp_element_new("a", "urn:1");

    msgr_xmpp_element_add_text(a, "b", "urn:2", "two");
    msgr_xmpp_element_add_text(a, "b", "urn:1", "one");
    msgr_xmpp_element_add(a, "c", NULL);
    g_assert_cmpstr(msgr_xmpp_element_child_text(a, "b", "urn:1"), ==, "one");
    g_assert_cmpstr(msgr_xmpp_element_child_text(a, "b", "urn:2"), ==, "two");
    g_assert_null(msgr_xmpp_element_child_text(a, "b", NULL));
    g_assert_cmpstr(msgr_xmpp_element_child_text(a, "c", NULL), ==, "");
    g_assert_null(msgr_xmpp_element_get(a, "x"));
    g_assert_cmpstr(msgr_xmpp_element_first(a)->ns, ==, "urn:2");
}

typedef struct {
    guint32 status;
    const char *show;
    const char *name;
} StatusRow;

static const StatusRow statuses[] = {
    { MSGR_STATUS_ONLINE, NULL, "online" },
    { MSGR_STATUS_AWAY, "away", "away" },
    { MSGR_STATUS_BE_RIGHT_BACK, "away", "be-right-back" },
    { MSGR_STATUS_OUT_TO_LUNCH, "away", "out-to-lunch" },
    { MSGR_STATUS_IDLE, "xa", "idle" },
    { MSGR_STATUS_BUSY, "dnd", "busy" },
    { MSGR_STATUS_ON_THE_PHONE, "dnd", "on-the-phone" },
};

static void
test_status_both_ways(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
        g_autoptr(MsgrXmppElement) presence = msgr_xmpp_status_write(statuses[i].status);

        g_assert_null(msgr_xmpp_element_get(presence, "type"));
        g_assert_cmpstr(msgr_xmpp_element_child_text(presence, "show", MSGR_NS_CLIENT), ==,
                        statuses[i].show);
        g_assert_cmpstr(msgr_xmpp_element_child_text(presence, "status", MSGR_NS_PRESENCE), ==,
                        statuses[i].name);
        g_assert_cmpuint(msgr_xmpp_status_read(presence), ==, statuses[i].status);
    }
}

static guint32
read_status(const char *type, const char *show, const char *name)
{
    g_autoptr(MsgrXmppElement) presence = msgr_xmpp_element_new("presence", MSGR_NS_CLIENT);

    msgr_xmpp_element_set(presence, "type", type);
    if (show != NULL)
        msgr_xmpp_element_add_text(presence, "show", MSGR_NS_CLIENT, show);
    if (name != NULL)
        msgr_xmpp_element_add_text(presence, "status", MSGR_NS_PRESENCE, name);
    return msgr_xmpp_status_read(presence);
}

static void
test_status_of_others(void)
{
    g_autoptr(MsgrXmppElement) invisible = msgr_xmpp_status_write(MSGR_STATUS_INVISIBLE);
    g_autoptr(MsgrXmppElement) unknown = msgr_xmpp_status_write(0x4444);

    g_assert_cmpstr(msgr_xmpp_element_get(invisible, "type"), ==, "unavailable");
    g_assert_cmpuint(msgr_xmpp_status_read(unknown), ==, MSGR_STATUS_ONLINE);
    g_assert_cmpuint(read_status("unavailable", NULL, NULL), ==, MSGR_STATUS_OFFLINE);
    g_assert_cmpuint(read_status(NULL, NULL, NULL), ==, MSGR_STATUS_ONLINE);
    g_assert_cmpuint(read_status(NULL, "", NULL), ==, MSGR_STATUS_ONLINE);
    g_assert_cmpuint(read_status(NULL, "chat", NULL), ==, MSGR_STATUS_ONLINE);
    g_assert_cmpuint(read_status(NULL, "away", NULL), ==, MSGR_STATUS_AWAY);
    g_assert_cmpuint(read_status(NULL, "xa", NULL), ==, MSGR_STATUS_IDLE);
    g_assert_cmpuint(read_status(NULL, "dnd", NULL), ==, MSGR_STATUS_BUSY);
    g_assert_cmpuint(read_status(NULL, "dnd", "away"), ==, MSGR_STATUS_BUSY);
    g_assert_cmpuint(read_status(NULL, "whatever", "idle"), ==, MSGR_STATUS_ONLINE);
}

typedef struct {
    guint32 hr;
    gboolean cancelled;
    const char *condition;
} ReasonRow;

static const ReasonRow reasons[] = {
    { 0, TRUE, "cancel" },
    { 0, FALSE, "gone" },
    { 0x81000601, FALSE, "failed-application" },
    { 0x81000602, FALSE, "decline" },
    { 0x81000603, FALSE, "connectivity-error" },
    { 0x81000604, TRUE, "security-error" },
    { 0x81000605, FALSE, "general-error" },
    { 0x81000606, TRUE, "cancel" },
    { 0x81000607, TRUE, "cancel" },
    { 0x81000608, FALSE, "general-error" },
    { 0x81000609, FALSE, "timeout" },
    { 0x8100060a, TRUE, "cancel" },
    { 0x8100060b, FALSE, "general-error" },
    { 0x8100060e, FALSE, "unsupported-applications" },
    { 0x81000620, FALSE, "failed-transport" },
    { 0x81000621, FALSE, "unsupported-transports" },
    { 0x81000622, FALSE, "unsupported-transports" },
    { 0x81000623, FALSE, "failed-transport" },
    { 0x81000624, TRUE, "general-error" },
};

/* What msgr sends, msgr gets back as it was. */
static void
test_reason_both_ways(void)
{
    char data[] = "b\xc3\xa9";

    for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++) {
        const MsgrXmppReason given = { .is_cancelled = reasons[i].cancelled,
                                       .hr = reasons[i].hr,
                                       .app_data = data };
        g_autoptr(MsgrXmppElement) element = msgr_xmpp_reason_write(&given);
        g_auto(MsgrXmppReason) found = { 0 };

        g_assert_nonnull(msgr_xmpp_element_child(element, reasons[i].condition, MSGR_NS_JINGLE));
        g_assert_true(msgr_xmpp_reason_read(&found, element));
        g_assert_cmphex(found.hr, ==, reasons[i].hr);
        g_assert_cmpint(found.is_cancelled, ==, reasons[i].cancelled);
        g_assert_cmpint(found.is_decline, ==, reasons[i].hr == 0x81000602);
        g_assert_cmpstr(found.app_data, ==, data);
    }
}

typedef struct {
    const char *condition;
    guint32 hr;
    gboolean cancelled;
    gboolean decline;
} ForeignRow;

static const ForeignRow foreign[] = {
    { "success", 0, TRUE, FALSE },
    { "cancel", 0, TRUE, FALSE },
    { "decline", 0x81000602, FALSE, TRUE },
    { "busy", 0x81000602, FALSE, TRUE },
    { "timeout", 0x81000609, FALSE, FALSE },
    { "expired", 0x81000609, FALSE, FALSE },
    { "gone", 0x81000603, FALSE, FALSE },
    { "connectivity-error", 0x81000603, FALSE, FALSE },
    { "failed-application", 0x81000601, FALSE, FALSE },
    { "media-error", 0x81000601, FALSE, FALSE },
    { "unsupported-applications", 0x8100060e, FALSE, FALSE },
    { "security-error", 0x81000604, FALSE, FALSE },
    { "failed-transport", 0x81000620, FALSE, FALSE },
    { "unsupported-transports", 0x81000622, FALSE, FALSE },
    { "general-error", 0x81000608, FALSE, FALSE },
    { "alternative-session", 0x81000608, FALSE, FALSE },
};

static void
test_reason_of_others(void)
{
    g_autoptr(MsgrXmppElement) nothing = msgr_xmpp_element_new("reason", MSGR_NS_JINGLE);
    g_auto(MsgrXmppReason) none = { 0 };
    g_auto(MsgrXmppReason) empty = { 0 };

    for (gsize i = 0; i < G_N_ELEMENTS(foreign); i++) {
        g_autoptr(MsgrXmppElement) element = msgr_xmpp_element_new("reason", MSGR_NS_JINGLE);
        g_auto(MsgrXmppReason) found = { 0 };

        msgr_xmpp_element_add(element, foreign[i].condition, MSGR_NS_JINGLE);
        g_assert_true(msgr_xmpp_reason_read(&found, element));
        g_assert_cmphex(found.hr, ==, foreign[i].hr);
        g_assert_cmpint(found.is_cancelled, ==, foreign[i].cancelled);
        g_assert_cmpint(found.is_decline, ==, foreign[i].decline);
        g_assert_cmpstr(found.app_data, ==, "");
    }
    g_assert_true(msgr_xmpp_reason_read(&empty, nothing));
    g_assert_true(empty.is_cancelled);
    g_assert_cmphex(empty.hr, ==, 0);
    g_assert_true(msgr_xmpp_reason_read(&none, NULL));
    g_assert_true(none.is_cancelled);
    g_assert_cmphex(none.hr, ==, 0);
}

/* A result that is none leaves what the condition says. */
/* A text tells no reason, and an element that nobody knows is none of ours. */
static void
test_reason_empty(void)
{
    static const struct {
        const char *child;
        const char *ns;
        gboolean cancelled;
        guint32 hr;
    } rows[] = {
        { "text", MSGR_NS_JINGLE, TRUE, 0 },
        { "timeout", "urn:x", TRUE, 0 },
        { "nonsense", MSGR_NS_JINGLE, FALSE, 0x81000608 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(MsgrXmppElement) element = msgr_xmpp_element_new("reason", MSGR_NS_JINGLE);
        g_auto(MsgrXmppReason) found = { 0 };

        msgr_xmpp_element_add_text(element, rows[i].child, rows[i].ns, "cancel");
        g_assert_true(msgr_xmpp_reason_read(&found, element));
        g_assert_cmpint(found.is_cancelled, ==, rows[i].cancelled);
        g_assert_cmphex(found.hr, ==, rows[i].hr);
        g_assert_false(found.is_decline);
    }
}

static void
test_reason_hostile(void)
{
    static const char *const results[] = {
        "", "nonsense", "0x1234", "0xffffffff", "0xfffffffff81000601", "0x81000752"
    };

    for (gsize i = 0; i < G_N_ELEMENTS(results); i++) {
        g_autoptr(MsgrXmppElement) element = msgr_xmpp_element_new("reason", MSGR_NS_JINGLE);
        g_auto(MsgrXmppReason) found = { 0 };
        MsgrXmppElement *end;

        msgr_xmpp_element_add(element, "timeout", MSGR_NS_JINGLE);
        end = msgr_xmpp_element_add(element, "end", MSGR_NS_APP);
        msgr_xmpp_element_set(end, "result", results[i]);
        g_assert_true(msgr_xmpp_reason_read(&found, element));
        g_assert_true(found.hr == 0x81000609 || found.hr == 0);
    }
}

static void
test_backoff(void)
{
    static const guint limits[] = { 2000,  4000,   8000,   16000,  32000,
                                    64000, 128000, 256000, 300000, 300000 };
    MsgrXmppBackoff backoff = { 0 };

    for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
        MsgrXmppBackoff copy = backoff;

        g_assert_cmpuint(msgr_xmpp_backoff_next(&copy, 0, 0), ==, 0);
        g_assert_cmpuint(msgr_xmpp_backoff_next(&backoff, 0, 0.5), ==, limits[i] / 2);
    }
    for (guint i = 0; i < 100; i++)
        g_assert_cmpuint(msgr_xmpp_backoff_next(&backoff, 0, 0.999999), <, 300000);
}

static void
test_backoff_good_time(void)
{
    MsgrXmppBackoff backoff = { 0 };

    for (guint i = 0; i < 5; i++)
        msgr_xmpp_backoff_next(&backoff, 0, 0.5);
    msgr_xmpp_backoff_online(&backoff, SECONDS(100));
    g_assert_cmpuint(msgr_xmpp_backoff_next(&backoff, SECONDS(159), 0.5), ==, 32000);
    msgr_xmpp_backoff_online(&backoff, SECONDS(200));
    g_assert_cmpuint(msgr_xmpp_backoff_next(&backoff, SECONDS(260), 0.5), ==, 1000);
    msgr_xmpp_backoff_next(&backoff, SECONDS(261), 0.5);
    msgr_xmpp_backoff_reset(&backoff);
    g_assert_cmpuint(msgr_xmpp_backoff_next(&backoff, SECONDS(262), 0.5), ==, 1000);
}

static void
test_flood(void)
{
    g_autoptr(MsgrXmppFlood) flood = msgr_xmpp_flood_new(3, 60);

    for (guint i = 0; i < 3; i++)
        g_assert_true(msgr_xmpp_flood_admit(flood, "a", SECONDS(10)));
    g_assert_false(msgr_xmpp_flood_admit(flood, "a", SECONDS(10)));
    g_assert_true(msgr_xmpp_flood_admit(flood, "b", SECONDS(10)));
    g_assert_true(msgr_xmpp_flood_admit(flood, "a", SECONDS(11)));
    g_assert_false(msgr_xmpp_flood_admit(flood, "a", SECONDS(11)));
    for (guint i = 0; i < 3; i++)
        g_assert_true(msgr_xmpp_flood_admit(flood, "a", SECONDS(1000)));
    g_assert_false(msgr_xmpp_flood_admit(flood, "a", SECONDS(1000)));
}

static void
test_flood_of_senders(void)
{
    g_autoptr(MsgrXmppFlood) flood = msgr_xmpp_flood_new(1, 1);

    for (guint i = 0; i < 5000; i++) {
        g_autofree char *name = g_strdup_printf("%u@evil.test", i);

        g_assert_true(msgr_xmpp_flood_admit(flood, name, SECONDS(1)));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp-element/xml", test_element_xml);
    g_test_add_func("/xmpp-element/look-up", test_element_look_up);
    g_test_add_func("/xmpp-status/both-ways", test_status_both_ways);
    g_test_add_func("/xmpp-status/of-others", test_status_of_others);
    g_test_add_func("/xmpp-reason/both-ways", test_reason_both_ways);
    g_test_add_func("/xmpp-reason/of-others", test_reason_of_others);
    g_test_add_func("/xmpp-reason/empty", test_reason_empty);
    g_test_add_func("/xmpp-reason/hostile", test_reason_hostile);
    g_test_add_func("/xmpp-backoff/pitfall 2: limits", test_backoff);
    g_test_add_func("/xmpp-backoff/pitfall 2: good time", test_backoff_good_time);
    g_test_add_func("/xmpp-flood/pitfall 12: tokens", test_flood);
    g_test_add_func("/xmpp-flood/pitfall 12: many senders", test_flood_of_senders);
    return g_test_run();
}
