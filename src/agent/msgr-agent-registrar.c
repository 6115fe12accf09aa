/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-registrar.h"

#include <gio/gdesktopappinfo.h>

#include "msgr-agent-text.h"
#include "msgr-error.h"
#include "msgr-names.h"
#include "msgr-text.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"

struct _MsgrAgentRegistrar {
    MsgrAgentService *service;
    GAppInfoMonitor *monitor;
    gboolean is_busy;
    gboolean is_outdated; /* something has changed meanwhile */
    guint n_calls;        /* under way */
};

static void
finish(MsgrAgentRegistrar *self)
{
    self->is_busy = FALSE;
    if (self->is_outdated)
        msgr_agent_registrar_sync(self);
}

static void
call_done(GObject *source, GAsyncResult *result, gpointer data)
{
    MsgrAgentRegistrar *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, &error);

    if (reply == NULL)
        g_info("An application of a desktop file: %s", error->message);
    if (--self->n_calls == 0)
        finish(self);
}

static void
call(MsgrAgentRegistrar *self, const char *method, GVariant *args)
{
    self->n_calls++;
    msgr_agent_service_call(self->service, MSGR_BUS_NAME, MSGR_SESSION_MANAGER_PATH,
                            MSGR_SESSION_MANAGER_IFACE, method, args, "()", call_done, self);
}

/* (nullable): what a desktop file says of its application, as RegisterApplicationWith takes it. */
static GVariant *
describe(GDesktopAppInfo *info, const char *guid)
{
    GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_autofree char *url = g_desktop_app_info_get_string(info, "X-Msgr-Url");
    g_autofree char *app_id = g_desktop_app_info_get_string(info, "X-Msgr-AppId");
    const char *app_ids[] = { app_id, NULL };

    g_variant_builder_add(&builder, "{sv}", "Guid", g_variant_new_string(guid));
    g_variant_builder_add(&builder, "{sv}", "Name",
                          g_variant_new_string(g_app_info_get_name(G_APP_INFO(info))));
    g_variant_builder_add(&builder, "{sv}", "Url", g_variant_new_string(url != NULL ? url : ""));
    g_variant_builder_add(&builder, "{sv}", "DesktopId",
                          g_variant_new_string(g_app_info_get_id(G_APP_INFO(info))));
    g_variant_builder_add(&builder, "{sv}", "AppIds", g_variant_new_strv(app_ids, -1));
    g_variant_builder_add(&builder, "{sv}", "Replace", g_variant_new_boolean(TRUE));
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

/* GUID -> description, of the desktop files that are there. Of two with one GUID the first counts.
 */
static GHashTable *
find_desktop_files(void)
{
    GHashTable *found =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
    GList *all = g_app_info_get_all();

    for (GList *link = all; link != NULL; link = link->next) {
        g_autofree char *guid = NULL;

        if (!G_IS_DESKTOP_APP_INFO(link->data))
            continue;
        guid = g_desktop_app_info_get_string(link->data, "X-Msgr-Guid");
        if (guid == NULL || !msgr_check_guid(guid, NULL) || g_hash_table_contains(found, guid))
            continue;
        g_hash_table_insert(found, g_strdup(guid), describe(link->data, guid));
    }
    g_list_free_full(all, g_object_unref);
    return found;
}

static void
unregister_gone(MsgrAgentRegistrar *self, GVariant *applications, GHashTable *found)
{
    GVariantIter iter;
    GVariant *entry;

    g_variant_iter_init(&iter, applications);
    while ((entry = g_variant_iter_next_value(&iter)) != NULL) {
        const char *guid = msgr_agent_text_get(entry, "Guid");

        if (g_str_equal(msgr_agent_text_get(entry, "RegisteredBy"), MSGR_AGENT_APP_ID) &&
            !g_hash_table_contains(found, guid))
            call(self, "UnRegisterApplication", g_variant_new("(s)", guid));
        g_variant_unref(entry);
    }
}

static void
got_applications(GObject *source, GAsyncResult *result, gpointer data)
{
    MsgrAgentRegistrar *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, &error);
    g_autoptr(GVariant) applications = NULL;
    g_autoptr(GHashTable) found = NULL;
    GHashTableIter iter;
    gpointer description;

    if (reply != NULL)
        g_variant_get(reply, "(v)", &applications);
    if (applications == NULL || !g_variant_is_of_type(applications, G_VARIANT_TYPE("aa{sv}"))) {
        g_info("The desktop files are not registered: %s",
               error != NULL ? error->message : "the service answers strangely");
        finish(self);
        return;
    }
    found = find_desktop_files();
    self->n_calls = 1;
    unregister_gone(self, applications, found);
    g_hash_table_iter_init(&iter, found);
    while (g_hash_table_iter_next(&iter, NULL, &description))
        call(self, "RegisterApplicationWith", g_variant_new("(@a{sv})", description));
    if (--self->n_calls == 0)
        finish(self);
}

/**
 * msgr_agent_registrar_sync:
 *
 * Makes the service know the desktop files that there are, and no others of ours. Called while that
 * is under way, it is done once more.
 */
void
msgr_agent_registrar_sync(MsgrAgentRegistrar *self)
{
    self->is_outdated = self->is_busy;
    if (self->is_busy)
        return;
    self->is_busy = TRUE;
    msgr_agent_service_call(self->service, MSGR_BUS_NAME, MSGR_SESSION_MANAGER_PATH, PROPERTIES,
                            "Get",
                            g_variant_new("(ss)", MSGR_SESSION_MANAGER_IFACE, "Applications"),
                            "(v)", got_applications, self);
}

/* The monitor is silent until the files are read again: a burst of changes is one. */
static void
files_changed(GAppInfoMonitor *monitor, gpointer data)
{
    msgr_agent_registrar_sync(data);
}

static void
registered(MsgrAgentService *service, gpointer data)
{
    msgr_agent_registrar_sync(data);
}

MsgrAgentRegistrar *
msgr_agent_registrar_new(MsgrAgentService *service)
{
    MsgrAgentRegistrar *self = g_new0(MsgrAgentRegistrar, 1);

    self->service = g_object_ref(service);
    self->monitor = g_app_info_monitor_get();
    g_signal_connect(self->monitor, "changed", G_CALLBACK(files_changed), self);
    g_signal_connect(service, "registered", G_CALLBACK(registered), self);
    return self;
}

void
msgr_agent_registrar_free(MsgrAgentRegistrar *self)
{
    g_signal_handlers_disconnect_by_data(self->monitor, self);
    g_signal_handlers_disconnect_by_data(self->service, self);
    g_object_unref(self->monitor);
    g_object_unref(self->service);
    g_free(self);
}
