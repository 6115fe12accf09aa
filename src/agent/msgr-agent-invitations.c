/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-invitations.h"

#include <gio/gdesktopappinfo.h>
#include <glib/gi18n.h>

#include "msgr-agent-answer.h"
#include "msgr-agent-status.h"
#include "msgr-agent-text.h"
#include "msgr-names.h"
#include "msgr-types.h"

#define NOTICE_KIND   "invitation"
#define NOTICE_PREFIX NOTICE_KIND "-"

struct _MsgrAgentInvitations {
    MsgrAgentService *service;
    MsgrAgentNotifier *notifier;
    MsgrAgentConsent *consent;
    MsgrAgentOutcome *outcome;
    GHashTable *invitations; /* path -> Invitation */
    GHashTable *answering;   /* set of paths: the answer is under way */
    guint round;             /* how often it was asked what still waits */
};

typedef struct {
    GVariant *details;
    char *friendly_name; /* the inviter's */
    MsgrUrgency urgency;
    guint n_unknown; /* questions that are still open */
    guint round;     /* the last one before it was shown */
} Invitation;

/* What is asked about an invitation, which may be gone when the answer comes. */
typedef struct {
    MsgrAgentInvitations *parent;
    char *session;
} Question;

static void
invitation_free(gpointer data)
{
    Invitation *invitation = data;

    g_variant_unref(invitation->details);
    g_free(invitation->friendly_name);
    g_free(invitation);
}

static Question *
question_new(MsgrAgentInvitations *self, const char *session)
{
    Question *question = g_new0(Question, 1);

    question->parent = self;
    question->session = g_strdup(session);
    return question;
}

static void
question_free(Question *question)
{
    g_free(question->session);
    g_free(question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Question, question_free)

static Invitation *
question_invitation(const Question *question)
{
    return g_hash_table_lookup(question->parent->invitations, question->session);
}

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
present(MsgrAgentInvitations *self, const char *session, Invitation *invitation)
{
    g_autofree char *person = msgr_agent_text_person(
        invitation->friendly_name, msgr_agent_text_get(invitation->details, "SigninName"));
    g_autofree char *title = g_strdup_printf(_("%s invites you"), person);
    g_autofree char *body = msgr_agent_text_invitation(invitation->details);
    g_autofree char *id = msgr_agent_notice_id(NOTICE_KIND, session);
    g_autoptr(MsgrAgentNotice) notice = msgr_agent_notice_new(id, title, body);

    notice->icon = find_icon(invitation->details);
    notice->urgency = invitation->urgency;
    msgr_agent_notice_add_button(notice, _("Accept"), "app.accept", g_variant_new_string(session));
    msgr_agent_notice_add_button(notice, _("Decline"), "app.decline",
                                 g_variant_new_string(session));
    msgr_agent_notifier_show(self->notifier, notice);
}

static void
answered(const Question *question, Invitation *invitation)
{
    if (--invitation->n_unknown == 0)
        present(question->parent, question->session, invitation);
}

static void
got_inviter(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Question) question = data;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, NULL);
    g_autoptr(GVariant) properties = NULL;
    Invitation *invitation = question_invitation(question);

    if (invitation == NULL)
        return;
    if (reply != NULL) {
        g_variant_get(reply, "(@a{sv})", &properties);
        g_free(invitation->friendly_name);
        invitation->friendly_name = g_strdup(msgr_agent_text_get(properties, "FriendlyName"));
    }
    answered(question, invitation);
}

static void
got_status(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Question) question = data;
    Invitation *invitation = question_invitation(question);

    if (invitation == NULL)
        return;
    invitation->urgency = msgr_agent_status_finish(
        result, msgr_agent_text_get(invitation->details, "ServiceId"), MSGR_URGENCY_HIGH);
    answered(question, invitation);
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
    Invitation *invitation = g_new0(Invitation, 1);
    const char *user = msgr_agent_text_get(details, "User");

    invitation->details = g_variant_ref(details);
    invitation->friendly_name = g_strdup("");
    invitation->urgency = MSGR_URGENCY_HIGH;
    invitation->n_unknown = 2;
    invitation->round = self->round;
    g_hash_table_insert(self->invitations, g_strdup(session), invitation);
    msgr_agent_service_get_all(self->service, g_variant_is_object_path(user) ? user : "/",
                               MSGR_CONTACT_IFACE, got_inviter, question_new(self, session));
    msgr_agent_status_ask(self->service, got_status, question_new(self, session));
}

void
msgr_agent_invitations_withdraw(MsgrAgentInvitations *self, const char *session)
{
    g_autofree char *id = msgr_agent_notice_id(NOTICE_KIND, session);

    g_hash_table_remove(self->invitations, session);
    msgr_agent_notifier_withdraw(self->notifier, id);
}

