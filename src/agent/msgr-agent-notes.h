/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an agent leaves for the next one of the same login: a small file that nobody else can read,
 * gone with the login.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MsgrAgentNotes:
 * @file: what is noted; saved by msgr_agent_notes_save()
 */
typedef struct {
    char *path;
    GKeyFile *file;
} MsgrAgentNotes;

MsgrAgentNotes *msgr_agent_notes_new(const char *name);
void msgr_agent_notes_free(MsgrAgentNotes *self);
void msgr_agent_notes_save(MsgrAgentNotes *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrAgentNotes, msgr_agent_notes_free)

G_END_DECLS
