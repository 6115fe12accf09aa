/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * alice and bob, with one session between them in any state that there is, reached by real calls.
 */
#include "msgr-test-pair.h"

static MsgrClient *
enter(MsgrTestPair *pair, const char *name)
{
    const char *app_id = pair->detached && g_str_equal(name, "alice") ? PANEL : CHESS;

    return msgr_test_client(pair->t, name, app_id);
}

MsgrTestPair *
msgr_test_pair_new(gboolean detached)
{
    MsgrTestPair *pair = g_new0(MsgrTestPair, 1);

    pair->t = msgr_test_model_new();
    pair->detached = detached;
    pair->alice = enter(pair, "alice");
    pair->bob = enter(pair, "bob");
    msgr_test_register(pair->t, pair->alice, CHESS_GUID);
    msgr_test_register(pair->t, pair->alice, CARDS_GUID);
    msgr_test_register(pair->t, pair->bob, CHESS_GUID);
    msgr_test_contact(pair->t, "alice", "bob");
    msgr_test_contact(pair->t, "bob", "alice");
    msgr_test_drop(pair->t);
    return pair;
}

void
msgr_test_pair_free(MsgrTestPair *pair)
{
    msgr_test_model_free(pair->t);
    g_free(pair);
}

/* Returns: (nullable): the side, if it has come to be. */
MsgrSide *
msgr_test_pair_side(MsgrTestPair *pair, MsgrRole role)
{
    MsgrSide *side = msgr_session_side(pair->inviter->session, role);

    return side->id == NULL ? NULL : msgr_model_side(pair->t->model, side->id);
}

MsgrClient *
msgr_test_pair_client(MsgrTestPair *pair, MsgrRole role)
{
    return role == MSGR_INVITER ? pair->alice : pair->bob;
}

static void
bring_ready(MsgrTestPair *pair)
{
    pair->inviter = msgr_test_session(pair->t, pair->alice, CHESS_GUID);
}

static void
bring_invitation(MsgrTestPair *pair)
{
    bring_ready(pair);
    msgr_test_assert_done(msgr_side_invite(
        pair->inviter, msgr_test_contact(pair->t, "alice", "bob"), "hello", &error));
}

static void
accept(MsgrTestPair *pair)
{
    MsgrSide *invitee = msgr_test_pair_side(pair, MSGR_INVITEE);

    msgr_test_assert_done(msgr_side_accept(invitee, "yes", NULL, &error));
}

static void
bring_accepted(MsgrTestPair *pair)
{
    bring_invitation(pair);
    accept(pair);
}

static void
take_launch(MsgrTestPair *pair, MsgrRole role)
{
    msgr_test_assert_done(msgr_side_suppress(msgr_test_pair_side(pair, role),
                                             msgr_test_pair_client(pair, role), "BeforeAppLaunch",
                                             &error));
}

static void
bring_connected(MsgrTestPair *pair)
{
    bring_accepted(pair);
    take_launch(pair, MSGR_INVITEE);
    if (pair->detached)
        take_launch(pair, MSGR_INVITER);
}

static void
cancel(MsgrTestPair *pair, MsgrRole role)
{
    msgr_test_assert_done(msgr_side_cancel(msgr_test_pair_side(pair, role), 0, "enough", &error));
}

static void
bring_cancelled_before_invite(MsgrTestPair *pair)
{
    bring_ready(pair);
    cancel(pair, MSGR_INVITER);
}

static void
bring_cancelled_by_inviter(MsgrTestPair *pair)
{
    bring_invitation(pair);
    cancel(pair, MSGR_INVITER);
}

static void
bring_cancelled_by_time(MsgrTestPair *pair)
{
    bring_invitation(pair);
    msgr_test_advance(pair->t, SECONDS(300));
}

static void
bring_declined(MsgrTestPair *pair)
{
    bring_invitation(pair);
    msgr_test_assert_done(msgr_side_decline(msgr_test_pair_side(pair, MSGR_INVITEE), "no", &error));
}

static void
bring_inviter_ends_accepted(MsgrTestPair *pair)
{
    bring_accepted(pair);
    cancel(pair, MSGR_INVITER);
}

static void
bring_invitee_ends_accepted(MsgrTestPair *pair)
{
    bring_accepted(pair);
    cancel(pair, MSGR_INVITEE);
}

static void
bring_inviter_ends_connected(MsgrTestPair *pair)
{
    bring_connected(pair);
    cancel(pair, MSGR_INVITER);
}

