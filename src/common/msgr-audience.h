/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whom a policy lets something through for.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    MSGR_AUDIENCE_UNSAID, /* nothing is said: something else decides */
    MSGR_AUDIENCE_EVERYONE,
    MSGR_AUDIENCE_CONTACTS, /* who is in the list */
    MSGR_AUDIENCE_NOBODY,
} MsgrAudience;

/* What a policy has an audience for. */
typedef enum {
    MSGR_POLICY_ACCEPT_FROM,
    MSGR_POLICY_STATUS_TO,
} MsgrPolicyKey;

#define MSGR_N_POLICY_KEYS 2

const char *msgr_audience_name(MsgrAudience self);
MsgrAudience msgr_audience_parse(const char *text);
const char *msgr_policy_key_name(MsgrPolicyKey key);

G_END_DECLS
