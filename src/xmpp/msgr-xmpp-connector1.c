/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * org.msgr.Connector1: what msgrd wants of the network.
 */
#include <string.h>

#include "msgr-dbus.h"
#include "msgr-limits.h"
#include "msgr-types.h"
#include "msgr-xmpp-call.h"
#include "msgr-xmpp-connector.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-names.h"

typedef void (*Handler)(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call);

typedef struct {
    const char *method;
    Handler handler;
    gboolean takes_network; /* only while it is there */
} Method;

static void
sign_in(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    msgr_xmpp_call_done(call);
    msgr_xmpp_link_start(self->link);
}

static void
sign_out(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    msgr_xmpp_call_done(call);
    msgr_xmpp_link_stop(self->link);
}

static void
set_status(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    gboolean was_invisible = self->status == MSGR_STATUS_INVISIBLE;

    g_variant_get(args, "(u)", &self->status);
    msgr_xmpp_contacts_set_hidden(self->contacts, self->status == MSGR_STATUS_INVISIBLE ||
                                                      self->status == MSGR_STATUS_OFFLINE);
    if (was_invisible && self->status != MSGR_STATUS_INVISIBLE && self->is_ready) {
        msgr_xmpp_contacts_forget_devices(self->contacts);
        msgr_xmpp_sessions_look_for_devices(self->sessions);
    }
    msgr_xmpp_connector_send_presence(self);
    msgr_xmpp_call_done(call);
}

static void
set_friendly_name(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    const char *name;

    g_variant_get(args, "(&s)", &name);
    g_free(self->friendly_name);
    self->friendly_name = *name != '\0' ? g_strdup(name) : NULL;
    msgr_xmpp_connector_send_presence(self);
    msgr_xmpp_call_done(call);
}

static void
set_applications(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    g_strfreev(self->applications);
    g_variant_get(args, "(^as)", &self->applications);
    msgr_xmpp_connector_send_presence(self);
    msgr_xmpp_call_done(call);
}

/* Returns: (nullable): the address in its one form; else the call is answered. */
static char *
somebody(MsgrXmppConnector *self, const char *name, GDBusMethodInvocation *call)
{
    g_autofree char *jid = msgr_xmpp_jid_normalise_bare(name, NULL);

    if (jid == NULL || !msgr_xmpp_jid_is_account(jid) ||
        g_utf8_strlen(jid, -1) > MSGR_MAX_SIGNIN_NAME || g_str_equal(jid, self->account->jid)) {
        msgr_xmpp_call_refuse(call, MSGR_ERROR_INVALID_ARGS,
                              "that can't be anybody's address on this network");
        return NULL;
    }
    return g_steal_pointer(&jid);
}

typedef struct {
    MsgrXmppConnector *connector;
    GDBusMethodInvocation *call;
    char *jid;
} Change;

static Change *
new_change(MsgrXmppConnector *self, GDBusMethodInvocation *call, const char *jid)
{
    Change *change = g_new0(Change, 1);

    change->connector = self;
    change->call = call;
    change->jid = g_strdup(jid);
    return change;
}

static void
free_change(Change *change)
{
    g_free(change->jid);
    g_free(change);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Change, free_change)

static void
send_presence_to(MsgrXmppConnector *self, const char *jid, const char *type)
{
    g_autoptr(MsgrXmppElement) presence = msgr_xmpp_element_new("presence", MSGR_NS_CLIENT);

    msgr_xmpp_element_set(presence, "to", jid);
    msgr_xmpp_element_set(presence, "type", type);
    if (g_str_equal(type, "subscribe") && self->friendly_name != NULL)
        msgr_xmpp_element_add_text(presence, "nick", MSGR_NS_NICK, self->friendly_name);
    msgr_xmpp_wire_send(self->wire, presence);
}

static void
contact_was_added(const MsgrXmppElement *payload, const GError *error, gpointer data)
{
    g_autoptr(Change) change = data;

    if (error != NULL) {
        msgr_xmpp_call_fail(change->call, error);
        return;
    }
    send_presence_to(change->connector, change->jid, "subscribe");
    g_dbus_method_invocation_return_value(change->call, g_variant_new("(s)", change->jid));
}

static MsgrXmppElement *
new_roster_change(const char *jid, const char *subscription)
{
    MsgrXmppElement *iq = msgr_xmpp_wire_new_iq("set", NULL);
    MsgrXmppElement *query = msgr_xmpp_element_add(iq, "query", MSGR_NS_ROSTER);
    MsgrXmppElement *item = msgr_xmpp_element_add(query, "item", MSGR_NS_ROSTER);

    msgr_xmpp_element_set(item, "jid", jid);
    msgr_xmpp_element_set(item, "subscription", subscription);
    return iq;
}

static void
add_contact(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    g_autofree char *jid = NULL;
    const char *name;

    g_variant_get(args, "(&s)", &name);
    jid = somebody(self, name, call);
    if (jid != NULL)
        msgr_xmpp_wire_request(self->wire, new_roster_change(jid, NULL), contact_was_added,
                               new_change(self, call, jid));
}

