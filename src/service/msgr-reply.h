/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

#include "msgr-order.h"

G_BEGIN_DECLS

void msgr_reply_read(GDBusMessage *reply, const MsgrOrder *order, MsgrAnswer *answer);

G_END_DECLS
