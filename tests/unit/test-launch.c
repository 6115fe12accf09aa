/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From ACCEPTED to CONNECTED: who takes a session, how long it waits for that, and what a restart
 * leaves of it.
 */
#include "msgr-test-pair.h"

#include <string.h>

#define WINDOW (G_USEC_PER_SEC / 2)

#define BOTH_FAIL                                                                                  \
    "alice.OnStateChanged(ACCEPTED)\n"                                                             \
    "alice.OnTermination(ApplicationLaunchFailed, '')\n"                                           \
    "bob.OnStateChanged(ACCEPTED)\n"                                                               \
    "bob.OnTermination(ApplicationLaunchFailed, '')\n"

#define BOTH_CONNECT                                                                               \
    "alice.OnStateChanged(ACCEPTED)\n"                                                             \
    "bob.OnStateChanged(ACCEPTED)\n"

static void
assert_state(MsgrTestPair *pair, const char *state)
{
    g_assert_cmpstr(msgr_test_state_name(msgr_test_number(pair->inviter, "State")), ==, state);
}

static MsgrTestPair *
accepted_pair(gboolean detached)
{
    MsgrTestPair *pair = msgr_test_pair_new(detached);

    msgr_test_pair_bring(pair, WAY_ACCEPTED);
    return pair;
}

static void
take(MsgrTestPair *pair, MsgrRole role)
{
    msgr_test_assert_done(msgr_test_call(pair, role, "SuppressDefault", "BeforeAppLaunch", &error));
    msgr_test_commit(pair->t);
}

/* Nobody takes it, and there is no agent that would launch the application. */
static void
test_window(void)
{
    for (int detached = FALSE; detached <= TRUE; detached++) {
        g_autoptr(MsgrTestPair) pair = accepted_pair(detached);

        msgr_test_advance(pair->t, WINDOW - 1);
        assert_state(pair, "ACCEPTED");
        msgr_test_assert_signals(pair->t, "");
        msgr_test_advance(pair->t, 1);
        assert_state(pair, "TERMINATED");
        msgr_test_assert_signals(pair->t, BOTH_FAIL);
    }
}

static void
test_last_moment(void)
{
    g_autoptr(MsgrTestPair) pair = accepted_pair(FALSE);

    msgr_test_advance(pair->t, WINDOW - 1);
    take(pair, MSGR_INVITEE);
    msgr_test_assert_signals(pair->t, BOTH_CONNECT);
    msgr_test_advance(pair->t, SECONDS(3600));
    assert_state(pair, "CONNECTED");
}

/* From the messenger both sides wait for somebody: one is not enough. */
static void
test_both_sides(gconstpointer data)
{
    const MsgrRole first = GPOINTER_TO_INT(data);
    const MsgrRole second = first == MSGR_INVITER ? MSGR_INVITEE : MSGR_INVITER;
    g_autoptr(MsgrTestPair) pair = accepted_pair(TRUE);
    g_autoptr(MsgrTestPair) half = accepted_pair(TRUE);

    take(pair, first);
    msgr_test_assert_signals(pair->t, "");
    assert_state(pair, "ACCEPTED");
    take(pair, second);
    msgr_test_assert_signals(pair->t, BOTH_CONNECT);

    take(half, first);
    msgr_test_advance(half->t, WINDOW - 1);
    assert_state(half, "ACCEPTED");
    msgr_test_advance(half->t, 1);
    msgr_test_assert_signals(half->t, BOTH_FAIL);
}

/* However long may be decided, what isn't attached in time has failed. */
static void
test_timeout(void)
{
    for (int role = 0; role <= MSGR_N_ROLES; role++) {
        g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(TRUE);

        pair->t->model->config->decision_window = 60 * 1000;
        msgr_test_pair_bring(pair, WAY_ACCEPTED);
        msgr_test_advance(pair->t, SECONDS(29));
        if (role < MSGR_N_ROLES)
            take(pair, role);
        msgr_test_advance(pair->t, SECONDS(1) - 1);
        assert_state(pair, "ACCEPTED");
        msgr_test_advance(pair->t, 1);
        assert_state(pair, "TERMINATED");
        msgr_test_assert_signals(pair->t, BOTH_FAIL);
    }
}

/* It failed, but that could not be written: it fails again. */
static void
test_failure_taken_back(void)
{
    g_autoptr(MsgrTestPair) pair = accepted_pair(FALSE);

    pair->t->boot += WINDOW;
    g_assert_true(msgr_model_run_due(pair->t->model));
    assert_state(pair, "TERMINATED");
    msgr_model_rollback(pair->t->model);
    assert_state(pair, "ACCEPTED");
    msgr_test_run_due(pair->t);
    msgr_test_assert_signals(pair->t, BOTH_FAIL);
}

