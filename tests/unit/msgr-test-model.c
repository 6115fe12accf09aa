/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A model with a clock that tests set, and short words for what clients do to it.
 */
#include "msgr-test-model.h"

#include <sodium.h>
#include <string.h>

#include "msgr-response.h"

#define FIRST_BOOT SECONDS(1000)
#define FIRST_WALL SECONDS(1790000000)
#define FIRST_UID  1000
#define A_COOKIE   7

static GPtrArray *warnings;

/* Structured messages can't be expected through GLib's own test functions. */
static GLogWriterOutput
take_message(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
    if (level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO))
        return G_LOG_WRITER_HANDLED;
    if (level & G_LOG_LEVEL_WARNING) {
        for (gsize i = 0; i < n_fields; i++) {
            if (g_str_equal(fields[i].key, "MESSAGE"))
                g_ptr_array_add(warnings, g_strdup(fields[i].value));
        }
        return G_LOG_WRITER_HANDLED;
    }
    return g_log_writer_default(level, fields, n_fields, data);
}

static void
listen_to_log(void)
{
    if (warnings != NULL)
        return;
    warnings = g_ptr_array_new_with_free_func(g_free);
    g_log_set_writer_func(take_message, NULL, NULL);
}

void
msgr_test_assert_warning(const char *pattern)
{
    g_assert_cmpuint(warnings->len, >, 0);
    if (!g_pattern_match_simple(pattern, warnings->pdata[0]))
        g_assert_cmpstr(warnings->pdata[0], ==, pattern);
    g_ptr_array_remove_index(warnings, 0);
}

static gint64
test_boot(gpointer data)
{
    return ((MsgrTestModel *)data)->boot;
}

static gint64
test_wall(gpointer data)
{
    return ((MsgrTestModel *)data)->wall;
}

static MsgrModel *
new_model(MsgrTestModel *t, MsgrConfig *config)
{
    static const guint8 secret[MSGR_SECRET_BYTES] = "the same secret for every test.";

    return msgr_model_new(config, (MsgrClock){ test_boot, test_wall, t }, secret);
}

MsgrTestModel *
msgr_test_model_new(void)
{
    MsgrTestModel *t = g_new0(MsgrTestModel, 1);
    g_autoptr(MsgrConfig) config = msgr_config_new(FALSE);

    g_assert_cmpint(sodium_init(), >=, 0);
    listen_to_log();
    t->boot = FIRST_BOOT;
    t->wall = FIRST_WALL;
    t->keys = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_key_unref);
    t->apps = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_app_entry_unref);
    t->signals = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_signal_free);
    t->orders = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_order_unref);
    t->model = new_model(t, config);
    msgr_test_set_key(t, CHESS, "hmac-sha256", "'capabilities': ['sessions', 'private']");
    msgr_test_set_key(t, CARDS, "hmac-sha256", "'capabilities': ['sessions']");
    msgr_test_set_key(t, PANEL, "hmac-sha256",
                      "'capabilities': ['sessions', 'private', 'messenger']");
    msgr_test_set_key(t, NOTES, "hmac-sha256", "'capabilities': ['private']");
    return t;
}

void
msgr_test_model_free(MsgrTestModel *t)
{
    msgr_test_check_indexes(t);
    g_ptr_array_unref(t->orders); /* what they are about needs the model */
    msgr_model_free(t->model);
    g_ptr_array_unref(t->keys);
    g_ptr_array_unref(t->apps);
    g_ptr_array_unref(t->signals);
    g_free(t);
    if (warnings->len > 0)
        g_assert_cmpstr(warnings->pdata[0], ==, "no warning that nobody asked for");
}

/* The user of a client, or of that name, who comes to be by being named. */
MsgrUser *
msgr_test_user(MsgrTestModel *t, const char *name)
{
    g_autofree char *user_name = g_strndup(name, strcspn(name, "-"));
    MsgrUser *user = msgr_model_user_by_name(t->model, user_name);
    guint32 uid = FIRST_UID + g_hash_table_size(t->model->users);

    if (user != NULL)
        return user;
    user = msgr_user_meet(t->model, uid, user_name, "");
    msgr_test_commit(t);
    return user;
}

static void
seed_of(const char *app_id, guint8 seed[crypto_sign_SEEDBYTES])
{
    crypto_generichash(seed, crypto_sign_SEEDBYTES, (const guint8 *)app_id, strlen(app_id), NULL,
                       0);
}

