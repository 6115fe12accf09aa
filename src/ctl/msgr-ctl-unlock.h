/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unlocking one of the service's two lockable objects.
 */
#pragma once

#include "msgr-ctl-bus.h"
#include "msgr-ctl-key-file.h"

G_BEGIN_DECLS

void msgr_ctl_unlock_async(MsgrCtlBus *bus, const char *path, const MsgrCtlKeyFile *key,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean msgr_ctl_unlock_finish(GAsyncResult *result, GError **error);
gboolean msgr_ctl_unlock(MsgrCtlBus *bus, const char *path, const MsgrCtlKeyFile *key,
                         GError **error);

G_END_DECLS
