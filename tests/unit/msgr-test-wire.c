/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The network loses nothing but what it is told to lose, and keeps the order of what one machine
 * says: messages and acknowledgements.
 */
#include "msgr-test-wire.h"

#include <string.h>

#define A_WHILE SECONDS(300)

static const char *const names[N_MACHINES] = { "alice@net", "bob@net" };

/* A message to the machine, or the answer to one that it sent. */
typedef struct {
    MsgrOrder *order;
    gboolean is_answer;
    int error; /* of an answer; -1: none */
} Item;

static void
item_free(gpointer data)
{
    Item *item = data;

    msgr_order_unref(item->order);
    g_free(item);
}

static void
push(MsgrTestMachine *to, MsgrOrder *order, gboolean is_answer, int error)
{
    Item *item = g_new0(Item, 1);

    *item = (Item){ order, is_answer, error };
    g_queue_push_tail(&to->arriving, item);
}

static MsgrTestMachine *
other(MsgrTestWire *wire, int machine)
{
    return &wire->machines[1 - machine];
}

static void
find_session(MsgrTestMachine *machine)
{
    GHashTableIter iter;
    gpointer session;

    g_hash_table_iter_init(&iter, machine->account->sessions);
    if (machine->session == NULL && g_hash_table_iter_next(&iter, NULL, &session))
        machine->session = msgr_record_ref(session);
}

static void
note_result(MsgrTestMachine *machine)
{
    const MsgrSignal *signal;

    signal = msgr_test_find_signal(machine->t, machine->client->name, "OnTermination");
    if (signal == NULL)
        return;
    g_assert_cmpuint(machine->result, ==, 0); /* a session ends once */
    g_variant_get(signal->args, "(us)", &machine->result, NULL);
}

/* The turn's end: what is to be sent is on its way. */
static void
end_turn(MsgrTestWire *wire, int machine)
{
    MsgrTestMachine *self = &wire->machines[machine];

    msgr_test_commit(self->t);
    note_result(self);
    find_session(self);
    g_ptr_array_set_size(self->t->signals, 0);
    for (guint i = 0; i < self->t->orders->len; i++) {
        MsgrOrder *order = self->t->orders->pdata[i];

        if (g_str_has_prefix(order->method, "Send"))
            push(other(wire, machine), msgr_order_ref(order), FALSE, -1);
    }
    g_ptr_array_set_size(self->t->orders, 0);
}

static void
set_up(MsgrTestMachine *machine, const char *user, const char *friend_name)
{
    machine->t = msgr_test_model_new();
    machine->client = msgr_test_client(machine->t, user, CHESS);
    msgr_test_register(machine->t, machine->client, CHESS_GUID);
    machine->account = msgr_test_account(machine->t, user, friend_name);
    g_queue_init(&machine->arriving);
}

static void
begin(MsgrTestWire *wire)
{
    MsgrTestMachine *alice = &wire->machines[MSGR_INVITER];
    MsgrContact *bob = msgr_test_net_contact(alice->account, names[MSGR_INVITEE]);
    MsgrSide *side = msgr_test_session(alice->t, alice->client, CHESS_GUID);

    msgr_test_drop(alice->t);
    msgr_test_assert_done(msgr_side_invite(side, bob, "hello", &error));
    end_turn(wire, MSGR_INVITER);
}

MsgrTestWire *
msgr_test_wire_new(const MsgrTestBounds *bounds)
{
    MsgrTestWire *wire = g_new0(MsgrTestWire, 1);

    wire->bounds = bounds;
    set_up(&wire->machines[MSGR_INVITER], "alice", names[MSGR_INVITEE]);
    set_up(&wire->machines[MSGR_INVITEE], "bob", names[MSGR_INVITER]);
    begin(wire);
    return wire;
}

/* The session that there was is nowhere any more, and alice invites bob again: everything is as at
 * first, but for the time. */
