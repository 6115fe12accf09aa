/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The numbers of the API in words: names for programs, translated words for people.
 */
#include "config.h"

#include "msgr-ctl-words.h"

#include <glib/gi18n.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-text.h"
#include "msgr-error.h"

typedef struct {
    guint32 number;
    const char *name;
    const char *word;
} Row;

static const Row states[] = {
    { MSGR_STATE_UNKNOWN, "UNKNOWN", N_("unknown") },
    { MSGR_STATE_READY, "READY", N_("ready") },
    { MSGR_STATE_INVITATION, "INVITATION", N_("invited") },
    { MSGR_STATE_ACCEPTED, "ACCEPTED", N_("accepted") },
    { MSGR_STATE_CONNECTED, "CONNECTED", N_("connected") },
    { MSGR_STATE_CANCELLED, "CANCELLED", N_("cancelled") },
    { MSGR_STATE_DECLINED, "DECLINED", N_("declined") },
    { MSGR_STATE_TERMINATED, "TERMINATED", N_("ended") },
};

static const Row statuses[] = {
    { MSGR_STATUS_UNKNOWN, "UNKNOWN", N_("unknown") },
    { MSGR_STATUS_OFFLINE, "OFFLINE", N_("offline") },
    { MSGR_STATUS_ONLINE, "ONLINE", N_("online") },
    { MSGR_STATUS_INVISIBLE, "INVISIBLE", N_("invisible") },
    { MSGR_STATUS_BUSY, "BUSY", N_("busy") },
    { MSGR_STATUS_BE_RIGHT_BACK, "BE_RIGHT_BACK", N_("right back") },
    { MSGR_STATUS_IDLE, "IDLE", N_("idle") },
    { MSGR_STATUS_AWAY, "AWAY", N_("away") },
    { MSGR_STATUS_ON_THE_PHONE, "ON_THE_PHONE", N_("on the phone") },
    { MSGR_STATUS_OUT_TO_LUNCH, "OUT_TO_LUNCH", N_("out to lunch") },
};

static const Row locks[] = {
    { MSGR_LOCK_NOTINITIALIZED, "NOTINITIALIZED", N_("signed out") },
    { MSGR_LOCK_INITIALIZED, "INITIALIZED", N_("locked") },
    { MSGR_LOCK_PENDINGRESULT, "PENDINGRESULT", N_("challenged") },
    { MSGR_LOCK_UNLOCKED, "UNLOCKED", N_("unlocked") },
    { MSGR_LOCK_UNLOCKFAILED, "UNLOCKFAILED", N_("locked: wrong answer") },
    { MSGR_LOCK_DISABLED, "DISABLED", N_("disabled for a while") },
};

static const Row results[] = {
    { 0, NULL, N_("without a reason") },
    { 0x81000601, NULL, N_("the application wasn't launched") },
    { 0x81000602, NULL, N_("the invitation was declined") },
    { 0x81000603, NULL, N_("one side is gone") },
    { 0x81000604, NULL, N_("one side couldn't prove who it is") },
    { 0x81000606, NULL, N_("cancelled on this side") },
    { 0x81000607, NULL, N_("cancelled by the other side") },
    { 0x81000609, NULL, N_("nobody answered in time") },
    { 0x8100060e, NULL, N_("the application isn't registered") },
    { 0x8100031e, NULL, N_("you are not signed in there") },
    { MSGR_HR_INVALID_ARG, NULL, N_("there is nobody of this name, or no such service") },
    { MSGR_HR_OUT_OF_MEMORY, NULL, N_("the list is full") },
};

static const Row *
find_row(const Row *rows, gsize n_rows, guint32 number)
{
    for (gsize i = 0; i < n_rows; i++) {
        if (rows[i].number == number)
            return &rows[i];
    }
    return NULL;
}

static const Row *
find_or_first(const Row *rows, gsize n_rows, guint32 number)
{
    const Row *row = find_row(rows, n_rows, number);

    return row != NULL ? row : &rows[0];
}

/**
 * msgr_ctl_state_name:
 *
 * Returns: the name of a SESSION_STATE.
 */
const char *
msgr_ctl_state_name(guint32 state)
{
    return find_or_first(states, G_N_ELEMENTS(states), state)->name;
}

/**
 * msgr_ctl_state_word:
 * @flags: SESSION_FLAGS, for an invitation waits on one side and is waited for on the other
 *
 * Returns: a SESSION_STATE in a word, translated.
 */
const char *
msgr_ctl_state_word(guint32 state, guint32 flags)
{
    if (state == MSGR_STATE_INVITATION && (flags & MSGR_FLAG_INVITEE) != 0)
        return _("waits for you");
    return _(find_or_first(states, G_N_ELEMENTS(states), state)->word);
}

