/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Drop-in directories: what masks what, what is no file to read, and that every change is noticed.
 */
#include "msgr-drop-in-dir.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SIZE 100

typedef struct {
    char *top;
    char *weak;
    char *strong;
    MsgrDropInDir *dir;
    GPtrArray *last; /* what the last call brought */
    guint calls;
    gboolean timed_out;
} Fixture;

static guint warnings;

/* Structured messages pass by g_test_expect_message(); workers log too. */
static GLogWriterOutput
count_warnings(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
    if ((level & G_LOG_LEVEL_WARNING) != 0) {
        g_atomic_int_inc(&warnings);
        return G_LOG_WRITER_HANDLED;
    }
    return g_log_writer_default(level, fields, n_fields, data);
}

static void
assert_warnings(guint count)
{
    g_assert_cmpuint((guint)g_atomic_int_get(&warnings), ==, count);
    g_atomic_int_set(&warnings, 0);
}

static void
on_changed(GPtrArray *files, gpointer data)
{
    Fixture *fixture = data;

    g_clear_pointer(&fixture->last, g_ptr_array_unref);
    fixture->last = g_ptr_array_ref(files);
    fixture->calls++;
}

static void
make_dir(const char *path)
{
    g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    const char *dirs[3] = { NULL };

    fixture->top = g_dir_make_tmp("msgr-drop-in-XXXXXX", NULL);
    g_assert_nonnull(fixture->top);
    fixture->weak = g_build_filename(fixture->top, "share", "keys.d", NULL);
    fixture->strong = g_build_filename(fixture->top, "etc", "keys.d", NULL);
    if (data == NULL) {
        make_dir(fixture->weak);
        make_dir(fixture->strong);
    }
    dirs[0] = fixture->weak;
    dirs[1] = fixture->strong;
    fixture->dir = msgr_drop_in_dir_new(dirs, ".json", MAX_SIZE, on_changed, fixture);
}

static void
remove_all(const char *path)
{
    g_autoptr(GDir) dir = NULL;
    const char *name;

    if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK))
        dir = g_dir_open(path, 0, NULL);
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        remove_all(child);
    }
    g_assert_cmpint(g_remove(path), ==, 0);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_clear_object(&fixture->dir);
    g_clear_pointer(&fixture->last, g_ptr_array_unref);
    remove_all(fixture->top);
    g_free(fixture->top);
    g_free(fixture->weak);
    g_free(fixture->strong);
    assert_warnings(0);
}

static void
write_in(const char *dir, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    FILE *file = g_fopen(path, "we");

    g_assert_nonnull(file);
    g_assert_cmpint(fputs(text, file), >=, 0);
    g_assert_cmpint(fclose(file), ==, 0);
}

static void
remove_in(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    g_assert_cmpint(g_unlink(path), ==, 0);
}

static void
link_in(const char *dir, const char *name, const char *target)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    g_assert_cmpint(symlink(target, path), ==, 0);
}

/* The names and texts, as in `a.json=1 b.json=2`. */
static void
assert_files(GPtrArray *files, const char *expected)
{
    GString *all = g_string_new(NULL);

    for (guint i = 0; i < files->len; i++) {
        const MsgrDropIn *file = g_ptr_array_index(files, i);

        g_assert_cmpuint(file->length, ==, strlen(file->text));
        g_string_append_printf(all, "%s%s=%s", i > 0 ? " " : "", file->name, file->text);
    }
    g_assert_cmpstr(all->str, ==, expected);
    g_string_free(all, TRUE);
}

static void
assert_read(Fixture *fixture, const char *expected)
{
    g_autoptr(GPtrArray) files = msgr_drop_in_dir_read(fixture->dir);

    assert_files(files, expected);
}

static gboolean
on_timeout(gpointer data)
{
    ((Fixture *)data)->timed_out = TRUE;
    return G_SOURCE_CONTINUE;
}

/* The time is only there to fail by: whatever is waited for comes, or the code is wrong. */
static void
wait_for_call(Fixture *fixture)
{
    guint before = fixture->calls;
    guint timer = g_timeout_add_seconds(60, on_timeout, fixture);

    while (fixture->calls == before && !fixture->timed_out)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
    g_assert_false(fixture->timed_out);
}

