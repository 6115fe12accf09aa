/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * New keys: the halves fit, and the secret one is where it belongs.
 */
#include "msgr-ctl-key-pair.h"

#include "msgr-ctl-key-file.h"
#include "msgr-error.h"
#include "msgr-response.h"
#include "test-ctl-dir.h"

static const char *const capabilities[] = { "sessions", "share", NULL };

static MsgrKey *
parse_service_half(const MsgrCtlKeyPair *pair, const char *name)
{
    g_autoptr(GError) error = NULL;
    char *json = msgr_ctl_key_pair_service_half(pair, name, MSGR_ENVIRONMENT_TEST, capabilities);
    MsgrKey *key = msgr_key_parse(json, -1, MSGR_KEY_OF_USER, &error);

    g_assert_no_error(error);
    msgr_ctl_secret_free(json);
    return key;
}

/* What the file proves, the service's half accepts; what another file proves, it doesn't. */
static void
check_halves(MsgrAlgorithm algorithm)
{
    g_autoptr(MsgrCtlKeyPair) pair = msgr_ctl_key_pair_new("org.example.A", algorithm, NULL);
    g_autoptr(MsgrCtlKeyPair) other = msgr_ctl_key_pair_new("org.example.A", algorithm, NULL);
    g_autoptr(MsgrKey) key = parse_service_half(pair, NULL);
    g_autoptr(MsgrKey) other_key = parse_service_half(other, NULL);
    g_autofree char *path = msgr_ctl_key_file_default_path("org.example.A");
    g_autoptr(MsgrCtlKeyFile) file = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *response = NULL;

    g_assert_true(msgr_ctl_key_pair_write(pair, path, &error));
    g_assert_no_error(error);
    file = msgr_ctl_key_file_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpint(file->algorithm, ==, algorithm);
    response =
        msgr_response_compute(algorithm, file->secret, file->secret_length, "challenge", NULL);
    g_assert_true(msgr_response_verify(key, "challenge", response));
    g_assert_false(msgr_response_verify(other_key, "challenge", response));
}

static void
test_ed25519(void)
{
    check_halves(MSGR_ALGORITHM_ED25519);
}

static void
test_hmac(void)
{
    check_halves(MSGR_ALGORITHM_HMAC_SHA256);
}

static void
test_service_half(void)
{
    g_autoptr(MsgrCtlKeyPair) pair =
        msgr_ctl_key_pair_new("org.example.B", MSGR_ALGORITHM_ED25519, NULL);
    g_autoptr(MsgrKey) key = parse_service_half(pair, "B \"the\\ best\"");
    char *json = msgr_ctl_key_pair_service_half(pair, NULL, MSGR_ENVIRONMENT_TEST, capabilities);

    g_assert_cmpstr(key->id, ==, "org.example.B");
    g_assert_cmpstr(key->name, ==, "B \"the\\ best\"");
    g_assert_cmpstr(key->environment, ==, MSGR_ENVIRONMENT_TEST);
    g_assert_cmpint(key->capabilities, ==, MSGR_CAPABILITY_SESSIONS | MSGR_CAPABILITY_SHARE);
    g_assert_null(strstr(json, pair->secret));
    msgr_ctl_secret_free(json);
}

static guint
mode_of(const char *path)
{
    GStatBuf info;

    g_assert_cmpint(g_stat(path, &info), ==, 0);
    return info.st_mode & 0777;
}

/* Whatever the umask allows. */
static void
test_mode(void)
{
    g_autoptr(MsgrCtlKeyPair) pair =
        msgr_ctl_key_pair_new("org.example.C", MSGR_ALGORITHM_ED25519, NULL);
    g_autofree char *dir = g_build_filename(g_get_user_config_dir(), "fresh", "keys", NULL);
    g_autofree char *path = g_build_filename(dir, "c.json", NULL);

    g_assert_true(msgr_ctl_key_pair_write(pair, path, NULL));
    g_assert_cmphex(mode_of(path), ==, 0600);
    g_assert_cmphex(mode_of(dir), ==, 0700);
    /* an old file that others could read is replaced, and not written into */
    g_assert_cmpint(g_chmod(path, 0644), ==, 0);
    g_assert_true(msgr_ctl_key_pair_write(pair, path, NULL));
    g_assert_cmphex(mode_of(path), ==, 0600);
}

static void
test_wrong(void)
{
    g_autoptr(MsgrCtlKeyPair) pair = msgr_ctl_key_pair_new("d", MSGR_ALGORITHM_ED25519, NULL);
    g_autoptr(GError) bad_id = NULL;
    g_autoptr(GError) bad_place = NULL;

    g_assert_null(msgr_ctl_key_pair_new("../etc/passwd", MSGR_ALGORITHM_ED25519, &bad_id));
    g_assert_error(bad_id, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
    g_assert_false(msgr_ctl_key_pair_write(pair, "/proc/self/nothing/d.json", &bad_place));
    g_assert_nonnull(bad_place);
}

int
main(int argc, char **argv)
{
    g_autofree char *root = test_dir_new();
    int result;

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl-key-pair/ed25519", test_ed25519);
    g_test_add_func("/ctl-key-pair/hmac", test_hmac);
    g_test_add_func("/ctl-key-pair/service-half", test_service_half);
    g_test_add_func("/ctl-key-pair/mode", test_mode);
    g_test_add_func("/ctl-key-pair/wrong", test_wrong);
    result = g_test_run();
    test_dir_remove(root);
    return result;
}
