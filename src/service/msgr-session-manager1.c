/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * org.msgr.SessionManager1: sessions come to be, applications are registered.
 */
#include "msgr-agent.h"
#include "msgr-application.h"
#include "msgr-applications-property.h"
#include "msgr-interface-info.h"
#include "msgr-interface.h"
#include "msgr-options.h"
#include "msgr-path-check.h"
#include "msgr-service.h"
#include "msgr-session-calls.h"
#include "msgr-start.h"
#include "msgr-target.h"
#include "msgr-text.h"

static GVariant *
refuse(GError **error, MsgrError code, const char *message)
{
    g_set_error_literal(error, MSGR_ERROR, code, message);
    return NULL;
}

static GVariant *
session_path(MsgrSide *side)
{
    return side == NULL ? NULL : g_variant_new("(o)", side->path);
}

static GVariant *
create_session(MsgrCall *call, GVariant *args, GError **error)
{
    return session_path(msgr_session_create(call->client, error));
}

/* The agent must not wait for itself. */
static gboolean
may_just_have_started(MsgrClient *client)
{
    return msgr_start_is_under_way(client->user) && !msgr_agent_is_registered(client);
}

static GVariant *
get_launching_session(MsgrCall *call, GVariant *args, GError **error)
{
    MsgrLaunchWaiters *waiters = msgr_service_launch_waiters(call->service);
    guint32 pid;
    MsgrSide *side;

    g_variant_get(args, "(u)", &pid);
    side = msgr_session_launching(call->client, pid, error);
    if (side == NULL && may_just_have_started(call->client)) {
        g_clear_error(error);
        msgr_launch_waiters_add(waiters, call, pid);
    }
    return session_path(side);
}

static GVariant *
list_sessions(MsgrCall *call, GVariant *args, GError **error)
{
    return g_variant_new("(@a(oa{sv}))", msgr_side_list(call->client));
}

static gboolean
get_invite_options(GVariant *options, MsgrInviteOptions *result, GError **error)
{
    return msgr_options_string(options, "LocalAddress", &result->local_address, error) &&
           msgr_options_uint32(options, "Timeout", &result->timeout, error) &&
           msgr_options_boolean(options, "Detach", &result->detach, error) &&
           msgr_options_token(options, &result->activation_token, error);
}

static GVariant *
invite_contact(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) options = NULL;
    const char *guid, *path, *app_data;
    MsgrInviteOptions invite = { 0 };
    MsgrTarget target;

    g_variant_get(args, "(&s&o&s@a{sv})", &guid, &path, &app_data, &options);
    if (!get_invite_options(options, &invite, error))
        return NULL;
    if (g_str_equal(path, "/"))
        return session_path(msgr_session_let_choose(call->client, guid, app_data, &invite, error));
    target = msgr_target_find(msgr_service_model(call->service), call->client, path);
    return session_path(
        msgr_session_invite_contact(call->client, guid, target.contact, app_data, &invite, error));
}

/* A registration on its way: its path is looked at before it counts. */
typedef struct {
    MsgrCall *call;
    MsgrAppEntry *entry;
    gboolean replace;
    MsgrPathVerdict verdict;
} Registration;

static GVariant *
finish_registration(MsgrCall *call, gpointer data, GError **error)
{
    Registration *registration = data;

    if (registration->verdict == MSGR_PATH_MISSING)
        return refuse(error, MSGR_ERROR_INVALID_ARGS, "There is no file at this path");
    if (registration->verdict == MSGR_PATH_NOT_A_PROGRAM)
        return refuse(error, MSGR_ERROR_INVALID_ARGS, "What is at this path is no program");
    if (!msgr_application_register(call->client, registration->entry, registration->replace, error))
        return NULL;
    return g_variant_new("()");
}

static void
path_checked(const MsgrPathVerdict *verdicts, guint n, gpointer data)
{
    Registration *registration = data;

    registration->verdict = verdicts[0];
    msgr_service_resume(registration->call, finish_registration, registration);
    msgr_app_entry_unref(registration->entry);
    g_free(registration);
}

/* Takes the entry. */
static GVariant *
begin_registration(MsgrCall *call, MsgrAppEntry *taken, gboolean replace, GError **error)
{
    g_autoptr(MsgrAppEntry) entry = taken;
    const char *paths[] = { entry->path, NULL };
    Registration *registration;

    if (!msgr_app_entry_check(entry, error))
        return NULL;
    if (*entry->path == '\0') {
        if (!msgr_application_register(call->client, entry, replace, error))
            return NULL;
        return g_variant_new("()");
    }
    registration = g_new0(Registration, 1);
    registration->call = call;
    registration->entry = g_steal_pointer(&entry);
    registration->replace = replace;
    msgr_service_defer(call);
    msgr_path_check(paths, path_checked, registration);
    return NULL;
}

