/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-question.h"

MsgrAgentQuestion *
msgr_agent_question_new(gpointer asker, const char *about, const char *text)
{
    MsgrAgentQuestion *self = g_new0(MsgrAgentQuestion, 1);

    self->asker = asker;
    self->about = g_strdup(about);
    self->text = g_strdup(text);
    return self;
}

void
msgr_agent_question_free(MsgrAgentQuestion *self)
{
    g_free(self->about);
    g_free(self->text);
    g_free(self);
}
