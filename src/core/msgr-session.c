/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session: two parties on their way to run one application together.
 */
#include "msgr-session.h"

#include "msgr-account.h"
#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-offer.h"
#include "msgr-send.h"
#include "msgr-session-flow.h"
#include "msgr-start.h"
#include "msgr-watch.h"

static void
side_data_clear(MsgrSideData *data)
{
    msgr_string_clear(&data->creator_app);
    msgr_string_clear(&data->creator_client);
    g_clear_pointer(&data->app_ids, g_strfreev);
    msgr_string_clear(&data->local_address);
    msgr_string_clear(&data->context_data);
    msgr_string_clear(&data->attached_app);
    g_clear_pointer(&data->process, msgr_process_unref);
    msgr_string_clear(&data->activation_token);
    g_clear_pointer(&data->contact, msgr_record_unref);
}

static void
side_data_ref(MsgrSideData *data)
{
    msgr_string_ref(data->creator_app);
    msgr_string_ref(data->creator_client);
    data->app_ids = g_strdupv(data->app_ids);
    msgr_string_ref(data->local_address);
    msgr_string_ref(data->context_data);
    msgr_string_ref(data->attached_app);
    if (data->process != NULL)
        msgr_process_ref(data->process);
    msgr_string_ref(data->activation_token);
    if (data->contact != NULL)
        msgr_record_ref(data->contact);
}

static void
data_clear(MsgrSessionData *data)
{
    msgr_string_clear(&data->app);
    msgr_string_clear(&data->app_name);
    msgr_string_clear(&data->app_url);
    msgr_string_clear(&data->app_data);
    g_clear_pointer(&data->account, msgr_record_unref);
    g_clear_pointer(&data->owed, g_ptr_array_unref);
    for (int i = 0; i < MSGR_N_ROLES; i++)
        side_data_clear(&data->sides[i]);
}

static void
data_free(gpointer data)
{
    data_clear(data);
    g_free(data);
}

static gpointer
session_save(MsgrRecord *record)
{
    MsgrSession *self = (MsgrSession *)record;
    MsgrSessionData *copy = g_memdup2(&self->data, sizeof self->data);

    msgr_string_ref(copy->app);
    msgr_string_ref(copy->app_name);
    msgr_string_ref(copy->app_url);
    msgr_string_ref(copy->app_data);
    if (copy->account != NULL)
        msgr_record_ref(copy->account);
    if (copy->owed != NULL)
        copy->owed = msgr_sends_copy(copy->owed);
    for (int i = 0; i < MSGR_N_ROLES; i++)
        side_data_ref(&copy->sides[i]);
    return copy;
}

/* Who was invited in the turn that is taken back was not. */
static void
forget_contacts(MsgrSession *self)
{
    for (int i = 0; i < MSGR_N_ROLES; i++) {
        MsgrContact *contact = self->data.sides[i].contact;

        if (contact != NULL)
            g_hash_table_remove(contact->sides, &self->sides[i]);
    }
}

static void
session_restore(MsgrRecord *record, gpointer saved)
{
    MsgrSession *self = (MsgrSession *)record;

    forget_contacts(self);
    data_clear(&self->data);
    self->data = *(MsgrSessionData *)saved;
    g_free(saved);
    msgr_session_reindex(self);
    if (record->linked)
        msgr_session_schedule(self);
}

static void
session_link(MsgrRecord *record)
{
    MsgrSession *self = (MsgrSession *)record;

    g_hash_table_insert(self->model->sessions, self->id, self);
    msgr_session_reindex(self);
    msgr_session_schedule(self);
}

static void
session_unlink(MsgrRecord *record)
{
    MsgrSession *self = (MsgrSession *)record;

    g_hash_table_remove(self->model->sessions, self->id);
    msgr_session_reindex(self);
    msgr_agenda_entry_clear(&self->due);
}

/* What was never sent to anybody does not outlive the service. */
static gboolean
session_keeps(MsgrRecord *record)
{
    MsgrSession *self = (MsgrSession *)record;

    return self->data.state != MSGR_STATE_READY &&
           msgr_side_data(msgr_session_own_side(self))->contact != NULL;
}

static void
session_finalize(MsgrRecord *record)
{
    MsgrSession *self = (MsgrSession *)record;

    msgr_agenda_entry_clear(&self->due);
    for (int i = 0; i < MSGR_N_ROLES; i++) {
        g_clear_pointer(&self->sides[i].user, msgr_record_unref);
        g_free(self->sides[i].id);
        g_free(self->sides[i].path);
    }
    data_clear(&self->data);
    g_free(self->id);
    g_free(self->guid);
    g_free(self);
}

