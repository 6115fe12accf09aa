/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sessions with a party on another machine, as one machine sees them: what is sent, in which order,
 * and what becomes of it if that fails, or if somebody dies meanwhile.
 */
#include "msgr-session-rules.h"
#include "msgr-test-account.h"

#define THEIR_GUID "{00000001-0000-4000-8000-00000000000A}"
#define PEER       "bob@net"

/* What may come from the other machine: by the state, ended the last. */
static const struct {
    MsgrSessionEvent event;
    gboolean inviter[5];
    gboolean invitee[5];
} events[] = {
    { MSGR_EVENT_ANSWER, { 0, 1, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { MSGR_EVENT_APP_NOT_PRESENT, { 0, 1, 0, 0, 0 }, { 0, 0, 0, 0, 0 } },
    { MSGR_EVENT_ATTACHED, { 0, 0, 1, 0, 0 }, { 0, 0, 1, 0, 0 } },
    { MSGR_EVENT_CONTEXT_DATA, { 0, 0, 1, 1, 0 }, { 0, 0, 1, 1, 0 } },
};

static void
test_rules(void)
{
    g_assert_cmpuint(G_N_ELEMENTS(events), ==, MSGR_N_EVENTS);
    for (gsize i = 0; i < G_N_ELEMENTS(events); i++) {
        for (int state = MSGR_STATE_READY; state <= MSGR_STATE_TERMINATED; state++) {
            int column = MIN(state - 1, 4);

            g_assert_cmpint(msgr_session_event_rule(events[i].event, MSGR_INVITER, state), ==,
                            events[i].inviter[column]);
            g_assert_cmpint(msgr_session_event_rule(events[i].event, MSGR_INVITEE, state), ==,
                            events[i].invitee[column]);
        }
    }
}

typedef struct {
    MsgrTestModel *t;
    MsgrAccount *account;
    MsgrClient *alice;
    MsgrSide *side;
} Fixture;

static void
fixture_clear(Fixture *f)
{
    msgr_test_model_free(f->t);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static Fixture
begin(void)
{
    Fixture f = { msgr_test_model_new(), NULL, NULL, NULL };

    f.alice = msgr_test_client(f.t, "alice", CHESS);
    msgr_test_register(f.t, f.alice, CHESS_GUID);
    f.account = msgr_test_account(f.t, "alice", PEER);
    return f;
}

static void
invite(Fixture *f)
{
    f->side = msgr_test_session(f->t, f->alice, CHESS_GUID);
    msgr_test_drop(f->t);
    msgr_test_assert_done(
        msgr_side_invite(f->side, msgr_test_net_contact(f->account, PEER), "hello", &error));
}

static void
acknowledge(Fixture *f, const char *method)
{
    msgr_test_answer(f->t, msgr_test_take_order(f->t, method), -1);
}

static void
refuse(Fixture *f, const char *method, int error)
{
    msgr_test_answer(f->t, msgr_test_take_order(f->t, method), error);
}

static const char *
guid_of(Fixture *f)
{
    return f->side->session->guid;
}

static void
invited(Fixture *f)
{
    invite(f);
    acknowledge(f, "SendInvitation");
    msgr_test_drop(f->t);
}

static void
accepted(Fixture *f)
{
    invited(f);
    msgr_test_assert_done(
        msgr_remote_deliver_answer(f->account, guid_of(f), PEER, TRUE, "yes", &error));
    acknowledge(f, "SendAttached");
    msgr_test_drop(f->t);
}

static void
connected(Fixture *f)
{
    accepted(f);
    msgr_test_assert_done(
        msgr_remote_deliver_attached(f->account, guid_of(f), PEER, "192.0.2.9", &error));
    msgr_test_drop(f->t);
}

/* Somebody has invited alice. */
static void
be_invited(Fixture *f)
{
    const MsgrRemoteInvitation invitation = { CHESS_GUID, "Chess", "https://example.org/", "hello",
                                              0 };
    MsgrSession *session;

    msgr_test_assert_done(
        msgr_remote_deliver_invitation(f->account, THEIR_GUID, PEER, &invitation, &error));
    session = msgr_account_session(f->account, THEIR_GUID, msgr_test_net_contact(f->account, PEER));
    f->side = msgr_session_own_side(session);
    msgr_test_drop(f->t);
}

static void
assert_state(Fixture *f, MsgrState state)
{
    g_assert_cmpstr(msgr_test_state_name(f->side->session->data.state), ==,
                    msgr_test_state_name(state));
}

/* One thing after the other, each when the one before has been acknowledged. */
static void
test_order(void)
{
    g_auto(Fixture) f = begin();

    invite(&f);
    msgr_test_assert_done(
        msgr_remote_deliver_answer(f.account, guid_of(&f), PEER, TRUE, "yes", &error));
    msgr_test_assert_done(msgr_side_send_context_data(f.side, "one", &error));
    msgr_test_assert_done(msgr_side_send_context_data(f.side, "two", &error));
    acknowledge(&f, "SendInvitation");
    acknowledge(&f, "SendAttached");
    acknowledge(&f, "SendContextData");
    acknowledge(&f, "SendContextData");
    msgr_test_assert_orders(f.t, "");
}

/* A turn that can't be kept sends nothing, and leaves nothing owed. */
static void
test_rollback(void)
{
    g_auto(Fixture) f = begin();
    g_autofree char *before = NULL, *after = NULL;

    f.side = msgr_test_session(f.t, f.alice, CHESS_GUID);
    before = msgr_test_snapshot(f.t);
    msgr_test_assert_done(
        msgr_side_invite(f.side, msgr_test_net_contact(f.account, PEER), "hello", &error));
    msgr_test_rollback(f.t);
    after = msgr_test_snapshot(f.t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_orders(f.t, "");
    g_clear_pointer(&before, g_free);
    g_clear_pointer(&after, g_free);
    connected(&f);
    before = msgr_test_snapshot(f.t);
    msgr_test_assert_done(msgr_side_cancel(f.side, 0, "bye", &error));
    msgr_test_rollback(f.t);
    after = msgr_test_snapshot(f.t);
    g_assert_cmpstr(after, ==, before);
}

/* No address leaves before the invitation was accepted, and then the one of that moment. */
static void
test_address(void)
{
    g_auto(Fixture) f = begin();
    g_autoptr(MsgrOrder) order = NULL;
    const char *address;

    f.side = msgr_test_session(f.t, f.alice, CHESS_GUID);
    g_assert_cmpstr(msgr_side_local_address(f.side), ==, "127.0.0.1");
    invited(&f);
    g_assert_cmpstr(msgr_side_local_address(f.side), ==, "192.0.2.1");
    msgr_test_assert_orders(f.t, "");
    msgr_test_assert_done(
        msgr_remote_deliver_answer(f.account, guid_of(&f), PEER, TRUE, "yes", &error));
    msgr_test_commit(f.t);
    g_assert_cmpuint(f.t->orders->len, ==, 1);
    msgr_account_signed_out(f.account, 0);
    msgr_test_drop(f.t);
    msgr_test_assert_done(msgr_account_signed_in(f.account, "192.0.2.77", NULL, &error));
    order = msgr_test_take_order(f.t, "SendAttached");
    g_variant_get(order->args, "(&s&s&s)", NULL, NULL, &address);
    g_assert_cmpstr(address, ==, "192.0.2.1");
}

/* What follows from an error of each call, and whether the other side is told that it is over. */
typedef struct {
    const char *name;
    int error;
    void (*prepare)(Fixture *f);
    void (*act)(Fixture *f);
    const char *method;
    MsgrState state;
    const char *signals;
    gboolean ends_there;
} Failure;

static void
nothing(Fixture *f)
{
}

static void
accept(Fixture *f)
{
    msgr_test_assert_done(msgr_side_accept(f->side, "yes", NULL, &error));
    msgr_test_commit(f->t);
    g_ptr_array_set_size(f->t->signals, 0);
}

static void
decline(Fixture *f)
{
    msgr_test_assert_done(msgr_side_decline(f->side, "no", &error));
    msgr_test_commit(f->t);
    g_ptr_array_set_size(f->t->signals, 0);
}

static void
send_data(Fixture *f)
{
    msgr_test_assert_done(msgr_side_send_context_data(f->side, "data", &error));
}

static void
cancel(Fixture *f)
{
    msgr_test_assert_done(msgr_side_cancel(f->side, 0, "bye", &error));
    msgr_test_commit(f->t);
    g_ptr_array_set_size(f->t->signals, 0);
}

static void
hear_yes(Fixture *f)
{
    msgr_test_assert_done(
        msgr_remote_deliver_answer(f->account, guid_of(f), PEER, TRUE, "yes", &error));
    msgr_test_commit(f->t);
    g_ptr_array_set_size(f->t->signals, 0);
}

static void
invite_only(Fixture *f)
{
    invite(f);
    msgr_test_commit(f->t);
    g_ptr_array_set_size(f->t->signals, 0);
}

#define ENDS(previous, hr)                                                                         \
    "alice.OnStateChanged(" previous ")\n"                                                         \
    "alice.OnSendError(" hr ")\n"                                                                  \
    "alice.OnTermination(" hr ", '')\n"

static const Failure failures[] = {
    { "invitation-refused", MSGR_ERROR_NOT_LOGGED_ON, nothing, invite_only, "SendInvitation",
      MSGR_STATE_CANCELLED, ENDS("INVITATION", "InvitationSendFailure"), FALSE },
    { "invitation-lost", MSGR_ERROR_CONNECTION_FAILURE, nothing, invite_only, "SendInvitation",
      MSGR_STATE_CANCELLED, ENDS("INVITATION", "InvitationSendFailure"), TRUE },
    { "invitation-without-app", MSGR_ERROR_APP_NOT_REGISTERED, nothing, invite_only,
      "SendInvitation", MSGR_STATE_CANCELLED,
      "alice.OnStateChanged(INVITATION)\n"
      "alice.OnAppNotPresent('Chess', 'https://example.org/Chess')\n"
      "alice.OnSendError(InvitationSendFailure)\n"
      "alice.OnTermination(InvitationSendFailure, '')\n",
      FALSE },
    { "accept-refused", MSGR_ERROR_SESSION_STATE_INVALID, be_invited, accept, "SendAnswer",
      MSGR_STATE_TERMINATED, ENDS("ACCEPTED", "AcceptSendFailure"), TRUE },
    { "accept-not-found", MSGR_ERROR_NOT_FOUND, be_invited, accept, "SendAnswer",
      MSGR_STATE_TERMINATED, ENDS("ACCEPTED", "AcceptSendFailure"), FALSE },
    { "accept-lost", MSGR_ERROR_FAILED, be_invited, accept, "SendAnswer", MSGR_STATE_TERMINATED,
      ENDS("ACCEPTED", "AcceptSendFailure"), TRUE },
    { "decline", MSGR_ERROR_FAILED, be_invited, decline, "SendAnswer", MSGR_STATE_DECLINED,
      "alice.OnSendError(DeclineSendFailure)\n", FALSE },
    { "attached", MSGR_ERROR_FAILED, invited, hear_yes, "SendAttached", MSGR_STATE_TERMINATED,
      ENDS("ACCEPTED", "ConnectionFailure"), TRUE },
    { "context-data", MSGR_ERROR_FAILED, connected, send_data, "SendContextData",
      MSGR_STATE_CONNECTED, "alice.OnSendError(ContextDataSendFailure)\n", FALSE },
    { "context-data-to-nobody", MSGR_ERROR_SESSION_STATE_INVALID, connected, send_data,
      "SendContextData", MSGR_STATE_TERMINATED,
      "alice.OnSendError(ContextDataSendFailure)\n" ENDS("CONNECTED", "ConnectionFailure"), TRUE },
    { "cancel", MSGR_ERROR_NOT_LOGGED_ON, connected, cancel, "SendEnd", MSGR_STATE_TERMINATED,
      "alice.OnSendError(CancelSendFailure)\n", FALSE },
};

static void
test_failure(gconstpointer data)
{
    const Failure *failure = data;
    g_auto(Fixture) f = begin();

    failure->prepare(&f);
    failure->act(&f);
    refuse(&f, failure->method, failure->error);
    msgr_test_assert_signals(f.t, failure->signals);
    assert_state(&f, failure->state);
    if (failure->ends_there)
        acknowledge(&f, "SendEnd");
    msgr_test_assert_orders(f.t, "");
}

/* Data that could not be sent does not count. */
static void
test_uncounted(void)
{
    g_auto(Fixture) f = begin();

    connected(&f);
    for (int i = 0; i < 20; i++) {
        send_data(&f);
        refuse(&f, "SendContextData", MSGR_ERROR_FAILED);
    }
    for (int i = 0; i < MSGR_MAX_CONTEXT_AFTER_CONNECT; i++)
        send_data(&f);
    msgr_test_assert_refused(msgr_side_send_context_data(f.side, "more", &error),
                             MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT);
}

/* What can't be sent waits, but not without end. */
static void
test_bounded(void)
{
    g_auto(Fixture) f = begin();

    accepted(&f);
    for (int i = 0; i < MSGR_MAX_OWED_DATA; i++)
        send_data(&f);
    msgr_test_assert_refused(msgr_side_send_context_data(f.side, "more", &error),
                             MSGR_ERROR_LIMITS_EXCEEDED);
    acknowledge(&f, "SendContextData");
    send_data(&f);
}

/* The other side counts from when it knows that both are attached. */
static void
test_their_count(void)
{
    g_auto(Fixture) f = begin();
    const char *guid;

    invited(&f);
    guid = guid_of(&f);
    hear_yes(&f);
    msgr_test_assert_done(msgr_remote_deliver_attached(f.account, guid, PEER, "192.0.2.9", &error));
    assert_state(&f, MSGR_STATE_CONNECTED);
    for (int i = 0; i < 20; i++)
        msgr_test_assert_done(
            msgr_remote_deliver_context_data(f.account, guid, PEER, "early", &error));
    acknowledge(&f, "SendAttached");
    for (int i = 0; i < MSGR_MAX_CONTEXT_AFTER_CONNECT; i++)
        msgr_test_assert_done(
            msgr_remote_deliver_context_data(f.account, guid, PEER, "late", &error));
    msgr_test_assert_refused(
        msgr_remote_deliver_context_data(f.account, guid, PEER, "too much", &error),
        MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT);
}

/* The launch begins when the acceptance has been acknowledged, also if the service is restarted
 * meanwhile, and by a connector that comes later. */
static void
test_launch_waits(void)
{
    g_auto(Fixture) f = begin();

    be_invited(&f);
    accept(&f);
    msgr_order_unref(msgr_test_take_order(f.t, "SendAnswer"));
    msgr_test_advance(f.t, SECONDS(3600));
    assert_state(&f, MSGR_STATE_ACCEPTED);
    msgr_test_restart(f.t, SECONDS(1));
    f.alice = msgr_test_client(f.t, "alice", CHESS);
    msgr_test_assert_signals(f.t, "");
    f.account = msgr_test_register_account(f.t, "alice");
    msgr_test_assert_done(msgr_account_signed_in(f.account, NULL, NULL, &error));
    acknowledge(&f, "SendAnswer");
    msgr_test_assert_signals(f.t, "alice.OnSignin(0, 'net')\n"
                                  "alice.OnReadyToLaunch()\n"
                                  "alice.BeforeAppLaunch(true)\n"
                                  "alice-net.OnSignin(0, 'net')\n");
}

/* Who waits for the other machine's launch does not do so for ever, however often it is restarted.
 */
static void
test_restart_waiting(void)
{
    g_auto(Fixture) f = begin();

    accepted(&f);
    msgr_test_restart(f.t, SECONDS(1));
    f.alice = msgr_test_client(f.t, "alice", CHESS);
    f.account = msgr_test_register_account(f.t, "alice");
    msgr_test_assert_done(msgr_account_signed_in(f.account, NULL, NULL, &error));
    msgr_test_drop(f.t);
    msgr_test_advance(f.t, SECONDS(30));
    msgr_test_assert_signals(f.t, "alice.OnStateChanged(ACCEPTED)\n"
                                  "alice.OnTermination(ApplicationLaunchFailed, '')\n");
    acknowledge(&f, "SendEnd");
}

/* An end that nobody may have heard of is tried again, later each time; and forgotten after a day.
 */
static void
test_retry(void)
{
    g_auto(Fixture) f = begin();
    const gint64 waits[] = { 30, 60, 120, 240, 480, 960, 1920, 3840, 3840 };
    gint64 since = 0;

    connected(&f);
    msgr_test_assert_done(msgr_side_cancel(f.side, 0, "bye", &error));
    msgr_test_commit(f.t);
    for (gsize i = 0; i < G_N_ELEMENTS(waits); i++) {
        refuse(&f, "SendEnd",
               i % 2 == 0 ? MSGR_ERROR_NOT_LOGGED_ON : MSGR_ERROR_CONNECTION_FAILURE);
        msgr_test_advance(f.t, SECONDS(waits[i]) - 1);
        g_assert_cmpuint(f.t->orders->len, ==, 0);
        msgr_test_advance(f.t, 1);
        since += SECONDS(waits[i]);
    }
    g_assert_cmpuint(g_hash_table_size(f.t->model->sessions), ==, 1);
    msgr_test_advance(f.t, SECONDS(24 * 3600 + 60) - since);
    g_assert_cmpuint(g_hash_table_size(f.t->model->sessions), ==, 0);
}

/* What is owed waits for the connector. */
static void
test_waits(void)
{
    g_auto(Fixture) f = begin();

    invited(&f);
    msgr_account_signed_out(f.account, 0);
    cancel(&f);
    msgr_test_assert_orders(f.t, "");
    msgr_test_assert_done(msgr_account_signed_in(f.account, NULL, NULL, &error));
    acknowledge(&f, "SendEnd");
    msgr_test_assert_orders(f.t, "");
}

static void
test_grace(void)
{
    g_auto(Fixture) f = begin();

    connected(&f);
    msgr_test_gone(f.t, "alice-net");
    msgr_test_drop(f.t);
    msgr_test_advance(f.t, SECONDS(30) - 1);
    assert_state(&f, MSGR_STATE_CONNECTED);
    f.account = msgr_test_register_account(f.t, "alice");
    msgr_test_assert_done(msgr_account_signed_in(f.account, NULL, NULL, &error));
    msgr_test_advance(f.t, SECONDS(100));
    assert_state(&f, MSGR_STATE_CONNECTED);
    msgr_account_signed_out(f.account, 0);
    msgr_test_advance(f.t, SECONDS(30));
    assert_state(&f, MSGR_STATE_TERMINATED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/remote/rules", test_rules);
    g_test_add_func("/remote/order", test_order);
    g_test_add_func("/remote/rollback", test_rollback);
    g_test_add_func("/remote/address", test_address);
    for (gsize i = 0; i < G_N_ELEMENTS(failures); i++) {
        g_autofree char *path = g_strconcat("/remote/failure/", failures[i].name, NULL);

        g_test_add_data_func(path, &failures[i], test_failure);
    }
    g_test_add_func("/remote/uncounted", test_uncounted);
    g_test_add_func("/remote/bounded", test_bounded);
    g_test_add_func("/remote/their-count", test_their_count);
    g_test_add_func("/remote/launch-waits", test_launch_waits);
    g_test_add_func("/remote/restart-waiting", test_restart_waiting);
    g_test_add_func("/remote/retry", test_retry);
    g_test_add_func("/remote/waits", test_waits);
    g_test_add_func("/remote/grace", test_grace);
    return g_test_run();
}
