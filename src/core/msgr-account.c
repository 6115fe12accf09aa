/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A user's service beyond this machine: what is remembered of it.
 */
#include "msgr-account.h"

#include <string.h>

#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-order.h"

#define MAX_ID 160 /* characters */

static void
data_clear(MsgrAccountData *data)
{
    msgr_string_clear(&data->name);
    msgr_string_clear(&data->signin_name);
    msgr_string_clear(&data->friendly_name);
    msgr_string_clear(&data->told_name);
    msgr_string_clear(&data->connector);
    msgr_string_clear(&data->path);
    msgr_string_clear(&data->out_message);
    msgr_string_clear(&data->local_address);
}

static void
data_free(gpointer data)
{
    data_clear(data);
    g_free(data);
}

static gpointer
account_save(MsgrRecord *record)
{
    MsgrAccount *self = (MsgrAccount *)record;
    MsgrAccountData *copy = g_memdup2(&self->data, sizeof self->data);

    msgr_string_ref(copy->name);
    msgr_string_ref(copy->signin_name);
    msgr_string_ref(copy->friendly_name);
    msgr_string_ref(copy->told_name);
    msgr_string_ref(copy->connector);
    msgr_string_ref(copy->path);
    msgr_string_ref(copy->out_message);
    msgr_string_ref(copy->local_address);
    return copy;
}

static void
account_restore(MsgrRecord *record, gpointer saved)
{
    MsgrAccount *self = (MsgrAccount *)record;

    data_clear(&self->data);
    self->data = *(MsgrAccountData *)saved;
    g_free(saved);
}

static void
account_link(MsgrRecord *record)
{
    MsgrAccount *self = (MsgrAccount *)record;

    g_hash_table_insert(self->user->accounts, self->id, self);
}

static void
account_unlink(MsgrRecord *record)
{
    MsgrAccount *self = (MsgrAccount *)record;

    g_hash_table_remove(self->user->accounts, self->id);
}

static gboolean
account_keeps(MsgrRecord *record)
{
    return TRUE;
}

static void
account_finalize(MsgrRecord *record)
{
    MsgrAccount *self = (MsgrAccount *)record;

    data_clear(&self->data);
    g_hash_table_unref(self->sessions);
    g_free(self->id);
    msgr_record_unref(self->user);
    g_free(self);
}

static const MsgrRecordClass account_class = {
    .kind = MSGR_RECORD_ACCOUNT,
    .save = account_save,
    .restore = account_restore,
    .free_saved = data_free,
    .link = account_link,
    .unlink = account_unlink,
    .keeps = account_keeps,
    .finalize = account_finalize,
};

/**
 * msgr_account_new:
 * @id: the service ID
 *
 * Returns: a service without a connector, whose user wants to be signed in; not yet in the model.
 */
MsgrAccount *
msgr_account_new(MsgrUser *user, const char *id, const char *name, const char *signin_name)
{
    MsgrAccount *self = g_new0(MsgrAccount, 1);

    msgr_record_init(&self->record, &account_class);
    self->user = msgr_record_ref(user);
    self->id = g_strdup(id);
    self->data.status = MSGR_STATUS_ONLINE;
    self->data.is_wanted = TRUE;
    msgr_string_set(&self->data.name, name);
    msgr_string_set(&self->data.signin_name, signin_name);
    msgr_string_set(&self->data.local_address, "");
    self->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return self;
}

/**
 * msgr_account_check_id:
 *
 * Errors: MSGR_ERROR_INVALID_ARGS.
 */
gboolean
msgr_account_check_id(const char *id, GError **error)
{
    gsize length = strlen(id);
    gboolean is_valid = length >= 1 && length <= MAX_ID && !g_str_equal(id, MSGR_LOCAL_SERVICE);

    for (gsize i = 0; is_valid && i < length; i++)
        is_valid = g_ascii_isgraph(id[i]);
    if (is_valid)
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS,
                       "A service's Id has 1 to 160 characters, printable ASCII without blanks, "
                       "and isn't \"local\"");
}

