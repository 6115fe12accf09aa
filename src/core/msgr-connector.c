/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a connector comes, signs in and out, and goes; and what its user wants of it. A connector
 * that has gone and one that has lost its network are the same to sessions and contacts.
 */
#include "msgr-account.h"

#include <string.h>

#include "msgr-application.h"
#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-order.h"
#include "msgr-policy.h"
#include "msgr-remote.h"
#include "msgr-roster.h"
#include "msgr-session-flow.h"
#include "msgr-text.h"

static void
signal_signin(MsgrAccount *self, guint32 hr)
{
    msgr_user_signal_all(self->user, "OnSignin", g_variant_new("(us)", hr, self->id));
}

/* Every session that goes by this account finds out whether its other side can be reached. */
static void
sessions_changed(MsgrAccount *self)
{
    g_autoptr(GList) sessions = g_hash_table_get_values(self->sessions);

    for (GList *l = sessions; l != NULL; l = l->next)
        msgr_remote_reachability_changed(l->data);
}

static void
goes_offline(MsgrAccount *self)
{
    msgr_roster_goes_offline(self);
    sessions_changed(self);
    msgr_user_services_changed(self->user);
}

static guint32
hresult_of(const GError *error)
{
    const guint32 hr = msgr_error_hresult((MsgrError)error->code);

    return msgr_hresult_is_session_result(hr) ? hr
                                              : msgr_error_hresult(MSGR_ERROR_CONNECTION_FAILURE);
}

/* Another one may have taken its place meanwhile. */
static gboolean
is_connector(MsgrAccount *self, const char *name)
{
    return g_strcmp0(self->data.connector, name) == 0;
}

/* The connector could not even try. */
static void
signin_answered(MsgrOrder *order, const MsgrAnswer *answer)
{
    MsgrAccount *self = order->subject;

    if (answer->error != NULL && self->data.signing_in && is_connector(self, order->to))
        msgr_account_signed_out(self, hresult_of(answer->error));
}

static void
order_signin(MsgrAccount *self)
{
    MsgrOrder *order;

    msgr_account_set_reason(self, 0);
    self->data.signing_in = TRUE;
    order = msgr_account_order(self, "Signin", NULL);
    msgr_order_set_subject(order, self, NULL);
    order->done = signin_answered;
}

/* Whatever has become of the connector: the user is out, as it wants to be. */
static void
signout_answered(MsgrOrder *order, const MsgrAnswer *answer)
{
    MsgrAccount *self = order->subject;

    if (answer->error != NULL && self->data.signed_in && !self->data.is_wanted &&
        is_connector(self, order->to))
        msgr_account_signed_out(self, 0);
}

static void
order_signout(MsgrAccount *self)
{
    MsgrOrder *order = msgr_account_order(self, "Signout", NULL);

    msgr_order_set_subject(order, self, NULL);
    order->done = signout_answered;
}

static void
order_status(MsgrAccount *self)
{
    msgr_account_order(self, "SetStatus", g_variant_new("(u)", self->data.status));
}

static void
order_friendly_name(MsgrAccount *self)
{
    const char *name = self->data.friendly_name;

    msgr_account_order(self, "SetFriendlyName", g_variant_new("(s)", name == NULL ? "" : name));
}

static void
greet(MsgrAccount *self)
{
    order_status(self);
    if (self->data.friendly_name != NULL)
        order_friendly_name(self);
    if (self->data.is_wanted)
        order_signin(self);
}

static gboolean
check_registration(MsgrClient *client, const MsgrRegistration *r, GError **error)
{
    MsgrUser *user = client->user;
    MsgrAccount *self = msgr_account_find(user, r->id);
    const char *connector = self == NULL ? NULL : self->data.connector;

    if (!user->model->config->connectors)
        return msgr_refuse(error, MSGR_ERROR_ACCESS_DENIED,
                           "The administrator allows no connectors");
    if (connector != NULL && !g_str_equal(connector, client->name))
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "Another client is this service's connector");
    if (self == NULL && g_hash_table_size(user->accounts) >= MSGR_MAX_ACCOUNTS)
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "You have as many services as are allowed: have one forgotten");
    return TRUE;
}

