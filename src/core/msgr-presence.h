/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How users look to others, and that it is told.
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

/* So long what is told of a user stands, at the least; and so long it is not worked out again what
 * others see of it, if there was nothing to be told. */
#define MSGR_PRESENCE_PACE  (G_USEC_PER_SEC / 2)
#define MSGR_PRESENCE_PAUSE (G_USEC_PER_SEC / 20)

void msgr_presence_changed(MsgrUser *user);
void msgr_presence_changed_for_all(MsgrModel *model);
gboolean msgr_presence_name_changed(MsgrModel *model, const char *name);
void msgr_presence_came_or_went(MsgrUser *user);
void msgr_presence_left(gpointer user, gint64 now);
void msgr_presence_round_due(gpointer user, gint64 now);
void msgr_presence_settle(MsgrModel *model);
void msgr_presence_resume(MsgrModel *model);

G_END_DECLS
