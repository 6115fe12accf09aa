/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-command.h"

#include <glib/gi18n.h>

#include "msgr-error.h"

/* The program that runs others in the user's terminal, as freedesktop.org proposes. */
#define TERMINAL "xdg-terminal-exec"

/* An argument that is a field code alone: none, or --icon and its name. Returns whether it was. */
static gboolean
expand_whole(GStrvBuilder *argv, const char *argument, const char *icon)
{
    if (argument[0] != '%' || argument[1] == '\0' || argument[2] != '\0')
        return FALSE;
    if (argument[1] == 'i' && icon != NULL && *icon != '\0')
        g_strv_builder_add_many(argv, "--icon", icon, NULL);
    return strchr("fFuUdDnNvmi", argument[1]) != NULL;
}

/* What a field code inside of an argument stands for; files and addresses: there are none. */
static const char *
field(char code, const char *name, const char *file)
{
    switch (code) {
    case '%':
        return "%";
    case 'c':
        return name;
    case 'k':
        return file;
    default:
        return "";
    }
}

static char *
expand_part(const char *argument, const char *name, const char *file)
{
    GString *text = g_string_new(NULL);

    for (const char *at = argument; *at != '\0'; at++) {
        if (*at != '%' || at[1] == '\0')
            g_string_append_c(text, *at);
        else
            g_string_append(text, field(*++at, name, file));
    }
    return g_string_free(text, FALSE);
}

/**
 * msgr_agent_command_expand:
 * @exec: the key Exec of a desktop file
 * @name: for `%c`
 * @icon: (nullable): for `%i`
 * @file: for `%k`
 *
 * Returns: the arguments of a launch without files and addresses.
 */
char **
msgr_agent_command_expand(const char *exec, const char *name, const char *icon, const char *file,
                          GError **error)
{
    g_autoptr(GStrvBuilder) argv = g_strv_builder_new();
    g_auto(GStrv) parts = NULL;

    if (!g_shell_parse_argv(exec, NULL, &parts, error))
        return NULL;
    for (char **part = parts; *part != NULL; part++) {
        g_autofree char *expanded = NULL;

        if (expand_whole(argv, *part, icon))
            continue;
        expanded = expand_part(*part, name, file);
        g_strv_builder_add(argv, expanded);
    }
    return g_strv_builder_end(argv);
}

/* Takes @argv. */
static MsgrAgentCommand *
command_new(char **argv, const char *folder, const char *app_id, const char *comment)
{
    MsgrAgentCommand *self = g_new0(MsgrAgentCommand, 1);

    self->argv = argv;
    self->folder = g_strdup(folder);
    self->app_id = g_strdup(app_id);
    self->comment = g_strdup(comment);
    return self;
}

/* Turns the first argument into a path: what isn't there is told before anything is started. */
static gboolean
find_program(char **argv, GError **error)
{
    char *path = argv[0] != NULL ? g_find_program_in_path(argv[0]) : NULL;

    if (path == NULL) {
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_APPLICATION_LAUNCH_FAILED,
                    _("There is no program “%s”."), argv[0] != NULL ? argv[0] : "");
        return FALSE;
    }
    g_free(argv[0]);
    argv[0] = path;
    return TRUE;
}

/**
 * msgr_agent_command_new_for_path:
 * @path: absolute
 */
MsgrAgentCommand *
msgr_agent_command_new_for_path(const char *path, const char *name, GError **error)
{
    const char *argv[] = { path, NULL };
    g_autofree char *app_id = g_path_get_basename(path);
    g_autoptr(MsgrAgentCommand) self = command_new(g_strdupv((char **)argv), NULL, app_id, name);

    return find_program(self->argv, error) ? g_steal_pointer(&self) : NULL;
}

static char **
in_terminal(char **argv)
{
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();

    g_strv_builder_add(all, TERMINAL);
    g_strv_builder_addv(all, (const char **)argv);
    g_strfreev(argv);
    return g_strv_builder_end(all);
}

/**
 * msgr_agent_command_new_for_desktop:
 * @info: a desktop file that isn't activated over D-Bus
 */
MsgrAgentCommand *
msgr_agent_command_new_for_desktop(GDesktopAppInfo *info, GError **error)
{
    const char *exec = g_app_info_get_commandline(G_APP_INFO(info));
    const char *name = g_app_info_get_name(G_APP_INFO(info));
    const char *file = g_desktop_app_info_get_filename(info);
    g_autofree char *icon = g_desktop_app_info_get_string(info, "Icon");
    g_autofree char *folder = g_desktop_app_info_get_string(info, "Path");
    g_autofree char *app_id = g_path_get_basename(file != NULL ? file : name);
    g_autoptr(MsgrAgentCommand) self = NULL;
    char **argv;

    if (exec == NULL) {
        g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_APPLICATION_LAUNCH_FAILED,
                            _("The desktop file has no command line."));
        return NULL;
    }
    argv = msgr_agent_command_expand(exec, name, icon, file != NULL ? file : "", error);
    if (argv == NULL)
        return NULL;
    if (g_desktop_app_info_get_boolean(info, "Terminal"))
        argv = in_terminal(argv);
    if (g_str_has_suffix(app_id, ".desktop"))
        app_id[strlen(app_id) - strlen(".desktop")] = '\0';
    self = command_new(argv, folder != NULL && *folder != '\0' ? folder : NULL, app_id, name);
    return find_program(self->argv, error) ? g_steal_pointer(&self) : NULL;
}

void
msgr_agent_command_free(MsgrAgentCommand *self)
{
    g_strfreev(self->argv);
    g_free(self->folder);
    g_free(self->app_id);
    g_free(self->comment);
    g_free(self);
}
