/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who a user's agent is, what it may do, and what the others learn of it.
 */
#include "msgr-test-pair.h"

#define UI     MSGR_AGENT_HAS(MSGR_AGENT_UI)
#define LAUNCH MSGR_AGENT_HAS(MSGR_AGENT_LAUNCH)
#define BOTH   MSGR_AGENT_ALL_ROLES

typedef struct {
    guint roles;
    gint32 priority;
} Registration;

/* Three agents in the order in which they register, and who is active: 1 to 3, 0 is nobody. */
static const struct {
    Registration agents[3];
    int ui;
    int launch;
} rows[] = {
    { { { BOTH, 0 }, { BOTH, 0 }, { BOTH, 0 } }, 1, 1 },
    { { { BOTH, 0 }, { BOTH, 1 }, { BOTH, 0 } }, 2, 2 },
    { { { BOTH, 0 }, { BOTH, 1 }, { BOTH, 2 } }, 3, 3 },
    { { { BOTH, 2 }, { BOTH, 1 }, { BOTH, 2 } }, 1, 1 },
    { { { BOTH, -1 }, { BOTH, 0 }, { BOTH, -2 } }, 2, 2 },
    { { { BOTH, G_MININT32 }, { BOTH, G_MAXINT32 }, { BOTH, 0 } }, 2, 2 },
    { { { BOTH, 0 }, { UI, 10 }, { BOTH, 5 } }, 2, 3 },
    { { { BOTH, 0 }, { UI, 10 }, { LAUNCH, 10 } }, 2, 3 },
    { { { BOTH, 0 }, { UI, 0 }, { LAUNCH, 0 } }, 1, 1 },
    { { { UI, 0 }, { UI, 0 }, { UI, 1 } }, 3, 0 },
    { { { LAUNCH, 0 }, { LAUNCH, -1 }, { LAUNCH, 0 } }, 0, 1 },
    { { { LAUNCH, 5 }, { UI, -5 }, { LAUNCH, 6 } }, 2, 3 },
};

static const char *const names[] = { "alice-1", "alice-2", "alice-3" };

static void
assert_active(MsgrTestModel *t, MsgrAgentRole role, int expected)
{
    MsgrAgent *agent = msgr_agent_active(msgr_test_user(t, "alice"), role);

    g_assert_cmpstr(agent == NULL ? NULL : agent->client, ==,
                    expected == 0 ? NULL : names[expected - 1]);
}

static void
test_active(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(MsgrTestModel) t = msgr_test_model_new();

        g_test_message("row %u", (guint)i);
        for (gsize j = 0; j < G_N_ELEMENTS(names); j++)
            msgr_test_agent(t, names[j], rows[i].agents[j].roles, rows[i].agents[j].priority);
        assert_active(t, MSGR_AGENT_UI, rows[i].ui);
        assert_active(t, MSGR_AGENT_LAUNCH, rows[i].launch);
    }
}

/* Each change, as the agents hear of it. */
static void
test_released(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *later;

    msgr_test_agent(t, "alice-1", BOTH, 0);
    later = msgr_test_agent(t, "alice-2", BOTH, 0);
    msgr_test_assert_asked(t, "");
    msgr_test_agent(t, "alice-3", UI, 1);
    msgr_test_assert_asked(t, "alice-1.Released('ui')\n");
    msgr_test_agent(t, "alice-2", BOTH, 2);
    msgr_test_assert_asked(t, "alice-3.Released('ui')\nalice-1.Released('launch')\n");
    msgr_test_agent(t, "alice-2", LAUNCH, 2);
    msgr_test_assert_asked(t, "");
    msgr_test_agent(t, "alice-2", BOTH, -1);
    msgr_test_assert_asked(t, "alice-2.Released('launch')\n");
    assert_active(t, MSGR_AGENT_UI, 3);
    assert_active(t, MSGR_AGENT_LAUNCH, 1);
    msgr_test_gone(t, "alice-3");
    msgr_test_gone(t, "alice-1");
    msgr_test_assert_asked(t, "");
    assert_active(t, MSGR_AGENT_UI, 2);
    msgr_test_assert_done(msgr_agent_unregister(later, "/agent", &error));
    msgr_test_assert_asked(t, "");
    assert_active(t, MSGR_AGENT_UI, 0);
}

/* Its age is that of its first registration. */
static void
test_keeps_its_age(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();

    msgr_test_agent(t, "alice-1", BOTH, 0);
    msgr_test_agent(t, "alice-2", BOTH, 0);
    msgr_test_agent(t, "alice-1", BOTH, -1);
    assert_active(t, MSGR_AGENT_UI, 2);
    msgr_test_agent(t, "alice-1", BOTH, 0);
    assert_active(t, MSGR_AGENT_UI, 1);
}

