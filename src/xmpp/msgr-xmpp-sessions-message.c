/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jingle Message Initiation (XEP-0353): the way to find, among several devices, the one where the
 * other person is. The first that proceeds has it; the others are told.
 */
#include <string.h>

#include "msgr-error.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-jingle.h"
#include "msgr-xmpp-names.h"
#include "msgr-xmpp-sessions.h"

typedef struct {
    MsgrXmppSessions *sessions;
    char *guid;
    char *peer;
} Proposal;

static void
send_to(MsgrXmppSessions *self, const char *name, const char *sid, const char *to,
        gboolean is_answered)
{
    MsgrXmppElement *child;
    g_autoptr(MsgrXmppElement) message = msgr_xmpp_jingle_message_new(name, sid, to, &child);

    if (is_answered)
        msgr_xmpp_element_add(child, "answered", MSGR_NS_APP);
    msgr_xmpp_wire_send(self->wire, message);
}

/* Nothing is said if msgrd doesn't want it: as if nobody were there. */
static void
proposal_was_taken(GVariant *reply, const GError *error, gpointer data)
{
    Proposal *proposal = data;
    MsgrXmppSession *session =
        msgr_xmpp_sessions_find(proposal->sessions, proposal->guid, proposal->peer);

    if (session != NULL && error == NULL) {
        session->is_delivered = TRUE;
        send_to(proposal->sessions, "ringing", session->sid, session->device, FALSE);
    } else if (session != NULL && !session->is_delivered) {
        msgr_xmpp_sessions_remove(proposal->sessions, session);
    }
    g_free(proposal->guid);
    g_free(proposal->peer);
    g_free(proposal);
}

/* Returns: how many seconds ago a server got it, which kept it. */
static guint
delay_of(const MsgrXmppElement *message)
{
    const MsgrXmppElement *delay = msgr_xmpp_element_child(message, "delay", MSGR_NS_DELAY);
    const char *stamp = delay != NULL ? msgr_xmpp_element_get(delay, "stamp") : NULL;
    g_autoptr(GDateTime) then = stamp != NULL ? g_date_time_new_from_iso8601(stamp, NULL) : NULL;
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();

    if (then == NULL || g_date_time_compare(then, now) >= 0)
        return 0;
    return (guint)MIN(g_date_time_difference(now, then) / G_TIME_SPAN_SECOND, G_MAXINT);
}

static void
deliver(MsgrXmppSessions *self, const MsgrXmppSession *session, GVariant *invitation)
{
    Proposal *proposal = g_new0(Proposal, 1);

    proposal->sessions = self;
    proposal->guid = g_strdup(session->guid);
    proposal->peer = g_strdup(session->peer);
    msgr_xmpp_manager_call(self->manager, "DeliverInvitation",
                           g_variant_new("(sss@a{sv})", msgr_xmpp_manager_service_id(self->manager),
                                         session->guid, session->peer, invitation),
                           proposal_was_taken, proposal);
}

static gboolean
admit(MsgrXmppSessions *self, const char *peer)
{
    if (msgr_xmpp_flood_admit(self->invitations, peer, g_get_monotonic_time()) &&
        msgr_xmpp_sessions_has_room(self, peer))
        return TRUE;
    msgr_xmpp_wire_ignore(self->wire, "a flood of invitations");
    return FALSE;
}

static void
take_propose(MsgrXmppSessions *self, const MsgrXmppElement *message, const MsgrXmppElement *child,
             const char *from, const char *guid, const char *peer)
{
    const MsgrXmppElement *description = msgr_xmpp_element_child(child, "description", MSGR_NS_APP);
    MsgrXmppSession *session = msgr_xmpp_sessions_find(self, guid, peer);
    GVariant *invitation = NULL;

    if (description == NULL || !admit(self, peer))
        return;
    invitation = msgr_xmpp_jingle_read_invitation(description, delay_of(message));
    if (invitation == NULL) {
        msgr_xmpp_wire_ignore(self->wire, "malformed or late invitations");
        return;
    }
    if (session == NULL) {
        session = msgr_xmpp_sessions_add(self, guid, peer, FALSE, MSGR_XMPP_PHASE_PROPOSED);
        msgr_xmpp_session_set_device(session, from);
        msgr_xmpp_sessions_save(self);
    }
    if (session->is_inviter || g_strcmp0(session->device, from) != 0)
        g_variant_unref(g_variant_ref_sink(invitation));
    else
        deliver(self, session, invitation);
}

