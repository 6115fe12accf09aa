/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An invitation: what refuses it, to whom it is shown and when, how many may wait, and what becomes
 * of it where the application is not registered.
 */
#include "msgr-test-pair.h"

#include <string.h>

#define NO_GUID "{00000000-0000-0000-0000-000000000000}"

static const MsgrInviteOptions no_options;

static void
assert_invite_refused(MsgrTestModel *t, MsgrSide *side, MsgrContact *contact, MsgrError code)
{
    g_autofree char *before = msgr_test_snapshot(t);
    g_autofree char *after = NULL;

    msgr_test_assert_refused(msgr_side_invite(side, contact, "", &error), code);
    g_assert_false(msgr_turn_needs_writing(t->model->turn));
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_signals(t, "");
}

/* In the order in which they are found. */
static void
test_refused(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *alice = msgr_test_client(t, "alice", CHESS);
    MsgrSide *side = msgr_test_session(t, alice, NULL);
    MsgrContact *bob = msgr_test_contact(t, "alice", "bob");
    MsgrContact *nobody = msgr_test_contact(t, "alice", "nobody");
    MsgrContact *herself = msgr_test_contact(t, "alice", "alice");
    MsgrContact *bobs = msgr_test_contact(t, "bob", "alice");

    msgr_test_register(t, alice, CHESS_GUID);
    msgr_test_drop(t);
    assert_invite_refused(t, side, NULL, MSGR_ERROR_APP_NOT_SPECIFIED);
    assert_invite_refused(t, side, bob, MSGR_ERROR_APP_NOT_SPECIFIED);
    msgr_test_assert_refused(msgr_side_set_application(side, CARDS_GUID, &error),
                             MSGR_ERROR_APP_NOT_REGISTERED);
    msgr_test_assert_done(msgr_side_set_application(side, CHESS_GUID, &error));
    msgr_test_commit(t);
    assert_invite_refused(t, side, NULL, MSGR_ERROR_UNKNOWN_OBJECT);
    assert_invite_refused(t, side, bobs, MSGR_ERROR_UNKNOWN_OBJECT);
    assert_invite_refused(t, side, herself, MSGR_ERROR_INVITED_SELF);
    assert_invite_refused(t, side, nobody, MSGR_ERROR_NOT_LOGGED_ON);
    assert_invite_refused(t, side, bob, MSGR_ERROR_NOT_LOGGED_ON);
    msgr_test_assert_done(msgr_application_unregister(alice, CHESS_GUID, &error));
    msgr_test_drop(t);
    msgr_test_client(t, "bob", CHESS);
    assert_invite_refused(t, side, bob, MSGR_ERROR_APP_NOT_REGISTERED);
    msgr_test_register(t, alice, CHESS_GUID);
    msgr_test_assert_done(msgr_side_invite(side, bob, "", &error));
}

/* A user who is signed in and there, with a client of @app_id. */
static MsgrClient *
enter(MsgrTestModel *t, const char *name, const char *app_id)
{
    MsgrClient *client = msgr_test_locked(t, name);

    msgr_test_unlock(t, client, MSGR_OBJECT_SESSION_MANAGER, app_id);
    return client;
}

#define ENTERS(name)                                                                               \
    name ".OnLockEnable(true)\n" name ".OnLockChallenge(7, challenge)\n" name                      \
         ".OnLockResult(7, true)\n" name ".OnLockStatusChanged(UNLOCKED)\n"

#define IS_SHOWN(name) name ".OnInvitation(invitee, 'hello', false, {...})\n"

/* bob has registered the application by his chess program. */
static MsgrTestPair *
invited_pair(void)
{
    MsgrTestPair *pair = msgr_test_pair_new(FALSE);

    pair->inviter = msgr_test_invite(pair->t, pair->alice, CHESS_GUID, "bob");
    return pair;
}

static GVariant *
details_of(MsgrTestModel *t, const char *client)
{
    const MsgrSignal *signal = msgr_test_find_signal(t, client, "OnInvitation");

    g_assert_nonnull(signal);
    return g_variant_get_child_value(signal->args, 3);
}

static void
assert_text(GVariant *details, const char *name, const char *expected)
{
    const char *value = NULL;

    g_assert_true(g_variant_lookup(details, name, "&s", &value));
    g_assert_cmpstr(value, ==, expected);
}

