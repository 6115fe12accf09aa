/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the client's half of a key is found, and what it must look like.
 */
#include "msgr-ctl-key-file.h"

#include "msgr-ctl-error.h"
#include "test-ctl-dir.h"

#define SEED "nWGxne/9WmC6hEr0kuwsxERJxXN7MmkZcDusAxrK52A="

typedef struct {
    char *dir;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->dir = msgr_ctl_key_file_dir();
    g_unsetenv("MSGR_KEY_FILE");
    g_assert_cmpint(g_mkdir_with_parents(fixture->dir, 0700), ==, 0);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    test_dir_remove(g_get_user_config_dir());
    test_dir_remove(g_get_system_data_dirs()[0]);
    g_free(fixture->dir);
}

static char *
write_file(const char *dir, const char *name, const char *content)
{
    char *path = g_build_filename(dir, name, NULL);

    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_assert_true(
        g_file_set_contents_full(path, content, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    return path;
}

static char *
write_hmac(const char *dir, const char *id)
{
    g_autofree char *name = g_strconcat(id, ".json", NULL);
    g_autofree char *content = g_strdup_printf(
        "{\"id\": \"%s\", \"algorithm\": \"hmac-sha256\", \"key\": \"secret\"}", id);

    return write_file(dir, name, content);
}

static void
test_load(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path =
        write_file(fixture->dir, "a.json",
                   "{\"id\": \"a\", \"algorithm\": \"ed25519\", \"private-key\": \"" SEED "\"}");
    g_autoptr(MsgrCtlKeyFile) key = msgr_ctl_key_file_load(path, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(key->id, ==, "a");
    g_assert_cmpint(key->algorithm, ==, MSGR_ALGORITHM_ED25519);
    g_assert_cmpuint(key->secret_length, ==, 32);
    g_assert_cmphex(key->secret[0], ==, 0x9d);
    g_assert_cmphex(key->secret[31], ==, 0x60);
}

static void
test_load_hmac(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = write_hmac(fixture->dir, "b");
    g_autoptr(MsgrCtlKeyFile) key = msgr_ctl_key_file_load(path, NULL);

    g_assert_nonnull(key);
    g_assert_cmpint(key->algorithm, ==, MSGR_ALGORITHM_HMAC_SHA256);
    g_assert_cmpmem(key->secret, key->secret_length, "secret", 6);
}

/* Each is refused with the file's name, and without a word of the secret. */
static void
test_load_wrong(Fixture *fixture, gconstpointer data)
{
    const char *const contents[] = {
        "",
        "[]",
        "{}",
        "{\"id\": \"a\", \"algorithm\": \"ed25519\"}",
        "{\"id\": \"a\", \"algorithm\": \"ed25519\", \"private-key\": \"Zm9vYmFy\"}",
        "{\"id\": \"a\", \"algorithm\": \"ed25519\", \"private-key\": \"Zm9vYmFy!\"}",
        "{\"id\": \"a\", \"algorithm\": \"ed25519\", \"key\": \"Zm9vYmFy\"}",
        "{\"id\": \"a\", \"algorithm\": \"hmac-sha256\", \"key\": \"\"}",
        "{\"id\": \"a\", \"algorithm\": \"rot13\", \"key\": \"Zm9vYmFy\"}",
        "{\"id\": \"a/b\", \"algorithm\": \"hmac-sha256\", \"key\": \"Zm9vYmFy\"}",
        "{\"algorithm\": \"hmac-sha256\", \"key\": \"Zm9vYmFy\"}",
        NULL,
    };

    for (guint i = 0; contents[i] != NULL; i++) {
        g_autofree char *path = write_file(fixture->dir, "wrong.json", contents[i]);
        g_autoptr(GError) error = NULL;

        if (msgr_ctl_key_file_load(path, &error) != NULL)
            g_error("\"%s\" was taken", contents[i]);
        g_assert_error(error, MSGR_CTL_ERROR, MSGR_CTL_ERROR_BAD_KEY);
        g_assert_nonnull(strstr(error->message, path));
        g_assert_null(strstr(error->message, "Zm9v"));
    }
}

static void
test_load_missing(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->dir, "none.json", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(msgr_ctl_key_file_load(path, &error));
    g_assert_error(error, MSGR_CTL_ERROR, MSGR_CTL_ERROR_BAD_KEY);
}

static void
assert_found(const char *option, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MsgrCtlKeyFile) key = msgr_ctl_key_file_find(option, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(key->path, ==, expected);
}

/* The command line, the environment, the user's own, what is shipped: in this order. */
static void
test_find(Fixture *fixture, gconstpointer data)
{
    g_autofree char *shipped_dir =
        g_build_filename(g_get_system_data_dirs()[0], "msgr", "client-keys", NULL);
    g_autofree char *named = write_hmac(fixture->dir, "org.example.Named");
    g_autofree char *option = write_hmac(fixture->dir, "org.example.Option");
    g_autofree char *shipped = NULL;
    g_autofree char *own = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_null(msgr_ctl_key_file_find(NULL, &error));
    g_assert_error(error, MSGR_CTL_ERROR, MSGR_CTL_ERROR_NO_KEY);
    g_assert_nonnull(strstr(error->message, "msgrctl keys new"));

    shipped = write_hmac(shipped_dir, MSGR_CTL_APP_ID);
    assert_found(NULL, shipped);
    own = write_hmac(fixture->dir, MSGR_CTL_APP_ID);
    assert_found(NULL, own);
    g_setenv("MSGR_KEY_FILE", named, TRUE);
    assert_found(NULL, named);
    assert_found(option, option);
}

/* A key that was asked for and is wrong is not passed over in favour of another. */
static void
test_find_wrong(Fixture *fixture, gconstpointer data)
{
    g_autofree char *own = write_hmac(fixture->dir, MSGR_CTL_APP_ID);
    g_autoptr(GError) error = NULL;

    assert_found(NULL, own);
    g_setenv("MSGR_KEY_FILE", "/nonexistent", TRUE);
    g_assert_null(msgr_ctl_key_file_find(NULL, &error));
    g_assert_error(error, MSGR_CTL_ERROR, MSGR_CTL_ERROR_BAD_KEY);
}

static void
test_exposed(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = write_hmac(fixture->dir, "c");
    g_autoptr(MsgrCtlKeyFile) key = msgr_ctl_key_file_load(path, NULL);

    g_assert_false(msgr_ctl_key_file_is_exposed(key));
    g_assert_cmpint(g_chmod(path, 0640), ==, 0);
    g_assert_true(msgr_ctl_key_file_is_exposed(key));
}

#define ADD(name, func) g_test_add("/ctl-key-file/" name, Fixture, NULL, set_up, func, tear_down)

int
main(int argc, char **argv)
{
    g_autofree char *root = test_dir_new();
    int result;

    g_test_init(&argc, &argv, NULL);
    ADD("load/ed25519", test_load);
    ADD("load/hmac", test_load_hmac);
    ADD("load/wrong", test_load_wrong);
    ADD("load/missing", test_load_missing);
    ADD("find", test_find);
    ADD("find/wrong", test_find_wrong);
    ADD("exposed", test_exposed);
    result = g_test_run();
    test_dir_remove(root);
    return result;
}
