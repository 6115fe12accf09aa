/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How users look to others, and that it is told.
 *
 * Whatever may change how a user looks only marks the user. At the end of the turn those who watch
 * it are gone through, once, however much has changed; a user that changes all the time is looked
 * at every MSGR_PRESENCE_PACE. It costs what there is to tell: nobody else is looked at.
 */
#include "msgr-presence.h"

#include "msgr-contact.h"
#include "msgr-user.h"
#include "msgr-watch.h"

/**
 * msgr_presence_changed:
 *
 * How the user looks to others may have changed.
 */
void
msgr_presence_changed(MsgrUser *user)
{
    if (!g_hash_table_contains(user->model->unsettled, user))
        g_hash_table_add(user->model->unsettled, msgr_record_ref(user));
}

/**
 * msgr_presence_changed_for_all:
 *
 * The same for every user.
 */
void
msgr_presence_changed_for_all(MsgrModel *model)
{
    GHashTableIter iter;
    gpointer user;

    g_hash_table_iter_init(&iter, model->users);
    while (g_hash_table_iter_next(&iter, NULL, &user))
        msgr_presence_changed(user);
}

/**
 * msgr_presence_name_changed:
 *
 * Another user, or none, goes by this name now, or that user looks otherwise.
 *
 * Returns: whether there was something to be told.
 */
gboolean
msgr_presence_name_changed(MsgrModel *model, const char *name)
{
    GHashTable *watches = g_hash_table_lookup(model->watches, name);
    g_autoptr(GList) list = watches == NULL ? NULL : g_hash_table_get_keys(watches);
    gboolean changed = FALSE;

    for (GList *l = list; l != NULL; l = l->next)
        changed |= msgr_watch_look(l->data);
    return changed;
}

static gint64
time_to_come_back(MsgrModel *model)
{
    const gint64 grace = (gint64)model->config->client_grace * G_USEC_PER_SEC;

    return msgr_model_now(model) + MAX(grace, MSGR_OFFLINE_DELAY);
}

static void
set_shown(MsgrUser *user, gboolean shown)
{
    if (user->data.shown == shown)
        return;
    msgr_turn_touch(user->model->turn, user);
    user->data.shown = shown;
}

/**
 * msgr_presence_came_or_went:
 *
 * Whether the user is there may have changed. Others were shown it until it has been away for a
 * while: that is what is remembered, so that a restart of the service is not taken for its leaving.
 */
void
msgr_presence_came_or_went(MsgrUser *user)
{
    const gboolean is_there = msgr_user_is_there(user);

    if (is_there) {
        set_shown(user, TRUE);
        msgr_agenda_entry_clear(&user->leaving);
    } else if (user->data.shown && user->leaving.due == MSGR_NEVER) {
        msgr_agenda_entry_set(&user->leaving, msgr_model_now(user->model) + MSGR_OFFLINE_DELAY);
    }
    if (user->was_there != is_there)
        msgr_presence_changed(user);
    user->was_there = is_there;
}

/**
 * msgr_presence_left:
 *
 * A MsgrAgendaFunc: the user has not come back.
 */
void
msgr_presence_left(gpointer user, gint64 now)
{
    set_shown(user, msgr_user_is_there(user));
}

/**
 * msgr_presence_round_due:
 *
 * A MsgrAgendaFunc: the user may be looked at again.
 */
void
msgr_presence_round_due(gpointer user, gint64 now)
{
    msgr_presence_changed(user);
}

static void
settle_user(MsgrUser *user)
{
    const gint64 now = msgr_model_now(user->model);

    if (!g_hash_table_contains(user->model->watches, user->data.name))
        return;
    if (now < user->next_round) {
        msgr_agenda_entry_set(&user->round, user->next_round);
        return;
    }
    msgr_agenda_entry_clear(&user->round);
    user->next_round =
        now + (msgr_presence_name_changed(user->model, user->data.name) ? MSGR_PRESENCE_PACE
                                                                        : MSGR_PRESENCE_PAUSE);
}

/**
 * msgr_presence_settle:
 *
 * To be called at the end of each turn, before it is written: tells what follows from it.
 */
void
msgr_presence_settle(MsgrModel *model)
{
    g_autoptr(GHashTable) unsettled = NULL;
    GHashTableIter iter;
    gpointer user;

    if (g_hash_table_size(model->unsettled) == 0)
        return;
    unsettled = g_steal_pointer(&model->unsettled);
    model->unsettled = g_hash_table_new_full(NULL, NULL, msgr_record_unref, NULL);
    g_hash_table_iter_init(&iter, unsettled);
    while (g_hash_table_iter_next(&iter, &user, NULL))
        settle_user(user);
}

/**
 * msgr_presence_resume:
 *
 * The service has been started. Nobody is told anything that is as it was: who was there is given
 * the time to come back that its sessions have.
 */
void
msgr_presence_resume(MsgrModel *model)
{
    const gint64 deadline = time_to_come_back(model);
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, model->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        msgr_watch_resume(value, deadline);
    g_hash_table_iter_init(&iter, model->users);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrUser *user = value;

        user->was_there = user->data.shown;
        msgr_presence_came_or_went(user);
        if (user->leaving.due != MSGR_NEVER)
            msgr_agenda_entry_set(&user->leaving, deadline);
    }
}