/**
 * msgr_account_find:
 *
 * Returns: (nullable) (transfer none): the user's service of that ID; `local` is none.
 */
MsgrAccount *
msgr_account_find(MsgrUser *user, const char *id)
{
    return g_hash_table_lookup(user->accounts, id);
}

/**
 * msgr_account_of:
 *
 * Returns: (nullable) (transfer none): the service that @client has registered under @id.
 *
 * Errors: MSGR_ERROR_ACCESS_DENIED, MSGR_ERROR_NOT_FOUND.
 */
MsgrAccount *
msgr_account_of(MsgrClient *client, const char *id, GError **error)
{
    MsgrAccount *self = msgr_account_find(client->user, id);

    if (!client->user->model->config->connectors) {
        msgr_refuse(error, MSGR_ERROR_ACCESS_DENIED, "The administrator allows no connectors");
        return NULL;
    }
    if (self != NULL && g_strcmp0(self->data.connector, client->name) == 0)
        return self;
    msgr_refuse(error, MSGR_ERROR_NOT_FOUND, "You have registered no such service");
    return NULL;
}

/* Who chooses a SessionId may choose one that is known: it is told apart by who that is. */
char *
msgr_account_session_key(const char *guid, MsgrContact *with)
{
    return g_strconcat(guid, "\n", with->name, NULL);
}

/**
 * msgr_account_session:
 *
 * Returns: (nullable) (transfer none): the session of that SessionId with that contact.
 */
MsgrSession *
msgr_account_session(MsgrAccount *self, const char *guid, MsgrContact *with)
{
    g_autofree char *key = msgr_account_session_key(guid, with);

    return g_hash_table_lookup(self->sessions, key);
}

/**
 * msgr_account_is_online:
 * @self: (nullable)
 *
 * Returns: whether its connector is there and signed in.
 */
gboolean
msgr_account_is_online(MsgrAccount *self)
{
    return self != NULL && self->data.connector != NULL && self->data.signed_in;
}

const char *
msgr_account_friendly_name(MsgrAccount *self)
{
    const MsgrAccountData *data = &self->data;

    if (data->friendly_name != NULL)
        return data->friendly_name;
    return data->told_name != NULL ? data->told_name : data->signin_name;
}

/**
 * msgr_account_order:
 * @method: static: of Connector1
 * @args: (nullable): sunk if floating
 *
 * Asks something of the connector, which must be there.
 *
 * Returns: (transfer none): the order, for its maker to complete.
 */
MsgrOrder *
msgr_account_order(MsgrAccount *self, const char *method, GVariant *args)
{
    return msgr_turn_order(self->user->model->turn,
                           msgr_order_new(self->user->uid, self->data.connector, self->data.path,
                                          MSGR_CONNECTOR_IFACE, method, args));
}

/**
 * msgr_account_status:
 *
 * Returns: the user's own MISTATUS there, as it sees it itself.
 */
guint32
msgr_account_status(MsgrAccount *self)
{
    return msgr_account_is_online(self) ? self->data.status : MSGR_STATUS_OFFLINE;
}

/**
 * msgr_account_list:
 * @builder: of a(ssssu), which gets the user's services beside `local`, by their IDs
 */
void
msgr_account_list(MsgrUser *user, GVariantBuilder *builder)
{
    g_autoptr(GList) ids = g_list_sort(g_hash_table_get_keys(user->accounts), (GCompareFunc)strcmp);

    for (GList *l = ids; l != NULL; l = l->next) {
        MsgrAccount *self = msgr_account_find(user, l->data);

        g_variant_builder_add(builder, "(ssssu)", self->id, self->data.name, self->data.signin_name,
                              msgr_account_friendly_name(self), msgr_account_status(self));
    }
}
