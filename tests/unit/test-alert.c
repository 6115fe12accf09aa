/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Alerts: who is sent which of them, how often and in which order, and what becomes of them.
 */
#include "msgr-test-model.h"

#include <string.h>

#define NEWS "org.example.News"
#define SITE 7

#define WINDOW (500 * (gint64)1000)

static const char *const states[] = { "WAITING", "OFFERED", "DUE", "SHOWN", "TAKEN", "OVER" };

static MsgrTestModel *
new_model(void)
{
    MsgrTestModel *t = msgr_test_model_new();

    msgr_test_set_key(t, NEWS, "hmac-sha256", "'capabilities': ['private', 'publish-alerts']");
    return t;
}

/* What was sent is with the bus, in a turn of its own. */
static void
leave(MsgrTestModel *t)
{
    g_autoptr(GPtrArray) alerts = NULL;

    msgr_test_commit(t);
    alerts = msgr_alert_steal_departing(t->model);
    if (alerts != NULL)
        msgr_alert_have_left(alerts);
    msgr_test_commit(t);
}

/* Time passes, and what was sent is with the bus long before. */
static void
advance(MsgrTestModel *t, gint64 microseconds)
{
    leave(t);
    msgr_test_advance(t, microseconds);
}

/* A client that wants the alerts of SITE. */
static MsgrClient *
reader(MsgrTestModel *t, const char *name)
{
    static const gint32 sites[] = { SITE };
    MsgrClient *client = msgr_test_locked(t, name);

    msgr_test_unlock(t, client, MSGR_OBJECT_PRIVATE, NOTES);
    msgr_test_drop(t);
    msgr_test_assert_done(msgr_alert_enable(client, sites, 1, &error));
    msgr_test_commit(t);
    return client;
}

static MsgrAlert *
last(MsgrTestModel *t, const char *user)
{
    return g_queue_peek_tail(&msgr_test_user(t, user)->alerts);
}

static guint
count(MsgrTestModel *t, const char *user)
{
    return msgr_test_user(t, user)->alerts.length;
}

static MsgrAlert *
publish_for(MsgrTestModel *t, const char *user, const char *text, gint64 expires_at)
{
    const MsgrAlertText alert = { SITE, NEWS, text, "", expires_at };

    msgr_alert_publish(msgr_test_user(t, user), &alert);
    msgr_test_commit(t);
    return last(t, user);
}

static MsgrAlert *
publish(MsgrTestModel *t, const char *user, const char *text)
{
    return publish_for(t, user, text, 0);
}

static void
assert_state(MsgrAlert *alert, const char *expected)
{
    g_assert_cmpstr(alert == NULL ? "gone" : states[alert->data.state], ==, expected);
}

/* Every case of a user's client, and what becomes of the alert: whether it is sent at once, what
 * SuppressDefault says to that client, the state when the window is over, and whether another
 * client that comes then is sent it. Being there (the session manager unlocked) changes nothing. */
