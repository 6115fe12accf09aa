/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-process.h"

G_BEGIN_DECLS

MsgrProcess *msgr_pidfd_take(int fd, guint32 pid);

G_END_DECLS
