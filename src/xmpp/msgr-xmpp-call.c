/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How calls of msgrd's are answered.
 */
#include "msgr-xmpp-call.h"

/**
 * msgr_xmpp_call_done:
 * @call: (transfer full): it has happened
 */
void
msgr_xmpp_call_done(GDBusMethodInvocation *call)
{
    g_dbus_method_invocation_return_value(call, NULL);
}

/**
 * msgr_xmpp_call_fail:
 * @call: (transfer full)
 * @error: what is not of MSGR_ERROR is Failed
 */
void
msgr_xmpp_call_fail(GDBusMethodInvocation *call, const GError *error)
{
    MsgrError code = error->domain == MSGR_ERROR ? (MsgrError)error->code : MSGR_ERROR_FAILED;

    msgr_xmpp_call_refuse(call, code, error->message);
}

/**
 * msgr_xmpp_call_refuse:
 * @call: (transfer full)
 * @message: for the log of msgrd
 */
void
msgr_xmpp_call_refuse(GDBusMethodInvocation *call, MsgrError code, const char *message)
{
    g_autoptr(GError) error = g_error_new_literal(MSGR_ERROR, (int)code, message);
    g_autofree char *text = msgr_error_wire_message(error);

    g_dbus_method_invocation_return_dbus_error(call, msgr_error_dbus_name(code), text);
}
