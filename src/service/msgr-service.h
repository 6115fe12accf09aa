/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The house, wired: what comes in by the gate goes through the model and the ledger out by the
 * outbox.
 */
#pragma once

#include "msgr-call.h"
#include "msgr-launch-waiters.h"
#include "msgr-ledger.h"
#include "msgr-receipts.h"
#include "msgr-user-database.h"

G_BEGIN_DECLS

/* Goes on with a call that was deferred. */
typedef GVariant *(*MsgrContinuation)(MsgrCall *call, gpointer data, GError **error);

typedef void (*MsgrTurnFunc)(gpointer data);

/**
 * MsgrServiceEvents:
 * @replaced: another process has taken the service's name
 */
typedef struct {
    void (*replaced)(gpointer data);
    gpointer data;
} MsgrServiceEvents;

MsgrService *msgr_service_new(GDBusConnection *connection, MsgrConfig *config);
gboolean msgr_service_start(MsgrService *self, const char *state_dir,
                            const MsgrServiceEvents *events, GError **error);
void msgr_service_open(MsgrService *self);
void msgr_service_free(MsgrService *self);

MsgrModel *msgr_service_model(MsgrService *self);
MsgrUserDatabase *msgr_service_user_database(MsgrService *self);
MsgrReceipts *msgr_service_receipts(MsgrService *self);
MsgrLaunchWaiters *msgr_service_launch_waiters(MsgrService *self);
void msgr_service_set_config(MsgrService *self, MsgrConfig *config);
void msgr_service_set_keys(MsgrService *self, GPtrArray *keys);
void msgr_service_set_applications(MsgrService *self, GPtrArray *entries);
void msgr_service_set_fixed_policies(MsgrService *self, GPtrArray *policies);
void msgr_service_say_goodbye(MsgrService *self);

void msgr_service_defer(MsgrCall *call);
void msgr_service_resume(MsgrCall *call, MsgrContinuation go_on, gpointer data);

void msgr_service_handle(MsgrService *self, MsgrCall *call);
void msgr_service_answer(MsgrService *self, MsgrCall *call, GError *error);
void msgr_service_client_gone(MsgrService *self, MsgrClient *client);
void msgr_service_end_turn(MsgrService *self);
gboolean msgr_service_turn(MsgrService *self, MsgrTurnFunc func, gpointer data);

G_END_DECLS
