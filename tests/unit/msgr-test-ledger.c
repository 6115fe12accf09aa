/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * State directories, what is in them, and ledgers that are opened there.
 */
#include "msgr-test-ledger.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "msgr-alert.h"
#include "msgr-user.h"

#define FIRST_BOOT SECONDS(1000)
#define FIRST_WALL SECONDS(1790000000)

GPtrArray *msgr_test_warnings;
gint64 msgr_test_boot = FIRST_BOOT;
gint64 msgr_test_wall = FIRST_WALL;

/* Structured messages can't be expected through GLib's own test functions. */
static GLogWriterOutput
take_message(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
    if (level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO))
        return G_LOG_WRITER_HANDLED;
    if (!(level & G_LOG_LEVEL_WARNING))
        return g_log_writer_default(level, fields, n_fields, data);
    for (gsize i = 0; i < n_fields; i++) {
        if (g_str_equal(fields[i].key, "MESSAGE"))
            g_ptr_array_add(msgr_test_warnings, g_strdup(fields[i].value));
    }
    return G_LOG_WRITER_HANDLED;
}

void
msgr_test_ledger_init(int *argc, char ***argv)
{
    g_test_init(argc, argv, NULL);
    msgr_test_warnings = g_ptr_array_new_with_free_func(g_free);
    g_log_set_writer_func(take_message, NULL, NULL);
    signal(SIGXFSZ, SIG_IGN); /* a file that is too long is an error of write() */
}

void
msgr_test_no_warning(void)
{
    if (msgr_test_warnings->len > 0)
        g_assert_cmpstr(msgr_test_warnings->pdata[0], ==, NULL);
}

void
msgr_test_one_warning(const char *pattern)
{
    g_assert_cmpuint(msgr_test_warnings->len, ==, 1);
    if (!g_pattern_match_simple(pattern, msgr_test_warnings->pdata[0]))
        g_assert_cmpstr(msgr_test_warnings->pdata[0], ==, pattern);
    g_ptr_array_set_size(msgr_test_warnings, 0);
}

char *
msgr_test_path(const char *dir, const char *name)
{
    return g_build_filename(dir, name, NULL);
}

char *
msgr_test_dir_new(void)
{
    g_autoptr(GError) error = NULL;
    char *dir = g_dir_make_tmp("msgr-ledger-XXXXXX", &error);

    g_assert_no_error(error);
    return dir;
}

