/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

/* Where an alert is between its publisher and the eyes of its user. */
typedef enum {
    MSGR_ALERT_WAITING, /* nobody is there who wants it */
    MSGR_ALERT_OFFERED, /* a client may say that it shows it itself */
    MSGR_ALERT_DUE,     /* nobody did: the agent is to show it */
    MSGR_ALERT_SHOWN,   /* the agent has shown it */
    MSGR_ALERT_TAKEN,   /* a client shows it itself */
    MSGR_ALERT_OVER,    /* there is nothing more to decide about it */
} MsgrAlertState;

#define MSGR_N_ALERT_STATES 6

/**
 * MsgrAlertText:
 *
 * What a publisher says, to one user or to many.
 */
typedef struct {
    gint32 site;
    const char *publisher; /* the application ID that was proved */
    const char *text;
    const char *url;   /* "" if there is none */
    gint64 expires_at; /* microseconds since the epoch; 0: never */
} MsgrAlertText;

/**
 * MsgrAlertData:
 *
 * What a turn changes of an alert.
 */
typedef struct {
    MsgrAlertState state;
    gboolean delivered;    /* has left to clients, for certain */
    gint64 due_boot;       /* boot clock: when the state ends by itself, or MSGR_NEVER */
    GHashTable *receivers; /* unique names of clients that were sent it -> application IDs */
    guint64 asked;         /* number of the agent that was asked to show it last; 0: none */
} MsgrAlertData;

/**
 * MsgrAlert:
 *
 * A short text for one user.
 */
struct _MsgrAlert {
    MsgrRecord record;
    MsgrUser *user;
    gint64 id; /* unique, and greater than those before */
    gint32 site;
    char *publisher;
    char *text;
    char *url;
    gint64 time;         /* microseconds since the epoch: when it was published */
    gint64 expires_at;   /* microseconds since the epoch; 0: never */
    gint64 expires_boot; /* the same by the boot clock, or MSGR_NEVER */
    MsgrAlertData data;
    gboolean has_left; /* the bus has what was sent to the first receivers */
    MsgrAgendaEntry due;
    GList link; /* in user->alerts */
};

MsgrAlert *msgr_alert_new(MsgrUser *user, gint64 id, const MsgrAlertText *text, gint64 time);
MsgrAlert *msgr_alert_find(MsgrUser *user, gint64 id);
void msgr_alert_restart(MsgrAlert *self, gboolean delivered, gboolean shown);
gboolean msgr_alert_was_had(MsgrAlert *self);
gboolean msgr_alert_is_leaving(MsgrAlert *self);
void msgr_alert_set_state(MsgrAlert *self, MsgrAlertState state, gint64 due_boot);
void msgr_alert_schedule(MsgrAlert *self);
gint64 msgr_alert_window_end(MsgrModel *model);
GVariant *msgr_alert_details(MsgrAlert *self);
GVariant *msgr_alert_list(MsgrUser *user);

/* How alerts come to be */
gboolean msgr_alert_check_publisher(MsgrClient *client, GError **error);
void msgr_alert_publish(MsgrUser *user, const MsgrAlertText *text);
gboolean msgr_alert_publish_to_all(MsgrClient *client, const MsgrAlertText *text, GError **error);

/* What becomes of them */
gboolean msgr_alert_enable(MsgrClient *client, const gint32 *sites, gsize n_sites, GError **error);
void msgr_alert_offer(MsgrAlert *self);
void msgr_alert_offer_waiting(MsgrClient *client);
gboolean msgr_alert_suppress(MsgrClient *client, guint64 id, GError **error);
void msgr_alert_run(gpointer alert, gint64 now);
void msgr_alert_resume(MsgrUser *user);
GPtrArray *msgr_alert_steal_departing(MsgrModel *model);
void msgr_alert_have_left(GPtrArray *alerts);

/* The agent's part */
void msgr_alert_show(MsgrAlert *self);
void msgr_alert_show_all(MsgrUser *user);
void msgr_alert_show_again(MsgrUser *user);
void msgr_alert_withdraw(MsgrAlert *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrAlert, msgr_record_unref)

G_END_DECLS
