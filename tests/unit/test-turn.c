/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A turn: what it changes it can take back, what it keeps is to be written, and what it tells
 * leaves in order.
 */
#include "msgr-turn.h"

#include <string.h>

/* A record that is as simple as can be: a number, and whether it is worth keeping. */
typedef struct {
    MsgrRecord record;
    const char *name;
    int value;
    gboolean kept;
} Thing;

static int things_alive, copies_alive;
static GHashTable *links; /* the index: name -> Thing */

static gpointer
thing_save(MsgrRecord *record)
{
    Thing *copy = g_new(Thing, 1);

    *copy = *(Thing *)record;
    copies_alive++;
    return copy;
}

static void
thing_free_saved(gpointer saved)
{
    copies_alive--;
    g_free(saved);
}

static void
thing_restore(MsgrRecord *record, gpointer saved)
{
    ((Thing *)record)->value = ((Thing *)saved)->value;
    ((Thing *)record)->kept = ((Thing *)saved)->kept;
    thing_free_saved(saved);
}

static void
thing_link(MsgrRecord *record)
{
    g_assert_true(g_hash_table_insert(links, (gpointer)((Thing *)record)->name, record));
}

static void
thing_unlink(MsgrRecord *record)
{
    g_assert_true(g_hash_table_remove(links, ((Thing *)record)->name));
}

static gboolean
thing_keeps(MsgrRecord *record)
{
    return ((Thing *)record)->kept;
}

static void
thing_finalize(MsgrRecord *record)
{
    things_alive--;
    g_free(record);
}

static const MsgrRecordClass thing_class = {
    .kind = MSGR_RECORD_CONTACT,
    .save = thing_save,
    .restore = thing_restore,
    .free_saved = thing_free_saved,
    .link = thing_link,
    .unlink = thing_unlink,
    .keeps = thing_keeps,
    .finalize = thing_finalize,
};

static Thing *
thing_new(const char *name, gboolean kept)
{
    Thing *self = g_new0(Thing, 1);

    msgr_record_init(&self->record, &thing_class);
    self->name = name;
    self->kept = kept;
    things_alive++;
    return self;
}

/* A thing that is in the model, and in the ledger if it is kept. */
static Thing *
thing_there(MsgrTurn *turn, const char *name, gboolean kept)
{
    Thing *self = thing_new(name, kept);

    msgr_turn_add(turn, self);
    msgr_record_unref(self);
    msgr_turn_commit(turn);
    g_assert_cmpint(self->record.stored, ==, kept);
    return self;
}

static void
note_write(MsgrRecord *record, gboolean keep, gpointer data)
{
    g_string_append_printf(data, "%c%s ", keep ? '+' : '-', ((Thing *)record)->name);
}

static void
assert_writes(MsgrTurn *turn, const char *expected)
{
    g_autoptr(GString) writes = g_string_new(NULL);

    msgr_turn_foreach_write(turn, note_write, writes);
    g_assert_cmpstr(writes->str, ==, expected);
    g_assert_cmpint(msgr_turn_needs_writing(turn), ==, *expected != '\0');
}

static void
set(MsgrTurn *turn, Thing *thing, int value)
{
    msgr_turn_touch(turn, thing);
    thing->value = value;
}

static void
test_add(void)
{
    g_autoptr(MsgrTurn) turn = msgr_turn_new();
    Thing *thing = thing_new("a", TRUE);

    assert_writes(turn, "");
    msgr_turn_add(turn, thing);
    g_assert_true(g_hash_table_lookup(links, "a") == thing);
    assert_writes(turn, "+a ");
    msgr_turn_rollback(turn);
    g_assert_null(g_hash_table_lookup(links, "a"));
    assert_writes(turn, "");
    msgr_turn_add(turn, thing);
    msgr_turn_commit(turn);
    g_assert_true(thing->record.stored);
    g_assert_null(thing->record.turn_entry);
    assert_writes(turn, "");
    msgr_record_unlink(&thing->record);
    msgr_record_unref(thing);
}

static void
test_touch(void)
{
    g_autoptr(MsgrTurn) turn = msgr_turn_new();
    Thing *thing = thing_there(turn, "a", TRUE);

    for (int i = 1; i <= 3; i++)
        set(turn, thing, i);
    assert_writes(turn, "+a ");
    msgr_turn_rollback(turn);
    g_assert_cmpint(thing->value, ==, 0);
    set(turn, thing, 7);
    msgr_turn_commit(turn);
    set(turn, thing, 8);
    msgr_turn_rollback(turn);
    g_assert_cmpint(thing->value, ==, 7);
    msgr_record_unlink(&thing->record);
}

