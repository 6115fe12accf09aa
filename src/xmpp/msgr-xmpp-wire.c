/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Requests and replies: an answer counts only if it has the id, which nobody can guess, and comes
 * from whom was asked.
 */
#include "msgr-xmpp-wire.h"

#include "msgr-error.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-names.h"

/* msgrd gives a connector ten seconds for a call. */
#define REPLY_MILLISECONDS 8000

struct _MsgrXmppWire {
    MsgrXmppLink *link;
    char *full;
    char *bare;
    GHashTable *requests; /* id -> Request */
    GHashTable *ignored;  /* what -> how often */
};

typedef struct {
    MsgrXmppWire *wire;
    char *id;
    char *to; /* (nullable): our own server, or our own account */
    MsgrXmppReplyFunc callback;
    gpointer data;
    guint timer;
} Request;

const MsgrXmppFault msgr_xmpp_fault_nobody = { "cancel", "service-unavailable", NULL };
const MsgrXmppFault msgr_xmpp_fault_unknown = { "cancel", "feature-not-implemented", NULL };
const MsgrXmppFault msgr_xmpp_fault_malformed = { "modify", "bad-request", NULL };
const MsgrXmppFault msgr_xmpp_fault_flood = { "wait", "resource-constraint", NULL };

static void
free_request(gpointer data)
{
    Request *request = data;

    g_clear_handle_id(&request->timer, g_source_remove);
    g_free(request->id);
    g_free(request->to);
    g_free(request);
}

MsgrXmppWire *
msgr_xmpp_wire_new(MsgrXmppLink *link)
{
    MsgrXmppWire *self = g_new0(MsgrXmppWire, 1);

    self->link = link;
    self->requests = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_request);
    self->ignored = g_hash_table_new(g_str_hash, g_str_equal);
    return self;
}

void
msgr_xmpp_wire_free(MsgrXmppWire *self)
{
    g_hash_table_unref(self->requests);
    g_hash_table_unref(self->ignored);
    g_free(self->full);
    g_free(self->bare);
    g_free(self);
}

void
msgr_xmpp_wire_set_address(MsgrXmppWire *self, const char *jid)
{
    g_free(self->full);
    g_free(self->bare);
    self->full = g_strdup(jid);
    self->bare = msgr_xmpp_jid_bare(jid);
}

const char *
msgr_xmpp_wire_bare(const MsgrXmppWire *self)
{
    return self->bare;
}

const char *
msgr_xmpp_wire_full(const MsgrXmppWire *self)
{
    return self->full;
}

const char *
msgr_xmpp_wire_domain(const MsgrXmppWire *self)
{
    return msgr_xmpp_jid_domain(self->bare);
}

/**
 * msgr_xmpp_wire_is_ours:
 * @from: (nullable): normalised
 *
 * Returns: whether it comes from our own account or server. What has no sender comes from there.
 */
gboolean
msgr_xmpp_wire_is_ours(const MsgrXmppWire *self, const char *from)
{
    return from == NULL || g_str_equal(from, self->bare) || g_str_equal(from, self->full) ||
           g_str_equal(from, msgr_xmpp_wire_domain(self));
}

/**
 * msgr_xmpp_wire_new_iq:
 * @to: (nullable): NULL: our own account
 */
MsgrXmppElement *
msgr_xmpp_wire_new_iq(const char *type, const char *to)
{
    MsgrXmppElement *iq = msgr_xmpp_element_new("iq", MSGR_NS_CLIENT);

    msgr_xmpp_element_set(iq, "type", type);
    msgr_xmpp_element_set(iq, "to", to);
    return iq;
}

void
msgr_xmpp_wire_send(MsgrXmppWire *self, const MsgrXmppElement *stanza)
{
    msgr_xmpp_link_send(self->link, stanza);
}

static void
finish(Request *request, const MsgrXmppElement *payload, const GError *error)
{
    g_hash_table_steal(request->wire->requests, request->id);
    request->callback(payload, error, request->data);
    free_request(request);
}

static gboolean
took_too_long(gpointer data)
{
    Request *request = data;
    g_autoptr(GError) error =
        g_error_new_literal(MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE, "no answer in time");

    request->timer = 0;
    finish(request, NULL, error);
    return G_SOURCE_REMOVE;
}

