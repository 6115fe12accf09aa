/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs about the user's own keys. Nobody needs to be root for them.
 */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-key-list.h"
#include "msgr-ctl-key-pair.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-verb.h"
#include "msgr-error.h"
#include "msgr-names.h"
#include "msgr-text.h"

#define DEFAULT_CAPABILITIES "sessions,private,messenger,share"

static struct {
    char *name;
    char *capabilities;
    char *algorithm;
    char *environment;
    gboolean force;
} options;

/* Where the client's half goes. @temporary takes it until the service has the other half. */
typedef struct {
    char *path;
    char *temporary;
} Place;

static void
place_clear(Place *self)
{
    g_free(self->path);
    g_free(self->temporary);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static gboolean
parse_algorithm(MsgrAlgorithm *algorithm, GError **error)
{
    *algorithm = MSGR_ALGORITHM_ED25519;
    if (options.algorithm == NULL)
        return TRUE;
    if (msgr_algorithm_from_name(options.algorithm, algorithm) && *algorithm != MSGR_ALGORITHM_MD5)
        return TRUE;
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, NULL,
                       _("--algorithm takes ed25519 or hmac-sha256"));
    return FALSE;
}

static gboolean
is_capability(const char *name)
{
    const char *const known[] = { "sessions", "private", "messenger", "share", NULL };

    return g_strv_contains(known, name);
}

static gboolean
check_id(const char *id, GError **error)
{
    g_autoptr(GError) local_error = NULL;

    if (msgr_check_app_id(id, &local_error))
        return TRUE;
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, _("Such as org.example.Chess"),
                       _("No key can have that ID: %s"), local_error->message);
    return FALSE;
}

static char **
parse_capabilities(GError **error)
{
    g_auto(GStrv) names = g_strsplit(
        options.capabilities != NULL ? options.capabilities : DEFAULT_CAPABILITIES, ",", -1);

    for (guint i = 0; names[i] != NULL; i++) {
        g_autofree char *safe = msgr_ctl_text_safe(names[i]);

        if (is_capability(names[i]))
            continue;
        msgr_ctl_error_set(
            error, MSGR_CTL_ERROR_USAGE,
            _("There are: sessions, private, messenger, share; put commas in between"),
            _("\"%s\" is not a capability of a user's own key"), safe);
        return NULL;
    }
    return g_steal_pointer(&names);
}

static char *
find_environment(MsgrCtl *ctl, GError **error)
{
    g_autoptr(GVariant) value = NULL;

    if (options.environment == NULL) {
        value = msgr_ctl_bus_get(ctl->bus, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "Environment", "s",
                                 error);
        return value != NULL ? g_variant_dup_string(value, NULL) : NULL;
    }
    if (g_str_equal(options.environment, MSGR_ENVIRONMENT_PRODUCTION) ||
        g_str_equal(options.environment, MSGR_ENVIRONMENT_TEST))
        return g_strdup(options.environment);
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, NULL,
                       _("--environment takes production or test"));
    return NULL;
}

static gboolean
find_place(MsgrCtl *ctl, const char *id, Place *place, GError **error)
{
    place->path =
        ctl->key_option != NULL ? g_strdup(ctl->key_option) : msgr_ctl_key_file_default_path(id);
    place->temporary = g_strdup(place->path);
    if (!g_file_test(place->path, G_FILE_TEST_EXISTS))
        return TRUE;
    if (options.force) {
        g_free(place->temporary);
        place->temporary = g_strconcat(place->path, ".new", NULL);
        return TRUE;
    }
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_EXISTS,
                       _("A new one in its place: --force. See all: msgrctl keys list"),
                       _("There is a key already: %s"), place->path);
    return FALSE;
}

static gboolean
add_key(MsgrCtl *ctl, char *json, GError **error)
{
    g_autoptr(GVariant) reply = NULL;

    reply = msgr_ctl_bus_call_keys(ctl->bus, "AddKey", g_variant_new("(s)", json), NULL, error);
    msgr_ctl_secret_free(json);
    return reply != NULL;
}

static gboolean
rename_file(const char *from, const char *to, GError **error)
{
    int code;

    if (g_str_equal(from, to) || g_rename(from, to) == 0)
        return TRUE;
    code = errno;
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), _("%s can't be renamed: %s"),
                from, g_strerror(code));
    return FALSE;
}

/* The file first: a crash in between leaves half a key that is worth nothing, and not a key of
 * which nobody has the secret. */
static gboolean
store(MsgrCtl *ctl, const MsgrCtlKeyPair *pair, const Place *place, const char *environment,
      char **capabilities, GError **error)
{
    g_autofree char *name = msgr_ctl_text_from_argument(options.name);
    char *json =
        msgr_ctl_key_pair_service_half(pair, name, environment, (const char *const *)capabilities);

    if (!msgr_ctl_key_pair_write(pair, place->temporary, error)) {
        msgr_ctl_secret_free(json);
        return FALSE;
    }
    if (!add_key(ctl, json, error)) {
        g_unlink(place->temporary);
        return FALSE;
    }
    return rename_file(place->temporary, place->path, error);
}

static void
print_new(MsgrCtl *ctl, const char *id, const char *path, const char *environment)
{
    JsonObject *object;

    msgr_ctl_output_print(&ctl->output, _("%s has a key now (%s): %s"), id, environment, path);
    if (!ctl->output.json)
        return;
    object = json_object_new();
    json_object_set_string_member(object, "Id", id);
    json_object_set_string_member(object, "Environment", environment);
    json_object_set_string_member(object, "File", path);
    msgr_ctl_json_print(object);
    json_object_unref(object);
}

