/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether programs are where they were said to be. A mount may hang, so threads look; what they
 * can't see, or not in time, is found out at the launch.
 */
#include "msgr-path-check.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define PATIENCE_SECONDS 2
#define THREADS          4

typedef struct {
    gint ref_count;
    char **paths;
    MsgrPathVerdict *verdicts; /* written by the thread */
    guint n;
    gboolean answered;
    MsgrPathsChecked checked;
    gpointer data;
    guint patience;
} Check;

static void
check_unref(Check *check)
{
    if (!g_atomic_int_dec_and_test(&check->ref_count))
        return;
    g_strfreev(check->paths);
    g_free(check->verdicts);
    g_free(check);
}

/* A hardened service sees nothing in these: that something is missing there means nothing. */
static gboolean
is_out_of_sight(const char *path)
{
    static const char *const places[] = { "/home/", "/root/", "/tmp/", "/var/tmp/", "/run/user/" };

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        if (g_str_has_prefix(path, places[i]))
            return TRUE;
    }
    return FALSE;
}

/**
 * msgr_path_judge:
 * @path: absolute
 *
 * Looks at one path; may block.
 */
MsgrPathVerdict
msgr_path_judge(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0)
        return S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0 ? MSGR_PATH_FINE
                                                               : MSGR_PATH_NOT_A_PROGRAM;
    if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP && errno != ENAMETOOLONG)
        return MSGR_PATH_UNKNOWN;
    return is_out_of_sight(path) ? MSGR_PATH_UNKNOWN : MSGR_PATH_MISSING;
}

static void
answer(Check *check, const MsgrPathVerdict *verdicts)
{
    if (check->answered)
        return;
    check->answered = TRUE;
    g_clear_handle_id(&check->patience, g_source_remove);
    check->checked(verdicts, check->n, check->data);
}

static gboolean
looked(gpointer data)
{
    Check *check = data;

    answer(check, check->verdicts);
    check_unref(check);
    return G_SOURCE_REMOVE;
}

static gboolean
lost_patience(gpointer data)
{
    Check *check = data;
    g_autofree MsgrPathVerdict *unknown = g_new(MsgrPathVerdict, check->n);

    for (guint i = 0; i < check->n; i++)
        unknown[i] = MSGR_PATH_UNKNOWN;
    check->patience = 0;
    answer(check, unknown);
    return G_SOURCE_REMOVE;
}

/* In a thread. */
static void
look(gpointer data, gpointer unused)
{
    Check *check = data;

    for (guint i = 0; i < check->n; i++)
        check->verdicts[i] = msgr_path_judge(check->paths[i]);
    g_idle_add_full(G_PRIORITY_DEFAULT, looked, check, NULL);
}

static void
patience_gone(gpointer data)
{
    check_unref(data);
}

/**
 * msgr_path_check:
 * @paths: absolute
 * @checked: called on the main context with a verdict for each
 *
 * Looks at paths without blocking.
 */
void
msgr_path_check(const char *const *paths, MsgrPathsChecked checked, gpointer data)
{
    static GThreadPool *pool;
    Check *check = g_new0(Check, 1);

    if (pool == NULL)
        pool = g_thread_pool_new(look, NULL, THREADS, FALSE, NULL);
    check->ref_count = 2; /* the thread's and the patience's */
    check->paths = g_strdupv((char **)paths);
    check->n = g_strv_length(check->paths);
    check->verdicts = g_new0(MsgrPathVerdict, MAX(check->n, 1));
    check->checked = checked;
    check->data = data;
    check->patience = g_timeout_add_seconds_full(G_PRIORITY_DEFAULT, PATIENCE_SECONDS,
                                                 lost_patience, check, patience_gone);
    g_thread_pool_push(pool, check, NULL);
}
