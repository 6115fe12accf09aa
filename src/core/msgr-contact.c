/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Another party as one user knows it.
 */
#include "msgr-contact.h"

#include <string.h>

#include <sodium.h>

#include "msgr-account.h"
#include "msgr-addition.h"
#include "msgr-client.h"
#include "msgr-key-ring.h"
#include "msgr-presence.h"
#include "msgr-roster.h"
#include "msgr-session.h"
#include "msgr-visibility.h"
#include "msgr-watch.h"

#define ID_BYTES 16

/* Who is named or invites is remembered beside the list; of these, so many more than the list may
 * hold. */
#define UNLISTED 1000

#define MOST_NAMED_BY (2 * MSGR_MAX_USER_KEYS) /* applications, before keys that are gone go */

typedef struct {
    gboolean in_list;
    gboolean blocked;
    MsgrContactNetwork network;
} SavedContact;

static void
network_clear(MsgrContactNetwork *network)
{
    msgr_string_clear(&network->friendly_name);
    msgr_string_clear(&network->request_name);
    msgr_string_clear(&network->request_text);
    g_clear_pointer(&network->applications, g_variant_unref);
}

static void
saved_free(gpointer data)
{
    SavedContact *saved = data;

    network_clear(&saved->network);
    g_free(saved);
}

static gpointer
contact_save(MsgrRecord *record)
{
    MsgrContact *self = (MsgrContact *)record;
    SavedContact *saved = g_new(SavedContact, 1);

    *saved = (SavedContact){ self->in_list, self->blocked, self->network };
    msgr_string_ref(saved->network.friendly_name);
    msgr_string_ref(saved->network.request_name);
    msgr_string_ref(saved->network.request_text);
    if (saved->network.applications != NULL)
        g_variant_ref(saved->network.applications);
    return saved;
}

static void
set_member(GHashTable *set, MsgrContact *self, gboolean is_member)
{
    if (self->record.linked && is_member)
        g_hash_table_add(set, self);
    else
        g_hash_table_remove(set, self);
}

/* Makes the user's lists agree with what the contact says. */
static void
reindex(MsgrContact *self)
{
    set_member(self->user->contact_list, self, self->in_list);
    set_member(self->user->block_list, self, self->blocked);
}

static void
contact_restore(MsgrRecord *record, gpointer data)
{
    MsgrContact *self = (MsgrContact *)record;
    SavedContact *saved = data;

    self->in_list = saved->in_list;
    self->blocked = saved->blocked;
    network_clear(&self->network);
    self->network = saved->network;
    g_free(saved);
    reindex(self);
}

static char *
index_key(const char *service, const char *name)
{
    return g_strconcat(service, "\n", name, NULL);
}

static void
contact_link(MsgrRecord *record)
{
    MsgrContact *self = (MsgrContact *)record;

    g_hash_table_insert(self->user->model->contacts, self->id, self);
    g_hash_table_insert(self->user->contacts, index_key(self->service, self->name), self);
    reindex(self);
}

static void
contact_unlink(MsgrRecord *record)
{
    MsgrContact *self = (MsgrContact *)record;
    g_autofree char *key = index_key(self->service, self->name);

    g_hash_table_remove(self->user->model->contacts, self->id);
    g_hash_table_remove(self->user->contacts, key);
    reindex(self);
    if (self->watch != NULL)
        msgr_record_unlink(&self->watch->record);
}

static gboolean
contact_keeps(MsgrRecord *record)
{
    return TRUE;
}

static void
contact_finalize(MsgrRecord *record)
{
    MsgrContact *self = (MsgrContact *)record;

    g_free(self->id);
    g_free(self->path);
    g_free(self->service);
    g_free(self->name);
    network_clear(&self->network);
    g_hash_table_unref(self->sides);
    g_hash_table_unref(self->named_by);
    msgr_record_unref(self->user);
    g_free(self);
}

static const MsgrRecordClass contact_class = {
    .kind = MSGR_RECORD_CONTACT,
    .save = contact_save,
    .restore = contact_restore,
    .free_saved = saved_free,
    .link = contact_link,
    .unlink = contact_unlink,
    .keeps = contact_keeps,
    .finalize = contact_finalize,
};

