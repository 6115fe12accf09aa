/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * People who ask to see the user's status: remembered with the contact, until the user has
 * answered.
 */
#include "msgr-agent.h"
#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-roster.h"
#include "msgr-text.h"
#include "msgr-user.h"

#define MAX_MESSAGE 300 /* characters */

#define ANSWERS (MSGR_OWED_ACCEPTANCE | MSGR_OWED_REFUSAL)

/**
 * msgr_contact_request_waits:
 *
 * Returns: whether the contact has asked, and the user has not answered yet.
 */
gboolean
msgr_contact_request_waits(MsgrContact *contact)
{
    return contact->network.requested_at != 0 && !(contact->network.owed & ANSWERS);
}

static const char *
text(const char *string)
{
    return string == NULL ? "" : string;
}

static void
build_details(MsgrContact *contact, GVariantBuilder *builder)
{
    MsgrAccount *account = msgr_account_find(contact->user, contact->service);

    g_variant_builder_init(builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(builder, "{sv}", "Contact", g_variant_new_object_path(contact->path));
    g_variant_builder_add(builder, "{sv}", "FriendlyName",
                          g_variant_new_string(text(contact->network.request_name)));
    g_variant_builder_add(builder, "{sv}", "Message",
                          g_variant_new_string(text(contact->network.request_text)));
    g_variant_builder_add(builder, "{sv}", "ServiceName",
                          g_variant_new_string(account == NULL ? "" : account->data.name));
    g_variant_builder_add(builder, "{sv}", "Time",
                          g_variant_new_uint64((guint64)contact->network.requested_at));
}

static GVariant *
details(MsgrContact *contact)
{
    GVariantBuilder builder;

    build_details(contact, &builder);
    return g_variant_builder_end(&builder);
}

/* The user's agent shows it, if there is one; who comes later shows it then. */
static void
ask_agent(MsgrContact *contact, gboolean again)
{
    GVariantBuilder builder;

    build_details(contact, &builder);
    g_variant_builder_add(&builder, "{sv}", "Again", g_variant_new_boolean(again));
    msgr_agent_order(contact->user, MSGR_AGENT_UI, "ShowContactRequest",
                     g_variant_new("(ss@a{sv})", contact->service, contact->name,
                                   g_variant_builder_end(&builder)));
}

static void
withdraw(MsgrContact *contact)
{
    MsgrAgent *agent = msgr_agent_active(contact->user, MSGR_AGENT_UI);

    if (agent != NULL)
        msgr_agent_tell(agent, "WithdrawContactRequest",
                        g_variant_new("(ss)", contact->service, contact->name));
}

static void
show(MsgrContact *contact)
{
    g_autoptr(GVariant) args = g_variant_ref_sink(
        g_variant_new("(ss@a{sv})", contact->name, contact->service, details(contact)));
    GHashTableIter iter;
    gpointer client;

    g_hash_table_iter_init(&iter, contact->user->clients);
    while (g_hash_table_iter_next(&iter, &client, NULL)) {
        if (msgr_client_may_use_contact_list(client))
            msgr_client_signal(client, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "OnContactRequest",
                               args);
    }
    ask_agent(contact, FALSE);
}

static void
forget(MsgrContact *contact)
{
    if (msgr_contact_request_waits(contact))
        withdraw(contact);
    msgr_turn_touch(contact->user->model->turn, contact);
    contact->network.requested_at = 0;
    contact->network.owed &= ~ANSWERS;
    msgr_string_clear(&contact->network.request_name);
    msgr_string_clear(&contact->network.request_text);
}

static void
forget_oldest(MsgrAccount *account)
{
    MsgrContact *oldest = NULL;
    GHashTableIter iter;
    gpointer value;
    guint count = 0;

    g_hash_table_iter_init(&iter, account->user->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrContact *contact = value;

        if (!msgr_contact_request_waits(contact) || !g_str_equal(contact->service, account->id))
            continue;
        count++;
        if (oldest == NULL || contact->network.requested_at < oldest->network.requested_at)
            oldest = contact;
    }
    if (count >= MSGR_MAX_CONTACT_REQUESTS)
        forget(oldest);
}

static gboolean
check_message(const char *message, GError **error)
{
    gboolean is_valid = g_utf8_strlen(message, -1) <= MAX_MESSAGE;

    for (const char *p = message; is_valid && *p != '\0'; p = g_utf8_next_char(p))
        is_valid = !g_unichar_iscntrl(g_utf8_get_char(p)) || *p == '\n';
    if (is_valid)
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS,
                       "Message has at most 300 characters, and no control characters");
}

static gboolean
is_same(MsgrContact *contact, const char *friendly_name, const char *message)
{
    return contact->network.requested_at != 0 &&
           g_str_equal(text(contact->network.request_name), friendly_name) &&
           g_str_equal(text(contact->network.request_text), message);
}

