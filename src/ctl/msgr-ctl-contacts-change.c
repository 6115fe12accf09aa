/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs that change the contact list.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-service-choice.h"
#include "msgr-ctl-session.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-unlock.h"
#include "msgr-ctl-verb.h"
#include "msgr-ctl-words.h"
#include "msgr-error.h"
#include "msgr-names.h"

#define PRIVATE_IFACE "org.msgr.Private1"

/* How long the service may take to ask the user database, in seconds. */
#define PATIENCE 60

static struct {
    char *service;
} options;

/* An AddContact on its way. */
typedef struct {
    MsgrCtl *ctl;
    const char *name;
    const char *service;
    GError *error;
    gboolean is_done;
} Addition;

static void
print_path(MsgrCtl *ctl, const char *path)
{
    if (ctl->output.json)
        msgr_ctl_json_print_string("Contact", path);
}

static void
set_not_added(Addition *self, guint32 hr)
{
    g_autofree char *name = msgr_ctl_text_safe(self->name);
    g_autofree char *why = NULL;

    if (hr == MSGR_HR_INVALID_ARG) {
        msgr_ctl_error_set(&self->error, MSGR_CTL_ERROR_NO_CONTACT,
                           _("Contacts of this machine go by their user names; of others, with "
                             "--service: msgrctl status shows which services there are"),
                           _("There is nobody called %s, or no such service"), name);
    } else if (hr == MSGR_HR_OUT_OF_MEMORY) {
        msgr_ctl_error_set(&self->error, MSGR_CTL_ERROR_NO_CONTACT,
                           _("Make room: msgrctl contacts remove NAME"),
                           _("%s can't be added: your list is full"), name);
    } else {
        why = msgr_ctl_result_word(hr);
        msgr_ctl_error_set(&self->error, MSGR_CTL_ERROR_NO_CONTACT, NULL,
                           _("%s can't be added: %s"), name, why);
    }
    self->is_done = TRUE;
}

/* Another program may add somebody at the same time. */
static void
on_added(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
         const char *signal, GVariant *args, gpointer data)
{
    Addition *self = data;
    g_autofree char *expected = NULL;
    const char *contact;
    guint32 hr;

    if (self->is_done || !g_variant_is_of_type(args, G_VARIANT_TYPE("(uo)")))
        return;
    g_variant_get(args, "(u&o)", &hr, &contact);
    if (hr != 0) {
        set_not_added(self, hr);
        return;
    }
    expected = msgr_ctl_contact_find(self->ctl, self->name, self->service, &self->error);
    self->is_done = expected == NULL || g_str_equal(expected, contact);
}

static gboolean
give_up(gpointer data)
{
    Addition *self = data;

    msgr_ctl_error_set(&self->error, MSGR_CTL_ERROR_NO_ANSWER, NULL,
                       _("The service doesn't say whether %s was added"), self->ctl->subject);
    self->is_done = TRUE;
    return G_SOURCE_CONTINUE;
}

static gboolean
add(Addition *self)
{
    MsgrCtlBus *bus = self->ctl->bus;
    g_autoptr(GVariant) reply = NULL;
    guint timer = g_timeout_add_seconds(PATIENCE, give_up, self);
    guint subscription = g_dbus_connection_signal_subscribe(
        bus->connection, bus->owner, PRIVATE_IFACE, "OnContactListAdd", MSGR_PRIVATE_PATH, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_added, self, NULL);

    reply = msgr_ctl_bus_call(
        bus, MSGR_PRIVATE_PATH, PRIVATE_IFACE, "AddContact",
        g_variant_new("(sv)", self->name, g_variant_new_string(self->service)), NULL, &self->error);
    while (reply != NULL && !self->is_done)
        g_main_context_iteration(NULL, TRUE);
    g_dbus_connection_signal_unsubscribe(bus->connection, subscription);
    g_source_remove(timer);
    return self->error == NULL;
}

static int
run_add(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *name = msgr_ctl_text_from_argument(args[0]);
    g_autofree char *service = NULL;
    g_autofree char *path = NULL;
    Addition self = { .ctl = ctl, .name = name };

    msgr_ctl_set_subject(ctl, name);
    if (!msgr_ctl_need_bus(ctl, error) || !msgr_ctl_need_key(ctl, error) ||
        !msgr_ctl_unlock(ctl->bus, MSGR_PRIVATE_PATH, ctl->key, error))
        return MSGR_CTL_EXIT_FAILED;
    service = msgr_ctl_service_choose(ctl, name, options.service, error);
    self.service = service;
    if (service == NULL)
        return MSGR_CTL_EXIT_FAILED;
    if (!add(&self)) {
        g_propagate_error(error, self.error);
        return MSGR_CTL_EXIT_FAILED;
    }
    path = msgr_ctl_contact_find(ctl, name, service, error);
    if (path == NULL)
        return MSGR_CTL_EXIT_FAILED;
    print_path(ctl, path);
    msgr_ctl_output_print(&ctl->output, _("%s is in your list."), ctl->subject);
    return MSGR_CTL_EXIT_OK;
}

