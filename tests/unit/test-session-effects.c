/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What every call does that is not refused: each event at both sides in its order, each property
 * that changes and no other; that it can be taken back as if it had never been, and then be made
 * again.
 */
#include "msgr-test-pair.h"

#include <string.h>

#define PLAIN    1 /* alice invited from within the application */
#define DETACHED 2 /* alice invited from a messenger client */
#define BOTH     (PLAIN | DETACHED)

/* What the two sides change to, where it is the same. */
#define ENDED(state, result) "State=" state " ExpiresAt=never Result=" result " "

typedef struct {
    const char *call;
    const char *argument;
    MsgrTestWay from;
    MsgrRole by;
    int of;              /* PLAIN, DETACHED */
    const char *signals; /* in the order of msgr_test_signals() */
    const char *inviter; /* the properties that changed */
    const char *invitee;
    gboolean unwritten; /* nothing that a restart keeps has changed */
} Effect;

static const Effect effects[] = {
    { "Set-Application", CARDS_GUID, WAY_READY, MSGR_INVITER, BOTH, "",
      "Application='" CARDS_GUID
      "' ApplicationName='Cards' ApplicationUrl='https://example.org/Cards' ",
      "", .unwritten = TRUE },
    { "Set-LocalAddress", "192.0.2.7", WAY_READY, MSGR_INVITER, BOTH, "",
      "LocalAddress='192.0.2.7' ", "", .unwritten = TRUE },
    { "Set-LocalAddress", "2001:db8::7", WAY_INVITATION, MSGR_INVITEE, BOTH, "", "",
      "LocalAddress='2001:db8::7' " },

    { "Invite", "come", WAY_READY, MSGR_INVITER, BOTH,
      "alice.OnStateChanged(READY)\n"
      "bob.OnInvitation(invitee, 'come', false, {...})\n",
      "State=INVITATION User=bob ExpiresAt=300000000us ",
      "Application='" CHESS_GUID
      "' ApplicationName='Chess' ApplicationUrl='https://example.org/Chess' ContextData='' Flags=2 "
      "LocalAddress='127.0.0.1' RemoteAddress='' SessionId=(of both) State=INVITATION User=alice "
      "ExpiresAt=300000000us Result=0 " },

    { "Accept", "yes", WAY_INVITATION, MSGR_INVITEE, PLAIN,
      "alice.OnStateChanged(INVITATION)\n"
      "alice.OnAccepted('yes')\n"
      "alice.OnReadyToLaunch()\n"
      "bob.OnStateChanged(INVITATION)\n"
      "bob.OnReadyToLaunch()\n"
      "bob.BeforeAppLaunch(true)\n",
      "Flags=5 State=ACCEPTED ExpiresAt=never ", "Flags=6 State=ACCEPTED ExpiresAt=never " },
    { "Accept", "yes", WAY_INVITATION, MSGR_INVITEE, DETACHED,
      "alice.OnStateChanged(INVITATION)\n"
      "alice.OnAccepted('yes')\n"
      "alice.OnReadyToLaunch()\n"
      "alice.BeforeAppLaunch(true)\n"
      "bob.OnStateChanged(INVITATION)\n"
      "bob.OnReadyToLaunch()\n"
      "bob.BeforeAppLaunch(true)\n",
      "Flags=5 State=ACCEPTED ExpiresAt=never ", "Flags=6 State=ACCEPTED ExpiresAt=never " },
    { "AcceptWith-LocalAddress", "192.0.2.9", WAY_INVITATION, MSGR_INVITEE, PLAIN,
      "alice.OnStateChanged(INVITATION)\n"
      "alice.OnAccepted('yes')\n"
      "alice.OnReadyToLaunch()\n"
      "bob.OnStateChanged(INVITATION)\n"
      "bob.OnReadyToLaunch()\n"
      "bob.BeforeAppLaunch(true)\n",
      "Flags=5 State=ACCEPTED ExpiresAt=never ",
      "Flags=6 LocalAddress='192.0.2.9' State=ACCEPTED ExpiresAt=never " },
    { "AcceptWith-LocalAddress", "192.0.2.9", WAY_INVITATION, MSGR_INVITEE, DETACHED,
      "alice.OnStateChanged(INVITATION)\n"
      "alice.OnAccepted('yes')\n"
      "alice.OnReadyToLaunch()\n"
      "alice.BeforeAppLaunch(true)\n"
      "bob.OnStateChanged(INVITATION)\n"
      "bob.OnReadyToLaunch()\n"
      "bob.BeforeAppLaunch(true)\n",
      "Flags=5 State=ACCEPTED ExpiresAt=never ",
      "Flags=6 LocalAddress='192.0.2.9' State=ACCEPTED ExpiresAt=never " },

    { "Decline", "no", WAY_INVITATION, MSGR_INVITEE, BOTH,
      "alice.OnStateChanged(INVITATION)\n"
      "alice.OnDeclined('no')\n"
      "alice.OnTermination(InvitationDeclined, 'no')\n"
      "bob.OnStateChanged(INVITATION)\n"
      "bob.OnTermination(InvitationDeclined, 'no')\n",
      ENDED("DECLINED", "InvitationDeclined"), ENDED("DECLINED", "InvitationDeclined") },

    { "Cancel", "bye", WAY_READY, MSGR_INVITER, BOTH,
      "alice.OnStateChanged(READY)\n"
      "alice.OnTermination(SessionCancelledLocal, 'bye')\n",
      "State=CANCELLED Result=SessionCancelledLocal ", "", .unwritten = TRUE },
    { "Cancel-with-hr", "81000608", WAY_READY, MSGR_INVITER, BOTH,
      "alice.OnStateChanged(READY)\n"
      "alice.OnTermination(SessionCancelledLocal, 'bye')\n",
      "State=CANCELLED Result=SessionCancelledLocal ", "", .unwritten = TRUE },
    { "Cancel", "bye", WAY_INVITATION, MSGR_INVITER, BOTH,
      "alice.OnStateChanged(INVITATION)\n"
      "alice.OnTermination(SessionCancelledLocal, 'bye')\n"
      "bob.OnStateChanged(INVITATION)\n"
      "bob.OnCancelled('bye')\n"
      "bob.OnTermination(SessionCancelledRemote, 'bye')\n",
      ENDED("CANCELLED", "SessionCancelledLocal"), ENDED("CANCELLED", "SessionCancelledRemote") },
    { "Cancel-with-hr", "81000608", WAY_INVITATION, MSGR_INVITER, BOTH,
      "alice.OnStateChanged(INVITATION)\n"
      "alice.OnTermination(SessionCancelledLocal, 'bye')\n"
      "bob.OnStateChanged(INVITATION)\n"
      "bob.OnCancelled('bye')\n"
      "bob.OnTermination(SessionProtocolError, 'bye')\n",
      ENDED("CANCELLED", "SessionCancelledLocal"), ENDED("CANCELLED", "SessionProtocolError") },
    { "Cancel", "bye", WAY_ACCEPTED, MSGR_INVITER, BOTH,
      "alice.OnStateChanged(ACCEPTED)\n"
      "alice.OnTermination(SessionCancelledLocal, 'bye')\n"
      "bob.OnStateChanged(ACCEPTED)\n"
      "bob.OnCancelled('bye')\n"
      "bob.OnTermination(SessionCancelledRemote, 'bye')\n",
      "Flags=1 State=TERMINATED Result=SessionCancelledLocal ",
      "Flags=2 State=TERMINATED Result=SessionCancelledRemote " },
    { "Cancel", "bye", WAY_ACCEPTED, MSGR_INVITEE, BOTH,
      "alice.OnStateChanged(ACCEPTED)\n"
      "alice.OnCancelled('bye')\n"
      "alice.OnTermination(SessionCancelledRemote, 'bye')\n"
      "bob.OnStateChanged(ACCEPTED)\n"
      "bob.OnTermination(SessionCancelledLocal, 'bye')\n",
      "Flags=1 State=TERMINATED Result=SessionCancelledRemote ",
      "Flags=2 State=TERMINATED Result=SessionCancelledLocal " },
    { "Cancel-with-hr", "81000603", WAY_ACCEPTED, MSGR_INVITER, BOTH,
      "alice.OnStateChanged(ACCEPTED)\n"
      "alice.OnTermination(SessionCancelledLocal, 'bye')\n"
      "bob.OnStateChanged(ACCEPTED)\n"
      "bob.OnCancelled('bye')\n"
      "bob.OnTermination(ConnectionFailure, 'bye')\n",
      "Flags=1 State=TERMINATED Result=SessionCancelledLocal ",
      "Flags=2 State=TERMINATED Result=ConnectionFailure " },
    { "Cancel-with-hr", "81000603", WAY_ACCEPTED, MSGR_INVITEE, BOTH,
      "alice.OnStateChanged(ACCEPTED)\n"
      "alice.OnCancelled('bye')\n"
      "alice.OnTermination(ConnectionFailure, 'bye')\n"
      "bob.OnStateChanged(ACCEPTED)\n"
      "bob.OnTermination(SessionCancelledLocal, 'bye')\n",
      "Flags=1 State=TERMINATED Result=ConnectionFailure ",
      "Flags=2 State=TERMINATED Result=SessionCancelledLocal " },
    { "Cancel", "bye", WAY_CONNECTED, MSGR_INVITER, BOTH,
      "alice.OnStateChanged(CONNECTED)\n"
      "alice.OnTermination(SessionCancelledLocal, 'bye')\n"
      "bob.OnStateChanged(CONNECTED)\n"
      "bob.OnCancelled('bye')\n"
      "bob.OnTermination(SessionCancelledRemote, 'bye')\n",
      "Flags=1 State=TERMINATED Result=SessionCancelledLocal ",
      "Flags=2 State=TERMINATED Result=SessionCancelledRemote " },
    { "Cancel", "bye", WAY_CONNECTED, MSGR_INVITEE, BOTH,
      "alice.OnStateChanged(CONNECTED)\n"
      "alice.OnCancelled('bye')\n"
      "alice.OnTermination(SessionCancelledRemote, 'bye')\n"
      "bob.OnStateChanged(CONNECTED)\n"
      "bob.OnTermination(SessionCancelledLocal, 'bye')\n",
      "Flags=1 State=TERMINATED Result=SessionCancelledRemote ",
      "Flags=2 State=TERMINATED Result=SessionCancelledLocal " },
    { "Cancel-with-hr", "81000624", WAY_CONNECTED, MSGR_INVITER, BOTH,
      "alice.OnStateChanged(CONNECTED)\n"
      "alice.OnTermination(SessionCancelledLocal, 'bye')\n"
      "bob.OnStateChanged(CONNECTED)\n"
      "bob.OnCancelled('bye')\n"
      "bob.OnTermination(OldSipStack, 'bye')\n",
      "Flags=1 State=TERMINATED Result=SessionCancelledLocal ",
      "Flags=2 State=TERMINATED Result=OldSipStack " },
    { "Cancel-with-hr", "81000624", WAY_CONNECTED, MSGR_INVITEE, BOTH,
      "alice.OnStateChanged(CONNECTED)\n"
      "alice.OnCancelled('bye')\n"
      "alice.OnTermination(OldSipStack, 'bye')\n"
      "bob.OnStateChanged(CONNECTED)\n"
      "bob.OnTermination(SessionCancelledLocal, 'bye')\n",
      "Flags=1 State=TERMINATED Result=OldSipStack ",
      "Flags=2 State=TERMINATED Result=SessionCancelledLocal " },

    { "SendContextData", "data", WAY_ACCEPTED, MSGR_INVITER, BOTH, "bob.OnContextData('data')\n",
      "", "ContextData='data' " },
    { "SendContextData", "data", WAY_ACCEPTED, MSGR_INVITEE, BOTH, "alice.OnContextData('data')\n",
      "ContextData='data' ", "" },
    { "SendContextData", "data", WAY_CONNECTED, MSGR_INVITER, BOTH, "bob.OnContextData('data')\n",
      "", "ContextData='data' " },
    { "SendContextData", "data", WAY_CONNECTED, MSGR_INVITEE, BOTH, "alice.OnContextData('data')\n",
      "ContextData='data' ", "" },

    { "SuppressDefault", "OnInvitation", WAY_INVITATION, MSGR_INVITEE, BOTH, "", "", "" },
    { "SuppressDefault", "BeforeAppLaunch", WAY_ACCEPTED, MSGR_INVITEE, PLAIN,
      "alice.OnStateChanged(ACCEPTED)\n"
      "bob.OnStateChanged(ACCEPTED)\n",
      "RemoteAddress='127.0.0.1' State=CONNECTED ", "RemoteAddress='127.0.0.1' State=CONNECTED " },
    { "SuppressDefault", "BeforeAppLaunch", WAY_ACCEPTED, MSGR_INVITEE, DETACHED, "", "", "" },
    { "SuppressDefault", "BeforeAppLaunch", WAY_ACCEPTED, MSGR_INVITER, DETACHED, "", "", "" },

    { "Detach", NULL, WAY_READY, MSGR_INVITER, BOTH, "", "", "", .unwritten = TRUE },
    { "Detach", NULL, WAY_INVITATION, MSGR_INVITER, BOTH, "", "", "" },
};

