/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lock and key: every call in every state of a lock, each event in its order, failures that shut a
 * user out, and what is shared.
 */
#include "msgr-test-model.h"

#include <string.h>

#include "msgr-failures.h"

#define SM   MSGR_OBJECT_SESSION_MANAGER
#define PRIV MSGR_OBJECT_PRIVATE

#define FAILURE_WARNING "uid 1000, client alice*: SessionManager not unlocked: *"
#define REFUSAL_WARNING "uid 1000: too many wrong responses, no unlocking for %u seconds"

static void
assert_status(MsgrClient *client, MsgrLockable object, MsgrLockStatus status)
{
    g_assert_cmpuint(msgr_lock_status(client, object), ==, status);
}

/* A wrong response, which is refused and logged. */
static void
fail_once(MsgrTestModel *t, MsgrClient *client)
{
    msgr_test_assert_refused(msgr_test_guess(t, client, CHESS, &error),
                             MSGR_ERROR_API_UNLOCK_FAILED);
    msgr_test_assert_warning(FAILURE_WARNING);
    msgr_test_commit(t);
}

static void
assert_refusal_warning(guint seconds)
{
    g_autofree char *pattern = g_strdup_printf(REFUSAL_WARNING, seconds);

    msgr_test_assert_warning(pattern);
}

/* The fifth failure shuts the user out: its warning comes before that of the failure. */
static void
shut_out(MsgrTestModel *t, MsgrClient *client, guint seconds)
{
    for (int i = 0; i < 4; i++)
        fail_once(t, client);
    msgr_test_assert_refused(msgr_test_guess(t, client, CHESS, &error),
                             MSGR_ERROR_API_UNLOCK_FAILED);
    assert_refusal_warning(seconds);
    msgr_test_assert_warning(FAILURE_WARNING);
    msgr_test_commit(t);
}

/* Each state that a lock can be in, and what the calls give there. */
typedef enum {
    OUT,
    SHUT,
    ASKED,
    LATE,
    FAILED,
    OPEN,
    REFUSED,
    REFUSED_WHILE_ASKED,
    N_SITUATIONS
} Situation;

#define DONE MSGR_N_ERRORS

static const struct {
    const char *name;
    MsgrLockStatus status;
    MsgrError request;  /* RequestChallenge */
    MsgrError response; /* SendResponse, a right one where there is a challenge */
} situations[N_SITUATIONS] = {
    [OUT] = { "signed-out", MSGR_LOCK_NOTINITIALIZED, MSGR_ERROR_API_NOT_INITIALIZED,
              MSGR_ERROR_API_NOT_INITIALIZED },
    [SHUT] = { "locked", MSGR_LOCK_INITIALIZED, DONE, MSGR_ERROR_API_LOCKED },
    [ASKED] = { "asked", MSGR_LOCK_PENDINGRESULT, MSGR_ERROR_API_PENDING_UNLOCK, DONE },
    [LATE] = { "late", MSGR_LOCK_INITIALIZED, DONE, MSGR_ERROR_API_PENDING_UNLOCK },
    [FAILED] = { "failed", MSGR_LOCK_UNLOCKFAILED, DONE, MSGR_ERROR_API_LOCKED },
    [OPEN] = { "unlocked", MSGR_LOCK_UNLOCKED, MSGR_ERROR_API_ALREADY_UNLOCKED,
               MSGR_ERROR_API_LOCKED },
    [REFUSED] = { "refused", MSGR_LOCK_DISABLED, MSGR_ERROR_API_DISABLED, MSGR_ERROR_API_LOCKED },
    [REFUSED_WHILE_ASKED] = { "refused-while-asked", MSGR_LOCK_DISABLED,
                              MSGR_ERROR_API_PENDING_UNLOCK, MSGR_ERROR_API_DISABLED },
};

/* Returns: (nullable): the challenge that was asked for on the way. */
static char *
bring(MsgrTestModel *t, MsgrClient *client, Situation situation)
{
    char *challenge = NULL;

    if (situation == OUT)
        msgr_user_sign_out(client->user);
    if (situation == OPEN)
        msgr_test_unlock(t, client, SM, CHESS);
    if (situation == FAILED)
        fail_once(t, client);
    if (situation == ASKED || situation == LATE || situation == REFUSED_WHILE_ASKED)
        challenge = msgr_test_challenge(t, client, SM, 7);
    if (situation == LATE)
        msgr_test_advance(t, SECONDS(60));
    if (situation == REFUSED || situation == REFUSED_WHILE_ASKED)
        shut_out(t, msgr_test_locked(t, "alice-2"), 60);
    msgr_test_drop(t);
    assert_status(client, SM, situations[situation].status);
    return challenge;
}

