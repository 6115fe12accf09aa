/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is said of an error: what went wrong, and what to do about it.
 */
#include "msgr-ctl-error.h"

#include <gio/gio.h>

#include "msgr-error.h"

typedef struct {
    char *what;
    char *hint;
} Said;

static void
said_clear(Said *self)
{
    g_free(self->what);
    g_free(self->hint);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Said, said_clear)

static void
explain_remote(const char *name, const char *message, const char *subject, Said *said)
{
    g_autoptr(GError) error = NULL;

    (void)msgr_error_quark();
    error = g_dbus_error_new_for_dbus_error(name, message);
    msgr_ctl_error_explain(error, subject, &said->what, &said->hint);
}

/* Of every error of the service something is said, and never in the words of the bus library. */
static void
test_all(void)
{
    for (int code = 0; code < MSGR_N_ERRORS; code++) {
        g_auto(Said) said = { NULL };

        explain_remote(msgr_error_dbus_name(code), "what the service says", "bob", &said);
        g_assert_nonnull(said.what);
        g_assert_cmpuint(strlen(said.what), >, 0);
        g_assert_null(strstr(said.what, "GDBus"));
        g_assert_null(strstr(said.what, "%s"));
    }
}

static void
test_subject(void)
{
    g_auto(Said) said = { NULL };
    g_auto(Said) nobody = { NULL };

    explain_remote("org.msgr.Error.NotLoggedOn", "x", "bob %s %n", &said);
    g_assert_true(g_str_has_prefix(said.what, "bob %s %n is not there"));
    g_assert_nonnull(said.hint);
    explain_remote("org.msgr.Error.NotLoggedOn", "x", NULL, &nobody);
    g_assert_nonnull(strstr(nobody.what, "is not there"));
}

/* Where the service knows more than the name of the error tells, its words are passed on. */
static void
test_quoted(void)
{
    g_auto(Said) bad = { NULL };
    g_auto(Said) late = { NULL };

    explain_remote("org.freedesktop.DBus.Error.InvalidArgs", "the guid is odd", NULL, &bad);
    g_assert_nonnull(strstr(bad.what, "the guid is odd"));
    explain_remote("org.msgr.Error.LimitsExceeded", "wait 3 seconds", NULL, &late);
    g_assert_nonnull(strstr(late.what, "wait 3 seconds"));
}

static void
test_key_hint(void)
{
    g_auto(Said) said = { NULL };

    explain_remote("org.msgr.Error.ApiUnlockFailed", "x", NULL, &said);
    g_assert_nonnull(strstr(said.hint, "msgrctl keys new"));
}

/* The bus and the service deny with the same name. */
static void
test_denied(void)
{
    g_auto(Said) bus = { NULL };
    g_auto(Said) broker = { NULL };
    g_auto(Said) service = { NULL };

    explain_remote("org.freedesktop.DBus.Error.AccessDenied",
                   "Rejected send message, 2 matched rules; type=\"method_call\"", NULL, &bus);
    g_assert_nonnull(strstr(bus.what, "The bus"));
    explain_remote("org.freedesktop.DBus.Error.AccessDenied",
                   "Sender is not authorized to send message", NULL, &broker);
    g_assert_cmpstr(broker.what, ==, bus.what);
    explain_remote("org.freedesktop.DBus.Error.AccessDenied", "not for you", NULL, &service);
    g_assert_null(strstr(service.what, "The bus"));
    g_assert_nonnull(strstr(service.what, "not for you"));
}

static void
test_gone(void)
{
    g_auto(Said) gone = { NULL };
    g_auto(Said) silent = { NULL };

    explain_remote("org.freedesktop.DBus.Error.ServiceUnknown", "x", NULL, &gone);
    g_assert_nonnull(gone.hint);
    explain_remote("org.freedesktop.DBus.Error.NoReply", "x", NULL, &silent);
    g_assert_nonnull(silent.hint);
    g_assert_cmpstr(gone.what, !=, silent.what);
}

static void
test_own(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) bare = NULL;
    g_auto(Said) said = { NULL };
    g_auto(Said) unhinted = { NULL };

    msgr_ctl_error_set(&error, MSGR_CTL_ERROR_EXISTS, "do %s this", "number %d", 4);
    msgr_ctl_error_explain(error, NULL, &said.what, &said.hint);
    g_assert_cmpstr(said.what, ==, "number 4");
    g_assert_cmpstr(said.hint, ==, "do %s this");
    msgr_ctl_error_set(&bare, MSGR_CTL_ERROR_EXISTS, NULL, "alone");
    msgr_ctl_error_explain(bare, NULL, &unhinted.what, &unhinted.hint);
    g_assert_cmpstr(unhinted.what, ==, "alone");
    g_assert_null(unhinted.hint);
}

static void
assert_name(GError *error, const char *expected)
{
    g_autoptr(GError) taken = error;
    g_autofree char *name = msgr_ctl_error_name(taken);

    g_assert_cmpstr(name, ==, expected);
}

static void
test_names(void)
{
    assert_name(g_dbus_error_new_for_dbus_error("org.msgr.Error.NotLoggedOn", "x"),
                "org.msgr.Error.NotLoggedOn");
    assert_name(g_dbus_error_new_for_dbus_error("org.example.Unheard", "x"), "org.example.Unheard");
    assert_name(g_error_new(MSGR_CTL_ERROR, MSGR_CTL_ERROR_NO_KEY, "x"), "NoKey");
    assert_name(g_error_new(MSGR_CTL_ERROR, MSGR_CTL_ERROR_BUS_GONE, "x"), "BusGone");
    assert_name(g_error_new(MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "x"),
                "org.freedesktop.DBus.Error.InvalidArgs");
    assert_name(g_error_new(G_FILE_ERROR, G_FILE_ERROR_ACCES, "x"), "Failed");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl-error/all", test_all);
    g_test_add_func("/ctl-error/subject", test_subject);
    g_test_add_func("/ctl-error/quoted", test_quoted);
    g_test_add_func("/ctl-error/key-hint", test_key_hint);
    g_test_add_func("/ctl-error/denied", test_denied);
    g_test_add_func("/ctl-error/gone", test_gone);
    g_test_add_func("/ctl-error/own", test_own);
    g_test_add_func("/ctl-error/names", test_names);
    return g_test_run();
}
