/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What systemd is told, where it watches over the service.
 */
#include "msgr-supervisor.h"

#include "config.h"

#if HAVE_SYSTEMD

#include <systemd/sd-daemon.h>

static gboolean
feed_watchdog(gpointer data)
{
    sd_notify(0, "WATCHDOG=1");
    return G_SOURCE_CONTINUE;
}

/**
 * msgr_supervisor_ready:
 *
 * The service answers; from now on it shows that its main context runs.
 */
void
msgr_supervisor_ready(void)
{
    static guint watchdog;
    guint64 microseconds = 0;

    sd_notify(0, "READY=1\nSTATUS=Ready");
    if (watchdog == 0 && sd_watchdog_enabled(0, &microseconds) > 0)
        watchdog = g_timeout_add(MAX(microseconds / 2000, 1), feed_watchdog, NULL);
}

void
msgr_supervisor_reloading(void)
{
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time());
}

void
msgr_supervisor_stopping(void)
{
    sd_notify(0, "STOPPING=1");
}

#else

void
msgr_supervisor_ready(void)
{
}

void
msgr_supervisor_reloading(void)
{
}

void
msgr_supervisor_stopping(void)
{
}

#endif
