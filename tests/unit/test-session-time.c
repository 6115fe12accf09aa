/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What time does to sessions: deadlines to the microsecond, parties that leave and come back,
 * restarts.
 */
#include "msgr-test-pair.h"

#include <string.h>

#define GRACE  SECONDS(30)
#define LINGER SECONDS(60)

static gboolean
is_here(MsgrTestPair *pair, const char *hex_id)
{
    return msgr_model_side(pair->t->model, hex_id) != NULL;
}

static void
assert_state(MsgrTestPair *pair, const char *state)
{
    g_assert_cmpstr(msgr_test_state_name(msgr_test_number(pair->inviter, "State")), ==, state);
}

static void
test_invitation_expires(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_pair_bring(pair, WAY_INVITATION);
    msgr_test_advance(pair->t, SECONDS(300) - 1);
    assert_state(pair, "INVITATION");
    msgr_test_assert_signals(pair->t, "");
    msgr_test_advance(pair->t, 1);
    assert_state(pair, "CANCELLED");
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(INVITATION)\n"
                                      "alice.OnTermination(SessionTimeout, '')\n"
                                      "bob.OnStateChanged(INVITATION)\n"
                                      "bob.OnTermination(SessionTimeout, '')\n");
}

/* Deadlines run on while the machine sleeps, and on nobody's wall clock. */
static void
test_sleep_and_clock(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_pair_bring(pair, WAY_INVITATION);
    pair->t->wall += SECONDS(3600);
    msgr_test_run_due(pair->t);
    assert_state(pair, "INVITATION");
    pair->t->boot += SECONDS(3600);
    msgr_test_run_due(pair->t);
    assert_state(pair, "CANCELLED");
}

/* A deadline that can't be written is due again. */
static void
test_deadline_taken_back(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_pair_bring(pair, WAY_INVITATION);
    pair->t->boot += SECONDS(300);
    g_assert_true(msgr_model_run_due(pair->t->model));
    assert_state(pair, "CANCELLED");
    msgr_model_rollback(pair->t->model);
    assert_state(pair, "INVITATION");
    msgr_test_run_due(pair->t);
    assert_state(pair, "CANCELLED");
    g_assert_nonnull(msgr_test_find_signal(pair->t, "bob", "OnTermination"));
}

/* What has ended stays readable for a minute. */
static void
test_linger(gconstpointer data)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    g_autofree char *inviter = NULL, *invitee = NULL;

    msgr_test_pair_bring(pair, GPOINTER_TO_INT(data));
    inviter = g_strdup(pair->inviter->id);
    invitee = g_strdup(msgr_side_other(pair->inviter)->id);
    /* who was waited for has used up some of it: what is left is the agenda's last */
    msgr_test_advance(pair->t, msgr_agenda_next(pair->t->model->agenda) - pair->t->boot - 1);
    g_assert_true(is_here(pair, inviter));
    g_assert_cmpint(pair->inviter->session->data.gone_boot, ==, pair->t->boot + 1);
    g_assert_cmpint(pair->inviter->session->data.ended_at, ==, pair->t->wall + 1 - LINGER);
    msgr_test_advance(pair->t, 1);
    g_assert_false(is_here(pair, inviter));
    g_assert_false(invitee != NULL && is_here(pair, invitee));
    msgr_test_assert_signals(pair->t, "");
}

static void
leave(MsgrTestPair *pair, const char *name, gboolean by_signing_out)
{
    if (by_signing_out)
        msgr_user_sign_out(msgr_test_user(pair->t, name));
    else
        msgr_test_gone(pair->t, name);
    msgr_test_drop(pair->t);
}

static void
come_back(MsgrTestPair *pair, const char *name, const char *app_id, gboolean by_signing_out)
{
    if (by_signing_out) {
        msgr_user_sign_in(msgr_test_user(pair->t, name), msgr_model_client(pair->t->model, name));
        msgr_test_unlock(pair->t, msgr_model_client(pair->t->model, name),
                         MSGR_OBJECT_SESSION_MANAGER, app_id);
    } else {
        msgr_test_client(pair->t, name, app_id);
    }
    msgr_test_drop(pair->t);
}

