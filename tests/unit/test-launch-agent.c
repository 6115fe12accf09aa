/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The launch by an agent: who is asked, what comes of each answer and each end of a process, and
 * who gets the session.
 */
#include "msgr-test-pair.h"

#define WINDOW    (G_USEC_PER_SEC / 2)
#define UI        MSGR_AGENT_HAS(MSGR_AGENT_UI)
#define LAUNCH    MSGR_AGENT_HAS(MSGR_AGENT_LAUNCH)
#define PID       4711u
#define OTHER_PID 4712u

/* A process that ends when a test says so, and tells when it is let go: that is when the model is
 * freed, at the latest, so that it has to be declared before it. */
typedef struct {
    gboolean is_running;
    gboolean is_held;
} TestProcess;

static gboolean
is_running(gpointer handle)
{
    return ((TestProcess *)handle)->is_running;
}

static void
let_go(gpointer handle)
{
    ((TestProcess *)handle)->is_held = FALSE;
}

static MsgrProcess *
start(TestProcess *process, guint32 pid)
{
    *process = (TestProcess){ TRUE, TRUE };
    return msgr_process_new(pid, is_running, let_go, process);
}

static void
assert_state(MsgrTestPair *pair, MsgrState state)
{
    g_assert_cmpstr(msgr_test_state_name(msgr_test_number(pair->inviter, "State")), ==,
                    msgr_test_state_name(state));
}

static void
assert_failed(MsgrTestPair *pair)
{
    const guint32 hr = msgr_error_hresult(MSGR_ERROR_APPLICATION_LAUNCH_FAILED);

    assert_state(pair, MSGR_STATE_TERMINATED);
    for (int role = 0; role < MSGR_N_ROLES; role++)
        g_assert_cmpuint(msgr_test_number(msgr_test_pair_side(pair, role), "Result"), ==, hr);
}

/* Who is asked when the window is over, and whether that is all that is needed. */
static const struct {
    gboolean detached; /* the inviter's side is launched, too */
    guint alice, bob;  /* the roles of their agents */
    const char *orders;
    gboolean goes_on;
} rows[] = {
    { FALSE, 0, 0, "", FALSE },
    { FALSE, LAUNCH, 0, "", FALSE },
    { FALSE, 0, UI, "", FALSE },
    { FALSE, 0, LAUNCH, "bob-agent.LaunchApplication(invitee, {...})\n", TRUE },
    { FALSE, LAUNCH, LAUNCH, "bob-agent.LaunchApplication(invitee, {...})\n", TRUE },
    { FALSE, 0, UI | LAUNCH, "bob-agent.LaunchApplication(invitee, {...})\n", TRUE },
    { TRUE, 0, 0, "", FALSE },
    { TRUE, 0, LAUNCH, "", FALSE },
    { TRUE, LAUNCH, 0, "alice-agent.LaunchApplication(inviter, {...})\n", FALSE },
    { TRUE, UI, LAUNCH, "", FALSE },
    { TRUE, LAUNCH, LAUNCH,
      "alice-agent.LaunchApplication(inviter, {...})\n"
      "bob-agent.LaunchApplication(invitee, {...})\n",
      TRUE },
};

/* Of a launch that fails at once on the other side, what was ordered is taken back. */
static void
test_asked(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(rows[i].detached);
        g_autofree char *expected = g_strconcat(
            rows[i].orders,
            *rows[i].orders != '\0' && !rows[i].goes_on ? "alice-agent takes back inviter\n" : "",
            NULL);

        g_test_message("row %u", (guint)i);
        if (rows[i].alice != 0)
            msgr_test_agent(pair->t, "alice-agent", rows[i].alice, 0);
        if (rows[i].bob != 0)
            msgr_test_agent(pair->t, "bob-agent", rows[i].bob, 0);
        msgr_test_pair_bring(pair, WAY_ACCEPTED);
        msgr_test_drop(pair->t);
        msgr_test_advance(pair->t, WINDOW - 1);
        msgr_test_assert_asked(pair->t, "");
        msgr_test_advance(pair->t, 1);
        msgr_test_assert_asked(pair->t, expected);
        if (rows[i].goes_on)
            assert_state(pair, MSGR_STATE_ACCEPTED);
        else
            assert_failed(pair);
    }
}

