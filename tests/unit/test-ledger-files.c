/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What may be found at the start: files that are damaged, of another version, or none of ours.
 */
#include "msgr-test-ledger.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The ledger begins anew; what was there is renamed, byte for byte. */
static void
assert_set_aside(const char *dir, const char *prefix, const char *reason)
{
    gsize length, length_aside;
    g_autofree char *bytes = msgr_test_read(dir, "msgr.db", &length);
    g_autofree char *bytes_aside = NULL, *aside = NULL, *pattern = NULL;
    MsgrLedger *ledger = msgr_test_ledger_open(dir);
    g_autoptr(MsgrModel) model = msgr_test_ledger_load(ledger);

    g_assert_cmpuint(g_hash_table_size(model->users), ==, 0);
    aside = msgr_test_find_aside(dir, prefix);
    g_assert_true(
        g_regex_match_simple("^msgr\\.db\\.(damaged|future)-[0-9]{8}T[0-9]{6}Z$", aside, 0, 0));
    pattern = g_strdup_printf("%s/msgr.db is *(*%s*)*renamed to %s/%s, *", dir, reason, dir, aside);
    msgr_test_one_warning(pattern);
    bytes_aside = msgr_test_read(dir, aside, &length_aside);
    g_assert_cmpmem(bytes_aside, length_aside, bytes, length);
    g_assert_cmphex(msgr_test_mode(dir, aside), ==, 0600);
    msgr_ledger_close(ledger);
    ledger = msgr_test_ledger_open(dir);
    msgr_ledger_close(ledger);
    msgr_test_no_warning();
}

static void
test_not_a_database(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    char noise[10000];

    randombytes_buf(noise, sizeof noise);
    noise[0] = 'x';
    msgr_test_write(dir, "msgr.db", noise, sizeof noise);
    assert_set_aside(dir, "msgr.db.damaged-", "not a database");
}

/* Two files that are found in the same second have two names. */
static void
test_never_overwritten(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(GPtrArray) names = NULL;
    guint found = 0;

    for (int i = 0; i < 3; i++) {
        msgr_test_write(dir, "msgr.db", "this is no database", -1);
        msgr_ledger_close(msgr_test_ledger_open(dir));
        msgr_test_one_warning("*is damaged*");
    }
    names = msgr_test_files(dir);
    for (guint i = 0; i < names->len; i++)
        found += g_str_has_prefix(names->pdata[i], "msgr.db.damaged-");
    g_assert_cmpuint(found, ==, 3);
}

static char *
sample_bytes(const char *dir, gsize *length)
{
    msgr_test_sample(dir);
    return msgr_test_read(dir, "msgr.db", length);
}

/* Wherever the file ends. */
static void
test_truncated(void)
{
    static const gsize ends[] = { 2, 50, 100, 4095, 4096, 5000, 8192, 20000, 32768 };

    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
        gsize length;
        g_autofree char *bytes = sample_bytes(dir, &length);

        g_assert_cmpuint(ends[i], <, length);
        msgr_test_write(dir, "msgr.db", bytes, (gssize)ends[i]);
        assert_set_aside(dir, "msgr.db.damaged-", "");
    }
}

/* The head of any page is overwritten, and with it the schema's, or a table's, or an index's. */
static void
test_overwritten_page(void)
{
    gsize length = 4097;

    for (gsize at = 0; at < length; at += 4096) {
        g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
        g_autofree char *bytes = sample_bytes(dir, &length);

        for (gsize i = at == 0 ? 100 : 0; i < 108; i++)
            bytes[at + i] = (char)~bytes[at + i];
        msgr_test_write(dir, "msgr.db", bytes, (gssize)length);
        assert_set_aside(dir, "msgr.db.damaged-", "");
    }
}

/* Whatever bits have flipped: the service starts, with what can be read, or with nothing and a
 * warning. */
static void
test_flipped_bits(void)
{
    guint damaged = 0;

    for (int i = 0; i < 150; i++) {
        g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
        gsize length;
        g_autofree char *bytes = sample_bytes(dir, &length);
        g_autoptr(MsgrLedger) ledger = NULL;
        g_autoptr(MsgrModel) model = NULL;

        for (int j = 0; j < 8; j++)
            bytes[g_test_rand_int_range(100, (gint32)length)] ^= (char)(1 << j);
        msgr_test_write(dir, "msgr.db", bytes, (gssize)length);
        ledger = msgr_test_ledger_open(dir);
        model = msgr_test_ledger_load(ledger);
        if (g_hash_table_size(model->users) == 0) {
            g_assert_cmpuint(msgr_test_warnings->len, >, 0);
            damaged++;
        }
        g_ptr_array_set_size(msgr_test_warnings, 0);
    }
    g_assert_cmpuint(damaged, >, 0);
}

static void
test_foreign(void)
{
    static const char *const changes[] = {
        "PRAGMA application_id = 0",
        "PRAGMA application_id = 252006675",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = -1",
        "DROP TABLE meta",
        "ALTER TABLE side RENAME hex_id TO id",
        "ALTER TABLE contact DROP blocked",
        "DROP INDEX side_contact; DROP TABLE side",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();

        msgr_test_sample(dir);
        msgr_test_sql_change(dir, "PRAGMA journal_mode = WAL");
        msgr_test_sql_change(dir, changes[i]);
        assert_set_aside(dir, "msgr.db.damaged-", "");
    }
}

