/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

/**
 * MsgrLock:
 *
 * A client's lock of one of the two lockable objects.
 */
typedef struct {
    MsgrKey *key;     /* that it was unlocked with; NULL while locked */
    char *challenge;  /* the outstanding one */
    gint32 cookie;    /* of the outstanding challenge */
    gint64 deadline;  /* of the outstanding challenge, boot clock */
    gboolean failed;  /* the last response was wrong */
    gboolean known;   /* the client has called a member of Lock1 */
    gboolean enabled; /* what OnLockEnable told last */
    guint32 told;     /* what OnLockStatusChanged told last */
} MsgrLock;

void msgr_lock_clear(MsgrLock *self);
void msgr_lock_copy(MsgrLock *to, const MsgrLock *from);

MsgrLockStatus msgr_lock_status(MsgrClient *client, MsgrLockable object);
void msgr_lock_met(MsgrClient *client, MsgrLockable object);
gboolean msgr_lock_request_challenge(MsgrClient *client, MsgrLockable object, gint32 cookie,
                                     GError **error);
gboolean msgr_lock_send_response(MsgrClient *client, MsgrLockable object, const char *app_id,
                                 const char *response, gint32 cookie, GError **error);
gboolean msgr_lock_share(MsgrClient *client, MsgrLockable object, guint32 seconds, GError **error);
void msgr_lock_tell(MsgrClient *client);
void msgr_lock_tell_user(MsgrUser *user);
void msgr_lock_shut(MsgrClient *client);
const char *msgr_lock_object_path(MsgrLockable object);

G_END_DECLS
