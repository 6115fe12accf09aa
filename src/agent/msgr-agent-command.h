/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gdesktopappinfo.h>

G_BEGIN_DECLS

/**
 * MsgrAgentCommand:
 *
 * What is executed for an application: nothing of it comes from another person.
 */
typedef struct {
    char **argv;   /* the first is an absolute path */
    char *folder;  /* where it is started; NULL: at home */
    char *app_id;  /* for the name of its scope */
    char *comment; /* the application's name */
} MsgrAgentCommand;

MsgrAgentCommand *msgr_agent_command_new_for_path(const char *path, const char *name,
                                                  GError **error);
MsgrAgentCommand *msgr_agent_command_new_for_desktop(GDesktopAppInfo *info, GError **error);
void msgr_agent_command_free(MsgrAgentCommand *self);
char **msgr_agent_command_expand(const char *exec, const char *name, const char *icon,
                                 const char *file, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrAgentCommand, msgr_agent_command_free)

G_END_DECLS
