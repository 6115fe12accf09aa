/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lock and key: a client proves by challenge and response which application it is.
 */
#include "msgr-lock.h"

#include <sodium.h>

#include "msgr-alert.h"
#include "msgr-client.h"
#include "msgr-failures.h"
#include "msgr-key-ring.h"
#include "msgr-response.h"

#define NONCE_BYTES 32
#define NONCE_CHARS 43

void
msgr_lock_clear(MsgrLock *self)
{
    g_clear_pointer(&self->key, msgr_key_unref);
    msgr_string_clear(&self->challenge);
}

void
msgr_lock_copy(MsgrLock *to, const MsgrLock *from)
{
    *to = *from;
    if (to->key != NULL)
        msgr_key_ref(to->key);
    msgr_string_ref(to->challenge);
}

const char *
msgr_lock_object_path(MsgrLockable object)
{
    return object == MSGR_OBJECT_PRIVATE ? MSGR_PRIVATE_PATH : MSGR_SESSION_MANAGER_PATH;
}

static const char *
object_name(MsgrLockable object)
{
    return object == MSGR_OBJECT_PRIVATE ? "Private" : "SessionManager";
}

static gboolean
is_outstanding(MsgrClient *client, const MsgrLock *lock)
{
    return lock->challenge != NULL && msgr_model_now(client->user->model) < lock->deadline;
}

/* Whether a challenge can be had: what OnLockEnable tells. */
static gboolean
is_enabled(MsgrUser *user)
{
    return msgr_user_is_signed_in(user) && !msgr_failures_are_refused(user);
}

/**
 * msgr_lock_status:
 *
 * Returns: the status as the client reads it now.
 */
MsgrLockStatus
msgr_lock_status(MsgrClient *client, MsgrLockable object)
{
    const MsgrLock *lock = &client->locks[object];

    if (msgr_client_is_unlocked(client, object))
        return MSGR_LOCK_UNLOCKED;
    if (!msgr_user_is_signed_in(client->user))
        return MSGR_LOCK_NOTINITIALIZED;
    if (msgr_failures_are_refused(client->user))
        return MSGR_LOCK_DISABLED;
    if (is_outstanding(client, lock))
        return MSGR_LOCK_PENDINGRESULT;
    return lock->failed ? MSGR_LOCK_UNLOCKFAILED : MSGR_LOCK_INITIALIZED;
}

static void
signal_lock(MsgrClient *client, MsgrLockable object, const char *name, GVariant *args)
{
    msgr_client_signal(client, msgr_lock_object_path(object), MSGR_LOCK_IFACE, name, args);
}

/* Tells what has changed. That a challenge is outstanding, the challenge itself tells. */
static void
tell_object(MsgrClient *client, MsgrLockable object)
{
    MsgrLock *lock = &client->locks[object];
    MsgrLockStatus status = msgr_lock_status(client, object);
    gboolean enabled = is_enabled(client->user);

    if (!lock->known)
        return;
    if (enabled != lock->enabled) {
        lock->enabled = enabled;
        signal_lock(client, object, "OnLockEnable", g_variant_new("(b)", enabled));
    }
    if (status != lock->told) {
        lock->told = status;
        if (status != MSGR_LOCK_PENDINGRESULT)
            signal_lock(client, object, "OnLockStatusChanged", g_variant_new("(u)", status));
    }
}

/**
 * msgr_lock_tell:
 *
 * Tells a client what has become of its locks since it was told last.
 */
void
msgr_lock_tell(MsgrClient *client)
{
    msgr_turn_touch(client->user->model->turn, client);
    for (int i = 0; i < MSGR_N_LOCKABLES; i++)
        tell_object(client, i);
}

/* When a lock of the user's changes by itself: a share or a refusal ends. */
static gint64
next_change(MsgrUser *user)
{
    gint64 next = MSGR_NEVER;

    if (msgr_failures_are_refused(user))
        next = user->failures.disabled_until;
    for (int i = 0; i < MSGR_N_LOCKABLES; i++) {
        if (msgr_user_shared_app_id(user, i) != NULL)
            next = MIN(next, user->data.shares[i].until_boot);
    }
    return next;
}

