/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keys: which count for whom, and what becomes of clients when that changes.
 */
#include "msgr-test-model.h"

#include <string.h>

#define SM   MSGR_OBJECT_SESSION_MANAGER
#define PRIV MSGR_OBJECT_PRIVATE
#define KEY  "org.example.Key"

#define LOCKED_AGAIN "alice.OnLockStatusChanged(INITIALIZED)\n"

/* A key, and why it opens an object, or doesn't. */
typedef struct {
    const char *name;
    const char *algorithm; /* NULL: there is no such key */
    const char *more;
    MsgrLockable object;
    const char *reason; /* NULL: it opens */
} Row;

static const Row rows[] = {
    { "hmac", "hmac-sha256", "'capabilities': ['sessions']", SM, NULL },
    { "ed25519", "ed25519", "'capabilities': ['sessions']", SM, NULL },
    { "private", "ed25519", "'capabilities': ['private']", PRIV, NULL },
    { "for-her", "ed25519", "'capabilities': ['sessions'], 'users': ['bob', 'alice']", SM, NULL },
    { "valid-long", "ed25519", "'capabilities': ['sessions'], 'not-after': '2099-01-31T00:00:00Z'",
      SM, NULL },
    { "not-revoked", "hmac-sha256", "'capabilities': ['sessions'], 'revoked': false", SM, NULL },
    { "of-production", "hmac-sha256", "'capabilities': ['sessions'], 'environment': 'production'",
      SM, NULL },
    { "unknown", NULL, NULL, SM, "unknown application ID" },
    { "md5", "md5", "'capabilities': ['sessions']", SM, "md5 is not allowed here" },
    { "revoked", "hmac-sha256", "'capabilities': ['sessions'], 'revoked': true", SM,
      "the key is revoked" },
    { "revoked-ed25519", "ed25519", "'capabilities': ['sessions'], 'revoked': true", SM,
      "the key is revoked" },
    { "expired", "hmac-sha256", "'capabilities': ['sessions'], 'not-after': '2020-01-31T00:00:00Z'",
      SM, "the key is expired" },
    { "of-test", "hmac-sha256", "'capabilities': ['sessions'], 'environment': 'test'", SM,
      "the key is for another environment" },
    { "for-another", "ed25519", "'capabilities': ['sessions'], 'users': ['bob']", SM,
      "the key is not for this user" },
    { "for-nobody", "hmac-sha256", "'capabilities': ['sessions'], 'users': []", SM,
      "the key is not for this user" },
    { "not-for-sessions", "hmac-sha256", "'capabilities': ['private', 'messenger']", SM,
      "the key has not the capability for this object" },
    { "not-for-private", "ed25519", "'capabilities': ['sessions', 'messenger']", PRIV,
      "the key has not the capability for this object" },
    { "for-nothing", "ed25519", "'capabilities': ['publish-alerts']", SM,
      "the key has not the capability for this object" },
};

static gboolean
respond(MsgrTestModel *t, MsgrClient *client, const Row *row, gboolean right, GError **error)
{
    g_autofree char *challenge = msgr_test_challenge(t, client, row->object, 7);
    g_autofree char *response = NULL;
    MsgrAlgorithm algorithm = MSGR_ALGORITHM_HMAC_SHA256;

    if (row->algorithm != NULL)
        g_assert_true(msgr_algorithm_from_name(row->algorithm, &algorithm));
    response = msgr_test_response(algorithm, right ? KEY : CHESS, challenge);
    return msgr_lock_send_response(client, row->object, KEY, response, 7, error);
}

/* What counts is a guess at a secret: not the stale key of an outdated application, which answers
 * rightly. */
