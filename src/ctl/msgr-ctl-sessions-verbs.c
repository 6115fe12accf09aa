/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs that show sessions.
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

static JsonObject *
describe_json(MsgrCtl *ctl, const char *path, GVariant *session)
{
    JsonObject *object = msgr_ctl_session_json(path, session);
    g_autofree char *name = msgr_ctl_contact_look_up(ctl, msgr_ctl_dict_string(session, "User"));

    json_object_set_string_member(object, "ContactName", name);
    return object;
}

static void
print_json(MsgrCtl *ctl, GVariant *list)
{
    JsonArray *array = json_array_new();
    GVariantIter iter;
    const char *path;
    GVariant *session;

    g_variant_iter_init(&iter, list);
    while (g_variant_iter_loop(&iter, "(&o@a{sv})", &path, &session))
        msgr_ctl_json_take_object(array, describe_json(ctl, path, session));
    msgr_ctl_json_print_array(array);
    json_array_unref(array);
}

static char *
format_expiry(GVariant *session)
{
    gint64 expires = msgr_ctl_dict_time(session, "ExpiresAt");

    if (expires == 0 || msgr_ctl_dict_uint32(session, "State") != MSGR_STATE_INVITATION)
        return g_strdup("");
    return msgr_ctl_time_format(expires);
}

static void
add_session(MsgrCtl *ctl, MsgrCtlTable *table, const char *path, GVariant *session, guint digits)
{
    guint32 state = msgr_ctl_dict_uint32(session, "State");
    guint32 flags = msgr_ctl_dict_uint32(session, "Flags");
    g_autofree char *id = g_strndup(msgr_ctl_session_id(path), digits);
    g_autofree char *name = msgr_ctl_contact_look_up(ctl, msgr_ctl_dict_string(session, "User"));
    g_autofree char *app = msgr_ctl_session_app(session);
    g_autofree char *expires = format_expiry(session);
    const char *const cells[] = {
        id,
        name,
        (flags & MSGR_FLAG_INVITEE) != 0 ? _("has invited you") : _("invited by you"),
        app,
        msgr_ctl_state_word(state, flags),
        expires,
    };

    msgr_ctl_table_add(table, cells);
    msgr_ctl_table_style(table, 0, MSGR_CTL_BOLD);
    msgr_ctl_table_style(table, 4, msgr_ctl_state_style(state));
}

static guint
needed_digits(GVariant *list)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    GVariantIter iter;
    const char *path;

    g_variant_iter_init(&iter, list);
    while (g_variant_iter_loop(&iter, "(&o@a{sv})", &path, NULL))
        g_ptr_array_add(paths, g_strdup(path));
    g_ptr_array_add(paths, NULL);
    return msgr_ctl_session_short_length((const char *const *)paths->pdata);
}

static void
print_table(MsgrCtl *ctl, GVariant *list)
{
    g_autoptr(MsgrCtlTable) table = msgr_ctl_table_new(6, _("SESSION"), _("CONTACT"), _("WHO"),
                                                       _("APPLICATION"), _("STATE"), _("EXPIRES"));
    guint digits = needed_digits(list);
    g_autofree char *text = NULL;
    GVariantIter iter;
    const char *path;
    GVariant *session;

    g_variant_iter_init(&iter, list);
    while (g_variant_iter_loop(&iter, "(&o@a{sv})", &path, &session))
        add_session(ctl, table, path, session, digits);
    text = msgr_ctl_table_render(table, &ctl->output);
    msgr_ctl_output_text(text);
}

static int
run_sessions(MsgrCtl *ctl, char **args, GError **error)
{
    g_autoptr(GVariant) list = NULL;

    if (!msgr_ctl_need_sessions(ctl, error))
        return MSGR_CTL_EXIT_FAILED;
    list = msgr_ctl_sessions_list(ctl, error);
    if (list == NULL)
        return MSGR_CTL_EXIT_FAILED;
    if (ctl->output.json)
        print_json(ctl, list);
    else if (g_variant_n_children(list) == 0)
        msgr_ctl_output_print(&ctl->output, _("There are no sessions."));
    else
        print_table(ctl, list);
    return MSGR_CTL_EXIT_OK;
}

