/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fills a new model with what the ledger keeps. A row that makes no sense is left out, the others
 * load.
 */
#include "msgr-ledger-load.h"

#include <glib/gstdio.h>
#include <string.h>

#include "msgr-account.h"
#include "msgr-alert.h"
#include "msgr-application.h"
#include "msgr-contact.h"
#include "msgr-key-ring.h"
#include "msgr-ledger-dir.h"
#include "msgr-policy.h"
#include "msgr-text.h"
#include "msgr-user.h"

#define MAX_NAME 1024 /* bytes, of a user's or a service's */

typedef struct {
    MsgrTableId table;
    gint64 rowid;
} Reject;

/* Makes a record of a row, not yet linked; NULL if it makes no sense. */
typedef gpointer (*LoadFunc)(MsgrLoad *self, MsgrRow *row);

gboolean
msgr_load_check_name(const char *name, GError **error)
{
    for (const char *p = name; *p != '\0'; p = g_utf8_next_char(p)) {
        if (g_unichar_iscntrl(g_utf8_get_char(p)))
            return FALSE;
    }
    return *name != '\0' && strlen(name) <= MAX_NAME;
}

/* What a client is unlocked as, or what an application belongs to: it may be one of the reserved
 * IDs, too. */
gboolean
msgr_load_check_owner(const char *id, GError **error)
{
    return g_str_equal(id, MSGR_AGENT_APP_ID) || g_str_equal(id, MSGR_SYSTEM_APP_ID) ||
           msgr_check_app_id(id, NULL);
}

static gboolean
check_audience(const char *audience, GError **error)
{
    return msgr_audience_parse(audience) != MSGR_AUDIENCE_UNSAID;
}

/* The record that was made of a row, unless the row turned out to make no sense. */
gpointer
msgr_load_finish(MsgrRow *row, gpointer record)
{
    if (row->sane)
        return record;
    msgr_record_unref(record);
    return NULL;
}

MsgrUser *
msgr_load_get_user(MsgrLoad *self, MsgrRow *row)
{
    MsgrUser *user = msgr_model_user(self->model, (guint32)msgr_row_get_int(row, 0, G_MAXUINT32));

    if (user == NULL)
        msgr_row_refuse(row);
    return user;
}

/* However the wall clock was set meanwhile: it lasts no longer than it could have. */
static gint64
share_until_boot(MsgrModel *model, gint64 until)
{
    return MIN(msgr_model_boot_of(model, until),
               msgr_model_now(model) + MSGR_MAX_SHARE * (gint64)G_USEC_PER_SEC);
}

static void
get_shares(MsgrModel *model, MsgrRow *row, MsgrUserData *data)
{
    for (int i = 0; i < MSGR_N_LOCKABLES; i++) {
        msgr_string_set(&data->shares[i].app_id, msgr_row_get_text_or_null(row, msgr_check_app_id));
        data->shares[i].until = msgr_row_get_time(row);
        data->shares[i].until_boot = share_until_boot(model, data->shares[i].until);
    }
}

static gpointer
load_user(MsgrLoad *self, MsgrRow *row)
{
    guint32 uid = (guint32)msgr_row_get_int(row, 0, G_MAXUINT32 - 1);
    const char *name = msgr_row_get_text(row, msgr_load_check_name);
    const char *real_name = msgr_row_get_text(row, NULL);
    MsgrUser *user = msgr_user_new(self->model, uid, name, real_name);
    MsgrUserData *data = &user->data;

    msgr_string_set(&data->friendly_name, msgr_row_get_text_or_null(row, msgr_check_friendly_name));
    data->seen = msgr_row_get_boolean(row);
    data->signed_in = msgr_row_get_boolean(row);
    data->shown = msgr_row_get_boolean(row);
    data->status = (guint32)msgr_row_get_int(row, 0, G_MAXUINT32);
    if (!msgr_user_check_status(data->status, NULL))
        msgr_row_refuse(row);
    get_shares(self->model, row, data);
    return msgr_load_finish(row, user);
}

static gpointer
load_user_key(MsgrLoad *self, MsgrRow *row)
{
    MsgrUser *user = msgr_load_get_user(self, row);
    const char *id = msgr_row_get_text(row, NULL);
    const char *json = msgr_row_get_text(row, NULL);
    gint64 added_at = msgr_row_get_time(row);
    g_autoptr(MsgrKey) key = row->sane ? msgr_key_parse(json, -1, MSGR_KEY_OF_USER, NULL) : NULL;

    if (key == NULL || !g_str_equal(key->id, id) || g_hash_table_contains(user->keys, id))
        return NULL;
    return msgr_user_key_new(user, key, json, added_at);
}