static void
bring_invitee_ends_connected(MsgrTestPair *pair)
{
    bring_connected(pair);
    cancel(pair, MSGR_INVITEE);
}

static void
bring_nobody_launches(MsgrTestPair *pair)
{
    bring_accepted(pair);
    msgr_test_advance(pair->t, G_USEC_PER_SEC / 2);
}

/* Both are there again afterwards, to see what is left. */
static void
lose(MsgrTestPair *pair, MsgrRole role)
{
    MsgrClient **client = role == MSGR_INVITER ? &pair->alice : &pair->bob;
    g_autofree char *name = g_strdup((*client)->name);

    msgr_test_gone(pair->t, name);
    msgr_test_advance(pair->t, SECONDS(30));
    *client = enter(pair, name);
}

static void
bring_inviter_lost_in_invitation(MsgrTestPair *pair)
{
    bring_invitation(pair);
    lose(pair, MSGR_INVITER);
}

/* The launch is decided sooner than anybody is given up: the inviter left before it was accepted.
 */
static void
bring_inviter_lost_in_accepted(MsgrTestPair *pair)
{
    bring_invitation(pair);
    msgr_test_gone(pair->t, "alice");
    msgr_test_advance(pair->t, SECONDS(30) - 1);
    accept(pair);
    msgr_test_advance(pair->t, 1);
    pair->alice = enter(pair, "alice");
}

static void
bring_inviter_lost_in_connected(MsgrTestPair *pair)
{
    bring_connected(pair);
    lose(pair, MSGR_INVITER);
}

static void
bring_invitee_lost_in_connected(MsgrTestPair *pair)
{
    bring_connected(pair);
    lose(pair, MSGR_INVITEE);
}

static const struct {
    const char *name;
    MsgrState state;
    void (*bring)(MsgrTestPair *pair);
    const char *results[MSGR_N_ROLES]; /* the inviter's, the invitee's */
} ways[N_WAYS] = {
    [WAY_READY] = { "ready", MSGR_STATE_READY, bring_ready, { "0", "0" } },
    [WAY_INVITATION] = { "invitation", MSGR_STATE_INVITATION, bring_invitation, { "0", "0" } },
    [WAY_ACCEPTED] = { "accepted", MSGR_STATE_ACCEPTED, bring_accepted, { "0", "0" } },
    [WAY_CONNECTED] = { "connected", MSGR_STATE_CONNECTED, bring_connected, { "0", "0" } },
    [WAY_CANCELLED_BEFORE_INVITE] = { "cancelled-before-invite",
                                      MSGR_STATE_CANCELLED,
                                      bring_cancelled_before_invite,
                                      { "SessionCancelledLocal", "0" } },
    [WAY_CANCELLED_BY_INVITER] = { "cancelled-by-inviter",
                                   MSGR_STATE_CANCELLED,
                                   bring_cancelled_by_inviter,
                                   { "SessionCancelledLocal", "SessionCancelledRemote" } },
    [WAY_CANCELLED_BY_TIME] = { "cancelled-by-time",
                                MSGR_STATE_CANCELLED,
                                bring_cancelled_by_time,
                                { "SessionTimeout", "SessionTimeout" } },
    [WAY_DECLINED] = { "declined",
                       MSGR_STATE_DECLINED,
                       bring_declined,
                       { "InvitationDeclined", "InvitationDeclined" } },
    [WAY_INVITER_ENDS_ACCEPTED] = { "inviter-ends-accepted",
                                    MSGR_STATE_TERMINATED,
                                    bring_inviter_ends_accepted,
                                    { "SessionCancelledLocal", "SessionCancelledRemote" } },
    [WAY_INVITEE_ENDS_ACCEPTED] = { "invitee-ends-accepted",
                                    MSGR_STATE_TERMINATED,
                                    bring_invitee_ends_accepted,
                                    { "SessionCancelledRemote", "SessionCancelledLocal" } },
    [WAY_INVITER_ENDS_CONNECTED] = { "inviter-ends-connected",
                                     MSGR_STATE_TERMINATED,
                                     bring_inviter_ends_connected,
                                     { "SessionCancelledLocal", "SessionCancelledRemote" } },
    [WAY_INVITEE_ENDS_CONNECTED] = { "invitee-ends-connected",
                                     MSGR_STATE_TERMINATED,
                                     bring_invitee_ends_connected,
                                     { "SessionCancelledRemote", "SessionCancelledLocal" } },
    [WAY_NOBODY_LAUNCHES] = { "nobody-launches",
                              MSGR_STATE_TERMINATED,
                              bring_nobody_launches,
                              { "ApplicationLaunchFailed", "ApplicationLaunchFailed" } },
    [WAY_INVITER_LOST_IN_INVITATION] = { "inviter-lost-in-invitation",
                                         MSGR_STATE_TERMINATED,
                                         bring_inviter_lost_in_invitation,
                                         { "ConnectionFailure", "ConnectionFailure" } },
    [WAY_INVITER_LOST_IN_ACCEPTED] = { "inviter-lost-in-accepted",
                                       MSGR_STATE_TERMINATED,
                                       bring_inviter_lost_in_accepted,
                                       { "ConnectionFailure", "ConnectionFailure" } },
    [WAY_INVITER_LOST_IN_CONNECTED] = { "inviter-lost-in-connected",
                                        MSGR_STATE_TERMINATED,
                                        bring_inviter_lost_in_connected,
                                        { "ConnectionFailure", "ConnectionFailure" } },
    [WAY_INVITEE_LOST_IN_CONNECTED] = { "invitee-lost-in-connected",
                                        MSGR_STATE_TERMINATED,
                                        bring_invitee_lost_in_connected,
                                        { "ConnectionFailure", "ConnectionFailure" } },
};

