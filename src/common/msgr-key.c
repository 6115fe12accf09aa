/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The service's half of an application's key, as its file tells it.
 */
#include "msgr-key.h"

#include <sodium.h>
#include <string.h>

#include "msgr-json.h"
#include "msgr-text.h"

#define MAX_SECRET    1024 /* bytes */
#define MAX_USER_NAME 255  /* bytes */

static const char *const algorithm_names[] = {
    [MSGR_ALGORITHM_HMAC_SHA256] = "hmac-sha256",
    [MSGR_ALGORITHM_ED25519] = "ed25519",
    [MSGR_ALGORITHM_MD5] = "md5",
};

static const struct {
    MsgrCapabilities capability;
    const char *name;
} capability_names[] = {
    { MSGR_CAPABILITY_SESSIONS, "sessions" },
    { MSGR_CAPABILITY_PRIVATE, "private" },
    { MSGR_CAPABILITY_MESSENGER, "messenger" },
    { MSGR_CAPABILITY_SHARE, "share" },
    { MSGR_CAPABILITY_PUBLISH_ALERTS, "publish-alerts" },
};

/**
 * msgr_algorithm_name:
 *
 * Returns: how key files call @algorithm.
 */
const char *
msgr_algorithm_name(MsgrAlgorithm algorithm)
{
    g_return_val_if_fail((guint)algorithm < G_N_ELEMENTS(algorithm_names), NULL);
    return algorithm_names[algorithm];
}

/**
 * msgr_algorithm_from_name:
 * @name: what a key file says
 * @algorithm: (out): which that is; left as it is if there is none
 *
 * Returns: whether there is such an algorithm.
 */
gboolean
msgr_algorithm_from_name(const char *name, MsgrAlgorithm *algorithm)
{
    for (guint i = 0; i < G_N_ELEMENTS(algorithm_names); i++) {
        if (g_strcmp0(name, algorithm_names[i]) == 0) {
            *algorithm = (MsgrAlgorithm)i;
            return TRUE;
        }
    }
    return FALSE;
}

static MsgrCapabilities
capability_from_name(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(capability_names); i++) {
        if (g_str_equal(name, capability_names[i].name))
            return capability_names[i].capability;
    }
    return MSGR_CAPABILITY_NONE;
}

/**
 * msgr_capabilities_names:
 *
 * Returns: (transfer full): how key files call each of @capabilities, in a fixed order.
 */
char **
msgr_capabilities_names(MsgrCapabilities capabilities)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (guint i = 0; i < G_N_ELEMENTS(capability_names); i++) {
        if ((capabilities & capability_names[i].capability) != 0)
            g_strv_builder_add(builder, capability_names[i].name);
    }
    return g_strv_builder_end(builder);
}

static gboolean
parse_names(MsgrKey *self, MsgrJson *json, GError **error)
{
    g_autoptr(GError) wrong = NULL;

    if (!msgr_json_string(json, "id", TRUE, &self->id, error) ||
        !msgr_json_string(json, "name", FALSE, &self->name, error))
        return FALSE;
    if (!msgr_check_app_id(self->id, &wrong)) {
        msgr_json_set_error(json, "id", error, "is refused: %s", wrong->message);
        return FALSE;
    }
    if (self->name == NULL)
        self->name = g_strdup("");
    if (!msgr_check_friendly_name(self->name, NULL)) {
        msgr_json_set_error(json, "name", error,
                            "must be at most 256 characters, no control characters among them");
        return FALSE;
    }
    return TRUE;
}

static gboolean
parse_algorithm(MsgrKey *self, MsgrJson *json, GError **error)
{
    g_autofree char *name = NULL;

    if (!msgr_json_string(json, "algorithm", TRUE, &name, error))
        return FALSE;
    if (msgr_algorithm_from_name(name, &self->algorithm))
        return TRUE;
    msgr_json_set_error(json, "algorithm", error, "must be hmac-sha256, ed25519 or md5");
    return FALSE;
}