static MsgrAccount *
obtain(MsgrUser *user, const MsgrRegistration *r)
{
    MsgrAccount *self = msgr_account_find(user, r->id);

    if (self != NULL)
        return self;
    msgr_user_keep(user);
    self = msgr_account_new(user, r->id, r->name, r->signin_name);
    msgr_turn_add(user->model->turn, self);
    msgr_record_unref(self);
    return self;
}

/**
 * msgr_account_register:
 * @path: where the client has the interface Connector1
 *
 * The client is the connector of a service of its user's from now on.
 *
 * Errors: MSGR_ERROR_ACCESS_DENIED, MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_account_register(MsgrClient *client, const char *path, const MsgrRegistration *registration,
                      GError **error)
{
    MsgrAccount *self;
    gboolean is_new;

    if (!check_registration(client, registration, error))
        return FALSE;
    self = obtain(client->user, registration);
    is_new = self->data.connector == NULL;
    msgr_turn_touch(client->user->model->turn, self);
    msgr_string_set(&self->data.name, registration->name);
    msgr_string_set(&self->data.signin_name, registration->signin_name);
    msgr_string_set(&self->data.told_name, registration->friendly_name);
    msgr_string_set(&self->data.connector, client->name);
    msgr_string_set(&self->data.path, path);
    if (is_new)
        greet(self);
    return TRUE;
}

static void
lose_connector(MsgrAccount *self)
{
    const gboolean was_signed_in = self->data.signed_in;

    msgr_turn_touch(self->user->model->turn, self);
    msgr_string_clear(&self->data.connector);
    msgr_string_clear(&self->data.path);
    if (self->data.signing_in || was_signed_in)
        msgr_account_signed_out(self, msgr_error_hresult(MSGR_ERROR_CONNECTION_FAILURE));
    else
        sessions_changed(self);
    msgr_account_set_reason(
        self, self->data.is_wanted ? msgr_error_hresult(MSGR_ERROR_CONNECTION_FAILURE) : 0);
}

/**
 * msgr_account_unregister:
 * @forget: its contacts, its policy and its place in the list of services go, too
 *
 * The connector leaves, and does not mean to come back: sessions end at once.
 */
void
msgr_account_unregister(MsgrAccount *self, gboolean forget)
{
    g_autoptr(GList) sessions = g_hash_table_get_values(self->sessions);

    for (GList *l = sessions; l != NULL; l = l->next)
        msgr_remote_lose(l->data);
    lose_connector(self);
    if (!forget)
        return;
    msgr_roster_forget(self);
    msgr_policy_forget(self->user, self->id);
    msgr_turn_remove(self->user->model->turn, self);
}

/**
 * msgr_account_signed_in:
 * @local_address: (nullable): what this machine is reached by, if that is told
 * @friendly_name: (nullable): the user's own
 *
 * The network has taken the user in; or something of that has changed.
 *
 * Errors: MSGR_ERROR_ACCESS_DENIED.
 */
gboolean
msgr_account_signed_in(MsgrAccount *self, const char *local_address, const char *friendly_name,
                       GError **error)
{
    const gboolean is_new = !self->data.signed_in;

    if (!self->data.is_wanted)
        return msgr_refuse(error, MSGR_ERROR_ACCESS_DENIED,
                           "The user has signed out, and wants to stay so");
    msgr_turn_touch(self->user->model->turn, self);
    if (local_address != NULL)
        msgr_string_set(&self->data.local_address, local_address);
    if (friendly_name != NULL)
        msgr_string_set(&self->data.told_name, friendly_name);
    self->data.signed_in = TRUE;
    self->data.signing_in = FALSE;
    msgr_account_set_reason(self, 0);
    if (!is_new)
        return TRUE;
    signal_signin(self, 0);
    msgr_user_services_changed(self->user);
    msgr_roster_send_owed(self);
    sessions_changed(self);
    return TRUE;
}

