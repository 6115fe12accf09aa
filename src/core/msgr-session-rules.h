/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-session.h"

G_BEGIN_DECLS

/* What a client can ask of a session, where side and state decide whether it may. */
typedef enum {
    MSGR_CALL_SET_APPLICATION,
    MSGR_CALL_SET_LOCAL_ADDRESS,
    MSGR_CALL_INVITE,
    MSGR_CALL_ACCEPT,
    MSGR_CALL_DECLINE,
    MSGR_CALL_CANCEL,
    MSGR_CALL_SEND_CONTEXT_DATA,
    MSGR_CALL_SUPPRESS_INVITATION,
    MSGR_CALL_SUPPRESS_LAUNCH,
    MSGR_CALL_DETACH,
    MSGR_N_CALLS
} MsgrSessionCall;

gboolean msgr_session_rule(MsgrSessionCall call, MsgrRole role, MsgrState state,
                           MsgrError *refusal);
gboolean msgr_session_check(MsgrSide *side, MsgrSessionCall call, GError **error);

G_END_DECLS
