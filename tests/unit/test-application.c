/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Registered applications: whose they are, who may change them, and what packages say.
 */
#include "msgr-test-model.h"

static gboolean
register_app(MsgrTestModel *t, MsgrClient *client, const char *guid, gboolean replace,
             GError **error)
{
    g_autoptr(MsgrAppEntry) entry =
        msgr_test_entry(t, guid, msgr_client_app_id(client, MSGR_OBJECT_SESSION_MANAGER));

    return msgr_application_register(client, entry, replace, error);
}

/* The same, in another version. */
static gboolean
register_newer(MsgrTestModel *t, MsgrClient *client, const char *guid, GError **error)
{
    g_autoptr(MsgrAppEntry) entry =
        msgr_app_entry_new(guid, "Newer", "https://example.org/newer", "/usr/bin/newer", "", "2.0",
                           msgr_client_app_id(client, MSGR_OBJECT_SESSION_MANAGER), t->wall);

    return msgr_application_register(client, entry, TRUE, error);
}

static void
assert_found(MsgrTestModel *t, const char *user, const char *guid, const char *name)
{
    MsgrAppEntry *entry = msgr_application_find(msgr_test_user(t, user), guid);

    g_assert_cmpstr(entry == NULL ? NULL : entry->name, ==, name);
}

static void
test_register(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *chess = msgr_test_client(t, "alice", CHESS);
    MsgrClient *private = msgr_test_locked(t, "alice-private");
    g_autofree char *before = NULL, *after = NULL;

    msgr_test_client(t, "alice-cards", CARDS);
    msgr_test_locked(t, "alice-locked");
    msgr_test_unlock(t, private, MSGR_OBJECT_PRIVATE, NOTES);
    msgr_test_client(t, "bob", CHESS);
    msgr_test_drop(t);
    before = msgr_test_snapshot(t);
    msgr_test_assert_done(register_app(t, chess, CHESS_GUID, FALSE, &error));
    g_assert_true(msgr_turn_needs_writing(t->model->turn));
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_done(register_app(t, chess, CHESS_GUID, FALSE, &error));
    msgr_test_assert_signals(t, "alice.OnAppRegistered('" CHESS_GUID "')\n"
                                "alice-cards.OnAppRegistered('" CHESS_GUID "')\n");
    assert_found(t, "alice", CHESS_GUID, "Chess");
    assert_found(t, "bob", CHESS_GUID, NULL);
    msgr_test_assert_refused(register_app(t, chess, CHESS_GUID, FALSE, &error),
                             MSGR_ERROR_APP_ALREADY_REGISTERED);
    msgr_test_assert_signals(t, "");
}

static void
test_unregister(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *chess = msgr_test_client(t, "alice", CHESS);
    MsgrClient *bob = msgr_test_client(t, "bob", CHESS);
    g_autofree char *before = NULL, *after = NULL;

    msgr_test_register(t, chess, CHESS_GUID);
    msgr_test_drop(t);
    msgr_test_assert_refused(msgr_application_unregister(bob, CHESS_GUID, &error),
                             MSGR_ERROR_APP_NOT_REGISTERED);
    before = msgr_test_snapshot(t);
    msgr_test_assert_done(msgr_application_unregister(chess, CHESS_GUID, &error));
    g_assert_true(msgr_turn_needs_writing(t->model->turn));
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_done(msgr_application_unregister(chess, CHESS_GUID, &error));
    msgr_test_assert_signals(t, "alice.OnAppUnRegistered('" CHESS_GUID "')\n");
    msgr_test_assert_refused(msgr_application_unregister(chess, CHESS_GUID, &error),
                             MSGR_ERROR_APP_NOT_REGISTERED);
    msgr_test_assert_done(register_app(t, chess, CHESS_GUID, FALSE, &error));
}

/* Who may replace and unregister what Chess has registered. */
static void
test_owners(void)
{
    static const struct {
        const char *app_id;
        gboolean may;
    } rows[] = { { CHESS, TRUE }, { PANEL, TRUE }, { CARDS, FALSE } };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(MsgrTestModel) t = msgr_test_model_new();
        MsgrClient *client = msgr_test_client(t, "alice-2", rows[i].app_id);

        msgr_test_register(t, msgr_test_client(t, "alice", CHESS), CHESS_GUID);
        if (rows[i].may) {
            msgr_test_assert_done(register_newer(t, client, CHESS_GUID, &error));
            assert_found(t, "alice", CHESS_GUID, "Newer");
            msgr_test_assert_done(msgr_application_unregister(client, CHESS_GUID, &error));
            assert_found(t, "alice", CHESS_GUID, NULL);
        } else {
            msgr_test_assert_refused(register_newer(t, client, CHESS_GUID, &error),
                                     MSGR_ERROR_ACCESS_DENIED);
            msgr_test_assert_refused(msgr_application_unregister(client, CHESS_GUID, &error),
                                     MSGR_ERROR_ACCESS_DENIED);
            g_assert_false(msgr_turn_needs_writing(t->model->turn));
            assert_found(t, "alice", CHESS_GUID, "Chess");
        }
    }
}