void
msgr_test_wire_reset(MsgrTestWire *wire)
{
    for (int i = 0; i < N_MACHINES; i++) {
        MsgrTestMachine *machine = &wire->machines[i];

        g_queue_clear_full(&machine->arriving, item_free);
        g_queue_init(&machine->arriving);
        if (machine->session != NULL && machine->session->record.linked)
            msgr_turn_remove(machine->t->model->turn, machine->session);
        g_clear_pointer(&machine->session, msgr_record_unref);
        machine->result = 0;
        msgr_test_befriend(machine->account, names[1 - i], "{'Status': <uint32 2>}");
        msgr_test_drop(machine->t);
    }
    memset(wire->done, 0, sizeof wire->done);
    begin(wire);
}

void
msgr_test_wire_free(MsgrTestWire *wire)
{
    for (int i = 0; i < N_MACHINES; i++) {
        MsgrTestMachine *machine = &wire->machines[i];

        g_queue_clear_full(&machine->arriving, item_free);
        g_clear_pointer(&machine->session, msgr_record_unref);
        msgr_test_model_free(machine->t);
    }
    g_free(wire);
}

MsgrState
msgr_test_wire_state(MsgrTestWire *wire, int machine)
{
    MsgrSession *session = wire->machines[machine].session;

    return session == NULL ? MSGR_STATE_UNKNOWN : session->data.state;
}

static gboolean
is_there(MsgrTestWire *wire, int machine)
{
    MsgrSession *session = wire->machines[machine].session;

    return session != NULL && session->record.linked;
}

static gboolean
is_live(MsgrTestWire *wire, int machine)
{
    return is_there(wire, machine) && msgr_state_is_live(msgr_test_wire_state(wire, machine));
}

static MsgrSide *
side_of(MsgrTestWire *wire, int machine)
{
    return msgr_session_own_side(wire->machines[machine].session);
}

/* A machine may wait for time while it has a session, be it only to forget it. */
static gboolean
can_wait(MsgrTestWire *wire, int machine)
{
    return is_there(wire, machine) && wire->done[STEP_TIME_0 + machine] < wire->bounds->times;
}

static gboolean
can_send_data(MsgrTestWire *wire, int machine)
{
    const MsgrState state = msgr_test_wire_state(wire, machine);

    return is_there(wire, machine) && wire->done[STEP_DATA_0 + machine] < wire->bounds->data &&
           (state == MSGR_STATE_ACCEPTED || state == MSGR_STATE_CONNECTED);
}

static gboolean
can_cancel(MsgrTestWire *wire, int machine)
{
    return is_live(wire, machine) &&
           (machine == MSGR_INVITER || msgr_test_wire_state(wire, machine) >= MSGR_STATE_ACCEPTED);
}

static gboolean
can_answer(MsgrTestWire *wire)
{
    return is_there(wire, MSGR_INVITEE) &&
           msgr_test_wire_state(wire, MSGR_INVITEE) == MSGR_STATE_INVITATION;
}

static gboolean
can_attach(MsgrTestWire *wire)
{
    return is_live(wire, MSGR_INVITEE) &&
           msgr_side_data(side_of(wire, MSGR_INVITEE))->launch == MSGR_LAUNCH_DECIDING;
}

static guint
losses(MsgrTestWire *wire)
{
    return wire->done[STEP_LOSE_0] + wire->done[STEP_LOSE_1];
}

static guint
leaves(MsgrTestWire *wire)
{
    return wire->done[STEP_LEAVE_0] + wire->done[STEP_LEAVE_1];
}

static guint
crashes(MsgrTestWire *wire)
{
    return wire->done[STEP_CRASH_0] + wire->done[STEP_CRASH_1];
}

static gboolean
has_arriving(MsgrTestWire *wire, int machine)
{
    return wire->machines[machine].arriving.length > 0;
}

