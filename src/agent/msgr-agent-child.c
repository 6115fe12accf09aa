/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-child.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#if HAVE_SYSTEMD
#include <syslog.h>
#include <systemd/sd-journal.h>
#endif

#include "msgr-error.h"

/* All that the child needs, made by the parent: between fork() and exec() nothing is allocated. */
typedef struct {
    char **argv;
    char **environment;
    const char *folder;
    int input;
    int output; /* -1: the agent's own */
    int gate;
    int report;
    int others[2]; /* the parent's ends: while the child has them, too, it never sees them close */
} Plan;

/* In the child */

G_NORETURN static void
fail(const Plan *plan, int code)
{
    if (write(plan->report, &code, sizeof(code)) < 0)
        _exit(126);
    _exit(127);
}

static void
reset_signals(void)
{
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
redirect(const Plan *plan)
{
    dup2(plan->input, STDIN_FILENO);
    if (plan->output < 0)
        return;
    dup2(plan->output, STDOUT_FILENO);
    dup2(plan->output, STDERR_FILENO);
}

/* All of ours are closed by exec(); this is for what a library has left open. Kernels before 5.11
 * can't. */
static void
close_others(void)
{
#if defined(SYS_close_range) && defined(CLOSE_RANGE_CLOEXEC)
    syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
#endif
}

G_NORETURN static void
become_program(const Plan *plan)
{
    char go;

    close(plan->others[0]);
    close(plan->others[1]);
    reset_signals();
    setsid();
    redirect(plan);
    close_others();
    if (plan->folder != NULL && chdir(plan->folder) != 0)
        fail(plan, errno);
    /* Nobody is at the gate any more: the agent has died, or thinks better of it. */
    if (read(plan->gate, &go, 1) != 1)
        _exit(126);
    execve(plan->argv[0], plan->argv, plan->environment);
    fail(plan, errno);
}

/* In the parent */

/* Where what the program says goes: to the journal under its own name, if the agent's does. */
static int
open_output(const MsgrAgentCommand *command)
{
#if HAVE_SYSTEMD
    if (g_getenv("JOURNAL_STREAM") != NULL)
        return sd_journal_stream_fd(command->app_id, LOG_INFO, FALSE);
#endif
    return -1;
}

static void
close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static MsgrAgentChild *
start(Plan *plan, GError **error)
{
    MsgrAgentChild *self;
    pid_t pid = fork();

    if (pid == 0)
        become_program(plan);
    if (pid < 0) {
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_APPLICATION_LAUNCH_FAILED,
                    _("No process can be made: %s."), g_strerror(errno));
        close_fd(&plan->others[0]);
        close_fd(&plan->others[1]);
        return NULL;
    }
    self = g_new0(MsgrAgentChild, 1);
    self->pid = pid;
    self->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    self->gate = plan->others[0];
    self->report = plan->others[1];
    return self;
}

/**
 * msgr_agent_child_new:
 *
 * Starts a process that will become the program. Whoever calls this reaps it.
 */
MsgrAgentChild *
msgr_agent_child_new(const MsgrAgentCommand *command, char **environment, GError **error)
{
    Plan plan = { command->argv, environment, command->folder, -1, -1, -1, -1, { -1, -1 } };
    int gate[2], report[2];
    MsgrAgentChild *self;

    if (!g_unix_open_pipe(gate, FD_CLOEXEC, error))
        return NULL;
    if (!g_unix_open_pipe(report, FD_CLOEXEC, error)) {
        close(gate[0]);
        close(gate[1]);
        return NULL;
    }
    if (plan.folder == NULL)
        plan.folder = g_get_home_dir();
    if (!g_file_test(plan.folder, G_FILE_TEST_IS_DIR))
        plan.folder = command->folder == NULL ? "/" : plan.folder;
    plan.input = open("/dev/null", O_RDWR | O_CLOEXEC);
    plan.output = open_output(command);
    plan.gate = gate[0];
    plan.report = report[1];
    plan.others[0] = gate[1];
    plan.others[1] = report[0];
    self = start(&plan, error);
    close_fd(&plan.input);
    close_fd(&plan.output);
    close_fd(&plan.gate);
    close_fd(&plan.report);
    return self;
}

void
msgr_agent_child_free(MsgrAgentChild *self)
{
    g_clear_handle_id(&self->source, g_source_remove);
    close_fd(&self->pidfd);
    close_fd(&self->gate);
    close_fd(&self->report);
    g_free(self);
}

/* Nothing comes if it was executed: the pipe closes with that. */
static gboolean
reported(int fd, GIOCondition condition, gpointer data)
{
    MsgrAgentChild *self = data;
    g_autoptr(GError) error = NULL;
    int code = 0;

    if (read(fd, &code, sizeof(code)) == (ssize_t)sizeof(code))
        g_set_error(&error, MSGR_ERROR, MSGR_ERROR_APPLICATION_LAUNCH_FAILED,
                    _("It can't be executed: %s."), g_strerror(code));
    self->source = 0;
    self->executed(error, self->data);
    return G_SOURCE_REMOVE;
}

/**
 * msgr_agent_child_release:
 * @executed: is called once, unless the child is freed before
 *
 * Opens the gate.
 */
void
msgr_agent_child_release(MsgrAgentChild *self, MsgrAgentExecuted executed, gpointer data)
{
    self->executed = executed;
    self->data = data;
    self->source = g_unix_fd_add(self->report, G_IO_IN | G_IO_HUP, reported, self);
    if (write(self->gate, "", 1) < 0)
        g_info("The process has ended before it became the program");
    close_fd(&self->gate);
}