static const struct {
    gboolean enabled, unlocked, there, suppresses, expires;
    gboolean sent, suppressed;
    const char *state;
    gboolean sent_later;
} table[] = {
    { 0, 0, 0, 0, 0, 0, 0, "WAITING", 1 }, { 0, 0, 0, 0, 1, 0, 0, "gone", 0 },
    { 0, 0, 0, 1, 0, 0, 0, "WAITING", 1 }, { 0, 0, 0, 1, 1, 0, 0, "gone", 0 },
    { 0, 0, 1, 0, 0, 0, 0, "WAITING", 1 }, { 0, 0, 1, 0, 1, 0, 0, "gone", 0 },
    { 0, 0, 1, 1, 0, 0, 0, "WAITING", 1 }, { 0, 0, 1, 1, 1, 0, 0, "gone", 0 },
    { 0, 1, 0, 0, 0, 0, 0, "WAITING", 1 }, { 0, 1, 0, 0, 1, 0, 0, "gone", 0 },
    { 0, 1, 0, 1, 0, 0, 0, "WAITING", 1 }, { 0, 1, 0, 1, 1, 0, 0, "gone", 0 },
    { 0, 1, 1, 0, 0, 0, 0, "WAITING", 1 }, { 0, 1, 1, 0, 1, 0, 0, "gone", 0 },
    { 0, 1, 1, 1, 0, 0, 0, "WAITING", 1 }, { 0, 1, 1, 1, 1, 0, 0, "gone", 0 },
    { 1, 0, 0, 0, 0, 0, 0, "WAITING", 1 }, { 1, 0, 0, 0, 1, 0, 0, "gone", 0 },
    { 1, 0, 0, 1, 0, 0, 0, "WAITING", 1 }, { 1, 0, 0, 1, 1, 0, 0, "gone", 0 },
    { 1, 0, 1, 0, 0, 0, 0, "WAITING", 1 }, { 1, 0, 1, 0, 1, 0, 0, "gone", 0 },
    { 1, 0, 1, 1, 0, 0, 0, "WAITING", 1 }, { 1, 0, 1, 1, 1, 0, 0, "gone", 0 },
    { 1, 1, 0, 0, 0, 1, 0, "OVER", 0 },    { 1, 1, 0, 0, 1, 1, 0, "gone", 0 },
    { 1, 1, 0, 1, 0, 1, 1, "OVER", 0 },    { 1, 1, 0, 1, 1, 1, 1, "gone", 0 },
    { 1, 1, 1, 0, 0, 1, 0, "OVER", 0 },    { 1, 1, 1, 0, 1, 1, 0, "gone", 0 },
    { 1, 1, 1, 1, 0, 1, 1, "OVER", 0 },    { 1, 1, 1, 1, 1, 1, 1, "gone", 0 },
};

static MsgrClient *
client_of_row(MsgrTestModel *t, gsize row)
{
    MsgrClient *client = reader(t, "bob");

    if (table[row].there)
        msgr_test_unlock(t, client, MSGR_OBJECT_SESSION_MANAGER, CHESS);
    if (!table[row].enabled)
        msgr_test_assert_done(msgr_alert_enable(client, NULL, 0, &error));
    if (!table[row].unlocked)
        g_clear_pointer(&client->locks[MSGR_OBJECT_PRIVATE].key, msgr_key_unref);
    msgr_test_drop(t);
    return client;
}

static void
try_row(gsize row)
{
    g_autoptr(MsgrTestModel) t = new_model();
    MsgrClient *bob = client_of_row(t, row);
    MsgrAlert *alert = publish_for(t, "bob", "x", table[row].expires ? t->wall + 1000 : 0);

    g_assert_cmpint(msgr_test_find_signal(t, "bob", "OnAlertReceived") != NULL, ==,
                    table[row].sent);
    if (table[row].suppresses)
        g_assert_cmpint(msgr_alert_suppress(bob, (guint64)alert->id, NULL), ==,
                        table[row].suppressed);
    msgr_test_drop(t);
    advance(t, WINDOW);
    assert_state(last(t, "bob"), table[row].state);
    reader(t, "bob-2");
    g_assert_cmpint(msgr_test_find_signal(t, "bob-2", "OnAlertReceived") != NULL, ==,
                    table[row].sent_later);
}

static void
test_table(void)
{
    g_assert_cmpuint(G_N_ELEMENTS(table), ==, 32);
    for (gsize row = 0; row < G_N_ELEMENTS(table); row++) {
        g_test_message("row %" G_GSIZE_FORMAT, row);
        try_row(row);
    }
}

