/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The names and numbers of errors, each written out once more, and their way over the bus.
 */
#include "msgr-error.h"

#include <gio/gio.h>
#include <string.h>

#define OURS(name) "org.msgr.Error." name
#define BUS(name)  "org.freedesktop.DBus.Error." name

static const struct {
    MsgrError code;
    const char *name;
    guint32 hresult;
} expected[] = {
    { MSGR_ERROR_APPLICATION_LAUNCH_FAILED, OURS("ApplicationLaunchFailed"), 0x81000601 },
    { MSGR_ERROR_INVITATION_DECLINED, OURS("InvitationDeclined"), 0x81000602 },
    { MSGR_ERROR_CONNECTION_FAILURE, OURS("ConnectionFailure"), 0x81000603 },
    { MSGR_ERROR_AUTHENTICATION_FAILED, OURS("AuthenticationFailed"), 0x81000604 },
    { MSGR_ERROR_SESSION_NOT_READY, OURS("SessionNotReady"), 0x81000605 },
    { MSGR_ERROR_SESSION_CANCELLED_LOCAL, OURS("SessionCancelledLocal"), 0x81000606 },
    { MSGR_ERROR_SESSION_CANCELLED_REMOTE, OURS("SessionCancelledRemote"), 0x81000607 },
    { MSGR_ERROR_SESSION_PROTOCOL_ERROR, OURS("SessionProtocolError"), 0x81000608 },
    { MSGR_ERROR_SESSION_TIMEOUT, OURS("SessionTimeout"), 0x81000609 },
    { MSGR_ERROR_CANCEL_BEFORE_CONNECT, OURS("CancelBeforeConnect"), 0x8100060a },
    { MSGR_ERROR_NOT_INVITEE, OURS("NotInvitee"), 0x8100060b },
    { MSGR_ERROR_NOT_INVITER, OURS("NotInviter"), 0x8100060c },
    { MSGR_ERROR_APP_ALREADY_REGISTERED, OURS("AppAlreadyRegistered"), 0x8100060d },
    { MSGR_ERROR_APP_NOT_REGISTERED, OURS("AppNotRegistered"), 0x8100060e },
    { MSGR_ERROR_NOT_VALID_FOR_APP_INVITE, OURS("NotValidForAppInvite"), 0x8100060f },
    { MSGR_ERROR_APP_NOT_SPECIFIED, OURS("AppNotSpecified"), 0x81000610 },
    { MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT, OURS("ContextDataOverLimit"), 0x81000611 },
    { MSGR_ERROR_NO_USER_INVITED, OURS("NoUserInvited"), 0x81000612 },
    { MSGR_ERROR_INVITED_SELF, OURS("InvitedSelf"), 0x81000613 },
    { MSGR_ERROR_SESSION_STATE_INVALID, OURS("SessionStateInvalid"), 0x81000614 },
    { MSGR_ERROR_INVITATION_SEND_FAILURE, OURS("InvitationSendFailure"), 0x81000615 },
    { MSGR_ERROR_CANCEL_SEND_FAILURE, OURS("CancelSendFailure"), 0x81000616 },
    { MSGR_ERROR_DECLINE_SEND_FAILURE, OURS("DeclineSendFailure"), 0x81000617 },
    { MSGR_ERROR_ACCEPT_SEND_FAILURE, OURS("AcceptSendFailure"), 0x81000618 },
    { MSGR_ERROR_CONTEXT_DATA_SEND_FAILURE, OURS("ContextDataSendFailure"), 0x81000619 },
    { MSGR_ERROR_NETWORK_CONFIG_FAILURE, OURS("NetworkConfigFailure"), 0x81000620 },
    { MSGR_ERROR_NET_NOT_SUPPORTED, OURS("NetNotSupported"), 0x81000621 },
    { MSGR_ERROR_REMOTE_NET_NOT_SUPPORTED, OURS("RemoteNetNotSupported"), 0x81000622 },
    { MSGR_ERROR_FIREWALL_NOT_SUPPORTED, OURS("FirewallNotSupported"), 0x81000623 },
    { MSGR_ERROR_OLD_SIP_STACK, OURS("OldSipStack"), 0x81000624 },
    { MSGR_ERROR_API_NOT_INITIALIZED, OURS("ApiNotInitialized"), 0x81000751 },
    { MSGR_ERROR_API_LOCKED, OURS("ApiLocked"), 0x81000752 },
    { MSGR_ERROR_API_UNLOCK_FAILED, OURS("ApiUnlockFailed"), 0x81000753 },
    { MSGR_ERROR_API_ALREADY_UNLOCKED, OURS("ApiAlreadyUnlocked"), 0x81000754 },
    { MSGR_ERROR_API_PENDING_UNLOCK, OURS("ApiPendingUnlock"), 0x81000755 },
    { MSGR_ERROR_API_DISABLED, OURS("ApiDisabled"), 0x81000756 },
    { MSGR_ERROR_NOT_LOGGED_ON, OURS("NotLoggedOn"), 0x8100031e },
    { MSGR_ERROR_LIMITS_EXCEEDED, OURS("LimitsExceeded"), 0 },
    { MSGR_ERROR_NOT_FOUND, OURS("NotFound"), 0 },
    { MSGR_ERROR_ACCESS_DENIED, BUS("AccessDenied"), 0 },
    { MSGR_ERROR_INVALID_ARGS, BUS("InvalidArgs"), 0 },
    { MSGR_ERROR_UNKNOWN_OBJECT, BUS("UnknownObject"), 0 },
    { MSGR_ERROR_UNKNOWN_INTERFACE, BUS("UnknownInterface"), 0 },
    { MSGR_ERROR_UNKNOWN_METHOD, BUS("UnknownMethod"), 0 },
    { MSGR_ERROR_UNKNOWN_PROPERTY, BUS("UnknownProperty"), 0 },
    { MSGR_ERROR_PROPERTY_READ_ONLY, BUS("PropertyReadOnly"), 0 },
    { MSGR_ERROR_FAILED, BUS("Failed"), 0 },
};

