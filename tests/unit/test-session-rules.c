/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every call of a session, by each side, in each state by each way that leads to it: what refuses
 * it, and that nothing is changed then.
 */
#include "msgr-session-rules.h"
#include "msgr-test-pair.h"

#include <string.h>

#define OK       NULL
#define NO_STATE "org.msgr.Error.SessionStateInvalid"
#define NO_READY "org.msgr.Error.SessionNotReady"
#define INVITER  "org.msgr.Error.NotInviter"
#define INVITEE  "org.msgr.Error.NotInvitee"
#define TOO_SOON "org.msgr.Error.NotValidForAppInvite"
#define OVER     "org.msgr.Error.ContextDataOverLimit"
#define INVALID  "org.freedesktop.DBus.Error.InvalidArgs"

#define N_COLUMNS 5

/* What refuses a call whose arguments are right; OK: nothing. The invitee's side is born in
 * INVITATION. */
typedef struct {
    const char *name;
    const char *argument;
    const char *inviter[N_COLUMNS];
    const char *invitee[N_COLUMNS];
} Call;

/* clang-format off */
static const Call calls[] = {
    /*                          READY     INVITATION ACCEPTED  CONNECTED ended */
    { "Set-Application", CARDS_GUID,
                              { OK,       NO_READY,  NO_READY, NO_READY, NO_READY },
                              { NULL,     INVITER,   INVITER,  INVITER,  INVITER } },
    { "Set-LocalAddress", "192.0.2.7",
                              { OK,       NO_STATE,  NO_STATE, NO_STATE, NO_STATE },
                              { NULL,     OK,        NO_STATE, NO_STATE, NO_STATE } },
    { "Invite", "come",
                              { OK,       NO_READY,  NO_READY, NO_READY, NO_READY },
                              { NULL,     INVITER,   INVITER,  INVITER,  INVITER } },
    { "Accept", "yes",
                              { INVITEE,  INVITEE,   INVITEE,  INVITEE,  INVITEE },
                              { NULL,     OK,        NO_STATE, NO_STATE, NO_STATE } },
    { "AcceptWith-LocalAddress", "192.0.2.9",
                              { INVITEE,  INVITEE,   INVITEE,  INVITEE,  INVITEE },
                              { NULL,     OK,        NO_STATE, NO_STATE, NO_STATE } },
    { "Decline", "no",
                              { INVITEE,  INVITEE,   INVITEE,  INVITEE,  INVITEE },
                              { NULL,     OK,        NO_STATE, NO_STATE, NO_STATE } },
    { "Cancel", "bye",
                              { OK,       OK,        OK,       OK,       NO_STATE },
                              { NULL,     INVITER,   OK,       OK,       NO_STATE } },
    { "Cancel-with-hr", "81000608",
                              { OK,       OK,        OK,       OK,       NO_STATE },
                              { NULL,     INVITER,   OK,       OK,       NO_STATE } },
    { "SendContextData", "data",
                              { TOO_SOON, TOO_SOON,  OK,       OK,       NO_STATE },
                              { NULL,     TOO_SOON,  OK,       OK,       NO_STATE } },
    { "SuppressDefault", "OnInvitation",
                              { NO_STATE, NO_STATE,  NO_STATE, NO_STATE, NO_STATE },
                              { NULL,     OK,        NO_STATE, NO_STATE, NO_STATE } },
    { "SuppressDefault", "BeforeAppLaunch",
                              { NO_STATE, NO_STATE,  NO_STATE, NO_STATE, NO_STATE },
                              { NULL,     NO_STATE,  OK,       NO_STATE, NO_STATE } },
    { "Detach", NULL,
                              { OK,       OK,        NO_STATE, NO_STATE, NO_STATE },
                              { NULL,     INVITER,   INVITER,  INVITER,  INVITER } },
};
/* clang-format on */