/* All that can be read of the session, who invites, and what is registered here. */
static void
test_details(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrSide *side = msgr_test_session(pair->t, pair->alice, CHESS_GUID);
    g_autoptr(GVariant) details = NULL, properties = NULL;
    GVariantIter iter;
    const char *name;
    GVariant *value;
    gboolean registered = FALSE;

    msgr_test_assert_done(
        msgr_side_invite(side, msgr_test_contact(pair->t, "alice", "bob"), "hello", &error));
    details = details_of(pair->t, "bob");
    properties = g_variant_ref_sink(msgr_side_properties(msgr_side_other(side)));
    g_assert_cmpuint(g_variant_n_children(properties), ==, 12);
    g_assert_cmpuint(g_variant_n_children(details), ==, 12 + 5);
    g_variant_iter_init(&iter, properties);
    while (g_variant_iter_next(&iter, "{&sv}", &name, &value)) {
        g_autoptr(GVariant) told = g_variant_lookup_value(details, name, NULL);

        g_assert_true(g_variant_equal(told, value));
        g_variant_unref(value);
    }
    assert_text(details, "SigninName", "alice");
    assert_text(details, "ServiceId", "local");
    assert_text(details, "RegisteredName", "Chess");
    assert_text(details, "DesktopId", "");
    g_assert_true(g_variant_lookup(details, "Registered", "b", &registered));
    g_assert_true(registered);
}

/* What is registered here is told by its local name; of the unknown there is only the inviter's
 * word. */
static void
test_details_of_package(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    g_autoptr(GVariant) packaged = NULL, unknown = NULL;
    gboolean registered = TRUE;

    msgr_test_client(pair->t, "bob-panel", PANEL);
    msgr_test_assert_done(msgr_side_invite(msgr_test_session(pair->t, pair->alice, CARDS_GUID),
                                           msgr_test_contact(pair->t, "alice", "bob"), "", &error));
    unknown = details_of(pair->t, "bob-panel");
    assert_text(unknown, "ApplicationName", "Cards");
    assert_text(unknown, "RegisteredName", "");
    assert_text(unknown, "DesktopId", "");
    g_assert_true(g_variant_lookup(unknown, "Registered", "b", &registered));
    g_assert_false(registered);
    msgr_test_package(pair->t, CARDS_GUID, CARDS);
    enter(pair->t, "bob-cards", CARDS);
    packaged = details_of(pair->t, "bob-cards");
    assert_text(packaged, "RegisteredName", "Packaged");
    assert_text(packaged, "DesktopId", "org.example.Packaged.desktop");
}

/* To every client that it belongs to, of that user alone. */
static void
test_shown(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrSide *side = msgr_test_session(pair->t, pair->alice, CHESS_GUID);

    msgr_test_client(pair->t, "alice-panel", PANEL);
    msgr_test_client(pair->t, "bob-2", CHESS);
    msgr_test_client(pair->t, "bob-cards", CARDS);
    msgr_test_client(pair->t, "bob-panel", PANEL);
    msgr_test_client(pair->t, "carol-panel", PANEL);
    msgr_test_locked(pair->t, "bob-locked");
    msgr_test_assert_done(
        msgr_side_invite(side, msgr_test_contact(pair->t, "alice", "bob"), "hello", &error));
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(READY)\n"
                                      "alice-panel.OnStateChanged(READY)\n" IS_SHOWN("bob")
                                          IS_SHOWN("bob-2") IS_SHOWN("bob-panel"));
}

/* Who is entitled later is shown it then: by unlocking the session manager, and not by anything
 * else. */
static void
test_shown_later(void)
{
    g_autoptr(MsgrTestPair) pair = invited_pair();
    MsgrClient *other = msgr_test_locked(pair->t, "bob-2");

    msgr_test_unlock(pair->t, other, MSGR_OBJECT_PRIVATE, CHESS);
    msgr_test_assert_signals(pair->t, ENTERS("bob-2"));
    msgr_test_unlock(pair->t, other, MSGR_OBJECT_SESSION_MANAGER, CHESS);
    msgr_test_assert_signals(pair->t, ENTERS("bob-2") IS_SHOWN("bob-2"));
    enter(pair->t, "bob-cards", CARDS);
    enter(pair->t, "bob-panel", PANEL);
    enter(pair->t, "carol", PANEL);
    enter(pair->t, "alice-2", PANEL);
    msgr_test_assert_signals(pair->t, ENTERS("alice-2") ENTERS("bob-cards") ENTERS("bob-panel")
                                          IS_SHOWN("bob-panel") ENTERS("carol"));
}