GPtrArray *
msgr_test_files(const char *dir)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) list = g_dir_open(dir, 0, NULL);
    const char *name;

    g_assert_nonnull(list);
    while ((name = g_dir_read_name(list)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    return names;
}

void
msgr_test_dir_free(char *dir)
{
    g_autoptr(GPtrArray) names = msgr_test_files(dir);

    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = msgr_test_path(dir, names->pdata[i]);

        g_assert_cmpint(g_remove(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(dir), ==, 0);
    g_free(dir);
    msgr_test_no_warning();
}

char *
msgr_test_read(const char *dir, const char *name, gsize *length)
{
    g_autofree char *path = msgr_test_path(dir, name);
    g_autoptr(GError) error = NULL;
    char *bytes = NULL;

    g_file_get_contents(path, &bytes, length, &error);
    g_assert_no_error(error);
    return bytes;
}

void
msgr_test_write(const char *dir, const char *name, const char *bytes, gssize length)
{
    g_autofree char *path = msgr_test_path(dir, name);
    g_autoptr(GError) error = NULL;

    g_file_set_contents_full(path, bytes, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
    g_assert_no_error(error);
}

guint
msgr_test_mode(const char *dir, const char *name)
{
    g_autofree char *path = msgr_test_path(dir, name);
    struct stat info;

    g_assert_cmpint(stat(path, &info), ==, 0);
    return info.st_mode & 07777;
}

gsize
msgr_test_size(const char *dir, const char *name)
{
    g_autofree char *path = msgr_test_path(dir, name);
    struct stat info;

    return stat(path, &info) == 0 ? (gsize)info.st_size : 0;
}

gboolean
msgr_test_is_in_files(const char *dir, const char *text)
{
    g_autoptr(GPtrArray) names = msgr_test_files(dir);
    gboolean found = FALSE;

    for (guint i = 0; i < names->len; i++) {
        gsize length;
        g_autofree char *bytes = msgr_test_read(dir, names->pdata[i], &length);

        found |= memmem(bytes, length, text, strlen(text)) != NULL;
    }
    return found;
}

/* Returns: the name that the one file has whose name begins so, and ends in nothing of SQLite's. */
char *
msgr_test_find_aside(const char *dir, const char *prefix)
{
    g_autoptr(GPtrArray) names = msgr_test_files(dir);
    char *found = NULL;

    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];

        if (!g_str_has_prefix(name, prefix) || g_str_has_suffix(name, "-wal") ||
            g_str_has_suffix(name, "-shm"))
            continue;
        g_assert_null(found);
        found = g_strdup(name);
    }
    g_assert_nonnull(found);
    return found;
}

/* Nothing has been set aside. */
void
msgr_test_no_aside(const char *dir)
{
    g_autoptr(GPtrArray) names = msgr_test_files(dir);

    for (guint i = 0; i < names->len; i++)
        g_assert_false(g_str_has_prefix(names->pdata[i], "msgr.db."));
}

void
msgr_test_limit_files(rlim_t size)
{
    struct rlimit limit;

    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    limit.rlim_cur = size;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

sqlite3 *
msgr_test_sql_open(const char *dir)
{
    g_autofree char *path = msgr_test_path(dir, "msgr.db");
    sqlite3 *db = NULL;

    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    return db;
}

void
msgr_test_sql_run(sqlite3 *db, const char *sql)
{
    char *message = NULL;

    sqlite3_exec(db, sql, NULL, NULL, &message);
    g_assert_cmpstr(message, ==, NULL);
}

/* As somebody else would who gets at the file. */
void
msgr_test_sql_change(const char *dir, const char *sql)
{
    sqlite3 *db = msgr_test_sql_open(dir);

    msgr_test_sql_run(db, sql);
    sqlite3_close(db);
}

/* Returns: the first column of the first row, as text. */
char *
msgr_test_sql_ask(const char *dir, const char *sql)
{
    sqlite3 *db = msgr_test_sql_open(dir);
    sqlite3_stmt *stmt = NULL;
    char *answer;

    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(stmt), ==, SQLITE_ROW);
    answer = g_strdup((const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return answer;
}

void
msgr_test_sql_assert(const char *dir, const char *sql, const char *expected)
{
    g_autofree char *answer = msgr_test_sql_ask(dir, sql);

    g_assert_cmpstr(answer, ==, expected);
}

MsgrLedger *
msgr_test_ledger_open(const char *dir)
{
    g_autoptr(GError) error = NULL;
    MsgrLedger *ledger = msgr_ledger_open(dir, &error);

    g_assert_no_error(error);
    g_assert_nonnull(ledger);
    return ledger;
}

void
msgr_test_not_opened(const char *dir, const char *reason)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(msgr_ledger_open(dir, &error));
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_FAILED);
    if (strstr(error->message, reason) == NULL)
        g_assert_cmpstr(error->message, ==, reason);
}

static gint64
get_boot(gpointer data)
{
    return msgr_test_boot;
}

static gint64
get_wall(gpointer data)
{
    return msgr_test_wall;
}

MsgrModel *
msgr_test_ledger_model(MsgrLedger *ledger)
{
    g_autoptr(MsgrConfig) config = msgr_config_new(FALSE);

    return msgr_model_new(config, (MsgrClock){ get_boot, get_wall, NULL },
                          msgr_ledger_secret(ledger));
}

MsgrModel *
msgr_test_ledger_load(MsgrLedger *ledger)
{
    MsgrModel *model = msgr_test_ledger_model(ledger);
    g_autoptr(GError) error = NULL;

    g_assert_true(msgr_ledger_load(ledger, model, &error));
    g_assert_no_error(error);
    return model;
}

void
msgr_test_ledger_commit(MsgrLedger *ledger, MsgrModel *model)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(msgr_ledger_commit(ledger, model->turn, &error));
    g_assert_no_error(error);
    msgr_turn_commit(model->turn);
}

char *
msgr_test_data(const char *name)
{
    g_autofree char *dir = g_test_build_filename(G_TEST_DIST, "data", NULL);

    return msgr_test_read(dir, name, NULL);
}

/* A database of @version with something in each table that it has. */
void
msgr_test_sample_of(const char *dir, int version)
{
    g_autofree char *name = g_strdup_printf("ledger-v%d.sql", version);
    g_autofree char *sql = msgr_test_data(name);

    msgr_test_sql_change(dir, sql);
}

/* The first, brought to the version of today, and with something in the tables that came since. */
void
msgr_test_sample(const char *dir)
{
    g_autofree char *alerts = msgr_test_data("ledger-alerts.sql");

    msgr_test_sample_of(dir, 1);
    msgr_ledger_close(msgr_test_ledger_open(dir));
    msgr_test_sql_change(dir, alerts);
}

MsgrSession *
msgr_test_sample_session(MsgrModel *model, int number)
{
    g_autofree char *id = g_strdup_printf("{0000000%d-0000-4000-8000-00000000000A}", number);
    MsgrSession *session = g_hash_table_lookup(model->sessions, id);

    g_assert_nonnull(session);
    return session;
}

static void
touch(gpointer record, gpointer turn)
{
    msgr_turn_touch(turn, record);
}

static void
touch_all(MsgrTurn *turn, GHashTable *records)
{
    GHashTableIter iter;
    gpointer record;

    g_hash_table_iter_init(&iter, records);
    while (g_hash_table_iter_next(&iter, NULL, &record))
        msgr_turn_touch(turn, record);
}

void
msgr_test_touch_everything(MsgrModel *model)
{
    g_autoptr(GList) users = g_hash_table_get_values(model->users);

    touch_all(model->turn, model->sessions); /* before what they refer to */
    touch_all(model->turn, model->contacts);
    for (GList *l = users; l != NULL; l = l->next) {
        g_queue_foreach(&((MsgrUser *)l->data)->alerts, touch, model->turn);
        touch_all(model->turn, ((MsgrUser *)l->data)->keys);
        touch_all(model->turn, ((MsgrUser *)l->data)->applications);
        touch_all(model->turn, ((MsgrUser *)l->data)->policies);
    }
    touch_all(model->turn, model->users);
}
