/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One way through the house: bus, gate, model, ledger, outbox, bus.
 */
#include "msgr-service.h"

#include "msgr-agent.h"
#include "msgr-answer-queue.h"
#include "msgr-application.h"
#include "msgr-client.h"
#include "msgr-courier.h"
#include "msgr-departures.h"
#include "msgr-dispatch.h"
#include "msgr-gate.h"
#include "msgr-inbox.h"
#include "msgr-inquiry.h"
#include "msgr-interface.h"
#include "msgr-key-ring.h"
#include "msgr-outbox.h"
#include "msgr-policy.h"
#include "msgr-presence.h"
#include "msgr-timer.h"

/* How long events wait that could not be written: a full disk must not make a busy loop. */
#define RETRY_AFTER G_USEC_PER_SEC

struct _MsgrService {
    GDBusConnection *connection;
    MsgrConfig *config;
    MsgrModel *model; /* NULL until the service is started */
    MsgrLedger *ledger;
    MsgrBuckets *buckets;
    MsgrInbox *inbox;
    MsgrGate *gate;
    MsgrAnswerQueue *answers;
    MsgrCourier *courier;
    MsgrOutbox *outbox;
    MsgrReceipts *receipts;
    MsgrDepartures *departures;
    MsgrUserDatabase *user_database;
    MsgrInquiry *inquiry;
    MsgrLaunchWaiters *launch_waiters;
    MsgrTimer *timer;
    MsgrServiceEvents events;
};

static void destination_recovered(const char *name, gpointer data);
static void order_answered(MsgrOrder *order, MsgrAnswer *answer, gpointer data);

/**
 * msgr_service_new:
 *
 * Returns: a service that collects what the bus brings from now on, and answers once it is started.
 */
MsgrService *
msgr_service_new(GDBusConnection *connection, MsgrConfig *config)
{
    MsgrService *self = g_new0(MsgrService, 1);

    self->connection = g_object_ref(connection);
    self->config = msgr_config_ref(config);
    self->buckets = msgr_buckets_new();
    msgr_buckets_configure(self->buckets, config);
    self->inbox = msgr_inbox_new(connection, self->buckets);
    self->receipts = msgr_receipts_new(connection);
    self->answers = msgr_answer_queue_new(self);
    self->courier =
        msgr_courier_new(connection, self->receipts,
                         &(MsgrCourierFuncs){ order_answered, destination_recovered, self });
    self->outbox = msgr_outbox_new(connection, self->receipts, self->courier);
    self->departures = msgr_departures_new(self, connection);
    self->user_database = msgr_user_database_new();
    self->inquiry = msgr_inquiry_new(self);
    self->launch_waiters = msgr_launch_waiters_new();
    return self;
}

void
msgr_service_free(MsgrService *self)
{
    msgr_inbox_free(self->inbox);
    msgr_user_database_free(self->user_database);
    msgr_inquiry_free(self->inquiry);
    msgr_departures_free(self->departures);
    msgr_launch_waiters_free(self->launch_waiters);
    g_clear_pointer(&self->gate, msgr_gate_free);
    g_clear_pointer(&self->timer, msgr_timer_free);
    msgr_outbox_free(self->outbox);
    msgr_courier_free(self->courier);
    msgr_answer_queue_free(self->answers);
    msgr_receipts_free(self->receipts);
    g_clear_pointer(&self->model, msgr_model_free);
    g_clear_pointer(&self->ledger, msgr_ledger_close);
    msgr_buckets_unref(self->buckets);
    msgr_config_unref(self->config);
    g_object_unref(self->connection);
    g_free(self);
}

MsgrModel *
msgr_service_model(MsgrService *self)
{
    return self->model;
}

MsgrReceipts *
msgr_service_receipts(MsgrService *self)
{
    return self->receipts;
}

MsgrLaunchWaiters *
msgr_service_launch_waiters(MsgrService *self)
{
    return self->launch_waiters;
}

MsgrUserDatabase *
msgr_service_user_database(MsgrService *self)
{
    return self->user_database;
}

static void
turn_failed(MsgrService *self, const GError *error)
{
    g_warning("nothing of this turn was kept: %s", error->message);
    msgr_model_rollback(self->model);
    msgr_outbox_fail(self->outbox, error);
}

static void
add_events(MsgrService *self)
{
    msgr_outbox_add(self->outbox, NULL, NULL, self->model->turn);
}

static gboolean
end_turn(MsgrService *self)
{
    g_autoptr(GError) error = NULL;

    msgr_presence_settle(self->model);
    add_events(self);
    if (!msgr_ledger_commit(self->ledger, self->model->turn, &error)) {
        turn_failed(self, error);
        return FALSE;
    }
    msgr_turn_commit(self->model->turn);
    msgr_outbox_send(self->outbox);
    msgr_departures_turn_sent(self->departures);
    msgr_inquiry_turn_kept(self->inquiry);
    msgr_launch_waiters_check(self->launch_waiters);
    return TRUE;
}