static void
test_remove(void)
{
    g_autoptr(MsgrTurn) turn = msgr_turn_new();
    Thing *thing = thing_there(turn, "a", TRUE);

    set(turn, thing, 7);
    msgr_turn_remove(turn, thing);
    g_assert_null(g_hash_table_lookup(links, "a"));
    assert_writes(turn, "-a ");
    msgr_turn_rollback(turn);
    g_assert_true(g_hash_table_lookup(links, "a") == thing);
    g_assert_cmpint(thing->value, ==, 0);
    g_assert_true(thing->record.stored);
    msgr_turn_remove(turn, thing);
    msgr_turn_commit(turn);
    g_assert_cmpint(things_alive, ==, 0);
}

/* What comes and goes in one turn was never there. */
static void
test_add_and_remove(void)
{
    for (int back = FALSE; back <= TRUE; back++) {
        g_autoptr(MsgrTurn) turn = msgr_turn_new();
        Thing *thing = thing_new("a", TRUE);

        msgr_turn_add(turn, thing);
        set(turn, thing, 7);
        msgr_turn_remove(turn, thing);
        msgr_record_unref(thing);
        assert_writes(turn, "");
        if (back)
            msgr_turn_rollback(turn);
        else
            msgr_turn_commit(turn);
        g_assert_cmpuint(g_hash_table_size(links), ==, 0);
        g_assert_cmpint(things_alive, ==, 0);
    }
}

/* One takes the other's place in the index, and gives it back. */
static void
test_replace(void)
{
    g_autoptr(MsgrTurn) turn = msgr_turn_new();
    Thing *old = thing_there(turn, "a", TRUE);
    Thing *fresh;

    for (int i = 0; i < 2; i++) {
        msgr_turn_remove(turn, old);
        fresh = thing_new("a", TRUE);
        msgr_turn_add(turn, fresh);
        msgr_record_unref(fresh);
        assert_writes(turn, "-a +a ");
        if (i == 0) {
            msgr_turn_rollback(turn);
            g_assert_true(g_hash_table_lookup(links, "a") == old);
            g_assert_cmpint(things_alive, ==, 1);
        }
    }
    msgr_turn_commit(turn);
    g_assert_true(g_hash_table_lookup(links, "a") == fresh);
    msgr_record_unlink(&fresh->record);
}

/* What is not worth keeping is never written; what has become so is; what is no more is deleted. */
static void
test_kept(void)
{
    g_autoptr(MsgrTurn) turn = msgr_turn_new();
    Thing *thing = thing_there(turn, "a", FALSE);

    set(turn, thing, 1);
    assert_writes(turn, "");
    msgr_turn_commit(turn);
    set(turn, thing, 2);
    thing->kept = TRUE;
    assert_writes(turn, "+a ");
    msgr_turn_rollback(turn);
    g_assert_false(thing->kept);
    set(turn, thing, 2);
    thing->kept = TRUE;
    msgr_turn_commit(turn);
    set(turn, thing, 3);
    thing->kept = FALSE;
    assert_writes(turn, "-a ");
    msgr_turn_commit(turn);
    g_assert_false(thing->record.stored);
    msgr_turn_remove(turn, thing);
    assert_writes(turn, "");
    msgr_turn_commit(turn);
}

static void
test_order_of_writes(void)
{
    g_autoptr(MsgrTurn) turn = msgr_turn_new();
    Thing *a = thing_there(turn, "a", TRUE);
    Thing *b = thing_there(turn, "b", TRUE);
    Thing *c = thing_there(turn, "c", FALSE);

    set(turn, b, 1);
    set(turn, c, 1);
    msgr_turn_remove(turn, a);
    set(turn, b, 2);
    assert_writes(turn, "+b -a ");
    msgr_turn_rollback(turn);
    g_assert_cmpint(a->value + b->value + c->value, ==, 0);
    g_assert_cmpuint(g_hash_table_size(links), ==, 3);
    msgr_turn_remove(turn, c);
    msgr_turn_remove(turn, b);
    msgr_turn_remove(turn, a);
    msgr_turn_commit(turn);
}

