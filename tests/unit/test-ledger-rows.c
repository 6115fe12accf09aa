/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is read: rows of every version, and rows that make no sense.
 */
#include "msgr-test-ledger.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

/* Whatever version the database gets to have: what an earlier one kept is there. */
static void
try_version(int version)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autofree char *name = g_strdup_printf("ledger-v%d.txt", version);
    g_autofree char *expected = msgr_test_data(name);
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL;
    g_autofree char *text = NULL;
    g_autofree char *hex = g_malloc0(2 * MSGR_SECRET_BYTES + 1);

    msgr_test_sample_of(dir, version);
    ledger = msgr_test_ledger_open(dir);
    model = msgr_test_ledger_load(ledger);
    text = msgr_test_ledger_text(model);
    g_assert_cmpstr(text, ==, expected);
    sodium_bin2hex(hex, 2 * MSGR_SECRET_BYTES + 1, msgr_ledger_secret(ledger), MSGR_SECRET_BYTES);
    g_assert_cmpstr(hex, ==, "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f");
}

static void
test_versions(void)
{
    for (int version = 1; version < MSGR_TEST_VERSION; version++)
        try_version(version);
}

/* No ID is used again, whatever has become of the alert that had it. */
static void
test_last_alert(void)
{
    static const struct {
        const char *sql;
        gint64 last;
    } rows[] = {
        { "DELETE FROM alert", 1789999999000000 },
        { "DELETE FROM sqlite_sequence WHERE name = 'alert'", 1789999991000000 },
        { "UPDATE sqlite_sequence SET seq = -1", 1789999991000000 },
        { "UPDATE sqlite_sequence SET seq = 9223372036854775807", 253402300799999999 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
        g_autoptr(MsgrLedger) ledger = NULL;
        g_autoptr(MsgrModel) model = NULL;

        msgr_test_sample(dir);
        msgr_test_sql_change(dir, rows[i].sql);
        ledger = msgr_test_ledger_open(dir);
        model = msgr_test_ledger_load(ledger);
        g_assert_cmpint(model->last_alert, ==, rows[i].last);
    }
}

/* By the msgr_test_boot clock everything is due when it was, however long the service was away. */
static void
test_times(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL, early = NULL;

    msgr_test_sample(dir);
    ledger = msgr_test_ledger_open(dir);
    msgr_test_wall += SECONDS(20);
    msgr_test_boot = SECONDS(50);
    model = msgr_test_ledger_load(ledger);
    g_assert_cmpint(msgr_test_sample_session(model, 1)->data.expires_boot, ==, SECONDS(50 + 280));
    g_assert_cmpint(msgr_test_sample_session(model, 1)->due.due, ==, SECONDS(50 + 280));
    g_assert_cmpint(msgr_test_sample_session(model, 2)->data.expires_boot, ==, MSGR_NEVER);
    g_assert_cmpint(msgr_test_sample_session(model, 4)->data.gone_boot, ==, SECONDS(50 + 60 - 24));
    g_assert_cmpint(msgr_test_sample_session(model, 6)->data.gone_boot, ==, SECONDS(50 + 60 - 26));

    /* A machine without a clock of its own wakes up in 1970: nothing waits for 2026. */
    msgr_test_wall = SECONDS(100);
    early = msgr_test_ledger_load(ledger);
    g_assert_cmpint(msgr_test_sample_session(early, 1)->data.expires_boot, ==, SECONDS(50 + 86400));
    g_assert_cmpint(msgr_test_sample_session(early, 4)->data.gone_boot, ==, SECONDS(50 + 60));
    msgr_test_boot = SECONDS(1000);
    msgr_test_wall = SECONDS(1790000000);
}

/* Each is done to the sample alone; the rows that are left out then, in their order, by their
 * tables. */
static const struct {
    const char *sql;
    const char *rejects;
} hostile_rows[] = {
    { "UPDATE user SET uid = 4294967295 WHERE uid = 3000000000", "user policy" },
    { "UPDATE user SET uid = -1 WHERE uid = 3000000000", "user policy" },
    { "UPDATE user SET uid = 4294967296 + 5 WHERE uid = 3000000000", "user policy" },
    { "UPDATE user SET name = '' WHERE uid = 3000000000", "user policy" },
    { "UPDATE user SET name = 'a' || char(10) || 'b' WHERE uid = 3000000000", "user policy" },
    { "UPDATE user SET name = 'a' || char(0) || 'b' WHERE uid = 3000000000", "user policy" },
    { "UPDATE user SET name = CAST(X'ff61' AS TEXT) WHERE uid = 3000000000", "user policy" },
    { "UPDATE user SET friendly_name = char(8238) WHERE uid = 3000000000", "user policy" },
    { "UPDATE user SET seen = 2 WHERE uid = 3000000000", "user policy" },
    { "UPDATE user SET status = 1 WHERE uid = 3000000000", "user policy" },
    { "UPDATE user SET shown = 2 WHERE uid = 3000000000", "user policy" },
    { "UPDATE policy SET accept_from = 'me' WHERE uid = 3000000000", "policy" },
    { "UPDATE policy SET status_to = '' WHERE uid = 3000000000", "policy" },
    { "UPDATE policy SET service = char(10) WHERE uid = 3000000000", "policy" },
    { "UPDATE policy SET uid = 77 WHERE uid = 3000000000", "policy" },
    { "UPDATE user SET manager_share = 'system' WHERE uid = 3000000000", "user policy" },
    { "UPDATE user SET private_share_until = -1 WHERE uid = 3000000000", "user policy" },
    { "UPDATE user SET private_share_until = 9223372036854775807 WHERE uid = 3000000000",
      "user policy" },
    { "DELETE FROM user WHERE uid = 1001",
      "user_key application contact alert session session session session session" },
    { "UPDATE user_key SET json = '{}' WHERE uid = 1000", "user_key" },
    { "UPDATE user_key SET json = json || ' ' || char(0) WHERE uid = 1000", "user_key" },
    { "UPDATE user_key SET json = replace(json, 'share', 'publish-alerts')", "user_key" },
    { "UPDATE user_key SET id = 'org.example.Other' WHERE uid = 1000", "user_key" },
    { "UPDATE user_key SET added_at = -1 WHERE uid = 1000", "user_key" },
    { "UPDATE user_key SET uid = 77 WHERE uid = 1000", "user_key" },
    { "UPDATE application SET guid = lower(guid) WHERE uid = 1000", "application" },
    { "UPDATE application SET url = 'file:///etc/passwd' WHERE uid = 1000", "application" },
    { "UPDATE application SET path = '/usr/../bin/sh' WHERE uid = 1000", "application" },
    { "UPDATE application SET desktop_id = 'a.desktop' WHERE uid = 1000", "application" },
    { "UPDATE application SET app_ids = 'a b' WHERE uid = 1000", "application" },
    { "UPDATE application SET registered_by = '' WHERE uid = 1000", "application" },
    { "UPDATE contact SET service = '' WHERE service = 'xmpp'", "contact" },
    { "UPDATE contact SET name = char(10) WHERE service = 'xmpp'", "contact" },
    { "UPDATE contact SET blocked = -1 WHERE service = 'xmpp'", "contact" },
    { "UPDATE contact SET in_list = 7 WHERE name = 'echo'", "contact session" },
    { "UPDATE alert SET id = -id WHERE site = 7", "alert" },
    { "UPDATE alert SET id = 253402300800000000 WHERE site = 7", "alert" },
    { "UPDATE alert SET uid = 77 WHERE site = 7", "alert" },
    { "UPDATE alert SET site = 2147483648 WHERE site = 7", "alert" },
    { "UPDATE alert SET publisher = '' WHERE site = 7", "alert" },
    { "UPDATE alert SET publisher = char(27) WHERE site = 7", "alert" },
    { "UPDATE alert SET text = char(8238) WHERE site = 7", "alert" },
    { "UPDATE alert SET text = char(0) WHERE site = 7", "alert" },
    { "UPDATE alert SET text = printf('%4097s', '') WHERE site = 7", "alert" },
    { "UPDATE alert SET url = 'file:///etc/passwd' WHERE site = 7", "alert" },
    { "UPDATE alert SET time = -1 WHERE site = 7", "alert" },
    { "UPDATE alert SET expires_at = -1 WHERE site = 7", "alert" },
    { "UPDATE alert SET delivered = 2 WHERE site = 7", "alert" },
    { "UPDATE alert SET shown = -1 WHERE site = 7", "alert" },
    { "UPDATE session SET id = lower(id) WHERE state = 2", "session side side" },
    { "UPDATE session SET created_at = -5 WHERE state = 2", "session" },
    { "UPDATE session SET state = 0 WHERE state = 2", "session" },
    { "UPDATE session SET state = 1 WHERE state = 2", "session" },
    { "UPDATE session SET state = 8 WHERE state = 2", "session" },
    { "UPDATE session SET state = 5 WHERE state = 2", "session" },
    { "UPDATE session SET app = '' WHERE state = 2", "session" },
    { "UPDATE session SET app_name = char(8238) WHERE state = 2", "session" },
    { "UPDATE session SET app_url = 'x' WHERE state = 2", "session" },
    { "UPDATE session SET app_data = printf('%513s', '') WHERE state = 2", "session" },
    { "UPDATE session SET expires_at = 0 WHERE state = 2", "session" },
    { "UPDATE session SET expires_at = 9223372036854775807 WHERE state = 2", "session" },
    { "UPDATE session SET ended_at = 0 WHERE state = 7", "session" },
    { "DELETE FROM session WHERE state = 2", "side side" },
    { "DELETE FROM side WHERE uid = 1000 AND role = 0 AND attached_app IS NOT NULL", "session" },
    { "DELETE FROM side WHERE uid IS NULL", "session" },
    { "DELETE FROM contact WHERE name = 'echo'", "session" },
    { "INSERT INTO side SELECT session, 2, uid, 'x', creator_app, creator_client, detached, "
      "app_ids,"
      " local_address, context_data, sent, attached_app, result, handled, contact_service,"
      " contact_name FROM side WHERE sent = 3",
      "side" },
    { "UPDATE side SET uid = NULL WHERE sent = 3", "session" },
    { "UPDATE side SET uid = 1000 WHERE sent = 5", "session" },
    { "UPDATE side SET uid = 1001, hex_id = printf('%032d', 1), contact_service = 'local',"
      " contact_name = 'alice' WHERE uid IS NULL",
      "session" },
    { "UPDATE side SET uid = NULL, hex_id = NULL, contact_service = NULL, contact_name = NULL"
      " WHERE sent = 5",
      "session" },
    { "UPDATE side SET hex_id = '../../x' WHERE sent = 3", "session" },
    { "UPDATE side SET hex_id = NULL WHERE sent = 3", "session" },
    { "UPDATE side SET creator_app = NULL WHERE sent = 3", "session" },
    { "UPDATE side SET creator_client = 'x' WHERE sent = 3", "session" },
    { "UPDATE side SET app_ids = char(10) WHERE sent = 3", "session" },
    { "UPDATE side SET local_address = 'localhost' WHERE sent = 3", "session" },
    { "UPDATE side SET context_data = printf('%301s', '') WHERE sent = 3", "session" },
    { "UPDATE side SET sent = 6 WHERE sent = 3", "session" },
    { "UPDATE side SET attached_app = NULL WHERE sent = 3", "session" },
    { "UPDATE side SET result = -1 WHERE sent = 3", "session" },
    { "UPDATE side SET contact_name = 'nobody' WHERE sent = 3", "session" },
    { "UPDATE side SET contact_service = NULL WHERE sent = 3", "session" },
};

/* Returns: the tables that the msgr_test_warnings name, which say nothing of what is in the rows.
 */
static char *
rejected(const char *dir)
{
    g_autofree char *pattern = g_strdup_printf(
        "^%s/msgr.db: table ([a-z_]+), row -?[0-9]+ of [-{}0-9A-Fa-f?]+ makes no sense, .*$", dir);
    GString *tables = g_string_new(NULL);

    g_assert_cmpuint(msgr_test_warnings->len, >, 1);
    for (guint i = 0; i < msgr_test_warnings->len - 1; i++) {
        g_auto(GStrv) parts = g_regex_split_simple(pattern, msgr_test_warnings->pdata[i], 0, 0);

        g_assert_cmpuint(g_strv_length(parts), ==, 3);
        g_string_append_printf(tables, "%s%s", i == 0 ? "" : " ", parts[1]);
    }
    g_ptr_array_remove_range(msgr_test_warnings, 0, msgr_test_warnings->len - 1);
    msgr_test_one_warning("*/msgr.db: * rows have been deleted, */msgr.db.rejected-* is a copy *");
    return g_string_free(tables, FALSE);
}

/* How many rows there are, without those of sessions' sides. */
static guint
count_rows(const char *dir)
{
    g_autofree char *count = msgr_test_sql_ask(
        dir, "SELECT (SELECT count(*) FROM user) + (SELECT count(*) FROM user_key)"
             " + (SELECT count(*) FROM application) + (SELECT count(*) FROM contact)"
             " + (SELECT count(*) FROM alert) + (SELECT count(*) FROM session)"
             " + (SELECT count(*) FROM policy)");

    return (guint)g_ascii_strtoull(count, NULL, 10);
}

/* How many of the rejected rows are of those. */
static guint
count_rejects(const char *tables)
{
    g_auto(GStrv) list = g_strsplit(tables, " ", -1);
    guint count = 0;

    for (char **table = list; *table != NULL; table++)
        count += !g_str_equal(*table, "side");
    return count;
}

/* The rest loads. The next start does not find them again, and they are in nothing's way; a copy
 * has them all. */
static void
try_hostile_row(const char *sql, const char *rejects)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL;
    g_autofree char *tables = NULL, *name = NULL;
    g_autofree char *copy = NULL, *database = msgr_test_path(dir, "msgr.db");
    guint before;

    msgr_test_sample(dir);
    msgr_test_sql_change(dir, sql);
    before = count_rows(dir);
    ledger = msgr_test_ledger_open(dir);
    model = msgr_test_ledger_load(ledger);
    tables = rejected(dir);
    g_assert_cmpstr(tables, ==, rejects);
    name = msgr_test_find_aside(dir, "msgr.db.rejected-");
    g_assert_cmphex(msgr_test_mode(dir, name), ==, 0600);
    g_assert_cmpuint(count_rows(dir), ==, before - count_rejects(rejects));
    msgr_test_sql_assert(dir, "SELECT count(*) FROM pragma_foreign_key_check", "0");
    msgr_test_touch_everything(model);
    msgr_test_ledger_commit(ledger, model);
    g_clear_pointer(&ledger, msgr_ledger_close);
    msgr_test_ledger_kept(dir, model);
    copy = msgr_test_path(dir, name);
    g_assert_cmpint(g_rename(copy, database), ==, 0);
    g_assert_cmpuint(count_rows(dir), ==, before);
}

