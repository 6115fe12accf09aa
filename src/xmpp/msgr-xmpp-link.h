/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-xmpp-account.h"
#include "msgr-xmpp-transport.h"

G_BEGIN_DECLS

/**
 * MsgrXmppLink:
 *
 * The connection as it is kept: begun again when it is lost, but never when that would end the
 * same.
 */
typedef struct _MsgrXmppLink MsgrXmppLink;

typedef struct {
    void (*online)(const char *jid, const char *address, gpointer data);
    /* Lost, or an attempt has failed; or, with MSGR_XMPP_END_CLOSED, stopped as it was wanted. */
    void (*offline)(MsgrXmppEnd end, const char *reason, gboolean will_retry, gpointer data);
    void (*stanza)(MsgrXmppElement *stanza, gpointer data);
    gpointer data;
} MsgrXmppLinkEvents;

MsgrXmppLink *msgr_xmpp_link_new(const MsgrXmppAccount *account, const MsgrXmppLinkEvents *events);
void msgr_xmpp_link_free(MsgrXmppLink *self);
void msgr_xmpp_link_start(MsgrXmppLink *self);
void msgr_xmpp_link_stop(MsgrXmppLink *self);
void msgr_xmpp_link_pause(MsgrXmppLink *self);
void msgr_xmpp_link_check(MsgrXmppLink *self);
void msgr_xmpp_link_break(MsgrXmppLink *self, const char *reason);
void msgr_xmpp_link_send(MsgrXmppLink *self, const MsgrXmppElement *stanza);
gboolean msgr_xmpp_link_is_online(const MsgrXmppLink *self);
gboolean msgr_xmpp_link_is_off(const MsgrXmppLink *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppLink, msgr_xmpp_link_free)

G_END_DECLS
