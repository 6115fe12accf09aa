/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lines of standard input, one when it is asked for, without waiting.
 */
#include "config.h"

#include "msgr-ctl-lines.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

#include "msgr-ctl-text.h"

struct _MsgrCtlLines {
    GDataInputStream *stream;
    GCancellable *cancellable;
    gboolean ended;
    void (*line)(const char *line, gpointer data);
    void (*end)(gpointer data);
    gpointer data;
};

/**
 * msgr_ctl_lines_new:
 * @line: called with a line, without its end, after msgr_ctl_lines_next()
 * @end: called once, when there are no more
 */
MsgrCtlLines *
msgr_ctl_lines_new(void (*line)(const char *line, gpointer data), void (*end)(gpointer data),
                   gpointer data)
{
    MsgrCtlLines *self = g_new0(MsgrCtlLines, 1);
    g_autoptr(GInputStream) input = g_unix_input_stream_new(STDIN_FILENO, FALSE);

    self->stream = g_data_input_stream_new(input);
    g_data_input_stream_set_newline_type(self->stream, G_DATA_STREAM_NEWLINE_TYPE_ANY);
    self->cancellable = g_cancellable_new();
    self->line = line;
    self->end = end;
    self->data = data;
    return self;
}

void
msgr_ctl_lines_free(MsgrCtlLines *self)
{
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_object_unref(self->stream);
    g_free(self);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    g_autofree char *line = NULL;
    MsgrCtlLines *self;

    bytes = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source), result, NULL, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    self = data;
    if (bytes == NULL) {
        self->ended = TRUE;
        self->end(self->data);
        return;
    }
    line = msgr_ctl_text_from_argument(bytes);
    self->line(line, self->data);
}

/**
 * msgr_ctl_lines_next:
 *
 * Asks for the next line. One at a time; behind the end nothing comes.
 */
void
msgr_ctl_lines_next(MsgrCtlLines *self)
{
    if (!self->ended)
        g_data_input_stream_read_line_async(self->stream, G_PRIORITY_DEFAULT, self->cancellable,
                                            on_read, self);
}

gboolean
msgr_ctl_lines_from_terminal(void)
{
    return isatty(STDIN_FILENO);
}
