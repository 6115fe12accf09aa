/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-model.h"

#include <string.h>

#include <sodium.h>

#include "msgr-account.h"
#include "msgr-alert.h"
#include "msgr-fixed-policy.h"
#include "msgr-key-ring.h"
#include "msgr-lock.h"
#include "msgr-presence.h"
#include "msgr-session-flow.h"
#include "msgr-user.h"

static void
keys_expire(gpointer data, gint64 now)
{
    msgr_key_ring_revalidate(data);
}

/**
 * msgr_model_new:
 * @secret: MSGR_SECRET_BYTES bytes that stay the same for good
 *
 * Returns: an empty model.
 */
MsgrModel *
msgr_model_new(MsgrConfig *config, MsgrClock clock, const guint8 *secret)
{
    MsgrModel *self = g_new0(MsgrModel, 1);

    self->config = msgr_config_ref(config);
    self->clock = clock;
    self->agenda = msgr_agenda_new();
    self->turn = msgr_turn_new();
    memcpy(self->secret, secret, MSGR_SECRET_BYTES);
    self->users = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, msgr_record_unref);
    self->users_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    self->clients = g_hash_table_new(g_str_hash, g_str_equal);
    self->sides = g_hash_table_new(g_str_hash, g_str_equal);
    self->sessions = g_hash_table_new(g_str_hash, g_str_equal);
    self->contacts = g_hash_table_new(g_str_hash, g_str_equal);
    self->watches =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
    self->unsettled = g_hash_table_new_full(NULL, NULL, msgr_record_unref, NULL);
    self->fixed_policies = msgr_fixed_policy_table(NULL);
    self->keys =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)msgr_key_unref);
    self->packaged_apps =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)msgr_app_entry_unref);
    msgr_agenda_entry_init(&self->key_expiry, self->agenda, keys_expire, self);
    self->departing = g_ptr_array_new_with_free_func(msgr_record_unref);
    self->questions = g_ptr_array_new_with_free_func(msgr_record_unref);
    return self;
}

static void
unlink_all(GHashTable *table)
{
    g_autoptr(GList) records = g_hash_table_get_values(table);

    for (GList *l = records; l != NULL; l = l->next)
        msgr_record_unlink(l->data);
}

static void
unlink_queue(GQueue *records)
{
    while (records->head != NULL)
        msgr_record_unlink(records->head->data);
}

static void
unlink_users_own(MsgrModel *self)
{
    GHashTableIter iter;
    gpointer user;

    g_hash_table_iter_init(&iter, self->users);
    while (g_hash_table_iter_next(&iter, NULL, &user)) {
        unlink_all(((MsgrUser *)user)->applications);
        unlink_all(((MsgrUser *)user)->keys);
        unlink_all(((MsgrUser *)user)->agents);
        unlink_all(((MsgrUser *)user)->accounts);
        unlink_all(((MsgrUser *)user)->policies);
        unlink_queue(&((MsgrUser *)user)->alerts);
        unlink_queue(&((MsgrUser *)user)->additions);
    }
}

/**
 * msgr_model_free:
 *
 * Frees the model with all that is in it.
 */
void
msgr_model_free(MsgrModel *self)
{
    msgr_turn_free(self->turn);
    g_ptr_array_unref(self->departing);
    g_ptr_array_unref(self->questions);
    unlink_all(self->clients);
    unlink_all(self->sessions);
    unlink_all(self->contacts);
    unlink_users_own(self);
    g_hash_table_unref(self->unsettled);
    g_hash_table_unref(self->users_by_name);
    g_hash_table_unref(self->users);
    g_hash_table_unref(self->clients);
    g_hash_table_unref(self->sides);
    g_hash_table_unref(self->sessions);
    g_hash_table_unref(self->contacts);
    g_hash_table_unref(self->watches);
    g_hash_table_unref(self->fixed_policies);
    g_hash_table_unref(self->keys);
    g_hash_table_unref(self->packaged_apps);
    msgr_agenda_entry_clear(&self->key_expiry);
    msgr_agenda_free(self->agenda);
    msgr_config_unref(self->config);
    sodium_memzero(self->secret, sizeof self->secret);
    g_free(self);
}

static void
check_connectors(MsgrModel *self)
{
    GHashTableIter iter;
    gpointer user;

    g_hash_table_iter_init(&iter, self->users);
    while (g_hash_table_iter_next(&iter, NULL, &user))
        msgr_account_check_clients(user);
}

/**
 * msgr_model_set_config:
 *
 * From now on these limits and times hold; deadlines that run stay as they are.
 */
void
msgr_model_set_config(MsgrModel *self, MsgrConfig *config)
{
    MsgrConfig *old = self->config;

    self->config = msgr_config_ref(config);
    if (old->invitations != config->invitations)
        msgr_presence_changed_for_all(self);
    if (old->connectors != config->connectors)
        check_connectors(self);
    msgr_config_unref(old);
    msgr_key_ring_revalidate(self);
}

gint64
msgr_model_now(MsgrModel *self)
{
    return msgr_clock_boot(&self->clock);
}

gint64
msgr_model_wall(MsgrModel *self)
{
    return msgr_clock_wall(&self->clock);
}

