/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The error names and the HRESULTs of the original API, as one table.
 */
#include "msgr-error.h"

#include <gio/gio.h>

#include "msgr-names.h"

typedef struct {
    const char *name;
    guint32 hresult; /* 0: no counterpart in the original */
} ErrorRow;

#define BUS_ERROR(name) "org.freedesktop.DBus.Error." name

static const ErrorRow rows[MSGR_N_ERRORS] = {
    [MSGR_ERROR_APPLICATION_LAUNCH_FAILED] = { "ApplicationLaunchFailed", 0x81000601 },
    [MSGR_ERROR_INVITATION_DECLINED] = { "InvitationDeclined", 0x81000602 },
    [MSGR_ERROR_CONNECTION_FAILURE] = { "ConnectionFailure", 0x81000603 },
    [MSGR_ERROR_AUTHENTICATION_FAILED] = { "AuthenticationFailed", 0x81000604 },
    [MSGR_ERROR_SESSION_NOT_READY] = { "SessionNotReady", 0x81000605 },
    [MSGR_ERROR_SESSION_CANCELLED_LOCAL] = { "SessionCancelledLocal", 0x81000606 },
    [MSGR_ERROR_SESSION_CANCELLED_REMOTE] = { "SessionCancelledRemote", 0x81000607 },
    [MSGR_ERROR_SESSION_PROTOCOL_ERROR] = { "SessionProtocolError", 0x81000608 },
    [MSGR_ERROR_SESSION_TIMEOUT] = { "SessionTimeout", 0x81000609 },
    [MSGR_ERROR_CANCEL_BEFORE_CONNECT] = { "CancelBeforeConnect", 0x8100060a },
    [MSGR_ERROR_NOT_INVITEE] = { "NotInvitee", 0x8100060b },
    [MSGR_ERROR_NOT_INVITER] = { "NotInviter", 0x8100060c },
    [MSGR_ERROR_APP_ALREADY_REGISTERED] = { "AppAlreadyRegistered", 0x8100060d },
    [MSGR_ERROR_APP_NOT_REGISTERED] = { "AppNotRegistered", 0x8100060e },
    [MSGR_ERROR_NOT_VALID_FOR_APP_INVITE] = { "NotValidForAppInvite", 0x8100060f },
    [MSGR_ERROR_APP_NOT_SPECIFIED] = { "AppNotSpecified", 0x81000610 },
    [MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT] = { "ContextDataOverLimit", 0x81000611 },
    [MSGR_ERROR_NO_USER_INVITED] = { "NoUserInvited", 0x81000612 },
    [MSGR_ERROR_INVITED_SELF] = { "InvitedSelf", 0x81000613 },
    [MSGR_ERROR_SESSION_STATE_INVALID] = { "SessionStateInvalid", 0x81000614 },
    [MSGR_ERROR_INVITATION_SEND_FAILURE] = { "InvitationSendFailure", 0x81000615 },
    [MSGR_ERROR_CANCEL_SEND_FAILURE] = { "CancelSendFailure", 0x81000616 },
    [MSGR_ERROR_DECLINE_SEND_FAILURE] = { "DeclineSendFailure", 0x81000617 },
    [MSGR_ERROR_ACCEPT_SEND_FAILURE] = { "AcceptSendFailure", 0x81000618 },
    [MSGR_ERROR_CONTEXT_DATA_SEND_FAILURE] = { "ContextDataSendFailure", 0x81000619 },
    [MSGR_ERROR_NETWORK_CONFIG_FAILURE] = { "NetworkConfigFailure", 0x81000620 },
    [MSGR_ERROR_NET_NOT_SUPPORTED] = { "NetNotSupported", 0x81000621 },
    [MSGR_ERROR_REMOTE_NET_NOT_SUPPORTED] = { "RemoteNetNotSupported", 0x81000622 },
    [MSGR_ERROR_FIREWALL_NOT_SUPPORTED] = { "FirewallNotSupported", 0x81000623 },
    [MSGR_ERROR_OLD_SIP_STACK] = { "OldSipStack", 0x81000624 },
    [MSGR_ERROR_API_NOT_INITIALIZED] = { "ApiNotInitialized", 0x81000751 },
    [MSGR_ERROR_API_LOCKED] = { "ApiLocked", 0x81000752 },
    [MSGR_ERROR_API_UNLOCK_FAILED] = { "ApiUnlockFailed", 0x81000753 },
    [MSGR_ERROR_API_ALREADY_UNLOCKED] = { "ApiAlreadyUnlocked", 0x81000754 },
    [MSGR_ERROR_API_PENDING_UNLOCK] = { "ApiPendingUnlock", 0x81000755 },
    [MSGR_ERROR_API_DISABLED] = { "ApiDisabled", 0x81000756 },
    [MSGR_ERROR_NOT_LOGGED_ON] = { "NotLoggedOn", 0x8100031e },
    [MSGR_ERROR_LIMITS_EXCEEDED] = { "LimitsExceeded", 0 },
    [MSGR_ERROR_NOT_FOUND] = { "NotFound", 0 },
    [MSGR_ERROR_ACCESS_DENIED] = { BUS_ERROR("AccessDenied"), 0 },
    [MSGR_ERROR_INVALID_ARGS] = { BUS_ERROR("InvalidArgs"), 0 },
    [MSGR_ERROR_UNKNOWN_OBJECT] = { BUS_ERROR("UnknownObject"), 0 },
    [MSGR_ERROR_UNKNOWN_INTERFACE] = { BUS_ERROR("UnknownInterface"), 0 },
    [MSGR_ERROR_UNKNOWN_METHOD] = { BUS_ERROR("UnknownMethod"), 0 },
    [MSGR_ERROR_UNKNOWN_PROPERTY] = { BUS_ERROR("UnknownProperty"), 0 },
    [MSGR_ERROR_PROPERTY_READ_ONLY] = { BUS_ERROR("PropertyReadOnly"), 0 },
    [MSGR_ERROR_FAILED] = { BUS_ERROR("Failed"), 0 },
};

