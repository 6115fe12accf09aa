/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How each kind of record is written: the columns are in the order of the tables in
 * msgr-ledger-schema.c.
 */
#include "msgr-ledger-private.h"

#include "msgr-account.h"
#include "msgr-alert.h"
#include "msgr-application.h"
#include "msgr-contact.h"
#include "msgr-key-ring.h"
#include "msgr-ledger-row.h"
#include "msgr-policy.h"
#include "msgr-send.h"
#include "msgr-session.h"
#include "msgr-user.h"

static void
put_user(MsgrRow *row, MsgrUser *user)
{
    const MsgrUserData *data = &user->data;

    msgr_row_put_int(row, user->uid);
    msgr_row_put_text(row, data->name);
    msgr_row_put_text(row, data->real_name);
    msgr_row_put_text(row, data->friendly_name);
    msgr_row_put_int(row, data->seen);
    msgr_row_put_int(row, data->signed_in);
    msgr_row_put_int(row, data->shown);
    msgr_row_put_int(row, data->status);
    for (int i = 0; i < MSGR_N_LOCKABLES; i++) {
        msgr_row_put_text(row, data->shares[i].app_id);
        msgr_row_put_int(row, data->shares[i].until);
    }
}

static void
put_user_key(MsgrRow *row, MsgrUserKey *key)
{
    msgr_row_put_int(row, key->user->uid);
    msgr_row_put_text(row, key->key->id);
    msgr_row_put_text(row, key->json);
    msgr_row_put_int(row, key->added_at);
}

static void
put_application(MsgrRow *row, MsgrApplication *application)
{
    const MsgrAppEntry *entry = application->entry;

    msgr_row_put_int(row, application->user->uid);
    msgr_row_put_text(row, entry->guid);
    msgr_row_put_text(row, entry->name);
    msgr_row_put_text(row, entry->url);
    msgr_row_put_text(row, entry->path);
    msgr_row_put_text(row, entry->desktop_id);
    msgr_row_put_text(row, entry->version);
    msgr_row_put_text(row, entry->appstream_id);
    msgr_row_put_list(row, entry->app_ids);
    msgr_row_put_text(row, entry->registered_by);
    msgr_row_put_int(row, entry->registered_at);
}

static void
put_policy(MsgrRow *row, MsgrPolicy *policy)
{
    msgr_row_put_int(row, policy->user->uid);
    msgr_row_put_text(row, policy->service);
    for (int i = 0; i < MSGR_N_POLICY_KEYS; i++)
        msgr_row_put_text(row, msgr_audience_name(policy->audiences[i]));
}

static void
put_account(MsgrRow *row, MsgrAccount *account)
{
    const MsgrAccountData *data = &account->data;

    msgr_row_put_int(row, account->user->uid);
    msgr_row_put_text(row, account->id);
    msgr_row_put_text(row, data->name);
    msgr_row_put_text(row, data->signin_name);
    msgr_row_put_text(row, data->friendly_name);
    msgr_row_put_int(row, data->status);
    msgr_row_put_int(row, data->is_wanted);
}

static void
put_contact(MsgrRow *row, MsgrContact *contact)
{
    msgr_row_put_int(row, contact->user->uid);
    msgr_row_put_text(row, contact->service);
    msgr_row_put_text(row, contact->name);
    msgr_row_put_int(row, contact->in_list);
    msgr_row_put_int(row, contact->blocked);
    msgr_row_put_text(row, contact->network.friendly_name);
    msgr_row_put_int(row, contact->network.owed);
    msgr_row_put_int(row, contact->network.requested_at);
    msgr_row_put_text(row, contact->network.request_name);
    msgr_row_put_text(row, contact->network.request_text);
}

static void
put_alert(MsgrRow *row, MsgrAlert *alert)
{
    msgr_row_put_int(row, alert->id);
    msgr_row_put_int(row, alert->user->uid);
    msgr_row_put_int(row, alert->site);
    msgr_row_put_text(row, alert->publisher);
    msgr_row_put_text(row, alert->text);
    msgr_row_put_text(row, alert->url);
    msgr_row_put_int(row, alert->time);
    msgr_row_put_int(row, alert->expires_at);
    msgr_row_put_int(row, alert->data.delivered);
    msgr_row_put_int(row, alert->data.state == MSGR_ALERT_SHOWN);
}

