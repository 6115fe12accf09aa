/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <strophe.h>

#include "msgr-xmpp-element.h"

G_BEGIN_DECLS

#define MSGR_XMPP_MAX_DEPTH    16
#define MSGR_XMPP_MAX_ELEMENTS 5000
#define MSGR_XMPP_MAX_BYTES    (512 * 1024)

MsgrXmppElement *msgr_xmpp_stanza_copy(xmpp_stanza_t *stanza, gboolean is_cut);

G_END_DECLS
