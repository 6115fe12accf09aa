/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jingle that comes. A request is answered when msgrd has answered; what msgrd refuses is refused.
 */
#include "msgr-error.h"
#include "msgr-text.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-jingle.h"
#include "msgr-xmpp-names.h"
#include "msgr-xmpp-sessions.h"

typedef struct {
    MsgrXmppSessions *sessions;
    char *from; /* full */
    char *peer; /* bare */
    char *id;   /* of the request */
    char *guid;
    MsgrXmppPhase next; /* what the session is in when msgrd has taken it */
    gboolean is_hidden; /* who sends it doesn't see us, and is in no such session */
} Request;

static MsgrXmppSession *
session_of(const Request *request)
{
    return request->guid != NULL
               ? msgr_xmpp_sessions_find(request->sessions, request->guid, request->peer)
               : NULL;
}

static Request *
new_request(MsgrXmppSessions *self, const MsgrXmppElement *iq, const char *from, const char *guid)
{
    Request *request = g_new0(Request, 1);

    request->sessions = self;
    request->from = g_strdup(from);
    request->peer = msgr_xmpp_jid_bare(from);
    request->id = g_strdup(msgr_xmpp_element_get(iq, "id"));
    request->guid = g_strdup(guid);
    request->is_hidden =
        !msgr_xmpp_contacts_see_us(self->contacts, request->peer) && session_of(request) == NULL;
    return request;
}

