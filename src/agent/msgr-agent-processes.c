/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-processes.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "msgr-agent-notes.h"

#define GROUP "Processes"

struct _MsgrAgentProcesses {
    MsgrAgentNotes *notes; /* session -> "PID START" */
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

/* What has ended while no agent was there need not be remembered. */
static void
forget_ended(MsgrAgentProcesses *self)
{
    g_auto(GStrv) sessions = g_key_file_get_keys(self->notes->file, GROUP, NULL, NULL);
    GPid pid;

    for (char **session = sessions; session != NULL && *session != NULL; session++) {
        g_autofree char *text = g_key_file_get_string(self->notes->file, GROUP, *session, NULL);

        if (!is_there(text, &pid))
            g_key_file_remove_key(self->notes->file, GROUP, *session, NULL);
    }
}

MsgrAgentProcesses *
msgr_agent_processes_new(void)
{
    MsgrAgentProcesses *self = g_new0(MsgrAgentProcesses, 1);

    self->notes = msgr_agent_notes_new("processes");
    forget_ended(self);
    return self;
}

void
msgr_agent_processes_free(MsgrAgentProcesses *self)
{
    msgr_agent_notes_free(self->notes);
    g_free(self);
}

void
msgr_agent_processes_put(MsgrAgentProcesses *self, const char *session, GPid pid)
{
    g_autofree char *text = describe(pid);

    if (text == NULL)
        return;
    g_key_file_set_string(self->notes->file, GROUP, session, text);
    msgr_agent_notes_save(self->notes);
}

void
msgr_agent_processes_remove(MsgrAgentProcesses *self, const char *session)
{
    if (g_key_file_remove_key(self->notes->file, GROUP, session, NULL))
        msgr_agent_notes_save(self->notes);
}

/**
 * msgr_agent_processes_open:
 *
 * Returns: a pidfd of the process that was launched for @session and lives; -1: there is none.
 */
int
msgr_agent_processes_open(MsgrAgentProcesses *self, const char *session, GPid *pid)
{
    g_autofree char *text = g_key_file_get_string(self->notes->file, GROUP, session, NULL);
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