static gboolean
request(MsgrClient *client, GError **error)
{
    return msgr_lock_request_challenge(client, SM, 8, error);
}

static gboolean
respond(MsgrClient *client, const char *challenge, gint32 cookie, GError **error)
{
    g_autofree char *response = msgr_test_response(MSGR_ALGORITHM_HMAC_SHA256, CHESS,
                                                   challenge == NULL ? "none" : challenge);

    return msgr_lock_send_response(client, SM, CHESS, response, cookie, error);
}

static void
try_request(Situation situation)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");
    g_autofree char *before = NULL, *after = NULL;

    g_free(bring(t, client, situation));
    before = msgr_test_snapshot(t);
    if (situations[situation].request != DONE) {
        msgr_test_assert_refused(request(client, &error), situations[situation].request);
        after = msgr_test_snapshot(t);
        g_assert_cmpstr(after, ==, before);
        msgr_test_assert_signals(t, "");
        return;
    }
    msgr_test_assert_done(request(client, &error));
    g_assert_false(msgr_turn_needs_writing(t->model->turn));
    assert_status(client, SM, MSGR_LOCK_PENDINGRESULT);
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_done(request(client, &error));
    assert_status(client, SM, MSGR_LOCK_PENDINGRESULT);
}

static void
try_response(Situation situation)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");
    g_autofree char *challenge = bring(t, client, situation);
    g_autofree char *before = msgr_test_snapshot(t);
    g_autofree char *after = NULL;

    if (situations[situation].response == DONE) {
        msgr_test_assert_done(respond(client, challenge, 7, &error));
        assert_status(client, SM, MSGR_LOCK_UNLOCKED);
        msgr_test_rollback(t);
        after = msgr_test_snapshot(t);
        g_assert_cmpstr(after, ==, before);
        msgr_test_assert_done(respond(client, challenge, 7, &error));
        assert_status(client, SM, MSGR_LOCK_UNLOCKED);
        return;
    }
    msgr_test_assert_refused(respond(client, challenge, 7, &error), situations[situation].response);
    g_assert_null(msgr_test_find_signal(t, "alice", "OnLockResult"));
    assert_status(client, SM, situations[situation].status);
}

static void
test_situation(gconstpointer data)
{
    try_request(GPOINTER_TO_INT(data));
    try_response(GPOINTER_TO_INT(data));
}

static void
test_unlocked(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");

    for (int object = 0; object < MSGR_N_LOCKABLES; object++) {
        assert_status(client, object, MSGR_LOCK_INITIALIZED);
        msgr_test_unlock(t, client, object, CHESS);
        msgr_test_assert_signals(t, "alice.OnLockEnable(true)\n"
                                    "alice.OnLockChallenge(7, challenge)\n"
                                    "alice.OnLockResult(7, true)\n"
                                    "alice.OnLockStatusChanged(UNLOCKED)\n");
        assert_status(client, object, MSGR_LOCK_UNLOCKED);
        g_assert_cmpstr(msgr_client_app_id(client, object), ==, CHESS);
    }
}

static void
test_failed(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");

    fail_once(t, client);
    msgr_test_assert_signals(t, "alice.OnLockEnable(true)\n"
                                "alice.OnLockChallenge(7, challenge)\n"
                                "alice.OnLockResult(7, false)\n"
                                "alice.OnLockStatusChanged(UNLOCKFAILED)\n");
    g_assert_false(msgr_client_is_unlocked(client, SM));
    /* the other object's lock is another lock */
    assert_status(client, PRIV, MSGR_LOCK_INITIALIZED);
    msgr_test_unlock(t, client, SM, CHESS);
    msgr_test_assert_signals(t, "alice.OnLockChallenge(7, challenge)\n"
                                "alice.OnLockResult(7, true)\n"
                                "alice.OnLockStatusChanged(UNLOCKED)\n");
}

/* Who has not called a member of Lock1 is not told of anything; who has, is told first how it is.
 */
