/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs about oneself: what others see.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-service.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-verb.h"
#include "msgr-ctl-words.h"
#include "msgr-names.h"

static struct {
    char *service;
    char *accept_from;
    char *status_to;
} options;

/* What ListServices tells of oneself at one service. */
typedef struct {
    char *name;
    char *friendly_name;
    guint32 status;
} Self;

static void
self_clear(Self *self)
{
    g_free(self->name);
    g_free(self->friendly_name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Self, self_clear)

static const char *
service_id(void)
{
    return options.service != NULL ? options.service : MSGR_LOCAL_SERVICE;
}

/* @args is sunk. */
static GVariant *
call(MsgrCtl *ctl, const char *method, GVariant *args, const char *reply_type, GError **error)
{
    return msgr_ctl_bus_call(ctl->bus, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, method, args,
                             reply_type, error);
}

static gboolean
find_self(MsgrCtl *ctl, Self *self, GError **error)
{
    g_autoptr(GVariant) services = msgr_ctl_services_list(ctl, error);
    GVariantIter iter;
    const char *id, *name, *friendly_name;

    if (services == NULL)
        return FALSE;
    g_variant_iter_init(&iter, services);
    while (g_variant_iter_next(&iter, "(&s&s&s&su)", &id, NULL, &name, &friendly_name,
                               &self->status)) {
        if (!g_str_equal(id, service_id()))
            continue;
        self->name = g_strdup(name);
        self->friendly_name = g_strdup(friendly_name);
        return TRUE;
    }
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_NO_SERVICE, _("See which there are: msgrctl status"),
                       _("There is no service %s"), ctl->subject);
    return FALSE;
}

static gboolean
begin(MsgrCtl *ctl, GError **error)
{
    msgr_ctl_set_subject(ctl, service_id());
    return msgr_ctl_need_quietly(ctl, error) != NULL;
}

static void
print_status(MsgrCtl *ctl, guint32 status)
{
    JsonObject *object;

    if (!ctl->output.json) {
        msgr_ctl_output_print(&ctl->output, "%s", msgr_ctl_status_word(status));
        return;
    }
    object = json_object_new();
    json_object_set_string_member(object, "ServiceId", service_id());
    json_object_set_int_member(object, "Status", status);
    json_object_set_string_member(object, "StatusName", msgr_ctl_status_name(status));
    msgr_ctl_json_print(object);
    json_object_unref(object);
}

static int
run_status(MsgrCtl *ctl, char **args, GError **error)
{
    g_auto(Self) self = { NULL };
    guint32 status = 0;

    if (args[0] != NULL && !msgr_ctl_status_parse(args[0], &status, error))
        return MSGR_CTL_EXIT_FAILED;
    if (!begin(ctl, error))
        return MSGR_CTL_EXIT_FAILED;
    if (status != 0) {
        g_autoptr(GVariant) reply =
            call(ctl, "SetStatus", g_variant_new("(su)", service_id(), status), NULL, error);

        if (reply == NULL)
            return MSGR_CTL_EXIT_FAILED;
    }
    if (!find_self(ctl, &self, error))
        return MSGR_CTL_EXIT_FAILED;
    print_status(ctl, self.status);
    return MSGR_CTL_EXIT_OK;
}

static void
print_name(MsgrCtl *ctl, const char *friendly_name)
{
    g_autofree char *safe = msgr_ctl_text_safe(friendly_name);

    if (ctl->output.json)
        msgr_ctl_json_print_string("FriendlyName", friendly_name);
    msgr_ctl_output_print(&ctl->output, "%s", safe);
}

static int
run_name(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *name = msgr_ctl_text_from_argument(args[0]);
    g_auto(Self) self = { NULL };

    if (!begin(ctl, error))
        return MSGR_CTL_EXIT_FAILED;
    if (name != NULL) {
        g_autoptr(GVariant) reply =
            call(ctl, "SetFriendlyName", g_variant_new("(ss)", service_id(), name), NULL, error);

        if (reply == NULL)
            return MSGR_CTL_EXIT_FAILED;
    }
    if (!find_self(ctl, &self, error))
        return MSGR_CTL_EXIT_FAILED;
    print_name(ctl, self.friendly_name);
    return MSGR_CTL_EXIT_OK;
}