static void
put_session(MsgrRow *row, MsgrSession *session)
{
    const MsgrSessionData *data = &session->data;

    msgr_row_put_text(row, session->id);
    msgr_row_put_text(row, session->guid);
    msgr_row_put_int(row, session->created_at);
    msgr_row_put_int(row, data->state);
    msgr_row_put_text(row, data->app);
    msgr_row_put_text(row, data->app_name);
    msgr_row_put_text(row, data->app_url);
    msgr_row_put_text(row, data->app_data);
    msgr_row_put_int(row, data->expires_at);
    msgr_row_put_int(row, data->extended);
    msgr_row_put_int(row, data->was_connected);
    msgr_row_put_int(row, data->ended_at);
    msgr_row_put_int(row, data->remote_attached);
    msgr_row_put_owned_text(row, data->owed == NULL ? NULL : msgr_sends_print(data->owed));
}

/* The contact echo, or somebody on another machine, has no clients here: that side has neither a
 * user nor a path. */
static void
put_party(MsgrRow *row, MsgrSide *side)
{
    if (side->user == NULL)
        msgr_row_put_null(row);
    else
        msgr_row_put_int(row, side->user->uid);
    msgr_row_put_text(row, side->id);
}

static void
put_side(MsgrRow *row, MsgrSide *side)
{
    const MsgrSideData *data = msgr_side_data(side);

    msgr_row_put_text(row, side->session->id);
    msgr_row_put_int(row, side->role);
    put_party(row, side);
    msgr_row_put_text(row, data->creator_app);
    msgr_row_put_text(row, data->creator_client);
    msgr_row_put_int(row, data->detached);
    msgr_row_put_list(row, data->app_ids);
    msgr_row_put_text(row, data->local_address);
    msgr_row_put_text(row, data->context_data);
    msgr_row_put_int(row, data->sent);
    msgr_row_put_text(row, data->attached_app);
    msgr_row_put_int(row, data->result);
    msgr_row_put_int(row, data->handled);
    msgr_row_put_text(row, data->contact == NULL ? NULL : data->contact->service);
    msgr_row_put_text(row, data->contact == NULL ? NULL : data->contact->name);
}

static void
write_row(MsgrLedger *self, MsgrRow *row)
{
    if (!row->sane && self->failure == NULL)
        self->failure = g_strdup("out of memory");
    if (self->failure == NULL)
        msgr_ledger_run(self, row->stmt);
}

static void
write_record(MsgrLedger *self, MsgrRecord *record, MsgrTableId table)
{
    MsgrRow row = msgr_row_writer(self->upsert[table]);

    switch (table) {
    case MSGR_TABLE_USER:
        put_user(&row, (MsgrUser *)record);
        break;
    case MSGR_TABLE_USER_KEY:
        put_user_key(&row, (MsgrUserKey *)record);
        break;
    case MSGR_TABLE_APPLICATION:
        put_application(&row, (MsgrApplication *)record);
        break;
    case MSGR_TABLE_POLICY:
        put_policy(&row, (MsgrPolicy *)record);
        break;
    case MSGR_TABLE_ACCOUNT:
        put_account(&row, (MsgrAccount *)record);
        break;
    case MSGR_TABLE_CONTACT:
        put_contact(&row, (MsgrContact *)record);
        break;
    case MSGR_TABLE_ALERT:
        put_alert(&row, (MsgrAlert *)record);
        break;
    case MSGR_TABLE_SESSION:
        put_session(&row, (MsgrSession *)record);
        break;
    case MSGR_TABLE_SIDE:
    case MSGR_N_TABLES:
    default:
        g_return_if_reached();
    }
    write_row(self, &row);
}

