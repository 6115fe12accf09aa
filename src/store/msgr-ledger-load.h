/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files that load the ledger share.
 */
#pragma once

#include "msgr-ledger-private.h"
#include "msgr-ledger-row.h"

G_BEGIN_DECLS

/**
 * MsgrLoad:
 * @sides: reads one side of a session
 * @rejects: rows that make no sense
 */
typedef struct {
    MsgrLedger *ledger;
    MsgrModel *model;
    sqlite3_stmt *sides;
    GArray *rejects;
} MsgrLoad;

gboolean msgr_load_check_name(const char *name, GError **error);
gboolean msgr_load_check_owner(const char *id, GError **error);
MsgrUser *msgr_load_get_user(MsgrLoad *self, MsgrRow *row);
gpointer msgr_load_finish(MsgrRow *row, gpointer record);
gpointer msgr_load_session(MsgrLoad *self, MsgrRow *row);

G_END_DECLS
