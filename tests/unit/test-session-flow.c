/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sessions from their beginning to their end, and who sees which of them.
 */
#include "msgr-test-pair.h"

/* The kinds of clients, each against each kind of session. */
typedef enum {
    SAME,             /* unlocked as the application in question */
    OTHER,            /* unlocked as another of the same user's */
    MESSENGER,        /* unlocked with a key that has `messenger` */
    LOCKED,           /* of the same user */
    PRIVATE_ONLY,     /* the application in question, but only Private is unlocked */
    STRANGER,         /* another user's, as the application in question */
    STRANGERS_PANEL,  /* another user's, with `messenger` */
    SHARED_SAME,      /* locked, but the user shares the application in question */
    SHARED_OTHER,     /* locked, and the user shares another */
    SHARED_MESSENGER, /* locked, and the user shares one with `messenger` */
    N_KINDS
} Kind;

static const char *const kind_names[N_KINDS] = {
    "same",     "other",           "messenger",   "locked",       "private-only",
    "stranger", "strangers-panel", "shared-same", "shared-other", "shared-messenger",
};

/* "alice" or "bob" uses SCRIPT as the application in question: a key of one's own can be shared. */
#define SHARER "org.example.Sharer"

static const char *
kind_app_id(Kind kind)
{
    switch (kind) {
    case SAME:
    case STRANGER:
    case PRIVATE_ONLY:
    case SHARED_SAME:
        return SCRIPT;
    case MESSENGER:
    case STRANGERS_PANEL:
        return PANEL;
    case SHARED_OTHER:
    case SHARED_MESSENGER:
        return SHARER;
    case OTHER:
    case LOCKED:
    case N_KINDS:
    default:
        return NOTES;
    }
}

static gboolean
is_shared(Kind kind)
{
    return kind == SHARED_SAME || kind == SHARED_OTHER || kind == SHARED_MESSENGER;
}

/* Somebody of the user's shares, and leaves. */
static void
share(MsgrTestModel *t, const char *user, Kind kind)
{
    g_autofree char *name = g_strconcat(user, "-sharer", NULL);
    const char *more = kind == SHARED_MESSENGER
                           ? "'capabilities': ['sessions', 'messenger', 'share']"
                           : "'capabilities': ['sessions', 'private', 'share']";

    msgr_test_own_key(t, user, kind_app_id(kind), more);
    msgr_test_share(t, msgr_test_client(t, name, kind_app_id(kind)), MSGR_OBJECT_SESSION_MANAGER,
                    3600);
    msgr_test_gone(t, name);
}

/* A client "user-kind", or of a stranger's. */
static MsgrClient *
new_client(MsgrTestModel *t, const char *user, Kind kind)
{
    gboolean is_strange = kind == STRANGER || kind == STRANGERS_PANEL;
    g_autofree char *name = g_strdup_printf("%s-kind", is_strange ? "carol" : user);
    MsgrClient *client;

    if (kind == STRANGER)
        msgr_test_own_key(t, "carol", SCRIPT, "'capabilities': ['sessions']");
    if (kind == SAME || kind == STRANGER || kind == MESSENGER || kind == STRANGERS_PANEL)
        return msgr_test_client(t, name, kind_app_id(kind));
    if (kind == OTHER)
        return msgr_test_client(t, name, CARDS);
    client = msgr_test_locked(t, name);
    if (kind == PRIVATE_ONLY)
        msgr_test_unlock(t, client, MSGR_OBJECT_PRIVATE, SCRIPT);
    if (is_shared(kind))
        share(t, user, kind);
    msgr_test_drop(t);
    return client;
}

/* What a session has to do with the application in question, SCRIPT. */
typedef enum {
    CREATED,             /* made by it, and not sent yet */
    CREATED_AND_SENT,    /* made by it, for an application of another */
    REGISTERED_AT_HOME,  /* made by another, for its application */
    REGISTERED,          /* sent to a user where the application is its own */
    PACKAGED,            /* the same, but as a package says */
    PACKAGED_FOR_OTHERS, /* registered by it, but a package says otherwise */
    UNREGISTERED,        /* sent to a user where nobody has registered the application */
    REGISTERED_BY_OTHER, /* nothing at all */
    ATTACHED,            /* taken by it, for an application of another */
    N_RELATIONS
} Relation;