static gboolean
parse_public_key(MsgrKey *self, MsgrJson *json, GError **error)
{
    g_autofree char *text = NULL;

    if (!msgr_json_string(json, "public-key", TRUE, &text, error))
        return FALSE;
    self->material = g_malloc0(crypto_sign_PUBLICKEYBYTES);
    if (sodium_base642bin(self->material, crypto_sign_PUBLICKEYBYTES, text, strlen(text), NULL,
                          &self->material_length, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
        self->material_length == crypto_sign_PUBLICKEYBYTES)
        return TRUE;
    msgr_json_set_error(json, "public-key", error, "must be %u bytes in base64, with its padding",
                        crypto_sign_PUBLICKEYBYTES);
    return FALSE;
}

static gboolean
parse_secret(MsgrKey *self, MsgrJson *json, GError **error)
{
    char *text;

    if (!msgr_json_string(json, "key", TRUE, &text, error))
        return FALSE;
    self->material = (guint8 *)text;
    self->material_length = strlen(text);
    if (self->material_length >= 1 && self->material_length <= MAX_SECRET)
        return TRUE;
    msgr_json_set_error(json, "key", error, "must be 1 to %d bytes", MAX_SECRET);
    return FALSE;
}

static gboolean
parse_material(MsgrKey *self, MsgrJson *json, GError **error)
{
    if (msgr_key_is_secret(self))
        return parse_secret(self, json, error);
    return parse_public_key(self, json, error);
}

static gboolean
parse_environment(MsgrKey *self, MsgrJson *json, GError **error)
{
    if (!msgr_json_string(json, "environment", TRUE, &self->environment, error))
        return FALSE;
    if (g_str_equal(self->environment, MSGR_ENVIRONMENT_PRODUCTION) ||
        g_str_equal(self->environment, MSGR_ENVIRONMENT_TEST))
        return TRUE;
    msgr_json_set_error(json, "environment", error, "must be production or test");
    return FALSE;
}

/* What is not for a key of this origin. */
static gboolean
settle_capabilities(MsgrKey *self, MsgrJson *json, MsgrKeyOrigin origin, GError **error)
{
    if (origin == MSGR_KEY_OF_USER && (self->capabilities & MSGR_CAPABILITY_PUBLISH_ALERTS) != 0) {
        msgr_json_set_error(json, "capabilities", error,
                            "must not have publish-alerts in a user's own key");
        return FALSE;
    }
    if (origin == MSGR_KEY_OF_SYSTEM && (self->capabilities & MSGR_CAPABILITY_SHARE) != 0) {
        g_warning("Key %s: the capability \"share\" is for a user's own keys only, ignoring it",
                  self->id);
        self->capabilities &= ~MSGR_CAPABILITY_SHARE;
    }
    return TRUE;
}

static gboolean
parse_capabilities(MsgrKey *self, MsgrJson *json, MsgrKeyOrigin origin, GError **error)
{
    g_auto(GStrv) names = NULL;

    if (!msgr_json_strv(json, "capabilities", TRUE, &names, error))
        return FALSE;
    for (char **name = names; *name != NULL; name++) {
        MsgrCapabilities capability = capability_from_name(*name);

        if (capability == MSGR_CAPABILITY_NONE) {
            msgr_json_set_error(json, "capabilities", error,
                                "must be of sessions, private, messenger, share, publish-alerts");
            return FALSE;
        }
        self->capabilities |= capability;
    }
    return settle_capabilities(self, json, origin, error);
}

/* An empty list is kept: such a key is for nobody. */
static gboolean
parse_users(MsgrKey *self, MsgrJson *json, GError **error)
{
    if (!msgr_json_strv(json, "users", FALSE, &self->users, error))
        return FALSE;
    for (char **user = self->users; user != NULL && *user != NULL; user++) {
        if (**user == '\0' || strlen(*user) > MAX_USER_NAME) {
            msgr_json_set_error(json, "users", error, "must be names of users");
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
parse_not_after(MsgrKey *self, MsgrJson *json, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GDateTime) time = NULL;

    if (!msgr_json_string(json, "not-after", FALSE, &text, error))
        return FALSE;
    if (text == NULL)
        return TRUE;
    time = g_date_time_new_from_iso8601(text, NULL);
    if (time == NULL) {
        msgr_json_set_error(json, "not-after", error,
                            "must be a time with its zone, such as 2027-01-31T00:00:00Z");
        return FALSE;
    }
    /* 0 would be "never" */
    self->not_after =
        MAX(1, g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time));
    return TRUE;
}

static gboolean
parse_members(MsgrKey *self, MsgrJson *json, MsgrKeyOrigin origin, GError **error)
{
    return parse_names(self, json, error) && parse_algorithm(self, json, error) &&
           parse_material(self, json, error) && parse_environment(self, json, error) &&
           parse_capabilities(self, json, origin, error) && parse_users(self, json, error) &&
           parse_not_after(self, json, error) &&
           msgr_json_boolean(json, "revoked", &self->revoked, error);
}

/**
 * msgr_key_parse:
 * @json: a key file's text, or what a user adds; at most %MSGR_MAX_KEY_FILE bytes
 * @length: how many bytes, or -1 if a NUL ends them
 * @origin: where it comes from
 * @error: return location
 *
 * Reads the service's half of a key. Whatever is wrong with it is %MSGR_ERROR_INVALID_ARGS, with
 * the line; the message never has the key in it. Whether the file's rights are right is for the
 * caller.
 *
 * Returns: (transfer full) (nullable): the key
 */
MsgrKey *
msgr_key_parse(const char *json, gssize length, MsgrKeyOrigin origin, GError **error)
{
    g_autoptr(MsgrJson) parsed = msgr_json_parse(json, length, error);
    g_autoptr(MsgrKey) self = NULL;

    if (parsed == NULL)
        return NULL;
    self = g_atomic_rc_box_new0(MsgrKey);
    if (!parse_members(self, parsed, origin, error))
        return NULL;
    return g_steal_pointer(&self);
}

static void
key_clear(gpointer data)
{
    MsgrKey *self = data;

    if (self->material != NULL)
        sodium_memzero(self->material, self->material_length);
    g_free(self->material);
    g_free(self->id);
    g_free(self->name);
    g_free(self->environment);
    g_strfreev(self->users);
}

/**
 * msgr_key_ref:
 *
 * Returns: (transfer full): @self. May be called from any thread.
 */
MsgrKey *
msgr_key_ref(MsgrKey *self)
{
    return g_atomic_rc_box_acquire(self);
}

/**
 * msgr_key_unref:
 *
 * Drops a reference; the last one wipes the key. May be called from any thread.
 */
void
msgr_key_unref(MsgrKey *self)
{
    g_atomic_rc_box_release_full(self, key_clear);
}

/**
 * msgr_key_is_secret:
 *
 * Returns: whether who reads the service's half could pass for the application, so that the file
 * must not be readable to everybody.
 */
gboolean
msgr_key_is_secret(const MsgrKey *self)
{
    return self->algorithm != MSGR_ALGORITHM_ED25519;
}

/**
 * msgr_key_proves_the_same:
 *
 * Returns: whether a response that was right for @self is right for @other: whether that key may be
 * used, where and by whom, is another question.
 */
gboolean
msgr_key_proves_the_same(const MsgrKey *self, const MsgrKey *other)
{
    return g_str_equal(self->id, other->id) && self->algorithm == other->algorithm &&
           self->material_length == other->material_length &&
           sodium_memcmp(self->material, other->material, self->material_length) == 0;
}
