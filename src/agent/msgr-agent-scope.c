/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-scope.h"

#define SYSTEMD_NAME  "org.freedesktop.systemd1"
#define SYSTEMD_PATH  "/org/freedesktop/systemd1"
#define SYSTEMD_IFACE "org.freedesktop.systemd1.Manager"

/* Milliseconds that a launch waits for its scope at most: it works without. */
#define PATIENCE 2000

/* Of a unit's name, which is 255 at most. */
#define MAX_ID 180

typedef struct {
    GDBusConnection *connection;
    char *unit;
    guint subscription;
    guint timeout;
    gboolean is_queued; /* the reply and the signal: whichever comes first */
    gboolean is_done;
    MsgrAgentScoped scoped;
    gpointer data;
} Start;

/**
 * msgr_agent_scope_name:
 *
 * Returns: a name for a scope of this application, as the desktops' convention wants it.
 */
char *
msgr_agent_scope_name(const char *app_id)
{
    GString *name = g_string_new("app-msgr-");

    for (const char *at = app_id; *at != '\0' && name->len < MAX_ID; at++) {
        if (g_ascii_isalnum(*at) || *at == '_' || (*at == '.' && at != app_id))
            g_string_append_c(name, *at);
        else
            g_string_append_printf(name, "\\x%02x", (guchar)*at);
    }
    g_string_append_printf(name, "-%08x.scope", g_random_int());
    return g_string_free(name, FALSE);
}

static void
finish(Start *start)
{
    g_dbus_connection_signal_unsubscribe(start->connection, start->subscription);
    g_clear_handle_id(&start->timeout, g_source_remove);
    start->scoped(start->data);
    g_object_unref(start->connection);
    g_free(start->unit);
    g_free(start);
}

static gboolean
patience_is_over(gpointer data)
{
    Start *start = data;

    g_info("%s takes too long to start", start->unit);
    start->timeout = 0;
    finish(start);
    return G_SOURCE_REMOVE;
}

static void
job_removed(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
            const char *member, GVariant *args, gpointer data)
{
    Start *start = data;
    const char *unit;

    if (!g_variant_is_of_type(args, G_VARIANT_TYPE("(uoss)")))
        return;
    g_variant_get(args, "(uo&ss)", NULL, NULL, &unit, NULL);
    start->is_done = start->is_done || g_str_equal(unit, start->unit);
    if (start->is_done && start->is_queued)
        finish(start);
}

static void
job_queued(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = NULL;
    Start *start = data;

    reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    start->is_queued = TRUE;
    if (reply != NULL && !start->is_done) {
        start->timeout = g_timeout_add(PATIENCE, patience_is_over, start);
        return;
    }
    if (reply == NULL)
        g_debug("Launched without a scope: %s", error->message);
    finish(start);
}

static GVariant *
build_unit(const char *unit, const char *description, GPid pid)
{
    GVariantBuilder properties = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a(sv)"));
    guint32 pids[] = { (guint32)pid };

    g_variant_builder_add(&properties, "(sv)", "Description", g_variant_new_string(description));
    g_variant_builder_add(&properties, "(sv)", "PIDs",
                          g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32, pids, 1, sizeof(*pids)));
    g_variant_builder_add(&properties, "(sv)", "Slice", g_variant_new_string("app.slice"));
    g_variant_builder_add(&properties, "(sv)", "CollectMode",
                          g_variant_new_string("inactive-or-failed"));
    return g_variant_new("(ssa(sv)a(sa(sv)))", unit, "fail", &properties, NULL);
}

/**
 * msgr_agent_scope_start:
 * @connection: (nullable): the session bus
 * @description: for people who look at the list of units
 * @scoped: is called when @pid is in its scope, or can't be: no user manager, an old one
 */
void
msgr_agent_scope_start(GDBusConnection *connection, const char *app_id, const char *description,
                       GPid pid, MsgrAgentScoped scoped, gpointer data)
{
    Start *start;

    if (connection == NULL) {
        scoped(data);
        return;
    }
    start = g_new0(Start, 1);
    start->connection = g_object_ref(connection);
    start->unit = msgr_agent_scope_name(app_id);
    start->scoped = scoped;
    start->data = data;
    start->subscription = g_dbus_connection_signal_subscribe(
        connection, SYSTEMD_NAME, SYSTEMD_IFACE, "JobRemoved", SYSTEMD_PATH, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, job_removed, start, NULL);
    g_dbus_connection_call(connection, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_IFACE,
                           "StartTransientUnit", build_unit(start->unit, description, pid),
                           G_VARIANT_TYPE("(o)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE, NULL,
                           job_queued, start);
}
