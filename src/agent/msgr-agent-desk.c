/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-desk.h"

#include "msgr-agent-accounts.h"
#include "msgr-agent-chooser.h"
#include "msgr-agent-invitations.h"
#include "msgr-agent-launcher.h"
#include "msgr-agent-offers.h"
#include "msgr-agent-registrar.h"
#include "msgr-agent-requests.h"
#include "msgr-dbus.h"
#include "msgr-guid.h"
#include "msgr-names.h"

/* What a click asks for: the action, and the type of its target, in which all is that it needs. */
const char *const msgr_agent_desk_actions[][2] = {
    { "accept", "s" },
    { "decline", "s" },
    { "accept-contact", "(ss)" },
    { "refuse-contact", "(ss)" },
    { "sign-in", "s" },
    { "open-page", "(ss)" },
    { "put-away", "s" },
    { "let-run", "(ssb)" },
    { NULL, NULL },
};

struct _MsgrAgentDesk {
    MsgrAgentService *service;
    MsgrDbusAgent1 *agent;
    MsgrAgentNotifier *notifier;
    MsgrAgentConsent *consent;
    MsgrAgentOutcome *outcome;
    MsgrAgentInvitations *invitations;
    MsgrAgentRequests *requests;
    MsgrAgentAccounts *accounts;
    MsgrAgentOffers *offers;
    MsgrAgentLauncher *launcher;
    MsgrAgentChooser *chooser;
    MsgrAgentRegistrar *registrar;
};

/* What the service asks for */

static gboolean
show_invitation(MsgrDbusAgent1 *agent, GDBusMethodInvocation *invocation, const char *session,
                GVariant *details, gpointer data)
{
    MsgrAgentDesk *self = data;

    msgr_agent_invitations_show(self->invitations, session, details);
    msgr_dbus_agent1_complete_show_invitation(agent, invocation);
    return TRUE;
}

static gboolean
withdraw_invitation(MsgrDbusAgent1 *agent, GDBusMethodInvocation *invocation, const char *session,
                    guint result, gpointer data)
{
    MsgrAgentDesk *self = data;

    msgr_agent_invitations_withdraw(self->invitations, session);
    msgr_agent_offers_withdraw(self->offers, session);
    msgr_agent_chooser_withdraw(self->chooser, session);
    msgr_dbus_agent1_complete_withdraw_invitation(agent, invocation);
    return TRUE;
}

static gboolean
launch_application(MsgrDbusAgent1 *agent, GDBusMethodInvocation *invocation, GUnixFDList *fds,
                   const char *session, GVariant *application, gpointer data)
{
    MsgrAgentDesk *self = data;

    msgr_agent_launcher_launch(self->launcher, session, application, invocation);
    return TRUE;
}

static gboolean
offer_download(MsgrDbusAgent1 *agent, GDBusMethodInvocation *invocation, const char *session,
               const char *name, const char *url, gpointer data)
{
    MsgrAgentDesk *self = data;

    msgr_agent_offers_download(self->offers, session, name, url, invocation);
    return TRUE;
}

static gboolean
show_alert(MsgrDbusAgent1 *agent, GDBusMethodInvocation *invocation, GVariant *details,
           gpointer data)
{
    MsgrAgentDesk *self = data;

    msgr_agent_offers_alert(self->offers, details);
    msgr_dbus_agent1_complete_show_alert(agent, invocation);
    return TRUE;
}

static gboolean
show_contact_request(MsgrDbusAgent1 *agent, GDBusMethodInvocation *invocation,
                     const char *service_id, const char *signin_name, GVariant *details,
                     gpointer data)
{
    MsgrAgentDesk *self = data;

    msgr_agent_requests_show(self->requests, service_id, signin_name, details);
    msgr_dbus_agent1_complete_show_contact_request(agent, invocation);
    return TRUE;
}

static gboolean
withdraw_contact_request(MsgrDbusAgent1 *agent, GDBusMethodInvocation *invocation,
                         const char *service_id, const char *signin_name, gpointer data)
{
    MsgrAgentDesk *self = data;

    msgr_agent_requests_withdraw(self->requests, service_id, signin_name);
    msgr_dbus_agent1_complete_withdraw_contact_request(agent, invocation);
    return TRUE;
}

