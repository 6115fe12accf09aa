/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Accounts, their files and passwords.
 */
#include "msgr-xmpp-account.h"

#include <string.h>
#include <sys/stat.h>

#include "msgr-error.h"
#include "msgr-xmpp-password.h"
#include "msgr-xmpp-unit.h"
#include "test-ctl-dir.h"

static void
write_account(const char *jid, const char *text)
{
    g_autofree char *path = msgr_xmpp_account_path(jid, ".conf");
    g_autofree char *dir = msgr_xmpp_account_dir();

    g_mkdir_with_parents(dir, 0700);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static MsgrXmppAccount *
load(const char *text, GError **error)
{
    write_account("alice@a.test", text);
    return msgr_xmpp_account_load("Alice@A.test/x", error);
}

static void
test_defaults(void)
{
    g_autoptr(MsgrXmppAccount) account = load("[Account]\n", NULL);
    g_autofree char *jid = msgr_xmpp_account_full_jid(account);
    g_autofree char *again = msgr_xmpp_account_full_jid(account);

    g_assert_cmpstr(account->jid, ==, "alice@a.test");
    g_assert_null(account->host);
    g_assert_null(account->ca_file);
    g_assert_cmpuint(account->ping_interval, ==, 150);
    g_assert_cmpuint(account->connect_timeout, ==, 30);
    g_assert_true(g_regex_match_simple("^alice@a\\.test/msgr-[0-9a-f]{8}$", jid, 0, 0));
    g_assert_cmpstr(jid, ==, again);
}

static void
test_resource_of_account(void)
{
    g_autoptr(MsgrXmppAccount) alice = load("[Account]\n", NULL);
    g_autoptr(MsgrXmppAccount) bob = NULL;
    g_autofree char *first = msgr_xmpp_account_full_jid(alice);
    g_autofree char *second = NULL;

    write_account("bob@a.test", "[Account]\n");
    bob = msgr_xmpp_account_load("bob@a.test", NULL);
    second = msgr_xmpp_account_full_jid(bob);
    g_assert_cmpstr(strchr(first, '/'), !=, strchr(second, '/'));
}

/* A unit's name has its letters, and comes back from it whole. */
static void
test_unit(void)
{
    static const char *const names[][2] = {
        { "alice@my-server.test", "alice@my-server.test" },
        { "a.b_c:d@[::1]", "a.b_c:d@\\x5b::1\\x5d" },
        { "a+b\\x2b@a.test", "a\\x2bb\\x5cx2b@a.test" },
        { "m\303\274ller@a.test", "m\\xc3\\xbcller@a.test" },
        { "100%@a.test", "100\\x25@a.test" },
    };
    g_autofree char *account = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *unit = msgr_xmpp_unit_name(names[i][0]);
        g_autofree char *wanted = g_strdup_printf("msgr-xmpp@%s.service", names[i][1]);
        g_autofree char *found = msgr_xmpp_unit_account(names[i][1]);

        g_assert_cmpstr(unit, ==, wanted);
        g_assert_cmpstr(found, ==, names[i][0]);
    }
    account = msgr_xmpp_unit_account("a\\x0\\");
    g_assert_cmpstr(account, ==, "a\\x0\\");
}

static void
test_service_id(void)
{
    static const char *const ids[][2] = {
        { "alice+x@a.test", "xmpp:alice+x@a.test" },
        { "m\303\274ller@b\303\274cher.test", "xmpp:m%C3%BCller@b%C3%BCcher.test" },
        { "100%@[::1]", "xmpp:100%25@%5B::1%5D" },
    };
    g_autofree char *wide = g_strnfill(129 - strlen("@a.test"), 'x');
    g_autofree char *fits = g_strconcat(wide, "@a.test", NULL);
    g_autofree char *name = g_strnfill(30, '%');
    g_autofree char *escaped = g_strconcat(wide + 60, name, "@a.test", NULL);
    g_autoptr(MsgrXmppAccount) account = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *id = msgr_xmpp_account_service_id(ids[i][0]);

        g_assert_cmpstr(id, ==, ids[i][1]);
    }
    write_account(fits, "[Account]\n");
    account = msgr_xmpp_account_load(fits, NULL);
    g_assert_nonnull(account);
    write_account(escaped, "[Account]\n");
    g_assert_null(msgr_xmpp_account_load(escaped, NULL));
}

static void
test_values(void)
{
    g_autoptr(MsgrXmppAccount) account =
        load("[Account]\nServer=xmpp.a.test:5299\nDirectTls=true\nCaFile=/ca.crt\nResource=desk\n"
             "PingInterval=3\nConnectTimeout=0\n",
             NULL);
    g_autofree char *jid = msgr_xmpp_account_full_jid(account);

    g_assert_cmpstr(account->host, ==, "xmpp.a.test");
    g_assert_cmpuint(account->port, ==, 5299);
    g_assert_true(account->direct_tls);
    g_assert_cmpstr(account->ca_file, ==, "/ca.crt");
    g_assert_cmpuint(account->ping_interval, ==, 3);
    g_assert_cmpuint(account->connect_timeout, ==, 30);
    g_assert_cmpstr(jid, ==, "alice@a.test/desk");
}

