/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MsgrXmppTarget:
 *
 * Where a connection may be made to: an IP address, so that nobody has to look anything up.
 */
typedef struct {
    char *address;
    guint16 port;
    gboolean direct_tls;
} MsgrXmppTarget;

void msgr_xmpp_resolve_async(const char *domain, const char *host, guint16 port,
                             gboolean direct_tls, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);
GPtrArray *msgr_xmpp_resolve_finish(GAsyncResult *result, GError **error);

G_END_DECLS
