/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes a key, and writes down its halves.
 */
#include "config.h"

#include "msgr-ctl-key-pair.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <sodium.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-key-file.h"
#include "msgr-text.h"

static char *
base64(const guint8 *bytes, gsize length)
{
    gsize size = sodium_base64_ENCODED_LEN(length, sodium_base64_VARIANT_ORIGINAL);
    char *text = g_malloc(size);

    return sodium_bin2base64(text, size, bytes, length, sodium_base64_VARIANT_ORIGINAL);
}

static void
make_ed25519(MsgrCtlKeyPair *self)
{
    guint8 seed[crypto_sign_SEEDBYTES];
    guint8 public_key[crypto_sign_PUBLICKEYBYTES];
    guint8 secret_key[crypto_sign_SECRETKEYBYTES];

    randombytes_buf(seed, sizeof(seed));
    crypto_sign_seed_keypair(public_key, secret_key, seed);
    self->secret = base64(seed, sizeof(seed));
    self->open = base64(public_key, sizeof(public_key));
    sodium_memzero(seed, sizeof(seed));
    sodium_memzero(secret_key, sizeof(secret_key));
}

static void
make_hmac(MsgrCtlKeyPair *self)
{
    guint8 bytes[32];

    randombytes_buf(bytes, sizeof(bytes));
    self->secret = base64(bytes, sizeof(bytes));
    self->open = g_strdup(self->secret);
    sodium_memzero(bytes, sizeof(bytes));
}

/**
 * msgr_ctl_key_pair_new:
 * @id: the application ID that the key is to name
 * @algorithm: ed25519 or hmac-sha256
 *
 * Returns: (nullable): a new key.
 */
MsgrCtlKeyPair *
msgr_ctl_key_pair_new(const char *id, MsgrAlgorithm algorithm, GError **error)
{
    g_autoptr(MsgrCtlKeyPair) self = NULL;

    if (!msgr_check_app_id(id, error))
        return NULL;
    if (sodium_init() < 0) {
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_BAD_KEY, NULL,
                           _("There is no source of random numbers on this machine"));
        return NULL;
    }
    self = g_new0(MsgrCtlKeyPair, 1);
    self->id = g_strdup(id);
    self->algorithm = algorithm;
    if (algorithm == MSGR_ALGORITHM_ED25519)
        make_ed25519(self);
    else
        make_hmac(self);
    return g_steal_pointer(&self);
}

void
msgr_ctl_key_pair_free(MsgrCtlKeyPair *self)
{
    msgr_ctl_secret_free(self->secret);
    msgr_ctl_secret_free(self->open);
    g_free(self->id);
    g_free(self);
}

/**
 * msgr_ctl_key_pair_write:
 * @path: where the client's half goes; its directories are made
 *
 * Writes the file as a whole or not at all, readable for its owner alone.
 */
gboolean
msgr_ctl_key_pair_write(const MsgrCtlKeyPair *self, const char *path, GError **error)
{
    const char *member = self->algorithm == MSGR_ALGORITHM_ED25519 ? "private-key" : "key";
    g_autofree char *dir = g_path_get_dirname(path);
    char *text;
    gboolean written;

    if (g_mkdir_with_parents(dir, 0700) != 0) {
        int code = errno;

        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), _("%s can't be made: %s"),
                    dir, g_strerror(code));
        return FALSE;
    }
    /* by hand, since a JSON library leaves copies behind; all three are plain ASCII */
    text = g_strdup_printf("{\n  \"id\": \"%s\",\n  \"algorithm\": \"%s\",\n  \"%s\": \"%s\"\n}\n",
                           self->id, msgr_algorithm_name(self->algorithm), member, self->secret);
    written = g_file_set_contents_full(
        path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
    msgr_ctl_secret_free(text);
    return written;
}

static char *
quote_json(const char *text)
{
    g_autoptr(JsonNode) node = json_node_init_string(json_node_alloc(), text);

    return json_to_string(node, FALSE);
}

/**
 * msgr_ctl_key_pair_service_half:
 * @name: (nullable): the application's name for people
 * @environment: "production" or "test"
 * @capabilities: names of what the key is to allow
 *
 * Returns: the service's half as JSON, to be freed with msgr_ctl_secret_free().
 */
char *
msgr_ctl_key_pair_service_half(const MsgrCtlKeyPair *self, const char *name,
                               const char *environment, const char *const *capabilities)
{
    const char *member = self->algorithm == MSGR_ALGORITHM_ED25519 ? "public-key" : "key";
    g_autofree char *list = g_strjoinv("\", \"", (char **)capabilities);
    g_autofree char *quoted = quote_json(name != NULL ? name : "");

    /* by hand for the same reason as above; only the name can hold anything that needs an escape */
    return g_strdup_printf("{\"id\": \"%s\", \"name\": %s, \"algorithm\": \"%s\", \"%s\": \"%s\", "
                           "\"environment\": \"%s\", \"capabilities\": [\"%s\"]}",
                           self->id, quoted, msgr_algorithm_name(self->algorithm), member,
                           self->open, environment, list);
}
