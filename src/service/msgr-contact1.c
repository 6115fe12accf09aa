/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * org.msgr.Contact1: another party as the caller's user knows it.
 */
#include "msgr-contact.h"
#include "msgr-interface-info.h"
#include "msgr-interface.h"
#include "msgr-roster.h"
#include "msgr-watch.h"

static GVariant *
remove_contact(MsgrCall *call, GVariant *args, GError **error)
{
    return msgr_handled(msgr_roster_remove(call->target.contact, error));
}

static GVariant *
get(MsgrCall *call, const char *name)
{
    return msgr_contact_property(call->target.contact, name);
}

static GVariant *
get_status(MsgrCall *call, const char *name)
{
    msgr_watch_note_reader(call->target.contact, call->client);
    return get(call, name);
}

static gboolean
set_blocked(MsgrCall *call, GVariant *value, GError **error)
{
    return msgr_roster_set_blocked(call->target.contact, g_variant_get_boolean(value), error);
}

static const MsgrMethod methods[] = {
    { "Remove", MSGR_NEED_CONTACT_LIST, remove_contact },
    { NULL },
};

#define READ_ONLY(name)                                                                            \
    {                                                                                              \
        name, MSGR_NEED_EITHER, get                                                                \
    }

static const MsgrProperty properties[] = {
    READ_ONLY("SigninName"),
    READ_ONLY("FriendlyName"),
    { "Status", MSGR_NEED_EITHER, get_status },
    READ_ONLY("ServiceId"),
    READ_ONLY("ServiceName"),
    READ_ONLY("IsSelf"),
    { "Blocked", MSGR_NEED_EITHER, get, MSGR_NEED_CONTACT_LIST, set_blocked },
    READ_ONLY("InList"),
    { NULL },
};

const MsgrInterface msgr_contact1 = {
    .info = &msgr_dbus_contact1_interface,
    .targets = MSGR_TARGET_CONTACT,
    .need = MSGR_NEED_EITHER,
    .methods = methods,
    .properties = properties,
};
