/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-types.h"
#include "msgr-xmpp-element.h"

G_BEGIN_DECLS

guint32 msgr_xmpp_status_read(const MsgrXmppElement *presence);
MsgrXmppElement *msgr_xmpp_status_write(guint32 status);

G_END_DECLS
