/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Alerts and agents: what the agent is asked to show, when, and how often.
 */
#include "msgr-test-model.h"

#include "msgr-agent.h"

#define NEWS   "org.example.News"
#define SITE   7
#define WINDOW (500 * (gint64)1000)

static const char *const states[] = { "WAITING", "OFFERED", "DUE", "SHOWN", "TAKEN", "OVER" };

static MsgrClient *
reader(MsgrTestModel *t, const char *name)
{
    static const gint32 sites[] = { SITE };
    MsgrClient *client = msgr_test_locked(t, name);

    msgr_test_unlock(t, client, MSGR_OBJECT_PRIVATE, NOTES);
    msgr_test_assert_done(msgr_alert_enable(client, sites, 1, &error));
    msgr_test_commit(t);
    return client;
}

static MsgrAlert *
publish(MsgrTestModel *t, const char *text)
{
    const MsgrAlertText alert = { SITE, NEWS, text, "", 0 };
    MsgrUser *bob = msgr_test_user(t, "bob");

    msgr_alert_publish(bob, &alert);
    msgr_test_commit(t);
    return g_queue_peek_tail(&bob->alerts);
}

/* Time passes, and what was sent is with the bus long before. */
static void
advance(MsgrTestModel *t, gint64 microseconds)
{
    g_autoptr(GPtrArray) alerts = msgr_alert_steal_departing(t->model);

    if (alerts != NULL)
        msgr_alert_have_left(alerts);
    msgr_test_advance(t, microseconds);
}

static void
set_agent(MsgrTestModel *t, const char *name, gint32 priority)
{
    MsgrClient *client = msgr_model_client(t->model, name);

    if (client == NULL)
        client = msgr_test_locked(t, name);
    msgr_test_assert_done(
        msgr_agent_register(client, "/agent", MSGR_AGENT_ALL_ROLES, priority, &error));
    msgr_test_commit(t);
}

/* Returns: what left since the last time: "agent.Method(text, again)", a line each; @done: how the
 * agent answers. */
static char *
orders(MsgrTestModel *t, gboolean done)
{
    g_autoptr(GPtrArray) orders = NULL;
    GString *text = g_string_new(NULL);

    msgr_test_run_due(t);
    msgr_test_commit(t);
    orders = g_steal_pointer(&t->orders);
    t->orders = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_order_unref);
    for (guint i = 0; i < orders->len; i++) {
        MsgrOrder *order = orders->pdata[i];
        MsgrAnswer answer = { .value = g_variant_new("()") };

        if (order->kind == MSGR_ORDER_WITHDRAWAL) {
            g_string_append_printf(text, "%s: not %s\n", order->to, order->key);
        } else if (g_str_equal(order->method, "ShowAlert")) {
            g_autoptr(GVariant) details = g_variant_get_child_value(order->args, 0);
            const char *alert = NULL;
            gboolean again = FALSE;

            g_variant_lookup(details, "Alert", "&s", &alert);
            g_variant_lookup(details, "Again", "b", &again);
            g_string_append_printf(text, "%s: %s%s\n", order->to, alert, again ? " again" : "");
            g_assert_cmpuint(g_variant_n_children(details), ==, 7);
            if (!done)
                answer.error = g_error_new_literal(MSGR_ERROR, MSGR_ERROR_FAILED, "no");
            order->done(order, &answer);
        }
        g_variant_unref(g_variant_ref_sink(answer.value));
        g_clear_error(&answer.error);
    }
    msgr_test_commit(t);
    return g_string_free(text, FALSE);
}

#define assert_orders(t, done, expected)                                                           \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_autofree char *msgr_orders = orders(t, done);                                            \
                                                                                                   \
        g_assert_cmpstr(msgr_orders, ==, expected);                                                \
    }                                                                                              \
    G_STMT_END

#define assert_state(alert, expected) g_assert_cmpstr(states[(alert)->data.state], ==, expected)

/* Every case: whether a client wants the alert, suppresses it, and whether an agent is there from
 * the beginning, comes in the window, after it, or not at all. What the agent is asked, and the
 * state in the end. */
