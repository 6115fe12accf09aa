/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What was committed comes back, whatever happens to the service and to its disk.
 */
#include "msgr-test-ledger.h"

#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "msgr-account.h"
#include "msgr-alert.h"
#include "msgr-contact.h"
#include "msgr-guid.h"
#include "msgr-key-ring.h"
#include "msgr-ledger-private.h"
#include "msgr-policy.h"
#include "msgr-presence.h"
#include "msgr-remote.h"
#include "msgr-user.h"

static void
add_contact(MsgrModel *model, const char *name)
{
    msgr_contact_obtain(msgr_model_user(model, 1000), MSGR_LOCAL_SERVICE, name);
}

static void
set_blocked(MsgrModel *model, gboolean blocked)
{
    MsgrUser *alice = msgr_model_user(model, 1000);

    MsgrContact *bob = msgr_contact_find(alice, MSGR_LOCAL_SERVICE, "bob");

    g_assert_true(msgr_contact_set_blocked(bob, blocked, NULL));
}

static void
assert_not_committed(MsgrLedger *ledger, MsgrModel *model, const char *reason)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(msgr_ledger_commit(ledger, model->turn, &error));
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_FAILED);
    if (strstr(error->message, reason) == NULL)
        g_assert_cmpstr(error->message, ==, reason);
}

static void
test_new(void)
{
    g_autoptr(MsgrTestDir) parent = msgr_test_dir_new();
    g_autofree char *dir = g_build_filename(parent, "state", NULL);
    guint8 secret[MSGR_SECRET_BYTES];
    MsgrLedger *ledger = msgr_test_ledger_open(dir);
    g_autoptr(MsgrModel) model = msgr_test_ledger_load(ledger);

    memcpy(secret, msgr_ledger_secret(ledger), sizeof secret);
    g_assert_false(sodium_is_zero(secret, sizeof secret));
    g_assert_cmpuint(g_hash_table_size(model->users), ==, 0);
    g_assert_cmphex(msgr_test_mode(parent, "state"), ==, 0700);
    g_assert_cmphex(msgr_test_mode(dir, "msgr.db"), ==, 0600);
    g_assert_cmphex(msgr_test_mode(dir, "msgr.db-wal"), ==, 0600);
    g_assert_cmphex(msgr_test_mode(dir, "lock"), ==, 0600);
    msgr_ledger_close(ledger);
    msgr_test_sql_assert(dir, "PRAGMA application_id", "1299408754");
    msgr_test_sql_assert(dir, "PRAGMA user_version", G_STRINGIFY(MSGR_TEST_VERSION));
    msgr_test_sql_assert(dir, "PRAGMA journal_mode", "wal");
    ledger = msgr_test_ledger_open(dir);
    g_assert_cmpmem(msgr_ledger_secret(ledger), MSGR_SECRET_BYTES, secret, sizeof secret);
    msgr_ledger_close(ledger);
    msgr_test_dir_free(g_steal_pointer(&dir));
}

/* Everything is written anew elsewhere. */
static void
test_round_trip(void)
{
    g_autoptr(MsgrTestDir) from = msgr_test_dir_new();
    g_autoptr(MsgrTestDir) to = msgr_test_dir_new();
    g_autoptr(MsgrLedger) old = NULL;
    g_autoptr(MsgrLedger) fresh = msgr_test_ledger_open(to);
    g_autoptr(MsgrModel) model = NULL;

    msgr_test_sample(from);
    old = msgr_test_ledger_open(from);
    model = msgr_test_ledger_load(old);
    msgr_test_touch_everything(model);
    msgr_test_ledger_commit(fresh, model);
    g_clear_pointer(&fresh, msgr_ledger_close);
    msgr_test_ledger_kept(to, model);
}

static void
change_user(MsgrUser *user)
{
    MsgrUserData *data = &user->data;

    msgr_user_set_names(user, "alicia", "A. L.");
    msgr_user_set_friendly_name(user, "");
    data->seen = FALSE;
    data->signed_in = FALSE;
    data->status = MSGR_STATUS_BUSY;
    data->shown = TRUE;
    msgr_string_set(&data->shares[0].app_id, NULL);
    data->shares[0].until = 0;
    msgr_string_set(&data->shares[1].app_id, "org.example.New");
    data->shares[1].until++;
}

