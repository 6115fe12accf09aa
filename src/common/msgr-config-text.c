/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-config-text.h"

#include <string.h>

/**
 * msgr_config_problem:
 * @problems: (nullable) (element-type utf8): gets a text as in `/etc/msgr/msgrd.conf:3: ...`
 * @line: 0: none in particular
 */
void
msgr_config_problem(GPtrArray *problems, const char *path, guint line, const char *what)
{
    if (problems == NULL)
        return;
    if (line == 0)
        g_ptr_array_add(problems, g_strdup_printf("%s: %s", path, what));
    else
        g_ptr_array_add(problems, g_strdup_printf("%s:%u: %s", path, line, what));
}

/**
 * msgr_config_text_problem:
 * @line: as msgr_config_text_line() tells it; 0: none in particular
 */
void
msgr_config_text_problem(const MsgrConfigText *self, guint line, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    msgr_config_problem(self->problems, self->path, line, what);
}

static guint
find_line_in_group(char **lines, guint at, const char *key)
{
    guint found = 0;

    for (guint i = at; lines[i] != NULL; i++) {
        const char *line = g_strchug(lines[i]);
        const char *rest = line + strlen(key);

        if (i > at && *line == '[')
            break;
        if (!g_str_has_prefix(line, key))
            continue;
        while (*rest == ' ' || *rest == '\t')
            rest++;
        if (*rest == '=')
            found = i + 1;
    }
    return found;
}

/**
 * msgr_config_text_line:
 * @key: (nullable): %NULL for the group's own line
 *
 * Returns: the line of the file, counted from 1. Where a key is there twice, the last counts, as
 * for GKeyFile.
 */
guint
msgr_config_text_line(const MsgrConfigText *self, const char *group, const char *key)
{
    g_auto(GStrv) lines = g_strsplit(self->text, "\n", -1);
    g_autofree char *header = g_strdup_printf("[%s]", group);
    guint found = 0;

    for (guint i = 0; lines[i] != NULL; i++) {
        guint line;

        if (!g_str_has_prefix(g_strchug(lines[i]), header))
            continue;
        line = key == NULL ? i + 1 : find_line_in_group(lines, i, key);
        if (line != 0)
            found = line;
    }
    return found - MIN(found, self->lines_before);
}

/**
 * msgr_config_text_keys:
 *
 * Returns: (transfer full): the group's keys, each once.
 */
char **
msgr_config_text_keys(const MsgrConfigText *self, const char *group)
{
    g_auto(GStrv) keys = g_key_file_get_keys(self->keys, group, NULL, NULL);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    /* a key that is there twice is told twice, with the same value */
    for (char **key = keys; key != NULL && *key != NULL; key++) {
        if (!g_strv_contains((const char *const *)key + 1, *key))
            g_strv_builder_add(builder, *key);
    }
    return g_strv_builder_end(builder);
}

/* How many bytes the first @count lines of @text have. */
static gsize
bytes_of_lines(const char *text, guint count)
{
    const char *p = text;

    while (count-- > 0 && *p != '\0') {
        const char *end = strchr(p, '\n');

        p = end != NULL ? end + 1 : p + strlen(p);
    }
    return (gsize)(p - text);
}

static gboolean
lines_parse(MsgrConfigText *self, guint count, GError **error)
{
    gsize length = bytes_of_lines(self->text, count);

    return g_key_file_load_from_data(self->keys, self->text, length, G_KEY_FILE_NONE, error);
}

/* Up to the first line that GKeyFile can't read, which is found by halves: it doesn't tell. */
static void
parse_good_lines(MsgrConfigText *self)
{
    g_autoptr(GError) error = NULL;
    guint good = 0, bad = 1;

    for (const char *p = self->text; *p != '\0'; p++)
        bad += *p == '\n';
    if (lines_parse(self, bad, NULL))
        return;
    while (bad - good > 1) {
        guint middle = good + (bad - good) / 2;

        if (lines_parse(self, middle, NULL))
            good = middle;
        else
            bad = middle;
    }
    lines_parse(self, bad, &error);
    msgr_config_text_problem(self, bad - MIN(bad, self->lines_before),
                             "%s; the rest of the file is ignored", error->message);
    self->is_whole = FALSE;
    lines_parse(self, good, NULL);
}

/**
 * msgr_config_text_new:
 * @path: what the file is called in @problems
 * @text: what is in it, UTF-8
 * @group: (nullable): the group of keys that come before any
 * @problems: (nullable) (element-type utf8): gets what is wrong; must live as long
 *
 * Returns: the file, read up to the first line that makes no sense.
 */
MsgrConfigText *
msgr_config_text_new(const char *path, const char *text, const char *group, GPtrArray *problems)
{
    MsgrConfigText *self = g_new0(MsgrConfigText, 1);

    self->path = g_strdup(path);
    self->lines_before = group == NULL ? 0 : 1;
    self->text = group == NULL ? g_strdup(text) : g_strdup_printf("[%s]\n%s", group, text);
    self->keys = g_key_file_new();
    self->is_whole = TRUE;
    self->problems = problems;
    parse_good_lines(self);
    return self;
}

void
msgr_config_text_free(MsgrConfigText *self)
{
    g_free(self->path);
    g_free(self->text);
    g_key_file_unref(self->keys);
    g_free(self);
}
