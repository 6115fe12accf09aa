/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

typedef struct _MsgrLedger MsgrLedger;

MsgrLedger *msgr_ledger_open(const char *state_dir, GError **error);
void msgr_ledger_close(MsgrLedger *self);
const guint8 *msgr_ledger_secret(MsgrLedger *self);
gboolean msgr_ledger_load(MsgrLedger *self, MsgrModel *model, GError **error);
gboolean msgr_ledger_commit(MsgrLedger *self, MsgrTurn *turn, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrLedger, msgr_ledger_close)

G_END_DECLS