static MsgrAppEntry *
get_entry(MsgrRow *row)
{
    const char *text[7];
    g_auto(GStrv) app_ids = NULL;
    const char *registered_by;
    MsgrAppEntry *entry;

    for (gsize i = 0; i < G_N_ELEMENTS(text); i++)
        text[i] = msgr_row_get_text(row, NULL);
    app_ids = msgr_row_get_list(row, msgr_load_check_owner);
    registered_by = msgr_row_get_text(row, msgr_load_check_owner);
    entry = msgr_app_entry_new(text[0], text[1], text[2], text[3], text[4], text[5], registered_by,
                               msgr_row_get_time(row));
    g_free(entry->appstream_id);
    entry->appstream_id = g_strdup(text[6]);
    if (app_ids != NULL) {
        g_strfreev(entry->app_ids);
        entry->app_ids = g_steal_pointer(&app_ids);
    }
    return entry;
}

static gpointer
load_application(MsgrLoad *self, MsgrRow *row)
{
    MsgrUser *user = msgr_load_get_user(self, row);
    g_autoptr(MsgrAppEntry) entry = get_entry(row);

    if (!row->sane || !msgr_app_entry_check(entry, NULL) ||
        g_hash_table_contains(user->applications, entry->guid))
        return NULL;
    return msgr_application_new(user, entry);
}

static gpointer
load_policy(MsgrLoad *self, MsgrRow *row)
{
    MsgrUser *user = msgr_load_get_user(self, row);
    const char *service = msgr_row_get_text(row, msgr_load_check_name);
    MsgrPolicy *policy;

    if (!row->sane || g_hash_table_contains(user->policies, service))
        return NULL;
    policy = msgr_policy_new(user, service);
    for (int i = 0; i < MSGR_N_POLICY_KEYS; i++) {
        const char *audience = msgr_row_get_text_or_null(row, check_audience);

        policy->audiences[i] =
            audience == NULL ? MSGR_AUDIENCE_UNSAID : msgr_audience_parse(audience);
    }
    return msgr_load_finish(row, policy);
}

static gboolean
check_service_id(const char *id, GError **error)
{
    return msgr_account_check_id(id, NULL);
}

static gpointer
load_account(MsgrLoad *self, MsgrRow *row)
{
    MsgrUser *user = msgr_load_get_user(self, row);
    const char *id = msgr_row_get_text(row, check_service_id);
    const char *name = msgr_row_get_text(row, msgr_check_app_name);
    const char *signin_name = msgr_row_get_text(row, msgr_load_check_name);
    const char *friendly_name = msgr_row_get_text_or_null(row, msgr_check_friendly_name);
    guint32 status = (guint32)msgr_row_get_int(row, 0, G_MAXUINT32);
    gboolean is_wanted = msgr_row_get_boolean(row);
    MsgrAccount *account;

    if (!row->sane || msgr_account_find(user, id) != NULL || !msgr_user_check_status(status, NULL))
        return NULL;
    account = msgr_account_new(user, id, name, signin_name);
    msgr_string_set(&account->data.friendly_name, friendly_name);
    account->data.status = status;
    account->data.is_wanted = is_wanted;
    return account;
}

static void
get_network(MsgrRow *row, MsgrContactNetwork *network)
{
    msgr_string_set(&network->friendly_name,
                    msgr_row_get_text_or_null(row, msgr_check_friendly_name));
    network->owed = (guint)msgr_row_get_int(row, 0, MSGR_OWED_ALL - 1);
    network->requested_at = msgr_row_get_time(row);
    msgr_string_set(&network->request_name,
                    msgr_row_get_text_or_null(row, msgr_check_friendly_name));
    msgr_string_set(&network->request_text, msgr_row_get_text_or_null(row, NULL));
}

static gpointer
load_contact(MsgrLoad *self, MsgrRow *row)
{
    MsgrUser *user = msgr_load_get_user(self, row);
    const char *service = msgr_row_get_text(row, msgr_load_check_name);
    const char *name = msgr_row_get_text(row, msgr_load_check_name);
    gboolean in_list = msgr_row_get_boolean(row);
    gboolean blocked = msgr_row_get_boolean(row);
    MsgrContact *contact;

    if (!row->sane || msgr_contact_find(user, service, name) != NULL)
        return NULL;
    contact = msgr_contact_new(user, service, name);
    contact->in_list = in_list;
    contact->blocked = blocked;
    get_network(row, &contact->network);
    return msgr_load_finish(row, contact);
}