/* The names of the table's first column are short where they are the project's own. */
static gboolean
row_is_ours(const ErrorRow *row)
{
    return strchr(row->name, '.') == NULL;
}

/* Clients that link this get typed errors back from GDBus; the bus's own names GDBus knows itself.
 */
static void
register_names(GQuark domain)
{
    for (int code = 0; code < MSGR_N_ERRORS; code++) {
        if (row_is_ours(&rows[code]))
            g_dbus_error_register_error(domain, code, msgr_error_dbus_name(code));
    }
}

GQuark
msgr_error_quark(void)
{
    static gsize quark;

    if (g_once_init_enter(&quark)) {
        GQuark domain = g_quark_from_static_string("msgr-error-quark");

        g_once_init_leave(&quark, domain);
        register_names(domain);
    }
    return (GQuark)quark;
}

/**
 * msgr_error_dbus_name:
 *
 * Returns: the error's full name on the bus.
 */
const char *
msgr_error_dbus_name(MsgrError code)
{
    static const char *names[MSGR_N_ERRORS];

    g_return_val_if_fail((guint)code < MSGR_N_ERRORS, BUS_ERROR("Failed"));
    if (!row_is_ours(&rows[code]))
        return rows[code].name;
    if (g_atomic_pointer_get(&names[code]) == NULL) {
        g_autofree char *name = g_strconcat(MSGR_ERROR_PREFIX, rows[code].name, NULL);

        g_atomic_pointer_set(&names[code], g_intern_string(name));
    }
    return names[code];
}

/**
 * msgr_error_hresult:
 *
 * Returns: the original API's number for @code, or 0 where it had none.
 */
guint32
msgr_error_hresult(MsgrError code)
{
    g_return_val_if_fail((guint)code < MSGR_N_ERRORS, 0);
    return rows[code].hresult;
}

/**
 * msgr_refuse:
 * @message: for people; not translated
 *
 * Returns: %FALSE, with @error set.
 */
gboolean
msgr_refuse(GError **error, MsgrError code, const char *message)
{
    g_set_error_literal(error, MSGR_ERROR, code, message);
    return FALSE;
}

/**
 * msgr_error_wire_message:
 * @error: an error of the domain MSGR_ERROR
 *
 * Returns: what goes on the bus: the message, ended by the HRESULT where there is one.
 */
char *
msgr_error_wire_message(const GError *error)
{
    guint32 hr = error->domain == MSGR_ERROR ? msgr_error_hresult(error->code) : 0;

    if (hr == 0)
        return g_strdup(error->message);
    return g_strdup_printf("%s (0x%08x)", error->message, hr);
}

/**
 * msgr_hresult_is_session_result:
 *
 * Returns: whether @hr is a SESSION_RESULT that the original API defined.
 */
gboolean
msgr_hresult_is_session_result(guint32 hr)
{
    return (hr >> 8) == 0x810006 && msgr_hresult_name(hr) != NULL;
}

/**
 * msgr_hresult_name:
 *
 * Returns: (nullable): the short name of the error with this number.
 */
const char *
msgr_hresult_name(guint32 hr)
{
    for (int code = 0; hr != 0 && code < MSGR_N_ERRORS; code++) {
        if (rows[code].hresult == hr)
            return rows[code].name;
    }
    return NULL;
}
