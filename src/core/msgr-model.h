/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The root of the model: its indexes, its time, its open turn. Nothing here knows the bus or SQL.
 */
#pragma once

#include "msgr-agenda.h"
#include "msgr-app-entry.h"
#include "msgr-clock.h"
#include "msgr-config.h"
#include "msgr-error.h"
#include "msgr-key.h"
#include "msgr-limits.h"
#include "msgr-names.h"
#include "msgr-turn.h"
#include "msgr-types.h"

G_BEGIN_DECLS

typedef struct _MsgrModel MsgrModel;
typedef struct _MsgrUser MsgrUser;
typedef struct _MsgrClient MsgrClient;
typedef struct _MsgrAgent MsgrAgent;
typedef struct _MsgrUserKey MsgrUserKey;
typedef struct _MsgrApplication MsgrApplication;
typedef struct _MsgrPolicy MsgrPolicy;
typedef struct _MsgrAccount MsgrAccount;
typedef struct _MsgrContact MsgrContact;
typedef struct _MsgrWatch MsgrWatch;
typedef struct _MsgrAlert MsgrAlert;
typedef struct _MsgrAddition MsgrAddition;
typedef struct _MsgrSession MsgrSession;
typedef struct _MsgrSide MsgrSide;

#define MSGR_SECRET_BYTES 32

struct _MsgrModel {
    MsgrConfig *config;
    MsgrClock clock;
    MsgrAgenda *agenda;
    MsgrTurn *turn;
    guint8 secret[MSGR_SECRET_BYTES]; /* what the paths of contacts are derived from */

    GHashTable *users;          /* uid -> MsgrUser, owns */
    GHashTable *users_by_name;  /* sign-in name -> MsgrUser */
    GHashTable *clients;        /* unique name -> MsgrClient */
    GHashTable *sides;          /* hex id -> MsgrSide */
    GHashTable *sessions;       /* session id -> MsgrSession */
    GHashTable *contacts;       /* hex id -> MsgrContact */
    GHashTable *watches;        /* sign-in name -> set of MsgrWatch: of that user's status */
    GHashTable *unsettled;      /* set of MsgrUser, owns: who may look otherwise than before */
    GHashTable *keys;           /* id -> MsgrKey, owns: those of keys.d */
    GHashTable *packaged_apps;  /* guid -> MsgrAppEntry, owns: those of apps.d */
    GHashTable *fixed_policies; /* sign-in name -> MsgrFixedPolicy, owns: what users.d says */
    MsgrAgendaEntry key_expiry;
    guint orders_sent;         /* ever, to connectors about sessions: tells their answers apart */
    guint64 agents_registered; /* ever; tells which came first */
    gint64 last_alert;         /* the greatest ID that an alert ever had */
    GPtrArray *departing; /* of MsgrAlert: what this turn sends to somebody for the first time */
    GPtrArray *questions; /* of MsgrAddition: what the user database is to be asked */
};

MsgrModel *msgr_model_new(MsgrConfig *config, MsgrClock clock, const guint8 *secret);
void msgr_model_free(MsgrModel *self);
void msgr_model_set_config(MsgrModel *self, MsgrConfig *config);
gint64 msgr_model_now(MsgrModel *self);
gint64 msgr_model_wall(MsgrModel *self);
gint64 msgr_model_boot_of(MsgrModel *self, gint64 wall);

MsgrUser *msgr_model_user(MsgrModel *self, guint32 uid);
MsgrUser *msgr_model_user_by_name(MsgrModel *self, const char *name);
MsgrClient *msgr_model_client(MsgrModel *self, const char *name);
MsgrSide *msgr_model_side(MsgrModel *self, const char *hex_id);
MsgrContact *msgr_model_contact(MsgrModel *self, const char *hex_id);

void msgr_model_start(MsgrModel *self);
MsgrAgendaEntry *msgr_model_run_due(MsgrModel *self);
void msgr_model_rollback(MsgrModel *self);
GVariant *msgr_model_limits(MsgrModel *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrModel, msgr_model_free)

G_END_DECLS
