/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * msgrd.conf and its drop-ins.
 */
#include "msgr-config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "msgr-config-text.h"
#include "msgr-key.h"

#define LOGIN_DEFS "/etc/login.defs"
#define MAX_UID    (G_MAXUINT32 - 1) /* the last number stands for "none" */
#define DROP_IN    ".conf"

typedef enum {
    TYPE_ENVIRONMENT,
    TYPE_BOOLEAN,
    TYPE_UINT,
    TYPE_LIST,
    TYPE_UID_RANGES,
} OptionType;

typedef struct {
    const char *group;
    const char *key;
    OptionType type;
    gsize offset;
    guint min;
    guint max;
    guint standard; /* what holds if nothing is said; lists: nothing */
} Option;

#define FIELD(name) G_STRUCT_OFFSET(MsgrConfig, name)
#define A_DAY       86400
#define A_MILLION   1000000

static const Option options[] = {
    { "Messenger", "Environment", TYPE_ENVIRONMENT, FIELD(environment), 0, 0, 0 },
    { "Messenger", "AllowMd5", TYPE_BOOLEAN, FIELD(allow_md5), 0, 1, FALSE },
    { "Messenger", "InvitationTimeout", TYPE_UINT, FIELD(invitation_timeout), 1, A_DAY, 300 },
    { "Messenger", "ClientGrace", TYPE_UINT, FIELD(client_grace), 0, A_DAY, 30 },
    { "Messenger", "LaunchTimeout", TYPE_UINT, FIELD(launch_timeout), 1, A_DAY, 30 },
    { "Messenger", "DecisionWindow", TYPE_UINT, FIELD(decision_window), 0, A_MILLION, 500 },
    { "Messenger", "EndedSessionLinger", TYPE_UINT, FIELD(ended_session_linger), 0, A_DAY, 60 },
    { "Messenger", "ChallengeLifetime", TYPE_UINT, FIELD(challenge_lifetime), 1, A_DAY, 60 },
    { "Messenger", "InstallTimeout", TYPE_UINT, FIELD(install_timeout), 1, A_DAY, 3600 },
    { "Local", "UidRanges", TYPE_UID_RANGES, FIELD(uid_ranges), 0, MAX_UID, 0 },
    { "Local", "Invitations", TYPE_BOOLEAN, FIELD(invitations), 0, 1, TRUE },
    { "Policy", "UserKeys", TYPE_BOOLEAN, FIELD(user_keys), 0, 1, TRUE },
    { "Policy", "UserApplications", TYPE_BOOLEAN, FIELD(user_applications), 0, 1, TRUE },
    { "Policy", "Connectors", TYPE_BOOLEAN, FIELD(connectors), 0, 1, TRUE },
    { "Policy", "AllowUsers", TYPE_LIST, FIELD(allow_users), 0, 0, 0 },
    { "Policy", "DenyUsers", TYPE_LIST, FIELD(deny_users), 0, 0, 0 },
    { "Policy", "AllowGroups", TYPE_LIST, FIELD(allow_groups), 0, 0, 0 },
    { "Limits", "SessionsPerClient", TYPE_UINT, FIELD(sessions_per_client), 1, A_MILLION, 64 },
    { "Limits", "SessionsPerUser", TYPE_UINT, FIELD(sessions_per_user), 1, A_MILLION, 256 },
    { "Limits", "InvitationsPerUser", TYPE_UINT, FIELD(invitations_per_user), 1, A_MILLION, 32 },
    { "Limits", "InvitationsPerInviter", TYPE_UINT, FIELD(invitations_per_inviter), 1, A_MILLION,
      8 },
    { "Limits", "ContactsPerUser", TYPE_UINT, FIELD(contacts_per_user), 1, A_MILLION, 1000 },
    { "Limits", "ApplicationsPerUser", TYPE_UINT, FIELD(applications_per_user), 1, A_MILLION, 256 },
    { "Limits", "ClientsPerUser", TYPE_UINT, FIELD(clients_per_user), 1, A_MILLION, 256 },
    { "Limits", "CallBurst", TYPE_UINT, FIELD(call_burst), 0, A_MILLION, 200 },
    { "Limits", "CallRate", TYPE_UINT, FIELD(call_rate), 0, A_MILLION, 100 },
    { "Limits", "UserCallRate", TYPE_UINT, FIELD(user_call_rate), 0, A_MILLION, 400 },
};