static void
print_policy(MsgrCtl *ctl, GVariant *policy)
{
    JsonObject *object;

    if (ctl->output.json) {
        object = msgr_ctl_json_object(policy);
        json_object_set_string_member(object, "ServiceId", service_id());
        msgr_ctl_json_print(object);
        json_object_unref(object);
        return;
    }
    msgr_ctl_output_print(&ctl->output, _("Invitations from: %s"),
                          msgr_ctl_dict_string(policy, "AcceptFrom"));
    msgr_ctl_output_print(&ctl->output, _("Status shown to:  %s"),
                          msgr_ctl_dict_string(policy, "StatusTo"));
}

static gboolean
set_policy(MsgrCtl *ctl, GError **error)
{
    g_autoptr(GVariant) reply = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    if (options.accept_from != NULL)
        g_variant_dict_insert(&dict, "AcceptFrom", "s", options.accept_from);
    if (options.status_to != NULL)
        g_variant_dict_insert(&dict, "StatusTo", "s", options.status_to);
    reply = call(ctl, "SetPolicy",
                 g_variant_new("(s@a{sv})", service_id(), g_variant_dict_end(&dict)), NULL, error);
    return reply != NULL;
}

static int
run_policy(MsgrCtl *ctl, char **args, GError **error)
{
    const gboolean changes = options.accept_from != NULL || options.status_to != NULL;
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) policy = NULL;

    if (!begin(ctl, error) || (changes && !set_policy(ctl, error)))
        return MSGR_CTL_EXIT_FAILED;
    reply = call(ctl, "GetPolicy", g_variant_new("(s)", service_id()), "(a{sv})", error);
    if (reply == NULL)
        return MSGR_CTL_EXIT_FAILED;
    policy = g_variant_get_child_value(reply, 0);
    print_policy(ctl, policy);
    return MSGR_CTL_EXIT_OK;
}

static const GOptionEntry service_entries[] = {
    { "service", 's', 0, G_OPTION_ARG_FILENAME, &options.service,
      N_("at which service (else local: this machine)"), N_("ID") },
    { NULL },
};

static const GOptionEntry policy_entries[] = {
    { "accept-from", 'a', 0, G_OPTION_ARG_STRING, &options.accept_from,
      N_("who may invite you: everyone, contacts or nobody"), N_("WHOM") },
    { "status-to", 't', 0, G_OPTION_ARG_STRING, &options.status_to,
      N_("who sees your status: the same"), N_("WHOM") },
    { "service", 's', 0, G_OPTION_ARG_FILENAME, &options.service,
      N_("at which service (else local: this machine)"), N_("ID") },
    { NULL },
};

const MsgrCtlVerb msgr_ctl_verb_me_status = {
    .name = "me status",
    .args = N_("[STATUS]"),
    .summary = N_("Shows or sets your status, which others see while you are there"),
    .description =
        N_("There are: online, busy, be-right-back, idle, away, on-the-phone, out-to-lunch, and\n"
           "invisible: then others see you offline. It is remembered."),
    .examples = "msgrctl me status\n"
                "msgrctl me status busy",
    .max_args = 1,
    .entries = service_entries,
    .run = run_status,
};

const MsgrCtlVerb msgr_ctl_verb_me_name = {
    .name = "me name",
    .args = N_("[NAME]"),
    .summary = N_("Shows or sets the name that others see beside your user name"),
    .description = N_("With \"\" it is that of the user database again."),
    .examples = "msgrctl me name \"Bob the Builder\"",
    .max_args = 1,
    .entries = service_entries,
    .run = run_name,
};

const MsgrCtlVerb msgr_ctl_verb_me_policy = {
    .name = "me policy",
    .args = "",
    .summary = N_("Shows or sets who may invite you, and who sees your status"),
    .description = N_("Whom it refuses can't tell that from your being away."),
    .examples = "msgrctl me policy\n"
                "msgrctl me policy --accept-from contacts",
    .entries = policy_entries,
    .run = run_policy,
};
