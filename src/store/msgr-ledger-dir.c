/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The directory that the ledger's files are in: one service's at a time, and nobody else's.
 */
#include "msgr-ledger-dir.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msgr-error.h"

#define LOCK_FILE  "lock"
#define PATIENCE   (5 * G_USEC_PER_SEC) /* for a predecessor that is leaving */
#define LOOK_AGAIN 20000                /* microseconds */

/* What SQLite keeps beside a database. The log goes before the database does: none is left to a new
 * one. */
static const char *const companions[] = { "-wal", "-shm", "" };

/* Always FALSE, for the caller to return. */
static gboolean
fail(GError **error, const char *what, const char *path, int code)
{
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_FAILED, "%s %s: %s", what, path, g_strerror(code));
    return FALSE;
}

static gboolean
try_lock(int fd)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    return fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

/* Only when the service starts, which has nothing else to do yet. */
static int
wait_for_lock(int fd)
{
    const gint64 until = g_get_monotonic_time() + PATIENCE;

    while (!try_lock(fd)) {
        if (errno != EAGAIN && errno != EACCES)
            return errno;
        if (g_get_monotonic_time() >= until)
            return EBUSY;
        g_usleep(LOOK_AGAIN);
    }
    return 0;
}

/**
 * msgr_ledger_dir_lock:
 *
 * Creates the directory if it is missing, and makes sure that no other service uses it. One that is
 * about to end is waited for, at most 5 seconds.
 *
 * Returns: a file descriptor that holds the lock until it is closed, or -1.
 *
 * Errors: MSGR_ERROR_FAILED.
 */
int
msgr_ledger_dir_lock(const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, LOCK_FILE, NULL);
    int fd = -1, code = 0;

    if (g_mkdir_with_parents(dir, 0700) == 0)
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    code = fd < 0 ? errno : wait_for_lock(fd);
    if (code == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    if (code == EBUSY)
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_FAILED, "another service uses %s", dir);
    else
        fail(error, "can't lock", path, code);
    return -1;
}

static gboolean
has_log(const char *file)
{
    g_autofree char *log = g_strconcat(file, "-wal", NULL);
    struct stat info;

    return stat(log, &info) == 0 && info.st_size > 0;
}

/**
 * msgr_ledger_dir_prepare:
 * @file: the database's path
 * @is_headless: (out): whether the database is empty, but the log that belongs to it is not
 *
 * Sees to it that the database is a file that nobody else can read: SQLite gives the others the
 * same rights.
 *
 * Errors: MSGR_ERROR_FAILED.
 */
gboolean
msgr_ledger_dir_prepare(const char *file, gboolean *is_headless, GError **error)
{
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    struct stat info;
    int code = 0;

    if (fd < 0)
        return fail(error, "can't open", file, errno);
    if (fchmod(fd, 0600) != 0 || fstat(fd, &info) != 0)
        code = errno;
    else if (!S_ISREG(info.st_mode))
        code = EINVAL;
    close(fd);
    if (code != 0)
        return fail(error, "can't use", file, code);
    *is_headless = info.st_size <= 1 && has_log(file); /* to SQLite, a byte is nothing */
    return TRUE;
}

static gboolean
is_free(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(companions); i++) {
        g_autofree char *path = g_strconcat(name, companions[i], NULL);
        struct stat info;

        if (lstat(path, &info) == 0 || errno != ENOENT)
            return FALSE;
    }
    return TRUE;
}

static char *
free_name(const char *file, const char *why)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y%m%dT%H%M%SZ");
    char *name = g_strdup_printf("%s.%s-%s", file, why, time);

    for (guint i = 2; !is_free(name) && i < 1000; i++) {
        g_free(name);
        name = g_strdup_printf("%s.%s-%s-%u", file, why, time, i);
    }
    return name;
}

/**
 * msgr_ledger_dir_new_aside:
 * @file: the database's path
 * @why: a word for the name that it gets
 *
 * Creates an empty file beside the database that nobody else can read, for a copy of it.
 *
 * Returns: its path.
 *
 * Errors: MSGR_ERROR_FAILED.
 */
char *
msgr_ledger_dir_new_aside(const char *file, const char *why, GError **error)
{
    g_autofree char *name = free_name(file, why);
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0) {
        fail(error, "can't create", name, errno);
        return NULL;
    }
    close(fd);
    return g_steal_pointer(&name);
}

/**
 * msgr_ledger_dir_set_aside:
 * @file: the database's path
 * @why: a word for the name that it gets
 *
 * Renames the database and what belongs to it, so that it can still be opened under its new name.
 *
 * Returns: the new path.
 *
 * Errors: MSGR_ERROR_FAILED.
 */
char *
msgr_ledger_dir_set_aside(const char *file, const char *why, GError **error)
{
    g_autofree char *name = free_name(file, why);

    if (!is_free(name)) {
        fail(error, "can't rename", file, EEXIST);
        return NULL;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(companions); i++) {
        g_autofree char *from = g_strconcat(file, companions[i], NULL);
        g_autofree char *to = g_strconcat(name, companions[i], NULL);

        if (g_rename(from, to) != 0 && !(errno == ENOENT && *companions[i] != '\0')) {
            fail(error, "can't rename", from, errno);
            return NULL;
        }
    }
    return g_steal_pointer(&name);
}
