/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-interface.h"

G_BEGIN_DECLS

gboolean msgr_dispatch_check_object(MsgrCall *call, const MsgrInterface *interface, MsgrNeed need,
                                    GError **error);
GVariant *msgr_dispatch_refuse(GError **error, MsgrError code, const char *what, const char *name);
gboolean msgr_dispatch_check_visible(MsgrCall *call, GError **error);
GVariant *msgr_dispatch(MsgrCall *call, GError **error);

G_END_DECLS