static void
change_policy(MsgrPolicy *policy)
{
    policy->audiences[MSGR_POLICY_ACCEPT_FROM] = MSGR_AUDIENCE_UNSAID;
    policy->audiences[MSGR_POLICY_STATUS_TO] = MSGR_AUDIENCE_EVERYONE;
}

static void
change_side(MsgrSideData *data, const char *app_id)
{
    msgr_string_set(&data->creator_app, app_id);
    msgr_string_set(&data->creator_client, ":1.99");
    data->detached = !data->detached;
    g_strfreev(data->app_ids);
    data->app_ids = g_strsplit("a b c", " ", -1);
    msgr_string_set(&data->local_address, "::1");
    msgr_string_set(&data->context_data, "'; DROP TABLE session; --");
    data->sent = 4;
    msgr_string_set(&data->attached_app, app_id);
    data->result = G_MAXUINT32;
    data->handled = !data->handled;
}

static void
change_session(MsgrSession *session)
{
    MsgrSessionData *data = &session->data;

    data->state = MSGR_STATE_TERMINATED;
    msgr_string_set(&data->app, "{FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF}");
    msgr_string_set(&data->app_name, "Another");
    msgr_string_set(&data->app_url, "http://example.net");
    msgr_string_set(&data->app_data, "");
    data->expires_at = 1;
    data->extended = !data->extended;
    data->was_connected = !data->was_connected;
    data->ended_at = msgr_test_wall;
    change_side(&data->sides[0], "org.example.One");
    change_side(&data->sides[1], "org.example.Two");
}

/* The others' texts do not change; what is over is not kept. */
static void
change_alerts(MsgrUser *user)
{
    MsgrAlert *first = g_queue_peek_head(&user->alerts);
    MsgrAlert *second = g_queue_peek_tail(&user->alerts);

    first->data.delivered = TRUE;
    msgr_alert_set_state(first, MSGR_ALERT_SHOWN, MSGR_NEVER);
    msgr_alert_set_state(second, MSGR_ALERT_OFFERED, MSGR_NEVER);
    second->data.delivered = TRUE;
}

static void
test_change(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL;
    MsgrContact *contact;

    msgr_test_sample(dir);
    ledger = msgr_test_ledger_open(dir);
    model = msgr_test_ledger_load(ledger);
    msgr_test_touch_everything(model);
    change_user(msgr_model_user(model, 1000));
    change_alerts(msgr_model_user(model, 1000));
    for (int i = 1; i <= 6; i++)
        change_session(msgr_test_sample_session(model, i));
    change_policy(g_hash_table_lookup(msgr_model_user(model, 1000)->policies, "local"));
    contact = msgr_contact_find(msgr_model_user(model, 1000), "xmpp", "dörte@example.org/home");
    g_assert_true(msgr_contact_add_to_list(contact, NULL));
    contact->blocked = FALSE;
    msgr_test_ledger_commit(ledger, model);
    g_clear_pointer(&ledger, msgr_ledger_close);
    msgr_test_ledger_kept(dir, model);
}

static void
add_key(MsgrModel *model, const char *id, const char *secret)
{
    g_autofree char *json =
        g_strdup_printf("{\"id\": \"%s\", \"algorithm\": \"hmac-sha256\", \"key\": \"%s\","
                        " \"environment\": \"test\", \"capabilities\": [\"share\"]}",
                        id, secret);
    g_autoptr(GError) error = NULL;

    msgr_key_ring_add(msgr_model_user(model, 1000), json, &error);
    g_assert_no_error(error);
}

/* A key that is removed, or replaced, is nowhere any more, not even where SQLite leaves what is
 * deleted. */
static void
test_forget_key(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL;

    msgr_test_sample(dir);
    ledger = msgr_test_ledger_open(dir);
    model = msgr_test_ledger_load(ledger);
    add_key(model, "org.example.New", "the second secret");
    msgr_test_ledger_commit(ledger, model);
    g_assert_true(msgr_test_is_in_files(dir, "between you and me"));
    g_assert_true(msgr_test_is_in_files(dir, "the second secret"));
    add_key(model, "org.example.Script", "the third secret");
    msgr_test_ledger_commit(ledger, model);
    g_assert_false(msgr_test_is_in_files(dir, "between you and me"));
    g_assert_true(msgr_test_is_in_files(dir, "the third secret"));
    g_assert_true(msgr_key_ring_remove(msgr_model_user(model, 1000), "org.example.New", NULL));
    msgr_test_ledger_commit(ledger, model);
    g_assert_false(msgr_test_is_in_files(dir, "the second secret"));
    g_clear_pointer(&ledger, msgr_ledger_close);
    msgr_test_ledger_kept(dir, model);
}

