/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-choose-contact.h"

#include <glib/gi18n.h>

#include "msgr-names.h"
#include "msgr-types.h"

struct _MsgrChooseContact {
    GObject parent;
    char *path;
    char *name;
    char *signin;
    char *folded; /* what is searched */
    guint32 status;
};

G_DEFINE_TYPE(MsgrChooseContact, msgr_choose_contact, G_TYPE_OBJECT)

static const char *
get(JsonObject *json, const char *member)
{
    const char *text = json_object_get_string_member_with_default(json, member, "");

    return text != NULL ? text : "";
}

/**
 * msgr_choose_contact_new:
 * @json: `path`, `name`, `signin`, `service` and `status`
 */
MsgrChooseContact *
msgr_choose_contact_new(JsonObject *json)
{
    MsgrChooseContact *self = g_object_new(MSGR_TYPE_CHOOSE_CONTACT, NULL);
    const char *name = get(json, "name"), *signin = get(json, "signin");
    const char *service = get(json, "service");
    g_autofree char *all = g_strconcat(name, "\n", signin, NULL);

    self->path = g_strdup(get(json, "path"));
    self->name = g_strdup(*name != '\0' ? name : signin);
    self->signin = g_str_equal(service, MSGR_LOCAL_SERVICE)
                       ? g_strdup(signin)
                       : g_strdup_printf("%s · %s", signin, service);
    self->folded = g_utf8_casefold(all, -1);
    self->status = (guint32)json_object_get_int_member_with_default(json, "status", 0);
    return self;
}

const char *
msgr_choose_contact_path(MsgrChooseContact *self)
{
    return self->path;
}

const char *
msgr_choose_contact_name(MsgrChooseContact *self)
{
    return self->name;
}

const char *
msgr_choose_contact_signin(MsgrChooseContact *self)
{
    return self->signin;
}

const char *
msgr_choose_contact_status_text(MsgrChooseContact *self)
{
    switch (self->status) {
    case MSGR_STATUS_ONLINE:
        return _("Online");
    case MSGR_STATUS_BUSY:
        return _("Busy");
    case MSGR_STATUS_BE_RIGHT_BACK:
        return _("Be right back");
    case MSGR_STATUS_IDLE:
        return _("Idle");
    case MSGR_STATUS_AWAY:
        return _("Away");
    case MSGR_STATUS_ON_THE_PHONE:
        return _("On the phone");
    case MSGR_STATUS_OUT_TO_LUNCH:
        return _("Out to lunch");
    default:
        return _("Offline");
    }
}

/**
 * msgr_choose_contact_status_class:
 *
 * Returns: the style class of the sign that shows the status.
 */
const char *
msgr_choose_contact_status_class(MsgrChooseContact *self)
{
    if (!msgr_choose_contact_is_there(self))
        return "offline";
    if (self->status == MSGR_STATUS_ONLINE)
        return "online";
    return self->status == MSGR_STATUS_BUSY || self->status == MSGR_STATUS_ON_THE_PHONE ? "busy"
                                                                                        : "away";
}

/**
 * msgr_choose_contact_is_there:
 *
 * Returns: whether an invitation can reach them.
 */
gboolean
msgr_choose_contact_is_there(MsgrChooseContact *self)
{
    return self->status != MSGR_STATUS_UNKNOWN && self->status != MSGR_STATUS_OFFLINE &&
           self->status != MSGR_STATUS_INVISIBLE;
}

gboolean
msgr_choose_contact_matches(MsgrChooseContact *self, const char *folded)
{
    return strstr(self->folded, folded) != NULL;
}

/**
 * msgr_choose_contact_compare:
 *
 * Who is there comes first, then by name.
 */
int
msgr_choose_contact_compare(gconstpointer a, gconstpointer b, gpointer data)
{
    MsgrChooseContact *one = (MsgrChooseContact *)a, *two = (MsgrChooseContact *)b;
    int difference =
        (int)msgr_choose_contact_is_there(two) - (int)msgr_choose_contact_is_there(one);

    if (difference != 0)
        return difference;
    difference = g_utf8_collate(one->name, two->name);
    return difference != 0 ? difference : g_strcmp0(one->path, two->path);
}

static void
msgr_choose_contact_finalize(GObject *object)
{
    MsgrChooseContact *self = MSGR_CHOOSE_CONTACT(object);

    g_free(self->path);
    g_free(self->name);
    g_free(self->signin);
    g_free(self->folded);
    G_OBJECT_CLASS(msgr_choose_contact_parent_class)->finalize(object);
}

static void
msgr_choose_contact_class_init(MsgrChooseContactClass *class)
{
    G_OBJECT_CLASS(class)->finalize = msgr_choose_contact_finalize;
}

static void
msgr_choose_contact_init(MsgrChooseContact *self)
{
    self->status = MSGR_STATUS_UNKNOWN;
}
