/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A row of the database, read or written column by column. What is read is not believed: a file can
 * be damaged in ways that no check of the database finds.
 */
#include "msgr-ledger-row.h"

#include "msgr-limits.h"

/**
 * msgr_row_reader:
 * @stmt: stands on a row
 * @first: the first column that is read
 */
MsgrRow
msgr_row_reader(sqlite3_stmt *stmt, int first)
{
    return (MsgrRow){ stmt, first, TRUE };
}

/**
 * msgr_row_refuse:
 *
 * What the row says makes no sense.
 */
void
msgr_row_refuse(MsgrRow *self)
{
    self->sane = FALSE;
}

/**
 * msgr_row_is_null:
 *
 * Returns: whether the next column is NULL. Stays there.
 */
gboolean
msgr_row_is_null(MsgrRow *self)
{
    return sqlite3_column_type(self->stmt, self->next) == SQLITE_NULL;
}

/**
 * msgr_row_get_int:
 *
 * Returns: a whole number between @min and @max; @min if it is none.
 */
gint64
msgr_row_get_int(MsgrRow *self, gint64 min, gint64 max)
{
    const int column = self->next++;

    if (sqlite3_column_type(self->stmt, column) == SQLITE_INTEGER) {
        gint64 value = sqlite3_column_int64(self->stmt, column);

        if (value >= min && value <= max)
            return value;
    }
    msgr_row_refuse(self);
    return min;
}

gboolean
msgr_row_get_boolean(MsgrRow *self)
{
    return msgr_row_get_int(self, FALSE, TRUE) != 0;
}

/**
 * msgr_row_get_time:
 *
 * Returns: microseconds since the epoch, so few that they can be added without care.
 */
gint64
msgr_row_get_time(MsgrRow *self)
{
    return msgr_row_get_int(self, 0, MSGR_LATEST_TIME);
}

static const char *
text_of(sqlite3_stmt *stmt, int column)
{
    const char *text;
    int length;

    if (sqlite3_column_type(stmt, column) != SQLITE_TEXT)
        return NULL;
    text = (const char *)sqlite3_column_text(stmt, column);
    length = sqlite3_column_bytes(stmt, column);
    /* with its length given, a text with a NUL in it is none */
    return text != NULL && g_utf8_validate(text, length, NULL) ? text : NULL;
}

/**
 * msgr_row_get_text:
 * @check: (nullable): what it has to look like, beside being UTF-8
 *
 * Returns: (transfer none): a text, as long as the statement stands on the row; "" if it is none.
 */
const char *
msgr_row_get_text(MsgrRow *self, MsgrTextCheck check)
{
    const char *text = text_of(self->stmt, self->next++);

    if (text != NULL && (check == NULL || check(text, NULL)))
        return text;
    msgr_row_refuse(self);
    return "";
}

const char *
msgr_row_get_text_or_null(MsgrRow *self, MsgrTextCheck check)
{
    if (!msgr_row_is_null(self))
        return msgr_row_get_text(self, check);
    self->next++;
    return NULL;
}

/**
 * msgr_row_get_list:
 * @check: what each text in it has to look like
 *
 * Returns: (nullable) (transfer full): what msgr_row_put_list() put.
 */
char **
msgr_row_get_list(MsgrRow *self, MsgrTextCheck check)
{
    const char *text = msgr_row_get_text_or_null(self, NULL);
    char **list = text == NULL ? NULL : g_strsplit(text, "\n", -1);

    for (gsize i = 0; list != NULL && list[i] != NULL; i++) {
        if (!check(list[i], NULL))
            msgr_row_refuse(self);
    }
    return list;
}

/**
 * msgr_row_writer:
 * @stmt: has its values from the first parameter on; texts must live until it has run
 */
MsgrRow
msgr_row_writer(sqlite3_stmt *stmt)
{
    return (MsgrRow){ stmt, 1, TRUE };
}

static void
put(MsgrRow *self, int result)
{
    if (result != SQLITE_OK)
        msgr_row_refuse(self);
}

void
msgr_row_put_int(MsgrRow *self, gint64 value)
{
    put(self, sqlite3_bind_int64(self->stmt, self->next++, value));
}

void
msgr_row_put_null(MsgrRow *self)
{
    put(self, sqlite3_bind_null(self->stmt, self->next++));
}

/**
 * msgr_row_put_text:
 * @text: (nullable): not copied
 */
void
msgr_row_put_text(MsgrRow *self, const char *text)
{
    put(self, sqlite3_bind_text(self->stmt, self->next++, text, -1, SQLITE_STATIC));
}

/**
 * msgr_row_put_owned_text:
 * @text: (nullable) (transfer full)
 */
void
msgr_row_put_owned_text(MsgrRow *self, char *text)
{
    if (text == NULL)
        msgr_row_put_null(self);
    else
        put(self, sqlite3_bind_text(self->stmt, self->next++, text, -1, g_free));
}

/**
 * msgr_row_put_list:
 * @list: (nullable): texts without line ends, which is another thing than a list of none
 */
void
msgr_row_put_list(MsgrRow *self, char *const *list)
{
    if (list == NULL)
        msgr_row_put_null(self);
    else
        put(self, sqlite3_bind_text(self->stmt, self->next++, g_strjoinv("\n", (char **)list), -1,
                                    g_free));
}
