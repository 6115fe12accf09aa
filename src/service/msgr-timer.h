/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _MsgrTimer MsgrTimer;

typedef void (*MsgrTimerFunc)(gpointer data);

MsgrTimer *msgr_timer_new(MsgrTimerFunc func, gpointer data);
void msgr_timer_free(MsgrTimer *self);
void msgr_timer_set(MsgrTimer *self, gint64 due);

G_END_DECLS
