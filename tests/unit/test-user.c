/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A user: what it sets for itself, and by whom it can be seen and invited.
 */
#include "msgr-test-model.h"

static const char *const audiences[] = { "everyone", "contacts", "nobody" };

/* One of all the ways that bob can be, for alice. */
typedef struct {
    int there;
    int signed_out;
    int invisible;
    int blocked;
    int in_list;
    int accept_from;
    int status_to;
    int invitations;
} Case;

static gboolean
can_invite(MsgrUser *inviter, MsgrUser *invitee)
{
    return msgr_user_can_be_invited_by(invitee, MSGR_LOCAL_SERVICE, inviter->data.name);
}

static guint32
seen_by(MsgrUser *viewer, MsgrUser *viewed)
{
    return msgr_user_status_for(viewed, MSGR_LOCAL_SERVICE, viewer->data.name);
}

static gboolean
admits(int audience, int in_list)
{
    return audience == 0 || (audience == 1 && in_list);
}

static gboolean
shows_itself(const Case *c)
{
    return c->there && !c->signed_out && !c->invisible && !c->blocked;
}

static void
bring(MsgrTestModel *t, const Case *c)
{
    MsgrUser *bob = msgr_test_user(t, "bob");
    MsgrContact *alice = msgr_test_contact(t, "bob", "alice");

    if (c->there)
        msgr_test_client(t, "bob", CHESS);
    msgr_test_put_in_list(alice, c->in_list);
    msgr_test_block(alice, c->blocked);
    msgr_test_set_policy(bob, audiences[c->accept_from], audiences[c->status_to]);
    if (c->invisible)
        msgr_user_set_status(bob, MSGR_STATUS_INVISIBLE);
    if (c->signed_out)
        msgr_user_sign_out(bob);
    t->model->config->invitations = c->invitations;
    msgr_test_drop(t);
}

static void
try_case(const Case *c)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *alice = msgr_test_client(t, "alice", CHESS);
    MsgrContact *bob = msgr_test_contact(t, "alice", "bob");
    gboolean reachable = shows_itself(c) && c->invitations && admits(c->accept_from, c->in_list);
    /* whom an invitation is refused to must not see from the status that it is a refusal */
    gboolean seen = reachable && admits(c->status_to, c->in_list);
    MsgrSide *side;

    msgr_test_register(t, alice, CHESS_GUID);
    side = msgr_test_session(t, alice, CHESS_GUID);
    bring(t, c);
    g_assert_cmpuint(msgr_contact_status(bob), ==, seen ? MSGR_STATUS_ONLINE : MSGR_STATUS_OFFLINE);
    if (reachable)
        msgr_test_assert_done(msgr_side_invite(side, bob, "", &error));
    else
        msgr_test_assert_refused(msgr_side_invite(side, bob, "", &error), MSGR_ERROR_NOT_LOGGED_ON);
    g_assert_cmpuint(g_hash_table_size(msgr_test_user(t, "bob")->waiting), ==, reachable ? 1 : 0);
}

/* Every combination: what refuses can't be told from any other. */
static void
test_every_case(gconstpointer data)
{
    const int fixed = GPOINTER_TO_INT(data);
    const int rest = 2 * 2 * 2 * 2 * 3 * 3;

    for (int i = 0; i < rest; i++) {
        const Case c = {
            .there = fixed & 1,
            .invitations = (fixed >> 1) & 1,
            .signed_out = i & 1,
            .invisible = (i >> 1) & 1,
            .blocked = (i >> 2) & 1,
            .in_list = (i >> 3) & 1,
            .accept_from = (i >> 4) % 3,
            .status_to = (i >> 4) / 3,
        };

        try_case(&c);
    }
}

/* It is the other's blocking that counts, not one's own. */
static void
test_own_blocking(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *alice = msgr_test_client(t, "alice", CHESS);
    MsgrContact *bob = msgr_test_contact(t, "alice", "bob");

    msgr_test_client(t, "bob", CHESS);
    msgr_test_block(bob, TRUE);
    g_assert_cmpuint(msgr_contact_status(bob), ==, MSGR_STATUS_ONLINE);
    g_assert_true(can_invite(alice->user, msgr_test_user(t, "bob")));
    g_assert_false(can_invite(msgr_test_user(t, "bob"), alice->user));
    g_assert_cmpuint(seen_by(msgr_test_user(t, "bob"), alice->user), ==, MSGR_STATUS_OFFLINE);
}