/* Several changes may come in one call or in several: the last one has them all. */
static void
wait_for_files(Fixture *fixture, const char *expected)
{
    for (;;) {
        GString *all = g_string_new(NULL);
        g_autofree char *text = NULL;

        wait_for_call(fixture);
        for (guint i = 0; i < fixture->last->len; i++) {
            const MsgrDropIn *file = g_ptr_array_index(fixture->last, i);

            g_string_append_printf(all, "%s%s=%s", i > 0 ? " " : "", file->name, file->text);
        }
        text = g_string_free(all, FALSE);
        if (g_str_equal(text, expected))
            return;
    }
}

static void
test_nothing_there(Fixture *fixture, gconstpointer data)
{
    assert_read(fixture, "");
}

static void
test_order(Fixture *fixture, gconstpointer data)
{
    write_in(fixture->strong, "c.json", "3");
    write_in(fixture->weak, "a.json", "1");
    write_in(fixture->strong, "b.json", "2");
    write_in(fixture->weak, "d.json", "4");
    assert_read(fixture, "a.json=1 b.json=2 c.json=3 d.json=4");
    g_assert_cmpuint(fixture->calls, ==, 0);
}

static void
test_names(Fixture *fixture, gconstpointer data)
{
    write_in(fixture->weak, ".a.json", "hidden");
    write_in(fixture->weak, ".json", "hidden");
    write_in(fixture->weak, "b.json~", "backup");
    write_in(fixture->weak, "c.JSON", "other case");
    write_in(fixture->weak, "d.txt", "other");
    write_in(fixture->weak, "e.json", "good");
    assert_read(fixture, "e.json=good");
}

static void
test_masks(Fixture *fixture, gconstpointer data)
{
    write_in(fixture->weak, "a.json", "weak");
    write_in(fixture->strong, "a.json", "strong");
    write_in(fixture->weak, "b.json", "weak");
    write_in(fixture->strong, "b.json", "");
    write_in(fixture->weak, "c.json", "weak");
    link_in(fixture->strong, "c.json", "/dev/null");
    write_in(fixture->weak, "d.json", "");
    write_in(fixture->strong, "d.json", "strong");
    assert_read(fixture, "a.json=strong d.json=strong");
}

static void
test_fields(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->weak, "a.json", NULL);
    g_autoptr(GPtrArray) files = NULL;
    const MsgrDropIn *file;
    GStatBuf info;

    write_in(fixture->weak, "a.json", "text");
    g_assert_cmpint(g_chmod(path, 0640), ==, 0);
    g_assert_cmpint(g_stat(path, &info), ==, 0);
    files = msgr_drop_in_dir_read(fixture->dir);
    g_assert_cmpuint(files->len, ==, 1);
    file = g_ptr_array_index(files, 0);
    g_assert_cmpstr(file->path, ==, path);
    g_assert_cmpstr(file->name, ==, "a.json");
    g_assert_cmpmem(file->text, file->length + 1, "text", 5);
    g_assert_cmpuint(file->owner, ==, getuid());
    g_assert_cmpuint(file->mode, ==, 0640);
    g_assert_cmpint(file->changed / G_USEC_PER_SEC, ==, info.st_mtime);
}

static void
test_max_size(Fixture *fixture, gconstpointer data)
{
    g_autofree char *most = g_strnfill(MAX_SIZE, 'x');
    g_autofree char *too_much = g_strnfill(MAX_SIZE + 1, 'x');
    g_autofree char *expected = g_strconcat("a.json=", most, NULL);

    write_in(fixture->weak, "a.json", most);
    assert_read(fixture, expected);
    assert_warnings(0);
    write_in(fixture->strong, "a.json", too_much);
    assert_read(fixture, "");
    assert_warnings(1);
}

static void
test_links(Fixture *fixture, gconstpointer data)
{
    g_autofree char *target = g_build_filename(fixture->top, "target", NULL);

    write_in(fixture->top, "target", "linked");
    g_assert_cmpint(g_chmod(target, 0604), ==, 0);
    link_in(fixture->weak, "a.json", target);
    link_in(fixture->strong, "b.json", "nowhere");
    write_in(fixture->weak, "b.json", "weak");
    assert_read(fixture, "a.json=linked b.json=weak");
    assert_warnings(0);
    link_in(fixture->weak, "c.json", "c.json");
    assert_read(fixture, "a.json=linked b.json=weak");
    assert_warnings(1);
}

