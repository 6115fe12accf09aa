/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the ledger's database looks like, how an older one is brought up to date, and how one that
 * is no ledger is recognized.
 */
#include "msgr-ledger-schema.h"

#define APPLICATION_ID 0x4d736772 /* "Msgr", in the file's header */
#define BUSY_TIMEOUT   250        /* milliseconds: somebody may be taking a backup */

/* The n-th takes a database from version n to n + 1. What has been released is never changed. */
static const char *const migrations[] = {
    "PRAGMA application_id = 0x4d736772;"
    "CREATE TABLE meta("
    " name TEXT NOT NULL PRIMARY KEY,"
    " value BLOB NOT NULL"
    ") STRICT;"
    "CREATE TABLE user("
    " uid INTEGER NOT NULL PRIMARY KEY,"
    " name TEXT NOT NULL,"
    " real_name TEXT NOT NULL,"
    " friendly_name TEXT,"
    " seen INTEGER NOT NULL,"
    " signed_in INTEGER NOT NULL,"
    " status INTEGER NOT NULL,"
    " accept_from TEXT NOT NULL,"
    " status_to TEXT NOT NULL,"
    " manager_share TEXT,"
    " manager_share_until INTEGER NOT NULL,"
    " private_share TEXT,"
    " private_share_until INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE user_key("
    " uid INTEGER NOT NULL REFERENCES user(uid) DEFERRABLE INITIALLY DEFERRED,"
    " id TEXT NOT NULL,"
    " json TEXT NOT NULL,"
    " added_at INTEGER NOT NULL,"
    " PRIMARY KEY(uid, id)"
    ") STRICT;"
    "CREATE TABLE application("
    " uid INTEGER NOT NULL REFERENCES user(uid) DEFERRABLE INITIALLY DEFERRED,"
    " guid TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " url TEXT NOT NULL,"
    " path TEXT NOT NULL,"
    " desktop_id TEXT NOT NULL,"
    " version TEXT NOT NULL,"
    " appstream_id TEXT NOT NULL,"
    " app_ids TEXT NOT NULL,"
    " registered_by TEXT NOT NULL,"
    " registered_at INTEGER NOT NULL,"
    " PRIMARY KEY(uid, guid)"
    ") STRICT;"
    "CREATE TABLE contact("
    " uid INTEGER NOT NULL REFERENCES user(uid) DEFERRABLE INITIALLY DEFERRED,"
    " service TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " in_list INTEGER NOT NULL,"
    " blocked INTEGER NOT NULL,"
    " PRIMARY KEY(uid, service, name)"
    ") STRICT;"
    "CREATE TABLE session("
    " id TEXT NOT NULL PRIMARY KEY,"
    " created_at INTEGER NOT NULL,"
    " state INTEGER NOT NULL,"
    " app TEXT NOT NULL,"
    " app_name TEXT NOT NULL,"
    " app_url TEXT NOT NULL,"
    " app_data TEXT NOT NULL,"
    " expires_at INTEGER NOT NULL,"
    " extended INTEGER NOT NULL,"
    " was_connected INTEGER NOT NULL,"
    " ended_at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE side("
    " session TEXT NOT NULL"
    "  REFERENCES session(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,"
    " role INTEGER NOT NULL,"
    " uid INTEGER,"
    " hex_id TEXT UNIQUE,"
    " creator_app TEXT,"
    " creator_client TEXT,"
    " detached INTEGER NOT NULL,"
    " app_ids TEXT,"
    " local_address TEXT NOT NULL,"
    " context_data TEXT NOT NULL,"
    " sent INTEGER NOT NULL,"
    " attached_app TEXT,"
    " result INTEGER NOT NULL,"
    " handled INTEGER NOT NULL,"
    " contact_service TEXT,"
    " contact_name TEXT,"
    " PRIMARY KEY(session, role),"
    " FOREIGN KEY(uid, contact_service, contact_name)"
    "  REFERENCES contact(uid, service, name) DEFERRABLE INITIALLY DEFERRED"
    ") STRICT;"
    "CREATE INDEX side_contact ON side(uid, contact_service, contact_name);",

    "CREATE TABLE policy("
    " uid INTEGER NOT NULL REFERENCES user(uid) DEFERRABLE INITIALLY DEFERRED,"
    " service TEXT NOT NULL,"
    " accept_from TEXT,"
    " status_to TEXT,"
    " PRIMARY KEY(uid, service)"
    ") STRICT;"
    "INSERT INTO policy SELECT uid, 'local', accept_from, status_to FROM user"
    " WHERE accept_from <> 'everyone' OR status_to <> 'everyone';"
    "ALTER TABLE user DROP COLUMN accept_from;"
    "ALTER TABLE user DROP COLUMN status_to;"
    "ALTER TABLE user ADD COLUMN shown INTEGER NOT NULL DEFAULT 0;",

    /* AUTOINCREMENT: no ID is ever used again */
    "CREATE TABLE alert("
    " id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"
    " uid INTEGER NOT NULL REFERENCES user(uid) DEFERRABLE INITIALLY DEFERRED,"
    " site INTEGER NOT NULL,"
    " publisher TEXT NOT NULL,"
    " text TEXT NOT NULL,"
    " url TEXT NOT NULL,"
    " time INTEGER NOT NULL,"
    " expires_at INTEGER NOT NULL,"
    " delivered INTEGER NOT NULL,"
    " shown INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX alert_user ON alert(uid);",

    "ALTER TABLE session ADD COLUMN guid TEXT NOT NULL DEFAULT '';"
    "UPDATE session SET guid = id;"
    "ALTER TABLE session ADD COLUMN remote_attached INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE session ADD COLUMN owed TEXT;"
    "ALTER TABLE contact ADD COLUMN friendly_name TEXT;"
    "ALTER TABLE contact ADD COLUMN owed INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE contact ADD COLUMN requested_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE contact ADD COLUMN request_name TEXT;"
    "ALTER TABLE contact ADD COLUMN request_text TEXT;"
    "CREATE TABLE account("
    " uid INTEGER NOT NULL REFERENCES user(uid) DEFERRABLE INITIALLY DEFERRED,"
    " id TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " signin_name TEXT NOT NULL,"
    " friendly_name TEXT,"
    " status INTEGER NOT NULL,"
    " is_wanted INTEGER NOT NULL,"
    " PRIMARY KEY(uid, id)"
    ") STRICT;",
};