static void
test_signal(void)
{
    static const char *const parts[] = {
        "('Two\\nlines', true, {",           "'SiteId': <-3>",
        "'Publisher': <'org.example.News'>", "'Url': <'https://example.org/1'>",
        "'Time': <uint64 1790000000000000>", "'Id': <uint64 1790000000000000>",
    };
    g_autoptr(MsgrTestModel) t = new_model();
    const MsgrAlertText text = { -3, NEWS, "Two\nlines", "https://example.org/1", 0 };
    const gint32 site = -3;
    const MsgrSignal *signal;
    g_autofree char *found = NULL;
    g_autoptr(GVariant) details = NULL;

    msgr_test_assert_done(msgr_alert_enable(reader(t, "bob"), &site, 1, &error));
    msgr_alert_publish(msgr_test_user(t, "bob"), &text);
    signal = msgr_test_find_signal(t, "bob", "OnAlertReceived");
    g_assert_cmpstr(signal->path, ==, "/org/msgr/Messenger/Private");
    g_assert_cmpstr(signal->iface, ==, "org.msgr.Private1");
    details = g_variant_get_child_value(signal->args, 2);
    g_assert_cmpuint(g_variant_n_children(details), ==, 5);
    found = g_variant_print(signal->args, TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        g_assert_nonnull(strstr(found, parts[i]));
}

/* The oldest first; once to each client; to who comes within the window, too. */
static void
test_order(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    const gint32 site = SITE;
    MsgrClient *bob;

    publish(t, "bob", "one");
    publish(t, "bob", "two");
    t->wall -= SECONDS(3600);
    publish(t, "bob", "three");
    publish(t, "alice", "not for bob");
    msgr_test_assert_signals(t, "");
    reader(t, "carol");
    bob = reader(t, "bob");
    msgr_test_assert_signals(t, "bob.OnAlertReceived('one', true, {...})\n"
                                "bob.OnAlertReceived('two', true, {...})\n"
                                "bob.OnAlertReceived('three', true, {...})\n");
    msgr_test_assert_done(msgr_alert_enable(bob, &site, 1, &error));
    msgr_test_assert_signals(t, "");
    reader(t, "bob-2");
    msgr_test_assert_signals(t, "bob-2.OnAlertReceived('one', true, {...})\n"
                                "bob-2.OnAlertReceived('two', true, {...})\n"
                                "bob-2.OnAlertReceived('three', true, {...})\n");
    advance(t, WINDOW);
    reader(t, "bob-3");
    msgr_test_assert_signals(t, "");
    advance(t, SECONDS(60));
    g_assert_cmpuint(count(t, "bob"), ==, 0);
    g_assert_cmpuint(count(t, "alice"), ==, 1);
}

/* One client takes it, whatever the number of clients. */
static void
test_take(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    MsgrClient *one = reader(t, "bob");
    MsgrClient *two = reader(t, "bob-2");
    guint64 id = (guint64)publish(t, "bob", "x")->id;

    msgr_test_assert_signals(t, "bob.OnAlertReceived('x', true, {...})\n"
                                "bob-2.OnAlertReceived('x', true, {...})\n");
    msgr_test_assert_done(msgr_alert_suppress(one, id, &error));
    msgr_test_commit(t);
    g_assert_false(last(t, "bob")->record.stored);
    msgr_test_assert_done(msgr_alert_suppress(one, id, &error));
    msgr_test_assert_done(msgr_alert_suppress(two, id, &error));
    reader(t, "bob-3");
    msgr_test_assert_signals(t, "bob-3.OnAlertReceived('x', false, {...})\n");
    advance(t, WINDOW);
    msgr_test_assert_refused(msgr_alert_suppress(one, id, &error),
                             MSGR_ERROR_SESSION_STATE_INVALID);
    advance(t, SECONDS(60));
    msgr_test_assert_refused(msgr_alert_suppress(one, id, &error), MSGR_ERROR_NOT_FOUND);
}

static const struct {
    MsgrAlertState state;
    int error; /* -1: none */
} suppress_rows[] = {
    { MSGR_ALERT_OFFERED, -1 },
    { MSGR_ALERT_DUE, MSGR_ERROR_SESSION_STATE_INVALID },
    { MSGR_ALERT_SHOWN, MSGR_ERROR_SESSION_STATE_INVALID },
    { MSGR_ALERT_TAKEN, -1 },
    { MSGR_ALERT_OVER, MSGR_ERROR_SESSION_STATE_INVALID },
};

static void
test_suppress(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    MsgrClient *bob = reader(t, "bob");
    MsgrClient *other = msgr_test_client(t, "bob-2", CHESS);
    MsgrClient *carol = reader(t, "carol");

    for (gsize i = 0; i < G_N_ELEMENTS(suppress_rows); i++) {
        MsgrAlert *alert = publish(t, "bob", "x");
        const guint64 id = (guint64)alert->id;

        msgr_alert_set_state(alert, suppress_rows[i].state, t->boot + WINDOW);
        msgr_test_commit(t);
        msgr_test_assert_refused(msgr_alert_suppress(other, id, &error), MSGR_ERROR_NOT_FOUND);
        msgr_test_assert_refused(msgr_alert_suppress(carol, id, &error), MSGR_ERROR_NOT_FOUND);
        if (suppress_rows[i].error < 0)
            msgr_test_assert_done(msgr_alert_suppress(bob, id, &error));
        else
            msgr_test_assert_refused(msgr_alert_suppress(bob, id, &error), suppress_rows[i].error);
    }
    msgr_test_assert_refused(msgr_alert_suppress(bob, 0, &error), MSGR_ERROR_NOT_FOUND);
    msgr_test_assert_refused(msgr_alert_suppress(bob, G_MAXUINT64, &error), MSGR_ERROR_NOT_FOUND);
}

static void
assert_list(MsgrTestModel *t, const char *expected)
{
    g_autoptr(GVariant) list = g_variant_ref_sink(msgr_alert_list(msgr_test_user(t, "bob")));
    g_autoptr(GString) texts = g_string_new(NULL);

    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) alert = g_variant_get_child_value(list, i);
        const char *text;
        guint64 expires;

        g_assert_cmpuint(g_variant_n_children(alert), ==, 7);
        g_assert_true(g_variant_lookup(alert, "Alert", "&s", &text));
        g_assert_true(g_variant_lookup(alert, "Expires", "t", &expires));
        g_string_append_printf(texts, "%s %s\n", text, expires == 0 ? "never" : "once");
    }
    g_assert_cmpstr(texts->str, ==, expected);
}