gboolean
msgr_test_wire_can(MsgrTestWire *wire, MsgrTestStep step)
{
    switch (step) {
    case STEP_ACCEPT:
    case STEP_DECLINE:
        return can_answer(wire);
    case STEP_CANCEL_0:
    case STEP_CANCEL_1:
        return can_cancel(wire, (int)step - STEP_CANCEL_0);
    case STEP_ATTACH_1:
        return can_attach(wire);
    case STEP_DATA_0:
    case STEP_DATA_1:
        return can_send_data(wire, (int)step - STEP_DATA_0);
    case STEP_TIME_0:
    case STEP_TIME_1:
        return can_wait(wire, (int)step - STEP_TIME_0);
    case STEP_ARRIVE_0:
    case STEP_ARRIVE_1:
        return has_arriving(wire, (int)step - STEP_ARRIVE_0);
    case STEP_LOSE_0:
    case STEP_LOSE_1:
        return losses(wire) < wire->bounds->losses && has_arriving(wire, (int)step - STEP_LOSE_0);
    case STEP_LEAVE_0:
    case STEP_LEAVE_1:
        return leaves(wire) < wire->bounds->leaves && is_there(wire, (int)step - STEP_LEAVE_0);
    case STEP_CRASH_0:
    case STEP_CRASH_1:
        return crashes(wire) < wire->bounds->crashes && is_there(wire, (int)step - STEP_CRASH_0);
    case N_STEPS:
    default:
        g_assert_not_reached();
    }
}

static gboolean
deliver_invitation(MsgrAccount *account, const char *guid, const char *from, GVariant *args,
                   GError **error)
{
    g_autoptr(GVariant) details = g_variant_get_child_value(args, 2);
    MsgrRemoteInvitation invitation = { 0 };

    g_variant_lookup(details, "Application", "&s", &invitation.app);
    g_variant_lookup(details, "ApplicationName", "&s", &invitation.app_name);
    g_variant_lookup(details, "ApplicationUrl", "&s", &invitation.app_url);
    g_variant_lookup(details, "AppData", "&s", &invitation.app_data);
    g_variant_lookup(details, "Timeout", "u", &invitation.timeout);
    return msgr_remote_deliver_invitation(account, guid, from, &invitation, error);
}

static gboolean
deliver_answer(MsgrAccount *account, const char *guid, const char *from, GVariant *args,
               GError **error)
{
    const char *app_data;
    gboolean accepted;

    g_variant_get(args, "(&s&sb&s)", NULL, NULL, &accepted, &app_data);
    return msgr_remote_deliver_answer(account, guid, from, accepted, app_data, error);
}

static gboolean
deliver_attached(MsgrAccount *account, const char *guid, const char *from, GVariant *args,
                 GError **error)
{
    const char *address;

    g_variant_get(args, "(&s&s&s)", NULL, NULL, &address);
    return msgr_remote_deliver_attached(account, guid, from, address, error);
}

static gboolean
deliver_context_data(MsgrAccount *account, const char *guid, const char *from, GVariant *args,
                     GError **error)
{
    const char *data;

    g_variant_get(args, "(&s&s&s)", NULL, NULL, &data);
    return msgr_remote_deliver_context_data(account, guid, from, data, error);
}

/* To end what is not known is no failure for who sent it. */
static gboolean
deliver_end(MsgrAccount *account, const char *guid, const char *from, GVariant *args,
            GError **error)
{
    g_autoptr(GError) own_error = NULL;
    const char *app_data;
    gboolean cancelled;
    guint32 hr;

    g_variant_get(args, "(&s&sbu&s)", NULL, NULL, &cancelled, &hr, &app_data);
    if (!msgr_remote_deliver_end(account, guid, from, cancelled, hr, app_data, &own_error))
        g_assert_error(own_error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND);
    return TRUE;
}

typedef gboolean (*Deliver)(MsgrAccount *account, const char *guid, const char *from,
                            GVariant *args, GError **error);

static const struct {
    const char *method;
    Deliver deliver;
} deliveries[] = {
    { "SendInvitation", deliver_invitation },
    { "SendAnswer", deliver_answer },
    { "SendAttached", deliver_attached },
    { "SendContextData", deliver_context_data },
    { "SendEnd", deliver_end },
};

static Deliver
delivery_of(const MsgrOrder *order)
{
    for (gsize i = 0; i < G_N_ELEMENTS(deliveries); i++) {
        if (g_str_equal(deliveries[i].method, order->method))
            return deliveries[i].deliver;
    }
    g_assert_not_reached();
}

/* A message arrives: what the service says to it goes back. */
static void
deliver(MsgrTestWire *wire, int machine, Item *item)
{
    MsgrTestMachine *self = &wire->machines[machine];
    g_autoptr(GError) error = NULL;
    const char *guid;
    int code = -1;

    g_variant_get_child(item->order->args, 0, "&s", &guid);
    if (!delivery_of(item->order)(self->account, guid, names[1 - machine], item->order->args,
                                  &error))
        code = error->code;
    push(other(wire, machine), msgr_order_ref(item->order), TRUE, code);
}

