/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls to others' processes, on a bus of the test's own: in what order they are sent, how many
 * wait for an answer at a time, and what is made of the answers.
 */
#include "msgr-courier.h"

#include "msgr-error.h"
#include "msgr-test-bus.h"

#define PATH  "/org/example/Agent"
#define IFACE "org.example.Agent"

/* A process that answers when the test says so. */
typedef struct {
    GDBusConnection *connection;
    const char *name;
    GAsyncQueue *calls; /* of GDBusMessage: what has come, markers too */
} Peer;

typedef struct {
    GTestDBus *bus;
    GDBusConnection *connection;
    MsgrReceipts *receipts;
    MsgrCourier *courier;
    GPtrArray *peers; /* of Peer */
    GString *answers; /* "method: value\n" */
    guint n_answers;
    GString *recovered; /* names */
} Fixture;

static GDBusConnection *
connect_to(GTestDBus *bus)
{
    GDBusConnection *connection = msgr_test_bus_connect(g_test_dbus_get_bus_address(bus));

    g_dbus_connection_set_exit_on_close(connection, FALSE);
    return connection;
}

/* In GDBus's thread. */
static GDBusMessage *
take_call(GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer calls)
{
    if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
        return message;
    g_async_queue_push(calls, message);
    g_main_context_wakeup(NULL);
    return NULL;
}

static Peer *
add_peer(Fixture *f)
{
    Peer *peer = g_new0(Peer, 1);

    peer->connection = connect_to(f->bus);
    peer->name = g_dbus_connection_get_unique_name(peer->connection);
    peer->calls = g_async_queue_new_full(g_object_unref);
    g_dbus_connection_add_filter(peer->connection, take_call, g_async_queue_ref(peer->calls),
                                 (GDestroyNotify)g_async_queue_unref);
    g_ptr_array_add(f->peers, peer);
    return peer;
}

static void
peer_free(gpointer data)
{
    Peer *peer = data;

    g_dbus_connection_close_sync(peer->connection, NULL, NULL);
    g_object_unref(peer->connection);
    g_async_queue_unref(peer->calls);
    g_free(peer);
}

static void
answered(MsgrOrder *order, MsgrAnswer *answer, gpointer data)
{
    Fixture *f = data;
    g_autofree char *value = answer->value == NULL ? NULL : g_variant_print(answer->value, FALSE);

    g_assert_true((answer->value == NULL) == (answer->error != NULL));
    g_string_append_printf(f->answers, "%s: %s\n", order->key,
                           value != NULL ? value : msgr_error_dbus_name(answer->error->code));
    f->n_answers++;
    msgr_answer_clear(answer);
}

static void
recovered(const char *name, gpointer data)
{
    g_string_append(((Fixture *)data)->recovered, name);
}

static void
set_up(Fixture *f, gconstpointer unused)
{
    const MsgrCourierFuncs funcs = { answered, recovered, f };

    f->bus = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(f->bus);
    f->connection = connect_to(f->bus);
    f->receipts = msgr_receipts_new(f->connection);
    f->courier = msgr_courier_new(f->connection, f->receipts, &funcs);
    f->peers = g_ptr_array_new_with_free_func(peer_free);
    f->answers = g_string_new(NULL);
    f->recovered = g_string_new(NULL);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
    msgr_courier_free(f->courier);
    msgr_receipts_free(f->receipts);
    g_ptr_array_unref(f->peers);
    g_dbus_connection_close_sync(f->connection, NULL, NULL);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_object_unref(f->connection);
    g_test_dbus_down(f->bus);
    g_object_unref(f->bus);
    g_string_free(f->answers, TRUE);
    g_string_free(f->recovered, TRUE);
}

/* The key is the method's name, for the test to tell them apart. */
static void
order_as(Fixture *f, Peer *peer, guint32 uid, MsgrOrderKind kind, const char *method,
         const char *reply_type)
{
    g_autoptr(MsgrOrder) call = msgr_order_new(uid, peer->name, PATH, IFACE, method, NULL);

    call->kind = kind;
    call->reply_type = reply_type;
    msgr_order_set_subject(call, NULL, method);
    msgr_courier_take(f->courier, call);
}