/**
 * msgr_service_end_turn:
 *
 * What has been changed is made durable, and what is to be told leaves; or nothing has changed.
 */
void
msgr_service_end_turn(MsgrService *self)
{
    end_turn(self);
    msgr_timer_set(self->timer, msgr_agenda_next(self->model->agenda));
}

/* One thing that is due, in a turn of its own: if that can't be kept, it is tried again later, and
 * the others are not kept waiting for it. */
static gboolean
run_one_due(MsgrService *self)
{
    MsgrAgendaEntry *entry = msgr_model_run_due(self->model);

    if (entry == NULL)
        return FALSE;
    if (!end_turn(self))
        msgr_agenda_entry_hold(entry, msgr_model_now(self->model) + RETRY_AFTER);
    return TRUE;
}

/* What is due happens before the next call is looked at: an invitation that has expired can't be
 * accepted. All of it is one turn, as long as turns can be kept. */
static void
run_due(MsgrService *self)
{
    if (msgr_agenda_next(self->model->agenda) > msgr_model_now(self->model))
        return;
    end_turn(self);
    while (msgr_model_run_due(self->model) != NULL)
        ;
    if (end_turn(self))
        return;
    while (run_one_due(self))
        ;
}

/**
 * msgr_service_turn:
 *
 * A turn of its own for something that comes neither from a client nor from the agenda.
 *
 * Returns: whether it was kept; if not, nothing has changed.
 */
gboolean
msgr_service_turn(MsgrService *self, MsgrTurnFunc func, gpointer data)
{
    gboolean kept;

    run_due(self);
    func(data);
    kept = end_turn(self);
    msgr_timer_set(self->timer, msgr_agenda_next(self->model->agenda));
    return kept;
}

typedef struct {
    MsgrService *service;
    const char *name;
} Recovery;

static void
recover(gpointer data)
{
    const Recovery *recovery = data;

    msgr_agent_recovered(recovery->service->model, recovery->name);
}

static void
order_answered(MsgrOrder *order, MsgrAnswer *answer, gpointer data)
{
    msgr_answer_queue_push(((MsgrService *)data)->answers, order, answer);
}

static void
destination_recovered(const char *name, gpointer data)
{
    Recovery recovery = { data, name };

    msgr_service_turn(data, recover, &recovery);
}

static void
time_has_come(gpointer data)
{
    MsgrService *self = data;

    run_due(self);
    msgr_service_end_turn(self);
}

/* Takes the error. */
static void
add_answer(MsgrService *self, MsgrCall *call, GVariant *value, GError *error)
{
    GDBusMessage *reply =
        error != NULL ? msgr_call_error(call, error) : msgr_call_reply(call, value);
    guint cost;

    cost = msgr_outbox_add(self->outbox, call, reply, self->model->turn);
    msgr_buckets_charge(self->buckets, msgr_call_sender(call), cost);
    g_clear_error(&error);
    if (msgr_outbox_is_full(self->outbox))
        end_turn(self);
}

/**
 * msgr_service_handle:
 *
 * The gate lets a call of a known client pass.
 */
void
msgr_service_handle(MsgrService *self, MsgrCall *call)
{
    GError *error = NULL;
    GVariant *value;

    run_due(self);
    call->dispatching = TRUE;
    value = msgr_dispatch(call, &error);
    call->dispatching = FALSE;
    if (call->deferred)
        add_events(self);
    else if (!call->answered)
        add_answer(self, call, value, error);
}

/**
 * msgr_service_answer:
 * @error: (transfer full): why it is refused
 *
 * The gate refuses a call.
 */
void
msgr_service_answer(MsgrService *self, MsgrCall *call, GError *error)
{
    add_answer(self, call, NULL, error);
}

/**
 * msgr_service_defer:
 *
 * The call will be answered by msgr_service_resume(); later calls of the same client wait until
 * then.
 */
void
msgr_service_defer(MsgrCall *call)
{
    call->deferred = TRUE;
    msgr_call_ref(call);
    msgr_gate_hold(call->service->gate, msgr_call_sender(call));
}

/**
 * msgr_service_resume:
 * @go_on: called to answer, unless the client is gone
 *
 * Ends what msgr_service_defer() began.
 */
