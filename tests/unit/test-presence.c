/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who sees and who hears what of a user: every state, and every change from every state. The table
 * is that of docs/who-sees-what.md.
 */
#include "msgr-test-model.h"

#include <string.h>

#define LATER SECONDS(5)
#define PACE  (SECONDS(1) / 2)

static const char *const audiences[] = { "everyone", "contacts", "nobody" };

static const guint32 statuses[] = {
    MSGR_STATUS_ONLINE, MSGR_STATUS_INVISIBLE, MSGR_STATUS_BUSY,         MSGR_STATUS_BE_RIGHT_BACK,
    MSGR_STATUS_IDLE,   MSGR_STATUS_AWAY,      MSGR_STATUS_ON_THE_PHONE, MSGR_STATUS_OUT_TO_LUNCH,
};

/* All that can be about alice, for bob. Each field is a choice of so many: */
typedef struct {
    int there;
    int signed_out;
    int status; /* of statuses[] */
    int blocked;
    int in_list; /* bob, in hers */
    int accept_from;
    int status_to;
    int closed; /* Invitations=false */
} Case;

#define N_FIELDS 8

static const int choices[N_FIELDS] = { 2, 2, 8, 2, 2, 3, 3, 2 };
/* of the statuses three stand for all: those that are seen, of which there are two, and INVISIBLE
 */
static const int few_choices[N_FIELDS] = { 2, 2, 3, 2, 2, 3, 3, 2 };

static int *
field(Case *c, int i)
{
    return &((int *)c)[i];
}

static int
count_cases(const int *of)
{
    int count = 1;

    for (int i = 0; i < N_FIELDS; i++)
        count *= of[i];
    return count;
}

static Case
nth_case(const int *of, int n)
{
    Case c;

    for (int i = 0; i < N_FIELDS; i++) {
        *field(&c, i) = n % of[i];
        n /= of[i];
    }
    return c;
}

static gboolean
admits(int audience, int in_list)
{
    return audience == 0 || (audience == 1 && in_list);
}

/* The table, once more. */
static gboolean
can_invite(const Case *c)
{
    return c->there && !c->signed_out && !c->closed && !c->blocked && c->status != 1 &&
           admits(c->accept_from, c->in_list);
}

static guint32
seen(const Case *c)
{
    return can_invite(c) && admits(c->status_to, c->in_list) ? statuses[c->status]
                                                             : MSGR_STATUS_OFFLINE;
}

/* What alice is now, as far as the model goes. */
typedef struct {
    MsgrTestModel *t;
    MsgrUser *alice;
    MsgrContact *of_alice; /* bob, as alice knows him */
    MsgrContact *of_bob;
    gboolean is_here;
    int accept_from;
    int status_to;
} Stage;

static Stage
stage_new(void)
{
    Stage s = { .t = msgr_test_model_new() };

    s.t->presence = TRUE;
    s.alice = msgr_test_user(s.t, "alice");
    s.of_alice = msgr_test_contact(s.t, "alice", "bob");
    s.of_bob = msgr_test_contact(s.t, "bob", "alice");
    msgr_test_put_in_list(s.of_bob, TRUE);
    msgr_test_client(s.t, "bob", PANEL);
    msgr_test_drop(s.t);
    return s;
}

static void
bring_presence(Stage *s, const Case *c)
{
    const gboolean wanted = c->there && !c->signed_out;

    if (c->signed_out && s->alice->data.signed_in)
        msgr_user_sign_out(s->alice);
    if (!c->signed_out && !s->alice->data.signed_in) {
        MsgrClient *asks = msgr_test_locked(s->t, "alice-asks");

        msgr_user_sign_in(s->alice, asks);
        msgr_test_gone(s->t, "alice-asks");
    }
    if (s->is_here && !wanted)
        msgr_test_gone(s->t, "alice");
    if (!s->is_here && wanted)
        msgr_test_unlock(s->t, msgr_test_locked(s->t, "alice"), MSGR_OBJECT_SESSION_MANAGER, CHESS);
    s->is_here = wanted;
}

