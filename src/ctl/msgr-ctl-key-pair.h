/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-key.h"

G_BEGIN_DECLS

/**
 * MsgrCtlKeyPair:
 *
 * Both halves of a new key, as texts that go into JSON without escapes.
 */
typedef struct {
    char *id;
    MsgrAlgorithm algorithm;
    char *secret; /* the client's half; wiped when freed */
    char *open;   /* the service's half; for hmac-sha256 the same secret */
} MsgrCtlKeyPair;

MsgrCtlKeyPair *msgr_ctl_key_pair_new(const char *id, MsgrAlgorithm algorithm, GError **error);
void msgr_ctl_key_pair_free(MsgrCtlKeyPair *self);
gboolean msgr_ctl_key_pair_write(const MsgrCtlKeyPair *self, const char *path, GError **error);
char *msgr_ctl_key_pair_service_half(const MsgrCtlKeyPair *self, const char *name,
                                     const char *environment, const char *const *capabilities);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrCtlKeyPair, msgr_ctl_key_pair_free)

G_END_DECLS
