/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A process of somebody else's, held by a file descriptor that was handed over: as long as that is
 * open, the number can't come to mean another process unseen.
 */
#include "msgr-pidfd.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gstdio.h>

/* Readable means ended. */
static gboolean
is_running(gpointer handle)
{
    struct pollfd pidfd = { .fd = GPOINTER_TO_INT(handle), .events = POLLIN };

    return poll(&pidfd, 1, 0) == 0;
}

static gboolean
is_not_known(gpointer handle)
{
    return FALSE;
}

static void
close_handle(gpointer handle)
{
    close(GPOINTER_TO_INT(handle));
}

/* Of a process that has ended, and has been waited for, the number is -1. */
static gboolean
read_pid(int fd, gint64 *pid)
{
    g_autofree char *path = g_strdup_printf("/proc/self/fdinfo/%d", fd);
    g_autofree char *info = NULL;
    const char *line;

    if (!g_file_get_contents(path, &info, NULL, NULL))
        return FALSE;
    line = strstr(info, "\nPid:");
    if (line == NULL)
        return FALSE;
    *pid = g_ascii_strtoll(line + strlen("\nPid:"), NULL, 10);
    return TRUE;
}

/**
 * msgr_pidfd_take:
 * @fd: (transfer full): what came with the number
 * @pid: the number that the process has now, or 0 if whoever started it can't tell
 *
 * Returns: (nullable) (transfer full): the process; %NULL if @fd doesn't say that it has this
 * number.
 */
MsgrProcess *
msgr_pidfd_take(int fd, guint32 pid)
{
    gint64 found = 0;

    if (pid != 0 && read_pid(fd, &found) && found == (gint64)pid)
        return msgr_process_new(pid, is_running, close_handle, GINT_TO_POINTER(fd));
    close(fd);
    if (pid == 0 || found == -1)
        return msgr_process_new(0, is_not_known, NULL, NULL);
    return NULL;
}
