/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs about applications.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "msgr-ctl-app.h"
#include "msgr-ctl-error.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-table.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-verb.h"
#include "msgr-guid.h"

static struct {
    char *name;
    char *url;
    char *path;
    char *desktop_id;
    char *version;
    gboolean replace;
} options;

static void
print_json(GVariant *list)
{
    JsonArray *array = json_array_new();
    GVariantIter iter;
    GVariant *app;

    g_variant_iter_init(&iter, list);
    while (g_variant_iter_loop(&iter, "@a{sv}", &app))
        msgr_ctl_json_take_object(array, msgr_ctl_json_object(app));
    msgr_ctl_json_print_array(array);
    json_array_unref(array);
}

static void
add_app(MsgrCtlTable *table, GVariant *app)
{
    const char *desktop_id = msgr_ctl_dict_string(app, "DesktopId");
    gboolean installed = msgr_ctl_dict_boolean(app, "Installed");
    const char *const cells[] = {
        msgr_ctl_dict_string(app, "Guid"),
        msgr_ctl_dict_string(app, "Name"),
        installed ? _("yes") : _("no"),
        msgr_ctl_dict_string(app, "RegisteredBy"),
        *desktop_id != '\0' ? desktop_id : msgr_ctl_dict_string(app, "Path"),
        msgr_ctl_dict_string(app, "Url"),
    };

    msgr_ctl_table_add(table, cells);
    if (!installed)
        msgr_ctl_table_style(table, 2, MSGR_CTL_YELLOW);
}

static void
print_table(MsgrCtl *ctl, GVariant *list)
{
    g_autoptr(MsgrCtlTable) table = msgr_ctl_table_new(6, _("GUID"), _("NAME"), _("INSTALLED"),
                                                       _("REGISTERED BY"), _("PROGRAM"), _("URL"));
    g_autofree char *text = NULL;
    GVariantIter iter;
    GVariant *app;

    g_variant_iter_init(&iter, list);
    while (g_variant_iter_loop(&iter, "@a{sv}", &app))
        add_app(table, app);
    text = msgr_ctl_table_render(table, &ctl->output);
    msgr_ctl_output_text(text);
}

static int
run_list(MsgrCtl *ctl, char **args, GError **error)
{
    g_autoptr(GVariant) list = NULL;

    if (!msgr_ctl_need_sessions(ctl, error))
        return MSGR_CTL_EXIT_FAILED;
    list = msgr_ctl_apps_list(ctl, error);
    if (list == NULL)
        return MSGR_CTL_EXIT_FAILED;
    if (ctl->output.json)
        print_json(list);
    else if (g_variant_n_children(list) == 0)
        msgr_ctl_output_print(&ctl->output,
                              _("No application is registered: msgrctl apps register --help"));
    else
        print_table(ctl, list);
    return MSGR_CTL_EXIT_OK;
}

static gboolean
check_register(GError **error)
{
    if (options.path != NULL && options.desktop_id != NULL)
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, NULL,
                           _("Either --path or --desktop-id, not both"));
    else if (options.name == NULL || options.url == NULL)
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE,
                           _("Such as: msgrctl apps register --name Chess --url "
                             "https://example.org/chess"),
                           _("An application takes a --name and a --url, where others can get it"));
    else
        return TRUE;
    return FALSE;
}

static void
add_text(GVariantBuilder *builder, const char *key, const char *argument)
{
    g_autofree char *text = msgr_ctl_text_from_argument(argument);

    if (text != NULL)
        g_variant_builder_add(builder, "{sv}", key, g_variant_new_string(text));
}

static char *
program_path(void)
{
    if (options.path != NULL)
        return g_canonicalize_filename(options.path, NULL);
    return options.desktop_id != NULL ? NULL : msgr_ctl_app_own_program();
}

static GVariant *
build_application(const char *guid)
{
    g_autofree char *path = program_path();
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sv}"));
    add_text(&builder, "Guid", guid);
    add_text(&builder, "Name", options.name);
    add_text(&builder, "Url", options.url);
    add_text(&builder, "Path", path);
    add_text(&builder, "DesktopId", options.desktop_id);
    add_text(&builder, "Version", options.version);
    if (options.replace)
        g_variant_builder_add(&builder, "{sv}", "Replace", g_variant_new_boolean(TRUE));
    return g_variant_new("(a{sv})", &builder);
}

