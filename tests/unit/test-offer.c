/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the user's agent is asked about a session: when, again, and what is taken back.
 */
#include "msgr-test-pair.h"

#define WINDOW (G_USEC_PER_SEC / 2)
#define BOTH   MSGR_AGENT_ALL_ROLES
#define UI     MSGR_AGENT_HAS(MSGR_AGENT_UI)

#define SHOWN(agent) agent ".ShowInvitation(invitee, {...})\n"

static MsgrTestPair *
invited_pair(void)
{
    MsgrTestPair *pair = msgr_test_pair_new(FALSE);

    msgr_test_agent(pair->t, "bob-agent", BOTH, 0);
    msgr_test_pair_bring(pair, WAY_INVITATION);
    return pair;
}

static MsgrTestPair *
shown_pair(void)
{
    MsgrTestPair *pair = invited_pair();

    msgr_test_advance(pair->t, WINDOW);
    msgr_test_drop(pair->t);
    return pair;
}

static MsgrSide *
invitee(MsgrTestPair *pair)
{
    return msgr_test_pair_side(pair, MSGR_INVITEE);
}

static gboolean
suppress(MsgrTestPair *pair, GError **error)
{
    return msgr_test_call(pair, MSGR_INVITEE, "SuppressDefault", "OnInvitation", error);
}

static void
test_window(void)
{
    g_autoptr(MsgrTestPair) pair = invited_pair();
    g_autoptr(MsgrOrder) order = NULL;
    g_autoptr(GVariant) details = NULL;
    const char *app_data;

    msgr_test_advance(pair->t, WINDOW - 1);
    msgr_test_assert_asked(pair->t, "");
    msgr_test_advance(pair->t, 1);
    msgr_test_assert_asked(pair->t, SHOWN("bob-agent"));
    order = msgr_test_find_asked(pair->t, "ShowInvitation");
    details = g_variant_get_child_value(order->args, 1);
    g_assert_true(g_variant_lookup(details, "AppData", "&s", &app_data));
    g_assert_cmpstr(app_data, ==, "hello");
    msgr_test_advance(pair->t, SECONDS(100));
    msgr_test_assert_asked(pair->t, "");
}

/* Valid until the default action has begun: with no agent it hasn't. */
static void
test_suppressed(void)
{
    g_autoptr(MsgrTestPair) pair = invited_pair();
    g_autoptr(MsgrTestPair) late = shown_pair();
    g_autoptr(MsgrTestPair) alone = msgr_test_pair_new(FALSE);

    msgr_test_advance(pair->t, WINDOW - 1);
    msgr_test_assert_done(suppress(pair, &error));
    msgr_test_assert_done(suppress(pair, &error));
    msgr_test_advance(pair->t, SECONDS(1));
    msgr_test_agent(pair->t, "bob-heir", BOTH, 1);
    msgr_test_assert_asked(pair->t, "bob-agent.Released('ui')\nbob-agent.Released('launch')\n");
    g_assert_true(msgr_side_data(invitee(pair))->handled);

    msgr_test_assert_refused(suppress(late, &error), MSGR_ERROR_SESSION_STATE_INVALID);
    g_assert_false(msgr_side_data(invitee(late))->handled);

    msgr_test_pair_bring(alone, WAY_INVITATION);
    msgr_test_advance(alone->t, SECONDS(1));
    msgr_test_assert_done(suppress(alone, &error));
    msgr_test_agent(alone->t, "bob-agent", BOTH, 0);
    msgr_test_assert_asked(alone->t, "");
}

typedef struct {
    MsgrRole by;
    const char *call;
    const char *argument;
    const char *result; /* what the agent is told */
} Ending;

static const Ending endings[] = {
    { MSGR_INVITEE, "Accept", "", "0" },
    { MSGR_INVITEE, "AcceptWith-LocalAddress", "", "0" },
    { MSGR_INVITEE, "Decline", "", "InvitationDeclined" },
    { MSGR_INVITER, "Cancel", "", "SessionCancelledRemote" },
    { MSGR_INVITER, "Cancel-with-hr", "81000620", "NetworkConfigFailure" },
};

/* However it ends, the agent is told, once; and what it had not been asked yet it isn't. */
static void
test_withdrawn(gconstpointer data)
{
    const Ending *ending = data;
    g_autoptr(MsgrTestPair) shown = shown_pair();
    g_autoptr(MsgrTestPair) early = invited_pair();
    g_autofree char *expected = g_strdup_printf("bob-agent takes back invitee\n"
                                                "bob-agent.WithdrawInvitation(invitee, %s)\n",
                                                ending->result);

    msgr_test_assert_done(
        msgr_test_call(shown, ending->by, ending->call, ending->argument, &error));
    msgr_test_assert_asked(shown->t, expected);
    msgr_test_assert_done(
        msgr_test_call(early, ending->by, ending->call, ending->argument, &error));
    msgr_test_assert_asked(early->t, "");
}

