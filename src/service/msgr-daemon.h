/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

#include "msgr-daemon-options.h"

G_BEGIN_DECLS

typedef struct _MsgrDaemon MsgrDaemon;

MsgrDaemon *msgr_daemon_new(const MsgrDaemonOptions *options, GError **error);
int msgr_daemon_run(MsgrDaemon *self);
void msgr_daemon_free(MsgrDaemon *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrDaemon, msgr_daemon_free)

G_END_DECLS