static void
test_shown_later_in_order(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrContact *bob = msgr_test_contact(pair->t, "alice", "bob");
    MsgrSide *sides[3];

    for (int i = 0; i < 3; i++)
        sides[i] = msgr_test_session(pair->t, pair->alice, CHESS_GUID);
    for (int i = 0; i < 3; i++) {
        g_autofree char *app_data = g_strdup_printf("%d", i);

        msgr_test_assert_done(msgr_side_invite(sides[i], bob, app_data, &error));
    }
    msgr_test_assert_done(
        msgr_side_suppress(msgr_side_other(sides[1]), pair->bob, "OnInvitation", &error));
    msgr_test_drop(pair->t);
    enter(pair->t, "bob-2", CHESS);
    msgr_test_assert_signals(pair->t,
                             ENTERS("bob-2") "bob-2.OnInvitation(invitee, '0', false, {...})\n"
                                             "bob-2.OnInvitation(invitee, '1', true, {...})\n"
                                             "bob-2.OnInvitation(invitee, '2', false, {...})\n");
}

/* What waits no more is shown to nobody. */
static void
test_not_shown_later(void)
{
    for (int way = WAY_ACCEPTED; way < N_WAYS; way++) {
        g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

        msgr_test_pair_bring(pair, way);
        enter(pair->t, "bob-2", CHESS);
        msgr_test_assert_signals(pair->t, ENTERS("bob-2"));
    }
}

/* All of the user's clients count as unlocked from then on. */
static void
test_shown_by_share(void)
{
    g_autoptr(MsgrTestPair) pair = invited_pair();
    MsgrClient *script;

    msgr_test_own_key(pair->t, "bob", SCRIPT, "'capabilities': ['sessions', 'messenger', 'share']");
    msgr_test_locked(pair->t, "bob-locked");
    script = enter(pair->t, "bob-script", SCRIPT);
    msgr_test_drop(pair->t);
    msgr_test_share(pair->t, script, MSGR_OBJECT_SESSION_MANAGER, 60);
    msgr_test_assert_signals(pair->t, IS_SHOWN("bob-locked"));
    msgr_test_share(pair->t, script, MSGR_OBJECT_SESSION_MANAGER, 600);
    msgr_test_assert_signals(pair->t, "");
}

static MsgrSide *
invite_to_cards(MsgrTestPair *pair)
{
    pair->inviter = msgr_test_invite(pair->t, pair->alice, CARDS_GUID, "bob");
    return msgr_side_other(pair->inviter);
}

/* Nobody had registered the application: it belongs to who does. */
static void
test_shown_by_registering(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrClient *cards = msgr_test_client(pair->t, "bob-cards", CARDS);

    msgr_test_client(pair->t, "bob-panel", PANEL);
    invite_to_cards(pair);
    msgr_test_register(pair->t, cards, CARDS_GUID);
    msgr_test_assert_signals(
        pair->t, "bob.OnAppRegistered('" CARDS_GUID "')\n"
                 "bob-cards.OnAppRegistered('" CARDS_GUID
                 "')\n" IS_SHOWN("bob-cards") "bob-panel.OnAppRegistered('" CARDS_GUID "')\n");
    enter(pair->t, "bob-cards2", CARDS);
    msgr_test_assert_signals(pair->t, ENTERS("bob-cards2") IS_SHOWN("bob-cards2"));
}

/* A registration that could not be written gave it to nobody. */
static void
test_registering_taken_back(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrClient *cards = msgr_test_client(pair->t, "bob-cards", CARDS);
    MsgrSide *invitee = invite_to_cards(pair);
    g_autoptr(MsgrAppEntry) entry = msgr_test_entry(pair->t, CARDS_GUID, CARDS);

    msgr_test_assert_done(msgr_application_register(cards, entry, FALSE, &error));
    g_assert_true(msgr_client_sees(cards, invitee));
    msgr_test_rollback(pair->t);
    g_assert_false(msgr_client_sees(cards, invitee));
    msgr_test_register(pair->t, pair->bob, CARDS_GUID);
    g_assert_false(msgr_client_sees(cards, invitee));
    g_assert_true(msgr_client_sees(pair->bob, invitee));
}