/**
 * msgr_contact_request_deliver:
 * @friendly_name: how who asks is called, or ""
 * @message: what it says, or ""
 *
 * Somebody on the network asks to see the user's status. Of somebody who is blocked nothing is
 * said.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS.
 */
gboolean
msgr_contact_request_deliver(MsgrAccount *account, const char *from, const char *friendly_name,
                             const char *message, GError **error)
{
    MsgrModel *model = account->user->model;
    MsgrContact *contact;

    if (!msgr_check_friendly_name(friendly_name, error) || !check_message(message, error) ||
        (contact = msgr_roster_contact(account, from, error)) == NULL)
        return FALSE;
    if (contact->blocked || is_same(contact, friendly_name, message))
        return TRUE;
    if (!msgr_contact_request_waits(contact))
        forget_oldest(account);
    msgr_turn_touch(model->turn, contact);
    contact->network.requested_at = msgr_model_wall(model);
    contact->network.owed &= ~ANSWERS;
    msgr_string_set(&contact->network.request_name, friendly_name);
    msgr_string_set(&contact->network.request_text, message);
    show(contact);
    return TRUE;
}

static MsgrContact *
find(MsgrAccount *account, const char *from, GError **error)
{
    g_autofree char *name = msgr_roster_name(from, error);

    return name == NULL ? NULL : msgr_contact_find(account->user, account->id, name);
}

/**
 * msgr_contact_request_withdraw:
 *
 * Who had asked does so no more, or has been answered elsewhere.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS.
 */
gboolean
msgr_contact_request_withdraw(MsgrAccount *account, const char *from, GError **error)
{
    g_autoptr(GError) own_error = NULL;
    MsgrContact *contact = find(account, from, &own_error);

    if (own_error != NULL) {
        g_propagate_error(error, g_steal_pointer(&own_error));
        return FALSE;
    }
    if (contact != NULL && contact->network.requested_at != 0)
        forget(contact);
    return TRUE;
}

/**
 * msgr_contact_request_answer:
 * @accept: whether it may see the user's status
 *
 * Errors: MSGR_ERROR_NOT_FOUND.
 */
gboolean
msgr_contact_request_answer(MsgrAccount *account, const char *from, gboolean accept, GError **error)
{
    MsgrContact *contact = find(account, from, NULL);

    if (contact == NULL || !msgr_contact_request_waits(contact))
        return msgr_refuse(error, MSGR_ERROR_NOT_FOUND, "Nobody of this name asks for anything");
    withdraw(contact);
    msgr_roster_owe(contact, accept ? MSGR_OWED_ACCEPTANCE : MSGR_OWED_REFUSAL);
    return TRUE;
}

/**
 * msgr_contact_request_answered:
 * @done: whether the network has taken the answer; else the request waits again
 */
void
msgr_contact_request_answered(MsgrContact *contact, gboolean done)
{
    if (done) {
        forget(contact);
        return;
    }
    msgr_turn_touch(contact->user->model->turn, contact);
    contact->network.owed &= ~ANSWERS;
    show(contact);
}

static int
compare_times(gconstpointer a, gconstpointer b)
{
    const MsgrContact *one = *(MsgrContact *const *)a, *other = *(MsgrContact *const *)b;

    return (one->network.requested_at > other->network.requested_at) -
           (one->network.requested_at < other->network.requested_at);
}

static GPtrArray *
all_waiting(MsgrUser *user)
{
    GPtrArray *waiting = g_ptr_array_new();
    GHashTableIter iter;
    gpointer contact;

    g_hash_table_iter_init(&iter, user->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &contact)) {
        if (msgr_contact_request_waits(contact))
            g_ptr_array_add(waiting, contact);
    }
    g_ptr_array_sort(waiting, compare_times);
    return waiting;
}

/**
 * msgr_contact_request_show_again:
 *
 * The user has another agent, or one that answers again.
 */
void
msgr_contact_request_show_again(MsgrUser *user)
{
    g_autoptr(GPtrArray) waiting = all_waiting(user);

    for (guint i = 0; i < waiting->len; i++)
        ask_agent(waiting->pdata[i], TRUE);
}

/**
 * msgr_contact_request_list:
 *
 * Returns: (transfer floating): a(ssa{sv}), the requests that wait for the user, the oldest first.
 */
GVariant *
msgr_contact_request_list(MsgrUser *user)
{
    g_autoptr(GPtrArray) waiting = all_waiting(user);
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ssa{sv})"));
    for (guint i = 0; i < waiting->len; i++) {
        MsgrContact *next = waiting->pdata[i];

        g_variant_builder_add(&builder, "(ss@a{sv})", next->name, next->service, details(next));
    }
    return g_variant_builder_end(&builder);
}
