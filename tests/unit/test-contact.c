/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Contacts: their paths, what is read of them, to whom they are known, and how many are remembered.
 */
#include "msgr-test-model.h"

static void
assert_properties(MsgrContact *contact, const char *expected)
{
    g_autoptr(GVariant) properties = g_variant_ref_sink(msgr_contact_properties(contact));
    g_autofree char *text = g_variant_print(properties, FALSE);

    g_assert_cmpstr(text, ==, expected);
}

/* The same for good; another for each user, service and name; nothing that could be guessed. */
static void
test_path(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *alice = msgr_test_user(t, "alice");
    MsgrContact *bob = msgr_test_contact(t, "alice", "bob");
    g_autofree char *path = g_strdup(bob->path);
    g_autofree char *same = msgr_contact_id(alice, "local", "bob");
    g_autofree char *of_carol = msgr_contact_id(msgr_test_user(t, "carol"), "local", "bob");
    g_autofree char *elsewhere = msgr_contact_id(alice, "xmpp", "bob");
    g_autofree char *other = msgr_contact_id(alice, "local", "bobby");
    g_autofree char *by_other_secret = NULL;

    g_assert_true(g_regex_match_simple("^/org/msgr/Messenger/Contact/[0-9a-f]{32}$", path, 0, 0));
    g_assert_cmpstr(same, ==, bob->id);
    /* that of uid 1000 with this secret, whatever the version */
    g_assert_cmpstr(same, ==, "3a3cc5008506c63d1c96481a2fde4347");
    g_assert_cmpstr(of_carol, !=, bob->id);
    g_assert_cmpstr(elsewhere, !=, bob->id);
    g_assert_cmpstr(other, !=, bob->id);
    t->model->secret[0] ^= 1;
    by_other_secret = msgr_contact_id(alice, "local", "bob");
    t->model->secret[0] ^= 1;
    g_assert_cmpstr(by_other_secret, !=, bob->id);
    msgr_turn_remove(t->model->turn, bob);
    msgr_test_commit(t);
    g_assert_null(msgr_model_contact(t->model, same));
    g_assert_cmpstr(msgr_test_contact(t, "alice", "bob")->path, ==, path);
    msgr_test_restart(t, 0);
    g_assert_cmpstr(msgr_model_contact(t->model, same)->path, ==, path);
}

static void
test_properties(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrContact *bob = msgr_test_contact(t, "alice", "bob");

    assert_properties(bob, "{'SigninName': <'bob'>, 'FriendlyName': <'bob'>, "
                           "'Status': <uint32 1>, 'ServiceId': <'local'>, "
                           "'ServiceName': <'This computer'>, 'IsSelf': <false>, "
                           "'Blocked': <false>, 'InList': <false>}");
    msgr_test_client(t, "bob", CHESS);
    msgr_user_set_names(msgr_test_user(t, "bob"), "bob", "Bob B.");
    msgr_test_block(bob, TRUE);
    msgr_test_put_in_list(bob, TRUE);
    assert_properties(bob, "{'SigninName': <'bob'>, 'FriendlyName': <'Bob B.'>, "
                           "'Status': <uint32 2>, 'ServiceId': <'local'>, "
                           "'ServiceName': <'This computer'>, 'IsSelf': <false>, "
                           "'Blocked': <true>, 'InList': <true>}");
    assert_properties(msgr_test_contact(t, "alice", "alice"),
                      "{'SigninName': <'alice'>, 'FriendlyName': <'alice'>, "
                      "'Status': <uint32 1>, 'ServiceId': <'local'>, "
                      "'ServiceName': <'This computer'>, 'IsSelf': <true>, "
                      "'Blocked': <false>, 'InList': <false>}");
    g_assert_null(msgr_contact_property(bob, "NoSuchProperty"));
}

