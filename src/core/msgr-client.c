/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A connection to the bus that has spoken to the service, and what it may see.
 */
#include "msgr-client.h"

#include "msgr-account.h"
#include "msgr-agent.h"
#include "msgr-key-ring.h"
#include "msgr-session-flow.h"

#define AGENT_CAPABILITIES                                                                         \
    (MSGR_CAPABILITY_SESSIONS | MSGR_CAPABILITY_PRIVATE | MSGR_CAPABILITY_MESSENGER)

#define MOST_TOLD_AT_ONCE 8192u

typedef struct {
    MsgrLock locks[MSGR_N_LOCKABLES];
    GHashTable *sites;
} SavedClient;

static void
saved_free(gpointer data)
{
    SavedClient *saved = data;

    for (int i = 0; i < MSGR_N_LOCKABLES; i++)
        msgr_lock_clear(&saved->locks[i]);
    g_hash_table_unref(saved->sites);
    g_free(saved);
}

static gpointer
client_save(MsgrRecord *record)
{
    MsgrClient *self = (MsgrClient *)record;
    SavedClient *saved = g_new0(SavedClient, 1);

    for (int i = 0; i < MSGR_N_LOCKABLES; i++)
        msgr_lock_copy(&saved->locks[i], &self->locks[i]);
    saved->sites = g_hash_table_ref(self->sites);
    return saved;
}

static void
client_restore(MsgrRecord *record, gpointer data)
{
    MsgrClient *self = (MsgrClient *)record;
    SavedClient *saved = data;

    for (int i = 0; i < MSGR_N_LOCKABLES; i++) {
        msgr_lock_clear(&self->locks[i]);
        self->locks[i] = saved->locks[i];
    }
    g_hash_table_unref(self->sites);
    self->sites = saved->sites;
    g_free(saved);
}

static void
client_link(MsgrRecord *record)
{
    MsgrClient *self = (MsgrClient *)record;

    g_hash_table_insert(self->user->model->clients, self->name, self);
    g_hash_table_add(self->user->clients, self);
}

static void
client_unlink(MsgrRecord *record)
{
    MsgrClient *self = (MsgrClient *)record;

    g_hash_table_remove(self->user->model->clients, self->name);
    g_hash_table_remove(self->user->clients, self);
}

static gboolean
client_keeps(MsgrRecord *record)
{
    return FALSE;
}

static void
client_finalize(MsgrRecord *record)
{
    MsgrClient *self = (MsgrClient *)record;

    for (int i = 0; i < MSGR_N_LOCKABLES; i++)
        msgr_lock_clear(&self->locks[i]);
    g_hash_table_unref(self->sites);
    g_free(self->name);
    msgr_record_unref(self->user);
    g_free(self);
}

static const MsgrRecordClass client_class = {
    .kind = MSGR_RECORD_CLIENT,
    .save = client_save,
    .restore = client_restore,
    .free_saved = saved_free,
    .link = client_link,
    .unlink = client_unlink,
    .keeps = client_keeps,
    .finalize = client_finalize,
};

/**
 * msgr_client_new:
 * @name: its unique name
 *
 * Returns: (transfer none): a client that is in the model until msgr_client_gone(); no turn takes
 * it back.
 */
MsgrClient *
msgr_client_new(MsgrUser *user, const char *name)
{
    MsgrClient *self = g_new0(MsgrClient, 1);

    msgr_record_init(&self->record, &client_class);
    self->user = msgr_record_ref(user);
    self->name = g_strdup(name);
    self->sites = g_hash_table_new(NULL, NULL);
    msgr_record_link(&self->record);
    msgr_record_unref(self);
    return self;
}

/**
 * msgr_client_gone:
 *
 * The client has left the bus: its locks with it. The turn must be new, so that none brings it
 * back.
 */
void
msgr_client_gone(MsgrClient *self)
{
    g_autoptr(MsgrUser) user = msgr_record_ref(self->user);
    gboolean was_unlocked = msgr_client_is_unlocked(self, MSGR_OBJECT_SESSION_MANAGER);

    msgr_record_ref(self);
    msgr_record_unlink(&self->record);
    msgr_agent_client_gone(user, self->name);
    msgr_account_client_gone(user, self->name);
    if (was_unlocked)
        msgr_user_presence_changed(user);
    msgr_record_unref(self);
}

static gboolean
counts_as_agent(MsgrClient *self)
{
    return msgr_user_is_signed_in(self->user) && msgr_agent_is_client(self);
}

/**
 * msgr_client_app_id:
 *
 * Returns: (nullable): the application that the client counts as on @object: that of its own key,
 * else the agent, if it is its user's, else the one that its user shares; %NULL while it is locked.
 */
const char *
msgr_client_app_id(MsgrClient *self, MsgrLockable object)
{
    MsgrKey *key = self->locks[object].key;

    if (key != NULL)
        return key->id;
    if (counts_as_agent(self))
        return MSGR_AGENT_APP_ID;
    return msgr_user_shared_app_id(self->user, object);
}

gboolean
msgr_client_is_unlocked(MsgrClient *self, MsgrLockable object)
{
    return msgr_client_app_id(self, object) != NULL;
}

gboolean
msgr_client_is_unlocked_anywhere(MsgrClient *self)
{
    return msgr_client_is_unlocked(self, MSGR_OBJECT_SESSION_MANAGER) ||
           msgr_client_is_unlocked(self, MSGR_OBJECT_PRIVATE);
}

