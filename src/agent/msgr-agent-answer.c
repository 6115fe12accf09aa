/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-answer.h"

#include "msgr-agent-text.h"
#include "msgr-error.h"
#include "msgr-names.h"
#include "msgr-text.h"
#include "msgr-types.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"

typedef struct {
    MsgrAgentService *service;
    MsgrAgentConsent *consent;
    char *session;
    char *token; /* "" if there is none */
    char *guid;
    MsgrAgentAnswered answered;
    gpointer data;
} Answer;

static Answer *
answer_new(MsgrAgentService *service, const char *session, MsgrAgentAnswered answered,
           gpointer data)
{
    Answer *answer = g_new0(Answer, 1);

    answer->service = g_object_ref(service);
    answer->session = g_strdup(session);
    answer->answered = answered;
    answer->data = data;
    return answer;
}

static void
answer_free(Answer *answer)
{
    g_object_unref(answer->service);
    g_free(answer->session);
    g_free(answer->token);
    g_free(answer->guid);
    g_free(answer);
}

static void
finish(Answer *answer, const GError *error)
{
    answer->answered(answer->session, error, answer->data);
    answer_free(answer);
}

static void
given(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    G_GNUC_UNUSED g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, &error);

    finish(data, error);
}

static void
give(Answer *answer)
{
    GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    if (*answer->token != '\0')
        g_variant_builder_add(&options, "{sv}", "ActivationToken",
                              g_variant_new_string(answer->token));
    msgr_agent_service_call(answer->service, MSGR_BUS_NAME, answer->session, MSGR_SESSION_IFACE,
                            "AcceptWith", g_variant_new("(sa{sv})", "", &options), "()", given,
                            answer);
}

static void
consent_decided(gboolean may_run, gpointer data)
{
    Answer *answer = data;
    g_autoptr(GError) error = NULL;

    if (may_run) {
        give(answer);
        return;
    }
    g_set_error_literal(&error, MSGR_ERROR, MSGR_ERROR_ACCESS_DENIED,
                        "The user doesn't want this program to run");
    finish(answer, error);
}

static GVariant *
find_application(GVariant *list, const char *guid)
{
    GVariantIter iter;
    GVariant *entry;

    if (!g_variant_is_of_type(list, G_VARIANT_TYPE("aa{sv}")))
        return NULL;
    g_variant_iter_init(&iter, list);
    while ((entry = g_variant_iter_next_value(&iter)) != NULL) {
        if (g_str_equal(msgr_agent_text_get(entry, "Guid"), guid))
            return entry;
        g_variant_unref(entry);
    }
    return NULL;
}

static void
got_applications(GObject *source, GAsyncResult *result, gpointer data)
{
    Answer *answer = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, &error);
    g_autoptr(GVariant) list = NULL;
    g_autoptr(GVariant) found = NULL;

    if (reply != NULL)
        g_variant_get(reply, "(v)", &list);
    if (reply == NULL) {
        finish(answer, error);
        return;
    }
    found = find_application(list, answer->guid);
    if (found != NULL && msgr_agent_consent_needs(found))
        msgr_agent_consent_ask(answer->consent, found, TRUE, consent_decided, answer);
    else
        give(answer);
}

static void
got_session(GObject *source, GAsyncResult *result, gpointer data)
{
    Answer *answer = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, &error);
    g_autoptr(GVariant) properties = NULL;

    if (reply == NULL) {
        finish(answer, error);
        return;
    }
    g_variant_get(reply, "(@a{sv})", &properties);
    if (msgr_agent_text_get_uint32(properties, "State") != MSGR_STATE_INVITATION) {
        g_set_error_literal(&error, MSGR_ERROR, MSGR_ERROR_SESSION_STATE_INVALID,
                            "It isn't an invitation any more");
        finish(answer, error);
        return;
    }
    answer->guid = g_strdup(msgr_agent_text_get(properties, "Application"));
    msgr_agent_service_call(answer->service, MSGR_BUS_NAME, MSGR_SESSION_MANAGER_PATH, PROPERTIES,
                            "Get",
                            g_variant_new("(ss)", MSGR_SESSION_MANAGER_IFACE, "Applications"),
                            "(v)", got_applications, answer);
}

/**
 * msgr_agent_answer_accept:
 * @token: (nullable): the desktop's, for the window of what will be launched
 *
 * Accepts an invitation. A program that needs the user's consent is asked for before, so that the
 * launch, for which the service doesn't wait long, need not.
 */
void
msgr_agent_answer_accept(MsgrAgentService *service, MsgrAgentConsent *consent, const char *session,
                         const char *token, MsgrAgentAnswered answered, gpointer data)
{
    Answer *answer = answer_new(service, session, answered, data);

    answer->consent = consent;
    answer->token =
        g_strdup(token != NULL && msgr_check_activation_token(token, NULL) ? token : "");
    msgr_agent_service_wake(service);
    msgr_agent_service_get_all(service, session, MSGR_SESSION_IFACE, got_session, answer);
}

void
msgr_agent_answer_decline(MsgrAgentService *service, const char *session,
                          MsgrAgentAnswered answered, gpointer data)
{
    msgr_agent_service_wake(service);
    msgr_agent_service_call(service, MSGR_BUS_NAME, session, MSGR_SESSION_IFACE, "Decline",
                            g_variant_new("(s)", ""), "()", given,
                            answer_new(service, session, answered, data));
}

/**
 * msgr_agent_answer_keeps_invitation:
 * @error: why an answer was not given
 *
 * Returns: whether the invitation waits on, and the user knows why: the application is missing, and
 * is being offered for download; or the user has just refused to run it.
 */
gboolean
msgr_agent_answer_keeps_invitation(const GError *error)
{
    return g_error_matches(error, MSGR_ERROR, MSGR_ERROR_APP_NOT_REGISTERED) ||
           g_error_matches(error, MSGR_ERROR, MSGR_ERROR_ACCESS_DENIED);
}