static void
set_closed(MsgrTestModel *t, gboolean closed)
{
    g_autoptr(MsgrConfig) config = NULL;

    if (t->model->config->invitations == !closed)
        return;
    config = msgr_config_new(FALSE);
    config->invitations = !closed;
    msgr_model_set_config(t->model, config);
}

static void
bring_policy(Stage *s, const Case *c)
{
    if (s->accept_from == c->accept_from && s->status_to == c->status_to)
        return;
    s->accept_from = c->accept_from;
    s->status_to = c->status_to;
    msgr_test_set_policy(s->alice, audiences[c->accept_from], audiences[c->status_to]);
}

static void
bring(Stage *s, const Case *c)
{
    msgr_user_set_status(s->alice, statuses[c->status]);
    msgr_test_block(s->of_alice, c->blocked);
    if (c->in_list)
        msgr_test_assert_done(msgr_contact_add_to_list(s->of_alice, &error));
    else if (s->of_alice->in_list)
        msgr_test_assert_done(msgr_contact_remove(s->of_alice, &error));
    bring_policy(s, c);
    set_closed(s->t, c->closed);
    bring_presence(s, c);
    msgr_test_commit(s->t);
}

/* Returns: the events about statuses since the last time: "client contact status" a line. */
static char *
heard(MsgrTestModel *t)
{
    g_autofree char *all = (msgr_test_commit(t), msgr_test_signals(t));
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
    GString *text = g_string_new(NULL);

    for (char **line = lines; *line != NULL; line++) {
        if (strstr(*line, ".OnContactStatusChange(") != NULL)
            g_string_append_printf(text, "%s\n", *line);
    }
    return g_string_free(text, FALSE);
}

#define assert_heard(t, expected)                                                                  \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_autofree char *test_heard = heard(t);                                                    \
                                                                                                   \
        g_assert_cmpstr(test_heard, ==, expected);                                                 \
    }                                                                                              \
    G_STMT_END

static void
assert_seen(Stage *s, const Case *c)
{
    g_assert_cmpuint(msgr_contact_status(s->of_bob), ==, seen(c));
    g_assert_cmpint(msgr_user_can_be_invited_by(s->alice, MSGR_LOCAL_SERVICE, "bob"), ==,
                    can_invite(c));
}

static void
test_every_state(void)
{
    Stage s = stage_new();

    for (int n = 0; n < count_cases(choices); n++) {
        const Case c = nth_case(choices, n);

        bring(&s, &c);
        assert_seen(&s, &c);
    }
    msgr_test_model_free(s.t);
}

static void
assert_told(Stage *s, guint32 before, guint32 after)
{
    g_autofree char *event = g_strdup_printf("bob.OnContactStatusChange(alice, %u)\n", after);
    const gboolean is_told = before != after, is_late = after == MSGR_STATUS_OFFLINE;

    /* it may have taken several steps to come to that */
    msgr_test_advance(s->t, MSGR_PRESENCE_PAUSE);
    assert_heard(s->t, is_told && !is_late ? event : "");
    msgr_test_advance(s->t, LATER - MSGR_PRESENCE_PAUSE - 1);
    assert_heard(s->t, "");
    msgr_test_advance(s->t, MSGR_PRESENCE_PAUSE + 1);
    assert_heard(s->t, is_told && is_late ? event : "");
    msgr_test_advance(s->t, SECONDS(3600));
    assert_heard(s->t, "");
}

static void
change(Stage *s, const Case *from, const Case *to)
{
    bring(s, to);
    assert_seen(s, to);
    assert_told(s, seen(from), seen(to));
}

/* From the case, each field to each of its other choices, and back. */
static void
test_changes_from(Stage *s, const Case *c)
{
    for (int i = 0; i < N_FIELDS; i++) {
        for (int choice = 0; choice < few_choices[i]; choice++) {
            Case other = *c;

            *field(&other, i) = choice;
            if (choice == ((const int *)c)[i])
                continue;
            change(s, c, &other);
            change(s, &other, c);
        }
    }
}

