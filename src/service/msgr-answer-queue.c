/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What has come of orders, on its way to the model: in turns of their own, which are tried again
 * until they are kept, in the order in which they came. A process that hangs may have many fail at
 * once: a few at a time are a turn, and others have theirs in between.
 */
#include "msgr-answer-queue.h"

#include "msgr-service.h"

#define RETRY_AFTER    1 /* seconds: a full disk must not make a busy loop */
#define ITEMS_IN_A_ROW 64

typedef struct {
    MsgrOrder *order;
    MsgrAnswer answer;
} Item;

struct _MsgrAnswerQueue {
    MsgrService *service;
    GQueue items; /* of Item */
    guint told;   /* how many of them the turn is about */
    guint source; /* 0: nothing waits */
};

static void
item_free(gpointer data)
{
    Item *item = data;

    msgr_order_unref(item->order);
    msgr_answer_clear(&item->answer);
    g_free(item);
}

MsgrAnswerQueue *
msgr_answer_queue_new(MsgrService *service)
{
    MsgrAnswerQueue *self = g_new0(MsgrAnswerQueue, 1);

    self->service = service;
    g_queue_init(&self->items);
    return self;
}

void
msgr_answer_queue_free(MsgrAnswerQueue *self)
{
    g_clear_handle_id(&self->source, g_source_remove);
    g_queue_clear_full(&self->items, item_free);
    g_free(self);
}

static void
tell(gpointer data)
{
    MsgrAnswerQueue *self = data;
    GList *l = self->items.head;

    for (self->told = 0; l != NULL && self->told < ITEMS_IN_A_ROW; self->told++, l = l->next) {
        Item *item = l->data;

        item->order->done(item->order, &item->answer);
    }
}

/* What follows from an answer may bring more: these are not of the turn. */
static gboolean
hand_out(gpointer data)
{
    MsgrAnswerQueue *self = data;

    if (!msgr_service_turn(self->service, tell, self)) {
        self->source = g_timeout_add_seconds(RETRY_AFTER, hand_out, self);
        return G_SOURCE_REMOVE;
    }
    for (; self->told > 0; self->told--)
        item_free(g_queue_pop_head(&self->items));
    if (self->items.length == 0)
        self->source = 0;
    else
        self->source = g_idle_add_full(G_PRIORITY_DEFAULT, hand_out, self, NULL);
    return G_SOURCE_REMOVE;
}

/**
 * msgr_answer_queue_push:
 * @answer: its content is taken
 *
 * Never runs anything at once: who calls may be in the middle of a turn.
 */
void
msgr_answer_queue_push(MsgrAnswerQueue *self, MsgrOrder *order, MsgrAnswer *answer)
{
    Item *item;

    if (order->done == NULL) {
        msgr_answer_clear(answer);
        return;
    }
    item = g_new0(Item, 1);
    item->order = msgr_order_ref(order);
    item->answer = *answer;
    *answer = (MsgrAnswer){ 0 };
    g_queue_push_tail(&self->items, item);
    if (self->source == 0)
        self->source = g_idle_add_full(G_PRIORITY_DEFAULT, hand_out, self, NULL);
}