/* To say the same again changes nothing; to say otherwise does. */
static void
test_replace(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *chess = msgr_test_client(t, "alice", CHESS);
    g_autofree char *before = NULL, *after = NULL;

    msgr_test_assert_done(register_app(t, chess, CHESS_GUID, TRUE, &error));
    msgr_test_drop(t);
    t->wall += SECONDS(100);
    msgr_test_assert_done(register_app(t, chess, CHESS_GUID, TRUE, &error));
    g_assert_false(msgr_turn_needs_writing(t->model->turn));
    msgr_test_assert_signals(t, "");
    g_assert_cmpint(msgr_application_find(chess->user, CHESS_GUID)->registered_at, ==,
                    t->wall - SECONDS(100));
    before = msgr_test_snapshot(t);
    msgr_test_assert_done(register_newer(t, chess, CHESS_GUID, &error));
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_done(register_newer(t, chess, CHESS_GUID, &error));
    msgr_test_assert_signals(t, "alice.OnAppRegistered('" CHESS_GUID "')\n");
    assert_found(t, "alice", CHESS_GUID, "Newer");
    g_assert_cmpuint(g_hash_table_size(chess->user->applications), ==, 1);
}

/* Registered, taken away and registered again in one turn. */
static void
test_turn_of_many(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *chess = msgr_test_client(t, "alice", CHESS);
    g_autofree char *before = NULL, *after = NULL;

    msgr_test_register(t, chess, CHESS_GUID);
    before = msgr_test_snapshot(t);
    msgr_test_assert_done(register_newer(t, chess, CHESS_GUID, &error));
    msgr_test_assert_done(msgr_application_unregister(chess, CHESS_GUID, &error));
    msgr_test_assert_done(register_app(t, chess, CHESS_GUID, FALSE, &error));
    msgr_test_assert_done(register_newer(t, chess, CHESS_GUID, &error));
    msgr_test_assert_done(register_app(t, chess, CARDS_GUID, FALSE, &error));
    assert_found(t, "alice", CHESS_GUID, "Newer");
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    assert_found(t, "alice", CHESS_GUID, "Chess");
    assert_found(t, "alice", CARDS_GUID, NULL);
}

static gboolean
register_number(MsgrTestModel *t, MsgrClient *client, guint number, GError **error)
{
    g_autofree char *guid = g_strdup_printf("{00000000-0000-0000-0000-%012X}", number);

    return register_app(t, client, guid, FALSE, error);
}

static void
test_quota(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *chess = msgr_test_client(t, "alice", CHESS);

    for (guint i = 0; i < 256; i++)
        msgr_test_assert_done(register_number(t, chess, i, &error));
    msgr_test_commit(t);
    msgr_test_assert_refused(register_number(t, chess, 256, &error), MSGR_ERROR_LIMITS_EXCEEDED);
    msgr_test_assert_refused(register_number(t, chess, 0, &error),
                             MSGR_ERROR_APP_ALREADY_REGISTERED);
    g_assert_false(msgr_turn_needs_writing(t->model->turn));
    msgr_test_assert_done(
        register_newer(t, chess, "{00000000-0000-0000-0000-000000000007}", &error));
    msgr_test_assert_done(
        msgr_application_unregister(chess, "{00000000-0000-0000-0000-000000000007}", &error));
    msgr_test_assert_done(register_number(t, chess, 256, &error));
    msgr_test_assert_done(register_number(t, msgr_test_client(t, "bob", CHESS), 0, &error));
}

static void
test_not_allowed(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *chess = msgr_test_client(t, "alice", CHESS);

    t->model->config->user_applications = FALSE;
    msgr_test_assert_refused(register_app(t, chess, CHESS_GUID, FALSE, &error),
                             MSGR_ERROR_ACCESS_DENIED);
    msgr_test_assert_refused(register_app(t, chess, CHESS_GUID, TRUE, &error),
                             MSGR_ERROR_ACCESS_DENIED);
    assert_found(t, "alice", CHESS_GUID, NULL);
}

