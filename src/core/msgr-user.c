/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A uid of this machine, with everything that is its own.
 */
#include "msgr-user.h"

#include "msgr-alert.h"
#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-offer.h"
#include "msgr-presence.h"
#include "msgr-session-flow.h"

#define MOST_STRANGERS 4096

static void
data_clear(MsgrUserData *data)
{
    msgr_string_clear(&data->name);
    msgr_string_clear(&data->real_name);
    msgr_string_clear(&data->friendly_name);
    for (int i = 0; i < MSGR_N_LOCKABLES; i++)
        msgr_string_clear(&data->shares[i].app_id);
}

static void
data_free(gpointer data)
{
    data_clear(data);
    g_free(data);
}

static gpointer
user_save(MsgrRecord *record)
{
    MsgrUser *self = (MsgrUser *)record;
    MsgrUserData *copy = g_memdup2(&self->data, sizeof self->data);

    msgr_string_ref(copy->name);
    msgr_string_ref(copy->real_name);
    msgr_string_ref(copy->friendly_name);
    for (int i = 0; i < MSGR_N_LOCKABLES; i++)
        msgr_string_ref(copy->shares[i].app_id);
    return copy;
}

/* Somebody else may go by that name by now. */
static void
forget_name(MsgrUser *self)
{
    if (msgr_model_user_by_name(self->model, self->data.name) == self)
        g_hash_table_remove(self->model->users_by_name, self->data.name);
}

static void
user_unlink(MsgrRecord *record)
{
    MsgrUser *self = (MsgrUser *)record;

    forget_name(self);
    g_hash_table_steal(self->model->users, GUINT_TO_POINTER(self->uid));
}

static void
user_link(MsgrRecord *record)
{
    MsgrUser *self = (MsgrUser *)record;

    g_hash_table_insert(self->model->users, GUINT_TO_POINTER(self->uid), self);
    g_hash_table_replace(self->model->users_by_name, self->data.name, self);
}

static void
user_restore(MsgrRecord *record, gpointer saved)
{
    MsgrUser *self = (MsgrUser *)record;

    forget_name(self);
    data_clear(&self->data);
    self->data = *(MsgrUserData *)saved;
    g_free(saved);
    g_hash_table_replace(self->model->users_by_name, self->data.name, self);
}

static gboolean
user_keeps(MsgrRecord *record)
{
    return TRUE;
}

static void
user_finalize(MsgrRecord *record)
{
    MsgrUser *self = (MsgrUser *)record;

    msgr_agenda_entry_clear(&self->lock_change);
    msgr_agenda_entry_clear(&self->leaving);
    msgr_agenda_entry_clear(&self->round);
    data_clear(&self->data);
    g_hash_table_unref(self->clients);
    g_hash_table_unref(self->agents);
    g_hash_table_unref(self->sides);
    g_hash_table_unref(self->live);
    g_hash_table_unref(self->waiting);
    g_hash_table_unref(self->contacts);
    g_hash_table_unref(self->contact_list);
    g_hash_table_unref(self->block_list);
    g_hash_table_unref(self->policies);
    g_hash_table_unref(self->accounts);
    g_hash_table_unref(self->applications);
    g_hash_table_unref(self->keys);
    g_free(self);
}

static const MsgrRecordClass user_class = {
    .kind = MSGR_RECORD_USER,
    .save = user_save,
    .restore = user_restore,
    .free_saved = data_free,
    .link = user_link,
    .unlink = user_unlink,
    .keeps = user_keeps,
    .finalize = user_finalize,
};

static void
lock_changes(gpointer data, gint64 now)
{
    MsgrUser *self = data;

    msgr_lock_tell_user(self);
    msgr_user_presence_changed(self);
}

/**
 * msgr_user_new:
 * @name: the sign-in name
 * @real_name: as the user database has it, or ""
 *
 * Returns: a user that is signed in to `local`, as everybody is at first; not yet in the model.
 */
MsgrUser *
msgr_user_new(MsgrModel *model, guint32 uid, const char *name, const char *real_name)
{
    MsgrUser *self = g_new0(MsgrUser, 1);

    msgr_record_init(&self->record, &user_class);
    self->model = model;
    self->uid = uid;
    msgr_string_set(&self->data.name, name);
    msgr_string_set(&self->data.real_name, real_name);
    self->data.signed_in = TRUE;
    self->data.status = MSGR_STATUS_ONLINE;
    msgr_agenda_entry_init(&self->lock_change, model->agenda, lock_changes, self);
    msgr_agenda_entry_init(&self->leaving, model->agenda, msgr_presence_left, self);
    msgr_agenda_entry_init(&self->round, model->agenda, msgr_presence_round_due, self);
    self->clients = g_hash_table_new(NULL, NULL);
    self->agents = g_hash_table_new(NULL, NULL);
    self->sides = g_hash_table_new(NULL, NULL);
    self->live = g_hash_table_new(NULL, NULL);
    self->waiting = g_hash_table_new(NULL, NULL);
    self->contacts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->contact_list = g_hash_table_new(NULL, NULL);
    self->block_list = g_hash_table_new(NULL, NULL);
    self->policies = g_hash_table_new(g_str_hash, g_str_equal);
    self->accounts = g_hash_table_new(g_str_hash, g_str_equal);
    self->applications = g_hash_table_new(g_str_hash, g_str_equal);
    self->keys = g_hash_table_new(g_str_hash, g_str_equal);
    g_queue_init(&self->alerts);
    g_queue_init(&self->additions);
    return self;
}

