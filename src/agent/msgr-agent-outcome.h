/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-notifier.h"
#include "msgr-agent-service.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentOutcome MsgrAgentOutcome;

/* Returns: (nullable) (transfer full): why what was launched here for that session failed. */
typedef char *(*MsgrAgentFailure)(const char *session, gpointer data);

/**
 * MsgrAgentOutcome:
 *
 * Says what became of an invitation, where it is not what the user wanted: it couldn't be answered
 * any more, or nothing was started.
 */
MsgrAgentOutcome *msgr_agent_outcome_new(MsgrAgentService *service, MsgrAgentNotifier *notifier,
                                         MsgrAgentFailure failure, gpointer data);
void msgr_agent_outcome_free(MsgrAgentOutcome *self);
void msgr_agent_outcome_not_answered(MsgrAgentOutcome *self, const char *session,
                                     const GError *error);
void msgr_agent_outcome_say(MsgrAgentOutcome *self, const char *session, const char *title,
                            const char *body);

G_END_DECLS