static const struct {
    const char *name;
    const char *user; /* whose side it is about */
    gboolean sees;    /* whether the application in question does */
} relations[N_RELATIONS] = {
    [CREATED] = { "created", "alice", TRUE },
    [CREATED_AND_SENT] = { "created-and-sent", "alice", TRUE },
    [REGISTERED_AT_HOME] = { "registered-at-home", "alice", TRUE },
    [REGISTERED] = { "registered", "bob", TRUE },
    [PACKAGED] = { "packaged", "bob", TRUE },
    [PACKAGED_FOR_OTHERS] = { "packaged-for-others", "bob", FALSE },
    [UNREGISTERED] = { "unregistered", "bob", FALSE },
    [REGISTERED_BY_OTHER] = { "registered-by-other", "bob", FALSE },
    [ATTACHED] = { "attached", "bob", TRUE },
};

/* The other clients stay out of it: their applications' IDs are nobody else's. */
static MsgrClient *
enter(MsgrTestModel *t, const char *name, const char *app_id)
{
    return msgr_test_client(t, name, app_id);
}

static MsgrSide *
make_at_home(MsgrTestModel *t, Relation relation)
{
    MsgrClient *script = enter(t, "alice", SCRIPT);
    MsgrClient *chess = enter(t, "alice-chess", CHESS);
    MsgrSide *side;

    enter(t, "bob", CHESS);
    msgr_test_register(t, relation == REGISTERED_AT_HOME ? script : chess, CHESS_GUID);
    if (relation == CREATED)
        side = msgr_test_session(t, script, CHESS_GUID);
    else
        side =
            msgr_test_invite(t, relation == REGISTERED_AT_HOME ? chess : script, CHESS_GUID, "bob");
    return side;
}

/* A messenger with the key SCRIPT took the launch, and lost the right to see everything. */
static void
attach(MsgrTestModel *t, MsgrSide *invitee)
{
    MsgrClient *script;

    msgr_test_own_key(t, "bob", SCRIPT, "'capabilities': ['sessions', 'private', 'messenger']");
    script = enter(t, "bob-script", SCRIPT);
    msgr_test_assert_done(msgr_side_accept(invitee, "", NULL, &error));
    msgr_test_assert_done(msgr_side_suppress(invitee, script, "BeforeAppLaunch", &error));
    msgr_test_own_key(t, "bob", SCRIPT, "'capabilities': ['sessions', 'private', 'share']");
}

static MsgrSide *
make_away(MsgrTestModel *t, Relation relation)
{
    MsgrClient *chess = enter(t, "alice", CHESS);
    MsgrClient *bob = enter(t, "bob", CHESS);
    MsgrSide *invitee;

    msgr_test_register(t, chess, CHESS_GUID);
    if (relation == REGISTERED || relation == PACKAGED_FOR_OTHERS)
        msgr_test_register(t, enter(t, "bob-script", SCRIPT), CHESS_GUID);
    else if (relation != UNREGISTERED)
        msgr_test_register(t, bob, CHESS_GUID);
    if (relation == PACKAGED || relation == PACKAGED_FOR_OTHERS)
        msgr_test_package(t, CHESS_GUID, relation == PACKAGED ? SCRIPT : CHESS);
    invitee = msgr_side_other(msgr_test_invite(t, chess, CHESS_GUID, "bob"));
    if (relation == ATTACHED)
        attach(t, invitee);
    return invitee;
}

