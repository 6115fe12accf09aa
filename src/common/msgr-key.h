/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

#include "msgr-types.h"

G_BEGIN_DECLS

typedef enum {
    MSGR_ALGORITHM_HMAC_SHA256,
    MSGR_ALGORITHM_ED25519,
    MSGR_ALGORITHM_MD5,
} MsgrAlgorithm;

#define MSGR_ENVIRONMENT_PRODUCTION "production"
#define MSGR_ENVIRONMENT_TEST       "test"

/* Where a key comes from decides what it may ask for. */
typedef enum {
    MSGR_KEY_OF_SYSTEM, /* keys.d */
    MSGR_KEY_OF_USER,   /* KeyManager1.AddKey: never publish-alerts */
} MsgrKeyOrigin;

/**
 * MsgrKey:
 *
 * The service's half of an application's key: immutable, reference-counted, wiped when the last
 * reference goes.
 */
typedef struct {
    char *id;
    char *name; /* "" if the file has none */
    MsgrAlgorithm algorithm;
    guint8 *material; /* the public key, or the secret's bytes */
    gsize material_length;
    char *environment;
    MsgrCapabilities capabilities;
    char **users;     /* NULL: everybody */
    gint64 not_after; /* microseconds since the epoch; 0: never */
    gboolean revoked;
} MsgrKey;

MsgrKey *msgr_key_parse(const char *json, gssize length, MsgrKeyOrigin origin, GError **error);
MsgrKey *msgr_key_ref(MsgrKey *self);
void msgr_key_unref(MsgrKey *self);
gboolean msgr_key_is_secret(const MsgrKey *self);
gboolean msgr_key_proves_the_same(const MsgrKey *self, const MsgrKey *other);
const char *msgr_algorithm_name(MsgrAlgorithm algorithm);
gboolean msgr_algorithm_from_name(const char *name, MsgrAlgorithm *algorithm);
char **msgr_capabilities_names(MsgrCapabilities capabilities);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrKey, msgr_key_unref)

G_END_DECLS