static void
try_response(const Row *row, gboolean right)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");
    gboolean opens = right && row->reason == NULL;
    gboolean counts = row->algorithm == NULL || (!right && !g_str_equal(row->algorithm, "ed25519"));
    g_autofree char *pattern =
        g_strdup_printf("uid 1000, client alice: %s not unlocked: %s",
                        row->object == SM ? "SessionManager" : "Private",
                        row->reason == NULL ? "wrong response" : row->reason);

    if (row->algorithm != NULL)
        msgr_test_set_key(t, KEY, row->algorithm, row->more);
    if (opens) {
        msgr_test_assert_done(respond(t, client, row, right, &error));
    } else {
        msgr_test_assert_refused(respond(t, client, row, right, &error),
                                 MSGR_ERROR_API_UNLOCK_FAILED);
        msgr_test_assert_warning(pattern);
    }
    g_assert_cmpint(msgr_client_is_unlocked(client, row->object), ==, opens);
    g_assert_cmpuint(client->user->failures.next, ==, !opens && counts ? 1 : 0);
}

static void
test_row(gconstpointer data)
{
    try_response(data, TRUE);
    try_response(data, FALSE);
}

static void
test_md5_allowed(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");

    t->model->config->allow_md5 = TRUE;
    msgr_test_set_key(t, KEY, "md5", "'capabilities': ['sessions']");
    msgr_test_unlock(t, client, SM, KEY);
    g_assert_true(msgr_client_is_unlocked(client, SM));
}

static void
test_environment_test(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autoptr(MsgrConfig) config = msgr_config_new(TRUE);
    MsgrClient *client = msgr_test_locked(t, "alice");

    msgr_model_set_config(t->model, config);
    msgr_test_set_key(t, KEY, "ed25519", "'capabilities': ['sessions'], 'environment': 'test'");
    msgr_test_unlock(t, client, SM, KEY);
    msgr_test_assert_refused(msgr_test_try_unlock(t, client, PRIV, CHESS, &error),
                             MSGR_ERROR_API_UNLOCK_FAILED);
    msgr_test_assert_warning("*: the key is for another environment");
}

/* Each object is opened by its own capability, and each client has what its own key says. */
static void
test_capabilities(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_client(t, "alice", CHESS);

    g_assert_cmpuint(msgr_client_capabilities(client, SM), ==,
                     MSGR_CAPABILITY_SESSIONS | MSGR_CAPABILITY_PRIVATE);
    g_assert_cmpuint(msgr_client_capabilities(client, PRIV), ==, MSGR_CAPABILITY_NONE);
    g_assert_false(msgr_client_is_messenger(client));
    msgr_test_unlock(t, client, PRIV, PANEL);
    g_assert_cmpstr(msgr_client_app_id(client, SM), ==, CHESS);
    g_assert_cmpstr(msgr_client_app_id(client, PRIV), ==, PANEL);
    /* it is the session manager's key that makes a messenger */
    g_assert_false(msgr_client_is_messenger(client));
}

/* What happens to a key that alice's client is unlocked with. */
typedef struct {
    const char *name;
    const char *algorithm; /* NULL: its file is removed */
    const char *more;
    gboolean locks[MSGR_N_LOCKABLES];
} Change;

static const Change changes[] = {
    { "removed", NULL, NULL, { TRUE, TRUE } },
    { "revoked",
      "hmac-sha256",
      "'capabilities': ['sessions', 'private'], 'revoked': true",
      { TRUE, TRUE } },
    { "replaced", "ed25519", "'capabilities': ['sessions', 'private']", { TRUE, TRUE } },
    { "expired",
      "hmac-sha256",
      "'capabilities': ['sessions', 'private'], 'not-after': '2020-01-31T00:00:00Z'",
      { TRUE, TRUE } },
    { "for-another",
      "hmac-sha256",
      "'capabilities': ['sessions', 'private'], 'users': ['bob']",
      { TRUE, TRUE } },
    { "of-test",
      "hmac-sha256",
      "'capabilities': ['sessions', 'private'], 'environment': 'test'",
      { TRUE, TRUE } },
    { "sessions-only", "hmac-sha256", "'capabilities': ['sessions']", { FALSE, TRUE } },
    { "private-only", "hmac-sha256", "'capabilities': ['private']", { TRUE, FALSE } },
    { "more",
      "hmac-sha256",
      "'capabilities': ['sessions', 'private', 'messenger']",
      { FALSE, FALSE } },
    { "renamed",
      "hmac-sha256",
      "'name': 'Key', 'capabilities': ['sessions', 'private']",
      { FALSE, FALSE } },
    { "the-same", "hmac-sha256", "'capabilities': ['sessions', 'private']", { FALSE, FALSE } },
};

