/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GUIDs and the last components of object paths.
 */
#include "msgr-guid.h"

#include <string.h>

static const char good_guid[] = "{0123ABCD-4567-89EF-0000-0123456789AB}";

static void
test_guid_valid(void)
{
    g_assert_true(msgr_guid_is_valid(good_guid));
    g_assert_true(msgr_guid_is_valid("{00000000-0000-0000-0000-000000000000}"));
}

static void
test_guid_invalid(void)
{
    static const char *const bad[] = {
        "",
        "{}",
        "0123ABCD-4567-89EF-0000-0123456789AB",
        "{0123abcd-4567-89EF-0000-0123456789AB}",
        "{0123ABCD-4567-89EF-0000-0123456789A}",
        "{0123ABCD-4567-89EF-0000-0123456789ABC}",
        "{0123ABCD-4567-89EF-0000-0123456789AB} ",
        " {0123ABCD-4567-89EF-0000-0123456789AB}",
        "{0123ABCD-4567-89EF-0000-0123456789AB)",
        "{0123ABCD-4567-89EF-00000123456789AB-}",
        "{0123ABCD 4567 89EF 0000 0123456789AB}",
        "{0123ABCD-4567-89EF-0000-0123456789AG}",
    };

    g_assert_false(msgr_guid_is_valid(NULL));
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(msgr_guid_is_valid(bad[i]));
}

/* No character may be exchanged for one that isn't of its kind. */
static void
test_guid_each_character(void)
{
    for (gsize i = 0; i < strlen(good_guid); i++) {
        g_autofree char *guid = g_strdup(good_guid);

        guid[i] = strchr("{}-", good_guid[i]) != NULL ? '0' : '-';
        g_assert_false(msgr_guid_is_valid(guid));
        guid[i] = 'g';
        g_assert_false(msgr_guid_is_valid(guid));
    }
}

static void
test_guid_new(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < 1000; i++) {
        char *guid = msgr_guid_new();

        g_assert_true(msgr_guid_is_valid(guid));
        g_assert_cmpint(guid[15], ==, '4');
        g_assert_nonnull(strchr("89AB", guid[20]));
        g_assert_true(g_hash_table_add(seen, guid));
    }
}

static void
test_hex_id_valid(void)
{
    g_assert_true(msgr_hex_id_is_valid("0123456789abcdef0123456789abcdef"));
    g_assert_false(msgr_hex_id_is_valid(NULL));
    g_assert_false(msgr_hex_id_is_valid(""));
    g_assert_false(msgr_hex_id_is_valid("0123456789abcdef0123456789abcde"));
    g_assert_false(msgr_hex_id_is_valid("0123456789abcdef0123456789abcdef0"));
    g_assert_false(msgr_hex_id_is_valid("0123456789ABCDEF0123456789ABCDEF"));
    g_assert_false(msgr_hex_id_is_valid("0123456789abcdeg0123456789abcdef"));
    g_assert_false(msgr_hex_id_is_valid("0123456789abcdef/123456789abcdef"));
}

static void
test_hex_id_new(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < 1000; i++) {
        char *id = msgr_hex_id_new();

        g_assert_true(msgr_hex_id_is_valid(id));
        g_assert_true(g_hash_table_add(seen, id));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/guid/valid", test_guid_valid);
    g_test_add_func("/guid/invalid", test_guid_invalid);
    g_test_add_func("/guid/each-character", test_guid_each_character);
    g_test_add_func("/guid/new", test_guid_new);
    g_test_add_func("/hex-id/valid", test_hex_id_valid);
    g_test_add_func("/hex-id/new", test_hex_id_new);
    return g_test_run();
}
