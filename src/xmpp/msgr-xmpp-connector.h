/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-xmpp-sessions.h"

G_BEGIN_DECLS

#define MSGR_XMPP_OBJECT_PATH "/org/msgr/xmpp"

/**
 * MsgrXmppConnector:
 *
 * One account: what msgrd says to it (msgr-xmpp-connector1.c), what the network says
 * (msgr-xmpp-inbound.c), and what both are told of its state.
 */
typedef struct {
    const MsgrXmppAccount *account;
    GDBusConnection *connection;
    guint object;
    MsgrXmppLink *link;
    MsgrXmppWire *wire;
    MsgrXmppContacts *contacts;
    MsgrXmppManager *manager;
    MsgrXmppSessions *sessions;
    MsgrXmppFlood *flood; /* of whatever nobody asked for */

    guint32 status; /* MISTATUS, as the user wants it */
    char *friendly_name;
    char **applications;
    char *address; /* (nullable): of this machine, while it is online */
    gboolean is_registered;
    gboolean is_online;  /* and has an address there */
    gboolean is_ready;   /* online, and the roster is known */
    GHashTable *changed; /* bare addresses of contacts that msgrd is to be told of */
    guint change_timer;

    void (*left)(gpointer data); /* (nullable): it was to leave, and is offline */
    gpointer data;
} MsgrXmppConnector;

MsgrXmppConnector *msgr_xmpp_connector_new(const MsgrXmppAccount *account,
                                           GDBusConnection *connection, GError **error);
void msgr_xmpp_connector_free(MsgrXmppConnector *self);
void msgr_xmpp_connector_leave(MsgrXmppConnector *self, void (*left)(gpointer), gpointer data);
void msgr_xmpp_connector_send_presence(MsgrXmppConnector *self);

gboolean msgr_xmpp_connector1_export(MsgrXmppConnector *self, GError **error);
void msgr_xmpp_inbound_take(MsgrXmppConnector *self, MsgrXmppElement *stanza);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppConnector, msgr_xmpp_connector_free)

G_END_DECLS
