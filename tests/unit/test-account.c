/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A service beyond this machine: what its connector is asked, and what is told of it.
 */
#include "msgr-lock.h"
#include "msgr-test-account.h"

static MsgrClient *
net_client(MsgrTestModel *t)
{
    return msgr_test_locked(t, "alice-net");
}

static void
register_net(MsgrClient *client)
{
    const MsgrRegistration registration = { NET, "Network", "alice@net", NULL };

    msgr_test_assert_done(msgr_account_register(client, "/c", &registration, &error));
}

static void
test_greeting(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = net_client(t);
    MsgrAccount *account;

    register_net(client);
    msgr_test_assert_orders(t, "SetStatus(2,)\nSignin()\n");
    register_net(client);
    msgr_test_assert_orders(t, "");
    account = msgr_account_find(client->user, NET);
    msgr_account_set_status(account, MSGR_STATUS_INVISIBLE);
    msgr_account_set_friendly_name(account, "Alice");
    msgr_test_assert_orders(t, "SetStatus(6,)\nSetFriendlyName('Alice',)\n");
    msgr_account_sign_out(account);
    msgr_test_assert_orders(t, "Signout()\n");
    msgr_test_gone(t, "alice-net");
    msgr_test_drop(t);
    register_net(net_client(t));
    msgr_test_assert_orders(t, "SetStatus(6,)\nSetFriendlyName('Alice',)\n");
}

static void
test_signals(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAccount *account = msgr_test_register_account(t, "alice");

    msgr_test_locked(t, "bob");
    msgr_account_signed_out(account, msgr_error_hresult(MSGR_ERROR_AUTHENTICATION_FAILED));
    msgr_test_assert_signals(t, "alice-net.OnSignin(AuthenticationFailed, 'net')\n");
    msgr_account_signed_out(account, 0);
    msgr_test_assert_signals(t, "");
    msgr_test_assert_done(msgr_account_signed_in(account, NULL, NULL, &error));
    msgr_test_assert_signals(t, "alice-net.OnSignin(0, 'net')\n");
    msgr_test_assert_done(msgr_account_signed_in(account, "192.0.2.3", NULL, &error));
    msgr_test_assert_signals(t, "");
    g_assert_cmpstr(account->data.local_address, ==, "192.0.2.3");
    msgr_test_gone(t, "alice-net");
    msgr_test_locked(t, "alice-2");
    msgr_test_assert_signals(t, "");
    g_assert_false(msgr_account_is_online(account));
}

/* A connector that has left does not come back because the disk is full. */
static void
test_gone_for_good(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAccount *account = msgr_test_account(t, "alice", "bob@net");

    msgr_client_gone(msgr_model_client(t->model, "alice-net"));
    g_assert_false(msgr_account_is_online(account));
    msgr_test_rollback(t);
    g_assert_false(msgr_account_is_online(account));
    msgr_test_commit(t);
    g_assert_null(account->data.connector);
}

static void
test_rollback(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = net_client(t);
    g_autofree char *before = NULL, *after = NULL;

    msgr_test_commit(t);
    before = msgr_test_snapshot(t);
    register_net(client);
    msgr_test_befriend(msgr_account_find(client->user, NET), "bob@net",
                       "{'Status': <uint32 2>, 'FriendlyName': <'Bob'>}");
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_orders(t, "");
}

/* What the user did counts at once, is asked for until it is answered, and taken back if refused.
 */
static void
test_owed(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAccount *account = msgr_test_account(t, "alice", "bob@net");
    MsgrContact *bob = msgr_test_net_contact(account, "bob@net");

    msgr_test_assert_done(msgr_roster_remove(bob, &error));
    msgr_test_assert_done(msgr_roster_set_blocked(bob, TRUE, &error));
    g_assert_false(bob->in_list);
    msgr_test_assert_orders(t, "RemoveContact('bob@net',)\nSetBlocked('bob@net', true)\n");
    msgr_test_befriend(account, "bob@net", "{'Status': <uint32 2>}");
    g_assert_false(bob->in_list);
    g_assert_true(bob->blocked);
    msgr_account_signed_out(account, 0);
    msgr_test_drop(t);
    msgr_test_assert_done(msgr_account_signed_in(account, NULL, NULL, &error));
    msgr_test_answer(t, msgr_test_take_order(t, "RemoveContact"), MSGR_ERROR_FAILED);
    msgr_test_answer(t, msgr_test_take_order(t, "SetBlocked"), MSGR_ERROR_FAILED);
    g_assert_true(bob->in_list);
    g_assert_true(bob->blocked);
    msgr_test_assert_done(msgr_roster_set_blocked(bob, FALSE, &error));
    msgr_test_answer(t, msgr_test_take_order(t, "SetBlocked"), MSGR_ERROR_FAILED);
    g_assert_true(bob->blocked);
    g_assert_cmpuint(bob->network.owed, ==, 0);
}

static void
test_names(void)
{
    static const struct {
        const char *written;
        const char *kept;
    } names[] = {
        { "Bob@Example.ORG", "bob@example.org" },
        { "ÄLICE@x", "älice@x" },
        { "A\314\210@x", "ä@x" }, /* A and a combining diaeresis */
        { "", NULL },
        { "a\nb", NULL },
        { "a\177", NULL },
    };
    g_autofree char *longest = g_strnfill(129, 'x');
    g_autofree char *longer = g_strnfill(130, 'x');

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = msgr_roster_name(names[i].written, NULL);

        g_assert_cmpstr(name, ==, names[i].kept);
    }
    g_free(msgr_roster_name(longest, NULL));
    g_assert_null(msgr_roster_name(longer, NULL));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/account/greeting", test_greeting);
    g_test_add_func("/account/signals", test_signals);
    g_test_add_func("/account/gone-for-good", test_gone_for_good);
    g_test_add_func("/account/rollback", test_rollback);
    g_test_add_func("/account/owed", test_owed);
    g_test_add_func("/account/names", test_names);
    return g_test_run();
}
