/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

typedef enum {
    MSGR_INVITER,
    MSGR_INVITEE,
} MsgrRole;

#define MSGR_N_ROLES 2

/* What a side waits for in ACCEPTED. */
typedef enum {
    MSGR_LAUNCH_NONE,     /* nothing: it is attached */
    MSGR_LAUNCH_DEFERRED, /* after a restart: for somebody who could be told */
    MSGR_LAUNCH_DECIDING, /* for BeforeAppLaunch to be suppressed */
    MSGR_LAUNCH_ORDERED,  /* for the agent to launch the application */
    MSGR_LAUNCH_WAITING,  /* for the application to take the session */
} MsgrLaunch;

/**
 * MsgrSideData:
 *
 * What is remembered of one party's part in a session.
 */
typedef struct {
    char *creator_app;    /* the application ID of the client that created it; inviter only */
    char *creator_client; /* its unique name, as long as the service runs */
    gboolean detached;    /* created by a messenger client, or Detach */
    char **app_ids;       /* the applications that it belongs to; fixed at Invite */
    char *local_address;  /* "" for the default */
    char *context_data;   /* the last that came */
    guint sent;           /* context data since CONNECTED */
    char *attached_app;   /* NULL until the side is attached */
    guint32 result;       /* the hr of its OnTermination */
    gboolean handled;     /* the default action of OnInvitation was suppressed */
    gboolean is_choosing; /* the user is asked whom to invite */
    guint64 shown_to;     /* the agent that was asked about it; 0: none */
    guint64 download_offered_to;
    MsgrContact *contact; /* the other party, as this one knows it */
    MsgrLaunch launch;
    gint64 launch_due;      /* boot clock: when what the launch waits for is over */
    guint64 launched_by;    /* the agent that was asked to launch */
    MsgrProcess *process;   /* what it launched; NULL until it has */
    char *activation_token; /* for the launch; never stored */
} MsgrSideData;

/**
 * MsgrSessionData:
 *
 * What is remembered of a session, both sides of it.
 */
typedef struct {
    MsgrState state;
    char *app; /* GUID; "" until it is set */
    char *app_name;
    char *app_url;
    char *app_data;      /* of the Invite */
    guint timeout;       /* of an Invite to come: seconds; 0: the configured one */
    gint64 expires_at;   /* microseconds since the epoch; 0: never */
    gint64 expires_boot; /* the same by the boot clock */
    gboolean extended;   /* the deadline, for the application to be installed */
    gboolean was_connected;
    gint64 ended_at;    /* microseconds since the epoch */
    gint64 gone_boot;   /* when an ended session's path goes */
    gint64 launch_boot; /* when an accepted session must be connected */

    /* where the other party is on another machine */
    MsgrAccount *account;     /* by which it is reached; NULL: it is on this one */
    gboolean remote_attached; /* its side is */
    GPtrArray *owed;          /* of MsgrSend: what it has not acknowledged, in order */
    guint sending;            /* the number of the order that it is under way by; 0: it isn't */
    guint failures;           /* how often an end could not be told */
    gint64 retry_boot;        /* when that is tried again */

    MsgrSideData sides[MSGR_N_ROLES];
} MsgrSessionData;

/**
 * MsgrSide:
 *
 * One party's part in a session: the object that its clients see. The side of a party that has no
 * clients here (the contact `echo`, or somebody on another machine) has neither a user nor a path.
 */
struct _MsgrSide {
    MsgrSession *session;
    MsgrRole role;
    MsgrUser *user;
    char *id; /* 32 hex digits */
    char *path;
    gint64 grace;     /* boot clock: until when its application may come back; 0: it is there */
    gint64 offer_due; /* boot clock: when an invitation is shown by default; 0: from now on */
};

struct _MsgrSession {
    MsgrRecord record;
    MsgrModel *model;
    char *id;   /* by which it is remembered here */
    char *guid; /* SessionId: the same on both sides, wherever they are */
    gint64 created_at;
    MsgrSessionData data;
    MsgrSide sides[MSGR_N_ROLES];
    MsgrAccount *indexed_in; /* (nullable): the account that knows the session */
    char *index_key;
    MsgrAgendaEntry due;
};

MsgrSession *msgr_session_new(MsgrModel *model, const char *id, const char *guid,
                              gint64 created_at);
void msgr_session_set_side(MsgrSession *self, MsgrRole role, MsgrUser *user, const char *hex_id);
MsgrSide *msgr_session_side(MsgrSession *self, MsgrRole role);
MsgrSideData *msgr_side_data(MsgrSide *self);
MsgrSessionData *msgr_side_session_data(MsgrSide *self);
MsgrSide *msgr_side_other(MsgrSide *self);
gboolean msgr_side_is_remote(MsgrSide *self);
MsgrSide *msgr_session_own_side(MsgrSession *self);
const char *msgr_side_local_address(MsgrSide *self);
gboolean msgr_state_is_live(MsgrState state);
void msgr_session_touch(MsgrSession *self);
void msgr_session_reindex(MsgrSession *self);
void msgr_side_signal(MsgrSide *self, const char *name, GVariant *args);
void msgr_session_set_state(MsgrSession *self, MsgrState state);
void msgr_session_end(MsgrSession *self, MsgrState state);
void msgr_side_terminated(MsgrSide *self, guint32 hr, const char *app_data);

/* Properties */
const char *const *msgr_side_property_names(void);
GVariant *msgr_side_property(MsgrSide *self, const char *name);
GVariant *msgr_side_properties(MsgrSide *self);
GVariant *msgr_side_list(MsgrClient *client);
int msgr_side_compare_age(gconstpointer a, gconstpointer b);

G_END_DECLS
