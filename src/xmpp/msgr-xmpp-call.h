/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How calls of msgrd's are answered.
 */
#pragma once

#include <gio/gio.h>

#include "msgr-error.h"

G_BEGIN_DECLS

void msgr_xmpp_call_done(GDBusMethodInvocation *call);
void msgr_xmpp_call_fail(GDBusMethodInvocation *call, const GError *error);
void msgr_xmpp_call_refuse(GDBusMethodInvocation *call, MsgrError code, const char *message);

G_END_DECLS
