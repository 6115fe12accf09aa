/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Everything that msgrctl prints goes through here.
 */
#include "config.h"

#include "msgr-ctl-output.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-text.h"

static gboolean
colour_by_itself(int fd)
{
    const char *no_color = g_getenv("NO_COLOR");
    const char *term = g_getenv("TERM");

    return isatty(fd) && (no_color == NULL || *no_color == '\0') && g_strcmp0(term, "dumb") != 0;
}

/**
 * msgr_ctl_output_set_colour:
 * @when: (nullable): "auto" (on a terminal, unless NO_COLOR is set), "always" or "never"
 */
gboolean
msgr_ctl_output_set_colour(MsgrCtlOutput *self, const char *when, GError **error)
{
    if (when == NULL || g_str_equal(when, "auto")) {
        self->colour = colour_by_itself(STDOUT_FILENO);
        self->colour_error = colour_by_itself(STDERR_FILENO);
    } else if (g_str_equal(when, "always") || g_str_equal(when, "never")) {
        self->colour = self->colour_error = g_str_equal(when, "always");
    } else {
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, NULL,
                           _("--color takes auto, always or never"));
        return FALSE;
    }
    return TRUE;
}

static char *
styled(gboolean colour, MsgrCtlStyle style, const char *text)
{
    static const char *const codes[] = {
        [MSGR_CTL_PLAIN] = NULL, [MSGR_CTL_BOLD] = "1",    [MSGR_CTL_DIM] = "2",
        [MSGR_CTL_GREEN] = "32", [MSGR_CTL_YELLOW] = "33", [MSGR_CTL_RED] = "31",
    };

    if (!colour || codes[style] == NULL)
        return g_strdup(text);
    return g_strdup_printf("\033[%sm%s\033[0m", codes[style], text);
}

/**
 * msgr_ctl_output_style:
 *
 * Returns: @text, coloured where colours are wanted.
 */
char *
msgr_ctl_output_style(const MsgrCtlOutput *self, MsgrCtlStyle style, const char *text)
{
    return styled(self->colour, style, text);
}

/**
 * msgr_ctl_output_text:
 * @text: UTF-8, printed as it is, in the encoding of the locale
 */
void
msgr_ctl_output_text(const char *text)
{
    g_print("%s", text);
    fflush(stdout);
}

/**
 * msgr_ctl_output_print:
 * @format: a line for people, without its end; nothing is printed for programs
 */
void
msgr_ctl_output_print(const MsgrCtlOutput *self, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    if (self->json)
        return;
    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_print("%s\n", text);
    fflush(stdout);
}

/**
 * msgr_ctl_output_warn:
 * @format: a line for people on standard error, without its end
 */
void
msgr_ctl_output_warn(const MsgrCtlOutput *self, const char *format, ...)
{
    g_autofree char *text = NULL;
    g_autofree char *name = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    name = styled(self->colour_error, MSGR_CTL_YELLOW, "msgrctl:");
    g_printerr("%s %s\n", name, text);
}

/**
 * msgr_ctl_output_event:
 * @time: when it came, microseconds since the epoch
 * @text: what it is, safe for a terminal
 *
 * Prints a line that begins with the time of day; nothing is printed for programs.
 */
void
msgr_ctl_output_event(const MsgrCtlOutput *self, gint64 time, MsgrCtlStyle style, const char *text)
{
    g_autofree char *clock = msgr_ctl_time_of_day(time);
    g_autofree char *dim = msgr_ctl_output_style(self, MSGR_CTL_DIM, clock);
    g_autofree char *styled_text = msgr_ctl_output_style(self, style, text);

    msgr_ctl_output_print(self, "%s  %s", dim, styled_text);
}

static void
write_json(FILE *file, JsonNode *node, gboolean pretty)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    g_autofree char *text = NULL;

    json_generator_set_root(generator, node);
    json_generator_set_pretty(generator, pretty);
    text = json_generator_to_data(generator, NULL);
    /* JSON is UTF-8, whatever the locale says: so not by g_print() */
    fprintf(file, "%s\n", text);
    fflush(file);
}

/**
 * msgr_ctl_output_json:
 * @node: what a verb has found, printed with indentation
 */
void
msgr_ctl_output_json(JsonNode *node)
{
    write_json(stdout, node, TRUE);
}

/**
 * msgr_ctl_output_json_line:
 * @node: one of a stream of objects, printed on one line
 */
void
msgr_ctl_output_json_line(JsonNode *node)
{
    write_json(stdout, node, FALSE);
}

static void
print_error_json(const GError *error)
{
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
    g_autoptr(GError) copy = g_error_copy(error);
    g_autofree char *name = msgr_ctl_error_name(error);
    g_auto(GStrv) lines = NULL;

    g_dbus_error_strip_remote_error(copy);
    lines = g_strsplit(copy->message, "\n", 2);
    json_node_take_object(node, json_object_new());
    json_object_set_string_member(json_node_get_object(node), "Error", name);
    json_object_set_string_member(json_node_get_object(node), "Message", lines[0]);
    write_json(stderr, node, FALSE);
}

/**
 * msgr_ctl_output_error:
 * @error: why the verb failed
 * @subject: (nullable): whom or what it was about
 *
 * Prints on standard error what went wrong and what to do about it.
 */
void
msgr_ctl_output_error(const MsgrCtlOutput *self, const GError *error, const char *subject)
{
    g_autofree char *what = NULL;
    g_autofree char *hint = NULL;
    g_autofree char *safe_what = NULL;
    g_autofree char *safe_hint = NULL;
    g_autofree char *name = styled(self->colour_error, MSGR_CTL_RED, "msgrctl:");

    if (self->json) {
        print_error_json(error);
        return;
    }
    msgr_ctl_error_explain(error, subject, &what, &hint);
    safe_what = msgr_ctl_text_safe(what);
    g_printerr("%s %s\n", name, safe_what);
    if (hint == NULL)
        return;
    safe_hint = msgr_ctl_text_safe(hint);
    g_printerr("  %s\n", safe_hint);
}