/**
 * msgr_xmpp_wire_request:
 * @iq: (transfer full): a get or set without an id
 * @callback: is called once, never from within
 */
void
msgr_xmpp_wire_request(MsgrXmppWire *self, MsgrXmppElement *iq, MsgrXmppReplyFunc callback,
                       gpointer data)
{
    G_GNUC_UNUSED g_autoptr(MsgrXmppElement) owned = iq;
    Request *request = g_new0(Request, 1);

    request->wire = self;
    request->id = g_uuid_string_random();
    request->to = g_strdup(msgr_xmpp_element_get(iq, "to"));
    request->callback = callback;
    request->data = data;
    g_hash_table_insert(self->requests, request->id, request);
    request->timer = g_timeout_add(REPLY_MILLISECONDS, took_too_long, request);
    msgr_xmpp_element_set(iq, "id", request->id);
    msgr_xmpp_wire_send(self, iq);
}

typedef struct {
    const char *condition;
    MsgrError code;
} ConditionRow;

/* What isn't here may have been delivered all the same: CONNECTION_FAILURE. */
static const ConditionRow conditions[] = {
    { "item-not-found", MSGR_ERROR_NOT_FOUND },
    { "unexpected-request", MSGR_ERROR_SESSION_STATE_INVALID },
    { "service-unavailable", MSGR_ERROR_NOT_LOGGED_ON },
    { "recipient-unavailable", MSGR_ERROR_NOT_LOGGED_ON },
    { "feature-not-implemented", MSGR_ERROR_NOT_LOGGED_ON },
    { "remote-server-not-found", MSGR_ERROR_NOT_LOGGED_ON },
    { "gone", MSGR_ERROR_NOT_LOGGED_ON },
    { "forbidden", MSGR_ERROR_NOT_LOGGED_ON },
    { "not-allowed", MSGR_ERROR_NOT_LOGGED_ON },
    { "not-acceptable", MSGR_ERROR_NOT_LOGGED_ON },
    { "subscription-required", MSGR_ERROR_NOT_LOGGED_ON },
    { "bad-request", MSGR_ERROR_INVALID_ARGS },
    { "jid-malformed", MSGR_ERROR_INVALID_ARGS },
    { "policy-violation", MSGR_ERROR_LIMITS_EXCEEDED },
    { "resource-constraint", MSGR_ERROR_LIMITS_EXCEEDED },
};

static GError *
error_of_reply(const MsgrXmppElement *iq)
{
    const MsgrXmppElement *error = msgr_xmpp_element_child(iq, "error", MSGR_NS_CLIENT);

    for (gsize i = 0; error != NULL && i < G_N_ELEMENTS(conditions); i++) {
        if (msgr_xmpp_element_child(error, conditions[i].condition, MSGR_NS_STANZAS) != NULL)
            return g_error_new(MSGR_ERROR, (int)conditions[i].code, "the network says: %s",
                               conditions[i].condition);
    }
    return g_error_new_literal(MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE,
                               "the network could not deliver it");
}

/* A server answers in the account's name without saying so. */
static gboolean
is_from(const MsgrXmppWire *self, const Request *request, const char *from)
{
    g_autofree char *sender = NULL;

    if (from != NULL) {
        sender = msgr_xmpp_jid_normalise(from, NULL);
        if (sender == NULL)
            return FALSE;
    }
    if (request->to == NULL)
        return msgr_xmpp_wire_is_ours(self, sender);
    return g_strcmp0(sender, request->to) == 0;
}

/**
 * msgr_xmpp_wire_take_reply:
 * @iq: a result or an error
 *
 * Returns: whether it is the answer to a request, whose caller has heard of it.
 */
gboolean
msgr_xmpp_wire_take_reply(MsgrXmppWire *self, const MsgrXmppElement *iq)
{
    const char *id = msgr_xmpp_element_get(iq, "id");
    Request *request = id != NULL ? g_hash_table_lookup(self->requests, id) : NULL;
    g_autoptr(GError) error = NULL;

    if (request == NULL || !is_from(self, request, msgr_xmpp_element_get(iq, "from")))
        return FALSE;
    if (iq->is_cut)
        error = g_error_new_literal(MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE,
                                    "the answer is larger than is allowed");
    else if (g_strcmp0(msgr_xmpp_element_get(iq, "type"), "result") != 0)
        error = error_of_reply(iq);
    finish(request, error == NULL ? msgr_xmpp_element_first(iq) : NULL, error);
    return TRUE;
}

