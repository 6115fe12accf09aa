/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the bus brings, in the order in which it came: one filter in GDBus's own thread, one queue
 * to the main context. GDBus's dispatch would let calls of one client overtake each other, and
 * answer some by itself.
 */
#include "msgr-inbox.h"

#include <unistd.h>

#include <gio/gunixfdlist.h>

#include "msgr-error.h"
#include "msgr-names.h"

#define BUS            "org.freedesktop.DBus"
#define PEER           "org.freedesktop.DBus.Peer"
#define ITEMS_IN_A_ROW 256
#define LONGEST_BODY   (1u << 20) /* bytes */

typedef enum {
    ITEM_CALL,
    ITEM_GONE,
    ITEM_REPLACED,
} ItemKind;

typedef struct {
    ItemKind kind;
    GDBusMessage *message;
    char *name;
} Item;

typedef struct {
    GSource source;
    MsgrInbox *inbox;
} InboxSource;

struct _MsgrInbox {
    int ref_count; /* the owner's, and the filter's, which may still run when it has been removed */
    GDBusConnection *connection;
    MsgrBuckets *buckets;
    GAsyncQueue *queue; /* of Item */
    GSource *source;    /* NULL until the inbox is open */
    guint filter;
    MsgrInboxFuncs funcs;
    gpointer data;
};

static void
item_free(gpointer data)
{
    Item *item = data;

    g_clear_object(&item->message);
    g_free(item->name);
    g_free(item);
}

static void
push(MsgrInbox *self, ItemKind kind, GDBusMessage *message, const char *name)
{
    Item *item = g_new0(Item, 1);

    item->kind = kind;
    item->message = message;
    item->name = g_strdup(name);
    g_async_queue_push(self->queue, item);
    g_main_context_wakeup(NULL);
}

/* Nobody asked for file descriptors: kept in the queue, a flood of them would fill the table. */
static void
close_fds(GDBusMessage *message)
{
    GUnixFDList *list = g_dbus_message_get_unix_fd_list(message);
    g_autofree int *fds = NULL;
    int n = 0;

    if (list == NULL)
        return;
    fds = g_unix_fd_list_steal_fds(list, &n);
    for (int i = 0; i < n; i++)
        close(fds[i]);
}

static void
refuse(MsgrInbox *self, GDBusMessage *call, guint wait)
{
    g_autoptr(GDBusMessage) reply = NULL;

    if ((g_dbus_message_get_flags(call) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) ||
        !msgr_buckets_may_answer(self->buckets, g_dbus_message_get_sender(call)))
        return;
    reply = g_dbus_message_new_method_error(call, msgr_error_dbus_name(MSGR_ERROR_LIMITS_EXCEEDED),
                                            "Too many calls: wait %u seconds", wait);
    g_dbus_connection_send_message(self->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                   NULL);
}

/* No argument of any method is that long: it need not be kept to be refused. What takes its place
 * is of a type that no method takes. */
static GDBusMessage *
without_excess(GDBusMessage *message)
{
    GVariant *body = g_dbus_message_get_body(message);
    GDBusMessage *copy;

    if (body == NULL || g_variant_get_size(body) <= LONGEST_BODY)
        return message;
    copy = g_dbus_message_copy(message, NULL);
    if (copy == NULL)
        return message;
    g_object_unref(message);
    g_dbus_message_set_body(copy, g_variant_new("(aay)", NULL));
    return copy;
}

/* Takes the message. */
static void
take_call(MsgrInbox *self, GDBusMessage *message)
{
    guint wait = 0;

    message = without_excess(message);
    close_fds(message);
    if (msgr_buckets_take(self->buckets, g_dbus_message_get_sender(message), g_get_monotonic_time(),
                          &wait)) {
        push(self, ITEM_CALL, message, NULL);
        return;
    }
    refuse(self, message, wait);
    g_object_unref(message);
}

static void
take_owner_change(MsgrInbox *self, GVariant *body)
{
    const char *name, *new_owner;

    if (!g_variant_is_of_type(body, G_VARIANT_TYPE("(sss)")))
        return;
    g_variant_get(body, "(&s&s&s)", &name, NULL, &new_owner);
    if (*name == ':' && *new_owner == '\0')
        push(self, ITEM_GONE, NULL, name);
}