static gpointer
only_one_of(GHashTable *records)
{
    g_autoptr(GList) list = g_hash_table_get_values(records);

    g_assert_cmpuint(g_list_length(list), ==, 1);
    return list->data;
}

static void
test_delete(void)
{
    static const char count[] =
        "SELECT (SELECT count(*) FROM user) || (SELECT count(*) FROM user_key)"
        " || (SELECT count(*) FROM application) || (SELECT count(*) FROM policy)"
        " || (SELECT count(*) FROM contact) || (SELECT count(*) FROM alert)"
        " || (SELECT count(*) FROM session)"
        " || (SELECT count(*) FROM side)";
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL;
    MsgrUser *alice, *bob, *carol;

    msgr_test_sample(dir);
    ledger = msgr_test_ledger_open(dir);
    model = msgr_test_ledger_load(ledger);
    alice = msgr_model_user(model, 1000);
    bob = msgr_model_user(model, 1001);
    carol = msgr_model_user(model, 3000000000u);
    msgr_test_sql_assert(dir, count, "322243612");
    msgr_turn_remove(model->turn, msgr_contact_find(alice, MSGR_LOCAL_SERVICE, "echo"));
    msgr_turn_remove(model->turn, msgr_test_sample_session(model, 3));
    msgr_turn_remove(model->turn, only_one_of(carol->policies));
    msgr_turn_remove(model->turn, carol);
    msgr_test_ledger_commit(ledger, model);
    msgr_test_sql_assert(dir, count, "222133510");
    msgr_turn_remove(model->turn, only_one_of(bob->applications));
    msgr_turn_remove(model->turn, only_one_of(bob->keys));
    msgr_turn_remove(model->turn, g_queue_peek_head(&bob->alerts));
    msgr_test_ledger_commit(ledger, model);
    msgr_test_sql_assert(dir, count, "211132510");
    g_clear_pointer(&ledger, msgr_ledger_close);
    msgr_test_ledger_kept(dir, model);
}

static void
add_network_session(MsgrAccount *account, MsgrContact *contact, MsgrRole own, MsgrState state)
{
    MsgrModel *model = account->user->model;
    g_autofree char *id = msgr_guid_new();
    g_autofree char *hex_id = msgr_hex_id_new();
    MsgrSession *session =
        msgr_session_new(model, id, "{00000009-0000-4000-8000-00000000000B}", msgr_test_wall);
    MsgrSideData *data = &session->data.sides[own];

    msgr_string_set(&session->data.app, "{00000009-0000-4000-8000-00000000000C}");
    msgr_string_set(&session->data.app_name, "Chess");
    msgr_string_set(&session->data.app_url, "https://example.org/");
    msgr_session_set_side(session, own, account->user, hex_id);
    data->contact = msgr_record_ref(contact);
    if (own == MSGR_INVITER)
        msgr_string_set(&data->creator_app, "org.example.Chess");
    session->data.state = state;
    session->data.expires_at = state == MSGR_STATE_INVITATION ? msgr_test_wall : 0;
    session->data.ended_at = msgr_state_is_live(state) ? 0 : msgr_test_wall;
    session->data.remote_attached = state == MSGR_STATE_ACCEPTED;
    msgr_turn_add(model->turn, session);
    msgr_remote_begin(session, account);
    msgr_remote_owe(session, MSGR_SEND_ACCEPT, "with \\ and \"quotes\" and 'more' ♞\n");
    msgr_remote_owe_data(session, "data", TRUE);
    msgr_record_unref(session);
}

