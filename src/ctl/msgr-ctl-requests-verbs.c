/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs for people who ask to see the user's status.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-table.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-verb.h"
#include "msgr-names.h"

static struct {
    char *service;
} options;

static GVariant *
list_requests(MsgrCtl *ctl, GError **error)
{
    g_autoptr(GVariant) reply = NULL;

    if (msgr_ctl_need_quietly(ctl, error) == NULL)
        return NULL;
    reply = msgr_ctl_bus_call(ctl->bus, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "ListContactRequests",
                              NULL, "(a(ssa{sv}))", error);
    return reply == NULL ? NULL : g_variant_get_child_value(reply, 0);
}

static void
print_json(GVariant *requests)
{
    JsonArray *array = json_array_new();
    GVariantIter iter;
    const char *name, *service;
    GVariant *details;

    g_variant_iter_init(&iter, requests);
    while (g_variant_iter_loop(&iter, "(&s&s@a{sv})", &name, &service, &details)) {
        JsonObject *object = msgr_ctl_json_object(details);

        json_object_set_string_member(object, "SigninName", name);
        json_object_set_string_member(object, "ServiceId", service);
        msgr_ctl_json_take_object(array, object);
    }
    msgr_ctl_json_print_array(array);
    json_array_unref(array);
}

static void
print_table(MsgrCtl *ctl, GVariant *requests)
{
    g_autoptr(MsgrCtlTable) table =
        msgr_ctl_table_new(4, _("NAME"), _("CALLS ITSELF"), _("SERVICE"), _("SAYS"));
    g_autofree char *text = NULL;
    GVariantIter iter;
    const char *name, *service;
    GVariant *details;

    g_variant_iter_init(&iter, requests);
    while (g_variant_iter_loop(&iter, "(&s&s@a{sv})", &name, &service, &details)) {
        const char *const cells[] = { name, msgr_ctl_dict_string(details, "FriendlyName"), service,
                                      msgr_ctl_dict_string(details, "Message") };

        msgr_ctl_table_add(table, cells);
    }
    text = msgr_ctl_table_render(table, &ctl->output);
    msgr_ctl_output_text(text);
}

static int
run_requests(MsgrCtl *ctl, char **args, GError **error)
{
    g_autoptr(GVariant) requests = list_requests(ctl, error);

    if (requests == NULL)
        return MSGR_CTL_EXIT_FAILED;
    if (ctl->output.json)
        print_json(requests);
    else if (g_variant_n_children(requests) == 0)
        msgr_ctl_output_print(&ctl->output, _("Nobody asks to see your status"));
    else
        print_table(ctl, requests);
    return MSGR_CTL_EXIT_OK;
}

/* Returns: the service by which somebody of this name asks, or NULL if that isn't one. */
static char *
find_service(GVariant *requests, const char *name)
{
    g_autofree char *lower = g_utf8_strdown(name, -1);
    const char *other, *service, *found = NULL;
    GVariantIter iter;
    guint count = 0;

    g_variant_iter_init(&iter, requests);
    while (g_variant_iter_next(&iter, "(&s&s@a{sv})", &other, &service, NULL)) {
        if (!g_str_equal(other, lower))
            continue;
        found = service;
        count++;
    }
    return count == 1 ? g_strdup(found) : NULL;
}

static int
answer(MsgrCtl *ctl, const char *argument, gboolean accept, GError **error)
{
    g_autofree char *name = msgr_ctl_text_from_argument(argument);
    g_autoptr(GVariant) requests = list_requests(ctl, error);
    g_autofree char *service = NULL, *safe = NULL;
    g_autoptr(GVariant) reply = NULL;

    if (requests == NULL)
        return MSGR_CTL_EXIT_FAILED;
    safe = msgr_ctl_text_safe(name);
    service = options.service != NULL ? g_strdup(options.service) : find_service(requests, name);
    if (service == NULL) {
        msgr_ctl_error_set(
            error, MSGR_CTL_ERROR_NO_CONTACT,
            _("msgrctl contacts requests lists them; by several services: --service"),
            _("There is no one request of %s"), safe);
        return MSGR_CTL_EXIT_FAILED;
    }
    reply =
        msgr_ctl_bus_call(ctl->bus, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "AnswerContactRequest",
                          g_variant_new("(ssb)", name, service, accept), NULL, error);
    if (reply == NULL)
        return MSGR_CTL_EXIT_FAILED;
    if (!ctl->output.json)
        msgr_ctl_output_print(
            &ctl->output, accept ? _("%s may see your status") : _("%s may not see your status"),
            safe);
    return MSGR_CTL_EXIT_OK;
}

static int
run_accept(MsgrCtl *ctl, char **args, GError **error)
{
    return answer(ctl, args[0], TRUE, error);
}

static int
run_refuse(MsgrCtl *ctl, char **args, GError **error)
{
    return answer(ctl, args[0], FALSE, error);
}

static const GOptionEntry entries[] = {
    { "service", 's', 0, G_OPTION_ARG_FILENAME, &options.service,
      N_("the service by which the request came"), N_("ID") },
    { NULL },
};

const MsgrCtlVerb msgr_ctl_verb_contacts_requests = {
    .name = "contacts requests",
    .args = "",
    .summary = N_("Lists who asks to see your status"),
    .examples = "msgrctl contacts requests",
    .run = run_requests,
};

const MsgrCtlVerb msgr_ctl_verb_contacts_accept = {
    .name = "contacts accept",
    .args = N_("NAME"),
    .summary = N_("Lets somebody who asks see your status"),
    .examples = "msgrctl contacts accept bob@example.org",
    .min_args = 1,
    .max_args = 1,
    .entries = entries,
    .run = run_accept,
};

const MsgrCtlVerb msgr_ctl_verb_contacts_refuse = {
    .name = "contacts refuse",
    .args = N_("NAME"),
    .summary = N_("Refuses somebody who asks to see your status"),
    .examples = "msgrctl contacts refuse bob@example.org",
    .min_args = 1,
    .max_args = 1,
    .entries = entries,
    .run = run_refuse,
};