/* Who is there: by what is unlocked where. */
static void
test_there(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *bob = msgr_test_user(t, "bob");
    MsgrClient *client;

    g_assert_false(msgr_user_is_there(bob));
    g_assert_false(bob->data.seen);
    client = msgr_test_locked(t, "bob");
    g_assert_false(msgr_user_is_there(bob));
    msgr_test_unlock(t, client, MSGR_OBJECT_PRIVATE, CHESS);
    g_assert_false(msgr_user_is_there(bob));
    g_assert_false(msgr_user_has_app(bob, CHESS));
    g_assert_false(bob->data.seen);
    msgr_test_assert_done(
        msgr_test_try_unlock(t, client, MSGR_OBJECT_SESSION_MANAGER, CHESS, &error));
    /* that somebody has been there is remembered */
    g_assert_true(msgr_turn_needs_writing(t->model->turn));
    msgr_test_commit(t);
    g_assert_true(msgr_user_is_there(bob));
    g_assert_true(msgr_user_has_app(bob, CHESS));
    g_assert_false(msgr_user_has_app(bob, CARDS));
    g_assert_true(bob->data.seen);
    msgr_test_gone(t, "bob");
    g_assert_false(msgr_user_is_there(bob));
    g_assert_true(bob->data.seen);
}

static void
test_there_by_share(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *bob = msgr_test_user(t, "bob");
    MsgrUser *alice = msgr_test_user(t, "alice");
    MsgrClient *client;

    msgr_test_own_key(t, "bob", SCRIPT, "'capabilities': ['sessions', 'private', 'share']");
    client = msgr_test_client(t, "bob", SCRIPT);
    msgr_test_unlock(t, client, MSGR_OBJECT_PRIVATE, SCRIPT);
    msgr_test_share(t, client, MSGR_OBJECT_PRIVATE, 3600);
    msgr_test_gone(t, "bob");
    g_assert_false(msgr_user_is_there(bob));
    client = msgr_test_client(t, "bob", SCRIPT);
    msgr_test_share(t, client, MSGR_OBJECT_SESSION_MANAGER, 60);
    msgr_test_gone(t, "bob");
    g_assert_true(can_invite(alice, bob));
    msgr_test_advance(t, SECONDS(60) - 1);
    g_assert_true(can_invite(alice, bob));
    msgr_test_advance(t, 1);
    g_assert_false(can_invite(alice, bob));
}

/* What is shared is so for as long as was said, whatever becomes of the service. */
static void
test_share_after_restart(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client;

    msgr_test_own_key(t, "bob", SCRIPT, "'capabilities': ['sessions', 'share']");
    msgr_test_share(t, msgr_test_client(t, "bob", SCRIPT), MSGR_OBJECT_SESSION_MANAGER, 60);
    msgr_test_restart(t, SECONDS(20));
    client = msgr_test_locked(t, "bob");
    msgr_lock_met(client, MSGR_OBJECT_SESSION_MANAGER);
    g_assert_cmpstr(msgr_client_app_id(client, MSGR_OBJECT_SESSION_MANAGER), ==, SCRIPT);
    msgr_test_advance(t, SECONDS(40) - 1);
    msgr_test_assert_signals(t, "bob.OnLockEnable(true)\n");
    msgr_test_advance(t, 1);
    msgr_test_assert_signals(t, "bob.OnLockStatusChanged(INITIALIZED)\n");
}

/* One sees oneself as one is. */
static void
test_own_status(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *bob = msgr_test_user(t, "bob");

    g_assert_cmpuint(seen_by(bob, bob), ==, MSGR_STATUS_OFFLINE);
    msgr_test_client(t, "bob", CHESS);
    msgr_user_set_status(bob, MSGR_STATUS_INVISIBLE);
    g_assert_cmpuint(seen_by(bob, bob), ==, MSGR_STATUS_INVISIBLE);
}

static void
test_status(void)
{
    static const guint32 settable[] = { 0x2, 0x6, 0xa, 0xe, 0x12, 0x22, 0x32, 0x42 };
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *bob = msgr_test_client(t, "bob", CHESS)->user;
    MsgrUser *alice = msgr_test_user(t, "alice");
    gsize next = 0;

    for (guint32 status = 0; status < 0x100; status++) {
        if (next == G_N_ELEMENTS(settable) || status != settable[next]) {
            msgr_test_assert_refused(msgr_user_check_status(status, &error),
                                     MSGR_ERROR_INVALID_ARGS);
            continue;
        }
        msgr_test_assert_done(msgr_user_check_status(status, &error));
        msgr_user_set_status(bob, status);
        g_assert_true(msgr_turn_needs_writing(t->model->turn));
        g_assert_cmpuint(seen_by(alice, bob), ==, status == 0x6 ? 0x1 : status);
        msgr_test_commit(t);
        next++;
    }
}

