/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The keys that count: those of keys.d for everybody, and each user's own for itself.
 */
#include "msgr-key-ring.h"

#include <string.h>

#include <sodium.h>

#include "msgr-client.h"

static gpointer
user_key_save(MsgrRecord *record)
{
    return g_new0(char, 1); /* a key is replaced as a whole: nothing in it changes */
}

static void
user_key_restore(MsgrRecord *record, gpointer saved)
{
    g_free(saved);
}

static void
user_key_link(MsgrRecord *record)
{
    MsgrUserKey *self = (MsgrUserKey *)record;

    g_hash_table_replace(self->user->keys, self->key->id, self);
}

static void
user_key_unlink(MsgrRecord *record)
{
    MsgrUserKey *self = (MsgrUserKey *)record;

    if (g_hash_table_lookup(self->user->keys, self->key->id) == self)
        g_hash_table_remove(self->user->keys, self->key->id);
}

static gboolean
user_key_keeps(MsgrRecord *record)
{
    return TRUE;
}

static void
user_key_finalize(MsgrRecord *record)
{
    MsgrUserKey *self = (MsgrUserKey *)record;

    sodium_memzero(self->json, strlen(self->json));
    g_free(self->json);
    msgr_key_unref(self->key);
    msgr_record_unref(self->user);
    g_free(self);
}

static const MsgrRecordClass user_key_class = {
    .kind = MSGR_RECORD_USER_KEY,
    .save = user_key_save,
    .restore = user_key_restore,
    .free_saved = g_free,
    .link = user_key_link,
    .unlink = user_key_unlink,
    .keeps = user_key_keeps,
    .finalize = user_key_finalize,
};

/**
 * msgr_user_key_new:
 * @json: what @key was parsed from
 * @added_at: microseconds since the epoch
 *
 * Returns: a key of @user's, not yet in the model.
 */
MsgrUserKey *
msgr_user_key_new(MsgrUser *user, MsgrKey *key, const char *json, gint64 added_at)
{
    MsgrUserKey *self = g_new0(MsgrUserKey, 1);

    msgr_record_init(&self->record, &user_key_class);
    self->user = msgr_record_ref(user);
    self->key = msgr_key_ref(key);
    self->json = g_strdup(json);
    self->added_at = added_at;
    return self;
}

/**
 * msgr_key_ring_find:
 *
 * Returns: (nullable) (transfer none): the key that counts for @user under this ID: keys.d wins.
 */
MsgrKey *
msgr_key_ring_find(MsgrUser *user, const char *id)
{
    MsgrKey *key = g_hash_table_lookup(user->model->keys, id);
    MsgrUserKey *own;

    if (key != NULL)
        return key;
    own = user->model->config->user_keys ? g_hash_table_lookup(user->keys, id) : NULL;
    return own == NULL ? NULL : own->key;
}

static MsgrCapabilities
needed(MsgrLockable object)
{
    return object == MSGR_OBJECT_PRIVATE ? MSGR_CAPABILITY_PRIVATE : MSGR_CAPABILITY_SESSIONS;
}

static gboolean
is_for_user(MsgrKey *key, MsgrUser *user)
{
    return key->users == NULL || g_strv_contains((const char *const *)key->users, user->data.name);
}

static gboolean
is_expired(MsgrKey *key, MsgrModel *model)
{
    return key->not_after != 0 && msgr_model_wall(model) >= key->not_after;
}

static const char *
why_not(MsgrUser *user, MsgrKey *key, MsgrLockable object)
{
    const MsgrConfig *config = user->model->config;

    if (key == NULL)
        return "unknown application ID";
    if (key->revoked)
        return "the key is revoked";
    if (is_expired(key, user->model))
        return "the key is expired";
    if (!g_str_equal(key->environment, config->environment))
        return "the key is for another environment";
    if (key->algorithm == MSGR_ALGORITHM_MD5 && !config->allow_md5)
        return "md5 is not allowed here";
    if (!is_for_user(key, user))
        return "the key is not for this user";
    if (!(key->capabilities & needed(object)))
        return "the key has not the capability for this object";
    return NULL;
}

/**
 * msgr_key_ring_allows:
 * @key: (nullable): none if the ID is unknown
 * @reason: (out): why not, for the log
 *
 * Returns: whether @user may open @object with @key at this time, the response aside.
 */
gboolean
msgr_key_ring_allows(MsgrUser *user, MsgrKey *key, MsgrLockable object, const char **reason)
{
    *reason = why_not(user, key, object);
    return *reason == NULL;
}

/* A client stays unlocked as long as the key that it proved still counts; of a changed one the new
 * rights hold. */
static gboolean
still_counts(MsgrUser *user, MsgrKey *proved, MsgrLockable object, MsgrKey **current)
{
    MsgrKey *key = msgr_key_ring_find(user, proved->id);

    *current = key;
    return key != NULL && msgr_key_proves_the_same(proved, key) &&
           why_not(user, key, object) == NULL;
}