static void
test_expired(void)
{
    g_autoptr(MsgrTestPair) pair = shown_pair();

    msgr_test_advance(pair->t, SECONDS(300));
    msgr_test_assert_asked(pair->t, "bob-agent takes back invitee\n"
                                    "bob-agent.WithdrawInvitation(invitee, SessionTimeout)\n");
}

/* Lost, because the inviter left for good. */
static void
test_lost(void)
{
    g_autoptr(MsgrTestPair) pair = shown_pair();

    msgr_test_gone(pair->t, "alice");
    msgr_test_advance(pair->t, SECONDS(30));
    msgr_test_assert_asked(pair->t, "bob-agent takes back invitee\n"
                                    "bob-agent.WithdrawInvitation(invitee, ConnectionFailure)\n");
}

/* Each way in which another comes to be the agent: it is shown what waits; and the first is not
 * told of the end any more. */
static void
test_succession(gconstpointer data)
{
    const int way = GPOINTER_TO_INT(data);
    g_autoptr(MsgrTestPair) pair = shown_pair();
    MsgrClient *agent = msgr_model_client(pair->t->model, "bob-agent");

    if (way == 0) {
        msgr_test_agent(pair->t, "bob-heir", UI, 1);
        msgr_test_assert_asked(pair->t, "bob-agent takes back invitee\n"
                                        "bob-agent.Released('ui')\n" SHOWN("bob-heir"));
    } else {
        msgr_test_agent(pair->t, "bob-heir", UI, 0);
        msgr_test_assert_asked(pair->t, "");
        if (way == 1)
            msgr_test_gone(pair->t, "bob-agent");
        else
            msgr_test_assert_done(msgr_agent_unregister(agent, "/agent", &error));
        msgr_test_assert_asked(pair->t, SHOWN("bob-heir"));
    }
    g_assert_cmpuint(msgr_test_number(invitee(pair), "State"), ==, MSGR_STATE_INVITATION);
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "Decline", "", &error));
    msgr_test_assert_asked(pair->t, "bob-heir takes back invitee\n"
                                    "bob-heir.WithdrawInvitation(invitee, InvitationDeclined)\n");
}

/* Nobody is there for a while. */
static void
test_later(void)
{
    g_autoptr(MsgrTestPair) pair = shown_pair();

    msgr_test_gone(pair->t, "bob-agent");
    msgr_test_advance(pair->t, SECONDS(10));
    msgr_test_assert_asked(pair->t, "");
    msgr_test_agent(pair->t, "bob-launcher", MSGR_AGENT_HAS(MSGR_AGENT_LAUNCH), 0);
    msgr_test_assert_asked(pair->t, "");
    msgr_test_agent(pair->t, "bob-agent", UI, 0);
    msgr_test_assert_asked(pair->t, SHOWN("bob-agent"));
}

/* To register once more asks once more, and so does to answer again. */
static void
test_again(void)
{
    g_autoptr(MsgrTestPair) pair = shown_pair();

    msgr_test_agent(pair->t, "bob-agent", BOTH, 0);
    msgr_test_assert_asked(pair->t, SHOWN("bob-agent"));
    msgr_agent_recovered(pair->t->model, "bob-agent");
    msgr_test_assert_asked(pair->t, SHOWN("bob-agent"));
    msgr_agent_recovered(pair->t->model, "bob");
    msgr_agent_recovered(pair->t->model, "nobody");
    msgr_test_assert_asked(pair->t, "");
}