/* Who leaves in which state; whether the session can't do without. */
typedef struct {
    const char *name;
    MsgrTestWay way;
    gboolean detached;
    gboolean takes_launch; /* who leaves had taken it before, in ACCEPTED */
    const char *leaves;
    gboolean is_lost;
} Absence;

static const Absence absences[] = {
    { "inviter/ready", WAY_READY, FALSE, FALSE, "alice", TRUE },
    { "inviter/invitation", WAY_INVITATION, FALSE, FALSE, "alice", TRUE },
    { "inviter/accepted", WAY_ACCEPTED, FALSE, FALSE, "alice", TRUE },
    { "inviter/connected", WAY_CONNECTED, FALSE, FALSE, "alice", TRUE },
    { "inviter/detached-ready", WAY_READY, TRUE, FALSE, "alice", TRUE },
    { "inviter/detached-invitation", WAY_INVITATION, TRUE, FALSE, "alice", TRUE },
    { "inviter/detached-accepted", WAY_ACCEPTED, TRUE, FALSE, "alice", FALSE },
    { "inviter/detached-attached", WAY_ACCEPTED, TRUE, TRUE, "alice", TRUE },
    { "inviter/detached-connected", WAY_CONNECTED, TRUE, FALSE, "alice", TRUE },
    { "invitee/invitation", WAY_INVITATION, FALSE, FALSE, "bob", FALSE },
    { "invitee/accepted", WAY_ACCEPTED, FALSE, FALSE, "bob", FALSE },
    { "invitee/attached", WAY_ACCEPTED, TRUE, TRUE, "bob", TRUE },
    { "invitee/connected", WAY_CONNECTED, FALSE, FALSE, "bob", TRUE },
    { "invitee/detached-connected", WAY_CONNECTED, TRUE, FALSE, "bob", TRUE },
};

/* Nothing else ends the session meanwhile. */
static MsgrTestPair *
pair_for(const Absence *absence)
{
    MsgrTestPair *pair = msgr_test_pair_new(absence->detached);
    MsgrConfig *config = pair->t->model->config;

    config->decision_window = 10000 * 1000;
    config->launch_timeout = 10000;
    config->invitation_timeout = 10000;
    msgr_test_pair_bring(pair, absence->way);
    if (absence->takes_launch)
        msgr_test_assert_done(
            msgr_test_call(pair, g_str_equal(absence->leaves, "bob") ? MSGR_INVITEE : MSGR_INVITER,
                           "SuppressDefault", "BeforeAppLaunch", &error));
    msgr_test_drop(pair->t);
    return pair;
}

static void
assert_lost(MsgrTestPair *pair, const Absence *absence)
{
    const char *state = msgr_test_state_name(msgr_test_way_state(absence->way));
    const char *stays = g_str_equal(absence->leaves, "alice") ? "bob" : "alice";
    g_autofree char *signals = g_strdup_printf("%s.OnStateChanged(%s)\n"
                                               "%s.OnTermination(ConnectionFailure, '')\n",
                                               stays, state, stays);

    assert_state(pair, "TERMINATED");
    g_assert_cmpuint(msgr_test_number(pair->inviter, "Result"), ==, 0x81000603);
    g_assert_cmpuint(msgr_test_number(msgr_side_other(pair->inviter), "Result"), ==, 0x81000603);
    msgr_test_assert_signals(pair->t, signals);
}