static void
test_shown_by_installing(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    msgr_test_client(pair->t, "bob-cards", CARDS);
    invite_to_cards(pair);
    msgr_test_package(pair->t, CARDS_GUID, CARDS);
    /* alice has registered it herself: for her nothing has changed */
    msgr_test_assert_signals(pair->t,
                             "bob.OnAppRegistered('" CARDS_GUID "')\n"
                             "bob-cards.OnAppRegistered('" CARDS_GUID "')\n" IS_SHOWN("bob-cards"));
}

/* To whom it belongs is fixed with the Invite, whoever registers the application afterwards. */
static void
test_belonging_is_fixed(void)
{
    g_autoptr(MsgrTestPair) pair = invited_pair();
    MsgrClient *cards = msgr_test_client(pair->t, "bob-cards", CARDS);

    msgr_test_assert_done(msgr_application_unregister(pair->bob, CHESS_GUID, &error));
    msgr_test_drop(pair->t);
    msgr_test_register(pair->t, cards, CHESS_GUID);
    g_assert_null(msgr_test_find_signal(pair->t, "bob-cards", "OnInvitation"));
    g_assert_false(msgr_client_sees(cards, msgr_side_other(pair->inviter)));
    g_assert_true(msgr_client_sees(pair->bob, msgr_side_other(pair->inviter)));
}

#define BOTH_MISS                                                                                  \
    "alice.OnAppNotPresent('Cards', 'https://example.org/Cards')\n"                                \
    "bob-panel.OnAppNotPresent('Cards', 'https://example.org/Cards')\n"

static gint64
seconds_left(MsgrTestPair *pair, MsgrSide *side)
{
    g_autoptr(GVariant) value = msgr_test_property(side, "ExpiresAt");

    return ((gint64)g_variant_get_uint64(value) - pair->t->wall) / G_USEC_PER_SEC;
}

static void
miss(MsgrTestPair *pair)
{
    msgr_test_assert_refused(msgr_test_call(pair, MSGR_INVITEE, "Accept", "yes", &error),
                             MSGR_ERROR_APP_NOT_REGISTERED);
}

/* There is time to install it, once; whenever it is tried, both hear what is missing. */
static void
test_app_not_present(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrSide *invitee;

    msgr_test_client(pair->t, "bob-panel", PANEL);
    invitee = invite_to_cards(pair);
    msgr_test_advance(pair->t, SECONDS(299));
    miss(pair);
    g_assert_true(msgr_turn_needs_writing(pair->t->model->turn));
    msgr_test_assert_signals(pair->t, BOTH_MISS);
    g_assert_cmpint(seconds_left(pair, invitee), ==, 3600);
    g_assert_cmpint(seconds_left(pair, pair->inviter), ==, 3600);
    g_assert_cmpuint(msgr_test_number(invitee, "State"), ==, MSGR_STATE_INVITATION);
    msgr_test_advance(pair->t, SECONDS(3599));
    miss(pair);
    msgr_test_assert_signals(pair->t, BOTH_MISS);
    msgr_test_advance(pair->t, SECONDS(1) - 1);
    g_assert_cmpuint(msgr_test_number(invitee, "State"), ==, MSGR_STATE_INVITATION);
    msgr_test_advance(pair->t, 1);
    g_assert_cmpuint(msgr_test_number(invitee, "State"), ==, MSGR_STATE_CANCELLED);
}

/* Who gave an invitation longer than it takes to install something has it so. */
static void
test_app_not_present_keeps_longer(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrSide *invitee;

    msgr_test_client(pair->t, "bob-panel", PANEL);
    invitee = invite_to_cards(pair);
    invitee->session->data.expires_at += SECONDS(7000);
    invitee->session->data.expires_boot += SECONDS(7000);
    miss(pair);
    msgr_test_assert_signals(pair->t, BOTH_MISS);
    g_assert_cmpint(seconds_left(pair, invitee), ==, 7300);
}