static MsgrClient *
unlocked_with_key(MsgrTestModel *t)
{
    MsgrClient *client = msgr_test_locked(t, "alice");

    msgr_test_set_key(t, KEY, "hmac-sha256", "'capabilities': ['sessions', 'private']");
    msgr_test_unlock(t, client, SM, KEY);
    msgr_test_unlock(t, client, PRIV, KEY);
    msgr_test_client(t, "alice-chess", CHESS);
    msgr_test_drop(t);
    return client;
}

static void
make_change(MsgrTestModel *t, const Change *change)
{
    if (change->algorithm == NULL)
        msgr_test_remove_key(t, KEY);
    else
        msgr_test_set_key(t, KEY, change->algorithm, change->more);
}

static void
assert_change(MsgrClient *client, const Change *change)
{
    for (int i = 0; i < MSGR_N_LOCKABLES; i++) {
        g_assert_cmpint(msgr_client_is_unlocked(client, i), ==, !change->locks[i]);
        g_assert_cmpuint(msgr_lock_status(client, i), ==,
                         change->locks[i] ? MSGR_LOCK_INITIALIZED : MSGR_LOCK_UNLOCKED);
    }
    g_assert_cmpint(msgr_client_is_messenger(client), ==, g_str_equal(change->name, "more"));
}

/* Who is unlocked with it is locked at once, or has its new rights; others are not touched. */
static void
test_change(gconstpointer data)
{
    const Change *change = data;
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = unlocked_with_key(t);
    g_autofree char *signals = g_strconcat(change->locks[SM] ? LOCKED_AGAIN : "",
                                           change->locks[PRIV] ? LOCKED_AGAIN : "", NULL);

    make_change(t, change);
    msgr_test_assert_signals(t, signals);
    assert_change(client, change);
    g_assert_cmpint(msgr_user_has_app(client->user, KEY), ==, !change->locks[SM]);
    g_assert_true(msgr_user_has_app(client->user, CHESS));
}

/* A turn that fails opens no lock that the key's change has shut. */
static void
test_change_taken_back(gconstpointer data)
{
    const Change *change = data;
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = unlocked_with_key(t);

    make_change(t, change);
    msgr_test_rollback(t);
    assert_change(client, change);
}

static void
test_expiry(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(t->wall / G_USEC_PER_SEC + 5000);
    g_autofree char *time = g_date_time_format_iso8601(when);
    g_autofree char *more =
        g_strdup_printf("'capabilities': ['sessions'], 'not-after': '%s'", time);
    MsgrClient *client;

    msgr_test_set_key(t, KEY, "ed25519", more);
    client = msgr_test_client(t, "alice", KEY);
    msgr_test_advance(t, SECONDS(5000) - 1);
    g_assert_true(msgr_client_is_unlocked(client, SM));
    msgr_test_assert_signals(t, "");
    msgr_test_advance(t, 1);
    g_assert_false(msgr_client_is_unlocked(client, SM));
    msgr_test_assert_signals(t, LOCKED_AGAIN);
    msgr_test_assert_refused(msgr_test_try_unlock(t, client, SM, KEY, &error),
                             MSGR_ERROR_API_UNLOCK_FAILED);
    msgr_test_assert_warning("*: the key is expired");
}

/* What is shared ends with its key, also if nobody is unlocked with that. */
static void
test_expiry_of_share(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(t->wall / G_USEC_PER_SEC + 50);
    g_autofree char *time = g_date_time_format_iso8601(when);
    g_autofree char *more =
        g_strdup_printf("'capabilities': ['sessions', 'share'], 'not-after': '%s'", time);
    MsgrClient *other = msgr_test_locked(t, "alice-2");

    msgr_test_own_key(t, "alice", SCRIPT, more);
    msgr_test_share(t, msgr_test_client(t, "alice", SCRIPT), SM, 600);
    msgr_test_gone(t, "alice");
    msgr_test_advance(t, SECONDS(50) - 1);
    g_assert_true(msgr_client_is_unlocked(other, SM));
    msgr_test_advance(t, 1);
    g_assert_false(msgr_client_is_unlocked(other, SM));
}