/* Arguments come before side and state: these are wrong whoever calls, and whenever. */
static const struct {
    const char *name;
    const char *argument; /* NULL: one too long */
    const char *error;
} bad_calls[] = {
    { "Set-Application", "", INVALID },
    { "Set-Application", "Chess", INVALID },
    { "Set-Application", "{6f0c8e6a-3b1d-4c52-9e57-0a1b2c3d4e5f}", INVALID },
    { "Set-Application", "6F0C8E6A-3B1D-4C52-9E57-0A1B2C3D4E5F", INVALID },
    { "Set-LocalAddress", "localhost", INVALID },
    { "Set-LocalAddress", "192.0.2", INVALID },
    { "Set-LocalAddress", "192.0.2.7 ", INVALID },
    { "Set-LocalAddress", "fe80::1%eth0", INVALID },
    { "Invite", NULL, INVALID },
    { "Invite", "\xff", INVALID },
    { "Accept", NULL, INVALID },
    { "Accept", "\xff", INVALID },
    { "AcceptWith-LocalAddress", "localhost", INVALID },
    { "AcceptWith-LocalAddress", "fe80::1%eth0", INVALID },
    { "Decline", NULL, INVALID },
    { "Decline", "\xff", INVALID },
    { "Cancel", NULL, INVALID },
    { "Cancel", "\xff", INVALID },
    { "Cancel-with-hr", "1", INVALID },
    { "Cancel-with-hr", "81000600", INVALID },
    { "Cancel-with-hr", "8100061a", INVALID },
    { "Cancel-with-hr", "81000625", INVALID },
    { "Cancel-with-hr", "81000751", INVALID },
    { "Cancel-with-hr", "8100031e", INVALID },
    { "SendContextData", NULL, OVER },
    { "SuppressDefault", "", INVALID },
    { "SuppressDefault", "onInvitation", INVALID },
    { "SuppressDefault", "OnReadyToLaunch", INVALID },
};

static const char *
expected(const Call *call, const MsgrTestPair *pair, MsgrTestWay way, MsgrRole by)
{
    MsgrState state = msgr_test_way_state(way);
    int column = state > MSGR_STATE_CONNECTED ? N_COLUMNS - 1 : (int)state - MSGR_STATE_READY;

    /* BeforeAppLaunch is fired at the inviter's side too if it invited from the messenger */
    if (pair->detached && by == MSGR_INVITER && state == MSGR_STATE_ACCEPTED &&
        g_strcmp0(call->argument, "BeforeAppLaunch") == 0)
        return OK;
    return by == MSGR_INVITER ? call->inviter[column] : call->invitee[column];
}

static void
assert_refused(MsgrTestPair *pair, MsgrRole by, const char *call, const char *argument,
               const char *name)
{
    g_autofree char *before = msgr_test_snapshot(pair->t);
    g_autofree char *after = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_false(msgr_test_call(pair, by, call, argument, &error));
    g_assert_cmpint((int)error->domain, ==, (int)MSGR_ERROR);
    g_assert_cmpstr(msgr_error_dbus_name(error->code), ==, name);
    g_assert_cmpuint(strlen(error->message), >, 10);
    g_assert_false(msgr_turn_needs_writing(pair->t->model->turn));
    after = msgr_test_snapshot(pair->t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_signals(pair->t, "");
}

/* What it does is another test's: here it is that it is done, once and for good. */
static void
assert_done(MsgrTestPair *pair, MsgrRole by, const Call *call)
{
    msgr_test_assert_done(msgr_test_call(pair, by, call->name, call->argument, &error));
    msgr_test_drop(pair->t);
    msgr_test_check_indexes(pair->t);
}

static void
try_call(const Call *call, MsgrTestWay way, MsgrRole by, gboolean detached)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(detached);
    const char *error;

    msgr_test_pair_bring(pair, way);
    if (msgr_test_pair_side(pair, by) == NULL)
        return;
    g_test_message("by the %s%s", by == MSGR_INVITER ? "inviter" : "invitee",
                   detached ? ", detached" : "");
    error = expected(call, pair, way, by);
    if (error != OK)
        assert_refused(pair, by, call->name, call->argument, error);
    else
        assert_done(pair, by, call);
}

static void
try_bad_arguments(const Call *call, MsgrTestWay way, MsgrRole by)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    g_autofree char *too_long = g_strnfill(513, 'x');

    msgr_test_pair_bring(pair, way);
    if (msgr_test_pair_side(pair, by) == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(bad_calls); i++) {
        const char *argument = bad_calls[i].argument != NULL ? bad_calls[i].argument : too_long;

        if (!g_str_equal(bad_calls[i].name, call->name))
            continue;
        g_test_message("argument %u of the bad ones", (guint)i);
        assert_refused(pair, by, call->name, argument, bad_calls[i].error);
    }
}

static void
test_call(gconstpointer data)
{
    const MsgrTestWay way = GPOINTER_TO_INT(data) % N_WAYS;
    const Call *call = &calls[GPOINTER_TO_INT(data) / N_WAYS];

    for (int by = 0; by < MSGR_N_ROLES; by++) {
        try_call(call, way, by, FALSE);
        if (msgr_test_way_is_possible(way, TRUE))
            try_call(call, way, by, TRUE);
        try_bad_arguments(call, way, by);
    }
}