/* What is to be had, and for a minute what was. */
static void
test_list(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    MsgrClient *bob;

    publish_for(t, "bob", "one", t->wall + SECONDS(1000));
    publish(t, "bob", "two");
    publish(t, "carol", "three");
    assert_list(t, "one once\ntwo never\n");
    bob = reader(t, "bob");
    msgr_test_assert_done(msgr_alert_suppress(bob, (guint64)last(t, "bob")->id, &error));
    advance(t, WINDOW + SECONDS(60) - 1);
    assert_list(t, "one once\ntwo never\n");
    g_assert_false(last(t, "bob")->record.stored);
    advance(t, 1);
    assert_list(t, "");
}

static void
test_sites(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    MsgrClient *bob = reader(t, "bob");
    gint32 many[MSGR_MAX_ALERT_SITES + 1];

    for (int i = 0; i <= MSGR_MAX_ALERT_SITES; i++)
        many[i] = 1000 + i;
    msgr_test_assert_refused(msgr_alert_enable(bob, many, G_N_ELEMENTS(many), &error),
                             MSGR_ERROR_LIMITS_EXCEEDED);
    g_assert_true(msgr_client_wants_site(bob, SITE));
    msgr_test_assert_done(msgr_alert_enable(bob, many, G_N_ELEMENTS(many) - 1, &error));
    g_assert_false(msgr_client_wants_site(bob, SITE));
    g_assert_true(msgr_client_wants_site(bob, 1000 + MSGR_MAX_ALERT_SITES - 1));
    msgr_test_rollback(t);
    g_assert_true(msgr_client_wants_site(bob, SITE));
    msgr_test_assert_done(msgr_alert_enable(bob, NULL, 0, &error));
    publish(t, "bob", "x");
    msgr_test_assert_signals(t, "");
}

