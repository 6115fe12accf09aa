/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading what a connector tells of contacts.
 */
#include "msgr-roster-entry.h"

#include "msgr-roster.h"
#include "msgr-text.h"
#include "msgr-user.h"

#define MAX_ENTRIES      5000 /* in one call */
#define MAX_APPLICATIONS 256

static void
entry_free(gpointer data)
{
    MsgrRosterEntry *self = data;

    g_clear_pointer(&self->applications, g_variant_unref);
    g_variant_unref(self->details);
    g_free(self);
}

/* Returns: FALSE if there is such a key, of another type. */
static gboolean
look_up(const MsgrRosterEntry *entry, const char *key, const char *type, GVariant **value,
        GError **error)
{
    *value = g_variant_lookup_value(entry->details, key, NULL);
    if (*value == NULL || g_str_equal(g_variant_get_type_string(*value), type))
        return TRUE;
    g_clear_pointer(value, g_variant_unref);
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "%s must be of type %s", key, type);
    return FALSE;
}

static gboolean
read_boolean(const MsgrRosterEntry *entry, const char *key, gboolean *has, gboolean *value,
             GError **error)
{
    g_autoptr(GVariant) boolean = NULL;

    if (!look_up(entry, key, "b", &boolean, error))
        return FALSE;
    *has = boolean != NULL;
    *value = boolean != NULL && g_variant_get_boolean(boolean);
    return TRUE;
}

/* Others never look invisible. */
static gboolean
read_status(MsgrRosterEntry *entry, GError **error)
{
    g_autoptr(GVariant) status = NULL;

    if (!look_up(entry, "Status", "u", &status, error))
        return FALSE;
    if (status == NULL)
        return TRUE;
    entry->has_status = TRUE;
    entry->status = g_variant_get_uint32(status);
    if (entry->status == MSGR_STATUS_INVISIBLE)
        return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS, "Nobody is seen to be invisible");
    return entry->status == MSGR_STATUS_OFFLINE || msgr_user_check_status(entry->status, error);
}

static gboolean
read_name(MsgrRosterEntry *entry, GError **error)
{
    g_autoptr(GVariant) name = NULL;

    if (!look_up(entry, "FriendlyName", "s", &name, error))
        return FALSE;
    if (name == NULL)
        return TRUE;
    g_variant_lookup(entry->details, "FriendlyName", "&s", &entry->friendly_name);
    return msgr_check_friendly_name(entry->friendly_name, error);
}

static gboolean
check_applications(GVariant *applications, GError **error)
{
    const gsize count = g_variant_n_children(applications);

    if (count > MAX_APPLICATIONS)
        return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS, "At most 256 applications are told");
    for (gsize i = 0; i < count; i++) {
        const char *guid;

        g_variant_get_child(applications, i, "&s", &guid);
        if (!msgr_check_guid(guid, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_applications(MsgrRosterEntry *entry, GError **error)
{
    gboolean is_said, knows;

    if (!look_up(entry, "Applications", "as", &entry->applications, error) ||
        !read_boolean(entry, "KnowsApps", &is_said, &knows, error))
        return FALSE;
    if (entry->applications != NULL && !check_applications(entry->applications, error))
        return FALSE;
    entry->has_applications = entry->applications != NULL || (is_said && !knows);
    if (is_said && !knows)
        g_clear_pointer(&entry->applications, g_variant_unref);
    return TRUE;
}

static gboolean
read_entry(MsgrRosterEntry *entry, GError **error)
{
    return read_boolean(entry, "InList", &entry->has_in_list, &entry->in_list, error) &&
           read_boolean(entry, "Blocked", &entry->has_blocked, &entry->blocked, error) &&
           read_status(entry, error) && read_name(entry, error) && read_applications(entry, error);
}

/* What isn't told of a contact, where all is told that there is. */
static void
complete_entry(MsgrRosterEntry *entry)
{
    if (!entry->has_in_list)
        entry->in_list = TRUE;
    if (!entry->has_status)
        entry->status = MSGR_STATUS_OFFLINE;
    if (entry->friendly_name == NULL)
        entry->friendly_name = "";
    entry->has_in_list = entry->has_blocked = entry->has_status = entry->has_applications = TRUE;
}

/* Takes @details. */
static gboolean
add(GHashTable *entries, const char *name, GVariant *details, gboolean complete, GError **error)
{
    g_autofree char *normal = msgr_roster_name(name, error);
    MsgrRosterEntry *entry = g_new0(MsgrRosterEntry, 1);

    entry->details = details;
    if (normal == NULL || !read_entry(entry, error)) {
        entry_free(entry);
        return FALSE;
    }
    if (complete)
        complete_entry(entry);
    g_hash_table_replace(entries, g_steal_pointer(&normal), entry);
    return TRUE;
}

/**
 * msgr_roster_entries_parse:
 * @contacts: a(sa{sv}): sign-in names, and what is told of each
 * @complete: whether what isn't told has its default; else it stays as it is
 *
 * Returns: (nullable) (transfer full): name -> MsgrRosterEntry.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_LIMITS_EXCEEDED.
 */
GHashTable *
msgr_roster_entries_parse(GVariant *contacts, gboolean complete, GError **error)
{
    g_autoptr(GHashTable) entries =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
    GVariantIter iter;
    const char *name;
    GVariant *details;

    if (g_variant_n_children(contacts) > MAX_ENTRIES) {
        msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED, "Too many contacts at once");
        return NULL;
    }
    g_variant_iter_init(&iter, contacts);
    while (g_variant_iter_next(&iter, "(&s@a{sv})", &name, &details)) {
        if (!add(entries, name, details, complete, error))
            return NULL;
    }
    return g_steal_pointer(&entries);
}
