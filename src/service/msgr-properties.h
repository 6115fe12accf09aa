/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-call.h"

G_BEGIN_DECLS

GVariant *msgr_properties_call(MsgrCall *call, GError **error);

G_END_DECLS
