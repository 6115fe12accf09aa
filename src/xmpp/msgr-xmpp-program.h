/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-xmpp-account.h"
#include "msgr-xmpp-options.h"

G_BEGIN_DECLS

int msgr_xmpp_program_serve(const MsgrXmppAccount *account, const MsgrXmppOptions *options);
int msgr_xmpp_program_check(MsgrXmppAccount *account);
int msgr_xmpp_program_forget(const char *jid, const MsgrXmppOptions *options);

G_END_DECLS
