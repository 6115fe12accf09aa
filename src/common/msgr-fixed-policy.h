/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-audience.h"

G_BEGIN_DECLS

/**
 * MsgrFixedPolicy:
 *
 * What the administrator has fixed for one user: a file of users.d.
 */
typedef struct {
    char *user;           /* the sign-in name */
    GHashTable *services; /* service, "" for every one -> MsgrAudience[MSGR_N_POLICY_KEYS] */
} MsgrFixedPolicy;

MsgrFixedPolicy *msgr_fixed_policy_parse(const char *user, const char *path, const char *text,
                                         gsize length, GPtrArray *problems);
MsgrFixedPolicy *msgr_fixed_policy_ref(MsgrFixedPolicy *self);
void msgr_fixed_policy_unref(MsgrFixedPolicy *self);
MsgrAudience msgr_fixed_policy_audience(const MsgrFixedPolicy *self, const char *service,
                                        MsgrPolicyKey key);
GHashTable *msgr_fixed_policy_table(GPtrArray *policies);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrFixedPolicy, msgr_fixed_policy_unref)

G_END_DECLS
