/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sessions and contacts as people name them.
 */
#include "config.h"

#include "msgr-ctl-session.h"

#include <glib/gi18n.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-service-choice.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-words.h"
#include "msgr-guid.h"
#include "msgr-names.h"

#define MIN_PREFIX   4
#define SHORT_LENGTH 8
#define ID_LENGTH    32

/**
 * msgr_ctl_session_id:
 * @path: a session's object path
 *
 * Returns: the digits that it ends in.
 */
const char *
msgr_ctl_session_id(const char *path)
{
    return g_str_has_prefix(path, MSGR_SESSION_PREFIX) ? path + strlen(MSGR_SESSION_PREFIX) : path;
}

/**
 * msgr_ctl_session_short:
 *
 * Returns: so many of the digits as tell a session from others in practice.
 */
char *
msgr_ctl_session_short(const char *path)
{
    return g_strndup(msgr_ctl_session_id(path), SHORT_LENGTH);
}

static guint
common_length(const char *a, const char *b)
{
    guint n = 0;

    while (a[n] != '\0' && a[n] == b[n])
        n++;
    return n;
}

/**
 * msgr_ctl_session_short_length:
 * @paths: (array zero-terminated=1): sessions
 *
 * Returns: how many digits tell each of @paths from the others, at least 8.
 */
guint
msgr_ctl_session_short_length(const char *const *paths)
{
    guint length = SHORT_LENGTH;

    for (guint i = 0; paths[i] != NULL; i++) {
        for (guint j = 0; j < i; j++) {
            const char *a = msgr_ctl_session_id(paths[i]);

            length = MAX(length, common_length(a, msgr_ctl_session_id(paths[j])) + 1);
        }
    }
    return MIN(length, ID_LENGTH);
}

static char *
path_of_id(const char *id)
{
    return g_strconcat(MSGR_SESSION_PREFIX, id, NULL);
}

static gboolean
is_prefix(const char *text)
{
    gsize length = strlen(text);

    return length >= MIN_PREFIX && length < ID_LENGTH && strspn(text, "0123456789abcdef") == length;
}

/* Returns: (nullable): the path, if @text tells it without a look at what sessions there are. */
static char *
as_path(const char *text)
{
    g_autofree char *lower = NULL;

    if (g_str_has_prefix(text, MSGR_SESSION_PREFIX))
        text = msgr_ctl_session_id(text);
    lower = g_ascii_strdown(text, -1);
    return msgr_hex_id_is_valid(lower) ? path_of_id(lower) : NULL;
}

static char *
find_prefix(const char *prefix, const char *const *paths, GError **error)
{
    const char *found = NULL;

    for (guint i = 0; paths[i] != NULL; i++) {
        if (!g_str_has_prefix(msgr_ctl_session_id(paths[i]), prefix))
            continue;
        if (found != NULL) {
            msgr_ctl_error_set(error, MSGR_CTL_ERROR_NO_SESSION,
                               _("Give more of its digits: msgrctl sessions"),
                               _("%s: more than one session begins so"), prefix);
            return NULL;
        }
        found = paths[i];
    }
    if (found == NULL)
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_NO_SESSION,
                           _("See which there are: msgrctl sessions"),
                           _("%s: there is no session that begins so"), prefix);
    return g_strdup(found);
}

/**
 * msgr_ctl_session_match:
 * @text: an object path, 32 hexadecimal digits, or the first of them, at least 4
 * @paths: (array zero-terminated=1): the sessions that there are
 *
 * Returns: (nullable): the object path of the session that @text means. A whole path or all digits
 *   are taken as they are.
 */
char *
msgr_ctl_session_match(const char *text, const char *const *paths, GError **error)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_autofree char *safe = NULL;
    char *path = as_path(text);

    if (path != NULL)
        return path;
    if (is_prefix(lower))
        return find_prefix(lower, paths, error);
    safe = msgr_ctl_text_safe(text);
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE,
                       _("Give its object path, its 32 digits, or the first of them, at least 4: "
                         "msgrctl sessions"),
                       _("%s is not a session"), safe);
    return NULL;
}

/**
 * msgr_ctl_sessions_list:
 *
 * Returns: (nullable): an a(oa{sv}) of the sessions that this client sees.
 */
GVariant *
msgr_ctl_sessions_list(MsgrCtl *ctl, GError **error)
{
    g_autoptr(GVariant) reply = NULL;

    reply = msgr_ctl_call_sessions(ctl, "ListSessions", NULL, "(a(oa{sv}))", error);
    return reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
}

static char **
paths_of(GVariant *list)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    GVariantIter iter;
    const char *path;

    g_variant_iter_init(&iter, list);
    while (g_variant_iter_loop(&iter, "(&o@a{sv})", &path, NULL))
        g_strv_builder_add(builder, path);
    return g_strv_builder_end(builder);
}

/**
 * msgr_ctl_session_find:
 * @text: a session as the user names it
 *
 * Looks a session up; the session manager must be unlocked.
 *
 * Returns: (nullable): its object path.
 */