/* One file while it is read. */
typedef struct {
    MsgrConfig *config;
    MsgrConfigText *text;
} Reader;

static void
add_range(GArray *ranges, guint32 first, guint32 last)
{
    MsgrUidRange range = { first, last };

    g_array_append_val(ranges, range);
}

/* The number of @key in login.defs' @text, which has a word, blanks and a value in a line. */
static guint32
login_defs_number(const char *text, const char *key, guint32 fallback)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint64 value = fallback;

    for (char **line = lines; *line != NULL; line++) {
        const char *rest = g_strchug(*line);

        if (!g_str_has_prefix(rest, key) || !g_ascii_isspace(rest[strlen(key)]))
            continue;
        g_ascii_string_to_unsigned(g_strstrip(*line + strlen(key)), 10, 1, MAX_UID, &value, NULL);
    }
    return (guint32)value;
}

/* Ordinary users: of this machine, of systemd-homed, and of directory services. */
static GArray *
standard_uid_ranges(void)
{
    GArray *ranges = g_array_new(FALSE, FALSE, sizeof(MsgrUidRange));
    g_autofree char *text = NULL;

    if (!g_file_get_contents(LOGIN_DEFS, &text, NULL, NULL))
        text = g_strdup("");
    add_range(ranges, login_defs_number(text, "UID_MIN", 1000),
              login_defs_number(text, "UID_MAX", 60000));
    add_range(ranges, 60001, 60513);
    add_range(ranges, 65536, 4294967293);
    return ranges;
}

/* `994` or `1000-60000` */
static gboolean
parse_uid_range(const char *text, MsgrUidRange *range)
{
    g_auto(GStrv) parts = g_strsplit(text, "-", 2);
    char *last = parts[0] != NULL && parts[1] != NULL ? parts[1] : parts[0];
    guint64 values[2];

    if (parts[0] == NULL ||
        !g_ascii_string_to_unsigned(g_strstrip(parts[0]), 10, 0, MAX_UID, &values[0], NULL) ||
        !g_ascii_string_to_unsigned(g_strstrip(last), 10, 0, MAX_UID, &values[1], NULL))
        return FALSE;
    range->first = (guint32)values[0];
    range->last = (guint32)values[1];
    return range->first <= range->last;
}

static char **
read_list(Reader *reader, const Option *option)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_auto(GStrv) raw = NULL;

    raw = g_key_file_get_string_list(reader->text->keys, option->group, option->key, NULL, NULL);
    if (raw == NULL)
        return NULL;
    for (char **item = raw; *item != NULL; item++) {
        if (*g_strstrip(*item) != '\0')
            g_strv_builder_add(builder, *item);
    }
    return g_strv_builder_end(builder);
}

/* Each returns what the value should have been, or NULL if it is that. */

static const char *
read_environment(Reader *reader, const Option *option, gpointer field)
{
    g_autofree char *value =
        g_key_file_get_value(reader->text->keys, option->group, option->key, NULL);

    g_strstrip(value);
    if (!g_str_equal(value, MSGR_ENVIRONMENT_PRODUCTION) &&
        !g_str_equal(value, MSGR_ENVIRONMENT_TEST))
        return "production or test";
    g_free(*(char **)field);
    *(char **)field = g_steal_pointer(&value);
    return NULL;
}

static const char *
read_boolean(Reader *reader, const Option *option, gpointer field)
{
    g_autoptr(GError) error = NULL;
    gboolean value = g_key_file_get_boolean(reader->text->keys, option->group, option->key, &error);

    if (error != NULL)
        return "true or false";
    *(gboolean *)field = value;
    return NULL;
}

static const char *
read_uint(Reader *reader, const Option *option, gpointer field)
{
    g_autofree char *value =
        g_key_file_get_value(reader->text->keys, option->group, option->key, NULL);
    guint64 number;

    if (!g_ascii_string_to_unsigned(g_strstrip(value), 10, option->min, option->max, &number, NULL))
        return "a whole number";
    *(guint *)field = (guint)number;
    return NULL;
}