static void
test_met(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");

    msgr_user_sign_out(client->user);
    msgr_test_assert_signals(t, "alice.OnSignout('local')\n");
    msgr_lock_met(client, SM);
    msgr_lock_met(client, SM);
    msgr_test_assert_signals(t, "alice.OnLockEnable(false)\n");
    msgr_user_sign_in(client->user, client);
    msgr_test_assert_signals(t, "alice.OnSignin(0, 'local')\n"
                                "alice.OnLockEnable(true)\n"
                                "alice.OnLockStatusChanged(INITIALIZED)\n");
    msgr_lock_met(client, PRIV);
    msgr_test_assert_signals(t, "alice.OnLockEnable(true)\n");
}

static void
test_challenge_text(void)
{
    static const char *const objects[] = { "SessionManager", "Private" };
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (int object = 0; object < MSGR_N_LOCKABLES; object++) {
        g_autofree char *pattern =
            g_strdup_printf("^msgr1:alice:%s:([A-Za-z0-9_-]{43}):%" G_GINT64_FORMAT "$",
                            objects[object], t->wall + SECONDS(60));

        for (int i = 0; i < 5; i++) {
            char *challenge = msgr_test_challenge(t, client, object, i);

            g_assert_true(g_regex_match_simple(pattern, challenge, 0, 0));
            g_assert_true(g_hash_table_add(seen, challenge));
            msgr_lock_shut(client);
        }
    }
}

static void
test_cookie(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");
    g_autofree char *challenge = msgr_test_challenge(t, client, SM, G_MININT32);

    msgr_test_drop(t);
    for (int i = 0; i < 10; i++)
        msgr_test_assert_refused(respond(client, challenge, i, &error), MSGR_ERROR_INVALID_ARGS);
    msgr_test_assert_signals(t, "");
    assert_status(client, SM, MSGR_LOCK_PENDINGRESULT);
    msgr_test_assert_done(respond(client, challenge, G_MININT32, &error));
    g_assert_nonnull(msgr_test_find_signal(t, "alice", "OnLockResult"));
}

/* A response opens what it was given for, once. */
static void
test_single_use(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");
    g_autofree char *first = msgr_test_challenge(t, client, SM, 7);
    g_autofree char *second = NULL;

    msgr_test_assert_refused(msgr_lock_send_response(client, SM, CHESS, "", 7, &error),
                             MSGR_ERROR_API_UNLOCK_FAILED);
    msgr_test_assert_warning(FAILURE_WARNING);
    msgr_test_assert_refused(respond(client, first, 7, &error), MSGR_ERROR_API_LOCKED);
    second = msgr_test_challenge(t, client, SM, 7);
    msgr_test_assert_refused(respond(client, first, 7, &error), MSGR_ERROR_API_UNLOCK_FAILED);
    msgr_test_assert_warning(FAILURE_WARNING);
    msgr_test_assert_refused(respond(client, second, 7, &error), MSGR_ERROR_API_LOCKED);
}

/* Nor does it open the other object, or somebody else's. */
static void
test_not_for_another(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");
    MsgrClient *other = msgr_test_locked(t, "bob");
    g_autofree char *challenge = msgr_test_challenge(t, client, SM, 7);
    g_autofree char *private = msgr_test_challenge(t, client, PRIV, 7);
    g_autofree char *others = msgr_test_challenge(t, other, SM, 7);
    g_autofree char *response = msgr_test_response(MSGR_ALGORITHM_HMAC_SHA256, CHESS, challenge);

    g_assert_cmpstr(private, !=, challenge);
    g_assert_cmpstr(others, !=, challenge);
    msgr_test_assert_refused(msgr_lock_send_response(client, PRIV, CHESS, response, 7, &error),
                             MSGR_ERROR_API_UNLOCK_FAILED);
    msgr_test_assert_warning("uid 1000, client alice: Private not unlocked: *");
    msgr_test_assert_refused(msgr_lock_send_response(other, SM, CHESS, response, 7, &error),
                             MSGR_ERROR_API_UNLOCK_FAILED);
    msgr_test_assert_warning("uid 1001, client bob: SessionManager not unlocked: *");
    msgr_test_assert_done(msgr_lock_send_response(client, SM, CHESS, response, 7, &error));
}

