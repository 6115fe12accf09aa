/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a user's process has replied, which may be anything.
 */
#include "msgr-reply.h"

#include <unistd.h>

#include <gio/gunixfdlist.h>

#include "msgr-error.h"
#include "msgr-pidfd.h"

#define LONGEST_REPLY   65536 /* bytes */
#define LONGEST_MESSAGE 1024  /* bytes of an error's message that are kept */

static void
refuse(MsgrAnswer *answer, const char *why)
{
    g_clear_pointer(&answer->value, g_variant_unref);
    answer->error = g_error_new_literal(MSGR_ERROR, MSGR_ERROR_SESSION_PROTOCOL_ERROR, why);
}

static MsgrError
code_of(const char *name)
{
    for (int code = 0; name != NULL && code < MSGR_N_ERRORS; code++) {
        if (g_str_equal(msgr_error_dbus_name(code), name))
            return code;
    }
    return MSGR_ERROR_FAILED;
}

static void
read_error(GDBusMessage *reply, MsgrAnswer *answer)
{
    const char *name = g_dbus_message_get_error_name(reply);
    GVariant *body = g_dbus_message_get_body(reply);
    const char *text = "";
    g_autofree char *message = NULL;

    if (body != NULL && g_variant_is_of_type(body, G_VARIANT_TYPE("(s)")))
        g_variant_get(body, "(&s)", &text);
    message = g_utf8_make_valid(text, (gssize)MIN(strlen(text), LONGEST_MESSAGE));
    answer->error = g_error_new_literal(MSGR_ERROR, code_of(name), message);
}

/* Takes the one descriptor that was asked for, and closes whatever else came. */
static int
steal_fd(GDBusMessage *reply)
{
    GUnixFDList *list = g_dbus_message_get_unix_fd_list(reply);
    g_autofree int *fds = NULL;
    int n = 0;

    if (list == NULL)
        return -1;
    fds = g_unix_fd_list_steal_fds(list, &n);
    if (n == 1)
        return fds[0];
    for (int i = 0; i < n; i++)
        close(fds[i]);
    return -1;
}

static void
take_process(GDBusMessage *reply, MsgrAnswer *answer)
{
    int fd = steal_fd(reply);
    guint32 pid;
    gint32 index;

    if (fd < 0) {
        refuse(answer, "The reply has not one file descriptor");
        return;
    }
    g_variant_get(answer->value, "(uh)", &pid, &index);
    answer->process = msgr_pidfd_take(fd, pid);
    if (answer->process == NULL)
        refuse(answer, "The file descriptor does not stand for this process");
}

/**
 * msgr_reply_read:
 * @answer: (out): what is made of it
 *
 * A reply is believed only if it is of the form that was asked for.
 */
void
msgr_reply_read(GDBusMessage *reply, const MsgrOrder *order, MsgrAnswer *answer)
{
    GVariant *body = g_dbus_message_get_body(reply);

    *answer = (MsgrAnswer){ 0 };
    if (g_dbus_message_get_message_type(reply) != G_DBUS_MESSAGE_TYPE_METHOD_RETURN) {
        read_error(reply, answer);
        return;
    }
    answer->value = body == NULL ? g_variant_ref_sink(g_variant_new("()")) : g_variant_ref(body);
    if (!g_variant_is_of_type(answer->value, G_VARIANT_TYPE(order->reply_type)) ||
        g_variant_get_size(answer->value) > LONGEST_REPLY)
        refuse(answer, "The reply is not of the type that was asked for");
    else if (order->takes_process)
        take_process(reply, answer);
}
