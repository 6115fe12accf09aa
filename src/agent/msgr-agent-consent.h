/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-notifier.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentConsent MsgrAgentConsent;

typedef void (*MsgrAgentDecided)(gboolean may_run, gpointer data);

/**
 * MsgrAgentConsent:
 *
 * Whether the user lets programs run that other programs have registered, outside of where packages
 * install theirs. Asked once for each file: a file that was changed is another one. What was
 * decided lasts.
 */
MsgrAgentConsent *msgr_agent_consent_new(MsgrAgentNotifier *notifier);
void msgr_agent_consent_free(MsgrAgentConsent *self);

gboolean msgr_agent_consent_needs(GVariant *application);
void msgr_agent_consent_ask(MsgrAgentConsent *self, GVariant *application, gboolean again,
                            MsgrAgentDecided decided, gpointer data);
void msgr_agent_consent_cancel(MsgrAgentConsent *self, gpointer data);
void msgr_agent_consent_show_again(MsgrAgentConsent *self);
void msgr_agent_consent_decide(MsgrAgentConsent *self, const char *key, const char *path,
                               gboolean may_run);

G_END_DECLS
