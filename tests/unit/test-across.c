/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session across a network, in every order in which things can happen: both sides always end, or
 * are connected; and how is in the table, which docs/across-networks.md shows.
 */
#include "msgr-test-wire.h"

#include <string.h>

#define MAX_PATH 64

typedef struct {
    MsgrTestWire *wire;
    GHashTable *seen;  /* texts of states */
    GHashTable *found; /* "inviter/invitee": results -> the first way that led there */
    guint states;
} Exploration;

static const char *
result_name(guint32 result)
{
    return result == 0 ? "none" : msgr_hresult_name(result);
}

static void
replay(Exploration *e, const guint8 *path, guint length)
{
    msgr_test_wire_reset(e->wire);
    for (guint i = 0; i < length; i++)
        msgr_test_wire_take(e->wire, path[i]);
}

static char *
path_text(const guint8 *path, guint length)
{
    static const char *const step_names[N_STEPS] = {
        "accept", "decline", "cancel-0", "cancel-1", "attach-1", "data-0",
        "data-1", "time-0",  "time-1",   "arrive-0", "arrive-1", "lose-0",
        "lose-1", "leave-0", "leave-1",  "crash-0",  "crash-1",
    };
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < length; i++)
        g_string_append_printf(text, "%s ", step_names[path[i]]);
    return g_string_free(text, FALSE);
}

static gboolean
is_over(MsgrState state)
{
    return state == MSGR_STATE_UNKNOWN || !msgr_state_is_live(state);
}

/* What becomes of it if nobody does anything any more. */
static void
conclude(Exploration *e, const guint8 *path, guint length)
{
    MsgrTestWire *wire = e->wire;
    g_autofree char *way = path_text(path, length);
    MsgrState one, other;
    char *key;

    msgr_test_wire_settle(wire);
    one = msgr_test_wire_state(wire, MSGR_INVITER);
    other = msgr_test_wire_state(wire, MSGR_INVITEE);
    if (!(one == MSGR_STATE_CONNECTED && other == MSGR_STATE_CONNECTED) &&
        !(is_over(one) && is_over(other)))
        g_error("one side never ends (%d, %d), after %s", one, other, way);
    key = g_strdup_printf("%s/%s", result_name(wire->machines[MSGR_INVITER].result),
                          result_name(wire->machines[MSGR_INVITEE].result));
    if (g_hash_table_contains(e->found, key))
        g_free(key);
    else
        g_hash_table_insert(e->found, key, g_steal_pointer(&way));
}

/* Every step from here, each after the same way again: what has been seen before leads nowhere new.
 */
static void
explore(Exploration *e, guint8 *path, guint length)
{
    gboolean possible[N_STEPS];
    char *text;

    replay(e, path, length);
    text = msgr_test_wire_text(e->wire);
    if (!g_hash_table_add(e->seen, text))
        return;
    g_assert_cmpuint(length, <, MAX_PATH);
    e->states++;
    for (int step = 0; step < N_STEPS; step++)
        possible[step] = msgr_test_wire_can(e->wire, step);
    if (msgr_test_wire_is_quiet(e->wire))
        conclude(e, path, length);
    for (int step = 0; step < N_STEPS; step++) {
        if (!possible[step])
            continue;
        path[length] = (guint8)step;
        explore(e, path, length + 1);
    }
}

/* What has to happen for an outcome. */
typedef enum {
    PLAIN,    /* nothing: it is the same on one machine */
    CROSSING, /* both sides do something before they hear of each other */
    DISTURBED /* a message is lost, a connector leaves, or a service dies */
} Condition;

/* The table: the results of the inviter and of the invitee. */
static const struct {
    const char *results;
    Condition condition;
} outcomes[] = {
    { "none/none", PLAIN }, /* they are connected */
    { "InvitationDeclined/InvitationDeclined", PLAIN },
    { "SessionTimeout/SessionTimeout", PLAIN },
    { "SessionCancelledLocal/SessionCancelledRemote", PLAIN },
    { "SessionCancelledRemote/SessionCancelledLocal", PLAIN },
    { "ApplicationLaunchFailed/ApplicationLaunchFailed", PLAIN },

    { "SessionCancelledLocal/InvitationDeclined", CROSSING },
    { "SessionCancelledLocal/SessionTimeout", CROSSING },
    { "SessionCancelledLocal/SessionCancelledLocal", CROSSING },
    { "SessionCancelledLocal/ApplicationLaunchFailed", CROSSING },
    { "SessionCancelledLocal/ConnectionFailure", CROSSING },
    { "SessionTimeout/InvitationDeclined", CROSSING },
    { "SessionTimeout/SessionCancelledLocal", CROSSING },
    { "ApplicationLaunchFailed/SessionCancelledLocal", CROSSING },
    { "ApplicationLaunchFailed/ConnectionFailure", CROSSING },
    { "ConnectionFailure/SessionCancelledLocal", CROSSING },
    { "ConnectionFailure/ApplicationLaunchFailed", CROSSING },

    { "InvitationSendFailure/none", DISTURBED },
    { "InvitationSendFailure/InvitationSendFailure", DISTURBED },
    { "InvitationSendFailure/InvitationDeclined", DISTURBED },
    { "InvitationSendFailure/SessionCancelledLocal", DISTURBED },
    { "SessionCancelledLocal/none", DISTURBED },
    { "SessionCancelledLocal/AcceptSendFailure", DISTURBED },
    { "AcceptSendFailure/AcceptSendFailure", DISTURBED },
    { "ConnectionFailure/ConnectionFailure", DISTURBED },
};

static const struct {
    const char *name;
    Condition worst;
    MsgrTestBounds bounds;
} explorations[] = {
    { "time", CROSSING, { .times = 1 } },
    { "context-data", CROSSING, { .data = 1 } },
    { "loss", DISTURBED, { .losses = 1 } },
    { "connectors-leave", DISTURBED, { .leaves = 1 } },
    { "services-crash", DISTURBED, { .crashes = 1 } },
};

static gboolean found_anywhere[G_N_ELEMENTS(outcomes)];

static void
assert_in_table(const char *results, Condition worst, const char *way)
{
    for (gsize i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        if (g_str_equal(outcomes[i].results, results) && outcomes[i].condition <= worst) {
            found_anywhere[i] = TRUE;
            return;
        }
    }
    g_error("%s is not in the table: after %s", results, way);
}

static void
test_exploration(gconstpointer data)
{
    const int number = GPOINTER_TO_INT(data);
    g_autoptr(MsgrTestWire) wire = msgr_test_wire_new(&explorations[number].bounds);
    Exploration e = { wire, g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free), 0 };
    guint8 path[MAX_PATH + 1];
    GHashTableIter iter;
    gpointer results, way;

    explore(&e, path, 0);
    g_test_message("%u states", e.states);
    g_hash_table_iter_init(&iter, e.found);
    while (g_hash_table_iter_next(&iter, &results, &way))
        assert_in_table(results, explorations[number].worst, way);
    g_hash_table_unref(e.seen);
    g_hash_table_unref(e.found);
}

/* The table promises nothing that can't happen. Runs last, when all has been explored. */
static void
test_table(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        if (!found_anywhere[i])
            g_error("%s never happens", outcomes[i].results);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(explorations); i++) {
        g_autofree char *path = g_strconcat("/across/", explorations[i].name, NULL);

        g_test_add_data_func(path, GINT_TO_POINTER(i), test_exploration);
    }
    g_test_add_func("/across/the-whole-table", test_table);
    return g_test_run();
}