static int
run_new(MsgrCtl *ctl, char **args, GError **error)
{
    const char *id = args[0] != NULL ? args[0] : MSGR_CTL_APP_ID;
    g_autoptr(MsgrCtlKeyPair) pair = NULL;
    g_auto(GStrv) capabilities = NULL;
    g_auto(Place) place = { NULL };
    g_autofree char *environment = NULL;
    MsgrAlgorithm algorithm;

    capabilities = parse_capabilities(error);
    if (capabilities == NULL || !parse_algorithm(&algorithm, error) || !check_id(id, error) ||
        !find_place(ctl, id, &place, error) || !msgr_ctl_need_bus(ctl, error))
        return MSGR_CTL_EXIT_FAILED;
    environment = find_environment(ctl, error);
    if (environment == NULL)
        return MSGR_CTL_EXIT_FAILED;
    pair = msgr_ctl_key_pair_new(id, algorithm, error);
    if (pair == NULL || !store(ctl, pair, &place, environment, capabilities, error))
        return MSGR_CTL_EXIT_FAILED;
    print_new(ctl, id, place.path, environment);
    return MSGR_CTL_EXIT_OK;
}

static int
run_list(MsgrCtl *ctl, char **args, GError **error)
{
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) list = NULL;

    if (!msgr_ctl_need_bus(ctl, error))
        return MSGR_CTL_EXIT_FAILED;
    reply = msgr_ctl_bus_call_keys(ctl->bus, "ListKeys", NULL, "(aa{sv})", error);
    if (reply == NULL)
        return MSGR_CTL_EXIT_FAILED;
    list = g_variant_get_child_value(reply, 0);
    msgr_ctl_key_list_print(ctl, list);
    return MSGR_CTL_EXIT_OK;
}

/* Returns: whether there was a file and it is gone now. */
static gboolean
remove_file(MsgrCtl *ctl, const char *id)
{
    g_autofree char *path =
        ctl->key_option != NULL ? g_strdup(ctl->key_option) : msgr_ctl_key_file_default_path(id);

    if (g_unlink(path) == 0)
        return TRUE;
    if (errno != ENOENT)
        msgr_ctl_output_warn(&ctl->output, _("%s can't be removed: %s"), path, g_strerror(errno));
    return FALSE;
}

static int
run_remove(MsgrCtl *ctl, char **args, GError **error)
{
    g_autoptr(GError) local_error = NULL;
    g_autoptr(GVariant) reply = NULL;
    gboolean removed;

    if (!check_id(args[0], error) || !msgr_ctl_need_bus(ctl, error))
        return MSGR_CTL_EXIT_FAILED;
    msgr_ctl_set_subject(ctl, args[0]);
    reply = msgr_ctl_bus_call_keys(ctl->bus, "RemoveKey", g_variant_new("(s)", args[0]), NULL,
                                   &local_error);
    if (reply == NULL && !g_error_matches(local_error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return MSGR_CTL_EXIT_FAILED;
    }
    removed = remove_file(ctl, args[0]);
    if (reply == NULL && !removed) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return MSGR_CTL_EXIT_FAILED;
    }
    if (ctl->output.json)
        msgr_ctl_json_print_string("Id", args[0]);
    msgr_ctl_output_print(&ctl->output, _("The key of %s is gone."), args[0]);
    return MSGR_CTL_EXIT_OK;
}

static const GOptionEntry new_entries[] = {
    { "name", 'n', 0, G_OPTION_ARG_FILENAME, &options.name, N_("the application's name for people"),
      N_("NAME") },
    { "capabilities", 'c', 0, G_OPTION_ARG_FILENAME, &options.capabilities,
      N_("what the key is to allow (else sessions,private,messenger,share)"), N_("LIST") },
    { "algorithm", 'a', 0, G_OPTION_ARG_FILENAME, &options.algorithm,
      N_("ed25519 (that is the default) or hmac-sha256"), N_("NAME") },
    { "environment", 'e', 0, G_OPTION_ARG_FILENAME, &options.environment,
      N_("production or test (else the service's own)"), N_("NAME") },
    { "force", 'f', 0, G_OPTION_ARG_NONE, &options.force, N_("replace the key that there is"),
      NULL },
    { NULL },
};

const MsgrCtlVerb msgr_ctl_verb_keys_new = {
    .name = "keys new",
    .args = N_("[ID]"),
    .summary = N_("Makes a key for msgrctl, or for the application ID"),
    .description = N_(
        "The service keeps one half, for you alone; the other half goes into a file that only you\n"
        "can read: where --key says, else ~/.config/msgr/keys/ID.json. The secret is never "
        "printed."),
    .examples = "msgrctl keys new\n"
                "msgrctl keys new org.example.Chess --name Chess --capabilities sessions",
    .max_args = 1,
    .entries = new_entries,
    .run = run_new,
};

const MsgrCtlVerb msgr_ctl_verb_keys_list = {
    .name = "keys list",
    .args = "",
    .summary = N_("Lists your own keys, and whether their other half is here"),
    .examples = "msgrctl keys list",
    .run = run_list,
};

const MsgrCtlVerb msgr_ctl_verb_keys_remove = {
    .name = "keys remove",
    .args = N_("ID"),
    .summary = N_("Removes both halves of a key, without asking"),
    .examples = "msgrctl keys remove org.example.Chess",
    .min_args = 1,
    .max_args = 1,
    .run = run_remove,
};