static void
test_bad_values(void)
{
    static const char *const bad[] = {
        "CaFile=ca.crt", "Resource=a b", "Resource=", "Server=:", "Server=host:99999999",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *text = g_strdup_printf("[Account]\n%s\n", bad[i]);
        g_autoptr(GError) error = NULL;

        g_assert_null(load(text, &error));
        g_assert_nonnull(error);
        g_assert_nonnull(strstr(error->message, "alice@a.test.conf"));
    }
    g_assert_null(msgr_xmpp_account_load("a.test", NULL));
    g_assert_null(msgr_xmpp_account_load("nobody@a.test", NULL));
    g_assert_null(msgr_xmpp_account_load("../x", NULL));
}

static void
test_save(void)
{
    g_autoptr(MsgrXmppAccount) account = load("[Account]\nServer=[::1]:77\nResource=r\n", NULL);
    g_autoptr(MsgrXmppAccount) again = NULL;
    g_autoptr(GPtrArray) list = NULL;
    g_autofree char *path = msgr_xmpp_account_path("alice@a.test", ".conf");
    struct stat info;

    g_unlink(path);
    g_assert_true(msgr_xmpp_account_save(account, NULL));
    again = msgr_xmpp_account_load("alice@a.test", NULL);
    g_assert_cmpstr(again->host, ==, "::1");
    g_assert_cmpuint(again->port, ==, 77);
    g_assert_cmpstr(again->resource, ==, "r");
    g_assert_cmpint(stat(path, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 0777, ==, 0600);
    list = msgr_xmpp_account_list();
    g_assert_true(g_ptr_array_find_with_equal_func(list, "alice@a.test", g_str_equal, NULL));
}

static void
loaded(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

static char *
load_password(GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    msgr_xmpp_password_load_async("alice@a.test", NULL, loaded, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    return msgr_xmpp_password_load_finish(result, error);
}

static void
test_password_file(void)
{
    g_autofree char *path = msgr_xmpp_account_path("alice@a.test", ".password");
    struct stat info;
    char *password;

    g_assert_true(msgr_xmpp_password_save_file("alice@a.test", "s3 cret\n", NULL));
    g_assert_cmpint(stat(path, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 0777, ==, 0600);
    password = load_password(NULL);
    g_assert_cmpstr(password, ==, "s3 cret");
    msgr_xmpp_password_free(password);
}

static void
test_password_file_of_others(void)
{
    g_autofree char *path = msgr_xmpp_account_path("alice@a.test", ".password");
    static const int modes[] = { 0640, 0604, 0644, 0610, 0601 };

    g_assert_true(msgr_xmpp_password_save_file("alice@a.test", "secret", NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_cmpint(g_chmod(path, modes[i]), ==, 0);
        g_assert_null(load_password(&error));
        g_assert_error(error, MSGR_ERROR, MSGR_ERROR_AUTHENTICATION_FAILED);
        g_assert_null(strstr(error->message, "secret"));
    }
}

/* It comes up later than we do, in many a session. */
static void
test_no_keyring(void)
{
    g_autoptr(GError) error = NULL;

    msgr_xmpp_password_free(load_password(&error));
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE);
    g_assert_nonnull(strstr(error->message, "keyring"));
}

static void
test_password_file_empty(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(msgr_xmpp_password_save_file("alice@a.test", "\n", NULL));
    msgr_xmpp_password_free(load_password(&error));
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_AUTHENTICATION_FAILED);
}

int
main(int argc, char **argv)
{
    g_autofree char *root = NULL;
    int status;

    g_test_init(&argc, &argv, NULL);
    root = test_dir_new();
    g_setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
    g_test_add_func("/xmpp-account/defaults", test_defaults);
    g_test_add_func("/xmpp-account/pitfall 8: a resource of its own", test_resource_of_account);
    g_test_add_func("/xmpp-account/unit", test_unit);
    g_test_add_func("/xmpp-account/service-id", test_service_id);
    g_test_add_func("/xmpp-account/values", test_values);
    g_test_add_func("/xmpp-account/bad-values", test_bad_values);
    g_test_add_func("/xmpp-account/save", test_save);
    g_test_add_func("/xmpp-password/no-keyring", test_no_keyring);
    g_test_add_func("/xmpp-password/pitfall 10: file", test_password_file);
    g_test_add_func("/xmpp-password/pitfall 10: file of others", test_password_file_of_others);
    g_test_add_func("/xmpp-password/empty", test_password_file_empty);
    status = g_test_run();
    test_dir_remove(root);
    return status;
}
