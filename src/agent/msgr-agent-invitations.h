/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-consent.h"
#include "msgr-agent-outcome.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentInvitations MsgrAgentInvitations;

/**
 * MsgrAgentInvitations:
 *
 * The invitations that wait for the user: shown, taken away when they don't hold any more, and
 * answered when a button is clicked, also if another process has shown them.
 */
MsgrAgentInvitations *msgr_agent_invitations_new(MsgrAgentService *service,
                                                 MsgrAgentNotifier *notifier,
                                                 MsgrAgentConsent *consent,
                                                 MsgrAgentOutcome *outcome);
void msgr_agent_invitations_free(MsgrAgentInvitations *self);
void msgr_agent_invitations_show(MsgrAgentInvitations *self, const char *session,
                                 GVariant *details);
void msgr_agent_invitations_withdraw(MsgrAgentInvitations *self, const char *session);
void msgr_agent_invitations_withdraw_all(MsgrAgentInvitations *self);
void msgr_agent_invitations_accept(MsgrAgentInvitations *self, const char *session,
                                   const char *token);
void msgr_agent_invitations_decline(MsgrAgentInvitations *self, const char *session);

G_END_DECLS
