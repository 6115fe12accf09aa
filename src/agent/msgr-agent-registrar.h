/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-service.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentRegistrar MsgrAgentRegistrar;

/**
 * MsgrAgentRegistrar:
 *
 * Registers the applications whose desktop files name themselves to the service (X-Msgr-Guid,
 * X-Msgr-AppId, X-Msgr-Url), as long as they are there. What it has registered the service
 * remembers, so that nothing is kept here.
 */
MsgrAgentRegistrar *msgr_agent_registrar_new(MsgrAgentService *service);
void msgr_agent_registrar_free(MsgrAgentRegistrar *self);
void msgr_agent_registrar_sync(MsgrAgentRegistrar *self);

G_END_DECLS
