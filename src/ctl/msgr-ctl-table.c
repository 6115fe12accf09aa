/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Rows of texts, printed in columns that are as wide as their widest text.
 */
#include "config.h"

#include "msgr-ctl-table.h"

#include "msgr-ctl-text.h"

#define GAP "  "

typedef struct {
    char *text;
    MsgrCtlStyle style;
} Cell;

struct _MsgrCtlTable {
    guint n_columns;
    GPtrArray *rows; /* of arrays of n_columns Cells */
};

static void
free_row(gpointer data)
{
    g_array_unref(data);
}

static void
clear_cell(gpointer data)
{
    g_free(((Cell *)data)->text);
}

static GArray *
add_row(MsgrCtlTable *self)
{
    GArray *row = g_array_new(FALSE, TRUE, sizeof(Cell));

    g_array_set_clear_func(row, clear_cell);
    g_array_set_size(row, self->n_columns);
    g_ptr_array_add(self->rows, row);
    return row;
}

/**
 * msgr_ctl_table_new:
 * @n_columns: how many columns there are
 * @...: their headings, translated; none at all if the first is %NULL
 */
MsgrCtlTable *
msgr_ctl_table_new(guint n_columns, ...)
{
    MsgrCtlTable *self = g_new0(MsgrCtlTable, 1);
    const char *heading;
    GArray *row = NULL;
    va_list args;

    self->n_columns = n_columns;
    self->rows = g_ptr_array_new_with_free_func(free_row);
    va_start(args, n_columns);
    heading = va_arg(args, const char *);
    if (heading != NULL)
        row = add_row(self);
    for (guint i = 0; row != NULL && i < n_columns; i++) {
        g_array_index(row, Cell, i).text = g_strdup(heading);
        g_array_index(row, Cell, i).style = MSGR_CTL_BOLD;
        if (i + 1 < n_columns)
            heading = va_arg(args, const char *);
    }
    va_end(args);
    return self;
}

void
msgr_ctl_table_free(MsgrCtlTable *self)
{
    g_ptr_array_unref(self->rows);
    g_free(self);
}

/**
 * msgr_ctl_table_add:
 * @cells: a text for each column, from anywhere; %NULL is an empty one
 */
void
msgr_ctl_table_add(MsgrCtlTable *self, const char *const *cells)
{
    GArray *row = add_row(self);

    for (guint i = 0; i < self->n_columns; i++)
        g_array_index(row, Cell, i).text = msgr_ctl_text_safe(cells[i]);
}

/**
 * msgr_ctl_table_style:
 *
 * Gives the text in @column of the row that was added last a style.
 */
void
msgr_ctl_table_style(MsgrCtlTable *self, guint column, MsgrCtlStyle style)
{
    GArray *row = g_ptr_array_index(self->rows, self->rows->len - 1);

    g_array_index(row, Cell, column).style = style;
}

static guint
column_width(MsgrCtlTable *self, guint column)
{
    guint width = 0;

    for (guint i = 0; i < self->rows->len; i++) {
        GArray *row = g_ptr_array_index(self->rows, i);

        width = MAX(width, msgr_ctl_text_width(g_array_index(row, Cell, column).text));
    }
    return width;
}

static void
append_blanks(GString *text, guint n)
{
    while (n-- > 0)
        g_string_append_c(text, ' ');
}

static void
render_row(MsgrCtlTable *self, GArray *row, const guint *widths, const MsgrCtlOutput *output,
           GString *text)
{
    guint due = 0; /* blanks, held back so that no line ends in them */

    for (guint i = 0; i < self->n_columns; i++) {
        Cell *cell = &g_array_index(row, Cell, i);
        g_autofree char *styled = msgr_ctl_output_style(output, cell->style, cell->text);
        guint width = msgr_ctl_text_width(cell->text);

        if (width > 0) {
            append_blanks(text, due);
            g_string_append(text, styled);
            due = 0;
        }
        due += widths[i] - width + (guint)strlen(GAP);
    }
    g_string_append_c(text, '\n');
}

/**
 * msgr_ctl_table_render:
 *
 * Returns: the lines of the table, the headings first.
 */
char *
msgr_ctl_table_render(MsgrCtlTable *self, const MsgrCtlOutput *output)
{
    g_autofree guint *widths = g_new0(guint, self->n_columns);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < self->n_columns; i++)
        widths[i] = column_width(self, i);
    for (guint i = 0; i < self->rows->len; i++)
        render_row(self, g_ptr_array_index(self->rows, i), widths, output, text);
    return g_string_free(text, FALSE);
}
