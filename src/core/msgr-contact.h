/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

/**
 * MsgrContact:
 *
 * Another party as one user knows it: in the list, or only somebody who was named or who invited.
 */
struct _MsgrContact {
    MsgrRecord record;
    MsgrUser *user; /* whose contact it is */
    char *id;       /* 32 hex digits */
    char *path;
    char *service;
    char *name;
    gboolean in_list; /* these two are what a turn changes */
    gboolean blocked;
    guint64 used;         /* when it was handed out last, counted: the oldest is forgotten first */
    GHashTable *sides;    /* set of MsgrSide: the user's sessions with it */
    MsgrWatch *watch;     /* NULL: nobody is told of its status */
    GHashTable *named_by; /* set of application IDs that asked for it by name */
};

char *msgr_contact_id(MsgrUser *user, const char *service, const char *name);
MsgrContact *msgr_contact_new(MsgrUser *user, const char *service, const char *name);
MsgrContact *msgr_contact_find(MsgrUser *user, const char *service, const char *name);
MsgrContact *msgr_contact_obtain(MsgrUser *user, const char *service, const char *name);
void msgr_contact_named_by(MsgrContact *self, MsgrClient *client);
gboolean msgr_contact_is_known_to(MsgrContact *self, MsgrClient *client);
gboolean msgr_contact_is_echo(MsgrContact *self);
MsgrUser *msgr_contact_peer(MsgrContact *self);
gboolean msgr_contact_is_in_live_session(MsgrContact *self, MsgrClient *client);
guint32 msgr_contact_status(MsgrContact *self);
guint32 msgr_contact_status_last_shown(MsgrContact *self);
void msgr_contact_status_changed(MsgrContact *self);
GVariant *msgr_contact_property(MsgrContact *self, const char *name);
GVariant *msgr_contact_properties(MsgrContact *self);
GVariant *msgr_contact_list(MsgrUser *user);
gboolean msgr_contact_set_blocked(MsgrContact *self, gboolean blocked, GError **error);
gboolean msgr_contact_add_to_list(MsgrContact *self, GError **error);
gboolean msgr_contact_remove(MsgrContact *self, GError **error);

G_END_DECLS
