/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

/**
 * MsgrUserKey:
 *
 * A key that a user added for itself.
 */
struct _MsgrUserKey {
    MsgrRecord record;
    MsgrUser *user;
    MsgrKey *key;
    char *json; /* as it was given; wiped with the record */
    gint64 added_at;
};

MsgrUserKey *msgr_user_key_new(MsgrUser *user, MsgrKey *key, const char *json, gint64 added_at);

MsgrKey *msgr_key_ring_find(MsgrUser *user, const char *id);
gboolean msgr_key_ring_allows(MsgrUser *user, MsgrKey *key, MsgrLockable object,
                              const char **reason);
void msgr_key_ring_replace(MsgrModel *model, GPtrArray *keys);
void msgr_key_ring_revalidate(MsgrModel *model);
void msgr_key_ring_revalidate_user(MsgrUser *user);
void msgr_key_ring_watch_expiry(MsgrModel *model, MsgrKey *key);

gboolean msgr_key_ring_add(MsgrUser *user, const char *json, GError **error);
gboolean msgr_key_ring_remove(MsgrUser *user, const char *id, GError **error);
GVariant *msgr_key_ring_list(MsgrUser *user, GError **error);

G_END_DECLS
