/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a session is loaded, with both of its sides.
 */
#include "msgr-ledger-load.h"

#include "msgr-account.h"
#include "msgr-contact.h"
#include "msgr-guid.h"
#include "msgr-send.h"
#include "msgr-session.h"
#include "msgr-text.h"

static gboolean
check_unique_name(const char *name, GError **error)
{
    return *name == ':' && msgr_load_check_name(name, NULL);
}

static gboolean
check_hex_id(const char *id, GError **error)
{
    return msgr_hex_id_is_valid(id);
}

static gboolean
check_context_data(const char *data, GError **error)
{
    return g_utf8_strlen(data, -1) <= MSGR_MAX_CONTEXT_DATA;
}

/* However the wall clock was set meanwhile: nothing lasts longer than it could have when it began.
 */
static gint64
boot_of(MsgrModel *model, gint64 wall, guint longest)
{
    return MIN(msgr_model_boot_of(model, wall),
               msgr_model_now(model) + (gint64)longest * G_USEC_PER_SEC);
}

static void
get_times(MsgrModel *model, MsgrSessionData *data)
{
    const guint linger = model->config->ended_session_linger;
    const guint longest = MAX(MSGR_MAX_TIMEOUT, model->config->install_timeout);

    data->expires_boot =
        data->expires_at == 0 ? MSGR_NEVER : boot_of(model, data->expires_at, longest);
    if (!msgr_state_is_live(data->state))
        data->gone_boot = boot_of(model, data->ended_at + (gint64)linger * G_USEC_PER_SEC, linger);
}

static void
get_session_data(MsgrRow *row, MsgrSessionData *data)
{
    data->state = (MsgrState)msgr_row_get_int(row, MSGR_STATE_INVITATION, MSGR_STATE_TERMINATED);
    msgr_string_set(&data->app, msgr_row_get_text(row, msgr_check_guid));
    msgr_string_set(&data->app_name, msgr_row_get_text(row, msgr_check_app_name));
    msgr_string_set(&data->app_url, msgr_row_get_text(row, msgr_check_url));
    msgr_string_set(&data->app_data, msgr_row_get_text(row, msgr_check_app_data));
    data->expires_at = msgr_row_get_time(row);
    data->extended = msgr_row_get_boolean(row);
    data->was_connected = msgr_row_get_boolean(row);
    data->ended_at = msgr_row_get_time(row);
    data->remote_attached = msgr_row_get_boolean(row);
    data->owed = msgr_sends_parse(msgr_row_get_text_or_null(row, NULL));
    if (data->owed == NULL)
        msgr_row_refuse(row);
    if (data->state == MSGR_STATE_INVITATION && data->expires_at == 0)
        msgr_row_refuse(row);
    if (msgr_state_is_live(data->state) != (data->ended_at == 0))
        msgr_row_refuse(row);
}

/* Whose side it is: nobody's here, if it is the contact echo's, or of another machine. */
static void
get_party(MsgrLoad *self, MsgrRow *row, MsgrSession *session, MsgrRole role)
{
    const gboolean is_nobody = msgr_row_is_null(row);
    MsgrUser *user = NULL;
    const char *hex_id;

    if (is_nobody)
        row->next++;
    else
        user = msgr_load_get_user(self, row);
    hex_id = msgr_row_get_text_or_null(row, check_hex_id);
    if (is_nobody != (hex_id == NULL))
        msgr_row_refuse(row);
    else if (hex_id != NULL && msgr_model_side(self->model, hex_id) != NULL)
        msgr_row_refuse(row);
    if (row->sane && user != NULL)
        msgr_session_set_side(session, role, user, hex_id);
}

static void
get_contact(MsgrRow *row, MsgrSide *side)
{
    const char *service = msgr_row_get_text_or_null(row, NULL);
    const char *name = msgr_row_get_text_or_null(row, NULL);
    MsgrContact *contact = NULL;

    if (service == NULL && name == NULL && side->user == NULL)
        return;
    if (service != NULL && name != NULL && side->user != NULL)
        contact = msgr_contact_find(side->user, service, name);
    if (contact == NULL)
        msgr_row_refuse(row);
    else
        msgr_side_data(side)->contact = msgr_record_ref(contact);
}

