/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-outcome.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentAccounts MsgrAgentAccounts;

/**
 * MsgrAgentAccounts:
 *
 * The user's services that can't be signed in to, and are not tried again by themselves: shown with
 * the reason, and tried again when a button is clicked.
 */
MsgrAgentAccounts *msgr_agent_accounts_new(MsgrAgentService *service, MsgrAgentNotifier *notifier,
                                           MsgrAgentOutcome *outcome);
void msgr_agent_accounts_free(MsgrAgentAccounts *self);
void msgr_agent_accounts_show(MsgrAgentAccounts *self, const char *service_id, GVariant *details);
void msgr_agent_accounts_withdraw(MsgrAgentAccounts *self, const char *service_id);
void msgr_agent_accounts_withdraw_all(MsgrAgentAccounts *self);
void msgr_agent_accounts_sign_in(MsgrAgentAccounts *self, const char *service_id);

G_END_DECLS