static char *
public_key_of(const char *app_id)
{
    guint8 seed[crypto_sign_SEEDBYTES];
    guint8 public_key[crypto_sign_PUBLICKEYBYTES];
    guint8 secret_key[crypto_sign_SECRETKEYBYTES];

    seed_of(app_id, seed);
    crypto_sign_seed_keypair(public_key, secret_key, seed);
    return g_base64_encode(public_key, sizeof public_key);
}

/* @more: further members, with ' in place of " */
char *
msgr_test_key_json(const char *id, const char *algorithm, const char *more)
{
    g_autofree char *public_key = public_key_of(id);
    g_autofree char *members = g_strdelimit(g_strdup(more), "'", '"');
    const char *environment =
        strstr(members, "environment") != NULL ? "" : ", \"environment\": \"production\"";

    if (g_str_equal(algorithm, "ed25519"))
        return g_strdup_printf(
            "{\"id\": \"%s\", \"algorithm\": \"%s\", \"public-key\": \"%s\"%s, %s}", id, algorithm,
            public_key, environment, members);
    return g_strdup_printf("{\"id\": \"%s\", \"algorithm\": \"%s\", \"key\": \"key of %s\"%s, %s}",
                           id, algorithm, id, environment, members);
}

static void
drop_key(MsgrTestModel *t, const char *id)
{
    for (guint i = 0; i < t->keys->len; i++) {
        if (g_str_equal(((MsgrKey *)t->keys->pdata[i])->id, id)) {
            g_ptr_array_remove_index(t->keys, i);
            return;
        }
    }
}

/* A file of keys.d is written, in place of the one with this ID. */
void
msgr_test_set_key(MsgrTestModel *t, const char *id, const char *algorithm, const char *more)
{
    g_autofree char *json = msgr_test_key_json(id, algorithm, more);
    g_autoptr(GError) error = NULL;
    MsgrKey *key = msgr_key_parse(json, -1, MSGR_KEY_OF_SYSTEM, &error);

    g_assert_no_error(error);
    drop_key(t, id);
    g_ptr_array_add(t->keys, key);
    msgr_key_ring_replace(t->model, t->keys);
}

void
msgr_test_remove_key(MsgrTestModel *t, const char *id)
{
    drop_key(t, id);
    msgr_key_ring_replace(t->model, t->keys);
}

void
msgr_test_own_key(MsgrTestModel *t, const char *user, const char *id, const char *more)
{
    g_autofree char *json = msgr_test_key_json(id, "hmac-sha256", more);

    msgr_test_assert_done(msgr_key_ring_add(msgr_test_user(t, user), json, &error));
    msgr_test_commit(t);
}

/* A client that has spoken to the service, and no more. */
MsgrClient *
msgr_test_locked(MsgrTestModel *t, const char *name)
{
    return msgr_client_new(msgr_test_user(t, name), name);
}

/* A client whose session manager is unlocked. Nothing of it is left to be looked at. */
MsgrClient *
msgr_test_client(MsgrTestModel *t, const char *name, const char *app_id)
{
    MsgrClient *client = msgr_test_locked(t, name);

    msgr_test_unlock(t, client, MSGR_OBJECT_SESSION_MANAGER, app_id);
    msgr_test_drop(t);
    return client;
}

void
msgr_test_gone(MsgrTestModel *t, const char *name)
{
    msgr_test_commit(t);
    msgr_client_gone(msgr_model_client(t->model, name));
    msgr_test_commit(t);
}

/* Returns: the challenge, which stays with what left. */
char *
msgr_test_challenge(MsgrTestModel *t, MsgrClient *client, MsgrLockable object, gint32 cookie)
{
    const MsgrSignal *signal;
    char *challenge = NULL;

    msgr_lock_met(client, object);
    msgr_test_assert_done(msgr_lock_request_challenge(client, object, cookie, &error));
    signal = msgr_test_find_signal(t, client->name, "OnLockChallenge");
    g_assert_nonnull(signal);
    g_variant_get(signal->args, "(is)", NULL, &challenge);
    return challenge;
}