/* bob's agent has been asked. */
static MsgrTestPair *
asked_pair(void)
{
    MsgrTestPair *pair = msgr_test_pair_new(FALSE);

    msgr_test_agent(pair->t, "bob-agent", UI | LAUNCH, 0);
    msgr_test_pair_bring(pair, WAY_ACCEPTED);
    msgr_test_advance(pair->t, WINDOW);
    return pair;
}

static MsgrOrder *
take_order(MsgrTestPair *pair)
{
    MsgrOrder *order = msgr_test_find_asked(pair->t, "LaunchApplication");

    msgr_test_drop(pair->t);
    return order;
}

static void
answer(MsgrTestPair *pair, MsgrOrder *order, MsgrProcess *process)
{
    msgr_test_agent_answers(pair->t, order, g_variant_new("(uh)", process->pid, 0), 0, process);
    msgr_test_commit(pair->t);
}

static gboolean
report(MsgrTestPair *pair, guint32 pid, gboolean failed, GError **error)
{
    MsgrClient *agent = msgr_model_client(pair->t->model, "bob-agent");

    return msgr_start_report_exit(agent, msgr_test_pair_side(pair, MSGR_INVITEE)->path, pid, failed,
                                  error);
}

typedef enum {
    ANSWER_NONE,
    ANSWER_PROCESS,
    ANSWER_NO_PROCESS, /* the bus started it: 0 */
    ANSWER_ERROR,
} Answer;

typedef enum {
    EXIT_NONE,
    EXIT_FAILED,
    EXIT_HANDED_OVER,
    EXIT_FAILED_OTHER, /* another process than the one that was told */
} Exit;

typedef enum {
    ATTACH_NONE,
    ATTACH_BY_PROCESS,
    ATTACH_BY_APPLICATION,
} Attach;

/* What becomes of the session: by each answer, each end, and each that asks. */
static const struct {
    Answer answer;
    Exit exit;
    Attach attach;
    MsgrState state; /* ACCEPTED: until LaunchTimeout */
} fates[] = {
    { ANSWER_NONE, EXIT_NONE, ATTACH_NONE, MSGR_STATE_ACCEPTED },
    { ANSWER_NONE, EXIT_NONE, ATTACH_BY_PROCESS, MSGR_STATE_ACCEPTED },
    { ANSWER_NONE, EXIT_NONE, ATTACH_BY_APPLICATION, MSGR_STATE_CONNECTED },
    { ANSWER_NONE, EXIT_FAILED, ATTACH_NONE, MSGR_STATE_TERMINATED },
    { ANSWER_NONE, EXIT_HANDED_OVER, ATTACH_NONE, MSGR_STATE_ACCEPTED },
    { ANSWER_PROCESS, EXIT_NONE, ATTACH_NONE, MSGR_STATE_ACCEPTED },
    { ANSWER_PROCESS, EXIT_NONE, ATTACH_BY_PROCESS, MSGR_STATE_CONNECTED },
    { ANSWER_PROCESS, EXIT_NONE, ATTACH_BY_APPLICATION, MSGR_STATE_CONNECTED },
    { ANSWER_PROCESS, EXIT_FAILED, ATTACH_NONE, MSGR_STATE_TERMINATED },
    { ANSWER_PROCESS, EXIT_FAILED_OTHER, ATTACH_NONE, MSGR_STATE_ACCEPTED },
    { ANSWER_PROCESS, EXIT_HANDED_OVER, ATTACH_NONE, MSGR_STATE_ACCEPTED },
    { ANSWER_PROCESS, EXIT_HANDED_OVER, ATTACH_BY_PROCESS, MSGR_STATE_ACCEPTED },
    { ANSWER_PROCESS, EXIT_HANDED_OVER, ATTACH_BY_APPLICATION, MSGR_STATE_CONNECTED },
    { ANSWER_NO_PROCESS, EXIT_NONE, ATTACH_NONE, MSGR_STATE_ACCEPTED },
    { ANSWER_NO_PROCESS, EXIT_NONE, ATTACH_BY_PROCESS, MSGR_STATE_ACCEPTED },
    { ANSWER_NO_PROCESS, EXIT_NONE, ATTACH_BY_APPLICATION, MSGR_STATE_CONNECTED },
    { ANSWER_NO_PROCESS, EXIT_FAILED, ATTACH_NONE, MSGR_STATE_TERMINATED },
    { ANSWER_ERROR, EXIT_NONE, ATTACH_NONE, MSGR_STATE_TERMINATED },
};

