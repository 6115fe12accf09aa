/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The ledger: what the model remembers, in one SQLite database. A turn is a transaction.
 */
#include "msgr-ledger-private.h"

#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "msgr-ledger-dir.h"

#define DATABASE "msgr.db"

static MsgrVerdict
prepare(MsgrLedger *self, const char *sql, sqlite3_stmt **stmt, char **why)
{
    int result = sqlite3_prepare_v3(self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);

    return result == SQLITE_OK ? MSGR_VERDICT_FINE : msgr_schema_verdict(self->db, result, why);
}

static MsgrVerdict
prepare_table(MsgrLedger *self, MsgrTableId id, char **why)
{
    g_autofree char *upsert = msgr_table_upsert_sql(msgr_table(id));
    g_autofree char *remove = msgr_table_delete_sql(msgr_table(id));
    MsgrVerdict verdict = prepare(self, upsert, &self->upsert[id], why);

    return verdict == MSGR_VERDICT_FINE ? prepare(self, remove, &self->remove[id], why) : verdict;
}

/* All that will ever be written is prepared at once: a database where that fails is not ours. */
static MsgrVerdict
prepare_all(MsgrLedger *self, char **why)
{
    MsgrVerdict verdict = prepare(self, "BEGIN IMMEDIATE", &self->begin, why);

    if (verdict == MSGR_VERDICT_FINE)
        verdict = prepare(self, "COMMIT", &self->end, why);
    if (verdict == MSGR_VERDICT_FINE)
        verdict = prepare(self, "ROLLBACK", &self->undo, why);
    for (int i = 0; i < MSGR_N_TABLES && verdict == MSGR_VERDICT_FINE; i++)
        verdict = prepare_table(self, i, why);
    return verdict;
}

static MsgrVerdict
make_secret(MsgrLedger *self, char **why)
{
    static const char sql[] = "INSERT OR REPLACE INTO meta(name, value) VALUES('secret', ?)";
    sqlite3_stmt *stmt = NULL;
    MsgrVerdict verdict = prepare(self, sql, &stmt, why);
    int result;

    if (verdict != MSGR_VERDICT_FINE)
        return verdict;
    randombytes_buf(self->secret, sizeof self->secret);
    sqlite3_bind_blob(stmt, 1, self->secret, sizeof self->secret, SQLITE_STATIC);
    result = sqlite3_step(stmt);
    if (result != SQLITE_DONE)
        verdict = msgr_schema_verdict(self->db, result, why);
    sqlite3_finalize(stmt);
    return verdict;
}

static MsgrVerdict
read_secret(MsgrLedger *self, char **why)
{
    sqlite3_stmt *stmt = NULL;
    MsgrVerdict verdict = prepare(self, "SELECT value FROM meta WHERE name = 'secret'", &stmt, why);
    int result;

    if (verdict != MSGR_VERDICT_FINE)
        return verdict;
    result = sqlite3_step(stmt);
    if (result == SQLITE_ROW && sqlite3_column_bytes(stmt, 0) == MSGR_SECRET_BYTES) {
        memcpy(self->secret, sqlite3_column_blob(stmt, 0), MSGR_SECRET_BYTES);
        sqlite3_finalize(stmt);
        return MSGR_VERDICT_FINE;
    }
    if (result == SQLITE_ROW)
        g_warning("the secret in %s is unusable: contacts get new paths", self->file);
    else if (result != SQLITE_DONE)
        verdict = msgr_schema_verdict(self->db, result, why);
    sqlite3_finalize(stmt);
    return verdict == MSGR_VERDICT_FINE ? make_secret(self, why) : verdict;
}

static MsgrVerdict
open_database(MsgrLedger *self, char **why)
{
    int result =
        sqlite3_open_v2(self->file, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    MsgrVerdict verdict;

    if (result != SQLITE_OK)
        return msgr_schema_verdict(self->db, result, why);
    sqlite3_extended_result_codes(self->db, 1);
    verdict = msgr_schema_open(self->db, why);
    if (verdict == MSGR_VERDICT_FINE)
        verdict = prepare_all(self, why);
    return verdict == MSGR_VERDICT_FINE ? read_secret(self, why) : verdict;
}

static void
close_database(MsgrLedger *self)
{
    for (int i = 0; i < MSGR_N_TABLES; i++) {
        g_clear_pointer(&self->upsert[i], sqlite3_finalize);
        g_clear_pointer(&self->remove[i], sqlite3_finalize);
    }
    g_clear_pointer(&self->begin, sqlite3_finalize);
    g_clear_pointer(&self->end, sqlite3_finalize);
    g_clear_pointer(&self->undo, sqlite3_finalize);
    g_clear_pointer(&self->db, sqlite3_close);
}

static MsgrVerdict
try_open(MsgrLedger *self, char **why, GError **error)
{
    gboolean is_headless = FALSE;
    MsgrVerdict verdict = MSGR_VERDICT_DAMAGED;

    if (!msgr_ledger_dir_prepare(self->file, &is_headless, error))
        return MSGR_VERDICT_FAILED;
    if (is_headless)
        *why = g_strdup("it is empty, but its log is not");
    else
        verdict = open_database(self, why);
    if (verdict != MSGR_VERDICT_FINE)
        close_database(self);
    if (verdict == MSGR_VERDICT_FAILED)
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_FAILED, "can't use %s: %s", self->file, *why);
    return verdict;
}

