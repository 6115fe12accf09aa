/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-xmpp-element.h"

G_BEGIN_DECLS

/**
 * MsgrXmppReason:
 *
 * Why a session ends: SESSION_RESULT here, a reason of Jingle on the wire.
 */
typedef struct {
    gboolean is_decline;   /* the invitation was declined */
    gboolean is_cancelled; /* somebody called Cancel */
    guint32 hr;            /* a SESSION_RESULT, or 0 */
    char *app_data;
} MsgrXmppReason;

MsgrXmppElement *msgr_xmpp_reason_write(const MsgrXmppReason *self);
gboolean msgr_xmpp_reason_read(MsgrXmppReason *self, const MsgrXmppElement *element);
void msgr_xmpp_reason_clear(MsgrXmppReason *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MsgrXmppReason, msgr_xmpp_reason_clear)

G_END_DECLS
