/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-order.h"
#include "msgr-receipts.h"

G_BEGIN_DECLS

typedef struct _MsgrCourier MsgrCourier;

/**
 * MsgrCourierFuncs:
 * @answered: what has come of an order; takes the content of the answer. It may be called in the
 *   middle of a turn
 * @recovered: a destination that had been taken for hung has answered
 */
typedef struct {
    void (*answered)(MsgrOrder *order, MsgrAnswer *answer, gpointer data);
    void (*recovered)(const char *name, gpointer data);
    gpointer data;
} MsgrCourierFuncs;

MsgrCourier *msgr_courier_new(GDBusConnection *connection, MsgrReceipts *receipts,
                              const MsgrCourierFuncs *funcs);
void msgr_courier_free(MsgrCourier *self);
void msgr_courier_take(MsgrCourier *self, MsgrOrder *order);
void msgr_courier_gone(MsgrCourier *self, const char *name);

G_END_DECLS
