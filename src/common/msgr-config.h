/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint32 first;
    guint32 last;
} MsgrUidRange;

/**
 * MsgrConfig:
 *
 * msgrd.conf and its drop-ins, read: every field has its value or its default. Immutable once read.
 */
typedef struct {
    gboolean is_whole; /* FALSE: of some file not all could be read */
    /* [Messenger] */
    char *environment;
    gboolean allow_md5;
    guint invitation_timeout;   /* seconds */
    guint client_grace;         /* seconds */
    guint launch_timeout;       /* seconds */
    guint decision_window;      /* milliseconds */
    guint ended_session_linger; /* seconds */
    guint challenge_lifetime;   /* seconds */
    guint install_timeout;      /* seconds */
    /* [Local] */
    GArray *uid_ranges; /* of MsgrUidRange */
    gboolean invitations;
    /* [Policy] */
    gboolean user_keys;
    gboolean user_applications;
    gboolean connectors;
    char **allow_users; /* empty: everybody */
    char **deny_users;
    char **allow_groups;
    /* [Limits] */
    guint sessions_per_client;
    guint sessions_per_user;
    guint invitations_per_user;
    guint invitations_per_inviter;
    guint contacts_per_user;
    guint applications_per_user;
    guint clients_per_user;
    guint call_burst;     /* 0: no bucket a client */
    guint call_rate;      /* a second; 0: no bucket a client */
    guint user_call_rate; /* a second; 0: no bucket a user */
} MsgrConfig;

MsgrConfig *msgr_config_new(gboolean session_bus);
MsgrConfig *msgr_config_load(const char *file, const char *const *drop_in_dirs,
                             gboolean session_bus, GPtrArray *problems);
MsgrConfig *msgr_config_ref(MsgrConfig *self);
void msgr_config_unref(MsgrConfig *self);
gboolean msgr_config_uid_is_local(const MsgrConfig *self, guint32 uid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrConfig, msgr_config_unref)

G_END_DECLS