static gboolean
show_signed_out(MsgrDbusAgent1 *agent, GDBusMethodInvocation *invocation, const char *service_id,
                GVariant *details, gpointer data)
{
    MsgrAgentDesk *self = data;

    msgr_agent_accounts_show(self->accounts, service_id, details);
    msgr_dbus_agent1_complete_show_signed_out(agent, invocation);
    return TRUE;
}

static gboolean
withdraw_signed_out(MsgrDbusAgent1 *agent, GDBusMethodInvocation *invocation,
                    const char *service_id, gpointer data)
{
    MsgrAgentDesk *self = data;

    msgr_agent_accounts_withdraw(self->accounts, service_id);
    msgr_dbus_agent1_complete_withdraw_signed_out(agent, invocation);
    return TRUE;
}

static gboolean
choose_contact(MsgrDbusAgent1 *agent, GDBusMethodInvocation *invocation, const char *session,
               GVariant *details, gpointer data)
{
    MsgrAgentDesk *self = data;

    msgr_agent_chooser_choose(self->chooser, session, details, invocation);
    return TRUE;
}

static void
leave_windows(MsgrAgentDesk *self)
{
    msgr_agent_invitations_withdraw_all(self->invitations);
    msgr_agent_requests_withdraw_all(self->requests);
    msgr_agent_accounts_withdraw_all(self->accounts);
    msgr_agent_offers_withdraw_all(self->offers);
    msgr_agent_chooser_withdraw_all(self->chooser);
}

static gboolean
released(MsgrDbusAgent1 *agent, GDBusMethodInvocation *invocation, const char *role, gpointer data)
{
    MsgrAgentDesk *self = data;

    g_message("Another agent has taken over the role %s", role);
    if (g_str_equal(role, "ui"))
        leave_windows(self);
    msgr_dbus_agent1_complete_released(agent, invocation);
    return TRUE;
}

static void
handle_calls(MsgrAgentDesk *self)
{
    self->agent = msgr_dbus_agent1_skeleton_new();
    g_signal_connect(self->agent, "handle-show-invitation", G_CALLBACK(show_invitation), self);
    g_signal_connect(self->agent, "handle-withdraw-invitation", G_CALLBACK(withdraw_invitation),
                     self);
    g_signal_connect(self->agent, "handle-launch-application", G_CALLBACK(launch_application),
                     self);
    g_signal_connect(self->agent, "handle-offer-download", G_CALLBACK(offer_download), self);
    g_signal_connect(self->agent, "handle-show-alert", G_CALLBACK(show_alert), self);
    g_signal_connect(self->agent, "handle-show-contact-request", G_CALLBACK(show_contact_request),
                     self);
    g_signal_connect(self->agent, "handle-withdraw-contact-request",
                     G_CALLBACK(withdraw_contact_request), self);
    g_signal_connect(self->agent, "handle-show-signed-out", G_CALLBACK(show_signed_out), self);
    g_signal_connect(self->agent, "handle-withdraw-signed-out", G_CALLBACK(withdraw_signed_out),
                     self);
    g_signal_connect(self->agent, "handle-choose-contact", G_CALLBACK(choose_contact), self);
    g_signal_connect(self->agent, "handle-released", G_CALLBACK(released), self);
}

/* The service has left: what waits for an answer to it has none to wait for. */
static void
service_vanished(MsgrAgentService *service, gpointer data)
{
    MsgrAgentDesk *self = data;

    msgr_agent_offers_withdraw_all(self->offers);
    msgr_agent_chooser_withdraw_all(self->chooser);
}

/* What the user clicks */

static gboolean
is_session(const char *path)
{
    return g_str_has_prefix(path, MSGR_SESSION_PREFIX) &&
           msgr_hex_id_is_valid(path + strlen(MSGR_SESSION_PREFIX));
}

static gboolean
has_type(const char *action, GVariant *target)
{
    for (gsize i = 0; msgr_agent_desk_actions[i][0] != NULL; i++) {
        if (g_str_equal(action, msgr_agent_desk_actions[i][0]))
            return g_variant_is_of_type(target, G_VARIANT_TYPE(msgr_agent_desk_actions[i][1]));
    }
    return FALSE;
}

static void
click_invitation(MsgrAgentDesk *self, const char *action, const char *session, const char *token)
{
    if (!is_session(session))
        return;
    if (g_str_equal(action, "accept"))
        msgr_agent_invitations_accept(self->invitations, session, token);
    else
        msgr_agent_invitations_decline(self->invitations, session);
}