void
msgr_service_resume(MsgrCall *call, MsgrContinuation go_on, gpointer data)
{
    G_GNUC_UNUSED g_autoptr(MsgrCall) own = call;
    MsgrService *self = call->service;
    GError *error = NULL;
    GVariant *value;

    call->deferred = FALSE;
    call->answered = TRUE;
    if (call->client->record.linked) {
        if (!call->dispatching)
            run_due(self);
        /* the client may have been locked while it waited */
        value = msgr_need_check_lock(call->need, call->client, &error) ? go_on(call, data, &error)
                                                                       : NULL;
        add_answer(self, call, value, error);
    }
    if (call->dispatching) {
        msgr_gate_unhold(self->gate, msgr_call_sender(call));
        return; /* what was needed was there at once: who dispatches goes on with the turn */
    }
    msgr_gate_release(self->gate, msgr_call_sender(call));
    msgr_service_end_turn(self);
}

/**
 * msgr_service_client_gone:
 *
 * A client has left: what was done before is done, so that no failure brings it back.
 */
void
msgr_service_client_gone(MsgrService *self, MsgrClient *client)
{
    msgr_service_end_turn(self);
    msgr_client_gone(client);
    add_events(self);
}

static void
call_arrived(GDBusMessage *message, gpointer data)
{
    MsgrService *self = data;
    g_autoptr(MsgrCall) call = msgr_call_new(self, message);

    msgr_gate_call(self->gate, call);
}

static void
client_left(const char *name, gpointer data)
{
    MsgrService *self = data;

    msgr_gate_gone(self->gate, name);
    msgr_courier_gone(self->courier, name);
}

static void
name_lost(gpointer data)
{
    MsgrService *self = data;

    self->events.replaced(self->events.data);
}

static void
all_handled(gpointer data)
{
    msgr_service_end_turn(data);
}

static const MsgrInboxFuncs inbox_funcs = { call_arrived, client_left, name_lost, all_handled };

/**
 * msgr_service_start:
 * @state_dir: where the ledger is
 *
 * Remembers what was, and answers from now on. To be called when the names are owned.
 */
gboolean
msgr_service_start(MsgrService *self, const char *state_dir, const MsgrServiceEvents *events,
                   GError **error)
{
    self->events = *events;
    self->ledger = msgr_ledger_open(state_dir, error);
    if (self->ledger == NULL)
        return FALSE;
    self->model =
        msgr_model_new(self->config, msgr_clock_of_system(), msgr_ledger_secret(self->ledger));
    if (!msgr_ledger_load(self->ledger, self->model, error))
        return FALSE;
    self->gate = msgr_gate_new(self, self->connection, self->buckets);
    self->timer = msgr_timer_new(time_has_come, self);
    return TRUE;
}

/**
 * msgr_service_open:
 *
 * The keys and applications of the system are in: sessions go on, and calls are answered.
 */
void
msgr_service_open(MsgrService *self)
{
    msgr_model_start(self->model);
    msgr_service_end_turn(self);
    msgr_inbox_open(self->inbox, &inbox_funcs, self);
}

void
msgr_service_set_config(MsgrService *self, MsgrConfig *config)
{
    msgr_config_ref(config);
    msgr_config_unref(self->config);
    self->config = config;
    msgr_buckets_configure(self->buckets, config);
    msgr_model_set_config(self->model, config);
    msgr_service_end_turn(self);
    msgr_gate_policy_changed(self->gate);
}

/**
 * msgr_service_set_keys:
 * @keys: (element-type MsgrKey): what keys.d holds now
 */
void
msgr_service_set_keys(MsgrService *self, GPtrArray *keys)
{
    msgr_key_ring_replace(self->model, keys);
    msgr_service_end_turn(self);
}

/**
 * msgr_service_set_applications:
 * @entries: (element-type MsgrAppEntry): what apps.d holds now
 */
void
msgr_service_set_applications(MsgrService *self, GPtrArray *entries)
{
    msgr_application_replace_packaged(self->model, entries);
    msgr_service_end_turn(self);
}

/**
 * msgr_service_set_fixed_policies:
 * @policies: (element-type MsgrFixedPolicy): what users.d holds now
 */
void
msgr_service_set_fixed_policies(MsgrService *self, GPtrArray *policies)
{
    msgr_policy_replace_fixed(self->model, policies);
    msgr_service_end_turn(self);
}

/**
 * msgr_service_say_goodbye:
 *
 * Tells every client that the service shuts down.
 */
void
msgr_service_say_goodbye(MsgrService *self)
{
    GHashTableIter iter;
    gpointer client;

    g_hash_table_iter_init(&iter, self->model->clients);
    while (g_hash_table_iter_next(&iter, NULL, &client))
        msgr_client_signal(client, MSGR_SESSION_MANAGER_PATH, MSGR_SESSION_MANAGER_IFACE,
                           "OnAppShutdown", NULL);
    msgr_service_end_turn(self);
}