MsgrCtlStyle
msgr_ctl_state_style(guint32 state)
{
    switch (state) {
    case MSGR_STATE_INVITATION:
    case MSGR_STATE_ACCEPTED:
        return MSGR_CTL_YELLOW;
    case MSGR_STATE_CONNECTED:
        return MSGR_CTL_GREEN;
    case MSGR_STATE_CANCELLED:
    case MSGR_STATE_DECLINED:
    case MSGR_STATE_TERMINATED:
        return MSGR_CTL_DIM;
    default:
        return MSGR_CTL_PLAIN;
    }
}

/**
 * msgr_ctl_status_name:
 *
 * Returns: the name of a MISTATUS.
 */
const char *
msgr_ctl_status_name(guint32 status)
{
    return find_or_first(statuses, G_N_ELEMENTS(statuses), status)->name;
}

/**
 * msgr_ctl_status_word:
 *
 * Returns: a MISTATUS in a word, translated.
 */
const char *
msgr_ctl_status_word(guint32 status)
{
    return _(find_or_first(statuses, G_N_ELEMENTS(statuses), status)->word);
}

MsgrCtlStyle
msgr_ctl_status_style(guint32 status)
{
    switch (status) {
    case MSGR_STATUS_ONLINE:
        return MSGR_CTL_GREEN;
    case MSGR_STATUS_OFFLINE:
    case MSGR_STATUS_UNKNOWN:
        return MSGR_CTL_DIM;
    default:
        return MSGR_CTL_YELLOW;
    }
}

/* @text as a name is written: "on-the-phone", "on the phone" and "ON_THE_PHONE" are one. */
static char *
status_spelling(const char *text)
{
    char *name = g_ascii_strup(text, -1);

    return g_strdelimit(name, "- ", '_');
}

/**
 * msgr_ctl_status_parse:
 * @text: a name such as busy or on-the-phone
 * @status: (out): the MISTATUS, one that can be set
 */
gboolean
msgr_ctl_status_parse(const char *text, guint32 *status, GError **error)
{
    g_autofree char *name = status_spelling(text);
    g_autofree char *safe = msgr_ctl_text_safe(text);

    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
        *status = statuses[i].number;
        if (*status != MSGR_STATUS_UNKNOWN && *status != MSGR_STATUS_OFFLINE &&
            g_str_equal(statuses[i].name, name))
            return TRUE;
    }
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE,
                       _("There are: online, busy, be-right-back, idle, away, "
                         "on-the-phone, out-to-lunch, invisible. To be offline: msgrctl signout"),
                       _("%s is no status that can be set"), safe);
    return FALSE;
}

/**
 * msgr_ctl_lock_name:
 *
 * Returns: the name of a LockStatus.
 */
const char *
msgr_ctl_lock_name(guint32 status)
{
    return find_or_first(locks, G_N_ELEMENTS(locks), status)->name;
}

/**
 * msgr_ctl_lock_word:
 *
 * Returns: a LockStatus in a word, translated.
 */
const char *
msgr_ctl_lock_word(guint32 status)
{
    return _(find_or_first(locks, G_N_ELEMENTS(locks), status)->word);
}

/**
 * msgr_ctl_result_name:
 *
 * Returns: the name of an HRESULT, or its digits where it has none.
 */
char *
msgr_ctl_result_name(guint32 hr)
{
    const char *name = msgr_hresult_name(hr);

    return name != NULL ? g_strdup(name) : g_strdup_printf("0x%08x", hr);
}

/**
 * msgr_ctl_result_word:
 *
 * Returns: a SESSION_RESULT in words, translated.
 */
char *
msgr_ctl_result_word(guint32 hr)
{
    const Row *row = find_row(results, G_N_ELEMENTS(results), hr);

    return row != NULL ? g_strdup(_(row->word)) : msgr_ctl_result_name(hr);
}

/**
 * msgr_ctl_result_parse:
 * @text: a name such as ConnectionFailure, or the number
 * @hr: (out): the SESSION_RESULT
 */
gboolean
msgr_ctl_result_parse(const char *text, guint32 *hr, GError **error)
{
    g_autofree char *safe = msgr_ctl_text_safe(text);
    guint64 number;

    for (int code = 0; code < MSGR_N_ERRORS; code++) {
        const char *name = msgr_hresult_name(msgr_error_hresult(code));

        if (name != NULL && g_ascii_strcasecmp(name, text) == 0) {
            *hr = msgr_error_hresult(code);
            return TRUE;
        }
    }
    if (g_str_has_prefix(text, "0x") && strlen(text) == 10) {
        if (g_ascii_string_to_unsigned(text + 2, 16, 0, G_MAXUINT32, &number, NULL)) {
            *hr = (guint32)number;
            return TRUE;
        }
    }
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, _("Such as ConnectionFailure or 0x81000603"),
                       _("%s is not a reason"), safe);
    return FALSE;
}
