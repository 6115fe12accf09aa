/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-lock.h"
#include "msgr-user.h"

G_BEGIN_DECLS

/**
 * MsgrClient:
 *
 * A connection to the bus that has spoken to the service.
 */
struct _MsgrClient {
    MsgrRecord record;
    MsgrUser *user;
    char *name;  /* its unique name */
    guint32 pid; /* its process, by the bus's word; 0: it doesn't tell */
    MsgrLock locks[MSGR_N_LOCKABLES];
    GHashTable *sites; /* set of those whose alerts it wants; replaced, never changed */
};

MsgrClient *msgr_client_new(MsgrUser *user, const char *name);
void msgr_client_gone(MsgrClient *self);
const char *msgr_client_app_id(MsgrClient *self, MsgrLockable object);
gboolean msgr_client_is_unlocked(MsgrClient *self, MsgrLockable object);
gboolean msgr_client_is_unlocked_anywhere(MsgrClient *self);
MsgrCapabilities msgr_client_capabilities(MsgrClient *self, MsgrLockable object);
gboolean msgr_client_is_messenger(MsgrClient *self);
gboolean msgr_client_may_use_contact_list(MsgrClient *self);
gboolean msgr_client_sees(MsgrClient *self, MsgrSide *side);
void msgr_client_set_sites(MsgrClient *self, const gint32 *sites, gsize n_sites);
gboolean msgr_client_wants_site(MsgrClient *self, gint32 site);
void msgr_client_signal(MsgrClient *self, const char *path, const char *iface, const char *name,
                        GVariant *args);
void msgr_client_offer_waiting(MsgrClient *self);

/* Sends the same event to every client of a user that has unlocked the session manager. */
void msgr_user_signal_unlocked(MsgrUser *self, const char *path, const char *iface,
                               const char *name, GVariant *args);

G_END_DECLS
