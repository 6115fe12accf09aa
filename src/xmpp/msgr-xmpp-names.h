/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every namespace that goes over the wire, in one place. Ours are told in docs/xmpp-protocol.md.
 */
#pragma once

#define MSGR_NS_CLIENT         "jabber:client"
#define MSGR_NS_STANZAS        "urn:ietf:params:xml:ns:xmpp-stanzas"
#define MSGR_NS_ROSTER         "jabber:iq:roster"
#define MSGR_NS_DISCO_INFO     "http://jabber.org/protocol/disco#info"
#define MSGR_NS_CAPS           "http://jabber.org/protocol/caps"
#define MSGR_NS_NICK           "http://jabber.org/protocol/nick"
#define MSGR_NS_OOB            "jabber:x:oob"
#define MSGR_NS_DELAY          "urn:xmpp:delay"
#define MSGR_NS_PING           "urn:xmpp:ping"
#define MSGR_NS_BLOCKING       "urn:xmpp:blocking"
#define MSGR_NS_CARBONS        "urn:xmpp:carbons:2"
#define MSGR_NS_HINTS          "urn:xmpp:hints"
#define MSGR_NS_JINGLE         "urn:xmpp:jingle:1"
#define MSGR_NS_JINGLE_ERRORS  "urn:xmpp:jingle:errors:1"
#define MSGR_NS_JINGLE_MESSAGE "urn:xmpp:jingle-message:0"

#define MSGR_NS_APP       "urn:msgr:jingle:app:1"
#define MSGR_NS_TRANSPORT "urn:msgr:jingle:transport:1"
#define MSGR_NS_ALERT     "urn:msgr:alert:1"
#define MSGR_NS_PRESENCE  "urn:msgr:presence:1"

/* A feature for each application: this, then its GUID in lower case without braces. */
#define MSGR_APP_FEATURE "urn:msgr:app:"

#define MSGR_CAPS_NODE "urn:msgr:client"
