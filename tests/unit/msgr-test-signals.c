/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What left with a turn, as text that a test can be compared with.
 */
#include "msgr-test-model.h"

#include <string.h>

static const char *const states[] = {
    "UNKNOWN",   "READY",     "INVITATION", "ACCEPTED",
    "CONNECTED", "CANCELLED", "DECLINED",   "TERMINATED",
};

static const char *const lock_statuses[] = {
    "0", "NOTINITIALIZED", "INITIALIZED", "PENDINGRESULT", "UNLOCKED", "UNLOCKFAILED", "DISABLED",
};

const char *
msgr_test_state_name(guint32 state)
{
    g_assert_cmpuint(state, <, G_N_ELEMENTS(states));
    return states[state];
}

/* A number is written as what it stands for. */
static char *
number_text(const char *signal, guint32 number)
{
    const char *name = msgr_hresult_name(number);

    if (g_str_equal(signal, "OnStateChanged"))
        return g_strdup(msgr_test_state_name(number));
    if (g_str_equal(signal, "OnLockStatusChanged")) {
        g_assert_cmpuint(number, <, G_N_ELEMENTS(lock_statuses));
        return g_strdup(lock_statuses[number]);
    }
    return name != NULL ? g_strdup(name) : g_strdup_printf("%u", number);
}

/* Paths are random: told is what is there. */
static char *
path_text(MsgrTestModel *t, const char *path)
{
    MsgrSide *side = NULL;
    MsgrContact *contact = NULL;

    if (g_str_has_prefix(path, MSGR_SESSION_PREFIX))
        side = msgr_model_side(t->model, path + strlen(MSGR_SESSION_PREFIX));
    if (g_str_has_prefix(path, MSGR_CONTACT_PREFIX))
        contact = msgr_model_contact(t->model, path + strlen(MSGR_CONTACT_PREFIX));
    if (side != NULL)
        return g_strdup(side->role == MSGR_INVITER ? "inviter" : "invitee");
    return g_strdup(contact != NULL ? contact->name : path);
}

static char *
argument_text(MsgrTestModel *t, const MsgrSignal *signal, GVariant *argument)
{
    if (g_variant_is_of_type(argument, G_VARIANT_TYPE_UINT32))
        return number_text(signal->name, g_variant_get_uint32(argument));
    if (g_variant_is_of_type(argument, G_VARIANT_TYPE_OBJECT_PATH))
        return path_text(t, g_variant_get_string(argument, NULL));
    if (g_variant_is_of_type(argument, G_VARIANT_TYPE_VARDICT))
        return g_strdup("{...}");
    if (g_str_equal(signal->name, "OnLockChallenge") &&
        g_variant_is_of_type(argument, G_VARIANT_TYPE_STRING))
        return g_strdup("challenge");
    return g_variant_print(argument, FALSE);
}

/* Returns: a line, "client.Name(arguments)". */
char *
msgr_test_call_text(MsgrTestModel *t, const MsgrSignal *signal)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *arguments = NULL;
    gsize count = signal->args == NULL ? 0 : g_variant_n_children(signal->args);

    for (gsize i = 0; i < count; i++) {
        g_autoptr(GVariant) argument = g_variant_get_child_value(signal->args, i);

        g_ptr_array_add(texts, argument_text(t, signal, argument));
    }
    g_ptr_array_add(texts, NULL);
    arguments = g_strjoinv(", ", (char **)texts->pdata);
    return g_strdup_printf("%s.%s(%s)\n", signal->to, signal->name, arguments);
}

/* The interface and the path that each signal comes from. */
static void
check_origin(MsgrTestModel *t, const MsgrSignal *signal)
{
    static const struct {
        const char *iface;
        const char *prefix;
    } origins[] = {
        { "org.msgr.Session1", "/org/msgr/Messenger/Session/" },
        { "org.msgr.SessionManager1", "/org/msgr/Messenger/SessionManager" },
        { "org.msgr.Lock1", "/org/msgr/Messenger/" },
        { "org.msgr.Messenger1", "/org/msgr/Messenger" },
        { "org.msgr.Private1", "/org/msgr/Messenger/Private" },
    };
    MsgrClient *client = msgr_model_client(t->model, signal->to);
    gsize i = 0;

    while (i < G_N_ELEMENTS(origins) && !g_str_equal(origins[i].iface, signal->iface))
        i++;
    g_assert_cmpuint(i, <, G_N_ELEMENTS(origins));
    g_assert_true(g_str_has_prefix(signal->path, origins[i].prefix));
    if (i == 0 && client != NULL) {
        MsgrSide *side = msgr_model_side(t->model, signal->path + strlen(origins[i].prefix));

        g_assert_true(side == NULL || side->user == client->user);
    }
}

static int
compare_clients(gconstpointer a, gconstpointer b)
{
    return strcmp((*(MsgrSignal *const *)a)->to, (*(MsgrSignal *const *)b)->to);
}

/* Returns: what left since the last time, for each client in its order. */
char *
msgr_test_signals(MsgrTestModel *t)
{
    GString *text = g_string_new(NULL);

    g_ptr_array_sort(t->signals, compare_clients); /* is stable */
    for (guint i = 0; i < t->signals->len; i++) {
        g_autofree char *line = msgr_test_call_text(t, t->signals->pdata[i]);

        check_origin(t, t->signals->pdata[i]);
        g_string_append(text, line);
    }
    g_ptr_array_set_size(t->signals, 0);
    return g_string_free(text, FALSE);
}

/* Returns: (nullable): the last of that name to that client that nobody has looked at. */
const MsgrSignal *
msgr_test_find_signal(MsgrTestModel *t, const char *client, const char *name)
{
    msgr_test_commit(t);
    for (guint i = t->signals->len; i > 0; i--) {
        const MsgrSignal *signal = t->signals->pdata[i - 1];

        if (g_str_equal(signal->to, client) && g_str_equal(signal->name, name))
            return signal;
    }
    return NULL;
}