/**
 * msgr_contact_id:
 *
 * Returns: the last part of the contact's path: the same for good, and not to be guessed by who
 * doesn't hold the service's secret.
 */
char *
msgr_contact_id(MsgrUser *user, const char *service, const char *name)
{
    g_autofree char *text = g_strdup_printf("%u\n%s\n%s", user->uid, service, name);
    guint8 hash[ID_BYTES];
    char hex[2 * ID_BYTES + 1];

    crypto_generichash(hash, sizeof hash, (const guint8 *)text, strlen(text), user->model->secret,
                       MSGR_SECRET_BYTES);
    return g_strdup(sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
}

MsgrContact *
msgr_contact_new(MsgrUser *user, const char *service, const char *name)
{
    MsgrContact *self = g_new0(MsgrContact, 1);

    msgr_record_init(&self->record, &contact_class);
    self->user = msgr_record_ref(user);
    self->id = msgr_contact_id(user, service, name);
    self->path = g_strconcat(MSGR_CONTACT_PREFIX, self->id, NULL);
    self->service = g_strdup(service);
    self->name = g_strdup(name);
    self->network.status = MSGR_STATUS_OFFLINE;
    self->sides = g_hash_table_new(NULL, NULL);
    self->named_by = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return self;
}

/**
 * msgr_contact_find:
 *
 * Returns: (nullable) (transfer none): the contact, if @user knows it.
 */
MsgrContact *
msgr_contact_find(MsgrUser *user, const char *service, const char *name)
{
    g_autofree char *key = index_key(service, name);

    return g_hash_table_lookup(user->contacts, key);
}

/* Nothing of it matters to its user. */
static gboolean
can_be_forgotten(MsgrContact *self)
{
    return !self->in_list && !self->blocked && g_hash_table_size(self->sides) == 0 &&
           !msgr_contact_request_waits(self);
}

/* Whether one goes rather than the other: of whom a network is to hear stay longer. */
static gboolean
goes_before(MsgrContact *self, MsgrContact *other)
{
    const gboolean is_owed = self->network.owed != 0;

    if (is_owed != (other->network.owed != 0))
        return !is_owed;
    return self->used < other->used;
}

static void
forget(MsgrContact *self)
{
    msgr_turn_touch(self->user->model->turn, self);
    self->network.owed = 0;
    msgr_turn_remove(self->user->model->turn, self);
}

/* Memory for people who were only named is bounded: the one that was named longest ago goes. */
static void
forget_oldest(MsgrUser *user)
{
    MsgrContact *oldest = NULL;
    GHashTableIter iter;
    gpointer value;

    if (g_hash_table_size(user->contacts) < user->model->config->contacts_per_user + UNLISTED)
        return;
    g_hash_table_iter_init(&iter, user->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrContact *contact = value;

        if (can_be_forgotten(contact) && (oldest == NULL || goes_before(contact, oldest)))
            oldest = contact;
    }
    if (oldest != NULL)
        forget(oldest);
}

/**
 * msgr_contact_obtain:
 *
 * Returns: (transfer none): the contact, made known to @user if it was not.
 */
MsgrContact *
msgr_contact_obtain(MsgrUser *user, const char *service, const char *name)
{
    static guint64 uses;
    MsgrContact *self = msgr_contact_find(user, service, name);

    if (self == NULL) {
        forget_oldest(user);
        msgr_user_keep(user);
        self = msgr_contact_new(user, service, name);
        msgr_turn_add(user->model->turn, self);
        msgr_record_unref(self);
    }
    self->used = ++uses;
    return self;
}

static gboolean
has_no_key(gpointer app_id, gpointer unused, gpointer user)
{
    return msgr_key_ring_find(user, app_id) == NULL;
}

/* Keys come and go: whoever makes new ones all the time must not be remembered by all of them. */
static void
remember_name(MsgrContact *self, const char *app_id)
{
    if (g_hash_table_size(self->named_by) >= MOST_NAMED_BY)
        g_hash_table_foreach_remove(self->named_by, has_no_key, self->user);
    g_hash_table_add(self->named_by, g_strdup(app_id));
}

/**
 * msgr_contact_named_by:
 *
 * A client that could name somebody has that contact from then on, with others of its application.
 */
void
msgr_contact_named_by(MsgrContact *self, MsgrClient *client)
{
    for (int i = 0; i < MSGR_N_LOCKABLES; i++) {
        const char *app_id = msgr_client_app_id(client, i);

        if (app_id != NULL && !g_hash_table_contains(self->named_by, app_id))
            remember_name(self, app_id);
    }
}

static gboolean
is_named_by(MsgrContact *self, MsgrClient *client)
{
    for (int i = 0; i < MSGR_N_LOCKABLES; i++) {
        const char *app_id = msgr_client_app_id(client, i);

        if (app_id != NULL && g_hash_table_contains(self->named_by, app_id))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_in_a_session_of(MsgrContact *self, MsgrClient *client)
{
    GHashTableIter iter;
    gpointer side;

    g_hash_table_iter_init(&iter, self->sides);
    while (g_hash_table_iter_next(&iter, &side, NULL)) {
        if (msgr_client_sees(client, side))
            return TRUE;
    }
    return FALSE;
}

/**
 * msgr_contact_is_in_live_session:
 * @client: (nullable): one of the user's; %NULL for any
 *
 * Returns: whether there is a session with the contact that has not ended and that @client sees.
 */
gboolean
msgr_contact_is_in_live_session(MsgrContact *self, MsgrClient *client)
{
    GHashTableIter iter;
    gpointer side;

    g_hash_table_iter_init(&iter, self->sides);
    while (g_hash_table_iter_next(&iter, &side, NULL)) {
        if (msgr_state_is_live(msgr_side_session_data(side)->state) &&
            (client == NULL || msgr_client_sees(client, side)))
            return TRUE;
    }
    return FALSE;
}

/**
 * msgr_contact_is_known_to:
 *
 * Returns: whether the contact is listed to a client of its user: the whole list to those that may
 * use it, to others their sessions' parties and whom they named.
 */
gboolean
msgr_contact_is_known_to(MsgrContact *self, MsgrClient *client)
{
    if (self->user != client->user)
        return FALSE;
    return (self->in_list && msgr_client_may_use_contact_list(client)) ||
           is_named_by(self, client) || is_in_a_session_of(self, client);
}

gboolean
msgr_contact_is_echo(MsgrContact *self)
{
    return g_str_equal(self->service, MSGR_LOCAL_SERVICE) &&
           g_str_equal(self->name, MSGR_ECHO_NAME);
}

/**
 * msgr_contact_peer:
 *
 * Returns: (nullable) (transfer none): the user of this machine that the contact is.
 */
MsgrUser *
msgr_contact_peer(MsgrContact *self)
{
    if (!g_str_equal(self->service, MSGR_LOCAL_SERVICE) || msgr_contact_is_echo(self))
        return NULL;
    return msgr_model_user_by_name(self->user->model, self->name);
}

static gboolean
is_of_network(MsgrContact *self)
{
    return !g_str_equal(self->service, MSGR_LOCAL_SERVICE);
}

static MsgrAccount *
account_of(MsgrContact *self)
{
    return msgr_account_find(self->user, self->service);
}

/* What the network says holds as long as it can be asked. */
static guint32
network_status(MsgrContact *self)
{
    return msgr_account_is_online(account_of(self)) ? self->network.status : MSGR_STATUS_OFFLINE;
}

/**
 * msgr_contact_is_self:
 *
 * Returns: whether the contact is its own user, by whatever service.
 */
gboolean
msgr_contact_is_self(MsgrContact *self)
{
    MsgrAccount *account = account_of(self);
    g_autofree char *own = NULL;

    if (account == NULL)
        return msgr_contact_peer(self) == self->user;
    own = msgr_roster_name(account->data.signin_name, NULL);
    return g_strcmp0(own, self->name) == 0;
}

/**
 * msgr_contact_can_run:
 * @guid: an application's
 *
 * Returns: whether the contact has the application, as far as its network knows. Of those on this
 * machine nothing is said.
 */
MsgrCanRun
msgr_contact_can_run(MsgrContact *self, const char *guid)
{
    GVariantIter iter;
    const char *known;

    if (self->network.applications == NULL)
        return MSGR_CAN_RUN_UNKNOWN;
    g_variant_iter_init(&iter, self->network.applications);
    while (g_variant_iter_next(&iter, "&s", &known)) {
        if (g_str_equal(known, guid))
            return MSGR_CAN_RUN;
    }
    return MSGR_CAN_NOT_RUN;
}

typedef guint32 (*StatusFunc)(MsgrUser *user, const char *service, const char *name);

static guint32
status_by(MsgrContact *self, StatusFunc status_of)
{
    MsgrUser *peer = msgr_contact_peer(self);

    if (msgr_contact_is_echo(self))
        return MSGR_STATUS_ONLINE;
    if (is_of_network(self))
        return network_status(self);
    return peer == NULL ? MSGR_STATUS_OFFLINE
                        : status_of(peer, MSGR_LOCAL_SERVICE, self->user->data.name);
}

/**
 * msgr_contact_status:
 *
 * Returns: the MISTATUS that the contact's user sees.
 */
guint32
msgr_contact_status(MsgrContact *self)
{
    return status_by(self, msgr_user_status_for);
}

/**
 * msgr_contact_status_last_shown:
 *
 * Returns: what the user saw before the service was started again.
 */
guint32
msgr_contact_status_last_shown(MsgrContact *self)
{
    return status_by(self, msgr_user_status_last_shown);
}

/**
 * msgr_contact_status_changed:
 *
 * What the user sees of the contact may have changed: those of its clients that are entitled to it
 * are told.
 */
void
msgr_contact_status_changed(MsgrContact *self)
{
    if (self->watch != NULL)
        msgr_watch_look(self->watch);
}

static const char *
friendly_name(MsgrContact *self)
{
    MsgrUser *peer = msgr_contact_peer(self);

    if (self->network.friendly_name != NULL)
        return self->network.friendly_name;
    return peer == NULL ? self->name : msgr_user_friendly_name(peer);
}

static GVariant *
get_signin_name(MsgrContact *self)
{
    return g_variant_new_string(self->name);
}

static GVariant *
get_friendly_name(MsgrContact *self)
{
    return g_variant_new_string(friendly_name(self));
}

static GVariant *
get_status(MsgrContact *self)
{
    return g_variant_new_uint32(msgr_contact_status(self));
}

static GVariant *
get_service_id(MsgrContact *self)
{
    return g_variant_new_string(self->service);
}

static GVariant *
get_service_name(MsgrContact *self)
{
    MsgrAccount *account = account_of(self);

    return g_variant_new_string(account == NULL ? "This computer" : account->data.name);
}

static GVariant *
get_is_self(MsgrContact *self)
{
    return g_variant_new_boolean(msgr_contact_is_self(self));
}

static GVariant *
get_blocked(MsgrContact *self)
{
    return g_variant_new_boolean(self->blocked);
}

static GVariant *
get_in_list(MsgrContact *self)
{
    return g_variant_new_boolean(self->in_list);
}

static const struct {
    const char *name;
    GVariant *(*get)(MsgrContact *self);
} properties[] = {
    { "SigninName", get_signin_name },
    { "FriendlyName", get_friendly_name },
    { "Status", get_status },
    { "ServiceId", get_service_id },
    { "ServiceName", get_service_name },
    { "IsSelf", get_is_self },
    { "Blocked", get_blocked },
    { "InList", get_in_list },
};

/**
 * msgr_contact_property:
 *
 * Returns: (nullable) (transfer floating): the value of a property of Contact1.
 */
GVariant *
msgr_contact_property(MsgrContact *self, const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
        if (g_str_equal(properties[i].name, name))
            return properties[i].get(self);
    }
    return NULL;
}

/**
 * msgr_contact_properties:
 *
 * Returns: (transfer floating): a{sv}, all of them.
 */
GVariant *
msgr_contact_properties(MsgrContact *self)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    for (gsize i = 0; i < G_N_ELEMENTS(properties); i++)
        g_variant_builder_add(&builder, "{sv}", properties[i].name, properties[i].get(self));
    return g_variant_builder_end(&builder);
}

/**
 * msgr_contact_list:
 *
 * Returns: (transfer floating): a(oa{sv}), the user's contact list.
 */
GVariant *
msgr_contact_list(MsgrUser *user)
{
    GVariantBuilder builder;
    GHashTableIter iter;
    gpointer value;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(oa{sv})"));
    g_hash_table_iter_init(&iter, user->contact_list);
    while (g_hash_table_iter_next(&iter, &value, NULL))
        g_variant_builder_add(&builder, "(o@a{sv})", ((MsgrContact *)value)->path,
                              msgr_contact_properties(value));
    return g_variant_builder_end(&builder);
}

/**
 * msgr_contact_set_blocked:
 *
 * Whoever is blocked sees the user offline, and can't invite it. Sessions under way go on.
 *
 * Errors: MSGR_ERROR_LIMITS_EXCEEDED: as many are blocked as may be in the list.
 */
gboolean
msgr_contact_set_blocked(MsgrContact *self, gboolean blocked, GError **error)
{
    const MsgrConfig *config = self->user->model->config;

    if (self->blocked == blocked)
        return TRUE;
    if (blocked && g_hash_table_size(self->user->block_list) >= config->contacts_per_user)
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "As many contacts are blocked as is allowed");
    msgr_turn_touch(self->user->model->turn, self);
    self->blocked = blocked;
    reindex(self);
    msgr_presence_changed(self->user);
    return TRUE;
}

