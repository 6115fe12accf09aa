/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The units of accounts.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *msgr_xmpp_unit_name(const char *jid);
char *msgr_xmpp_unit_account(const char *instance);

G_END_DECLS