static void
add_pair(MsgrCtlTable *table, const char *label, const char *value)
{
    const char *const cells[] = { label, value };

    if (*value == '\0')
        return;
    msgr_ctl_table_add(table, cells);
    msgr_ctl_table_style(table, 0, MSGR_CTL_DIM);
}

static void
add_party(MsgrCtl *ctl, MsgrCtlTable *table, GVariant *session)
{
    gboolean invitee = (msgr_ctl_dict_uint32(session, "Flags") & MSGR_FLAG_INVITEE) != 0;
    g_autofree char *name = msgr_ctl_contact_look_up(ctl, msgr_ctl_dict_string(session, "User"));

    add_pair(table, invitee ? _("Inviter") : _("Invited"), name);
}

static void
add_state(MsgrCtlTable *table, GVariant *session)
{
    guint32 state = msgr_ctl_dict_uint32(session, "State");
    guint32 result = msgr_ctl_dict_uint32(session, "Result");
    g_autofree char *expires = format_expiry(session);
    g_autofree char *why = result != 0 ? msgr_ctl_result_word(result) : g_strdup("");

    add_pair(table, _("State"), msgr_ctl_state_word(state, msgr_ctl_dict_uint32(session, "Flags")));
    msgr_ctl_table_style(table, 1, msgr_ctl_state_style(state));
    add_pair(table, _("Result"), why);
    add_pair(table, _("Expires"), expires);
}

static void
print_session(MsgrCtl *ctl, const char *path, GVariant *session)
{
    g_autoptr(MsgrCtlTable) table = msgr_ctl_table_new(2, NULL);
    g_autofree char *text = NULL;

    add_pair(table, _("Session"), msgr_ctl_session_id(path));
    add_party(ctl, table, session);
    add_pair(table, _("Application"), msgr_ctl_dict_string(session, "ApplicationName"));
    add_pair(table, _("GUID"), msgr_ctl_dict_string(session, "Application"));
    add_pair(table, _("URL"), msgr_ctl_dict_string(session, "ApplicationUrl"));
    add_state(table, session);
    add_pair(table, _("Own address"), msgr_ctl_dict_string(session, "LocalAddress"));
    add_pair(table, _("Their address"), msgr_ctl_dict_string(session, "RemoteAddress"));
    add_pair(table, _("Context data"), msgr_ctl_dict_string(session, "ContextData"));
    add_pair(table, _("Common ID"), msgr_ctl_dict_string(session, "SessionId"));
    text = msgr_ctl_table_render(table, &ctl->output);
    msgr_ctl_output_text(text);
}

static int
run_show(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *path = NULL;
    g_autoptr(GVariant) session = NULL;

    if (!msgr_ctl_need_sessions(ctl, error))
        return MSGR_CTL_EXIT_FAILED;
    path = msgr_ctl_session_find(ctl, args[0], error);
    if (path == NULL)
        return MSGR_CTL_EXIT_FAILED;
    session = msgr_ctl_bus_get_all(ctl->bus, path, MSGR_SESSION_IFACE, error);
    if (session == NULL)
        return MSGR_CTL_EXIT_FAILED;
    if (ctl->output.json) {
        JsonObject *object = describe_json(ctl, path, session);

        msgr_ctl_json_print(object);
        json_object_unref(object);
    } else {
        print_session(ctl, path, session);
    }
    return MSGR_CTL_EXIT_OK;
}

const MsgrCtlVerb msgr_ctl_verb_sessions = {
    .name = "sessions",
    .args = "",
    .summary = N_("Lists your sessions, and the invitations that wait for you"),
    .description = N_("Other verbs take a session by its object path, by all of its 32 digits, or "
                      "by the first of\n"
                      "them, at least 4, as long as they are no other's."),
    .examples =
        "msgrctl sessions\n"
        "msgrctl --json sessions | jq -r '.[] | select(.StateName == \"INVITATION\") | .Session'",
    .run = run_sessions,
};

const MsgrCtlVerb msgr_ctl_verb_show = {
    .name = "show",
    .args = N_("SESSION"),
    .summary = N_("Shows everything about a session"),
    .examples = "msgrctl show 3f2a",
    .min_args = 1,
    .max_args = 1,
    .run = run_show,
};
