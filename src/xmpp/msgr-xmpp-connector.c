/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An account between msgrd and its network.
 */
#include "msgr-xmpp-connector.h"

#include <string.h>

#include "msgr-error.h"
#include "msgr-text.h"
#include "msgr-types.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-names.h"
#include "msgr-xmpp-status.h"

#define MAX_MESSAGE 256 /* characters */

/* Contacts that change together are told together. */
#define CHANGE_MILLISECONDS 20

#define FLOOD_BURST 300
#define FLOOD_RATE  600 /* a minute */

static void
call(MsgrXmppConnector *self, const char *method, GVariant *args)
{
    msgr_xmpp_manager_call(self->manager, method, args, NULL, NULL);
}

static const char *
service_id(const MsgrXmppConnector *self)
{
    return msgr_xmpp_manager_service_id(self->manager);
}

/**
 * msgr_xmpp_connector_send_presence:
 *
 * Tells the network how the user is there, and, whoever may see that, what it can run.
 */
void
msgr_xmpp_connector_send_presence(MsgrXmppConnector *self)
{
    g_autoptr(MsgrXmppElement) presence = NULL;

    if (!self->is_ready)
        return;
    presence = msgr_xmpp_status_write(self->status);
    if (msgr_xmpp_element_get(presence, "type") == NULL) {
        msgr_xmpp_element_add_text(presence, "priority", MSGR_NS_CLIENT, "0");
        msgr_xmpp_element_take(presence,
                               msgr_xmpp_caps_own_element((const char *const *)self->applications));
        if (self->friendly_name != NULL)
            msgr_xmpp_element_add_text(presence, "nick", MSGR_NS_NICK, self->friendly_name);
    }
    msgr_xmpp_wire_send(self->wire, presence);
}

static void
report_contacts(MsgrXmppConnector *self)
{
    g_hash_table_remove_all(self->changed);
    call(self, "ReplaceContacts",
         g_variant_new("(s@a(sa{sv}))", service_id(self), msgr_xmpp_contacts_all(self->contacts)));
}

static void
report_signed_in(MsgrXmppConnector *self)
{
    GVariantBuilder details;

    g_variant_builder_init(&details, G_VARIANT_TYPE_VARDICT);
    if (self->address != NULL && *self->address != '\0')
        g_variant_builder_add(&details, "{sv}", "LocalAddress",
                              g_variant_new_string(self->address));
    call(self, "ReportSignedIn", g_variant_new("(sa{sv})", service_id(self), &details));
    report_contacts(self);
    msgr_xmpp_sessions_reconcile(self->sessions);
}

/* The user hears the reason in the words of the API of old. */
static guint32
result_of(MsgrXmppEnd end)
{
    switch (end) {
    case MSGR_XMPP_END_CLOSED:
        return 0;
    case MSGR_XMPP_END_AUTHENTICATION:
        return msgr_error_hresult(MSGR_ERROR_AUTHENTICATION_FAILED);
    case MSGR_XMPP_END_CERTIFICATE:
    case MSGR_XMPP_END_HOST_UNKNOWN:
    case MSGR_XMPP_END_FILES:
        return msgr_error_hresult(MSGR_ERROR_NETWORK_CONFIG_FAILURE);
    case MSGR_XMPP_END_LOST:
    case MSGR_XMPP_END_CONFLICT:
    case MSGR_XMPP_END_POLICY:
        break;
    }
    return msgr_error_hresult(MSGR_ERROR_CONNECTION_FAILURE);
}

static void
report_signed_out(MsgrXmppConnector *self, MsgrXmppEnd end, const char *reason, gboolean will_retry)
{
    /* what the user wanted takes no explanation */
    g_autofree char *valid = g_utf8_make_valid(end == MSGR_XMPP_END_CLOSED ? "" : reason, -1);
    g_autofree char *message =
        g_utf8_substring(valid, 0, MIN(MAX_MESSAGE, g_utf8_strlen(valid, -1)));
    GVariantBuilder details;

    g_variant_builder_init(&details, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&details, "{sv}", "WillRetry", g_variant_new_boolean(will_retry));
    g_variant_builder_add(&details, "{sv}", "Message", g_variant_new_string(message));
    call(self, "ReportSignedOut",
         g_variant_new("(sua{sv})", service_id(self), result_of(end), &details));
}

/* Returns: (nullable): what the server says that our address is, if it can be one. */
static char *
own_address(const char *jid)
{
    g_autofree char *own = jid != NULL ? msgr_xmpp_jid_normalise(jid, NULL) : NULL;
    g_autofree char *bare = own != NULL ? msgr_xmpp_jid_bare(own) : NULL;

    if (own == NULL || !msgr_xmpp_jid_is_account(bare) || msgr_xmpp_jid_resource(own) == NULL)
        return NULL;
    return g_steal_pointer(&own);
}