/* Services beyond this machine, their contacts, and what other machines are owed. */
static void
test_network(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = msgr_test_ledger_open(dir);
    g_autoptr(MsgrModel) model = msgr_test_ledger_load(ledger);
    g_autoptr(MsgrUser) alice = msgr_user_new(model, 1000, "alice", "");
    g_autoptr(MsgrAccount) account = msgr_account_new(alice, "net:alice@net", "Nét", "Alice@net");
    MsgrContact *bob;

    msgr_turn_add(model->turn, alice);
    msgr_turn_add(model->turn, account);
    msgr_string_set(&account->data.friendly_name, "Älice");
    account->data.status = MSGR_STATUS_BUSY;
    account->data.is_wanted = FALSE;
    bob = msgr_contact_obtain(alice, account->id, "bob@net");
    msgr_string_set(&bob->network.friendly_name, "Bob");
    bob->network.owed = MSGR_OWED_BLOCK | MSGR_OWED_REFUSAL;
    bob->network.requested_at = msgr_test_wall;
    msgr_string_set(&bob->network.request_name, "");
    msgr_string_set(&bob->network.request_text, "let\nme");
    add_network_session(account, bob, MSGR_INVITER, MSGR_STATE_INVITATION);
    msgr_test_ledger_commit(ledger, model);
    add_network_session(account, msgr_contact_obtain(alice, account->id, "carol@net"), MSGR_INVITEE,
                        MSGR_STATE_ACCEPTED);
    msgr_test_ledger_commit(ledger, model);
    g_clear_pointer(&ledger, msgr_ledger_close);
    msgr_test_ledger_kept(dir, model);
}

/* What is not to be kept is not, nor what came and went within a turn, nor what was taken back. */
static void
test_not_kept(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = msgr_test_ledger_open(dir);
    g_autoptr(MsgrModel) model = msgr_test_ledger_load(ledger);
    MsgrUser *alice = msgr_user_new(model, 1000, "alice", "");
    MsgrSession *draft = msgr_session_new(model, "{00000009-0000-4000-8000-00000000000A}",
                                          "{00000009-0000-4000-8000-00000000000B}", msgr_test_wall);

    msgr_turn_add(model->turn, alice);
    msgr_test_ledger_commit(ledger, model);
    msgr_session_set_side(draft, MSGR_INVITER, alice, "0123456789abcdef0123456789abcdef");
    msgr_turn_add(model->turn, draft);
    g_assert_false(msgr_turn_needs_writing(model->turn));
    msgr_test_ledger_commit(ledger, model);
    add_contact(model, "bob");
    msgr_turn_remove(model->turn, msgr_contact_find(alice, MSGR_LOCAL_SERVICE, "bob"));
    msgr_test_ledger_commit(ledger, model);
    add_contact(model, "carol");
    msgr_model_rollback(model);
    msgr_test_ledger_commit(ledger, model);
    msgr_turn_remove(model->turn, draft);
    msgr_test_ledger_commit(ledger, model);
    msgr_record_unref(draft);
    msgr_record_unref(alice);
    g_clear_pointer(&ledger, msgr_ledger_close);
    msgr_test_sql_assert(dir, "SELECT count(*) FROM session", "0");
    msgr_test_sql_assert(dir, "SELECT count(*) FROM contact", "0");
    msgr_test_ledger_kept(dir, model);
}

/* The service is killed in the middle of a turn: all the turns before are there. */
static void
test_killed(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL;
    int status;
    pid_t pid;

    msgr_test_sample(dir);
    pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        MsgrLedger *doomed = msgr_test_ledger_open(dir);
        MsgrModel *lost = msgr_test_ledger_load(doomed);

        for (int i = 0; i < 50; i++) {
            g_autofree char *name = g_strdup_printf("user%d", i);

            add_contact(lost, name);
            msgr_test_ledger_commit(doomed, lost);
        }
        add_contact(lost, "too late");
        kill(getpid(), SIGKILL);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    g_assert_cmpuint(msgr_test_size(dir, "msgr.db-wal"), >, 0);
    ledger = msgr_test_ledger_open(dir);
    model = msgr_test_ledger_load(ledger);
    g_assert_cmpuint(g_hash_table_size(msgr_model_user(model, 1000)->contacts), ==, 3 + 50);
    g_assert_null(msgr_contact_find(msgr_model_user(model, 1000), MSGR_LOCAL_SERVICE, "too late"));
}

/* The disk fails at each place where it can. Nothing has happened then, and nothing is lost when it
 * works again. */