char *
msgr_test_response(MsgrAlgorithm algorithm, const char *app_id, const char *challenge)
{
    g_autofree char *secret = g_strconcat("key of ", app_id, NULL);
    guint8 seed[crypto_sign_SEEDBYTES];

    seed_of(app_id, seed);
    if (algorithm == MSGR_ALGORITHM_ED25519)
        return msgr_response_compute(algorithm, seed, sizeof seed, challenge, NULL);
    return msgr_response_compute(algorithm, (const guint8 *)secret, strlen(secret), challenge,
                                 NULL);
}

static MsgrAlgorithm
algorithm_of(MsgrClient *client, const char *app_id)
{
    MsgrKey *key = msgr_key_ring_find(client->user, app_id);

    return key == NULL ? MSGR_ALGORITHM_HMAC_SHA256 : key->algorithm;
}

/* What a client does that holds its own half of @app_id's key. */
gboolean
msgr_test_try_unlock(MsgrTestModel *t, MsgrClient *client, MsgrLockable object, const char *app_id,
                     GError **error)
{
    g_autofree char *challenge = msgr_test_challenge(t, client, object, A_COOKIE);
    g_autofree char *response = msgr_test_response(algorithm_of(client, app_id), app_id, challenge);

    return msgr_lock_send_response(client, object, app_id, response, A_COOKIE, error);
}

void
msgr_test_unlock(MsgrTestModel *t, MsgrClient *client, MsgrLockable object, const char *app_id)
{
    msgr_test_assert_done(msgr_test_try_unlock(t, client, object, app_id, &error));
    msgr_test_commit(t);
}

/* A wrong response: what somebody sends who has not got the key. */
gboolean
msgr_test_guess(MsgrTestModel *t, MsgrClient *client, const char *app_id, GError **error)
{
    g_free(msgr_test_challenge(t, client, MSGR_OBJECT_SESSION_MANAGER, A_COOKIE));
    return msgr_lock_send_response(client, MSGR_OBJECT_SESSION_MANAGER, app_id, "guess", A_COOKIE,
                                   error);
}

void
msgr_test_share(MsgrTestModel *t, MsgrClient *client, MsgrLockable object, guint seconds)
{
    msgr_test_assert_done(msgr_lock_share(client, object, seconds, &error));
    msgr_test_commit(t);
}

static const char *
name_of(const char *guid)
{
    return g_str_equal(guid, CHESS_GUID) ? "Chess" : "Cards";
}

MsgrAppEntry *
msgr_test_entry(MsgrTestModel *t, const char *guid, const char *app_id)
{
    g_autofree char *url = g_strconcat("https://example.org/", name_of(guid), NULL);
    g_autofree char *path = g_strconcat("/usr/bin/", name_of(guid), NULL);

    return msgr_app_entry_new(guid, name_of(guid), url, path, "", "1.0", app_id, t->wall);
}

void
msgr_test_register(MsgrTestModel *t, MsgrClient *client, const char *guid)
{
    g_autoptr(MsgrAppEntry) entry =
        msgr_test_entry(t, guid, msgr_client_app_id(client, MSGR_OBJECT_SESSION_MANAGER));

    msgr_test_assert_done(msgr_application_register(client, entry, FALSE, &error));
    msgr_test_commit(t);
}

/* A file of apps.d is written. */
void
msgr_test_package(MsgrTestModel *t, const char *guid, const char *app_id)
{
    g_autofree char *json = g_strdup_printf(
        "{\"guid\": \"%s\", \"name\": \"Packaged\", \"url\": \"https://example.org/packaged\", "
        "\"desktop-id\": \"org.example.Packaged.desktop\", \"app-ids\": [\"%s\"]}",
        guid, app_id);
    g_autoptr(GError) error = NULL;
    MsgrAppEntry *entry = msgr_app_entry_parse(json, -1, t->wall, &error);

    g_assert_no_error(error);
    g_ptr_array_add(t->apps, entry);
    msgr_application_replace_packaged(t->model, t->apps);
    msgr_test_commit(t);
}

/* The contact, made known to @user in a turn of its own if it was not. */
MsgrContact *
msgr_test_contact(MsgrTestModel *t, const char *user, const char *name)
{
    MsgrContact *contact = msgr_contact_find(msgr_test_user(t, user), MSGR_LOCAL_SERVICE, name);

    if (contact == NULL) {
        contact = msgr_contact_obtain(msgr_test_user(t, user), MSGR_LOCAL_SERVICE, name);
        msgr_test_commit(t);
    }
    return contact;
}

