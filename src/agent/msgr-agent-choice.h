/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _MsgrAgentChoice MsgrAgentChoice;

/* Each may free the choice. */
typedef struct {
    void (*contact)(const char *path, gpointer data);
    void (*name)(const char *name, const char *service, gpointer data);
    void (*closed)(gpointer data);
} MsgrAgentChoiceCallbacks;

/**
 * MsgrAgentChoice:
 *
 * One window of msgr-choose: the process, and the lines from and to it.
 */
MsgrAgentChoice *msgr_agent_choice_new(const char *application, const char *host, const char *token,
                                       const MsgrAgentChoiceCallbacks *callbacks, gpointer data,
                                       GError **error);
void msgr_agent_choice_free(MsgrAgentChoice *self);
void msgr_agent_choice_set_contacts(MsgrAgentChoice *self, GVariant *contacts);
void msgr_agent_choice_set_error(MsgrAgentChoice *self, const char *text);

G_END_DECLS
