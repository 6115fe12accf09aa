/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls of the service's own, to agents and connectors. They are processes of users: one may hang,
 * or mean harm, and must not use up what the bus allows the service for all, which is a number of
 * calls that nobody has answered yet. So each destination has a queue, and each user and all of
 * them together a limit of what is under way.
 */
#include "msgr-courier.h"

#include "msgr-error.h"
#include "msgr-reply.h"

#define SECONDS_TO_ANSWER    10
#define MOST_UNANSWERED      100u /* the bus allows 128; the others are for msgr-receipts.c */
#define MOST_UNANSWERED_USER 8u
#define MOST_PATIENT         50u /* of the first number: people may take hours */
#define MOST_PATIENT_TO_ONE  4u
#define MOST_WAITING_FOR_ONE 2048u /* all that a user may owe a network is sent at once */
#define MOST_WAITING_OF_USER 4096u
#define WAITING_ANYWAY       256u /* what one's own other processes have waiting does not matter */
#define BYTES_OF_A_HEADER    200u /* about */

/* What one destination is asked, and has not answered yet. */
typedef struct {
    MsgrCourier *courier;
    char *to;
    guint32 uid;
    gboolean is_patient;
    MsgrOrder *order; /* NULL: nobody wants to know any more */
} Errand;

typedef struct {
    MsgrCourier *courier;
    char *name;
    guint32 uid;
    GQueue prompt;     /* of MsgrOrder: not sent yet */
    GQueue patient;    /* the same */
    GQueue errands;    /* of Errand: unanswered */
    Errand *under_way; /* the prompt one of them */
    gboolean hangs;    /* that one is overdue */
    guint timer;       /* for the prompt one that is under way, or the next if there's no room */
    gboolean is_stalled;
} Destination;

struct _MsgrCourier {
    GDBusConnection *connection;
    MsgrReceipts *receipts;
    MsgrCourierFuncs funcs;
    GHashTable *destinations; /* unique name -> Destination, owns */
    GHashTable *accounts;     /* uid -> number of unanswered calls; none at 0 */
    GQueue stalled;           /* of Destination: wait for room, in turn */
    guint unanswered;
    guint patient;
    GCancellable *cancellable;
};

static void errand_done(GObject *source, GAsyncResult *result, gpointer data);

static void
errand_free(Errand *errand)
{
    g_clear_pointer(&errand->order, msgr_order_unref);
    g_free(errand->to);
    g_free(errand);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Errand, errand_free)

/* Errands live until they are answered. */
static void
destination_free(gpointer data)
{
    Destination *destination = data;

    g_clear_handle_id(&destination->timer, g_source_remove);
    g_queue_clear_full(&destination->prompt, (GDestroyNotify)msgr_order_unref);
    g_queue_clear_full(&destination->patient, (GDestroyNotify)msgr_order_unref);
    g_queue_clear(&destination->errands);
    g_queue_remove(&destination->courier->stalled, destination);
    g_free(destination->name);
    g_free(destination);
}

MsgrCourier *
msgr_courier_new(GDBusConnection *connection, MsgrReceipts *receipts, const MsgrCourierFuncs *funcs)
{
    MsgrCourier *self = g_new0(MsgrCourier, 1);

    self->connection = g_object_ref(connection);
    self->receipts = receipts;
    self->funcs = *funcs;
    self->destinations = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, destination_free);
    self->accounts = g_hash_table_new(NULL, NULL);
    self->cancellable = g_cancellable_new();
    g_queue_init(&self->stalled);
    return self;
}

void
msgr_courier_free(MsgrCourier *self)
{
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_hash_table_unref(self->destinations);
    g_hash_table_unref(self->accounts);
    g_object_unref(self->connection);
    g_free(self);
}

static guint
unanswered_of_user(MsgrCourier *self, guint32 uid)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(self->accounts, GUINT_TO_POINTER(uid)));
}

static void
set_unanswered_of_user(MsgrCourier *self, guint32 uid, guint n)
{
    if (n == 0)
        g_hash_table_remove(self->accounts, GUINT_TO_POINTER(uid));
    else
        g_hash_table_insert(self->accounts, GUINT_TO_POINTER(uid), GUINT_TO_POINTER(n));
}

