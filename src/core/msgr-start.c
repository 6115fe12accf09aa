/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How an application is started by the user's agent, and finds its session: by the process that was
 * started, as long as that is the same, or by what its client has proved to be.
 */
#include "msgr-start.h"

#include <string.h>

#include "msgr-agent.h"
#include "msgr-application.h"
#include "msgr-client.h"
#include "msgr-session-flow.h"

static void
answered(MsgrOrder *order, const MsgrAnswer *answer)
{
    MsgrSession *session = order->subject;
    MsgrSide *side = msgr_session_side(session, order->detail);
    MsgrSideData *data = msgr_side_data(side);

    if (!session->record.linked || data->launch != MSGR_LAUNCH_ORDERED)
        return;
    if (answer->value == NULL) {
        g_info("user %u: an application was not launched: %s", side->user->uid,
               answer->error->message);
        msgr_session_fail(session, MSGR_ERROR_APPLICATION_LAUNCH_FAILED);
        return;
    }
    msgr_session_touch(session);
    data->launch = MSGR_LAUNCH_WAITING;
    data->process = msgr_process_ref(answer->process);
}

static GVariant *
launch_args(MsgrSide *side, const MsgrAppEntry *entry)
{
    const char *token = msgr_side_data(side)->activation_token;
    const struct {
        const char *key;
        const char *value;
    } texts[] = {
        { "Guid", entry->guid },
        { "Name", entry->name },
        { "Url", entry->url },
        { "DesktopId", entry->desktop_id },
        { "Path", entry->path },
        { "RegisteredBy", entry->registered_by },
        { "ActivationToken", token == NULL ? "" : token },
    };
    GVariantBuilder application;

    g_variant_builder_init(&application, G_VARIANT_TYPE_VARDICT);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_variant_builder_add(&application, "{sv}", texts[i].key,
                              g_variant_new_string(texts[i].value));
    g_variant_builder_add(&application, "{sv}", "AppIds",
                          g_variant_new_strv((const char *const *)entry->app_ids, -1));
    return g_variant_new("(oa{sv})", side->path, &application);
}

/**
 * msgr_start_order:
 *
 * Nobody took the session: the user's agent is to launch the application.
 *
 * Returns: whether there is an agent, and an application.
 */
gboolean
msgr_start_order(MsgrSide *side)
{
    MsgrAppEntry *entry = msgr_application_find(side->user, msgr_side_session_data(side)->app);
    MsgrAgent *agent = msgr_agent_active(side->user, MSGR_AGENT_LAUNCH);
    MsgrSideData *data = msgr_side_data(side);
    MsgrOrder *order;

    if (entry == NULL || agent == NULL)
        return FALSE;
    order = msgr_agent_order(side->user, MSGR_AGENT_LAUNCH, "LaunchApplication",
                             launch_args(side, entry));
    msgr_order_set_subject(order, side->session, side->path);
    order->detail = side->role;
    order->reply_type = "(uh)";
    order->takes_process = TRUE;
    order->done = answered;
    msgr_session_touch(side->session);
    data->launch = MSGR_LAUNCH_ORDERED;
    data->launch_due = MSGR_NEVER;
    data->launched_by = agent->number;
    msgr_string_clear(&data->activation_token);
    return TRUE;
}

/**
 * msgr_start_forget:
 *
 * The side needs no launch any more. To be called when the session has been touched.
 */
void
msgr_start_forget(MsgrSide *side)
{
    MsgrSideData *data = msgr_side_data(side);
    MsgrAgent *agent = data->launch != MSGR_LAUNCH_ORDERED
                           ? NULL
                           : msgr_agent_numbered(side->user, data->launched_by);

    if (agent != NULL)
        msgr_turn_order(side->session->model->turn,
                        msgr_order_new_withdrawal(side->user->uid, agent->client, side->path));
    data->launch = MSGR_LAUNCH_NONE;
    g_clear_pointer(&data->process, msgr_process_unref);
    msgr_string_clear(&data->activation_token);
}

/**
 * msgr_start_set_token:
 * @token: (nullable): what lets the application's window come to the front
 *
 * For the launch on this side, if there is one. It is never stored.
 */
void
msgr_start_set_token(MsgrSide *side, const char *token)
{
    if (token == NULL)
        return;
    msgr_session_touch(side->session);
    msgr_string_set(&msgr_side_data(side)->activation_token, token);
}