/* @is_news: whether somebody is to be told that it can't be signed in. */
static void
goes_out(MsgrAccount *self, guint32 hr, gboolean is_news)
{
    const gboolean was_signed_in = self->data.signed_in;
    const gboolean was_signing_in = self->data.signing_in;

    msgr_turn_touch(self->user->model->turn, self);
    self->data.signed_in = FALSE;
    self->data.signing_in = FALSE;
    msgr_string_set(&self->data.local_address, "");
    if (was_signed_in)
        msgr_user_signal_all(self->user, "OnSignout", g_variant_new("(s)", self->id));
    else if (was_signing_in || is_news)
        signal_signin(self, hr);
    if (was_signed_in)
        goes_offline(self);
}

/**
 * msgr_account_signed_out:
 * @hr: why, or 0 if the user wanted it
 *
 * The network is not reached any more, or has not been, and the connector can't say so.
 */
void
msgr_account_signed_out(MsgrAccount *self, guint32 hr)
{
    goes_out(self, hr, FALSE);
    msgr_account_set_reason(self, hr);
}

/**
 * msgr_account_told_signed_out:
 * @hr: why, or 0 if the user wanted it
 * @will_retry: whether the connector goes on trying by itself
 * @message: what the connector says of it, for people; "" if nothing
 *
 * The same, as the connector tells it: also of what it has tried by itself, where something else
 * has come of it than before.
 */
void
msgr_account_told_signed_out(MsgrAccount *self, guint32 hr, gboolean will_retry,
                             const char *message)
{
    const gboolean is_other = hr != self->data.out_result || will_retry != self->data.will_retry;

    goes_out(self, hr, hr != 0 && is_other);
    msgr_account_set_told_reason(self, hr, will_retry, message);
}

/**
 * msgr_account_client_gone:
 * @name: the unique name of a client of the user's that has left the bus
 */
void
msgr_account_client_gone(MsgrUser *user, const char *name)
{
    g_autoptr(GList) accounts = g_hash_table_get_values(user->accounts);

    for (GList *l = accounts; l != NULL; l = l->next) {
        MsgrAccount *self = l->data;

        if (is_connector(self, name))
            lose_connector(self);
    }
}

/**
 * msgr_account_check_clients:
 *
 * No rollback brings a client back: connectors that have left are gone all the same. And the
 * administrator may not allow any more.
 */
void
msgr_account_check_clients(MsgrUser *user)
{
    g_autoptr(GList) accounts = g_hash_table_get_values(user->accounts);

    for (GList *l = accounts; l != NULL; l = l->next) {
        MsgrAccount *self = l->data;

        if (self->data.connector != NULL &&
            (!user->model->config->connectors ||
             msgr_model_client(user->model, self->data.connector) == NULL))
            lose_connector(self);
    }
}

/**
 * msgr_account_sign_in:
 * @client: who asks: it is told even if nothing changes
 */
void
msgr_account_sign_in(MsgrAccount *self, MsgrClient *client)
{
    const MsgrError none = MSGR_ERROR_CONNECTION_FAILURE;

    msgr_turn_touch(self->user->model->turn, self);
    self->data.is_wanted = TRUE;
    if (self->data.connector != NULL && !self->data.signed_in) {
        order_signin(self);
        return;
    }
    msgr_client_signal(
        client, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "OnSignin",
        g_variant_new("(us)", self->data.signed_in ? 0 : msgr_error_hresult(none), self->id));
}

void
msgr_account_sign_out(MsgrAccount *self)
{
    msgr_turn_touch(self->user->model->turn, self);
    self->data.is_wanted = FALSE;
    msgr_account_set_reason(self, 0);
    if (self->data.connector != NULL)
        order_signout(self);
}

/**
 * msgr_account_set_status:
 * @status: one that msgr_user_check_status() lets pass
 */
void
msgr_account_set_status(MsgrAccount *self, guint32 status)
{
    msgr_turn_touch(self->user->model->turn, self);
    self->data.status = status;
    if (self->data.connector != NULL)
        order_status(self);
}