/* What a client wants it is sent as soon as the private object is open to it. */
static void
test_unlocked_later(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    const gint32 site = SITE;
    MsgrClient *bob = msgr_test_locked(t, "bob"), *script;

    msgr_test_assert_done(msgr_alert_enable(bob, &site, 1, &error));
    publish(t, "bob", "one");
    msgr_test_unlock(t, bob, MSGR_OBJECT_SESSION_MANAGER, PANEL);
    g_assert_null(msgr_test_find_signal(t, "bob", "OnAlertReceived"));
    msgr_test_unlock(t, bob, MSGR_OBJECT_PRIVATE, PANEL);
    g_assert_nonnull(msgr_test_find_signal(t, "bob", "OnAlertReceived"));
    advance(t, WINDOW);
    publish(t, "bob", "two");
    advance(t, WINDOW);

    msgr_test_own_key(t, "carol", SCRIPT, "'capabilities': ['private', 'share']");
    publish(t, "carol", "three");
    script = msgr_test_locked(t, "carol-2");
    msgr_test_assert_done(msgr_alert_enable(script, &site, 1, &error));
    bob = msgr_test_locked(t, "carol");
    msgr_test_unlock(t, bob, MSGR_OBJECT_PRIVATE, SCRIPT);
    msgr_test_drop(t);
    msgr_test_share(t, bob, MSGR_OBJECT_PRIVATE, 60);
    g_assert_nonnull(msgr_test_find_signal(t, "carol-2", "OnAlertReceived"));
}

/* A hundred that nobody had, the oldest go; what somebody had takes no place from them. */
static void
test_limit(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    MsgrClient *bob = reader(t, "bob");
    const gint32 site = SITE;

    for (int i = 0; i < MSGR_MAX_ALERTS + 20; i++)
        publish(t, "bob", "had");
    g_assert_cmpuint(count(t, "bob"), ==, MSGR_MAX_ALERTS + 20);
    leave(t);
    publish(t, "bob", "had");
    g_assert_cmpuint(count(t, "bob"), ==, MSGR_MAX_ALERTS + 1);
    leave(t);
    g_ptr_array_set_size(t->signals, 0);
    msgr_test_assert_done(msgr_alert_enable(bob, NULL, 0, &error));
    for (int i = 0; i < MSGR_MAX_ALERTS + 3; i++) {
        g_autofree char *text = g_strdup_printf("%d", i);

        publish(t, "bob", text);
    }
    g_assert_cmpuint(count(t, "bob"), ==, 2 * MSGR_MAX_ALERTS);
    msgr_test_assert_done(msgr_alert_enable(bob, &site, 1, &error));
    msgr_test_commit(t);
    g_assert_cmpuint(t->signals->len, ==, MSGR_MAX_ALERTS);
    for (guint i = 0; i < t->signals->len; i++) {
        g_autofree char *text = g_strdup_printf("%u", i + 3);
        const char *found;

        g_variant_get_child(((MsgrSignal *)t->signals->pdata[i])->args, 0, "&s", &found);
        g_assert_cmpstr(found, ==, text);
    }
}

static void
test_expires(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    gint64 id = publish(t, "bob", "never")->id;

    g_assert_true(publish_for(t, "bob", "late", t->wall) == last(t, "bob"));
    g_assert_cmpint(last(t, "bob")->id, ==, id);
    publish_for(t, "bob", "soon", t->wall + SECONDS(10));
    publish_for(t, "bob", "later", t->wall + SECONDS(100));
    advance(t, SECONDS(10) - 1);
    g_assert_cmpuint(count(t, "bob"), ==, 3);
    advance(t, 1);
    g_assert_cmpuint(count(t, "bob"), ==, 2);
    msgr_test_restart(t, SECONDS(89));
    g_assert_cmpuint(count(t, "bob"), ==, 2);
    advance(t, SECONDS(1));
    g_assert_cmpuint(count(t, "bob"), ==, 1);
    g_assert_cmpint(last(t, "bob")->id, ==, id);
    publish_for(t, "bob", "while it is down", t->wall + SECONDS(5));
    msgr_test_restart(t, SECONDS(5));
    reader(t, "bob");
    msgr_test_assert_signals(t, "bob.OnAlertReceived('never', true, {...})\n");
}

