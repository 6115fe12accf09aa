/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-ctl-output.h"

G_BEGIN_DECLS

/**
 * MsgrCtlTable:
 *
 * Rows of texts, printed in columns.
 */
typedef struct _MsgrCtlTable MsgrCtlTable;

MsgrCtlTable *msgr_ctl_table_new(guint n_columns, ...);
void msgr_ctl_table_free(MsgrCtlTable *self);
void msgr_ctl_table_add(MsgrCtlTable *self, const char *const *cells);
void msgr_ctl_table_style(MsgrCtlTable *self, guint column, MsgrCtlStyle style);
char *msgr_ctl_table_render(MsgrCtlTable *self, const MsgrCtlOutput *output);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrCtlTable, msgr_ctl_table_free)

G_END_DECLS
