/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs for a session that there is: accept, decline, cancel, send.
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
#include "msgr-ctl-words.h"
#include "msgr-names.h"

static struct {
    char *data;
    char *address;
    char *reason;
    gboolean attach;
    gboolean keep;
    gboolean no_launch;
} options;

static char *
app_data(void)
{
    char *data = msgr_ctl_text_from_argument(options.data);

    return data != NULL ? data : g_strdup("");
}

static gboolean
call_session(MsgrCtl *ctl, const char *session, const char *method, GVariant *args, GError **error)
{
    g_autoptr(GVariant) reply = NULL;

    reply = msgr_ctl_bus_call(ctl->bus, session, MSGR_SESSION_IFACE, method, args, NULL, error);
    return reply != NULL;
}

static gboolean
call_accept(MsgrCtl *ctl, const char *session, GError **error)
{
    g_autofree char *data = app_data();
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sv}"));
    if (options.address != NULL)
        g_variant_builder_add(&builder, "{sv}", "LocalAddress",
                              g_variant_new_string(options.address));
    return call_session(ctl, session, "AcceptWith",
                        g_variant_new("(s@a{sv})", data, g_variant_builder_end(&builder)), error);
}

/* What has no program but msgrctl is launched by nobody: the one who accepts takes part. */
static MsgrCtlConversationFlags
flags_for(MsgrCtl *ctl, GVariant *session)
{
    MsgrCtlConversationFlags flags = 0;

    if (options.attach)
        flags = MSGR_CTL_TAKE_PART | MSGR_CTL_STAY;
    else if (options.no_launch ||
             msgr_ctl_app_is_own(ctl, msgr_ctl_dict_string(session, "Application")))
        flags = MSGR_CTL_TAKE_PART;
    if (options.keep || !options.attach)
        flags |= MSGR_CTL_KEEP;
    return flags;
}

static int
accept_session(MsgrCtl *ctl, MsgrCtlConversation *conversation, const char *session, GError **error)
{
    g_autoptr(GVariant) props = NULL;
    g_autofree char *who = NULL;
    MsgrCtlConversationFlags flags;

    props = msgr_ctl_bus_get_all(ctl->bus, session, MSGR_SESSION_IFACE, error);
    if (props == NULL)
        return MSGR_CTL_EXIT_FAILED;
    who = msgr_ctl_contact_look_up(ctl, msgr_ctl_dict_string(props, "User"));
    flags = flags_for(ctl, props);
    if (!call_accept(ctl, session, error))
        return MSGR_CTL_EXIT_FAILED;
    msgr_ctl_conversation_say(conversation, _("you have accepted"));
    return msgr_ctl_conversation_run(conversation, session, who, flags, error);
}

static int
run_accept(MsgrCtl *ctl, char **args, GError **error)
{
    g_autoptr(MsgrCtlConversation) conversation = msgr_ctl_conversation_new(ctl);
    g_autofree char *session = NULL;

    if (!msgr_ctl_conversation_prepare(conversation, error))
        return MSGR_CTL_EXIT_FAILED;
    session = msgr_ctl_session_find(ctl, args[0], error);
    if (session == NULL)
        return MSGR_CTL_EXIT_FAILED;
    return accept_session(ctl, conversation, session, error);
}

/* Unlocks, finds the session, calls a method of it and says that it is done. */
static int
run_simple(MsgrCtl *ctl, const char *text, const char *method, GVariant *args, const char *done,
           GError **error)
{
    g_autoptr(GVariant) sunk = g_variant_ref_sink(args);
    g_autofree char *session = NULL;
    g_autofree char *id = NULL;

    if (!msgr_ctl_need_sessions(ctl, error))
        return MSGR_CTL_EXIT_FAILED;
    session = msgr_ctl_session_find(ctl, text, error);
    if (session == NULL || !call_session(ctl, session, method, sunk, error))
        return MSGR_CTL_EXIT_FAILED;
    id = msgr_ctl_session_short(session);
    msgr_ctl_output_print(&ctl->output, "%s: %s", id, done);
    if (ctl->output.json)
        msgr_ctl_json_print_string("Session", session);
    return MSGR_CTL_EXIT_OK;
}