static void
test_refused(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");
    MsgrClient *other = msgr_test_locked(t, "alice-2");

    for (int i = 0; i < 8; i++) {
        g_autofree char *path = g_strdup_printf("/agent/%d", i);

        msgr_test_assert_done(msgr_agent_register(client, path, BOTH, 0, &error));
    }
    msgr_test_assert_refused(msgr_agent_register(client, "/agent/8", BOTH, 0, &error),
                             MSGR_ERROR_LIMITS_EXCEEDED);
    msgr_test_assert_refused(msgr_agent_register(other, "/agent/0", BOTH, 0, &error),
                             MSGR_ERROR_LIMITS_EXCEEDED);
    msgr_test_assert_done(msgr_agent_register(client, "/agent/7", UI, 0, &error));
    msgr_test_assert_refused(msgr_agent_unregister(other, "/agent/0", &error),
                             MSGR_ERROR_NOT_FOUND);
    msgr_test_assert_refused(msgr_agent_unregister(client, "/agent", &error), MSGR_ERROR_NOT_FOUND);
    msgr_test_assert_done(msgr_agent_unregister(client, "/agent/0", &error));
    msgr_test_assert_done(msgr_agent_register(other, "/agent/0", BOTH, 0, &error));
}

static void
assert_counts_as(MsgrClient *client, const char *app_id, MsgrCapabilities capabilities)
{
    for (int object = 0; object < MSGR_N_LOCKABLES; object++) {
        g_assert_cmpstr(msgr_client_app_id(client, object), ==, app_id);
        g_assert_cmpuint(msgr_client_capabilities(client, object), ==, capabilities);
        g_assert_cmpint(msgr_client_is_unlocked(client, object), ==, app_id != NULL);
    }
    g_assert_cmpint(msgr_client_is_messenger(client), ==, app_id != NULL);
    g_assert_cmpint(msgr_client_may_use_contact_list(client), ==, app_id != NULL);
}

#define AGENT_MAY (MSGR_CAPABILITY_SESSIONS | MSGR_CAPABILITY_PRIVATE | MSGR_CAPABILITY_MESSENGER)

/* The active agent is unlocked by that alone, in either role; who waits is not. */
static void
test_counts_as_agent(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *ui = msgr_test_agent(t, "alice-1", UI, 0);
    MsgrClient *launch = msgr_test_agent(t, "alice-2", LAUNCH, 0);
    MsgrClient *waiting = msgr_test_agent(t, "alice-3", BOTH, -1);

    assert_counts_as(ui, "org.msgr.Agent", AGENT_MAY);
    assert_counts_as(launch, "org.msgr.Agent", AGENT_MAY);
    assert_counts_as(waiting, NULL, MSGR_CAPABILITY_NONE);
    msgr_test_gone(t, "alice-1");
    assert_counts_as(waiting, "org.msgr.Agent", AGENT_MAY);
    msgr_user_sign_out(launch->user);
    assert_counts_as(launch, NULL, MSGR_CAPABILITY_NONE);
    msgr_user_sign_in(launch->user, launch);
    assert_counts_as(launch, "org.msgr.Agent", AGENT_MAY);
    msgr_test_drop(t);
}

/* What it has proved with a key counts more than that it is the agent; what it may is added. */
static void
test_agent_with_a_key(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_client(t, "alice", CARDS);

    msgr_test_agent(t, "alice", BOTH, 0);
    g_assert_cmpstr(msgr_client_app_id(client, MSGR_OBJECT_SESSION_MANAGER), ==, CARDS);
    g_assert_cmpstr(msgr_client_app_id(client, MSGR_OBJECT_PRIVATE), ==, "org.msgr.Agent");
    g_assert_cmpuint(msgr_client_capabilities(client, MSGR_OBJECT_SESSION_MANAGER), ==, AGENT_MAY);
    g_assert_true(msgr_client_is_messenger(client));
    msgr_test_assert_done(msgr_agent_unregister(client, "/agent", &error));
    g_assert_false(msgr_client_is_messenger(client));
    g_assert_false(msgr_client_is_unlocked(client, MSGR_OBJECT_PRIVATE));
}

/* Not to be had by a share, nor to be shared. */
static void
test_no_share(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_agent(t, "alice", BOTH, 0);

    msgr_test_assert_refused(msgr_lock_share(client, MSGR_OBJECT_SESSION_MANAGER, 60, &error),
                             MSGR_ERROR_ACCESS_DENIED);
}

/* With an agent the user is there; with none it isn't. */
static void
test_is_there(void)
{
    static const guint roles[] = { UI, LAUNCH, BOTH };

    for (gsize i = 0; i < G_N_ELEMENTS(roles); i++) {
        g_autoptr(MsgrTestModel) t = msgr_test_model_new();
        MsgrUser *user = msgr_test_user(t, "alice");

        msgr_test_locked(t, "alice-2");
        g_assert_false(msgr_user_is_there(user));
        msgr_test_agent(t, "alice", roles[i], 0);
        g_assert_true(msgr_user_is_there(user));
        g_assert_true(user->data.seen);
        msgr_test_gone(t, "alice");
        g_assert_false(msgr_user_is_there(user));
    }
}

