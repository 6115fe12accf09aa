/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-xmpp-caps.h"

G_BEGIN_DECLS

/**
 * MsgrXmppDevice:
 *
 * A contact's device that is online.
 */
typedef struct {
    char *jid; /* full */
    guint32 status;
    int priority;
    char *node;         /* (nullable): that of its capabilities */
    char *ver;          /* (nullable): what stands for its capabilities */
    MsgrXmppCaps *caps; /* (nullable): what it can, once that is known */
    gboolean is_asked;  /* for those that it announces now */
} MsgrXmppDevice;

/**
 * MsgrXmppContact:
 *
 * Somebody in the roster, or blocked, or who has asked to be in it.
 */
typedef struct {
    char *jid; /* bare */
    char *name;
    gboolean is_in_roster;
    gboolean is_seen;  /* its presence comes to us: subscription "to" */
    gboolean sees_us;  /* subscription "from" */
    gboolean is_asked; /* we have asked for its presence */
    gboolean is_blocked;
    gboolean has_asked;  /* it waits for our answer */
    GHashTable *devices; /* full address -> MsgrXmppDevice */
} MsgrXmppContact;

MsgrXmppContact *msgr_xmpp_contact_new(const char *jid);
void msgr_xmpp_contact_free(MsgrXmppContact *self);
MsgrXmppDevice *msgr_xmpp_contact_device(MsgrXmppContact *self, const char *jid);
guint32 msgr_xmpp_contact_status(const MsgrXmppContact *self);
GVariant *msgr_xmpp_contact_details(const MsgrXmppContact *self);
GPtrArray *msgr_xmpp_contact_candidates(const MsgrXmppContact *self, const char *guid);

G_END_DECLS