static gboolean
set_policy(MsgrUser *user, const char *text, GError **error)
{
    g_autoptr(GVariant) policy = g_variant_ref_sink(g_variant_new_parsed(text));

    if (!msgr_policy_check(policy, error))
        return FALSE;
    msgr_policy_set(user, MSGR_LOCAL_SERVICE, policy);
    return TRUE;
}

static void
assert_policy(MsgrUser *user, const char *expected)
{
    g_autoptr(GVariant) policy = g_variant_ref_sink(msgr_policy_get(user, MSGR_LOCAL_SERVICE));
    g_autofree char *text = g_variant_print(policy, FALSE);

    g_assert_cmpstr(text, ==, expected);
}

static void
test_policy(void)
{
    static const char *const wrong[] = {
        "{'AcceptFrom': <'friends'>}", "{'AcceptFrom': <''>}",
        "{'StatusTo': <1>}",           "{'AcceptFrom': <'nobody'>, 'StatusTo': <'Everyone'>}",
        "{'StatusTo': <true>}",
    };
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *bob = msgr_test_user(t, "bob");

    assert_policy(bob, "{'AcceptFrom': <'everyone'>, 'StatusTo': <'everyone'>}");
    msgr_test_assert_done(set_policy(bob, "{'AcceptFrom': <'contacts'>, 'Colour': <7>}", &error));
    assert_policy(bob, "{'AcceptFrom': <'contacts'>, 'StatusTo': <'everyone'>}");
    g_assert_true(msgr_turn_needs_writing(t->model->turn));
    msgr_test_assert_done(set_policy(bob, "{'StatusTo': <'nobody'>}", &error));
    msgr_test_commit(t);
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        msgr_test_assert_refused(set_policy(bob, wrong[i], &error), MSGR_ERROR_INVALID_ARGS);
        g_assert_false(msgr_turn_needs_writing(t->model->turn));
        assert_policy(bob, "{'AcceptFrom': <'contacts'>, 'StatusTo': <'nobody'>}");
    }
}

static gboolean
check_free(MsgrUser *user, const char *service, const char *text, GError **error)
{
    g_autoptr(GVariant) policy = g_variant_ref_sink(g_variant_new_parsed(text));

    return msgr_policy_check_free(user, service, policy, error);
}

/* What is fixed holds, can't be set, and says nothing of other services, keys and users. */
static void
test_fixed_policy(void)
{
    static const char text[] = "[xmpp]\nAcceptFrom=everyone\n[local]\nAcceptFrom=nobody\n";
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *bob = msgr_test_user(t, "bob");
    g_autoptr(GPtrArray) fixed =
        g_ptr_array_new_with_free_func((GDestroyNotify)msgr_fixed_policy_unref);

    msgr_test_assert_done(set_policy(bob, "{'AcceptFrom': <'contacts'>}", &error));
    g_ptr_array_add(fixed, msgr_fixed_policy_parse("bob", "", text, sizeof text - 1, NULL));
    msgr_policy_replace_fixed(t->model, fixed);
    assert_policy(bob, "{'AcceptFrom': <'nobody'>, 'StatusTo': <'everyone'>}");
    g_assert_cmpint(msgr_policy_audience(bob, "xmpp", MSGR_POLICY_ACCEPT_FROM), ==,
                    MSGR_AUDIENCE_EVERYONE);
    g_assert_cmpint(msgr_policy_audience(bob, "xmpp", MSGR_POLICY_STATUS_TO), ==,
                    MSGR_AUDIENCE_CONTACTS);
    msgr_test_assert_refused(check_free(bob, "local", "{'AcceptFrom': <'nobody'>}", &error),
                             MSGR_ERROR_ACCESS_DENIED);
    msgr_test_assert_done(check_free(bob, "local", "{'StatusTo': <'nobody'>}", &error));
    msgr_test_assert_done(check_free(bob, "post", "{'AcceptFrom': <'nobody'>}", &error));
    msgr_test_assert_done(
        check_free(msgr_test_user(t, "alice"), "local", "{'AcceptFrom': <'nobody'>}", &error));
    msgr_policy_replace_fixed(t->model, NULL);
    assert_policy(bob, "{'AcceptFrom': <'contacts'>, 'StatusTo': <'everyone'>}");
}

static void
assert_services(MsgrUser *user, const char *expected)
{
    g_autoptr(GVariant) services = g_variant_ref_sink(msgr_user_services(user));
    g_autofree char *text = g_variant_print(services, TRUE);

    g_assert_cmpstr(text, ==, expected);
}