/* Always online, and nobody's own, even if a user should be called so. */
static void
test_echo(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrContact *echo = msgr_test_contact(t, "alice", "echo");

    msgr_test_user(t, "echo");
    g_assert_true(msgr_contact_is_echo(echo));
    g_assert_null(msgr_contact_peer(echo));
    assert_properties(echo, "{'SigninName': <'echo'>, 'FriendlyName': <'echo'>, "
                            "'Status': <uint32 2>, 'ServiceId': <'local'>, "
                            "'ServiceName': <'This computer'>, 'IsSelf': <false>, "
                            "'Blocked': <false>, 'InList': <false>}");
    g_assert_false(
        msgr_contact_is_echo(msgr_contact_obtain(msgr_test_user(t, "alice"), "xmpp", "echo")));
}

typedef struct {
    const char *name;
    const char *client;
    const char *app_id; /* NULL: locked */
    gboolean private;   /* Private is unlocked too, or alone */
} Viewer;

static const Viewer viewers[] = {
    { "sessions", "alice-1", CARDS, FALSE }, { "private", "alice-2", NULL, TRUE },
    { "both", "alice-3", CHESS, TRUE },      { "messenger", "alice-4", PANEL, FALSE },
    { "locked", "alice-5", NULL, FALSE },    { "stranger", "bob-1", PANEL, TRUE },
};

static MsgrClient *
new_viewer(MsgrTestModel *t, const Viewer *viewer)
{
    MsgrClient *client = msgr_test_locked(t, viewer->client);

    if (viewer->app_id != NULL)
        msgr_test_unlock(t, client, MSGR_OBJECT_SESSION_MANAGER, viewer->app_id);
    if (viewer->private)
        msgr_test_unlock(t, client, MSGR_OBJECT_PRIVATE,
                         viewer->app_id == NULL ? NOTES : viewer->app_id);
    msgr_test_drop(t);
    return client;
}

/* The list is open to who has Private unlocked or is a messenger; whom one named, to who did. */
static void
test_known(gconstpointer data)
{
    const Viewer *viewer = data;
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrContact *bob = msgr_test_contact(t, "alice", "bob");
    MsgrClient *client = new_viewer(t, viewer);
    gboolean is_alices = g_str_has_prefix(viewer->client, "alice");
    gboolean may_list = viewer->private || g_strcmp0(viewer->app_id, PANEL) == 0;

    g_assert_cmpint(msgr_client_may_use_contact_list(client), ==, may_list);
    g_assert_false(msgr_contact_is_known_to(bob, client));
    msgr_test_put_in_list(bob, TRUE);
    g_assert_cmpint(msgr_contact_is_known_to(bob, client), ==, is_alices && may_list);
    msgr_test_put_in_list(bob, FALSE);
    g_assert_false(msgr_contact_is_known_to(bob, client));
    msgr_contact_named_by(bob, client);
    g_assert_cmpint(msgr_contact_is_known_to(bob, client), ==,
                    is_alices && (viewer->app_id != NULL || viewer->private));
}

static void
test_known_to_others_of_app(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrContact *bob = msgr_test_contact(t, "alice", "bob");

    msgr_contact_named_by(bob, msgr_test_client(t, "alice", CHESS));
    msgr_test_gone(t, "alice");
    g_assert_true(msgr_contact_is_known_to(bob, msgr_test_client(t, "alice-2", CHESS)));
    g_assert_false(msgr_contact_is_known_to(bob, msgr_test_client(t, "alice-3", CARDS)));
}