static void
free_request(Request *request)
{
    g_free(request->from);
    g_free(request->peer);
    g_free(request->id);
    g_free(request->guid);
    g_free(request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Request, free_request)

static void
accept_request(const Request *request)
{
    msgr_xmpp_wire_result(request->sessions->wire, request->from, request->id, NULL);
}

/* Whoever must not know that we are there can't tell it from our not being there. */
static void
refuse_request(const Request *request, const MsgrXmppFault *fault)
{
    msgr_xmpp_wire_refuse(request->sessions->wire, request->from, request->id,
                          request->is_hidden ? &msgr_xmpp_fault_nobody : fault);
}

static void
refuse_by_code(const Request *request, MsgrError code)
{
    g_autoptr(GError) error = g_error_new_literal(MSGR_ERROR, (int)code, "");

    refuse_request(request, msgr_xmpp_fault_of_error(error));
}

/* Whether the sender is the one that the session is with. Who isn't gets what nobody would. */
static gboolean
is_party(MsgrXmppSession *session, const char *from)
{
    if (session == NULL)
        return FALSE;
    if (session->device == NULL && session->phase >= MSGR_XMPP_PHASE_PENDING)
        msgr_xmpp_session_set_device(session, from);
    return g_strcmp0(session->device, from) == 0;
}

/* msgrd's answer to an invitation. */
static void
invitation_was_taken(GVariant *reply, const GError *error, gpointer data)
{
    g_autoptr(Request) request = data;
    MsgrXmppSession *session = session_of(request);

    if (error == NULL && session != NULL)
        session->is_delivered = TRUE;
    if (error == NULL) {
        accept_request(request);
        return;
    }
    if (session != NULL && !session->is_delivered)
        msgr_xmpp_sessions_remove(request->sessions, session);
    if (g_error_matches(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS))
        refuse_request(request, &msgr_xmpp_fault_malformed);
    else
        refuse_request(request, &msgr_xmpp_fault_nobody);
}

static void
deliver_invitation(Request *request, GVariant *invitation)
{
    MsgrXmppManager *manager = request->sessions->manager;

    msgr_xmpp_manager_call(manager, "DeliverInvitation",
                           g_variant_new("(sss@a{sv})", msgr_xmpp_manager_service_id(manager),
                                         request->guid, request->peer, invitation),
                           invitation_was_taken, request);
}

/* A stranger to our application gets an honest answer, in the way of Jingle: yes, and no. */
static void
refuse_application(const Request *request)
{
    char none[] = "";
    const MsgrXmppReason reason = {
        .hr = msgr_error_hresult(MSGR_ERROR_APP_NOT_REGISTERED),
        .app_data = none,
    };
    g_autofree char *sid = msgr_xmpp_jingle_sid_of(request->guid);
    g_autofree char *id = g_uuid_string_random();
    MsgrXmppElement *jingle;
    g_autoptr(MsgrXmppElement) iq =
        msgr_xmpp_jingle_new("session-terminate", sid, request->from, &jingle);

    if (request->is_hidden) {
        refuse_request(request, &msgr_xmpp_fault_nobody);
        return;
    }
    accept_request(request);
    msgr_xmpp_element_set(iq, "id", id);
    msgr_xmpp_element_take(jingle, msgr_xmpp_reason_write(&reason));
    msgr_xmpp_wire_send(request->sessions->wire, iq);
}

/* The device that was told to proceed has the user's answer already. */
static void
go_on_accepting(Request *request, MsgrXmppSession *session)
{
    GDBusMethodInvocation *call = g_steal_pointer(&session->call);
    g_autofree char *app_data = g_steal_pointer(&session->app_data);
    g_autoptr(Request) owned = request;

    g_clear_handle_id(&session->call_timer, g_source_remove);
    session->phase = MSGR_XMPP_PHASE_PENDING;
    accept_request(owned);
    msgr_xmpp_sessions_accept(request->sessions, session, app_data, call);
}

static void
repeat_initiate(Request *request, MsgrXmppSession *session, GVariant *invitation)
{
    if (session->is_inviter || !is_party(session, request->from)) {
        g_autoptr(Request) owned = request;

        g_variant_unref(g_variant_ref_sink(invitation));
        refuse_by_code(owned, MSGR_ERROR_SESSION_STATE_INVALID);
    } else if (session->phase == MSGR_XMPP_PHASE_PROPOSED && session->call != NULL) {
        g_variant_unref(g_variant_ref_sink(invitation));
        go_on_accepting(request, session);
    } else {
        if (session->phase == MSGR_XMPP_PHASE_PROPOSED)
            session->phase = MSGR_XMPP_PHASE_PENDING;
        deliver_invitation(request, invitation);
    }
}

static void
take_initiate(Request *request, const MsgrXmppElement *jingle)
{
    MsgrXmppSessions *self = request->sessions;
    const MsgrXmppElement *description = msgr_xmpp_jingle_description(jingle);
    GVariant *invitation =
        description != NULL ? msgr_xmpp_jingle_read_invitation(description, 0) : NULL;
    MsgrXmppSession *session = session_of(request);

    if (description == NULL) {
        refuse_application(request);
        free_request(request);
    } else if (invitation == NULL) {
        msgr_xmpp_wire_ignore(self->wire, "malformed invitations");
        refuse_request(request, &msgr_xmpp_fault_malformed);
        free_request(request);
    } else if (session != NULL) {
        repeat_initiate(request, session, invitation);
    } else {
        session = msgr_xmpp_sessions_add(self, request->guid, request->peer, FALSE,
                                         MSGR_XMPP_PHASE_PENDING);
        msgr_xmpp_session_set_device(session, request->from);
        msgr_xmpp_sessions_save(self);
        deliver_invitation(request, invitation);
    }
}

/* msgrd's answer to anything else: the session goes on, is over, or was over already. */
static void
was_taken(GVariant *reply, const GError *error, gpointer data)
{
    g_autoptr(Request) request = data;
    MsgrXmppSession *session = session_of(request);

    if (error == NULL) {
        accept_request(request);
        if (session != NULL && request->next > session->phase) {
            session->phase = request->next;
            msgr_xmpp_sessions_save(request->sessions);
        }
        return;
    }
    refuse_request(request, msgr_xmpp_fault_of_error(error));
    if (session != NULL && g_error_matches(error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND))
        msgr_xmpp_sessions_remove(request->sessions, session);
}

static void
take_accept(Request *request, const MsgrXmppElement *jingle)
{
    const MsgrXmppElement *description = msgr_xmpp_jingle_description(jingle);
    MsgrXmppManager *manager = request->sessions->manager;
    g_autofree char *app_data = NULL;

    if (description != NULL)
        app_data = msgr_xmpp_jingle_read_data(description);
    if (app_data == NULL) {
        refuse_request(request, &msgr_xmpp_fault_malformed);
        free_request(request);
        return;
    }
    request->next = MSGR_XMPP_PHASE_ACTIVE;
    msgr_xmpp_manager_call(manager, "DeliverAnswer",
                           g_variant_new("(sssbs)", msgr_xmpp_manager_service_id(manager),
                                         request->guid, request->peer, TRUE, app_data),
                           was_taken, request);
}

static void
end_was_taken(GVariant *reply, const GError *error, gpointer data)
{
    g_autoptr(Request) request = data;

    if (error == NULL || g_error_matches(error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND) ||
        g_error_matches(error, MSGR_ERROR, MSGR_ERROR_SESSION_STATE_INVALID))
        accept_request(request);
    else
        refuse_request(request, msgr_xmpp_fault_of_error(error));
}

static void
take_terminate(Request *request, MsgrXmppSession *session, const MsgrXmppElement *jingle)
{
    MsgrXmppSessions *self = request->sessions;
    g_auto(MsgrXmppReason) reason = { 0 };

    if (!msgr_xmpp_reason_read(&reason,
                               msgr_xmpp_element_child(jingle, "reason", MSGR_NS_JINGLE))) {
        refuse_request(request, &msgr_xmpp_fault_malformed);
        free_request(request);
        return;
    }
    if (reason.is_decline && session->is_inviter && session->phase < MSGR_XMPP_PHASE_ACTIVE)
        msgr_xmpp_manager_call(self->manager, "DeliverAnswer",
                               g_variant_new("(sssbs)", msgr_xmpp_manager_service_id(self->manager),
                                             request->guid, request->peer, FALSE, reason.app_data),
                               end_was_taken, request);
    else
        msgr_xmpp_sessions_deliver_end(self, session, &reason, end_was_taken, request);
    msgr_xmpp_sessions_remove(self, session);
}

static void
deliver_text(Request *request, const char *method, const char *text)
{
    MsgrXmppManager *manager = request->sessions->manager;

    msgr_xmpp_manager_call(manager, method,
                           g_variant_new("(ssss)", msgr_xmpp_manager_service_id(manager),
                                         request->guid, request->peer, text),
                           was_taken, request);
}

static void
take_attached(Request *request, const MsgrXmppElement *element)
{
    const char *address = msgr_xmpp_element_text(element);

    if (*address == '\0' || msgr_check_address(address, NULL)) {
        deliver_text(request, "DeliverAttached", address);
        return;
    }
    refuse_request(request, &msgr_xmpp_fault_malformed);
    free_request(request);
}

static void
take_context(Request *request, const MsgrXmppElement *element)
{
    g_autofree char *data = msgr_xmpp_jingle_read_context(element);

    if (data != NULL) {
        deliver_text(request, "DeliverContextData", data);
        return;
    }
    refuse_request(request, &msgr_xmpp_fault_malformed);
    free_request(request);
}

static void
take_not_present(Request *request)
{
    MsgrXmppManager *manager = request->sessions->manager;

    msgr_xmpp_manager_call(
        manager, "DeliverAppNotPresent",
        g_variant_new("(sss)", msgr_xmpp_manager_service_id(manager), request->guid, request->peer),
        was_taken, request);
}

static void
refuse_info(Request *request)
{
    static const MsgrXmppFault fault = { "modify", "feature-not-implemented", "unsupported-info" };

    refuse_request(request, &fault);
    free_request(request);
}

/* One without anything in it asks whether the session is alive. */
static void
take_info(Request *request, const MsgrXmppElement *jingle)
{
    const MsgrXmppElement *payload = msgr_xmpp_element_first(jingle);

    if (payload == NULL) {
        accept_request(request);
        free_request(request);
    } else if (msgr_xmpp_element_is(payload, "attached", MSGR_NS_APP)) {
        take_attached(request, payload);
    } else if (msgr_xmpp_element_is(payload, "context-data", MSGR_NS_APP)) {
        take_context(request, payload);
    } else if (msgr_xmpp_element_is(payload, "app-not-present", MSGR_NS_APP)) {
        take_not_present(request);
    } else {
        refuse_info(request);
    }
}

/* A device that we proposed to may tell that the application is missing there, before any session
 * of Jingle is. */
static gboolean
may_speak(MsgrXmppSession *session, const Request *request, const char *action)
{
    if (session != NULL && session->phase == MSGR_XMPP_PHASE_PROPOSING)
        return g_str_equal(action, "session-info");
    return is_party(session, request->from);
}

static void
take_action(Request *request, const MsgrXmppElement *jingle, const char *action)
{
    MsgrXmppSession *session = session_of(request);

    if (!may_speak(session, request, action)) {
        refuse_by_code(request, MSGR_ERROR_NOT_FOUND);
        free_request(request);
    } else if (g_str_equal(action, "session-accept")) {
        take_accept(request, jingle);
    } else if (g_str_equal(action, "session-terminate")) {
        take_terminate(request, session, jingle);
    } else if (g_str_equal(action, "session-info")) {
        take_info(request, jingle);
    } else {
        refuse_request(request, &msgr_xmpp_fault_unknown);
        free_request(request);
    }
}

static gboolean
admit(MsgrXmppSessions *self, const char *peer, gboolean is_initiate)
{
    MsgrXmppFlood *flood = is_initiate ? self->invitations : self->others;

    if (!msgr_xmpp_flood_admit(flood, peer, g_get_monotonic_time())) {
        msgr_xmpp_wire_ignore(self->wire, "a flood of Jingle");
        return FALSE;
    }
    return !is_initiate || msgr_xmpp_sessions_has_room(self, peer);
}

/**
 * msgr_xmpp_sessions_take_iq:
 * @iq: a request
 * @jingle: what is in it
 * @from: who sends it, normalised
 */
void
msgr_xmpp_sessions_take_iq(MsgrXmppSessions *self, const MsgrXmppElement *iq,
                           const MsgrXmppElement *jingle, const char *from)
{
    const char *action = msgr_xmpp_element_get(jingle, "action");
    g_autofree char *guid = msgr_xmpp_jingle_guid_of(msgr_xmpp_element_get(jingle, "sid"));
    Request *request = new_request(self, iq, from, guid);
    gboolean is_initiate = g_strcmp0(action, "session-initiate") == 0;

    if (!msgr_xmpp_contacts_are_known(self->contacts, request->peer)) {
        msgr_xmpp_wire_ignore(self->wire, "Jingle of strangers");
        refuse_request(request, &msgr_xmpp_fault_nobody);
    } else if (action == NULL || msgr_xmpp_jid_resource(from) == NULL) {
        refuse_request(request, &msgr_xmpp_fault_malformed);
    } else if (guid == NULL) {
        refuse_by_code(request, is_initiate ? MSGR_ERROR_INVALID_ARGS : MSGR_ERROR_NOT_FOUND);
    } else if (!admit(self, request->peer, is_initiate)) {
        refuse_request(request, &msgr_xmpp_fault_flood);
    } else if (is_initiate) {
        take_initiate(g_steal_pointer(&request), jingle);
    } else {
        take_action(g_steal_pointer(&request), jingle, action);
    }
    g_clear_pointer(&request, free_request);
}
