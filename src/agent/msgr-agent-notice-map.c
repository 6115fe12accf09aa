/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-notice-map.h"

#include "msgr-agent-notes.h"

#define SERVER_GROUP  "Server"
#define NUMBERS_GROUP "Notices"

struct _MsgrAgentNoticeMap {
    MsgrAgentNotes *notes;
};

MsgrAgentNoticeMap *
msgr_agent_notice_map_new(void)
{
    MsgrAgentNoticeMap *self = g_new0(MsgrAgentNoticeMap, 1);

    self->notes = msgr_agent_notes_new("notices");
    return self;
}

void
msgr_agent_notice_map_free(MsgrAgentNoticeMap *self)
{
    msgr_agent_notes_free(self->notes);
    g_free(self);
}

/**
 * msgr_agent_notice_map_set_server:
 * @server: a name that no other server has or had
 *
 * Forgets the numbers of every other server.
 */
void
msgr_agent_notice_map_set_server(MsgrAgentNoticeMap *self, const char *server)
{
    g_autofree char *old = g_key_file_get_string(self->notes->file, SERVER_GROUP, "Name", NULL);

    if (g_strcmp0(old, server) == 0)
        return;
    g_key_file_remove_group(self->notes->file, NUMBERS_GROUP, NULL);
    g_key_file_set_string(self->notes->file, SERVER_GROUP, "Name", server);
    msgr_agent_notes_save(self->notes);
}

/**
 * msgr_agent_notice_map_get:
 *
 * Returns: the notice's number, 0 if it has none.
 */
guint32
msgr_agent_notice_map_get(MsgrAgentNoticeMap *self, const char *id)
{
    guint64 number = g_key_file_get_uint64(self->notes->file, NUMBERS_GROUP, id, NULL);

    return number <= G_MAXUINT32 ? (guint32)number : 0;
}

/**
 * msgr_agent_notice_map_list:
 *
 * Returns: (nullable) (transfer full): the IDs of the notices that have a number.
 */
char **
msgr_agent_notice_map_list(MsgrAgentNoticeMap *self)
{
    return g_key_file_get_keys(self->notes->file, NUMBERS_GROUP, NULL, NULL);
}

/**
 * msgr_agent_notice_map_find:
 *
 * Returns: (nullable) (transfer full): the ID of the notice with this number.
 */
char *
msgr_agent_notice_map_find(MsgrAgentNoticeMap *self, guint32 number)
{
    g_auto(GStrv) ids = msgr_agent_notice_map_list(self);

    for (char **id = ids; id != NULL && *id != NULL; id++) {
        if (msgr_agent_notice_map_get(self, *id) == number)
            return g_strdup(*id);
    }
    return NULL;
}

/**
 * msgr_agent_notice_map_put:
 * @number: 0: the notice doesn't show any more
 */
void
msgr_agent_notice_map_put(MsgrAgentNoticeMap *self, const char *id, guint32 number)
{
    if (msgr_agent_notice_map_get(self, id) == number)
        return;
    if (number == 0)
        g_key_file_remove_key(self->notes->file, NUMBERS_GROUP, id, NULL);
    else
        g_key_file_set_uint64(self->notes->file, NUMBERS_GROUP, id, number);
    msgr_agent_notes_save(self->notes);
}