static void
do_answer(MsgrTestPair *pair, MsgrOrder *order, Answer what, TestProcess *process)
{
    g_autoptr(MsgrProcess) started = NULL;

    if (what == ANSWER_ERROR) {
        msgr_test_agent_answers(pair->t, order, NULL, MSGR_ERROR_FAILED, NULL);
    } else if (what != ANSWER_NONE) {
        started = start(process, what == ANSWER_PROCESS ? PID : 0);
        answer(pair, order, started);
    }
}

static void
do_exit(MsgrTestPair *pair, Exit what, TestProcess *process)
{
    if (what == EXIT_NONE)
        return;
    process->is_running = what == EXIT_FAILED_OTHER;
    msgr_test_assert_done(report(pair, what == EXIT_FAILED_OTHER ? OTHER_PID : PID,
                                 what != EXIT_HANDED_OVER, &error));
}

/* The process is another application's, as far as its client has proved. */
static void
do_attach(MsgrTestPair *pair, Attach what)
{
    MsgrClient *client =
        what == ATTACH_BY_PROCESS ? msgr_test_client(pair->t, "bob-2", CARDS) : pair->bob;

    client->pid = what == ATTACH_BY_PROCESS ? PID : OTHER_PID;
    if (what != ATTACH_NONE)
        msgr_session_launching(client, 0, NULL);
}

static void
test_fates(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fates); i++) {
        TestProcess process = { 0 };
        g_autoptr(MsgrTestPair) pair = asked_pair();
        g_autoptr(MsgrOrder) order = take_order(pair);

        g_test_message("row %u", (guint)i);
        do_answer(pair, order, fates[i].answer, &process);
        do_exit(pair, fates[i].exit, &process);
        do_attach(pair, fates[i].attach);
        msgr_test_commit(pair->t);
        assert_state(pair, fates[i].state);
        if (fates[i].state == MSGR_STATE_TERMINATED)
            assert_failed(pair);
        /* in all, from ACCEPTED */
        msgr_test_advance(pair->t, SECONDS(30) - WINDOW - 1);
        assert_state(pair, fates[i].state);
        msgr_test_advance(pair->t, 1);
        if (fates[i].state == MSGR_STATE_ACCEPTED)
            assert_failed(pair);
        msgr_test_commit(pair->t);
        g_assert_false(process.is_held);
    }
}

static void
test_arguments(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    g_autoptr(MsgrOrder) order = NULL;
    g_autofree char *text = NULL;
    g_autoptr(GVariant) details = NULL;
    MsgrSide *invitee;

    msgr_test_agent(pair->t, "bob-agent", LAUNCH, 0);
    msgr_test_pair_bring(pair, WAY_INVITATION);
    invitee = msgr_test_pair_side(pair, MSGR_INVITEE);
    msgr_test_assert_done(msgr_side_accept(invitee, "", NULL, &error));
    msgr_start_set_token(invitee, NULL);
    msgr_start_set_token(invitee, "token");
    msgr_test_advance(pair->t, WINDOW);
    order = msgr_test_find_asked(pair->t, "LaunchApplication");
    details = g_variant_get_child_value(order->args, 1);
    text = g_variant_print(details, FALSE);
    g_assert_cmpstr(text, ==,
                    "{'Guid': <'" CHESS_GUID "'>, 'Name': <'Chess'>, "
                    "'Url': <'https://example.org/Chess'>, 'DesktopId': <''>, "
                    "'Path': <'/usr/bin/Chess'>, 'RegisteredBy': <'" CHESS "'>, "
                    "'ActivationToken': <'token'>, 'AppIds': <['" CHESS "']>}");
    g_assert_null(msgr_side_data(invitee)->activation_token);
}

/* The application may be unregistered meanwhile. */
static void
test_unregistered_meanwhile(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_agent(pair->t, "bob-agent", LAUNCH, 0);
    msgr_test_pair_bring(pair, WAY_ACCEPTED);
    msgr_test_assert_done(msgr_application_unregister(pair->bob, CHESS_GUID, &error));
    msgr_test_advance(pair->t, WINDOW);
    msgr_test_assert_asked(pair->t, "");
    assert_failed(pair);
}