/* Who took it has it: to take it again changes nothing, whoever does. */
static void
test_taken_twice(void)
{
    g_autoptr(MsgrTestPair) pair = accepted_pair(TRUE);
    MsgrSide *invitee = msgr_test_pair_side(pair, MSGR_INVITEE);
    MsgrClient *panel = msgr_test_client(pair->t, "bob-panel", PANEL);
    g_autofree char *before = NULL, *after = NULL;

    take(pair, MSGR_INVITEE);
    before = msgr_test_snapshot(pair->t);
    take(pair, MSGR_INVITEE);
    msgr_test_assert_done(msgr_side_suppress(invitee, panel, "BeforeAppLaunch", &error));
    after = msgr_test_snapshot(pair->t);
    g_assert_cmpstr(after, ==, before);
    g_assert_cmpstr(msgr_side_data(invitee)->attached_app, ==, CHESS);
}

/* Whoever suppressed the launch is attached: here a client that doesn't own the application. */
static void
test_taken_by_messenger(void)
{
    g_autoptr(MsgrTestPair) pair = accepted_pair(FALSE);
    MsgrSide *invitee = msgr_test_pair_side(pair, MSGR_INVITEE);
    MsgrClient *panel = msgr_test_client(pair->t, "bob-panel", PANEL);

    msgr_test_assert_done(msgr_side_suppress(invitee, panel, "BeforeAppLaunch", &error));
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(ACCEPTED)\n"
                                      "bob.OnStateChanged(ACCEPTED)\n"
                                      "bob-panel.OnStateChanged(ACCEPTED)\n");
    msgr_test_gone(pair->t, "bob");
    msgr_test_advance(pair->t, SECONDS(60));
    assert_state(pair, "CONNECTED");
    msgr_test_gone(pair->t, "bob-panel");
    msgr_test_advance(pair->t, SECONDS(30));
    assert_state(pair, "TERMINATED");
}

static void
assert_nothing_launching(MsgrClient *client)
{
    msgr_test_assert_refused(msgr_session_launching(client, 0, &error), MSGR_ERROR_FAILED);
}

/* An application asks for the session that waits for it. */
static void
test_launching(gconstpointer data)
{
    gboolean detached = GPOINTER_TO_INT(data);
    g_autoptr(MsgrTestPair) pair = accepted_pair(detached);
    MsgrSide *invitee = msgr_test_pair_side(pair, MSGR_INVITEE);

    g_assert_true(msgr_session_launching(pair->bob, 0, NULL) == invitee);
    if (detached) {
        assert_state(pair, "ACCEPTED");
        /* alice's application was registered by the messenger, which is its owner here */
        g_assert_true(msgr_session_launching(pair->alice, 0, NULL) == pair->inviter);
    }
    msgr_test_assert_signals(pair->t, BOTH_CONNECT);
    assert_nothing_launching(pair->bob);
    assert_nothing_launching(pair->alice);
}

/* It is answered to the owners of the application alone, and only while the launch waits. */
static void
test_launching_refused(void)
{
    for (int way = 0; way < N_WAYS; way++) {
        g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

        msgr_test_pair_bring(pair, way);
        assert_nothing_launching(pair->alice);
        assert_nothing_launching(msgr_test_client(pair->t, "bob-2", CARDS));
        assert_nothing_launching(msgr_test_client(pair->t, "bob-panel", PANEL));
        assert_nothing_launching(msgr_test_client(pair->t, "carol", CHESS));
        if (way != WAY_ACCEPTED)
            assert_nothing_launching(pair->bob);
    }
}

/* The oldest that isn't attached yet, and so on until there is none. */
static void
test_launching_oldest_first(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrSide *sides[4];

    for (int i = 0; i < 4; i++)
        sides[i] = msgr_side_other(msgr_test_invite(pair->t, pair->alice, CHESS_GUID, "bob"));
    for (int i = 3; i >= 0; i--)
        msgr_test_assert_done(msgr_side_accept(sides[i], "", NULL, &error));
    msgr_test_assert_done(msgr_side_suppress(sides[1], pair->bob, "BeforeAppLaunch", &error));
    g_assert_true(msgr_session_launching(pair->bob, 0, NULL) == sides[0]);
    g_assert_true(msgr_session_launching(pair->bob, 0, NULL) == sides[2]);
    g_assert_true(msgr_session_launching(pair->bob, 0, NULL) == sides[3]);
    assert_nothing_launching(pair->bob);
}