static gboolean
check_url_or_none(const char *url, GError **error)
{
    return *url == '\0' || msgr_check_url(url, error);
}

static gpointer
load_alert(MsgrLoad *self, MsgrRow *row)
{
    gint64 id = msgr_row_get_int(row, 1, MSGR_LATEST_TIME);
    MsgrUser *user = msgr_load_get_user(self, row);
    MsgrAlertText text = { .site = (gint32)msgr_row_get_int(row, G_MININT32, G_MAXINT32) };
    gint64 time;
    gboolean delivered, shown;
    MsgrAlert *alert;

    text.publisher = msgr_row_get_text(row, msgr_load_check_name);
    text.text = msgr_row_get_text(row, msgr_check_alert);
    text.url = msgr_row_get_text(row, check_url_or_none);
    time = msgr_row_get_time(row);
    text.expires_at = msgr_row_get_time(row);
    delivered = msgr_row_get_boolean(row);
    shown = msgr_row_get_boolean(row);
    if (!row->sane)
        return NULL;
    alert = msgr_alert_new(user, id, &text, time);
    msgr_alert_restart(alert, delivered, shown);
    self->model->last_alert = MAX(self->model->last_alert, id);
    return alert;
}

/* Whose row it is: a uid or a GUID, in letters that a log can take. */
static char *
owner_of(sqlite3_stmt *stmt)
{
    const char *text = (const char *)sqlite3_column_text(stmt, 1);
    char *owner = g_strndup(text == NULL ? "" : text, 38);

    return g_strcanon(owner, "{-}0123456789ABCDEFabcdef", '?');
}

static void
reject(MsgrLoad *self, MsgrTableId table, sqlite3_stmt *stmt)
{
    const Reject row = { table, sqlite3_column_int64(stmt, 0) };
    g_autofree char *owner = owner_of(stmt);

    g_warning("%s: table %s, row %" G_GINT64_FORMAT " of %s makes no sense, it is left out",
              self->ledger->file, msgr_table(table)->name, row.rowid, owner);
    g_array_append_val(self->rejects, row);
}

static void
load_row(MsgrLoad *self, MsgrTableId table, LoadFunc func, sqlite3_stmt *stmt)
{
    MsgrRow row = msgr_row_reader(stmt, 1);
    MsgrRecord *record = func(self, &row);

    if (record == NULL) {
        reject(self, table, stmt);
        return;
    }
    msgr_record_link(record);
    record->stored = TRUE;
    msgr_record_unref(record);
}

static gboolean
fail(MsgrLoad *self, GError **error)
{
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_FAILED, "can't read %s: %s", self->ledger->file,
                sqlite3_errmsg(self->ledger->db));
    return FALSE;
}

