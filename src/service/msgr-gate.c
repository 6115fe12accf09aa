/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one door: a sender becomes a client of a user before anything is done for it. Its calls wait
 * in its own queue until it is known whose they are, and while one of them is being answered later.
 */
#include "msgr-gate.h"

#include "msgr-client.h"

#define MOST_WAITING       1024
#define MOST_WAITING_BYTES (4u << 20)
#define BYTES_OF_A_REFUSAL 250 /* about */

/* A sender at the gate. */
typedef struct {
    MsgrGate *gate;
    char *name;
    MsgrClient *client; /* NULL until it is known whose it is */
    gboolean is_known;  /* its user is */
    guint32 uid;
    guint32 pid;         /* 0: the bus doesn't tell */
    MsgrUser *user;      /* NULL until that is known */
    GError *refusal;     /* why it may not use the service */
    gboolean is_unsure;  /* the refusal rests on no answer of the user database */
    guint held;          /* while above 0, calls wait */
    GQueue waiting;      /* of MsgrCall */
    gsize waiting_bytes; /* since it was empty */
} Visitor;

struct _MsgrGate {
    MsgrService *service;
    GDBusConnection *connection;
    MsgrBuckets *buckets;
    GHashTable *visitors; /* unique name -> Visitor, owns */
    GCancellable *cancellable;
};

/* What an answer that comes later needs to find its visitor, if that is still there. */
typedef struct {
    MsgrGate *gate;
    char *name;
} Ticket;

static void
visitor_free(gpointer data)
{
    Visitor *visitor = data;

    g_queue_clear_full(&visitor->waiting, (GDestroyNotify)msgr_call_unref);
    g_clear_error(&visitor->refusal);
    g_clear_pointer(&visitor->user, msgr_record_unref);
    g_free(visitor->name);
    g_free(visitor);
}

static Ticket *
ticket_new(Visitor *visitor)
{
    Ticket *ticket = g_new0(Ticket, 1);

    ticket->gate = visitor->gate;
    ticket->name = g_strdup(visitor->name);
    return ticket;
}

static void
ticket_free(Ticket *ticket)
{
    g_free(ticket->name);
    g_free(ticket);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ticket, ticket_free)

MsgrGate *
msgr_gate_new(MsgrService *service, GDBusConnection *connection, MsgrBuckets *buckets)
{
    MsgrGate *self = g_new0(MsgrGate, 1);

    self->service = service;
    self->connection = g_object_ref(connection);
    self->buckets = buckets;
    self->visitors = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, visitor_free);
    self->cancellable = g_cancellable_new();
    return self;
}

void
msgr_gate_free(MsgrGate *self)
{
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_hash_table_unref(self->visitors);
    g_object_unref(self->connection);
    g_free(self);
}

static void
answer_refused(Visitor *visitor, MsgrCall *call, const GError *refusal)
{
    msgr_service_answer(visitor->gate->service, call, g_error_copy(refusal));
}

/* Who waited long without a client may have been forgotten meanwhile. */
static MsgrUser *
present_user(Visitor *visitor)
{
    MsgrModel *model = msgr_service_model(visitor->gate->service);
    MsgrUser *old = visitor->user;

    if (old->record.linked)
        return old;
    visitor->user = msgr_model_user(model, visitor->uid);
    if (visitor->user == NULL)
        visitor->user = msgr_user_meet(model, old->uid, old->data.name, old->data.real_name);
    msgr_record_ref(visitor->user);
    msgr_record_unref(old);
    return visitor->user;
}

/* A user's clients are limited; who came too late may come in when another has left. */
static gboolean
enter(Visitor *visitor, GError **error)
{
    MsgrUser *user;

    if (visitor->client != NULL)
        return TRUE;
    user = present_user(visitor);
    if (g_hash_table_size(user->clients) >= user->model->config->clients_per_user) {
        g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_LIMITS_EXCEEDED,
                            "As many clients of this user as are allowed are connected");
        return FALSE;
    }
    visitor->client = msgr_client_new(user, visitor->name);
    visitor->client->pid = visitor->pid;
    msgr_receipts_meet(msgr_service_receipts(visitor->gate->service), visitor->name, user->uid);
    /* where something is shared, a client is unlocked from the beginning */
    msgr_client_offer_waiting(visitor->client);
    return TRUE;
}

