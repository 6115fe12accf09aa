/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The directory that the ledger's files are in.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int msgr_ledger_dir_lock(const char *dir, GError **error);
gboolean msgr_ledger_dir_prepare(const char *file, gboolean *is_headless, GError **error);
char *msgr_ledger_dir_new_aside(const char *file, const char *why, GError **error);
char *msgr_ledger_dir_set_aside(const char *file, const char *why, GError **error);

G_END_DECLS
