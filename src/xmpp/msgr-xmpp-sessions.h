/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-xmpp-contacts.h"
#include "msgr-xmpp-flood.h"
#include "msgr-xmpp-manager.h"
#include "msgr-xmpp-reason.h"
#include "msgr-xmpp-session.h"
#include "msgr-xmpp-wire.h"

G_BEGIN_DECLS

/**
 * MsgrXmppSessions:
 *
 * The sessions of an account: msgrd's calls go out as Jingle (msgr-xmpp-sessions-out.c), Jingle
 * goes to msgrd (msgr-xmpp-sessions-in.c, and for its messages msgr-xmpp-sessions-message.c).
 */
typedef struct {
    MsgrXmppWire *wire;
    MsgrXmppContacts *contacts;
    MsgrXmppManager *manager;
    char *path;        /* of the file that they are kept in */
    GHashTable *table; /* key -> MsgrXmppSession */
    MsgrXmppFlood *invitations;
    MsgrXmppFlood *others;
} MsgrXmppSessions;

MsgrXmppSessions *msgr_xmpp_sessions_new(MsgrXmppWire *wire, MsgrXmppContacts *contacts,
                                         MsgrXmppManager *manager, const char *jid);
void msgr_xmpp_sessions_free(MsgrXmppSessions *self);
void msgr_xmpp_sessions_reconcile(MsgrXmppSessions *self);
void msgr_xmpp_sessions_offline(MsgrXmppSessions *self);
void msgr_xmpp_sessions_look_for_devices(MsgrXmppSessions *self);
void msgr_xmpp_sessions_device(MsgrXmppSessions *self, const char *jid, gboolean is_online);

/* msgrd's calls: what they are told is checked, the call is answered */
void msgr_xmpp_sessions_invite(MsgrXmppSessions *self, GVariant *args, GDBusMethodInvocation *call);
void msgr_xmpp_sessions_answer(MsgrXmppSessions *self, GVariant *args, GDBusMethodInvocation *call);
void msgr_xmpp_sessions_not_present(MsgrXmppSessions *self, GVariant *args,
                                    GDBusMethodInvocation *call);
void msgr_xmpp_sessions_attached(MsgrXmppSessions *self, GVariant *args,
                                 GDBusMethodInvocation *call);
void msgr_xmpp_sessions_context_data(MsgrXmppSessions *self, GVariant *args,
                                     GDBusMethodInvocation *call);
void msgr_xmpp_sessions_end(MsgrXmppSessions *self, GVariant *args, GDBusMethodInvocation *call);

/* what comes */
void msgr_xmpp_sessions_take_iq(MsgrXmppSessions *self, const MsgrXmppElement *iq,
                                const MsgrXmppElement *jingle, const char *from);
void msgr_xmpp_sessions_take_message(MsgrXmppSessions *self, const MsgrXmppElement *message,
                                     const MsgrXmppElement *child, const char *from);
void msgr_xmpp_sessions_take_bounce(MsgrXmppSessions *self, const char *id, const char *from);

/* for one another */
MsgrXmppSession *msgr_xmpp_sessions_find(MsgrXmppSessions *self, const char *guid,
                                         const char *peer);
MsgrXmppSession *msgr_xmpp_sessions_add(MsgrXmppSessions *self, const char *guid, const char *peer,
                                        gboolean is_inviter, MsgrXmppPhase phase);
void msgr_xmpp_sessions_remove(MsgrXmppSessions *self, MsgrXmppSession *session);
void msgr_xmpp_sessions_save(MsgrXmppSessions *self);
gboolean msgr_xmpp_sessions_has_room(MsgrXmppSessions *self, const char *peer);
void msgr_xmpp_sessions_deliver_end(MsgrXmppSessions *self, const MsgrXmppSession *session,
                                    const MsgrXmppReason *reason, MsgrXmppManagerFunc callback,
                                    gpointer data);
void msgr_xmpp_sessions_initiate(MsgrXmppSessions *self, MsgrXmppSession *session,
                                 GDBusMethodInvocation *call);
void msgr_xmpp_sessions_accept(MsgrXmppSessions *self, MsgrXmppSession *session,
                               const char *app_data, GDBusMethodInvocation *call);
void msgr_xmpp_sessions_retract(MsgrXmppSessions *self, MsgrXmppSession *session,
                                const char *but_not, const MsgrXmppReason *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppSessions, msgr_xmpp_sessions_free)

G_END_DECLS
