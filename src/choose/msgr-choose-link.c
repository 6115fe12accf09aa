/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-choose-link.h"

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <unistd.h>

struct _MsgrChooseLink {
    GDataInputStream *input;
    GCancellable *cancellable;
    MsgrChooseHeard heard;
    gpointer data;
};

static void read_line(MsgrChooseLink *self);

static void
line_read(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_data_input_stream_read_line_finish_utf8(G_DATA_INPUT_STREAM(source),
                                                                      result, NULL, &error);
    g_autoptr(JsonNode) root = NULL;
    MsgrChooseLink *self = data;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (line == NULL) {
        self->heard(NULL, self->data);
        return;
    }
    read_line(self);
    root = json_from_string(line, NULL);
    if (root != NULL && JSON_NODE_HOLDS_OBJECT(root))
        self->heard(json_node_get_object(root), self->data);
}

static void
read_line(MsgrChooseLink *self)
{
    g_data_input_stream_read_line_async(self->input, G_PRIORITY_DEFAULT, self->cancellable,
                                        line_read, self);
}

MsgrChooseLink *
msgr_choose_link_new(MsgrChooseHeard heard, gpointer data)
{
    MsgrChooseLink *self = g_new0(MsgrChooseLink, 1);
    g_autoptr(GInputStream) input = g_unix_input_stream_new(STDIN_FILENO, FALSE);

    self->input = g_data_input_stream_new(input);
    self->cancellable = g_cancellable_new();
    self->heard = heard;
    self->data = data;
    read_line(self);
    return self;
}

void
msgr_choose_link_free(MsgrChooseLink *self)
{
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_object_unref(self->input);
    g_free(self);
}

/**
 * msgr_choose_link_say:
 *
 * Tells the agent what the user wants.
 */
void
msgr_choose_link_say(const char *member, const char *value)
{
    g_autoptr(JsonNode) root = json_node_alloc();
    g_autoptr(JsonObject) object = json_object_new();
    g_autofree char *text = NULL;

    json_object_set_string_member(object, member, value);
    json_node_init_object(root, object);
    text = json_to_string(root, FALSE);
    printf("%s\n", text);
    fflush(stdout);
}