static void
change_was_made(const MsgrXmppElement *payload, const GError *error, gpointer data)
{
    g_autoptr(Change) change = data;

    if (error != NULL)
        msgr_xmpp_call_fail(change->call, error);
    else
        msgr_xmpp_call_done(change->call);
}

/* Who isn't there any more is removed. */
static void
contact_was_removed(const MsgrXmppElement *payload, const GError *error, gpointer data)
{
    gboolean is_gone = g_error_matches(error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND);

    change_was_made(payload, is_gone ? NULL : error, data);
}

static void
remove_contact(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    g_autofree char *jid = NULL;
    const char *name;

    g_variant_get(args, "(&s)", &name);
    jid = somebody(self, name, call);
    if (jid != NULL)
        msgr_xmpp_wire_request(self->wire, new_roster_change(jid, "remove"), contact_was_removed,
                               new_change(self, call, jid));
}

static void
block(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    g_autofree char *jid = NULL;
    MsgrXmppElement *iq;
    MsgrXmppElement *change;
    gboolean blocked;
    const char *name;

    g_variant_get(args, "(&sb)", &name, &blocked);
    jid = somebody(self, name, call);
    if (jid == NULL)
        return;
    iq = msgr_xmpp_wire_new_iq("set", NULL);
    change = msgr_xmpp_element_add(iq, blocked ? "block" : "unblock", MSGR_NS_BLOCKING);
    msgr_xmpp_element_set(msgr_xmpp_element_add(change, "item", MSGR_NS_BLOCKING), "jid", jid);
    msgr_xmpp_wire_request(self->wire, iq, change_was_made, new_change(self, call, jid));
}

static void
answer_request(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    g_autofree char *jid = NULL;
    gboolean accepted;
    const char *name;

    g_variant_get(args, "(&sb)", &name, &accepted);
    jid = somebody(self, name, call);
    if (jid == NULL)
        return;
    msgr_xmpp_contacts_answer(self->contacts, jid, accepted);
    msgr_xmpp_call_done(call);
}

static void
send_invitation(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    msgr_xmpp_sessions_invite(self->sessions, args, call);
}

static void
send_answer(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    msgr_xmpp_sessions_answer(self->sessions, args, call);
}

static void
send_app_not_present(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    msgr_xmpp_sessions_not_present(self->sessions, args, call);
}

static void
send_attached(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    msgr_xmpp_sessions_attached(self->sessions, args, call);
}

static void
send_context_data(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    msgr_xmpp_sessions_context_data(self->sessions, args, call);
}

static void
send_end(MsgrXmppConnector *self, GVariant *args, GDBusMethodInvocation *call)
{
    msgr_xmpp_sessions_end(self->sessions, args, call);
}

static const Method methods[] = {
    { "Signin", sign_in, FALSE },
    { "Signout", sign_out, FALSE },
    { "SetStatus", set_status, FALSE },
    { "SetFriendlyName", set_friendly_name, FALSE },
    { "SetApplications", set_applications, FALSE },
    { "AddContact", add_contact, TRUE },
    { "RemoveContact", remove_contact, TRUE },
    { "SetBlocked", block, TRUE },
    { "AnswerContactRequest", answer_request, TRUE },
    { "SendInvitation", send_invitation, TRUE },
    { "SendAnswer", send_answer, TRUE },
    { "SendAppNotPresent", send_app_not_present, TRUE },
    { "SendAttached", send_attached, TRUE },
    { "SendContextData", send_context_data, TRUE },
    { "SendEnd", send_end, TRUE },
};

static void
dispatch(MsgrXmppConnector *self, const Method *method, GVariant *args, GDBusMethodInvocation *call)
{
    if (method->takes_network && !self->is_ready)
        msgr_xmpp_call_refuse(call, MSGR_ERROR_NOT_LOGGED_ON, "the network is not reached");
    else
        method->handler(self, args, call);
}

static void
method_called(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
              const char *name, GVariant *args, GDBusMethodInvocation *call, gpointer data)
{
    MsgrXmppConnector *self = data;

    if (!msgr_xmpp_manager_is_owner(self->manager, sender)) {
        msgr_xmpp_call_refuse(call, MSGR_ERROR_ACCESS_DENIED, "only the service may call this");
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (g_str_equal(methods[i].method, name)) {
            dispatch(self, &methods[i], args, call);
            return;
        }
    }
    msgr_xmpp_call_refuse(call, MSGR_ERROR_UNKNOWN_METHOD, "there is no such method");
}

/**
 * msgr_xmpp_connector1_export:
 *
 * Puts the object on the bus that msgrd calls.
 */
gboolean
msgr_xmpp_connector1_export(MsgrXmppConnector *self, GError **error)
{
    static const GDBusInterfaceVTable vtable = { .method_call = method_called };

    self->object = g_dbus_connection_register_object(self->connection, MSGR_XMPP_OBJECT_PATH,
                                                     msgr_dbus_connector1_interface_info(), &vtable,
                                                     self, NULL, error);
    return self->object != 0;
}