/* Who has begun to launch can't be told not to. */
static void
test_too_late_to_suppress(void)
{
    g_autoptr(MsgrTestPair) pair = asked_pair();

    msgr_test_assert_refused(
        msgr_test_call(pair, MSGR_INVITEE, "SuppressDefault", "BeforeAppLaunch", &error),
        MSGR_ERROR_SESSION_STATE_INVALID);
    assert_state(pair, MSGR_STATE_ACCEPTED);
}

/* What hasn't been sent yet is not, once it isn't wanted; and an answer comes too late. */
static void
test_withdrawn(void)
{
    for (int attached = FALSE; attached <= TRUE; attached++) {
        TestProcess process;
        g_autoptr(MsgrTestPair) pair = asked_pair();
        g_autoptr(MsgrOrder) order = take_order(pair);
        g_autoptr(MsgrProcess) started = start(&process, PID);

        if (attached)
            g_assert_nonnull(msgr_session_launching(pair->bob, 0, NULL));
        else
            msgr_test_assert_done(msgr_side_cancel(pair->inviter, 0, "", &error));
        msgr_test_assert_asked(pair->t, "bob-agent takes back invitee\n");
        answer(pair, order, started);
        assert_state(pair, attached ? MSGR_STATE_CONNECTED : MSGR_STATE_TERMINATED);
        msgr_test_agent_answers(pair->t, order, NULL, MSGR_ERROR_FAILED, NULL);
        assert_state(pair, attached ? MSGR_STATE_CONNECTED : MSGR_STATE_TERMINATED);
        g_assert_cmpint(started->ref_count, ==, 1);
    }
}

/* Two that are launched each get their own, whoever asks first; a number that is given must be the
 * caller's; and of the user's other processes none gets any. */
static void
test_each_its_own(void)
{
    TestProcess processes[2];
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrClient *clients[2] = { msgr_test_client(pair->t, "bob-2", CARDS),
                               msgr_test_client(pair->t, "bob-3", CARDS) };
    MsgrSide *sides[2];

    msgr_test_agent(pair->t, "bob-agent", LAUNCH, 0);
    for (guint i = 0; i < 2; i++) {
        g_autoptr(MsgrProcess) started = start(&processes[i], PID + i);
        g_autoptr(MsgrOrder) order = NULL;

        clients[i]->pid = PID + i;
        sides[i] = msgr_side_other(msgr_test_invite(pair->t, pair->alice, CHESS_GUID, "bob"));
        msgr_test_assert_done(msgr_side_accept(sides[i], "", NULL, &error));
        msgr_test_advance(pair->t, WINDOW);
        order = msgr_test_find_asked(pair->t, "LaunchApplication");
        answer(pair, order, started);
    }
    msgr_test_assert_refused(msgr_session_launching(clients[1], PID, &error), MSGR_ERROR_FAILED);
    g_assert_true(msgr_session_launching(clients[1], PID + 1, NULL) == sides[1]);
    msgr_test_assert_refused(msgr_session_launching(clients[1], 0, &error), MSGR_ERROR_FAILED);
    processes[0].is_running = FALSE;
    msgr_test_assert_refused(msgr_session_launching(clients[0], 0, &error), MSGR_ERROR_FAILED);
    processes[0].is_running = TRUE;
    g_assert_true(msgr_session_launching(clients[0], 0, NULL) == sides[0]);
}

/* Of a client whose process the bus doesn't tell nothing is known. */
static void
test_no_number(void)
{
    TestProcess process;
    g_autoptr(MsgrTestPair) pair = asked_pair();
    g_autoptr(MsgrOrder) order = take_order(pair);
    MsgrClient *client = msgr_test_client(pair->t, "bob-2", CARDS);
    g_autoptr(MsgrProcess) started = start(&process, 0);

    answer(pair, order, started);
    msgr_test_assert_refused(msgr_session_launching(client, 0, &error), MSGR_ERROR_FAILED);
}

