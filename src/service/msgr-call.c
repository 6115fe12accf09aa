/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-call.h"

/**
 * msgr_call_new:
 * @message: (transfer full): a method call
 */
MsgrCall *
msgr_call_new(MsgrService *service, GDBusMessage *message)
{
    MsgrCall *self = g_new0(MsgrCall, 1);

    self->ref_count = 1;
    self->service = service;
    self->message = message;
    self->body = g_dbus_message_get_body(message);
    self->body = self->body != NULL ? g_variant_ref(self->body)
                                    : g_variant_ref_sink(g_variant_new_tuple(NULL, 0));
    return self;
}

MsgrCall *
msgr_call_ref(MsgrCall *self)
{
    self->ref_count++;
    return self;
}

void
msgr_call_unref(MsgrCall *self)
{
    if (--self->ref_count > 0)
        return;
    g_object_unref(self->message);
    g_variant_unref(self->body);
    g_clear_pointer(&self->client, msgr_record_unref);
    g_free(self);
}

const char *
msgr_call_sender(MsgrCall *self)
{
    return g_dbus_message_get_sender(self->message);
}

const char *
msgr_call_path(MsgrCall *self)
{
    return g_dbus_message_get_path(self->message);
}

/**
 * msgr_call_body:
 *
 * Returns: (transfer none): the arguments, a tuple.
 */
GVariant *
msgr_call_body(MsgrCall *self)
{
    return self->body;
}

static gboolean
wants_reply(MsgrCall *self)
{
    return !(g_dbus_message_get_flags(self->message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
}

/**
 * msgr_call_reply:
 * @value: a tuple; sunk if floating
 *
 * Returns: (nullable) (transfer full): the reply, if one is expected.
 */
GDBusMessage *
msgr_call_reply(MsgrCall *self, GVariant *value)
{
    g_autoptr(GVariant) body = g_variant_ref_sink(value);
    GDBusMessage *reply;

    if (!wants_reply(self))
        return NULL;
    reply = g_dbus_message_new_method_reply(self->message);
    g_dbus_message_set_body(reply, body);
    return reply;
}

/**
 * msgr_call_error:
 *
 * Returns: (nullable) (transfer full): the error as it goes on the bus, if a reply is expected.
 */
GDBusMessage *
msgr_call_error(MsgrCall *self, const GError *error)
{
    g_autofree char *text = msgr_error_wire_message(error);
    MsgrError code = error->domain == MSGR_ERROR ? (MsgrError)error->code : MSGR_ERROR_FAILED;

    if (!wants_reply(self))
        return NULL;
    return g_dbus_message_new_method_error_literal(self->message, msgr_error_dbus_name(code), text);
}