/* Whoever was only named, and never was here, need not be remembered: of those there may be a whole
 * directory. */
static void
forget_a_stranger(MsgrModel *model)
{
    GHashTableIter iter;
    gpointer value;

    if (g_hash_table_size(model->users) < MOST_STRANGERS)
        return;
    g_hash_table_iter_init(&iter, model->users);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrUser *user = value;

        if (!user->data.seen && g_hash_table_size(user->clients) == 0 &&
            g_hash_table_size(user->sides) == 0 && g_hash_table_size(user->keys) == 0 &&
            g_hash_table_size(user->contacts) == 0 && g_hash_table_size(user->policies) == 0 &&
            g_hash_table_size(user->accounts) == 0 && g_queue_is_empty(&user->alerts)) {
            msgr_turn_remove(model->turn, user);
            return;
        }
    }
}

/**
 * msgr_user_meet:
 *
 * Returns: (transfer none): a user that was not known, in the model for good: if the turn fails, it
 * is kept with a later one, since its clients are there all the same.
 */
MsgrUser *
msgr_user_meet(MsgrModel *model, guint32 uid, const char *name, const char *real_name)
{
    g_autoptr(MsgrUser) self = msgr_user_new(model, uid, name, real_name);

    forget_a_stranger(model);
    msgr_record_link(&self->record);
    msgr_turn_touch(model->turn, self);
    return self;
}

/**
 * msgr_user_keep:
 *
 * To be called before anything of the user's is added: should the turn in which it was met have
 * failed, the user is written with this one.
 */
void
msgr_user_keep(MsgrUser *self)
{
    if (!self->record.stored)
        msgr_turn_touch(self->model->turn, self);
}

/**
 * msgr_user_set_names:
 *
 * The user database may call somebody otherwise than it did; and a name that another user ID had is
 * this one's now.
 */
void
msgr_user_set_names(MsgrUser *self, const char *name, const char *real_name)
{
    MsgrUser *namesake = msgr_model_user_by_name(self->model, name);
    g_autofree char *old_name = g_strdup(self->data.name);

    if (namesake == self && g_str_equal(self->data.name, name) &&
        g_str_equal(self->data.real_name, real_name))
        return;
    msgr_turn_touch(self->model->turn, self);
    if (namesake != NULL)
        msgr_turn_touch(self->model->turn, namesake); /* to be found again if this is taken back */
    forget_name(self);
    msgr_string_set(&self->data.name, name);
    msgr_string_set(&self->data.real_name, real_name);
    g_hash_table_replace(self->model->users_by_name, self->data.name, self);
    msgr_presence_name_changed(self->model, old_name);
    msgr_presence_changed(self);
}

/**
 * msgr_user_friendly_name:
 *
 * Returns: the name that was set, else the user database's, else the sign-in name.
 */
const char *
msgr_user_friendly_name(MsgrUser *self)
{
    if (self->data.friendly_name != NULL)
        return self->data.friendly_name;
    return *self->data.real_name != '\0' ? self->data.real_name : self->data.name;
}

/**
 * msgr_user_shared_app_id:
 *
 * Returns: (nullable): the application ID that all clients of the user count as on @object.
 */
const char *
msgr_user_shared_app_id(MsgrUser *self, MsgrLockable object)
{
    const MsgrShare *share = &self->data.shares[object];

    if (share->app_id == NULL || !msgr_user_is_signed_in(self))
        return NULL;
    return msgr_model_now(self->model) < share->until_boot ? share->app_id : NULL;
}

static gboolean
has_client(MsgrUser *self, const char *app_id)
{
    GHashTableIter iter;
    gpointer client;

    g_hash_table_iter_init(&iter, self->clients);
    while (g_hash_table_iter_next(&iter, &client, NULL)) {
        const char *id = msgr_client_app_id(client, MSGR_OBJECT_SESSION_MANAGER);

        if (id != NULL && (app_id == NULL || g_str_equal(id, app_id)))
            return TRUE;
    }
    return FALSE;
}

/**
 * msgr_user_is_there:
 *
 * A user is there while one of its clients has unlocked the session manager, or it has an agent. A
 * share stands for a client: it is how scripts, each of whose calls is a client of its own, are
 * there in between.
 */
gboolean
msgr_user_is_there(MsgrUser *self)
{
    return msgr_user_shared_app_id(self, MSGR_OBJECT_SESSION_MANAGER) != NULL ||
           has_client(self, NULL);
}

/**
 * msgr_user_has_app:
 *
 * Returns: whether a client of the user is unlocked with this application ID.
 */
gboolean
msgr_user_has_app(MsgrUser *self, const char *app_id)
{
    const char *shared = msgr_user_shared_app_id(self, MSGR_OBJECT_SESSION_MANAGER);

    return (shared != NULL && g_str_equal(shared, app_id)) || has_client(self, app_id);
}

/**
 * msgr_user_presence_changed:
 *
 * To be called when a client has been unlocked, locked or gone: sessions begin or end their grace,
 * and others may see the user come or go.
 */
void
msgr_user_presence_changed(MsgrUser *self)
{
    g_autoptr(GList) sides = g_hash_table_get_keys(self->live);

    if (!self->data.seen && msgr_user_is_there(self)) {
        msgr_turn_touch(self->model->turn, self);
        self->data.seen = TRUE;
    }
    msgr_presence_came_or_went(self);
    for (GList *l = sides; l != NULL; l = l->next)
        msgr_side_presence_changed(l->data);
    msgr_offer_all(self);
    msgr_alert_show_all(self);
}
