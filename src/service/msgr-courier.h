/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-answer-queue.h"
#include "msgr-receipts.h"

G_BEGIN_DECLS

typedef struct _MsgrCourier MsgrCourier;

/**
 * MsgrCourierFuncs:
 * @recovered: a destination that had been taken for hung has answered
 */
typedef struct {
    void (*recovered)(const char *name, gpointer data);
    gpointer data;
} MsgrCourierFuncs;

MsgrCourier *msgr_courier_new(GDBusConnection *connection, MsgrReceipts *receipts,
                              MsgrAnswerQueue *answers, const MsgrCourierFuncs *funcs);
void msgr_courier_free(MsgrCourier *self);
void msgr_courier_take(MsgrCourier *self, MsgrOrder *order);
void msgr_courier_gone(MsgrCourier *self, const char *name);

G_END_DECLS