static void
test_launching_taken_back(void)
{
    g_autoptr(MsgrTestPair) pair = accepted_pair(FALSE);
    g_autofree char *before = msgr_test_snapshot(pair->t);
    g_autofree char *after = NULL;

    g_assert_nonnull(msgr_session_launching(pair->bob, 0, NULL));
    assert_state(pair, "CONNECTED");
    msgr_test_rollback(pair->t);
    after = msgr_test_snapshot(pair->t);
    g_assert_cmpstr(after, ==, before);
    g_assert_nonnull(msgr_session_launching(pair->bob, 0, NULL));
    msgr_test_assert_signals(pair->t, BOTH_CONNECT);
}

/* The addresses that were set are the other's to read, once both are attached. */
static void
test_addresses(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_pair_bring(pair, WAY_READY);
    msgr_test_assert_done(
        msgr_test_call(pair, MSGR_INVITER, "Set-LocalAddress", "192.0.2.7", &error));
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITER, "Invite", "", &error));
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "Set-LocalAddress", "::1", &error));
    msgr_test_assert_done(
        msgr_test_call(pair, MSGR_INVITEE, "AcceptWith-LocalAddress", "2001:db8::9", &error));
    g_assert_cmpstr(msgr_test_text(pair->inviter, "RemoteAddress"), ==, "");
    g_assert_cmpstr(msgr_test_text(msgr_side_other(pair->inviter), "RemoteAddress"), ==, "");
    take(pair, MSGR_INVITEE);
    g_assert_cmpstr(msgr_test_text(pair->inviter, "RemoteAddress"), ==, "2001:db8::9");
    g_assert_cmpstr(msgr_test_text(msgr_side_other(pair->inviter), "RemoteAddress"), ==,
                    "192.0.2.7");
}

/* Nobody is there after a restart. */
static void
restart(MsgrTestPair *pair)
{
    g_autofree char *id = g_strdup(pair->inviter->id);

    msgr_test_restart(pair->t, SECONDS(5));
    pair->alice = pair->bob = NULL;
    pair->inviter = msgr_model_side(pair->t->model, id);
    g_assert_nonnull(pair->inviter);
}

static MsgrClient *
enter(MsgrTestPair *pair, const char *name, const char *app_id)
{
    MsgrClient *client = msgr_test_locked(pair->t, name);

    msgr_test_unlock(pair->t, client, MSGR_OBJECT_SESSION_MANAGER, app_id);
    return client;
}

#define ENTERS(name)                                                                               \
    name ".OnLockEnable(true)\n" name ".OnLockChallenge(7, challenge)\n" name                      \
         ".OnLockResult(7, true)\n" name ".OnLockStatusChanged(UNLOCKED)\n"

/* The launch is decided anew, from when somebody is there who can be told. */
static void
test_restart_decides_anew(void)
{
    g_autoptr(MsgrTestPair) pair = accepted_pair(FALSE);

    restart(pair);
    pair->alice = enter(pair, "alice", CHESS);
    msgr_test_assert_signals(pair->t, ENTERS("alice"));
    enter(pair, "bob-2", CARDS);
    msgr_test_assert_signals(pair->t, ENTERS("bob-2"));
    msgr_test_advance(pair->t, SECONDS(30) - 1);
    assert_state(pair, "ACCEPTED");
    pair->bob = enter(pair, "bob", CHESS);
    msgr_test_assert_signals(pair->t, ENTERS("bob") "bob.BeforeAppLaunch(true)\n");
    msgr_test_advance(pair->t, WINDOW - 1);
    assert_state(pair, "ACCEPTED");
    take(pair, MSGR_INVITEE);
    msgr_test_assert_signals(pair->t, BOTH_CONNECT);
}

static void
test_restart_window(void)
{
    g_autoptr(MsgrTestPair) pair = accepted_pair(FALSE);

    restart(pair);
    pair->alice = enter(pair, "alice", CHESS);
    msgr_test_advance(pair->t, SECONDS(10));
    pair->bob = enter(pair, "bob", CHESS);
    msgr_test_drop(pair->t);
    msgr_test_advance(pair->t, WINDOW - 1);
    assert_state(pair, "ACCEPTED");
    msgr_test_advance(pair->t, 1);
    msgr_test_assert_signals(pair->t, BOTH_FAIL);
}

/* A messenger client can be told of every session. */
static void
test_restart_tells_messenger(void)
{
    g_autoptr(MsgrTestPair) pair = accepted_pair(FALSE);

    restart(pair);
    enter(pair, "bob-panel", PANEL);
    msgr_test_assert_signals(pair->t, ENTERS("bob-panel") "bob-panel.BeforeAppLaunch(true)\n");
}