/* Neither its success nor its failure changes anything. */
static void
test_answers(void)
{
    g_autoptr(MsgrTestPair) pair = invited_pair();
    g_autoptr(MsgrOrder) order = NULL;
    g_autofree char *before = NULL, *after = NULL;

    msgr_test_advance(pair->t, WINDOW);
    order = msgr_test_find_asked(pair->t, "ShowInvitation");
    msgr_test_drop(pair->t);
    before = msgr_test_snapshot(pair->t);
    msgr_test_agent_answers(pair->t, order, g_variant_new("()"), 0, NULL);
    msgr_test_agent_answers(pair->t, order, NULL, MSGR_ERROR_FAILED, NULL);
    msgr_test_agent_answers(pair->t, order, NULL, MSGR_ERROR_CONNECTION_FAILURE, NULL);
    after = msgr_test_snapshot(pair->t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_asked(pair->t, "");
}

/* What was to be shown could not be kept: it is shown all the same. */
static void
test_taken_back(void)
{
    g_autoptr(MsgrTestPair) pair = invited_pair();

    msgr_test_drop(pair->t);
    pair->t->boot += WINDOW;
    g_assert_nonnull(msgr_model_run_due(pair->t->model));
    msgr_test_rollback(pair->t);
    msgr_test_assert_asked(pair->t, SHOWN("bob-agent"));
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "Decline", "", &error));
    msgr_test_rollback(pair->t);
    msgr_test_assert_asked(pair->t, "");
    g_assert_cmpuint(msgr_test_number(invitee(pair), "State"), ==, MSGR_STATE_INVITATION);
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "Decline", "", &error));
    msgr_test_assert_asked(pair->t, "bob-agent takes back invitee\n"
                                    "bob-agent.WithdrawInvitation(invitee, InvitationDeclined)\n");
}

/* The oldest first. */
static void
test_order_of_age(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    for (int i = 0; i < 5; i++)
        msgr_test_invite(pair->t, pair->alice, CHESS_GUID, "bob");
    msgr_test_advance(pair->t, SECONDS(1));
    msgr_test_agent(pair->t, "bob-agent", UI, 0);
    msgr_test_commit(pair->t);
    for (guint i = 0; i + 1 < pair->t->orders->len; i++) {
        MsgrOrder *one = pair->t->orders->pdata[i], *next = pair->t->orders->pdata[i + 1];
        MsgrSession *earlier = one->subject, *later = next->subject;

        g_assert_cmpint(earlier->created_at, <, later->created_at);
    }
    g_assert_cmpuint(pair->t->orders->len, ==, 5);
}

/* After a restart there is nothing to wait for: who was to decide has had its time. */
static void
test_restart(void)
{
    g_autoptr(MsgrTestPair) pair = shown_pair();

    msgr_test_restart(pair->t, SECONDS(1));
    msgr_test_agent(pair->t, "bob-agent", UI, 0);
    msgr_test_assert_asked(pair->t, SHOWN("bob-agent"));
}

static MsgrTestPair *
unknown_pair(void)
{
    MsgrTestPair *pair = msgr_test_pair_new(FALSE);

    msgr_test_assert_done(msgr_application_unregister(pair->bob, CHESS_GUID, &error));
    msgr_test_agent(pair->t, "bob-agent", BOTH, 0);
    pair->inviter = msgr_test_invite(pair->t, pair->alice, CHESS_GUID, "bob");
    msgr_test_advance(pair->t, WINDOW);
    msgr_test_assert_asked(pair->t, SHOWN("bob-agent"));
    return pair;
}

/* The application isn't here: its address is offered, once, and the invitation shown again when it
 * has come. */
static void
test_download(void)
{
    g_autoptr(MsgrTestPair) pair = unknown_pair();
    MsgrClient *agent = msgr_model_client(pair->t->model, "bob-agent");
    g_autoptr(MsgrOrder) order = NULL;

    msgr_test_assert_refused(msgr_side_accept(invitee(pair), "", NULL, &error),
                             MSGR_ERROR_APP_NOT_REGISTERED);
    msgr_test_assert_asked(
        pair->t, "bob-agent.OfferDownload(invitee, 'Chess', 'https://example.org/Chess')\n");
    order = msgr_test_find_asked(pair->t, "OfferDownload");
    g_assert_cmpint(order->kind, ==, MSGR_ORDER_PATIENT);
    msgr_test_assert_refused(msgr_side_accept(invitee(pair), "", NULL, &error),
                             MSGR_ERROR_APP_NOT_REGISTERED);
    msgr_test_assert_asked(pair->t, "");
    msgr_test_register(pair->t, pair->bob, CHESS_GUID);
    msgr_test_assert_asked(pair->t, SHOWN("bob-agent"));
    msgr_test_agent_answers(pair->t, order, NULL, MSGR_ERROR_FAILED, NULL);
    g_assert_true(msgr_client_sees(agent, invitee(pair)));
    msgr_test_assert_done(msgr_side_accept(invitee(pair), "", NULL, &error));
    msgr_test_assert_asked(pair->t, "bob-agent takes back invitee\n"
                                    "bob-agent.WithdrawInvitation(invitee, 0)\n");
}