static void
get_side(MsgrLoad *self, MsgrRow *row, MsgrSession *session, MsgrRole role)
{
    MsgrSideData *data = &session->data.sides[role];

    row->next += (int)msgr_table(MSGR_TABLE_SIDE)->n_keys;
    get_party(self, row, session, role);
    msgr_string_set(&data->creator_app, msgr_row_get_text_or_null(row, msgr_load_check_owner));
    msgr_string_set(&data->creator_client, msgr_row_get_text_or_null(row, check_unique_name));
    data->detached = msgr_row_get_boolean(row);
    data->app_ids = msgr_row_get_list(row, msgr_load_check_owner);
    msgr_string_set(&data->local_address, msgr_row_get_text(row, msgr_check_address));
    msgr_string_set(&data->context_data, msgr_row_get_text(row, check_context_data));
    data->sent = (guint)msgr_row_get_int(row, 0, MSGR_MAX_CONTEXT_AFTER_CONNECT);
    msgr_string_set(&data->attached_app, msgr_row_get_text_or_null(row, msgr_load_check_owner));
    data->result = (guint32)msgr_row_get_int(row, 0, G_MAXUINT32);
    data->handled = msgr_row_get_boolean(row);
    get_contact(row, msgr_session_side(session, role));
}

static gboolean
load_side(MsgrLoad *self, MsgrSession *session, MsgrRole role)
{
    MsgrRow key = msgr_row_writer(self->sides);
    MsgrRow row = msgr_row_reader(self->sides, 1);

    msgr_row_put_text(&key, session->id);
    msgr_row_put_int(&key, role);
    if (sqlite3_step(self->sides) == SQLITE_ROW)
        get_side(self, &row, session, role);
    else
        msgr_row_refuse(&row);
    sqlite3_reset(self->sides);
    sqlite3_clear_bindings(self->sides);
    return row.sane;
}

static gboolean
is_attached_if_connected(MsgrSide *side)
{
    const MsgrSessionData *data = &side->session->data;

    if (data->state != MSGR_STATE_CONNECTED)
        return TRUE;
    if (msgr_side_is_remote(side))
        return data->remote_attached;
    return side->user == NULL || msgr_side_data(side)->attached_app != NULL;
}

/* One party is here, the other on the network that its contact belongs to. Of a service that was
 * forgotten, what had ended is left. */
static gboolean
is_across_network(MsgrSession *session, MsgrSide *own)
{
    MsgrContact *contact = msgr_side_data(own)->contact;
    MsgrAccount *account;

    if (own->user == NULL || contact == NULL || g_str_equal(contact->service, MSGR_LOCAL_SERVICE))
        return FALSE;
    account = msgr_account_find(own->user, contact->service);
    if (account == NULL)
        return !msgr_state_is_live(session->data.state);
    session->data.account = msgr_record_ref(account);
    return msgr_account_session(account, session->guid, contact) == NULL;
}

/* A user invites another one, or the contact echo, who has no side. */
static gboolean
is_on_this_machine(MsgrSide *inviter, MsgrSide *invitee)
{
    return inviter->user != NULL && invitee->user != inviter->user &&
           g_strcmp0(invitee->id, inviter->id) != 0 &&
           msgr_contact_is_echo(msgr_side_data(inviter)->contact) == (invitee->user == NULL);
}

static gboolean
parties_make_sense(MsgrSession *session)
{
    MsgrSide *inviter = msgr_session_side(session, MSGR_INVITER);
    MsgrSide *invitee = msgr_session_side(session, MSGR_INVITEE);

    if (!is_across_network(session, msgr_session_own_side(session)) &&
        !is_on_this_machine(inviter, invitee))
        return FALSE;
    if (inviter->user != NULL && msgr_side_data(inviter)->creator_app == NULL)
        return FALSE;
    return is_attached_if_connected(inviter) && is_attached_if_connected(invitee);
}

gpointer
msgr_load_session(MsgrLoad *self, MsgrRow *row)
{
    const char *id = msgr_row_get_text(row, msgr_check_guid);
    const char *guid = msgr_row_get_text(row, msgr_check_guid);
    gint64 created_at = msgr_row_get_time(row);
    MsgrSession *session = msgr_session_new(self->model, id, guid, created_at);

    get_session_data(row, &session->data);
    if (row->sane)
        get_times(self->model, &session->data);
    if (g_hash_table_contains(self->model->sessions, id) ||
        !load_side(self, session, MSGR_INVITER) || !load_side(self, session, MSGR_INVITEE) ||
        !parties_make_sense(session))
        msgr_row_refuse(row);
    return msgr_load_finish(row, session);
}
