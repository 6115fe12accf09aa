/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-accounts.h"

#include <glib/gi18n.h>

#include "msgr-agent-question.h"
#include "msgr-agent-text.h"
#include "msgr-agent-waiting.h"
#include "msgr-error.h"
#include "msgr-names.h"

#define NOTICE_KIND "account"

struct _MsgrAgentAccounts {
    MsgrAgentService *service;
    MsgrAgentOutcome *outcome;
    MsgrAgentWaiting *waiting; /* its keys are those of account_key() */
};

/* What stands for a service in the ID of its notice: an ID may have any printable character. */
static char *
account_key(const char *service_id)
{
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, service_id, -1);
}

/**
 * msgr_agent_accounts_show:
 * @details: as those of ShowSignedOut
 */
void
msgr_agent_accounts_show(MsgrAgentAccounts *self, const char *service_id, GVariant *details)
{
    g_autofree char *key = account_key(service_id);
    g_autofree char *name = msgr_agent_text_account(service_id, details);
    g_autofree char *title = g_strdup_printf(_("%s is signed out"), name);
    g_autofree char *body = msgr_agent_text_signed_out(details);
    g_autoptr(MsgrAgentNotice) notice =
        msgr_agent_waiting_new_notice(self->waiting, key, title, body);

    notice->urgency =
        msgr_agent_text_get_boolean(details, "Again") ? MSGR_URGENCY_LOW : MSGR_URGENCY_NORMAL;
    msgr_agent_notice_add_button(notice, _("Try Again"), "app.sign-in",
                                 g_variant_new_string(service_id));
    msgr_agent_waiting_add(self->waiting, key, details);
    msgr_agent_waiting_show(self->waiting, key, notice, MSGR_LOCAL_SERVICE);
}

void
msgr_agent_accounts_withdraw(MsgrAgentAccounts *self, const char *service_id)
{
    g_autofree char *key = account_key(service_id);

    msgr_agent_waiting_withdraw(self->waiting, key);
}

void
msgr_agent_accounts_withdraw_all(MsgrAgentAccounts *self)
{
    msgr_agent_waiting_withdraw_all(self->waiting);
}

static gboolean
has_stopped(GVariant *details)
{
    return msgr_agent_text_get_boolean(details, "Wanted") &&
           msgr_agent_text_get_boolean(details, "Connector") &&
           !msgr_agent_text_get_boolean(details, "WillRetry") &&
           msgr_agent_text_get_uint32(details, "Result") != 0;
}

static void
read_stopped(GVariant *reply, GHashTable *ids)
{
    g_autoptr(GVariantIter) services = NULL;
    const char *service_id;
    GVariant *details;

    g_variant_get(reply, "(a(sa{sv}))", &services);
    while (g_variant_iter_loop(services, "(&s@a{sv})", &service_id, &details)) {
        g_autofree char *key = account_key(service_id);

        if (has_stopped(details))
            g_hash_table_add(ids, msgr_agent_notice_id(NOTICE_KIND, key));
    }
}

static const char *
explain(const GError *error)
{
    if (g_error_matches(error, MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE))
        return _("The messenger service isn't running.");
    if (g_error_matches(error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND))
        return _("There is no such account any more.");
    return _("It could not be tried. “msgrctl signin” does the same.");
}

/* What comes of it, the service tells; and that what shows can go. */
static void
asked_to_sign_in(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MsgrAgentQuestion) question = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, &error);
    MsgrAgentAccounts *self = question->asker;

    msgr_agent_waiting_end_answer(self->waiting, question->about);
    if (reply != NULL)
        return;
    msgr_agent_waiting_withdraw(self->waiting, question->about);
    g_info("An account could not be tried again: %s", error->message);
    msgr_agent_outcome_say(self->outcome, question->about, _("Signing in"), explain(error));
}

void
msgr_agent_accounts_sign_in(MsgrAgentAccounts *self, const char *service_id)
{
    g_autofree char *key = account_key(service_id);

    if (!msgr_agent_waiting_begin_answer(self->waiting, key))
        return;
    msgr_agent_service_wake(self->service);
    msgr_agent_service_call(self->service, MSGR_BUS_NAME, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE,
                            "Signin", g_variant_new("(s)", service_id), "()", asked_to_sign_in,
                            msgr_agent_question_new(self, key, NULL));
}

MsgrAgentAccounts *
msgr_agent_accounts_new(MsgrAgentService *service, MsgrAgentNotifier *notifier,
                        MsgrAgentOutcome *outcome)
{
    static const MsgrAgentWaitingKind kind = {
        .name = NOTICE_KIND,
        .path = MSGR_ROOT_PATH,
        .iface = MSGR_MESSENGER_IFACE,
        .method = "DescribeServices",
        .args = "(@a{sv} {},)",
        .reply_type = "(a(sa{sv}))",
        .read = read_stopped,
    };
    MsgrAgentAccounts *self = g_new0(MsgrAgentAccounts, 1);

    self->service = g_object_ref(service);
    self->outcome = outcome;
    self->waiting = msgr_agent_waiting_new(service, notifier, &kind);
    return self;
}

void
msgr_agent_accounts_free(MsgrAgentAccounts *self)
{
    msgr_agent_waiting_free(self->waiting);
    g_object_unref(self->service);
    g_free(self);
}
