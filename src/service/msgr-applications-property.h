/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-call.h"

G_BEGIN_DECLS

void msgr_applications_property_get(MsgrCall *call, gboolean all);

G_END_DECLS
