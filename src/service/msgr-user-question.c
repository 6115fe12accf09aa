/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls that name a user whom nobody here knows: the user database is asked, the call waits.
 */
#include "msgr-user-question.h"

#include "msgr-local-name.h"

typedef struct {
    MsgrCall *call;
    MsgrContinuation go_on;
    const MsgrUserEntry *entry; /* NULL: nobody */
} Question;

static gboolean
refuse(GError **error)
{
    return msgr_refuse(error, MSGR_ERROR_NOT_FOUND, "There is no user of this name here");
}

static GVariant *
answer(MsgrCall *call, gpointer data, GError **error)
{
    const Question *question = data;
    const MsgrUserEntry *entry = question->entry;
    MsgrUser *user = entry == NULL
                         ? NULL
                         : msgr_local_name_belongs(msgr_service_model(call->service), entry->uid,
                                                   entry->name, entry->real_name);

    if (user != NULL)
        return question->go_on(call, user, error);
    refuse(error);
    return NULL;
}

static void
found(const MsgrUserEntry *entry, gpointer data)
{
    g_autofree Question *question = data;

    question->entry = entry;
    msgr_service_resume(question->call, answer, question);
}

static void
never_found(gpointer data)
{
    g_autofree Question *question = data;

    msgr_call_unref(question->call);
}

/**
 * msgr_user_question_ask:
 * @name: a sign-in name of the service `local`
 * @go_on: answers the call when it is known who that is; its data is the user
 *
 * The call is answered later, by @go_on, or with MSGR_ERROR_NOT_FOUND.
 *
 * Returns: whether it is: %FALSE if nobody can have such a name.
 *
 * Errors: MSGR_ERROR_NOT_FOUND.
 */
gboolean
msgr_user_question_ask(MsgrCall *call, const char *name, MsgrContinuation go_on, GError **error)
{
    Question *question;

    if (!msgr_local_name_is_possible(name))
        return refuse(error);
    question = g_new0(Question, 1);
    question->call = call;
    question->go_on = go_on;
    msgr_service_defer(call);
    msgr_user_database_find_name(msgr_service_user_database(call->service), name, found, question,
                                 never_found);
    return TRUE;
}