static void
test_app_not_present_taken_back(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    g_autofree char *before = NULL, *after = NULL;

    msgr_test_client(pair->t, "bob-panel", PANEL);
    invite_to_cards(pair);
    before = msgr_test_snapshot(pair->t);
    miss(pair);
    msgr_test_rollback(pair->t);
    after = msgr_test_snapshot(pair->t);
    g_assert_cmpstr(after, ==, before);
    msgr_test_assert_signals(pair->t, "");
    miss(pair);
    msgr_test_assert_signals(pair->t, BOTH_MISS);
    g_assert_cmpint(seconds_left(pair, pair->inviter), ==, 3600);
}

/* It is shown again to everybody, and can be accepted now. */
static void
test_app_installed(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrClient *cards = msgr_test_client(pair->t, "bob-cards", CARDS);

    msgr_test_client(pair->t, "bob-panel", PANEL);
    invite_to_cards(pair);
    miss(pair);
    msgr_test_drop(pair->t);
    msgr_test_register(pair->t, cards, CARDS_GUID);
    msgr_test_assert_signals(pair->t,
                             "bob.OnAppRegistered('" CARDS_GUID "')\n"
                             "bob-cards.OnAppRegistered('" CARDS_GUID
                             "')\n" IS_SHOWN("bob-cards") "bob-panel.OnAppRegistered('" CARDS_GUID
                                                          "')\n" IS_SHOWN("bob-panel"));
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "Accept", "yes", &error));
    g_assert_nonnull(msgr_test_find_signal(pair->t, "bob-cards", "BeforeAppLaunch"));
}

/* It was registered when the invitation came, and was taken away since. */
static void
test_app_uninstalled(void)
{
    g_autoptr(MsgrTestPair) pair = invited_pair();

    msgr_test_assert_done(msgr_application_unregister(pair->bob, CHESS_GUID, &error));
    msgr_test_drop(pair->t);
    msgr_test_assert_refused(
        msgr_test_call(pair, MSGR_INVITEE, "AcceptWith-LocalAddress", "192.0.2.9", &error),
        MSGR_ERROR_APP_NOT_REGISTERED);
    g_assert_cmpstr(msgr_test_text(msgr_side_other(pair->inviter), "LocalAddress"), ==,
                    "127.0.0.1");
    msgr_test_drop(pair->t);
    miss(pair);
    msgr_test_assert_signals(pair->t,
                             "alice.OnAppNotPresent('Chess', 'https://example.org/Chess')\n"
                             "bob.OnAppNotPresent('Chess', 'https://example.org/Chess')\n");
    msgr_test_register(pair->t, pair->bob, CHESS_GUID);
    msgr_test_assert_signals(pair->t, "bob.OnAppRegistered('" CHESS_GUID "')\n" IS_SHOWN("bob"));
}

/* Nothing of a refused InviteContact is left, not even a session. */
static void
test_invite_contact_refused(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrContact *bob = msgr_test_contact(pair->t, "alice", "bob");
    MsgrContact *herself = msgr_test_contact(pair->t, "alice", "alice");
    MsgrContact *carol = msgr_test_contact(pair->t, "alice", "carol");
    g_autofree char *too_long = g_strnfill(513, 'x');
    const struct {
        const char *guid;
        MsgrContact *contact;
        const char *app_data;
        MsgrInviteOptions options;
        MsgrError code;
    } rows[] = {
        { "Chess", bob, "", { 0 }, MSGR_ERROR_INVALID_ARGS },
        { CHESS_GUID, bob, too_long, { 0 }, MSGR_ERROR_INVALID_ARGS },
        { CHESS_GUID, bob, "", { .local_address = "localhost" }, MSGR_ERROR_INVALID_ARGS },
        { CHESS_GUID, bob, "", { .timeout = 86401 }, MSGR_ERROR_INVALID_ARGS },
        { "Chess", NULL, "", { 0 }, MSGR_ERROR_INVALID_ARGS },
        { NO_GUID, bob, "", { 0 }, MSGR_ERROR_APP_NOT_REGISTERED },
        { CHESS_GUID, NULL, "", { 0 }, MSGR_ERROR_UNKNOWN_OBJECT },
        { CHESS_GUID, herself, "", { 0 }, MSGR_ERROR_INVITED_SELF },
        { CHESS_GUID, carol, "", { 0 }, MSGR_ERROR_NOT_LOGGED_ON },
    };
    g_autofree char *before = msgr_test_snapshot(pair->t);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *after = NULL;

        msgr_test_assert_refused(msgr_session_invite_contact(pair->alice, rows[i].guid,
                                                             rows[i].contact, rows[i].app_data,
                                                             &rows[i].options, &error),
                                 rows[i].code);
        after = msgr_test_snapshot(pair->t);
        g_assert_cmpstr(after, ==, before);
        msgr_test_assert_signals(pair->t, "");
    }
}