/* Returns: the values that are not the same as before. */
static char *
changes(char **before, char **after)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; after[i] != NULL; i++) {
        if (*before == NULL || !g_str_equal(before[i], after[i]))
            g_string_append_printf(text, "%s ", after[i]);
    }
    return g_string_free(text, FALSE);
}

typedef struct {
    char **values[MSGR_N_ROLES];
} Values;

static Values
values_now(MsgrTestPair *pair)
{
    return (Values){ { msgr_test_pair_values(pair, MSGR_INVITER),
                       msgr_test_pair_values(pair, MSGR_INVITEE) } };
}

static void
values_clear(Values *values)
{
    for (int i = 0; i < MSGR_N_ROLES; i++)
        g_strfreev(values->values[i]);
}

/* READY has no deadline and no second side: what has not changed is not told. */
static void
assert_changes(MsgrTestPair *pair, const Effect *effect, const Values *before)
{
    Values after = values_now(pair);
    g_autofree char *inviter = changes(before->values[MSGR_INVITER], after.values[MSGR_INVITER]);
    g_autofree char *invitee = changes(before->values[MSGR_INVITEE], after.values[MSGR_INVITEE]);

    g_assert_cmpstr(inviter, ==, effect->inviter);
    g_assert_cmpstr(invitee, ==, effect->invitee);
    values_clear(&after);
}