/**
 * msgr_start_is_under_way:
 *
 * Returns: whether the user's agent has been asked to launch something and has not answered yet:
 * the application may already run, unknown.
 */
gboolean
msgr_start_is_under_way(MsgrUser *user)
{
    GHashTableIter iter;
    gpointer side;

    g_hash_table_iter_init(&iter, user->live);
    while (g_hash_table_iter_next(&iter, &side, NULL)) {
        if (msgr_side_data(side)->launch == MSGR_LAUNCH_ORDERED)
            return TRUE;
    }
    return FALSE;
}

static MsgrSide *
side_at(MsgrUser *user, const char *path)
{
    MsgrSide *side = NULL;

    if (g_str_has_prefix(path, MSGR_SESSION_PREFIX))
        side = msgr_model_side(user->model, path + strlen(MSGR_SESSION_PREFIX));
    return side != NULL && side->user == user ? side : NULL;
}

/* Of another process than the one that is known nothing follows. */
static gboolean
is_about(const MsgrSideData *data, guint32 pid)
{
    return data->process == NULL || data->process->pid == 0 || data->process->pid == pid;
}

/**
 * msgr_start_report_exit:
 * @path: a session's
 * @failed: by a signal, or with a status other than 0
 *
 * A process that an agent launched has ended. If it has failed before it took the session, so has
 * the launch; else it may have handed over to another process.
 *
 * Errors: MSGR_ERROR_ACCESS_DENIED, MSGR_ERROR_NOT_FOUND.
 */
gboolean
msgr_start_report_exit(MsgrClient *client, const char *path, guint32 pid, gboolean failed,
                       GError **error)
{
    MsgrSide *side = side_at(client->user, path);
    MsgrLaunch launch;

    if (!msgr_agent_is_registered(client))
        return msgr_refuse(error, MSGR_ERROR_ACCESS_DENIED, "Only an agent launches");
    if (side == NULL)
        return msgr_refuse(error, MSGR_ERROR_NOT_FOUND, "Your user has no such session");
    launch = msgr_side_data(side)->launch;
    if (failed && (launch == MSGR_LAUNCH_ORDERED || launch == MSGR_LAUNCH_WAITING) &&
        is_about(msgr_side_data(side), pid))
        msgr_session_fail(side->session, MSGR_ERROR_APPLICATION_LAUNCH_FAILED);
    return TRUE;
}

static gboolean
waits(const MsgrSideData *data)
{
    return data->launch == MSGR_LAUNCH_DECIDING || data->launch == MSGR_LAUNCH_ORDERED ||
           data->launch == MSGR_LAUNCH_WAITING;
}

static gboolean
waits_for_process(MsgrSide *side, guint32 pid)
{
    const MsgrSideData *data = msgr_side_data(side);

    return waits(data) && msgr_process_is(data->process, pid);
}

static gboolean
waits_for_application(MsgrSide *side, const char *app_id)
{
    const MsgrSideData *data = msgr_side_data(side);

    return waits(data) && data->app_ids != NULL &&
           g_strv_contains((const char *const *)data->app_ids, app_id);
}

/* The process is sure of its own; else the oldest. */
static MsgrSide *
find_waiting(GList *sides, MsgrClient *client, guint32 pid, const char *app_id)
{
    for (GList *l = sides; l != NULL; l = l->next) {
        if ((pid == 0 || pid == client->pid) && waits_for_process(l->data, client->pid))
            return l->data;
    }
    for (GList *l = sides; l != NULL; l = l->next) {
        if (waits_for_application(l->data, app_id))
            return l->data;
    }
    return NULL;
}

/**
 * msgr_session_launching:
 * @pid: the caller's process, or 0
 *
 * An application asks for the session that it is to serve: the one that its process was launched
 * for, else the oldest one of its own that waits. By that the side is attached.
 *
 * Returns: (nullable) (transfer none): the side.
 *
 * Errors: MSGR_ERROR_FAILED.
 */
MsgrSide *
msgr_session_launching(MsgrClient *client, guint32 pid, GError **error)
{
    const char *app_id = msgr_client_app_id(client, MSGR_OBJECT_SESSION_MANAGER);
    g_autoptr(GList) sides =
        g_list_sort(g_hash_table_get_keys(client->user->live), msgr_side_compare_age);
    MsgrSide *side = find_waiting(sides, client, pid, app_id);

    if (side == NULL)
        msgr_refuse(error, MSGR_ERROR_FAILED, "No session waits for this application");
    else
        msgr_launch_attach(side, app_id);
    return side;
}