static const char *
read_strings(Reader *reader, const Option *option, gpointer field)
{
    char **list = read_list(reader, option);

    if (list == NULL)
        return "a list with \";\"";
    g_strfreev(*(char ***)field);
    *(char ***)field = list;
    return NULL;
}

static const char *
read_uid_ranges(Reader *reader, const Option *option, gpointer field)
{
    g_auto(GStrv) list = read_list(reader, option);
    g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(MsgrUidRange));

    for (char **item = list; item != NULL && *item != NULL; item++) {
        MsgrUidRange range;

        if (!parse_uid_range(*item, &range))
            return "user IDs such as 1000-60000;65536-4294967293;994";
        g_array_append_val(ranges, range);
    }
    g_array_unref(*(GArray **)field);
    *(GArray **)field = ranges->len > 0 ? g_steal_pointer(&ranges) : standard_uid_ranges();
    return NULL;
}

static const char *
read_option(Reader *reader, const Option *option)
{
    gpointer field = G_STRUCT_MEMBER_P(reader->config, option->offset);

    switch (option->type) {
    case TYPE_ENVIRONMENT:
        return read_environment(reader, option, field);
    case TYPE_BOOLEAN:
        return read_boolean(reader, option, field);
    case TYPE_UINT:
        return read_uint(reader, option, field);
    case TYPE_LIST:
        return read_strings(reader, option, field);
    case TYPE_UID_RANGES:
        return read_uid_ranges(reader, option, field);
    default:
        g_return_val_if_reached(NULL);
    }
}

/* Returns: (nullable): the option, or with @key NULL any one of the group. */
static const Option *
find_option(const char *group, const char *key)
{
    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        if (g_str_equal(options[i].group, group) &&
            (key == NULL || g_str_equal(options[i].key, key)))
            return &options[i];
    }
    return NULL;
}

static void
read_key(Reader *reader, const char *group, const char *key)
{
    const Option *option = find_option(group, key);
    guint line = msgr_config_text_line(reader->text, group, key);
    const char *wanted;

    if (option == NULL) {
        msgr_config_text_problem(reader->text, line, "unknown key \"%s\" in [%s]", key, group);
        return;
    }
    wanted = read_option(reader, option);
    if (wanted == NULL)
        return;
    if (option->type == TYPE_UINT)
        msgr_config_text_problem(reader->text, line, "\"%s\" must be %s from %u to %u", key, wanted,
                                 option->min, option->max);
    else
        msgr_config_text_problem(reader->text, line, "\"%s\" must be %s", key, wanted);
}

static void
read_group(Reader *reader, const char *group)
{
    g_auto(GStrv) keys = msgr_config_text_keys(reader->text, group);

    if (find_option(group, NULL) == NULL) {
        msgr_config_text_problem(reader->text, msgr_config_text_line(reader->text, group, NULL),
                                 "unknown group [%s]", group);
        return;
    }
    for (char **key = keys; *key != NULL; key++)
        read_key(reader, group, *key);
}

static void
read_text(MsgrConfig *config, const char *path, const char *text, GPtrArray *problems)
{
    g_autoptr(MsgrConfigText) file = msgr_config_text_new(path, text, NULL, problems);
    Reader reader = { config, file };
    g_auto(GStrv) groups = g_key_file_get_groups(file->keys, NULL);

    config->is_whole &= file->is_whole;
    for (char **group = groups; *group != NULL; group++)
        read_group(&reader, *group);
}

static void
read_file(MsgrConfig *config, const char *path, GPtrArray *problems)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    GStatBuf info;
    gsize length;

    /* /dev/null in a file's place says nothing, and a pipe there must not keep us waiting */
    if (g_stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return;
    if (!g_file_get_contents(path, &text, &length, &error)) {
        if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
            msgr_config_problem(problems, path, 0, error->message);
            config->is_whole = FALSE;
        }
        return;
    }
    if (!g_utf8_validate_len(text, length, NULL)) {
        msgr_config_problem(problems, path, 0, "not UTF-8; the file is ignored");
        config->is_whole = FALSE;
        return;
    }
    read_text(config, path, text, problems);
}

