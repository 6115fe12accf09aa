/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-ctl-event.h"
#include "msgr-ctl.h"

G_BEGIN_DECLS

/**
 * MsgrCtlFollower:
 *
 * Hears every signal of the service, and stays with it: when it leaves the bus and comes back, and
 * when the lock shuts, the follower unlocks again.
 */
typedef struct _MsgrCtlFollower MsgrCtlFollower;

/* What happens to a follower; each may be NULL. */
typedef struct {
    void (*event)(const MsgrCtlEvent *event, gpointer data);
    void (*lost)(gpointer data);                        /* the service has left the bus */
    void (*back)(gpointer data);                        /* unlocked again */
    void (*failed)(const GError *error, gpointer data); /* there is no way back */
} MsgrCtlFollowerFuncs;

MsgrCtlFollower *msgr_ctl_follower_new(MsgrCtl *ctl, const MsgrCtlFollowerFuncs *funcs,
                                       gpointer data);
gboolean msgr_ctl_follower_start(MsgrCtlFollower *self, gboolean with_private, GError **error);
gboolean msgr_ctl_follower_start_quietly(MsgrCtlFollower *self, GError **error);
gboolean msgr_ctl_follower_start_private(MsgrCtlFollower *self, GError **error);
void msgr_ctl_follower_free(MsgrCtlFollower *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrCtlFollower, msgr_ctl_follower_free)

G_END_DECLS
