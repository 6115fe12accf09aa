/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What msgrd wants of a session, as Jingle. A call is answered when the other side has answered.
 */
#include <string.h>

#include "msgr-guid.h"
#include "msgr-xmpp-call.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-jingle.h"
#include "msgr-xmpp-names.h"
#include "msgr-xmpp-sessions.h"

#define CALL_MILLISECONDS 8000

typedef struct {
    MsgrXmppSessions *sessions;
    char *guid;
    char *peer;
    GDBusMethodInvocation *call; /* (nullable) */
} Sent;

/* Returns: (nullable): the name of the other party in its one form; else the call is answered. */
static char *
peer_of(MsgrXmppSessions *self, const char *name, const char *guid, GDBusMethodInvocation *call)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *peer = msgr_xmpp_jid_normalise_bare(name, &error);

    if (peer == NULL || !msgr_xmpp_jid_is_account(peer) || !msgr_guid_is_valid(guid) ||
        g_strcmp0(peer, msgr_xmpp_wire_bare(self->wire)) == 0) {
        msgr_xmpp_call_refuse(call, MSGR_ERROR_INVALID_ARGS,
                              "that can't be a session with somebody");
        return NULL;
    }
    return g_steal_pointer(&peer);
}

/* Returns: (nullable): the session that the call is about; else the call is answered. */
static MsgrXmppSession *
session_of(MsgrXmppSessions *self, const char *name, const char *guid, GDBusMethodInvocation *call)
{
    g_autofree char *peer = peer_of(self, name, guid, call);
    MsgrXmppSession *session = NULL;

    if (peer == NULL)
        return NULL;
    session = msgr_xmpp_sessions_find(self, guid, peer);
    if (session == NULL)
        msgr_xmpp_call_refuse(call, MSGR_ERROR_NOT_FOUND,
                              "there is no such session on this network");
    return session;
}

static Sent *
new_sent(MsgrXmppSessions *self, const MsgrXmppSession *session, GDBusMethodInvocation *call)
{
    Sent *sent = g_new0(Sent, 1);

    sent->sessions = self;
    sent->guid = g_strdup(session->guid);
    sent->peer = g_strdup(session->peer);
    sent->call = call;
    return sent;
}

static MsgrXmppSession *
finish_sent(Sent *sent, const GError *error)
{
    MsgrXmppSession *session = msgr_xmpp_sessions_find(sent->sessions, sent->guid, sent->peer);

    if (sent->call != NULL && error != NULL)
        msgr_xmpp_call_fail(sent->call, error);
    else if (sent->call != NULL)
        msgr_xmpp_call_done(sent->call);
    g_free(sent->guid);
    g_free(sent->peer);
    g_free(sent);
    return session;
}

/* Returns: whether the error leaves it open if the other side has got it. */
static gboolean
is_open(const GError *error)
{
    return g_error_matches(error, MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE);
}

/* Of context data, and the like: a session that the other side doesn't have (any more) is over. */
static void
was_answered(const MsgrXmppElement *payload, const GError *error, gpointer data)
{
    Sent *sent = data;
    MsgrXmppSessions *self = sent->sessions;
    MsgrXmppSession *session = finish_sent(sent, error);

    if (session != NULL && (g_error_matches(error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND) ||
                            g_error_matches(error, MSGR_ERROR, MSGR_ERROR_SESSION_STATE_INVALID)))
        msgr_xmpp_sessions_remove(self, session);
}

/* Without this there is no session for msgrd, either. */
static void
attached_was_answered(const MsgrXmppElement *payload, const GError *error, gpointer data)
{
    Sent *sent = data;
    MsgrXmppSessions *self = sent->sessions;
    MsgrXmppSession *session = finish_sent(sent, error);

    if (session != NULL && error != NULL && !is_open(error))
        msgr_xmpp_sessions_remove(self, session);
}

/* To end what the other side doesn't know is no error. If that is left open, or nobody is there,
 * msgrd tries again: until then its device has to be known. */
static void
end_was_answered(const MsgrXmppElement *payload, const GError *error, gpointer data)
{
    Sent *sent = data;
    MsgrXmppSessions *self = sent->sessions;
    gboolean is_unknown = g_error_matches(error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND);
    gboolean is_away = g_error_matches(error, MSGR_ERROR, MSGR_ERROR_NOT_LOGGED_ON);
    MsgrXmppSession *session = finish_sent(sent, is_unknown ? NULL : error);

    if (session != NULL && !is_open(error) && !is_away)
        msgr_xmpp_sessions_remove(self, session);
}

