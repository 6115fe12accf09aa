/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _MsgrAgentNoticeMap MsgrAgentNoticeMap;

/**
 * MsgrAgentNoticeMap:
 *
 * Which number a notification server has given to which notice. It is kept in the runtime
 * directory, so that an agent that was restarted replaces what shows already, and takes away what
 * doesn't hold any more. Numbers mean something to one server only.
 */
MsgrAgentNoticeMap *msgr_agent_notice_map_new(void);
void msgr_agent_notice_map_free(MsgrAgentNoticeMap *self);
void msgr_agent_notice_map_set_server(MsgrAgentNoticeMap *self, const char *server);
guint32 msgr_agent_notice_map_get(MsgrAgentNoticeMap *self, const char *id);
char *msgr_agent_notice_map_find(MsgrAgentNoticeMap *self, guint32 number);
void msgr_agent_notice_map_put(MsgrAgentNoticeMap *self, const char *id, guint32 number);
char **msgr_agent_notice_map_list(MsgrAgentNoticeMap *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrAgentNoticeMap, msgr_agent_notice_map_free)

G_END_DECLS
