/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One answer to one invitation, from the click to what the service says of it.
 */
#pragma once

#include "msgr-agent-consent.h"
#include "msgr-agent-service.h"

G_BEGIN_DECLS

/* @error: (nullable): why it was not given. */
typedef void (*MsgrAgentAnswered)(const char *session, const GError *error, gpointer data);

void msgr_agent_answer_accept(MsgrAgentService *service, MsgrAgentConsent *consent,
                              const char *session, const char *token, MsgrAgentAnswered answered,
                              gpointer data);
void msgr_agent_answer_decline(MsgrAgentService *service, const char *session,
                               MsgrAgentAnswered answered, gpointer data);
gboolean msgr_agent_answer_keeps_invitation(const GError *error);

G_END_DECLS