static const MsgrTable tables[MSGR_N_TABLES] = {
    [MSGR_TABLE_USER] = { "user",
                          1,
                          { "uid", "name", "real_name", "friendly_name", "seen", "signed_in",
                            "shown", "status", "manager_share", "manager_share_until",
                            "private_share", "private_share_until" } },
    [MSGR_TABLE_USER_KEY] = { "user_key", 2, { "uid", "id", "json", "added_at" } },
    [MSGR_TABLE_APPLICATION] = { "application",
                                 2,
                                 { "uid", "guid", "name", "url", "path", "desktop_id", "version",
                                   "appstream_id", "app_ids", "registered_by", "registered_at" } },
    [MSGR_TABLE_POLICY] = { "policy", 2, { "uid", "service", "accept_from", "status_to" } },
    [MSGR_TABLE_ACCOUNT] = { "account",
                             2,
                             { "uid", "id", "name", "signin_name", "friendly_name", "status",
                               "is_wanted" } },
    [MSGR_TABLE_CONTACT] = { "contact",
                             3,
                             { "uid", "service", "name", "in_list", "blocked", "friendly_name",
                               "owed", "requested_at", "request_name", "request_text" } },
    [MSGR_TABLE_ALERT] = { "alert",
                           1,
                           { "id", "uid", "site", "publisher", "text", "url", "time", "expires_at",
                             "delivered", "shown" } },
    [MSGR_TABLE_SESSION] = { "session",
                             1,
                             { "id", "guid", "created_at", "state", "app", "app_name", "app_url",
                               "app_data", "expires_at", "extended", "was_connected", "ended_at",
                               "remote_attached", "owed" } },
    [MSGR_TABLE_SIDE] = { "side",
                          2,
                          { "session", "role", "uid", "hex_id", "creator_app", "creator_client",
                            "detached", "app_ids", "local_address", "context_data", "sent",
                            "attached_app", "result", "handled", "contact_service",
                            "contact_name" } },
};

