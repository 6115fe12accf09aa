/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-drop-in-dir.h"

G_BEGIN_DECLS

/**
 * MsgrDropInReading:
 *
 * What one look at a set of drop-in directories brought.
 */
typedef struct {
    GPtrArray *files;     /* of MsgrDropIn: what counts, in the order of the names */
    GString *fingerprint; /* of all that was looked at, to know a change by */
} MsgrDropInReading;

MsgrDropInReading *msgr_drop_in_reading_new(const char *const *dirs, const char *suffix,
                                            gsize max_size, GCancellable *cancellable);
void msgr_drop_in_reading_free(MsgrDropInReading *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrDropInReading, msgr_drop_in_reading_free)

G_END_DECLS