static void
find_drop_ins(GHashTable *paths, const char *dir_path)
{
    g_autoptr(GDir) dir = g_dir_open(dir_path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (*name != '.' && g_str_has_suffix(name, DROP_IN))
            g_hash_table_insert(paths, g_strdup(name), g_build_filename(dir_path, name, NULL));
    }
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
read_drop_ins(MsgrConfig *config, const char *const *dirs, GPtrArray *problems)
{
    g_autoptr(GHashTable) paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree const char **names = NULL;
    guint count;

    for (; dirs != NULL && *dirs != NULL; dirs++)
        find_drop_ins(paths, *dirs);
    names = (const char **)g_hash_table_get_keys_as_array(paths, &count);
    qsort(names, count, sizeof(*names), compare_names);
    for (guint i = 0; i < count; i++)
        read_file(config, g_hash_table_lookup(paths, names[i]), problems);
}

static void
set_standard(MsgrConfig *self, const Option *option, gboolean session_bus)
{
    gpointer field = G_STRUCT_MEMBER_P(self, option->offset);

    switch (option->type) {
    case TYPE_ENVIRONMENT:
        *(char **)field =
            g_strdup(session_bus ? MSGR_ENVIRONMENT_TEST : MSGR_ENVIRONMENT_PRODUCTION);
        break;
    case TYPE_BOOLEAN:
        *(gboolean *)field = option->standard != 0;
        break;
    case TYPE_UINT:
        *(guint *)field = option->standard;
        break;
    case TYPE_LIST:
        *(char ***)field = g_new0(char *, 1);
        break;
    case TYPE_UID_RANGES:
        *(GArray **)field = standard_uid_ranges();
        break;
    default:
        g_return_if_reached();
    }
}

/**
 * msgr_config_new:
 * @session_bus: whether the service is on a session bus, where the environment is `test` by default
 *
 * Returns: (transfer full): what holds if no file says anything
 */
MsgrConfig *
msgr_config_new(gboolean session_bus)
{
    MsgrConfig *self = g_atomic_rc_box_new0(MsgrConfig);

    self->is_whole = TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(options); i++)
        set_standard(self, &options[i], session_bus);
    return self;
}

/**
 * msgr_config_load:
 * @file: (nullable): the main file; it may be missing
 * @drop_in_dirs: (nullable) (array zero-terminated=1): directories of `*.conf` files that are read
 * after
 *   @file, in the order of their names; a later directory's file takes the place of an earlier
 * one's of the same name
 * @session_bus: as for msgr_config_new()
 * @problems: (nullable) (element-type utf8): gets a text for each thing that is wrong, as in
 *   `/etc/msgr/msgrd.conf:3: unknown key "Colour" in [Local]`
 *
 * Reads the configuration. It can't fail: for what is wrong holds what was said before, or the
 * default.
 *
 * Returns: (transfer full): the configuration
 */
MsgrConfig *
msgr_config_load(const char *file, const char *const *drop_in_dirs, gboolean session_bus,
                 GPtrArray *problems)
{
    MsgrConfig *self = msgr_config_new(session_bus);

    if (file != NULL)
        read_file(self, file, problems);
    read_drop_ins(self, drop_in_dirs, problems);
    return self;
}

static void
config_clear(gpointer data)
{
    MsgrConfig *self = data;

    g_free(self->environment);
    g_array_unref(self->uid_ranges);
    g_strfreev(self->allow_users);
    g_strfreev(self->deny_users);
    g_strfreev(self->allow_groups);
}

/**
 * msgr_config_ref:
 *
 * Returns: (transfer full): @self. May be called from any thread.
 */
MsgrConfig *
msgr_config_ref(MsgrConfig *self)
{
    return g_atomic_rc_box_acquire(self);
}

/**
 * msgr_config_unref:
 *
 * Drops a reference. May be called from any thread.
 */
void
msgr_config_unref(MsgrConfig *self)
{
    g_atomic_rc_box_release_full(self, config_clear);
}

/**
 * msgr_config_uid_is_local:
 *
 * Returns: whether a user with this ID can be named as a contact without ever having been there.
 */
gboolean
msgr_config_uid_is_local(const MsgrConfig *self, guint32 uid)
{
    for (guint i = 0; i < self->uid_ranges->len; i++) {
        const MsgrUidRange *range = &g_array_index(self->uid_ranges, MsgrUidRange, i);

        if (uid >= range->first && uid <= range->last)
            return TRUE;
    }
    return FALSE;
}
