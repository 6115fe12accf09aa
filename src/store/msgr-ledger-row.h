/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A row of the database, read or written column by column.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * MsgrRow:
 * @stmt: reading, it stands on the row; writing, it takes the row's values
 * @next: the column or parameter that comes next
 * @sane: FALSE once a column held what it can't
 *
 * Each function goes on by one column.
 */
typedef struct {
    sqlite3_stmt *stmt;
    int next;
    gboolean sane;
} MsgrRow;

/* One of those of msgr-text.h. */
typedef gboolean (*MsgrTextCheck)(const char *text, GError **error);

MsgrRow msgr_row_reader(sqlite3_stmt *stmt, int first);
void msgr_row_refuse(MsgrRow *self);
gboolean msgr_row_is_null(MsgrRow *self);
gint64 msgr_row_get_int(MsgrRow *self, gint64 min, gint64 max);
gboolean msgr_row_get_boolean(MsgrRow *self);
gint64 msgr_row_get_time(MsgrRow *self);
const char *msgr_row_get_text(MsgrRow *self, MsgrTextCheck check);
const char *msgr_row_get_text_or_null(MsgrRow *self, MsgrTextCheck check);
char **msgr_row_get_list(MsgrRow *self, MsgrTextCheck check);

MsgrRow msgr_row_writer(sqlite3_stmt *stmt);
void msgr_row_put_int(MsgrRow *self, gint64 value);
void msgr_row_put_null(MsgrRow *self);
void msgr_row_put_text(MsgrRow *self, const char *text);
void msgr_row_put_owned_text(MsgrRow *self, char *text);
void msgr_row_put_list(MsgrRow *self, char *const *list);

G_END_DECLS
