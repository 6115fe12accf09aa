/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Both halves of the challenge and response.
 */
#include "msgr-response.h"

#include <sodium.h>
#include <string.h>

#include "msgr-error.h"

#define MAX_RESPONSE    256
#define HMAC_HEX_LENGTH (2 * crypto_auth_hmacsha256_BYTES)
#define MD5_HEX_LENGTH  32
#define SIGNATURE_TEXT  sodium_base64_ENCODED_LEN(crypto_sign_BYTES, sodium_base64_VARIANT_ORIGINAL)
#define STAND_IN_LENGTH 32

/* Takes the place of a key where there is none, so that a check that can't succeed takes as long.
 */
typedef struct {
    guint8 secret[STAND_IN_LENGTH];
    guint8 public_key[crypto_sign_PUBLICKEYBYTES];
    guint8 signature[crypto_sign_BYTES];
} StandIn;

typedef struct {
    const guint8 *bytes;
    gsize length;
} Material;

static gpointer
start_sodium(gpointer data)
{
    static StandIn stand_in;
    guint8 secret_key[crypto_sign_SECRETKEYBYTES];

    if (sodium_init() < 0)
        g_error("libsodium finds no source of random numbers");
    randombytes_buf(stand_in.secret, sizeof(stand_in.secret));
    crypto_sign_keypair(stand_in.public_key, secret_key);
    crypto_sign_detached(stand_in.signature, NULL, (const guint8 *)"", 0, secret_key);
    sodium_memzero(secret_key, sizeof(secret_key));
    return &stand_in;
}

static const StandIn *
get_stand_in(void)
{
    static GOnce once = G_ONCE_INIT;

    return g_once(&once, start_sodium, NULL);
}

static void
hmac_hex(Material key, const char *challenge, char hex[HMAC_HEX_LENGTH + 1])
{
    crypto_auth_hmacsha256_state state;
    guint8 mac[crypto_auth_hmacsha256_BYTES];

    crypto_auth_hmacsha256_init(&state, key.bytes, key.length);
    crypto_auth_hmacsha256_update(&state, (const guint8 *)challenge, strlen(challenge));
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2hex(hex, HMAC_HEX_LENGTH + 1, mac, sizeof(mac));
    sodium_memzero(&state, sizeof(state));
    sodium_memzero(mac, sizeof(mac));
}

static void
md5_hex(Material key, const char *challenge, char hex[MD5_HEX_LENGTH + 1])
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_MD5);

    g_checksum_update(sum, (const guchar *)challenge, (gssize)strlen(challenge));
    g_checksum_update(sum, key.bytes, (gssize)key.length);
    g_strlcpy(hex, g_checksum_get_string(sum), MD5_HEX_LENGTH + 1);
}

/* The secret half comes as the seed alone, or with the public key behind it. */
static gboolean
expand_secret(Material secret, guint8 secret_key[crypto_sign_SECRETKEYBYTES], GError **error)
{
    guint8 public_key[crypto_sign_PUBLICKEYBYTES];

    if (secret.length == crypto_sign_SECRETKEYBYTES) {
        memcpy(secret_key, secret.bytes, secret.length);
        return TRUE;
    }
    if (secret.length == crypto_sign_SEEDBYTES)
        return crypto_sign_seed_keypair(public_key, secret_key, secret.bytes) == 0;
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS,
                "an Ed25519 private key must be %u or %u bytes, not %" G_GSIZE_FORMAT,
                crypto_sign_SEEDBYTES, crypto_sign_SECRETKEYBYTES, secret.length);
    return FALSE;
}

static char *
sign(Material secret, const char *challenge, GError **error)
{
    guint8 secret_key[crypto_sign_SECRETKEYBYTES];
    guint8 signature[crypto_sign_BYTES];
    char *text;

    if (!expand_secret(secret, secret_key, error))
        return NULL;
    crypto_sign_detached(signature, NULL, (const guint8 *)challenge, strlen(challenge), secret_key);
    sodium_memzero(secret_key, sizeof(secret_key));
    text = g_malloc(SIGNATURE_TEXT);
    return sodium_bin2base64(text, SIGNATURE_TEXT, signature, sizeof(signature),
                             sodium_base64_VARIANT_ORIGINAL);
}

/**
 * msgr_response_compute:
 * @algorithm: the key's
 * @secret: (array length=secret_length): the key's bytes; for Ed25519 the seed of 32 bytes, or the
 * 64 bytes of seed and public key
 * @secret_length: how many bytes @secret has, at least 1
 * @challenge: what the service asked
 * @error: return location
 *
 * The client's half. Fails with %MSGR_ERROR_INVALID_ARGS if @secret doesn't fit @algorithm.
 *
 * Returns: (transfer full) (nullable): what to send back
 */