static void
test_every_change(gconstpointer data)
{
    const int part = GPOINTER_TO_INT(data);
    Stage s = stage_new();

    for (int n = part; n < count_cases(few_choices); n += 4) {
        const Case c = nth_case(few_choices, n);

        bring(&s, &c);
        msgr_test_advance(s.t, SECONDS(60));
        msgr_test_drop(s.t);
        test_changes_from(&s, &c);
    }
    msgr_test_model_free(s.t);
}

/* Who of bob's clients hears of alice. */
static const struct {
    const char *name;
    MsgrLockable object;
    const char *app_id; /* NULL: it stays locked */
    gboolean by_list;
    gboolean by_session; /* of org.example.Chess */
} listeners[] = {
    { "bob-1", 0, NULL, FALSE, FALSE },
    { "bob-2", MSGR_OBJECT_SESSION_MANAGER, CHESS, FALSE, TRUE },
    { "bob-3", MSGR_OBJECT_SESSION_MANAGER, CARDS, FALSE, FALSE },
    { "bob-4", MSGR_OBJECT_SESSION_MANAGER, PANEL, TRUE, TRUE },
    { "bob-5", MSGR_OBJECT_PRIVATE, CHESS, TRUE, FALSE },
    { "bob-6", MSGR_OBJECT_PRIVATE, NOTES, TRUE, FALSE },
    { "carol-1", MSGR_OBJECT_SESSION_MANAGER, PANEL, FALSE, FALSE },
    { "carol-2", MSGR_OBJECT_PRIVATE, NOTES, FALSE, FALSE },
};

static char *
expected_listeners(guint32 status, gboolean in_list, gboolean in_session)
{
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(listeners); i++) {
        if ((in_list && listeners[i].by_list) || (in_session && listeners[i].by_session))
            g_string_append_printf(text, "%s.OnContactStatusChange(alice, %u)\n", listeners[i].name,
                                   status);
    }
    return g_string_free(text, FALSE);
}

static void
bring_listeners(MsgrTestModel *t)
{
    for (gsize i = 0; i < G_N_ELEMENTS(listeners); i++) {
        MsgrClient *client = msgr_test_locked(t, listeners[i].name);

        if (listeners[i].app_id != NULL)
            msgr_test_unlock(t, client, listeners[i].object, listeners[i].app_id);
    }
}

static void
try_listeners(gboolean in_list, gboolean in_session)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *alice = msgr_test_client(t, "alice", CHESS);
    MsgrContact *of_bob = msgr_test_contact(t, "bob", "alice");
    g_autofree char *busy = expected_listeners(MSGR_STATUS_BUSY, in_list, in_session);
    g_autofree char *offline = expected_listeners(MSGR_STATUS_OFFLINE, in_list, in_session);

    t->presence = TRUE;
    bring_listeners(t);
    msgr_test_contact(t, "carol", "alice");
    msgr_test_put_in_list(of_bob, in_list);
    msgr_test_register(t, alice, CHESS_GUID);
    msgr_test_register(t, msgr_model_client(t->model, "bob-2"), CHESS_GUID);
    if (in_session)
        msgr_test_invite(t, alice, CHESS_GUID, "bob");
    msgr_test_drop(t);
    msgr_user_set_status(alice->user, MSGR_STATUS_BUSY);
    assert_heard(t, busy);
    msgr_test_advance(t, SECONDS(1));
    msgr_user_set_status(alice->user, MSGR_STATUS_INVISIBLE);
    msgr_test_advance(t, LATER);
    assert_heard(t, offline);
}

static void
test_listeners(void)
{
    for (int i = 0; i < 4; i++)
        try_listeners(i & 1, i >> 1);
}

