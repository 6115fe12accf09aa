/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The two times that the model knows. Tests set them.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MsgrClock:
 * @boot: microseconds of CLOCK_BOOTTIME, which deadlines run on: it counts while a laptop sleeps
 * @wall: microseconds since the epoch, UTC, which are told and kept across restarts
 */
typedef struct {
    gint64 (*boot)(gpointer data);
    gint64 (*wall)(gpointer data);
    gpointer data;
} MsgrClock;

MsgrClock msgr_clock_of_system(void);
gint64 msgr_clock_boot(const MsgrClock *self);
gint64 msgr_clock_wall(const MsgrClock *self);

/* As long as the clocks are asked in microseconds: no sum of a deadline may overflow. */
#define MSGR_NEVER G_MAXINT64

G_END_DECLS