/* None of these may be waited for, or taken for a file. */
static void
test_not_regular(Fixture *fixture, gconstpointer data)
{
    g_autofree char *fifo = g_build_filename(fixture->weak, "a.json", NULL);
    g_autofree char *dir = g_build_filename(fixture->weak, "b.json", NULL);

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    make_dir(dir);
    write_in(fixture->weak, "c.json", "good");
    assert_read(fixture, "c.json=good");
    assert_warnings(2);
}

static void
test_unreadable_masks(Fixture *fixture, gconstpointer data)
{
    g_autofree char *dir = g_build_filename(fixture->strong, "a.json", NULL);

    write_in(fixture->weak, "a.json", "weak");
    make_dir(dir);
    assert_read(fixture, "");
    assert_warnings(1);
}

static void
test_binary(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->weak, "a.json", NULL);
    g_autoptr(GPtrArray) files = NULL;
    const MsgrDropIn *file;

    g_assert_true(g_file_set_contents(path, "a\0b", 3, NULL));
    files = msgr_drop_in_dir_read(fixture->dir);
    g_assert_cmpuint(files->len, ==, 1);
    file = g_ptr_array_index(files, 0);
    g_assert_cmpmem(file->text, file->length, "a\0b", 3);
}

static void
test_reread(Fixture *fixture, gconstpointer data)
{
    write_in(fixture->weak, "a.json", "1");
    assert_read(fixture, "a.json=1");
    msgr_drop_in_dir_reread(fixture->dir);
    g_assert_cmpuint(fixture->calls, ==, 0);
    wait_for_call(fixture);
    assert_files(fixture->last, "a.json=1");
    msgr_drop_in_dir_reread(fixture->dir);
    wait_for_call(fixture);
    g_assert_cmpuint(fixture->calls, ==, 2);
}

/* Nothing has changed since it was read: only the second look is told. */
static void
test_watch_unchanged(Fixture *fixture, gconstpointer data)
{
    write_in(fixture->weak, "a.json", "1");
    assert_read(fixture, "a.json=1");
    msgr_drop_in_dir_watch(fixture->dir);
    msgr_drop_in_dir_reread(fixture->dir);
    wait_for_call(fixture);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(fixture->calls, ==, 1);
}

/* What comes about between reading and watching isn't lost. */
static void
test_watch_late(Fixture *fixture, gconstpointer data)
{
    write_in(fixture->weak, "a.json", "1");
    assert_read(fixture, "a.json=1");
    write_in(fixture->strong, "a.json", "2");
    msgr_drop_in_dir_watch(fixture->dir);
    wait_for_files(fixture, "a.json=2");
}

static void
test_watch_unread(Fixture *fixture, gconstpointer data)
{
    msgr_drop_in_dir_watch(fixture->dir);
    wait_for_files(fixture, "");
}

static void
start_watching(Fixture *fixture)
{
    msgr_drop_in_dir_watch(fixture->dir);
    wait_for_call(fixture);
}

static void
test_watch_contents(Fixture *fixture, gconstpointer data)
{
    start_watching(fixture);
    write_in(fixture->weak, "a.json", "1");
    wait_for_files(fixture, "a.json=1");
    write_in(fixture->weak, "a.json", "2");
    wait_for_files(fixture, "a.json=2");
    write_in(fixture->strong, "a.json", "3");
    wait_for_files(fixture, "a.json=3");
    write_in(fixture->strong, "a.json", "");
    wait_for_files(fixture, "");
    remove_in(fixture->strong, "a.json");
    wait_for_files(fixture, "a.json=2");
    remove_in(fixture->weak, "a.json");
    wait_for_files(fixture, "");
}

static void
test_watch_many(Fixture *fixture, gconstpointer data)
{
    start_watching(fixture);
    write_in(fixture->weak, "a.json", "1");
    write_in(fixture->strong, "b.json", "2");
    write_in(fixture->weak, "ignored.txt", "x");
    write_in(fixture->weak, "a.json", "3");
    wait_for_files(fixture, "a.json=3 b.json=2");
}

