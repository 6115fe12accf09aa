/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-requests.h"

#include <glib/gi18n.h>

#include "msgr-agent-question.h"
#include "msgr-agent-text.h"
#include "msgr-agent-waiting.h"
#include "msgr-error.h"
#include "msgr-names.h"

#define NOTICE_KIND "request"

struct _MsgrAgentRequests {
    MsgrAgentService *service;
    MsgrAgentOutcome *outcome;
    MsgrAgentWaiting *waiting; /* its keys are those of request_key() */
};

/* What stands for a request in the ID of its notice. A name is any text: it is written to no file.
 */
static char *
request_key(const char *service_id, const char *signin_name)
{
    g_autofree char *text = g_strconcat(service_id, "\n", signin_name, NULL);

    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

/* Showing */

static void
add_buttons(MsgrAgentNotice *notice, const char *service_id, const char *signin_name)
{
    msgr_agent_notice_add_button(notice, _("Accept"), "app.accept-contact",
                                 g_variant_new("(ss)", service_id, signin_name));
    msgr_agent_notice_add_button(notice, _("Refuse"), "app.refuse-contact",
                                 g_variant_new("(ss)", service_id, signin_name));
}

/* @request: as the arguments of ShowContactRequest. */
static void
show(MsgrAgentRequests *self, GVariant *request, gboolean again)
{
    const char *service_id, *signin_name;
    g_autoptr(GVariant) details = NULL;
    g_autofree char *key = NULL, *person = NULL, *title = NULL, *body = NULL;
    g_autoptr(MsgrAgentNotice) notice = NULL;

    g_variant_get(request, "(&s&s@a{sv})", &service_id, &signin_name, &details);
    key = request_key(service_id, signin_name);
    person = msgr_agent_text_person(msgr_agent_text_get(details, "FriendlyName"), signin_name);
    title = g_strdup_printf(_("%s wants to add you to their contacts"), person);
    body = msgr_agent_text_request(service_id, details);
    notice = msgr_agent_waiting_new_notice(self->waiting, key, title, body);
    if (again)
        notice->urgency = MSGR_URGENCY_LOW;
    add_buttons(notice, service_id, signin_name);
    msgr_agent_waiting_add(self->waiting, key, request);
    msgr_agent_waiting_show(self->waiting, key, notice, service_id);
}

/**
 * msgr_agent_requests_show:
 * @details: as those of ShowContactRequest
 */
void
msgr_agent_requests_show(MsgrAgentRequests *self, const char *service_id, const char *signin_name,
                         GVariant *details)
{
    g_autoptr(GVariant) request =
        g_variant_ref_sink(g_variant_new("(ss@a{sv})", service_id, signin_name, details));

    show(self, request, msgr_agent_text_get_boolean(details, "Again"));
}

void
msgr_agent_requests_withdraw(MsgrAgentRequests *self, const char *service_id,
                             const char *signin_name)
{
    g_autofree char *key = request_key(service_id, signin_name);

    msgr_agent_waiting_withdraw(self->waiting, key);
}

void
msgr_agent_requests_withdraw_all(MsgrAgentRequests *self)
{
    msgr_agent_waiting_withdraw_all(self->waiting);
}

static void
read_waiting(GVariant *reply, GHashTable *ids)
{
    g_autoptr(GVariantIter) requests = NULL;
    const char *signin_name, *service_id;

    g_variant_get(reply, "(a(ssa{sv}))", &requests);
    while (g_variant_iter_next(requests, "(&s&s@a{sv})", &signin_name, &service_id, NULL)) {
        g_autofree char *key = request_key(service_id, signin_name);

        g_hash_table_add(ids, msgr_agent_notice_id(NOTICE_KIND, key));
    }
}

/* Answering */

/* A server may have taken the notice away with the click. */
static void
show_again(MsgrAgentRequests *self, const char *key)
{
    GVariant *found = msgr_agent_waiting_find(self->waiting, key);
    g_autoptr(GVariant) request = found != NULL ? g_variant_ref(found) : NULL;

    msgr_agent_waiting_withdraw(self->waiting, key);
    if (request != NULL)
        show(self, request, TRUE);
}

static const char *
explain(const GError *error)
{
    if (g_error_matches(error, MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE))
        return _("The messenger service isn't running.");
    if (g_error_matches(error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND))
        return _("This request was answered already, or taken back.");
    return _("The request could not be answered. It waits on.");
}

static void
not_answered(MsgrAgentRequests *self, const char *key, const GError *error)
{
    g_info("A contact request could not be answered: %s", error->message);
    if (g_error_matches(error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND))
        msgr_agent_waiting_withdraw(self->waiting, key);
    else
        show_again(self, key);
    msgr_agent_outcome_say(self->outcome, key, _("Contact request"), explain(error));
}

static void
answered(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MsgrAgentQuestion) question = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, &error);
    MsgrAgentRequests *self = question->asker;

    msgr_agent_waiting_end_answer(self->waiting, question->about);
    if (reply != NULL)
        msgr_agent_waiting_withdraw(self->waiting, question->about);
    else
        not_answered(self, question->about, error);
}

/**
 * msgr_agent_requests_answer:
 * @accept: whether it may see the user's status
 */
void
msgr_agent_requests_answer(MsgrAgentRequests *self, const char *service_id, const char *signin_name,
                           gboolean accept)
{
    g_autofree char *key = request_key(service_id, signin_name);

    if (!msgr_agent_waiting_begin_answer(self->waiting, key))
        return;
    msgr_agent_service_wake(self->service);
    msgr_agent_service_call(self->service, MSGR_BUS_NAME, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE,
                            "AnswerContactRequest",
                            g_variant_new("(ssb)", signin_name, service_id, accept), "()", answered,
                            msgr_agent_question_new(self, key, NULL));
}

MsgrAgentRequests *
msgr_agent_requests_new(MsgrAgentService *service, MsgrAgentNotifier *notifier,
                        MsgrAgentOutcome *outcome)
{
    static const MsgrAgentWaitingKind kind = {
        .name = NOTICE_KIND,
        .path = MSGR_ROOT_PATH,
        .iface = MSGR_MESSENGER_IFACE,
        .method = "ListContactRequests",
        .args = "()",
        .reply_type = "(a(ssa{sv}))",
        .read = read_waiting,
    };
    MsgrAgentRequests *self = g_new0(MsgrAgentRequests, 1);

    self->service = g_object_ref(service);
    self->outcome = outcome;
    self->waiting = msgr_agent_waiting_new(service, notifier, &kind);
    return self;
}

void
msgr_agent_requests_free(MsgrAgentRequests *self)
{
    msgr_agent_waiting_free(self->waiting);
    g_object_unref(self->service);
    g_free(self);
}