typedef enum { NEVER, BEFORE, WITHIN, AFTER } When;

static const struct {
    gboolean wanted, suppressed;
    When agent;
    const char *shown;
    const char *state;
} table[] = {
    { 0, 0, NEVER, "", "WAITING" },
    { 0, 0, BEFORE, "bob-agent: x\n", "SHOWN" },
    { 0, 0, WITHIN, "bob-agent: x\n", "SHOWN" },
    { 0, 0, AFTER, "bob-agent: x\n", "SHOWN" },
    { 1, 0, NEVER, "", "OVER" },
    { 1, 0, BEFORE, "bob-agent: x\n", "SHOWN" },
    { 1, 0, WITHIN, "bob-agent: x\n", "SHOWN" },
    { 1, 0, AFTER, "", "OVER" },
    { 1, 1, NEVER, "", "OVER" },
    { 1, 1, BEFORE, "", "OVER" },
    { 1, 1, WITHIN, "", "OVER" },
    { 1, 1, AFTER, "", "OVER" },
};

static void
try_row(gsize row)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrClient *bob = table[row].wanted ? reader(t, "bob") : msgr_test_locked(t, "bob");
    MsgrAlert *alert;

    if (table[row].agent == BEFORE)
        set_agent(t, "bob-agent", 0);
    alert = publish(t, "x");
    if (table[row].suppressed)
        msgr_test_assert_done(msgr_alert_suppress(bob, (guint64)alert->id, &error));
    advance(t, WINDOW - 1);
    assert_orders(t, TRUE, "");
    if (table[row].agent == WITHIN)
        set_agent(t, "bob-agent", 0);
    advance(t, 1);
    if (table[row].agent == AFTER)
        set_agent(t, "bob-agent", 0);
    /* whoever comes late finds an alert that nobody had, and gives clients the time again */
    advance(t, WINDOW);
    assert_orders(t, TRUE, table[row].shown);
    assert_state(alert, table[row].state);
}

static void
test_table(void)
{
    for (gsize row = 0; row < G_N_ELEMENTS(table); row++) {
        g_test_message("row %" G_GSIZE_FORMAT, row);
        try_row(row);
    }
}

/* What was shown stays the agent's, and is shown again by the next, until the user has dealt with
 * it. */
static void
test_succession(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAlert *one, *two;

    set_agent(t, "bob-agent", 0);
    one = publish(t, "one");
    two = publish(t, "two");
    advance(t, WINDOW);
    assert_orders(t, TRUE, "bob-agent: one\nbob-agent: two\n");
    set_agent(t, "bob-agent", 0);
    assert_orders(t, TRUE,
                  "bob-agent: not alert 1790000000000000\n"
                  "bob-agent: not alert 1790000000000001\n"
                  "bob-agent: one again\nbob-agent: two again\n");
    msgr_test_locked(t, "bob-other");
    msgr_test_assert_refused(
        msgr_alert_suppress(msgr_model_client(t->model, "bob-other"), (guint64)one->id, &error),
        MSGR_ERROR_NOT_FOUND);
    msgr_test_assert_done(
        msgr_alert_suppress(msgr_model_client(t->model, "bob-agent"), (guint64)one->id, &error));
    msgr_test_commit(t);
    set_agent(t, "bob-shell", 10);
    assert_orders(t, TRUE, "bob-agent: not alert 1790000000000001\nbob-shell: two again\n");
    msgr_test_gone(t, "bob-shell");
    assert_orders(t, TRUE, "bob-agent: two again\n");
    msgr_test_gone(t, "bob-agent");
    msgr_test_restart(t, 0);
    set_agent(t, "bob-agent", 0);
    assert_orders(t, TRUE, "bob-agent: two again\n");
    two = g_queue_peek_tail(&msgr_test_user(t, "bob")->alerts);
    assert_state(two, "SHOWN");
    reader(t, "bob-2");
    g_assert_null(msgr_test_find_signal(t, "bob-2", "OnAlertReceived"));
}

