/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who is meant by a sign-in name of the service `local`.
 */
#pragma once

#include "msgr-user.h"

G_BEGIN_DECLS

gboolean msgr_local_name_is_possible(const char *name);
gboolean msgr_local_name_is_known(MsgrModel *model, const char *name);
MsgrUser *msgr_local_name_belongs(MsgrModel *model, guint32 uid, const char *name,
                                  const char *real_name);

G_END_DECLS