static void
fail(MsgrCourier *self, MsgrOrder *order, const char *why)
{
    MsgrAnswer answer = {
        .error = g_error_new_literal(MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE, why),
    };

    self->funcs.answered(order, &answer, self->funcs.data);
}

static void
fail_queue(MsgrCourier *self, GQueue *queue, const char *why)
{
    MsgrOrder *order;

    while ((order = g_queue_pop_head(queue)) != NULL) {
        fail(self, order, why);
        msgr_order_unref(order);
    }
}

static void
fail_errand(Errand *errand, const char *why)
{
    if (errand->order == NULL)
        return;
    fail(errand->courier, errand->order, why);
    g_clear_pointer(&errand->order, msgr_order_unref);
}

static GDBusMessage *
call_message(const MsgrOrder *order)
{
    GDBusMessage *message =
        g_dbus_message_new_method_call(order->to, order->path, order->iface, order->method);

    g_dbus_message_set_flags(message, G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
    if (order->args != NULL)
        g_dbus_message_set_body(message, order->args);
    return message;
}

static void
note_bytes(MsgrCourier *self, const MsgrOrder *order)
{
    gsize bytes = order->args == NULL ? 0 : g_variant_get_size(order->args);

    msgr_receipts_note(self->receipts, order->to, bytes + BYTES_OF_A_HEADER);
}

/* The bus keeps no time for calls, and what it waits for counts until the answer comes: so this
 * does, too. */
static void
send_off(Destination *destination, MsgrOrder *taken)
{
    MsgrCourier *self = destination->courier;
    g_autoptr(MsgrOrder) order = taken;
    g_autoptr(GDBusMessage) message = call_message(order);
    Errand *errand = g_new0(Errand, 1);

    errand->courier = self;
    errand->to = g_strdup(order->to);
    errand->uid = destination->uid;
    errand->is_patient = order->kind == MSGR_ORDER_PATIENT;
    errand->order = msgr_order_ref(order);
    g_queue_push_tail(&destination->errands, errand);
    self->unanswered++;
    self->patient += errand->is_patient ? 1 : 0;
    set_unanswered_of_user(self, errand->uid, unanswered_of_user(self, errand->uid) + 1);
    if (!errand->is_patient)
        destination->under_way = errand;
    note_bytes(self, order);
    g_dbus_connection_send_message_with_reply(self->connection, message,
                                              G_DBUS_SEND_MESSAGE_FLAGS_NONE, G_MAXINT, NULL,
                                              self->cancellable, errand_done, errand);
}

static gboolean
has_room(Destination *destination)
{
    MsgrCourier *self = destination->courier;

    return self->unanswered < MOST_UNANSWERED &&
           unanswered_of_user(self, destination->uid) < MOST_UNANSWERED_USER;
}

static guint
patient_errands(Destination *destination)
{
    return destination->errands.length - (destination->under_way != NULL ? 1 : 0);
}

static gboolean time_is_over(gpointer data);

static void
set_timer(Destination *destination)
{
    g_clear_handle_id(&destination->timer, g_source_remove);
    destination->timer = g_timeout_add_seconds(SECONDS_TO_ANSWER, time_is_over, destination);
}

/* Whether there was room. */
static gboolean
advance_prompt(Destination *destination)
{
    if (destination->under_way != NULL || destination->prompt.length == 0)
        return TRUE;
    if (has_room(destination)) {
        send_off(destination, g_queue_pop_head(&destination->prompt));
        set_timer(destination);
        return TRUE;
    }
    if (destination->timer == 0)
        set_timer(destination);
    return FALSE;
}

static gboolean
advance_patient(Destination *destination)
{
    while (destination->patient.length > 0 && patient_errands(destination) < MOST_PATIENT_TO_ONE) {
        if (!has_room(destination) || destination->courier->patient >= MOST_PATIENT)
            return FALSE;
        send_off(destination, g_queue_pop_head(&destination->patient));
    }
    return TRUE;
}

static void
advance(Destination *destination)
{
    gboolean prompt = advance_prompt(destination);
    gboolean patient = advance_patient(destination);

    if (destination->is_stalled || (prompt && patient))
        return;
    destination->is_stalled = TRUE;
    g_queue_push_tail(&destination->courier->stalled, destination);
}

/* Who waited longest for room is the first to have it. */
static void
advance_stalled(MsgrCourier *self)
{
    for (guint n = self->stalled.length; n > 0 && self->unanswered < MOST_UNANSWERED; n--) {
        Destination *destination = g_queue_pop_head(&self->stalled);

        destination->is_stalled = FALSE;
        advance(destination);
    }
}

static void
forget_if_idle(Destination *destination)
{
    if (destination->prompt.length + destination->patient.length + destination->errands.length == 0)
        g_hash_table_remove(destination->courier->destinations, destination->name);
}

/* Either it doesn't answer, or it never had its turn. */
static gboolean
time_is_over(gpointer data)
{
    Destination *destination = data;
    MsgrCourier *self = destination->courier;

    destination->timer = 0;
    if (destination->under_way == NULL) {
        g_autoptr(MsgrOrder) order = g_queue_pop_head(&destination->prompt);

        if (order != NULL) /* it may have been withdrawn meanwhile */
            fail(self, order, "Too many calls wait for an answer");
        advance(destination);
        forget_if_idle(destination);
        return G_SOURCE_REMOVE;
    }
    g_info("%s, a process of user %u, does not answer", destination->name, destination->uid);
    destination->hangs = TRUE;
    fail_errand(destination->under_way, "There was no answer in time");
    fail_queue(self, &destination->prompt, "It answers nothing at present");
    fail_queue(self, &destination->patient, "It answers nothing at present");
    return G_SOURCE_REMOVE;
}

static void
settle(Errand *errand)
{
    MsgrCourier *self = errand->courier;

    self->unanswered--;
    self->patient -= errand->is_patient ? 1 : 0;
    set_unanswered_of_user(self, errand->uid, unanswered_of_user(self, errand->uid) - 1);
}

/* Whether it had been taken for hung, and isn't. */
static gboolean
strike_off(Destination *destination, Errand *errand)
{
    gboolean recovers = destination->under_way == errand && destination->hangs;

    g_queue_remove(&destination->errands, errand);
    if (destination->under_way != errand)
        return FALSE;
    destination->under_way = NULL;
    destination->hangs = FALSE;
    g_clear_handle_id(&destination->timer, g_source_remove);
    return recovers;
}

static void
pass_on(Errand *errand, GDBusMessage *reply, const GError *error)
{
    MsgrAnswer answer;

    if (errand->order == NULL)
        return;
    if (reply == NULL) {
        fail_errand(errand, error->message);
        return;
    }
    msgr_reply_read(reply, errand->order, &answer);
    errand->courier->funcs.answered(errand->order, &answer, errand->courier->funcs.data);
}

static void
errand_done(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Errand) errand = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusMessage) reply =
        g_dbus_connection_send_message_with_reply_finish(G_DBUS_CONNECTION(source), result, &error);
    MsgrCourier *self = errand->courier;
    Destination *destination;
    gboolean recovers = FALSE;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* there is nobody to tell */
    settle(errand);
    pass_on(errand, reply, error);
    destination = g_hash_table_lookup(self->destinations, errand->to);
    if (destination != NULL)
        recovers = strike_off(destination, errand);
    advance_stalled(self); /* those that waited for room come first */
    if (destination != NULL) {
        advance(destination);
        forget_if_idle(destination);
    }
    /* what the bus says in its place is no sign of life, nor is that the bus has gone */
    if (recovers && reply != NULL && g_strcmp0(g_dbus_message_get_sender(reply), errand->to) == 0)
        self->funcs.recovered(errand->to, self->funcs.data);
}