/* The wall clock may be set: it is looked at again every hour at the latest. */
static void
test_expiry_by_wall_clock(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client;

    msgr_test_set_key(t, KEY, "ed25519",
                      "'capabilities': ['sessions'], 'not-after': '2099-01-31T00:00:00Z'");
    client = msgr_test_client(t, "alice", KEY);
    msgr_test_advance(t, SECONDS(3600 * 30));
    g_assert_true(msgr_client_is_unlocked(client, SM));
    t->wall += SECONDS(3600) * 24 * 365 * 100;
    msgr_test_advance(t, SECONDS(3600));
    g_assert_false(msgr_client_is_unlocked(client, SM));
}

/* What opened it when it was allowed does so no more when it isn't. */
static void
test_configuration(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autoptr(MsgrConfig) standard = msgr_config_new(FALSE);
    g_autoptr(MsgrConfig) strict = msgr_config_new(FALSE);
    MsgrClient *old, *own;

    t->model->config->allow_md5 = TRUE;
    msgr_test_set_key(t, KEY, "md5", "'capabilities': ['sessions']");
    msgr_test_own_key(t, "bob", SCRIPT, "'capabilities': ['sessions']");
    old = msgr_test_client(t, "alice", KEY);
    own = msgr_test_client(t, "bob", SCRIPT);
    msgr_model_set_config(t->model, standard);
    msgr_test_assert_signals(t, LOCKED_AGAIN);
    g_assert_false(msgr_client_is_unlocked(old, SM));
    g_assert_true(msgr_client_is_unlocked(own, SM));
    strict->user_keys = FALSE;
    msgr_model_set_config(t->model, strict);
    msgr_test_assert_signals(t, "bob.OnLockStatusChanged(INITIALIZED)\n");
    g_assert_false(msgr_client_is_unlocked(own, SM));
}

static gboolean
add(MsgrUser *user, const char *id, const char *more, GError **error)
{
    g_autofree char *json = msgr_test_key_json(id, "hmac-sha256", more);

    return msgr_key_ring_add(user, json, error);
}

/* A user's own key counts for that user alone. */
static void
test_own(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *alice = msgr_test_user(t, "alice");
    MsgrClient *bob = msgr_test_locked(t, "bob");
    g_autofree char *before = msgr_test_snapshot(t);
    g_autofree char *after = NULL;

    msgr_test_assert_done(add(alice, SCRIPT, "'capabilities': ['sessions', 'share']", &error));
    g_assert_true(msgr_turn_needs_writing(t->model->turn));
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    g_assert_null(msgr_key_ring_find(alice, SCRIPT));
    msgr_test_assert_done(add(alice, SCRIPT, "'capabilities': ['sessions', 'share']", &error));
    msgr_test_commit(t);
    msgr_test_client(t, "alice", SCRIPT);
    msgr_test_assert_refused(msgr_test_try_unlock(t, bob, SM, SCRIPT, &error),
                             MSGR_ERROR_API_UNLOCK_FAILED);
    msgr_test_assert_warning("*: unknown application ID");
    msgr_test_restart(t, 0);
    msgr_test_client(t, "alice", SCRIPT);
}

