/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-test-account.h"

#include <string.h>

/* The connector of @user, who is called @user@net, has registered; what it was asked is dropped. */
MsgrAccount *
msgr_test_register_account(MsgrTestModel *t, const char *user)
{
    g_autofree char *client_name = g_strconcat(user, "-net", NULL);
    g_autofree char *signin_name = g_strconcat(user, "@net", NULL);
    MsgrClient *client = msgr_test_locked(t, client_name);
    const MsgrRegistration registration = { NET, "Network", signin_name, NULL };

    msgr_test_assert_done(msgr_account_register(client, "/connector", &registration, &error));
    msgr_test_drop(t);
    return msgr_account_find(client->user, NET);
}

/* The same, signed in, with somebody in the contact list who is there. */
MsgrAccount *
msgr_test_account(MsgrTestModel *t, const char *user, const char *friend_name)
{
    MsgrAccount *account = msgr_test_register_account(t, user);

    msgr_test_assert_done(msgr_account_signed_in(account, "192.0.2.1", NULL, &error));
    msgr_test_befriend(account, friend_name, "{'Status': <uint32 2>}");
    msgr_test_drop(t);
    return account;
}

void
msgr_test_befriend(MsgrAccount *account, const char *name, const char *details)
{
    g_autofree char *text = g_strdup_printf("[('%s', %s)]", name, details);
    g_autoptr(GVariant) contacts =
        g_variant_parse(G_VARIANT_TYPE("a(sa{sv})"), text, NULL, NULL, NULL);

    g_assert_nonnull(contacts);
    msgr_test_assert_done(msgr_roster_replace(account, contacts, &error));
}

MsgrContact *
msgr_test_net_contact(MsgrAccount *account, const char *name)
{
    MsgrContact *contact = msgr_contact_find(account->user, NET, name);

    g_assert_nonnull(contact);
    return contact;
}

static char *
order_text(const MsgrOrder *order)
{
    g_autofree char *args = order->args == NULL ? NULL : g_variant_print(order->args, FALSE);

    return g_strdup_printf("%s%s", order->method, args == NULL ? "()" : args);
}

char *
msgr_test_orders(MsgrTestModel *t)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < t->orders->len; i++) {
        g_autofree char *line = order_text(t->orders->pdata[i]);

        g_string_append_printf(text, "%s\n", line);
    }
    g_ptr_array_set_size(t->orders, 0);
    return g_string_free(text, FALSE);
}

MsgrOrder *
msgr_test_take_order(MsgrTestModel *t, const char *method)
{
    msgr_test_commit(t);
    g_assert_cmpuint(t->orders->len, >, 0);
    g_assert_cmpstr(((MsgrOrder *)t->orders->pdata[0])->method, ==, method);
    return g_ptr_array_steal_index(t->orders, 0);
}

/* Takes the order. */
void
msgr_test_answer(MsgrTestModel *t, MsgrOrder *order, int error)
{
    g_autoptr(MsgrOrder) own = order;
    MsgrAnswer answer = { 0 };

    if (error >= 0)
        answer.error = g_error_new_literal(MSGR_ERROR, error, "the network says no");
    else
        answer.value = g_variant_ref_sink(g_variant_new_tuple(NULL, 0));
    if (own->done != NULL)
        own->done(own, &answer);
    msgr_answer_clear(&answer);
    msgr_test_commit(t);
}
