/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command line: help of every verb, what is refused as wrong usage, and a bus that isn't there.
 */
#include "msgr-ctl-main.h"

#include "msgr-ctl-verb.h"

/* Runs a command line as a program of its own; its exit status is at the end of what it prints. */
static void
run_line(const char *line)
{
    g_auto(GStrv) args = NULL;
    int status;

    g_assert_true(g_shell_parse_argv(line, NULL, &args, NULL));
    g_setenv("MSGR_BUS", "unix:path=/nonexistent/bus", TRUE);
    status = msgr_ctl_main((int)g_strv_length(args), args);
    g_print("status=%d\n", status);
}

static void
assert_line(const char *line, const char *output, const char *errors)
{
    if (g_test_subprocess()) {
        run_line(line);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout(output);
    g_test_trap_assert_stderr(errors);
}

typedef struct {
    const char *name;
    const char *line;
    const char *output;
    const char *errors;
} Case;

static const Case cases[] = {
    { "help", "msgrctl --help", "*Usage:*invite CONTACT *keys new*status=0\n*", "" },
    { "help-verb", "msgrctl help keys new", "*Usage: msgrctl keys new*--algorithm*status=0\n*",
      "" },
    { "help-word", "msgrctl contacts --help",
      "*Usage: msgrctl contacts VERB*contacts list *contacts refuse NAME*VERB --help*status=0\n*",
      "" },
    { "help-of-word", "msgrctl help me", "*Usage: msgrctl me VERB*me policy *status=0\n*", "" },
    { "help-of-two", "msgrctl contacts list -h",
      "*Usage: msgrctl contacts list *OPTION*status=0\n*", "" },
    { "help-behind", "msgrctl invite --help", "*Usage: msgrctl invite CONTACT*--app*status=0\n*",
      "" },
    { "version", "msgrctl --version", "*msgrctl *.*status=0\n*", "" },
    { "nothing", "msgrctl", "*status=2\n*", "msgrctl: Do what?\n*--help*" },
    { "no-verb", "msgrctl frobnicate", "*status=2\n*", "*no verb frobnicate*--help*" },
    { "no-second-verb", "msgrctl keys frobnicate", "*status=2\n*", "*keys frobnicate*keys new*" },
    { "half-a-verb", "msgrctl me", "*status=2\n*", "*me status*me name*" },
    { "no-status", "msgrctl me status bored", "*status=2\n*", "*bored*online, busy*" },
    { "not-settable", "msgrctl me status offline", "*status=2\n*", "*offline*signout*" },
    { "no-site", "msgrctl alerts watch", "*status=2\n*", "*1 to 256 sites*--site 7*" },
    { "bad-site", "msgrctl alerts watch -s 7 -s x", "*status=2\n*", "*x is not a site*" },
    { "large-site", "msgrctl alerts watch -s 2147483648", "*status=2\n*", "*is not a site*" },
    { "negative-site", "msgrctl alerts watch --site -2147483648", "*status=1\n*",
      "*no way to the bus*" },
    { "no-text", "msgrctl alerts publish -s 7 --to bob", "*status=2\n*", "*TEXT|-*" },
    { "one-site", "msgrctl alerts publish -s 7 -s 8 --to bob x", "*status=2\n*",
      "*An alert has one --site*" },
    { "to-nobody", "msgrctl alerts publish -s 7 x", "*status=2\n*", "*Either --to*" },
    { "to-both", "msgrctl alerts publish -s 7 --to bob --everyone x", "*status=2\n*",
      "*Either --to*" },
    { "no-expiry", "msgrctl alerts publish -s 7 --to bob -e soon x", "*status=2\n*",
      "*soon is not a duration*" },
    { "half-an-alert", "msgrctl alerts", "*status=2\n*", "*alerts watch, alerts publish*" },
    { "too-few", "msgrctl send 1234", "*status=2\n*", "*SESSION TEXT*msgrctl send --help*" },
    { "too-many", "msgrctl send 1234 two words", "*status=2\n*", "*quotation marks*" },
    { "no-args", "msgrctl status now", "*status=2\n*", "*status takes no argument*" },
    { "no-option", "msgrctl status --frobnicate", "*status=2\n*", "*--frobnicate*status --help*" },
    { "no-colour", "msgrctl --color=pink status", "*status=2\n*", "*auto, always or never*" },
    { "no-app", "msgrctl invite bob", "*status=2\n*", "*--app*" },
    { "no-time", "msgrctl unlock --for ever", "*status=2\n*", "*ever is not a duration*" },
    { "too-long", "msgrctl unlock --for 2h", "*status=2\n*", "*60 min*" },
    { "no-reason", "msgrctl cancel 1234 --reason x", "*status=2\n*", "*x is not a reason*" },
    { "no-algorithm", "msgrctl keys new --algorithm md5", "*status=2\n*", "*ed25519*" },
    { "no-capability", "msgrctl keys new -c sessions,root", "*status=2\n*", "*\"root\"*" },
    { "no-name", "msgrctl apps register --url x", "*status=2\n*", "*--name*" },
    { "two-programs", "msgrctl apps register --path a --desktop-id b", "*status=2\n*",
      "*not both*" },
    { "no-guid", "msgrctl apps register x -n N -u U", "*status=2\n*", "*x is not a GUID*" },
    { "no-bus", "msgrctl status", "*status=1\n*", "*no way to the bus*--bus session*" },
    { "default-list", "msgrctl keys", "*status=1\n*", "*no way to the bus*" },
    { "no-bus-json", "msgrctl --json status", "*status=1\n*", "{\"Error\":\"NoBus\",*}\n" },
    { "json-behind", "msgrctl status --json", "*status=1\n*", "{\"Error\":\"NoBus\",*}\n" },
};

static void
test_case(gconstpointer data)
{
    const Case *one = data;

    assert_line(one->line, one->output, one->errors);
}

/* Every verb has a summary, an example that names it, and help that shows both. */
static void
check_verb(const MsgrCtlVerb *verb)
{
    g_autofree char *line = g_strdup_printf("msgrctl %s", verb->name);

    g_assert_cmpuint(strlen(verb->summary), >, 0);
    g_assert_true(g_str_has_prefix(verb->examples, line));
    g_assert_nonnull(verb->run);
    g_assert_cmpuint(verb->max_args, >=, verb->min_args);
    g_assert_cmpint(verb->max_args == 0, ==, *verb->args == '\0');
}

static void
test_verbs(void)
{
    gsize n_groups;
    const MsgrCtlVerbGroup *groups = msgr_ctl_verb_groups(&n_groups);
    guint n_verbs = 0;

    for (gsize i = 0; i < n_groups; i++) {
        for (guint j = 0; groups[i].verbs[j] != NULL; j++, n_verbs++)
            check_verb(groups[i].verbs[j]);
    }
    g_assert_cmpuint(n_verbs, >=, 18);
}

int
main(int argc, char **argv)
{
    g_setenv("XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_setenv("XDG_DATA_DIRS", "/nonexistent", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl-main/verbs", test_verbs);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/ctl-main/%s", cases[i].name);

        g_test_add_data_func(path, &cases[i], test_case);
    }
    return g_test_run();
}