/* An agent that can't is not asked again; the next is asked as if nobody had been. */
static void
test_failure(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAlert *alert;

    set_agent(t, "bob-agent", 0);
    alert = publish(t, "x");
    advance(t, WINDOW);
    assert_orders(t, FALSE, "bob-agent: x\n");
    assert_state(alert, "DUE");
    msgr_user_presence_changed(alert->user);
    assert_orders(t, TRUE, "");
    msgr_agent_recovered(t->model, "bob-agent");
    assert_orders(t, FALSE, "bob-agent: not alert 1790000000000000\nbob-agent: x\n");
    set_agent(t, "bob-shell", 1);
    assert_orders(t, TRUE, "bob-agent: not alert 1790000000000000\nbob-shell: x\n");
    assert_state(alert, "SHOWN");
}

/* It left before it had shown it: whoever comes gets it, a client too. */
static void
test_agent_lost(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAlert *alert;

    set_agent(t, "bob-agent", 0);
    alert = publish(t, "x");
    advance(t, WINDOW);
    assert_state(alert, "DUE");
    msgr_test_gone(t, "bob-agent");
    assert_state(alert, "WAITING");
    reader(t, "bob");
    g_assert_nonnull(msgr_test_find_signal(t, "bob", "OnAlertReceived"));
    set_agent(t, "bob-agent", 0);
    advance(t, WINDOW);
    assert_state(alert, "DUE");
    msgr_test_gone(t, "bob-agent");
    assert_state(alert, "DUE");
    reader(t, "bob-2");
    g_assert_null(msgr_test_find_signal(t, "bob-2", "OnAlertReceived"));
    g_ptr_array_set_size(t->orders, 0);
    set_agent(t, "bob-agent", 0);
    assert_orders(t, TRUE, "bob-agent: x\n");
    assert_state(alert, "SHOWN");
}

/* What clients had before a restart the agent shows when it is back, and not before they had their
 * time. */
static void
test_restart(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    g_autoptr(GPtrArray) alerts = NULL;

    reader(t, "bob");
    publish(t, "x");
    alerts = msgr_alert_steal_departing(t->model);
    msgr_alert_have_left(alerts);
    g_clear_pointer(&alerts, g_ptr_array_unref);
    msgr_test_commit(t);
    msgr_test_restart(t, 0);
    advance(t, SECONDS(20));
    set_agent(t, "bob-agent", 0);
    advance(t, WINDOW - 1);
    assert_orders(t, TRUE, "");
    advance(t, 1);
    assert_orders(t, TRUE, "bob-agent: x\n");
}

/* An order that was not kept was not given. */
static void
test_rollback(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    MsgrAlert *alert;

    set_agent(t, "bob-agent", 0);
    alert = publish(t, "x");
    t->boot += WINDOW;
    g_assert_nonnull(msgr_model_run_due(t->model));
    assert_state(alert, "DUE");
    msgr_model_rollback(t->model);
    assert_state(alert, "OFFERED");
    assert_orders(t, TRUE, "bob-agent: x\n");
    assert_state(alert, "SHOWN");
}

/* What has expired or is dropped the agent need not show any more. */
static void
test_withdrawn(void)
{
    g_autoptr(MsgrTestModel) t = msgr_test_model_new();
    const MsgrAlertText text = { SITE, NEWS, "soon", "", t->wall + SECONDS(10) };

    set_agent(t, "bob-agent", 0);
    msgr_alert_publish(msgr_test_user(t, "bob"), &text);
    advance(t, WINDOW);
    assert_orders(t, FALSE, "bob-agent: soon\n");
    advance(t, SECONDS(10));
    assert_orders(t, FALSE, "bob-agent: not alert 1790000000000000\n");
    g_assert_cmpuint(msgr_test_user(t, "bob")->alerts.length, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/alert-agent/table", test_table);
    g_test_add_func("/alert-agent/succession", test_succession);
    g_test_add_func("/alert-agent/failure", test_failure);
    g_test_add_func("/alert-agent/agent-lost", test_agent_lost);
    g_test_add_func("/alert-agent/restart", test_restart);
    g_test_add_func("/alert-agent/rollback", test_rollback);
    g_test_add_func("/alert-agent/withdrawn", test_withdrawn);
    return g_test_run();
}
