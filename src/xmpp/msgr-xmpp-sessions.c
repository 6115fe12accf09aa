/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of sessions, its file, and what becomes of a session whose other device is gone.
 */
#include "msgr-xmpp-sessions.h"

#include <glib/gstdio.h>
#include <string.h>

#include "msgr-error.h"
#include "msgr-guid.h"
#include "msgr-types.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-jingle.h"

#define MAX_SESSIONS_PER_CONTACT 32
#define GONE_SECONDS             30 /* that a device may be away: ClientGrace of msgrd */

/* Invitations, and everything else, of one contact. */
#define INVITATION_BURST 10
#define INVITATION_RATE  10 /* a minute */
#define OTHER_BURST      200
#define OTHER_RATE       600 /* a minute */

static void
free_session(gpointer session)
{
    msgr_xmpp_session_free(session);
}

static char *
file_path(const char *jid)
{
    g_autofree char *dir = g_build_filename(g_get_user_runtime_dir(), "msgr-xmpp", NULL);
    g_autofree char *name = g_strconcat(jid, ".sessions", NULL);

    if (g_mkdir_with_parents(dir, 0700) != 0)
        g_info("%s can't be made", dir);
    return g_build_filename(dir, name, NULL);
}

static void
insert(MsgrXmppSessions *self, MsgrXmppSession *session)
{
    session->sessions = self;
    g_hash_table_replace(self->table, msgr_xmpp_session_key(session->guid, session->peer), session);
}

static void
load(MsgrXmppSessions *self)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_auto(GStrv) groups = NULL;

    if (!g_key_file_load_from_file(file, self->path, G_KEY_FILE_NONE, NULL))
        return;
    groups = g_key_file_get_groups(file, NULL);
    for (guint i = 0; groups[i] != NULL; i++) {
        MsgrXmppSession *session = msgr_xmpp_session_read(file, groups[i]);

        if (session != NULL)
            insert(self, session);
    }
}

/**
 * msgr_xmpp_sessions_save:
 *
 * Something of a session that is to outlast this process has changed.
 */
void
msgr_xmpp_sessions_save(MsgrXmppSessions *self)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    GHashTableIter iter;
    gpointer session;

    g_hash_table_iter_init(&iter, self->table);
    while (g_hash_table_iter_next(&iter, NULL, &session))
        msgr_xmpp_session_write(session, file);
    text = g_key_file_to_data(file, NULL, NULL);
    if (!g_file_set_contents_full(self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                  &error))
        g_info("the sessions won't outlast this process: %s", error->message);
}

/**
 * msgr_xmpp_sessions_new:
 * @jid: the account's
 *
 * Knows what an earlier process of this account knew.
 */
MsgrXmppSessions *
msgr_xmpp_sessions_new(MsgrXmppWire *wire, MsgrXmppContacts *contacts, MsgrXmppManager *manager,
                       const char *jid)
{
    MsgrXmppSessions *self = g_new0(MsgrXmppSessions, 1);

    self->wire = wire;
    self->contacts = contacts;
    self->manager = manager;
    self->path = file_path(jid);
    self->table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_session);
    self->invitations = msgr_xmpp_flood_new(INVITATION_BURST, INVITATION_RATE);
    self->others = msgr_xmpp_flood_new(OTHER_BURST, OTHER_RATE);
    load(self);
    return self;
}

void
msgr_xmpp_sessions_free(MsgrXmppSessions *self)
{
    g_hash_table_unref(self->table);
    msgr_xmpp_flood_free(self->invitations);
    msgr_xmpp_flood_free(self->others);
    g_free(self->path);
    g_free(self);
}

MsgrXmppSession *
msgr_xmpp_sessions_find(MsgrXmppSessions *self, const char *guid, const char *peer)
{
    g_autofree char *key = msgr_xmpp_session_key(guid, peer);

    return g_hash_table_lookup(self->table, key);
}

MsgrXmppSession *
msgr_xmpp_sessions_add(MsgrXmppSessions *self, const char *guid, const char *peer,
                       gboolean is_inviter, MsgrXmppPhase phase)
{
    MsgrXmppSession *session = msgr_xmpp_session_new(guid, peer, is_inviter, phase);

    insert(self, session);
    return session;
}

void
msgr_xmpp_sessions_remove(MsgrXmppSessions *self, MsgrXmppSession *session)
{
    g_autofree char *key = msgr_xmpp_session_key(session->guid, session->peer);

    g_hash_table_remove(self->table, key);
    msgr_xmpp_sessions_save(self);
}

/**
 * msgr_xmpp_sessions_has_room:
 *
 * Returns: whether @peer may begin another session.
 */
gboolean
msgr_xmpp_sessions_has_room(MsgrXmppSessions *self, const char *peer)
{
    GHashTableIter iter;
    gpointer session;
    guint n = 0;

    g_hash_table_iter_init(&iter, self->table);
    while (g_hash_table_iter_next(&iter, NULL, &session))
        n += g_str_equal(((MsgrXmppSession *)session)->peer, peer) ? 1 : 0;
    return n < MAX_SESSIONS_PER_CONTACT;
}

/* One that this process doesn't know: its device is that which comes first with its ID, and ours.
 */
static void
add_known(MsgrXmppSessions *self, const char *guid, GVariant *details)
{
    gboolean is_inviter = FALSE;
    const char *peer = NULL;
    guint32 state = 0;

    if (!msgr_guid_is_valid(guid) || !g_variant_lookup(details, "With", "&s", &peer) ||
        msgr_xmpp_sessions_find(self, guid, peer) != NULL)
        return;
    g_variant_lookup(details, "Inviter", "b", &is_inviter);
    g_variant_lookup(details, "State", "u", &state);
    msgr_xmpp_sessions_add(self, guid, peer, is_inviter,
                           state == MSGR_STATE_INVITATION ? MSGR_XMPP_PHASE_PENDING
                                                          : MSGR_XMPP_PHASE_ACTIVE)
        ->is_delivered = TRUE;
}

