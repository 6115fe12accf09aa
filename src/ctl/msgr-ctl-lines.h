/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MsgrCtlLines:
 *
 * The lines of standard input, one when it is asked for.
 */
typedef struct _MsgrCtlLines MsgrCtlLines;

MsgrCtlLines *msgr_ctl_lines_new(void (*line)(const char *line, gpointer data),
                                 void (*end)(gpointer data), gpointer data);
void msgr_ctl_lines_free(MsgrCtlLines *self);
void msgr_ctl_lines_next(MsgrCtlLines *self);
gboolean msgr_ctl_lines_from_terminal(void);

G_END_DECLS
