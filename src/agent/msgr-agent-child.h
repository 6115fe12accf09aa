/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-command.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentChild MsgrAgentChild;

/* @error: (nullable): why the program could not be executed. */
typedef void (*MsgrAgentExecuted)(const GError *error, gpointer data);

/**
 * MsgrAgentChild:
 *
 * A process of the agent's that waits at a gate before it becomes the program: until then it can be
 * put where it belongs, together with all that it will start.
 */
struct _MsgrAgentChild {
    GPid pid;
    int pidfd; /* taken before anybody can reap it, so that it never means another process */
    int gate;  /* to let it go */
    int report;
    guint source;
    MsgrAgentExecuted executed;
    gpointer data;
};

MsgrAgentChild *msgr_agent_child_new(const MsgrAgentCommand *command, char **environment,
                                     GError **error);
void msgr_agent_child_free(MsgrAgentChild *self);
void msgr_agent_child_release(MsgrAgentChild *self, MsgrAgentExecuted executed, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrAgentChild, msgr_agent_child_free)

G_END_DECLS