static void
test_write_fails(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL;
    g_autofree char *before = NULL, *after = NULL;
    gsize first;
    guint failures = 0;

    msgr_test_sample(dir);
    ledger = msgr_test_ledger_open(dir);
    model = msgr_test_ledger_load(ledger);
    msgr_presence_resume(model);
    set_blocked(model, TRUE);
    msgr_test_ledger_commit(ledger, model);
    before = msgr_test_ledger_text(model);
    first = msgr_test_size(dir, "msgr.db-wal");
    for (gsize size = first - 4096;; size += 1500, failures++) {
        g_autoptr(GError) error = NULL;
        gboolean done;

        msgr_test_touch_everything(model);
        change_session(msgr_test_sample_session(model, 2));
        set_blocked(model, FALSE);
        msgr_test_limit_files(size);
        done = msgr_ledger_commit(ledger, model->turn, &error);
        msgr_test_limit_files(RLIM_INFINITY);
        if (done)
            break;
        g_assert_error(error, MSGR_ERROR, MSGR_ERROR_FAILED);
        g_assert_cmpstr(error->message, ==, "The change can't be kept: disk I/O error");
        msgr_model_rollback(model);
        g_clear_pointer(&after, g_free);
        after = msgr_test_ledger_text(model);
        g_assert_cmpstr(after, ==, before);
        msgr_test_sql_assert(dir, "SELECT blocked FROM contact WHERE uid = 1000 AND name = 'bob'",
                             "1");
    }
    msgr_turn_commit(model->turn);
    g_assert_cmpuint(failures, >, 3);
    g_clear_pointer(&ledger, msgr_ledger_close);
    msgr_test_ledger_kept(dir, model);
}

static void
test_full(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL;
    const int many = 500;

    msgr_test_sample(dir);
    ledger = msgr_test_ledger_open(dir);
    model = msgr_test_ledger_load(ledger);
    msgr_test_sql_run(ledger->db, "PRAGMA max_page_count = 1");
    for (int i = 0; i < many; i++) {
        g_autofree char *name = g_strdup_printf("somebody%d", i);

        add_contact(model, name);
    }
    assert_not_committed(ledger, model, "database or disk is full");
    msgr_test_sql_assert(dir, "SELECT count(*) FROM contact", "4");
    msgr_test_sql_run(ledger->db, "PRAGMA max_page_count = 1000000");
    msgr_test_ledger_commit(ledger, model);
    msgr_test_sql_assert(dir, "SELECT count(*) FROM contact", "504");
    g_clear_pointer(&ledger, msgr_ledger_close);
    msgr_test_ledger_kept(dir, model);
}

/* One record of many is refused: none is kept. */
static void
test_refused(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL;
    MsgrUser *alice;

    msgr_test_sample(dir);
    ledger = msgr_test_ledger_open(dir);
    model = msgr_test_ledger_load(ledger);
    alice = msgr_model_user(model, 1000);
    set_blocked(model, TRUE);
    msgr_turn_touch(model->turn, alice);
    msgr_string_set(&alice->data.real_name, NULL);
    add_contact(model, "carol");
    assert_not_committed(ledger, model, "NOT NULL constraint failed: user.real_name");
    msgr_model_rollback(model);
    msgr_test_ledger_commit(ledger, model);
    msgr_test_sql_assert(dir, "SELECT sum(blocked) || count(*) FROM contact", "24");
    msgr_turn_remove(model->turn, alice);
    assert_not_committed(ledger, model, "FOREIGN KEY constraint failed");
    msgr_model_rollback(model);
    set_blocked(model, TRUE);
    msgr_test_ledger_commit(ledger, model);
    msgr_test_sql_assert(dir, "SELECT sum(blocked) || count(*) FROM contact", "34");
    g_clear_pointer(&ledger, msgr_ledger_close);
    msgr_test_ledger_kept(dir, model);
}

/* Somebody else is writing, for longer than a backup takes. */
static void
test_busy(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL;
    sqlite3 *other;

    msgr_test_sample(dir);
    ledger = msgr_test_ledger_open(dir);
    model = msgr_test_ledger_load(ledger);
    other = msgr_test_sql_open(dir);
    msgr_test_sql_run(other, "BEGIN IMMEDIATE");
    set_blocked(model, TRUE);
    assert_not_committed(ledger, model, "database is locked");
    msgr_test_sql_run(other, "ROLLBACK");
    sqlite3_close(other);
    msgr_test_ledger_commit(ledger, model);
    msgr_test_sql_assert(dir, "SELECT blocked FROM contact WHERE uid = 1000 AND name = 'bob'", "1");
}