char *
msgr_ctl_session_find(MsgrCtl *ctl, const char *text, GError **error)
{
    const char *const none[] = { NULL };
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_autoptr(GVariant) list = NULL;
    g_auto(GStrv) paths = NULL;

    msgr_ctl_set_subject(ctl, text);
    if (!is_prefix(lower))
        return msgr_ctl_session_match(text, none, error);
    list = msgr_ctl_sessions_list(ctl, error);
    if (list == NULL)
        return NULL;
    paths = paths_of(list);
    return msgr_ctl_session_match(text, (const char *const *)paths, error);
}

/**
 * msgr_ctl_session_app:
 * @session: the properties of a session
 *
 * Returns: its application: the name, or the GUID if it has none.
 */
char *
msgr_ctl_session_app(GVariant *session)
{
    const char *name = msgr_ctl_dict_string(session, "ApplicationName");

    return g_strdup(*name != '\0' ? name : msgr_ctl_dict_string(session, "Application"));
}

/**
 * msgr_ctl_session_json:
 * @session: the properties of a session
 *
 * Returns: (transfer full): them, the path, and its numbers by name.
 */
JsonObject *
msgr_ctl_session_json(const char *path, GVariant *session)
{
    JsonObject *object = msgr_ctl_json_object(session);
    guint32 result = msgr_ctl_dict_uint32(session, "Result");

    json_object_set_string_member(object, "Session", path);
    json_object_set_string_member(object, "StateName",
                                  msgr_ctl_state_name(msgr_ctl_dict_uint32(session, "State")));
    if (result != 0) {
        g_autofree char *name = msgr_ctl_result_name(result);

        json_object_set_string_member(object, "ResultName", name);
    }
    return object;
}

/**
 * msgr_ctl_contacts_list:
 *
 * Returns: (nullable): a(oa{sv}), the user's contact list.
 */
GVariant *
msgr_ctl_contacts_list(MsgrCtl *ctl, GError **error)
{
    g_autoptr(GVariant) reply = msgr_ctl_bus_call(ctl->bus, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE,
                                                  "ListContacts", NULL, "(a(oa{sv}))", error);

    return reply == NULL ? NULL : g_variant_get_child_value(reply, 0);
}

/**
 * msgr_ctl_contact_json:
 * @contact: the properties of a contact
 *
 * Returns: (transfer full): them, the path, and its status by name.
 */
JsonObject *
msgr_ctl_contact_json(const char *path, GVariant *contact)
{
    JsonObject *object = msgr_ctl_json_object(contact);

    json_object_set_string_member(object, "Contact", path);
    json_object_set_string_member(object, "StatusName",
                                  msgr_ctl_status_name(msgr_ctl_dict_uint32(contact, "Status")));
    return object;
}

/**
 * msgr_ctl_contact_name:
 * @contact: the properties of a contact, or details that name one
 *
 * Returns: the name that it is reached by. The name that it gives itself is no proof of anything.
 */
char *
msgr_ctl_contact_name(GVariant *contact)
{
    const char *name = msgr_ctl_dict_string(contact, "SigninName");
    const char *service = msgr_ctl_dict_string(contact, "ServiceId");
    g_autofree char *both = g_strdup_printf("%s (%s)", name, service);

    if (*service == '\0' || g_str_equal(service, MSGR_LOCAL_SERVICE))
        return msgr_ctl_text_safe(name);
    return msgr_ctl_text_safe(both);
}

/**
 * msgr_ctl_contact_look_up:
 * @path: a contact's object path, or "/" for none
 *
 * Returns: its name; "" if there is none to be had.
 */
char *
msgr_ctl_contact_look_up(MsgrCtl *ctl, const char *path)
{
    g_autoptr(GVariant) contact = NULL;

    if (!g_str_has_prefix(path, MSGR_CONTACT_PREFIX))
        return g_strdup("");
    contact = msgr_ctl_bus_get_all(ctl->bus, path, MSGR_CONTACT_IFACE, NULL);
    return contact != NULL ? msgr_ctl_contact_name(contact) : g_strdup("");
}

/**
 * msgr_ctl_contact_find:
 * @name: a sign-in name
 * @service: (nullable): the service's ID; %NULL: that which msgr_ctl_service_choose() finds
 *
 * Returns: (nullable): the object path of the contact.
 */
char *
msgr_ctl_contact_find(MsgrCtl *ctl, const char *name, const char *service, GError **error)
{
    g_autofree char *chosen = NULL;
    g_autoptr(GVariant) reply = NULL;
    char *path = NULL;

    msgr_ctl_set_subject(ctl, name);
    chosen = msgr_ctl_service_choose(ctl, name, service, error);
    if (chosen == NULL)
        return NULL;
    reply = msgr_ctl_bus_call(ctl->bus, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "GetContact",
                              g_variant_new("(ss)", name, chosen), "(o)", error);
    if (reply != NULL)
        g_variant_get(reply, "(o)", &path);
    return path;
}