static void
test_own_refused(void)
{
    static const char *const wrong[] = {
        "{}",
        "",
        "{\"id\": \"a\"}",
        "{\"id\": \"system\", \"algorithm\": \"md5\", \"key\": \"k\", \"capabilities\": []}",
        "{\"id\": \"org.msgr.Agent\", \"algorithm\": \"md5\", \"key\": \"k\", "
        "\"capabilities\": []}",
        "{\"id\": \"a\", \"algorithm\": \"hmac-sha256\", \"key\": \"k\", "
        "\"capabilities\": [\"publish-alerts\"]}",
    };
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *alice = msgr_test_user(t, "alice");

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        msgr_test_assert_refused(msgr_key_ring_add(alice, wrong[i], &error),
                                 MSGR_ERROR_INVALID_ARGS);
        g_assert_false(msgr_turn_needs_writing(t->model->turn));
    }
    msgr_test_assert_refused(msgr_key_ring_remove(alice, SCRIPT, &error), MSGR_ERROR_NOT_FOUND);
    msgr_test_assert_refused(msgr_key_ring_remove(alice, CHESS, &error), MSGR_ERROR_NOT_FOUND);
    t->model->config->user_keys = FALSE;
    msgr_test_assert_refused(add(alice, SCRIPT, "'capabilities': []", &error),
                             MSGR_ERROR_ACCESS_DENIED);
    msgr_test_assert_refused(msgr_key_ring_remove(alice, SCRIPT, &error), MSGR_ERROR_ACCESS_DENIED);
}

static void
test_own_quota(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *alice = msgr_test_user(t, "alice");

    for (int i = 0; i < 64; i++) {
        g_autofree char *id = g_strdup_printf("key%d", i);

        msgr_test_assert_done(add(alice, id, "'capabilities': ['sessions']", &error));
    }
    msgr_test_commit(t);
    msgr_test_assert_refused(add(alice, "one-more", "'capabilities': []", &error),
                             MSGR_ERROR_LIMITS_EXCEEDED);
    g_assert_false(msgr_turn_needs_writing(t->model->turn));
    msgr_test_assert_done(add(alice, "key7", "'capabilities': []", &error));
    msgr_test_assert_done(msgr_key_ring_remove(alice, "key7", &error));
    msgr_test_assert_done(add(alice, "one-more", "'capabilities': []", &error));
    msgr_test_assert_done(add(msgr_test_user(t, "bob"), "key0", "'capabilities': []", &error));
}

/* Replaced and removed: clients follow, unless it is taken back. */
static void
test_own_changes(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *alice = msgr_test_user(t, "alice");
    g_autofree char *before = NULL, *after = NULL;
    MsgrClient *client;

    msgr_test_own_key(t, "alice", SCRIPT, "'capabilities': ['sessions']");
    client = msgr_test_client(t, "alice", SCRIPT);
    msgr_test_own_key(t, "alice", SCRIPT, "'capabilities': ['sessions', 'messenger']");
    msgr_test_assert_signals(t, "");
    g_assert_true(msgr_client_is_messenger(client));
    g_assert_cmpuint(g_hash_table_size(alice->keys), ==, 1);
    before = msgr_test_snapshot(t);
    msgr_test_assert_done(add(alice, SCRIPT, "'capabilities': ['private']", &error));
    g_assert_false(msgr_client_is_unlocked(client, SM));
    msgr_test_assert_done(msgr_key_ring_remove(alice, SCRIPT, &error));
    g_assert_true(msgr_turn_needs_writing(t->model->turn));
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_signals(t, "");
    msgr_test_assert_done(msgr_key_ring_remove(alice, SCRIPT, &error));
    msgr_test_assert_signals(t, LOCKED_AGAIN);
}

/* An ID of keys.d wins over a user's own, whichever came first. */
static void
test_shadowed(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client;

    msgr_test_own_key(t, "alice", KEY, "'capabilities': ['sessions', 'messenger']");
    client = msgr_test_client(t, "alice", KEY);
    g_assert_true(msgr_client_is_messenger(client));
    msgr_test_set_key(t, KEY, "ed25519", "'capabilities': ['sessions']");
    msgr_test_assert_signals(t, LOCKED_AGAIN);
    msgr_test_unlock(t, client, SM, KEY);
    g_assert_false(msgr_client_is_messenger(client));
    msgr_test_drop(t);
    msgr_test_own_key(t, "alice", KEY, "'capabilities': ['sessions', 'messenger']");
    msgr_test_assert_signals(t, "");
    g_assert_false(msgr_client_is_messenger(client));
    msgr_test_remove_key(t, KEY);
    msgr_test_assert_signals(t, LOCKED_AGAIN);
}