static void
assert_signals(MsgrTurn *turn, const char *expected)
{
    g_autoptr(GPtrArray) signals = msgr_turn_steal_signals(turn);
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < signals->len; i++) {
        MsgrSignal *signal = signals->pdata[i];
        g_autofree char *args =
            signal->args == NULL ? g_strdup("()") : g_variant_print(signal->args, FALSE);

        g_string_append_printf(text, "%s %s %s.%s%s\n", signal->to, signal->path, signal->iface,
                               signal->name, args);
    }
    g_assert_cmpstr(text->str, ==, expected);
}

/* They leave in their order, once, with the turn or not at all. */
static void
test_signals(void)
{
    g_autoptr(MsgrTurn) turn = msgr_turn_new();
    g_autoptr(GVariant) args = g_variant_ref_sink(g_variant_new("(s)", "one"));

    msgr_turn_signal(turn, ":1.7", "/a", "org.example.A", "First", args);
    msgr_turn_signal(turn, ":1.8", "/b", "org.example.B", "Second", g_variant_new("(i)", 2));
    assert_signals(turn, ":1.7 /a org.example.A.First('one',)\n"
                         ":1.8 /b org.example.B.Second(2,)\n");
    assert_signals(turn, "");
    msgr_turn_signal(turn, ":1.7", "/a", "org.example.A", "Third", NULL);
    msgr_turn_rollback(turn);
    assert_signals(turn, "");
    msgr_turn_signal(turn, ":1.7", "/a", "org.example.A", "Fourth", NULL);
    msgr_turn_commit(turn);
    assert_signals(turn, ":1.7 /a org.example.A.Fourth()\n");
    msgr_turn_signal(turn, ":1.7", "/a", "org.example.A", "Fifth", args);
}

/* A turn that is dropped while it is open lets go of everything. */
static void
test_dropped(void)
{
    MsgrTurn *turn = msgr_turn_new();
    Thing *thing = thing_there(turn, "a", TRUE);

    set(turn, thing, 7);
    msgr_turn_free(turn);
    g_assert_null(thing->record.turn_entry);
    g_assert_cmpint(thing->value, ==, 7);
    msgr_record_unlink(&thing->record);
}

/* Linking twice is linking once. */
static void
test_links(void)
{
    Thing *thing = thing_new("a", TRUE);

    msgr_record_unlink(&thing->record);
    msgr_record_link(&thing->record);
    msgr_record_link(&thing->record);
    g_assert_cmpint(thing->record.ref_count, ==, 2);
    msgr_record_unref(thing);
    msgr_record_unlink(&thing->record);
    g_assert_cmpint(things_alive, ==, 0);
}

static void
test_strings(void)
{
    char *text = NULL, *other;

    msgr_string_set(&text, "one");
    other = msgr_string_ref(text);
    g_assert_true(other == text);
    msgr_string_set(&text, text);
    g_assert_cmpstr(text, ==, "one");
    msgr_string_set(&text, NULL);
    g_assert_null(text);
    g_assert_cmpstr(other, ==, "one");
    msgr_string_clear(&other);
    g_assert_null(other);
    g_assert_null(msgr_string_ref(NULL));
    msgr_string_clear(&text);
}

typedef void (*TestFunc)(void);

/* Nothing is left of any test. */
static void
run_test(gconstpointer data)
{
    TestFunc func = *(const TestFunc *)data;

    links = g_hash_table_new(g_str_hash, g_str_equal);
    func();
    g_assert_cmpint(things_alive, ==, 0);
    g_assert_cmpint(copies_alive, ==, 0);
    g_assert_cmpuint(g_hash_table_size(links), ==, 0);
    g_hash_table_unref(links);
}

static const struct {
    TestFunc func;
    const char *path;
} tests[] = {
    { test_add, "/turn/add" },
    { test_touch, "/turn/touch" },
    { test_remove, "/turn/remove" },
    { test_add_and_remove, "/turn/add-and-remove" },
    { test_replace, "/turn/replace" },
    { test_kept, "/turn/kept" },
    { test_order_of_writes, "/turn/order-of-writes" },
    { test_signals, "/turn/signals" },
    { test_dropped, "/turn/dropped" },
    { test_links, "/turn/links" },
    { test_strings, "/turn/strings" },
};

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_data_func(tests[i].path, &tests[i].func, run_test);
    return g_test_run();
}