const char *
msgr_test_way_name(MsgrTestWay way)
{
    return ways[way].name;
}

MsgrState
msgr_test_way_state(MsgrTestWay way)
{
    return ways[way].state;
}

const char *
msgr_test_way_result(MsgrTestWay way, MsgrRole role)
{
    return ways[way].results[role];
}

/* Who was detached is needed in ACCEPTED by nobody until its application has attached. */
gboolean
msgr_test_way_is_possible(MsgrTestWay way, gboolean detached)
{
    return !(detached && way == WAY_INVITER_LOST_IN_ACCEPTED);
}

/* Nothing of it is left to be looked at. */
void
msgr_test_pair_bring(MsgrTestPair *pair, MsgrTestWay way)
{
    ways[way].bring(pair);
    msgr_test_drop(pair->t);
    g_assert_cmpint(pair->inviter->session->data.state, ==, ways[way].state);
}

/* Paths, IDs and times are written as what they stand for. */
static char *
value_text(MsgrTestPair *pair, MsgrSide *side, const char *name, GVariant *value)
{
    const char *hr;

    if (g_str_equal(name, "SessionId"))
        return g_strdup(g_str_equal(g_variant_get_string(value, NULL), side->session->guid)
                            ? "(of both)"
                            : g_variant_get_string(value, NULL));
    if (g_str_equal(name, "User") && msgr_side_data(side)->contact != NULL) {
        g_assert_cmpstr(g_variant_get_string(value, NULL), ==, msgr_side_data(side)->contact->path);
        return g_strdup(msgr_side_data(side)->contact->name);
    }
    if (g_str_equal(name, "State"))
        return g_strdup(msgr_test_state_name(g_variant_get_uint32(value)));
    if (g_str_equal(name, "ExpiresAt"))
        return g_variant_get_uint64(value) == 0
                   ? g_strdup("never")
                   : g_strdup_printf("%" G_GINT64_FORMAT "us",
                                     (gint64)g_variant_get_uint64(value) - pair->t->wall);
    hr = g_str_equal(name, "Result") ? msgr_hresult_name(g_variant_get_uint32(value)) : NULL;
    return hr != NULL ? g_strdup(hr) : g_variant_print(value, FALSE);
}

/* Returns: all properties of a side as "Name=value", none if it has not come to be. */
char **
msgr_test_pair_values(MsgrTestPair *pair, MsgrRole role)
{
    static const char *const names[] = {
        "Application",  "ApplicationName", "ApplicationUrl", "ContextData", "Flags",
        "LocalAddress", "RemoteAddress",   "SessionId",      "State",       "User",
        "ExpiresAt",    "Result",
    };
    MsgrSide *side = msgr_test_pair_side(pair, role);
    g_autoptr(GStrvBuilder) values = g_strv_builder_new();

    for (gsize i = 0; side != NULL && i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GVariant) value = msgr_test_property(side, names[i]);
        g_autofree char *text = value_text(pair, side, names[i], value);
        g_autofree char *line = g_strdup_printf("%s=%s", names[i], text);

        g_strv_builder_add(values, line);
    }
    return g_strv_builder_end(values);
}