static void
add_calls(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(calls) * N_WAYS; i++) {
        g_autofree char *path =
            g_strdup_printf("/session/rules/%s/%s-%u", msgr_test_way_name(i % N_WAYS),
                            calls[i / N_WAYS].name, (guint)(i / N_WAYS));

        g_test_add_data_func(path, GINT_TO_POINTER((int)i), test_call);
    }
}

/* The table alone, for who asks it before a session is there. */
static void
test_table(void)
{
    static const struct {
        MsgrSessionCall call;
        const char *name;
    } names[] = {
        { MSGR_CALL_SET_APPLICATION, "Set-Application" },
        { MSGR_CALL_SET_LOCAL_ADDRESS, "Set-LocalAddress" },
        { MSGR_CALL_INVITE, "Invite" },
        { MSGR_CALL_ACCEPT, "Accept" },
        { MSGR_CALL_DECLINE, "Decline" },
        { MSGR_CALL_CANCEL, "Cancel" },
        { MSGR_CALL_SEND_CONTEXT_DATA, "SendContextData" },
        { MSGR_CALL_SUPPRESS_INVITATION, "SuppressDefault" },
        { MSGR_CALL_DETACH, "Detach" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const Call *call = calls;

        while (!g_str_equal(call->name, names[i].name))
            call++;
        for (int state = MSGR_STATE_READY; state < MSGR_N_STATES; state++) {
            int column = MIN(state - MSGR_STATE_READY, N_COLUMNS - 1);
            MsgrError code = MSGR_N_ERRORS;
            gboolean may = msgr_session_rule(names[i].call, MSGR_INVITER, state, &code);

            g_assert_cmpint(may, ==, call->inviter[column] == OK);
            g_assert_cmpint(msgr_session_rule(names[i].call, MSGR_INVITER, state, NULL), ==, may);
            if (!may)
                g_assert_cmpstr(msgr_error_dbus_name(code), ==, call->inviter[column]);
            if (state == MSGR_STATE_READY)
                continue;
            may = msgr_session_rule(names[i].call, MSGR_INVITEE, state, &code);
            g_assert_cmpint(may, ==, call->invitee[column] == OK);
            if (!may)
                g_assert_cmpstr(msgr_error_dbus_name(code), ==, call->invitee[column]);
        }
    }
}

/* What is still right, at the limits. */
static void
test_limits(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    g_autofree char *app_data = g_strnfill(512, 'x');
    g_autoptr(GString) context_data = g_string_new(NULL);

    for (int i = 0; i < 300; i++)
        g_string_append(context_data, "\xe2\x99\x9e"); /* a knight: three bytes */
    msgr_test_pair_bring(pair, WAY_READY);
    msgr_test_assert_done(
        msgr_test_call(pair, MSGR_INVITER, "Set-LocalAddress", "2001:db8::7", &error));
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITER, "Invite", app_data, &error));
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "Accept", app_data, &error));
    msgr_test_assert_done(
        msgr_test_call(pair, MSGR_INVITER, "SendContextData", context_data->str, &error));
    msgr_test_drop(pair->t);
    g_string_append_c(context_data, '.');
    assert_refused(pair, MSGR_INVITER, "SendContextData", context_data->str, OVER);
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "SendContextData", "", &error));
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITER, "Cancel", app_data, &error));
}

static void
try_hr(guint32 hr)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    g_autofree char *argument = g_strdup_printf("%x", hr);

    msgr_test_pair_bring(pair, WAY_CONNECTED);
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "Cancel-with-hr", argument, &error));
    g_assert_cmpuint(msgr_test_number(msgr_test_pair_side(pair, MSGR_INVITER), "Result"), ==, hr);
    g_assert_cmpuint(msgr_test_number(msgr_test_pair_side(pair, MSGR_INVITEE), "Result"), ==,
                     0x81000606);
}

/* Every SESSION_RESULT that the original defined. */
static void
test_every_hr(void)
{
    for (guint32 hr = 0x81000601; hr <= 0x81000619; hr++)
        try_hr(hr);
    for (guint32 hr = 0x81000620; hr <= 0x81000624; hr++)
        try_hr(hr);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_calls();
    g_test_add_func("/session/rules/table", test_table);
    g_test_add_func("/session/rules/limits", test_limits);
    g_test_add_func("/session/rules/every-hr", test_every_hr);
    return g_test_run();
}
