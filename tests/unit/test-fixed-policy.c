/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files of users.d: what they fix, and what is said of those that are wrong.
 */
#include "msgr-fixed-policy.h"

#include <string.h>

static const struct {
    const char *text;
    const char *fixes; /* AcceptFrom and StatusTo of local, then of xmpp; - for unsaid */
    const char *problems;
} cases[] = {
    { "", "- - - -", "" },
    { "AcceptFrom=nobody\n", "nobody - nobody -", "" },
    { "[Policy]\nAcceptFrom=nobody\nStatusTo = contacts \n", "nobody contacts nobody contacts",
      "" },
    { "StatusTo=nobody\n[local]\nStatusTo=everyone\n", "- everyone - nobody", "" },
    { "[xmpp]\nAcceptFrom=contacts\n", "- - contacts -", "" },
    { "[xmpp]\nAcceptFrom=contacts\n[Policy]\nStatusTo=nobody\n", "- nobody contacts nobody", "" },
    { "# only words\n\n", "- - - -", "" },
    { "AcceptFrom=nobdy\nStatusTo=nobody\n", "- nobody - nobody",
      "x.conf:1: \"AcceptFrom\" must be everyone, contacts or nobody" },
    { "AcceptFrom=Nobody\n", "- - - -",
      "x.conf:1: \"AcceptFrom\" must be everyone, contacts or nobody" },
    { "[Policy]\n\nColour=7\nAcceptFrom=nobody\n", "nobody - nobody -",
      "x.conf:3: unknown key \"Colour\"" },
    { "AcceptFrom=nobody\nthis is nothing\nStatusTo=nobody\n", "nobody - nobody -",
      "x.conf:2: Key file contains line ?this is nothing? which is not a key-value pair, group, or "
      "comment; the rest of the file is ignored" },
    { "AcceptFrom=nobody\nAcceptFrom=contacts\n", "contacts - contacts -", "" },
    { "AcceptFrom=\xff\n", "- - - -", "x.conf: not UTF-8; the file is ignored" },
};

static const char *
word(const MsgrFixedPolicy *policy, const char *service, MsgrPolicyKey key)
{
    const char *name = msgr_audience_name(msgr_fixed_policy_audience(policy, service, key));

    return name == NULL ? "-" : name;
}

static void
test_file(gconstpointer data)
{
    const gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(MsgrFixedPolicy) policy =
        msgr_fixed_policy_parse("alice", "x.conf", cases[i].text, strlen(cases[i].text), problems);
    g_autofree char *fixes = NULL, *told = NULL;

    fixes = g_strdup_printf("%s %s %s %s", word(policy, "local", MSGR_POLICY_ACCEPT_FROM),
                            word(policy, "local", MSGR_POLICY_STATUS_TO),
                            word(policy, "xmpp", MSGR_POLICY_ACCEPT_FROM),
                            word(policy, "xmpp", MSGR_POLICY_STATUS_TO));
    g_assert_cmpstr(policy->user, ==, "alice");
    g_assert_cmpstr(fixes, ==, cases[i].fixes);
    g_ptr_array_add(problems, NULL);
    told = g_strjoinv("\n", (char **)problems->pdata);
    if (!g_pattern_match_simple(cases[i].problems, told))
        g_assert_cmpstr(told, ==, cases[i].problems);
}

/* A NUL ends no file. */
static void
test_nul(void)
{
    static const char text[] = "AcceptFrom=nobody\n\0StatusTo=nobody\n";
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(MsgrFixedPolicy) policy =
        msgr_fixed_policy_parse("alice", "x.conf", text, sizeof text - 1, problems);

    g_assert_cmpuint(problems->len, ==, 1);
    g_assert_cmpuint(g_hash_table_size(policy->services), ==, 0);
}

static void
test_table(void)
{
    g_autoptr(GPtrArray) list =
        g_ptr_array_new_with_free_func((GDestroyNotify)msgr_fixed_policy_unref);
    g_autoptr(GHashTable) table = NULL;

    g_ptr_array_add(list, msgr_fixed_policy_parse("alice", "a", "", 0, NULL));
    g_ptr_array_add(list, msgr_fixed_policy_parse("bob", "b", "?", 1, NULL));
    table = msgr_fixed_policy_table(list);
    g_assert_cmpuint(g_hash_table_size(table), ==, 2);
    g_assert_true(g_hash_table_lookup(table, "bob") == list->pdata[1]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/fixed-policy/file/%zu", i);

        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_file);
    }
    g_test_add_func("/fixed-policy/nul", test_nul);
    g_test_add_func("/fixed-policy/table", test_table);
    return g_test_run();
}