static gboolean
check_reads(Visitor *visitor, GError **error)
{
    MsgrReceipts *receipts = msgr_service_receipts(visitor->gate->service);
    gboolean reads = !msgr_receipts_is_behind(receipts, visitor->name);
    guint refused = msgr_buckets_settle(visitor->gate->buckets, visitor->name, reads);

    if (refused > 0)
        msgr_receipts_note(receipts, visitor->name, refused * (gsize)BYTES_OF_A_REFUSAL);
    if (reads)
        return TRUE;
    g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_LIMITS_EXCEEDED,
                        "Too much waits to be read by you: read it, then wait 1 second");
    return FALSE;
}

static void
pass(Visitor *visitor, MsgrCall *call)
{
    g_autoptr(GError) error = NULL;

    if (visitor->refusal != NULL) {
        answer_refused(visitor, call, visitor->refusal);
        return;
    }
    if (!enter(visitor, &error) || !check_reads(visitor, &error)) {
        answer_refused(visitor, call, error);
        return;
    }
    call->client = msgr_record_ref(visitor->client);
    msgr_service_handle(visitor->gate->service, call);
}

/* A visitor may be gone after any of its calls. */
static void
pass_waiting(MsgrGate *self, const char *name)
{
    for (;;) {
        Visitor *visitor = g_hash_table_lookup(self->visitors, name);
        g_autoptr(MsgrCall) call = NULL;

        if (visitor == NULL || visitor->held > 0)
            return;
        call = g_queue_pop_head(&visitor->waiting);
        if (visitor->waiting.length == 0)
            visitor->waiting_bytes = 0;
        if (call == NULL)
            return;
        pass(visitor, call);
    }
}

/* Calls that came before their user was known have not taken a token of its bucket yet. */
static void
charge_waiting(Visitor *visitor)
{
    g_autoptr(GError) error = NULL;
    GQueue passed = G_QUEUE_INIT;
    MsgrCall *call;
    guint wait = 0;

    while ((call = g_queue_pop_head(&visitor->waiting)) != NULL) {
        if (msgr_buckets_take_of_user(visitor->gate->buckets, visitor->uid, g_get_monotonic_time(),
                                      &wait)) {
            g_queue_push_tail(&passed, call);
            continue;
        }
        g_clear_error(&error);
        g_set_error(&error, MSGR_ERROR, MSGR_ERROR_LIMITS_EXCEEDED,
                    "Too many calls: wait %u seconds", wait);
        answer_refused(visitor, call, error);
        msgr_call_unref(call);
    }
    visitor->waiting = passed;
    msgr_buckets_set_user(visitor->gate->buckets, visitor->name, visitor->uid);
}

