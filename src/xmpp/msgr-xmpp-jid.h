/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * XMPP addresses: node@domain/resource. All but the first function take addresses that it made.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *msgr_xmpp_jid_normalise(const char *jid, GError **error);
char *msgr_xmpp_jid_normalise_bare(const char *jid, GError **error);
char *msgr_xmpp_jid_bare(const char *jid);
const char *msgr_xmpp_jid_domain(const char *bare);
const char *msgr_xmpp_jid_resource(const char *jid);
gboolean msgr_xmpp_jid_is_account(const char *jid);

G_END_DECLS
