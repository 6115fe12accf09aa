/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-invitations.h"

#include <gio/gdesktopappinfo.h>
#include <glib/gi18n.h>

#include "msgr-agent-answer.h"
#include "msgr-agent-question.h"
#include "msgr-agent-text.h"
#include "msgr-agent-waiting.h"
#include "msgr-names.h"
#include "msgr-types.h"

#define NOTICE_KIND "invitation"

struct _MsgrAgentInvitations {
    MsgrAgentService *service;
    MsgrAgentConsent *consent;
    MsgrAgentOutcome *outcome;
    MsgrAgentWaiting *waiting; /* its keys are the paths of sessions */
};

/* Showing */

static GIcon *
find_icon(GVariant *details)
{
    const char *id = msgr_agent_text_get(details, "DesktopId");
    g_autoptr(GDesktopAppInfo) info = *id != '\0' ? g_desktop_app_info_new(id) : NULL;
    GIcon *icon = info != NULL ? g_app_info_get_icon(G_APP_INFO(info)) : NULL;

    return icon != NULL ? g_object_ref(icon) : NULL;
}

static void
present(MsgrAgentInvitations *self, const char *session, GVariant *details,
        const char *friendly_name)
{
    g_autofree char *person =
        msgr_agent_text_person(friendly_name, msgr_agent_text_get(details, "SigninName"));
    g_autofree char *title = g_strdup_printf(_("%s invites you"), person);
    g_autofree char *body = msgr_agent_text_invitation(details);
    g_autoptr(MsgrAgentNotice) notice =
        msgr_agent_waiting_new_notice(self->waiting, session, title, body);

    notice->icon = find_icon(details);
    msgr_agent_notice_add_button(notice, _("Accept"), "app.accept", g_variant_new_string(session));
    msgr_agent_notice_add_button(notice, _("Decline"), "app.decline",
                                 g_variant_new_string(session));
    msgr_agent_waiting_show(self->waiting, session, notice,
                            msgr_agent_text_get(details, "ServiceId"));
}

static void
got_inviter(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MsgrAgentQuestion) question = data;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, NULL);
    g_autoptr(GVariant) properties = NULL;
    MsgrAgentInvitations *self = question->asker;
    GVariant *details = msgr_agent_waiting_find(self->waiting, question->about);

    if (details == NULL)
        return;
    if (reply != NULL)
        g_variant_get(reply, "(@a{sv})", &properties);
    present(self, question->about, details,
            properties != NULL ? msgr_agent_text_get(properties, "FriendlyName") : "");
}

/**
 * msgr_agent_invitations_show:
 * @details: as those of OnInvitation
 *
 * Shows an invitation, or the same once more: its details may be others now.
 */
void
msgr_agent_invitations_show(MsgrAgentInvitations *self, const char *session, GVariant *details)
{
    const char *user = msgr_agent_text_get(details, "User");

    msgr_agent_waiting_add(self->waiting, session, details);
    msgr_agent_service_get_all(self->service, g_variant_is_object_path(user) ? user : "/",
                               MSGR_CONTACT_IFACE, got_inviter,
                               msgr_agent_question_new(self, session, NULL));
}

void
msgr_agent_invitations_withdraw(MsgrAgentInvitations *self, const char *session)
{
    msgr_agent_waiting_withdraw(self->waiting, session);
}

void
msgr_agent_invitations_withdraw_all(MsgrAgentInvitations *self)
{
    msgr_agent_waiting_withdraw_all(self->waiting);
}

static void
read_waiting(GVariant *reply, GHashTable *ids)
{
    g_autoptr(GVariantIter) sessions = NULL;
    const char *path;
    GVariant *properties;

    g_variant_get(reply, "(a(oa{sv}))", &sessions);
    while (g_variant_iter_loop(sessions, "(&o@a{sv})", &path, &properties)) {
        if (msgr_agent_text_get_uint32(properties, "State") == MSGR_STATE_INVITATION &&
            msgr_agent_text_get_uint32(properties, "Flags") & MSGR_FLAG_INVITEE)
            g_hash_table_add(ids, msgr_agent_notice_id(NOTICE_KIND, path));
    }
}

/* Answering */

static void
answer_given(const char *session, const GError *error, gpointer data)
{
    MsgrAgentInvitations *self = data;

    msgr_agent_waiting_end_answer(self->waiting, session);
    if (error == NULL) {
        msgr_agent_waiting_withdraw(self->waiting, session);
    } else if (!msgr_agent_answer_keeps_invitation(error)) {
        msgr_agent_waiting_withdraw(self->waiting, session);
        msgr_agent_outcome_not_answered(self->outcome, session, error);
    }
}

void
msgr_agent_invitations_accept(MsgrAgentInvitations *self, const char *session, const char *token)
{
    if (msgr_agent_waiting_begin_answer(self->waiting, session))
        msgr_agent_answer_accept(self->service, self->consent, session, token, answer_given, self);
    else
        msgr_agent_consent_show_again(self->consent);
}

void
msgr_agent_invitations_decline(MsgrAgentInvitations *self, const char *session)
{
    if (msgr_agent_waiting_begin_answer(self->waiting, session))
        msgr_agent_answer_decline(self->service, session, answer_given, self);
}

MsgrAgentInvitations *
msgr_agent_invitations_new(MsgrAgentService *service, MsgrAgentNotifier *notifier,
                           MsgrAgentConsent *consent, MsgrAgentOutcome *outcome)
{
    static const MsgrAgentWaitingKind kind = {
        .name = NOTICE_KIND,
        .path = MSGR_SESSION_MANAGER_PATH,
        .iface = MSGR_SESSION_MANAGER_IFACE,
        .method = "ListSessions",
        .args = "()",
        .reply_type = "(a(oa{sv}))",
        .read = read_waiting,
    };
    MsgrAgentInvitations *self = g_new0(MsgrAgentInvitations, 1);

    self->service = g_object_ref(service);
    self->consent = consent;
    self->outcome = outcome;
    self->waiting = msgr_agent_waiting_new(service, notifier, &kind);
    return self;
}

void
msgr_agent_invitations_free(MsgrAgentInvitations *self)
{
    msgr_agent_waiting_free(self->waiting);
    g_object_unref(self->service);
    g_free(self);
}