/* A key that was changed, and still proves the same, may allow more than before. */
static void
take_over(MsgrClient *client, MsgrLockable object, MsgrKey *key)
{
    MsgrLock *lock = &client->locks[object];
    gboolean saw_all = msgr_client_is_messenger(client);

    msgr_turn_touch(client->user->model->turn, client);
    msgr_key_unref(lock->key);
    lock->key = msgr_key_ref(key);
    if (!saw_all && msgr_client_is_messenger(client))
        msgr_client_offer_waiting(client);
}

static gboolean
revalidate_lock(MsgrClient *client, MsgrLockable object)
{
    MsgrLock *lock = &client->locks[object];
    MsgrKey *current = NULL;

    if (lock->key == NULL)
        return FALSE;
    if (still_counts(client->user, lock->key, object, &current)) {
        if (current != lock->key)
            take_over(client, object, current);
        return FALSE;
    }
    g_info("uid %u, client %s: locked again, key %s counts no more", client->user->uid,
           client->name, lock->key->id);
    msgr_turn_touch(client->user->model->turn, client);
    g_clear_pointer(&lock->key, msgr_key_unref);
    return TRUE;
}

static gboolean
revalidate_share(MsgrUser *user, MsgrLockable object)
{
    const MsgrShare *share = &user->data.shares[object];
    MsgrKey *key;

    if (share->app_id == NULL)
        return FALSE;
    key = msgr_key_ring_find(user, share->app_id);
    if (why_not(user, key, object) == NULL && (key->capabilities & MSGR_CAPABILITY_SHARE))
        return FALSE;
    msgr_user_set_share(user, object, NULL, 0);
    return TRUE;
}

/**
 * msgr_key_ring_revalidate_user:
 *
 * The keys, the time or the configuration have changed: clients whose key counts no more are
 * locked.
 */
void
msgr_key_ring_revalidate_user(MsgrUser *user)
{
    GHashTableIter iter;
    gpointer client;
    gboolean changed = FALSE;

    for (int i = 0; i < MSGR_N_LOCKABLES; i++) {
        changed |= revalidate_share(user, i);
        g_hash_table_iter_init(&iter, user->clients);
        while (g_hash_table_iter_next(&iter, &client, NULL))
            changed |= revalidate_lock(client, i);
    }
    if (changed) {
        msgr_lock_tell_user(user);
        msgr_user_presence_changed(user);
    }
}

/* Who shared may be gone: the key counts for what it shares all the same. */
static void
watch_shares(MsgrUser *user)
{
    for (int i = 0; i < MSGR_N_LOCKABLES; i++) {
        const char *app_id = msgr_user_shared_app_id(user, i);
        MsgrKey *key = app_id == NULL ? NULL : msgr_key_ring_find(user, app_id);

        if (key != NULL)
            msgr_key_ring_watch_expiry(user->model, key);
    }
}

static void
watch_client(MsgrClient *client)
{
    for (int i = 0; i < MSGR_N_LOCKABLES; i++) {
        if (client->locks[i].key != NULL)
            msgr_key_ring_watch_expiry(client->user->model, client->locks[i].key);
    }
}

/**
 * msgr_key_ring_revalidate:
 *
 * The same for every user.
 */
void
msgr_key_ring_revalidate(MsgrModel *model)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, model->users);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        msgr_key_ring_revalidate_user(value);
    msgr_agenda_entry_clear(&model->key_expiry);
    g_hash_table_iter_init(&iter, model->users);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        watch_shares(value);
    g_hash_table_iter_init(&iter, model->clients);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        watch_client(value);
}

/**
 * msgr_key_ring_watch_expiry:
 *
 * Sees to it that who is unlocked with @key is locked when it expires. The wall clock may be set
 * meanwhile: it is asked again every hour.
 */
void
msgr_key_ring_watch_expiry(MsgrModel *model, MsgrKey *key)
{
    const gint64 hour = 3600 * (gint64)G_USEC_PER_SEC;
    gint64 due;

    if (key->not_after == 0)
        return;
    due = MIN(msgr_model_boot_of(model, key->not_after), msgr_model_now(model) + hour);
    if (model->key_expiry.iter == NULL || due < model->key_expiry.due)
        msgr_agenda_entry_set(&model->key_expiry, due);
}

/**
 * msgr_key_ring_replace:
 * @keys: (element-type MsgrKey): all that keys.d holds now, the first of an ID counts
 *
 * Takes over the keys of the system.
 */
