/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-notice.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentNotifier MsgrAgentNotifier;

/* A button was clicked: @action with its target, and the desktop's token or NULL. */
typedef void (*MsgrAgentClicked)(const char *action, GVariant *target, const char *token,
                                 gpointer data);

/**
 * MsgrAgentNotifier:
 *
 * Shows notices, by whichever notification server there is: the desktop's own way
 * (org.gtk.Notifications, by GNotification), which starts the agent for a button if it has to, else
 * org.freedesktop.Notifications. What is to be shown is kept, and shown again when another server
 * has come. Without one it waits.
 */
MsgrAgentNotifier *msgr_agent_notifier_new(GApplication *application, MsgrAgentClicked clicked,
                                           gpointer data);
void msgr_agent_notifier_free(MsgrAgentNotifier *self);
void msgr_agent_notifier_show(MsgrAgentNotifier *self, MsgrAgentNotice *notice);
void msgr_agent_notifier_withdraw(MsgrAgentNotifier *self, const char *id);
void msgr_agent_notifier_retain(MsgrAgentNotifier *self, const char *prefix, GHashTable *ids);
void msgr_agent_notifier_leave(MsgrAgentNotifier *self);

G_END_DECLS