/* Told is who is in a session that goes on, from its Invite to its end. */
static void
test_session(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *alice = msgr_test_client(t, "alice", CHESS);
    MsgrUser *bob = msgr_test_client(t, "bob", CHESS)->user;
    MsgrSide *side;

    t->presence = TRUE;
    msgr_test_register(t, alice, CHESS_GUID);
    msgr_test_register(t, msgr_model_client(t->model, "bob"), CHESS_GUID);
    side = msgr_test_session(t, alice, CHESS_GUID);
    msgr_test_contact(t, "alice", "bob");
    msgr_user_set_status(bob, MSGR_STATUS_BUSY);
    assert_heard(t, "");
    msgr_test_assert_done(msgr_side_invite(side, msgr_test_contact(t, "alice", "bob"), "", &error));
    msgr_test_drop(t);
    msgr_test_advance(t, PACE);
    msgr_user_set_status(bob, MSGR_STATUS_AWAY);
    msgr_user_set_status(alice->user, MSGR_STATUS_IDLE);
    assert_heard(t, "alice.OnContactStatusChange(bob, 34)\nbob.OnContactStatusChange(alice, 18)\n");
    msgr_test_assert_done(msgr_side_cancel(side, 0, "", &error));
    msgr_test_drop(t);
    msgr_test_advance(t, PACE);
    msgr_user_set_status(bob, MSGR_STATUS_ONLINE);
    msgr_user_set_status(alice->user, MSGR_STATUS_ONLINE);
    assert_heard(t, "");
}

/* Who leaves and is back in five seconds has not left, for those who have not looked. */
static void
test_flapping(void)
{
    Stage s = stage_new();
    const Case here = { .there = 1 }, away = { 0 };

    bring(&s, &here);
    msgr_test_advance(s.t, SECONDS(1));
    msgr_test_drop(s.t);
    for (int i = 0; i < 20; i++) {
        bring(&s, &away);
        assert_seen(&s, &away);
        msgr_test_advance(s.t, LATER - 1);
        bring(&s, &here);
        assert_seen(&s, &here);
        msgr_test_advance(s.t, SECONDS(1 + i % 3));
        assert_heard(s.t, "");
    }
    bring(&s, &away);
    msgr_test_advance(s.t, LATER);
    bring(&s, &here);
    assert_heard(s.t, "bob.OnContactStatusChange(alice, 1)\nbob.OnContactStatusChange(alice, 2)\n");
    msgr_test_model_free(s.t);
}

/* Who returns as another is told at once, and so is who has read meanwhile that it was away. */
static void
test_back_otherwise(void)
{
    Stage s = stage_new();
    const Case here = { .there = 1 }, away = { 0 }, busy = { .there = 1, .status = 2 };
    const Case gone = { .status = 2 };

    bring(&s, &here);
    msgr_test_client(s.t, "bob-2", PANEL);
    msgr_test_drop(s.t);
    bring(&s, &away);
    msgr_test_advance(s.t, SECONDS(1));
    bring(&s, &busy);
    msgr_test_advance(s.t, PACE);
    assert_heard(s.t,
                 "bob.OnContactStatusChange(alice, 10)\nbob-2.OnContactStatusChange(alice, 10)\n");
    msgr_test_advance(s.t, SECONDS(1));
    bring(&s, &gone);
    msgr_watch_note_reader(s.of_bob, msgr_model_client(s.t->model, "bob-2"));
    msgr_test_advance(s.t, SECONDS(1));
    bring(&s, &busy);
    assert_heard(s.t, "bob-2.OnContactStatusChange(alice, 10)\n");
    msgr_test_advance(s.t, SECONDS(1));
    /* once, and nobody who has left */
    bring(&s, &gone);
    msgr_watch_note_reader(s.of_bob, msgr_model_client(s.t->model, "bob-2"));
    msgr_test_gone(s.t, "bob-2");
    bring(&s, &busy);
    msgr_test_advance(s.t, SECONDS(10));
    assert_heard(s.t, "");
    msgr_test_model_free(s.t);
}

