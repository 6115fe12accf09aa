/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

#define MSGR_FAILURES_ALLOWED 5

/* What a user lends to all of its clients by Lock1.Share. */
typedef struct {
    char *app_id;      /* NULL: nothing is shared */
    gint64 until;      /* microseconds since the epoch: what is told, and kept */
    gint64 until_boot; /* the same by the boot clock: what holds */
} MsgrShare;

/**
 * MsgrUserData:
 *
 * What is remembered of a user.
 */
typedef struct {
    char *name;          /* the sign-in name */
    char *real_name;     /* from the user database; may be "" */
    char *friendly_name; /* NULL until one is set */
    gboolean seen;       /* has ever been there */
    gboolean signed_in;  /* to `local` */
    gboolean shown;      /* as there, to those who may see it: for a while after it has left, too */
    guint32 status;      /* MISTATUS, as set by SetStatus */
    MsgrShare shares[MSGR_N_LOCKABLES];
} MsgrUserData;

/* Wrong responses, and what follows from them. Never taken back, whatever becomes of a turn. */
typedef struct {
    gint64 times[MSGR_FAILURES_ALLOWED]; /* boot clock; 0: none */
    guint next;
    gint64 disabled_until; /* boot clock */
    guint penalty;         /* seconds that the last refusal lasted; 0: none yet */
} MsgrFailures;

struct _MsgrUser {
    MsgrRecord record;
    MsgrModel *model;
    guint32 uid;
    MsgrUserData data;
    MsgrFailures failures;
    MsgrAgendaEntry lock_change; /* the end of a share, or of a refusal */
    MsgrAgendaEntry leaving;     /* when it counts as away */
    MsgrAgendaEntry round; /* when those who watch it are gone through, if it may not be now */
    gint64 next_round;     /* boot clock: when it may be */
    gboolean was_there;    /* when that was looked at last */

    GHashTable *clients;      /* set of MsgrClient */
    GHashTable *agents;       /* set of MsgrAgent */
    GHashTable *sides;        /* set of MsgrSide: every session of the user's */
    GHashTable *live;         /* set of MsgrSide: those that have not ended */
    GHashTable *waiting;      /* set of MsgrSide: invitations that the user has not answered */
    GHashTable *contacts;     /* "service\nname" -> MsgrContact */
    GHashTable *contact_list; /* set of MsgrContact: those that are in the list */
    GHashTable *block_list;   /* set of MsgrContact: those that are blocked */
    GHashTable *policies;     /* service -> MsgrPolicy */
    GHashTable *accounts;     /* service ID -> MsgrAccount */
    GHashTable *applications; /* guid -> MsgrApplication */
    GHashTable *keys;         /* id -> MsgrUserKey */
    GQueue alerts;            /* of MsgrAlert, the oldest first */
    GQueue additions;         /* of MsgrAddition, in their order */
    guint64 letter;           /* msgr_turn_letter() when its clients were told something last */
    guint told;               /* how often with that one */
    gint64 broadcasts_full;   /* boot clock: when it may publish as many alerts to all as ever */
};

MsgrUser *msgr_user_new(MsgrModel *model, guint32 uid, const char *name, const char *real_name);
MsgrUser *msgr_user_meet(MsgrModel *model, guint32 uid, const char *name, const char *real_name);
void msgr_user_keep(MsgrUser *self);
void msgr_user_set_names(MsgrUser *self, const char *name, const char *real_name);
const char *msgr_user_friendly_name(MsgrUser *self);
gboolean msgr_user_is_there(MsgrUser *self);
gboolean msgr_user_has_app(MsgrUser *self, const char *app_id);
const char *msgr_user_shared_app_id(MsgrUser *self, MsgrLockable object);
void msgr_user_presence_changed(MsgrUser *self);

void msgr_user_set_friendly_name(MsgrUser *self, const char *name);
gboolean msgr_user_check_status(guint32 status, GError **error);
void msgr_user_set_status(MsgrUser *self, guint32 status);
void msgr_user_sign_in(MsgrUser *self, MsgrClient *client);
void msgr_user_set_share(MsgrUser *self, MsgrLockable object, const char *app_id, guint seconds);
void msgr_user_sign_out(MsgrUser *self);
gboolean msgr_user_is_signed_in(MsgrUser *self);
void msgr_user_services_changed(MsgrUser *self);
void msgr_user_signal_all(MsgrUser *self, const char *name, GVariant *args);
GVariant *msgr_user_services(MsgrUser *self);
GVariant *msgr_user_describe_services(MsgrUser *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrUser, msgr_record_unref)

G_END_DECLS
