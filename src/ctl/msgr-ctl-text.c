/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts as a terminal needs them, durations, and times of day.
 */
#include "config.h"

#include "msgr-ctl-text.h"

#include <glib/gi18n.h>

#include "msgr-ctl-error.h"

#define MAX_DURATION (366u * 24 * 3600) /* seconds; what is longer is a slip of the finger */

/* What joins letters and emoji is part of how people write; the rest of the format characters
 * (bidirectional overrides, tags, marks) can only make a text look like another one. */
static gboolean
is_harmless(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);

    if (type == G_UNICODE_FORMAT)
        return c == 0x200c || c == 0x200d;
    return type != G_UNICODE_CONTROL && type != G_UNICODE_LINE_SEPARATOR &&
           type != G_UNICODE_PARAGRAPH_SEPARATOR && type != G_UNICODE_SURROGATE;
}

static void
append_escaped(GString *safe, gunichar c)
{
    switch (c) {
    case '\n':
        g_string_append(safe, "\\n");
        break;
    case '\t':
        g_string_append(safe, "\\t");
        break;
    case '\r':
        g_string_append(safe, "\\r");
        break;
    default:
        g_string_append_printf(safe, c < 0x100 ? "\\x%02x" : "\\u{%x}", c);
    }
}

/**
 * msgr_ctl_text_safe:
 * @text: (nullable): text from anywhere
 *
 * Returns: @text on one line, with every character escaped that would control a terminal or the
 *   direction of writing. What is not UTF-8 is replaced.
 */
char *
msgr_ctl_text_safe(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    GString *safe = g_string_sized_new(strlen(valid) + 8);

    for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (is_harmless(c))
            g_string_append_unichar(safe, c);
        else
            append_escaped(safe, c);
    }
    return g_string_free(safe, FALSE);
}

/**
 * msgr_ctl_text_quote:
 *
 * Returns: @text made safe, in quotation marks.
 */
char *
msgr_ctl_text_quote(const char *text)
{
    g_autofree char *safe = msgr_ctl_text_safe(text);

    /* Translators: a quotation: use the quotation marks of your language */
    return g_strdup_printf(_("\"%s\""), safe);
}

/**
 * msgr_ctl_text_from_argument:
 * @argument: (nullable): an argument from the command line, as it came
 *
 * Returns: (nullable): it as UTF-8. A program that runs with no locale set is taken to mean UTF-8.
 */
char *
msgr_ctl_text_from_argument(const char *argument)
{
    char *text;

    if (argument == NULL)
        return NULL;
    if (g_utf8_validate(argument, -1, NULL))
        return g_strdup(argument);
    text = g_locale_to_utf8(argument, -1, NULL, NULL, NULL);
    return text != NULL ? text : g_utf8_make_valid(argument, -1);
}

/**
 * msgr_ctl_text_width:
 *
 * Returns: how many columns of a terminal @text takes: wide characters two, combining ones none.
 */
guint
msgr_ctl_text_width(const char *text)
{
    guint width = 0;

    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (!g_unichar_iszerowidth(c))
            width += g_unichar_iswide(c) ? 2 : 1;
    }
    return width;
}

/**
 * msgr_ctl_text_append_padded:
 * @line: what it is appended to
 * @text: a text that is safe
 * @width: columns that are to be filled, with blanks after the text
 */
void
msgr_ctl_text_append_padded(GString *line, const char *text, guint width)
{
    g_string_append(line, text);
    for (guint used = msgr_ctl_text_width(text); used < width; used++)
        g_string_append_c(line, ' ');
}

static guint
unit_seconds(char unit)
{
    switch (unit) {
    case '\0':
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 24 * 3600;
    default:
        return 0;
    }
}

static gboolean
parse_parts(const char *text, guint64 *total)
{
    const char *p = text;

    *total = 0;
    while (*p != '\0') {
        char *end = NULL;
        guint64 number;
        guint unit;

        if (!g_ascii_isdigit(*p))
            return FALSE;
        number = g_ascii_strtoull(p, &end, 10);
        unit = unit_seconds(*end);
        if (unit == 0 || number > MAX_DURATION)
            return FALSE;
        *total += number * unit;
        if (*total > MAX_DURATION)
            return FALSE;
        p = *end == '\0' ? end : end + 1;
    }
    return p != text;
}

/**
 * msgr_ctl_duration_parse:
 * @text: such as 30, 30s, 10m, 1h, 1h30m
 * @seconds: (out): the duration in seconds
 *
 * Returns: whether @text is a duration, of at most a year.
 */
gboolean
msgr_ctl_duration_parse(const char *text, guint *seconds, GError **error)
{
    guint64 total;

    if (!parse_parts(text, &total)) {
        g_autofree char *safe = msgr_ctl_text_safe(text);

        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, _("Write it as 30, 30s, 10m, 1h or 1h30m"),
                           _("%s is not a duration"), safe);
        return FALSE;
    }
    *seconds = (guint)total;
    return TRUE;
}

static GDateTime *
local_time(gint64 time)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time / G_USEC_PER_SEC);

    return utc != NULL ? g_date_time_to_local(utc) : NULL;
}

/**
 * msgr_ctl_time_of_day:
 * @time: microseconds since the epoch
 *
 * Returns: the local time of day, with milliseconds.
 */
char *
msgr_ctl_time_of_day(gint64 time)
{
    g_autoptr(GDateTime) local = local_time(time);
    g_autofree char *seconds =
        local != NULL ? g_date_time_format(local, "%H:%M:%S") : g_strdup("?");

    return g_strdup_printf("%s.%03d", seconds, (int)(time % G_USEC_PER_SEC / 1000));
}

/**
 * msgr_ctl_time_format:
 * @time: microseconds since the epoch
 *
 * Returns: the local time, with the day if that is not today.
 */
char *
msgr_ctl_time_format(gint64 time)
{
    g_autoptr(GDateTime) local = local_time(time);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();

    if (local == NULL)
        return g_strdup("?");
    if (g_date_time_get_year(local) == g_date_time_get_year(now) &&
        g_date_time_get_day_of_year(local) == g_date_time_get_day_of_year(now))
        return g_date_time_format(local, "%H:%M:%S");
    return g_date_time_format(local, "%Y-%m-%d %H:%M");
}
