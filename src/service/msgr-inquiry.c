/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asks the user database for the names of contacts that are to be added, when the turn is kept in
 * which they were given; the answers come in turns of their own.
 */
#include "msgr-inquiry.h"

#include "msgr-addition.h"
#include "msgr-local-name.h"

#define RETRY_AFTER G_USEC_PER_SEC

struct _MsgrInquiry {
    MsgrService *service;
    GQueue waiting; /* of MsgrAddition */
    guint idle;
};

typedef struct {
    MsgrService *service;
    MsgrAddition *addition;
    const MsgrUserEntry *entry; /* NULL: nobody */
} Answer;

MsgrInquiry *
msgr_inquiry_new(MsgrService *service)
{
    MsgrInquiry *self = g_new0(MsgrInquiry, 1);

    self->service = service;
    g_queue_init(&self->waiting);
    return self;
}

void
msgr_inquiry_free(MsgrInquiry *self)
{
    g_clear_handle_id(&self->idle, g_source_remove);
    g_queue_clear_full(&self->waiting, msgr_record_unref);
    g_free(self);
}

static void
answer_free(gpointer data)
{
    Answer *answer = data;

    msgr_record_unref(answer->addition);
    g_free(answer);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)

static void
give(gpointer data)
{
    const Answer *answer = data;
    const MsgrUserEntry *entry = answer->entry;
    MsgrUser *user = entry == NULL
                         ? NULL
                         : msgr_local_name_belongs(answer->addition->user->model, entry->uid,
                                                   entry->name, entry->real_name);

    msgr_addition_answer(answer->addition, user);
}

/* What can't be kept is asked for again: how it went is always told. */
static void
found(const MsgrUserEntry *entry, gpointer data)
{
    g_autoptr(Answer) answer = data;
    MsgrModel *model = answer->addition->user->model;

    answer->entry = entry;
    if (!msgr_service_turn(answer->service, give, answer))
        msgr_addition_ask_again(answer->addition, msgr_model_now(model) + RETRY_AFTER);
}

static gboolean
ask_all(gpointer data)
{
    MsgrInquiry *self = data;
    MsgrAddition *addition;

    self->idle = 0;
    while ((addition = g_queue_pop_head(&self->waiting)) != NULL) {
        Answer *answer = g_new0(Answer, 1);

        answer->service = self->service;
        answer->addition = addition;
        msgr_user_database_find_name(msgr_service_user_database(self->service), addition->name,
                                     found, answer, answer_free);
    }
    return G_SOURCE_REMOVE;
}

/**
 * msgr_inquiry_turn_kept:
 *
 * What the turn wants to know is asked, but not from within the turn: the answer may be at hand.
 */
void
msgr_inquiry_turn_kept(MsgrInquiry *self)
{
    g_autoptr(GPtrArray) questions =
        msgr_addition_steal_questions(msgr_service_model(self->service));

    for (guint i = 0; questions != NULL && i < questions->len; i++)
        g_queue_push_tail(&self->waiting, msgr_record_ref(questions->pdata[i]));
    if (!g_queue_is_empty(&self->waiting) && self->idle == 0)
        self->idle = g_idle_add_full(G_PRIORITY_DEFAULT, ask_all, self, NULL);
}
