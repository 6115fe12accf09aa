/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * org.msgr.AgentManager1: the processes that show, ask and launch for a user. It needs no
 * unlocking: the boundary is the user.
 */
#include "msgr-agent.h"
#include "msgr-interface-info.h"
#include "msgr-interface.h"
#include "msgr-options.h"
#include "msgr-start.h"

static gboolean
get_roles(GVariant *options, guint *roles, GError **error)
{
    g_autofree const char **names = NULL;
    MsgrAgentRole role;

    if (!msgr_options_strings(options, "Roles", &names, error))
        return FALSE;
    *roles = names == NULL ? MSGR_AGENT_ALL_ROLES : 0;
    for (gsize i = 0; names != NULL && names[i] != NULL; i++) {
        if (!msgr_agent_role_from_name(names[i], &role))
            return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS, "A role is \"ui\" or \"launch\"");
        *roles |= MSGR_AGENT_HAS(role);
    }
    return *roles != 0 || msgr_refuse(error, MSGR_ERROR_INVALID_ARGS, "An agent has a role");
}

static GVariant *
register_agent(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) options = NULL;
    const char *path;
    gint32 priority = 0;
    guint roles;

    g_variant_get(args, "(&o@a{sv})", &path, &options);
    if (!get_roles(options, &roles, error) ||
        !msgr_options_int32(options, "Priority", &priority, error))
        return NULL;
    return msgr_handled(msgr_agent_register(call->client, path, roles, priority, error));
}

static GVariant *
unregister_agent(MsgrCall *call, GVariant *args, GError **error)
{
    const char *path;

    g_variant_get(args, "(&o)", &path);
    return msgr_handled(msgr_agent_unregister(call->client, path, error));
}

static GVariant *
report_exit(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) options = NULL;
    const char *path;
    guint32 pid;
    gboolean failed;

    g_variant_get(args, "(&oub@a{sv})", &path, &pid, &failed, &options);
    return msgr_handled(msgr_start_report_exit(call->client, path, pid, failed, error));
}

static const MsgrMethod methods[] = {
    { "RegisterAgent", MSGR_NEED_NOTHING, register_agent },
    { "UnregisterAgent", MSGR_NEED_NOTHING, unregister_agent },
    { "ReportExit", MSGR_NEED_NOTHING, report_exit },
    { NULL },
};

static const MsgrProperty properties[] = { { NULL } };

const MsgrInterface msgr_agent_manager1 = {
    .info = &msgr_dbus_agent_manager1_interface,
    .targets = MSGR_TARGET_ROOT,
    .is_for_agents = TRUE,
    .methods = methods,
    .properties = properties,
};
