/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is known of a registered application.
 */
#include "msgr-app-entry.h"

#include "msgr-error.h"
#include "msgr-json.h"
#include "msgr-names.h"
#include "msgr-text.h"

/* The members of a file that are strings, each in a field of the same meaning. */
typedef struct {
    const char *member;
    gsize offset;
    gboolean required;
    gboolean (*check)(const char *value, GError **error);
} StringRow;

static const StringRow string_rows[] = {
    { "guid", G_STRUCT_OFFSET(MsgrAppEntry, guid), TRUE, msgr_check_guid },
    { "name", G_STRUCT_OFFSET(MsgrAppEntry, name), TRUE, msgr_check_app_name },
    { "url", G_STRUCT_OFFSET(MsgrAppEntry, url), TRUE, msgr_check_url },
    { "path", G_STRUCT_OFFSET(MsgrAppEntry, path), FALSE, msgr_check_path },
    { "desktop-id", G_STRUCT_OFFSET(MsgrAppEntry, desktop_id), FALSE, msgr_check_desktop_id },
    { "version", G_STRUCT_OFFSET(MsgrAppEntry, version), FALSE, msgr_check_version },
    { "appstream-id", G_STRUCT_OFFSET(MsgrAppEntry, appstream_id), FALSE, msgr_check_app_id },
};

static char **
string_field(const MsgrAppEntry *self, const StringRow *row)
{
    return G_STRUCT_MEMBER_P(self, row->offset);
}

/* A text that may be missing is there as "", which no check needs to see. */
static gboolean
check_row(const MsgrAppEntry *self, const StringRow *row, GError **error)
{
    const char *value = *string_field(self, row);

    return (!row->required && *value == '\0') || row->check(value, error);
}

static gboolean
check_launchable(const MsgrAppEntry *self, GError **error)
{
    if ((*self->path == '\0') != (*self->desktop_id == '\0'))
        return TRUE;
    g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS,
                        "there must be either a path or a desktop file's ID");
    return FALSE;
}

/* Unlike a key's, a publisher's ID may be one of the reserved two. */
static gboolean
check_publisher(const char *id, GError **error)
{
    return g_str_equal(id, MSGR_AGENT_APP_ID) || g_str_equal(id, MSGR_SYSTEM_APP_ID) ||
           msgr_check_app_id(id, error);
}

static gboolean
parse_strings(MsgrAppEntry *self, MsgrJson *json, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(string_rows); i++) {
        const StringRow *row = &string_rows[i];
        char **field = string_field(self, row);
        g_autoptr(GError) wrong = NULL;

        if (!msgr_json_string(json, row->member, row->required, field, error))
            return FALSE;
        if (*field != NULL && !row->check(*field, &wrong)) {
            msgr_json_set_error(json, row->member, error, "is refused: %s", wrong->message);
            return FALSE;
        }
        if (*field == NULL)
            *field = g_strdup("");
    }
    return TRUE;
}

static gboolean
parse_app_ids(MsgrAppEntry *self, MsgrJson *json, GError **error)
{
    if (!msgr_json_strv(json, "app-ids", FALSE, &self->app_ids, error))
        return FALSE;
    if (self->app_ids == NULL)
        self->app_ids = g_new0(char *, 1);
    for (char **id = self->app_ids; *id != NULL; id++) {
        g_autoptr(GError) wrong = NULL;

        if (!msgr_check_app_id(*id, &wrong)) {
            msgr_json_set_error(json, "app-ids", error, "is refused: %s", wrong->message);
            return FALSE;
        }
    }
    return TRUE;
}

static MsgrAppEntry *
entry_new(const char *registered_by, gint64 registered_at)
{
    MsgrAppEntry *self = g_atomic_rc_box_new0(MsgrAppEntry);

    self->registered_by = g_strdup(registered_by);
    self->registered_at = registered_at;
    return self;
}

/**
 * msgr_app_entry_parse:
 * @json: the text of a file in apps.d, at most %MSGR_MAX_KEY_FILE bytes
 * @length: how many bytes, or -1 if a NUL ends them
 * @registered_at: microseconds since the epoch
 * @error: return location
 *
 * Reads what a package registers for everyone. All that is wrong with it is
 * %MSGR_ERROR_INVALID_ARGS, with the line where there is one.
 *
 * Returns: (transfer full) (nullable): the application, registered by `system`
 */
