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

/* What can come from the other machine, where the state decides whether it still may. */
typedef enum {
    MSGR_EVENT_ANSWER,          /* to the inviter */
    MSGR_EVENT_APP_NOT_PRESENT, /* to the inviter */
    MSGR_EVENT_ATTACHED,
    MSGR_EVENT_CONTEXT_DATA,
    MSGR_N_EVENTS
} MsgrSessionEvent;

gboolean msgr_session_event_rule(MsgrSessionEvent event, MsgrRole role, MsgrState state);
gboolean msgr_session_check_event(MsgrSide *side, MsgrSessionEvent event, GError **error);
gboolean msgr_session_rule(MsgrSessionCall call, MsgrRole role, MsgrState state,
                           MsgrError *refusal);
gboolean msgr_session_check(MsgrSide *side, MsgrSessionCall call, GError **error);

G_END_DECLS