static void
test_many_clients_are_one(void)
{
    Stage s = stage_new();
    const Case here = { .there = 1 };

    bring(&s, &here);
    assert_heard(s.t, "bob.OnContactStatusChange(alice, 2)\n");
    msgr_test_client(s.t, "alice-2", CHESS);
    msgr_test_client(s.t, "alice-3", CARDS);
    msgr_test_gone(s.t, "alice");
    msgr_test_gone(s.t, "alice-2");
    msgr_test_advance(s.t, SECONDS(60));
    assert_heard(s.t, "");
    msgr_test_gone(s.t, "alice-3");
    msgr_test_advance(s.t, LATER);
    assert_heard(s.t, "bob.OnContactStatusChange(alice, 1)\n");
    msgr_test_model_free(s.t);
}

/* What bob learns in a minute, ten times a second: what he reads, hears and may do. */
static char *
life_of_bob(void (*happens)(Stage *s), void (*ends)(Stage *s))
{
    Stage s = stage_new();
    const Case here = { .there = 1, .in_list = 1 };
    GString *text = g_string_new(NULL);

    bring(&s, &here);
    msgr_test_set_policy(s.alice, "contacts", "contacts");
    msgr_test_drop(s.t);
    for (int i = 0; i < 200; i++) {
        g_autofree char *events = NULL;

        if (i == 30)
            happens(&s);
        if (i == 120)
            ends(&s);
        events = heard(s.t);
        g_string_append_printf(text, "%d: %u %d %s\n", i, msgr_contact_status(s.of_bob),
                               msgr_user_can_be_invited_by(s.alice, MSGR_LOCAL_SERVICE, "bob"),
                               events);
        msgr_test_advance(s.t, SECONDS(1) / 10);
    }
    msgr_test_model_free(s.t);
    return g_string_free(text, FALSE);
}

static void
leave(Stage *s)
{
    msgr_test_gone(s->t, "alice");
}

static void
come(Stage *s)
{
    msgr_test_unlock(s->t, msgr_test_locked(s->t, "alice"), MSGR_OBJECT_SESSION_MANAGER, CHESS);
}

static void
block(Stage *s)
{
    msgr_test_block(s->of_alice, TRUE);
}

static void
unblock(Stage *s)
{
    msgr_test_block(s->of_alice, FALSE);
}

static void
hide(Stage *s)
{
    msgr_user_set_status(s->alice, MSGR_STATUS_INVISIBLE);
}

static void
show(Stage *s)
{
    msgr_user_set_status(s->alice, MSGR_STATUS_ONLINE);
}

static void
accept_nobody(Stage *s)
{
    msgr_test_set_policy(s->alice, "nobody", "everyone");
}

static void
accept_everyone(Stage *s)
{
    msgr_test_set_policy(s->alice, "everyone", "everyone");
}

static void
strike_off(Stage *s)
{
    msgr_test_assert_done(msgr_contact_remove(s->of_alice, &error));
}

static void
enter(Stage *s)
{
    msgr_test_assert_done(msgr_contact_add_to_list(s->of_alice, &error));
}

static void
fix(Stage *s, const char *text)
{
    g_autoptr(GPtrArray) fixed =
        g_ptr_array_new_with_free_func((GDestroyNotify)msgr_fixed_policy_unref);

    if (text != NULL)
        g_ptr_array_add(fixed, msgr_fixed_policy_parse("alice", "", text, strlen(text), NULL));
    msgr_policy_replace_fixed(s->t->model, fixed);
}

static void
forbid(Stage *s)
{
    fix(s, "AcceptFrom=nobody\n");
}

static void
permit(Stage *s)
{
    fix(s, NULL);
}

static void
close_service(Stage *s)
{
    set_closed(s->t, TRUE);
}

static void
open_service(Stage *s)
{
    set_closed(s->t, FALSE);
}

/* Whatever it is that keeps alice from bob: he can't tell it from her being away. */
static void
test_reasons_are_alike(void)
{
    static const struct {
        void (*happens)(Stage *s);
        void (*ends)(Stage *s);
    } reasons[] = {
        { block, unblock },    { hide, show },     { accept_nobody, accept_everyone },
        { strike_off, enter }, { forbid, permit }, { close_service, open_service },
    };
    g_autofree char *away = life_of_bob(leave, come);

    g_assert_nonnull(strstr(away, "30: 1 0 \n"));
    g_assert_nonnull(strstr(away, "80: 1 0 bob.OnContactStatusChange(alice, 1)\n"));
    g_assert_nonnull(strstr(away, "120: 2 1 bob.OnContactStatusChange(alice, 2)\n"));
    for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++) {
        g_autofree char *life = life_of_bob(reasons[i].happens, reasons[i].ends);

        g_assert_cmpstr(life, ==, away);
    }
}

