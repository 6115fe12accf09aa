/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How sessions look on the wire, as docs/xmpp-protocol.md tells it. Nothing here has a state.
 */
#pragma once

#include "msgr-xmpp-element.h"

G_BEGIN_DECLS

char *msgr_xmpp_jingle_sid_of(const char *guid);
char *msgr_xmpp_jingle_guid_of(const char *sid);

MsgrXmppElement *msgr_xmpp_jingle_new(const char *action, const char *sid, const char *to,
                                      MsgrXmppElement **jingle);
MsgrXmppElement *msgr_xmpp_jingle_message_new(const char *name, const char *sid, const char *to,
                                              MsgrXmppElement **child);

void msgr_xmpp_jingle_add_data(MsgrXmppElement *parent, const char *text);
char *msgr_xmpp_jingle_read_data(const MsgrXmppElement *parent);
void msgr_xmpp_jingle_add_context(MsgrXmppElement *jingle, const char *data);
char *msgr_xmpp_jingle_read_context(const MsgrXmppElement *element);

void msgr_xmpp_jingle_add_content(MsgrXmppElement *jingle, MsgrXmppElement *description);
const MsgrXmppElement *msgr_xmpp_jingle_description(const MsgrXmppElement *jingle);
MsgrXmppElement *msgr_xmpp_jingle_write_invitation(GVariant *invitation);
GVariant *msgr_xmpp_jingle_read_invitation(const MsgrXmppElement *description, guint late_seconds);
MsgrXmppElement *msgr_xmpp_jingle_write_answer(const char *app_data);

G_END_DECLS