const MsgrTable *
msgr_table(MsgrTableId id)
{
    return &tables[id];
}

static void
append_columns(GString *sql, const MsgrTable *self, guint first, const char *prefix)
{
    for (guint i = first; self->columns[i] != NULL; i++)
        g_string_append_printf(sql, "%s%s%s", i == first ? "" : ", ", prefix, self->columns[i]);
}

static void
append_key(GString *sql, const MsgrTable *self)
{
    for (guint i = 0; i < self->n_keys; i++)
        g_string_append_printf(sql, "%s%s = ?", i == 0 ? " WHERE " : " AND ", self->columns[i]);
}

/**
 * msgr_table_upsert_sql:
 *
 * Returns: the statement that writes a row, whether there was one with its key or not; its
 * parameters are all columns.
 */
char *
msgr_table_upsert_sql(const MsgrTable *self)
{
    GString *sql = g_string_new("INSERT INTO ");

    g_string_append_printf(sql, "%s(", self->name);
    append_columns(sql, self, 0, "");
    g_string_append(sql, ") VALUES(");
    for (guint i = 0; self->columns[i] != NULL; i++)
        g_string_append(sql, i == 0 ? "?" : ", ?");
    g_string_append(sql, ") ON CONFLICT(");
    for (guint i = 0; i < self->n_keys; i++)
        g_string_append_printf(sql, "%s%s", i == 0 ? "" : ", ", self->columns[i]);
    g_string_append(sql, ") DO UPDATE SET (");
    append_columns(sql, self, self->n_keys, "");
    g_string_append(sql, ") = (");
    append_columns(sql, self, self->n_keys, "excluded.");
    return g_string_free(g_string_append_c(sql, ')'), FALSE);
}

/**
 * msgr_table_delete_sql:
 *
 * Returns: the statement that deletes a row; its parameters are the key.
 */
char *
msgr_table_delete_sql(const MsgrTable *self)
{
    GString *sql = g_string_new("DELETE FROM ");

    g_string_append(sql, self->name);
    append_key(sql, self);
    return g_string_free(sql, FALSE);
}

/**
 * msgr_table_select_sql:
 *
 * Returns: the statement that reads all rows: the rowid, then all columns.
 */
char *
msgr_table_select_sql(const MsgrTable *self)
{
    GString *sql = g_string_new("SELECT rowid, ");

    append_columns(sql, self, 0, "");
    g_string_append_printf(sql, " FROM %s", self->name);
    return g_string_free(sql, FALSE);
}

/**
 * msgr_table_select_one_sql:
 *
 * Returns: the same for the one row of a key, which is the parameters.
 */
char *
msgr_table_select_one_sql(const MsgrTable *self)
{
    g_autofree char *all = msgr_table_select_sql(self);
    GString *sql = g_string_new(all);

    append_key(sql, self);
    return g_string_free(sql, FALSE);
}

/**
 * msgr_schema_verdict:
 * @result: what SQLite returned, not SQLITE_OK
 * @why: (out): SQLite's own words
 *
 * Returns: whose fault that is: of the file, or of the system.
 */
MsgrVerdict
msgr_schema_verdict(sqlite3 *db, int result, char **why)
{
    *why = g_strdup(sqlite3_errmsg(db));
    switch (result & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* it has not the tables that it should */
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_SCHEMA:
        return MSGR_VERDICT_DAMAGED;
    default:
        return MSGR_VERDICT_FAILED;
    }
}

static MsgrVerdict
execute(sqlite3 *db, const char *sql, char **why)
{
    int result = sqlite3_exec(db, sql, NULL, NULL, NULL);

    return result == SQLITE_OK ? MSGR_VERDICT_FINE : msgr_schema_verdict(db, result, why);
}

static MsgrVerdict
read_number(sqlite3 *db, const char *sql, gint64 *number, char **why)
{
    sqlite3_stmt *stmt = NULL;
    int result = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

    if (result == SQLITE_OK)
        result = sqlite3_step(stmt);
    if (result == SQLITE_ROW)
        *number = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return result == SQLITE_ROW ? MSGR_VERDICT_FINE : msgr_schema_verdict(db, result, why);
}