/* Who changes all the time is told twice a second, and in the end as it is. */
static void
test_pace(void)
{
    Stage s = stage_new();
    const Case here = { .there = 1 };

    bring(&s, &here);
    msgr_test_advance(s.t, SECONDS(1));
    msgr_test_drop(s.t);
    for (int i = 0; i < 100; i++) {
        msgr_user_set_status(s.alice, statuses[2 + i % 5]);
        msgr_test_commit(s.t);
        msgr_test_advance(s.t, SECONDS(1) / 100);
    }
    msgr_user_set_status(s.alice, MSGR_STATUS_OUT_TO_LUNCH);
    msgr_test_advance(s.t, PACE);
    assert_heard(s.t, "bob.OnContactStatusChange(alice, 10)\n"
                      "bob.OnContactStatusChange(alice, 50)\n"
                      "bob.OnContactStatusChange(alice, 66)\n");
    msgr_test_model_free(s.t);
}

/* Nobody is told what did not change, whoever has read what meanwhile is. */
static void
test_restart(void)
{
    Stage s = stage_new();
    const Case here = { .there = 1, .status = 2 };
    MsgrTestModel *t = s.t;

    bring(&s, &here);
    msgr_test_restart(t, SECONDS(20));
    msgr_test_client(t, "bob", PANEL);
    msgr_test_advance(t, SECONDS(20));
    assert_heard(t, "");
    msgr_test_client(t, "alice", CHESS);
    msgr_test_advance(t, SECONDS(3600));
    assert_heard(t, "");
    msgr_test_restart(t, SECONDS(20));
    msgr_test_client(t, "bob", PANEL);
    msgr_watch_note_reader(msgr_test_contact(t, "bob", "alice"),
                           msgr_model_client(t->model, "bob"));
    msgr_test_unlock(t, msgr_test_locked(t, "alice"), MSGR_OBJECT_SESSION_MANAGER, CHESS);
    msgr_test_advance(t, PACE);
    assert_heard(t, "bob.OnContactStatusChange(alice, 10)\n");
    msgr_test_restart(t, SECONDS(20));
    msgr_test_client(t, "bob", PANEL);
    msgr_test_advance(t, SECONDS(30) - 1);
    assert_heard(t, "");
    msgr_test_advance(t, 1);
    assert_heard(t, "bob.OnContactStatusChange(alice, 1)\n");
    msgr_test_restart(t, SECONDS(20));
    msgr_test_client(t, "bob", PANEL);
    msgr_test_advance(t, SECONDS(3600));
    assert_heard(t, "");
    msgr_test_unlock(t, msgr_test_locked(t, "alice"), MSGR_OBJECT_SESSION_MANAGER, CHESS);
    assert_heard(t, "bob.OnContactStatusChange(alice, 10)\n");
    msgr_test_model_free(t);
}

