/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MsgrXmppBackoff:
 *
 * How long to wait before the next attempt: anything between nothing and a limit that doubles with
 * each failure from 2 seconds to 5 minutes, so that those who lost a server together don't come
 * back together. A connection that held for a minute makes it 2 seconds again. Starts zeroed.
 */
typedef struct {
    guint failures;
    gint64 online_since; /* monotonic, microseconds; 0: not online */
} MsgrXmppBackoff;

void msgr_xmpp_backoff_online(MsgrXmppBackoff *self, gint64 now);
guint msgr_xmpp_backoff_next(MsgrXmppBackoff *self, gint64 now, double random);
void msgr_xmpp_backoff_reset(MsgrXmppBackoff *self);

G_END_DECLS
