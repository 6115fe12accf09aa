/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Challenge and response: published test vectors, and that nothing but the right response passes.
 */
#include "msgr-response.h"

#include <sodium.h>
#include <string.h>

#include "msgr-error.h"

#define CHALLENGE                                                                                  \
    "msgr1::1.42:SessionManager:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG:1700000000"

/* RFC 8032, 7.1, test 1 */
#define SEED       "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define PUBLIC_KEY "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define SIGNATURE                                                                                  \
    "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw=="

static MsgrKey *
secret_key(const char *algorithm, const char *secret)
{
    g_autofree char *json =
        g_strdup_printf("{\"id\": \"a\", \"algorithm\": \"%s\", \"key\": "
                        "\"%s\", \"environment\": \"test\", \"capabilities\": []}",
                        algorithm, secret);
    MsgrKey *key = msgr_key_parse(json, -1, MSGR_KEY_OF_SYSTEM, NULL);

    g_assert_nonnull(key);
    return key;
}

static MsgrKey *
public_key(void)
{
    MsgrKey *key =
        msgr_key_parse("{\"id\": \"a\", \"algorithm\": \"ed25519\", \"public-key\": "
                       "\"" PUBLIC_KEY "\", \"environment\": \"test\", \"capabilities\": []}",
                       -1, MSGR_KEY_OF_SYSTEM, NULL);

    g_assert_nonnull(key);
    return key;
}

static char *
compute(MsgrAlgorithm algorithm, gconstpointer secret, gsize length, const char *challenge)
{
    g_autoptr(GError) error = NULL;
    char *response = msgr_response_compute(algorithm, secret, length, challenge, &error);

    g_assert_no_error(error);
    g_assert_nonnull(response);
    return response;
}

static void
get_seed(guint8 seed[32])
{
    g_assert_cmpint(sodium_hex2bin(seed, 32, SEED, strlen(SEED), NULL, NULL, NULL), ==, 0);
}

