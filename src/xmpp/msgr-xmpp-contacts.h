/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-xmpp-contact.h"
#include "msgr-xmpp-wire.h"

G_BEGIN_DECLS

/**
 * MsgrXmppContacts:
 *
 * The roster, who of it is online with what, who is blocked, and who wants to be in it.
 */
typedef struct _MsgrXmppContacts MsgrXmppContacts;

typedef struct {
    void (*loaded)(gpointer data); /* roster and block list are known */
    void (*failed)(gpointer data); /* they can't be had */
    void (*changed)(MsgrXmppContact *contact, gpointer data);
    void (*asked)(const char *jid, const char *name, const char *message, gpointer data);
    void (*answered)(const char *jid, gpointer data); /* who had asked waits no more */
    void (*device)(const char *jid, gboolean is_online, gpointer data);
    gpointer data;
} MsgrXmppContactsEvents;

MsgrXmppContacts *msgr_xmpp_contacts_new(MsgrXmppWire *wire, const MsgrXmppContactsEvents *events);
void msgr_xmpp_contacts_free(MsgrXmppContacts *self);
void msgr_xmpp_contacts_load(MsgrXmppContacts *self);
void msgr_xmpp_contacts_clear(MsgrXmppContacts *self);
MsgrXmppContact *msgr_xmpp_contacts_find(MsgrXmppContacts *self, const char *jid);
GVariant *msgr_xmpp_contacts_all(MsgrXmppContacts *self);
gboolean msgr_xmpp_contacts_are_known(MsgrXmppContacts *self, const char *jid);
void msgr_xmpp_contacts_forget_devices(MsgrXmppContacts *self);
GPtrArray *msgr_xmpp_contacts_own_devices(MsgrXmppContacts *self);
void msgr_xmpp_contacts_set_hidden(MsgrXmppContacts *self, gboolean is_hidden);
gboolean msgr_xmpp_contacts_see_us(MsgrXmppContacts *self, const char *jid);
void msgr_xmpp_contacts_take_presence(MsgrXmppContacts *self, const MsgrXmppElement *presence,
                                      const char *from);
void msgr_xmpp_contacts_take_roster(MsgrXmppContacts *self, const MsgrXmppElement *query);
void msgr_xmpp_contacts_take_blocking(MsgrXmppContacts *self, const MsgrXmppElement *change);
void msgr_xmpp_contacts_answer(MsgrXmppContacts *self, const char *jid, gboolean accepted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppContacts, msgr_xmpp_contacts_free)

G_END_DECLS
