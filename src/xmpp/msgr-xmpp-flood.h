/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MsgrXmppFlood:
 *
 * A bucket of tokens for each sender: as many at once, and as many a minute from then on.
 */
typedef struct _MsgrXmppFlood MsgrXmppFlood;

MsgrXmppFlood *msgr_xmpp_flood_new(guint burst, guint per_minute);
void msgr_xmpp_flood_free(MsgrXmppFlood *self);
gboolean msgr_xmpp_flood_admit(MsgrXmppFlood *self, const char *sender, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppFlood, msgr_xmpp_flood_free)

G_END_DECLS