/* A turn that changes nothing that is kept does not need the database. */
static void
test_nothing_to_write(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = msgr_test_ledger_open(dir);
    g_autoptr(MsgrModel) model = msgr_test_ledger_load(ledger);
    MsgrUser *alice = msgr_user_new(model, 1000, "alice", "");
    sqlite3 *other = msgr_test_sql_open(dir);

    msgr_test_sql_run(other, "BEGIN IMMEDIATE");
    msgr_test_ledger_commit(ledger, model);
    msgr_turn_add(model->turn, alice);
    assert_not_committed(ledger, model, "database is locked");
    sqlite3_close(other);
    msgr_turn_rollback(model->turn);
    msgr_record_unref(alice);
}

static gsize
written_by(MsgrLedger *ledger)
{
    int pages = 0, most;

    sqlite3_db_status(ledger->db, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &most, FALSE);
    return (gsize)pages * 4096;
}

/* However much is written, and even if it was much at once. */
static void
test_log_is_bounded(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) ledger = NULL;
    g_autoptr(MsgrModel) model = NULL;
    const gsize bound = 5 * 1024 * 1024;

    msgr_test_sample(dir);
    ledger = msgr_test_ledger_open(dir);
    model = msgr_test_ledger_load(ledger);
    for (int i = 0; i < 4000; i++) {
        g_autofree char *name = g_strdup_printf("%01000d", i);

        add_contact(model, name);
    }
    msgr_test_ledger_commit(ledger, model);
    g_assert_cmpuint(msgr_test_size(dir, "msgr.db-wal"), >, bound);
    for (gsize end = written_by(ledger) + 2 * bound; written_by(ledger) < end;) {
        for (int i = 1; i <= 6; i++) {
            msgr_session_touch(msgr_test_sample_session(model, i));
            change_session(msgr_test_sample_session(model, i));
        }
        msgr_test_ledger_commit(ledger, model);
    }
    g_assert_cmpuint(msgr_test_size(dir, "msgr.db-wal"), <, bound);
}

static void
test_two(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    g_autoptr(MsgrLedger) first = msgr_test_ledger_open(dir);
    g_autoptr(MsgrModel) model = msgr_test_ledger_load(first);
    MsgrUser *alice = msgr_user_new(model, 1000, "alice", "");

    msgr_test_not_opened(dir, "another service uses");
    msgr_turn_add(model->turn, alice);
    msgr_record_unref(alice);
    msgr_test_ledger_commit(first, model);
    g_clear_pointer(&first, msgr_ledger_close);
    msgr_test_ledger_kept(dir, model);
}

static gpointer
replace(gpointer dir)
{
    return msgr_ledger_open(dir, NULL);
}

/* With --replace the next one starts while this one still is about to end. */
static void
test_replace(void)
{
    g_autoptr(MsgrTestDir) dir = msgr_test_dir_new();
    MsgrLedger *first = msgr_test_ledger_open(dir), *second;
    g_autoptr(GThread) thread = g_thread_new("replace", replace, dir);

    msgr_ledger_close(first);
    second = g_thread_join(g_steal_pointer(&thread));
    g_assert_nonnull(second);
    msgr_ledger_close(second);
}

int
main(int argc, char **argv)
{
    msgr_test_ledger_init(&argc, &argv);
    g_test_add_func("/ledger/new", test_new);
    g_test_add_func("/ledger/round-trip", test_round_trip);
    g_test_add_func("/ledger/change", test_change);
    g_test_add_func("/ledger/forget-key", test_forget_key);
    g_test_add_func("/ledger/delete", test_delete);
    g_test_add_func("/ledger/network", test_network);
    g_test_add_func("/ledger/not-kept", test_not_kept);
    g_test_add_func("/ledger/killed", test_killed);
    g_test_add_func("/ledger/write-fails", test_write_fails);
    g_test_add_func("/ledger/full", test_full);
    g_test_add_func("/ledger/refused", test_refused);
    g_test_add_func("/ledger/busy", test_busy);
    g_test_add_func("/ledger/nothing-to-write", test_nothing_to_write);
    g_test_add_func("/ledger/log-is-bounded", test_log_is_bounded);
    g_test_add_func("/ledger/two", test_two);
    g_test_add_func("/ledger/replace", test_replace);
    return g_test_run();
}
