/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verb that invites.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "msgr-ctl-app.h"
#include "msgr-ctl-conversation.h"
#include "msgr-ctl-error.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-session.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-verb.h"
#include "msgr-limits.h"

static struct {
    char *app;
    char *data;
    char *service;
    char *timeout;
    char *address;
    gboolean wait;
    gboolean attach;
    gboolean detach;
} options;

typedef struct {
    char *session;
    char *who;
} Invitation;

static void
invitation_clear(Invitation *self)
{
    g_free(self->session);
    g_free(self->who);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Invitation, invitation_clear)

static gboolean
parse_timeout(guint *seconds, GError **error)
{
    *seconds = 0;
    if (options.timeout == NULL)
        return TRUE;
    if (!msgr_ctl_duration_parse(options.timeout, seconds, error))
        return FALSE;
    if (*seconds >= 1 && *seconds <= MSGR_MAX_TIMEOUT)
        return TRUE;
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, NULL,
                       _("An invitation can wait for 1 s to %d h"), MSGR_MAX_TIMEOUT / 3600);
    return FALSE;
}

static GVariant *
build_options(guint timeout)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sv}"));
    if (options.address != NULL)
        g_variant_builder_add(&builder, "{sv}", "LocalAddress",
                              g_variant_new_string(options.address));
    if (timeout != 0)
        g_variant_builder_add(&builder, "{sv}", "Timeout", g_variant_new_uint32(timeout));
    if (options.detach)
        g_variant_builder_add(&builder, "{sv}", "Detach", g_variant_new_boolean(TRUE));
    return g_variant_builder_end(&builder);
}

static char *
call_invite(MsgrCtl *ctl, const char *guid, const char *contact, guint timeout, GError **error)
{
    g_autofree char *data = msgr_ctl_text_from_argument(options.data);
    g_autoptr(GVariant) reply = NULL;
    char *session = NULL;

    reply = msgr_ctl_call_sessions(ctl, "InviteContact",
                                   g_variant_new("(sos@a{sv})", guid, contact,
                                                 data != NULL ? data : "", build_options(timeout)),
                                   "(o)", error);
    if (reply != NULL)
        g_variant_get(reply, "(o)", &session);
    return session;
}

/* The contact "/" is whom the user chooses, in the desktop's agent. */
static gboolean
invite(MsgrCtl *ctl, const char *name, guint timeout, Invitation *invitation, GError **error)
{
    g_autofree char *guid = msgr_ctl_app_find(ctl, options.app, error);
    g_autofree char *contact = NULL;

    if (guid == NULL)
        return FALSE;
    if (g_str_equal(name, "/"))
        contact = g_strdup(name);
    else
        contact = msgr_ctl_contact_find(ctl, name, options.service, error);
    if (contact == NULL)
        return FALSE;
    invitation->session = call_invite(ctl, guid, contact, timeout, error);
    invitation->who = g_str_equal(name, "/") ? g_strdup(_("the contact that you choose"))
                                             : msgr_ctl_text_safe(name);
    return invitation->session != NULL;
}

static void
print_invited(MsgrCtl *ctl, const Invitation *invitation)
{
    if (ctl->output.json)
        msgr_ctl_json_print_string("Session", invitation->session);
    msgr_ctl_output_print(&ctl->output, _("%s is invited: session %s"), invitation->who,
                          msgr_ctl_session_id(invitation->session));
}

static int
invite_and_leave(MsgrCtl *ctl, const char *name, guint timeout, GError **error)
{
    g_auto(Invitation) invitation = { NULL };

    if (!msgr_ctl_need_sessions(ctl, error) || !invite(ctl, name, timeout, &invitation, error))
        return MSGR_CTL_EXIT_FAILED;
    print_invited(ctl, &invitation);
    return MSGR_CTL_EXIT_OK;
}