static void
test_lifetime(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");
    g_autofree char *challenge = msgr_test_challenge(t, client, SM, 7);
    g_autofree char *late = NULL;

    msgr_test_advance(t, SECONDS(60) - 1);
    assert_status(client, SM, MSGR_LOCK_PENDINGRESULT);
    msgr_test_assert_done(respond(client, challenge, 7, &error));
    msgr_lock_shut(client);
    fail_once(t, client);
    late = msgr_test_challenge(t, client, SM, 7);
    msgr_test_drop(t);
    for (int i = 0; i < 10; i++) {
        msgr_test_advance(t, SECONDS(60));
        assert_status(client, SM, MSGR_LOCK_INITIALIZED);
        msgr_test_assert_refused(respond(client, late, 7, &error), MSGR_ERROR_API_PENDING_UNLOCK);
        msgr_test_assert_signals(t, "alice.OnLockStatusChanged(INITIALIZED)\n");
        msgr_test_assert_refused(respond(client, late, 7, &error), MSGR_ERROR_API_LOCKED);
        g_clear_pointer(&late, g_free);
        late = msgr_test_challenge(t, client, SM, 7);
        msgr_test_drop(t);
    }
}

static void
test_production_tells_nothing(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");
    g_autoptr(GError) wrong = NULL, unknown = NULL;

    g_assert_false(msgr_test_guess(t, client, CHESS, &wrong));
    g_assert_false(msgr_test_guess(t, client, "org.example.Nobody", &unknown));
    g_assert_cmpstr(wrong->message, ==, unknown->message);
    msgr_test_assert_warning("*: wrong response");
    msgr_test_assert_warning("*: unknown application ID");
}

static void
test_environment_test_tells(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autoptr(MsgrConfig) config = msgr_config_new(TRUE);
    MsgrClient *client = msgr_test_locked(t, "alice");
    g_autoptr(GError) unknown = NULL;

    msgr_model_set_config(t->model, config);
    g_assert_false(msgr_test_guess(t, client, "org.example.Nobody", &unknown));
    g_assert_nonnull(strstr(unknown->message, "unknown application ID"));
    msgr_test_assert_warning("*: unknown application ID");
}

static void
test_shut_out(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");
    MsgrClient *second = msgr_test_locked(t, "alice-2");
    MsgrClient *other = msgr_test_locked(t, "bob");

    msgr_lock_met(second, PRIV);
    for (int i = 0; i < 4; i++)
        fail_once(t, client);
    msgr_test_drop(t);
    g_assert_false(msgr_test_guess(t, client, CHESS, NULL));
    assert_refusal_warning(60);
    msgr_test_assert_warning(FAILURE_WARNING);
    msgr_test_assert_signals(t, "alice.OnLockChallenge(7, challenge)\n"
                                "alice.OnLockResult(7, false)\n"
                                "alice.OnLockStatusChanged(UNLOCKFAILED)\n"
                                "alice.OnLockEnable(false)\n"
                                "alice.OnLockStatusChanged(DISABLED)\n"
                                "alice-2.OnLockEnable(false)\n"
                                "alice-2.OnLockStatusChanged(DISABLED)\n");
    msgr_test_assert_refused(msgr_lock_request_challenge(second, SM, 1, &error),
                             MSGR_ERROR_API_DISABLED);
    msgr_test_unlock(t, other, SM, CHESS);
    msgr_test_drop(t);
    msgr_test_advance(t, SECONDS(60) - 1);
    assert_status(client, PRIV, MSGR_LOCK_DISABLED);
    msgr_test_assert_signals(t, "");
    msgr_test_advance(t, 1);
    msgr_test_assert_signals(t, "alice.OnLockEnable(true)\n"
                                "alice.OnLockStatusChanged(UNLOCKFAILED)\n"
                                "alice-2.OnLockEnable(true)\n"
                                "alice-2.OnLockStatusChanged(INITIALIZED)\n");
    msgr_test_unlock(t, client, SM, CHESS);
}

/* Who is unlocked already stays so. */
static void
test_shut_out_keeps_unlocked(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_client(t, "alice", CHESS);

    shut_out(t, msgr_test_locked(t, "alice-2"), 60);
    assert_status(client, SM, MSGR_LOCK_UNLOCKED);
    assert_status(client, PRIV, MSGR_LOCK_DISABLED);
    g_assert_true(msgr_user_is_there(client->user));
}