static void
test_watch_mode(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->weak, "a.json", NULL);

    write_in(fixture->weak, "a.json", "1");
    g_assert_cmpint(g_chmod(path, 0600), ==, 0);
    start_watching(fixture);
    g_assert_cmpuint(((MsgrDropIn *)g_ptr_array_index(fixture->last, 0))->mode, ==, 0600);
    g_assert_cmpint(g_chmod(path, 0644), ==, 0);
    wait_for_call(fixture);
    assert_files(fixture->last, "a.json=1");
    g_assert_cmpuint(((MsgrDropIn *)g_ptr_array_index(fixture->last, 0))->mode, ==, 0644);
}

static void
test_watch_moves(Fixture *fixture, gconstpointer data)
{
    g_autofree char *outside = g_build_filename(fixture->top, "a.json", NULL);
    g_autofree char *inside = g_build_filename(fixture->weak, "a.json", NULL);
    g_autofree char *other = g_build_filename(fixture->weak, "b.json", NULL);

    start_watching(fixture);
    write_in(fixture->top, "a.json", "1");
    g_assert_cmpint(g_rename(outside, inside), ==, 0);
    wait_for_files(fixture, "a.json=1");
    g_assert_cmpint(g_rename(inside, other), ==, 0);
    wait_for_files(fixture, "b.json=1");
    g_assert_cmpint(g_rename(other, outside), ==, 0);
    wait_for_files(fixture, "");
}

/* As editors and g_file_set_contents() do it. */
static void
test_watch_replace(Fixture *fixture, gconstpointer data)
{
    g_autofree char *temporary = g_build_filename(fixture->weak, "a.json.tmp", NULL);
    g_autofree char *path = g_build_filename(fixture->weak, "a.json", NULL);

    write_in(fixture->weak, "a.json", "1");
    start_watching(fixture);
    write_in(fixture->weak, "a.json.tmp", "2");
    g_assert_cmpint(g_rename(temporary, path), ==, 0);
    wait_for_files(fixture, "a.json=2");
}

/* Neither the directories nor their parents are there at first. */
static void
test_watch_missing(Fixture *fixture, gconstpointer data)
{
    start_watching(fixture);
    g_assert_cmpuint(fixture->last->len, ==, 0);
    make_dir(fixture->strong);
    write_in(fixture->strong, "a.json", "1");
    wait_for_files(fixture, "a.json=1");
    make_dir(fixture->weak);
    write_in(fixture->weak, "b.json", "2");
    wait_for_files(fixture, "a.json=1 b.json=2");
    write_in(fixture->weak, "b.json", "3");
    wait_for_files(fixture, "a.json=1 b.json=3");
}

static void
test_watch_removed(Fixture *fixture, gconstpointer data)
{
    g_autofree char *parent = g_path_get_dirname(fixture->strong);

    write_in(fixture->strong, "a.json", "1");
    start_watching(fixture);
    assert_files(fixture->last, "a.json=1");
    remove_all(parent);
    wait_for_files(fixture, "");
    make_dir(fixture->strong);
    write_in(fixture->strong, "a.json", "2");
    wait_for_files(fixture, "a.json=2");
}

static void
test_watch_replaced_dir(Fixture *fixture, gconstpointer data)
{
    g_autofree char *aside = g_build_filename(fixture->top, "aside", NULL);

    write_in(fixture->strong, "a.json", "1");
    start_watching(fixture);
    g_assert_cmpint(g_rename(fixture->strong, aside), ==, 0);
    make_dir(fixture->strong);
    write_in(fixture->strong, "a.json", "2");
    wait_for_files(fixture, "a.json=2");
    write_in(fixture->strong, "a.json", "3");
    wait_for_files(fixture, "a.json=3");
}

