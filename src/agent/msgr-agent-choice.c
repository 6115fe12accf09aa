/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-choice.h"

#include <json-glib/json-glib.h>
#include <signal.h>

#include "msgr-agent-text.h"

struct _MsgrAgentChoice {
    const MsgrAgentChoiceCallbacks *callbacks;
    gpointer data;
    GSubprocess *process;
    GDataInputStream *input;
    GCancellable *cancellable;
    GByteArray *output; /* what the process has not taken yet */
    gboolean is_sending;
};

static void send_rest(MsgrAgentChoice *self);
static void read_line(MsgrAgentChoice *self);

/* To the window */

static void
sent(GObject *source, GAsyncResult *result, gpointer data)
{
    MsgrAgentChoice *self = data;
    g_autoptr(GError) error = NULL;

    if (!g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, &error)) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            g_debug("The window does not listen: %s", error->message);
        return;
    }
    self->is_sending = FALSE;
    send_rest(self);
}

static void
send_rest(MsgrAgentChoice *self)
{
    GOutputStream *stream = g_subprocess_get_stdin_pipe(self->process);
    GByteArray *bytes;

    if (self->is_sending || self->output->len == 0)
        return;
    bytes = g_steal_pointer(&self->output);
    self->output = g_byte_array_new();
    self->is_sending = TRUE;
    /* The stream may outlive the choice, if that is freed while it writes. */
    g_object_set_data_full(G_OBJECT(stream), "msgr-bytes", bytes,
                           (GDestroyNotify)g_byte_array_unref);
    g_output_stream_write_all_async(stream, bytes->data, bytes->len, G_PRIORITY_DEFAULT,
                                    self->cancellable, sent, self);
}

/* Takes @object. */
static void
send_object(MsgrAgentChoice *self, JsonObject *object)
{
    g_autoptr(JsonNode) root = json_node_alloc();
    g_autofree char *text = NULL;

    json_node_init_object(root, object);
    json_object_unref(object);
    text = json_to_string(root, FALSE);
    g_byte_array_append(self->output, (const guint8 *)text, (guint)strlen(text));
    g_byte_array_append(self->output, (const guint8 *)"\n", 1);
    send_rest(self);
}

static JsonObject *
describe_contact(const char *path, GVariant *properties)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "path", path);
    json_object_set_string_member(object, "name", msgr_agent_text_get(properties, "FriendlyName"));
    json_object_set_string_member(object, "signin", msgr_agent_text_get(properties, "SigninName"));
    json_object_set_string_member(object, "service", msgr_agent_text_get(properties, "ServiceId"));
    json_object_set_int_member(object, "status", msgr_agent_text_get_uint32(properties, "Status"));
    return object;
}

/**
 * msgr_agent_choice_set_contacts:
 * @contacts: `a(oa{sv})`, as ListContacts returns them
 */
void
msgr_agent_choice_set_contacts(MsgrAgentChoice *self, GVariant *contacts)
{
    JsonObject *object = json_object_new();
    JsonArray *array = json_array_new();
    GVariantIter iter;
    const char *path;
    GVariant *properties;

    g_variant_iter_init(&iter, contacts);
    while (g_variant_iter_loop(&iter, "(&o@a{sv})", &path, &properties)) {
        if (!msgr_agent_text_get_boolean(properties, "Blocked") &&
            !msgr_agent_text_get_boolean(properties, "IsSelf"))
            json_array_add_object_element(array, describe_contact(path, properties));
    }
    json_object_set_array_member(object, "contacts", array);
    send_object(self, object);
}

/**
 * msgr_agent_choice_set_error:
 * @text: what is wrong with the name that was typed, for the user
 */
void
msgr_agent_choice_set_error(MsgrAgentChoice *self, const char *text)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "error", text);
    send_object(self, object);
}

/* From the window */

static void
handle(MsgrAgentChoice *self, const char *line)
{
    g_autoptr(JsonNode) root = json_from_string(line, NULL);
    JsonObject *object =
        root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    const char *contact = NULL, *name = NULL;

    if (object != NULL) {
        contact = json_object_get_string_member_with_default(object, "contact", NULL);
        name = json_object_get_string_member_with_default(object, "name", NULL);
    }
    if (contact != NULL && g_variant_is_object_path(contact)) {
        self->callbacks->contact(contact, self->data);
        return;
    }
    read_line(self);
    if (name != NULL)
        self->callbacks->name(
            name, json_object_get_string_member_with_default(object, "service", "local"),
            self->data);
}

static void
line_read(GObject *source, GAsyncResult *result, gpointer data)
{
    MsgrAgentChoice *self = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_data_input_stream_read_line_finish_utf8(G_DATA_INPUT_STREAM(source),
                                                                      result, NULL, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (line == NULL)
        self->callbacks->closed(self->data);
    else
        handle(self, line);
}

static void
read_line(MsgrAgentChoice *self)
{
    g_data_input_stream_read_line_async(self->input, G_PRIORITY_DEFAULT, self->cancellable,
                                        line_read, self);
}

static GSubprocess *
spawn(const char *token, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    const char *program = g_getenv("MSGR_CHOOSE");

    if (*token != '\0') {
        g_subprocess_launcher_setenv(launcher, "XDG_ACTIVATION_TOKEN", token, TRUE);
        g_subprocess_launcher_setenv(launcher, "DESKTOP_STARTUP_ID", token, TRUE);
    }
    return g_subprocess_launcher_spawn(
        launcher, error, program != NULL ? program : MSGR_LIBEXEC_DIR "/msgr-choose", NULL);
}

/**
 * msgr_agent_choice_new:
 * @application: who asks, as it is registered here
 * @host: where that can be had from
 * @token: the desktop's for the new window; "" if there is none
 *
 * Opens a window.
 */
MsgrAgentChoice *
msgr_agent_choice_new(const char *application, const char *host, const char *token,
                      const MsgrAgentChoiceCallbacks *callbacks, gpointer data, GError **error)
{
    g_autoptr(GSubprocess) process = spawn(token, error);
    JsonObject *object;
    MsgrAgentChoice *self;

    if (process == NULL)
        return NULL;
    self = g_new0(MsgrAgentChoice, 1);
    self->callbacks = callbacks;
    self->data = data;
    self->process = g_steal_pointer(&process);
    self->input = g_data_input_stream_new(g_subprocess_get_stdout_pipe(self->process));
    self->cancellable = g_cancellable_new();
    self->output = g_byte_array_new();
    object = json_object_new();
    json_object_set_string_member(object, "application", application);
    json_object_set_string_member(object, "host", host);
    send_object(self, object);
    read_line(self);
    return self;
}

/* The window closes with its input. */
void
msgr_agent_choice_free(MsgrAgentChoice *self)
{
    g_cancellable_cancel(self->cancellable);
    g_subprocess_send_signal(self->process, SIGTERM);
    g_object_unref(self->input);
    g_object_unref(self->process);
    g_object_unref(self->cancellable);
    g_byte_array_unref(self->output);
    g_free(self);
}