static MsgrSide *
make(MsgrTestModel *t, Relation relation)
{
    static const char more[] = "'capabilities': ['sessions', 'private', 'share']";
    gboolean at_home = g_str_equal(relations[relation].user, "alice");
    MsgrSide *side;

    msgr_test_own_key(t, "alice", SCRIPT, more);
    msgr_test_own_key(t, "bob", SCRIPT, more);
    side = at_home ? make_at_home(t, relation) : make_away(t, relation);
    msgr_test_drop(t);
    return side;
}

static gboolean
sees_by_rule(Kind kind, Relation relation)
{
    if (kind == MESSENGER || kind == SHARED_MESSENGER)
        return TRUE;
    return (kind == SAME || kind == SHARED_SAME) && relations[relation].sees;
}

static gboolean
is_in_list(MsgrClient *client, MsgrSide *side)
{
    g_autoptr(GVariant) list = g_variant_ref_sink(msgr_side_list(client));
    GVariantIter iter;
    const char *path;
    GVariant *properties;
    gboolean found = FALSE;

    g_variant_iter_init(&iter, list);
    while (g_variant_iter_next(&iter, "(&o@a{sv})", &path, &properties)) {
        g_autoptr(GVariant) expected = g_variant_ref_sink(msgr_side_properties(side));

        if (g_str_equal(path, side->path)) {
            g_assert_true(g_variant_equal(properties, expected));
            found = TRUE;
        }
        g_variant_unref(properties);
    }
    return found;
}

/* Seen, listed, and told of what happens are the same. */
static void
test_visibility(gconstpointer data)
{
    const Kind kind = GPOINTER_TO_INT(data) % N_KINDS;
    const Relation relation = GPOINTER_TO_INT(data) / N_KINDS;
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrSide *side = make(t, relation);
    MsgrClient *client = new_client(t, relations[relation].user, kind);
    gboolean sees = sees_by_rule(kind, relation);

    g_assert_cmpint(msgr_client_sees(client, side), ==, sees);
    g_assert_false(msgr_client_sees(client, msgr_side_other(side)));
    g_assert_cmpint(is_in_list(client, side), ==, sees);
    msgr_test_assert_done(
        msgr_side_cancel(msgr_session_side(side->session, MSGR_INVITER), 0, "", &error));
    g_assert_cmpint(msgr_test_find_signal(t, client->name, "OnStateChanged") != NULL, ==, sees);
    g_assert_cmpint(msgr_test_find_signal(t, client->name, "OnTermination") != NULL, ==, sees);
    g_assert_cmpint(is_in_list(client, side), ==, sees);
}

static void
add_visibility(void)
{
    for (int i = 0; i < N_KINDS * N_RELATIONS; i++) {
        g_autofree char *path = g_strdup_printf(
            "/session/visibility/%s/%s", relations[i / N_KINDS].name, kind_names[i % N_KINDS]);

        g_test_add_data_func(path, GINT_TO_POINTER(i), test_visibility);
    }
}

/* Of the sessions that a client sees, the oldest first. */
static void
test_list(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *alice = msgr_test_client(t, "alice", CHESS);
    g_autoptr(GVariant) list = NULL;
    MsgrSide *sides[20];

    for (gsize i = 0; i < G_N_ELEMENTS(sides); i++)
        sides[i] = msgr_test_session(t, alice, NULL);
    list = g_variant_ref_sink(msgr_side_list(alice));
    g_assert_cmpuint(g_variant_n_children(list), ==, G_N_ELEMENTS(sides));
    for (gsize i = 0; i < G_N_ELEMENTS(sides); i++) {
        const char *path;

        g_variant_get_child(list, i, "(&o@a{sv})", &path, NULL);
        g_assert_cmpstr(path, ==, sides[i]->path);
    }
}