static void
assert_taken_back(MsgrTestPair *pair, const char *before)
{
    g_autofree char *after = NULL;

    msgr_test_rollback(pair->t);
    after = msgr_test_snapshot(pair->t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_signals(pair->t, "");
}

static void
make_call(MsgrTestPair *pair, const Effect *effect, const Values *before)
{
    msgr_test_assert_done(msgr_test_call(pair, effect->by, effect->call, effect->argument, &error));
    g_assert_cmpint(msgr_turn_needs_writing(pair->t->model->turn), ==, !effect->unwritten);
    assert_changes(pair, effect, before);
}

static void
try_effect(const Effect *effect, gboolean detached)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(detached);
    g_autofree char *before = NULL;
    Values values;

    g_test_message("%s", detached ? "detached" : "plain");
    msgr_test_pair_bring(pair, effect->from);
    before = msgr_test_snapshot(pair->t);
    values = values_now(pair);
    make_call(pair, effect, &values);
    assert_taken_back(pair, before);
    make_call(pair, effect, &values);
    msgr_test_assert_signals(pair->t, effect->signals);
    msgr_test_check_indexes(pair->t);
    values_clear(&values);
}

static void
test_effect(gconstpointer data)
{
    const Effect *effect = data;

    if (effect->of & PLAIN)
        try_effect(effect, FALSE);
    if (effect->of & DETACHED)
        try_effect(effect, TRUE);
}

