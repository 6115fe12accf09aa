/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * AddContact: what is told of it to whom, and in which order, whoever has to be asked meanwhile.
 */
#include "msgr-test-model.h"

static void
unlock_private(MsgrTestModel *t, const char *name)
{
    msgr_test_unlock(t, msgr_test_locked(t, name), MSGR_OBJECT_PRIVATE, NOTES);
    msgr_test_drop(t);
}

/* A user who has been there, and is no more. */
static void
been_there(MsgrTestModel *t, const char *name)
{
    msgr_test_client(t, name, CHESS);
    msgr_test_gone(t, name);
}

static void
add(MsgrTestModel *t, const char *service, const char *name)
{
    msgr_test_assert_done(msgr_addition_begin(msgr_test_user(t, "alice"), service, name, &error));
}

static gboolean
is_in_list(MsgrTestModel *t, const char *name)
{
    MsgrContact *contact = msgr_contact_find(msgr_test_user(t, "alice"), MSGR_LOCAL_SERVICE, name);

    return contact != NULL && contact->in_list;
}

/* Returns: what the user database is asked when the turn is kept: one name. */
static MsgrAddition *
question(MsgrTestModel *t, const char *name)
{
    g_autoptr(GPtrArray) questions = msgr_addition_steal_questions(t->model);

    g_assert_nonnull(questions);
    g_assert_cmpuint(questions->len, ==, 1);
    g_assert_cmpstr(((MsgrAddition *)questions->pdata[0])->name, ==, name);
    return msgr_record_ref(questions->pdata[0]);
}

static const struct {
    const char *service;
    const char *name;
    const char *told;
} rows[] = {
    { "local", "bob", "alice.OnContactListAdd(0, bob)\n" },
    { "local", "echo", "alice.OnContactListAdd(0, echo)\n" },
    { "local", "alice", "alice.OnContactListAdd(0, alice)\n" },
    { "local", "", "alice.OnContactListAdd(2147942487, /)\n" },
    { "local", "130 of x", "alice.OnContactListAdd(2147942487, /)\n" },
    { "", "bob", "alice.OnContactListAdd(2147942487, /)\n" },
    { "Local", "bob", "alice.OnContactListAdd(2147942487, /)\n" },
    { "xmpp", "bob@example.org", "alice.OnContactListAdd(2147942487, /)\n" },
};

/* What can be told at once. */
static void
test_at_once(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autofree char *too_long = g_strnfill(MSGR_MAX_SIGNIN_NAME + 1, 'x');

    been_there(t, "alice");
    been_there(t, "bob");
    unlock_private(t, "alice");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s %s", rows[i].service, rows[i].name);
        add(t, rows[i].service, g_str_equal(rows[i].name, "130 of x") ? too_long : rows[i].name);
        msgr_test_assert_signals(t, rows[i].told);
        g_assert_null(msgr_addition_steal_questions(t->model));
        g_assert_cmpuint(msgr_test_user(t, "alice")->additions.length, ==, 0);
    }
    g_assert_true(is_in_list(t, "bob"));
    add(t, "local", "bob");
    msgr_test_assert_signals(t, "alice.OnContactListAdd(0, bob)\n");
}

/* Every client of the user's that has the private object open, and nobody else. */
static void
test_told_to(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();

    unlock_private(t, "alice");
    unlock_private(t, "alice-2");
    unlock_private(t, "carol");
    msgr_test_client(t, "alice-3", PANEL);
    msgr_test_locked(t, "alice-4");
    add(t, "local", "echo");
    msgr_test_assert_signals(t, "alice.OnContactListAdd(0, echo)\n"
                                "alice-2.OnContactListAdd(0, echo)\n");
}

/* Nobody overtakes who has to be looked for. */
static void
test_order(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autoptr(MsgrAddition) bob = NULL, dave = NULL;

    unlock_private(t, "alice");
    add(t, "local", "bob");
    add(t, "local", "echo");
    add(t, "local", "dave");
    add(t, "local", "");
    msgr_test_assert_signals(t, "");
    bob = question(t, "bob");
    add(t, "nowhere", "x");
    g_assert_null(msgr_addition_steal_questions(t->model));
    msgr_addition_answer(bob, msgr_test_user(t, "bob"));
    msgr_test_assert_signals(t, "alice.OnContactListAdd(0, bob)\n"
                                "alice.OnContactListAdd(0, echo)\n");
    dave = question(t, "dave");
    msgr_addition_answer(dave, NULL);
    msgr_test_assert_signals(t, "alice.OnContactListAdd(2147942487, /)\n"
                                "alice.OnContactListAdd(2147942487, /)\n"
                                "alice.OnContactListAdd(2147942487, /)\n");
    g_assert_true(is_in_list(t, "bob"));
    g_assert_false(is_in_list(t, "dave"));
}