/**
 * msgr_xmpp_wire_cancel:
 *
 * The connection is lost: nothing is answered any more.
 */
void
msgr_xmpp_wire_cancel(MsgrXmppWire *self)
{
    g_autoptr(GError) error =
        g_error_new_literal(MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE, "the connection is lost");
    g_autoptr(GList) requests = g_hash_table_get_values(self->requests);

    for (GList *l = requests; l != NULL; l = l->next)
        finish(l->data, NULL, error);
}

/**
 * msgr_xmpp_wire_result:
 * @to: (nullable): who asked
 * @id: (nullable): of the request
 * @payload: (transfer full) (nullable)
 */
void
msgr_xmpp_wire_result(MsgrXmppWire *self, const char *to, const char *id, MsgrXmppElement *payload)
{
    g_autoptr(MsgrXmppElement) iq = msgr_xmpp_wire_new_iq("result", to);

    msgr_xmpp_element_set(iq, "id", id);
    if (payload != NULL)
        msgr_xmpp_element_take(iq, payload);
    msgr_xmpp_wire_send(self, iq);
}

void
msgr_xmpp_wire_refuse(MsgrXmppWire *self, const char *to, const char *id,
                      const MsgrXmppFault *fault)
{
    g_autoptr(MsgrXmppElement) iq = msgr_xmpp_wire_new_iq("error", to);
    MsgrXmppElement *error;

    msgr_xmpp_element_set(iq, "id", id);
    error = msgr_xmpp_element_add(iq, "error", MSGR_NS_CLIENT);
    msgr_xmpp_element_set(error, "type", fault->type);
    msgr_xmpp_element_add(error, fault->condition, MSGR_NS_STANZAS);
    if (fault->jingle != NULL)
        msgr_xmpp_element_add(error, fault->jingle, MSGR_NS_JINGLE_ERRORS);
    msgr_xmpp_wire_send(self, iq);
}

static gboolean
is_power_of_two(guint n)
{
    return (n & (n - 1)) == 0;
}

/**
 * msgr_xmpp_wire_ignore:
 * @what: a text that stays
 *
 * Counts what came and is not acted on. The log has it the more rarely the more there is of it.
 */
void
msgr_xmpp_wire_ignore(MsgrXmppWire *self, const char *what)
{
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(self->ignored, what)) + 1;

    g_hash_table_insert(self->ignored, (gpointer)what, GUINT_TO_POINTER(n));
    if (is_power_of_two(n))
        g_info("ignored: %s (%u so far)", what, n);
}

typedef struct {
    MsgrError code;
    MsgrXmppFault fault;
} FaultRow;

static const FaultRow faults[] = {
    { MSGR_ERROR_NOT_FOUND, { "cancel", "item-not-found", "unknown-session" } },
    { MSGR_ERROR_SESSION_STATE_INVALID, { "cancel", "unexpected-request", "out-of-order" } },
    { MSGR_ERROR_NOT_LOGGED_ON, { "cancel", "service-unavailable", NULL } },
    { MSGR_ERROR_INVALID_ARGS, { "modify", "bad-request", NULL } },
    { MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT, { "modify", "policy-violation", NULL } },
    { MSGR_ERROR_LIMITS_EXCEEDED, { "wait", "resource-constraint", NULL } },
};

/**
 * msgr_xmpp_fault_of_error:
 * @error: msgrd's
 *
 * Returns: what the other side is told of it.
 */
const MsgrXmppFault *
msgr_xmpp_fault_of_error(const GError *error)
{
    static const MsgrXmppFault other = { "cancel", "internal-server-error", NULL };

    for (gsize i = 0; error->domain == MSGR_ERROR && i < G_N_ELEMENTS(faults); i++) {
        if (error->code == (int)faults[i].code)
            return &faults[i].fault;
    }
    return &other;
}
