/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Scopes of systemd's user manager: each application in one of its own, as a desktop does it, so
 * that it doesn't die with the agent, and can be told apart by its cgroup.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef void (*MsgrAgentScoped)(gpointer data);

char *msgr_agent_scope_name(const char *app_id);
void msgr_agent_scope_start(GDBusConnection *connection, const char *app_id,
                            const char *description, GPid pid, MsgrAgentScoped scoped,
                            gpointer data);

G_END_DECLS