/* RFC 4231, test case 2 */
static void
test_hmac_vector(void)
{
    const char *data = "what do ya want for nothing?";
    g_autoptr(MsgrKey) key = secret_key("hmac-sha256", "Jefe");
    g_autofree char *response = compute(MSGR_ALGORITHM_HMAC_SHA256, "Jefe", 4, data);

    g_assert_cmpstr(response, ==,
                    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    g_assert_true(msgr_response_verify(key, data, response));
}

/* RFC 1321: MD5 of "abc", and of the alphabet */
static void
test_md5_vector(void)
{
    g_autoptr(MsgrKey) key = secret_key("md5", "nopqrstuvwxyz");
    g_autofree char *abc = compute(MSGR_ALGORITHM_MD5, "c", 1, "ab");
    g_autofree char *alphabet = compute(MSGR_ALGORITHM_MD5, "nopqrstuvwxyz", 13, "abcdefghijklm");

    g_assert_cmpstr(abc, ==, "900150983cd24fb0d6963f7d28e17f72");
    g_assert_cmpstr(alphabet, ==, "c3fcd3d76192e4007dfb496cca67e13b");
    g_assert_true(msgr_response_verify(key, "abcdefghijklm", alphabet));
}

static void
test_ed25519_vector(void)
{
    g_autoptr(MsgrKey) key = public_key();
    g_autofree char *from_seed = NULL;
    g_autofree char *from_both = NULL;
    guint8 both[64];

    get_seed(both);
    memcpy(both + 32, key->material, 32);
    from_seed = compute(MSGR_ALGORITHM_ED25519, both, 32, "");
    from_both = compute(MSGR_ALGORITHM_ED25519, both, 64, "");
    g_assert_cmpstr(from_seed, ==, SIGNATURE);
    g_assert_cmpstr(from_both, ==, SIGNATURE);
    g_assert_true(msgr_response_verify(key, "", SIGNATURE));
    g_assert_false(msgr_response_verify(key, "x", SIGNATURE));
}

static void
test_compute_wrong_length(void)
{
    guint8 secret[65] = { 1 };

    for (gsize length = 0; length <= sizeof(secret); length++) {
        g_autoptr(GError) error = NULL;

        if (length == 32 || length == 64)
            continue;
        g_assert_null(
            msgr_response_compute(MSGR_ALGORITHM_ED25519, secret, length, CHALLENGE, &error));
        g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
    }
}

static void
test_compute_empty(void)
{
    static const MsgrAlgorithm algorithms[] = { MSGR_ALGORITHM_HMAC_SHA256, MSGR_ALGORITHM_MD5 };

    for (guint i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(
            msgr_response_compute(algorithms[i], (const guint8 *)"", 0, CHALLENGE, &error));
        g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
    }
}

/* Nothing that is near the right response may do. */
static void
assert_only(const MsgrKey *key, const char *right)
{
    g_autofree char *longer = g_strconcat(right, "0", NULL);
    g_autofree char *shorter = g_strndup(right, strlen(right) - 1);
    g_autofree char *upper = g_ascii_strup(right, -1);
    g_autofree char *with_line_end = g_strconcat(right, "\n", NULL);
    g_autofree char *with_blank = g_strconcat(" ", right, NULL);
    g_autofree char *twice = g_strconcat(right, right, NULL);
    g_autofree char *huge = g_strnfill(100000, 'a');

    g_assert_true(msgr_response_verify(key, CHALLENGE, right));
    g_assert_false(msgr_response_verify(key, CHALLENGE " ", right));
    g_assert_false(msgr_response_verify(key, "", right));
    g_assert_false(msgr_response_verify(key, CHALLENGE, longer));
    g_assert_false(msgr_response_verify(key, CHALLENGE, shorter));
    g_assert_false(msgr_response_verify(key, CHALLENGE, upper));
    g_assert_false(msgr_response_verify(key, CHALLENGE, with_line_end));
    g_assert_false(msgr_response_verify(key, CHALLENGE, with_blank));
    g_assert_false(msgr_response_verify(key, CHALLENGE, twice));
    g_assert_false(msgr_response_verify(key, CHALLENGE, huge));
    g_assert_false(msgr_response_verify(key, CHALLENGE, ""));
    for (gsize i = 0; i < strlen(right); i++) {
        g_autofree char *wrong = g_strdup(right);

        wrong[i] = wrong[i] == '0' ? '1' : '0';
        g_assert_false(msgr_response_verify(key, CHALLENGE, wrong));
        wrong[i] = '\xff';
        g_assert_false(msgr_response_verify(key, CHALLENGE, wrong));
    }
}

static void
test_verify_each(void)
{
    g_autoptr(MsgrKey) hmac = secret_key("hmac-sha256", "secret");
    g_autoptr(MsgrKey) md5 = secret_key("md5", "secret");
    g_autoptr(MsgrKey) ed25519 = public_key();
    g_autofree char *hmac_response = compute(MSGR_ALGORITHM_HMAC_SHA256, "secret", 6, CHALLENGE);
    g_autofree char *md5_response = compute(MSGR_ALGORITHM_MD5, "secret", 6, CHALLENGE);
    g_autofree char *signature = NULL;
    guint8 seed[32];

    get_seed(seed);
    signature = compute(MSGR_ALGORITHM_ED25519, seed, 32, CHALLENGE);
    assert_only(hmac, hmac_response);
    assert_only(md5, md5_response);
    assert_only(ed25519, signature);
}

static void
check_across(MsgrKey *key)
{
    g_autoptr(MsgrKey) owned = key;
    g_autofree char *hmac =
        compute(MSGR_ALGORITHM_HMAC_SHA256, owned->material, owned->material_length, CHALLENGE);
    g_autofree char *md5 =
        compute(MSGR_ALGORITHM_MD5, owned->material, owned->material_length, CHALLENGE);

    g_assert_cmpint(msgr_response_verify(owned, CHALLENGE, hmac), ==,
                    owned->algorithm == MSGR_ALGORITHM_HMAC_SHA256);
    g_assert_cmpint(msgr_response_verify(owned, CHALLENGE, md5), ==,
                    owned->algorithm == MSGR_ALGORITHM_MD5);
    g_assert_cmpint(msgr_response_verify(owned, "", SIGNATURE), ==,
                    owned->algorithm == MSGR_ALGORITHM_ED25519);
}

/* The right response by another algorithm, with the same key's bytes, is wrong. */
static void
test_verify_across(void)
{
    check_across(secret_key("hmac-sha256", "secret"));
    check_across(secret_key("md5", "secret"));
    check_across(public_key());
}

static void
test_verify_without_key(void)
{
    static const char zeros[32] = { 0 };
    g_autofree char *hmac = compute(MSGR_ALGORITHM_HMAC_SHA256, zeros, sizeof(zeros), CHALLENGE);
    g_autofree char *md5 = compute(MSGR_ALGORITHM_MD5, zeros, sizeof(zeros), CHALLENGE);

    g_assert_false(msgr_response_verify(NULL, CHALLENGE, ""));
    g_assert_false(msgr_response_verify(NULL, CHALLENGE, hmac));
    g_assert_false(msgr_response_verify(NULL, CHALLENGE, md5));
    g_assert_false(msgr_response_verify(NULL, "", SIGNATURE));
}

/* A public key that isn't one must not let a forged signature pass. */
static void
test_verify_weak_public_key(void)
{
    g_autoptr(MsgrKey) key = public_key();
    guint8 signature[64] = { 1 };
    char text[89];

    memset(key->material, 0, key->material_length);
    key->material[0] = 1;
    sodium_bin2base64(text, sizeof(text), signature, sizeof(signature),
                      sodium_base64_VARIANT_ORIGINAL);
    g_assert_false(msgr_response_verify(key, CHALLENGE, text));
}

static void
test_key_lengths(void)
{
    for (guint length = 1; length <= 1024; length += 31) {
        g_autofree char *secret = g_strnfill(length, 's');
        g_autoptr(MsgrKey) key = secret_key("hmac-sha256", secret);
        g_autofree char *right = compute(MSGR_ALGORITHM_HMAC_SHA256, secret, length, CHALLENGE);
        g_autofree char *wrong =
            compute(MSGR_ALGORITHM_HMAC_SHA256, secret, MAX(1, length - 1), CHALLENGE);

        g_assert_true(msgr_response_verify(key, CHALLENGE, right));
        g_assert_cmpint(msgr_response_verify(key, CHALLENGE, wrong), ==, length == 1);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/response/hmac-vector", test_hmac_vector);
    g_test_add_func("/response/md5-vector", test_md5_vector);
    g_test_add_func("/response/ed25519-vector", test_ed25519_vector);
    g_test_add_func("/response/compute/wrong-length", test_compute_wrong_length);
    g_test_add_func("/response/compute/empty", test_compute_empty);
    g_test_add_func("/response/verify/each", test_verify_each);
    g_test_add_func("/response/verify/across", test_verify_across);
    g_test_add_func("/response/verify/without-key", test_verify_without_key);
    g_test_add_func("/response/verify/weak-public-key", test_verify_weak_public_key);
    g_test_add_func("/response/key-lengths", test_key_lengths);
    return g_test_run();
}
