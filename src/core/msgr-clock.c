/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-clock.h"

#include <time.h>

static gint64
system_boot(gpointer data)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gint64
system_wall(gpointer data)
{
    return g_get_real_time();
}

/**
 * msgr_clock_of_system:
 *
 * Returns: the machine's own clock.
 */
MsgrClock
msgr_clock_of_system(void)
{
    return (MsgrClock){ system_boot, system_wall, NULL };
}

gint64
msgr_clock_boot(const MsgrClock *self)
{
    return self->boot(self->data);
}

gint64
msgr_clock_wall(const MsgrClock *self)
{
    return self->wall(self->data);
}
