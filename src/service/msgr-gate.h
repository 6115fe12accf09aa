/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-buckets.h"
#include "msgr-service.h"

G_BEGIN_DECLS

typedef struct _MsgrGate MsgrGate;

MsgrGate *msgr_gate_new(MsgrService *service, GDBusConnection *connection, MsgrBuckets *buckets);
void msgr_gate_free(MsgrGate *self);
void msgr_gate_call(MsgrGate *self, MsgrCall *call);
void msgr_gate_gone(MsgrGate *self, const char *name);
void msgr_gate_hold(MsgrGate *self, const char *name);
void msgr_gate_unhold(MsgrGate *self, const char *name);
void msgr_gate_release(MsgrGate *self, const char *name);
void msgr_gate_policy_changed(MsgrGate *self);

G_END_DECLS