/* Its lock is told as that of any client that has asked for it. */
static void
test_lock_is_told(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *client = msgr_test_locked(t, "alice");

    msgr_lock_met(client, MSGR_OBJECT_SESSION_MANAGER);
    msgr_test_drop(t);
    msgr_test_agent(t, "alice", BOTH, 0);
    msgr_test_assert_signals(t, "alice.OnLockStatusChanged(UNLOCKED)\n");
    msgr_test_agent(t, "alice-2", BOTH, 1);
    msgr_test_assert_signals(t, "alice.OnLockStatusChanged(INITIALIZED)\n");
}

/* It sees what it becomes entitled to see, and no longer what it isn't. */
static void
test_waiting_is_offered(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrClient *agent;
    MsgrSide *invitee;

    msgr_test_pair_bring(pair, WAY_INVITATION);
    invitee = msgr_test_pair_side(pair, MSGR_INVITEE);
    agent = msgr_test_agent(pair->t, "bob-agent", LAUNCH, 0);
    msgr_test_assert_signals(pair->t, "bob-agent.OnInvitation(invitee, 'hello', false, {...})\n");
    g_assert_true(msgr_client_sees(agent, invitee));
    g_assert_false(msgr_client_sees(agent, pair->inviter));
    msgr_test_agent(pair->t, "bob-agent", BOTH, 0);
    msgr_test_assert_signals(pair->t, "");
    msgr_test_agent(pair->t, "bob-other", BOTH, 1);
    msgr_test_assert_signals(pair->t, "bob-other.OnInvitation(invitee, 'hello', false, {...})\n");
    g_assert_false(msgr_client_sees(agent, invitee));
    g_assert_false(msgr_client_sees(msgr_test_agent(pair->t, "carol", BOTH, 0), invitee));
}

/* What could not be kept was never so: agents come, change and go with their turns. */
static void
test_taken_back(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *first = msgr_test_agent(t, "alice-1", BOTH, 0);
    MsgrClient *other = msgr_test_locked(t, "alice-2");
    g_autofree char *before = msgr_test_snapshot(t);

    for (int i = 0; i < 3; i++) {
        g_autofree char *after = NULL;

        if (i == 0)
            msgr_test_assert_done(msgr_agent_register(other, "/agent", BOTH, 1, &error));
        else if (i == 1)
            msgr_test_assert_done(msgr_agent_register(first, "/agent", UI, 7, &error));
        else
            msgr_test_assert_done(msgr_agent_unregister(first, "/agent", &error));
        msgr_test_rollback(t);
        after = msgr_test_snapshot(t);
        g_assert_cmpstr(after, ==, before);
        msgr_test_assert_asked(t, "");
    }
}

/* A session that an agent creates is held by its successor, and belongs to the agent. */
static void
test_sessions_of_the_agent(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrClient *agent = msgr_test_agent(pair->t, "alice-agent", BOTH, 0);
    MsgrClient *heir = msgr_test_agent(pair->t, "alice-heir", BOTH, 0);
    MsgrSide *side = msgr_test_invite(pair->t, agent, CHESS_GUID, "bob");

    g_assert_cmpstr(msgr_side_data(side)->creator_app, ==, "org.msgr.Agent");
    g_assert_true(msgr_side_data(side)->detached);
    g_assert_true(msgr_client_sees(pair->alice, side)); /* it owns the application */
    msgr_test_gone(pair->t, "alice-agent");
    g_assert_true(msgr_client_sees(heir, side));
    msgr_test_advance(pair->t, SECONDS(60));
    g_assert_cmpuint(msgr_test_number(side, "State"), ==, MSGR_STATE_INVITATION);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/agent/active", test_active);
    g_test_add_func("/agent/released", test_released);
    g_test_add_func("/agent/keeps-its-age", test_keeps_its_age);
    g_test_add_func("/agent/refused", test_refused);
    g_test_add_func("/agent/counts-as-agent", test_counts_as_agent);
    g_test_add_func("/agent/with-a-key", test_agent_with_a_key);
    g_test_add_func("/agent/no-share", test_no_share);
    g_test_add_func("/agent/is-there", test_is_there);
    g_test_add_func("/agent/lock-is-told", test_lock_is_told);
    g_test_add_func("/agent/waiting-is-offered", test_waiting_is_offered);
    g_test_add_func("/agent/taken-back", test_taken_back);
    g_test_add_func("/agent/sessions-of-the-agent", test_sessions_of_the_agent);
    return g_test_run();
}
