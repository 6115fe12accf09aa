/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the agent executes, with which environment, and in which scope.
 */
#include "msgr-agent-activation.h"
#include "msgr-agent-command.h"
#include "msgr-agent-environment.h"
#include "msgr-agent-scope.h"

/* Arguments are written with a bar between them. */
static const struct {
    const char *exec;
    const char *argv; /* NULL: refused */
} commands[] = {
    { "chess", "chess" },
    { "chess %u", "chess" },
    { "chess %U %f %F", "chess" },
    { "chess %d %D %n %N %v %m", "chess" },
    { "chess %i", "chess|--icon|icon" },
    { "chess %c", "chess|The Game; true" },
    { "chess --name=%c", "chess|--name=The Game; true" },
    { "chess %k", "chess|/file.desktop" },
    { "chess 100%%", "chess|100%" },
    { "chess %%u", "chess|%u" },
    { "chess --url=%u", "chess|--url=" },
    { "\"a b\" 'c d'", "a b|c d" },
    { "chess \"$(id)\" `id`", "chess|$(id)|`id`" },
    { "chess %", "chess|%" },
    { "\"chess", NULL },
    { "", NULL },
};

static void
test_expand(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_auto(GStrv) argv = msgr_agent_command_expand(commands[i].exec, "The Game; true", "icon",
                                                       "/file.desktop", NULL);
        g_autofree char *joined = argv != NULL ? g_strjoinv("|", argv) : NULL;

        g_assert_cmpstr(joined, ==, commands[i].argv);
    }
}

static void
test_no_icon(void)
{
    g_auto(GStrv) argv = msgr_agent_command_expand("chess %i", "x", NULL, "", NULL);

    g_assert_cmpuint(g_strv_length(argv), ==, 1);
}

static void
test_environment(void)
{
    static const char *const own[] = {
        "HOME=/home/x",         "NOTIFY_SOCKET=/x",         "INVOCATION_ID=1",
        "LISTEN_FDS=3",         "JOURNAL_STREAM=1",         "MSGR_SESSION=/old",
        "G_MESSAGES_DEBUG=all", "XDG_ACTIVATION_TOKEN=old", NULL
    };
    g_auto(GStrv) with = msgr_agent_environment_new(own, "token", "/session");
    g_auto(GStrv) without = msgr_agent_environment_new(own, "", "/session");

    g_assert_cmpuint(g_strv_length(with), ==, 4);
    g_assert_cmpstr(g_environ_getenv(with, "HOME"), ==, "/home/x");
    g_assert_cmpstr(g_environ_getenv(with, "MSGR_SESSION"), ==, "/session");
    g_assert_cmpstr(g_environ_getenv(with, "XDG_ACTIVATION_TOKEN"), ==, "token");
    g_assert_cmpstr(g_environ_getenv(with, "DESKTOP_STARTUP_ID"), ==, "token");
    g_assert_cmpuint(g_strv_length(without), ==, 2);
}

static void
test_scope(void)
{
    static const char *const ids[][2] = {
        { "org.example.Chess", "app-msgr-org.example.Chess-" },
        { "my-game", "app-msgr-my\\x2dgame-" },
        { "a b/c", "app-msgr-a\\x20b\\x2fc-" },
        { ".hidden", "app-msgr-\\x2ehidden-" },
        { "é", "app-msgr-\\xc3\\xa9-" },
    };
    g_autofree char *longest = g_strnfill(1000, '-');
    g_autofree char *name = msgr_agent_scope_name(longest);

    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *one = msgr_agent_scope_name(ids[i][0]);
        g_autofree char *two = msgr_agent_scope_name(ids[i][0]);

        g_assert_true(g_str_has_prefix(one, ids[i][1]));
        g_assert_true(g_str_has_suffix(one, ".scope"));
        g_assert_cmpuint(strlen(one), ==, strlen(ids[i][1]) + strlen("01234567.scope"));
        g_assert_cmpstr(one, !=, two);
    }
    g_assert_cmpuint(strlen(name), <=, 255);
}

static void
test_activation_path(void)
{
    g_autofree char *path = msgr_agent_activation_path("org.example.Go-Game");

    g_assert_cmpstr(path, ==, "/org/example/Go_Game");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/agent-command/expand", test_expand);
    g_test_add_func("/agent-command/no-icon", test_no_icon);
    g_test_add_func("/agent-command/environment", test_environment);
    g_test_add_func("/agent-command/scope", test_scope);
    g_test_add_func("/agent-command/activation-path", test_activation_path);
    return g_test_run();
}
