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
owe_many(MsgrTestModel *t, MsgrAccount *account, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_autofree char *name = g_strdup_printf("nobody%u@net", i);
        MsgrContact *contact = msgr_roster_contact(account, name, NULL);

        msgr_test_assert_done(msgr_roster_set_blocked(contact, TRUE, &error));
        msgr_test_assert_done(msgr_roster_set_blocked(contact, FALSE, &error));
        msgr_test_drop(t);
    }
}

/* A network that never takes what it is owed does not make the service remember ever more. */
static void
test_owed_is_bounded(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAccount *account = msgr_test_account(t, "alice", "bob@net");
    MsgrContact *first = msgr_roster_contact(account, "first@net", NULL);
    g_autoptr(MsgrOrder) late = NULL;

    t->model->config->contacts_per_user = 10;
    msgr_test_assert_done(msgr_roster_set_blocked(first, TRUE, &error));
    late = msgr_test_take_order(t, "SetBlocked");
    msgr_test_assert_done(msgr_roster_set_blocked(first, FALSE, &error));
    owe_many(t, account, 1008);
    g_assert_nonnull(msgr_contact_find(account->user, NET, "first@net"));
    msgr_roster_contact(account, "named@net", NULL);
    msgr_test_drop(t);
    g_assert_null(msgr_contact_find(account->user, NET, "first@net"));
    msgr_test_answer(t, msgr_order_ref(late), MSGR_ERROR_FAILED);
    g_assert_null(msgr_contact_find(account->user, NET, "first@net"));
    owe_many(t, account, 1100);
    g_assert_cmpuint(g_hash_table_size(account->user->contacts), ==, 1010);
    g_assert_true(msgr_test_net_contact(account, "bob@net")->in_list);
    g_assert_null(msgr_contact_find(account->user, NET, "named@net"));
}

/* What became of the last connector's call is nothing of the next one's. */
static void
test_answer_of_predecessor(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = net_client(t);
    MsgrAccount *account;
    MsgrOrder *signin;

    register_net(client);
    account = msgr_account_find(client->user, NET);
    msgr_test_answer(t, msgr_test_take_order(t, "SetStatus"), -1);
    signin = msgr_test_take_order(t, "Signin");
    msgr_test_gone(t, "alice-net");
    register_net(msgr_test_locked(t, "alice-net2"));
    msgr_test_drop(t);
    msgr_test_answer(t, signin, MSGR_ERROR_CONNECTION_FAILURE);
    msgr_test_assert_signals(t, "");
    g_assert_true(account->data.signing_in);
}

/* With the service goes what was said of it. */
static void
test_forget(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAccount *account = msgr_test_account(t, "alice", "bob@net");
    MsgrUser *alice = account->user;
    g_autoptr(GVariant) policy =
        g_variant_ref_sink(g_variant_new_parsed("{'AcceptFrom': <'nobody'>}"));

    msgr_policy_set(alice, NET, policy);
    msgr_test_commit(t);
    msgr_account_unregister(account, TRUE);
    msgr_test_commit(t);
    g_assert_cmpuint(g_hash_table_size(alice->policies), ==, 0);
    g_assert_cmpuint(g_hash_table_size(alice->accounts), ==, 0);
}

