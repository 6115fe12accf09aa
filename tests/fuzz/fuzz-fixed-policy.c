/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A file of users.d: whatever it says, what it fixes is a policy or nothing, and the rest is told.
 */
#include <glib.h>

#include "fuzz.h"
#include "msgr-fixed-policy.h"

static void
check_problem(gpointer problem, gpointer data)
{
    g_assert_true(g_utf8_validate(problem, -1, NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const services[] = { "local", "xmpp", "", "Policy" };
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(MsgrFixedPolicy) policy = NULL;

    policy = msgr_fixed_policy_parse("alice", "alice.conf", text, size, problems);
    for (gsize i = 0; i < G_N_ELEMENTS(services); i++) {
        g_assert_cmpint(msgr_fixed_policy_audience(policy, services[i], MSGR_POLICY_ACCEPT_FROM),
                        <=, MSGR_AUDIENCE_NOBODY);
        g_assert_cmpint(msgr_fixed_policy_audience(policy, services[i], MSGR_POLICY_STATUS_TO), <=,
                        MSGR_AUDIENCE_NOBODY);
    }
    g_ptr_array_foreach(problems, check_problem, NULL);
    return 0;
}