/* Returns: (nullable): the GUID to register: a new one if none is given. */
static char *
guid_of(const char *argument, GError **error)
{
    g_autofree char *safe = msgr_ctl_text_safe(argument);
    char *guid = argument != NULL ? msgr_ctl_app_guid(argument) : msgr_guid_new();

    if (guid == NULL)
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE,
                           _("It looks like {01234567-89AB-CDEF-0123-456789ABCDEF}; leave it out "
                             "to get a new one"),
                           _("%s is not a GUID"), safe);
    return guid;
}

static int
run_register(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *guid = NULL;
    g_autoptr(GVariant) reply = NULL;

    guid = guid_of(args[0], error);
    if (guid == NULL || !check_register(error) || !msgr_ctl_need_sessions(ctl, error))
        return MSGR_CTL_EXIT_FAILED;
    msgr_ctl_set_subject(ctl, guid);
    reply = msgr_ctl_call_sessions(ctl, "RegisterApplicationWith", build_application(guid), NULL,
                                   error);
    if (reply == NULL)
        return MSGR_CTL_EXIT_FAILED;
    if (ctl->output.json)
        msgr_ctl_json_print_string("Guid", guid);
    msgr_ctl_output_print(&ctl->output, _("registered: %s"), guid);
    return MSGR_CTL_EXIT_OK;
}

static int
run_unregister(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *guid = NULL;
    g_autoptr(GVariant) reply = NULL;

    if (!msgr_ctl_need_sessions(ctl, error))
        return MSGR_CTL_EXIT_FAILED;
    guid = msgr_ctl_app_find(ctl, args[0], error);
    if (guid == NULL)
        return MSGR_CTL_EXIT_FAILED;
    msgr_ctl_set_subject(ctl, guid);
    reply = msgr_ctl_call_sessions(ctl, "UnRegisterApplication", g_variant_new("(s)", guid), NULL,
                                   error);
    if (reply == NULL)
        return MSGR_CTL_EXIT_FAILED;
    if (ctl->output.json)
        msgr_ctl_json_print_string("Guid", guid);
    msgr_ctl_output_print(&ctl->output, _("no longer registered: %s"), guid);
    return MSGR_CTL_EXIT_OK;
}

static const GOptionEntry register_entries[] = {
    { "name", 'n', 0, G_OPTION_ARG_FILENAME, &options.name, N_("its name for people"), N_("NAME") },
    { "url", 'u', 0, G_OPTION_ARG_FILENAME, &options.url, N_("where it can be had: http or https"),
      N_("URL") },
    { "path", 'p', 0, G_OPTION_ARG_FILENAME, &options.path,
      N_("the program to launch (else msgrctl itself: you take part in the shell)"), N_("FILE") },
    { "desktop-id", 'd', 0, G_OPTION_ARG_FILENAME, &options.desktop_id,
      N_("the desktop file to launch, such as org.example.Chess.desktop"), N_("ID") },
    { "app-version", 0, 0, G_OPTION_ARG_FILENAME, &options.version, N_("its version"),
      N_("VERSION") },
    { "replace", 'r', 0, G_OPTION_ARG_NONE, &options.replace,
      N_("replace what is registered under the GUID"), NULL },
    { NULL },
};

const MsgrCtlVerb msgr_ctl_verb_apps_list = {
    .name = "apps list",
    .args = "",
    .summary = N_("Lists the applications that are registered for you"),
    .examples = "msgrctl apps list\n"
                "msgrctl --json apps list | jq -r '.[].Guid'",
    .run = run_list,
};

const MsgrCtlVerb msgr_ctl_verb_apps_register = {
    .name = "apps register",
    .args = N_("[GUID]"),
    .summary = N_("Registers an application, so that you can invite to it and be invited"),
    .description =
        N_("Both sides register the same GUID; without one, a new one is made and printed. An\n"
           "application with neither --path nor --desktop-id has msgrctl itself as its program:\n"
           "nothing is launched, you take part in the shell."),
    .examples = "msgrctl apps register --name Chess --url https://example.org/chess\n"
                "msgrctl apps register {01234567-89AB-CDEF-0123-456789ABCDEF} --name Chess \\\n"
                "  --url https://example.org/chess --path /usr/games/chess",
    .max_args = 1,
    .entries = register_entries,
    .run = run_register,
};

const MsgrCtlVerb msgr_ctl_verb_apps_unregister = {
    .name = "apps unregister",
    .args = N_("GUID"),
    .summary = N_("Takes an application away again"),
    .examples = "msgrctl apps unregister {01234567-89AB-CDEF-0123-456789ABCDEF}\n"
                "msgrctl apps unregister Chess",
    .min_args = 1,
    .max_args = 1,
    .run = run_unregister,
};
