/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Agents, and what is ordered of them: as text that a test can be compared with, and answered.
 */
#include "msgr-test-model.h"

#include <string.h>

/* A client that is an agent, and else has proved nothing. */
MsgrClient *
msgr_test_agent(MsgrTestModel *t, const char *name, guint roles, gint32 priority)
{
    MsgrClient *client = msgr_model_client(t->model, name);

    if (client == NULL)
        client = msgr_test_locked(t, name);
    msgr_test_assert_done(msgr_agent_register(client, "/agent", roles, priority, &error));
    msgr_test_commit(t);
    return client;
}

static char *
order_text(MsgrTestModel *t, MsgrOrder *order)
{
    MsgrSide *side = NULL;
    MsgrSignal call = { .to = order->to, .name = order->method, .args = order->args };

    if (order->kind != MSGR_ORDER_WITHDRAWAL)
        return msgr_test_call_text(t, &call);
    if (g_str_has_prefix(order->key, MSGR_SESSION_PREFIX))
        side = msgr_model_side(t->model, order->key + strlen(MSGR_SESSION_PREFIX));
    return g_strdup_printf("%s takes back %s\n", order->to,
                           side == NULL                 ? "what is gone"
                           : side->role == MSGR_INVITER ? "inviter"
                                                        : "invitee");
}

static void
check_order(MsgrOrder *order)
{
    if (order->kind == MSGR_ORDER_WITHDRAWAL)
        return;
    g_assert_cmpstr(order->path, ==, "/agent");
    g_assert_cmpstr(order->iface, ==, "org.msgr.Agent1");
}

/* Returns: what has been ordered since the last time, in its order. What waits for an answer can
 * still be answered. */
char *
msgr_test_asked(MsgrTestModel *t)
{
    GString *text = g_string_new(NULL);

    msgr_test_commit(t);
    for (guint i = t->orders_seen; i < t->orders->len; i++) {
        g_autofree char *line = order_text(t, t->orders->pdata[i]);

        check_order(t->orders->pdata[i]);
        g_string_append(text, line);
    }
    t->orders_seen = t->orders->len;
    return g_string_free(text, FALSE);
}

/* Returns: (transfer full): the last order of this method. */
MsgrOrder *
msgr_test_find_asked(MsgrTestModel *t, const char *method)
{
    msgr_test_commit(t);
    for (guint i = t->orders->len; i > 0; i--) {
        MsgrOrder *order = t->orders->pdata[i - 1];

        if (g_strcmp0(order->method, method) == 0)
            return msgr_order_ref(order);
    }
    g_assert_not_reached();
}

/* The agent answers: with @value, which is sunk, or if that is NULL with the error. */
void
msgr_test_agent_answers(MsgrTestModel *t, MsgrOrder *order, GVariant *value, MsgrError code,
                        MsgrProcess *process)
{
    MsgrAnswer answer = { 0 };

    if (value != NULL) {
        answer.value = g_variant_ref_sink(value);
        g_assert_cmpstr(g_variant_get_type_string(value), ==, order->reply_type);
    } else {
        answer.error = g_error_new_literal(MSGR_ERROR, code, "no");
    }
    answer.process = process == NULL ? NULL : msgr_process_ref(process);
    if (order->done != NULL)
        order->done(order, &answer);
    msgr_answer_clear(&answer);
}