void
msgr_agent_invitations_withdraw_all(MsgrAgentInvitations *self)
{
    g_autofree gpointer *sessions = g_hash_table_get_keys_as_array(self->invitations, NULL);

    for (guint i = 0; sessions[i] != NULL; i++) {
        g_autofree char *session = g_strdup(sessions[i]);

        msgr_agent_invitations_withdraw(self, session);
    }
}

/* The service was away, or the agent: what doesn't wait any more goes */

/* The set of the IDs of what waits. */
static GHashTable *
read_waiting(GVariant *reply)
{
    GHashTable *waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GVariantIter) sessions = NULL;
    const char *path;
    GVariant *properties;

    g_variant_get(reply, "(a(oa{sv}))", &sessions);
    while (g_variant_iter_loop(sessions, "(&o@a{sv})", &path, &properties)) {
        if (msgr_agent_text_get_uint32(properties, "State") == MSGR_STATE_INVITATION &&
            msgr_agent_text_get_uint32(properties, "Flags") & MSGR_FLAG_INVITEE)
            g_hash_table_add(waiting, msgr_agent_notice_id(NOTICE_KIND, path));
    }
    return waiting;
}

/* Of what was shown since the question, the answer may not know yet. */
static void
add_new(MsgrAgentInvitations *self, GHashTable *waiting)
{
    GHashTableIter iter;
    gpointer session, value;

    g_hash_table_iter_init(&iter, self->invitations);
    while (g_hash_table_iter_next(&iter, &session, &value)) {
        if (((Invitation *)value)->round == self->round)
            g_hash_table_add(waiting, msgr_agent_notice_id(NOTICE_KIND, session));
    }
}

static void
got_sessions(GObject *source, GAsyncResult *result, gpointer data)
{
    MsgrAgentInvitations *self = data;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, NULL);
    g_autoptr(GHashTable) waiting = NULL;
    g_autofree gpointer *shown = NULL;

    if (reply == NULL)
        return;
    waiting = read_waiting(reply);
    add_new(self, waiting);
    shown = g_hash_table_get_keys_as_array(self->invitations, NULL);
    for (guint i = 0; shown[i] != NULL; i++) {
        g_autofree char *session = g_strdup(shown[i]);
        g_autofree char *id = msgr_agent_notice_id(NOTICE_KIND, session);

        if (!g_hash_table_contains(waiting, id))
            msgr_agent_invitations_withdraw(self, session);
    }
    msgr_agent_notifier_retain(self->notifier, NOTICE_PREFIX, waiting);
}

static void
registered(MsgrAgentService *service, gpointer data)
{
    MsgrAgentInvitations *self = data;

    self->round++;
    msgr_agent_service_call(self->service, MSGR_BUS_NAME, MSGR_SESSION_MANAGER_PATH,
                            MSGR_SESSION_MANAGER_IFACE, "ListSessions", g_variant_new("()"),
                            "(a(oa{sv}))", got_sessions, self);
}

/* Answering */

static void
answer_given(const char *session, const GError *error, gpointer data)
{
    MsgrAgentInvitations *self = data;

    g_hash_table_remove(self->answering, session);
    if (error == NULL) {
        msgr_agent_invitations_withdraw(self, session);
    } else if (!msgr_agent_answer_keeps_invitation(error)) {
        msgr_agent_invitations_withdraw(self, session);
        msgr_agent_outcome_not_answered(self->outcome, session, error);
    }
}

void
msgr_agent_invitations_accept(MsgrAgentInvitations *self, const char *session, const char *token)
{
    if (g_hash_table_add(self->answering, g_strdup(session)))
        msgr_agent_answer_accept(self->service, self->consent, session, token, answer_given, self);
    else
        msgr_agent_consent_show_again(self->consent);
}

void
msgr_agent_invitations_decline(MsgrAgentInvitations *self, const char *session)
{
    if (g_hash_table_add(self->answering, g_strdup(session)))
        msgr_agent_answer_decline(self->service, session, answer_given, self);
}

MsgrAgentInvitations *
msgr_agent_invitations_new(MsgrAgentService *service, MsgrAgentNotifier *notifier,
                           MsgrAgentConsent *consent, MsgrAgentOutcome *outcome)
{
    MsgrAgentInvitations *self = g_new0(MsgrAgentInvitations, 1);

    self->service = g_object_ref(service);
    self->notifier = notifier;
    self->consent = consent;
    self->outcome = outcome;
    self->invitations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, invitation_free);
    self->answering = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_signal_connect(service, "registered", G_CALLBACK(registered), self);
    return self;
}

void
msgr_agent_invitations_free(MsgrAgentInvitations *self)
{
    g_signal_handlers_disconnect_by_data(self->service, self);
    g_hash_table_unref(self->invitations);
    g_hash_table_unref(self->answering);
    g_object_unref(self->service);
    g_free(self);
}
