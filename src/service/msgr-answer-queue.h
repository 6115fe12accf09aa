/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-call.h"
#include "msgr-order.h"

G_BEGIN_DECLS

typedef struct _MsgrAnswerQueue MsgrAnswerQueue;

MsgrAnswerQueue *msgr_answer_queue_new(MsgrService *service);
void msgr_answer_queue_free(MsgrAnswerQueue *self);
void msgr_answer_queue_push(MsgrAnswerQueue *self, MsgrOrder *order, MsgrAnswer *answer);

G_END_DECLS