/* What could not be kept was not told; what is still so is told with the next turn. */
static void
test_taken_back(void)
{
    Stage s = stage_new();
    const Case here = { .there = 1 };
    g_autofree char *before = NULL, *after = NULL;

    bring(&s, &here);
    msgr_test_advance(s.t, SECONDS(1));
    msgr_test_drop(s.t);
    before = msgr_test_snapshot(s.t);
    msgr_user_set_status(s.alice, MSGR_STATUS_BUSY);
    msgr_presence_settle(s.t->model);
    msgr_test_rollback(s.t);
    after = msgr_test_snapshot(s.t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_advance(s.t, SECONDS(10));
    assert_heard(s.t, "");
    msgr_user_set_status(s.alice, MSGR_STATUS_INVISIBLE);
    msgr_test_commit(s.t);
    s.t->boot += LATER;
    g_assert_nonnull(msgr_model_run_due(s.t->model));
    msgr_model_rollback(s.t->model);
    msgr_test_run_due(s.t);
    assert_heard(s.t, "bob.OnContactStatusChange(alice, 1)\n");
    msgr_test_model_free(s.t);
}

/* In one's own list one is as one is, and alone to see it. */
static void
test_self(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *alice = msgr_test_client(t, "alice", PANEL);
    MsgrContact *self = msgr_test_contact(t, "alice", "alice");

    t->presence = TRUE;
    msgr_test_put_in_list(self, TRUE);
    msgr_user_set_status(alice->user, MSGR_STATUS_INVISIBLE);
    g_assert_cmpuint(msgr_contact_status(self), ==, MSGR_STATUS_INVISIBLE);
    assert_heard(t, "alice.OnContactStatusChange(alice, 6)\n");
}

/* A contact is a name: who goes by it is who is seen. */
static void
test_renamed(void)
{
    Stage s = stage_new();
    const Case here = { .there = 1 };
    MsgrContact *new_name = msgr_test_contact(s.t, "bob", "alicia");

    msgr_test_put_in_list(new_name, TRUE);
    bring(&s, &here);
    msgr_test_advance(s.t, SECONDS(1));
    msgr_test_drop(s.t);
    msgr_user_set_names(s.alice, "alicia", "");
    assert_heard(s.t, "bob.OnContactStatusChange(alicia, 2)\n");
    msgr_test_advance(s.t, LATER);
    assert_heard(s.t, "bob.OnContactStatusChange(alice, 1)\n");
    msgr_test_model_free(s.t);
}

/* Nobody else is looked at: the index has those who watch, by whom they watch. */
static void
test_index(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();

    for (int i = 0; i < 50; i++) {
        g_autofree char *viewer = g_strdup_printf("viewer%d", i);

        for (int j = 0; j < 20; j++) {
            g_autofree char *name = g_strdup_printf("contact%d", j);
            MsgrContact *contact = msgr_test_contact(t, viewer, name);

            if (j == 0 ? i == 7 : j > 1)
                msgr_test_put_in_list(contact, TRUE);
        }
    }
    g_assert_cmpuint(g_hash_table_size(t->model->watches), ==, 19);
    g_assert_cmpuint(g_hash_table_size(g_hash_table_lookup(t->model->watches, "contact0")), ==, 1);
    g_assert_null(g_hash_table_lookup(t->model->watches, "contact1"));
    g_assert_cmpuint(g_hash_table_size(g_hash_table_lookup(t->model->watches, "contact2")), ==, 50);
    msgr_test_put_in_list(msgr_test_contact(t, "viewer7", "contact0"), FALSE);
    g_assert_null(g_hash_table_lookup(t->model->watches, "contact0"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/presence/every-state", test_every_state);
    g_test_add_data_func("/presence/every-change/1", GINT_TO_POINTER(0), test_every_change);
    g_test_add_data_func("/presence/every-change/2", GINT_TO_POINTER(1), test_every_change);
    g_test_add_data_func("/presence/every-change/3", GINT_TO_POINTER(2), test_every_change);
    g_test_add_data_func("/presence/every-change/4", GINT_TO_POINTER(3), test_every_change);
    g_test_add_func("/presence/listeners", test_listeners);
    g_test_add_func("/presence/session", test_session);
    g_test_add_func("/presence/flapping", test_flapping);
    g_test_add_func("/presence/back-otherwise", test_back_otherwise);
    g_test_add_func("/presence/many-clients-are-one", test_many_clients_are_one);
    g_test_add_func("/presence/reasons-are-alike", test_reasons_are_alike);
    g_test_add_func("/presence/pace", test_pace);
    g_test_add_func("/presence/restart", test_restart);
    g_test_add_func("/presence/taken-back", test_taken_back);
    g_test_add_func("/presence/self", test_self);
    g_test_add_func("/presence/renamed", test_renamed);
    g_test_add_func("/presence/index", test_index);
    return g_test_run();
}