static void
online(const char *jid, const char *address, gpointer data)
{
    MsgrXmppConnector *self = data;
    g_autofree char *own = own_address(jid);

    if (own == NULL) {
        msgr_xmpp_link_break(self->link, "the server gives no address");
        return;
    }
    g_message("signed in as %s", own);
    self->is_online = TRUE;
    msgr_xmpp_wire_set_address(self->wire, own);
    g_free(self->address);
    self->address = g_strdup(address);
    msgr_xmpp_contacts_load(self->contacts);
}

static void
offline(MsgrXmppEnd end, const char *reason, gboolean will_retry, gpointer data)
{
    MsgrXmppConnector *self = data;

    if (will_retry || end == MSGR_XMPP_END_CLOSED)
        g_message("signed out: %s", reason);
    else
        g_warning("signed out, and will stay so until told otherwise: %s", reason);
    self->is_online = FALSE;
    self->is_ready = FALSE;
    g_clear_pointer(&self->address, g_free);
    /* first of all: whose question isn't answered has nobody else asked then */
    msgr_xmpp_contacts_clear(self->contacts);
    msgr_xmpp_wire_cancel(self->wire);
    msgr_xmpp_sessions_offline(self->sessions);
    g_hash_table_remove_all(self->changed);
    /* who leaves the bus is signed out by that */
    if (self->left != NULL)
        self->left(self->data);
    else if (self->is_registered)
        report_signed_out(self, end, reason, will_retry);
}

static void
stanza(MsgrXmppElement *element, gpointer data)
{
    if (((MsgrXmppConnector *)data)->is_online)
        msgr_xmpp_inbound_take(data, element);
}

/* Presence comes after the roster: until then nobody's would be anybody's. */
static void
loaded(gpointer data)
{
    MsgrXmppConnector *self = data;

    self->is_ready = TRUE;
    if (self->is_registered)
        report_signed_in(self);
    msgr_xmpp_connector_send_presence(self);
    msgr_xmpp_sessions_look_for_devices(self->sessions);
}

static void
failed(gpointer data)
{
    msgr_xmpp_link_break(((MsgrXmppConnector *)data)->link,
                         "the server does not tell the contact list");
}

/* Of somebody who isn't known any more, too. */
static GVariant *
details_of(MsgrXmppConnector *self, const char *jid)
{
    const MsgrXmppContact *contact = msgr_xmpp_contacts_find(self->contacts, jid);
    MsgrXmppContact *nobody;
    GVariant *details;

    if (contact != NULL)
        return msgr_xmpp_contact_details(contact);
    nobody = msgr_xmpp_contact_new(jid);
    details = msgr_xmpp_contact_details(nobody);
    msgr_xmpp_contact_free(nobody);
    return details;
}

static gboolean
tell_changes(gpointer data)
{
    MsgrXmppConnector *self = data;
    GVariantBuilder builder;
    GHashTableIter iter;
    gpointer jid;

    self->change_timer = 0;
    if (!self->is_ready || !self->is_registered || g_hash_table_size(self->changed) == 0)
        return G_SOURCE_REMOVE;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sa{sv})"));
    g_hash_table_iter_init(&iter, self->changed);
    while (g_hash_table_iter_next(&iter, &jid, NULL)) {
        g_variant_builder_add(&builder, "(s@a{sv})", jid, details_of(self, jid));
    }
    g_hash_table_remove_all(self->changed);
    call(self, "UpdateContacts", g_variant_new("(sa(sa{sv}))", service_id(self), &builder));
    return G_SOURCE_REMOVE;
}

static void
contact_changed(MsgrXmppContact *contact, gpointer data)
{
    MsgrXmppConnector *self = data;

    if (!self->is_ready)
        return;
    g_hash_table_add(self->changed, g_strdup(contact->jid));
    if (self->change_timer == 0)
        self->change_timer = g_timeout_add(CHANGE_MILLISECONDS, tell_changes, self);
}

static void
contact_asked(const char *jid, const char *name, const char *message, gpointer data)
{
    MsgrXmppConnector *self = data;
    GVariantBuilder details;

    g_variant_builder_init(&details, G_VARIANT_TYPE_VARDICT);
    if (*name != '\0' && msgr_check_friendly_name(name, NULL))
        g_variant_builder_add(&details, "{sv}", "FriendlyName", g_variant_new_string(name));
    if (*message != '\0')
        g_variant_builder_add(&details, "{sv}", "Message", g_variant_new_string(message));
    call(self, "DeliverContactRequest",
         g_variant_new("(ssa{sv})", service_id(self), jid, &details));
}

static void
contact_answered(const char *jid, gpointer data)
{
    MsgrXmppConnector *self = data;

    call(self, "WithdrawContactRequest", g_variant_new("(ss)", service_id(self), jid));
}

