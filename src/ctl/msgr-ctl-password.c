/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A password from whoever is at the terminal, or from a pipe. Never from the command line, which
 * everybody on the machine can read.
 */
#include "config.h"

#include "msgr-ctl-password.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "msgr-ctl-error.h"

#define MAX_PASSWORD 1024 /* bytes */

/* What the terminal is put back to if it is interrupted while it echoes nothing. */
static struct termios before;

static void
interrupted(int number)
{
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    signal(number, SIG_DFL);
    raise(number);
}

/* Byte by byte: what follows the line in a pipe is left to others. */
static gssize
read_line(char *buffer, gsize size)
{
    gsize length = 0;

    while (length + 1 < size) {
        gssize n = read(STDIN_FILENO, buffer + length, 1);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0 || buffer[length] == '\n')
            break;
        length++;
    }
    buffer[length] = '\0';
    buffer[strcspn(buffer, "\r")] = '\0';
    return (gssize)length;
}

static gssize
read_from_terminal(const char *prompt, char *buffer, gsize size)
{
    struct sigaction action = { .sa_handler = interrupted };
    struct sigaction old;
    struct termios silent;
    gssize length;

    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return -1;
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    sigaction(SIGINT, &action, &old);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    g_printerr("%s", prompt);
    length = read_line(buffer, size);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    sigaction(SIGINT, &old, NULL);
    g_printerr("\n");
    return length;
}

/**
 * msgr_ctl_password_read:
 * @prompt: for the terminal, if there is one
 *
 * Returns: (nullable): one line of standard input, to be given to msgr_ctl_secret_free().
 */
char *
msgr_ctl_password_read(const char *prompt, GError **error)
{
    char buffer[MAX_PASSWORD + 1];
    char *password = NULL;
    gssize length = isatty(STDIN_FILENO) ? read_from_terminal(prompt, buffer, sizeof(buffer))
                                         : read_line(buffer, sizeof(buffer));

    if (length > 0 && buffer[0] != '\0')
        password = g_strdup(buffer);
    else
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE,
                           _("It is read from the terminal, or from standard input"),
                           _("There is no password"));
    explicit_bzero(buffer, sizeof(buffer));
    return password;
}