/* Nobody comes who could be told: it is decided at the latest when the grace is over. */
static void
test_restart_nobody_comes(void)
{
    g_autoptr(MsgrTestPair) pair = accepted_pair(FALSE);

    restart(pair);
    pair->alice = enter(pair, "alice", CHESS);
    msgr_test_drop(pair->t);
    msgr_test_advance(pair->t, SECONDS(30) + WINDOW - 1);
    assert_state(pair, "ACCEPTED");
    msgr_test_advance(pair->t, 1);
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(ACCEPTED)\n"
                                      "alice.OnTermination(ApplicationLaunchFailed, '')\n");
}

/* Each side's times count from when it could be told; LaunchTimeout from when both could. */
static void
test_restart_both_sides(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(TRUE);

    pair->t->model->config->decision_window = 60 * 1000;
    msgr_test_pair_bring(pair, WAY_ACCEPTED);
    msgr_test_advance(pair->t, SECONDS(29));
    restart(pair);
    pair->alice = enter(pair, "alice", PANEL);
    msgr_test_assert_signals(pair->t, ENTERS("alice") "alice.BeforeAppLaunch(true)\n");
    take(pair, MSGR_INVITER);
    msgr_test_advance(pair->t, SECONDS(20));
    pair->bob = enter(pair, "bob", CHESS);
    msgr_test_assert_signals(pair->t, ENTERS("bob") "bob.BeforeAppLaunch(true)\n");
    msgr_test_advance(pair->t, SECONDS(30) - 1);
    assert_state(pair, "ACCEPTED");
    msgr_test_advance(pair->t, 1);
    msgr_test_assert_signals(pair->t, BOTH_FAIL);
}

/* What was attached stays so for its application, and counts while that may come back. */
static void
test_restart_attached(void)
{
    g_autoptr(MsgrTestPair) pair = accepted_pair(TRUE);

    take(pair, MSGR_INVITEE);
    restart(pair);
    pair->alice = enter(pair, "alice", PANEL);
    msgr_test_drop(pair->t);
    take(pair, MSGR_INVITER);
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(ACCEPTED)\n");
    assert_state(pair, "CONNECTED");
    msgr_test_advance(pair->t, SECONDS(30) - 1);
    assert_state(pair, "CONNECTED");
    msgr_test_advance(pair->t, 1);
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(CONNECTED)\n"
                                      "alice.OnTermination(ConnectionFailure, '')\n");
}

static void
test_restart_asks(void)
{
    g_autoptr(MsgrTestPair) pair = accepted_pair(FALSE);

    restart(pair);
    pair->alice = enter(pair, "alice", CHESS);
    pair->bob = enter(pair, "bob", CHESS);
    msgr_test_drop(pair->t);
    g_assert_true(msgr_session_launching(pair->bob, 0, NULL) == msgr_side_other(pair->inviter));
    msgr_test_assert_signals(pair->t, BOTH_CONNECT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/launch/window", test_window);
    g_test_add_func("/launch/last-moment", test_last_moment);
    g_test_add_data_func("/launch/both-sides/inviter-first", GINT_TO_POINTER(MSGR_INVITER),
                         test_both_sides);
    g_test_add_data_func("/launch/both-sides/invitee-first", GINT_TO_POINTER(MSGR_INVITEE),
                         test_both_sides);
    g_test_add_func("/launch/timeout", test_timeout);
    g_test_add_func("/launch/failure-taken-back", test_failure_taken_back);
    g_test_add_func("/launch/taken-twice", test_taken_twice);
    g_test_add_func("/launch/taken-by-messenger", test_taken_by_messenger);
    g_test_add_data_func("/launch/launching/plain", GINT_TO_POINTER(FALSE), test_launching);
    g_test_add_data_func("/launch/launching/detached", GINT_TO_POINTER(TRUE), test_launching);
    g_test_add_func("/launch/launching/refused", test_launching_refused);
    g_test_add_func("/launch/launching/oldest-first", test_launching_oldest_first);
    g_test_add_func("/launch/launching/taken-back", test_launching_taken_back);
    g_test_add_func("/launch/addresses", test_addresses);
    g_test_add_func("/launch/restart/decides-anew", test_restart_decides_anew);
    g_test_add_func("/launch/restart/window", test_restart_window);
    g_test_add_func("/launch/restart/tells-messenger", test_restart_tells_messenger);
    g_test_add_func("/launch/restart/nobody-comes", test_restart_nobody_comes);
    g_test_add_func("/launch/restart/both-sides", test_restart_both_sides);
    g_test_add_func("/launch/restart/attached", test_restart_attached);
    g_test_add_func("/launch/restart/asks", test_restart_asks);
    return g_test_run();
}