static void
take_name_lost(MsgrInbox *self, GVariant *body)
{
    const char *name;

    if (!g_variant_is_of_type(body, G_VARIANT_TYPE("(s)")))
        return;
    g_variant_get(body, "(&s)", &name);
    if (g_str_equal(name, MSGR_BUS_NAME) || g_str_equal(name, MSGR_AGENTS_BUS_NAME))
        push(self, ITEM_REPLACED, NULL, name);
}

static void
take_signal(MsgrInbox *self, GDBusMessage *message)
{
    GVariant *body = g_dbus_message_get_body(message);

    /* the bus alone can send under this name */
    if (body == NULL || g_strcmp0(g_dbus_message_get_sender(message), BUS) != 0)
        return;
    if (g_strcmp0(g_dbus_message_get_member(message), "NameOwnerChanged") == 0)
        take_owner_change(self, body);
    else if (g_strcmp0(g_dbus_message_get_member(message), "NameLost") == 0)
        take_name_lost(self, body);
}

/* In GDBus's thread. */
static GDBusMessage *
filter(GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
    MsgrInbox *self = data;

    if (!incoming)
        return message;
    switch (g_dbus_message_get_message_type(message)) {
    case G_DBUS_MESSAGE_TYPE_METHOD_CALL:
        if (g_strcmp0(g_dbus_message_get_interface(message), PEER) == 0)
            return message;
        take_call(self, message);
        return NULL;
    case G_DBUS_MESSAGE_TYPE_SIGNAL:
        take_signal(self, message);
        return message;
    case G_DBUS_MESSAGE_TYPE_INVALID:
    case G_DBUS_MESSAGE_TYPE_METHOD_RETURN:
    case G_DBUS_MESSAGE_TYPE_ERROR:
    default:
        return message;
    }
}

/* In any thread. */
static void
inbox_unref(gpointer data)
{
    MsgrInbox *self = data;

    if (!g_atomic_int_dec_and_test(&self->ref_count))
        return;
    g_async_queue_unref(self->queue);
    msgr_buckets_unref(self->buckets);
    g_free(self);
}

/**
 * msgr_inbox_new:
 *
 * Returns: an inbox that collects from now on, and hands out once it is open.
 */
MsgrInbox *
msgr_inbox_new(GDBusConnection *connection, MsgrBuckets *buckets)
{
    MsgrInbox *self = g_new0(MsgrInbox, 1);

    self->ref_count = 2;
    self->connection = connection;
    self->buckets = msgr_buckets_ref(buckets);
    self->queue = g_async_queue_new_full(item_free);
    self->filter = g_dbus_connection_add_filter(connection, filter, self, inbox_unref);
    return self;
}

static void
hand_out(MsgrInbox *self, Item *item)
{
    switch (item->kind) {
    case ITEM_CALL:
        self->funcs.call(g_steal_pointer(&item->message), self->data);
        break;
    case ITEM_GONE:
        self->funcs.gone(item->name, self->data);
        break;
    case ITEM_REPLACED:
    default:
        self->funcs.replaced(self->data);
        break;
    }
    item_free(item);
}

static gboolean
is_ready(GSource *source)
{
    return g_async_queue_length(((InboxSource *)source)->inbox->queue) > 0;
}

static gboolean
prepare(GSource *source, int *timeout)
{
    *timeout = -1;
    return is_ready(source);
}

static gboolean
dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    MsgrInbox *self = ((InboxSource *)source)->inbox;

    for (int i = 0; i < ITEMS_IN_A_ROW; i++) {
        Item *item = g_async_queue_try_pop(self->queue);

        if (item == NULL)
            break;
        hand_out(self, item);
    }
    self->funcs.done(self->data);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { .prepare = prepare, .check = is_ready, .dispatch = dispatch };

/**
 * msgr_inbox_open:
 *
 * Hands out what has been collected, and what comes, on the main context.
 */
void
msgr_inbox_open(MsgrInbox *self, const MsgrInboxFuncs *funcs, gpointer data)
{
    self->funcs = *funcs;
    self->data = data;
    self->source = g_source_new(&source_funcs, sizeof(InboxSource));
    ((InboxSource *)self->source)->inbox = self;
    g_source_attach(self->source, NULL);
}

void
msgr_inbox_free(MsgrInbox *self)
{
    g_dbus_connection_remove_filter(self->connection, self->filter);
    if (self->source != NULL) {
        g_source_destroy(self->source);
        g_source_unref(self->source);
    }
    inbox_unref(self);
}