/* The name that counts is the one that the user database says. */
static void
test_other_name(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autoptr(MsgrAddition) addition = NULL;

    unlock_private(t, "alice");
    add(t, "local", "BOB");
    msgr_test_commit(t);
    addition = question(t, "BOB");
    msgr_addition_answer(addition, msgr_test_user(t, "bob"));
    msgr_test_assert_signals(t, "alice.OnContactListAdd(0, bob)\n");
}

static void
test_signed_out(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autoptr(MsgrAddition) bob = NULL;
    MsgrUser *alice;

    unlock_private(t, "alice");
    alice = msgr_test_user(t, "alice");
    add(t, "local", "bob");
    add(t, "local", "echo");
    bob = question(t, "bob");
    alice->data.signed_in = FALSE;
    msgr_addition_answer(bob, msgr_test_user(t, "bob"));
    msgr_test_assert_signals(t, "alice.OnContactListAdd(NotLoggedOn, /)\n"
                                "alice.OnContactListAdd(NotLoggedOn, /)\n");
    g_assert_false(is_in_list(t, "echo"));
}

static void
test_full_list(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();

    t->model->config->contacts_per_user = 1;
    been_there(t, "bob");
    unlock_private(t, "alice");
    add(t, "local", "echo");
    add(t, "local", "bob");
    msgr_test_assert_signals(t, "alice.OnContactListAdd(0, echo)\n"
                                "alice.OnContactListAdd(2147942414, /)\n");
    g_assert_false(is_in_list(t, "bob"));
}

static void
test_too_many(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrUser *alice = msgr_test_user(t, "alice");

    for (int i = 0; i < MSGR_MAX_ADDITIONS; i++)
        add(t, "local", "bob");
    msgr_test_assert_refused(msgr_addition_begin(alice, "local", "echo", &error),
                             MSGR_ERROR_LIMITS_EXCEEDED);
    msgr_test_assert_done(msgr_addition_begin(msgr_test_user(t, "carol"), "local", "echo", &error));
    msgr_test_commit(t);
    g_assert_cmpuint(alice->additions.length, ==, MSGR_MAX_ADDITIONS);
}

/* A call that was refused for the disk has asked nothing; an answer that could not be kept is asked
 * for again. */
static void
test_rollback(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autoptr(MsgrAddition) bob = NULL, again = NULL;
    MsgrUser *alice = msgr_test_user(t, "alice");

    unlock_private(t, "alice");
    add(t, "local", "bob");
    msgr_test_rollback(t);
    g_assert_null(msgr_addition_steal_questions(t->model));
    g_assert_cmpuint(alice->additions.length, ==, 0);

    add(t, "local", "bob");
    add(t, "local", "echo");
    msgr_test_commit(t);
    bob = question(t, "bob");
    msgr_addition_answer(bob, msgr_test_user(t, "bob"));
    msgr_test_rollback(t);
    g_assert_cmpuint(alice->additions.length, ==, 2);
    g_assert_true(alice->additions.head->data == bob);
    g_assert_null(msgr_addition_steal_questions(t->model));
    msgr_addition_ask_again(bob, t->boot + SECONDS(1));
    msgr_test_advance(t, SECONDS(1) - 1);
    g_assert_null(msgr_addition_steal_questions(t->model));
    msgr_test_advance(t, 1);
    again = question(t, "bob");
    g_assert_true(again == bob);
    msgr_addition_answer(again, msgr_test_user(t, "bob"));
    msgr_test_assert_signals(t, "alice.OnContactListAdd(0, bob)\n"
                                "alice.OnContactListAdd(0, echo)\n");
}

/* The question itself belongs to a turn, which may not be kept either. */
static void
test_question_not_kept(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autoptr(MsgrAddition) bob = NULL, again = NULL;

    unlock_private(t, "alice");
    add(t, "local", "bob");
    msgr_test_commit(t);
    bob = question(t, "bob");
    msgr_addition_ask_again(bob, t->boot);
    g_assert_nonnull(msgr_model_run_due(t->model));
    msgr_model_rollback(t->model);
    g_assert_null(msgr_addition_steal_questions(t->model));
    msgr_test_run_due(t);
    again = question(t, "bob");
    g_assert_true(again == bob);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/addition/at-once", test_at_once);
    g_test_add_func("/addition/told-to", test_told_to);
    g_test_add_func("/addition/order", test_order);
    g_test_add_func("/addition/other-name", test_other_name);
    g_test_add_func("/addition/signed-out", test_signed_out);
    g_test_add_func("/addition/full-list", test_full_list);
    g_test_add_func("/addition/too-many", test_too_many);
    g_test_add_func("/addition/rollback", test_rollback);
    g_test_add_func("/addition/question-not-kept", test_question_not_kept);
    return g_test_run();
}
