/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _MsgrAgentProcesses MsgrAgentProcesses;

/**
 * MsgrAgentProcesses:
 *
 * Which process was launched for which session, noted in the runtime directory: an agent that was
 * restarted doesn't launch a second one.
 */
MsgrAgentProcesses *msgr_agent_processes_new(void);
void msgr_agent_processes_free(MsgrAgentProcesses *self);
void msgr_agent_processes_put(MsgrAgentProcesses *self, const char *session, GPid pid);
void msgr_agent_processes_remove(MsgrAgentProcesses *self, const char *session);
int msgr_agent_processes_open(MsgrAgentProcesses *self, const char *session, GPid *pid);

G_END_DECLS
