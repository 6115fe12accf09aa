/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The service starts again: what is kept of a model is in a new one, by other means than the
 * ledger's.
 */
#include "msgr-account.h"
#include "msgr-test-model.h"

#define BOOT_AFTER_RESTART SECONDS(50)

static void
enter(gpointer record)
{
    MsgrRecord *entered = record;

    msgr_record_link(entered);
    entered->stored = TRUE;
    msgr_record_unref(entered);
}

static gboolean
is_kept(gpointer record)
{
    return ((MsgrRecord *)record)->stored;
}

/* The strings of a record have a reference for each that holds them: saving and restoring copies
 * them so. */
static void
copy_data(MsgrRecord *to, MsgrRecord *from)
{
    to->klass->restore(to, from->klass->save(from));
}

static gint64
boot_again(MsgrModel *to, gint64 wall)
{
    return wall == 0 ? 0 : msgr_model_boot_of(to, wall);
}

static void
copy_user(MsgrModel *to, MsgrUser *old)
{
    MsgrUser *user = msgr_user_new(to, old->uid, old->data.name, "");

    copy_data(&user->record, &old->record);
    for (int i = 0; i < MSGR_N_LOCKABLES; i++)
        user->data.shares[i].until_boot = boot_again(to, user->data.shares[i].until);
    enter(user);
}

static void
copy_alert(MsgrUser *user, MsgrAlert *old)
{
    const MsgrAlertText text = { old->site, old->publisher, old->text, old->url, old->expires_at };
    MsgrAlert *alert = msgr_alert_new(user, old->id, &text, old->time);

    msgr_alert_restart(alert, old->data.delivered, old->data.state == MSGR_ALERT_SHOWN);
    enter(alert);
}

static void
copy_account(MsgrUser *user, MsgrAccount *old)
{
    MsgrAccount *account = msgr_account_new(user, old->id, old->data.name, old->data.signin_name);

    msgr_string_set(&account->data.friendly_name, old->data.friendly_name);
    account->data.status = old->data.status;
    account->data.is_wanted = old->data.is_wanted;
    enter(account);
}

/* What the network said of it has to be said again. */
static void
copy_contact(MsgrUser *user, MsgrContact *old)
{
    MsgrContact *contact = msgr_contact_new(user, old->service, old->name);

    copy_data(&contact->record, &old->record);
    contact->network.status = MSGR_STATUS_OFFLINE;
    g_clear_pointer(&contact->network.applications, g_variant_unref);
    enter(contact);
}

static void
copy_users_own(MsgrModel *to, MsgrUser *old)
{
    MsgrUser *user = msgr_model_user(to, old->uid);
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, old->keys);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrUserKey *key = value;

        enter(msgr_user_key_new(user, key->key, key->json, key->added_at));
    }
    g_hash_table_iter_init(&iter, old->applications);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        enter(msgr_application_new(user, ((MsgrApplication *)value)->entry));
    g_hash_table_iter_init(&iter, old->policies);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrPolicy *policy = msgr_policy_new(user, ((MsgrPolicy *)value)->service);

        copy_data(&policy->record, value);
        enter(policy);
    }
    g_hash_table_iter_init(&iter, old->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        copy_contact(user, value);
    g_hash_table_iter_init(&iter, old->accounts);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        copy_account(user, value);
    for (GList *l = old->alerts.head; l != NULL; l = l->next) {
        if (is_kept(l->data))
            copy_alert(user, l->data);
    }
}

static void
set_contact(MsgrSideData *data, MsgrModel *to)
{
    MsgrContact *old = data->contact;

    if (old == NULL)
        return;
    data->contact = msgr_record_ref(msgr_model_contact(to, old->id));
    msgr_record_unref(old);
}

/* Nothing is under way any more. */
static void
set_account(MsgrSessionData *data, MsgrModel *to)
{
    MsgrAccount *old = data->account;

    if (old == NULL)
        return;
    data->account =
        msgr_record_ref(msgr_account_find(msgr_model_user(to, old->user->uid), old->id));
    data->sending = data->failures = 0;
    data->retry_boot = 0;
    msgr_record_unref(old);
}

/* Times by the boot clock and the names of clients mean nothing any more. */
static void
copy_session(MsgrModel *to, MsgrSession *old)
{
    MsgrSession *session = msgr_session_new(to, old->id, old->guid, old->created_at);
    MsgrSessionData *data = &session->data;

    copy_data(&session->record, &old->record);
    data->expires_boot = boot_again(to, data->expires_at);
    data->gone_boot = data->ended_at == 0 ? 0
                                          : boot_again(to, data->ended_at) +
                                                SECONDS(to->config->ended_session_linger);
    data->launch_boot = 0;
    set_account(data, to);
    for (int i = 0; i < MSGR_N_ROLES; i++) {
        MsgrSide *side = &old->sides[i];

        set_contact(&data->sides[i], to);
        msgr_string_clear(&data->sides[i].creator_client);
        data->sides[i].launch = MSGR_LAUNCH_NONE;
        data->sides[i].launch_due = 0;
        data->sides[i].shown_to = data->sides[i].download_offered_to = 0;
        g_clear_pointer(&data->sides[i].process, msgr_process_unref);
        msgr_string_clear(&data->sides[i].activation_token);
        if (side->user != NULL) {
            MsgrContact *contact = g_steal_pointer(&data->sides[i].contact);

            msgr_session_set_side(session, i, msgr_model_user(to, side->user->uid), side->id);
            data->sides[i].contact = contact;
        }
    }
    enter(session);
}

static void
copy_kept(MsgrModel *to, MsgrModel *from)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, from->users);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        copy_user(to, value);
    g_hash_table_iter_init(&iter, from->users);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        copy_users_own(to, value);
    g_hash_table_iter_init(&iter, from->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (is_kept(value))
            copy_session(to, value);
    }
}

/* The machine starts again, @microseconds after it stopped: every client is gone. */
void
msgr_test_restart(MsgrTestModel *t, gint64 microseconds)
{
    MsgrModel *old = t->model;

    msgr_test_drop(t);
    t->wall += microseconds;
    t->boot = BOOT_AFTER_RESTART;
    t->model = msgr_model_new(old->config, old->clock, old->secret);
    msgr_key_ring_replace(t->model, t->keys);
    msgr_application_replace_packaged(t->model, t->apps);
    copy_kept(t->model, old);
    t->model->last_alert = old->last_alert;
    msgr_model_free(old);
    msgr_model_start(t->model);
    msgr_test_run_due(t);
    msgr_test_commit(t);
}