static int
run_decline(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *data = app_data();

    return run_simple(ctl, args[0], "Decline", g_variant_new("(s)", data), _("declined"), error);
}

static int
run_cancel(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *data = app_data();
    guint32 hr = 0;

    if (options.reason != NULL && !msgr_ctl_result_parse(options.reason, &hr, error))
        return MSGR_CTL_EXIT_USAGE;
    return run_simple(ctl, args[0], "Cancel", g_variant_new("(us)", hr, data), _("cancelled"),
                      error);
}

static int
run_send(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *text = msgr_ctl_text_from_argument(args[1]);

    return run_simple(ctl, args[0], "SendContextData", g_variant_new("(s)", text), _("sent"),
                      error);
}

#define DATA_ENTRY                                                                                 \
    {                                                                                              \
        "data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data,                                      \
            N_("what goes along with it, at most 512 bytes"), N_("TEXT")                           \
    }

static const GOptionEntry accept_entries[] = {
    DATA_ENTRY,
    { "address", 0, 0, G_OPTION_ARG_FILENAME, &options.address,
      N_("the IP address that this side offers"), N_("IP") },
    { "attach", 0, 0, G_OPTION_ARG_NONE, &options.attach,
      N_("take the application's place and stay: print what comes, send the lines of the input"),
      NULL },
    { "keep", 0, 0, G_OPTION_ARG_NONE, &options.keep,
      N_("with --attach: Ctrl-C leaves the session as it is"), NULL },
    { "no-launch", 0, 0, G_OPTION_ARG_NONE, &options.no_launch,
      N_("take the application's place until it is connected, then leave"), NULL },
    { NULL },
};

static const GOptionEntry decline_entries[] = { DATA_ENTRY, { NULL } };

static const GOptionEntry cancel_entries[] = {
    DATA_ENTRY,
    { "reason", 'r', 0, G_OPTION_ARG_FILENAME, &options.reason,
      N_("why, such as ConnectionFailure (else none)"), N_("RESULT") },
    { NULL },
};

const MsgrCtlVerb msgr_ctl_verb_accept = {
    .name = "accept",
    .args = N_("SESSION"),
    .summary = N_("Accepts an invitation, and waits until it is connected"),
    .description = N_(
        "Your desktop's agent launches the application that is registered here. With --attach or\n"
        "--no-launch msgrctl takes its place; so it does for an application that was registered\n"
        "without a program of its own. --attach stays until the session ends; Ctrl-C ends it, "
        "unless\n"
        "--keep is given.\n"
        "\n"
        "Exit status: 0 connected, 5 ended before that, 130 interrupted before that."),
    .examples = "msgrctl accept 3f2a\n"
                "msgrctl accept 3f2a --data \"with pleasure\" --attach",
    .min_args = 1,
    .max_args = 1,
    .entries = accept_entries,
    .run = run_accept,
};

const MsgrCtlVerb msgr_ctl_verb_decline = {
    .name = "decline",
    .args = N_("SESSION"),
    .summary = N_("Declines an invitation"),
    .examples = "msgrctl decline 3f2a --data \"not today\"",
    .min_args = 1,
    .max_args = 1,
    .entries = decline_entries,
    .run = run_decline,
};

const MsgrCtlVerb msgr_ctl_verb_cancel = {
    .name = "cancel",
    .args = N_("SESSION"),
    .summary = N_("Takes an invitation back, or ends a session"),
    .examples = "msgrctl cancel 3f2a\n"
                "msgrctl cancel 3f2a --reason ConnectionFailure --data \"no route\"",
    .min_args = 1,
    .max_args = 1,
    .entries = cancel_entries,
    .run = run_cancel,
};

const MsgrCtlVerb msgr_ctl_verb_send = {
    .name = "send",
    .args = N_("SESSION TEXT"),
    .summary = N_("Sends context data to the other side"),
    .description = N_("At most 300 characters, once the invitation is accepted; at most five times "
                      "once the session\n"
                      "is connected."),
    .examples = "msgrctl send 3f2a \"port=4711\"",
    .min_args = 2,
    .max_args = 2,
    .run = run_send,
};
