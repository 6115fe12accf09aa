/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One timer of the boot clock: GLib's own stand still while the machine sleeps.
 */
#include "msgr-timer.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <glib-unix.h>

struct _MsgrTimer {
    int fd;
    guint source;
    gint64 due;
    MsgrTimerFunc func;
    gpointer data;
};

static gboolean
fired(int fd, GIOCondition condition, gpointer data)
{
    MsgrTimer *self = data;
    guint64 times;

    if (read(fd, &times, sizeof times) < 0 && errno == EAGAIN)
        return G_SOURCE_CONTINUE;
    self->due = G_MAXINT64;
    self->func(self->data);
    return G_SOURCE_CONTINUE;
}

/**
 * msgr_timer_new:
 * @func: called on the main context when the time has come
 */
MsgrTimer *
msgr_timer_new(MsgrTimerFunc func, gpointer data)
{
    MsgrTimer *self = g_new0(MsgrTimer, 1);

    self->fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (self->fd < 0)
        g_error("no timer to be had: %s", g_strerror(errno));
    self->due = G_MAXINT64;
    self->func = func;
    self->data = data;
    self->source = g_unix_fd_add(self->fd, G_IO_IN, fired, self);
    return self;
}

void
msgr_timer_free(MsgrTimer *self)
{
    g_source_remove(self->source);
    close(self->fd);
    g_free(self);
}

/**
 * msgr_timer_set:
 * @due: microseconds of the boot clock, or G_MAXINT64 for never
 */
void
msgr_timer_set(MsgrTimer *self, gint64 due)
{
    struct itimerspec spec = { 0 };

    if (due == self->due)
        return;
    self->due = due;
    if (due != G_MAXINT64) {
        /* a time of nought would stop the timer */
        gint64 at = MAX(due, 1);

        spec.it_value.tv_sec = at / G_USEC_PER_SEC;
        spec.it_value.tv_nsec = at % G_USEC_PER_SEC * 1000;
    }
    timerfd_settime(self->fd, TFD_TIMER_ABSTIME, &spec, NULL);
}
