/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two machines, each a model of its own, and what is on its way between them: alice on one has
 * invited bob on the other.
 */
#pragma once

#include "msgr-test-account.h"

G_BEGIN_DECLS

#define N_MACHINES 2 /* as the roles: the inviter's, the invitee's */

/* What can happen next. */
typedef enum {
    STEP_ACCEPT,
    STEP_DECLINE,
    STEP_CANCEL_0,
    STEP_CANCEL_1,
    STEP_ATTACH_1, /* bob's application takes the session */
    STEP_DATA_0,
    STEP_DATA_1,
    STEP_TIME_0, /* passes for the one machine: deadlines, and what is tried again */
    STEP_TIME_1,
    STEP_ARRIVE_0, /* what is first on its way to the machine arrives */
    STEP_ARRIVE_1,
    STEP_LOSE_0, /* or is lost: the sender hears of a failure */
    STEP_LOSE_1,
    STEP_LEAVE_0, /* the connector leaves the bus, and comes back */
    STEP_LEAVE_1,
    STEP_CRASH_0, /* the service dies, and is started again */
    STEP_CRASH_1,
    N_STEPS
} MsgrTestStep;

typedef struct {
    MsgrTestModel *t;
    MsgrAccount *account;
    MsgrClient *client;
    MsgrSession *session; /* NULL until it has come to be; a reference */
    GQueue arriving;      /* what is on its way to it */
    guint32 result;       /* the hr of its OnTermination; 0: none yet */
} MsgrTestMachine;

/* How much may happen: of each kind that could go on for ever, so often. */
typedef struct {
    guint data;  /* a machine */
    guint times; /* a machine */
    guint losses;
    guint leaves;
    guint crashes;
} MsgrTestBounds;

typedef struct {
    MsgrTestMachine machines[N_MACHINES];
    const MsgrTestBounds *bounds;
    guint done[N_STEPS]; /* how often each step was taken */
} MsgrTestWire;

MsgrTestWire *msgr_test_wire_new(const MsgrTestBounds *bounds);
void msgr_test_wire_reset(MsgrTestWire *wire);
void msgr_test_wire_free(MsgrTestWire *wire);
gboolean msgr_test_wire_can(MsgrTestWire *wire, MsgrTestStep step);
void msgr_test_wire_take(MsgrTestWire *wire, MsgrTestStep step);
gboolean msgr_test_wire_is_quiet(MsgrTestWire *wire);
void msgr_test_wire_settle(MsgrTestWire *wire);
MsgrState msgr_test_wire_state(MsgrTestWire *wire, int machine);
char *msgr_test_wire_text(MsgrTestWire *wire);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrTestWire, msgr_test_wire_free)

G_END_DECLS