static void
take_proceed(MsgrXmppSessions *self, MsgrXmppSession *session, const char *sid, const char *from)
{
    g_autofree char *peer = msgr_xmpp_jid_bare(from);
    char none[] = "";
    const MsgrXmppReason reason = { .is_cancelled = TRUE, .app_data = none };

    if (session == NULL ||
        (session->phase != MSGR_XMPP_PHASE_PROPOSING && g_strcmp0(session->device, from) != 0)) {
        if (session != NULL || msgr_xmpp_contacts_see_us(self->contacts, peer))
            send_to(self, "retract", sid, from, TRUE);
        return;
    }
    if (session->phase != MSGR_XMPP_PHASE_PROPOSING)
        return;
    msgr_xmpp_session_answer_call(session, NULL);
    msgr_xmpp_session_set_device(session, from);
    msgr_xmpp_sessions_initiate(self, session, NULL);
    msgr_xmpp_sessions_retract(self, session, from, &reason);
}

static void
deliver_decline(MsgrXmppSessions *self, const MsgrXmppSession *session, const char *app_data)
{
    msgr_xmpp_manager_call(self->manager, "DeliverAnswer",
                           g_variant_new("(sssbs)", msgr_xmpp_manager_service_id(self->manager),
                                         session->guid, session->peer, FALSE, app_data),
                           NULL, NULL);
}

static void
take_reject(MsgrXmppSessions *self, MsgrXmppSession *session, const MsgrXmppElement *child,
            const char *from)
{
    g_auto(MsgrXmppReason) reason = { 0 };

    if (session == NULL || session->phase != MSGR_XMPP_PHASE_PROPOSING ||
        !msgr_xmpp_reason_read(&reason, msgr_xmpp_element_child(child, "reason", MSGR_NS_JINGLE)))
        return;
    msgr_xmpp_session_answer_call(session, NULL);
    deliver_decline(self, session, reason.app_data);
    msgr_xmpp_sessions_retract(self, session, from, &reason);
    msgr_xmpp_sessions_remove(self, session);
}

/* What another device has answered comes as cancelled by the other side. */
static void
take_over(MsgrXmppSessions *self, MsgrXmppSession *session, const MsgrXmppReason *reason)
{
    g_autoptr(GError) error = g_error_new_literal(MSGR_ERROR, MSGR_ERROR_SESSION_STATE_INVALID,
                                                  "it was answered on another device");

    msgr_xmpp_session_answer_call(session, error);
    msgr_xmpp_sessions_deliver_end(self, session, reason, NULL, NULL);
    msgr_xmpp_sessions_remove(self, session);
}

static void
take_retract(MsgrXmppSessions *self, MsgrXmppSession *session, const MsgrXmppElement *child,
             const char *from)
{
    g_auto(MsgrXmppReason) reason = { 0 };

    if (session == NULL || session->phase != MSGR_XMPP_PHASE_PROPOSED ||
        g_strcmp0(session->device, from) != 0)
        return;
    if (!msgr_xmpp_reason_read(&reason, msgr_xmpp_element_child(child, "reason", MSGR_NS_JINGLE)))
        reason = (MsgrXmppReason){ .is_cancelled = TRUE, .app_data = g_strdup("") };
    if (msgr_xmpp_element_child(child, "answered", MSGR_NS_APP) != NULL) {
        reason.is_cancelled = TRUE;
        reason.hr = msgr_error_hresult(MSGR_ERROR_SESSION_CANCELLED_REMOTE);
    }
    take_over(self, session, &reason);
}

