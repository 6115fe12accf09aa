/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The environment of what the agent starts: the user's own, without what concerns the agent alone.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char **msgr_agent_environment_new(const char *const *own, const char *token, const char *session);
void msgr_agent_environment_clean_context(GAppLaunchContext *context, const char *token);

G_END_DECLS