static const MsgrRecordClass session_class = {
    .kind = MSGR_RECORD_SESSION,
    .save = session_save,
    .restore = session_restore,
    .free_saved = data_free,
    .link = session_link,
    .unlink = session_unlink,
    .keeps = session_keeps,
    .finalize = session_finalize,
};

/**
 * msgr_session_new:
 * @id: a GUID that no other session here has
 * @guid: its SessionId; where both ends of a session across a network are on this machine, two have
 * the same
 * @created_at: microseconds since the epoch
 *
 * Returns: a session in READY without parties, not yet in the model.
 */
MsgrSession *
msgr_session_new(MsgrModel *model, const char *id, const char *guid, gint64 created_at)
{
    MsgrSession *self = g_new0(MsgrSession, 1);

    msgr_record_init(&self->record, &session_class);
    self->model = model;
    self->id = g_strdup(id);
    self->guid = g_strdup(guid);
    self->created_at = created_at;
    self->data.state = MSGR_STATE_READY;
    msgr_string_set(&self->data.app, "");
    msgr_string_set(&self->data.app_name, "");
    msgr_string_set(&self->data.app_url, "");
    msgr_string_set(&self->data.app_data, "");
    for (int i = 0; i < MSGR_N_ROLES; i++) {
        self->sides[i] = (MsgrSide){ .session = self, .role = i };
        msgr_string_set(&self->data.sides[i].local_address, "");
        msgr_string_set(&self->data.sides[i].context_data, "");
    }
    msgr_agenda_entry_init(&self->due, model->agenda, msgr_session_run, self);
    return self;
}

/* The invitee's side is there from the Invite on. */
static gboolean
side_exists(MsgrSide *side)
{
    MsgrSession *session = side->session;

    return session->record.linked && side->user != NULL &&
           (side->role == MSGR_INVITER || msgr_side_data(side)->contact != NULL);
}

/**
 * msgr_session_set_side:
 * @user: (nullable): none if that party has no clients here
 * @hex_id: (nullable): the last part of its path
 *
 * Gives the session a party, in place of one whose invitation was taken back.
 */
void
msgr_session_set_side(MsgrSession *self, MsgrRole role, MsgrUser *user, const char *hex_id)
{
    MsgrSide *side = &self->sides[role];

    g_return_if_fail(!side_exists(side));
    g_clear_pointer(&side->user, msgr_record_unref);
    g_clear_pointer(&side->id, g_free);
    g_clear_pointer(&side->path, g_free);
    if (user == NULL)
        return;
    side->user = msgr_record_ref(user);
    side->id = g_strdup(hex_id);
    side->path = g_strconcat(MSGR_SESSION_PREFIX, hex_id, NULL);
    if (self->record.linked)
        msgr_session_reindex(self);
}

MsgrSide *
msgr_session_side(MsgrSession *self, MsgrRole role)
{
    return &self->sides[role];
}

MsgrSideData *
msgr_side_data(MsgrSide *self)
{
    return &self->session->data.sides[self->role];
}

MsgrSessionData *
msgr_side_session_data(MsgrSide *self)
{
    return &self->session->data;
}

MsgrSide *
msgr_side_other(MsgrSide *self)
{
    return &self->session->sides[self->role == MSGR_INVITER ? MSGR_INVITEE : MSGR_INVITER];
}

/**
 * msgr_side_is_remote:
 *
 * Returns: whether the side's party is on another machine.
 */
gboolean
msgr_side_is_remote(MsgrSide *self)
{
    return self->user == NULL && self->session->data.account != NULL;
}

/**
 * msgr_session_own_side:
 *
 * Returns: the side whose user is here, of a session whose other party is not.
 */
MsgrSide *
msgr_session_own_side(MsgrSession *self)
{
    return &self->sides[self->sides[MSGR_INVITER].user != NULL ? MSGR_INVITER : MSGR_INVITEE];
}

/**
 * msgr_state_is_live:
 *
 * Returns: whether a session in this state has not ended.
 */
gboolean
msgr_state_is_live(MsgrState state)
{
    return state >= MSGR_STATE_READY && state <= MSGR_STATE_CONNECTED;
}

/**
 * msgr_session_touch:
 *
 * To be called before anything in the session's data is changed.
 */
void
msgr_session_touch(MsgrSession *self)
{
    msgr_turn_touch(self->model->turn, self);
}

static void
set_member(GHashTable *set, gpointer member, gboolean is_member)
{
    if (is_member)
        g_hash_table_add(set, member);
    else
        g_hash_table_remove(set, member);
}

