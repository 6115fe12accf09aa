/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-order.h"
#include "msgr-session.h"

G_BEGIN_DECLS

gboolean msgr_choice_is_open(MsgrSide *side);
GVariant *msgr_choice_args(MsgrSide *side);
void msgr_choice_ask(MsgrOrder *order);

G_END_DECLS
