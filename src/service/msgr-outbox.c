/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What leaves: held until the turn is in the ledger, then sent in one order, each to its one
 * destination. Orders go by the courier, which knows what a destination can take.
 */
#include "msgr-outbox.h"

/* All that one call, or one event, has to say. */
typedef struct {
    MsgrCall *call;      /* NULL for an event */
    GPtrArray *messages; /* of GDBusMessage */
    GPtrArray *orders;   /* of MsgrOrder */
} Letter;

/* A turn that would tell more ends early: what is told takes memory until it leaves. */
#define FULL (1u << 20) /* bytes */

/* What is told, asked and changed beyond this costs its caller as much as another call would. */
#define BYTES_OF_A_CALL    65536u
#define MESSAGES_OF_A_CALL 16u
#define CHANGES_OF_A_CALL  32u

struct _MsgrOutbox {
    GDBusConnection *connection;
    MsgrReceipts *receipts;
    MsgrCourier *courier;
    GPtrArray *letters;
    gsize bytes;
};

static void
letter_free(gpointer data)
{
    Letter *letter = data;

    g_clear_pointer(&letter->call, msgr_call_unref);
    g_ptr_array_unref(letter->messages);
    g_ptr_array_unref(letter->orders);
    g_free(letter);
}

MsgrOutbox *
msgr_outbox_new(GDBusConnection *connection, MsgrReceipts *receipts, MsgrCourier *courier)
{
    MsgrOutbox *self = g_new0(MsgrOutbox, 1);

    self->connection = g_object_ref(connection);
    self->receipts = receipts;
    self->courier = courier;
    self->letters = g_ptr_array_new_with_free_func(letter_free);
    return self;
}

void
msgr_outbox_free(MsgrOutbox *self)
{
    g_object_unref(self->connection);
    g_ptr_array_unref(self->letters);
    g_free(self);
}

static gsize
message_bytes(GDBusMessage *message)
{
    const gsize header = 200; /* about */
    GVariant *body = g_dbus_message_get_body(message);

    return header + (body == NULL ? 0 : g_variant_get_size(body));
}

static gsize
order_bytes(const MsgrOrder *order)
{
    return sizeof *order + (order->args == NULL ? 0 : g_variant_get_size(order->args));
}

static gsize
letter_bytes(const Letter *letter)
{
    gsize bytes = 0;

    for (guint i = 0; i < letter->messages->len; i++)
        bytes += message_bytes(letter->messages->pdata[i]);
    for (guint i = 0; i < letter->orders->len; i++)
        bytes += order_bytes(letter->orders->pdata[i]);
    return bytes;
}

static GDBusMessage *
signal_message(const MsgrSignal *signal)
{
    GDBusMessage *message = g_dbus_message_new_signal(signal->path, signal->iface, signal->name);

    g_dbus_message_set_destination(message, signal->to);
    if (signal->args != NULL)
        g_dbus_message_set_body(message, signal->args);
    return message;
}

static void
add_signals(Letter *letter, GPtrArray *signals, const char *caller, gboolean to_caller)
{
    for (guint i = 0; i < signals->len; i++) {
        const MsgrSignal *signal = signals->pdata[i];

        if ((g_strcmp0(signal->to, caller) == 0) == to_caller)
            g_ptr_array_add(letter->messages, signal_message(signal));
    }
}

/**
 * msgr_outbox_add:
 * @call: (nullable): what is answered; none for an event
 * @reply: (nullable) (transfer full): the answer, if one is expected
 * @turn: what happened by it since the last call of this
 *
 * The reply goes first, then the caller's signals, then the others', then the orders.
 *
 * Returns: how many calls more this is worth.
 */
guint
msgr_outbox_add(MsgrOutbox *self, MsgrCall *call, GDBusMessage *reply, MsgrTurn *turn)
{
    g_autoptr(GPtrArray) signals = msgr_turn_steal_signals(turn);
    g_autoptr(GPtrArray) orders = msgr_turn_steal_orders(turn);
    const guint changes = msgr_turn_count_changes(turn);
    const guint messages = signals->len + orders->len;
    Letter *letter;
    gsize bytes;

    if (call == NULL && signals->len == 0 && orders->len == 0)
        return 0;
    letter = g_new0(Letter, 1);
    letter->call = call == NULL ? NULL : msgr_call_ref(call);
    letter->messages = g_ptr_array_new_with_free_func(g_object_unref);
    letter->orders = g_steal_pointer(&orders);
    if (reply != NULL)
        g_ptr_array_add(letter->messages, reply);
    if (call != NULL)
        add_signals(letter, signals, msgr_call_sender(call), TRUE);
    add_signals(letter, signals, call == NULL ? NULL : msgr_call_sender(call), FALSE);
    g_ptr_array_add(self->letters, letter);
    bytes = letter_bytes(letter);
    self->bytes += bytes;
    return (guint)(bytes / BYTES_OF_A_CALL) + messages / MESSAGES_OF_A_CALL +
           changes / CHANGES_OF_A_CALL;
}

/**
 * msgr_outbox_is_full:
 *
 * Returns: whether the turn should be ended before more is added.
 */
gboolean
msgr_outbox_is_full(MsgrOutbox *self)
{
    return self->bytes >= FULL;
}

/* Events are for those who listen: whoever does not read can read the state later. */
static gboolean
is_in_vain(MsgrOutbox *self, GDBusMessage *message)
{
    return g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_SIGNAL &&
           msgr_receipts_is_behind(self->receipts, g_dbus_message_get_destination(message));
}

static void
send_message(MsgrOutbox *self, GDBusMessage *message)
{
    g_autoptr(GError) error = NULL;

    if (is_in_vain(self, message))
        return;
    msgr_receipts_note(self->receipts, g_dbus_message_get_destination(message),
                       message_bytes(message));
    if (!g_dbus_connection_send_message(self->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                        NULL, &error))
        g_info("a message did not leave: %s", error->message);
}

/**
 * msgr_outbox_send:
 *
 * What was to be told stands: it leaves.
 */
void
msgr_outbox_send(MsgrOutbox *self)
{
    for (guint i = 0; i < self->letters->len; i++) {
        Letter *letter = self->letters->pdata[i];

        for (guint j = 0; j < letter->messages->len; j++)
            send_message(self, letter->messages->pdata[j]);
        for (guint j = 0; j < letter->orders->len; j++)
            msgr_courier_take(self->courier, letter->orders->pdata[j]);
    }
    g_ptr_array_set_size(self->letters, 0);
    self->bytes = 0;
}

/**
 * msgr_outbox_fail:
 *
 * Nothing has changed: the callers are told why, and no signal and no order leaves.
 */
void
msgr_outbox_fail(MsgrOutbox *self, const GError *error)
{
    for (guint i = 0; i < self->letters->len; i++) {
        Letter *letter = self->letters->pdata[i];
        g_autoptr(GDBusMessage) answer = NULL;

        if (letter->call != NULL)
            answer = msgr_call_error(letter->call, error);
        if (answer != NULL)
            send_message(self, answer);
    }
    g_ptr_array_set_size(self->letters, 0);
    self->bytes = 0;
}
