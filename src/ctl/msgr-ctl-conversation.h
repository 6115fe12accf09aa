/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-ctl.h"

G_BEGIN_DECLS

typedef enum {
    MSGR_CTL_TAKE_PART = 1 << 0, /* msgrctl is this side's application: nothing is launched */
    MSGR_CTL_STAY = 1 << 1,      /* until the session's end, not until it is connected */
    MSGR_CTL_KEEP = 1 << 2,      /* Ctrl-C leaves the session as it is */
} MsgrCtlConversationFlags;

/**
 * MsgrCtlConversation:
 *
 * One side of a session, followed from the invitation on: the same for the inviter and the invitee.
 * It prints each step, can be the application's end of the session, and sends lines as context
 * data.
 */
typedef struct _MsgrCtlConversation MsgrCtlConversation;

MsgrCtlConversation *msgr_ctl_conversation_new(MsgrCtl *ctl);
void msgr_ctl_conversation_free(MsgrCtlConversation *self);
gboolean msgr_ctl_conversation_prepare(MsgrCtlConversation *self, GError **error);
void msgr_ctl_conversation_say(MsgrCtlConversation *self, const char *text);
int msgr_ctl_conversation_run(MsgrCtlConversation *self, const char *session, const char *who,
                              MsgrCtlConversationFlags flags, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrCtlConversation, msgr_ctl_conversation_free)

G_END_DECLS
