/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-service.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentChooser MsgrAgentChooser;

/**
 * MsgrAgentChooser:
 *
 * Has the user choose a contact, in a window of another process (msgr-choose): a toolkit has no
 * place in a process that stays. The two talk in lines of JSON:
 *
 * to the window: `{"application": ..., "host": ...}` once; `{"contacts": [{"path", "name",
 * "signin", "service", "status"}]}` whenever they change; `{"error": ...}` when a typed name is
 * nobody's;
 *
 * from it: `{"contact": path}` or `{"name": ..., "service": ...}`. Its end without is a no.
 */
MsgrAgentChooser *msgr_agent_chooser_new(MsgrAgentService *service);
void msgr_agent_chooser_free(MsgrAgentChooser *self);
void msgr_agent_chooser_choose(MsgrAgentChooser *self, const char *session, GVariant *details,
                               GDBusMethodInvocation *invocation);
void msgr_agent_chooser_withdraw(MsgrAgentChooser *self, const char *session);
void msgr_agent_chooser_withdraw_all(MsgrAgentChooser *self);

G_END_DECLS