/* Nothing in a file that somebody may have made is run, and nothing in it is changed until it is
 * known. */
static void
be_careful(sqlite3 *db)
{
    sqlite3_busy_timeout(db, BUSY_TIMEOUT);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_exec(db, "PRAGMA cell_size_check = ON", NULL, NULL, NULL);
}

static MsgrVerdict
damaged(char **why, const char *what)
{
    *why = g_strdup(what);
    return MSGR_VERDICT_DAMAGED;
}

/* Whose database it is, and of which version; 0 is an empty one. */
static MsgrVerdict
identify(sqlite3 *db, gint64 *version, char **why)
{
    gint64 id = 0, objects = 0;
    MsgrVerdict verdict = read_number(db, "PRAGMA application_id", &id, why);

    if (verdict == MSGR_VERDICT_FINE)
        verdict = read_number(db, "PRAGMA user_version", version, why);
    if (verdict == MSGR_VERDICT_FINE)
        verdict = read_number(db, "SELECT count(*) FROM sqlite_schema", &objects, why);
    if (verdict != MSGR_VERDICT_FINE)
        return verdict;
    if (objects == 0 && id == 0 && *version == 0)
        return MSGR_VERDICT_FINE;
    if (id != APPLICATION_ID)
        return damaged(why, "it is another application's database");
    if (*version > (gint64)G_N_ELEMENTS(migrations)) {
        *why = g_strdup_printf("its version is %" G_GINT64_FORMAT ", known here is %u", *version,
                               (guint)G_N_ELEMENTS(migrations));
        return MSGR_VERDICT_FUTURE;
    }
    return *version >= 1 ? MSGR_VERDICT_FINE : damaged(why, "it has no version");
}

static MsgrVerdict
check(sqlite3 *db, char **why)
{
    sqlite3_stmt *stmt = NULL;
    MsgrVerdict verdict = MSGR_VERDICT_FINE;
    int result = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &stmt, NULL);

    if (result == SQLITE_OK)
        result = sqlite3_step(stmt);
    if (result != SQLITE_ROW)
        verdict = msgr_schema_verdict(db, result, why);
    else if (g_strcmp0((const char *)sqlite3_column_text(stmt, 0), "ok") != 0)
        verdict = damaged(why, (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return verdict;
}

static MsgrVerdict
migrate(sqlite3 *db, guint version, char **why)
{
    g_autofree char *sql = g_strdup_printf("BEGIN IMMEDIATE; %s PRAGMA user_version = %u; COMMIT",
                                           migrations[version], version + 1);
    MsgrVerdict verdict = execute(db, sql, why);

    if (verdict != MSGR_VERDICT_FINE && !sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    else if (version > 0)
        g_info("the database has been brought to version %u", version + 1);
    return verdict;
}

/**
 * msgr_schema_open:
 * @db: just opened
 * @why: (out): what is wrong, unless all is fine
 *
 * Checks the database, sets it up for durable writing, and brings an empty or older one up to date.
 */
MsgrVerdict
msgr_schema_open(sqlite3 *db, char **why)
{
    gint64 version = 0;
    MsgrVerdict verdict;

    be_careful(db);
    verdict = identify(db, &version, why);
    if (verdict == MSGR_VERDICT_FINE)
        verdict = check(db, why);
    if (verdict == MSGR_VERDICT_FINE)
        verdict = execute(db,
                          "PRAGMA temp_store = MEMORY;"
                          "PRAGMA secure_delete = ON;"
                          "PRAGMA synchronous = FULL;"
                          "PRAGMA journal_mode = WAL;"
                          "PRAGMA journal_size_limit = 4194304;"
                          "PRAGMA foreign_keys = ON",
                          why);
    for (; verdict == MSGR_VERDICT_FINE && version < (gint64)G_N_ELEMENTS(migrations); version++)
        verdict = migrate(db, (guint)version, why);
    if (verdict == MSGR_VERDICT_FINE)
        sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return verdict;
}