static void
test_paths(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrSide *inviter, *invitee;

    msgr_test_pair_bring(pair, WAY_INVITATION);
    inviter = msgr_test_pair_side(pair, MSGR_INVITER);
    invitee = msgr_test_pair_side(pair, MSGR_INVITEE);
    g_assert_true(
        g_regex_match_simple("^/org/msgr/Messenger/Session/[0-9a-f]{32}$", inviter->path, 0, 0));
    g_assert_true(
        g_regex_match_simple("^/org/msgr/Messenger/Session/[0-9a-f]{32}$", invitee->path, 0, 0));
    g_assert_cmpstr(inviter->path, !=, invitee->path);
    g_assert_true(g_regex_match_simple("^\\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\\}$",
                                       msgr_test_text(inviter, "SessionId"), 0, 0));
    g_assert_null(msgr_side_property(inviter, "NoSuchProperty"));
}

/* What is created and taken back is as if it had never been. */
static void
test_create_taken_back(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *alice = msgr_test_client(t, "alice", CHESS);
    g_autofree char *before = msgr_test_snapshot(t);
    g_autofree char *after = NULL;

    g_assert_nonnull(msgr_session_create(alice, NULL));
    g_assert_cmpuint(g_hash_table_size(t->model->sides), ==, 1);
    g_assert_false(msgr_turn_needs_writing(t->model->turn));
    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    g_assert_cmpstr(msgr_test_text(msgr_session_create(alice, NULL), "Application"), ==, "");
    msgr_test_assert_signals(t, "");
}

/* Context data is without number before the session is connected, and five times a side then. */
static void
test_context_data(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_pair_bring(pair, WAY_ACCEPTED);
    for (int i = 0; i < 50; i++)
        for (int role = 0; role < MSGR_N_ROLES; role++)
            msgr_test_assert_done(msgr_test_call(pair, role, "SendContextData", "early", &error));
    msgr_test_assert_done(
        msgr_test_call(pair, MSGR_INVITEE, "SuppressDefault", "BeforeAppLaunch", &error));
    msgr_test_drop(pair->t);
    for (int role = 0; role < MSGR_N_ROLES; role++) {
        for (int i = 0; i < 5; i++)
            msgr_test_assert_done(msgr_test_call(pair, role, "SendContextData", "late", &error));
        msgr_test_assert_refused(msgr_test_call(pair, role, "SendContextData", "x", &error),
                                 MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT);
    }
    g_assert_cmpstr(msgr_test_text(pair->inviter, "ContextData"), ==, "late");
    msgr_test_assert_signals(pair->t, "alice.OnContextData('late')\n"
                                      "alice.OnContextData('late')\n"
                                      "alice.OnContextData('late')\n"
                                      "alice.OnContextData('late')\n"
                                      "alice.OnContextData('late')\n"
                                      "bob.OnContextData('late')\n"
                                      "bob.OnContextData('late')\n"
                                      "bob.OnContextData('late')\n"
                                      "bob.OnContextData('late')\n"
                                      "bob.OnContextData('late')\n");
}

/* What could not be written was not sent, and doesn't count. */
static void
test_context_data_taken_back(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_pair_bring(pair, WAY_CONNECTED);
    for (int i = 0; i < 20; i++) {
        msgr_test_assert_done(
            msgr_test_call(pair, MSGR_INVITER, "SendContextData", "lost", &error));
        msgr_test_rollback(pair->t);
    }
    for (int i = 0; i < 5; i++) {
        msgr_test_assert_done(
            msgr_test_call(pair, MSGR_INVITER, "SendContextData", "data", &error));
        msgr_test_commit(pair->t);
    }
    msgr_test_assert_refused(msgr_test_call(pair, MSGR_INVITER, "SendContextData", "x", &error),
                             MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT);
}

static MsgrSide *
invite_echo(MsgrTestPair *pair)
{
    MsgrSide *side = msgr_test_session(pair->t, pair->alice, CHESS_GUID);
    MsgrContact *echo = msgr_test_contact(pair->t, "alice", "echo");

    msgr_test_assert_done(msgr_side_set_local_address(side, "192.0.2.7", &error));
    msgr_test_assert_done(msgr_side_invite(side, echo, "hello", &error));
    return side;
}