static void
arrive(MsgrTestWire *wire, int machine)
{
    MsgrTestMachine *self = &wire->machines[machine];
    Item *item = g_queue_pop_head(&self->arriving);

    if (item->is_answer)
        msgr_test_answer(self->t, msgr_order_ref(item->order), item->error);
    else
        deliver(wire, machine, item);
    item_free(item);
}

/* It does not arrive, and whoever sent the message is told, in time, that nobody knows. */
static void
lose(MsgrTestWire *wire, int machine)
{
    Item *item = g_queue_pop_head(&wire->machines[machine].arriving);
    MsgrTestMachine *sender = item->is_answer ? &wire->machines[machine] : other(wire, machine);

    push(sender, msgr_order_ref(item->order), TRUE, MSGR_ERROR_CONNECTION_FAILURE);
    item_free(item);
}

static const char *
user_of(int machine)
{
    return machine == MSGR_INVITER ? "alice" : "bob";
}

static void
drop_answers(MsgrTestMachine *self)
{
    for (GList *l = self->arriving.head; l != NULL;) {
        GList *next = l->next;
        Item *item = l->data;

        if (item->is_answer) {
            g_queue_delete_link(&self->arriving, l);
            item_free(item);
        }
        l = next;
    }
}

static void
sign_in(MsgrTestMachine *self, const char *user)
{
    self->account = msgr_test_register_account(self->t, user);
    msgr_test_assert_done(msgr_account_signed_in(self->account, NULL, NULL, &error));
}

/* The connector is another process: what it has not been answered yet, it will never be. */
static void
leave(MsgrTestWire *wire, int machine)
{
    MsgrTestMachine *self = &wire->machines[machine];
    g_autofree char *client_name = g_strconcat(user_of(machine), "-net", NULL);

    msgr_test_gone(self->t, client_name);
    drop_answers(self);
    sign_in(self, user_of(machine));
}

/* Nobody waits for the answers to what is on its way any more. */
static void
orphan_messages(MsgrTestMachine *receiver)
{
    for (GList *l = receiver->arriving.head; l != NULL; l = l->next) {
        MsgrOrder *order = ((Item *)l->data)->order;

        if (((Item *)l->data)->is_answer)
            continue;
        g_clear_pointer(&order->subject, msgr_record_unref);
        order->done = NULL;
    }
}

/* What is not in the ledger is gone; the application and the connector come back. */
static void
crash(MsgrTestWire *wire, int machine)
{
    MsgrTestMachine *self = &wire->machines[machine];

    drop_answers(self);
    orphan_messages(other(wire, machine));
    g_clear_pointer(&self->session, msgr_record_unref);
    msgr_test_restart(self->t, SECONDS(1));
    self->client = msgr_test_client(self->t, user_of(machine), CHESS);
    sign_in(self, user_of(machine));
}

static void
take(MsgrTestWire *wire, MsgrTestStep step, int machine)
{
    MsgrTestMachine *self = &wire->machines[machine];

    switch (step) {
    case STEP_ACCEPT:
        msgr_test_assert_done(msgr_side_accept(side_of(wire, machine), "yes", NULL, &error));
        break;
    case STEP_DECLINE:
        msgr_test_assert_done(msgr_side_decline(side_of(wire, machine), "no", &error));
        break;
    case STEP_CANCEL_0:
    case STEP_CANCEL_1:
        msgr_test_assert_done(msgr_side_cancel(side_of(wire, machine), 0, "bye", &error));
        break;
    case STEP_ATTACH_1:
        msgr_test_assert_done(
            msgr_side_suppress(side_of(wire, machine), self->client, "BeforeAppLaunch", &error));
        break;
    case STEP_DATA_0:
    case STEP_DATA_1:
        msgr_test_assert_done(msgr_side_send_context_data(side_of(wire, machine), "data", &error));
        break;
    case STEP_TIME_0:
    case STEP_TIME_1:
        msgr_test_advance(self->t, A_WHILE);
        break;
    case STEP_ARRIVE_0:
    case STEP_ARRIVE_1:
        arrive(wire, machine);
        break;
    case STEP_LOSE_0:
    case STEP_LOSE_1:
        lose(wire, machine);
        break;
    case STEP_LEAVE_0:
    case STEP_LEAVE_1:
        leave(wire, machine);
        break;
    case STEP_CRASH_0:
    case STEP_CRASH_1:
        crash(wire, machine);
        break;
    case N_STEPS:
    default:
        g_assert_not_reached();
    }
}

