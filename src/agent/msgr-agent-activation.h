/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Applications that the bus starts: org.freedesktop.Application of the desktop entry specification.
 */
#pragma once

#include <gio/gdesktopappinfo.h>

G_BEGIN_DECLS

/* @error: (nullable): why it could not be activated. */
typedef void (*MsgrAgentActivated)(const GError *error, gpointer data);

char *msgr_agent_activation_path(const char *name);
void msgr_agent_activation_start(GDBusConnection *connection, GDesktopAppInfo *info,
                                 const char *token, MsgrAgentActivated activated, gpointer data);

G_END_DECLS