static void
test_download_withdrawn(void)
{
    g_autoptr(MsgrTestPair) pair = unknown_pair();

    msgr_test_assert_refused(msgr_side_accept(invitee(pair), "", NULL, &error),
                             MSGR_ERROR_APP_NOT_REGISTERED);
    msgr_test_drop(pair->t);
    msgr_test_assert_done(msgr_side_cancel(pair->inviter, 0, "", &error));
    msgr_test_assert_asked(pair->t,
                           "bob-agent takes back invitee\n"
                           "bob-agent.WithdrawInvitation(invitee, SessionCancelledRemote)\n");
}

/* With the contact "/": */

static MsgrTestPair *
choosing_pair(guint timeout)
{
    MsgrTestPair *pair = msgr_test_pair_new(FALSE);
    MsgrInviteOptions options = { .timeout = timeout, .activation_token = "token" };

    msgr_test_agent(pair->t, "alice-agent", UI, 0);
    pair->inviter = msgr_session_let_choose(pair->alice, CHESS_GUID, "hello", &options, NULL);
    g_assert_nonnull(pair->inviter);
    msgr_test_assert_asked(pair->t, "alice-agent.ChooseContact(inviter, {...})\n");
    msgr_test_assert_signals(pair->t, "");
    g_assert_cmpuint(msgr_test_number(pair->inviter, "State"), ==, MSGR_STATE_READY);
    return pair;
}

static void
choose(MsgrTestPair *pair, const char *path)
{
    g_autoptr(MsgrOrder) order = msgr_test_find_asked(pair->t, "ChooseContact");

    g_assert_cmpint(order->kind, ==, MSGR_ORDER_PATIENT);
    msgr_test_agent_answers(pair->t, order, g_variant_new("(o)", path), 0, NULL);
}

static void
test_chosen(void)
{
    g_autoptr(MsgrTestPair) pair = choosing_pair(77);

    choose(pair, msgr_test_contact(pair->t, "alice", "bob")->path);
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(READY)\n"
                                      "alice-agent.OnStateChanged(READY)\n"
                                      "bob.OnInvitation(invitee, 'hello', false, {...})\n");
    g_assert_cmpint(pair->inviter->session->data.expires_boot - pair->t->boot, ==, SECONDS(77));
    msgr_test_assert_asked(pair->t, "");
}

/* What can't be invited: why, and that the session has ended, is told. */
static void
test_chosen_wrong(void)
{
    static const struct {
        const char *contact;
        const char *why;
    } cases[] = {
        { "carol", "InvitationSendFailure" },
        { "alice", "InvitedSelf" },
        { NULL, "InvitationSendFailure" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MsgrTestPair) pair = choosing_pair(0);
        g_autofree char *expected = g_strdup_printf(
            "alice.OnStateChanged(READY)\nalice.OnSendError(InvitationSendFailure)\n"
            "alice.OnTermination(%s, '')\n"
            "alice-agent.OnStateChanged(READY)\nalice-agent.OnSendError(InvitationSendFailure)\n"
            "alice-agent.OnTermination(%s, '')\n",
            cases[i].why, cases[i].why);

        msgr_test_user(pair->t, "carol");
        choose(pair, cases[i].contact == NULL
                         ? msgr_test_contact(pair->t, "bob", "alice")->path
                         : msgr_test_contact(pair->t, "alice", cases[i].contact)->path);
        msgr_test_assert_signals(pair->t, expected);
        g_assert_cmpuint(msgr_test_number(pair->inviter, "State"), ==, MSGR_STATE_CANCELLED);
    }
}

static void
test_dismissed(void)
{
    g_autoptr(MsgrTestPair) pair = choosing_pair(0);
    g_autoptr(MsgrOrder) order = msgr_test_find_asked(pair->t, "ChooseContact");

    msgr_test_agent_answers(pair->t, order, NULL, MSGR_ERROR_FAILED, NULL);
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(READY)\n"
                                      "alice.OnTermination(SessionCancelledLocal, '')\n"
                                      "alice-agent.OnStateChanged(READY)\n"
                                      "alice-agent.OnTermination(SessionCancelledLocal, '')\n");
    msgr_test_assert_asked(pair->t, "");
    choose(pair, msgr_test_contact(pair->t, "alice", "bob")->path);
    msgr_test_assert_signals(pair->t, "");
}

