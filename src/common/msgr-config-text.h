/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A configuration file as GKeyFile reads it, with the lines that GKeyFile doesn't tell.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MsgrConfigText:
 * @keys: what could be read of it
 * @is_whole: %FALSE if that is not all
 */
typedef struct {
    char *path;
    char *text;
    guint lines_before; /* which @text has before the file's first */
    GKeyFile *keys;
    gboolean is_whole;
    GPtrArray *problems; /* (nullable): of texts */
} MsgrConfigText;

MsgrConfigText *msgr_config_text_new(const char *path, const char *text, const char *group,
                                     GPtrArray *problems);
void msgr_config_text_free(MsgrConfigText *self);
guint msgr_config_text_line(const MsgrConfigText *self, const char *group, const char *key);
char **msgr_config_text_keys(const MsgrConfigText *self, const char *group);
void msgr_config_text_problem(const MsgrConfigText *self, guint line, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void msgr_config_problem(GPtrArray *problems, const char *path, guint line, const char *what);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrConfigText, msgr_config_text_free)

G_END_DECLS