/**
 * msgr_lock_tell_user:
 *
 * The same for every client of a user.
 */
void
msgr_lock_tell_user(MsgrUser *user)
{
    GHashTableIter iter;
    gpointer client;

    g_hash_table_iter_init(&iter, user->clients);
    while (g_hash_table_iter_next(&iter, &client, NULL))
        msgr_lock_tell(client);
    msgr_agenda_entry_set(&user->lock_change, next_change(user));
}

/**
 * msgr_lock_met:
 *
 * A client has called a member of Lock1: from now on it is told of its lock, and first whether it
 * can be opened.
 */
void
msgr_lock_met(MsgrClient *client, MsgrLockable object)
{
    MsgrLock *lock = &client->locks[object];

    if (lock->known)
        return;
    msgr_turn_touch(client->user->model->turn, client);
    lock->known = TRUE;
    lock->enabled = is_enabled(client->user);
    lock->told = msgr_lock_status(client, object);
    signal_lock(client, object, "OnLockEnable", g_variant_new("(b)", lock->enabled));
}

static gboolean
check_signed_in(MsgrUser *user, GError **error)
{
    if (msgr_user_is_signed_in(user))
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_API_NOT_INITIALIZED,
                       "Not signed in to any service: sign in first");
}

static gboolean
check_not_refused(MsgrUser *user, GError **error)
{
    if (!msgr_failures_are_refused(user))
        return TRUE;
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_API_DISABLED,
                "Too many wrong responses: wait %" G_GINT64_FORMAT " seconds",
                msgr_failures_seconds_left(user));
    return FALSE;
}

static char *
new_nonce(void)
{
    guint8 bytes[NONCE_BYTES];
    char text[NONCE_CHARS + 1];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(text, sizeof text, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return g_strdup(text);
}

static char *
new_challenge(MsgrClient *client, MsgrLockable object)
{
    MsgrModel *model = client->user->model;
    g_autofree char *nonce = new_nonce();
    gint64 deadline =
        msgr_model_wall(model) + (gint64)model->config->challenge_lifetime * G_USEC_PER_SEC;

    return g_strdup_printf("msgr1:%s:%s:%s:%" G_GINT64_FORMAT, client->name, object_name(object),
                           nonce, deadline);
}

/**
 * msgr_lock_request_challenge:
 * @cookie: a number that the client picks
 *
 * Sends a fresh challenge to the client, good for one response within its lifetime. A client that
 * counts as unlocked only by what its user shares may still prove its own key, which then takes
 * precedence.
 *
 * Errors: MSGR_ERROR_API_NOT_INITIALIZED, MSGR_ERROR_API_ALREADY_UNLOCKED,
 * MSGR_ERROR_API_PENDING_UNLOCK, MSGR_ERROR_API_DISABLED.
 */
gboolean
msgr_lock_request_challenge(MsgrClient *client, MsgrLockable object, gint32 cookie, GError **error)
{
    MsgrModel *model = client->user->model;
    MsgrLock *lock = &client->locks[object];
    g_autofree char *challenge = NULL;

    if (!check_signed_in(client->user, error))
        return FALSE;
    if (lock->key != NULL)
        return msgr_refuse(error, MSGR_ERROR_API_ALREADY_UNLOCKED,
                           "This object is unlocked already");
    if (is_outstanding(client, lock))
        return msgr_refuse(error, MSGR_ERROR_API_PENDING_UNLOCK,
                           "A challenge is outstanding: answer that one");
    if (!check_not_refused(client->user, error))
        return FALSE;
    msgr_turn_touch(model->turn, client);
    challenge = new_challenge(client, object);
    msgr_string_set(&lock->challenge, challenge);
    lock->cookie = cookie;
    lock->deadline =
        msgr_model_now(model) + (gint64)model->config->challenge_lifetime * G_USEC_PER_SEC;
    lock->failed = FALSE;
    lock->told = msgr_lock_status(client, object);
    signal_lock(client, object, "OnLockChallenge", g_variant_new("(is)", cookie, challenge));
    return TRUE;
}

static gboolean
check_challenge(MsgrClient *client, MsgrLock *lock, gint32 cookie, GError **error)
{
    if (lock->challenge == NULL)
        return msgr_refuse(error, MSGR_ERROR_API_LOCKED,
                           "No challenge is outstanding: request one");
    if (!is_outstanding(client, lock)) {
        msgr_string_clear(&lock->challenge);
        msgr_lock_tell(client);
        return msgr_refuse(error, MSGR_ERROR_API_PENDING_UNLOCK,
                           "The challenge's time is over: request another");
    }
    if (!check_not_refused(client->user, error))
        return FALSE;
    if (lock->cookie != cookie)
        return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS,
                           "The cookie is not the one that the challenge was requested with");
    return TRUE;
}