static void
initiate_was_answered(const MsgrXmppElement *payload, const GError *error, gpointer data)
{
    Sent *sent = data;
    MsgrXmppSessions *self = sent->sessions;
    gboolean is_called = sent->call != NULL;
    MsgrXmppSession *session = finish_sent(sent, error);
    char none[] = "";
    const MsgrXmppReason reason = {
        .hr = msgr_error_hresult(MSGR_ERROR_CONNECTION_FAILURE),
        .app_data = none,
    };

    if (error == NULL || session == NULL || is_open(error))
        return;
    /* msgrd had its answer when the device that wants it said so: now that is not so */
    if (!is_called)
        msgr_xmpp_sessions_deliver_end(self, session, &reason, NULL, NULL);
    msgr_xmpp_sessions_remove(self, session);
}

/**
 * msgr_xmpp_sessions_initiate:
 * @call: (nullable) (transfer full): is answered by what the device answers
 *
 * Sends session-initiate to the session's device.
 */
void
msgr_xmpp_sessions_initiate(MsgrXmppSessions *self, MsgrXmppSession *session,
                            GDBusMethodInvocation *call)
{
    MsgrXmppElement *jingle;
    MsgrXmppElement *iq =
        msgr_xmpp_jingle_new("session-initiate", session->sid, session->device, &jingle);

    msgr_xmpp_element_set(jingle, "initiator", msgr_xmpp_wire_full(self->wire));
    msgr_xmpp_jingle_add_content(jingle, msgr_xmpp_jingle_write_invitation(session->invitation));
    session->phase = MSGR_XMPP_PHASE_PENDING;
    msgr_xmpp_sessions_save(self);
    msgr_xmpp_wire_request(self->wire, iq, initiate_was_answered, new_sent(self, session, call));
}

static void
fail_call(MsgrXmppSession *session, MsgrError code, const char *message)
{
    g_autoptr(GError) error = g_error_new_literal(MSGR_ERROR, (int)code, message);

    msgr_xmpp_session_answer_call(session, error);
}

/* Whoever had it said nothing: a device that can show an invitation says so at once. */
static gboolean
nobody_rings(gpointer data)
{
    MsgrXmppSession *session = data;
    MsgrXmppSessions *self = session->sessions;
    char none[] = "";
    const MsgrXmppReason reason = { .is_cancelled = TRUE, .app_data = none };

    session->call_timer = 0;
    fail_call(session, MSGR_ERROR_NOT_LOGGED_ON, "no device of the contact's takes it");
    msgr_xmpp_sessions_retract(self, session, NULL, &reason);
    msgr_xmpp_sessions_remove(self, session);
    return G_SOURCE_REMOVE;
}

static void
propose(MsgrXmppSessions *self, MsgrXmppSession *session, GDBusMethodInvocation *call)
{
    session->call = call;
    session->call_timer = g_timeout_add(CALL_MILLISECONDS, nobody_rings, session);
    msgr_xmpp_sessions_save(self);
    for (guint i = 0; i < session->targets->len; i++) {
        MsgrXmppElement *child;
        g_autoptr(MsgrXmppElement) message = msgr_xmpp_jingle_message_new(
            "propose", session->sid, session->targets->pdata[i], &child);

        msgr_xmpp_element_take(child, msgr_xmpp_jingle_write_invitation(session->invitation));
        msgr_xmpp_wire_send(self->wire, message);
    }
}

/**
 * msgr_xmpp_sessions_retract:
 * @but_not: (nullable): the device that has it
 *
 * Tells the devices that were asked that they are not any more.
 */
void
msgr_xmpp_sessions_retract(MsgrXmppSessions *self, MsgrXmppSession *session, const char *but_not,
                           const MsgrXmppReason *reason)
{
    for (guint i = 0; i < session->targets->len; i++) {
        const char *target = session->targets->pdata[i];
        MsgrXmppElement *child;
        g_autoptr(MsgrXmppElement) message = NULL;

        if (g_strcmp0(target, but_not) == 0)
            continue;
        message = msgr_xmpp_jingle_message_new("retract", session->sid, target, &child);
        msgr_xmpp_element_take(child, msgr_xmpp_reason_write(reason));
        if (but_not != NULL)
            msgr_xmpp_element_add(child, "answered", MSGR_NS_APP);
        msgr_xmpp_wire_send(self->wire, message);
    }
    g_ptr_array_set_size(session->targets, 0);
}