/* Goes through the rows of a SELECT; without a @func, they are rejected. */
static gboolean
load_rows(MsgrLoad *self, MsgrTableId table, LoadFunc func, const char *sql, GError **error)
{
    sqlite3_stmt *stmt = NULL;
    int result = sqlite3_prepare_v2(self->ledger->db, sql, -1, &stmt, NULL);
    gboolean done;

    if (result != SQLITE_OK)
        return fail(self, error);
    while ((result = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (func == NULL)
            reject(self, table, stmt);
        else
            load_row(self, table, func, stmt);
    }
    done = result == SQLITE_DONE || fail(self, error);
    sqlite3_finalize(stmt);
    return done;
}

/* IDs go on from the greatest that there ever was, not from the greatest that is kept; without it,
 * from the clock. */
static void
load_last_alert(MsgrLoad *self)
{
    static const char sql[] = "SELECT seq FROM sqlite_sequence WHERE name = 'alert'";
    MsgrModel *model = self->model;
    sqlite3_stmt *stmt = NULL;
    int result = sqlite3_prepare_v2(self->ledger->db, sql, -1, &stmt, NULL);

    if (result == SQLITE_OK)
        result = sqlite3_step(stmt);
    if (result == SQLITE_ROW)
        model->last_alert =
            CLAMP(sqlite3_column_int64(stmt, 0), model->last_alert, MSGR_LATEST_TIME);
    else if (result != SQLITE_DONE)
        g_warning("%s: the last alert's ID can't be read: %s", self->ledger->file,
                  sqlite3_errmsg(self->ledger->db));
    sqlite3_finalize(stmt);
}

static gboolean
load_all(MsgrLoad *self, GError **error)
{
    static const LoadFunc funcs[MSGR_TABLE_SIDE] = {
        [MSGR_TABLE_USER] = load_user,
        [MSGR_TABLE_USER_KEY] = load_user_key,
        [MSGR_TABLE_APPLICATION] = load_application,
        [MSGR_TABLE_POLICY] = load_policy,
        [MSGR_TABLE_ACCOUNT] = load_account,
        [MSGR_TABLE_CONTACT] = load_contact,
        [MSGR_TABLE_ALERT] = load_alert,
        [MSGR_TABLE_SESSION] = msgr_load_session,
    };
    static const char stray_sides[] = "SELECT rowid, session FROM side"
                                      " WHERE session NOT IN (SELECT id FROM session)"
                                      " OR role NOT IN (0, 1)";

    for (int i = 0; i < MSGR_TABLE_SIDE; i++) {
        g_autofree char *sql = msgr_table_select_sql(msgr_table(i));

        if (!load_rows(self, i, funcs[i], sql, error))
            return FALSE;
    }
    load_last_alert(self);
    return load_rows(self, MSGR_TABLE_SIDE, NULL, stray_sides, error);
}

static void
delete_reject(MsgrLoad *self, const Reject *row)
{
    g_autofree char *sql = g_strdup_printf("DELETE FROM %s WHERE rowid = %" G_GINT64_FORMAT,
                                           msgr_table(row->table)->name, row->rowid);
    MsgrLedger *ledger = self->ledger;

    if (ledger->failure == NULL && sqlite3_exec(ledger->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        ledger->failure = g_strdup(sqlite3_errmsg(ledger->db));
}

/* What this version of the service can't read, somebody may yet be able to. */
static char *
copy_database(MsgrLedger *ledger, GError **error)
{
    g_autofree char *copy = msgr_ledger_dir_new_aside(ledger->file, "rejected", error);
    char *sql;
    int result;

    if (copy == NULL)
        return NULL;
    sql = sqlite3_mprintf("VACUUM INTO %Q", copy);
    result = sqlite3_exec(ledger->db, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    if (result == SQLITE_OK)
        return g_steal_pointer(&copy);
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_FAILED, "can't copy %s: %s", ledger->file,
                sqlite3_errmsg(ledger->db));
    g_unlink(copy);
    return NULL;
}

/* Else they would come back beside what the model keeps from now on. */
static gboolean
delete_rejects(MsgrLoad *self, GError **error)
{
    msgr_ledger_begin(self->ledger);
    for (guint i = 0; i < self->rejects->len; i++)
        delete_reject(self, &g_array_index(self->rejects, Reject, i));
    return msgr_ledger_end(self->ledger, error);
}

/* If this fails, they are left out again at the next start. */
static void
settle_rejects(MsgrLoad *self)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *copy = NULL;

    if (self->rejects->len == 0)
        return;
    copy = copy_database(self->ledger, &error);
    if (copy != NULL && delete_rejects(self, &error)) {
        g_warning("%s: %u rows have been deleted, %s is a copy with them", self->ledger->file,
                  self->rejects->len, copy);
        return;
    }
    if (copy != NULL)
        g_unlink(copy);
    g_warning("%s: rows that make no sense stay: %s", self->ledger->file, error->message);
}

/**
 * msgr_ledger_load:
 * @model: a new one, made with the ledger's secret
 *
 * Enters all that the ledger keeps in the model, for msgr_model_start() to go on from there. Rows
 * that make no sense are named in the log and deleted, when the database has been copied with them.
 *
 * Errors: MSGR_ERROR_FAILED if the database can't be read.
 */
gboolean
msgr_ledger_load(MsgrLedger *self, MsgrModel *model, GError **error)
{
    g_autofree char *sql = msgr_table_select_one_sql(msgr_table(MSGR_TABLE_SIDE));
    g_autoptr(GArray) rejects = g_array_new(FALSE, FALSE, sizeof(Reject));
    MsgrLoad load = { self, model, NULL, rejects };
    gboolean done;

    if (sqlite3_prepare_v2(self->db, sql, -1, &load.sides, NULL) != SQLITE_OK)
        return fail(&load, error);
    done = load_all(&load, error);
    sqlite3_finalize(load.sides);
    if (done)
        settle_rejects(&load);
    return done;
}
