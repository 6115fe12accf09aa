/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tables: columns that line up whatever is in them.
 */
#include "msgr-ctl-table.h"

static const MsgrCtlOutput plain = { FALSE, FALSE, FALSE };
static const MsgrCtlOutput coloured = { FALSE, TRUE, TRUE };

static void
add(MsgrCtlTable *table, const char *first, const char *second, const char *third)
{
    const char *const cells[] = { first, second, third };

    msgr_ctl_table_add(table, cells);
}

static void
test_columns(void)
{
    g_autoptr(MsgrCtlTable) table = msgr_ctl_table_new(3, "A", "BBBB", "C");
    g_autofree char *text = NULL;

    add(table, "one", "x", "end");
    add(table, "o", "xxxxx", "e");
    text = msgr_ctl_table_render(table, &plain);
    g_assert_cmpstr(text, ==,
                    "A    BBBB   C\n"
                    "one  x      end\n"
                    "o    xxxxx  e\n");
}

/* Wide characters take two columns, combining ones none. */
static void
test_width(void)
{
    g_autoptr(MsgrCtlTable) table = msgr_ctl_table_new(3, NULL);
    g_autofree char *text = NULL;

    add(table, "\346\227\245\346\234\254", "x", "");
    add(table, "e\314\201", "x", "");
    add(table, "abcd", "x", "");
    text = msgr_ctl_table_render(table, &plain);
    g_assert_cmpstr(text, ==,
                    "\346\227\245\346\234\254  x\n"
                    "e\314\201     x\n"
                    "abcd  x\n");
}

/* Empty cells leave their room, but no line ends in blanks. */
static void
test_empty(void)
{
    g_autoptr(MsgrCtlTable) table = msgr_ctl_table_new(3, NULL);
    g_autofree char *text = NULL;

    add(table, "a", "", "c");
    add(table, "a", "bb", NULL);
    add(table, "", "", "");
    text = msgr_ctl_table_render(table, &plain);
    g_assert_cmpstr(text, ==, "a      c\na  bb\n\n");
}

static void
test_safe(void)
{
    g_autoptr(MsgrCtlTable) table = msgr_ctl_table_new(3, NULL);
    g_autofree char *text = NULL;

    add(table, "a\nb", "\033[2J", "z");
    text = msgr_ctl_table_render(table, &plain);
    g_assert_cmpstr(text, ==, "a\\nb  \\x1b[2J  z\n");
}

/* Colours must not count as columns. */
static void
test_colour(void)
{
    g_autoptr(MsgrCtlTable) table = msgr_ctl_table_new(3, NULL);
    g_autofree char *with = NULL;
    g_autofree char *without = NULL;

    add(table, "a", "b", "c");
    msgr_ctl_table_style(table, 0, MSGR_CTL_RED);
    add(table, "aaa", "b", "c");
    with = msgr_ctl_table_render(table, &coloured);
    without = msgr_ctl_table_render(table, &plain);
    g_assert_cmpstr(with, ==, "\033[31ma\033[0m    b  c\naaa  b  c\n");
    g_assert_cmpstr(without, ==, "a    b  c\naaa  b  c\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl-table/columns", test_columns);
    g_test_add_func("/ctl-table/width", test_width);
    g_test_add_func("/ctl-table/empty", test_empty);
    g_test_add_func("/ctl-table/safe", test_safe);
    g_test_add_func("/ctl-table/colour", test_colour);
    return g_test_run();
}