/* Five within a minute: the first of them must be less than a minute ago. */
static void
test_failures_are_forgotten(void)
{
    for (int early = FALSE; early <= TRUE; early++) {
        g_autoptr(MsgrTestModel) t = msgr_test_model_new();
        MsgrClient *client = msgr_test_locked(t, "alice");

        for (int i = 0; i < 4; i++)
            fail_once(t, client);
        msgr_test_advance(t, SECONDS(60) - early);
        g_assert_false(msgr_test_guess(t, client, CHESS, NULL));
        if (early)
            assert_refusal_warning(60);
        msgr_test_assert_warning(FAILURE_WARNING);
        assert_status(client, SM, early ? MSGR_LOCK_DISABLED : MSGR_LOCK_UNLOCKFAILED);
    }
}

static void
test_doubling(void)
{
    static const guint seconds[] = { 60, 120, 240, 480, 960, 1920, 3600, 3600 };
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");

    for (gsize i = 0; i < G_N_ELEMENTS(seconds); i++) {
        shut_out(t, client, seconds[i]);
        g_assert_cmpint(msgr_failures_seconds_left(client->user), ==, seconds[i]);
        msgr_test_advance(t, SECONDS(seconds[i]) - 1);
        assert_status(client, SM, MSGR_LOCK_DISABLED);
        g_assert_cmpint(msgr_failures_seconds_left(client->user), ==, 1);
        msgr_test_advance(t, 1);
        assert_status(client, SM, MSGR_LOCK_UNLOCKFAILED);
    }
    msgr_test_advance(t, SECONDS(3600));
    shut_out(t, client, 3600);
    msgr_test_advance(t, SECONDS(7200) + 1);
    shut_out(t, client, 60);
}

/* A full disk gives no free guesses. */
static void
test_failures_stay_counted(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");

    for (int i = 0; i < 5; i++) {
        g_assert_false(msgr_test_guess(t, client, CHESS, NULL));
        if (i == 4)
            assert_refusal_warning(60);
        msgr_test_assert_warning(FAILURE_WARNING);
        msgr_test_rollback(t);
        msgr_lock_shut(client);
        msgr_test_drop(t);
    }
    assert_status(client, SM, MSGR_LOCK_DISABLED);
    msgr_test_advance(t, SECONDS(60));
    assert_status(client, SM, MSGR_LOCK_INITIALIZED);
}

static void
test_sign_out(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_client(t, "alice", CHESS);

    msgr_test_unlock(t, client, PRIV, CHESS);
    msgr_test_drop(t);
    msgr_user_sign_out(client->user);
    msgr_test_assert_signals(t, "alice.OnSignout('local')\n"
                                "alice.OnLockEnable(false)\n"
                                "alice.OnLockStatusChanged(NOTINITIALIZED)\n"
                                "alice.OnLockEnable(false)\n"
                                "alice.OnLockStatusChanged(NOTINITIALIZED)\n");
    g_assert_false(msgr_client_is_unlocked_anywhere(client));
    g_assert_false(msgr_user_is_there(client->user));
    msgr_user_sign_out(client->user);
    msgr_test_assert_signals(t, "");
    msgr_user_sign_in(client->user, client);
    msgr_test_drop(t);
    assert_status(client, SM, MSGR_LOCK_INITIALIZED);
    msgr_test_unlock(t, client, SM, CHESS);
}

static void
test_sign_out_taken_back(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_client(t, "alice", CHESS);
    g_autofree char *before = msgr_test_snapshot(t);
    g_autofree char *after = NULL;

    msgr_user_sign_out(client->user);
    g_assert_true(msgr_turn_needs_writing(t->model->turn));
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_signals(t, "");
}

static void
test_sign_in_taken_back(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_client(t, "alice", CHESS);
    g_autofree char *before = NULL, *after = NULL;

    msgr_user_sign_out(client->user);
    msgr_test_drop(t);
    before = msgr_test_snapshot(t);
    msgr_user_sign_in(client->user, client);
    g_assert_true(msgr_turn_needs_writing(t->model->turn));
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_user_sign_in(client->user, client);
    msgr_test_assert_signals(t, "alice.OnSignin(0, 'local')\n"
                                "alice.OnLockEnable(true)\n"
                                "alice.OnLockStatusChanged(INITIALIZED)\n");
}

static void
test_gone(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *user = msgr_test_client(t, "alice", CHESS)->user;

    g_assert_true(msgr_user_is_there(user));
    msgr_test_gone(t, "alice");
    g_assert_false(msgr_user_is_there(user));
    assert_status(msgr_test_locked(t, "alice"), SM, MSGR_LOCK_INITIALIZED);
}