/* A session's party is known to who sees the session. */
static void
test_known_by_session(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *alice = msgr_test_client(t, "alice", CHESS);
    MsgrClient *bob = msgr_test_client(t, "bob", CHESS);
    MsgrClient *cards = msgr_test_client(t, "bob-cards", CARDS);
    MsgrContact *from;
    MsgrSide *side;

    msgr_test_register(t, alice, CHESS_GUID);
    msgr_test_register(t, bob, CHESS_GUID);
    side = msgr_test_invite(t, alice, CHESS_GUID, "bob");
    from = msgr_contact_find(bob->user, "local", "alice");
    g_assert_true(msgr_contact_is_known_to(from, bob));
    g_assert_false(msgr_contact_is_known_to(from, cards));
    g_assert_true(msgr_contact_is_known_to(msgr_test_contact(t, "alice", "bob"), alice));
    g_assert_false(msgr_contact_is_known_to(from, alice));
    msgr_test_assert_done(msgr_side_cancel(side, 0, "", &error));
    g_assert_true(msgr_contact_is_known_to(from, bob));
    msgr_test_advance(t, SECONDS(60));
    g_assert_false(msgr_contact_is_known_to(from, bob));
}

static void
test_list_and_remove(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrContact *bob = msgr_test_contact(t, "alice", "bob");
    g_autoptr(GVariant) list = NULL;
    g_autofree char *before = NULL, *after = NULL;

    msgr_test_contact(t, "alice", "carol");
    msgr_test_put_in_list(bob, TRUE);
    list = g_variant_ref_sink(msgr_contact_list(bob->user));
    g_assert_cmpuint(g_variant_n_children(list), ==, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(viewers); i++)
        new_viewer(t, &viewers[i]);
    before = msgr_test_snapshot(t);
    msgr_test_assert_done(msgr_contact_remove(bob, &error));
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_done(msgr_contact_remove(bob, &error));
    msgr_test_assert_signals(t, "alice-2.OnContactListRemove(bob)\n"
                                "alice-3.OnContactListRemove(bob)\n"
                                "alice-4.OnContactListRemove(bob)\n");
    msgr_test_assert_refused(msgr_contact_remove(bob, &error), MSGR_ERROR_NOT_FOUND);
    msgr_test_assert_signals(t, "");
    g_assert_true(msgr_model_contact(t->model, bob->id) == bob);
}

/* In the list it comes once, stays for good, and not beyond what is allowed. */
static void
test_add_to_list(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrContact *bob = msgr_test_contact(t, "alice", "bob");
    MsgrContact *carol = msgr_test_contact(t, "alice", "carol");
    g_autofree char *before = msgr_test_snapshot(t);
    g_autofree char *after = NULL;

    t->model->config->contacts_per_user = 1;
    msgr_test_assert_done(msgr_contact_add_to_list(bob, &error));
    g_assert_true(bob->in_list);
    g_assert_true(msgr_turn_needs_writing(t->model->turn));
    msgr_test_assert_refused(msgr_contact_add_to_list(carol, &error), MSGR_ERROR_LIMITS_EXCEEDED);
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_done(msgr_contact_add_to_list(carol, &error));
    msgr_test_commit(t);
    msgr_test_assert_done(msgr_contact_add_to_list(carol, &error));
    g_assert_false(msgr_turn_needs_writing(t->model->turn));
    msgr_test_assert_refused(msgr_contact_add_to_list(bob, &error), MSGR_ERROR_LIMITS_EXCEEDED);
    g_assert_false(msgr_turn_needs_writing(t->model->turn));
    msgr_test_restart(t, 0);
    g_assert_true(msgr_test_contact(t, "alice", "carol")->in_list);
    g_assert_false(msgr_test_contact(t, "alice", "bob")->in_list);
}

static void
test_block(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrContact *bob = msgr_test_contact(t, "alice", "bob");
    g_autofree char *before = msgr_test_snapshot(t);
    g_autofree char *after = NULL;

    msgr_test_block(bob, FALSE);
    g_assert_false(msgr_turn_needs_writing(t->model->turn));
    msgr_test_block(bob, TRUE);
    g_assert_true(msgr_turn_needs_writing(t->model->turn));
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_block(bob, TRUE);
    msgr_test_commit(t);
    msgr_test_restart(t, 0);
    g_assert_true(msgr_test_contact(t, "alice", "bob")->blocked);
}

static void
name_many(MsgrTestModel *t, guint count)
{
    for (guint i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("somebody%u", i);

        msgr_contact_obtain(msgr_test_user(t, "alice"), "local", name);
    }
    msgr_test_commit(t);
}

