/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-notifier.h"
#include "msgr-agent-service.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentOffers MsgrAgentOffers;

/**
 * MsgrAgentOffers:
 *
 * Pages that the user may open: where a missing application can be had, and what an alert is about.
 * None is opened without a click.
 */
MsgrAgentOffers *msgr_agent_offers_new(MsgrAgentService *service, MsgrAgentNotifier *notifier);
void msgr_agent_offers_free(MsgrAgentOffers *self);

void msgr_agent_offers_download(MsgrAgentOffers *self, const char *session, const char *name,
                                const char *url, GDBusMethodInvocation *invocation);
void msgr_agent_offers_withdraw(MsgrAgentOffers *self, const char *session);
void msgr_agent_offers_withdraw_all(MsgrAgentOffers *self);
void msgr_agent_offers_alert(MsgrAgentOffers *self, GVariant *details);

void msgr_agent_offers_open(MsgrAgentOffers *self, const char *id, const char *url,
                            const char *token);
void msgr_agent_offers_put_away(MsgrAgentOffers *self, const char *id);

G_END_DECLS