static MsgrClient *
sharing_client(MsgrTestModel *t)
{
    msgr_test_own_key(t, "alice", SCRIPT, "'capabilities': ['sessions', 'private', 'share']");
    return msgr_test_client(t, "alice", SCRIPT);
}

static void
test_share_refused(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *script = sharing_client(t);
    MsgrClient *chess = msgr_test_client(t, "alice-2", CHESS);
    MsgrClient *locked = msgr_test_locked(t, "alice-3");
    g_autofree char *before = msgr_test_snapshot(t);
    g_autofree char *after = NULL;

    msgr_test_assert_refused(msgr_lock_share(locked, SM, 60, &error), MSGR_ERROR_API_LOCKED);
    msgr_test_assert_refused(msgr_lock_share(script, PRIV, 60, &error), MSGR_ERROR_API_LOCKED);
    msgr_test_assert_refused(msgr_lock_share(script, SM, 3601, &error), MSGR_ERROR_INVALID_ARGS);
    msgr_test_assert_refused(msgr_lock_share(chess, SM, 60, &error), MSGR_ERROR_ACCESS_DENIED);
    msgr_test_assert_refused(msgr_lock_share(chess, SM, 0, &error), MSGR_ERROR_ACCESS_DENIED);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_signals(t, "");
}

/* Every client of the user counts as unlocked on that object, whether it comes before or after. */
static void
test_share(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *script = sharing_client(t);
    MsgrClient *before = msgr_test_locked(t, "alice-2");
    MsgrClient *after, *stranger = msgr_test_locked(t, "bob");

    msgr_lock_met(before, SM);
    msgr_lock_met(before, PRIV);
    msgr_test_drop(t);
    msgr_test_share(t, script, SM, 3600);
    msgr_test_assert_signals(t, "alice-2.OnLockStatusChanged(UNLOCKED)\n");
    after = msgr_test_locked(t, "alice-3");
    g_assert_cmpstr(msgr_client_app_id(before, SM), ==, SCRIPT);
    g_assert_cmpstr(msgr_client_app_id(after, SM), ==, SCRIPT);
    g_assert_cmpint(msgr_client_capabilities(after, SM) & MSGR_CAPABILITY_SESSIONS, !=, 0);
    assert_status(after, SM, MSGR_LOCK_UNLOCKED);
    assert_status(after, PRIV, MSGR_LOCK_INITIALIZED);
    assert_status(stranger, SM, MSGR_LOCK_INITIALIZED);
    /* a share stands for a client */
    msgr_test_gone(t, "alice");
    g_assert_true(msgr_user_is_there(after->user));
    g_assert_true(msgr_user_has_app(after->user, SCRIPT));
    msgr_test_advance(t, SECONDS(3600) - 1);
    assert_status(after, SM, MSGR_LOCK_UNLOCKED);
    msgr_test_advance(t, 1);
    msgr_test_assert_signals(t, "alice-2.OnLockStatusChanged(INITIALIZED)\n");
    g_assert_false(msgr_user_is_there(after->user));
}

/* An hour must not last for ever: who has it by what is shared alone can't prolong it. */
static void
test_share_is_not_prolonged(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *script = sharing_client(t);
    MsgrClient *other = msgr_test_locked(t, "alice-2");

    msgr_test_share(t, script, SM, 600);
    msgr_test_assert_refused(msgr_lock_share(other, SM, 600, &error), MSGR_ERROR_ACCESS_DENIED);
    msgr_test_advance(t, SECONDS(599));
    msgr_test_share(t, script, SM, 600);
    msgr_test_advance(t, SECONDS(600) - 1);
    assert_status(other, SM, MSGR_LOCK_UNLOCKED);
    /* whatever the wall clock says */
    t->wall += SECONDS(1000000);
    assert_status(other, SM, MSGR_LOCK_UNLOCKED);
    msgr_test_advance(t, 1);
    assert_status(other, SM, MSGR_LOCK_INITIALIZED);
}

/* Whoever is among those that count as unlocked may end it. */
static void
test_share_ends(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *script = sharing_client(t);
    MsgrClient *other = msgr_test_locked(t, "alice-2");

    msgr_test_share(t, script, SM, 600);
    msgr_test_share(t, other, SM, 0);
    assert_status(other, SM, MSGR_LOCK_INITIALIZED);
    assert_status(script, SM, MSGR_LOCK_UNLOCKED);
    msgr_test_share(t, script, SM, 600);
    msgr_user_sign_out(script->user);
    msgr_user_sign_in(script->user, script);
    assert_status(other, SM, MSGR_LOCK_INITIALIZED);
}