static gboolean
any_of(char **list, char **names)
{
    for (gsize i = 0; names != NULL && names[i] != NULL; i++) {
        if (g_strv_contains((const char *const *)list, names[i]))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_admitted(const MsgrConfig *config, const char *name, char **groups)
{
    char *names[] = { (char *)name, NULL };
    gboolean restricted = *config->allow_users != NULL || *config->allow_groups != NULL;

    if (any_of(config->deny_users, names))
        return FALSE;
    return !restricted || any_of(config->allow_users, names) ||
           any_of(config->allow_groups, groups);
}

static MsgrUser *
obtain_user(MsgrModel *model, guint32 uid, const MsgrUserEntry *entry)
{
    g_autofree char *number = g_strdup_printf("%u", uid);
    const char *name = entry != NULL ? entry->name : number;
    const char *real_name = entry != NULL ? entry->real_name : "";
    MsgrUser *user = msgr_model_user(model, uid);

    if (user == NULL)
        user = msgr_user_meet(model, uid, name, real_name);
    else if (entry != NULL)
        msgr_user_set_names(user, name, real_name);
    return user;
}

/* Nobody stays there by what it proved or shared before. */
static void
shut_out(MsgrClient *client)
{
    for (int i = 0; i < MSGR_N_LOCKABLES; i++)
        msgr_user_set_share(client->user, i, NULL, 0);
    msgr_lock_shut(client);
    msgr_lock_tell_user(client->user);
    msgr_user_presence_changed(client->user);
}

static gboolean
has_policy(const MsgrConfig *config)
{
    return *config->allow_users != NULL || *config->deny_users != NULL ||
           *config->allow_groups != NULL;
}

/* Whom the user database has never told of goes by its number, which says nothing to a list of
 * names. */
static gboolean
has_a_name(MsgrUser *user)
{
    g_autofree char *number = g_strdup_printf("%u", user->uid);

    return !g_str_equal(user->data.name, number);
}

static gboolean
may_enter(MsgrUser *user, const MsgrUserEntry *entry)
{
    const MsgrConfig *config = user->model->config;

    if (!has_policy(config))
        return TRUE;
    return has_a_name(user) &&
           is_admitted(config, user->data.name, entry == NULL ? NULL : entry->groups);
}

static void
admit(Visitor *visitor, MsgrUser *user, const MsgrUserEntry *entry)
{
    g_clear_error(&visitor->refusal);
    if (visitor->user == NULL)
        visitor->user = msgr_record_ref(user);
    if (may_enter(user, entry))
        return;
    visitor->is_unsure = entry == NULL;
    visitor->refusal = g_error_new_literal(MSGR_ERROR, MSGR_ERROR_ACCESS_DENIED,
                                           "The administrator does not let you use this service");
    if (visitor->client != NULL)
        shut_out(visitor->client);
}

/* The user database has answered, or never will. */
static void
found_user(const MsgrUserEntry *entry, gpointer data)
{
    g_autoptr(Ticket) ticket = data;
    MsgrGate *self = ticket->gate;
    Visitor *visitor = g_hash_table_lookup(self->visitors, ticket->name);
    MsgrModel *model = msgr_service_model(self->service);

    if (visitor == NULL)
        return;
    admit(visitor, obtain_user(model, visitor->uid, entry), entry);
    visitor->held--;
    pass_waiting(self, ticket->name);
    msgr_service_end_turn(self->service);
}

/* Nobody waits for this answer: the user was known, but may be called otherwise by now. */
static void
refresh_user(const MsgrUserEntry *entry, gpointer data)
{
    g_autoptr(Ticket) ticket = data;
    MsgrGate *self = ticket->gate;
    Visitor *visitor = g_hash_table_lookup(self->visitors, ticket->name);

    if (visitor == NULL || entry == NULL)
        return;
    obtain_user(msgr_service_model(self->service), visitor->uid, entry);
    msgr_service_end_turn(self->service);
}

/* A directory that hangs does not stop those who have been here before. */
static void
identify(Visitor *visitor)
{
    MsgrGate *self = visitor->gate;
    MsgrModel *model = msgr_service_model(self->service);
    MsgrUserDatabase *database = msgr_service_user_database(self->service);
    MsgrUser *user = msgr_model_user(model, visitor->uid);
    gboolean can_go_on = user != NULL && !has_policy(model->config);

    if (!can_go_on) {
        msgr_user_database_find_uid(database, visitor->uid, found_user, ticket_new(visitor),
                                    (GDestroyNotify)ticket_free);
        return;
    }
    msgr_user_database_find_uid(database, visitor->uid, refresh_user, ticket_new(visitor),
                                (GDestroyNotify)ticket_free);
    admit(visitor, user, NULL);
    visitor->held--;
    pass_waiting(self, visitor->name);
    msgr_service_end_turn(self->service);
}

static void
refuse_visitor(Visitor *visitor, const char *why)
{
    g_clear_error(&visitor->refusal);
    visitor->refusal = g_error_new_literal(MSGR_ERROR, MSGR_ERROR_ACCESS_DENIED, why);
    visitor->held--;
}

static gboolean
get_credentials(GVariant *reply, guint32 *uid, guint32 *pid)
{
    g_autoptr(GVariant) credentials = g_variant_get_child_value(reply, 0);

    g_variant_lookup(credentials, "ProcessID", "u", pid);
    return g_variant_lookup(credentials, "UnixUserID", "u", uid);
}

static void
got_credentials(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Ticket) ticket = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    MsgrGate *self = ticket->gate;
    Visitor *visitor;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the gate is gone */
    visitor = g_hash_table_lookup(self->visitors, ticket->name);
    if (visitor == NULL)
        return;
    if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER)) {
        msgr_gate_gone(self, ticket->name);
        return;
    }
    if (reply == NULL || !get_credentials(reply, &visitor->uid, &visitor->pid)) {
        refuse_visitor(visitor, "The bus does not tell whose connection this is");
        pass_waiting(self, ticket->name);
        msgr_service_end_turn(self->service);
        return;
    }
    visitor->is_known = TRUE;
    charge_waiting(visitor);
    identify(visitor);
}