static void
stay_away(const Absence *absence, gboolean by_signing_out)
{
    g_autoptr(MsgrTestPair) pair = pair_for(absence);
    g_autofree char *id = g_strdup(pair->inviter->id);
    g_autofree char *before = NULL, *after = NULL;

    leave(pair, absence->leaves, by_signing_out);
    msgr_test_advance(pair->t, MSGR_OFFLINE_DELAY); /* what others are told is another matter */
    before = msgr_test_snapshot(pair->t);
    msgr_test_advance(pair->t, GRACE - MSGR_OFFLINE_DELAY - 1);
    after = msgr_test_snapshot(pair->t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_advance(pair->t, 1);
    if (!absence->is_lost) {
        msgr_test_advance(pair->t, SECONDS(3600));
        assert_state(pair, msgr_test_state_name(msgr_test_way_state(absence->way)));
        msgr_test_assert_signals(pair->t, "");
    } else if (absence->way == WAY_READY) {
        g_assert_false(is_here(pair, id));
        msgr_test_assert_signals(pair->t, "");
    } else {
        assert_lost(pair, absence);
    }
}

static void
come_back_in_time(const Absence *absence, gboolean by_signing_out)
{
    g_autoptr(MsgrTestPair) pair = pair_for(absence);
    g_autofree char *app_id =
        g_strdup(absence->detached && g_str_equal(absence->leaves, "alice") ? PANEL : CHESS);

    for (int i = 0; i < 3; i++) {
        leave(pair, absence->leaves, by_signing_out);
        msgr_test_advance(pair->t, GRACE - 1);
        come_back(pair, absence->leaves, app_id, by_signing_out);
    }
    msgr_test_advance(pair->t, SECONDS(3600));
    assert_state(pair, msgr_test_state_name(msgr_test_way_state(absence->way)));
    msgr_test_assert_signals(pair->t, "");
}

/* As another application it is not the same: but who was detached needs only its user there. */
static void
come_back_as_another(const Absence *absence, gboolean by_signing_out)
{
    g_autoptr(MsgrTestPair) pair = pair_for(absence);
    g_autofree char *id = g_strdup(pair->inviter->id);
    gboolean needs_user_only =
        absence->detached && (absence->way == WAY_READY || absence->way == WAY_INVITATION);

    leave(pair, absence->leaves, by_signing_out);
    come_back(pair, absence->leaves, CARDS, by_signing_out);
    msgr_test_advance(pair->t, SECONDS(3600));
    if (absence->is_lost && !needs_user_only)
        g_assert_false(is_here(pair, id));
    else
        assert_state(pair, msgr_test_state_name(msgr_test_way_state(absence->way)));
}

static void
leave_another_there(const Absence *absence)
{
    g_autoptr(MsgrTestPair) pair = pair_for(absence);
    g_autofree char *second = g_strconcat(absence->leaves, "-2", NULL);
    g_autofree char *app_id =
        g_strdup(absence->detached && g_str_equal(absence->leaves, "alice") ? PANEL : CHESS);

    msgr_test_client(pair->t, second, app_id);
    leave(pair, absence->leaves, FALSE);
    msgr_test_advance(pair->t, SECONDS(3600));
    assert_state(pair, msgr_test_state_name(msgr_test_way_state(absence->way)));
    msgr_test_assert_signals(pair->t, "");
}

static void
test_absence(gconstpointer data)
{
    const Absence *absence = data;

    for (int by_signing_out = FALSE; by_signing_out <= TRUE; by_signing_out++) {
        stay_away(absence, by_signing_out);
        come_back_in_time(absence, by_signing_out);
        come_back_as_another(absence, by_signing_out);
    }
    leave_another_there(absence);
}

/* Somebody who sees all of the user's sessions hears of one that ends before it was sent. */
static void
test_ready_lost_is_heard(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    g_autofree char *id = NULL;

    msgr_test_pair_bring(pair, WAY_READY);
    id = g_strdup(pair->inviter->id);
    msgr_test_client(pair->t, "alice-panel", PANEL);
    msgr_test_gone(pair->t, "alice");
    msgr_test_advance(pair->t, GRACE - 1);
    g_assert_true(is_here(pair, id));
    msgr_test_assert_signals(pair->t, "");
    msgr_test_advance(pair->t, 1);
    g_assert_false(is_here(pair, id));
    msgr_test_assert_signals(pair->t, "alice-panel.OnStateChanged(READY)\n");
}

/* Detach while the grace runs: the user is there, so nobody is missed any more. */
static void
test_detach_ends_grace(void)
{
    for (int way = WAY_READY; way <= WAY_INVITATION; way++) {
        g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

        pair->t->model->config->invitation_timeout = 10000;
        msgr_test_pair_bring(pair, way);
        msgr_test_client(pair->t, "alice-panel", PANEL);
        msgr_test_gone(pair->t, "alice");
        msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITER, "Detach", NULL, &error));
        msgr_test_advance(pair->t, SECONDS(3600));
        assert_state(pair, msgr_test_state_name(msgr_test_way_state(way)));
        msgr_test_gone(pair->t, "alice-panel");
        msgr_test_advance(pair->t, GRACE - 1);
        assert_state(pair, msgr_test_state_name(msgr_test_way_state(way)));
    }
}