char *
msgr_response_compute(MsgrAlgorithm algorithm, const guint8 *secret, gsize secret_length,
                      const char *challenge, GError **error)
{
    Material key = { secret, secret_length };
    char hex[HMAC_HEX_LENGTH + 1];

    g_return_val_if_fail(secret != NULL && challenge != NULL, NULL);
    get_stand_in();
    if (algorithm == MSGR_ALGORITHM_ED25519)
        return sign(key, challenge, error);
    if (secret_length == 0) {
        g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS,
                            "the key must not be empty");
        return NULL;
    }
    if (algorithm == MSGR_ALGORITHM_MD5)
        md5_hex(key, challenge, hex);
    else
        hmac_hex(key, challenge, hex);
    return g_strdup(hex);
}

/* Compares all of @expected whatever the response is; its length is no secret. */
static gboolean
text_is(const char *expected, gsize length, const char *response, gsize response_length)
{
    char padded[HMAC_HEX_LENGTH] = { 0 };

    memcpy(padded, response, MIN(response_length, length));
    return (sodium_memcmp(padded, expected, length) == 0) & (response_length == length);
}

static gboolean
hmac_is_right(Material key, const char *challenge, const char *response, gsize length)
{
    char hex[HMAC_HEX_LENGTH + 1];
    gboolean right;

    hmac_hex(key, challenge, hex);
    right = text_is(hex, HMAC_HEX_LENGTH, response, length);
    sodium_memzero(hex, sizeof(hex));
    return right;
}

static gboolean
md5_is_right(Material key, const char *challenge, const char *response, gsize length)
{
    char hex[MD5_HEX_LENGTH + 1];
    gboolean right;

    md5_hex(key, challenge, hex);
    right = text_is(hex, MD5_HEX_LENGTH, response, length);
    sodium_memzero(hex, sizeof(hex));
    return right;
}

/* A response that is no signature is checked as a good signature of something else would be. */
static gboolean
signature_is_right(Material key, const char *challenge, const char *response, gsize length)
{
    guint8 signature[crypto_sign_BYTES];
    gsize decoded = 0;
    gboolean wellformed;

    wellformed = sodium_base642bin(signature, sizeof(signature), response, length, NULL, &decoded,
                                   NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
                 decoded == sizeof(signature);
    if (!wellformed)
        memcpy(signature, get_stand_in()->signature, sizeof(signature));
    return (crypto_sign_verify_detached(signature, (const guint8 *)challenge, strlen(challenge),
                                        key.bytes) == 0) &
           wellformed;
}

/* The key's material if it is for @algorithm, else something as good. */
static Material
material_for(const MsgrKey *key, MsgrAlgorithm algorithm)
{
    const StandIn *stand_in = get_stand_in();

    if (key != NULL && key->algorithm == algorithm)
        return (Material){ key->material, key->material_length };
    if (algorithm == MSGR_ALGORITHM_ED25519)
        return (Material){ stand_in->public_key, sizeof(stand_in->public_key) };
    return (Material){ stand_in->secret, sizeof(stand_in->secret) };
}

/**
 * msgr_response_verify:
 * @key: (nullable): the service's half of the key; %NULL if the ID is unknown
 * @challenge: what the service asked
 * @response: what came back, of any length and content
 *
 * The service's half. Does the work of all three algorithms whatever @key is, so that the time that
 * it takes tells nothing about @key.
 *
 * Returns: whether @response is the one right response of the holder of @key; %FALSE without a key
 */
gboolean
msgr_response_verify(const MsgrKey *key, const char *challenge, const char *response)
{
    gboolean right[3];
    gsize length;

    g_return_val_if_fail(challenge != NULL && response != NULL, FALSE);
    length = strnlen(response, MAX_RESPONSE + 1);
    right[MSGR_ALGORITHM_HMAC_SHA256] =
        hmac_is_right(material_for(key, MSGR_ALGORITHM_HMAC_SHA256), challenge, response, length);
    right[MSGR_ALGORITHM_ED25519] =
        signature_is_right(material_for(key, MSGR_ALGORITHM_ED25519), challenge, response, length);
    right[MSGR_ALGORITHM_MD5] =
        md5_is_right(material_for(key, MSGR_ALGORITHM_MD5), challenge, response, length);
    return key != NULL && length <= MAX_RESPONSE && right[key->algorithm];
}