/* Without their secrets. */
static void
test_list(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *alice = msgr_test_user(t, "alice");
    g_autoptr(GVariant) list = NULL;
    g_autofree char *text = NULL, *expected = NULL;

    msgr_test_own_key(t, "alice", SCRIPT,
                      "'name': 'Script', 'capabilities': ['sessions', 'share'], "
                      "'users': ['alice'], 'not-after': '2099-01-31T00:00:00Z'");
    msgr_test_own_key(t, "alice", CHESS, "'capabilities': [], 'revoked': true");
    msgr_test_own_key(t, "bob", "key", "'capabilities': []");
    list = g_variant_ref_sink(msgr_key_ring_list(alice, NULL));
    text = g_variant_print(list, FALSE);
    expected = g_strdup_printf(
        "[{'Id': <'org.example.Chess'>, 'Name': <''>, 'Algorithm': <'hmac-sha256'>, "
        "'Environment': <'production'>, 'Capabilities': <@as []>, 'Users': <@as []>, "
        "'NotAfter': <uint64 0>, 'Revoked': <true>, 'AddedAt': <uint64 %" G_GINT64_FORMAT ">, "
        "'Shadowed': <true>}, "
        "{'Id': <'org.example.Script'>, 'Name': <'Script'>, 'Algorithm': <'hmac-sha256'>, "
        "'Environment': <'production'>, 'Capabilities': <['sessions', 'share']>, "
        "'Users': <['alice']>, 'NotAfter': <uint64 4073500800000000>, 'Revoked': <false>, "
        "'AddedAt': <uint64 %" G_GINT64_FORMAT ">, 'Shadowed': <false>}]",
        t->wall, t->wall);
    g_assert_cmpstr(text, ==, expected);
    g_assert_null(strstr(text, "key of"));
}

/* Of several files with one ID the first counts; the capability to share is a user's own keys'
 * alone. */
static void
test_system(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autofree char *json =
        msgr_test_key_json(CHESS, "ed25519", "'capabilities': ['sessions', 'messenger']");

    g_ptr_array_add(t->keys, msgr_key_parse(json, -1, MSGR_KEY_OF_SYSTEM, NULL));
    msgr_key_ring_replace(t->model, t->keys);
    g_assert_cmpint((int)msgr_key_ring_find(msgr_test_user(t, "alice"), CHESS)->algorithm, ==,
                    (int)MSGR_ALGORITHM_HMAC_SHA256);
    msgr_test_set_key(t, KEY, "ed25519", "'capabilities': ['sessions', 'share']");
    msgr_test_assert_warning("*share*");
    msgr_test_assert_refused(msgr_lock_share(msgr_test_client(t, "alice", KEY), SM, 60, &error),
                             MSGR_ERROR_ACCESS_DENIED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/key-ring/key/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autofree char *path = g_strconcat("/key-ring/change/", changes[i].name, NULL);
        g_autofree char *back = g_strconcat("/key-ring/change-taken-back/", changes[i].name, NULL);

        g_test_add_data_func(path, &changes[i], test_change);
        g_test_add_data_func(back, &changes[i], test_change_taken_back);
    }
    g_test_add_func("/key-ring/md5-allowed", test_md5_allowed);
    g_test_add_func("/key-ring/environment-test", test_environment_test);
    g_test_add_func("/key-ring/capabilities", test_capabilities);
    g_test_add_func("/key-ring/expiry", test_expiry);
    g_test_add_func("/key-ring/expiry-of-share", test_expiry_of_share);
    g_test_add_func("/key-ring/expiry-by-wall-clock", test_expiry_by_wall_clock);
    g_test_add_func("/key-ring/configuration", test_configuration);
    g_test_add_func("/key-ring/own/counts", test_own);
    g_test_add_func("/key-ring/own/refused", test_own_refused);
    g_test_add_func("/key-ring/own/quota", test_own_quota);
    g_test_add_func("/key-ring/own/changes", test_own_changes);
    g_test_add_func("/key-ring/own/shadowed", test_shadowed);
    g_test_add_func("/key-ring/own/list", test_list);
    g_test_add_func("/key-ring/system", test_system);
    return g_test_run();
}