static void
test_invite_contact(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    const MsgrInviteOptions options = { "192.0.2.7", 7, TRUE };
    MsgrContact *bob = msgr_test_contact(pair->t, "alice", "bob");
    g_autofree char *before = msgr_test_snapshot(pair->t);
    g_autofree char *after = NULL;

    g_assert_nonnull(
        msgr_session_invite_contact(pair->alice, CHESS_GUID, bob, "hello", &options, NULL));
    msgr_test_rollback(pair->t);
    after = msgr_test_snapshot(pair->t);
    g_assert_cmpstr(after, ==, before);
    pair->inviter =
        msgr_session_invite_contact(pair->alice, CHESS_GUID, bob, "hello", &options, NULL);
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(READY)\n" IS_SHOWN("bob"));
    g_assert_cmpstr(msgr_test_text(pair->inviter, "LocalAddress"), ==, "192.0.2.7");
    g_assert_cmpstr(msgr_test_text(pair->inviter, "ApplicationName"), ==, "Chess");
    g_assert_cmpint(seconds_left(pair, pair->inviter), ==, 7);
    msgr_test_assert_done(msgr_test_call(pair, MSGR_INVITEE, "Accept", "yes", &error));
    /* it was detached */
    g_assert_nonnull(msgr_test_find_signal(pair->t, "alice", "BeforeAppLaunch"));
}

static gboolean
invite_once(MsgrTestPair *pair, MsgrClient *client, GError **error)
{
    MsgrContact *bob = msgr_test_contact(pair->t, client->user->data.name, "bob");
    gboolean done =
        msgr_session_invite_contact(client, CHESS_GUID, bob, "", &no_options, error) != NULL;

    pair->t->wall++;
    msgr_test_drop(pair->t);
    return done;
}

static void
invite_often(MsgrTestPair *pair, MsgrClient *client, guint times)
{
    for (guint i = 0; i < times; i++)
        msgr_test_assert_done(invite_once(pair, client, &error));
}

static MsgrClient *
new_inviter(MsgrTestPair *pair, const char *name)
{
    MsgrClient *client = msgr_test_client(pair->t, name, CHESS);

    msgr_test_register(pair->t, client, CHESS_GUID);
    msgr_test_drop(pair->t);
    return client;
}

static MsgrSide *
any_waiting(MsgrTestPair *pair)
{
    g_autoptr(GList) waiting = g_hash_table_get_keys(pair->bob->user->waiting);

    g_assert_nonnull(waiting);
    return waiting->data;
}

/* Of one inviter's invitations a user has to bear eight. */
static void
test_quota_of_inviter(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrClient *second = msgr_test_client(pair->t, "alice-2", CHESS);
    g_autofree char *before = NULL, *after = NULL;

    invite_often(pair, pair->alice, 4);
    invite_often(pair, second, 4);
    before = msgr_test_snapshot(pair->t);
    msgr_test_assert_refused(invite_once(pair, pair->alice, &error), MSGR_ERROR_LIMITS_EXCEEDED);
    msgr_test_assert_refused(invite_once(pair, second, &error), MSGR_ERROR_LIMITS_EXCEEDED);
    after = msgr_test_snapshot(pair->t);
    g_assert_cmpstr(after, ==, before);
    invite_often(pair, new_inviter(pair, "carol"), 8);
    while (msgr_side_other(any_waiting(pair))->user != pair->alice->user)
        msgr_test_assert_done(msgr_side_decline(any_waiting(pair), "", &error));
    msgr_test_assert_done(msgr_side_decline(any_waiting(pair), "", &error));
    invite_often(pair, pair->alice, 1);
    msgr_test_assert_refused(invite_once(pair, pair->alice, &error), MSGR_ERROR_LIMITS_EXCEEDED);
}