static void
drop_key(GQueue *queue, const char *key)
{
    GList *next;

    for (GList *l = queue->head; l != NULL; l = next) {
        MsgrOrder *order = l->data;

        next = l->next;
        if (g_strcmp0(order->key, key) != 0)
            continue;
        g_queue_delete_link(queue, l);
        msgr_order_unref(order);
    }
}

static void
withdraw(MsgrCourier *self, const MsgrOrder *withdrawal)
{
    Destination *destination = g_hash_table_lookup(self->destinations, withdrawal->to);

    if (destination == NULL)
        return;
    drop_key(&destination->prompt, withdrawal->key);
    drop_key(&destination->patient, withdrawal->key);
    for (GList *l = destination->errands.head; l != NULL; l = l->next) {
        Errand *errand = l->data;

        if (errand->order != NULL && g_strcmp0(errand->order->key, withdrawal->key) == 0)
            g_clear_pointer(&errand->order, msgr_order_unref);
    }
    forget_if_idle(destination);
}

static void
send_without_reply(MsgrCourier *self, const MsgrOrder *order)
{
    g_autoptr(GDBusMessage) message = NULL;

    if (msgr_receipts_is_behind(self->receipts, order->to))
        return;
    message = call_message(order);
    g_dbus_message_set_flags(message, G_DBUS_MESSAGE_FLAGS_NO_AUTO_START |
                                          G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
    note_bytes(self, order);
    g_dbus_connection_send_message(self->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                   NULL);
}

static Destination *
obtain(MsgrCourier *self, const MsgrOrder *order)
{
    Destination *destination = g_hash_table_lookup(self->destinations, order->to);

    if (destination != NULL)
        return destination;
    destination = g_new0(Destination, 1);
    destination->courier = self;
    destination->name = g_strdup(order->to);
    destination->uid = order->uid;
    g_queue_init(&destination->prompt);
    g_queue_init(&destination->patient);
    g_queue_init(&destination->errands);
    g_hash_table_insert(self->destinations, destination->name, destination);
    return destination;
}

static guint
waiting_of(const Destination *destination)
{
    return destination->prompt.length + destination->patient.length;
}

static guint
waiting_of_user(MsgrCourier *self, guint32 uid)
{
    GHashTableIter iter;
    gpointer value;
    guint count = 0;

    g_hash_table_iter_init(&iter, self->destinations);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Destination *destination = value;

        count += destination->uid == uid ? waiting_of(destination) : 0;
    }
    return count;
}

