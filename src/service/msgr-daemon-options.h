/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MsgrDaemonOptions:
 *
 * What the command line and the environment say, with the defaults filled in.
 */
typedef struct {
    gboolean session;
    char *address; /* NULL: the system bus, or with @session the session bus */
    char *config_file;
    char **config_drop_ins; /* weakest first */
    char **keys_dirs;       /* weakest first */
    char **apps_dirs;       /* weakest first */
    char **users_dirs;      /* weakest first */
    char *state_dir;
    gboolean replace;
    gboolean verbose;
    gboolean version;
} MsgrDaemonOptions;

MsgrDaemonOptions *msgr_daemon_options_parse(int *argc, char ***argv, GError **error);
void msgr_daemon_options_free(MsgrDaemonOptions *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrDaemonOptions, msgr_daemon_options_free)

G_END_DECLS
