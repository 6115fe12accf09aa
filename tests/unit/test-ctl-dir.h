/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Directories of a test's own for keys: GLib's G_TEST_OPTION_ISOLATE_DIRS leaks, which hides leaks
 * of ours.
 */
#pragma once

#include <glib/gstdio.h>

static inline void
test_dir_remove(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (g_unlink(child) == 0)
            continue;
        test_dir_remove(child);
    }
    g_rmdir(path);
}

/* To be called before anything asks GLib for the user's directories. */
static inline char *
test_dir_new(void)
{
    char *root = g_dir_make_tmp("msgr-test-ctl-XXXXXX", NULL);
    g_autofree char *config = g_build_filename(root, "config", NULL);
    g_autofree char *data = g_build_filename(root, "data", NULL);

    g_assert_nonnull(root);
    g_setenv("XDG_CONFIG_HOME", config, TRUE);
    g_setenv("XDG_DATA_DIRS", data, TRUE);
    return root;
}
