/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-outcome.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentRequests MsgrAgentRequests;

/**
 * MsgrAgentRequests:
 *
 * Who asks to see the user's status, at services beyond this machine: shown, taken away when they
 * don't ask any more, and answered when a button is clicked, also if another process has shown
 * them.
 */
MsgrAgentRequests *msgr_agent_requests_new(MsgrAgentService *service, MsgrAgentNotifier *notifier,
                                           MsgrAgentOutcome *outcome);
void msgr_agent_requests_free(MsgrAgentRequests *self);
void msgr_agent_requests_show(MsgrAgentRequests *self, const char *service_id,
                              const char *signin_name, GVariant *details);
void msgr_agent_requests_withdraw(MsgrAgentRequests *self, const char *service_id,
                                  const char *signin_name);
void msgr_agent_requests_withdraw_all(MsgrAgentRequests *self);
void msgr_agent_requests_answer(MsgrAgentRequests *self, const char *service_id,
                                const char *signin_name, gboolean accept);

G_END_DECLS