G_STATIC_ASSERT(G_N_ELEMENTS(expected) == MSGR_N_ERRORS);

static void
test_every_code(void)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_assert_cmpint(expected[i].code, ==, (MsgrError)i);
        g_assert_cmpstr(msgr_error_dbus_name(expected[i].code), ==, expected[i].name);
        g_assert_cmphex(msgr_error_hresult(expected[i].code), ==, expected[i].hresult);
        g_assert_true(g_dbus_is_error_name(expected[i].name));
        g_assert_true(g_hash_table_add(names, (gpointer)expected[i].name));
    }
}

/* What a client of the library gets for a name that came over the bus, and what GDBus makes of it.
 */
static void
test_registered(void)
{
    g_assert_cmpuint(MSGR_ERROR, !=, 0);
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autoptr(GError) error = g_dbus_error_new_for_dbus_error(expected[i].name, "text");
        g_autofree char *name = NULL;

        if (!g_str_has_prefix(expected[i].name, "org.msgr."))
            continue;
        g_assert_error(error, MSGR_ERROR, (int)expected[i].code);
        name = g_dbus_error_encode_gerror(error);
        g_assert_cmpstr(name, ==, expected[i].name);
        g_assert_true(g_dbus_error_strip_remote_error(error));
        g_assert_cmpstr(error->message, ==, "text");
    }
}

/* The bus's own names stay GDBus's: others in the same process expect its domain. */
static void
test_bus_names(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpuint(MSGR_ERROR, !=, 0);
    error = g_dbus_error_new_for_dbus_error(BUS("InvalidArgs"), "text");
    g_assert_error(error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
}

static void
test_wire_message(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autoptr(GError) error = g_error_new_literal(MSGR_ERROR, (int)expected[i].code, "50% off");
        g_autofree char *message = msgr_error_wire_message(error);
        g_autofree char *suffix = g_strdup_printf(" (0x%08x)", expected[i].hresult);
        g_autofree char *full =
            g_strconcat("50% off", expected[i].hresult != 0 ? suffix : NULL, NULL);

        g_assert_cmpstr(message, ==, full);
    }
}

static void
test_wire_message_examples(void)
{
    g_autoptr(GError) ours =
        g_error_new_literal(MSGR_ERROR, MSGR_ERROR_SESSION_NOT_READY, "the session isn't ready");
    g_autoptr(GError) other = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, "disk full");
    g_autofree char *ours_message = msgr_error_wire_message(ours);
    g_autofree char *other_message = msgr_error_wire_message(other);

    g_assert_cmpstr(ours_message, ==, "the session isn't ready (0x81000605)");
    g_assert_cmpstr(other_message, ==, "disk full");
}

static void
test_session_results(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        guint32 hr = expected[i].hresult;

        g_assert_cmpint(msgr_hresult_is_session_result(hr), ==,
                        hr >= 0x81000601 && hr <= 0x81000624);
    }
    g_assert_false(msgr_hresult_is_session_result(0));
    g_assert_false(msgr_hresult_is_session_result(0x81000600));
    g_assert_false(msgr_hresult_is_session_result(0x8100061a));
    g_assert_false(msgr_hresult_is_session_result(0x8100061f));
    g_assert_false(msgr_hresult_is_session_result(0x81000625));
    g_assert_false(msgr_hresult_is_session_result(0x81000701));
    g_assert_false(msgr_hresult_is_session_result(0x01000601));
    g_assert_false(msgr_hresult_is_session_result(G_MAXUINT32));
}

static void
test_hresult_names(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        if (expected[i].hresult == 0)
            continue;
        g_assert_cmpstr(msgr_hresult_name(expected[i].hresult), ==,
                        expected[i].name + strlen("org.msgr.Error."));
    }
    g_assert_null(msgr_hresult_name(0));
    g_assert_null(msgr_hresult_name(1));
    g_assert_null(msgr_hresult_name(0x80070057));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error/every-code", test_every_code);
    g_test_add_func("/error/registered", test_registered);
    g_test_add_func("/error/bus-names", test_bus_names);
    g_test_add_func("/error/wire-message", test_wire_message);
    g_test_add_func("/error/wire-message/examples", test_wire_message_examples);
    g_test_add_func("/error/session-results", test_session_results);
    g_test_add_func("/error/hresult-names", test_hresult_names);
    return g_test_run();
}