static void
test_names_and_services(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *bob = msgr_test_user(t, "bob");

    assert_services(bob, "[('local', 'This computer', 'bob', 'bob', uint32 2)]");
    msgr_user_set_names(bob, "bob", "Bob B.");
    g_assert_cmpstr(msgr_user_friendly_name(bob), ==, "Bob B.");
    msgr_user_set_friendly_name(bob, "Bobby");
    assert_services(bob, "[('local', 'This computer', 'bob', 'Bobby', uint32 2)]");
    msgr_user_set_friendly_name(bob, "");
    g_assert_cmpstr(msgr_user_friendly_name(bob), ==, "Bob B.");
    msgr_user_sign_out(bob);
    assert_services(bob, "[('local', 'This computer', 'bob', 'Bob B.', uint32 1)]");
    msgr_user_sign_in(bob, msgr_test_locked(t, "bob"));
    assert_services(bob, "[('local', 'This computer', 'bob', 'Bob B.', uint32 2)]");
}

/* The user database may call somebody otherwise one day. */
static void
test_renamed(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *bob = msgr_test_user(t, "bob");

    msgr_user_set_names(bob, "bob", "");
    g_assert_false(msgr_turn_needs_writing(t->model->turn));
    msgr_user_set_names(bob, "robert", "");
    g_assert_null(msgr_model_user_by_name(t->model, "bob"));
    g_assert_true(msgr_model_user_by_name(t->model, "robert") == bob);
    msgr_test_rollback(t);
    g_assert_true(msgr_model_user_by_name(t->model, "bob") == bob);
    g_assert_null(msgr_model_user_by_name(t->model, "robert"));
    msgr_user_set_names(bob, "robert", "");
    msgr_test_commit(t);
    g_assert_true(msgr_model_user(t->model, bob->uid) == bob);
    g_assert_true(msgr_test_user(t, "robert") == bob);
}

/* Two whose names have been exchanged. */
static void
test_renamed_crosswise(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *alice = msgr_test_user(t, "alice");
    MsgrUser *bob = msgr_test_user(t, "bob");

    msgr_user_set_names(alice, "bob", "");
    msgr_test_rollback(t);
    g_assert_true(msgr_model_user_by_name(t->model, "alice") == alice);
    g_assert_true(msgr_model_user_by_name(t->model, "bob") == bob);
    msgr_user_set_names(alice, "bob", "");
    msgr_user_set_names(bob, "alice", "");
    g_assert_true(msgr_model_user_by_name(t->model, "alice") == bob);
    g_assert_true(msgr_model_user_by_name(t->model, "bob") == alice);
    msgr_test_rollback(t);
    g_assert_true(msgr_model_user_by_name(t->model, "alice") == alice);
    g_assert_true(msgr_model_user_by_name(t->model, "bob") == bob);
}

static void
add_contact(MsgrTestModel *t, MsgrClient *client)
{
    msgr_contact_obtain(client->user, MSGR_LOCAL_SERVICE, "alice");
}

static void
add_key(MsgrTestModel *t, MsgrClient *client)
{
    g_autofree char *json = msgr_test_key_json(SCRIPT, "hmac-sha256", "'capabilities': []");

    msgr_test_assert_done(msgr_key_ring_add(client->user, json, &error));
}

static void
add_application(MsgrTestModel *t, MsgrClient *client)
{
    g_autoptr(MsgrAppEntry) entry = msgr_test_entry(t, CHESS_GUID, CHESS);

    msgr_test_assert_done(msgr_application_register(client, entry, FALSE, &error));
}

static void
unlock(MsgrTestModel *t, MsgrClient *client)
{
    msgr_test_assert_done(
        msgr_test_try_unlock(t, client, MSGR_OBJECT_SESSION_MANAGER, CHESS, &error));
}

/* Somebody who came is there for good, and is kept with the first of what is the user's own. */
static void
test_met(void)
{
    static void (*const firsts[])(MsgrTestModel *, MsgrClient *) = { add_contact, add_key,
                                                                     add_application, unlock };

    for (gsize i = 0; i < G_N_ELEMENTS(firsts); i++) {
        g_autoptr(MsgrTestModel) t = msgr_test_model_new();
        MsgrUser *bob = msgr_user_meet(t->model, 4711, "bob", "Bob B.");
        MsgrClient *client = msgr_client_new(bob, "bob");

        g_assert_true(msgr_turn_needs_writing(t->model->turn));
        msgr_test_rollback(t);
        g_assert_true(msgr_model_user(t->model, 4711) == bob);
        g_assert_true(msgr_model_user_by_name(t->model, "bob") == bob);
        firsts[i](t, client);
        msgr_test_commit(t);
        g_assert_true(bob->record.stored);
    }
}