/* Who was only named is forgotten one day, the oldest first; who matters is not. */
static void
test_bounded(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *alice = msgr_test_client(t, "alice", CHESS);
    GHashTable *contacts = alice->user->contacts;
    MsgrContact *blocked = msgr_test_contact(t, "alice", "blocked");
    MsgrContact *listed = msgr_test_contact(t, "alice", "listed");

    t->model->config->contacts_per_user = 10;
    msgr_test_block(blocked, TRUE);
    msgr_test_put_in_list(listed, TRUE);
    msgr_test_register(t, alice, CHESS_GUID);
    msgr_test_client(t, "bob", CHESS);
    msgr_test_invite(t, alice, CHESS_GUID, "bob");
    msgr_test_contact(t, "alice", "first");
    msgr_test_contact(t, "alice", "second");
    msgr_contact_obtain(alice->user, "local", "first");
    name_many(t, 1010 - 5);
    g_assert_cmpuint(g_hash_table_size(contacts), ==, 1010);
    name_many(t, 1010 - 5);
    g_assert_nonnull(msgr_contact_find(alice->user, "local", "second"));
    msgr_contact_obtain(alice->user, "local", "last");
    g_assert_null(msgr_contact_find(alice->user, "local", "second"));
    msgr_test_rollback(t);
    g_assert_nonnull(msgr_contact_find(alice->user, "local", "second"));
    msgr_contact_obtain(alice->user, "local", "last");
    g_assert_null(msgr_contact_find(alice->user, "local", "second"));
    name_many(t, 2000);
    g_assert_cmpuint(g_hash_table_size(contacts), ==, 1010);
    g_assert_null(msgr_contact_find(alice->user, "local", "first"));
    g_assert_nonnull(msgr_contact_find(alice->user, "local", "blocked"));
    g_assert_nonnull(msgr_contact_find(alice->user, "local", "listed"));
    g_assert_nonnull(msgr_contact_find(alice->user, "local", "bob"));
}

/* Nor does it help to make new keys all the time. */
static void
test_named_by_is_bounded(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *chess = msgr_test_client(t, "alice", CHESS);
    MsgrContact *bob = msgr_test_contact(t, "alice", "bob");

    msgr_contact_named_by(bob, chess);
    for (int i = 0; i < 300; i++) {
        g_autofree char *id = g_strdup_printf("org.example.Key%d", i);

        msgr_test_own_key(t, "alice", id, "'capabilities': ['sessions']");
        msgr_contact_named_by(bob, msgr_test_client(t, "alice-2", id));
        msgr_test_gone(t, "alice-2");
        msgr_test_assert_done(msgr_key_ring_remove(chess->user, id, &error));
        msgr_test_commit(t);
    }
    g_assert_cmpuint(g_hash_table_size(bob->named_by), <=, 2 * MSGR_MAX_USER_KEYS);
    g_assert_true(msgr_contact_is_known_to(bob, chess));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/contact/path", test_path);
    g_test_add_func("/contact/properties", test_properties);
    g_test_add_func("/contact/echo", test_echo);
    for (gsize i = 0; i < G_N_ELEMENTS(viewers); i++) {
        g_autofree char *path = g_strconcat("/contact/known/", viewers[i].name, NULL);

        g_test_add_data_func(path, &viewers[i], test_known);
    }
    g_test_add_func("/contact/known-to-others-of-app", test_known_to_others_of_app);
    g_test_add_func("/contact/known-by-session", test_known_by_session);
    g_test_add_func("/contact/list-and-remove", test_list_and_remove);
    g_test_add_func("/contact/add-to-list", test_add_to_list);
    g_test_add_func("/contact/block", test_block);
    g_test_add_func("/contact/bounded", test_bounded);
    g_test_add_func("/contact/named-by-is-bounded", test_named_by_is_bounded);
    return g_test_run();
}