/* What it tells is dropped, with what was told before in the turn. */
void
msgr_test_put_in_list(MsgrContact *contact, gboolean in_list)
{
    MsgrTurn *turn = contact->user->model->turn;
    g_autoptr(GPtrArray) told = NULL;

    if (in_list)
        msgr_test_assert_done(msgr_contact_add_to_list(contact, &error));
    else if (contact->in_list)
        msgr_test_assert_done(msgr_contact_remove(contact, &error));
    told = msgr_turn_steal_signals(turn);
    msgr_turn_commit(turn);
}

void
msgr_test_block(MsgrContact *contact, gboolean blocked)
{
    msgr_test_assert_done(msgr_contact_set_blocked(contact, blocked, &error));
}

void
msgr_test_set_policy(MsgrUser *user, const char *accept_from, const char *status_to)
{
    g_autoptr(GVariant) policy = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "AcceptFrom", "s", accept_from);
    g_variant_dict_insert(&dict, "StatusTo", "s", status_to);
    policy = g_variant_ref_sink(g_variant_dict_end(&dict));
    msgr_test_assert_done(msgr_policy_check(policy, &error));
    msgr_policy_set(user, MSGR_LOCAL_SERVICE, policy);
}

/* A session in READY with its application set; no two are of the same age. */
MsgrSide *
msgr_test_session(MsgrTestModel *t, MsgrClient *client, const char *guid)
{
    MsgrSide *side = msgr_session_create(client, NULL);

    g_assert_nonnull(side);
    t->wall++;
    if (guid != NULL)
        msgr_test_assert_done(msgr_side_set_application(side, guid, &error));
    msgr_test_commit(t);
    return side;
}

/* Returns: the inviter's side of a session in INVITATION. Nothing of it is left to be looked at. */
MsgrSide *
msgr_test_invite(MsgrTestModel *t, MsgrClient *client, const char *guid, const char *whom)
{
    MsgrSide *side = msgr_test_session(t, client, guid);
    MsgrContact *contact = msgr_test_contact(t, client->user->data.name, whom);

    msgr_test_assert_done(msgr_side_invite(side, contact, "hello", &error));
    msgr_test_drop(t);
    return side;
}

/* Does what is due now. */
void
msgr_test_run_due(MsgrTestModel *t)
{
    while (msgr_model_run_due(t->model))
        msgr_test_commit(t);
}

/* Time passes, and everything happens when it is due. */
void
msgr_test_advance(MsgrTestModel *t, gint64 microseconds)
{
    const gint64 end = t->boot + microseconds;

    msgr_test_commit(t);
    msgr_test_run_due(t);
    while (msgr_agenda_next(t->model->agenda) <= end) {
        gint64 step = msgr_agenda_next(t->model->agenda) - t->boot;

        g_assert_cmpint(step, >, 0);
        t->boot += step;
        t->wall += step;
        msgr_test_run_due(t);
    }
    t->wall += end - t->boot;
    t->boot = end;
}

static void
drop_presence(GPtrArray *signals)
{
    for (guint i = signals->len; i > 0; i--) {
        const MsgrSignal *signal = signals->pdata[i - 1];

        if (g_str_equal(signal->name, "OnContactStatusChange"))
            g_ptr_array_remove_index(signals, i - 1);
    }
}

void
msgr_test_commit(MsgrTestModel *t)
{
    g_autoptr(GPtrArray) left = NULL, orders = NULL;

    msgr_presence_settle(t->model);
    left = msgr_turn_steal_signals(t->model->turn);
    orders = msgr_turn_steal_orders(t->model->turn);
    msgr_turn_commit(t->model->turn);
    if (!t->presence)
        drop_presence(left);
    g_ptr_array_extend_and_steal(t->signals, g_steal_pointer(&left));
    g_ptr_array_extend_and_steal(t->orders, g_steal_pointer(&orders));
}

/* The turn can't be written. What had to happen in it by itself happens again. */
void
msgr_test_rollback(MsgrTestModel *t)
{
    msgr_model_rollback(t->model);
    msgr_test_run_due(t);
}

void
msgr_test_drop(MsgrTestModel *t)
{
    msgr_test_commit(t);
    g_ptr_array_set_size(t->signals, 0);
    g_ptr_array_set_size(t->orders, 0);
    t->orders_seen = 0;
}