static gboolean
set_aside(MsgrLedger *self, MsgrVerdict verdict, const char *why, GError **error)
{
    const gboolean is_future = verdict == MSGR_VERDICT_FUTURE;
    g_autofree char *aside =
        msgr_ledger_dir_set_aside(self->file, is_future ? "future" : "damaged", error);

    if (aside == NULL)
        return FALSE;
    g_warning("%s %s (%s): it has been renamed to %s, and an empty one is begun", self->file,
              is_future ? "is of a later version of the service" : "is damaged", why, aside);
    return TRUE;
}

static gboolean
open_or_begin(MsgrLedger *self, GError **error)
{
    g_autofree char *why = NULL, *why_new = NULL;
    MsgrVerdict verdict = try_open(self, &why, error);

    if (verdict == MSGR_VERDICT_FINE || verdict == MSGR_VERDICT_FAILED)
        return verdict == MSGR_VERDICT_FINE;
    if (!set_aside(self, verdict, why, error))
        return FALSE;
    verdict = try_open(self, &why_new, error);
    if (verdict != MSGR_VERDICT_FINE && error != NULL && *error == NULL)
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_FAILED, "can't begin %s: %s", self->file,
                    why_new);
    return verdict == MSGR_VERDICT_FINE;
}

/**
 * msgr_ledger_open:
 * @state_dir: where the database is, or is to be; created if it is missing
 *
 * Opens the database. One that is damaged, or of a later version, is renamed, and an empty one
 * begun. Waits at most 5 seconds for another service that uses the directory to end.
 *
 * Returns: (nullable): the ledger; nobody else can use the directory until it is closed.
 *
 * Errors: MSGR_ERROR_FAILED.
 */
MsgrLedger *
msgr_ledger_open(const char *state_dir, GError **error)
{
    g_autoptr(MsgrLedger) self = g_new0(MsgrLedger, 1);

    self->file = g_build_filename(state_dir, DATABASE, NULL);
    self->lock = msgr_ledger_dir_lock(state_dir, error);
    if (self->lock < 0)
        return NULL;
    if (sodium_init() < 0) {
        g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_FAILED, "can't initialize libsodium");
        return NULL;
    }
    return open_or_begin(self, error) ? g_steal_pointer(&self) : NULL;
}

/**
 * msgr_ledger_close:
 *
 * Closes the database, and lets others use its directory.
 */
void
msgr_ledger_close(MsgrLedger *self)
{
    close_database(self);
    if (self->lock >= 0)
        close(self->lock);
    sodium_memzero(self->secret, sizeof self->secret);
    g_free(self->failure);
    g_free(self->file);
    g_free(self);
}

/**
 * msgr_ledger_secret:
 *
 * Returns: MSGR_SECRET_BYTES random bytes that are the same as long as the database is.
 */
const guint8 *
msgr_ledger_secret(MsgrLedger *self)
{
    return self->secret;
}

/*
 * Runs a statement that answers nothing, and makes it ready for the next time. The first that fails
 * is remembered: nothing of this transaction will be kept.
 */
gboolean
msgr_ledger_run(MsgrLedger *self, sqlite3_stmt *stmt)
{
    const gboolean done = sqlite3_step(stmt) == SQLITE_DONE;

    if (!done && self->failure == NULL)
        self->failure = g_strdup(sqlite3_errmsg(self->db));
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return done;
}

gboolean
msgr_ledger_begin(MsgrLedger *self)
{
    g_clear_pointer(&self->failure, g_free);
    return msgr_ledger_run(self, self->begin);
}

/* Commits what has been run since msgr_ledger_begin(), or nothing of it. */
gboolean
msgr_ledger_end(MsgrLedger *self, GError **error)
{
    if (self->failure == NULL && msgr_ledger_run(self, self->end))
        return TRUE;
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_FAILED, "The change can't be kept: %s",
                self->failure);
    if (!sqlite3_get_autocommit(self->db))
        msgr_ledger_run(self, self->undo);
    return FALSE;
}

/* The log has the rows as they were: without a key that was deleted it must not have them. */
static void
forget_keys(MsgrLedger *self)
{
    int result = sqlite3_wal_checkpoint_v2(self->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

    self->forgets_keys = result != SQLITE_OK;
    if (self->forgets_keys)
        g_debug("the log can't be emptied yet: %s", sqlite3_errmsg(self->db));
}

/**
 * msgr_ledger_commit:
 *
 * Writes what the turn changed, all of it or nothing; the turn stays as it is. When this returns,
 * it is durable.
 *
 * Errors: MSGR_ERROR_FAILED, with SQLite's reason.
 */
gboolean
msgr_ledger_commit(MsgrLedger *self, MsgrTurn *turn, GError **error)
{
    if (!msgr_turn_needs_writing(turn))
        return TRUE;
    if (msgr_ledger_begin(self))
        msgr_turn_foreach_write(turn, msgr_ledger_save, self);
    if (!msgr_ledger_end(self, error))
        return FALSE;
    if (self->forgets_keys)
        forget_keys(self);
    return TRUE;
}
