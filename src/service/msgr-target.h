/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-call.h"

G_BEGIN_DECLS

MsgrTarget msgr_target_find(MsgrModel *model, MsgrClient *client, const char *path);
char *msgr_target_introspect(MsgrModel *model, MsgrClient *client, const char *path);

G_END_DECLS
