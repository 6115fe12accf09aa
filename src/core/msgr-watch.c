/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who is told of a contact's status, and when.
 *
 * The status that can be read follows at once from what is so. What is told follows from what its
 * user sees: whatever makes somebody look offline (it leaves, hides, signs out, blocks, a policy)
 * is told when it has lasted for MSGR_OFFLINE_DELAY, the same for all of them, so that the time
 * tells nothing of the reason; everything else is told at once. Who looks the same again by then is
 * not told at all, except to those who have read something else in between: what they know would be
 * wrong for good.
 */
#include "msgr-watch.h"

#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-session.h"

typedef struct {
    guint32 told;
    gint64 offline_due;
    GHashTable *readers;
} SavedWatch;

static void
readers_clear(GHashTable **readers)
{
    g_clear_pointer(readers, g_hash_table_unref);
}

static gpointer
watch_save(MsgrRecord *record)
{
    MsgrWatch *self = (MsgrWatch *)record;
    SavedWatch *saved = g_new(SavedWatch, 1);

    *saved = (SavedWatch){ self->told, self->offline_due, self->readers };
    if (saved->readers != NULL)
        g_hash_table_ref(saved->readers);
    return saved;
}

static void
saved_free(gpointer data)
{
    SavedWatch *saved = data;

    readers_clear(&saved->readers);
    g_free(saved);
}

static void
watch_restore(MsgrRecord *record, gpointer data)
{
    MsgrWatch *self = (MsgrWatch *)record;
    SavedWatch *saved = data;

    readers_clear(&self->readers);
    self->told = saved->told;
    self->offline_due = saved->offline_due;
    self->readers = saved->readers;
    g_free(saved);
    /* what was not told after all has to be found out again */
    if (record->linked)
        msgr_agenda_entry_set(&self->due, msgr_model_now(self->contact->user->model));
}

/* Returns: (nullable): the index that the watch is in: that of the users of this machine. */
static GHashTable *
index_of(MsgrWatch *self)
{
    MsgrContact *contact = self->contact;

    return g_str_equal(contact->service, MSGR_LOCAL_SERVICE) ? contact->user->model->watches : NULL;
}

static void
watch_link(MsgrRecord *record)
{
    MsgrWatch *self = (MsgrWatch *)record;
    GHashTable *index = index_of(self);
    GHashTable *set;

    self->contact->watch = self;
    msgr_agenda_entry_set(&self->due, self->offline_due);
    if (index == NULL)
        return;
    set = g_hash_table_lookup(index, self->contact->name);
    if (set == NULL) {
        set = g_hash_table_new(NULL, NULL);
        g_hash_table_insert(index, g_strdup(self->contact->name), set);
    }
    g_hash_table_add(set, self);
}

static void
watch_unlink(MsgrRecord *record)
{
    MsgrWatch *self = (MsgrWatch *)record;
    GHashTable *index = index_of(self);
    GHashTable *set = index == NULL ? NULL : g_hash_table_lookup(index, self->contact->name);

    self->contact->watch = NULL;
    msgr_agenda_entry_clear(&self->due);
    if (set == NULL)
        return;
    g_hash_table_remove(set, self);
    if (g_hash_table_size(set) == 0)
        g_hash_table_remove(index, self->contact->name);
}

static gboolean
watch_keeps(MsgrRecord *record)
{
    return FALSE;
}

static void
watch_finalize(MsgrRecord *record)
{
    MsgrWatch *self = (MsgrWatch *)record;

    readers_clear(&self->readers);
    msgr_record_unref(self->contact);
    g_free(self);
}

static const MsgrRecordClass watch_class = {
    .kind = MSGR_RECORD_WATCH,
    .save = watch_save,
    .restore = watch_restore,
    .free_saved = saved_free,
    .link = watch_link,
    .unlink = watch_unlink,
    .keeps = watch_keeps,
    .finalize = watch_finalize,
};

static void
run(gpointer data, gint64 now)
{
    msgr_watch_look(data);
}

static MsgrWatch *
watch_new(MsgrContact *contact, guint32 told)
{
    MsgrWatch *self = g_new0(MsgrWatch, 1);

    msgr_record_init(&self->record, &watch_class);
    self->contact = msgr_record_ref(contact);
    self->told = told;
    self->offline_due = MSGR_NEVER;
    msgr_agenda_entry_init(&self->due, contact->user->model->agenda, run, self);
    return self;
}

