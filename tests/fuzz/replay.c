/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs a target without a fuzzer: over each seed, and over many damaged copies of it, always the
 * same ones. Prints TAP.
 */
#include <string.h>

#include <glib.h>

#include "fuzz.h"

#define COPIES  400 /* of a seed */
#define CHANGES 8   /* of a copy, at most */

/* What parsers stumble over, beside any byte. */
static const char *const pieces[] = {
    "\"",      "\\",
    "{",       "}",
    "[",       "]",
    "\n",      "=",
    "\\u0000", "\\ud800",
    "-1",      "99999999999999999999",
    "\xff",    "\xe2\x80\xae",
    "../",     "://",
    "%",       "null",
    "1e999",
};

static void
insert(GByteArray *copy, guint at, const guint8 *bytes, guint length)
{
    const guint rest = copy->len - at;

    g_byte_array_set_size(copy, copy->len + length);
    memmove(copy->data + at + length, copy->data + at, rest);
    memcpy(copy->data + at, bytes, length);
}

static void
change(GRand *random, GByteArray *copy)
{
    const guint at = copy->len == 0 ? 0 : (guint)g_rand_int_range(random, 0, (gint32)copy->len);
    const char *piece = pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))];
    const guint some = MIN(copy->len - at, 64);
    g_autofree guint8 *part = some == 0 ? NULL : g_memdup2(copy->data + at, some);

    switch (g_rand_int_range(random, 0, 4)) {
    case 0: /* another byte */
        if (some > 0)
            copy->data[at] = (guint8)g_rand_int_range(random, 0, 256);
        break;
    case 1: /* the end is missing */
        g_byte_array_set_size(copy, at);
        break;
    case 2: /* some of it again */
        if (some > 0)
            insert(copy, at, part, some);
        break;
    default: /* something in between */
        insert(copy, at, (const guint8 *)piece, (guint)strlen(piece));
        break;
    }
}

/* Each in memory of its own length: a sanitizer sees who reads beyond. */
static void
try(const guint8 *data, gsize size)
{
    g_autofree guint8 *exact = g_malloc(MAX(size, 1));

    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
}

static void
try_copies(const char *seed, gsize size, guint32 number)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(number);

    for (guint i = 0; i < COPIES; i++) {
        g_autoptr(GByteArray) copy = g_byte_array_new();
        const int changes = g_rand_int_range(random, 1, CHANGES + 1);

        g_byte_array_append(copy, (const guint8 *)seed, (guint)size);
        for (int j = 0; j < changes; j++)
            change(random, copy);
        try(copy->data, copy->len);
    }
}

static void
run_seed(gconstpointer data)
{
    g_autofree char *seed = NULL;
    g_autoptr(GError) error = NULL;
    gsize size = 0;

    g_file_get_contents(data, &seed, &size, &error);
    g_assert_no_error(error);
    try((const guint8 *)seed, size);
    try_copies(seed, size, g_str_hash(seed));
}

static void
run_nothing(void)
{
    try((const guint8 *)"", 0);
}

/* What the administrator is warned of is meant; what a programmer did wrong is not. */
static GLogWriterOutput
write_log(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
    if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
        return g_log_writer_default(level, fields, n_fields, data);
    return G_LOG_WRITER_HANDLED;
}

int
main(int argc, char **argv)
{
    g_autoptr(GDir) dir = NULL;
    const char *name, *folder;

    g_test_init(&argc, &argv, NULL);
    g_log_set_writer_func(write_log, NULL, NULL);
    folder = argv[1];
    dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    g_test_add_func("/nothing", run_nothing);
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_strconcat("/", name, NULL);

        g_test_add_data_func_full(path, g_build_filename(folder, name, NULL), run_seed, g_free);
    }
    return g_test_run();
}
