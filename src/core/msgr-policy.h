/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-audience.h"
#include "msgr-model.h"

G_BEGIN_DECLS

/**
 * MsgrPolicy:
 *
 * What a user has said about who reaches it at one service.
 */
struct _MsgrPolicy {
    MsgrRecord record;
    MsgrUser *user;
    char *service;
    MsgrAudience audiences[MSGR_N_POLICY_KEYS];
};

MsgrPolicy *msgr_policy_new(MsgrUser *user, const char *service);

MsgrAudience msgr_policy_audience(MsgrUser *user, const char *service, MsgrPolicyKey key);
gboolean msgr_policy_check(GVariant *policy, GError **error);
gboolean msgr_policy_check_free(MsgrUser *user, const char *service, GVariant *policy,
                                GError **error);
void msgr_policy_set(MsgrUser *user, const char *service, GVariant *policy);
void msgr_policy_forget(MsgrUser *user, const char *service);
GVariant *msgr_policy_get(MsgrUser *user, const char *service);
void msgr_policy_replace_fixed(MsgrModel *model, GPtrArray *fixed);

G_END_DECLS
