/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
    MSGR_XMPP_PHASE_PROPOSING, /* we have asked several devices, or one of which little is known */
    MSGR_XMPP_PHASE_PROPOSED,  /* we are one of those */
    MSGR_XMPP_PHASE_PENDING,   /* a session of Jingle, not answered yet */
    MSGR_XMPP_PHASE_ACTIVE,    /* accepted */
} MsgrXmppPhase;

/**
 * MsgrXmppSession:
 *
 * What has to be known of a session to find its other end. What it is, msgrd knows.
 */
typedef struct {
    char *guid;
    char *sid;
    char *peer;   /* bare */
    char *device; /* (nullable): full; NULL: not known (yet, or any more) */
    gboolean is_inviter;
    gboolean is_restored;  /* from a file: perhaps msgrd knows it no more */
    gboolean is_delivered; /* msgrd has it */
    MsgrXmppPhase phase;
    GPtrArray *targets;   /* PROPOSING: whom we have asked */
    GVariant *invitation; /* (nullable): the inviter's */

    /* a call of msgrd's that waits for something that is no reply */
    GDBusMethodInvocation *call; /* (nullable) */
    guint call_timer;
    char *app_data; /* PROPOSED: of the acceptance that waits */

    guint gone_timer; /* the device has gone offline */
    gpointer sessions;
} MsgrXmppSession;

MsgrXmppSession *msgr_xmpp_session_new(const char *guid, const char *peer, gboolean is_inviter,
                                       MsgrXmppPhase phase);
void msgr_xmpp_session_free(MsgrXmppSession *self);
char *msgr_xmpp_session_key(const char *guid, const char *peer);
void msgr_xmpp_session_set_device(MsgrXmppSession *self, const char *device);
void msgr_xmpp_session_answer_call(MsgrXmppSession *self, const GError *error);

void msgr_xmpp_session_write(const MsgrXmppSession *self, GKeyFile *file);
MsgrXmppSession *msgr_xmpp_session_read(GKeyFile *file, const char *group);

G_END_DECLS