/* Of those who were only named there may be a whole directory: not all are remembered. */
static void
test_strangers(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *alice = msgr_test_client(t, "alice", CHESS)->user;
    MsgrUser *bob = msgr_test_locked(t, "bob")->user;

    msgr_test_contact(t, "carol", "alice");
    for (guint uid = 100000; uid < 105000; uid++) {
        g_autofree char *name = g_strdup_printf("somebody%u", uid);

        msgr_user_meet(t->model, uid, name, "");
        msgr_test_commit(t);
    }
    g_assert_cmpuint(g_hash_table_size(t->model->users), ==, 4096);
    g_assert_cmpuint(g_hash_table_size(t->model->users_by_name), ==, 4096);
    g_assert_true(msgr_model_user_by_name(t->model, "alice") == alice);
    g_assert_true(msgr_model_user_by_name(t->model, "bob") == bob);
    g_assert_nonnull(msgr_model_user_by_name(t->model, "carol"));
    g_assert_nonnull(msgr_model_user_by_name(t->model, "somebody104999"));
}

static void
change_everything(MsgrUser *user)
{
    msgr_user_set_friendly_name(user, "Somebody");
    msgr_user_set_status(user, MSGR_STATUS_BUSY);
    msgr_test_assert_done(set_policy(user, "{'AcceptFrom': <'nobody'>}", &error));
    msgr_user_sign_out(user);
}

static void
test_taken_back(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *bob = msgr_test_client(t, "bob", CHESS)->user;
    g_autofree char *before = msgr_test_snapshot(t);
    g_autofree char *after = NULL;

    change_everything(bob);
    g_assert_true(msgr_turn_needs_writing(t->model->turn));
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_signals(t, "");
    change_everything(bob);
    assert_services(bob, "[('local', 'This computer', 'bob', 'Somebody', uint32 1)]");
}

/* Every client is told, unlocked or not, and nobody of another user. */
static void
test_sign_in_and_out(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *bob = msgr_test_client(t, "bob", CHESS)->user;
    MsgrClient *second = msgr_test_locked(t, "bob-2");

    msgr_test_client(t, "alice", PANEL);
    msgr_user_sign_out(bob);
    msgr_test_assert_signals(t, "bob.OnSignout('local')\n"
                                "bob.OnLockEnable(false)\n"
                                "bob.OnLockStatusChanged(NOTINITIALIZED)\n"
                                "bob-2.OnSignout('local')\n");
    msgr_user_sign_in(bob, second);
    msgr_test_assert_signals(t, "bob.OnSignin(0, 'local')\n"
                                "bob.OnLockEnable(true)\n"
                                "bob.OnLockStatusChanged(INITIALIZED)\n"
                                "bob-2.OnSignin(0, 'local')\n");
    /* who asks for what is so already is told all the same, and nobody else */
    msgr_user_sign_in(bob, second);
    g_assert_false(msgr_turn_needs_writing(t->model->turn));
    msgr_test_assert_signals(t, "bob-2.OnSignin(0, 'local')\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/user/every-case/away-closed", GINT_TO_POINTER(0), test_every_case);
    g_test_add_data_func("/user/every-case/there-closed", GINT_TO_POINTER(1), test_every_case);
    g_test_add_data_func("/user/every-case/away", GINT_TO_POINTER(2), test_every_case);
    g_test_add_data_func("/user/every-case/there", GINT_TO_POINTER(3), test_every_case);
    g_test_add_func("/user/own-blocking", test_own_blocking);
    g_test_add_func("/user/there", test_there);
    g_test_add_func("/user/there-by-share", test_there_by_share);
    g_test_add_func("/user/share-after-restart", test_share_after_restart);
    g_test_add_func("/user/own-status", test_own_status);
    g_test_add_func("/user/status", test_status);
    g_test_add_func("/user/policy", test_policy);
    g_test_add_func("/user/policy/fixed", test_fixed_policy);
    g_test_add_func("/user/names-and-services", test_names_and_services);
    g_test_add_func("/user/renamed", test_renamed);
    g_test_add_func("/user/renamed-crosswise", test_renamed_crosswise);
    g_test_add_func("/user/met", test_met);
    g_test_add_func("/user/strangers", test_strangers);
    g_test_add_func("/user/taken-back", test_taken_back);
    g_test_add_func("/user/sign-in-and-out", test_sign_in_and_out);
    return g_test_run();
}
