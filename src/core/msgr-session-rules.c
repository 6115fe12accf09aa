/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who may ask what of a session, and when: the table that every call goes through.
 */
#include "msgr-session-rules.h"

/* What a cell of the table says, short enough to be read as a table. */
typedef enum {
    YES,
    NOT_INVITER,
    NOT_INVITEE,
    NOT_READY,
    STATE,   /* SessionStateInvalid */
    TOO_SOON /* NotValidForAppInvite */
} Cell;

#define N_LIVE 4 /* READY, INVITATION, ACCEPTED, CONNECTED; then ended, one like the other */

typedef struct {
    Cell inviter[N_LIVE + 1];
    Cell invitee[N_LIVE + 1]; /* its side is born in INVITATION: the first column is never asked */
} Rule;

/* clang-format off */
static const Rule rules[MSGR_N_CALLS] = {
    /*                       READY        INVITATION   ACCEPTED     CONNECTED    ended */
    [MSGR_CALL_SET_APPLICATION] = {
        .inviter         = { YES,         NOT_READY,   NOT_READY,   NOT_READY,   NOT_READY },
        .invitee         = { NOT_INVITER, NOT_INVITER, NOT_INVITER, NOT_INVITER, NOT_INVITER } },
    [MSGR_CALL_SET_LOCAL_ADDRESS] = {
        .inviter         = { YES,         STATE,       STATE,       STATE,       STATE },
        .invitee         = { STATE,       YES,         STATE,       STATE,       STATE } },
    [MSGR_CALL_INVITE] = {
        .inviter         = { YES,         NOT_READY,   NOT_READY,   NOT_READY,   NOT_READY },
        .invitee         = { NOT_INVITER, NOT_INVITER, NOT_INVITER, NOT_INVITER, NOT_INVITER } },
    [MSGR_CALL_ACCEPT] = {
        .inviter         = { NOT_INVITEE, NOT_INVITEE, NOT_INVITEE, NOT_INVITEE, NOT_INVITEE },
        .invitee         = { STATE,       YES,         STATE,       STATE,       STATE } },
    [MSGR_CALL_DECLINE] = {
        .inviter         = { NOT_INVITEE, NOT_INVITEE, NOT_INVITEE, NOT_INVITEE, NOT_INVITEE },
        .invitee         = { STATE,       YES,         STATE,       STATE,       STATE } },
    [MSGR_CALL_CANCEL] = {
        .inviter         = { YES,         YES,         YES,         YES,         STATE },
        .invitee         = { STATE,       NOT_INVITER, YES,         YES,         STATE } },
    [MSGR_CALL_SEND_CONTEXT_DATA] = {
        .inviter         = { TOO_SOON,    TOO_SOON,    YES,         YES,         STATE },
        .invitee         = { TOO_SOON,    TOO_SOON,    YES,         YES,         STATE } },
    [MSGR_CALL_SUPPRESS_INVITATION] = {
        .inviter         = { STATE,       STATE,       STATE,       STATE,       STATE },
        .invitee         = { STATE,       YES,         STATE,       STATE,       STATE } },
    [MSGR_CALL_SUPPRESS_LAUNCH] = {
        .inviter         = { STATE,       STATE,       YES,         STATE,       STATE },
        .invitee         = { STATE,       STATE,       YES,         STATE,       STATE } },
    [MSGR_CALL_DETACH] = {
        .inviter         = { YES,         YES,         STATE,       STATE,       STATE },
        .invitee         = { NOT_INVITER, NOT_INVITER, NOT_INVITER, NOT_INVITER, NOT_INVITER } },
};

static const Rule events[MSGR_N_EVENTS] = {
    [MSGR_EVENT_ANSWER] = {
        .inviter         = { STATE,       YES,         STATE,       STATE,       STATE },
        .invitee         = { STATE,       STATE,       STATE,       STATE,       STATE } },
    [MSGR_EVENT_APP_NOT_PRESENT] = {
        .inviter         = { STATE,       YES,         STATE,       STATE,       STATE },
        .invitee         = { STATE,       STATE,       STATE,       STATE,       STATE } },
    [MSGR_EVENT_ATTACHED] = {
        .inviter         = { STATE,       STATE,       YES,         STATE,       STATE },
        .invitee         = { STATE,       STATE,       YES,         STATE,       STATE } },
    [MSGR_EVENT_CONTEXT_DATA] = {
        .inviter         = { STATE,       STATE,       YES,         YES,         STATE },
        .invitee         = { STATE,       STATE,       YES,         YES,         STATE } },
};
/* clang-format on */

static const struct {
    MsgrError code;
    const char *message;
} refusals[] = {
    [NOT_INVITER] = { MSGR_ERROR_NOT_INVITER, "Only who invited may do this" },
    [NOT_INVITEE] = { MSGR_ERROR_NOT_INVITEE, "Only who was invited may do this" },
    [NOT_READY] = { MSGR_ERROR_SESSION_NOT_READY, "The session has invited somebody already" },
    [STATE] = { MSGR_ERROR_SESSION_STATE_INVALID, "The session's state does not allow this" },
    [TOO_SOON] = { MSGR_ERROR_NOT_VALID_FOR_APP_INVITE, "The invitation was not accepted yet" },
};

static Cell
cell_of(const Rule *rule, MsgrRole role, MsgrState state)
{
    const Cell *row = role == MSGR_INVITER ? rule->inviter : rule->invitee;

    return row[msgr_state_is_live(state) ? state - MSGR_STATE_READY : N_LIVE];
}

/**
 * msgr_session_rule:
 * @refusal: (out) (optional): the error where it may not
 *
 * Returns: whether a side may make @call in @state.
 */
gboolean
msgr_session_rule(MsgrSessionCall call, MsgrRole role, MsgrState state, MsgrError *refusal)
{
    Cell cell = cell_of(&rules[call], role, state);

    if (cell != YES && refusal != NULL)
        *refusal = refusals[cell].code;
    return cell == YES;
}

/**
 * msgr_session_check:
 *
 * The same for the session as it is, with a message.
 */
gboolean
msgr_session_check(MsgrSide *side, MsgrSessionCall call, GError **error)
{
    Cell cell = cell_of(&rules[call], side->role, side->session->data.state);

    if (cell == YES)
        return TRUE;
    g_set_error_literal(error, MSGR_ERROR, refusals[cell].code, refusals[cell].message);
    return FALSE;
}

/**
 * msgr_session_event_rule:
 *
 * Returns: whether what came from the other machine can still happen in @state.
 */
gboolean
msgr_session_event_rule(MsgrSessionEvent event, MsgrRole role, MsgrState state)
{
    return cell_of(&events[event], role, state) == YES;
}

/**
 * msgr_session_check_event:
 *
 * The same for the session as it is.
 *
 * Errors: MSGR_ERROR_SESSION_STATE_INVALID.
 */
gboolean
msgr_session_check_event(MsgrSide *side, MsgrSessionEvent event, GError **error)
{
    if (msgr_session_event_rule(event, side->role, side->session->data.state))
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_SESSION_STATE_INVALID, refusals[STATE].message);
}
