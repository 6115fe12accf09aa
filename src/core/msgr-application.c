/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Registered applications: a user's own, and those that packages register for everybody.
 */
#include "msgr-application.h"

#include "msgr-account.h"
#include "msgr-client.h"
#include "msgr-session-flow.h"

static gpointer
application_save(MsgrRecord *record)
{
    return msgr_app_entry_ref(((MsgrApplication *)record)->entry);
}

/* The indexes know an application by its entry's own text. */
static void
set_entry(MsgrApplication *self, MsgrAppEntry *entry)
{
    MsgrAppEntry *old = self->entry;

    self->entry = entry;
    if (self->record.linked)
        g_hash_table_replace(self->user->applications, entry->guid, self);
    msgr_app_entry_unref(old);
}

static void
application_restore(MsgrRecord *record, gpointer saved)
{
    set_entry((MsgrApplication *)record, saved);
}

static void
application_free_saved(gpointer saved)
{
    msgr_app_entry_unref(saved);
}

static void
application_link(MsgrRecord *record)
{
    MsgrApplication *self = (MsgrApplication *)record;

    g_hash_table_replace(self->user->applications, self->entry->guid, self);
}

static void
application_unlink(MsgrRecord *record)
{
    MsgrApplication *self = (MsgrApplication *)record;

    g_hash_table_remove(self->user->applications, self->entry->guid);
}

static gboolean
application_keeps(MsgrRecord *record)
{
    return TRUE;
}

static void
application_finalize(MsgrRecord *record)
{
    MsgrApplication *self = (MsgrApplication *)record;

    msgr_app_entry_unref(self->entry);
    msgr_record_unref(self->user);
    g_free(self);
}

static const MsgrRecordClass application_class = {
    .kind = MSGR_RECORD_APPLICATION,
    .save = application_save,
    .restore = application_restore,
    .free_saved = application_free_saved,
    .link = application_link,
    .unlink = application_unlink,
    .keeps = application_keeps,
    .finalize = application_finalize,
};

MsgrApplication *
msgr_application_new(MsgrUser *user, MsgrAppEntry *entry)
{
    MsgrApplication *self = g_new0(MsgrApplication, 1);

    msgr_record_init(&self->record, &application_class);
    self->user = msgr_record_ref(user);
    self->entry = msgr_app_entry_ref(entry);
    return self;
}

/**
 * msgr_application_find:
 *
 * Returns: (nullable) (transfer none): what is registered for @user under this GUID: a package's
 * entry wins.
 */
MsgrAppEntry *
msgr_application_find(MsgrUser *user, const char *guid)
{
    MsgrAppEntry *entry = g_hash_table_lookup(user->model->packaged_apps, guid);
    MsgrApplication *own;

    if (entry != NULL)
        return entry;
    own = g_hash_table_lookup(user->applications, guid);
    return own == NULL ? NULL : own->entry;
}

static gboolean
may_change(MsgrClient *client, const MsgrAppEntry *entry)
{
    const char *app_id = msgr_client_app_id(client, MSGR_OBJECT_SESSION_MANAGER);

    return g_strcmp0(app_id, entry->registered_by) == 0 || msgr_client_is_messenger(client);
}

/**
 * msgr_application_may_register:
 * @replace: an entry of the same application ID may be replaced
 *
 * Errors: MSGR_ERROR_ACCESS_DENIED, MSGR_ERROR_APP_ALREADY_REGISTERED, MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_application_may_register(MsgrClient *client, const MsgrAppEntry *entry, gboolean replace,
                              GError **error)
{
    MsgrUser *user = client->user;
    MsgrApplication *own = g_hash_table_lookup(user->applications, entry->guid);

    if (!user->model->config->user_applications)
        return msgr_refuse(error, MSGR_ERROR_ACCESS_DENIED,
                           "The administrator does not allow applications of users");
    if (g_hash_table_contains(user->model->packaged_apps, entry->guid)) {
        if (replace)
            return msgr_refuse(error, MSGR_ERROR_ACCESS_DENIED,
                               "The application was registered by a package");
        return msgr_refuse(error, MSGR_ERROR_APP_ALREADY_REGISTERED,
                           "The application is registered by a package");
    }
    if (own != NULL && !replace)
        return msgr_refuse(error, MSGR_ERROR_APP_ALREADY_REGISTERED,
                           "The application is registered: unregister it first to change anything");
    if (own != NULL && !may_change(client, own->entry))
        return msgr_refuse(error, MSGR_ERROR_ACCESS_DENIED,
                           "The application was registered by another one");
    if (own == NULL &&
        g_hash_table_size(user->applications) >= user->model->config->applications_per_user)
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "No more applications can be registered: unregister one");
    return TRUE;
}

static void
signal_registered(MsgrUser *user, const char *name, const char *guid)
{
    msgr_user_signal_unlocked(user, MSGR_SESSION_MANAGER_PATH, MSGR_SESSION_MANAGER_IFACE, name,
                              g_variant_new("(s)", guid));
    msgr_account_applications_changed(user);
}

static void
add(MsgrUser *user, MsgrAppEntry *entry)
{
    g_autoptr(MsgrApplication) application = msgr_application_new(user, entry);

    msgr_user_keep(user);
    msgr_turn_add(user->model->turn, application);
}

/**
 * msgr_application_register:
 *
 * Registers an application for the client's user. Registering the same again with @replace changes
 * nothing.
 *
 * Errors: those of msgr_application_may_register().
 */