/* The contact that accepts everything, and says what it was told. */
static void
test_echo(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrSide *side = invite_echo(pair);

    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(READY)\n"
                                      "alice.OnStateChanged(INVITATION)\n"
                                      "alice.OnAccepted('hello')\n"
                                      "alice.OnReadyToLaunch()\n"
                                      "alice.OnStateChanged(ACCEPTED)\n");
    g_assert_cmpuint(msgr_test_number(side, "State"), ==, MSGR_STATE_CONNECTED);
    g_assert_cmpstr(msgr_test_text(side, "RemoteAddress"), ==, "192.0.2.7");
    g_assert_cmpuint(g_hash_table_size(pair->t->model->sides), ==, 1);
    for (int i = 0; i < 5; i++)
        msgr_test_assert_done(msgr_side_send_context_data(side, "anybody?", &error));
    msgr_test_assert_refused(msgr_side_send_context_data(side, "anybody?", &error),
                             MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT);
    g_assert_cmpstr(msgr_test_text(side, "ContextData"), ==, "anybody?");
    g_assert_nonnull(msgr_test_find_signal(pair->t, "alice", "OnContextData"));
    msgr_test_drop(pair->t);
    msgr_test_assert_done(msgr_side_cancel(side, 0, "bye", &error));
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(CONNECTED)\n"
                                      "alice.OnTermination(SessionCancelledLocal, 'bye')\n");
}

/* From the messenger the application is launched here too, before it can connect. */
static void
test_echo_detached(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(TRUE);
    MsgrSide *side = invite_echo(pair);

    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(READY)\n"
                                      "alice.OnStateChanged(INVITATION)\n"
                                      "alice.OnAccepted('hello')\n"
                                      "alice.OnReadyToLaunch()\n"
                                      "alice.BeforeAppLaunch(true)\n");
    for (int i = 0; i < 10; i++)
        msgr_test_assert_done(msgr_side_send_context_data(side, "early", &error));
    g_assert_cmpstr(msgr_test_text(side, "ContextData"), ==, "early");
    msgr_test_drop(pair->t);
    msgr_test_assert_done(msgr_side_suppress(side, pair->alice, "BeforeAppLaunch", &error));
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(ACCEPTED)\n");
}

static void
test_echo_is_left(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrSide *side = invite_echo(pair);

    msgr_test_gone(pair->t, "alice");
    msgr_test_advance(pair->t, SECONDS(30));
    g_assert_cmpuint(msgr_test_number(side, "State"), ==, MSGR_STATE_TERMINATED);
    g_assert_cmpuint(msgr_test_number(side, "Result"), ==, 0x81000603);
}

static void
test_echo_after_restart(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    g_autofree char *id = g_strdup(invite_echo(pair)->id);
    MsgrSide *side;

    msgr_test_restart(pair->t, SECONDS(5));
    side = msgr_model_side(pair->t->model, id);
    g_assert_nonnull(side);
    pair->alice = msgr_test_client(pair->t, "alice", CHESS);
    msgr_test_assert_done(msgr_side_send_context_data(side, "still there?", &error));
    msgr_test_assert_signals(pair->t, "alice.OnContextData('still there?')\n");
}

/* Blocking changes nothing for what is under way. */
static void
test_blocked_meanwhile(void)
{
    for (int way = WAY_INVITATION; way <= WAY_CONNECTED; way++) {
        g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

        msgr_test_pair_bring(pair, way);
        msgr_test_block(msgr_test_contact(pair->t, "bob", "alice"), TRUE);
        msgr_test_block(msgr_test_contact(pair->t, "alice", "bob"), TRUE);
        msgr_test_drop(pair->t);
        if (way == WAY_INVITATION)
            msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "Accept", "yes", &error));
        msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITER, "SendContextData", "x", &error));
        g_assert_nonnull(msgr_test_find_signal(pair->t, "bob", "OnContextData"));
        msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "Cancel", "bye", &error));
        g_assert_nonnull(msgr_test_find_signal(pair->t, "alice", "OnTermination"));
    }
}