/* A package's entry wins, and no user can take it away. */
static void
test_packaged(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *chess = msgr_test_client(t, "alice", CHESS);
    MsgrClient *panel = msgr_test_client(t, "bob", PANEL);

    msgr_test_register(t, chess, CHESS_GUID);
    msgr_test_drop(t);
    msgr_test_package(t, CHESS_GUID, CARDS);
    /* for alice it was registered before, and is still */
    msgr_test_assert_signals(t, "bob.OnAppRegistered('" CHESS_GUID "')\n");
    assert_found(t, "alice", CHESS_GUID, "Packaged");
    assert_found(t, "bob", CHESS_GUID, "Packaged");
    msgr_test_assert_refused(msgr_application_unregister(chess, CHESS_GUID, &error),
                             MSGR_ERROR_ACCESS_DENIED);
    msgr_test_assert_refused(msgr_application_unregister(panel, CHESS_GUID, &error),
                             MSGR_ERROR_ACCESS_DENIED);
    msgr_test_assert_refused(register_app(t, panel, CHESS_GUID, FALSE, &error),
                             MSGR_ERROR_APP_ALREADY_REGISTERED);
    msgr_test_assert_refused(register_app(t, panel, CHESS_GUID, TRUE, &error),
                             MSGR_ERROR_ACCESS_DENIED);
    g_ptr_array_set_size(t->apps, 0);
    msgr_application_replace_packaged(t->model, t->apps);
    msgr_test_assert_signals(t, "bob.OnAppUnRegistered('" CHESS_GUID "')\n");
    assert_found(t, "alice", CHESS_GUID, "Chess");
    assert_found(t, "bob", CHESS_GUID, NULL);
}

/* Of several that a directory has under one GUID, the first counts; what has not changed is not
 * told. */
static void
test_packages_change(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();

    msgr_test_client(t, "alice", CHESS);
    msgr_test_package(t, CHESS_GUID, CHESS);
    msgr_test_package(t, CHESS_GUID, CARDS);
    msgr_test_assert_signals(t, "alice.OnAppRegistered('" CHESS_GUID "')\n");
    g_assert_cmpstr(msgr_application_find(msgr_test_user(t, "alice"), CHESS_GUID)->app_ids[0], ==,
                    CHESS);
    msgr_test_package(t, CARDS_GUID, CARDS);
    msgr_test_assert_signals(t, "alice.OnAppRegistered('" CARDS_GUID "')\n");
    g_ptr_array_remove_range(t->apps, 0, 2);
    msgr_application_replace_packaged(t->model, t->apps);
    msgr_test_assert_signals(t, "alice.OnAppUnRegistered('" CHESS_GUID "')\n");
}

static void
test_list(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *alice = msgr_test_client(t, "alice", CHESS);
    g_autoptr(GPtrArray) list = NULL;
    static const char *const expected[] = { "{00000000-0000-0000-0000-000000000001}", CARDS_GUID,
                                            CHESS_GUID };

    msgr_test_register(t, alice, CHESS_GUID);
    msgr_test_register(t, alice, CARDS_GUID);
    msgr_test_assert_done(register_number(t, alice, 1, &error));
    msgr_test_package(t, CARDS_GUID, CARDS);
    list = msgr_application_list(alice->user);
    g_assert_cmpuint(list->len, ==, 3);
    for (guint i = 0; i < list->len; i++)
        g_assert_cmpstr(((MsgrAppEntry *)list->pdata[i])->guid, ==, expected[i]);
    g_assert_cmpstr(((MsgrAppEntry *)list->pdata[1])->registered_by, ==, "system");
    g_assert_cmpstr(((MsgrAppEntry *)list->pdata[2])->registered_by, ==, CHESS);
}

static void
test_restart(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();

    msgr_test_register(t, msgr_test_client(t, "alice", CHESS), CHESS_GUID);
    msgr_test_restart(t, 0);
    assert_found(t, "alice", CHESS_GUID, "Chess");
    msgr_test_assert_done(
        msgr_application_unregister(msgr_test_client(t, "alice", CHESS), CHESS_GUID, &error));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/application/register", test_register);
    g_test_add_func("/application/unregister", test_unregister);
    g_test_add_func("/application/owners", test_owners);
    g_test_add_func("/application/replace", test_replace);
    g_test_add_func("/application/turn-of-many", test_turn_of_many);
    g_test_add_func("/application/quota", test_quota);
    g_test_add_func("/application/not-allowed", test_not_allowed);
    g_test_add_func("/application/packaged", test_packaged);
    g_test_add_func("/application/packages-change", test_packages_change);
    g_test_add_func("/application/list", test_list);
    g_test_add_func("/application/restart", test_restart);
    return g_test_run();
}
