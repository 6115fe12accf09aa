/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sessions and capabilities as they are on the wire.
 */
#include "msgr-xmpp-jingle.h"

#include <string.h>

#include "msgr-types.h"
#include "msgr-xmpp-contact.h"
#include "msgr-xmpp-names.h"

#define GUID  "{01234567-89AB-CDEF-0123-456789ABCDEF}"
#define OTHER "{11111111-89AB-CDEF-0123-456789ABCDEF}"

static GVariant *
new_invitation(const char *data, guint32 timeout)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&builder, "{sv}", "Application", g_variant_new_string(GUID));
    g_variant_builder_add(&builder, "{sv}", "ApplicationName",
                          g_variant_new_string("Ch\xc3\xa4ss"));
    g_variant_builder_add(&builder, "{sv}", "ApplicationUrl",
                          g_variant_new_string("https://example.org/chess"));
    g_variant_builder_add(&builder, "{sv}", "AppData", g_variant_new_string(data));
    if (timeout > 0)
        g_variant_builder_add(&builder, "{sv}", "Timeout", g_variant_new_uint32(timeout));
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

static void
check_invitation(const char *data, guint32 timeout)
{
    g_autoptr(GVariant) given = new_invitation(data, timeout);
    g_autoptr(MsgrXmppElement) description = msgr_xmpp_jingle_write_invitation(given);
    g_autoptr(GVariant) found = msgr_xmpp_jingle_read_invitation(description, 0);

    g_assert_nonnull(found);
    g_variant_ref_sink(found);
    g_assert_true(g_variant_equal(given, found));
}

static void
test_invitation(void)
{
    g_autofree char *longest = g_strnfill(512, 'x');

    check_invitation("", 0);
    check_invitation("move 1 \xe2\x99\x9e <&>", 300);
    check_invitation(longest, 86400);
}

/* A good description with one thing in it replaced. */
static MsgrXmppElement *
new_description(const char *guid, const char *timeout, const char *name, const char *url,
                const char *base64)
{
    MsgrXmppElement *description = msgr_xmpp_element_new("description", MSGR_NS_APP);

    msgr_xmpp_element_set(description, "application", guid);
    msgr_xmpp_element_set(description, "timeout", timeout);
    if (name != NULL)
        msgr_xmpp_element_add_text(description, "name", MSGR_NS_APP, name);
    if (url != NULL)
        msgr_xmpp_element_add_text(description, "url", MSGR_NS_APP, url);
    if (base64 != NULL)
        msgr_xmpp_element_add_text(description, "data", MSGR_NS_APP, base64);
    return description;
}

static gboolean
is_taken(MsgrXmppElement *description, guint late)
{
    GVariant *found = msgr_xmpp_jingle_read_invitation(description, late);

    if (found != NULL)
        g_variant_unref(g_variant_ref_sink(found));
    msgr_xmpp_element_free(description);
    return found != NULL;
}

static void
test_invitation_hostile(void)
{
    const char *url = "https://x.test/";
    g_autofree char *data = g_strnfill(513, 'x');
    g_autofree char *too_long = g_base64_encode((const guchar *)data, 513);
    g_autofree char *name = g_strnfill(257, 'n');

    g_assert_true(is_taken(new_description(GUID, "1", "n", url, "eA=="), 0));
    g_assert_true(is_taken(new_description(GUID, NULL, "n", url, NULL), 0));
    g_assert_false(is_taken(new_description(NULL, "1", "n", url, NULL), 0));
    g_assert_false(is_taken(new_description("x", "1", "n", url, NULL), 0));
    g_assert_false(is_taken(new_description(GUID, "0", "n", url, NULL), 0));
    g_assert_false(is_taken(new_description(GUID, "-1", "n", url, NULL), 0));
    g_assert_false(is_taken(new_description(GUID, "86401", "n", url, NULL), 0));
    g_assert_false(is_taken(new_description(GUID, "1e3", "n", url, NULL), 0));
    g_assert_false(is_taken(new_description(GUID, "1", NULL, url, NULL), 0));
    g_assert_false(is_taken(new_description(GUID, "1", "", url, NULL), 0));
    g_assert_false(is_taken(new_description(GUID, "1", name, url, NULL), 0));
    g_assert_false(is_taken(new_description(GUID, "1", "n\n", url, NULL), 0));
    g_assert_false(is_taken(new_description(GUID, "1", "n", NULL, NULL), 0));
    g_assert_false(is_taken(new_description(GUID, "1", "n", "file:///etc/passwd", NULL), 0));
    g_assert_false(is_taken(new_description(GUID, "1", "n", url, too_long), 0));
    g_assert_false(is_taken(new_description(GUID, "1", "n", url, "/w=="), 0));
    g_assert_false(is_taken(new_description(GUID, "1", "n", url, "YQBi"), 0));
    g_assert_false(is_taken(new_description(GUID, "1", "n", url, "%%%%"), 0));
}

