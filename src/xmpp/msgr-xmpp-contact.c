/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A contact, its devices, and what follows from them.
 */
#include "msgr-xmpp-contact.h"

#include "msgr-types.h"

#define MAX_DEVICES 16

static void
free_device(gpointer data)
{
    MsgrXmppDevice *device = data;

    g_free(device->jid);
    g_free(device->node);
    g_free(device->ver);
    g_clear_pointer(&device->caps, msgr_xmpp_caps_unref);
    g_free(device);
}

MsgrXmppContact *
msgr_xmpp_contact_new(const char *jid)
{
    MsgrXmppContact *self = g_new0(MsgrXmppContact, 1);

    self->jid = g_strdup(jid);
    self->devices = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_device);
    return self;
}

void
msgr_xmpp_contact_free(MsgrXmppContact *self)
{
    g_free(self->jid);
    g_free(self->name);
    g_hash_table_unref(self->devices);
    g_free(self);
}

/**
 * msgr_xmpp_contact_device:
 *
 * Returns: (nullable): the device of this address, which is new if it isn't known; NULL if there
 * are too many.
 */
MsgrXmppDevice *
msgr_xmpp_contact_device(MsgrXmppContact *self, const char *jid)
{
    MsgrXmppDevice *device = g_hash_table_lookup(self->devices, jid);

    if (device != NULL || g_hash_table_size(self->devices) >= MAX_DEVICES)
        return device;
    device = g_new0(MsgrXmppDevice, 1);
    device->jid = g_strdup(jid);
    g_hash_table_insert(self->devices, device->jid, device);
    return device;
}

static int
rank(guint32 status)
{
    switch (status) {
    case MSGR_STATUS_ONLINE:
        return 3;
    case MSGR_STATUS_BUSY:
    case MSGR_STATUS_ON_THE_PHONE:
        return 2;
    case MSGR_STATUS_IDLE:
        return 0;
    default:
        return 1;
    }
}

static gboolean
is_better(const MsgrXmppDevice *a, const MsgrXmppDevice *b)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    return rank(a->status) > rank(b->status);
}

/**
 * msgr_xmpp_contact_status:
 *
 * Returns: MISTATUS: that of the device of the highest priority; among equals, of whom is there
 * most.
 */
guint32
msgr_xmpp_contact_status(const MsgrXmppContact *self)
{
    const MsgrXmppDevice *best = NULL;
    GHashTableIter iter;
    gpointer device;

    g_hash_table_iter_init(&iter, self->devices);
    while (g_hash_table_iter_next(&iter, NULL, &device)) {
        if (best == NULL || is_better(device, best))
            best = device;
    }
    return best != NULL ? best->status : MSGR_STATUS_OFFLINE;
}

static void
add_applications(const MsgrXmppDevice *device, GHashTable *set)
{
    for (guint i = 0; i < device->caps->applications->len; i++) {
        if (g_hash_table_size(set) < MSGR_XMPP_MAX_APPLICATIONS)
            g_hash_table_add(set, device->caps->applications->pdata[i]);
    }
}

/* Returns: (nullable): what it can run on any device; NULL as long as that isn't known of each. */
static GHashTable *
applications(const MsgrXmppContact *self)
{
    g_autoptr(GHashTable) set = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTableIter iter;
    gpointer value;

    if (g_hash_table_size(self->devices) == 0)
        return NULL;
    g_hash_table_iter_init(&iter, self->devices);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const MsgrXmppDevice *device = value;

        if (device->ver != NULL && device->caps == NULL)
            return NULL;
        if (device->caps != NULL)
            add_applications(device, set);
    }
    return g_steal_pointer(&set);
}

/**
 * msgr_xmpp_contact_details:
 *
 * Returns: (transfer floating): all that org.msgr.ConnectorManager1.UpdateContacts() takes.
 */
GVariant *
msgr_xmpp_contact_details(const MsgrXmppContact *self)
{
    g_autoptr(GHashTable) set = applications(self);
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&builder, "{sv}", "InList", g_variant_new_boolean(self->is_in_roster));
    g_variant_builder_add(&builder, "{sv}", "FriendlyName",
                          g_variant_new_string(self->name != NULL ? self->name : ""));
    g_variant_builder_add(&builder, "{sv}", "Status",
                          g_variant_new_uint32(msgr_xmpp_contact_status(self)));
    g_variant_builder_add(&builder, "{sv}", "Blocked", g_variant_new_boolean(self->is_blocked));
    g_variant_builder_add(&builder, "{sv}", "KnowsApps", g_variant_new_boolean(set != NULL));
    if (set != NULL) {
        g_autofree const char **guids = (const char **)g_hash_table_get_keys_as_array(set, NULL);

        g_variant_builder_add(&builder, "{sv}", "Applications",
                              g_variant_new_strv(guids, (gssize)g_hash_table_size(set)));
    }
    return g_variant_builder_end(&builder);
}

typedef enum {
    FITNESS_NONE,    /* it takes no invitations */
    FITNESS_TAKES,   /* it does, but doesn't have the application */
    FITNESS_UNKNOWN, /* nobody knows yet */
    FITNESS_HAS,
} Fitness;

static Fitness
fitness(const MsgrXmppDevice *device, const char *guid)
{
    if (device->ver == NULL)
        return FITNESS_NONE;
    if (device->caps == NULL)
        return FITNESS_UNKNOWN;
    if (msgr_xmpp_caps_has(device->caps, guid))
        return FITNESS_HAS;
    return device->caps->takes_invitations ? FITNESS_TAKES : FITNESS_NONE;
}

/**
 * msgr_xmpp_contact_candidates:
 * @guid: an application's
 *
 * Returns: (element-type utf8): the devices that an invitation may go to: those that have the
 *   application, or else those where it could be installed; and those of which nothing is known
 * yet.
 */
GPtrArray *
msgr_xmpp_contact_candidates(const MsgrXmppContact *self, const char *guid)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    Fitness wanted = FITNESS_TAKES;
    GHashTableIter iter;
    gpointer device;

    g_hash_table_iter_init(&iter, self->devices);
    while (g_hash_table_iter_next(&iter, NULL, &device)) {
        if (fitness(device, guid) == FITNESS_HAS)
            wanted = FITNESS_HAS;
    }
    g_hash_table_iter_init(&iter, self->devices);
    while (g_hash_table_iter_next(&iter, NULL, &device)) {
        Fitness found = fitness(device, guid);

        if (found == wanted || found == FITNESS_UNKNOWN)
            g_ptr_array_add(list, g_strdup(((MsgrXmppDevice *)device)->jid));
    }
    return list;
}