static char *
both_sides(MsgrTestPair *pair)
{
    g_auto(GStrv) inviter = msgr_test_pair_values(pair, MSGR_INVITER);
    g_auto(GStrv) invitee = msgr_test_pair_values(pair, MSGR_INVITEE);
    g_autofree char *one = g_strjoinv(" ", inviter);
    g_autofree char *other = g_strjoinv(" ", invitee);

    return g_strdup_printf("%s\n%s", one, other);
}

/* The same session in the new model, if it was kept. */
static gboolean
restart(MsgrTestPair *pair, gint64 microseconds)
{
    g_autofree char *id = g_strdup(pair->inviter->id);

    msgr_test_restart(pair->t, microseconds);
    pair->alice = pair->bob = NULL;
    pair->inviter = msgr_model_side(pair->t->model, id);
    return pair->inviter != NULL;
}

/* What was sent to somebody is there again, under the same paths. */
static void
test_restart_keeps(gconstpointer data)
{
    const MsgrTestWay way = GPOINTER_TO_INT(data);
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    gboolean was_sent = way != WAY_READY && way != WAY_CANCELLED_BEFORE_INVITE;
    g_autofree char *before = NULL, *after = NULL;
    g_autofree char *invitee = NULL;

    msgr_test_pair_bring(pair, way);
    before = both_sides(pair);
    invitee = g_strdup(msgr_side_other(pair->inviter)->id);
    g_assert_cmpint(restart(pair, 0), ==, was_sent);
    if (!was_sent)
        return;
    after = both_sides(pair);
    g_assert_cmpstr(after, ==, before);
    g_assert_cmpstr(msgr_side_other(pair->inviter)->id, ==, invitee);
    msgr_test_check_indexes(pair->t);
}

static void
test_restart_goes_on(gconstpointer data)
{
    const MsgrTestWay way = GPOINTER_TO_INT(data);
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_pair_bring(pair, way);
    g_assert_true(restart(pair, SECONDS(5)));
    msgr_test_advance(pair->t, GRACE - 1);
    pair->alice = msgr_test_client(pair->t, "alice", CHESS);
    pair->bob = msgr_test_client(pair->t, "bob", CHESS);
    if (way == WAY_INVITATION)
        msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "Accept", "yes", &error));
    if (way != WAY_CONNECTED)
        msgr_test_assert_done(
            msgr_test_call(pair, MSGR_INVITEE, "SuppressDefault", "BeforeAppLaunch", &error));
    assert_state(pair, "CONNECTED");
    msgr_test_advance(pair->t, SECONDS(3600));
    assert_state(pair, "CONNECTED");
    msgr_test_drop(pair->t);
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITER, "Cancel", "bye", &error));
    g_assert_nonnull(msgr_test_find_signal(pair->t, "bob", "OnCancelled"));
}

/* Nobody comes back. */
static void
test_restart_loses(gconstpointer data)
{
    const MsgrTestWay way = GPOINTER_TO_INT(data);
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_pair_bring(pair, way);
    g_assert_true(restart(pair, SECONDS(5)));
    msgr_test_advance(pair->t, GRACE - 1);
    assert_state(pair, msgr_test_state_name(msgr_test_way_state(way)));
    msgr_test_advance(pair->t, 1);
    assert_state(pair, "TERMINATED");
    g_assert_cmpuint(msgr_test_number(pair->inviter, "Result"), ==, 0x81000603);
}

