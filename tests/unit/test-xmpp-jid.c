/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Addresses of XMPP.
 */
#include "msgr-xmpp-jid.h"

#include <string.h>

#include "msgr-error.h"

typedef struct {
    const char *given;
    const char *expected; /* NULL: none */
} Row;

static const Row full[] = {
    { "alice@a.test", "alice@a.test" },
    { "Alice@A.Test", "alice@a.test" },
    { "ALICE@a.test/Desk", "alice@a.test/Desk" },
    { "a.test", "a.test" },
    { "a.test.", "a.test" },
    { "a.test/x@y/z", "a.test/x@y/z" },
    { "alice@a.test/x@y/z", "alice@a.test/x@y/z" },
    { "stra\xc3\x9f"
      "e@a.test",
      "strasse@a.test" },
    { "\xc3\x84nne@b\xc3\xbc"
      "cher.test",
      "\xc3\xa4nne@b\xc3\xbc"
      "cher.test" },
    { "\xef\xbc\xa1lice@a.test", "alice@a.test" },
    { "alice@[::1]", "alice@[::1]" },
    { "", NULL },
    { "@a.test", NULL },
    { "alice@", NULL },
    { "alice@/x", NULL },
    { "alice@a.test/", NULL },
    { "al ice@a.test", NULL },
    { "al\"ice@a.test", NULL },
    { "al'ice@a.test", NULL },
    { "al<ice@a.test", NULL },
    { "al&ice@a.test", NULL },
    { "al:ice@a.test", NULL },
    { "alice@a@b.test", NULL },
    { "alice@a..test", NULL },
    { "alice@.test", NULL },
    { "alice@a_b.test", NULL },
    { "alice@a.test/\x01", NULL },
    { "alice\xff@a.test", NULL },
    { "al\xe2\x80\xaeice@a.test", NULL },
    { "al\xe2\x81\xa7ice@a.test", NULL },
    { "alice@a.te\xe2\x81\xa9st", NULL },
    /* capitals that Unicode 3.2 did not know, and the small letter that they pass for */
    { "\xea\xac\xb0@a.test", "\xea\xac\xb0@a.test" },
    { "\xe1\x83\x90na@a.test", "\xe1\x83\x90na@a.test" },
    { "\xe1\xb2\x90na@a.test", NULL },
    { "\xea\x9e\x8d@a.test", NULL },
    { "\xe1\x8e\xa0@a.test", NULL },
};

static void
test_normalise(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(full); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *found = msgr_xmpp_jid_normalise(full[i].given, &error);

        g_assert_cmpstr(found, ==, full[i].expected);
        if (full[i].expected == NULL)
            g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
        else
            g_assert_no_error(error);
    }
}

static void
test_normalise_bare(void)
{
    g_autofree char *bare = msgr_xmpp_jid_normalise_bare("Alice@A.test/Desk", NULL);
    g_autofree char *empty = msgr_xmpp_jid_normalise_bare("alice@a.test/", NULL);

    g_assert_cmpstr(bare, ==, "alice@a.test");
    g_assert_cmpstr(empty, ==, "alice@a.test");
}

static void
test_too_long(void)
{
    g_autofree char *node = g_strnfill(1024, 'a');
    g_autofree char *jid = g_strconcat(node, "@a.test", NULL);
    g_autofree char *fits = NULL;
    g_autofree char *found = NULL;

    g_assert_null(msgr_xmpp_jid_normalise(jid, NULL));
    node[1023] = '\0';
    fits = g_strconcat(node, "@a.test", NULL);
    found = msgr_xmpp_jid_normalise(fits, NULL);
    g_assert_cmpstr(found, ==, fits);
}

static void
test_parts(void)
{
    g_autofree char *bare = msgr_xmpp_jid_bare("alice@a.test/x/y");

    g_assert_cmpstr(bare, ==, "alice@a.test");
    g_assert_cmpstr(msgr_xmpp_jid_domain("alice@a.test"), ==, "a.test");
    g_assert_cmpstr(msgr_xmpp_jid_domain("a.test"), ==, "a.test");
    g_assert_cmpstr(msgr_xmpp_jid_resource("alice@a.test/x/y"), ==, "x/y");
    g_assert_null(msgr_xmpp_jid_resource("alice@a.test"));
    g_assert_true(msgr_xmpp_jid_is_account("alice@a.test"));
    g_assert_false(msgr_xmpp_jid_is_account("alice@a.test/x"));
    g_assert_false(msgr_xmpp_jid_is_account("a.test"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp-jid/pitfall 11: addresses have one form", test_normalise);
    g_test_add_func("/xmpp-jid/pitfall 11: and one without a device", test_normalise_bare);
    g_test_add_func("/xmpp-jid/pitfall 11: and a limit", test_too_long);
    g_test_add_func("/xmpp-jid/parts", test_parts);
    return g_test_run();
}