/* Whose presence we see, we know the devices of. Else the server finds them. */
static void
find_targets(MsgrXmppSessions *self, MsgrXmppSession *session, const char *application)
{
    const MsgrXmppContact *contact = msgr_xmpp_contacts_find(self->contacts, session->peer);

    if (contact != NULL && contact->is_seen) {
        g_ptr_array_unref(session->targets);
        session->targets = msgr_xmpp_contact_candidates(contact, application);
    } else {
        g_ptr_array_add(session->targets, g_strdup(session->peer));
    }
}

static gboolean
is_certain(MsgrXmppSessions *self, const MsgrXmppSession *session)
{
    MsgrXmppContact *contact = msgr_xmpp_contacts_find(self->contacts, session->peer);
    MsgrXmppDevice *device = contact != NULL && session->targets->len == 1
                                 ? g_hash_table_lookup(contact->devices, session->targets->pdata[0])
                                 : NULL;

    return device != NULL && device->caps != NULL;
}

static void
begin_invitation(MsgrXmppSessions *self, MsgrXmppSession *session, GDBusMethodInvocation *call)
{
    const char *application = "";

    g_variant_lookup(session->invitation, "Application", "&s", &application);
    find_targets(self, session, application);
    if (session->targets->len == 0) {
        msgr_xmpp_call_refuse(call, MSGR_ERROR_NOT_LOGGED_ON,
                              "no device of the contact's takes invitations");
        msgr_xmpp_sessions_remove(self, session);
    } else if (is_certain(self, session)) {
        msgr_xmpp_session_set_device(session, session->targets->pdata[0]);
        g_ptr_array_set_size(session->targets, 0);
        msgr_xmpp_sessions_initiate(self, session, call);
    } else {
        propose(self, session, call);
    }
}

/* The same once more: msgrd has not heard that it had arrived. */
static void
repeat_invitation(MsgrXmppSessions *self, MsgrXmppSession *session, GDBusMethodInvocation *call)
{
    if (session->phase == MSGR_XMPP_PHASE_PROPOSING) {
        fail_call(session, MSGR_ERROR_FAILED, "it was called again");
        propose(self, session, call);
    } else if (session->phase == MSGR_XMPP_PHASE_PENDING && session->device != NULL) {
        msgr_xmpp_sessions_initiate(self, session, call);
    } else if (session->phase == MSGR_XMPP_PHASE_PENDING) {
        session->phase = MSGR_XMPP_PHASE_PROPOSING;
        begin_invitation(self, session, call);
    } else {
        msgr_xmpp_call_done(call);
    }
}

void
msgr_xmpp_sessions_invite(MsgrXmppSessions *self, GVariant *args, GDBusMethodInvocation *call)
{
    g_autoptr(GVariant) invitation = NULL;
    g_autofree char *peer = NULL;
    MsgrXmppSession *session;
    const char *guid;
    const char *to;

    g_variant_get(args, "(&s&s@a{sv})", &guid, &to, &invitation);
    peer = peer_of(self, to, guid, call);
    if (peer == NULL)
        return;
    session = msgr_xmpp_sessions_find(self, guid, peer);
    if (session != NULL && session->invitation == NULL)
        session->invitation = g_variant_ref(invitation);
    if (session != NULL) {
        repeat_invitation(self, session, call);
        return;
    }
    session = msgr_xmpp_sessions_add(self, guid, peer, TRUE, MSGR_XMPP_PHASE_PROPOSING);
    session->is_delivered = TRUE;
    session->invitation = g_variant_ref(invitation);
    begin_invitation(self, session, call);
}

/* After a restart that lost the device: whoever of the contact's can have the session. */
static gboolean
find_device(MsgrXmppSessions *self, MsgrXmppSession *session)
{
    const MsgrXmppContact *contact = msgr_xmpp_contacts_find(self->contacts, session->peer);
    g_autoptr(GPtrArray) candidates = NULL;

    if (session->device == NULL && contact != NULL) {
        candidates = msgr_xmpp_contact_candidates(contact, "");
        if (candidates->len == 1)
            msgr_xmpp_session_set_device(session, candidates->pdata[0]);
    }
    return session->device != NULL;
}

static void
accept_was_answered(const MsgrXmppElement *payload, const GError *error, gpointer data)
{
    Sent *sent = data;
    MsgrXmppSessions *self = sent->sessions;
    MsgrXmppSession *session = finish_sent(sent, error);

    if (session == NULL || is_open(error))
        return;
    if (error != NULL) {
        msgr_xmpp_sessions_remove(self, session);
        return;
    }
    session->phase = MSGR_XMPP_PHASE_ACTIVE;
    msgr_xmpp_sessions_save(self);
}

