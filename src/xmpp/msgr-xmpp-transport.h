/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a server: XML in, XML out, and how it ended. What does it, libstrophe, is a
 * matter of msgr-xmpp-worker.c alone.
 */
#pragma once

#include <glib.h>

#include "msgr-xmpp-element.h"

G_BEGIN_DECLS

/**
 * MsgrXmppEnd:
 *
 * Why a connection is over. From MSGR_XMPP_END_AUTHENTICATION on, another try would end the same.
 */
typedef enum {
    MSGR_XMPP_END_CLOSED, /* we wanted it */
    MSGR_XMPP_END_LOST,   /* broken off, refused, stalled, restarting */
    MSGR_XMPP_END_FILES,  /* this process has too many files open */
    MSGR_XMPP_END_AUTHENTICATION,
    MSGR_XMPP_END_CERTIFICATE,
    MSGR_XMPP_END_CONFLICT,
    MSGR_XMPP_END_HOST_UNKNOWN,
    MSGR_XMPP_END_POLICY,
} MsgrXmppEnd;

typedef enum {
    MSGR_XMPP_EVENT_ONLINE,
    MSGR_XMPP_EVENT_STANZA,
    MSGR_XMPP_EVENT_ENDED,
} MsgrXmppEventType;

typedef struct {
    MsgrXmppEventType type;
    char *jid;               /* ONLINE: ours, with the resource */
    char *address;           /* ONLINE: of this machine, on the way to the server */
    MsgrXmppElement *stanza; /* STANZA; may be stolen */
    MsgrXmppEnd end;         /* ENDED */
    char *reason;            /* ENDED: for people, in English */
    char *fingerprint;       /* ENDED by the certificate: its SHA-256, in hexadecimal */
} MsgrXmppEvent;

typedef struct {
    const char *jid; /* with a resource */
    const char *password;
    const char *address; /* an IP address: no name is looked up */
    guint16 port;
    gboolean direct_tls;
    const char *ca_file; /* (nullable): beside the system's own */
} MsgrXmppTransportOptions;

typedef struct _MsgrXmppTransport MsgrXmppTransport;
typedef void (*MsgrXmppEventFunc)(MsgrXmppEvent *event, gpointer data);

MsgrXmppTransport *msgr_xmpp_transport_new(const MsgrXmppTransportOptions *options,
                                           MsgrXmppEventFunc callback, gpointer data);
void msgr_xmpp_transport_free(MsgrXmppTransport *self);
void msgr_xmpp_transport_send(MsgrXmppTransport *self, const MsgrXmppElement *stanza);
void msgr_xmpp_transport_close(MsgrXmppTransport *self);
void msgr_xmpp_transport_abort(MsgrXmppTransport *self, const char *reason);
gboolean msgr_xmpp_end_is_final(MsgrXmppEnd end);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppTransport, msgr_xmpp_transport_free)

G_END_DECLS
