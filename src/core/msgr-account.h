/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A user's service beyond this machine, and the connector that brings it.
 */
#pragma once

#include "msgr-alert.h"
#include "msgr-model.h"

G_BEGIN_DECLS

/**
 * MsgrAccountData:
 *
 * What is remembered of an account; of all from told_name on as long as the service runs.
 */
typedef struct {
    char *name;          /* of the service, for people */
    char *signin_name;   /* the user's own there */
    char *friendly_name; /* NULL until the user sets one */
    guint32 status;      /* MISTATUS, as set by SetStatus */
    gboolean is_wanted;  /* whether the user wants to be signed in */
    char *told_name;     /* the friendly name that the network has; NULL if that isn't known */
    char *connector;     /* its unique name on the bus; NULL: there is none */
    char *path;          /* its object */
    gboolean signed_in;
    gboolean signing_in;  /* somebody waits to be told */
    guint32 out_result;   /* why it isn't signed in; 0: nobody has said anything */
    gboolean will_retry;  /* its connector goes on trying by itself */
    char *out_message;    /* of its connector's, for people; NULL: none */
    gboolean has_stopped; /* its connector doesn't go on, though the user wants to be signed in */
    char *local_address;  /* what the network reaches this machine by; "" if that isn't known */
} MsgrAccountData;

/**
 * MsgrAccount:
 *
 * One service of a user's, other than `local`: an account on a network.
 */
struct _MsgrAccount {
    MsgrRecord record;
    MsgrUser *user;
    char *id; /* the service ID */
    MsgrAccountData data;
    GHashTable *sessions; /* "SessionId\ncontact" -> MsgrSession */
    gint64 alerts_since;  /* boot clock: the minute in which alerts are counted */
    guint alerts;
};

/**
 * MsgrRegistration:
 *
 * What a connector says of its service.
 */
typedef struct {
    const char *id;
    const char *name;
    const char *signin_name;
    const char *friendly_name; /* (nullable) */
} MsgrRegistration;

MsgrAccount *msgr_account_new(MsgrUser *user, const char *id, const char *name,
                              const char *signin_name);
MsgrAccount *msgr_account_find(MsgrUser *user, const char *id);
MsgrAccount *msgr_account_of(MsgrClient *client, const char *id, GError **error);
gboolean msgr_account_check_id(const char *id, GError **error);
char *msgr_account_session_key(const char *guid, MsgrContact *with);
MsgrSession *msgr_account_session(MsgrAccount *self, const char *guid, MsgrContact *with);
gboolean msgr_account_deliver_alert(MsgrAccount *self, const char *from, const MsgrAlertText *alert,
                                    GError **error);
gboolean msgr_account_is_online(MsgrAccount *self);
guint32 msgr_account_status(MsgrAccount *self);
const char *msgr_account_friendly_name(MsgrAccount *self);
MsgrOrder *msgr_account_order(MsgrAccount *self, const char *method, GVariant *args);

/* Its connector */
gboolean msgr_account_register(MsgrClient *client, const char *path,
                               const MsgrRegistration *registration, GError **error);
void msgr_account_unregister(MsgrAccount *self, gboolean forget);
gboolean msgr_account_signed_in(MsgrAccount *self, const char *local_address,
                                const char *friendly_name, GError **error);
void msgr_account_signed_out(MsgrAccount *self, guint32 hr);
void msgr_account_told_signed_out(MsgrAccount *self, guint32 hr, gboolean will_retry,
                                  const char *message);
void msgr_account_client_gone(MsgrUser *user, const char *name);
void msgr_account_check_clients(MsgrUser *user);

/* Why it isn't signed in */
void msgr_account_set_reason(MsgrAccount *self, guint32 hr);
void msgr_account_set_told_reason(MsgrAccount *self, guint32 hr, gboolean will_retry,
                                  const char *message);
void msgr_account_show_again(MsgrUser *user);
void msgr_account_describe(MsgrUser *user, GVariantBuilder *builder);

/* Its user */
void msgr_account_sign_in(MsgrAccount *self, MsgrClient *client);
void msgr_account_sign_out(MsgrAccount *self);
void msgr_account_set_status(MsgrAccount *self, guint32 status);
void msgr_account_set_friendly_name(MsgrAccount *self, const char *name);
void msgr_account_applications_changed(MsgrUser *user);
GVariant *msgr_account_applications(MsgrUser *user);
void msgr_account_list(MsgrUser *user, GVariantBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrAccount, msgr_record_unref)

G_END_DECLS
