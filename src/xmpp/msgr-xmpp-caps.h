/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-xmpp-element.h"

G_BEGIN_DECLS

/* As many as msgrd takes of a contact. If one has more, it takes nothing of anybody. */
#define MSGR_XMPP_MAX_APPLICATIONS 256

/**
 * MsgrXmppCaps:
 *
 * What a device can, as far as it matters here. Counted by references; does not change.
 */
typedef struct {
    gboolean takes_invitations;
    GPtrArray *applications; /* of GUIDs */
} MsgrXmppCaps;

MsgrXmppCaps *msgr_xmpp_caps_read(const MsgrXmppElement *query, char **ver);
MsgrXmppCaps *msgr_xmpp_caps_ref(MsgrXmppCaps *self);
void msgr_xmpp_caps_unref(MsgrXmppCaps *self);
gboolean msgr_xmpp_caps_has(const MsgrXmppCaps *self, const char *guid);

MsgrXmppElement *msgr_xmpp_caps_own_info(const char *const *applications, const char *node);
MsgrXmppElement *msgr_xmpp_caps_own_element(const char *const *applications);
char *msgr_xmpp_caps_own_ver(const char *const *applications);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppCaps, msgr_xmpp_caps_unref)

G_END_DECLS