static void
say_invited(MsgrCtlConversation *conversation, const Invitation *invitation)
{
    g_autofree char *text = g_strdup_printf(_("%s is invited: session %s"), invitation->who,
                                            msgr_ctl_session_id(invitation->session));

    msgr_ctl_conversation_say(conversation, text);
}

static int
invite_and_wait(MsgrCtl *ctl, const char *name, guint timeout, GError **error)
{
    g_autoptr(MsgrCtlConversation) conversation = msgr_ctl_conversation_new(ctl);
    g_auto(Invitation) invitation = { NULL };
    MsgrCtlConversationFlags flags = MSGR_CTL_TAKE_PART;

    if (!msgr_ctl_conversation_prepare(conversation, error) ||
        !invite(ctl, name, timeout, &invitation, error))
        return MSGR_CTL_EXIT_FAILED;
    if (options.attach)
        flags |= MSGR_CTL_STAY;
    if (options.detach)
        flags |= MSGR_CTL_KEEP;
    say_invited(conversation, &invitation);
    return msgr_ctl_conversation_run(conversation, invitation.session, invitation.who, flags,
                                     error);
}

static int
run_invite(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *name = msgr_ctl_text_from_argument(args[0]);
    guint timeout;

    if (options.app == NULL) {
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, _("See which there are: msgrctl apps list"),
                           _("Invite to what? Name the application with --app"));
        return MSGR_CTL_EXIT_USAGE;
    }
    if (!parse_timeout(&timeout, error))
        return MSGR_CTL_EXIT_USAGE;
    if (options.wait || options.attach)
        return invite_and_wait(ctl, name, timeout, error);
    return invite_and_leave(ctl, name, timeout, error);
}

static const GOptionEntry entries[] = {
    { "app", 'a', 0, G_OPTION_ARG_FILENAME, &options.app,
      N_("the application: its GUID, or its name if it is registered"), N_("GUID") },
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data,
      N_("what goes along with the invitation, at most 512 bytes"), N_("TEXT") },
    { "wait", 'w', 0, G_OPTION_ARG_NONE, &options.wait,
      N_("wait until it is connected, or comes to nothing"), NULL },
    { "attach", 0, 0, G_OPTION_ARG_NONE, &options.attach,
      N_("the same, then stay: print what comes, send the lines of the input"), NULL },
    { "timeout", 't', 0, G_OPTION_ARG_FILENAME, &options.timeout,
      N_("how long the invitation may wait: 30, 30s, 10m, 1h"), N_("TIME") },
    { "address", 0, 0, G_OPTION_ARG_FILENAME, &options.address,
      N_("the IP address that this side offers"), N_("IP") },
    { "detach", 0, 0, G_OPTION_ARG_NONE, &options.detach, N_("the session goes on without msgrctl"),
      NULL },
    { "service", 's', 0, G_OPTION_ARG_FILENAME, &options.service,
      N_("the contact's service (else local, or for a name with an @ the one that has it)"),
      N_("ID") },
    { NULL },
};

const MsgrCtlVerb msgr_ctl_verb_invite = {
    .name = "invite",
    .args = N_("CONTACT"),
    .summary = N_("Invites a contact to an application"),
    .description =
        N_("Without --wait, the invitation goes out and msgrctl is done: when the contact accepts, "
           "your\n"
           "desktop's agent launches the application. With --wait or --attach msgrctl takes the\n"
           "application's place; Ctrl-C takes the invitation back or ends the session, unless "
           "--detach\n"
           "is given. The contact echo accepts everything and sends back what it gets.\n"
           "\n"
           "Exit status with --wait and --attach: 0 connected, 3 declined, 4 timed out, 5 ended "
           "otherwise\n"
           "before that, 130 interrupted before that."),
    .examples = "msgrctl invite bob --app Chess --data \"a game?\" --wait\n"
                "msgrctl invite echo --app {01234567-89AB-CDEF-0123-456789ABCDEF} --attach",
    .min_args = 1,
    .max_args = 1,
    .entries = entries,
    .run = run_invite,
};