/* Nobody knows what the bus has of a turn after which the service died: it is sent again. What is
 * with the bus, is not. */
static void
test_restart(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    MsgrClient *bob;
    gint64 id;

    reader(t, "bob");
    publish(t, "bob", "in between");
    msgr_test_restart(t, 0);
    reader(t, "bob");
    msgr_test_assert_signals(t, "bob.OnAlertReceived('in between', true, {...})\n");
    leave(t);
    msgr_test_restart(t, 0);
    bob = reader(t, "bob");
    msgr_test_assert_signals(t, "");
    id = last(t, "bob")->id;
    msgr_test_assert_refused(
        msgr_alert_suppress(msgr_test_client(t, "bob-2", CHESS), (guint64)id, &error),
        MSGR_ERROR_NOT_FOUND);
    msgr_test_assert_done(msgr_alert_suppress(bob, (guint64)id, &error));
    msgr_test_commit(t);
    msgr_test_restart(t, -SECONDS(3600));
    g_assert_cmpuint(count(t, "bob"), ==, 0);
    g_assert_cmpint(publish(t, "bob", "after")->id, ==, id + 1);
    leave(t);
    msgr_test_restart(t, 0);
    reader(t, "bob");
    msgr_test_assert_signals(t, "bob.OnAlertReceived('after', true, {...})\n");
    leave(t);
    msgr_test_restart(t, 0);
    advance(t, SECONDS(30));
    assert_state(last(t, "bob"), "OVER");
}

static void
assert_unchanged(MsgrTestModel *t, const char *before)
{
    g_autofree char *after = NULL;

    msgr_test_rollback(t);
    after = msgr_test_snapshot(t);
    g_assert_cmpstr(after, ==, before);
}

static void
test_rollback(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    const MsgrAlertText text = { SITE, NEWS, "x", "", 0 };
    MsgrClient *bob = reader(t, "bob");
    const gint32 site = SITE;
    g_autofree char *idle = msgr_test_snapshot(t);
    g_autofree char *waiting = NULL, *offered = NULL;

    msgr_alert_publish(bob->user, &text);
    assert_unchanged(t, idle);
    g_assert_null(msgr_alert_steal_departing(t->model));
    msgr_test_assert_done(msgr_alert_enable(bob, NULL, 0, &error));
    publish(t, "bob", "x");
    waiting = msgr_test_snapshot(t);
    msgr_test_assert_done(msgr_alert_enable(bob, &site, 1, &error));
    assert_unchanged(t, waiting);
    msgr_test_assert_done(msgr_alert_enable(bob, &site, 1, &error));
    msgr_test_commit(t);
    offered = msgr_test_snapshot(t);
    msgr_test_assert_done(msgr_alert_suppress(bob, (guint64)last(t, "bob")->id, &error));
    assert_unchanged(t, offered);
}

/* That it is with the bus is noted again, until it is kept. */
static void
test_delivery_not_kept(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    g_autoptr(GPtrArray) alerts = NULL;
    MsgrAlert *alert;

    reader(t, "bob");
    alert = publish(t, "bob", "x");
    alerts = msgr_alert_steal_departing(t->model);
    g_assert_cmpuint(alerts->len, ==, 1);
    msgr_alert_have_left(alerts);
    g_assert_true(msgr_turn_needs_writing(t->model->turn));
    msgr_model_rollback(t->model);
    g_assert_false(alert->data.delivered);
    msgr_test_run_due(t);
    g_assert_true(alert->data.delivered);
    msgr_test_restart(t, 0);
    reader(t, "bob");
    msgr_test_assert_signals(t, "");
}

