/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The configuration file: whatever it says, what holds is in its limits, and the rest is told.
 */
#include <unistd.h>

#include <glib.h>

#include "fuzz.h"
#include "msgr-config.h"
#include "msgr-key.h"

static void
check_problem(gpointer problem, gpointer data)
{
    g_assert_true(g_utf8_validate(problem, -1, NULL));
}

static void
check_limits(const MsgrConfig *config)
{
    g_assert_true(g_str_equal(config->environment, MSGR_ENVIRONMENT_PRODUCTION) ||
                  g_str_equal(config->environment, MSGR_ENVIRONMENT_TEST));
    g_assert_cmpuint(config->invitation_timeout, >, 0);
    g_assert_cmpuint(config->sessions_per_client, >, 0);
    g_assert_cmpuint(config->clients_per_user, >, 0);
    g_assert_nonnull(config->uid_ranges);
    g_assert_nonnull(config->allow_users);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const no_dirs[] = { NULL };
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(MsgrConfig) config = NULL;
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("msgr-fuzz-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, data, size), ==, (gssize)size);
    close(fd);
    config = msgr_config_load(path, no_dirs, FALSE, problems);
    unlink(path);
    g_ptr_array_foreach(problems, check_problem, NULL);
    check_limits(config);
    return 0;
}
