/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _MsgrAgentDecisions MsgrAgentDecisions;

typedef enum {
    MSGR_DECISION_NONE,
    MSGR_DECISION_RUN,
    MSGR_DECISION_REFUSE,
} MsgrDecision;

/**
 * MsgrAgentDecisions:
 *
 * What the user has decided about programs, in $XDG_STATE_HOME/msgr/programs.json, which nobody
 * else can read. A key stands for a path and the file that is there.
 */
MsgrAgentDecisions *msgr_agent_decisions_new(void);
void msgr_agent_decisions_free(MsgrAgentDecisions *self);
char *msgr_agent_decisions_key(const char *path);
MsgrDecision msgr_agent_decisions_get(MsgrAgentDecisions *self, const char *key);
void msgr_agent_decisions_put(MsgrAgentDecisions *self, const char *key, const char *path,
                              MsgrDecision decision);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrAgentDecisions, msgr_agent_decisions_free)

G_END_DECLS