/* And of everybody's together thirty-two. Whom they can't reach they can't count. */
static void
test_quota_of_user(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrClient *last;

    for (int i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("friend%d", i);

        invite_often(pair, new_inviter(pair, name), 8);
    }
    last = new_inviter(pair, "dave");
    msgr_test_assert_refused(invite_once(pair, last, &error), MSGR_ERROR_LIMITS_EXCEEDED);
    msgr_test_block(msgr_test_contact(pair->t, "bob", "dave"), TRUE);
    msgr_test_assert_refused(invite_once(pair, last, &error), MSGR_ERROR_NOT_LOGGED_ON);
    msgr_test_block(msgr_test_contact(pair->t, "bob", "dave"), FALSE);
    msgr_test_assert_done(msgr_side_accept(any_waiting(pair), "", NULL, &error));
    invite_often(pair, last, 1);
    msgr_test_assert_refused(invite_once(pair, last, &error), MSGR_ERROR_LIMITS_EXCEEDED);
}

static gboolean
create_once(MsgrTestPair *pair, MsgrClient *client, GError **error)
{
    gboolean done = msgr_session_create(client, error) != NULL;

    pair->t->wall++;
    msgr_test_drop(pair->t);
    return done;
}

static void
create_often(MsgrTestPair *pair, MsgrClient *client, guint times)
{
    for (guint i = 0; i < times; i++)
        msgr_test_assert_done(create_once(pair, client, &error));
}

static void
test_quota_of_client(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrClient *second = msgr_test_client(pair->t, "alice-2", CHESS);
    g_autoptr(GList) sides = NULL;

    create_often(pair, pair->alice, 64);
    msgr_test_assert_refused(create_once(pair, pair->alice, &error), MSGR_ERROR_LIMITS_EXCEEDED);
    msgr_test_assert_refused(invite_once(pair, pair->alice, &error), MSGR_ERROR_LIMITS_EXCEEDED);
    create_often(pair, second, 1);
    sides = g_hash_table_get_keys(pair->alice->user->live);
    for (GList *l = sides; l != NULL; l = l->next)
        msgr_test_assert_done(msgr_side_cancel(l->data, 0, "", &error));
    create_often(pair, pair->alice, 64);
}

/* Sessions of a client that left count until they end. */
static void
test_quota_of_sessions(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    for (int i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("alice-%d", i);

        create_often(pair, msgr_test_client(pair->t, name, CHESS), 64);
        msgr_test_gone(pair->t, name);
    }
    msgr_test_assert_refused(create_once(pair, pair->alice, &error), MSGR_ERROR_LIMITS_EXCEEDED);
    msgr_test_assert_refused(invite_once(pair, pair->alice, &error), MSGR_ERROR_LIMITS_EXCEEDED);
}

static void
test_quota_of_invited_sessions(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    pair->t->model->config->sessions_per_user = 3;
    create_often(pair, pair->bob, 2);
    invite_often(pair, pair->alice, 1);
    msgr_test_assert_refused(invite_once(pair, pair->alice, &error), MSGR_ERROR_LIMITS_EXCEEDED);
}

/* What has ended is readable for a while: so of these there may be no more than so many, either. */
static void
test_quota_of_ended_sessions(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    for (int i = 0; i < 1024; i++) {
        MsgrSide *side = msgr_session_create(pair->alice, NULL);

        msgr_test_assert_done(msgr_side_cancel(side, 0, "", &error));
        msgr_test_drop(pair->t);
    }
    msgr_test_assert_refused(create_once(pair, pair->alice, &error), MSGR_ERROR_LIMITS_EXCEEDED);
    msgr_test_assert_refused(invite_once(pair, pair->alice, &error), MSGR_ERROR_LIMITS_EXCEEDED);
    msgr_test_advance(pair->t, SECONDS(60));
    create_often(pair, pair->alice, 1);
}

