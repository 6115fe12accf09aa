/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _MsgrReceipts MsgrReceipts;

MsgrReceipts *msgr_receipts_new(GDBusConnection *connection);
void msgr_receipts_free(MsgrReceipts *self);
void msgr_receipts_meet(MsgrReceipts *self, const char *name, guint32 uid);
void msgr_receipts_forget(MsgrReceipts *self, const char *name);
void msgr_receipts_note(MsgrReceipts *self, const char *name, gsize bytes);
gboolean msgr_receipts_is_behind(MsgrReceipts *self, const char *name);

G_END_DECLS
