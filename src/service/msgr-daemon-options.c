/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-daemon-options.h"

#include "config.h"

#define SUMMARY                                                                                    \
    "The messenger service: through it any application can invite a person to do something "       \
    "together."
#define DESCRIPTION                                                                                \
    "Keys and applications are read from the *.json files of their directories; of two files\n"    \
    "with one name that in the later directory counts, and an empty file masks.\n"                 \
    "\n"                                                                                           \
    "Signals:\n"                                                                                   \
    "  TERM, INT   tell every client, and exit\n"                                                  \
    "  HUP         read the configuration, the keys, the applications and users.d again\n"         \
    "\n"                                                                                           \
    "To try it without root:  msgrd --session --verbose\n"                                         \
    "See msgrd(8), msgrd.conf(5), msgr-keys(5)."

void
msgr_daemon_options_free(MsgrDaemonOptions *self)
{
    g_free(self->address);
    g_free(self->config_file);
    g_strfreev(self->config_drop_ins);
    g_strfreev(self->keys_dirs);
    g_strfreev(self->apps_dirs);
    g_strfreev(self->users_dirs);
    g_free(self->state_dir);
    g_free(self);
}

static gboolean
parse(MsgrDaemonOptions *self, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "session", 0, 0, G_OPTION_ARG_NONE, &self->session,
          "Serve the session bus, in the environment \"test\"", NULL },
        { "address", 0, 0, G_OPTION_ARG_STRING, &self->address, "Serve the bus at this address",
          "BUS-ADDRESS" },
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &self->config_file,
          "Read this configuration, and FILE.d/*.conf", "FILE" },
        { "keys-dir", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->keys_dirs,
          "Read keys from here; may be given again", "DIR" },
        { "apps-dir", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->apps_dirs,
          "Read applications from here; may be given again", "DIR" },
        { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &self->state_dir, "Keep what lasts here",
          "DIR" },
        { "replace", 0, 0, G_OPTION_ARG_NONE, &self->replace, "Take over from a running service",
          NULL },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, "Log more", NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &self->version, "Show the version", NULL },
        { NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_option_context_set_summary(context, SUMMARY);
    g_option_context_set_description(context, DESCRIPTION);
    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

static gboolean
check(const MsgrDaemonOptions *self, int argc, char **argv, GError **error)
{
    if (argc > 1) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "Unexpected argument \"%s\"",
                    argv[1]);
        return FALSE;
    }
    if (self->session && self->address != NULL) {
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                            "--session and --address exclude each other");
        return FALSE;
    }
    return TRUE;
}

static char *
config_dir(const MsgrDaemonOptions *self)
{
    const char *given = g_getenv("CONFIGURATION_DIRECTORY");

    if (given != NULL)
        return g_strdup(given);
    return self->session ? g_build_filename(g_get_user_config_dir(), "msgr", NULL)
                         : g_strdup(MSGR_CONFIG_DIR);
}

static void
add_dir(GStrvBuilder *dirs, const char *dir, const char *last)
{
    g_autofree char *path = g_build_filename(dir, last, NULL);

    g_strv_builder_add(dirs, path);
}

static void
fill_config(MsgrDaemonOptions *self)
{
    g_autoptr(GStrvBuilder) drop_ins = g_strv_builder_new();
    g_autofree char *dir = config_dir(self);
    g_autofree char *own = NULL;

    if (self->config_file == NULL) {
        self->config_file = g_build_filename(dir, "msgrd.conf", NULL);
        if (!self->session)
            g_strv_builder_add(drop_ins, MSGR_LIB_DIR "/msgrd.conf.d");
    }
    own = g_strconcat(self->config_file, ".d", NULL);
    g_strv_builder_add(drop_ins, own);
    self->config_drop_ins = g_strv_builder_end(drop_ins);
}

/* Beside the configuration file, wherever that is. */
static char **
users_dirs(const MsgrDaemonOptions *self)
{
    g_autoptr(GStrvBuilder) dirs = g_strv_builder_new();
    g_autofree char *standard = config_dir(self);
    g_autofree char *beside = g_path_get_dirname(self->config_file);

    if (!self->session)
        add_dir(dirs, MSGR_LIB_DIR, "users.d");
    add_dir(dirs, standard, "users.d");
    if (!g_str_equal(beside, standard))
        add_dir(dirs, beside, "users.d");
    return g_strv_builder_end(dirs);
}

/* Packages', then the administrator's; on the session bus the system's, then the user's own. */
static char **
default_dirs(const MsgrDaemonOptions *self, const char *last)
{
    g_autoptr(GStrvBuilder) dirs = g_strv_builder_new();
    const char *const *system = g_get_system_data_dirs();
    g_autofree char *config = config_dir(self);

    if (self->session) {
        for (gsize i = g_strv_length((char **)system); i > 0; i--) {
            g_autofree char *dir = g_build_filename(system[i - 1], "msgr", NULL);

            add_dir(dirs, dir, last);
        }
        g_autofree char *own = g_build_filename(g_get_user_data_dir(), "msgr", NULL);

        add_dir(dirs, own, last);
    } else {
        add_dir(dirs, MSGR_DATA_DIR, last);
    }
    add_dir(dirs, config, last);
    return g_strv_builder_end(dirs);
}

static char *
default_state_dir(const MsgrDaemonOptions *self)
{
    const char *given = g_getenv("STATE_DIRECTORY");

    if (given != NULL)
        return g_strdup(given);
    return self->session ? g_build_filename(g_get_user_state_dir(), "msgr", NULL)
                         : g_strdup(MSGR_STATE_DIR);
}

static void
fill_dirs(MsgrDaemonOptions *self)
{
    if (self->keys_dirs == NULL)
        self->keys_dirs = default_dirs(self, "keys.d");
    self->users_dirs = users_dirs(self);
    if (self->apps_dirs == NULL)
        self->apps_dirs = default_dirs(self, "apps.d");
    if (self->state_dir == NULL)
        self->state_dir = default_state_dir(self);
}

/**
 * msgr_daemon_options_parse:
 *
 * Returns: (nullable): what was asked for, complete.
 */
MsgrDaemonOptions *
msgr_daemon_options_parse(int *argc, char ***argv, GError **error)
{
    g_autoptr(MsgrDaemonOptions) self = g_new0(MsgrDaemonOptions, 1);

    if (!parse(self, argc, argv, error) || !check(self, *argc, *argv, error))
        return NULL;
    fill_config(self);
    fill_dirs(self);
    return g_steal_pointer(&self);
}