static gboolean
is_wanted(MsgrContact *contact)
{
    return contact->in_list || msgr_contact_is_in_live_session(contact, NULL);
}

/**
 * msgr_watch_update:
 *
 * The contact has come into the list or left it, or a session with it has begun or ended.
 */
void
msgr_watch_update(MsgrContact *contact)
{
    MsgrTurn *turn = contact->user->model->turn;
    MsgrWatch *self = contact->watch;

    if (is_wanted(contact) == (self != NULL))
        return;
    if (self != NULL) {
        msgr_turn_remove(turn, self);
        return;
    }
    self = watch_new(contact, msgr_contact_status(contact));
    msgr_turn_add(turn, self);
    msgr_record_unref(self);
}

/**
 * msgr_watch_resume:
 * @offline_due: when who has not come back will be told to be offline, by the boot clock
 *
 * The service has been started: the contact's user was told what there was to be told before.
 */
void
msgr_watch_resume(MsgrContact *contact, gint64 offline_due)
{
    MsgrWatch *self;

    if (!is_wanted(contact))
        return;
    self = watch_new(contact, msgr_contact_status_last_shown(contact));
    if (self->told != msgr_contact_status(contact))
        self->offline_due = offline_due;
    msgr_record_link(&self->record);
    msgr_record_unref(self);
}

static gboolean
is_entitled(MsgrContact *contact, MsgrClient *client)
{
    return (contact->in_list && msgr_client_may_use_contact_list(client)) ||
           msgr_contact_is_in_live_session(contact, client);
}

static void
tell_clients(MsgrWatch *self, GHashTable *clients, guint32 status)
{
    MsgrContact *contact = self->contact;
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, clients);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        MsgrClient *client = value;

        if (client->record.linked && is_entitled(contact, client))
            msgr_client_signal(client, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE,
                               "OnContactStatusChange",
                               g_variant_new("(ou)", contact->path, status));
    }
}

static void
set_told(MsgrWatch *self, guint32 status)
{
    self->told = status;
    self->offline_due = MSGR_NEVER;
    readers_clear(&self->readers);
    msgr_agenda_entry_clear(&self->due);
}

static void
tell(MsgrWatch *self, guint32 status)
{
    msgr_turn_touch(self->contact->user->model->turn, self);
    set_told(self, status);
    tell_clients(self, self->contact->user->clients, status);
}

/* It looks as was told last. */
static gboolean
reassure(MsgrWatch *self)
{
    if (self->offline_due == MSGR_NEVER && self->readers == NULL)
        return FALSE;
    msgr_turn_touch(self->contact->user->model->turn, self);
    if (self->readers != NULL)
        tell_clients(self, self->readers, self->told);
    set_told(self, self->told);
    return TRUE;
}

static gboolean
delay(MsgrWatch *self, gint64 now)
{
    const gboolean is_new = self->offline_due == MSGR_NEVER;

    if (is_new) {
        msgr_turn_touch(self->contact->user->model->turn, self);
        self->offline_due = now + MSGR_OFFLINE_DELAY;
    }
    msgr_agenda_entry_set(&self->due, self->offline_due);
    return is_new;
}

/**
 * msgr_watch_look:
 *
 * What its user sees of the contact may have changed, or it is time to tell.
 *
 * Returns: whether it has.
 */
gboolean
msgr_watch_look(MsgrWatch *self)
{
    const gint64 now = msgr_model_now(self->contact->user->model);
    const guint32 status = msgr_contact_status(self->contact);
    const gboolean is_due = self->offline_due != MSGR_NEVER && now >= self->offline_due;

    if (status == self->told)
        return reassure(self);
    if (status == MSGR_STATUS_OFFLINE && !is_due)
        return delay(self, now);
    tell(self, status);
    return TRUE;
}

/**
 * msgr_watch_note_reader:
 *
 * A client has read the contact's status. Should that be another one than was told, it will have to
 * be told once more what it is.
 */
void
msgr_watch_note_reader(MsgrContact *contact, MsgrClient *client)
{
    MsgrWatch *self = contact->watch;

    if (self == NULL || self->told == msgr_contact_status(contact) || !is_entitled(contact, client))
        return;
    if (self->readers == NULL)
        self->readers = g_hash_table_new_full(NULL, NULL, msgr_record_unref, NULL);
    if (!g_hash_table_contains(self->readers, client))
        g_hash_table_add(self->readers, msgr_record_ref(client));
}