static void
log_refusal(MsgrClient *client, MsgrLockable object, const char *reason)
{
    g_warning("uid %u, client %s: %s not unlocked: %s", client->user->uid, client->name,
              object_name(object), reason);
}

static gboolean
fail(MsgrClient *client, MsgrLockable object, MsgrLock *lock, const char *reason, GError **error)
{
    gboolean tells = g_str_equal(client->user->model->config->environment, MSGR_ENVIRONMENT_TEST);

    log_refusal(client, object, reason);
    lock->failed = TRUE;
    signal_lock(client, object, "OnLockResult", g_variant_new("(ib)", lock->cookie, FALSE));
    /* the refusal that may have begun with this failure is told after the failure */
    lock->told = MSGR_LOCK_UNLOCKFAILED;
    signal_lock(client, object, "OnLockStatusChanged",
                g_variant_new("(u)", MSGR_LOCK_UNLOCKFAILED));
    msgr_lock_tell_user(client->user);
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_API_UNLOCK_FAILED, "The response was refused%s%s",
                tells ? ": " : "", tells ? reason : "");
    return FALSE;
}

/* Who gets in is entitled to what waits. */
static void
offer_waiting(MsgrClient *client, MsgrLockable object)
{
    if (object == MSGR_OBJECT_SESSION_MANAGER)
        msgr_client_offer_waiting(client);
    else
        msgr_alert_offer_waiting(client);
}

static void
succeed(MsgrClient *client, MsgrLockable object, MsgrLock *lock, MsgrKey *key)
{
    g_debug("uid %u, client %s: %s unlocked by %s", client->user->uid, client->name,
            object_name(object), key->id);
    lock->key = msgr_key_ref(key);
    lock->failed = FALSE;
    signal_lock(client, object, "OnLockResult", g_variant_new("(ib)", lock->cookie, TRUE));
    lock->told = MSGR_LOCK_UNLOCKED;
    signal_lock(client, object, "OnLockStatusChanged", g_variant_new("(u)", MSGR_LOCK_UNLOCKED));
    msgr_key_ring_watch_expiry(client->user->model, key);
    if (object == MSGR_OBJECT_SESSION_MANAGER)
        msgr_user_presence_changed(client->user);
    offer_waiting(client, object);
}

/* What is counted is a guess at a secret, not the stale key of an outdated application. */
static gboolean
is_a_guess(MsgrKey *key, gboolean right)
{
    return key == NULL || (!right && msgr_key_is_secret(key));
}

/**
 * msgr_lock_send_response:
 * @cookie: that of RequestChallenge
 *
 * Opens the lock if the response is right. Everything that can be wrong with it takes the same time
 * and gives the same error; the reason is logged.
 *
 * Errors: MSGR_ERROR_API_NOT_INITIALIZED, MSGR_ERROR_API_LOCKED, MSGR_ERROR_API_PENDING_UNLOCK,
 * MSGR_ERROR_API_DISABLED, MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_API_UNLOCK_FAILED.
 */