static MsgrAppEntry *
new_entry(MsgrCall *call, const char *guid, const char *name, const char *url, const char *path,
          const char *desktop_id, const char *version)
{
    const char *app_id = msgr_client_app_id(call->client, MSGR_OBJECT_SESSION_MANAGER);

    return msgr_app_entry_new(guid, name, url, path, desktop_id, version, app_id,
                              msgr_model_wall(msgr_service_model(call->service)));
}

static GVariant *
register_application(MsgrCall *call, GVariant *args, GError **error)
{
    const char *guid, *name, *url, *path;
    guint32 flags;

    g_variant_get(args, "(&s&s&s&su)", &guid, &name, &url, &path, &flags);
    if (flags != 0)
        return refuse(error, MSGR_ERROR_INVALID_ARGS, "flags must be 0");
    return begin_registration(call, new_entry(call, guid, name, url, path, "", ""), FALSE, error);
}

static gboolean
need_options(GVariant *options, const char *const *keys, GError **error)
{
    for (gsize i = 0; keys[i] != NULL; i++) {
        g_autoptr(GVariant) value = g_variant_lookup_value(options, keys[i], NULL);

        if (value == NULL) {
            g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "%s is missing", keys[i]);
            return FALSE;
        }
    }
    return TRUE;
}

/* Whose application it is only the agent may say, which has it from a desktop file. */
static gboolean
set_app_ids(MsgrCall *call, GVariant *application, MsgrAppEntry *entry, GError **error)
{
    g_autofree const char **ids = NULL;

    if (!msgr_options_strings(application, "AppIds", &ids, error))
        return FALSE;
    if (ids == NULL)
        return TRUE;
    if (!g_str_equal(entry->registered_by, MSGR_AGENT_APP_ID))
        return refuse(error, MSGR_ERROR_ACCESS_DENIED, "Only the agent may give AppIds") != NULL;
    g_strfreev(entry->app_ids);
    entry->app_ids = g_strdupv((char **)ids);
    return TRUE;
}

static GVariant *
register_application_with(MsgrCall *call, GVariant *args, GError **error)
{
    static const char *const needed[] = { "Guid", "Name", "Url", NULL };
    g_autoptr(GVariant) a = g_variant_get_child_value(args, 0);
    const char *guid = "", *name = "", *url = "", *path = "", *desktop_id = "", *version = "";
    g_autoptr(MsgrAppEntry) entry = NULL;
    gboolean replace = FALSE;

    if (!msgr_options_string(a, "Guid", &guid, error) ||
        !msgr_options_string(a, "Name", &name, error) ||
        !msgr_options_string(a, "Url", &url, error) ||
        !msgr_options_string(a, "Path", &path, error) ||
        !msgr_options_string(a, "DesktopId", &desktop_id, error) ||
        !msgr_options_string(a, "Version", &version, error) ||
        !msgr_options_boolean(a, "Replace", &replace, error) || !need_options(a, needed, error))
        return NULL;
    entry = new_entry(call, guid, name, url, path, desktop_id, version);
    if (!set_app_ids(call, a, entry, error))
        return NULL;
    return begin_registration(call, g_steal_pointer(&entry), replace, error);
}

static GVariant *
unregister_application(MsgrCall *call, GVariant *args, GError **error)
{
    const char *guid;

    g_variant_get(args, "(&s)", &guid);
    if (!msgr_check_guid(guid, error) || !msgr_application_unregister(call->client, guid, error))
        return NULL;
    return g_variant_new("()");
}

static const MsgrMethod methods[] = {
    { "CreateSession", MSGR_NEED_SESSIONS, create_session },
    { "GetLaunchingSession", MSGR_NEED_SESSIONS, get_launching_session },
    { "RegisterApplication", MSGR_NEED_SESSIONS, register_application },
    { "RegisterApplicationWith", MSGR_NEED_SESSIONS, register_application_with },
    { "UnRegisterApplication", MSGR_NEED_SESSIONS, unregister_application },
    { "InviteContact", MSGR_NEED_SESSIONS, invite_contact },
    { "ListSessions", MSGR_NEED_SESSIONS, list_sessions },
    { NULL },
};

static const MsgrProperty properties[] = {
    { "Applications", MSGR_NEED_SESSIONS, .get_late = msgr_applications_property_get },
    { NULL },
};

const MsgrInterface msgr_session_manager1 = {
    .info = &msgr_dbus_session_manager1_interface,
    .targets = MSGR_TARGET_SESSION_MANAGER,
    .need = MSGR_NEED_SESSIONS,
    .methods = methods,
    .properties = properties,
};