/**
 * msgr_xmpp_sessions_accept:
 * @call: (nullable) (transfer full): is answered by what the inviter answers
 *
 * Sends session-accept.
 */
void
msgr_xmpp_sessions_accept(MsgrXmppSessions *self, MsgrXmppSession *session, const char *app_data,
                          GDBusMethodInvocation *call)
{
    MsgrXmppElement *jingle;
    MsgrXmppElement *iq =
        msgr_xmpp_jingle_new("session-accept", session->sid, session->device, &jingle);

    msgr_xmpp_element_set(jingle, "responder", msgr_xmpp_wire_full(self->wire));
    msgr_xmpp_jingle_add_content(jingle, msgr_xmpp_jingle_write_answer(app_data));
    msgr_xmpp_wire_request(self->wire, iq, accept_was_answered, new_sent(self, session, call));
}

static gboolean
inviter_is_silent(gpointer data)
{
    MsgrXmppSession *session = data;

    session->call_timer = 0;
    fail_call(session, MSGR_ERROR_CONNECTION_FAILURE, "the inviter does not answer");
    return G_SOURCE_REMOVE;
}

static void
send_to_inviter(MsgrXmppSessions *self, const MsgrXmppSession *session, const char *name,
                const MsgrXmppReason *reason)
{
    MsgrXmppElement *child;
    g_autoptr(MsgrXmppElement) message =
        msgr_xmpp_jingle_message_new(name, session->sid, session->device, &child);

    if (reason != NULL)
        msgr_xmpp_element_take(child, msgr_xmpp_reason_write(reason));
    msgr_xmpp_wire_send(self->wire, message);
}

/* Each of them by its own address: what is sent to the bare one ends where the user chats. */
static void
tell_own_devices(MsgrXmppSessions *self, const MsgrXmppSession *session, const char *name)
{
    g_autoptr(GPtrArray) devices = msgr_xmpp_contacts_own_devices(self->contacts);

    for (guint i = 0; i < devices->len; i++) {
        MsgrXmppElement *child;
        g_autoptr(MsgrXmppElement) message =
            msgr_xmpp_jingle_message_new(name, session->sid, devices->pdata[i], &child);

        msgr_xmpp_wire_send(self->wire, message);
    }
}

static void
proceed(MsgrXmppSessions *self, MsgrXmppSession *session, const char *app_data,
        GDBusMethodInvocation *call)
{
    fail_call(session, MSGR_ERROR_FAILED, "it was called again");
    session->call = call;
    session->call_timer = g_timeout_add(CALL_MILLISECONDS, inviter_is_silent, session);
    session->app_data = g_strdup(app_data);
    send_to_inviter(self, session, "proceed", NULL);
    tell_own_devices(self, session, "accept");
}

static void
send_terminate(MsgrXmppSessions *self, const MsgrXmppSession *session, const MsgrXmppReason *reason,
               GDBusMethodInvocation *call)
{
    MsgrXmppElement *jingle;
    MsgrXmppElement *iq =
        msgr_xmpp_jingle_new("session-terminate", session->sid, session->device, &jingle);

    msgr_xmpp_element_take(jingle, msgr_xmpp_reason_write(reason));
    msgr_xmpp_wire_request(self->wire, iq, end_was_answered, new_sent(self, session, call));
}

static void
decline(MsgrXmppSessions *self, MsgrXmppSession *session, char *app_data,
        GDBusMethodInvocation *call)
{
    const MsgrXmppReason reason = {
        .hr = msgr_error_hresult(MSGR_ERROR_INVITATION_DECLINED),
        .app_data = app_data,
    };

    if (session->phase == MSGR_XMPP_PHASE_PROPOSED) {
        send_to_inviter(self, session, "reject", &reason);
        tell_own_devices(self, session, "reject");
        msgr_xmpp_call_done(call);
        msgr_xmpp_sessions_remove(self, session);
    } else {
        send_terminate(self, session, &reason, call);
    }
}

void
msgr_xmpp_sessions_answer(MsgrXmppSessions *self, GVariant *args, GDBusMethodInvocation *call)
{
    g_autofree char *app_data = NULL;
    MsgrXmppSession *session;
    gboolean accepted;
    const char *guid;
    const char *to;

    g_variant_get(args, "(&s&sbs)", &guid, &to, &accepted, &app_data);
    session = session_of(self, to, guid, call);
    if (session == NULL)
        return;
    if (session->is_inviter)
        msgr_xmpp_call_refuse(call, MSGR_ERROR_NOT_FOUND, "the user has invited, and was not");
    else if (!find_device(self, session))
        msgr_xmpp_call_refuse(call, MSGR_ERROR_NOT_LOGGED_ON, "the inviter's device is not there");
    else if (!accepted)
        decline(self, session, app_data, call);
    else if (session->phase == MSGR_XMPP_PHASE_PROPOSED)
        proceed(self, session, app_data, call);
    else
        msgr_xmpp_sessions_accept(self, session, app_data, call);
}