/* Several changes of one turn go together, or not at all. */
static void
test_turn_of_many(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    g_autofree char *before = msgr_test_snapshot(pair->t);
    g_autofree char *after = NULL;

    for (int i = 0; i < 2; i++) {
        pair->inviter = msgr_session_create(pair->alice, NULL);
        msgr_test_assert_done(
            msgr_test_call(pair, MSGR_INVITER, "Set-Application", CHESS_GUID, &error));
        msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITER, "Invite", "come", &error));
        msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "Accept", "yes", &error));
        msgr_test_assert_done(
            msgr_test_call(pair, MSGR_INVITEE, "SuppressDefault", "BeforeAppLaunch", &error));
        msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITER, "Cancel", "bye", &error));
        if (i == 0) {
            msgr_test_rollback(pair->t);
            after = msgr_test_snapshot(pair->t);
            g_assert_cmpstr(after, ==, before);
        }
    }
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(READY)\n"
                                      "alice.OnStateChanged(INVITATION)\n"
                                      "alice.OnAccepted('yes')\n"
                                      "alice.OnReadyToLaunch()\n"
                                      "alice.OnStateChanged(ACCEPTED)\n"
                                      "alice.OnStateChanged(CONNECTED)\n"
                                      "alice.OnTermination(SessionCancelledLocal, 'bye')\n"
                                      "bob.OnInvitation(invitee, 'come', false, {...})\n"
                                      "bob.OnStateChanged(INVITATION)\n"
                                      "bob.OnReadyToLaunch()\n"
                                      "bob.BeforeAppLaunch(true)\n"
                                      "bob.OnStateChanged(ACCEPTED)\n"
                                      "bob.OnStateChanged(CONNECTED)\n"
                                      "bob.OnCancelled('bye')\n"
                                      "bob.OnTermination(SessionCancelledRemote, 'bye')\n");
    msgr_test_advance(pair->t, SECONDS(60));
    g_assert_cmpuint(g_hash_table_size(pair->t->model->sides), ==, 0);
}

/* What can be read of the limits is what holds. */
static void
test_limits_property(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autoptr(GVariant) limits = g_variant_ref_sink(msgr_model_limits(t->model));
    static const struct {
        const char *name;
        guint32 value;
    } expected[] = {
        { "MaxAppData", 512 },           { "MaxContextData", 300 },
        { "MaxContextAfterConnect", 5 }, { "MaxSessionsPerClient", 64 },
        { "InvitationTimeout", 300 },    { "ClientGrace", 30 },
        { "LaunchTimeout", 30 },         { "InstallTimeout", 3600 },
        { "ChallengeLifetime", 60 },     { "DecisionWindow", 500 },
        { "EndedSessionLinger", 60 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
        guint32 value = 0;

        g_assert_true(g_variant_lookup(limits, expected[i].name, "u", &value));
        g_assert_cmpuint(value, ==, expected[i].value);
    }
    g_assert_cmpstr(g_variant_get_type_string(limits), ==, "a{su}");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_visibility();
    g_test_add_func("/session/flow/list", test_list);
    g_test_add_func("/session/flow/paths", test_paths);
    g_test_add_func("/session/flow/create-taken-back", test_create_taken_back);
    g_test_add_func("/session/flow/context-data", test_context_data);
    g_test_add_func("/session/flow/context-data-taken-back", test_context_data_taken_back);
    g_test_add_func("/session/flow/echo", test_echo);
    g_test_add_func("/session/flow/echo-detached", test_echo_detached);
    g_test_add_func("/session/flow/echo-is-left", test_echo_is_left);
    g_test_add_func("/session/flow/echo-after-restart", test_echo_after_restart);
    g_test_add_func("/session/flow/blocked-meanwhile", test_blocked_meanwhile);
    g_test_add_func("/session/flow/turn-of-many", test_turn_of_many);
    g_test_add_func("/session/flow/limits", test_limits_property);
    return g_test_run();
}
