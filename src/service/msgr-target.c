/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Object paths, as one client sees them: what it may not see is like what never was.
 */
#include "msgr-target.h"

#include <string.h>

#include "msgr-contact.h"
#include "msgr-interface.h"
#include "msgr-session.h"

#define DOCTYPE                                                                                    \
    "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n"           \
    "\"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n"

/* What every object has beside its own. */
#define STANDARD                                                                                   \
    "  <interface name=\"org.freedesktop.DBus.Properties\">\n"                                     \
    "    <method name=\"Get\">\n"                                                                  \
    "      <arg type=\"s\" name=\"interface_name\" direction=\"in\"/>\n"                           \
    "      <arg type=\"s\" name=\"property_name\" direction=\"in\"/>\n"                            \
    "      <arg type=\"v\" name=\"value\" direction=\"out\"/>\n"                                   \
    "    </method>\n"                                                                              \
    "    <method name=\"GetAll\">\n"                                                               \
    "      <arg type=\"s\" name=\"interface_name\" direction=\"in\"/>\n"                           \
    "      <arg type=\"a{sv}\" name=\"properties\" direction=\"out\"/>\n"                          \
    "    </method>\n"                                                                              \
    "    <method name=\"Set\">\n"                                                                  \
    "      <arg type=\"s\" name=\"interface_name\" direction=\"in\"/>\n"                           \
    "      <arg type=\"s\" name=\"property_name\" direction=\"in\"/>\n"                            \
    "      <arg type=\"v\" name=\"value\" direction=\"in\"/>\n"                                    \
    "    </method>\n"                                                                              \
    "  </interface>\n"                                                                             \
    "  <interface name=\"org.freedesktop.DBus.Introspectable\">\n"                                 \
    "    <method name=\"Introspect\">\n"                                                           \
    "      <arg type=\"s\" name=\"xml_data\" direction=\"out\"/>\n"                                \
    "    </method>\n"                                                                              \
    "  </interface>\n"                                                                             \
    "  <interface name=\"org.freedesktop.DBus.Peer\">\n"                                           \
    "    <method name=\"GetMachineId\">\n"                                                         \
    "      <arg type=\"s\" name=\"machine_uuid\" direction=\"out\"/>\n"                            \
    "    </method>\n"                                                                              \
    "    <method name=\"Ping\"/>\n"                                                                \
    "  </interface>\n"

/* The paths that are always there. The two parents of objects list a client's own. */
static const struct {
    const char *path;
    MsgrTargetKind kind;
    const char *const children[5];
} fixed[] = {
    { "/", MSGR_TARGET_PARENT, { "org" } },
    { "/org", MSGR_TARGET_PARENT, { "msgr" } },
    { "/org/msgr", MSGR_TARGET_PARENT, { "Messenger" } },
    { MSGR_ROOT_PATH, MSGR_TARGET_ROOT, { "Contact", "Private", "Session", "SessionManager" } },
    { MSGR_SESSION_MANAGER_PATH, MSGR_TARGET_SESSION_MANAGER, { NULL } },
    { MSGR_PRIVATE_PATH, MSGR_TARGET_PRIVATE, { NULL } },
    { MSGR_SESSION_PARENT, MSGR_TARGET_PARENT, { NULL } },
    { MSGR_CONTACT_PARENT, MSGR_TARGET_PARENT, { NULL } },
};

static MsgrTarget
find_session(MsgrModel *model, MsgrClient *client, const char *id)
{
    MsgrSide *side = msgr_model_side(model, id);

    if (side == NULL || !msgr_client_sees(client, side))
        return (MsgrTarget){ MSGR_TARGET_NONE };
    return (MsgrTarget){ .kind = MSGR_TARGET_SESSION, .side = side };
}

static MsgrTarget
find_contact(MsgrModel *model, MsgrClient *client, const char *id)
{
    MsgrContact *contact = msgr_model_contact(model, id);

    if (contact == NULL || contact->user != client->user ||
        !msgr_client_is_unlocked_anywhere(client))
        return (MsgrTarget){ MSGR_TARGET_NONE };
    return (MsgrTarget){ .kind = MSGR_TARGET_CONTACT, .contact = contact };
}

/**
 * msgr_target_find:
 *
 * Returns: what @path is for @client; nothing for what it may not see.
 */
MsgrTarget
msgr_target_find(MsgrModel *model, MsgrClient *client, const char *path)
{
    if (g_str_has_prefix(path, MSGR_SESSION_PREFIX))
        return find_session(model, client, path + strlen(MSGR_SESSION_PREFIX));
    if (g_str_has_prefix(path, MSGR_CONTACT_PREFIX))
        return find_contact(model, client, path + strlen(MSGR_CONTACT_PREFIX));
    for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++) {
        MsgrTargetKind kind = fixed[i].kind;

        if (g_str_equal(fixed[i].path, path))
            return (MsgrTarget){ .kind = kind,
                                 .lockable = kind == MSGR_TARGET_PRIVATE
                                                 ? MSGR_OBJECT_PRIVATE
                                                 : MSGR_OBJECT_SESSION_MANAGER };
    }
    return (MsgrTarget){ MSGR_TARGET_NONE };
}

static void
add_child(GString *xml, const char *name)
{
    g_string_append_printf(xml, "  <node name=\"%s\"/>\n", name);
}

static void
add_sessions(GString *xml, MsgrClient *client)
{
    g_autoptr(GList) sides =
        g_list_sort(g_hash_table_get_keys(client->user->sides), msgr_side_compare_age);

    for (GList *l = sides; l != NULL; l = l->next) {
        if (msgr_client_sees(client, l->data))
            add_child(xml, ((MsgrSide *)l->data)->id);
    }
}

static void
add_contacts(GString *xml, MsgrClient *client)
{
    GHashTableIter iter;
    gpointer value;

    if (!msgr_client_is_unlocked_anywhere(client))
        return;
    g_hash_table_iter_init(&iter, client->user->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (msgr_contact_is_known_to(value, client))
            add_child(xml, ((MsgrContact *)value)->id);
    }
}

static void
add_children(GString *xml, MsgrClient *client, const char *path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++) {
        for (gsize j = 0; g_str_equal(fixed[i].path, path) && fixed[i].children[j] != NULL; j++)
            add_child(xml, fixed[i].children[j]);
    }
    if (g_str_equal(path, MSGR_SESSION_PARENT))
        add_sessions(xml, client);
    else if (g_str_equal(path, MSGR_CONTACT_PARENT))
        add_contacts(xml, client);
}

/**
 * msgr_target_introspect:
 *
 * Returns: (transfer full): the XML of @path for @client: an empty node for what it may not see.
 */
char *
msgr_target_introspect(MsgrModel *model, MsgrClient *client, const char *path)
{
    MsgrTarget target = msgr_target_find(model, client, path);
    const MsgrInterface *const *interfaces = msgr_interfaces();
    g_autoptr(GString) xml = g_string_new(DOCTYPE "<node>\n");

    if (target.kind != MSGR_TARGET_NONE && target.kind != MSGR_TARGET_PARENT)
        g_string_append(xml, STANDARD);
    for (gsize i = 0; interfaces[i] != NULL; i++) {
        if (interfaces[i]->targets & target.kind)
            g_dbus_interface_info_generate_xml((GDBusInterfaceInfo *)interfaces[i]->info, 2, xml);
    }
    add_children(xml, client, path);
    g_string_append(xml, "</node>\n");
    return g_string_free(g_steal_pointer(&xml), FALSE);
}