/* Returns: (nullable): the contact's path, with the contact list unlocked. */
static char *
find_contact(MsgrCtl *ctl, const char *argument, GError **error)
{
    g_autofree char *name = msgr_ctl_text_from_argument(argument);

    if (msgr_ctl_need_quietly(ctl, error) == NULL)
        return NULL;
    return msgr_ctl_contact_find(ctl, name, options.service, error);
}

static int
run_remove(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *path = find_contact(ctl, args[0], error);
    g_autoptr(GError) local_error = NULL;
    g_autoptr(GVariant) reply = NULL;

    if (path == NULL)
        return MSGR_CTL_EXIT_FAILED;
    reply =
        msgr_ctl_bus_call(ctl->bus, path, MSGR_CONTACT_IFACE, "Remove", NULL, NULL, &local_error);
    if (g_error_matches(local_error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND))
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_NO_CONTACT, _("See who is: msgrctl contacts list"),
                           _("%s is not in your list"), ctl->subject);
    else if (reply == NULL)
        g_propagate_error(error, g_steal_pointer(&local_error));
    if (reply == NULL)
        return MSGR_CTL_EXIT_FAILED;
    print_path(ctl, path);
    msgr_ctl_output_print(&ctl->output, _("%s is no longer in your list."), ctl->subject);
    return MSGR_CTL_EXIT_OK;
}

static gboolean
set_blocked(MsgrCtl *ctl, const char *path, gboolean blocked, GError **error)
{
    GVariant *args =
        g_variant_new("(ssv)", MSGR_CONTACT_IFACE, "Blocked", g_variant_new_boolean(blocked));
    g_autoptr(GVariant) reply = msgr_ctl_bus_call(ctl->bus, path, "org.freedesktop.DBus.Properties",
                                                  "Set", args, NULL, error);

    return reply != NULL;
}

static int
run_block(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *path = find_contact(ctl, args[0], error);

    if (path == NULL || !set_blocked(ctl, path, TRUE, error))
        return MSGR_CTL_EXIT_FAILED;
    print_path(ctl, path);
    msgr_ctl_output_print(&ctl->output,
                          _("%s is blocked: to them you look offline, and they can't invite you."),
                          ctl->subject);
    return MSGR_CTL_EXIT_OK;
}

static int
run_unblock(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *path = find_contact(ctl, args[0], error);

    if (path == NULL || !set_blocked(ctl, path, FALSE, error))
        return MSGR_CTL_EXIT_FAILED;
    print_path(ctl, path);
    msgr_ctl_output_print(&ctl->output, _("%s is not blocked."), ctl->subject);
    return MSGR_CTL_EXIT_OK;
}

static const GOptionEntry entries[] = {
    { "service", 's', 0, G_OPTION_ARG_FILENAME, &options.service,
      N_("the contact's service (else local, or for a name with an @ the one that has it)"),
      N_("ID") },
    { NULL },
};

const MsgrCtlVerb msgr_ctl_verb_contacts_add = {
    .name = "contacts add",
    .args = N_("NAME"),
    .summary = N_("Puts somebody in your contact list"),
    .description =
        N_("A user of this machine isn't asked, or told. A contact of a network is asked\n"
           "whether you may see their status, and can be invited once they agree."),
    .examples = "msgrctl contacts add bob\n"
                "msgrctl contacts add bob@example.net --service xmpp:alice@example.org",
    .min_args = 1,
    .max_args = 1,
    .entries = entries,
    .run = run_add,
};

const MsgrCtlVerb msgr_ctl_verb_contacts_remove = {
    .name = "contacts remove",
    .args = N_("NAME"),
    .summary = N_("Takes somebody off your contact list; a block stays"),
    .examples = "msgrctl contacts remove bob",
    .min_args = 1,
    .max_args = 1,
    .entries = entries,
    .run = run_remove,
};

const MsgrCtlVerb msgr_ctl_verb_contacts_block = {
    .name = "contacts block",
    .args = N_("NAME"),
    .summary = N_("Blocks somebody: they see you offline, and can't invite you"),
    .description =
        N_("They can't tell that from your being away. Sessions under way go on: end them "
           "with cancel."),
    .examples = "msgrctl contacts block bob",
    .min_args = 1,
    .max_args = 1,
    .entries = entries,
    .run = run_block,
};

const MsgrCtlVerb msgr_ctl_verb_contacts_unblock = {
    .name = "contacts unblock",
    .args = N_("NAME"),
    .summary = N_("Takes a block back"),
    .examples = "msgrctl contacts unblock bob",
    .min_args = 1,
    .max_args = 1,
    .entries = entries,
    .run = run_unblock,
};