/* Returns: (nullable): a session-info, for something to be put in; else the call is answered. */
static MsgrXmppElement *
new_info(MsgrXmppSessions *self, MsgrXmppSession *session, GDBusMethodInvocation *call,
         MsgrXmppElement **jingle)
{
    if (session == NULL)
        return NULL;
    if (!find_device(self, session)) {
        msgr_xmpp_call_refuse(call, MSGR_ERROR_NOT_LOGGED_ON,
                              "the other side's device is not there");
        return NULL;
    }
    return msgr_xmpp_jingle_new("session-info", session->sid, session->device, jingle);
}

void
msgr_xmpp_sessions_not_present(MsgrXmppSessions *self, GVariant *args, GDBusMethodInvocation *call)
{
    MsgrXmppSession *session;
    MsgrXmppElement *jingle;
    MsgrXmppElement *iq;
    const char *guid;
    const char *to;

    g_variant_get(args, "(&s&s)", &guid, &to);
    session = session_of(self, to, guid, call);
    iq = new_info(self, session, call, &jingle);
    if (iq == NULL)
        return;
    msgr_xmpp_element_add(jingle, "app-not-present", MSGR_NS_APP);
    msgr_xmpp_wire_request(self->wire, iq, was_answered, new_sent(self, session, call));
}

void
msgr_xmpp_sessions_attached(MsgrXmppSessions *self, GVariant *args, GDBusMethodInvocation *call)
{
    MsgrXmppSession *session;
    MsgrXmppElement *jingle;
    MsgrXmppElement *iq;
    const char *guid;
    const char *to;
    const char *address;

    g_variant_get(args, "(&s&s&s)", &guid, &to, &address);
    session = session_of(self, to, guid, call);
    iq = new_info(self, session, call, &jingle);
    if (iq == NULL)
        return;
    msgr_xmpp_element_add_text(jingle, "attached", MSGR_NS_APP, address);
    msgr_xmpp_wire_request(self->wire, iq, attached_was_answered, new_sent(self, session, call));
}

void
msgr_xmpp_sessions_context_data(MsgrXmppSessions *self, GVariant *args, GDBusMethodInvocation *call)
{
    MsgrXmppSession *session;
    MsgrXmppElement *jingle;
    MsgrXmppElement *iq;
    const char *guid;
    const char *to;
    const char *data;

    g_variant_get(args, "(&s&s&s)", &guid, &to, &data);
    session = session_of(self, to, guid, call);
    iq = new_info(self, session, call, &jingle);
    if (iq == NULL)
        return;
    msgr_xmpp_jingle_add_context(jingle, data);
    msgr_xmpp_wire_request(self->wire, iq, was_answered, new_sent(self, session, call));
}

/* Who was only proposed to has nothing to end: the inviter's own deadline is the same. */
static void
end(MsgrXmppSessions *self, MsgrXmppSession *session, const MsgrXmppReason *reason,
    GDBusMethodInvocation *call)
{
    if (session->phase == MSGR_XMPP_PHASE_PROPOSING)
        msgr_xmpp_sessions_retract(self, session, NULL, reason);
    if (session->phase > MSGR_XMPP_PHASE_PROPOSED && find_device(self, session)) {
        send_terminate(self, session, reason, call);
    } else {
        msgr_xmpp_call_done(call);
        msgr_xmpp_sessions_remove(self, session);
    }
}

void
msgr_xmpp_sessions_end(MsgrXmppSessions *self, GVariant *args, GDBusMethodInvocation *call)
{
    g_auto(MsgrXmppReason) reason = { 0 };
    g_autofree char *peer = NULL;
    MsgrXmppSession *session;
    const char *guid;
    const char *to;

    g_variant_get(args, "(&s&sbus)", &guid, &to, &reason.is_cancelled, &reason.hr,
                  &reason.app_data);
    peer = peer_of(self, to, guid, call);
    if (peer == NULL)
        return;
    session = msgr_xmpp_sessions_find(self, guid, peer);
    if (session != NULL)
        end(self, session, &reason, call);
    else
        msgr_xmpp_call_done(call);
}