gboolean
msgr_lock_send_response(MsgrClient *client, MsgrLockable object, const char *app_id,
                        const char *response, gint32 cookie, GError **error)
{
    MsgrLock *lock = &client->locks[object];
    g_autoptr(MsgrKey) key = NULL;
    const char *reason = NULL;
    gboolean right, allowed;

    if (!check_signed_in(client->user, error))
        return FALSE;
    msgr_turn_touch(client->user->model->turn, client);
    if (!check_challenge(client, lock, cookie, error))
        return FALSE;
    key = msgr_key_ring_find(client->user, app_id);
    if (key != NULL)
        msgr_key_ref(key);
    right = msgr_response_verify(key, lock->challenge, response);
    allowed = msgr_key_ring_allows(client->user, key, object, &reason);
    msgr_string_clear(&lock->challenge);
    if (right && allowed) {
        succeed(client, object, lock, key);
        return TRUE;
    }
    if (is_a_guess(key, right))
        msgr_failures_count(client->user);
    return fail(client, object, lock, allowed ? "wrong response" : reason, error);
}

/* Who counts as unlocked only by what is shared is entitled to what waits from then on. */
static void
offer_by_share(MsgrUser *user, MsgrLockable object)
{
    g_autoptr(GList) clients = g_hash_table_get_keys(user->clients);

    for (GList *l = clients; l != NULL; l = l->next) {
        MsgrClient *client = l->data;

        if (client->locks[object].key == NULL)
            offer_waiting(client, object);
    }
}

/* What is shared with a client it can end, but not prolong: an hour would last for ever. */
static gboolean
may_share(MsgrClient *client, MsgrLockable object, guint32 seconds)
{
    gboolean is_own = client->locks[object].key != NULL;

    return (is_own || seconds == 0) &&
           (msgr_client_capabilities(client, object) & MSGR_CAPABILITY_SHARE);
}

/**
 * msgr_lock_share:
 * @seconds: how long, at most MSGR_MAX_SHARE; 0 ends it
 *
 * Until then every client of the user counts as unlocked on @object as this client's application.
 *
 * Errors: MSGR_ERROR_API_LOCKED, MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_ACCESS_DENIED.
 */
gboolean
msgr_lock_share(MsgrClient *client, MsgrLockable object, guint32 seconds, GError **error)
{
    MsgrUser *user = client->user;
    g_autofree char *app_id = g_strdup(msgr_client_app_id(client, object));
    gboolean is_new;

    if (app_id == NULL)
        return msgr_refuse(error, MSGR_ERROR_API_LOCKED, "Unlock this object first");
    if (seconds > MSGR_MAX_SHARE)
        return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS, "At most 3600 seconds can be shared");
    if (!may_share(client, object, seconds))
        return msgr_refuse(error, MSGR_ERROR_ACCESS_DENIED,
                           "It takes a key with the capability \"share\", of the client itself");
    is_new = g_strcmp0(msgr_user_shared_app_id(user, object), app_id) != 0 && seconds != 0;
    msgr_user_set_share(user, object, seconds == 0 ? NULL : app_id, seconds);
    g_info("uid %u: %s shared by %s for %u seconds", user->uid, object_name(object), app_id,
           seconds);
    msgr_lock_tell_user(user);
    msgr_user_presence_changed(user);
    if (is_new)
        offer_by_share(user, object);
    return TRUE;
}

/**
 * msgr_lock_shut:
 *
 * Takes from a client what it proved: both locks are shut, and what was outstanding is gone.
 */
void
msgr_lock_shut(MsgrClient *client)
{
    msgr_turn_touch(client->user->model->turn, client);
    for (int i = 0; i < MSGR_N_LOCKABLES; i++) {
        msgr_lock_clear(&client->locks[i]);
        client->locks[i].failed = FALSE;
    }
    msgr_lock_tell(client);
}