static void
device(const char *jid, gboolean is_online, gpointer data)
{
    msgr_xmpp_sessions_device(((MsgrXmppConnector *)data)->sessions, jid, is_online);
}

static void
got_applications(GVariant *reply, const GError *error, gpointer data)
{
    MsgrXmppConnector *self = data;

    if (error != NULL || !g_variant_is_of_type(reply, G_VARIANT_TYPE("(as)")))
        return;
    g_strfreev(self->applications);
    g_variant_get(reply, "(^as)", &self->applications);
    msgr_xmpp_connector_send_presence(self);
}

static void
registered(GVariant *reply, const GError *error, gpointer data)
{
    MsgrXmppConnector *self = data;

    if (error != NULL) {
        g_warning("msgrd does not take this account: %s", error->message);
        return;
    }
    g_message("registered as %s", service_id(self));
    self->is_registered = TRUE;
    msgr_xmpp_manager_call(self->manager, "ListApplications",
                           g_variant_new("(s)", service_id(self)), got_applications, self);
    if (self->is_ready)
        report_signed_in(self);
}

static void
appeared(gpointer data)
{
    MsgrXmppConnector *self = data;
    GVariantBuilder service;

    g_variant_builder_init(&service, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&service, "{sv}", "Id", g_variant_new_string(service_id(self)));
    g_variant_builder_add(&service, "{sv}", "Name", g_variant_new_string("XMPP"));
    g_variant_builder_add(&service, "{sv}", "SigninName", g_variant_new_string(self->account->jid));
    msgr_xmpp_manager_call(self->manager, "RegisterConnector",
                           g_variant_new("(oa{sv})", MSGR_XMPP_OBJECT_PATH, &service), registered,
                           self);
}

static void
vanished(gpointer data)
{
    ((MsgrXmppConnector *)data)->is_registered = FALSE;
}

static void
make_parts(MsgrXmppConnector *self)
{
    const MsgrXmppLinkEvents link_events = { online, offline, stanza, self };
    const MsgrXmppContactsEvents contacts_events = {
        loaded, failed, contact_changed, contact_asked, contact_answered, device, self
    };
    const MsgrXmppManagerEvents manager_events = { appeared, vanished, self };
    g_autofree char *id = msgr_xmpp_account_service_id(self->account->jid);

    self->link = msgr_xmpp_link_new(self->account, &link_events);
    self->wire = msgr_xmpp_wire_new(self->link);
    self->contacts = msgr_xmpp_contacts_new(self->wire, &contacts_events);
    self->manager = msgr_xmpp_manager_new(self->connection, id, &manager_events);
    self->sessions =
        msgr_xmpp_sessions_new(self->wire, self->contacts, self->manager, self->account->jid);
    self->flood = msgr_xmpp_flood_new(FLOOD_BURST, FLOOD_RATE);
}

/**
 * msgr_xmpp_connector_new:
 * @account: kept, not copied
 *
 * Registers with msgrd as soon as that is there, and does what it is told from then on.
 */
MsgrXmppConnector *
msgr_xmpp_connector_new(const MsgrXmppAccount *account, GDBusConnection *connection, GError **error)
{
    g_autoptr(MsgrXmppConnector) self = g_new0(MsgrXmppConnector, 1);

    self->account = account;
    self->connection = g_object_ref(connection);
    self->status = MSGR_STATUS_ONLINE;
    self->applications = g_new0(char *, 1);
    self->changed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    make_parts(self);
    return msgr_xmpp_connector1_export(self, error) ? g_steal_pointer(&self) : NULL;
}

void
msgr_xmpp_connector_free(MsgrXmppConnector *self)
{
    if (self->object != 0)
        g_dbus_connection_unregister_object(self->connection, self->object);
    g_clear_handle_id(&self->change_timer, g_source_remove);
    msgr_xmpp_contacts_clear(self->contacts);
    msgr_xmpp_wire_cancel(self->wire);
    msgr_xmpp_manager_free(self->manager);
    msgr_xmpp_sessions_free(self->sessions);
    msgr_xmpp_contacts_free(self->contacts);
    msgr_xmpp_wire_free(self->wire);
    msgr_xmpp_link_free(self->link);
    msgr_xmpp_flood_free(self->flood);
    g_hash_table_unref(self->changed);
    g_strfreev(self->applications);
    g_free(self->friendly_name);
    g_free(self->address);
    g_object_unref(self->connection);
    g_free(self);
}

/**
 * msgr_xmpp_connector_leave:
 * @left: is called when the network has heard goodbye, and at once if there is nobody to say it to
 */
void
msgr_xmpp_connector_leave(MsgrXmppConnector *self, void (*left)(gpointer), gpointer data)
{
    self->left = left;
    self->data = data;
    if (msgr_xmpp_link_is_off(self->link))
        left(data);
    else
        msgr_xmpp_link_stop(self->link);
}