/* Before it has left nothing is decided, and nothing of it forgotten. */
static void
test_not_left(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    MsgrAlert *alert;

    reader(t, "bob");
    alert = publish(t, "bob", "x");
    msgr_test_advance(t, SECONDS(100));
    assert_state(alert, "OFFERED");
    g_assert_true(alert->record.stored);
    g_assert_false(alert->data.delivered);
    leave(t);
    msgr_test_run_due(t);
    assert_state(alert, "OVER");
}

/* A client has left the bus before it could be sent the alert: nobody has had it. */
static void
test_gone_before(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    MsgrAlert *alert;

    reader(t, "bob");
    alert = publish(t, "bob", "x");
    msgr_test_gone(t, "bob");
    reader(t, "bob-2");
    msgr_test_assert_signals(t, "");
    leave(t);
    msgr_test_assert_signals(t, "bob-2.OnAlertReceived('x', true, {...})\n");
    msgr_test_gone(t, "bob-2");
    leave(t);
    assert_state(alert, "WAITING");
    g_assert_false(alert->data.delivered);
    msgr_test_drop(t);
    reader(t, "bob-3");
    msgr_test_assert_signals(t, "bob-3.OnAlertReceived('x', true, {...})\n");
    leave(t);
    g_assert_true(alert->data.delivered);
}

/* An application that comes back has had it; another one has not. */
static void
test_comes_back(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    const gint32 site = SITE;
    MsgrClient *panel;

    reader(t, "bob");
    publish(t, "bob", "x");
    leave(t);
    msgr_test_gone(t, "bob");
    msgr_test_drop(t);
    reader(t, "bob-2");
    msgr_test_assert_signals(t, "");
    panel = msgr_test_locked(t, "bob-3");
    msgr_test_unlock(t, panel, MSGR_OBJECT_PRIVATE, PANEL);
    msgr_test_drop(t);
    msgr_test_assert_done(msgr_alert_enable(panel, &site, 1, &error));
    msgr_test_assert_signals(t, "bob-3.OnAlertReceived('x', true, {...})\n");
}

/* It was taken before it is known to have left. */
static void
test_taken_early(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    MsgrClient *bob = reader(t, "bob");
    MsgrAlert *alert = publish(t, "bob", "y");

    msgr_test_assert_done(msgr_alert_suppress(bob, (guint64)alert->id, &error));
    msgr_test_commit(t);
    msgr_test_gone(t, "bob");
    leave(t);
    g_assert_false(msgr_turn_needs_writing(t->model->turn));
    advance(t, SECONDS(100));
    g_assert_cmpuint(count(t, "bob"), ==, 0);
}

/* Everybody who has ever been there, or listens now, within the ranges. */
static void
test_everybody(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    const MsgrAlertText text = { SITE, NEWS, "all", "", 0 };
    MsgrClient *news = msgr_test_locked(t, "news");
    MsgrUser *root = msgr_user_meet(t->model, 0, "root", "");

    msgr_test_unlock(t, news, MSGR_OBJECT_PRIVATE, NEWS);
    msgr_test_client(t, "seen", CHESS);
    msgr_test_gone(t, "seen");
    reader(t, "listens");
    msgr_test_locked(t, "locked");
    msgr_test_user(t, "named");
    root->data.seen = TRUE;
    msgr_test_drop(t);
    msgr_test_assert_done(msgr_alert_publish_to_all(news, &text, &error));
    g_assert_cmpuint(count(t, "news"), ==, 1);
    g_assert_cmpuint(count(t, "seen"), ==, 1);
    g_assert_cmpuint(count(t, "listens"), ==, 1);
    g_assert_cmpuint(count(t, "locked"), ==, 0);
    g_assert_cmpuint(count(t, "named"), ==, 0);
    g_assert_cmpuint(root->alerts.length, ==, 0);
    g_assert_cmpint(last(t, "news")->id, !=, last(t, "seen")->id);
}

