/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * org.msgr.KeyManager1: a user's own keys. It needs no unlocking, since it is how a user comes by a
 * key.
 */
#include "msgr-interface-info.h"
#include "msgr-interface.h"
#include "msgr-key-ring.h"

static GVariant *
add_key(MsgrCall *call, GVariant *args, GError **error)
{
    const char *json;

    g_variant_get(args, "(&s)", &json);
    return msgr_handled(msgr_key_ring_add(call->client->user, json, error));
}

static GVariant *
remove_key(MsgrCall *call, GVariant *args, GError **error)
{
    const char *id;

    g_variant_get(args, "(&s)", &id);
    return msgr_handled(msgr_key_ring_remove(call->client->user, id, error));
}

static GVariant *
list_keys(MsgrCall *call, GVariant *args, GError **error)
{
    GVariant *keys = msgr_key_ring_list(call->client->user, error);

    return keys == NULL ? NULL : g_variant_new("(@aa{sv})", keys);
}

static const MsgrMethod methods[] = {
    { "AddKey", MSGR_NEED_NOTHING, add_key },
    { "RemoveKey", MSGR_NEED_NOTHING, remove_key },
    { "ListKeys", MSGR_NEED_NOTHING, list_keys },
    { NULL },
};

static const MsgrProperty properties[] = { { NULL } };

const MsgrInterface msgr_key_manager1 = {
    .info = &msgr_dbus_key_manager1_interface,
    .targets = MSGR_TARGET_ROOT,
    .is_for_agents = TRUE,
    .methods = methods,
    .properties = properties,
};