static void
order(Fixture *f, Peer *peer, const char *method)
{
    order_as(f, peer, 1000, MSGR_ORDER_PROMPT, method, "()");
}

static void
withdraw(Fixture *f, Peer *peer, const char *key)
{
    g_autoptr(MsgrOrder) withdrawal = msgr_order_new_withdrawal(1000, peer->name, key);

    msgr_courier_take(f->courier, withdrawal);
}

/* Returns: (transfer full): the next call that came. */
static GDBusMessage *
next_call(Peer *peer, const char *method)
{
    GDBusMessage *message = g_async_queue_timeout_pop(peer->calls, 60 * G_USEC_PER_SEC);

    g_assert_nonnull(message);
    g_assert_cmpstr(g_dbus_message_get_member(message), ==, method);
    return message;
}

/* What was sent before has come when the marker has. */
static void
mark(Fixture *f, Peer *peer)
{
    g_autoptr(GDBusMessage) marker =
        g_dbus_message_new_method_call(peer->name, PATH, IFACE, "Marker");

    g_dbus_message_set_flags(marker, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
    g_dbus_connection_send_message(f->connection, marker, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                   NULL);
}

/* Returns: how many calls nobody has looked at. */
static guint
count_calls(Fixture *f, Peer *peer)
{
    guint count = 0;

    mark(f, peer);
    for (;;) {
        g_autoptr(GDBusMessage) call = g_async_queue_timeout_pop(peer->calls, 60 * G_USEC_PER_SEC);

        g_assert_nonnull(call);
        if (g_str_equal(g_dbus_message_get_member(call), "Marker"))
            return count;
        count++;
    }
}

static void
assert_no_call(Fixture *f, Peer *peer)
{
    mark(f, peer);
    g_object_unref(next_call(peer, "Marker"));
}

static void
wait_answers(Fixture *f, guint n)
{
    while (f->n_answers < n)
        g_main_context_iteration(NULL, TRUE);
}

static void
assert_answers(Fixture *f, guint n, const char *expected)
{
    wait_answers(f, n);
    g_assert_cmpstr(f->answers->str, ==, expected);
    g_string_truncate(f->answers, 0);
    f->n_answers = 0;
}

static void
reply(Peer *peer, GDBusMessage *call, GVariant *value)
{
    g_autoptr(GDBusMessage) message = g_dbus_message_new_method_reply(call);

    if (value != NULL)
        g_dbus_message_set_body(message, value);
    g_dbus_connection_send_message(peer->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                   NULL);
}

static void
reply_error(Peer *peer, GDBusMessage *call, const char *name)
{
    g_autoptr(GDBusMessage) message = g_dbus_message_new_method_error_literal(call, name, "no");

    g_dbus_connection_send_message(peer->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                   NULL);
}

/* One is under way at a time, the others in their order. */
static void
test_one_at_a_time(Fixture *f, gconstpointer unused)
{
    static const char *const methods[] = { "First", "Second", "Third" };
    Peer *peer = add_peer(f);

    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        order(f, peer, methods[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_autoptr(GDBusMessage) call = next_call(peer, methods[i]);
        g_autofree char *expected = g_strdup_printf("%s: ()\n", methods[i]);

        g_assert_cmpstr(g_dbus_message_get_path(call), ==, PATH);
        g_assert_cmpstr(g_dbus_message_get_interface(call), ==, IFACE);
        assert_no_call(f, peer);
        reply(peer, call, NULL);
        assert_answers(f, 1, expected);
    }
}

/* Each destination has a queue of its own. */
static void
test_others_go_on(Fixture *f, gconstpointer unused)
{
    Peer *hung = add_peer(f), *peer = add_peer(f);
    g_autoptr(GDBusMessage) call = NULL;

    order(f, hung, "Hangs");
    order(f, hung, "Waits");
    order(f, peer, "Goes");
    call = next_call(peer, "Goes");
    reply(peer, call, NULL);
    assert_answers(f, 1, "Goes: ()\n");
}

/* What waits for a person holds up nothing else, and there are few of it. */
static void
test_patient(Fixture *f, gconstpointer unused)
{
    Peer *peer = add_peer(f);
    g_autoptr(GDBusMessage) first = NULL, prompt = NULL;

    for (int i = 0; i < 6; i++)
        order_as(f, peer, 1000, MSGR_ORDER_PATIENT, "Asks", "(s)");
    order(f, peer, "Shows");
    first = next_call(peer, "Asks");
    for (int i = 1; i < 4; i++)
        g_object_unref(next_call(peer, "Asks"));
    prompt = next_call(peer, "Shows");
    assert_no_call(f, peer);
    reply(peer, first, g_variant_new("(s)", "bob"));
    assert_answers(f, 1, "Asks: ('bob',)\n");
    g_object_unref(next_call(peer, "Asks"));
    assert_no_call(f, peer);
}

/* What nobody answers counts for its user, wherever it was sent. */
static void
test_limit_of_user(Fixture *f, gconstpointer unused)
{
    Peer *other, *last = NULL;

    for (int i = 0; i < 9; i++) {
        last = add_peer(f);
        order(f, last, "Hangs");
        if (i < 8)
            g_object_unref(next_call(last, "Hangs"));
    }
    assert_no_call(f, last);
    other = add_peer(f);
    order_as(f, other, 1001, MSGR_ORDER_PROMPT, "Goes", "()");
    g_object_unref(next_call(other, "Goes"));
    msgr_courier_gone(f->courier, ((Peer *)f->peers->pdata[0])->name);
    assert_no_call(f, last); /* the bus has not said yet that it will not be answered */
    g_ptr_array_remove_index(f->peers, 0);
    assert_answers(f, 1, "Hangs: org.msgr.Error.ConnectionFailure\n");
    while (g_async_queue_length(last->calls) == 0)
        g_main_context_iteration(NULL, TRUE);
    g_object_unref(next_call(last, "Hangs"));
}

/* And for all: of what waits for persons there can be half. */
static void
test_limit_of_all(Fixture *f, gconstpointer unused)
{
    guint patient = 0, prompt = 0;

    for (guint i = 0; i < 20; i++) {
        Peer *peer = add_peer(f);

        for (int j = 0; j < 4; j++)
            order_as(f, peer, 2000 + i, MSGR_ORDER_PATIENT, "Asks", "()");
    }
    for (guint i = 0; i < 60; i++)
        order_as(f, add_peer(f), 3000 + i, MSGR_ORDER_PROMPT, "Shows", "()");
    for (guint i = 0; i < f->peers->len; i++)
        *(i < 20 ? &patient : &prompt) += count_calls(f, f->peers->pdata[i]);
    g_assert_cmpuint(patient, ==, 50);
    g_assert_cmpuint(prompt, ==, 50);
}

/* Room is given to whoever waited for it longest, one after the other. */
static void
test_fair(Fixture *f, gconstpointer unused)
{
    g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func(g_object_unref);
    Peer *first, *others[2];

    for (int i = 0; i < 8; i++) {
        Peer *peer = add_peer(f);

        order(f, peer, "Takes");
        order(f, peer, "WantsMore");
        g_ptr_array_add(calls, next_call(peer, "Takes"));
    }
    first = f->peers->pdata[0];
    for (int i = 0; i < 2; i++) {
        others[i] = add_peer(f);
        order(f, others[i], "Waits");
    }
    reply(first, calls->pdata[0], NULL);
    assert_answers(f, 1, "Takes: ()\n");
    g_ptr_array_add(calls, next_call(others[0], "Waits"));
    assert_no_call(f, first);
    assert_no_call(f, others[1]);
    reply(others[0], calls->pdata[8], NULL);
    assert_answers(f, 1, "Waits: ()\n");
    g_ptr_array_add(calls, next_call(others[1], "Waits"));
    reply(others[1], calls->pdata[9], NULL);
    assert_answers(f, 1, "Waits: ()\n");
    g_object_unref(next_call(first, "WantsMore"));
}

static void
order_many(Fixture *f, Peer *peer, guint n)
{
    for (guint i = 0; i < n; i++)
        order(f, peer, "Waits");
    g_assert_cmpuint(f->n_answers, ==, 0);
}

static void
assert_full(Fixture *f, Peer *peer)
{
    order(f, peer, "TooMany");
    assert_answers(f, 1, "TooMany: org.msgr.Error.ConnectionFailure\n");
}

/* For one, and for all of a user's; but a little may always wait. */
static void
test_queue_is_bounded(Fixture *f, gconstpointer unused)
{
    Peer *peers[3];

    for (int i = 0; i < 3; i++) {
        peers[i] = add_peer(f);
        order(f, peers[i], "Hangs");
    }
    for (int i = 0; i < 2; i++) {
        order_many(f, peers[i], 2048);
        assert_full(f, peers[i]);
    }
    order_many(f, peers[2], 256);
    assert_full(f, peers[2]);
}

/* Taken back: what was not sent is not; nobody hears what comes of what was. */
static void
test_withdrawn(Fixture *f, gconstpointer unused)
{
    Peer *peer = add_peer(f);
    g_autoptr(GDBusMessage) call = NULL, last = NULL;

    withdraw(f, peer, "Nothing");
    order(f, peer, "UnderWay");
    order_as(f, peer, 1000, MSGR_ORDER_PATIENT, "UnderWay", "()");
    order(f, peer, "Waits");
    order(f, peer, "Stays");
    withdraw(f, peer, "UnderWay");
    withdraw(f, peer, "Waits");
    call = next_call(peer, "UnderWay");
    g_object_unref(next_call(peer, "UnderWay"));
    assert_no_call(f, peer);
    reply(peer, call, NULL);
    while (g_async_queue_length(peer->calls) == 0)
        g_main_context_iteration(NULL, TRUE);
    last = next_call(peer, "Stays");
    reply(peer, last, NULL);
    assert_answers(f, 1, "Stays: ()\n");
}

/* Sent at once, whatever waits, and never waited for. */
static void
test_no_reply(Fixture *f, gconstpointer unused)
{
    Peer *peer = add_peer(f);

    order(f, peer, "Hangs");
    g_object_unref(next_call(peer, "Hangs"));
    for (int i = 0; i < 20; i++) {
        g_autoptr(GDBusMessage) call = NULL;

        order_as(f, peer, 1000, MSGR_ORDER_NO_REPLY, "Tells", "()");
        call = next_call(peer, "Tells");
        g_assert_true(g_dbus_message_get_flags(call) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
    }
    g_assert_cmpuint(f->n_answers, ==, 0);
}

static void
test_gone(Fixture *f, gconstpointer unused)
{
    Peer *peer = add_peer(f);

    order(f, peer, "UnderWay");
    order_as(f, peer, 1000, MSGR_ORDER_PATIENT, "Asks", "()");
    order(f, peer, "Waits");
    msgr_courier_gone(f->courier, peer->name);
    assert_answers(f, 3,
                   "UnderWay: org.msgr.Error.ConnectionFailure\n"
                   "Asks: org.msgr.Error.ConnectionFailure\n"
                   "Waits: org.msgr.Error.ConnectionFailure\n");
    msgr_courier_gone(f->courier, peer->name);
    msgr_courier_gone(f->courier, ":1.99999");
    order(f, peer, "Later");
    g_object_unref(next_call(peer, "UnderWay"));
    g_object_unref(next_call(peer, "Asks"));
    g_object_unref(next_call(peer, "Later"));
}

/* Nobody of that name is on the bus any more, and no event said so before. */
static void
test_nobody(Fixture *f, gconstpointer unused)
{
    Peer nobody = { .name = ":1.99999" };

    order(f, &nobody, "Calls");
    assert_answers(f, 1, "Calls: org.freedesktop.DBus.Error.Failed\n");
}

/* A reply is taken for what was asked for, or for none. */
static void
test_replies(Fixture *f, gconstpointer unused)
{
    static const struct {
        const char *type;  /* what is asked for */
        const char *value; /* what comes */
        const char *answer;
    } rows[] = {
        { "()", "()", "()" },
        { "()", "('x',)", "org.msgr.Error.SessionProtocolError" },
        { "(s)", "('x',)", "('x',)" },
        { "(s)", "()", "org.msgr.Error.SessionProtocolError" },
        { "(s)", "(1,)", "org.msgr.Error.SessionProtocolError" },
        { "(o)", "(objectpath '/x',)", "('/x',)" },
        { "(o)", "('/x',)", "org.msgr.Error.SessionProtocolError" },
        { "(o)", "(objectpath '/x', 1)", "org.msgr.Error.SessionProtocolError" },
    };
    Peer *peer = add_peer(f);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *expected = g_strdup_printf("Asks: %s\n", rows[i].answer);
        g_autoptr(GDBusMessage) call = NULL;
        g_autoptr(GVariant) value = g_variant_parse(NULL, rows[i].value, NULL, NULL, NULL);

        order_as(f, peer, 1000, MSGR_ORDER_PROMPT, "Asks", rows[i].type);
        call = next_call(peer, "Asks");
        reply(peer, call, value);
        assert_answers(f, 1, expected);
    }
}

static void
test_errors(Fixture *f, gconstpointer unused)
{
    static const char *const rows[][2] = {
        { "org.msgr.Error.NotFound", "org.msgr.Error.NotFound" },
        { "org.msgr.Error.SessionStateInvalid", "org.msgr.Error.SessionStateInvalid" },
        { "org.freedesktop.DBus.Error.InvalidArgs", "org.freedesktop.DBus.Error.InvalidArgs" },
        { "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.AccessDenied" },
        { "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Failed" },
        { "org.msgr.Error.Unheard", "org.freedesktop.DBus.Error.Failed" },
        { "com.example.Whatever", "org.freedesktop.DBus.Error.Failed" },
    };
    Peer *peer = add_peer(f);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *expected = g_strdup_printf("Asks: %s\n", rows[i][1]);
        g_autoptr(GDBusMessage) call = NULL;

        order(f, peer, "Asks");
        call = next_call(peer, "Asks");
        reply_error(peer, call, rows[i][0]);
        assert_answers(f, 1, expected);
    }
}

/* Who does not answer in time is asked nothing more, until it answers after all. */
static void
test_hangs(Fixture *f, gconstpointer unused)
{
    Peer *peer = add_peer(f);
    g_autoptr(GDBusMessage) call = NULL;

    order(f, peer, "Hangs");
    order(f, peer, "Waits");
    order_as(f, peer, 1000, MSGR_ORDER_PATIENT, "Asks", "()");
    assert_answers(f, 2,
                   "Hangs: org.msgr.Error.ConnectionFailure\n"
                   "Waits: org.msgr.Error.ConnectionFailure\n");
    order(f, peer, "Later");
    assert_answers(f, 1, "Later: org.msgr.Error.ConnectionFailure\n");
    call = next_call(peer, "Hangs");
    g_object_unref(next_call(peer, "Asks"));
    assert_no_call(f, peer);
    g_assert_cmpstr(f->recovered->str, ==, "");
    reply(peer, call, NULL);
    while (f->recovered->len == 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpstr(f->recovered->str, ==, peer->name);
    order(f, peer, "Goes");
    g_object_unref(next_call(peer, "Goes"));
    g_assert_cmpuint(f->n_answers, ==, 0);
}

/* The service is told that the bus has gone, too; a process that hung does not recover by that. */
static void
test_bus_gone(Fixture *f, gconstpointer unused)
{
    Peer *peer = add_peer(f);

    order(f, peer, "Hangs");
    assert_answers(f, 1, "Hangs: org.msgr.Error.ConnectionFailure\n");
    order(f, peer, "Later");
    assert_answers(f, 1, "Later: org.msgr.Error.ConnectionFailure\n");
    g_dbus_connection_close_sync(f->connection, NULL, NULL);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpstr(f->recovered->str, ==, "");
    g_assert_cmpuint(f->n_answers, ==, 0);
}

#define ADD(name, func) g_test_add("/courier/" name, Fixture, NULL, set_up, func, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("one-at-a-time", test_one_at_a_time);
    ADD("others-go-on", test_others_go_on);
    ADD("patient", test_patient);
    ADD("limit-of-user", test_limit_of_user);
    ADD("limit-of-all", test_limit_of_all);
    ADD("fair", test_fair);
    ADD("queue-is-bounded", test_queue_is_bounded);
    ADD("withdrawn", test_withdrawn);
    ADD("no-reply", test_no_reply);
    ADD("gone", test_gone);
    ADD("nobody", test_nobody);
    ADD("replies", test_replies);
    ADD("errors", test_errors);
    ADD("hangs", test_hangs);
    ADD("bus-gone", test_bus_gone);
    return g_test_run();
}
