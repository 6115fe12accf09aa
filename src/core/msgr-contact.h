/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

/* What is owed to a network about a contact: a set. */
enum {
    MSGR_OWED_REMOVAL = 1 << 0,    /* from its list */
    MSGR_OWED_BLOCK = 1 << 1,      /* that it is blocked, or is not */
    MSGR_OWED_ACCEPTANCE = 1 << 2, /* the answer to its request */
    MSGR_OWED_REFUSAL = 1 << 3,
    MSGR_OWED_ALL = 1 << 4,
};

/* Whether a contact has an application. */
typedef enum {
    MSGR_CAN_RUN_UNKNOWN,
    MSGR_CAN_RUN,
    MSGR_CAN_NOT_RUN,
} MsgrCanRun;

/**
 * MsgrContactNetwork:
 *
 * What a network says of a contact of its own; the first two as long as it says so, and not stored.
 */
typedef struct {
    guint32 status;         /* MISTATUS */
    GVariant *applications; /* as: GUIDs; NULL: it isn't known */
    char *friendly_name;    /* NULL: none */
    guint owed;             /* MSGR_OWED_... */
    gint64 requested_at;    /* since when it asks for the user's status; 0: it doesn't */
    char *request_name;     /* what it called itself then */
    char *request_text;
} MsgrContactNetwork;

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
    gboolean in_list; /* these three are what a turn changes */
    gboolean blocked;
    MsgrContactNetwork network; /* of no meaning for `local` */
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
gboolean msgr_contact_is_self(MsgrContact *self);
MsgrCanRun msgr_contact_can_run(MsgrContact *self, const char *guid);
guint32 msgr_contact_status(MsgrContact *self);
guint32 msgr_contact_status_last_shown(MsgrContact *self);
void msgr_contact_status_changed(MsgrContact *self);
GVariant *msgr_contact_property(MsgrContact *self, const char *name);
GVariant *msgr_contact_properties(MsgrContact *self);
GVariant *msgr_contact_list(MsgrUser *user);
gboolean msgr_contact_set_blocked(MsgrContact *self, gboolean blocked, GError **error);
gboolean msgr_contact_add_to_list(MsgrContact *self, GError **error);
void msgr_contact_come_into_list(MsgrContact *self);
gboolean msgr_contact_remove(MsgrContact *self, GError **error);

G_END_DECLS