static void
reindex_side(MsgrSide *side)
{
    MsgrState state = side->session->data.state;
    gboolean exists = side_exists(side);
    GHashTable *sides = side->session->model->sides;

    if (side->user == NULL)
        return;
    if (exists)
        g_hash_table_insert(sides, side->id, side);
    else
        g_hash_table_remove(sides, side->id);
    if (msgr_side_data(side)->contact != NULL)
        set_member(msgr_side_data(side)->contact->sides, side, exists);
    set_member(side->user->sides, side, exists);
    set_member(side->user->live, side, exists && msgr_state_is_live(state));
    set_member(side->user->waiting, side,
               exists && side->role == MSGR_INVITEE && state == MSGR_STATE_INVITATION);
}

/* An account knows its sessions by their SessionIds and the other party, who may choose that ID. */
static void
reindex_account(MsgrSession *self)
{
    MsgrAccount *account = self->record.linked ? self->data.account : NULL;

    if (account == self->indexed_in)
        return;
    if (self->indexed_in != NULL)
        g_hash_table_remove(self->indexed_in->sessions, self->index_key);
    g_clear_pointer(&self->indexed_in, msgr_record_unref);
    g_clear_pointer(&self->index_key, g_free);
    if (account == NULL)
        return;
    self->indexed_in = msgr_record_ref(account);
    self->index_key =
        msgr_account_session_key(self->guid, msgr_side_data(msgr_session_own_side(self))->contact);
    g_hash_table_insert(account->sessions, g_strdup(self->index_key), self);
}

/**
 * msgr_session_reindex:
 *
 * Makes the users' sets of sessions, and the accounts', agree with the session's state.
 */
void
msgr_session_reindex(MsgrSession *self)
{
    for (int i = 0; i < MSGR_N_ROLES; i++)
        reindex_side(&self->sides[i]);
    reindex_account(self);
}

/**
 * msgr_side_signal:
 * @name: a signal of Session1
 * @args: (nullable): sunk if floating
 *
 * Tells an event to every client of that side's user that sees the session.
 */
void
msgr_side_signal(MsgrSide *self, const char *name, GVariant *args)
{
    GHashTableIter iter;
    gpointer client;

    if (args != NULL)
        g_variant_ref_sink(args);
    if (self->user != NULL) {
        g_hash_table_iter_init(&iter, self->user->clients);
        while (g_hash_table_iter_next(&iter, &client, NULL)) {
            if (msgr_client_sees(client, self))
                msgr_client_signal(client, self->path, MSGR_SESSION_IFACE, name, args);
        }
    }
    if (args != NULL)
        g_variant_unref(args);
}

/**
 * msgr_session_set_state:
 *
 * Changes the state on both sides, and tells it. The invitee's side is born in INVITATION, without
 * an event.
 */
void
msgr_session_set_state(MsgrSession *self, MsgrState state)
{
    MsgrState previous = self->data.state;

    msgr_session_touch(self);
    self->data.state = state;
    msgr_session_reindex(self);
    for (int i = 0; i < MSGR_N_ROLES; i++) {
        MsgrSide *side = &self->sides[i];

        if (side_exists(side) && !(i == MSGR_INVITEE && state == MSGR_STATE_INVITATION))
            msgr_side_signal(side, "OnStateChanged", g_variant_new("(u)", previous));
        if (msgr_side_data(side)->contact != NULL)
            msgr_watch_update(msgr_side_data(side)->contact);
    }
    msgr_session_schedule(self);
}

/**
 * msgr_session_end:
 * @state: CANCELLED, DECLINED or TERMINATED
 *
 * The session has ended: it stays readable for a while. What ended it is told by
 * msgr_side_terminated().
 */
void
msgr_session_end(MsgrSession *self, MsgrState state)
{
    const gint64 linger = (gint64)self->model->config->ended_session_linger * G_USEC_PER_SEC;

    msgr_session_touch(self);
    self->data.ended_at = msgr_model_wall(self->model);
    self->data.gone_boot = msgr_model_now(self->model) + linger;
    self->data.expires_at = 0;
    for (int i = 0; i < MSGR_N_ROLES; i++) {
        self->sides[i].grace = 0;
        msgr_start_forget(&self->sides[i]);
    }
    msgr_session_set_state(self, state);
}

/**
 * msgr_side_terminated:
 * @hr: a SESSION_RESULT
 * @app_data: that of the Decline or Cancel, or ""
 *
 * Tells a side how its session ended.
 */
void
msgr_side_terminated(MsgrSide *self, guint32 hr, const char *app_data)
{
    msgr_session_touch(self->session);
    msgr_side_data(self)->result = hr;
    msgr_offer_withdraw(self, hr);
    msgr_side_signal(self, "OnTermination", g_variant_new("(us)", hr, app_data));
}