void
msgr_key_ring_replace(MsgrModel *model, GPtrArray *keys)
{
    g_hash_table_remove_all(model->keys);
    for (guint i = 0; i < keys->len; i++) {
        MsgrKey *key = keys->pdata[i];

        if (!g_hash_table_contains(model->keys, key->id))
            g_hash_table_insert(model->keys, key->id, msgr_key_ref(key));
    }
    msgr_key_ring_revalidate(model);
}

static gboolean
check_user_keys(MsgrUser *user, GError **error)
{
    if (user->model->config->user_keys)
        return TRUE;
    g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_ACCESS_DENIED,
                        "The administrator does not allow keys of users");
    return FALSE;
}

/**
 * msgr_key_ring_add:
 * @json: the service's half of a key
 *
 * Adds a key that counts for @user, in place of the one that it had under the same ID.
 *
 * Errors: MSGR_ERROR_ACCESS_DENIED, MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_key_ring_add(MsgrUser *user, const char *json, GError **error)
{
    MsgrModel *model = user->model;
    g_autoptr(MsgrKey) key = NULL;
    MsgrUserKey *old, *fresh;

    if (!check_user_keys(user, error))
        return FALSE;
    key = msgr_key_parse(json, -1, MSGR_KEY_OF_USER, error);
    if (key == NULL)
        return FALSE;
    old = g_hash_table_lookup(user->keys, key->id);
    if (old == NULL && g_hash_table_size(user->keys) >= MSGR_MAX_USER_KEYS) {
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_LIMITS_EXCEEDED,
                    "A user can have at most %d keys", MSGR_MAX_USER_KEYS);
        return FALSE;
    }
    if (old != NULL)
        msgr_turn_remove(model->turn, old);
    msgr_user_keep(user);
    fresh = msgr_user_key_new(user, key, json, msgr_model_wall(model));
    msgr_turn_add(model->turn, fresh);
    msgr_record_unref(fresh);
    msgr_key_ring_revalidate_user(user);
    return TRUE;
}

/**
 * msgr_key_ring_remove:
 *
 * Errors: MSGR_ERROR_ACCESS_DENIED, MSGR_ERROR_NOT_FOUND.
 */
gboolean
msgr_key_ring_remove(MsgrUser *user, const char *id, GError **error)
{
    MsgrUserKey *key;

    if (!check_user_keys(user, error))
        return FALSE;
    key = g_hash_table_lookup(user->keys, id);
    if (key == NULL) {
        g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND,
                            "You have added no key with this ID");
        return FALSE;
    }
    msgr_turn_remove(user->model->turn, key);
    msgr_key_ring_revalidate_user(user);
    return TRUE;
}

static void
add_row(GVariantBuilder *rows, MsgrUserKey *own)
{
    static const char *const nobody[] = { NULL };
    MsgrKey *key = own->key;
    g_auto(GStrv) capabilities = msgr_capabilities_names(key->capabilities);
    const char *const *users = key->users == NULL ? nobody : (const char *const *)key->users;
    gboolean shadowed = g_hash_table_contains(own->user->model->keys, key->id);

    g_variant_builder_open(rows, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(rows, "{sv}", "Id", g_variant_new_string(key->id));
    g_variant_builder_add(rows, "{sv}", "Name", g_variant_new_string(key->name));
    g_variant_builder_add(rows, "{sv}", "Algorithm",
                          g_variant_new_string(msgr_algorithm_name(key->algorithm)));
    g_variant_builder_add(rows, "{sv}", "Environment", g_variant_new_string(key->environment));
    g_variant_builder_add(rows, "{sv}", "Capabilities",
                          g_variant_new_strv((const char *const *)capabilities, -1));
    g_variant_builder_add(rows, "{sv}", "Users", g_variant_new_strv(users, -1));
    g_variant_builder_add(rows, "{sv}", "NotAfter", g_variant_new_uint64(key->not_after));
    g_variant_builder_add(rows, "{sv}", "Revoked", g_variant_new_boolean(key->revoked));
    g_variant_builder_add(rows, "{sv}", "AddedAt", g_variant_new_uint64(own->added_at));
    g_variant_builder_add(rows, "{sv}", "Shadowed", g_variant_new_boolean(shadowed));
    g_variant_builder_close(rows);
}

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(((const MsgrUserKey *)a)->key->id, ((const MsgrUserKey *)b)->key->id);
}

/**
 * msgr_key_ring_list:
 *
 * Returns: (nullable) (transfer floating): aa{sv}, the user's own keys without their secrets, by
 * ID.
 *
 * Errors: MSGR_ERROR_ACCESS_DENIED.
 */
GVariant *
msgr_key_ring_list(MsgrUser *user, GError **error)
{
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_values(user->keys), compare_ids);
    GVariantBuilder rows;

    if (!check_user_keys(user, error))
        return NULL;
    g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
    for (GList *l = keys; l != NULL; l = l->next)
        add_row(&rows, l->data);
    return g_variant_builder_end(&rows);
}