/* What one call may tell is bounded: the state can be read. */
static void
test_told_at_once(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAccount *account = msgr_test_account(t, "alice", "bob@net");
    GString *names = g_string_new("[");
    g_autoptr(GVariant) contacts = NULL;
    g_autofree char *text = NULL;

    for (int i = 0; i < 40; i++) {
        g_autofree char *name = g_strdup_printf("alice-%d", i);

        msgr_test_unlock(t, msgr_test_locked(t, name), MSGR_OBJECT_PRIVATE, NOTES);
    }
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(names, "%s('c%d@net', @a{sv} {})", i == 0 ? "" : ", ", i);
    g_string_append_c(names, ']');
    text = g_string_free(names, FALSE);
    contacts = g_variant_parse(G_VARIANT_TYPE("a(sa{sv})"), text, NULL, NULL, NULL);
    msgr_test_drop(t);
    msgr_test_assert_done(msgr_roster_replace(account, contacts, &error));
    msgr_test_commit(t);
    g_assert_cmpuint(t->signals->len, ==, 8192);
    g_assert_cmpuint(g_hash_table_size(account->user->contact_list), ==, 1000);
    msgr_test_drop(t);
    msgr_account_signed_out(account, 0);
    msgr_test_commit(t);
    g_assert_cmpuint(t->signals->len, ==, 41);
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

#define REFUSED msgr_error_hresult(MSGR_ERROR_AUTHENTICATION_FAILED)
#define LOST    msgr_error_hresult(MSGR_ERROR_CONNECTION_FAILURE)

/* What was asked of whomever, without the arguments. */
static void
assert_methods(MsgrTestModel *t, const char *expected)
{
    GString *text = g_string_new(NULL);

    msgr_test_commit(t);
    for (guint i = 0; i < t->orders->len; i++)
        g_string_append_printf(text, "%s\n", ((MsgrOrder *)t->orders->pdata[i])->method);
    g_ptr_array_set_size(t->orders, 0);
    g_assert_cmpstr(text->str, ==, expected);
    g_string_free(text, TRUE);
}

static void
assert_reason(MsgrAccount *account, guint32 hr, gboolean will_retry, const char *message)
{
    g_assert_cmphex(account->data.out_result, ==, hr);
    g_assert_cmpint(account->data.will_retry, ==, will_retry);
    g_assert_cmpstr(account->data.out_message, ==, message);
}

static GVariant *
details_of(MsgrUser *user, const char *id)
{
    g_autoptr(GVariant) all = g_variant_ref_sink(msgr_user_describe_services(user));
    GVariantIter iter;
    const char *found;
    GVariant *details;

    g_variant_iter_init(&iter, all);
    while (g_variant_iter_next(&iter, "(&s@a{sv})", &found, &details)) {
        if (g_str_equal(found, id))
            return details;
        g_variant_unref(details);
    }
    g_assert_not_reached();
}

static void
assert_details(MsgrUser *user, const char *id, const char *expected)
{
    g_autoptr(GVariant) details = details_of(user, id);
    g_autofree char *text = g_variant_print(details, FALSE);

    g_assert_cmpstr(text, ==, expected);
}

/* A service that has given up, and the user's agent. */
static MsgrAccount *
stopped_account(MsgrTestModel *t)
{
    MsgrAccount *account = msgr_test_register_account(t, "alice");

    msgr_test_agent(t, "alice-agent", MSGR_AGENT_ALL_ROLES, 0);
    msgr_account_told_signed_out(account, REFUSED, FALSE, "the password is wrong");
    msgr_test_commit(t);
    return account;
}

/* Each time that something else comes of what the connector tries, somebody hears it. */
static void
test_reason_told(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAccount *account = msgr_test_register_account(t, "alice");

    msgr_account_told_signed_out(account, LOST, TRUE, "nobody there");
    msgr_test_assert_signals(t, "alice-net.OnSignin(ConnectionFailure, 'net')\n");
    assert_reason(account, LOST, TRUE, "nobody there");
    msgr_account_told_signed_out(account, LOST, TRUE, "still nobody");
    msgr_test_assert_signals(t, "");
    assert_reason(account, LOST, TRUE, "still nobody");
    msgr_account_told_signed_out(account, REFUSED, FALSE, "");
    msgr_test_assert_signals(t, "alice-net.OnSignin(AuthenticationFailed, 'net')\n");
    assert_reason(account, REFUSED, FALSE, NULL);
    msgr_test_assert_done(msgr_account_signed_in(account, NULL, NULL, &error));
    assert_reason(account, 0, FALSE, NULL);
    msgr_test_drop(t);
    msgr_account_told_signed_out(account, LOST, TRUE, "gone");
    msgr_test_assert_signals(t, "alice-net.OnSignout('net')\n");
    msgr_account_told_signed_out(account, 0, FALSE, "");
    msgr_test_assert_signals(t, "");
    assert_reason(account, 0, FALSE, NULL);
}

static void
test_reason_described(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAccount *account = msgr_test_register_account(t, "alice");

    assert_details(account->user, NET,
                   "{'Name': <'Network'>, 'SigninName': <'alice@net'>, 'FriendlyName': "
                   "<'alice@net'>, 'Status': <uint32 1>, 'Wanted': <true>, 'Connector': <true>, "
                   "'SigningIn': <true>, 'Result': <uint32 0>, 'WillRetry': <false>, 'Message': "
                   "<''>}");
    msgr_account_told_signed_out(account, LOST, TRUE, "nobody there");
    assert_details(account->user, NET,
                   "{'Name': <'Network'>, 'SigninName': <'alice@net'>, 'FriendlyName': "
                   "<'alice@net'>, 'Status': <uint32 1>, 'Wanted': <true>, 'Connector': <true>, "
                   "'SigningIn': <false>, 'Result': <uint32 2164262403>, 'WillRetry': <true>, "
                   "'Message': <'nobody there'>}");
    assert_details(account->user, "local",
                   "{'Name': <'This computer'>, 'SigninName': <'alice'>, 'FriendlyName': "
                   "<'alice'>, 'Status': <uint32 2>, 'Wanted': <true>}");
}

/* The agent shows that somebody has given up, once; and whoever takes over. */
static void
test_reason_shown(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAccount *account = stopped_account(t);

    assert_methods(t, "ShowSignedOut\n");
    msgr_account_told_signed_out(account, REFUSED, FALSE, "the password is wrong");
    assert_methods(t, "");
    msgr_account_told_signed_out(account, REFUSED, FALSE, "it is still wrong");
    assert_methods(t, "ShowSignedOut\n");
    msgr_test_agent(t, "alice-agent", MSGR_AGENT_ALL_ROLES, 0);
    assert_methods(t, "ShowSignedOut\n");
    msgr_test_agent(t, "alice-shell", MSGR_AGENT_ALL_ROLES, 1);
    assert_methods(t, "Released\nReleased\nShowSignedOut\n");
    msgr_account_told_signed_out(account, LOST, TRUE, "");
    assert_methods(t, "WithdrawSignedOut\n");
    msgr_test_gone(t, "alice-shell");
    assert_methods(t, "");
}

/* Whatever makes it wrong, or nobody's wish, takes it away. */
static void
test_reason_withdrawn(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAccount *account = stopped_account(t);
    const char *const asked_again = "WithdrawSignedOut\nSignin\n";

    assert_methods(t, "ShowSignedOut\n");
    msgr_account_sign_in(account, msgr_model_client(t->model, "alice-net"));
    assert_methods(t, asked_again);
    msgr_account_told_signed_out(account, REFUSED, FALSE, "");
    assert_methods(t, "ShowSignedOut\n");
    msgr_test_assert_done(msgr_account_signed_in(account, NULL, NULL, &error));
    assert_methods(t, "WithdrawSignedOut\n");
    msgr_account_told_signed_out(account, REFUSED, FALSE, "");
    assert_methods(t, "ShowSignedOut\n");
    msgr_account_sign_out(account);
    assert_methods(t, "WithdrawSignedOut\nSignout\n");
    msgr_account_told_signed_out(account, REFUSED, FALSE, "");
    assert_methods(t, "");
    msgr_account_sign_in(account, msgr_model_client(t->model, "alice-net"));
    msgr_account_told_signed_out(account, REFUSED, FALSE, "");
    assert_methods(t, "Signin\nShowSignedOut\n");
    msgr_test_gone(t, "alice-net");
    assert_methods(t, "WithdrawSignedOut\n");
    assert_reason(account, LOST, FALSE, NULL);
}

static void
test_reason_rollback(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAccount *account = stopped_account(t);
    g_autofree char *before = msgr_test_snapshot(t), *after = NULL;

    assert_methods(t, "ShowSignedOut\n");
    msgr_account_told_signed_out(account, LOST, TRUE, "nobody there");
    msgr_test_assert_done(msgr_account_signed_in(account, NULL, NULL, &error));
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    assert_reason(account, REFUSED, FALSE, "the password is wrong");
    assert_methods(t, "");
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
    g_test_add_func("/account/owed-is-bounded", test_owed_is_bounded);
    g_test_add_func("/account/answer-of-predecessor", test_answer_of_predecessor);
    g_test_add_func("/account/forget", test_forget);
    g_test_add_func("/account/told-at-once", test_told_at_once);
    g_test_add_func("/account/names", test_names);
    g_test_add_func("/account/reason-told", test_reason_told);
    g_test_add_func("/account/reason-described", test_reason_described);
    g_test_add_func("/account/reason-shown", test_reason_shown);
    g_test_add_func("/account/reason-withdrawn", test_reason_withdrawn);
    g_test_add_func("/account/reason-rollback", test_reason_rollback);
    return g_test_run();
}