/* Whoever writes without end must not hide the change of another: it comes while they write on. */
static void
test_watch_busy(Fixture *fixture, gconstpointer data)
{
    guint n = 0;
    guint timer = g_timeout_add_seconds(60, on_timeout, fixture);
    guint before;

    start_watching(fixture);
    before = fixture->calls;
    while (fixture->calls == before && !fixture->timed_out) {
        g_autofree char *text = g_strdup_printf("%u", n++);

        write_in(fixture->weak, "busy.json", text);
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(timer);
    g_assert_false(fixture->timed_out);
}

static void
test_gone_while_reading(Fixture *fixture, gconstpointer data)
{
    write_in(fixture->weak, "a.json", "1");
    for (guint i = 0; i < 50; i++) {
        const char *const dirs[] = { fixture->weak, NULL };
        MsgrDropInDir *dir = msgr_drop_in_dir_new(dirs, ".json", MAX_SIZE, on_changed, fixture);

        msgr_drop_in_dir_watch(dir);
        msgr_drop_in_dir_reread(dir);
        g_object_unref(dir);
    }
    msgr_drop_in_dir_reread(fixture->dir);
    wait_for_call(fixture);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(fixture->calls, ==, 1);
}

static void
test_gone_while_waiting(Fixture *fixture, gconstpointer data)
{
    start_watching(fixture);
    write_in(fixture->weak, "a.json", "1");
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_object_add_weak_pointer(G_OBJECT(fixture->dir), (gpointer *)&fixture->dir);
    g_object_unref(fixture->dir);
    g_assert_null(fixture->dir);
}

static void
drop_on_change(GPtrArray *files, gpointer data)
{
    Fixture *fixture = data;

    on_changed(files, data);
    g_clear_object(&fixture->dir);
}

static void
test_gone_in_callback(Fixture *fixture, gconstpointer data)
{
    const char *const dirs[] = { fixture->weak, NULL };

    g_clear_object(&fixture->dir);
    fixture->dir = msgr_drop_in_dir_new(dirs, ".json", MAX_SIZE, drop_on_change, fixture);
    msgr_drop_in_dir_watch(fixture->dir);
    wait_for_call(fixture);
    g_assert_null(fixture->dir);
}

#define ADD(path, function) g_test_add(path, Fixture, NULL, set_up, function, tear_down)
#define ADD_WITHOUT_DIRS(path, function)                                                           \
    g_test_add(path, Fixture, "no directories", set_up, function, tear_down)

static void
add_reading_tests(void)
{
    ADD_WITHOUT_DIRS("/drop-in-dir/nothing-there", test_nothing_there);
    ADD("/drop-in-dir/order", test_order);
    ADD("/drop-in-dir/names", test_names);
    ADD("/drop-in-dir/masks", test_masks);
    ADD("/drop-in-dir/fields", test_fields);
    ADD("/drop-in-dir/max-size", test_max_size);
    ADD("/drop-in-dir/links", test_links);
    ADD("/drop-in-dir/not-regular", test_not_regular);
    ADD("/drop-in-dir/unreadable-masks", test_unreadable_masks);
    ADD("/drop-in-dir/binary", test_binary);
    ADD("/drop-in-dir/reread", test_reread);
}

static void
add_watching_tests(void)
{
    ADD("/drop-in-dir/watch/unchanged", test_watch_unchanged);
    ADD("/drop-in-dir/watch/late", test_watch_late);
    ADD("/drop-in-dir/watch/unread", test_watch_unread);
    ADD("/drop-in-dir/watch/contents", test_watch_contents);
    ADD("/drop-in-dir/watch/many", test_watch_many);
    ADD("/drop-in-dir/watch/mode", test_watch_mode);
    ADD("/drop-in-dir/watch/moves", test_watch_moves);
    ADD("/drop-in-dir/watch/replace", test_watch_replace);
    ADD_WITHOUT_DIRS("/drop-in-dir/watch/missing", test_watch_missing);
    ADD("/drop-in-dir/watch/removed", test_watch_removed);
    ADD("/drop-in-dir/watch/replaced-dir", test_watch_replaced_dir);
    ADD("/drop-in-dir/watch/busy", test_watch_busy);
    ADD("/drop-in-dir/gone/while-reading", test_gone_while_reading);
    ADD("/drop-in-dir/gone/while-waiting", test_gone_while_waiting);
    ADD("/drop-in-dir/gone/in-callback", test_gone_in_callback);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_writer_func(count_warnings, NULL, NULL);
    add_reading_tests();
    add_watching_tests();
    return g_test_run();
}