MsgrAppEntry *
msgr_app_entry_parse(const char *json, gssize length, gint64 registered_at, GError **error)
{
    g_autoptr(MsgrJson) parsed = msgr_json_parse(json, length, error);
    g_autoptr(MsgrAppEntry) self = NULL;

    if (parsed == NULL)
        return NULL;
    self = entry_new(MSGR_SYSTEM_APP_ID, registered_at);
    if (!parse_strings(self, parsed, error) || !parse_app_ids(self, parsed, error))
        return NULL;
    if (!check_launchable(self, NULL)) {
        msgr_json_set_error(parsed, NULL, error, "must have either \"path\" or \"desktop-id\"");
        return NULL;
    }
    return g_steal_pointer(&self);
}

static char *
dup_or_empty(const char *text)
{
    return g_strdup(text != NULL ? text : "");
}

/**
 * msgr_app_entry_new:
 * @path: (nullable): the program's path; %NULL or "" if there is a @desktop_id
 * @desktop_id: (nullable): the desktop file's ID; %NULL or "" if there is a @path
 * @version: (nullable): the application's version, if it is told
 * @registered_by: the publisher's application ID, which the application then belongs to
 * @registered_at: microseconds since the epoch
 *
 * Takes what a program registers at run time as it is: msgr_app_entry_check() says whether it will
 * do.
 *
 * Returns: (transfer full): the application
 */
MsgrAppEntry *
msgr_app_entry_new(const char *guid, const char *name, const char *url, const char *path,
                   const char *desktop_id, const char *version, const char *registered_by,
                   gint64 registered_at)
{
    MsgrAppEntry *self;

    g_return_val_if_fail(registered_by != NULL, NULL);
    self = entry_new(registered_by, registered_at);
    self->guid = dup_or_empty(guid);
    self->name = dup_or_empty(name);
    self->url = dup_or_empty(url);
    self->path = dup_or_empty(path);
    self->desktop_id = dup_or_empty(desktop_id);
    self->version = dup_or_empty(version);
    self->appstream_id = g_strdup("");
    self->app_ids = g_new0(char *, 2);
    self->app_ids[0] = g_strdup(registered_by);
    return self;
}

static void
entry_clear(gpointer data)
{
    MsgrAppEntry *self = data;

    for (guint i = 0; i < G_N_ELEMENTS(string_rows); i++)
        g_free(*string_field(self, &string_rows[i]));
    g_free(self->registered_by);
    g_strfreev(self->app_ids);
}

/**
 * msgr_app_entry_ref:
 *
 * Returns: (transfer full): @self. May be called from any thread.
 */
MsgrAppEntry *
msgr_app_entry_ref(MsgrAppEntry *self)
{
    return g_atomic_rc_box_acquire(self);
}

/**
 * msgr_app_entry_unref:
 *
 * Drops a reference. May be called from any thread.
 */
void
msgr_app_entry_unref(MsgrAppEntry *self)
{
    g_atomic_rc_box_release_full(self, entry_clear);
}

/**
 * msgr_app_entry_check:
 * @error: return location
 *
 * Returns: %FALSE with %MSGR_ERROR_INVALID_ARGS if any field is not what msgr-text.h says it must
 * be, or if there isn't exactly one of path and desktop file.
 */
gboolean
msgr_app_entry_check(const MsgrAppEntry *self, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(string_rows); i++) {
        if (!check_row(self, &string_rows[i], error))
            return FALSE;
    }
    for (char **id = self->app_ids; *id != NULL; id++) {
        if (!check_publisher(*id, error))
            return FALSE;
    }
    return check_publisher(self->registered_by, error) && check_launchable(self, error);
}

/**
 * msgr_app_entry_equal:
 *
 * Returns: whether the two say the same, except for the time of their registration.
 */
gboolean
msgr_app_entry_equal(const MsgrAppEntry *self, const MsgrAppEntry *other)
{
    for (guint i = 0; i < G_N_ELEMENTS(string_rows); i++) {
        const StringRow *row = &string_rows[i];

        if (!g_str_equal(*string_field(self, row), *string_field(other, row)))
            return FALSE;
    }
    return g_str_equal(self->registered_by, other->registered_by) &&
           g_strv_equal((const char *const *)self->app_ids, (const char *const *)other->app_ids);
}
