/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-xmpp-element.h"
#include "msgr-xmpp-link.h"

G_BEGIN_DECLS

/**
 * MsgrXmppWire:
 *
 * Stanzas out; requests, and what is answered to them. Here is also counted what was ignored.
 */
typedef struct _MsgrXmppWire MsgrXmppWire;

/* @payload: what is in the result, or NULL. @error: of MSGR_ERROR, or NULL. */
typedef void (*MsgrXmppReplyFunc)(const MsgrXmppElement *payload, const GError *error,
                                  gpointer data);

/**
 * MsgrXmppFault:
 *
 * Why a request is refused: a type and a condition of RFC 6120, and one of Jingle beside it.
 */
typedef struct {
    const char *type;
    const char *condition;
    const char *jingle; /* (nullable) */
} MsgrXmppFault;

extern const MsgrXmppFault msgr_xmpp_fault_nobody;
extern const MsgrXmppFault msgr_xmpp_fault_unknown;
extern const MsgrXmppFault msgr_xmpp_fault_malformed;
extern const MsgrXmppFault msgr_xmpp_fault_flood;

MsgrXmppWire *msgr_xmpp_wire_new(MsgrXmppLink *link);
void msgr_xmpp_wire_free(MsgrXmppWire *self);
void msgr_xmpp_wire_set_address(MsgrXmppWire *self, const char *jid);
const char *msgr_xmpp_wire_bare(const MsgrXmppWire *self);
const char *msgr_xmpp_wire_full(const MsgrXmppWire *self);
const char *msgr_xmpp_wire_domain(const MsgrXmppWire *self);
gboolean msgr_xmpp_wire_is_ours(const MsgrXmppWire *self, const char *from);
MsgrXmppElement *msgr_xmpp_wire_new_iq(const char *type, const char *to);
void msgr_xmpp_wire_send(MsgrXmppWire *self, const MsgrXmppElement *stanza);
void msgr_xmpp_wire_request(MsgrXmppWire *self, MsgrXmppElement *iq, MsgrXmppReplyFunc callback,
                            gpointer data);
gboolean msgr_xmpp_wire_take_reply(MsgrXmppWire *self, const MsgrXmppElement *iq);
void msgr_xmpp_wire_cancel(MsgrXmppWire *self);
void msgr_xmpp_wire_result(MsgrXmppWire *self, const char *to, const char *id,
                           MsgrXmppElement *payload);
void msgr_xmpp_wire_refuse(MsgrXmppWire *self, const char *to, const char *id,
                           const MsgrXmppFault *fault);
void msgr_xmpp_wire_ignore(MsgrXmppWire *self, const char *what);
const MsgrXmppFault *msgr_xmpp_fault_of_error(const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppWire, msgr_xmpp_wire_free)

G_END_DECLS
