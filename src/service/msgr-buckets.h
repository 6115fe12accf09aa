/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-config.h"

G_BEGIN_DECLS

typedef struct _MsgrBuckets MsgrBuckets;

MsgrBuckets *msgr_buckets_new(void);
MsgrBuckets *msgr_buckets_ref(MsgrBuckets *self);
void msgr_buckets_unref(MsgrBuckets *self);
void msgr_buckets_configure(MsgrBuckets *self, const MsgrConfig *config);
gboolean msgr_buckets_take(MsgrBuckets *self, const char *sender, gint64 now, guint *wait);
gboolean msgr_buckets_take_of_user(MsgrBuckets *self, guint32 uid, gint64 now, guint *wait);
gboolean msgr_buckets_may_answer(MsgrBuckets *self, const char *sender);
guint msgr_buckets_settle(MsgrBuckets *self, const char *sender, gboolean reads);
void msgr_buckets_charge(MsgrBuckets *self, const char *sender, guint tokens);
void msgr_buckets_set_user(MsgrBuckets *self, const char *sender, guint32 uid);
void msgr_buckets_forget(MsgrBuckets *self, const char *sender);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrBuckets, msgr_buckets_unref)

G_END_DECLS
