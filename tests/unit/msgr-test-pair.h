/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * alice and bob, with one session between them in any state that there is, reached by real calls.
 */
#pragma once

#include "msgr-test-model.h"

G_BEGIN_DECLS

/* Each state, by each way that leads to it. */
typedef enum {
    WAY_READY,
    WAY_INVITATION,
    WAY_ACCEPTED,
    WAY_CONNECTED,
    WAY_CANCELLED_BEFORE_INVITE,
    WAY_CANCELLED_BY_INVITER,
    WAY_CANCELLED_BY_TIME,
    WAY_DECLINED,
    WAY_INVITER_ENDS_ACCEPTED,
    WAY_INVITEE_ENDS_ACCEPTED,
    WAY_INVITER_ENDS_CONNECTED,
    WAY_INVITEE_ENDS_CONNECTED,
    WAY_NOBODY_LAUNCHES,
    WAY_INVITER_LOST_IN_INVITATION,
    WAY_INVITER_LOST_IN_ACCEPTED,
    WAY_INVITER_LOST_IN_CONNECTED,
    WAY_INVITEE_LOST_IN_CONNECTED,
    N_WAYS
} MsgrTestWay;

/**
 * MsgrTestPair:
 * @detached: alice invites from a messenger client, not from within the application
 */
typedef struct {
    MsgrTestModel *t;
    gboolean detached;
    MsgrClient *alice;
    MsgrClient *bob;
    MsgrSide *inviter;
} MsgrTestPair;

MsgrTestPair *msgr_test_pair_new(gboolean detached);
void msgr_test_pair_free(MsgrTestPair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrTestPair, msgr_test_pair_free)

const char *msgr_test_way_name(MsgrTestWay way);
MsgrState msgr_test_way_state(MsgrTestWay way);
const char *msgr_test_way_result(MsgrTestWay way, MsgrRole role);
gboolean msgr_test_way_is_possible(MsgrTestWay way, gboolean detached);

void msgr_test_pair_bring(MsgrTestPair *pair, MsgrTestWay way);
MsgrSide *msgr_test_pair_side(MsgrTestPair *pair, MsgrRole role);
MsgrClient *msgr_test_pair_client(MsgrTestPair *pair, MsgrRole role);
char **msgr_test_pair_values(MsgrTestPair *pair, MsgrRole role);

/* The members of Session1 by their names; @argument is the one that tests vary. */
gboolean msgr_test_call(MsgrTestPair *pair, MsgrRole by, const char *name, const char *argument,
                        GError **error);

G_END_DECLS