static void
write_sides(MsgrLedger *self, MsgrSession *session)
{
    for (int i = 0; i < MSGR_N_ROLES; i++) {
        MsgrRow row = msgr_row_writer(self->upsert[MSGR_TABLE_SIDE]);

        put_side(&row, msgr_session_side(session, i));
        write_row(self, &row);
    }
}

static void
put_key(MsgrRow *row, MsgrRecord *record, MsgrTableId table)
{
    switch (table) {
    case MSGR_TABLE_USER:
        msgr_row_put_int(row, ((MsgrUser *)record)->uid);
        break;
    case MSGR_TABLE_USER_KEY:
        msgr_row_put_int(row, ((MsgrUserKey *)record)->user->uid);
        msgr_row_put_text(row, ((MsgrUserKey *)record)->key->id);
        break;
    case MSGR_TABLE_APPLICATION:
        msgr_row_put_int(row, ((MsgrApplication *)record)->user->uid);
        msgr_row_put_text(row, ((MsgrApplication *)record)->entry->guid);
        break;
    case MSGR_TABLE_POLICY:
        msgr_row_put_int(row, ((MsgrPolicy *)record)->user->uid);
        msgr_row_put_text(row, ((MsgrPolicy *)record)->service);
        break;
    case MSGR_TABLE_ACCOUNT:
        msgr_row_put_int(row, ((MsgrAccount *)record)->user->uid);
        msgr_row_put_text(row, ((MsgrAccount *)record)->id);
        break;
    case MSGR_TABLE_CONTACT:
        msgr_row_put_int(row, ((MsgrContact *)record)->user->uid);
        msgr_row_put_text(row, ((MsgrContact *)record)->service);
        msgr_row_put_text(row, ((MsgrContact *)record)->name);
        break;
    case MSGR_TABLE_ALERT:
        msgr_row_put_int(row, ((MsgrAlert *)record)->id);
        break;
    case MSGR_TABLE_SESSION:
        msgr_row_put_text(row, ((MsgrSession *)record)->id);
        break;
    case MSGR_TABLE_SIDE:
    case MSGR_N_TABLES:
    default:
        g_return_if_reached();
    }
}

/* The sides of a session go with it. */
static void
delete_record(MsgrLedger *self, MsgrRecord *record, MsgrTableId table)
{
    MsgrRow row = msgr_row_writer(self->remove[table]);

    put_key(&row, record, table);
    write_row(self, &row);
    if (table == MSGR_TABLE_USER_KEY)
        self->forgets_keys = TRUE;
}

static MsgrTableId
table_of(MsgrRecord *record)
{
    switch (record->klass->kind) {
    case MSGR_RECORD_USER:
        return MSGR_TABLE_USER;
    case MSGR_RECORD_USER_KEY:
        return MSGR_TABLE_USER_KEY;
    case MSGR_RECORD_APPLICATION:
        return MSGR_TABLE_APPLICATION;
    case MSGR_RECORD_POLICY:
        return MSGR_TABLE_POLICY;
    case MSGR_RECORD_ACCOUNT:
        return MSGR_TABLE_ACCOUNT;
    case MSGR_RECORD_CONTACT:
        return MSGR_TABLE_CONTACT;
    case MSGR_RECORD_SESSION:
        return MSGR_TABLE_SESSION;
    case MSGR_RECORD_ALERT:
        return MSGR_TABLE_ALERT;
    case MSGR_RECORD_CLIENT:
    case MSGR_RECORD_AGENT:
    case MSGR_RECORD_WATCH:
    case MSGR_RECORD_ADDITION:
    default:
        return MSGR_N_TABLES;
    }
}

/* A MsgrTurnWrite. What fails is found in the ledger's failure. */
void
msgr_ledger_save(MsgrRecord *record, gboolean keep, gpointer ledger)
{
    MsgrLedger *self = ledger;
    MsgrTableId table = table_of(record);

    if (self->failure != NULL)
        return;
    if (!keep) {
        delete_record(self, record, table);
        return;
    }
    write_record(self, record, table);
    if (table == MSGR_TABLE_SESSION)
        write_sides(self, (MsgrSession *)record);
}