static const MsgrAlertText for_all = { SITE, NEWS, "all", "", 0 };

static void
assert_too_many(MsgrClient *client, const char *message)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(msgr_alert_publish_to_all(client, &for_all, &error));
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_LIMITS_EXCEEDED);
    g_assert_cmpstr(error->message, ==, message);
}

/* Five at once, then one a minute; each user for itself. */
static void
test_rate(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    MsgrClient *news = msgr_test_locked(t, "news"), *other = msgr_test_locked(t, "other");

    for (int i = 0; i < 5; i++)
        msgr_test_assert_done(msgr_alert_publish_to_all(news, &for_all, &error));
    assert_too_many(news, "Too many alerts to every user: wait 60 seconds");
    msgr_test_assert_done(msgr_alert_publish_to_all(other, &for_all, &error));
    advance(t, SECONDS(60) - 1);
    assert_too_many(news, "Too many alerts to every user: wait 1 seconds");
    msgr_test_rollback(t);
    assert_too_many(news, "Too many alerts to every user: wait 1 seconds");
    advance(t, 1);
    msgr_test_assert_done(msgr_alert_publish_to_all(news, &for_all, &error));
    assert_too_many(news, "Too many alerts to every user: wait 60 seconds");
    advance(t, SECONDS(100000));
    for (int i = 0; i < 5; i++)
        msgr_test_assert_done(msgr_alert_publish_to_all(news, &for_all, &error));
    assert_too_many(news, "Too many alerts to every user: wait 60 seconds");
}

/* The capability counts of the key that the private object is open with, and no other. */
static void
test_publisher(void)
{
    g_autoptr(MsgrTestModel) t = new_model();
    MsgrClient *news = msgr_test_locked(t, "news");
    MsgrClient *notes = msgr_test_locked(t, "notes");

    msgr_test_assert_refused(msgr_alert_check_publisher(news, &error), MSGR_ERROR_ACCESS_DENIED);
    msgr_test_unlock(t, news, MSGR_OBJECT_PRIVATE, NEWS);
    msgr_test_unlock(t, notes, MSGR_OBJECT_PRIVATE, NOTES);
    msgr_test_assert_done(msgr_alert_check_publisher(news, &error));
    msgr_test_assert_refused(msgr_alert_check_publisher(notes, &error), MSGR_ERROR_ACCESS_DENIED);
    msgr_test_set_key(t, NEWS, "hmac-sha256", "'capabilities': ['private']");
    msgr_test_assert_refused(msgr_alert_check_publisher(news, &error), MSGR_ERROR_ACCESS_DENIED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/alert/table", test_table);
    g_test_add_func("/alert/signal", test_signal);
    g_test_add_func("/alert/order", test_order);
    g_test_add_func("/alert/take", test_take);
    g_test_add_func("/alert/suppress", test_suppress);
    g_test_add_func("/alert/list", test_list);
    g_test_add_func("/alert/sites", test_sites);
    g_test_add_func("/alert/unlocked-later", test_unlocked_later);
    g_test_add_func("/alert/limit", test_limit);
    g_test_add_func("/alert/expires", test_expires);
    g_test_add_func("/alert/restart", test_restart);
    g_test_add_func("/alert/rollback", test_rollback);
    g_test_add_func("/alert/delivery-not-kept", test_delivery_not_kept);
    g_test_add_func("/alert/not-left", test_not_left);
    g_test_add_func("/alert/gone-before", test_gone_before);
    g_test_add_func("/alert/comes-back", test_comes_back);
    g_test_add_func("/alert/taken-early", test_taken_early);
    g_test_add_func("/alert/everybody", test_everybody);
    g_test_add_func("/alert/rate", test_rate);
    g_test_add_func("/alert/publisher", test_publisher);
    return g_test_run();
}
