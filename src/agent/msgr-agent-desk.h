/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-service.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentDesk MsgrAgentDesk;

/**
 * MsgrAgentDesk:
 *
 * The agent's parts together: what the service asks for (org.msgr.Agent1) goes to the one that does
 * it, and so does what the user clicks.
 */
MsgrAgentDesk *msgr_agent_desk_new(GApplication *application, MsgrAgentService *service);
void msgr_agent_desk_free(MsgrAgentDesk *self);
void msgr_agent_desk_leave(MsgrAgentDesk *self);
void msgr_agent_desk_click(MsgrAgentDesk *self, const char *action, GVariant *target,
                           const char *token);

extern const char *const msgr_agent_desk_actions[][2];

G_END_DECLS