static void
test_share_ends_with_key(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *script = sharing_client(t);
    MsgrClient *other = msgr_test_locked(t, "alice-2");

    msgr_lock_met(other, SM);
    msgr_test_share(t, script, SM, 600);
    msgr_test_drop(t);
    msgr_test_assert_done(msgr_key_ring_remove(script->user, SCRIPT, &error));
    msgr_test_assert_signals(t, "alice.OnLockStatusChanged(INITIALIZED)\n"
                                "alice-2.OnLockStatusChanged(INITIALIZED)\n");
}

/* A client may prove a key of its own meanwhile, which then is what it counts as. */
static void
test_share_and_own_key(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *other = msgr_test_locked(t, "alice-2");

    msgr_test_share(t, sharing_client(t), SM, 600);
    msgr_test_unlock(t, other, SM, CARDS);
    g_assert_cmpstr(msgr_client_app_id(other, SM), ==, CARDS);
    msgr_test_advance(t, SECONDS(600));
    assert_status(other, SM, MSGR_LOCK_UNLOCKED);
}

static void
test_share_taken_back(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *script = sharing_client(t);
    MsgrClient *other = msgr_test_locked(t, "alice-2");
    g_autofree char *without = NULL, *with = NULL, *again = NULL;

    msgr_lock_met(other, SM);
    msgr_test_drop(t);
    without = msgr_test_snapshot(t);
    msgr_test_assert_done(msgr_lock_share(script, SM, 600, &error));
    msgr_test_rollback(t);
    again = msgr_test_snapshot(t);
    g_assert_cmpstr(again, ==, without);
    msgr_test_share(t, script, SM, 600);
    msgr_test_drop(t);
    with = msgr_test_snapshot(t);
    msgr_test_assert_done(msgr_lock_share(script, SM, 0, &error));
    msgr_test_rollback(t);
    g_free(again);
    again = msgr_test_snapshot(t);
    g_assert_cmpstr(again, ==, with);
    /* its end is still told */
    msgr_test_advance(t, SECONDS(600));
    msgr_test_assert_signals(t, "alice-2.OnLockStatusChanged(INITIALIZED)\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (int i = 0; i < N_SITUATIONS; i++) {
        g_autofree char *path = g_strconcat("/lock/calls/", situations[i].name, NULL);

        g_test_add_data_func(path, GINT_TO_POINTER(i), test_situation);
    }
    g_test_add_func("/lock/unlocked", test_unlocked);
    g_test_add_func("/lock/failed", test_failed);
    g_test_add_func("/lock/met", test_met);
    g_test_add_func("/lock/challenge-text", test_challenge_text);
    g_test_add_func("/lock/cookie", test_cookie);
    g_test_add_func("/lock/single-use", test_single_use);
    g_test_add_func("/lock/not-for-another", test_not_for_another);
    g_test_add_func("/lock/lifetime", test_lifetime);
    g_test_add_func("/lock/production-tells-nothing", test_production_tells_nothing);
    g_test_add_func("/lock/environment-test-tells", test_environment_test_tells);
    g_test_add_func("/lock/failures/shut-out", test_shut_out);
    g_test_add_func("/lock/failures/keeps-unlocked", test_shut_out_keeps_unlocked);
    g_test_add_func("/lock/failures/forgotten", test_failures_are_forgotten);
    g_test_add_func("/lock/failures/doubling", test_doubling);
    g_test_add_func("/lock/failures/stay-counted", test_failures_stay_counted);
    g_test_add_func("/lock/sign-out", test_sign_out);
    g_test_add_func("/lock/sign-out-taken-back", test_sign_out_taken_back);
    g_test_add_func("/lock/sign-in-taken-back", test_sign_in_taken_back);
    g_test_add_func("/lock/gone", test_gone);
    g_test_add_func("/lock/share/refused", test_share_refused);
    g_test_add_func("/lock/share/counts", test_share);
    g_test_add_func("/lock/share/is-not-prolonged", test_share_is_not_prolonged);
    g_test_add_func("/lock/share/ends", test_share_ends);
    g_test_add_func("/lock/share/ends-with-key", test_share_ends_with_key);
    g_test_add_func("/lock/share/own-key", test_share_and_own_key);
    g_test_add_func("/lock/share/taken-back", test_share_taken_back);
    return g_test_run();
}
