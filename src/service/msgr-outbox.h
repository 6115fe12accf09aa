/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-call.h"
#include "msgr-courier.h"
#include "msgr-receipts.h"

G_BEGIN_DECLS

typedef struct _MsgrOutbox MsgrOutbox;

MsgrOutbox *msgr_outbox_new(GDBusConnection *connection, MsgrReceipts *receipts,
                            MsgrCourier *courier);
void msgr_outbox_free(MsgrOutbox *self);
guint msgr_outbox_add(MsgrOutbox *self, MsgrCall *call, GDBusMessage *reply, MsgrTurn *turn);
gboolean msgr_outbox_is_full(MsgrOutbox *self);
void msgr_outbox_send(MsgrOutbox *self);
void msgr_outbox_fail(MsgrOutbox *self, const GError *error);

G_END_DECLS