static void
keep_known(MsgrXmppSessions *self, GVariant *list)
{
    GVariantIter iter;
    const char *guid;
    GVariant *details;

    g_variant_iter_init(&iter, list);
    while (g_variant_iter_loop(&iter, "(&s@a{sv})", &guid, &details)) {
        const char *peer = NULL;
        MsgrXmppSession *session = NULL;

        if (g_variant_lookup(details, "With", "&s", &peer))
            session = msgr_xmpp_sessions_find(self, guid, peer);
        if (session != NULL)
            session->is_restored = FALSE;
        else
            add_known(self, guid, details);
    }
}

static gboolean
is_forgotten(gpointer key, gpointer session, gpointer data)
{
    return ((MsgrXmppSession *)session)->is_restored;
}

static void
got_sessions(GVariant *reply, const GError *error, gpointer data)
{
    MsgrXmppSessions *self = data;
    g_autoptr(GVariant) list = NULL;

    if (error != NULL || !g_variant_is_of_type(reply, G_VARIANT_TYPE("(a(sa{sv}))")))
        return;
    list = g_variant_get_child_value(reply, 0);
    keep_known(self, list);
    g_hash_table_foreach_remove(self->table, is_forgotten, NULL);
    msgr_xmpp_sessions_save(self);
    msgr_xmpp_sessions_look_for_devices(self);
}

/**
 * msgr_xmpp_sessions_reconcile:
 *
 * Asks msgrd which sessions there are: what an earlier process knew and msgrd doesn't is forgotten.
 */
void
msgr_xmpp_sessions_reconcile(MsgrXmppSessions *self)
{
    msgr_xmpp_manager_call(self->manager, "ListSessions",
                           g_variant_new("(s)", msgr_xmpp_manager_service_id(self->manager)),
                           got_sessions, self);
}

void
msgr_xmpp_sessions_deliver_end(MsgrXmppSessions *self, const MsgrXmppSession *session,
                               const MsgrXmppReason *reason, MsgrXmppManagerFunc callback,
                               gpointer data)
{
    msgr_xmpp_manager_call(self->manager, "DeliverEnd",
                           g_variant_new("(sssbus)", msgr_xmpp_manager_service_id(self->manager),
                                         session->guid, session->peer, reason->is_cancelled,
                                         reason->hr, reason->app_data),
                           callback, data);
}

/* Its session is over, here and, should it come back, there. */
static gboolean
device_stayed_away(gpointer data)
{
    MsgrXmppSession *session = data;
    MsgrXmppSessions *self = session->sessions;
    char none[] = "";
    const MsgrXmppReason reason = {
        .hr = msgr_error_hresult(MSGR_ERROR_CONNECTION_FAILURE),
        .app_data = none,
    };
    MsgrXmppElement *jingle;
    g_autoptr(MsgrXmppElement) iq =
        msgr_xmpp_jingle_new("session-terminate", session->sid, session->device, &jingle);

    session->gone_timer = 0;
    msgr_xmpp_element_set(iq, "id", session->sid);
    msgr_xmpp_element_take(jingle, msgr_xmpp_reason_write(&reason));
    msgr_xmpp_wire_send(self->wire, iq);
    msgr_xmpp_sessions_deliver_end(self, session, &reason, NULL, NULL);
    msgr_xmpp_sessions_remove(self, session);
    return G_SOURCE_REMOVE;
}

static void
begin_grace(MsgrXmppSession *session)
{
    if (session->gone_timer == 0 && session->device != NULL)
        session->gone_timer = g_timeout_add_seconds(GONE_SECONDS, device_stayed_away, session);
}

static gboolean
is_device_of(const MsgrXmppSession *session, const char *jid)
{
    return g_strcmp0(session->device, jid) == 0 ||
           (msgr_xmpp_jid_resource(jid) == NULL && g_str_equal(session->peer, jid));
}

/**
 * msgr_xmpp_sessions_device:
 * @jid: a device, or, for all of somebody's, the bare address
 *
 * A contact's device has gone, or is there.
 */
void
msgr_xmpp_sessions_device(MsgrXmppSessions *self, const char *jid, gboolean is_online)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->table);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrXmppSession *session = value;

        if (!is_device_of(session, jid))
            continue;
        if (is_online)
            g_clear_handle_id(&session->gone_timer, g_source_remove);
        else
            begin_grace(session);
    }
}

/**
 * msgr_xmpp_sessions_look_for_devices:
 *
 * After a new beginning: who isn't there by the end of the grace has gone meanwhile.
 */
void
msgr_xmpp_sessions_look_for_devices(MsgrXmppSessions *self)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->table);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrXmppSession *session = value;
        MsgrXmppContact *contact = msgr_xmpp_contacts_find(self->contacts, session->peer);

        if (session->device != NULL && contact != NULL && contact->is_seen &&
            !g_hash_table_contains(contact->devices, session->device))
            begin_grace(session);
    }
}

/**
 * msgr_xmpp_sessions_offline:
 *
 * We are offline: of others nothing is known. Calls that waited are answered, and msgrd decides.
 */
void
msgr_xmpp_sessions_offline(MsgrXmppSessions *self)
{
    g_autoptr(GError) error =
        g_error_new_literal(MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE, "the connection is lost");
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->table);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrXmppSession *session = value;

        g_clear_handle_id(&session->gone_timer, g_source_remove);
        msgr_xmpp_session_answer_call(session, error);
    }
}