static void
test_invitation_late(void)
{
    const char *url = "https://x.test/";
    g_autoptr(MsgrXmppElement) description = new_description(GUID, "300", "n", url, NULL);
    g_autoptr(GVariant) found = msgr_xmpp_jingle_read_invitation(description, 100);
    guint32 seconds = 0;

    g_variant_ref_sink(found);
    g_assert_true(g_variant_lookup(found, "Timeout", "u", &seconds));
    g_assert_cmpuint(seconds, ==, 200);
    g_assert_false(is_taken(new_description(GUID, "300", "n", url, NULL), 300));
}

static void
test_context(void)
{
    g_autofree char *most = g_strnfill(300, 'c');
    g_autofree char *more = g_strnfill(301, 'c');
    g_autoptr(MsgrXmppElement) jingle = msgr_xmpp_element_new("jingle", MSGR_NS_JINGLE);
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;

    msgr_xmpp_jingle_add_context(jingle, "");
    msgr_xmpp_jingle_add_context(jingle, most);
    msgr_xmpp_jingle_add_context(jingle, more);
    first = msgr_xmpp_jingle_read_context(jingle->children->pdata[0]);
    second = msgr_xmpp_jingle_read_context(jingle->children->pdata[1]);
    g_assert_cmpstr(first, ==, "");
    g_assert_cmpstr(second, ==, most);
    g_assert_null(msgr_xmpp_jingle_read_context(jingle->children->pdata[2]));
}

static void
test_sid(void)
{
    g_autofree char *sid = msgr_xmpp_jingle_sid_of(GUID);
    g_autofree char *guid = msgr_xmpp_jingle_guid_of(sid);

    g_assert_cmpstr(sid, ==, "01234567-89ab-cdef-0123-456789abcdef");
    g_assert_cmpstr(guid, ==, GUID);
    g_assert_null(msgr_xmpp_jingle_guid_of(NULL));
    g_assert_null(msgr_xmpp_jingle_guid_of(""));
    g_assert_null(msgr_xmpp_jingle_guid_of(GUID));
    g_assert_null(msgr_xmpp_jingle_guid_of("01234567-89ab-cdef-0123-456789abcdeg"));
}

/* The example of XEP-0115, 5.2. */
static void
test_caps_example(void)
{
    static const char *const features[] = { MSGR_NS_CAPS, MSGR_NS_DISCO_INFO,
                                            "http://jabber.org/protocol/disco#items",
                                            "http://jabber.org/protocol/muc" };
    g_autoptr(MsgrXmppElement) query = msgr_xmpp_element_new("query", MSGR_NS_DISCO_INFO);
    MsgrXmppElement *identity = msgr_xmpp_element_add(query, "identity", MSGR_NS_DISCO_INFO);
    g_autofree char *ver = NULL;

    msgr_xmpp_element_set(identity, "category", "client");
    msgr_xmpp_element_set(identity, "type", "pc");
    msgr_xmpp_element_set(identity, "name", "Exodus 0.9.1");
    for (gsize i = G_N_ELEMENTS(features); i > 0; i--)
        msgr_xmpp_element_set(msgr_xmpp_element_add(query, "feature", MSGR_NS_DISCO_INFO), "var",
                              features[i - 1]);
    msgr_xmpp_caps_unref(msgr_xmpp_caps_read(query, &ver));
    g_assert_cmpstr(ver, ==, "QgayPKawpkPSDYmwT/WM94uAlu0=");
}

static void
test_caps_own(void)
{
    const char *applications[] = { GUID, "nonsense", NULL };
    const char *none[] = { NULL };
    g_autoptr(MsgrXmppElement) info = msgr_xmpp_caps_own_info(applications, "urn:msgr:client#x");
    g_autofree char *ver = NULL;
    g_autofree char *own = msgr_xmpp_caps_own_ver(applications);
    g_autofree char *other = msgr_xmpp_caps_own_ver(none);
    g_autoptr(MsgrXmppCaps) caps = msgr_xmpp_caps_read(info, &ver);

    g_assert_cmpstr(ver, ==, own);
    g_assert_cmpstr(ver, !=, other);
    g_assert_true(caps->takes_invitations);
    g_assert_cmpuint(caps->applications->len, ==, 1);
    g_assert_true(msgr_xmpp_caps_has(caps, GUID));
    g_assert_false(msgr_xmpp_caps_has(caps, OTHER));
}