/* Whoever has as many processes as it may have can't have all of them be sent as much. */
static gboolean
may_wait(Destination *destination)
{
    const guint waiting = waiting_of(destination);

    if (waiting < WAITING_ANYWAY)
        return TRUE;
    return waiting < MOST_WAITING_FOR_ONE &&
           waiting_of_user(destination->courier, destination->uid) < MOST_WAITING_OF_USER;
}

static void
enqueue(MsgrCourier *self, MsgrOrder *order)
{
    Destination *destination = obtain(self, order);
    GQueue *queue =
        order->kind == MSGR_ORDER_PATIENT ? &destination->patient : &destination->prompt;

    if (destination->hangs) {
        fail(self, order, "It answers nothing at present");
        return;
    }
    if (!may_wait(destination)) {
        fail(self, order, "Too many calls wait for it");
        return;
    }
    g_queue_push_tail(queue, msgr_order_ref(order));
    advance(destination);
}

/**
 * msgr_courier_take:
 *
 * What the model has ordered, and may be: it is sent as soon as it can be.
 */
void
msgr_courier_take(MsgrCourier *self, MsgrOrder *order)
{
    switch (order->kind) {
    case MSGR_ORDER_WITHDRAWAL:
        withdraw(self, order);
        break;
    case MSGR_ORDER_NO_REPLY:
        send_without_reply(self, order);
        break;
    case MSGR_ORDER_PROMPT:
    case MSGR_ORDER_PATIENT:
    default:
        enqueue(self, order);
        break;
    }
}

/**
 * msgr_courier_gone:
 *
 * That connection has left the bus: it answers nothing any more.
 */
void
msgr_courier_gone(MsgrCourier *self, const char *name)
{
    Destination *destination = g_hash_table_lookup(self->destinations, name);

    if (destination == NULL)
        return;
    for (GList *l = destination->errands.head; l != NULL; l = l->next)
        fail_errand(l->data, "It has left the bus");
    fail_queue(self, &destination->prompt, "It has left the bus");
    fail_queue(self, &destination->patient, "It has left the bus");
    g_hash_table_remove(self->destinations, name);
}
