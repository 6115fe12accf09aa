/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What can be said of a program's path from here. */
typedef enum {
    MSGR_PATH_FINE,
    MSGR_PATH_UNKNOWN, /* in a place that the service can't see */
    MSGR_PATH_MISSING,
    MSGR_PATH_NOT_A_PROGRAM,
} MsgrPathVerdict;

typedef void (*MsgrPathsChecked)(const MsgrPathVerdict *verdicts, guint n, gpointer data);

void msgr_path_check(const char *const *paths, MsgrPathsChecked checked, gpointer data);
MsgrPathVerdict msgr_path_judge(const char *path);

G_END_DECLS