/* That the agent is gone is no answer: the next one asks. */
static void
test_choice_of_an_heir(void)
{
    g_autoptr(MsgrTestPair) pair = choosing_pair(0);
    g_autoptr(MsgrOrder) order = msgr_test_find_asked(pair->t, "ChooseContact");

    msgr_test_gone(pair->t, "alice-agent");
    msgr_test_agent_answers(pair->t, order, NULL, MSGR_ERROR_CONNECTION_FAILURE, NULL);
    g_assert_cmpuint(msgr_test_number(pair->inviter, "State"), ==, MSGR_STATE_READY);
    msgr_test_agent(pair->t, "alice-heir", UI, 0);
    msgr_test_assert_asked(pair->t, "alice-heir.ChooseContact(inviter, {...})\n");
    msgr_test_agent(pair->t, "alice-shell", UI, 1);
    msgr_test_assert_asked(pair->t, "alice-heir takes back inviter\n"
                                    "alice-heir.Released('ui')\n"
                                    "alice-shell.ChooseContact(inviter, {...})\n");
    choose(pair, msgr_test_contact(pair->t, "alice", "bob")->path);
    g_assert_cmpuint(msgr_test_number(pair->inviter, "State"), ==, MSGR_STATE_INVITATION);
}

/* Each end of the session while the user is asked. */
static void
test_choice_withdrawn(void)
{
    g_autoptr(MsgrTestPair) cancelled = choosing_pair(0);
    g_autoptr(MsgrTestPair) invited = choosing_pair(0);
    g_autoptr(MsgrTestPair) lost = choosing_pair(0);

    msgr_test_assert_done(msgr_side_cancel(cancelled->inviter, 0, "", &error));
    msgr_test_assert_asked(cancelled->t,
                           "alice-agent takes back inviter\n"
                           "alice-agent.WithdrawInvitation(inviter, SessionCancelledLocal)\n");
    msgr_test_assert_done(msgr_test_call(invited, MSGR_INVITER, "Invite", "hello", &error));
    msgr_test_assert_asked(invited->t, "alice-agent takes back inviter\n"
                                       "alice-agent.WithdrawInvitation(inviter, 0)\n");
    msgr_test_gone(lost->t, "alice");
    msgr_test_advance(lost->t, SECONDS(30));
    msgr_test_commit(lost->t);
    g_assert_cmpuint(lost->t->orders->len, ==, 3);
    g_assert_cmpuint(g_hash_table_size(lost->t->model->sessions), ==, 0);
}

static void
test_choice_refused(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrInviteOptions options = { 0 }, too_long = { .timeout = 86401 };

    msgr_test_assert_refused(
        msgr_session_let_choose(pair->alice, CHESS_GUID, "", &too_long, &error),
        MSGR_ERROR_INVALID_ARGS);
    msgr_test_assert_refused(msgr_session_let_choose(pair->bob, CARDS_GUID, "", &options, &error),
                             MSGR_ERROR_APP_NOT_REGISTERED);
    msgr_test_assert_refused(msgr_session_let_choose(pair->alice, CHESS_GUID, "", &options, &error),
                             MSGR_ERROR_FAILED);
    g_assert_cmpuint(g_hash_table_size(pair->t->model->sessions), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/offer/window", test_window);
    g_test_add_func("/offer/suppressed", test_suppressed);
    for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *path = g_strconcat("/offer/withdrawn/", endings[i].call, NULL);

        g_test_add_data_func(path, &endings[i], test_withdrawn);
    }
    g_test_add_func("/offer/withdrawn/expired", test_expired);
    g_test_add_func("/offer/withdrawn/lost", test_lost);
    g_test_add_data_func("/offer/succession/displaced", GINT_TO_POINTER(0), test_succession);
    g_test_add_data_func("/offer/succession/gone", GINT_TO_POINTER(1), test_succession);
    g_test_add_data_func("/offer/succession/unregistered", GINT_TO_POINTER(2), test_succession);
    g_test_add_func("/offer/later", test_later);
    g_test_add_func("/offer/again", test_again);
    g_test_add_func("/offer/answers", test_answers);
    g_test_add_func("/offer/taken-back", test_taken_back);
    g_test_add_func("/offer/order-of-age", test_order_of_age);
    g_test_add_func("/offer/restart", test_restart);
    g_test_add_func("/offer/download/offered", test_download);
    g_test_add_func("/offer/download/withdrawn", test_download_withdrawn);
    g_test_add_func("/offer/choice/chosen", test_chosen);
    g_test_add_func("/offer/choice/wrong", test_chosen_wrong);
    g_test_add_func("/offer/choice/dismissed", test_dismissed);
    g_test_add_func("/offer/choice/heir", test_choice_of_an_heir);
    g_test_add_func("/offer/choice/withdrawn", test_choice_withdrawn);
    g_test_add_func("/offer/choice/refused", test_choice_refused);
    return g_test_run();
}
