/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Accounts by msgrctl, with other programs in the places of msgr-xmpp and systemctl.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msgr-ctl-main.h"
#include "test-ctl-dir.h"

/* Runs a command line with that on standard input; its exit status is at the end of the output. */
static void
run_line(const char *line, const char *input)
{
    g_auto(GStrv) args = NULL;
    int fds[2];

    g_assert_true(g_shell_parse_argv(line, NULL, &args, NULL));
    g_assert_cmpint(pipe(fds), ==, 0);
    g_assert_cmpint(write(fds[1], input, strlen(input)), ==, (gssize)strlen(input));
    close(fds[1]);
    g_assert_cmpint(dup2(fds[0], STDIN_FILENO), ==, STDIN_FILENO);
    close(fds[0]);
    g_print("status=%d\n", msgr_ctl_main((int)g_strv_length(args), args));
}

/* Returns: whether this is the process that looks at what the other has printed. */
static gboolean
ran(const char *line, const char *input, const char *output, const char *errors)
{
    if (g_test_subprocess()) {
        run_line(line, input);
        return FALSE;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout(output);
    g_test_trap_assert_stderr(errors);
    return TRUE;
}

static char *
path_of(const char *name)
{
    return g_build_filename(g_getenv("XDG_CONFIG_HOME"), "msgr", "accounts", name, NULL);
}

static void
assert_private(const char *path)
{
    struct stat info;

    g_assert_cmpint(stat(path, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 0777, ==, 0600);
}

static void
put(const char *name, const char *text)
{
    g_autofree char *path = path_of(name);
    g_autofree char *dir = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_assert_true(g_file_set_contents_full(path, text, -1, 0, 0600, NULL));
}

static gboolean
exists(const char *name)
{
    g_autofree char *path = path_of(name);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void
test_add(void)
{
    g_autofree char *password_path = path_of("alice@a.test.password");
    g_autofree char *account_path = path_of("alice@a.test.conf");
    g_autofree char *password = NULL;
    g_autofree char *account = NULL;

    if (!ran("msgrctl account add --no-start --password-file --server x.test:99 Alice@A.test",
             "s3cret \nmore\n", "added: alice@a.test\nstatus=0\n", ""))
        return;
    g_assert_true(g_file_get_contents(password_path, &password, NULL, NULL));
    g_assert_cmpstr(password, ==, "s3cret ");
    g_assert_true(g_file_get_contents(account_path, &account, NULL, NULL));
    g_assert_nonnull(strstr(account, "Server=x.test:99\n"));
    g_assert_null(strstr(account, "s3cret"));
    assert_private(password_path);
    assert_private(account_path);
}

static void
test_add_without_keyring(void)
{
    if (ran("msgrctl account add --no-start bob@a.test", "s3cret\n", "*status=0\n",
            "*There is no keyring*"))
        g_assert_true(exists("bob@a.test.password"));
}

static void
test_add_without_password(void)
{
    if (ran("msgrctl account add --no-start carol@a.test", "", "*status=2\n",
            "*There is no password*"))
        g_assert_false(exists("carol@a.test.conf"));
}

/* A program in the place of msgr-xmpp or systemctl, which notes how it was called. */
static void
put_program(const char *name, int status)
{
    g_autofree char *dir = g_build_filename(g_getenv("MSGR_TEST_ACCOUNT_DIR"), "bin", NULL);
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autofree char *text =
        g_strdup_printf("#!/bin/sh\necho %s \"$@\" >>%s/log\nexit %d\n", name, dir, status);

    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_assert_true(g_file_set_contents_full(path, text, -1, 0, 0700, NULL));
    g_setenv("PATH", dir, TRUE);
    if (g_str_equal(name, "msgr-xmpp"))
        g_setenv("MSGR_XMPP", path, TRUE);
}

static void
assert_called(const char *calls)
{
    g_autofree char *path = g_build_filename(g_getenv("MSGR_TEST_ACCOUNT_DIR"), "bin", "log", NULL);
    g_autofree char *log = NULL;

    g_assert_true(g_file_get_contents(path, &log, NULL, NULL));
    g_assert_cmpstr(log, ==, calls);
    g_assert_cmpint(g_unlink(path), ==, 0);
}

static void
test_add_and_start(void)
{
    put_program("msgr-xmpp", 0);
    put_program("systemctl", 0);
    if (ran("msgrctl account add --password-file d.e-f+g@a.test", "s3cret\n",
            "added: d.e-f+g@a.test\nstatus=0\n", ""))
        assert_called("msgr-xmpp --check -- d.e-f+g@a.test\n"
                      "systemctl --user --quiet enable -- msgr-xmpp@d.e-f\\x2bg@a.test.service\n"
                      "systemctl --user --quiet restart -- msgr-xmpp@d.e-f\\x2bg@a.test.service\n");
}

/* An address is no option, even if it looks like one. */
static void
test_add_hyphen(void)
{
    put_program("msgr-xmpp", 0);
    put_program("systemctl", 0);
    if (ran("msgrctl account add --password-file -- -bob@a.test", "s3cret\n",
            "added: -bob@a.test\nstatus=0\n", ""))
        assert_called("msgr-xmpp --check -- -bob@a.test\n"
                      "systemctl --user --quiet enable -- msgr-xmpp@-bob@a.test.service\n"
                      "systemctl --user --quiet restart -- msgr-xmpp@-bob@a.test.service\n");
}

/* What is only not there now will be there another time. */
static void
test_add_not_now(void)
{
    put_program("msgr-xmpp", 1);
    put_program("systemctl", 1);
    if (ran("msgrctl account add --password-file dave@a.test", "s3cret\n", "*status=0\n",
            "*By hand: */msgr-xmpp dave@a.test*"))
        assert_called("msgr-xmpp --check -- dave@a.test\n"
                      "systemctl --user --quiet enable -- msgr-xmpp@dave@a.test.service\n");
}

static void
test_add_refused(void)
{
    put_program("msgr-xmpp", 3);
    put_program("systemctl", 0);
    if (!ran("msgrctl account add --password-file erin@a.test", "wrong\n", "*status=1\n",
             "*kept, but not started*"))
        return;
    assert_called("msgr-xmpp --check -- erin@a.test\n");
    g_assert_true(exists("erin@a.test.conf"));
}

/* A new password alone leaves the rest of the account as it was. */
static void
test_add_again(void)
{
    g_autofree char *path = path_of("fay@a.test.conf");
    g_autofree char *text = NULL;

    put("fay@a.test.conf", "[Account]\nServer=x.test:99\nDirectTls=true\nPingInterval=7\n");
    if (!ran("msgrctl account add --no-start --password-file fay@a.test", "s3cret\n",
             "added: fay@a.test\nstatus=0\n", ""))
        return;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==,
                    "[Account]\nServer=x.test:99\nDirectTls=true\nPingInterval=7\n"
                    "Address=fay@a.test\n");
}

static void
test_add_nonsense(void)
{
    ran("msgrctl account add a.test", "s3cret\n", "*status=2\n", "*a.test is no address*");
}

static void
test_list(void)
{
    put("alice@a.test.conf", "[Account]\n");
    put("alice@a.test.password", "x");
    put("zoe@a.test.conf", "[Account]\nServer=x.test\n");
    ran("msgrctl account", "",
        "*alice@a.test *in a file *unknown*zoe@a.test *x.test *in the keyring *unknown*", "");
}

static void
test_list_json(void)
{
    put("zoe@a.test.conf", "[Account]\n");
    ran("msgrctl --json account list", "", "*\"zoe@a.test\"*\"keyring\"*status=0\n", "");
}

static void
test_remove(void)
{
    put("zoe@a.test.conf", "[Account]\n");
    put("zoe@a.test.password", "x");
    g_setenv("MSGR_XMPP", "/bin/true", TRUE);
    if (!ran("msgrctl account remove zoe@a.test", "", "removed: zoe@a.test\nstatus=0\n", ""))
        return;
    g_assert_false(exists("zoe@a.test.conf"));
    g_assert_false(exists("zoe@a.test.password"));
}

static void
test_remove_unknown(void)
{
    ran("msgrctl account remove nobody@a.test", "", "*status=2\n", "*no account nobody@a.test*");
}

static void
test_test(void)
{
    put("zoe@a.test.conf", "[Account]\n");
    g_setenv("MSGR_XMPP", "/bin/false", TRUE);
    ran("msgrctl --json account test zoe@a.test", "", "*\"SignedIn\" : false*status=1\n", "");
}

int
main(int argc, char **argv)
{
    const char *inherited = g_getenv("MSGR_TEST_ACCOUNT_DIR");
    g_autofree char *root = NULL;
    g_autofree char *config = NULL;
    int status;

    g_test_init(&argc, &argv, NULL);
    root = inherited != NULL ? g_strdup(inherited) : test_dir_new();
    config = g_build_filename(root, "config", NULL);
    g_setenv("MSGR_TEST_ACCOUNT_DIR", root, TRUE);
    g_setenv("XDG_CONFIG_HOME", config, TRUE);
    /* neither the systemd nor the keyring of whoever runs this */
    g_setenv("PATH", "/nonexistent", TRUE);
    g_setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
    g_setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
    g_unsetenv("MSGR_BUS");
    g_test_add_func("/ctl-account/pitfall 10: add", test_add);
    g_test_add_func("/ctl-account/add-without-keyring", test_add_without_keyring);
    g_test_add_func("/ctl-account/add-without-password", test_add_without_password);
    g_test_add_func("/ctl-account/add-and-start", test_add_and_start);
    g_test_add_func("/ctl-account/add-hyphen", test_add_hyphen);
    g_test_add_func("/ctl-account/add-not-now", test_add_not_now);
    g_test_add_func("/ctl-account/add-refused", test_add_refused);
    g_test_add_func("/ctl-account/add-again", test_add_again);
    g_test_add_func("/ctl-account/add-nonsense", test_add_nonsense);
    g_test_add_func("/ctl-account/list-table", test_list);
    g_test_add_func("/ctl-account/list-json", test_list_json);
    g_test_add_func("/ctl-account/remove", test_remove);
    g_test_add_func("/ctl-account/unknown", test_remove_unknown);
    g_test_add_func("/ctl-account/test", test_test);
    status = g_test_run();
    if (inherited == NULL)
        test_dir_remove(root);
    return status;
}
