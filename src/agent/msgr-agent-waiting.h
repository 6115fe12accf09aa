/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-notifier.h"
#include "msgr-agent-service.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentWaiting MsgrAgentWaiting;

/**
 * MsgrAgentWaitingKind:
 * @name: the kind of its notices
 * @path: with the next four: the call that asks the service what waits; @args as GVariant's text
 * @read: adds the ID of the notice of each that waits to the set @ids
 */
typedef struct {
    const char *name;
    const char *path;
    const char *iface;
    const char *method;
    const char *args;
    const char *reply_type;
    void (*read)(GVariant *reply, GHashTable *ids);
} MsgrAgentWaitingKind;

/**
 * MsgrAgentWaiting:
 *
 * What of one kind waits for the user's answer: each has a key, and a notice while it waits. When
 * the service or the agent was away, the service is asked, and what doesn't wait any more goes.
 */
MsgrAgentWaiting *msgr_agent_waiting_new(MsgrAgentService *service, MsgrAgentNotifier *notifier,
                                         const MsgrAgentWaitingKind *kind);
void msgr_agent_waiting_free(MsgrAgentWaiting *self);

void msgr_agent_waiting_add(MsgrAgentWaiting *self, const char *key, GVariant *details);
GVariant *msgr_agent_waiting_find(MsgrAgentWaiting *self, const char *key);
MsgrAgentNotice *msgr_agent_waiting_new_notice(MsgrAgentWaiting *self, const char *key,
                                               const char *title, const char *body);
void msgr_agent_waiting_show(MsgrAgentWaiting *self, const char *key, MsgrAgentNotice *notice,
                             const char *service_id);
void msgr_agent_waiting_withdraw(MsgrAgentWaiting *self, const char *key);
void msgr_agent_waiting_withdraw_all(MsgrAgentWaiting *self);

gboolean msgr_agent_waiting_begin_answer(MsgrAgentWaiting *self, const char *key);
void msgr_agent_waiting_end_answer(MsgrAgentWaiting *self, const char *key);

G_END_DECLS
