/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the user is, as far as it decides whether they are interrupted.
 */
#pragma once

#include "msgr-agent-notice.h"
#include "msgr-agent-service.h"

G_BEGIN_DECLS

void msgr_agent_status_ask(MsgrAgentService *service, GAsyncReadyCallback callback, gpointer data);
MsgrUrgency msgr_agent_status_finish(GAsyncResult *result, const char *service_id,
                                     MsgrUrgency usual);

G_END_DECLS
