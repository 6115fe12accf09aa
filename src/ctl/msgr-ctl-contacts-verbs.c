/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs that show contacts.
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
    JsonObject *object = msgr_ctl_contact_json(path, contact);

    msgr_ctl_json_print(object);
    json_object_unref(object);
}

static int
run_show(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *name = msgr_ctl_text_from_argument(args[0]);
    g_autofree char *path = NULL;
    g_autoptr(GVariant) contact = NULL;

    if (msgr_ctl_need_quietly(ctl, error) == NULL)
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

static gboolean
is_reachable(GVariant *contact)
{
    return msgr_ctl_dict_uint32(contact, "Status") != MSGR_STATUS_OFFLINE;
}

/* Who can be invited comes first. */
static int
compare_contacts(gconstpointer a, gconstpointer b)
{
    g_autoptr(GVariant) one = g_variant_get_child_value(*(GVariant *const *)a, 1);
    g_autoptr(GVariant) other = g_variant_get_child_value(*(GVariant *const *)b, 1);
    g_autofree char *name = msgr_ctl_contact_name(one);
    g_autofree char *other_name = msgr_ctl_contact_name(other);

    if (is_reachable(one) != is_reachable(other))
        return is_reachable(one) ? -1 : 1;
    return g_utf8_collate(name, other_name);
}

/* Returns: (element-type GVariant): pairs of a path and its properties, sorted. */
static GPtrArray *
sorted(GVariant *list)
{
    GPtrArray *contacts = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);

    for (gsize i = 0; i < g_variant_n_children(list); i++)
        g_ptr_array_add(contacts, g_variant_get_child_value(list, i));
    g_ptr_array_sort(contacts, compare_contacts);
    return contacts;
}

static void
print_list_json(GPtrArray *contacts)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; i < contacts->len; i++) {
        g_autoptr(GVariant) contact = g_variant_get_child_value(contacts->pdata[i], 1);
        const char *path;

        g_variant_get_child(contacts->pdata[i], 0, "&o", &path);
        msgr_ctl_json_take_object(array, msgr_ctl_contact_json(path, contact));
    }
    msgr_ctl_json_print_array(array);
    json_array_unref(array);
}

static void
add_row(MsgrCtlTable *table, GVariant *contact)
{
    const guint32 status = msgr_ctl_dict_uint32(contact, "Status");
    const gboolean blocked = msgr_ctl_dict_boolean(contact, "Blocked");
    g_autofree char *name = msgr_ctl_contact_name(contact);
    const char *const cells[] = {
        name,
        msgr_ctl_status_word(status),
        msgr_ctl_dict_string(contact, "FriendlyName"),
        blocked ? _("yes") : _("no"),
    };

    msgr_ctl_table_add(table, cells);
    msgr_ctl_table_style(table, 1, msgr_ctl_status_style(status));
    if (blocked)
        msgr_ctl_table_style(table, 3, MSGR_CTL_YELLOW);
}

static void
print_list(MsgrCtl *ctl, GPtrArray *contacts)
{
    g_autoptr(MsgrCtlTable) table =
        msgr_ctl_table_new(4, _("NAME"), _("STATUS"), _("CALLS ITSELF"), _("BLOCKED"));
    g_autofree char *text = NULL;

    for (guint i = 0; i < contacts->len; i++) {
        g_autoptr(GVariant) contact = g_variant_get_child_value(contacts->pdata[i], 1);

        add_row(table, contact);
    }
    text = msgr_ctl_table_render(table, &ctl->output);
    msgr_ctl_output_text(text);
}

static int
run_list(MsgrCtl *ctl, char **args, GError **error)
{
    g_autoptr(GVariant) list = NULL;
    g_autoptr(GPtrArray) contacts = NULL;

    if (msgr_ctl_need_quietly(ctl, error) == NULL)
        return MSGR_CTL_EXIT_FAILED;
    list = msgr_ctl_contacts_list(ctl, error);
    if (list == NULL)
        return MSGR_CTL_EXIT_FAILED;
    contacts = sorted(list);
    if (ctl->output.json)
        print_list_json(contacts);
    else if (contacts->len == 0)
        msgr_ctl_output_print(&ctl->output, _("Nobody is in your list: msgrctl contacts add NAME"));
    else
        print_list(ctl, contacts);
    return MSGR_CTL_EXIT_OK;
}

static const GOptionEntry entries[] = {
    { "service", 's', 0, G_OPTION_ARG_FILENAME, &options.service,
      N_("the contact's service (else local, or for a name with an @ the one that has it)"),
      N_("ID") },
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

const MsgrCtlVerb msgr_ctl_verb_contacts_list = {
    .name = "contacts list",
    .args = "",
    .summary = N_("Lists your contacts: who is there first"),
    .examples = "msgrctl contacts list",
    .run = run_list,
};
