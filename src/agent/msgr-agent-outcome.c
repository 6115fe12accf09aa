/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-outcome.h"

#include <glib/gi18n.h>

#include "msgr-agent-question.h"
#include "msgr-agent-text.h"
#include "msgr-error.h"
#include "msgr-names.h"
#include "msgr-types.h"

struct _MsgrAgentOutcome {
    MsgrAgentService *service;
    MsgrAgentNotifier *notifier;
    MsgrAgentFailure failure;
    gpointer data;
};

/**
 * msgr_agent_outcome_say:
 * @session: whose notice of this kind it replaces
 */
void
msgr_agent_outcome_say(MsgrAgentOutcome *self, const char *session, const char *title,
                       const char *body)
{
    g_autofree char *id = msgr_agent_notice_id("outcome", session);
    g_autoptr(MsgrAgentNotice) notice = msgr_agent_notice_new(id, title, body);

    msgr_agent_notifier_show(self->notifier, notice);
}

static char *
title_of(GVariant *properties)
{
    const char *name = msgr_agent_text_get(properties, "ApplicationName");

    return g_strdup(*name != '\0' ? name : _("Invitation"));
}

static void
got_unanswered(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MsgrAgentQuestion) question = data;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, NULL);
    g_autoptr(GVariant) properties = NULL;
    g_autofree char *title = NULL;
    guint32 state;

    if (reply == NULL) {
        msgr_agent_outcome_say(question->asker, question->about, _("Invitation"), question->text);
        return;
    }
    g_variant_get(reply, "(@a{sv})", &properties);
    title = title_of(properties);
    state = msgr_agent_text_get_uint32(properties, "State");
    msgr_agent_outcome_say(
        question->asker, question->about, title,
        state == MSGR_STATE_INVITATION
            ? question->text
            : msgr_agent_text_ended(state, msgr_agent_text_get_uint32(properties, "Result")));
}

static const char *
explain(const GError *error)
{
    if (g_error_matches(error, MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE))
        return _("The messenger service isn't running.");
    if (g_error_matches(error, MSGR_ERROR, MSGR_ERROR_UNKNOWN_OBJECT) ||
        g_error_matches(error, MSGR_ERROR, MSGR_ERROR_UNKNOWN_METHOD) ||
        g_error_matches(error, MSGR_ERROR, MSGR_ERROR_SESSION_STATE_INVALID))
        return _("This invitation is over.");
    return _("The invitation could not be answered.");
}

/**
 * msgr_agent_outcome_not_answered:
 * @error: what the service said to the answer
 *
 * Says why an invitation could not be answered.
 */
void
msgr_agent_outcome_not_answered(MsgrAgentOutcome *self, const char *session, const GError *error)
{
    g_info("%s could not be answered: %s", session, error->message);
    msgr_agent_service_get_all(self->service, session, MSGR_SESSION_IFACE, got_unanswered,
                               msgr_agent_question_new(self, session, explain(error)));
}

static void
got_failed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MsgrAgentQuestion) question = data;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, NULL);
    g_autoptr(GVariant) properties = NULL;
    g_autofree char *title = NULL;

    if (reply != NULL)
        g_variant_get(reply, "(@a{sv})", &properties);
    title = properties != NULL ? title_of(properties) : g_strdup(_("Invitation"));
    msgr_agent_outcome_say(question->asker, question->about, title, question->text);
}

/* Whether it failed here or there, nobody who waits for a window may be left without a word. */
static void
session_ended(MsgrAgentService *service, const char *session, guint result, gpointer data)
{
    MsgrAgentOutcome *self = data;
    g_autofree char *why = NULL;

    if (result != msgr_error_hresult(MSGR_ERROR_APPLICATION_LAUNCH_FAILED))
        return;
    why = self->failure(session, self->data);
    msgr_agent_service_get_all(
        self->service, session, MSGR_SESSION_IFACE, got_failed,
        msgr_agent_question_new(
            self, session, why != NULL ? why : _("It did not start, here or at the other side.")));
}

MsgrAgentOutcome *
msgr_agent_outcome_new(MsgrAgentService *service, MsgrAgentNotifier *notifier,
                       MsgrAgentFailure failure, gpointer data)
{
    MsgrAgentOutcome *self = g_new0(MsgrAgentOutcome, 1);

    self->service = g_object_ref(service);
    self->notifier = notifier;
    self->failure = failure;
    self->data = data;
    g_signal_connect(service, "session-ended", G_CALLBACK(session_ended), self);
    return self;
}

void
msgr_agent_outcome_free(MsgrAgentOutcome *self)
{
    g_signal_handlers_disconnect_by_data(self->service, self);
    g_object_unref(self->service);
    g_free(self);
}
