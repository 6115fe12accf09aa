/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-user.h"

G_BEGIN_DECLS

gboolean msgr_failures_are_refused(MsgrUser *user);
gint64 msgr_failures_seconds_left(MsgrUser *user);
void msgr_failures_count(MsgrUser *user);

G_END_DECLS
