/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * SessionManager1's property Applications: what is registered, and whether it is still where it was
 * said to be.
 */
#include "msgr-applications-property.h"

#include "msgr-application.h"
#include "msgr-path-check.h"
#include "msgr-service.h"

typedef struct {
    MsgrCall *call;
    gboolean all;       /* GetAll, not Get */
    GPtrArray *entries; /* of MsgrAppEntry */
    const MsgrPathVerdict *verdicts;
} Reading;

static void
add_text(GVariantBuilder *rows, const char *name, const char *value)
{
    g_variant_builder_add(rows, "{sv}", name, g_variant_new_string(value));
}

/* A desktop file need not be a program; and a user's own desktop files are out of the service's
 * sight. */
static gboolean
is_installed(const MsgrAppEntry *entry, MsgrPathVerdict verdict)
{
    gboolean is_packaged = g_str_equal(entry->registered_by, MSGR_SYSTEM_APP_ID);

    if (*entry->desktop_id != '\0')
        return !is_packaged || verdict != MSGR_PATH_MISSING;
    return verdict == MSGR_PATH_FINE || verdict == MSGR_PATH_UNKNOWN;
}

static void
add_row(GVariantBuilder *rows, const MsgrAppEntry *entry, MsgrPathVerdict verdict)
{
    g_variant_builder_open(rows, G_VARIANT_TYPE_VARDICT);
    add_text(rows, "Guid", entry->guid);
    add_text(rows, "Name", entry->name);
    add_text(rows, "Url", entry->url);
    add_text(rows, "Path", entry->path);
    add_text(rows, "DesktopId", entry->desktop_id);
    add_text(rows, "Version", entry->version);
    add_text(rows, "RegisteredBy", entry->registered_by);
    g_variant_builder_add(rows, "{sv}", "RegisteredAt", g_variant_new_uint64(entry->registered_at));
    g_variant_builder_add(rows, "{sv}", "Installed",
                          g_variant_new_boolean(is_installed(entry, verdict)));
    g_variant_builder_close(rows);
}

static GVariant *
answer(MsgrCall *call, gpointer data, GError **error)
{
    Reading *reading = data;
    GVariantBuilder rows, all;
    GVariant *value;

    g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < reading->entries->len; i++)
        add_row(&rows, reading->entries->pdata[i], reading->verdicts[i]);
    value = g_variant_builder_end(&rows);
    if (!reading->all)
        return g_variant_new("(v)", value);
    g_variant_builder_init(&all, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&all, "{sv}", "Applications", value);
    return g_variant_new("(a{sv})", &all);
}

static void
checked(const MsgrPathVerdict *verdicts, guint n, gpointer data)
{
    Reading *reading = data;

    reading->verdicts = verdicts;
    msgr_service_resume(reading->call, answer, reading);
    g_ptr_array_unref(reading->entries);
    g_free(reading);
}

static char *
place_of(const MsgrAppEntry *entry)
{
    if (*entry->path != '\0')
        return g_strdup(entry->path);
    return g_build_filename("/usr/share/applications", entry->desktop_id, NULL);
}

/**
 * msgr_applications_property_get:
 * @all: answer GetAll
 *
 * Answers when the paths have been looked at.
 */
void
msgr_applications_property_get(MsgrCall *call, gboolean all)
{
    Reading *reading = g_new0(Reading, 1);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_auto(GStrv) paths = NULL;

    reading->call = call;
    reading->all = all;
    reading->entries = msgr_application_list(call->client->user);
    for (guint i = 0; i < reading->entries->len; i++) {
        g_autofree char *place = place_of(reading->entries->pdata[i]);

        g_strv_builder_add(builder, place);
    }
    paths = g_strv_builder_end(builder);
    msgr_service_defer(call);
    msgr_path_check((const char *const *)paths, checked, reading);
}
