/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-processes.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GROUP "Processes"

struct _MsgrAgentProcesses {
    char *path;
    GKeyFile *file; /* session -> "PID START" */
};

/* When a process was started, in the kernel's own count: with its number that names it for good. ""
 * if there is none, or it has ended and only waits to be reaped. */
static char *
start_time(GPid pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree char *text = NULL;
    g_auto(GStrv) fields = NULL;
    const char *end;

    if (!g_file_get_contents(path, &text, NULL, NULL) || (end = strrchr(text, ')')) == NULL)
        return g_strdup("");
    /* Behind the name, the second: the third, the state, is [1], and the 22nd the time. */
    fields = g_strsplit(end + 1, " ", 22);
    if (g_strv_length(fields) <= 20 || strchr("ZX", *fields[1]) != NULL)
        return g_strdup("");
    return g_strdup(fields[20]);
}

static char *
describe(GPid pid)
{
    g_autofree char *start = start_time(pid);

    return *start != '\0' ? g_strdup_printf("%d %s", pid, start) : NULL;
}

static gboolean
is_there(const char *text, GPid *pid)
{
    g_autofree char *now = NULL;
    int number;

    if (text == NULL || sscanf(text, "%d ", &number) != 1 || number <= 0)
        return FALSE;
    now = describe(number);
    *pid = number;
    return g_strcmp0(now, text) == 0;
}

static void
save(MsgrAgentProcesses *self)
{
    g_autofree char *folder = g_path_get_dirname(self->path);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize length;

    text = g_key_file_to_data(self->file, &length, NULL);
    if (g_mkdir_with_parents(folder, 0700) == 0 &&
        g_file_set_contents_full(self->path, text, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT,
                                 0600, &error))
        return;
    g_info("What was launched can't be noted in %s: %s", self->path,
           error != NULL ? error->message : g_strerror(errno));
}

/* What has ended while no agent was there need not be remembered. */
static void
forget_ended(MsgrAgentProcesses *self)
{
    g_auto(GStrv) sessions = g_key_file_get_keys(self->file, GROUP, NULL, NULL);
    GPid pid;

    for (char **session = sessions; session != NULL && *session != NULL; session++) {
        g_autofree char *text = g_key_file_get_string(self->file, GROUP, *session, NULL);

        if (!is_there(text, &pid))
            g_key_file_remove_key(self->file, GROUP, *session, NULL);
    }
}

MsgrAgentProcesses *
msgr_agent_processes_new(void)
{
    MsgrAgentProcesses *self = g_new0(MsgrAgentProcesses, 1);

    self->path = g_build_filename(g_get_user_runtime_dir(), "msgr", "processes", NULL);
    self->file = g_key_file_new();
    g_key_file_load_from_file(self->file, self->path, G_KEY_FILE_NONE, NULL);
    forget_ended(self);
    return self;
}

void
msgr_agent_processes_free(MsgrAgentProcesses *self)
{
    g_free(self->path);
    g_key_file_unref(self->file);
    g_free(self);
}

void
msgr_agent_processes_put(MsgrAgentProcesses *self, const char *session, GPid pid)
{
    g_autofree char *text = describe(pid);

    if (text == NULL)
        return;
    g_key_file_set_string(self->file, GROUP, session, text);
    save(self);
}

void
msgr_agent_processes_remove(MsgrAgentProcesses *self, const char *session)
{
    if (g_key_file_remove_key(self->file, GROUP, session, NULL))
        save(self);
}

/**
 * msgr_agent_processes_open:
 *
 * Returns: a pidfd of the process that was launched for @session and lives; -1: there is none.
 */
int
msgr_agent_processes_open(MsgrAgentProcesses *self, const char *session, GPid *pid)
{
    g_autofree char *text = g_key_file_get_string(self->file, GROUP, session, NULL);
    int pidfd;

    if (!is_there(text, pid))
        return -1;
    pidfd = (int)syscall(SYS_pidfd_open, *pid, 0);
    /* It may have ended, and its number been given to another, between the look and the grip. */
    if (pidfd >= 0 && !is_there(text, pid)) {
        close(pidfd);
        return -1;
    }
    return pidfd;
}