/* From another of the user's own devices. It doesn't say who had invited: the ID must do. */
static void
take_own(MsgrXmppSessions *self, const MsgrXmppElement *child, const char *guid)
{
    char none[] = "";
    const MsgrXmppReason reason = {
        .is_cancelled = TRUE,
        .hr = msgr_error_hresult(MSGR_ERROR_SESSION_CANCELLED_REMOTE),
        .app_data = none,
    };
    g_autoptr(GList) sessions = NULL;

    if (!g_str_equal(child->name, "accept") && !g_str_equal(child->name, "reject"))
        return;
    sessions = g_hash_table_get_values(self->table);
    for (GList *l = sessions; l != NULL; l = l->next) {
        MsgrXmppSession *session = l->data;

        if (g_str_equal(session->guid, guid) && session->phase == MSGR_XMPP_PHASE_PROPOSED &&
            session->call == NULL) {
            take_over(self, session, &reason);
            return;
        }
    }
}

static void
take_of_contact(MsgrXmppSessions *self, const MsgrXmppElement *message,
                const MsgrXmppElement *child, const char *from, const char *guid)
{
    g_autofree char *peer = msgr_xmpp_jid_bare(from);
    MsgrXmppSession *session = msgr_xmpp_sessions_find(self, guid, peer);
    const char *name = child->name;

    if (!msgr_xmpp_contacts_are_known(self->contacts, peer) && session == NULL)
        msgr_xmpp_wire_ignore(self->wire, "invitations of strangers");
    else if (g_str_equal(name, "propose"))
        take_propose(self, message, child, from, guid, peer);
    else if (!msgr_xmpp_flood_admit(self->others, peer, g_get_monotonic_time()))
        msgr_xmpp_wire_ignore(self->wire, "a flood of Jingle");
    else if (g_str_equal(name, "proceed"))
        take_proceed(self, session, msgr_xmpp_element_get(child, "id"), from);
    else if (g_str_equal(name, "ringing") && session != NULL && session->is_inviter &&
             session->phase == MSGR_XMPP_PHASE_PROPOSING)
        msgr_xmpp_session_answer_call(session, NULL);
    else if (g_str_equal(name, "reject"))
        take_reject(self, session, child, from);
    else if (g_str_equal(name, "retract"))
        take_retract(self, session, child, from);
}

/**
 * msgr_xmpp_sessions_take_message:
 * @child: what is in it of Jingle
 * @from: who sends it, normalised
 */
void
msgr_xmpp_sessions_take_message(MsgrXmppSessions *self, const MsgrXmppElement *message,
                                const MsgrXmppElement *child, const char *from)
{
    g_autofree char *guid = msgr_xmpp_jingle_guid_of(msgr_xmpp_element_get(child, "id"));
    g_autofree char *bare = msgr_xmpp_jid_bare(from);

    if (guid == NULL || msgr_xmpp_jid_resource(from) == NULL)
        msgr_xmpp_wire_ignore(self->wire, "malformed messages of Jingle");
    else if (!g_str_equal(bare, msgr_xmpp_wire_bare(self->wire)))
        take_of_contact(self, message, child, from, guid);
    else if (!g_str_equal(from, msgr_xmpp_wire_full(self->wire)))
        take_own(self, child, guid);
}

/**
 * msgr_xmpp_sessions_take_bounce:
 * @id: of a message that could not be delivered: the session's ID, if it is one of ours
 * @from: whom it was for, normalised
 */
void
msgr_xmpp_sessions_take_bounce(MsgrXmppSessions *self, const char *id, const char *from)
{
    g_autofree char *guid = msgr_xmpp_jingle_guid_of(id);
    g_autofree char *peer = msgr_xmpp_jid_bare(from);
    MsgrXmppSession *session = guid != NULL ? msgr_xmpp_sessions_find(self, guid, peer) : NULL;
    g_autoptr(GError) error = NULL;
    guint index;

    if (session == NULL || session->phase != MSGR_XMPP_PHASE_PROPOSING || session->call == NULL ||
        !g_ptr_array_find_with_equal_func(session->targets, from, g_str_equal, &index))
        return;
    g_ptr_array_remove_index(session->targets, index);
    if (session->targets->len > 0)
        return;
    error = g_error_new_literal(MSGR_ERROR, MSGR_ERROR_NOT_LOGGED_ON,
                                "no device of the contact's is there");
    msgr_xmpp_session_answer_call(session, error);
    msgr_xmpp_sessions_remove(self, session);
}
