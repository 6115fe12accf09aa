/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the ledger's database looks like.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

typedef enum {
    MSGR_TABLE_USER,
    MSGR_TABLE_USER_KEY,
    MSGR_TABLE_APPLICATION,
    MSGR_TABLE_POLICY,
    MSGR_TABLE_ACCOUNT,
    MSGR_TABLE_CONTACT,
    MSGR_TABLE_ALERT,
    MSGR_TABLE_SESSION,
    MSGR_TABLE_SIDE,
    MSGR_N_TABLES
} MsgrTableId;

/**
 * MsgrTable:
 * @name: its name
 * @n_keys: how many of @columns, the first ones, are the primary key
 * @columns: in the order in which they are written and read; a NULL ends them
 */
typedef struct {
    const char *name;
    guint n_keys;
    const char *columns[24];
} MsgrTable;

/* What there is to be said of a database when it is opened. */
typedef enum {
    MSGR_VERDICT_FINE,
    MSGR_VERDICT_DAMAGED, /* or somebody else's */
    MSGR_VERDICT_FUTURE,  /* written by a later version of the service */
    MSGR_VERDICT_FAILED,  /* the system's fault: nothing can be said */
} MsgrVerdict;

const MsgrTable *msgr_table(MsgrTableId id);
char *msgr_table_upsert_sql(const MsgrTable *self);
char *msgr_table_delete_sql(const MsgrTable *self);
char *msgr_table_select_sql(const MsgrTable *self);
char *msgr_table_select_one_sql(const MsgrTable *self);

MsgrVerdict msgr_schema_verdict(sqlite3 *db, int result, char **why);
MsgrVerdict msgr_schema_open(sqlite3 *db, char **why);

G_END_DECLS
