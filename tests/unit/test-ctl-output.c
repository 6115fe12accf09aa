/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Colours only where they are wanted, and what is printed of an error.
 */
#include "msgr-ctl-output.h"

#include "msgr-ctl-error.h"

/* The tests' own output is no terminal. */
static void
test_colour(void)
{
    MsgrCtlOutput output = { FALSE, TRUE, TRUE };
    g_autoptr(GError) error = NULL;

    g_assert_true(msgr_ctl_output_set_colour(&output, NULL, NULL));
    g_assert_false(output.colour);
    g_assert_true(msgr_ctl_output_set_colour(&output, "always", NULL));
    g_assert_true(output.colour);
    g_assert_true(output.colour_error);
    g_assert_true(msgr_ctl_output_set_colour(&output, "never", NULL));
    g_assert_false(output.colour);
    g_assert_true(msgr_ctl_output_set_colour(&output, "auto", NULL));
    g_assert_false(output.colour);
    g_assert_false(msgr_ctl_output_set_colour(&output, "Always", &error));
    g_assert_error(error, MSGR_CTL_ERROR, MSGR_CTL_ERROR_USAGE);
}

static void
test_style(void)
{
    const MsgrCtlOutput plain = { FALSE, FALSE, TRUE };
    const MsgrCtlOutput coloured = { FALSE, TRUE, FALSE };
    g_autofree char *a = msgr_ctl_output_style(&plain, MSGR_CTL_GREEN, "x");
    g_autofree char *b = msgr_ctl_output_style(&coloured, MSGR_CTL_GREEN, "x");
    g_autofree char *c = msgr_ctl_output_style(&coloured, MSGR_CTL_PLAIN, "x");

    g_assert_cmpstr(a, ==, "x");
    g_assert_cmpstr(b, ==, "\033[32mx\033[0m");
    g_assert_cmpstr(c, ==, "x");
}

static void
print_error(gboolean json)
{
    const MsgrCtlOutput output = { json, FALSE, FALSE };
    g_autoptr(GError) error = NULL;

    msgr_ctl_error_set(&error, MSGR_CTL_ERROR_NO_KEY, "do this", "bad \033[1m thing");
    msgr_ctl_output_error(&output, error, NULL);
}

/* Each runs its own test again as a program of its own, to see what that prints. */
static void
test_error_text(void)
{
    if (g_test_subprocess()) {
        print_error(FALSE);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("msgrctl: bad \\x1b?1m thing\n  do this\n");
}

static void
test_error_json(void)
{
    if (g_test_subprocess()) {
        print_error(TRUE);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("{\"Error\":\"NoKey\",\"Message\":\"bad * thing\"}\n");
}

/* For programs nothing is printed that people read. */
static void
test_print(void)
{
    const MsgrCtlOutput people = { FALSE, FALSE, FALSE };
    const MsgrCtlOutput programs = { TRUE, FALSE, FALSE };

    if (g_test_subprocess()) {
        msgr_ctl_output_print(&people, "%s", "for people");
        msgr_ctl_output_print(&programs, "%s", "for programs");
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*for people\n*");
    g_test_trap_assert_stdout_unmatched("*for programs*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl-output/colour", test_colour);
    g_test_add_func("/ctl-output/style", test_style);
    g_test_add_func("/ctl-output/error/text", test_error_text);
    g_test_add_func("/ctl-output/error/json", test_error_json);
    g_test_add_func("/ctl-output/print", test_print);
    return g_test_run();
}
