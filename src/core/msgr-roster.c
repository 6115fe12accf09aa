/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The contact list of a network, as its connector tells it. All of what is told is checked before
 * any of it counts.
 */
#include "msgr-roster.h"

#include "msgr-contact.h"
#include "msgr-roster-entry.h"
#include "msgr-text.h"
#include "msgr-user.h"

typedef struct {
    guint in_list;
    guint blocked;
} Tally;

/* The form in which the service writes names of networks: others must not differ by case alone. */
static char *
normalize(const char *name)
{
    g_autofree char *lower = g_utf8_strdown(name, -1);

    return g_utf8_normalize(lower, -1, G_NORMALIZE_DEFAULT_COMPOSE);
}

/**
 * msgr_roster_name:
 * @name: a sign-in name of a network, as anybody wrote it
 *
 * Returns: (nullable) (transfer full): the name in the form that contacts have.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS.
 */
char *
msgr_roster_name(const char *name, GError **error)
{
    g_autofree char *result = normalize(name);
    gboolean is_valid =
        result != NULL && *result != '\0' && g_utf8_strlen(result, -1) <= MSGR_MAX_SIGNIN_NAME;

    for (const char *p = result; is_valid && *p != '\0'; p = g_utf8_next_char(p))
        is_valid = !g_unichar_iscntrl(g_utf8_get_char(p));
    if (is_valid)
        return g_steal_pointer(&result);
    msgr_refuse(error, MSGR_ERROR_INVALID_ARGS,
                "A sign-in name has 1 to 129 characters, and no control characters");
    return NULL;
}

static gboolean
is_of(gpointer contact, MsgrAccount *account)
{
    return g_str_equal(((MsgrContact *)contact)->service, account->id);
}

/* The contacts of a service that the user knows, whether they are in the list or not. */
static GPtrArray *
contacts_of(MsgrAccount *account)
{
    GPtrArray *contacts = g_ptr_array_new_with_free_func(msgr_record_unref);
    GHashTableIter iter;
    gpointer contact;

    g_hash_table_iter_init(&iter, account->user->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &contact)) {
        if (is_of(contact, account))
            g_ptr_array_add(contacts, msgr_record_ref(contact));
    }
    return contacts;
}

static guint
count_of(GHashTable *set, MsgrAccount *account)
{
    GHashTableIter iter;
    gpointer contact;
    guint count = 0;

    g_hash_table_iter_init(&iter, set);
    while (g_hash_table_iter_next(&iter, &contact, NULL))
        count += is_of(contact, account);
    return count;
}

/* How long the lists would be. */
static Tally
tally(MsgrAccount *account, GHashTable *entries, gboolean replace)
{
    MsgrUser *user = account->user;
    Tally sum = { g_hash_table_size(user->contact_list), g_hash_table_size(user->block_list) };
    GHashTableIter iter;
    gpointer name, value;

    if (replace) {
        sum.in_list -= count_of(user->contact_list, account);
        sum.blocked -= count_of(user->block_list, account);
    }
    g_hash_table_iter_init(&iter, entries);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const MsgrRosterEntry *entry = value;
        MsgrContact *contact = replace ? NULL : msgr_contact_find(user, account->id, name);
        gboolean was_in_list = contact != NULL && contact->in_list;
        gboolean was_blocked = contact != NULL && contact->blocked;

        sum.in_list += (entry->has_in_list ? entry->in_list : was_in_list) - was_in_list;
        sum.blocked += (entry->has_blocked ? entry->blocked : was_blocked) - was_blocked;
    }
    return sum;
}

static gboolean
check_limits(MsgrAccount *account, GHashTable *entries, gboolean replace, GError **error)
{
    const guint most = account->user->model->config->contacts_per_user;
    Tally sum = tally(account, entries, replace);

    if (sum.in_list <= most && sum.blocked <= most)
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                       "The list would have more contacts than are allowed");
}

/* What the user has done, and the network has not been told yet, stays as the user wants it. */
static void
apply_lists(MsgrContact *contact, const MsgrRosterEntry *entry)
{
    if (entry->has_in_list && !(contact->network.owed & MSGR_OWED_REMOVAL)) {
        if (entry->in_list && !contact->in_list)
            msgr_contact_come_into_list(contact);
        else if (!entry->in_list && contact->in_list)
            msgr_contact_remove(contact, NULL);
    }
    if (entry->has_blocked && !(contact->network.owed & MSGR_OWED_BLOCK))
        msgr_contact_set_blocked(contact, entry->blocked, NULL);
}

static void
set_name(MsgrContact *contact, const char *name)
{
    const char *fresh = *name == '\0' ? NULL : name;

    if (g_strcmp0(contact->network.friendly_name, fresh) == 0)
        return;
    msgr_turn_touch(contact->user->model->turn, contact);
    msgr_string_set(&contact->network.friendly_name, fresh);
}