static void
test_report_refused(void)
{
    g_autoptr(MsgrTestPair) pair = asked_pair();
    MsgrClient *alices = msgr_test_agent(pair->t, "alice-agent", LAUNCH, 0);
    MsgrClient *bobs = msgr_model_client(pair->t->model, "bob-agent");
    const char *path = msgr_test_pair_side(pair, MSGR_INVITEE)->path;

    msgr_test_assert_refused(msgr_start_report_exit(pair->bob, path, PID, TRUE, &error),
                             MSGR_ERROR_ACCESS_DENIED);
    msgr_test_assert_refused(msgr_start_report_exit(alices, path, PID, TRUE, &error),
                             MSGR_ERROR_NOT_FOUND);
    msgr_test_assert_refused(msgr_start_report_exit(bobs, pair->inviter->path, PID, TRUE, &error),
                             MSGR_ERROR_NOT_FOUND);
    msgr_test_assert_refused(
        msgr_start_report_exit(bobs, "/org/msgr/Messenger/Session", PID, TRUE, &error),
        MSGR_ERROR_NOT_FOUND);
    assert_state(pair, MSGR_STATE_ACCEPTED);
}

static void
test_under_way(void)
{
    TestProcess process;
    g_autoptr(MsgrTestPair) pair = asked_pair();
    g_autoptr(MsgrOrder) order = take_order(pair);
    g_autoptr(MsgrProcess) started = start(&process, PID);

    g_assert_true(msgr_start_is_under_way(pair->bob->user));
    g_assert_false(msgr_start_is_under_way(pair->alice->user));
    answer(pair, order, started);
    g_assert_false(msgr_start_is_under_way(pair->bob->user));
}

/* What could not be kept is asked, and told, again. */
static void
test_taken_back(void)
{
    TestProcess process;
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    g_autoptr(MsgrOrder) order = NULL;
    g_autoptr(MsgrProcess) started = start(&process, PID);
    g_autofree char *before = NULL, *after = NULL;

    msgr_test_agent(pair->t, "bob-agent", LAUNCH, 0);
    msgr_test_pair_bring(pair, WAY_ACCEPTED);
    msgr_test_drop(pair->t);
    pair->t->boot += WINDOW;
    g_assert_nonnull(msgr_model_run_due(pair->t->model));
    msgr_test_rollback(pair->t);
    msgr_test_assert_asked(pair->t, "bob-agent.LaunchApplication(invitee, {...})\n");
    order = msgr_test_find_asked(pair->t, "LaunchApplication");
    before = msgr_test_snapshot(pair->t);
    msgr_test_agent_answers(pair->t, order, g_variant_new("(uh)", PID, 0), 0, started);
    msgr_test_rollback(pair->t);
    after = msgr_test_snapshot(pair->t);
    g_assert_cmpstr(after, ==, before);
    g_assert_cmpint(started->ref_count, ==, 1);
    answer(pair, order, started);
    g_assert_cmpint(started->ref_count, ==, 2);
}

/* After a restart the agent is asked anew: it knows whether the process lives. An agent is somebody
 * who can be told. */
static void
test_restart(void)
{
    g_autoptr(MsgrTestPair) pair = asked_pair();
    g_autofree char *id = g_strdup(pair->inviter->id);

    msgr_test_restart(pair->t, SECONDS(5));
    pair->inviter = msgr_model_side(pair->t->model, id);
    msgr_test_client(pair->t, "alice", CHESS);
    msgr_test_advance(pair->t, SECONDS(5));
    msgr_test_assert_asked(pair->t, "");
    msgr_test_agent(pair->t, "bob-agent", LAUNCH, 0);
    msgr_test_advance(pair->t, WINDOW - 1);
    msgr_test_assert_asked(pair->t, "");
    msgr_test_advance(pair->t, 1);
    msgr_test_assert_asked(pair->t, "bob-agent.LaunchApplication(invitee, {...})\n");
    assert_state(pair, MSGR_STATE_ACCEPTED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/launch-agent/asked", test_asked);
    g_test_add_func("/launch-agent/fates", test_fates);
    g_test_add_func("/launch-agent/arguments", test_arguments);
    g_test_add_func("/launch-agent/unregistered-meanwhile", test_unregistered_meanwhile);
    g_test_add_func("/launch-agent/too-late-to-suppress", test_too_late_to_suppress);
    g_test_add_func("/launch-agent/withdrawn", test_withdrawn);
    g_test_add_func("/launch-agent/each-its-own", test_each_its_own);
    g_test_add_func("/launch-agent/no-number", test_no_number);
    g_test_add_func("/launch-agent/report-refused", test_report_refused);
    g_test_add_func("/launch-agent/under-way", test_under_way);
    g_test_add_func("/launch-agent/taken-back", test_taken_back);
    g_test_add_func("/launch-agent/restart", test_restart);
    return g_test_run();
}
