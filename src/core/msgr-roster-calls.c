/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a user does with the contacts of a network. It counts here at once, and the network is owed
 * it until its connector has answered; if that refuses, it is taken back.
 */
#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-order.h"
#include "msgr-roster.h"
#include "msgr-user.h"

static MsgrAccount *
account_of(MsgrContact *contact)
{
    return msgr_account_find(contact->user, contact->service);
}

static void
settle(MsgrContact *contact, guint what)
{
    msgr_turn_touch(contact->user->model->turn, contact);
    contact->network.owed &= ~what;
}

/* The network has not removed it: it is in the list as before. */
static void
removal_answered(MsgrContact *contact, const GError *error)
{
    settle(contact, MSGR_OWED_REMOVAL);
    if (error != NULL && error->code != MSGR_ERROR_NOT_FOUND && !contact->in_list)
        msgr_contact_come_into_list(contact);
}

/* A block holds here whatever the network says; that it could not be lifted there is told by its
 * holding on. */
static void
block_answered(MsgrContact *contact, const GError *error)
{
    settle(contact, MSGR_OWED_BLOCK);
    if (error != NULL && !contact->blocked)
        msgr_contact_set_blocked(contact, TRUE, NULL);
}

/* Only the answer to what is still wanted counts. */
static void
answered(MsgrOrder *order, const MsgrAnswer *answer)
{
    MsgrContact *contact = order->subject;
    MsgrAccount *account = account_of(contact);

    if (!contact->record.linked || account == NULL ||
        g_strcmp0(account->data.connector, order->to) != 0 ||
        !(contact->network.owed & order->detail))
        return;
    if (order->detail == MSGR_OWED_REMOVAL)
        removal_answered(contact, answer->error);
    else if (order->detail == MSGR_OWED_BLOCK)
        block_answered(contact, answer->error);
    else
        msgr_contact_request_answered(contact, answer->error == NULL);
}

static void
send(MsgrAccount *account, MsgrContact *contact, guint what)
{
    const char *name = contact->name;
    MsgrOrder *order;

    if (what == MSGR_OWED_REMOVAL)
        order = msgr_account_order(account, "RemoveContact", g_variant_new("(s)", name));
    else if (what == MSGR_OWED_BLOCK)
        order = msgr_account_order(account, "SetBlocked",
                                   g_variant_new("(sb)", name, contact->blocked));
    else
        order = msgr_account_order(account, "AnswerContactRequest",
                                   g_variant_new("(sb)", name, what == MSGR_OWED_ACCEPTANCE));
    msgr_order_set_subject(order, contact, NULL);
    order->detail = what;
    order->done = answered;
}

static void
send_owed(MsgrAccount *account, MsgrContact *contact)
{
    for (guint what = 1; what < MSGR_OWED_ALL; what <<= 1) {
        if (contact->network.owed & what)
            send(account, contact, what);
    }
}

/**
 * msgr_roster_owe:
 * @what: MSGR_OWED_...
 *
 * The network is to be told, now or as soon as it can be.
 */
void
msgr_roster_owe(MsgrContact *contact, guint what)
{
    MsgrAccount *account = account_of(contact);

    msgr_turn_touch(contact->user->model->turn, contact);
    contact->network.owed |= what;
    if (msgr_account_is_online(account))
        send(account, contact, what);
}

/**
 * msgr_roster_send_owed:
 *
 * The account has been signed in: what waited is sent.
 */
void
msgr_roster_send_owed(MsgrAccount *account)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, account->user->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrContact *contact = value;

        if (contact->network.owed != 0 && g_str_equal(contact->service, account->id))
            send_owed(account, contact);
    }
}

/**
 * msgr_roster_remove:
 *
 * Takes the contact off the list, here and on the network.
 *
 * Errors: MSGR_ERROR_NOT_FOUND.
 */
gboolean
msgr_roster_remove(MsgrContact *contact, GError **error)
{
    if (!msgr_contact_remove(contact, error))
        return FALSE;
    if (account_of(contact) != NULL)
        msgr_roster_owe(contact, MSGR_OWED_REMOVAL);
    return TRUE;
}

/**
 * msgr_roster_set_blocked:
 *
 * Blocks the contact or lifts that, here and on the network.
 *
 * Errors: MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_roster_set_blocked(MsgrContact *contact, gboolean blocked, GError **error)
{
    if (contact->blocked == blocked)
        return TRUE;
    if (!msgr_contact_set_blocked(contact, blocked, error))
        return FALSE;
    if (account_of(contact) != NULL)
        msgr_roster_owe(contact, MSGR_OWED_BLOCK);
    return TRUE;
}