gboolean
msgr_application_register(MsgrClient *client, MsgrAppEntry *entry, gboolean replace, GError **error)
{
    MsgrUser *user = client->user;
    MsgrApplication *own = g_hash_table_lookup(user->applications, entry->guid);

    if (!msgr_application_may_register(client, entry, replace, error))
        return FALSE;
    if (own != NULL && msgr_app_entry_equal(own->entry, entry))
        return TRUE;
    if (own != NULL) {
        msgr_turn_touch(user->model->turn, own);
        set_entry(own, msgr_app_entry_ref(entry));
    } else {
        add(user, entry);
    }
    signal_registered(user, "OnAppRegistered", entry->guid);
    msgr_invitation_app_registered(user, entry);
    return TRUE;
}

/**
 * msgr_application_unregister:
 *
 * Errors: MSGR_ERROR_APP_NOT_REGISTERED, MSGR_ERROR_ACCESS_DENIED.
 */
gboolean
msgr_application_unregister(MsgrClient *client, const char *guid, GError **error)
{
    MsgrUser *user = client->user;
    MsgrApplication *own = g_hash_table_lookup(user->applications, guid);

    if (g_hash_table_contains(user->model->packaged_apps, guid))
        return msgr_refuse(error, MSGR_ERROR_ACCESS_DENIED,
                           "The application was registered by a package: remove the package");
    if (own == NULL)
        return msgr_refuse(error, MSGR_ERROR_APP_NOT_REGISTERED,
                           "No application is registered under this GUID");
    if (!may_change(client, own->entry))
        return msgr_refuse(error, MSGR_ERROR_ACCESS_DENIED,
                           "The application was registered by another one");
    msgr_turn_remove(user->model->turn, own);
    signal_registered(user, "OnAppUnRegistered", guid);
    return TRUE;
}

static int
compare_guids(gconstpointer a, gconstpointer b)
{
    const MsgrAppEntry *one = *(MsgrAppEntry *const *)a, *other = *(MsgrAppEntry *const *)b;

    return g_strcmp0(one->guid, other->guid);
}

/**
 * msgr_application_list:
 *
 * Returns: (transfer full) (element-type MsgrAppEntry): what is registered for @user, by GUID.
 */
GPtrArray *
msgr_application_list(MsgrUser *user)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_app_entry_unref);
    GHashTableIter iter;
    gpointer guid, value;

    g_hash_table_iter_init(&iter, user->model->packaged_apps);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(list, msgr_app_entry_ref(value));
    g_hash_table_iter_init(&iter, user->applications);
    while (g_hash_table_iter_next(&iter, &guid, &value)) {
        if (!g_hash_table_contains(user->model->packaged_apps, guid))
            g_ptr_array_add(list, msgr_app_entry_ref(((MsgrApplication *)value)->entry));
    }
    g_ptr_array_sort(list, compare_guids);
    return list;
}

static void
tell_all_users(MsgrModel *model, const char *name, MsgrAppEntry *entry)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, model->users);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrUser *user = value;

        if (g_hash_table_contains(user->applications, entry->guid))
            continue; /* it was registered for this user, and still is */
        signal_registered(user, name, entry->guid);
        if (g_str_equal(name, "OnAppRegistered"))
            msgr_invitation_app_registered(user, entry);
    }
}

static void
tell_differences(MsgrModel *model, GHashTable *from, GHashTable *to, const char *name)
{
    GHashTableIter iter;
    gpointer guid, entry;

    g_hash_table_iter_init(&iter, to);
    while (g_hash_table_iter_next(&iter, &guid, &entry)) {
        if (!g_hash_table_contains(from, guid))
            tell_all_users(model, name, entry);
    }
}

/**
 * msgr_application_replace_packaged:
 * @entries: (element-type MsgrAppEntry): all that apps.d holds now, the first of a GUID counts
 *
 * Takes over the applications that packages register.
 */
void
msgr_application_replace_packaged(MsgrModel *model, GPtrArray *entries)
{
    GHashTable *old = model->packaged_apps;

    model->packaged_apps =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)msgr_app_entry_unref);
    for (guint i = 0; i < entries->len; i++) {
        MsgrAppEntry *entry = entries->pdata[i];

        if (!g_hash_table_contains(model->packaged_apps, entry->guid))
            g_hash_table_insert(model->packaged_apps, entry->guid, msgr_app_entry_ref(entry));
    }
    tell_differences(model, model->packaged_apps, old, "OnAppUnRegistered");
    tell_differences(model, old, model->packaged_apps, "OnAppRegistered");
    g_hash_table_unref(old);
}