/**
 * msgr_account_set_friendly_name:
 * @name: "" for none
 */
void
msgr_account_set_friendly_name(MsgrAccount *self, const char *name)
{
    msgr_turn_touch(self->user->model->turn, self);
    msgr_string_set(&self->data.friendly_name, *name == '\0' ? NULL : name);
    if (self->data.connector != NULL)
        order_friendly_name(self);
}

/**
 * msgr_account_applications:
 *
 * Returns: (transfer floating): as, the GUIDs of what the user can run.
 */
GVariant *
msgr_account_applications(MsgrUser *user)
{
    g_autoptr(GPtrArray) entries = msgr_application_list(user);
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
    for (guint i = 0; i < entries->len; i++)
        g_variant_builder_add(&builder, "s", ((MsgrAppEntry *)entries->pdata[i])->guid);
    return g_variant_builder_end(&builder);
}

/* Of several changes at once, the last one tells everything. */
static void
order_applications(MsgrAccount *self)
{
    MsgrUser *user = self->user;
    g_autofree char *key = g_strconcat("applications ", self->id, NULL);
    MsgrOrder *order;

    msgr_turn_order(user->model->turn,
                    msgr_order_new_withdrawal(user->uid, self->data.connector, key));
    order = msgr_account_order(self, "SetApplications",
                               g_variant_new("(@as)", msgr_account_applications(user)));
    msgr_order_set_subject(order, self, key);
}

/**
 * msgr_account_applications_changed:
 *
 * What the user can run has changed: its connectors are told, who may tell its contacts.
 */
void
msgr_account_applications_changed(MsgrUser *user)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, user->accounts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (((MsgrAccount *)value)->data.connector != NULL)
            order_applications(value);
    }
}

/* The server that the account is on: what follows the "@" in its name. */
static gboolean
is_own_server(MsgrAccount *self, const char *name)
{
    g_autofree char *own = msgr_roster_name(self->data.signin_name, NULL);
    const char *at = own == NULL ? NULL : strrchr(own, '@');

    return at != NULL && g_str_equal(at + 1, name);
}

static gboolean
may_alert(MsgrAccount *self, const char *name)
{
    MsgrContact *contact = msgr_contact_find(self->user, self->id, name);

    if (contact != NULL && contact->blocked)
        return FALSE;
    return (contact != NULL && contact->in_list) || is_own_server(self, name);
}

/* A bound of its own: what somebody sends may not push out what others have published. */
static gboolean
count_alert(MsgrAccount *self, GError **error)
{
    const gint64 now = msgr_model_now(self->user->model);

    if (now - self->alerts_since >= 60 * (gint64)G_USEC_PER_SEC) {
        self->alerts_since = now;
        self->alerts = 0;
    }
    if (self->alerts >= MSGR_MAX_ALERTS_A_MINUTE)
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED, "Too many alerts: wait 60 seconds");
    self->alerts++;
    return TRUE;
}

/**
 * msgr_account_deliver_alert:
 * @from: who sends it
 * @alert: its text; the publisher is @from
 *
 * An alert by way of the network, which is taken from contacts and from the account's own server.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS, MSGR_ERROR_NOT_LOGGED_ON, MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_account_deliver_alert(MsgrAccount *self, const char *from, const MsgrAlertText *alert,
                           GError **error)
{
    g_autofree char *name = msgr_roster_name(from, error);
    MsgrAlertText text = *alert;

    if (name == NULL || !msgr_check_alert(alert->text, error) ||
        (*alert->url != '\0' && !msgr_check_url(alert->url, error)))
        return FALSE;
    if (!may_alert(self, name))
        return msgr_refuse(error, MSGR_ERROR_NOT_LOGGED_ON,
                           "Alerts are taken from contacts and from the account's server");
    if (!count_alert(self, error))
        return FALSE;
    text.publisher = name;
    msgr_alert_publish(self->user, &text);
    return TRUE;
}
