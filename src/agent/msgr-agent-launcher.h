/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-consent.h"
#include "msgr-agent-service.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentLauncher MsgrAgentLauncher;

/**
 * MsgrAgentLauncher:
 *
 * Launches applications for sessions, one process for each, and tells the service how they end.
 */
MsgrAgentLauncher *msgr_agent_launcher_new(MsgrAgentService *service, MsgrAgentConsent *consent,
                                           GDBusConnection *session_bus);
void msgr_agent_launcher_free(MsgrAgentLauncher *self);
void msgr_agent_launcher_launch(MsgrAgentLauncher *self, const char *session, GVariant *application,
                                GDBusMethodInvocation *invocation);
char *msgr_agent_launcher_take_failure(const char *session, gpointer launcher);

G_END_DECLS
