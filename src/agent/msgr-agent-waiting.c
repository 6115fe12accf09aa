/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-waiting.h"

#include "msgr-agent-question.h"
#include "msgr-agent-status.h"
#include "msgr-names.h"

struct _MsgrAgentWaiting {
    MsgrAgentService *service;
    MsgrAgentNotifier *notifier;
    const MsgrAgentWaitingKind *kind;
    GHashTable *items;     /* key -> Item */
    GHashTable *answering; /* set of keys: the answer is under way */
    guint round;           /* how often it was asked what still waits */
};

typedef struct {
    GVariant *details;
    MsgrAgentNotice *notice; /* until it is shown */
    char *service_id;        /* that it comes by; with the notice */
    guint round;             /* the last one before it was added */
} Item;

static void
item_free(gpointer data)
{
    Item *item = data;

    g_variant_unref(item->details);
    g_clear_pointer(&item->notice, msgr_agent_notice_unref);
    g_free(item->service_id);
    g_free(item);
}

/* What there is */

/**
 * msgr_agent_waiting_add:
 * @details: what is known of it, in any form; sunk if floating
 *
 * Something waits from now on; or the same once more, of which something else may be known now.
 */
void
msgr_agent_waiting_add(MsgrAgentWaiting *self, const char *key, GVariant *details)
{
    Item *item = g_new0(Item, 1);

    item->details = g_variant_ref_sink(details);
    item->round = self->round;
    g_hash_table_insert(self->items, g_strdup(key), item);
}

/**
 * msgr_agent_waiting_find:
 *
 * Returns: (nullable) (transfer none): what is known of it; %NULL if it doesn't wait (any more), or
 * another process has shown it.
 */
GVariant *
msgr_agent_waiting_find(MsgrAgentWaiting *self, const char *key)
{
    Item *item = g_hash_table_lookup(self->items, key);

    return item != NULL ? item->details : NULL;
}

void
msgr_agent_waiting_withdraw(MsgrAgentWaiting *self, const char *key)
{
    g_autofree char *id = msgr_agent_notice_id(self->kind->name, key);

    g_hash_table_remove(self->items, key);
    msgr_agent_notifier_withdraw(self->notifier, id);
}

void
msgr_agent_waiting_withdraw_all(MsgrAgentWaiting *self)
{
    g_autofree gpointer *keys = g_hash_table_get_keys_as_array(self->items, NULL);

    for (guint i = 0; keys[i] != NULL; i++) {
        g_autofree char *key = g_strdup(keys[i]);

        msgr_agent_waiting_withdraw(self, key);
    }
}

/* Showing */

/**
 * msgr_agent_waiting_new_notice:
 *
 * Returns: a notice of something that somebody else waits for, too.
 */
MsgrAgentNotice *
msgr_agent_waiting_new_notice(MsgrAgentWaiting *self, const char *key, const char *title,
                              const char *body)
{
    g_autofree char *id = msgr_agent_notice_id(self->kind->name, key);
    MsgrAgentNotice *notice = msgr_agent_notice_new(id, title, body);

    notice->urgency = MSGR_URGENCY_HIGH;
    return notice;
}

/* The same may have been shown twice: the later notice counts, and the first answer does. */
static void
got_status(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MsgrAgentQuestion) question = data;
    MsgrAgentWaiting *self = question->asker;
    Item *item = g_hash_table_lookup(self->items, question->about);
    g_autoptr(MsgrAgentNotice) notice = NULL;

    if (item == NULL || item->notice == NULL)
        return;
    notice = g_steal_pointer(&item->notice);
    notice->urgency = msgr_agent_status_finish(result, item->service_id, notice->urgency);
    msgr_agent_notifier_show(self->notifier, notice);
}

/**
 * msgr_agent_waiting_show:
 * @notice: of msgr_agent_waiting_new_notice(); less urgent than it says to a user who is busy
 * @service_id: the service that it comes by
 *
 * Shows what waits, if it still does.
 */
void
msgr_agent_waiting_show(MsgrAgentWaiting *self, const char *key, MsgrAgentNotice *notice,
                        const char *service_id)
{
    Item *item = g_hash_table_lookup(self->items, key);

    if (item == NULL)
        return;
    g_clear_pointer(&item->notice, msgr_agent_notice_unref);
    item->notice = msgr_agent_notice_ref(notice);
    g_free(item->service_id);
    item->service_id = g_strdup(service_id);
    msgr_agent_status_ask(self->service, got_status, msgr_agent_question_new(self, key, NULL));
}

/* The service was away, or the agent: what doesn't wait any more goes */

/* Of what was added since the question, the answer may not know yet. */
static void
add_new(MsgrAgentWaiting *self, GHashTable *ids)
{
    GHashTableIter iter;
    gpointer key, item;

    g_hash_table_iter_init(&iter, self->items);
    while (g_hash_table_iter_next(&iter, &key, &item)) {
        if (((Item *)item)->round == self->round)
            g_hash_table_add(ids, msgr_agent_notice_id(self->kind->name, key));
    }
}

static void
retain(MsgrAgentWaiting *self, GHashTable *ids)
{
    g_autofree gpointer *keys = g_hash_table_get_keys_as_array(self->items, NULL);
    g_autofree char *prefix = msgr_agent_notice_id(self->kind->name, "");

    for (guint i = 0; keys[i] != NULL; i++) {
        g_autofree char *key = g_strdup(keys[i]);
        g_autofree char *id = msgr_agent_notice_id(self->kind->name, key);

        if (!g_hash_table_contains(ids, id))
            msgr_agent_waiting_withdraw(self, key);
    }
    msgr_agent_notifier_retain(self->notifier, prefix, ids);
}

static void
got_waiting(GObject *source, GAsyncResult *result, gpointer data)
{
    MsgrAgentWaiting *self = data;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, NULL);
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    if (reply == NULL)
        return;
    self->kind->read(reply, ids);
    add_new(self, ids);
    retain(self, ids);
}

static void
registered(MsgrAgentService *service, gpointer data)
{
    MsgrAgentWaiting *self = data;
    const MsgrAgentWaitingKind *kind = self->kind;

    self->round++;
    msgr_agent_service_call(self->service, MSGR_BUS_NAME, kind->path, kind->iface, kind->method,
                            g_variant_new_parsed(kind->args), kind->reply_type, got_waiting, self);
}

/* Answering */

/**
 * msgr_agent_waiting_begin_answer:
 *
 * Returns: whether it may be answered now: it isn't being answered already.
 */
gboolean
msgr_agent_waiting_begin_answer(MsgrAgentWaiting *self, const char *key)
{
    return g_hash_table_add(self->answering, g_strdup(key));
}

void
msgr_agent_waiting_end_answer(MsgrAgentWaiting *self, const char *key)
{
    g_hash_table_remove(self->answering, key);
}

MsgrAgentWaiting *
msgr_agent_waiting_new(MsgrAgentService *service, MsgrAgentNotifier *notifier,
                       const MsgrAgentWaitingKind *kind)
{
    MsgrAgentWaiting *self = g_new0(MsgrAgentWaiting, 1);

    self->service = g_object_ref(service);
    self->notifier = notifier;
    self->kind = kind;
    self->items = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, item_free);
    self->answering = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_signal_connect(service, "registered", G_CALLBACK(registered), self);
    return self;
}

void
msgr_agent_waiting_free(MsgrAgentWaiting *self)
{
    g_signal_handlers_disconnect_by_data(self->service, self);
    g_hash_table_unref(self->items);
    g_hash_table_unref(self->answering);
    g_object_unref(self->service);
    g_free(self);
}
