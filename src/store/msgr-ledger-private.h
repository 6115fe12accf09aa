/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the ledger's own files share.
 */
#pragma once

#include "msgr-ledger-schema.h"
#include "msgr-ledger.h"

G_BEGIN_DECLS

struct _MsgrLedger {
    char *file; /* the database's path */
    int lock;   /* a file descriptor */
    sqlite3 *db;
    sqlite3_stmt *begin;
    sqlite3_stmt *end;
    sqlite3_stmt *undo;
    sqlite3_stmt *upsert[MSGR_N_TABLES];
    sqlite3_stmt *remove[MSGR_N_TABLES];
    guint8 secret[MSGR_SECRET_BYTES];
    char *failure;         /* why the transaction that is open can't be committed */
    gboolean forgets_keys; /* a key was deleted, of which the log still has a copy */
};

gboolean msgr_ledger_run(MsgrLedger *self, sqlite3_stmt *stmt);
gboolean msgr_ledger_begin(MsgrLedger *self);
gboolean msgr_ledger_end(MsgrLedger *self, GError **error);
void msgr_ledger_save(MsgrRecord *record, gboolean keep, gpointer ledger);

G_END_DECLS