static void
test_future(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();

    msgr_test_sample(dir);
    msgr_test_sql_change(dir, "CREATE TABLE news(text TEXT); PRAGMA user_version = 99");
    assert_set_aside(dir, "msgr.db.future-", "its version is 99, known here is ");
}

/* The later version was killed: what it had not brought from its log to its database goes with it.
 */
static void
test_future_with_log(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autofree char *aside = NULL, *path = NULL, *database = msgr_test_path(dir, "msgr.db");
    int status;
    pid_t pid;

    msgr_test_sample(dir);
    pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        msgr_test_sql_run(msgr_test_sql_open(dir),
                          "PRAGMA journal_mode = WAL; PRAGMA user_version = 7;"
                          "CREATE TABLE news(text TEXT); INSERT INTO news VALUES('new')");
        _exit(0);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_cmpint(status, ==, 0);
    msgr_ledger_close(msgr_test_ledger_open(dir));
    msgr_test_one_warning("*is of a later version of the service (its version is 7, *");
    aside = msgr_test_find_aside(dir, "msgr.db.future-");
    path = msgr_test_path(dir, aside);
    g_assert_cmpint(g_remove(database), ==, 0);
    aside = (g_free(aside), g_strconcat(path, "-wal", NULL));
    g_assert_true(g_file_test(aside, G_FILE_TEST_EXISTS));
    g_assert_cmpint(g_rename(path, database), ==, 0);
    path = (g_free(path), msgr_test_path(dir, "msgr.db-wal"));
    g_assert_cmpint(g_rename(aside, path), ==, 0);
    msgr_test_sql_assert(dir, "SELECT text FROM news", "new");
}

/* The service was killed before its first write, or the disk was full: there is nothing to be kept.
 */
static void
test_empty(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();

    msgr_test_write(dir, "msgr.db", "", 0);
    msgr_ledger_close(msgr_test_ledger_open(dir));
    msgr_test_no_warning();
    msgr_test_write(dir, "msgr.db", "", 0);
    msgr_test_write(dir, "msgr.db-wal", "all that there was", -1);
    assert_set_aside(dir, "msgr.db.damaged-", "it is empty, but its log is not");
    g_assert_true(msgr_test_is_in_files(dir, "all that there was"));
}

static void
test_wrong_secret(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL;

    msgr_test_sample(dir);
    msgr_test_sql_change(dir, "UPDATE meta SET value = X'00'");
    ledger = msgr_test_ledger_open(dir);
    msgr_test_one_warning("the secret in * is unusable: *");
    g_assert_false(sodium_is_zero(msgr_ledger_secret(ledger), MSGR_SECRET_BYTES));
    model = msgr_test_ledger_load(ledger);
    g_assert_cmpuint(g_hash_table_size(model->users), ==, 3);
}

static void
test_rights(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autofree char *path = msgr_test_path(dir, "msgr.db");

    msgr_test_sample(dir);
    g_assert_cmpint(g_chmod(path, 0666), ==, 0);
    msgr_ledger_close(msgr_test_ledger_open(dir));
    g_assert_cmphex(msgr_test_mode(dir, "msgr.db"), ==, 0600);
}

static void
test_impossible(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autofree char *file = msgr_test_path(dir, "a file"),
                    *database = msgr_test_path(dir, "msgr.db");
    g_autofree char *elsewhere = msgr_test_path(dir, "elsewhere");

    msgr_test_write(dir, "a file", "", 0);
    msgr_test_not_opened(file, "can't lock");
    g_assert_cmpint(g_mkdir(database, 0700), ==, 0);
    msgr_test_not_opened(dir, "can't open");
    g_assert_cmpint(g_rmdir(database), ==, 0);
    g_assert_cmpint(symlink(elsewhere, database), ==, 0);
    msgr_test_not_opened(dir, "can't open");
    g_assert_false(g_file_test(elsewhere, G_FILE_TEST_EXISTS));
    g_assert_cmpint(g_remove(database), ==, 0);
    msgr_test_limit_files(0);
    msgr_test_not_opened(dir, "can't use");
    msgr_test_limit_files(RLIM_INFINITY);
    msgr_ledger_close(msgr_test_ledger_open(dir));
}

int
main(int argc, char **argv)
{
    msgr_test_ledger_init(&argc, &argv);
    g_test_add_func("/ledger-files/not-a-database", test_not_a_database);
    g_test_add_func("/ledger-files/never-overwritten", test_never_overwritten);
    g_test_add_func("/ledger-files/truncated", test_truncated);
    g_test_add_func("/ledger-files/overwritten-page", test_overwritten_page);
    g_test_add_func("/ledger-files/flipped-bits", test_flipped_bits);
    g_test_add_func("/ledger-files/foreign", test_foreign);
    g_test_add_func("/ledger-files/future", test_future);
    g_test_add_func("/ledger-files/future-with-log", test_future_with_log);
    g_test_add_func("/ledger-files/empty", test_empty);
    g_test_add_func("/ledger-files/wrong-secret", test_wrong_secret);
    g_test_add_func("/ledger-files/rights", test_rights);
    g_test_add_func("/ledger-files/impossible", test_impossible);
    return g_test_run();
}