static void
add_device(MsgrXmppContact *contact, const char *jid, const char *ver, const char *const *apps,
           gboolean takes)
{
    MsgrXmppDevice *device = msgr_xmpp_contact_device(contact, jid);
    g_autoptr(MsgrXmppElement) info = NULL;
    g_autofree char *found = NULL;

    device->status = MSGR_STATUS_ONLINE;
    device->ver = g_strdup(ver);
    if (apps == NULL)
        return;
    info = takes ? msgr_xmpp_caps_own_info(apps, NULL)
                 : msgr_xmpp_element_new("query", MSGR_NS_DISCO_INFO);
    device->caps = msgr_xmpp_caps_read(info, &found);
}

/* By the first letters of their resources. */
static void
assert_candidates(const MsgrXmppContact *contact, const char *guid, const char *expected)
{
    g_autoptr(GPtrArray) list = msgr_xmpp_contact_candidates(contact, guid);
    g_autoptr(GString) found = g_string_new(NULL);

    for (guint i = 0; i < list->len; i++)
        g_string_append_c(found, strchr(list->pdata[i], '/')[1]);
    g_assert_cmpuint(found->len, ==, strlen(expected));
    for (const char *p = expected; *p != '\0'; p++)
        g_assert_nonnull(strchr(found->str, *p));
}

static void
test_candidates(void)
{
    const char *apps[] = { GUID, NULL };
    const char *none[] = { NULL };
    MsgrXmppContact *contact = msgr_xmpp_contact_new("b@x");

    assert_candidates(contact, GUID, "");
    add_device(contact, "b@x/plain", NULL, NULL, FALSE);
    add_device(contact, "b@x/foreign", "v1", none, FALSE);
    assert_candidates(contact, GUID, "");
    add_device(contact, "b@x/msgr", "v2", none, TRUE);
    assert_candidates(contact, GUID, "m");
    add_device(contact, "b@x/has", "v3", apps, TRUE);
    assert_candidates(contact, GUID, "h");
    assert_candidates(contact, OTHER, "mh");
    add_device(contact, "b@x/unknown", "v4", NULL, FALSE);
    assert_candidates(contact, GUID, "hu");
    msgr_xmpp_contact_free(contact);
}

static void
test_status_of_devices(void)
{
    MsgrXmppContact *contact = msgr_xmpp_contact_new("b@x");

    g_assert_cmpuint(msgr_xmpp_contact_status(contact), ==, MSGR_STATUS_OFFLINE);
    msgr_xmpp_contact_device(contact, "b@x/1")->status = MSGR_STATUS_IDLE;
    msgr_xmpp_contact_device(contact, "b@x/2")->status = MSGR_STATUS_BUSY;
    g_assert_cmpuint(msgr_xmpp_contact_status(contact), ==, MSGR_STATUS_BUSY);
    msgr_xmpp_contact_device(contact, "b@x/3")->status = MSGR_STATUS_ONLINE;
    g_assert_cmpuint(msgr_xmpp_contact_status(contact), ==, MSGR_STATUS_ONLINE);
    msgr_xmpp_contact_device(contact, "b@x/1")->priority = 1;
    g_assert_cmpuint(msgr_xmpp_contact_status(contact), ==, MSGR_STATUS_IDLE);
    for (guint i = 4; i <= 16; i++) {
        g_autofree char *jid = g_strdup_printf("b@x/%u", i);

        g_assert_nonnull(msgr_xmpp_contact_device(contact, jid));
    }
    g_assert_null(msgr_xmpp_contact_device(contact, "b@x/17"));
    msgr_xmpp_contact_free(contact);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp-jingle/invitation", test_invitation);
    g_test_add_func("/xmpp-jingle/invitation/hostile", test_invitation_hostile);
    g_test_add_func("/xmpp-jingle/invitation/late", test_invitation_late);
    g_test_add_func("/xmpp-jingle/context", test_context);
    g_test_add_func("/xmpp-jingle/sid", test_sid);
    g_test_add_func("/xmpp-caps/example", test_caps_example);
    g_test_add_func("/xmpp-caps/own", test_caps_own);
    g_test_add_func("/xmpp-contact/pitfall 7: candidates", test_candidates);
    g_test_add_func("/xmpp-contact/status", test_status_of_devices);
    return g_test_run();
}
