/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-audience.h"

static const char *const names[] = { NULL, "everyone", "contacts", "nobody" };

/**
 * msgr_audience_name:
 *
 * Returns: (nullable): the word for it, %NULL for MSGR_AUDIENCE_UNSAID.
 */
const char *
msgr_audience_name(MsgrAudience self)
{
    return names[self];
}

/**
 * msgr_audience_parse:
 *
 * Returns: what the word stands for, MSGR_AUDIENCE_UNSAID if it is none of them.
 */
MsgrAudience
msgr_audience_parse(const char *text)
{
    for (guint i = MSGR_AUDIENCE_EVERYONE; i < G_N_ELEMENTS(names); i++) {
        if (g_str_equal(names[i], text))
            return (MsgrAudience)i;
    }
    return MSGR_AUDIENCE_UNSAID;
}

/**
 * msgr_policy_key_name:
 *
 * Returns: what it is called in SetPolicy and in users.d.
 */
const char *
msgr_policy_key_name(MsgrPolicyKey key)
{
    return key == MSGR_POLICY_ACCEPT_FROM ? "AcceptFrom" : "StatusTo";
}
