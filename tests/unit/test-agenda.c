/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is due happens in its order, once, and nothing before its time.
 */
#include "msgr-agenda.h"
#include "msgr-clock.h"

typedef struct {
    MsgrAgendaEntry entry;
    char name;
} Item;

static GString *done;
static gint64 told_now;

static void
run(gpointer data, gint64 now)
{
    g_string_append_c(done, ((Item *)data)->name);
    told_now = now;
}

static void
item_init(Item *item, MsgrAgenda *agenda, char name, gint64 due)
{
    item->name = name;
    msgr_agenda_entry_init(&item->entry, agenda, run, item);
    msgr_agenda_entry_set(&item->entry, due);
}

static void
assert_done(MsgrAgenda *agenda, gint64 now, const char *expected)
{
    g_string_truncate(done, 0);
    while (msgr_agenda_run_one(agenda, now))
        g_assert_cmpint(told_now, ==, now);
    g_assert_cmpstr(done->str, ==, expected);
}

static void
test_order(void)
{
    g_autoptr(MsgrAgenda) agenda = msgr_agenda_new();
    Item items[5];

    g_assert_cmpint(msgr_agenda_next(agenda), ==, MSGR_NEVER);
    assert_done(agenda, G_MAXINT64 - 1, "");
    item_init(&items[0], agenda, 'c', 30);
    item_init(&items[1], agenda, 'a', 10);
    item_init(&items[2], agenda, 'd', 40);
    item_init(&items[3], agenda, 'b', 20);
    item_init(&items[4], agenda, 'n', MSGR_NEVER);
    g_assert_cmpint(msgr_agenda_next(agenda), ==, 10);
    assert_done(agenda, 9, "");
    assert_done(agenda, 10, "a");
    g_assert_cmpint(msgr_agenda_next(agenda), ==, 20);
    assert_done(agenda, 30, "bc");
    assert_done(agenda, 30, "");
    assert_done(agenda, G_MAXINT64 - 1, "d");
    g_assert_cmpint(msgr_agenda_next(agenda), ==, MSGR_NEVER);
}

static void
test_same_time(void)
{
    g_autoptr(MsgrAgenda) agenda = msgr_agenda_new();
    Item items[20];

    for (int i = 0; i < 20; i++)
        item_init(&items[i], agenda, (char)('a' + i), 7);
    assert_done(agenda, 6, "");
    assert_done(agenda, 7, "abcdefghijklmnopqrst");
}

static void
test_set_again(void)
{
    g_autoptr(MsgrAgenda) agenda = msgr_agenda_new();
    Item a, b;

    item_init(&a, agenda, 'a', 10);
    item_init(&b, agenda, 'b', 20);
    msgr_agenda_entry_set(&a.entry, 30);
    g_assert_cmpint(msgr_agenda_next(agenda), ==, 20);
    assert_done(agenda, 30, "ba");
    msgr_agenda_entry_set(&a.entry, 5);
    msgr_agenda_entry_set(&a.entry, 5);
    assert_done(agenda, 30, "a");
    msgr_agenda_entry_set(&a.entry, 40);
    msgr_agenda_entry_set(&b.entry, 41);
    msgr_agenda_entry_clear(&a.entry);
    msgr_agenda_entry_clear(&a.entry);
    g_assert_cmpint(a.entry.due, ==, MSGR_NEVER);
    assert_done(agenda, 50, "b");
    msgr_agenda_entry_set(&b.entry, 60);
    msgr_agenda_entry_set(&b.entry, MSGR_NEVER);
    assert_done(agenda, 70, "");
}

static Item again;

static void
run_again(gpointer data, gint64 now)
{
    g_string_append_c(done, '.');
    if (done->len < 3)
        msgr_agenda_entry_set(&again.entry, now + (gint64)done->len - 1);
}

/* An entry may put itself on the agenda again, for at once or for later. */
static void
test_set_while_running(void)
{
    g_autoptr(MsgrAgenda) agenda = msgr_agenda_new();

    g_string_truncate(done, 0);
    msgr_agenda_entry_init(&again.entry, agenda, run_again, NULL);
    msgr_agenda_entry_set(&again.entry, 10);
    g_assert_true(msgr_agenda_run_one(agenda, 10));
    g_assert_true(msgr_agenda_run_one(agenda, 10));
    g_assert_false(msgr_agenda_run_one(agenda, 10));
    g_assert_cmpint(msgr_agenda_next(agenda), ==, 11);
    g_assert_true(msgr_agenda_run_one(agenda, 11));
    g_assert_cmpint(msgr_agenda_next(agenda), ==, MSGR_NEVER);
    g_assert_cmpstr(done->str, ==, "...");
}

static void
test_clock(void)
{
    MsgrClock clock = msgr_clock_of_system();
    gint64 boot = msgr_clock_boot(&clock);
    gint64 wall = msgr_clock_wall(&clock);

    g_assert_cmpint(boot, >, 0);
    g_assert_cmpint(wall, >, boot);
    g_assert_cmpint(msgr_clock_boot(&clock), >=, boot);
}

static void
count_run(gpointer data, gint64 now)
{
    (*(int *)data)++;
}

/* What could not be kept is not tried again at once, however often it is put on the agenda. */
static void
test_hold(void)
{
    g_autoptr(MsgrAgenda) agenda = msgr_agenda_new();
    MsgrAgendaEntry entry;
    int times = 0;

    msgr_agenda_entry_init(&entry, agenda, count_run, &times);
    msgr_agenda_entry_set(&entry, 10);
    g_assert_true(msgr_agenda_run_one(agenda, 10) == &entry);
    msgr_agenda_entry_hold(&entry, 50);
    g_assert_cmpint(msgr_agenda_next(agenda), ==, 50);
    msgr_agenda_entry_set(&entry, 5);
    g_assert_null(msgr_agenda_run_one(agenda, 49));
    g_assert_true(msgr_agenda_run_one(agenda, 50) == &entry);
    msgr_agenda_entry_set(&entry, 60);
    g_assert_cmpint(msgr_agenda_next(agenda), ==, 60);
    msgr_agenda_entry_set(&entry, MSGR_NEVER);
    g_assert_cmpint(msgr_agenda_next(agenda), ==, MSGR_NEVER);
    g_assert_cmpint(times, ==, 2);
}

int
main(int argc, char **argv)
{
    int result;

    g_test_init(&argc, &argv, NULL);
    done = g_string_new(NULL);
    g_test_add_func("/agenda/order", test_order);
    g_test_add_func("/agenda/same-time", test_same_time);
    g_test_add_func("/agenda/set-again", test_set_again);
    g_test_add_func("/agenda/set-while-running", test_set_while_running);
    g_test_add_func("/agenda/clock", test_clock);
    g_test_add_func("/agenda/hold", test_hold);
    result = g_test_run();
    g_string_free(done, TRUE);
    return result;
}