static void
set_in_list(MsgrContact *self, gboolean in_list)
{
    msgr_turn_touch(self->user->model->turn, self);
    self->in_list = in_list;
    reindex(self);
    msgr_watch_update(self);
    msgr_presence_changed(self->user);
}

/**
 * msgr_contact_add_to_list:
 *
 * Puts the contact in the list, unless it is there already. Nobody is told: how an AddContact went
 * is the caller's to tell.
 *
 * Errors: MSGR_ERROR_LIMITS_EXCEEDED: the list is full.
 */
gboolean
msgr_contact_add_to_list(MsgrContact *self, GError **error)
{
    const MsgrConfig *config = self->user->model->config;

    if (self->in_list)
        return TRUE;
    if (g_hash_table_size(self->user->contact_list) >= config->contacts_per_user)
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "The list has as many contacts as are allowed");
    msgr_user_keep(self->user);
    set_in_list(self, TRUE);
    return TRUE;
}

/**
 * msgr_contact_come_into_list:
 *
 * The network has the contact in its list, and so has the user: it is told.
 */
void
msgr_contact_come_into_list(MsgrContact *self)
{
    GHashTableIter iter;
    gpointer client;

    if (!msgr_contact_add_to_list(self, NULL) || msgr_addition_waits_for(self))
        return;
    g_hash_table_iter_init(&iter, self->user->clients);
    while (g_hash_table_iter_next(&iter, &client, NULL)) {
        if (msgr_client_is_unlocked(client, MSGR_OBJECT_PRIVATE))
            msgr_client_signal(client, MSGR_PRIVATE_PATH, MSGR_PRIVATE_IFACE, "OnContactListAdd",
                               g_variant_new("(uo)", 0, self->path));
    }
}

/**
 * msgr_contact_remove:
 *
 * Takes the contact off the list; its path stays, and so does a block.
 *
 * Errors: MSGR_ERROR_NOT_FOUND.
 */
gboolean
msgr_contact_remove(MsgrContact *self, GError **error)
{
    GHashTableIter iter;
    gpointer value;

    if (!self->in_list)
        return msgr_refuse(error, MSGR_ERROR_NOT_FOUND, "The contact is not in the list");
    set_in_list(self, FALSE);
    g_hash_table_iter_init(&iter, self->user->clients);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        MsgrClient *client = value;

        if (msgr_client_may_use_contact_list(client))
            msgr_client_signal(client, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "OnContactListRemove",
                               g_variant_new("(o)", self->path));
    }
    return TRUE;
}