/**
 * msgr_model_boot_of:
 * @wall: a time that was kept, microseconds since the epoch
 *
 * Returns: the same moment by the boot clock, as far as the wall clock can be believed.
 */
gint64
msgr_model_boot_of(MsgrModel *self, gint64 wall)
{
    return msgr_model_now(self) + (wall - msgr_model_wall(self));
}

MsgrUser *
msgr_model_user(MsgrModel *self, guint32 uid)
{
    return g_hash_table_lookup(self->users, GUINT_TO_POINTER(uid));
}

MsgrUser *
msgr_model_user_by_name(MsgrModel *self, const char *name)
{
    return g_hash_table_lookup(self->users_by_name, name);
}

MsgrClient *
msgr_model_client(MsgrModel *self, const char *name)
{
    return g_hash_table_lookup(self->clients, name);
}

MsgrSide *
msgr_model_side(MsgrModel *self, const char *hex_id)
{
    return g_hash_table_lookup(self->sides, hex_id);
}

MsgrContact *
msgr_model_contact(MsgrModel *self, const char *hex_id)
{
    return g_hash_table_lookup(self->contacts, hex_id);
}

/**
 * msgr_model_start:
 *
 * To be called once, when all that the ledger kept is in the model: sessions go on from where they
 * were.
 */
void
msgr_model_start(MsgrModel *self)
{
    g_autoptr(GList) sessions = g_hash_table_get_values(self->sessions);
    GHashTableIter iter;
    gpointer user;

    g_hash_table_iter_init(&iter, self->users);
    while (g_hash_table_iter_next(&iter, NULL, &user)) {
        msgr_lock_tell_user(user); /* what it shares ends when it would have */
        msgr_alert_resume(user);
    }
    msgr_presence_resume(self);
    for (GList *l = sessions; l != NULL; l = l->next)
        msgr_launch_resume(l->data);
}

/**
 * msgr_model_run_due:
 *
 * Does one thing that is due.
 *
 * Returns: (nullable) (transfer none): its entry, if there was one. Should the turn fail, it is due
 * again.
 */
MsgrAgendaEntry *
msgr_model_run_due(MsgrModel *self)
{
    return msgr_agenda_run_one(self->agenda, msgr_model_now(self));
}

/**
 * msgr_model_rollback:
 *
 * Takes back what the turn changed. Who is there may then differ from what sessions were told.
 */
void
msgr_model_rollback(MsgrModel *self)
{
    GHashTableIter iter;
    gpointer value;

    msgr_turn_rollback(self->turn);
    g_ptr_array_set_size(self->departing, 0);
    g_ptr_array_set_size(self->questions, 0);
    /* a lock that was to be shut may be open again, and what was shared may end at another time */
    msgr_agenda_entry_set(&self->key_expiry, msgr_model_now(self));
    g_hash_table_iter_init(&iter, self->users);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrUser *user = value;

        msgr_agenda_entry_set(&user->lock_change, msgr_model_now(self));
        msgr_account_check_clients(user);
        msgr_user_presence_changed(user);
    }
}

/**
 * msgr_model_limits:
 *
 * Returns: (transfer floating): a{su}, Messenger1's property Limits.
 */
GVariant *
msgr_model_limits(MsgrModel *self)
{
    const MsgrConfig *c = self->config;
    const struct {
        const char *name;
        guint32 value;
    } limits[] = {
        { "MaxAppData", MSGR_MAX_APP_DATA },
        { "MaxContextData", MSGR_MAX_CONTEXT_DATA },
        { "MaxContextAfterConnect", MSGR_MAX_CONTEXT_AFTER_CONNECT },
        { "MaxUserKeys", MSGR_MAX_USER_KEYS },
        { "MaxAlert", MSGR_MAX_ALERT },
        { "MaxAlertSites", MSGR_MAX_ALERT_SITES },
        { "MaxAlertsPerUser", MSGR_MAX_ALERTS },
        { "MaxSessionsPerClient", c->sessions_per_client },
        { "MaxSessionsPerUser", c->sessions_per_user },
        { "MaxInvitationsPerUser", c->invitations_per_user },
        { "MaxInvitationsPerInviter", c->invitations_per_inviter },
        { "MaxContactsPerUser", c->contacts_per_user },
        { "MaxApplicationsPerUser", c->applications_per_user },
        { "MaxClientsPerUser", c->clients_per_user },
        { "InvitationTimeout", c->invitation_timeout },
        { "ClientGrace", c->client_grace },
        { "LaunchTimeout", c->launch_timeout },
        { "InstallTimeout", c->install_timeout },
        { "EndedSessionLinger", c->ended_session_linger },
        { "ChallengeLifetime", c->challenge_lifetime },
        { "DecisionWindow", c->decision_window },
        { "CallBurst", c->call_burst },
        { "CallRate", c->call_rate },
        { "UserCallRate", c->user_call_rate },
    };
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{su}"));
    for (gsize i = 0; i < G_N_ELEMENTS(limits); i++)
        g_variant_builder_add(&builder, "{su}", limits[i].name, limits[i].value);
    return g_variant_builder_end(&builder);
}
