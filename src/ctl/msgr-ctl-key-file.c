/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the client's half of a key is, and what it says.
 */
#include "config.h"

#include "msgr-ctl-key-file.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <unistd.h>

#include "msgr-ctl-error.h"
#include "msgr-json.h"
#include "msgr-text.h"

#define MAX_KEY_BYTES 1024

/**
 * msgr_ctl_secret_free:
 * @text: (nullable): a secret, wiped before it is freed
 */
void
msgr_ctl_secret_free(char *text)
{
    if (text == NULL)
        return;
    sodium_memzero(text, strlen(text));
    g_free(text);
}

void
msgr_ctl_key_file_free(MsgrCtlKeyFile *self)
{
    if (self->secret != NULL)
        sodium_memzero(self->secret, self->secret_length);
    g_free(self->secret);
    g_free(self->path);
    g_free(self->id);
    g_free(self);
}

static gboolean
take_ed25519(MsgrCtlKeyFile *self, MsgrJson *json, GError **error)
{
    char *text = NULL;
    int failed;

    if (!msgr_json_string(json, "private-key", TRUE, &text, error))
        return FALSE;
    self->secret = g_malloc0(MAX_KEY_BYTES);
    failed = sodium_base642bin(self->secret, MAX_KEY_BYTES, text, strlen(text), NULL,
                               &self->secret_length, NULL, sodium_base64_VARIANT_ORIGINAL);
    msgr_ctl_secret_free(text);
    if (failed != 0 || (self->secret_length != crypto_sign_SEEDBYTES &&
                        self->secret_length != crypto_sign_SECRETKEYBYTES)) {
        msgr_json_set_error(json, "private-key", error, _("must be 32 or 64 bytes in base64"));
        return FALSE;
    }
    return TRUE;
}

static gboolean
take_secret(MsgrCtlKeyFile *self, MsgrJson *json, GError **error)
{
    char *text = NULL;

    if (self->algorithm == MSGR_ALGORITHM_ED25519)
        return take_ed25519(self, json, error);
    if (!msgr_json_string(json, "key", TRUE, &text, error))
        return FALSE;
    self->secret_length = strlen(text);
    self->secret = (guint8 *)text;
    if (self->secret_length == 0) {
        msgr_json_set_error(json, "key", error, _("must not be empty"));
        return FALSE;
    }
    return TRUE;
}

static gboolean
take_members(MsgrCtlKeyFile *self, MsgrJson *json, GError **error)
{
    g_autofree char *algorithm = NULL;

    if (!msgr_json_string(json, "id", TRUE, &self->id, error) ||
        !msgr_check_app_id(self->id, error) ||
        !msgr_json_string(json, "algorithm", TRUE, &algorithm, error))
        return FALSE;
    if (!msgr_algorithm_from_name(algorithm, &self->algorithm)) {
        msgr_json_set_error(json, "algorithm", error, _("must be ed25519, hmac-sha256 or md5"));
        return FALSE;
    }
    return take_secret(self, json, error);
}

/* Names the file, and takes what was wrong with it into the domain of this program. */
static void
set_bad_key(const char *path, const GError *why, GError **error)
{
    const char *hint = NULL;

    if (g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_ACCES))
        hint = _("It must be yours, and readable for you");
    else if (why->domain != G_FILE_ERROR)
        hint = _("It has to be the client's half, as \"msgrctl keys new\" writes it");
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_BAD_KEY, hint, _("The key %s can't be used: %s"), path,
                       why->message);
}

static gboolean
load(MsgrCtlKeyFile *self, GError **error)
{
    g_autoptr(MsgrJson) json = NULL;
    char *text = NULL;
    gsize length;

    if (!g_file_get_contents(self->path, &text, &length, error))
        return FALSE;
    json = msgr_json_parse(text, (gssize)length, error);
    sodium_memzero(text, length);
    g_free(text);
    return json != NULL && take_members(self, json, error);
}

/**
 * msgr_ctl_key_file_load:
 * @path: a file with the client's half of a key
 *
 * Returns: (nullable): what it says.
 */
MsgrCtlKeyFile *
msgr_ctl_key_file_load(const char *path, GError **error)
{
    g_autoptr(MsgrCtlKeyFile) self = g_new0(MsgrCtlKeyFile, 1);
    g_autoptr(GError) local_error = NULL;

    self->path = g_strdup(path);
    if (!load(self, &local_error)) {
        set_bad_key(path, local_error, error);
        return NULL;
    }
    return g_steal_pointer(&self);
}

/**
 * msgr_ctl_key_file_dir:
 *
 * Returns: the directory of the user's own keys.
 */
char *
msgr_ctl_key_file_dir(void)
{
    return g_build_filename(g_get_user_config_dir(), "msgr", "keys", NULL);
}

/**
 * msgr_ctl_key_file_default_path:
 *
 * Returns: where the user's own key of the application @id is, or would be.
 */
char *
msgr_ctl_key_file_default_path(const char *id)
{
    g_autofree char *dir = msgr_ctl_key_file_dir();
    g_autofree char *name = g_strconcat(id, ".json", NULL);

    return g_build_filename(dir, name, NULL);
}

/**
 * msgr_ctl_key_file_find_id:
 *
 * Returns: (nullable): the file with the client's half of @id: the user's own, or one that a
 *   package ships.
 */
char *
msgr_ctl_key_file_find_id(const char *id)
{
    const char *const *dirs = g_get_system_data_dirs();
    g_autofree char *name = g_strconcat(id, ".json", NULL);
    g_autofree char *own = msgr_ctl_key_file_default_path(id);

    if (g_file_test(own, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&own);
    for (guint i = 0; dirs[i] != NULL; i++) {
        g_autofree char *path = g_build_filename(dirs[i], "msgr", "client-keys", name, NULL);

        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&path);
    }
    return NULL;
}

/**
 * msgr_ctl_key_file_find:
 * @option: (nullable): the file that the command line names
 *
 * Looks for the key that this run is to use: @option, MSGR_KEY_FILE, or msgrctl's own.
 *
 * Returns: (nullable): the key; MSGR_CTL_ERROR_NO_KEY if there is none.
 */
MsgrCtlKeyFile *
msgr_ctl_key_file_find(const char *option, GError **error)
{
    const char *named = g_getenv("MSGR_KEY_FILE");
    g_autofree char *path = NULL;

    if (option != NULL)
        return msgr_ctl_key_file_load(option, error);
    if (named != NULL && *named != '\0')
        return msgr_ctl_key_file_load(named, error);
    path = msgr_ctl_key_file_find_id(MSGR_CTL_APP_ID);
    if (path != NULL)
        return msgr_ctl_key_file_load(path, error);
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_NO_KEY, _("Make one: msgrctl keys new"),
                       _("This takes a key, and you have none for msgrctl yet"));
    return NULL;
}

/**
 * msgr_ctl_key_file_is_exposed:
 *
 * Returns: whether the file is the caller's own, and others than the caller can read it.
 */
gboolean
msgr_ctl_key_file_is_exposed(const MsgrCtlKeyFile *self)
{
    GStatBuf info;

    return g_stat(self->path, &info) == 0 && info.st_uid == geteuid() && (info.st_mode & 0077) != 0;
}