/* After a restart it is the wall clock that deadlines go by. */
static void
test_restart_deadline(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_pair_bring(pair, WAY_INVITATION);
    msgr_test_advance(pair->t, SECONDS(100));
    g_assert_true(restart(pair, SECONDS(190)));
    pair->alice = msgr_test_client(pair->t, "alice", CHESS);
    msgr_test_advance(pair->t, SECONDS(10) - 1);
    assert_state(pair, "INVITATION");
    msgr_test_advance(pair->t, 1);
    assert_state(pair, "CANCELLED");
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(INVITATION)\n"
                                      "alice.OnTermination(SessionTimeout, '')\n");
}

static void
test_restart_too_late(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_pair_bring(pair, WAY_INVITATION);
    g_assert_true(restart(pair, SECONDS(301)));
    assert_state(pair, "CANCELLED");
    g_assert_true(restart(pair, LINGER - 1));
    assert_state(pair, "CANCELLED");
    g_assert_false(restart(pair, 1));
}

static void
send(MsgrTestPair *pair, MsgrRole role, guint times)
{
    for (guint i = 0; i < times; i++)
        msgr_test_assert_done(msgr_test_call(pair, role, "SendContextData", "data", &error));
    msgr_test_commit(pair->t);
}

/* What has been counted stays counted, and what came last is still there. */
static void
test_restart_counts(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_pair_bring(pair, WAY_CONNECTED);
    send(pair, MSGR_INVITER, 3);
    send(pair, MSGR_INVITEE, 5);
    g_assert_true(restart(pair, 0));
    pair->alice = msgr_test_client(pair->t, "alice", CHESS);
    pair->bob = msgr_test_client(pair->t, "bob", CHESS);
    g_assert_cmpstr(msgr_test_text(pair->inviter, "ContextData"), ==, "data");
    send(pair, MSGR_INVITER, 2);
    msgr_test_assert_refused(msgr_test_call(pair, MSGR_INVITER, "SendContextData", "x", &error),
                             MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT);
    msgr_test_assert_refused(msgr_test_call(pair, MSGR_INVITEE, "SendContextData", "x", &error),
                             MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT);
}

static void
add_ways(const char *path, MsgrTestWay first, MsgrTestWay last, GTestDataFunc func)
{
    for (int way = (int)first; way <= (int)last; way++) {
        g_autofree char *name = g_strconcat(path, msgr_test_way_name(way), NULL);

        g_test_add_data_func(name, GINT_TO_POINTER(way), func);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/time/invitation-expires", test_invitation_expires);
    g_test_add_func("/session/time/sleep-and-clock", test_sleep_and_clock);
    g_test_add_func("/session/time/deadline-taken-back", test_deadline_taken_back);
    add_ways("/session/time/linger/", WAY_CANCELLED_BEFORE_INVITE, N_WAYS - 1, test_linger);
    for (gsize i = 0; i < G_N_ELEMENTS(absences); i++) {
        g_autofree char *path = g_strconcat("/session/time/absence/", absences[i].name, NULL);

        g_test_add_data_func(path, &absences[i], test_absence);
    }
    g_test_add_func("/session/time/ready-lost-is-heard", test_ready_lost_is_heard);
    g_test_add_func("/session/time/detach-ends-grace", test_detach_ends_grace);
    add_ways("/session/time/restart/keeps/", WAY_READY, N_WAYS - 1, test_restart_keeps);
    add_ways("/session/time/restart/goes-on/", WAY_INVITATION, WAY_CONNECTED, test_restart_goes_on);
    add_ways("/session/time/restart/loses/", WAY_INVITATION, WAY_CONNECTED, test_restart_loses);
    g_test_add_func("/session/time/restart/deadline", test_restart_deadline);
    g_test_add_func("/session/time/restart/too-late", test_restart_too_late);
    g_test_add_func("/session/time/restart/counts", test_restart_counts);
    return g_test_run();
}
