/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-call.h"

G_BEGIN_DECLS

typedef struct _MsgrLaunchWaiters MsgrLaunchWaiters;

MsgrLaunchWaiters *msgr_launch_waiters_new(void);
void msgr_launch_waiters_free(MsgrLaunchWaiters *self);
void msgr_launch_waiters_add(MsgrLaunchWaiters *self, MsgrCall *call, guint32 pid);
void msgr_launch_waiters_check(MsgrLaunchWaiters *self);

G_END_DECLS