/* Status and applications are as fleeting as the network: they are not stored, and so that they
 * need no writing, no turn takes them back. */
static void
set_fleeting(MsgrContact *contact, const MsgrRosterEntry *entry)
{
    if (entry->has_applications) {
        g_clear_pointer(&contact->network.applications, g_variant_unref);
        if (entry->applications != NULL)
            contact->network.applications = g_variant_ref(entry->applications);
    }
    if (entry->has_status)
        contact->network.status = entry->status;
}

static void
apply(MsgrAccount *account, const char *name, const MsgrRosterEntry *entry)
{
    MsgrContact *contact = msgr_contact_find(account->user, account->id, name);

    if (contact == NULL && !entry->in_list && !entry->blocked)
        return;
    if (contact == NULL)
        contact = msgr_contact_obtain(account->user, account->id, name);
    if (entry->friendly_name != NULL)
        set_name(contact, entry->friendly_name);
    apply_lists(contact, entry);
    set_fleeting(contact, entry);
    msgr_contact_status_changed(contact);
}

static void
apply_all(MsgrAccount *account, GHashTable *entries)
{
    GHashTableIter iter;
    gpointer name, entry;

    g_hash_table_iter_init(&iter, entries);
    while (g_hash_table_iter_next(&iter, &name, &entry))
        apply(account, name, entry);
}

/**
 * msgr_roster_update:
 * @contacts: a(sa{sv})
 *
 * Something has changed about these contacts of the account's.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_roster_update(MsgrAccount *account, GVariant *contacts, GError **error)
{
    g_autoptr(GHashTable) entries = msgr_roster_entries_parse(contacts, FALSE, error);

    if (entries == NULL || !check_limits(account, entries, FALSE, error))
        return FALSE;
    apply_all(account, entries);
    return TRUE;
}

/**
 * msgr_roster_replace:
 * @contacts: a(sa{sv})
 *
 * These are all that the account has: what is remembered of others is not so any more.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_roster_replace(MsgrAccount *account, GVariant *contacts, GError **error)
{
    const MsgrRosterEntry absent = {
        .has_in_list = TRUE,
        .has_blocked = TRUE,
        .has_status = TRUE,
        .status = MSGR_STATUS_OFFLINE,
        .has_applications = TRUE,
    };
    g_autoptr(GHashTable) entries = msgr_roster_entries_parse(contacts, TRUE, error);
    g_autoptr(GPtrArray) known = NULL;

    if (entries == NULL || !check_limits(account, entries, TRUE, error))
        return FALSE;
    known = contacts_of(account);
    for (guint i = 0; i < known->len; i++) {
        const char *name = ((MsgrContact *)known->pdata[i])->name;

        if (!g_hash_table_contains(entries, name))
            apply(account, name, &absent);
    }
    apply_all(account, entries);
    return TRUE;
}

/**
 * msgr_roster_goes_offline:
 *
 * Nothing is known of the account's contacts any more.
 */
void
msgr_roster_goes_offline(MsgrAccount *account)
{
    g_autoptr(GPtrArray) known = contacts_of(account);

    for (guint i = 0; i < known->len; i++) {
        const MsgrRosterEntry nothing = { .has_status = TRUE,
                                          .status = MSGR_STATUS_OFFLINE,
                                          .has_applications = TRUE };

        set_fleeting(known->pdata[i], &nothing);
        msgr_contact_status_changed(known->pdata[i]);
    }
}

/**
 * msgr_roster_forget:
 *
 * The account is forgotten, and with it its contacts: those of a session that has just ended once
 * that is forgotten, too.
 */
void
msgr_roster_forget(MsgrAccount *account)
{
    g_autoptr(GPtrArray) known = contacts_of(account);

    for (guint i = 0; i < known->len; i++) {
        MsgrContact *contact = known->pdata[i];

        msgr_turn_touch(account->user->model->turn, contact);
        contact->network.owed = 0;
        contact->network.requested_at = 0;
        msgr_contact_remove(contact, NULL);
        msgr_contact_set_blocked(contact, FALSE, NULL);
        if (g_hash_table_size(contact->sides) == 0)
            msgr_turn_remove(account->user->model->turn, contact);
    }
}

/**
 * msgr_roster_contact:
 * @name: as anybody wrote it
 *
 * Returns: (nullable) (transfer none): the contact of that name, made known if it was not.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS.
 */
MsgrContact *
msgr_roster_contact(MsgrAccount *account, const char *name, GError **error)
{
    g_autofree char *normal = msgr_roster_name(name, error);

    return normal == NULL ? NULL : msgr_contact_obtain(account->user, account->id, normal);
}
