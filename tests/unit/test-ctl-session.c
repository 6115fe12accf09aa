/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sessions, contacts and applications as people name them.
 */
#include "msgr-ctl-session.h"

#include "msgr-ctl-app.h"
#include "msgr-ctl-error.h"

#define PREFIX "/org/msgr/Messenger/Session/"
#define ONE    "0123456789abcdef0123456789abcdef"
#define TWO    "01234567ffffffff0123456789abcdef"
#define THREE  "fedcba98765432100123456789abcdef"

static const char *const paths[] = { PREFIX ONE, PREFIX TWO, PREFIX THREE, NULL };

static void
assert_match(const char *text, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = msgr_ctl_session_match(text, paths, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(path, ==, expected);
}

static void
assert_no_match(const char *text, MsgrCtlError code)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = msgr_ctl_session_match(text, paths, &error);

    if (path != NULL)
        g_error("%s was taken for %s", text, path);
    g_assert_error(error, MSGR_CTL_ERROR, (int)code);
}

static void
test_match(void)
{
    assert_match(PREFIX ONE, PREFIX ONE);
    assert_match(ONE, PREFIX ONE);
    assert_match("fedc", PREFIX THREE);
    assert_match("FEDC", PREFIX THREE);
    assert_match("012345678", PREFIX ONE);
    assert_match("01234567f", PREFIX TWO);
    /* what is told in full needn't be known */
    assert_match("00000000000000000000000000000000", PREFIX "00000000000000000000000000000000");
}

static void
test_no_match(void)
{
    assert_no_match("01234567", MSGR_CTL_ERROR_NO_SESSION);
    assert_no_match("0123", MSGR_CTL_ERROR_NO_SESSION);
    assert_no_match("abcd", MSGR_CTL_ERROR_NO_SESSION);
    assert_no_match("fed", MSGR_CTL_ERROR_USAGE);
    assert_no_match("", MSGR_CTL_ERROR_USAGE);
    assert_no_match("bob's", MSGR_CTL_ERROR_USAGE);
    assert_no_match(PREFIX "fedc", MSGR_CTL_ERROR_USAGE);
    assert_no_match("/org/msgr/Messenger/Contact/" ONE, MSGR_CTL_ERROR_USAGE);
    assert_no_match(ONE "0", MSGR_CTL_ERROR_USAGE);
}

/* As many digits as tell them apart, and never fewer than eight. */
static void
test_short(void)
{
    const char *const one[] = { PREFIX ONE, NULL };
    const char *const none[] = { NULL };
    g_autofree char *id = msgr_ctl_session_short(PREFIX THREE);

    g_assert_cmpstr(id, ==, "fedcba98");
    g_assert_cmpuint(msgr_ctl_session_short_length(paths), ==, 9);
    g_assert_cmpuint(msgr_ctl_session_short_length(one), ==, 8);
    g_assert_cmpuint(msgr_ctl_session_short_length(none), ==, 8);
}

static void
assert_contact(const char *dict, const char *expected)
{
    g_autoptr(GVariant) contact = g_variant_ref_sink(g_variant_new_parsed(dict));
    g_autofree char *name = msgr_ctl_contact_name(contact);

    g_assert_cmpstr(name, ==, expected);
}

/* Never by the name that somebody gives itself. */
static void
test_contact(void)
{
    assert_contact("{'SigninName': <'bob'>, 'ServiceId': <'local'>, 'FriendlyName': <'root'>}",
                   "bob");
    assert_contact("{'SigninName': <'bob@example.org'>, 'ServiceId': <'xmpp'>}",
                   "bob@example.org (xmpp)");
    assert_contact("{'SigninName': <'b\\u202eob'>, 'ServiceId': <'local'>}", "b\\u{202e}ob");
}

static void
test_guid(void)
{
    const char *const good[] = { "{01234567-89AB-CDEF-0123-456789ABCDEF}",
                                 "01234567-89AB-CDEF-0123-456789ABCDEF",
                                 "{01234567-89ab-cdef-0123-456789abcdef}", NULL };
    const char *const bad[] = { "",
                                "Chess",
                                "{}",
                                "{01234567-89AB-CDEF-0123-456789ABCDEF",
                                "0123456789ABCDEF0123456789ABCDEF",
                                NULL };

    for (guint i = 0; good[i] != NULL; i++) {
        g_autofree char *guid = msgr_ctl_app_guid(good[i]);

        g_assert_cmpstr(guid, ==, "{01234567-89AB-CDEF-0123-456789ABCDEF}");
    }
    for (guint i = 0; bad[i] != NULL; i++)
        g_assert_null(msgr_ctl_app_guid(bad[i]));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl-session/match", test_match);
    g_test_add_func("/ctl-session/match/none", test_no_match);
    g_test_add_func("/ctl-session/short", test_short);
    g_test_add_func("/ctl-session/contact", test_contact);
    g_test_add_func("/ctl-session/guid", test_guid);
    return g_test_run();
}