static Visitor *
receive(MsgrGate *self, const char *name)
{
    Visitor *visitor = g_new0(Visitor, 1);

    visitor->gate = self;
    visitor->name = g_strdup(name);
    visitor->held = 1;
    g_queue_init(&visitor->waiting);
    g_hash_table_insert(self->visitors, visitor->name, visitor);
    g_dbus_connection_call(
        self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "GetConnectionCredentials", g_variant_new("(s)", name), G_VARIANT_TYPE("(a{sv})"),
        G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, got_credentials, ticket_new(visitor));
    return visitor;
}

static void
wait_in_queue(Visitor *visitor, MsgrCall *call)
{
    g_autoptr(GError) error = NULL;

    gsize bytes = g_variant_get_size(msgr_call_body(call));

    if (visitor->waiting.length < MOST_WAITING &&
        visitor->waiting_bytes + bytes <= MOST_WAITING_BYTES) {
        visitor->waiting_bytes += bytes;
        g_queue_push_tail(&visitor->waiting, msgr_call_ref(call));
        return;
    }
    g_set_error_literal(&error, MSGR_ERROR, MSGR_ERROR_LIMITS_EXCEEDED,
                        "Too many calls wait: wait 1 second");
    answer_refused(visitor, call, error);
}

/* A refusal for want of an answer holds for one call. */
static void
ask_again(Visitor *visitor)
{
    visitor->is_unsure = FALSE;
    visitor->held++;
    msgr_user_database_find_uid(msgr_service_user_database(visitor->gate->service), visitor->uid,
                                found_user, ticket_new(visitor), (GDestroyNotify)ticket_free);
}

/**
 * msgr_gate_call:
 *
 * A call has arrived.
 */
void
msgr_gate_call(MsgrGate *self, MsgrCall *call)
{
    const char *name = msgr_call_sender(call);
    Visitor *visitor = g_hash_table_lookup(self->visitors, name);

    if (visitor == NULL)
        visitor = receive(self, name);
    else if (visitor->is_unsure)
        ask_again(visitor);
    if (visitor->held > 0)
        wait_in_queue(visitor, call);
    else
        pass(visitor, call);
}

/**
 * msgr_gate_gone:
 *
 * A client has left the bus, whether or not it was known.
 */
void
msgr_gate_gone(MsgrGate *self, const char *name)
{
    Visitor *visitor = g_hash_table_lookup(self->visitors, name);
    MsgrClient *client;

    msgr_buckets_forget(self->buckets, name);
    msgr_receipts_forget(msgr_service_receipts(self->service), name);
    if (visitor == NULL)
        return;
    client = visitor->client;
    g_hash_table_remove(self->visitors, name);
    if (client != NULL)
        msgr_service_client_gone(self->service, client);
}

/**
 * msgr_gate_hold:
 *
 * One of the client's calls is answered later: those behind it wait.
 */
void
msgr_gate_hold(MsgrGate *self, const char *name)
{
    Visitor *visitor = g_hash_table_lookup(self->visitors, name);

    if (visitor != NULL)
        visitor->held++;
}

/**
 * msgr_gate_unhold:
 *
 * That call has been answered.
 */
void
msgr_gate_unhold(MsgrGate *self, const char *name)
{
    Visitor *visitor = g_hash_table_lookup(self->visitors, name);

    if (visitor != NULL)
        visitor->held--;
}

/**
 * msgr_gate_release:
 *
 * The same, and the next may pass.
 */
void
msgr_gate_release(MsgrGate *self, const char *name)
{
    msgr_gate_unhold(self, name);
    pass_waiting(self, name);
}

/**
 * msgr_gate_policy_changed:
 *
 * Who may use the service may have changed: everybody is asked for again.
 */
void
msgr_gate_policy_changed(MsgrGate *self)
{
    g_autoptr(GList) visitors = g_hash_table_get_values(self->visitors);

    for (GList *l = visitors; l != NULL; l = l->next) {
        Visitor *visitor = l->data;

        if (visitor->is_known)
            ask_again(visitor);
    }
}
