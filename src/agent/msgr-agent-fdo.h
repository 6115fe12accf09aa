/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-agent-notice.h"

G_BEGIN_DECLS

typedef struct _MsgrAgentFdo MsgrAgentFdo;

typedef struct {
    /* A button: @action is what msgr_agent_notice_add_button() made; @token may be NULL. */
    void (*clicked)(const char *action, const char *token, gpointer data);
    /* A person has closed the notice. */
    void (*dismissed)(const char *id, gpointer data);
    /* There is a server, another one than before. */
    void (*appeared)(gpointer data);
    /* There is none, and the bus can start none. */
    void (*failed)(const GError *error, gpointer data);
} MsgrAgentFdoCallbacks;

/**
 * MsgrAgentFdo:
 *
 * Notices by org.freedesktop.Notifications. GNotification speaks it as well, but forgets with the
 * process which number it had for what, and passes no activation token: buttons would die with the
 * agent, and what they open would stay in the background.
 */
MsgrAgentFdo *msgr_agent_fdo_new(GDBusConnection *connection,
                                 const MsgrAgentFdoCallbacks *callbacks, gpointer data);
void msgr_agent_fdo_free(MsgrAgentFdo *self);
void msgr_agent_fdo_show(MsgrAgentFdo *self, MsgrAgentNotice *notice);
void msgr_agent_fdo_withdraw(MsgrAgentFdo *self, const char *id);
void msgr_agent_fdo_retain(MsgrAgentFdo *self, const char *prefix, GHashTable *ids);

G_END_DECLS