static int
machine_of(MsgrTestStep step)
{
    static const int second[N_STEPS] = {
        [STEP_ACCEPT] = 1,  [STEP_DECLINE] = 1, [STEP_CANCEL_1] = 1, [STEP_ATTACH_1] = 1,
        [STEP_DATA_1] = 1,  [STEP_TIME_1] = 1,  [STEP_ARRIVE_1] = 1, [STEP_LOSE_1] = 1,
        [STEP_LEAVE_1] = 1, [STEP_CRASH_1] = 1,
    };

    return second[step];
}

void
msgr_test_wire_take(MsgrTestWire *wire, MsgrTestStep step)
{
    const int machine = machine_of(step);

    g_assert_true(msgr_test_wire_can(wire, step));
    wire->done[step]++;
    take(wire, step, machine);
    end_turn(wire, machine);
}

/* Nothing is on its way. */
gboolean
msgr_test_wire_is_quiet(MsgrTestWire *wire)
{
    return !has_arriving(wire, 0) && !has_arriving(wire, 1);
}

/* Everything arrives, and all the time passes that it takes. */
void
msgr_test_wire_settle(MsgrTestWire *wire)
{
    for (int round = 0; round < 4; round++) {
        for (int guard = 0; !msgr_test_wire_is_quiet(wire); guard++) {
            int machine = has_arriving(wire, 0) ? 0 : 1;

            g_assert_cmpint(guard, <, 100);
            arrive(wire, machine);
            end_turn(wire, machine);
        }
        for (int machine = 0; machine < N_MACHINES; machine++) {
            msgr_test_advance(wire->machines[machine].t, A_WHILE);
            end_turn(wire, machine);
        }
    }
}

static void
add_session(GString *text, MsgrTestMachine *machine)
{
    MsgrSession *session = machine->session;
    const MsgrSessionData *data;
    MsgrSideData *own;
    g_autofree char *owed = NULL;

    if (session == NULL || !session->record.linked) {
        g_string_append_printf(text, "%s %x\n", session == NULL ? "not yet" : "gone",
                               machine->result);
        return;
    }
    data = &session->data;
    own = msgr_side_data(msgr_session_own_side(session));
    owed = msgr_sends_print(data->owed);
    g_string_append_printf(text, "state %d result %x owes %s sending %d failures %u ", data->state,
                           machine->result, owed, data->sending != 0, data->failures);
    g_string_append_printf(text, "attached %s/%d launch %d sent %u got %s\n", own->attached_app,
                           data->remote_attached, own->launch, own->sent, own->context_data);
}

/* All that matters for what can happen from here on. */
char *
msgr_test_wire_text(MsgrTestWire *wire)
{
    GString *text = g_string_new(NULL);

    for (int i = 0; i < N_MACHINES; i++) {
        MsgrTestMachine *machine = &wire->machines[i];

        add_session(text, machine);
        for (GList *l = machine->arriving.head; l != NULL; l = l->next) {
            const Item *item = l->data;
            MsgrSession *session = item->order->subject;

            g_string_append_printf(text, "  %s%s %d %d\n", item->is_answer ? "answer to " : "",
                                   item->order->method, item->error,
                                   item->is_answer && session != NULL &&
                                       session->data.sending == item->order->detail);
        }
    }
    g_string_append_printf(text, "data %u %u times %u %u losses %u leaves %u crashes %u\n",
                           wire->done[STEP_DATA_0], wire->done[STEP_DATA_1],
                           wire->done[STEP_TIME_0], wire->done[STEP_TIME_1], losses(wire),
                           leaves(wire), crashes(wire));
    return g_string_free(text, FALSE);
}