/**
 * msgr_client_capabilities:
 *
 * Returns: what the key allows that @object is unlocked with, and what an agent may; none while it
 * is locked.
 */
MsgrCapabilities
msgr_client_capabilities(MsgrClient *self, MsgrLockable object)
{
    MsgrCapabilities agent = counts_as_agent(self) ? AGENT_CAPABILITIES : MSGR_CAPABILITY_NONE;
    MsgrKey *key = self->locks[object].key;
    const char *shared;

    if (key != NULL)
        return key->capabilities | agent;
    if (agent != MSGR_CAPABILITY_NONE)
        return agent;
    shared = msgr_user_shared_app_id(self->user, object);
    key = shared == NULL ? NULL : msgr_key_ring_find(self->user, shared);
    return key == NULL ? MSGR_CAPABILITY_NONE : key->capabilities;
}

/**
 * msgr_client_is_messenger:
 *
 * Returns: whether the client sees all of its user's sessions.
 */
gboolean
msgr_client_is_messenger(MsgrClient *self)
{
    return (msgr_client_capabilities(self, MSGR_OBJECT_SESSION_MANAGER) &
            MSGR_CAPABILITY_MESSENGER) != 0;
}

/**
 * msgr_client_may_use_contact_list:
 *
 * Returns: whether the contact list is open to the client: Private unlocked, or the capability
 * `messenger`.
 */
gboolean
msgr_client_may_use_contact_list(MsgrClient *self)
{
    return msgr_client_is_unlocked(self, MSGR_OBJECT_PRIVATE) || msgr_client_is_messenger(self);
}

static gboolean
is_app(const char *app_id, const char *other)
{
    return other != NULL && g_str_equal(app_id, other);
}

/**
 * msgr_client_sees:
 *
 * The rule of who sees a session. For everybody else there is no such object.
 */
gboolean
msgr_client_sees(MsgrClient *self, MsgrSide *side)
{
    const char *app_id = msgr_client_app_id(self, MSGR_OBJECT_SESSION_MANAGER);
    MsgrSideData *data = msgr_side_data(side);

    if (side->user != self->user || app_id == NULL)
        return FALSE;
    return is_app(app_id, data->creator_app) || is_app(app_id, data->attached_app) ||
           (data->app_ids != NULL && g_strv_contains((const char *const *)data->app_ids, app_id)) ||
           msgr_client_is_messenger(self);
}

/**
 * msgr_client_set_sites:
 * @sites: (array length=n_sites): what it wants the alerts of, in place of what it wanted before
 */
void
msgr_client_set_sites(MsgrClient *self, const gint32 *sites, gsize n_sites)
{
    msgr_turn_touch(self->user->model->turn, self);
    g_hash_table_unref(self->sites);
    self->sites = g_hash_table_new(NULL, NULL);
    for (gsize i = 0; i < n_sites; i++)
        g_hash_table_add(self->sites, GINT_TO_POINTER(sites[i]));
}

/**
 * msgr_client_wants_site:
 *
 * Returns: whether the client is entitled to the site's alerts: it has enabled them, and the
 * private object is unlocked for it.
 */
gboolean
msgr_client_wants_site(MsgrClient *self, gint32 site)
{
    return g_hash_table_contains(self->sites, GINT_TO_POINTER(site)) &&
           msgr_client_is_unlocked(self, MSGR_OBJECT_PRIVATE);
}

/* Of what a single event or call may have to tell, the product of contacts and clients is too much:
 * the state can be read. */
static gboolean
may_be_told(MsgrUser *user)
{
    const guint64 letter = msgr_turn_letter(user->model->turn);

    if (user->letter != letter)
        user->told = 0;
    user->letter = letter;
    return user->told++ < MOST_TOLD_AT_ONCE;
}

/**
 * msgr_client_signal:
 * @args: (nullable): sunk if floating
 *
 * Tells the client an event with the turn, unless its user has been told very much by this call.
 */
void
msgr_client_signal(MsgrClient *self, const char *path, const char *iface, const char *name,
                   GVariant *args)
{
    g_autoptr(GVariant) sunk = args == NULL ? NULL : g_variant_ref_sink(args);

    if (!may_be_told(self->user))
        return;
    msgr_turn_signal(self->user->model->turn, self->name, path, iface, name, sunk);
}

/**
 * msgr_client_offer_waiting:
 *
 * Tells a client that has just been unlocked of the invitations that wait for it, the oldest first.
 */
void
msgr_client_offer_waiting(MsgrClient *self)
{
    g_autoptr(GList) waiting = g_hash_table_get_keys(self->user->waiting);

    waiting = g_list_sort(waiting, msgr_side_compare_age);
    for (GList *l = waiting; l != NULL; l = l->next) {
        if (msgr_client_sees(self, l->data))
            msgr_invitation_show(l->data, self);
    }
}

void
msgr_user_signal_unlocked(MsgrUser *self, const char *path, const char *iface, const char *name,
                          GVariant *args)
{
    GHashTableIter iter;
    gpointer client;

    g_variant_ref_sink(args);
    g_hash_table_iter_init(&iter, self->clients);
    while (g_hash_table_iter_next(&iter, &client, NULL)) {
        if (msgr_client_is_unlocked(client, MSGR_OBJECT_SESSION_MANAGER))
            msgr_client_signal(client, path, iface, name, args);
    }
    g_variant_unref(args);
}
