/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How alerts come to be, for whom, and how many are kept.
 */
#include "msgr-alert.h"
#include "msgr-client.h"

static void
drop(MsgrAlert *self)
{
    if (!msgr_alert_was_had(self))
        g_message("uid %u: alert %" G_GINT64_FORMAT " of site %d, published by %s, is dropped: "
                  "more than %d wait",
                  self->user->uid, self->id, self->site, self->publisher, MSGR_MAX_ALERTS);
    msgr_alert_withdraw(self);
    msgr_turn_remove(self->user->model->turn, self);
}

/* What somebody had keeps no place from what nobody had. */
static gboolean
is_one_of(MsgrAlert *alert, gboolean had)
{
    return msgr_alert_was_had(alert) == had && !msgr_alert_is_leaving(alert);
}

static void
drop_oldest(MsgrUser *user, gboolean had)
{
    guint count = 0;
    GList *next;

    for (GList *l = user->alerts.head; l != NULL; l = l->next)
        count += is_one_of(l->data, had) ? 1 : 0;
    for (GList *l = user->alerts.head; l != NULL && count > MSGR_MAX_ALERTS; l = next) {
        next = l->next;
        if (!is_one_of(l->data, had))
            continue;
        drop(l->data);
        count--;
    }
}

/* Of all users, so that it is known from when a client had it, and tells nothing but the time. */
static gint64
next_id(MsgrModel *model)
{
    model->last_alert = MAX(model->last_alert + 1, msgr_model_wall(model));
    return model->last_alert;
}

/**
 * msgr_alert_check_publisher:
 *
 * Errors: MSGR_ERROR_ACCESS_DENIED.
 */
gboolean
msgr_alert_check_publisher(MsgrClient *client, GError **error)
{
    if (msgr_client_capabilities(client, MSGR_OBJECT_PRIVATE) & MSGR_CAPABILITY_PUBLISH_ALERTS)
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_ACCESS_DENIED,
                       "It takes a key of the system's with the capability \"publish-alerts\"");
}

/**
 * msgr_alert_publish:
 *
 * An alert for one user. It is sent to those that want it, or waits.
 */
void
msgr_alert_publish(MsgrUser *user, const MsgrAlertText *text)
{
    MsgrModel *model = user->model;
    g_autoptr(MsgrAlert) alert = msgr_alert_new(user, next_id(model), text, msgr_model_wall(model));

    if (msgr_model_now(model) >= alert->expires_boot)
        return;
    msgr_user_keep(user);
    msgr_turn_add(model->turn, alert);
    msgr_alert_offer(alert);
    msgr_alert_show(alert);
    drop_oldest(user, FALSE);
    drop_oldest(user, TRUE);
}

/* Who has ever been there, or listens now. A directory has many more. */
static gboolean
is_of_all(MsgrUser *user)
{
    GHashTableIter iter;
    gpointer client;

    if (!msgr_config_uid_is_local(user->model->config, user->uid))
        return FALSE;
    if (user->data.seen)
        return TRUE;
    g_hash_table_iter_init(&iter, user->clients);
    while (g_hash_table_iter_next(&iter, &client, NULL)) {
        if (msgr_client_is_unlocked(client, MSGR_OBJECT_PRIVATE))
            return TRUE;
    }
    return FALSE;
}

/* A token bucket, kept as the time at which it is full again. It is not taken back with a turn: a
 * failing disk gives nobody more. */
static gboolean
take_token(MsgrUser *publisher, GError **error)
{
    const gint64 interval = MSGR_BROADCAST_INTERVAL * (gint64)G_USEC_PER_SEC;
    const gint64 now = msgr_model_now(publisher->model);
    const gint64 full = MAX(publisher->broadcasts_full, now) + interval;
    const gint64 wait = full - now - MSGR_BROADCAST_BURST * interval;

    if (wait <= 0) {
        publisher->broadcasts_full = full;
        return TRUE;
    }
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_LIMITS_EXCEEDED,
                "Too many alerts to every user: wait %" G_GINT64_FORMAT " seconds",
                (wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
    return FALSE;
}

/**
 * msgr_alert_publish_to_all:
 * @client: the publisher's
 *
 * An alert for each user of this machine that has ever been there.
 *
 * Errors: MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_alert_publish_to_all(MsgrClient *client, const MsgrAlertText *text, GError **error)
{
    GHashTableIter iter;
    gpointer user;

    if (!take_token(client->user, error))
        return FALSE;
    g_hash_table_iter_init(&iter, client->user->model->users);
    while (g_hash_table_iter_next(&iter, NULL, &user)) {
        if (is_of_all(user))
            msgr_alert_publish(user, text);
    }
    return TRUE;
}