static void
add_effects(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(effects); i++) {
        g_autofree char *path = g_strdup_printf(
            "/session/effects/%s/%s-by-%s-%u", msgr_test_way_name(effects[i].from), effects[i].call,
            effects[i].by == MSGR_INVITER ? "inviter" : "invitee", (guint)i);

        g_test_add_data_func(path, &effects[i], test_effect);
    }
}

/* What is read of each state, whatever the way that led to it. */
static void
assert_side(MsgrTestPair *pair, MsgrTestWay way, MsgrRole role)
{
    const MsgrState state = msgr_test_way_state(way);
    gboolean begun = state == MSGR_STATE_ACCEPTED || state == MSGR_STATE_CONNECTED;
    gboolean connected = way == WAY_CONNECTED || way == WAY_INVITER_ENDS_CONNECTED ||
                         way == WAY_INVITEE_ENDS_CONNECTED ||
                         way == WAY_INVITER_LOST_IN_CONNECTED ||
                         way == WAY_INVITEE_LOST_IN_CONNECTED;
    gboolean invited = way != WAY_READY && way != WAY_CANCELLED_BEFORE_INVITE;
    const char *user = role == MSGR_INVITER ? "bob" : "alice";
    g_autofree char *expected = g_strdup_printf(
        "Application='" CHESS_GUID "' ApplicationName='Chess' "
        "ApplicationUrl='https://example.org/Chess' ContextData='' Flags=%d "
        "LocalAddress='127.0.0.1' RemoteAddress='%s' SessionId=(of both) State=%s User=%s "
        "ExpiresAt=%s Result=%s",
        (role == MSGR_INVITER ? 1 : 2) | (begun ? 4 : 0), connected ? "127.0.0.1" : "",
        msgr_test_state_name(state), invited ? user : "'/'",
        state == MSGR_STATE_INVITATION ? "300000000us" : "never", msgr_test_way_result(way, role));
    g_auto(GStrv) values = msgr_test_pair_values(pair, role);
    g_autofree char *text = g_strjoinv(" ", values);

    g_assert_cmpstr(text, ==, expected);
}

static void
test_state(gconstpointer data)
{
    const MsgrTestWay way = GPOINTER_TO_INT(data);

    for (int detached = FALSE; detached <= TRUE; detached++) {
        g_autoptr(MsgrTestPair) pair = NULL;

        if (!msgr_test_way_is_possible(way, detached))
            continue;
        pair = msgr_test_pair_new(detached);
        msgr_test_pair_bring(pair, way);
        assert_side(pair, way, MSGR_INVITER);
        if (way == WAY_READY || way == WAY_CANCELLED_BEFORE_INVITE)
            g_assert_null(msgr_test_pair_side(pair, MSGR_INVITEE));
        else
            assert_side(pair, way, MSGR_INVITEE);
    }
}

static void
add_states(void)
{
    for (int way = 0; way < N_WAYS; way++) {
        g_autofree char *path = g_strdup_printf("/session/states/%s", msgr_test_way_name(way));

        g_test_add_data_func(path, GINT_TO_POINTER(way), test_state);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_effects();
    add_states();
    return g_test_run();
}