/* Who begins and ends sessions with somebody all the time uses up nothing of that user's. */
static void
test_quota_of_ended_invitations(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);

    for (int i = 0; i < 256; i++) {
        invite_often(pair, pair->alice, 1);
        msgr_test_assert_done(msgr_side_decline(any_waiting(pair), "", &error));
        msgr_test_drop(pair->t);
    }
    msgr_test_assert_refused(invite_once(pair, pair->alice, &error), MSGR_ERROR_LIMITS_EXCEEDED);
    for (int i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("friend%d", i);
        MsgrClient *inviter = new_inviter(pair, name);

        for (int j = 0; j < 256; j++) {
            invite_often(pair, inviter, 1);
            msgr_test_assert_done(msgr_side_decline(any_waiting(pair), "", &error));
            msgr_test_drop(pair->t);
        }
    }
    create_often(pair, pair->bob, 1);
    msgr_test_advance(pair->t, SECONDS(60));
    invite_often(pair, pair->alice, 1);
}

/* An invitation that could not be written leaves nothing behind, for whomever is invited then. */
static void
test_taken_back_and_sent_to_echo(void)
{
    g_autoptr(MsgrTestPair) pair = msgr_test_pair_new(FALSE);
    MsgrSide *side = msgr_test_session(pair->t, pair->alice, CHESS_GUID);

    msgr_test_client(pair->t, "bob-panel", PANEL);
    msgr_test_assert_done(
        msgr_side_invite(side, msgr_test_contact(pair->t, "alice", "bob"), "", &error));
    msgr_test_rollback(pair->t);
    msgr_test_drop(pair->t);
    msgr_test_assert_done(
        msgr_side_invite(side, msgr_test_contact(pair->t, "alice", "echo"), "", &error));
    msgr_test_assert_signals(pair->t, "alice.OnStateChanged(READY)\n"
                                      "alice.OnStateChanged(INVITATION)\n"
                                      "alice.OnAccepted('')\n"
                                      "alice.OnReadyToLaunch()\n"
                                      "alice.OnStateChanged(ACCEPTED)\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/invitation/refused", test_refused);
    g_test_add_func("/invitation/details", test_details);
    g_test_add_func("/invitation/details-of-package", test_details_of_package);
    g_test_add_func("/invitation/shown", test_shown);
    g_test_add_func("/invitation/shown-later", test_shown_later);
    g_test_add_func("/invitation/shown-later-in-order", test_shown_later_in_order);
    g_test_add_func("/invitation/not-shown-later", test_not_shown_later);
    g_test_add_func("/invitation/shown-by-share", test_shown_by_share);
    g_test_add_func("/invitation/shown-by-registering", test_shown_by_registering);
    g_test_add_func("/invitation/registering-taken-back", test_registering_taken_back);
    g_test_add_func("/invitation/shown-by-installing", test_shown_by_installing);
    g_test_add_func("/invitation/belonging-is-fixed", test_belonging_is_fixed);
    g_test_add_func("/invitation/app-not-present", test_app_not_present);
    g_test_add_func("/invitation/app-not-present-taken-back", test_app_not_present_taken_back);
    g_test_add_func("/invitation/app-not-present-keeps-longer", test_app_not_present_keeps_longer);
    g_test_add_func("/invitation/app-installed", test_app_installed);
    g_test_add_func("/invitation/app-uninstalled", test_app_uninstalled);
    g_test_add_func("/invitation/invite-contact-refused", test_invite_contact_refused);
    g_test_add_func("/invitation/invite-contact", test_invite_contact);
    g_test_add_func("/invitation/quota/of-inviter", test_quota_of_inviter);
    g_test_add_func("/invitation/quota/of-user", test_quota_of_user);
    g_test_add_func("/invitation/quota/of-client", test_quota_of_client);
    g_test_add_func("/invitation/quota/of-sessions", test_quota_of_sessions);
    g_test_add_func("/invitation/quota/of-ended-sessions", test_quota_of_ended_sessions);
    g_test_add_func("/invitation/quota/of-ended-invitations", test_quota_of_ended_invitations);
    g_test_add_func("/invitation/quota/of-invited-sessions", test_quota_of_invited_sessions);
    g_test_add_func("/invitation/taken-back-and-sent-to-echo", test_taken_back_and_sent_to_echo);
    return g_test_run();
}