static void
test_hostile_rows(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(hostile_rows); i++) {
        g_test_message("%s", hostile_rows[i].sql);
        try_hostile_row(hostile_rows[i].sql, hostile_rows[i].rejects);
    }
}

/* Where there is no place for the copy, they are left where they are. */
static void
test_rejects_stay(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL, again = NULL;
    g_autofree char *tables = NULL;

    msgr_test_sample(dir);
    msgr_test_sql_change(dir, "UPDATE user_key SET json = '{}' WHERE uid = 1000");
    ledger = msgr_test_ledger_open(dir);
    msgr_test_limit_files(0);
    model = msgr_test_ledger_load(ledger);
    msgr_test_limit_files(RLIM_INFINITY);
    g_assert_cmpuint(msgr_test_warnings->len, ==, 2);
    g_ptr_array_remove_index(msgr_test_warnings, 0);
    msgr_test_one_warning("*/msgr.db: rows that make no sense stay: can't copy *");
    msgr_test_no_aside(dir);
    g_assert_cmpuint(count_rows(dir), ==, 3 + 2 + 2 + 4 + 3 + 6 + 2);
    again = msgr_test_ledger_load(ledger);
    tables = rejected(dir);
    g_assert_cmpstr(tables, ==, "user_key");
    g_assert_cmpuint(count_rows(dir), ==, 3 + 2 + 2 + 4 + 3 + 6 + 2 - 1);
}

int
main(int argc, char **argv)
{
    msgr_test_ledger_init(&argc, &argv);
    g_test_add_func("/ledger-rows/versions", test_versions);
    g_test_add_func("/ledger-rows/last-alert", test_last_alert);
    g_test_add_func("/ledger-rows/times", test_times);
    g_test_add_func("/ledger-rows/hostile-rows", test_hostile_rows);
    g_test_add_func("/ledger-rows/rejects-stay", test_rejects_stay);
    return g_test_run();
}
