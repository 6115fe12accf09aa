/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verb that shows a contact.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "msgr-ctl-json.h"
#include "msgr-ctl-session.h"
#include "msgr-ctl-table.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-verb.h"
#include "msgr-ctl-words.h"
#include "msgr-names.h"

static struct {
    char *service;
} options;

static void
add_pair(MsgrCtlTable *table, const char *label, const char *value)
{
    const char *const cells[] = { label, value };

    msgr_ctl_table_add(table, cells);
    msgr_ctl_table_style(table, 0, MSGR_CTL_DIM);
}

static void
print_contact(MsgrCtl *ctl, const char *path, GVariant *contact)
{
    g_autoptr(MsgrCtlTable) table = msgr_ctl_table_new(2, NULL);
    g_autofree char *service =
        g_strdup_printf("%s (%s)", msgr_ctl_dict_string(contact, "ServiceId"),
                        msgr_ctl_dict_string(contact, "ServiceName"));
    g_autofree char *text = NULL;

    add_pair(table, _("Name"), msgr_ctl_dict_string(contact, "SigninName"));
    add_pair(table, _("Calls itself"), msgr_ctl_dict_string(contact, "FriendlyName"));
    add_pair(table, _("Service"), service);
    add_pair(table, _("Status"), msgr_ctl_status_word(msgr_ctl_dict_uint32(contact, "Status")));
    add_pair(table, _("In your list"),
             msgr_ctl_dict_boolean(contact, "InList") ? _("yes") : _("no"));
    add_pair(table, _("Blocked"), msgr_ctl_dict_boolean(contact, "Blocked") ? _("yes") : _("no"));
    if (msgr_ctl_dict_boolean(contact, "IsSelf"))
        add_pair(table, _("Is you"), _("yes"));
    add_pair(table, _("Object"), path);
    text = msgr_ctl_table_render(table, &ctl->output);
    msgr_ctl_output_text(text);
}

static void
print_json(const char *path, GVariant *contact)
{
    JsonObject *object = msgr_ctl_json_object(contact);

    json_object_set_string_member(object, "Contact", path);
    json_object_set_string_member(object, "StatusName",
                                  msgr_ctl_status_name(msgr_ctl_dict_uint32(contact, "Status")));
    msgr_ctl_json_print(object);
    json_object_unref(object);
}

static int
run_show(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *name = msgr_ctl_text_from_argument(args[0]);
    g_autofree char *path = NULL;
    g_autoptr(GVariant) contact = NULL;

    if (!msgr_ctl_need_sessions(ctl, error))
        return MSGR_CTL_EXIT_FAILED;
    path = msgr_ctl_contact_find(ctl, name, options.service, error);
    if (path == NULL)
        return MSGR_CTL_EXIT_FAILED;
    contact = msgr_ctl_bus_get_all(ctl->bus, path, MSGR_CONTACT_IFACE, error);
    if (contact == NULL)
        return MSGR_CTL_EXIT_FAILED;
    if (ctl->output.json)
        print_json(path, contact);
    else
        print_contact(ctl, path, contact);
    return MSGR_CTL_EXIT_OK;
}

static const GOptionEntry entries[] = {
    { "service", 's', 0, G_OPTION_ARG_FILENAME, &options.service,
      N_("the contact's service (else local: the users of this machine)"), N_("ID") },
    { NULL },
};

const MsgrCtlVerb msgr_ctl_verb_contacts_show = {
    .name = "contacts show",
    .args = N_("NAME"),
    .summary = N_("Shows what is known of a contact"),
    .examples = "msgrctl contacts show bob",
    .min_args = 1,
    .max_args = 1,
    .entries = entries,
    .run = run_show,
};
