/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-notes.h"

#include <errno.h>
#include <glib/gstdio.h>

/**
 * msgr_agent_notes_new:
 * @name: the file's, in the folder msgr of the user's runtime directory
 *
 * Returns: what an earlier agent has left there, if anything.
 */
MsgrAgentNotes *
msgr_agent_notes_new(const char *name)
{
    MsgrAgentNotes *self = g_new0(MsgrAgentNotes, 1);

    self->path = g_build_filename(g_get_user_runtime_dir(), "msgr", name, NULL);
    self->file = g_key_file_new();
    g_key_file_load_from_file(self->file, self->path, G_KEY_FILE_NONE, NULL);
    return self;
}

void
msgr_agent_notes_free(MsgrAgentNotes *self)
{
    g_free(self->path);
    g_key_file_unref(self->file);
    g_free(self);
}

/**
 * msgr_agent_notes_save:
 *
 * If it can't be saved, only the next agent misses it.
 */
void
msgr_agent_notes_save(MsgrAgentNotes *self)
{
    g_autofree char *folder = g_path_get_dirname(self->path);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize length;

    text = g_key_file_to_data(self->file, &length, NULL);
    if (g_mkdir_with_parents(folder, 0700) == 0 &&
        g_file_set_contents_full(self->path, text, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT,
                                 0600, &error))
        return;
    g_info("%s can't be written: %s", self->path,
           error != NULL ? error->message : g_strerror(errno));
}