static void
click_request(MsgrAgentDesk *self, const char *action, GVariant *target)
{
    const char *service_id, *signin_name;

    g_variant_get(target, "(&s&s)", &service_id, &signin_name);
    msgr_agent_requests_answer(self->requests, service_id, signin_name,
                               g_str_equal(action, "accept-contact"));
}

static void
click_program(MsgrAgentDesk *self, GVariant *target)
{
    const char *key, *path;
    gboolean may_run;

    g_variant_get(target, "(&s&sb)", &key, &path, &may_run);
    msgr_agent_consent_decide(self->consent, key, path, may_run);
}

/**
 * msgr_agent_desk_click:
 * @action: one of %msgr_agent_desk_actions; others are ignored
 * @token: (nullable): the desktop's, for the window that follows
 */
void
msgr_agent_desk_click(MsgrAgentDesk *self, const char *action, GVariant *target, const char *token)
{
    const char *id, *url;

    if (target == NULL || !has_type(action, target))
        return;
    if (g_str_equal(action, "let-run")) {
        click_program(self, target);
    } else if (g_str_has_suffix(action, "-contact")) {
        click_request(self, action, target);
    } else if (g_str_equal(action, "open-page")) {
        g_variant_get(target, "(&s&s)", &id, &url);
        msgr_agent_offers_open(self->offers, id, url, token);
    } else if (g_str_equal(action, "put-away")) {
        msgr_agent_offers_put_away(self->offers, g_variant_get_string(target, NULL));
    } else if (g_str_equal(action, "sign-in")) {
        msgr_agent_accounts_sign_in(self->accounts, g_variant_get_string(target, NULL));
    } else {
        click_invitation(self, action, g_variant_get_string(target, NULL), token);
    }
}

static void
clicked(const char *action, GVariant *target, const char *token, gpointer data)
{
    if (g_str_has_prefix(action, "app."))
        msgr_agent_desk_click(data, action + strlen("app."), target, token);
}

/* All together */

MsgrAgentDesk *
msgr_agent_desk_new(GApplication *application, MsgrAgentService *service)
{
    MsgrAgentDesk *self = g_new0(MsgrAgentDesk, 1);

    self->service = g_object_ref(service);
    self->notifier = msgr_agent_notifier_new(application, clicked, self);
    self->consent = msgr_agent_consent_new(self->notifier);
    self->launcher = msgr_agent_launcher_new(service, self->consent,
                                             g_application_get_dbus_connection(application));
    self->outcome = msgr_agent_outcome_new(service, self->notifier,
                                           msgr_agent_launcher_take_failure, self->launcher);
    self->invitations =
        msgr_agent_invitations_new(service, self->notifier, self->consent, self->outcome);
    self->requests = msgr_agent_requests_new(service, self->notifier, self->outcome);
    self->accounts = msgr_agent_accounts_new(service, self->notifier, self->outcome);
    self->offers = msgr_agent_offers_new(service, self->notifier);
    self->chooser = msgr_agent_chooser_new(service);
    self->registrar = msgr_agent_registrar_new(service);
    g_signal_connect(service, "vanished", G_CALLBACK(service_vanished), self);
    handle_calls(self);
    msgr_agent_service_start(service, G_DBUS_INTERFACE_SKELETON(self->agent));
    return self;
}

/**
 * msgr_agent_desk_leave:
 *
 * The agent is about to end: takes away what it shows, if nobody else could answer for it.
 */
void
msgr_agent_desk_leave(MsgrAgentDesk *self)
{
    msgr_agent_chooser_withdraw_all(self->chooser);
    msgr_agent_notifier_leave(self->notifier);
}

void
msgr_agent_desk_free(MsgrAgentDesk *self)
{
    g_signal_handlers_disconnect_by_data(self->service, self);
    msgr_agent_registrar_free(self->registrar);
    msgr_agent_chooser_free(self->chooser);
    msgr_agent_offers_free(self->offers);
    msgr_agent_accounts_free(self->accounts);
    msgr_agent_requests_free(self->requests);
    msgr_agent_invitations_free(self->invitations);
    msgr_agent_outcome_free(self->outcome);
    msgr_agent_launcher_free(self->launcher);
    msgr_agent_consent_free(self->consent);
    msgr_agent_notifier_free(self->notifier);
    g_signal_handlers_disconnect_by_data(self->agent, self);
    g_object_unref(self->agent);
    g_object_unref(self->service);
    g_free(self);
}
