/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MsgrAgentQuestion:
 * @asker: to whom the answer goes, and who outlives it
 * @about: what it is about: by the time of the answer that may be gone
 * @text: (nullable): what else the answer needs
 *
 * A question to the service that is on its way.
 */
typedef struct {
    gpointer asker;
    char *about;
    char *text;
} MsgrAgentQuestion;

MsgrAgentQuestion *msgr_agent_question_new(gpointer asker, const char *about, const char *text);
void msgr_agent_question_free(MsgrAgentQuestion *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrAgentQuestion, msgr_agent_question_free)

G_END_DECLS
