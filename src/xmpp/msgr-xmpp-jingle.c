/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jingle (XEP-0166) and its messages (XEP-0353), with our application and our transport in them.
 */
#include "msgr-xmpp-jingle.h"

#include <string.h>

#include "msgr-guid.h"
#include "msgr-limits.h"
#include "msgr-text.h"
#include "msgr-xmpp-names.h"

#define BASE64_LENGTH(bytes) (((bytes) + 2) / 3 * 4)
#define MAX_CONTEXT_BYTES    (MSGR_MAX_CONTEXT_DATA * 4)

/**
 * msgr_xmpp_jingle_sid_of:
 *
 * Returns: (transfer full): a session's GUID as Jingle has it: in lower case, without braces.
 */
char *
msgr_xmpp_jingle_sid_of(const char *guid)
{
    g_autofree char *digits = g_strndup(guid + 1, strlen(guid) - 2);

    return g_ascii_strdown(digits, -1);
}

/**
 * msgr_xmpp_jingle_guid_of:
 * @sid: (nullable): from anywhere
 *
 * Returns: (transfer full) (nullable): the GUID that it stands for.
 */
char *
msgr_xmpp_jingle_guid_of(const char *sid)
{
    g_autofree char *upper = sid != NULL ? g_ascii_strup(sid, -1) : NULL;
    g_autofree char *guid = upper != NULL ? g_strdup_printf("{%s}", upper) : NULL;

    return msgr_guid_is_valid(guid) ? g_steal_pointer(&guid) : NULL;
}

MsgrXmppElement *
msgr_xmpp_jingle_new(const char *action, const char *sid, const char *to, MsgrXmppElement **jingle)
{
    MsgrXmppElement *iq = msgr_xmpp_element_new("iq", MSGR_NS_CLIENT);

    msgr_xmpp_element_set(iq, "type", "set");
    msgr_xmpp_element_set(iq, "to", to);
    *jingle = msgr_xmpp_element_add(iq, "jingle", MSGR_NS_JINGLE);
    msgr_xmpp_element_set(*jingle, "action", action);
    msgr_xmpp_element_set(*jingle, "sid", sid);
    return iq;
}

/**
 * msgr_xmpp_jingle_message_new:
 * @name: propose, ringing, proceed, reject, retract or accept
 * @child: (out): the element of that name
 *
 * A bare address takes the hint that it is to be kept, as XEP-0353 wants it.
 */
MsgrXmppElement *
msgr_xmpp_jingle_message_new(const char *name, const char *sid, const char *to,
                             MsgrXmppElement **child)
{
    MsgrXmppElement *message = msgr_xmpp_element_new("message", MSGR_NS_CLIENT);

    msgr_xmpp_element_set(message, "type", "chat");
    msgr_xmpp_element_set(message, "to", to);
    msgr_xmpp_element_set(message, "id", sid);
    *child = msgr_xmpp_element_add(message, name, MSGR_NS_JINGLE_MESSAGE);
    msgr_xmpp_element_set(*child, "id", sid);
    msgr_xmpp_element_add(message, strchr(to, '/') == NULL ? "store" : "no-store", MSGR_NS_HINTS);
    return message;
}

static char *
encode(const char *text)
{
    return g_base64_encode((const guchar *)text, strlen(text));
}

/* Its length is looked at before anything is made of it. */
static char *
decode(const char *base64, gsize max_bytes)
{
    g_autofree char *text = NULL;
    gsize length = 0;

    if (strlen(base64) > BASE64_LENGTH(max_bytes))
        return NULL;
    if (*base64 == '\0')
        return g_strdup("");
    text = (char *)g_base64_decode(base64, &length);
    text = g_realloc(text, length + 1);
    text[length] = '\0';
    if (length == 0 || !g_utf8_validate_len(text, length, NULL))
        return NULL;
    return g_steal_pointer(&text);
}

/**
 * msgr_xmpp_jingle_add_data:
 * @text: (nullable): application data; nothing is added for none
 */
void
msgr_xmpp_jingle_add_data(MsgrXmppElement *parent, const char *text)
{
    g_autofree char *base64 = NULL;

    if (text == NULL || *text == '\0')
        return;
    base64 = encode(text);
    msgr_xmpp_element_add_text(parent, "data", MSGR_NS_APP, base64);
}

/**
 * msgr_xmpp_jingle_read_data:
 *
 * Returns: (transfer full) (nullable): application data, "" if there is none; NULL if it can't be.
 */
char *
msgr_xmpp_jingle_read_data(const MsgrXmppElement *parent)
{
    const char *base64 = msgr_xmpp_element_child_text(parent, "data", MSGR_NS_APP);
    g_autofree char *text = decode(base64 != NULL ? base64 : "", MSGR_MAX_APP_DATA);

    return text != NULL && msgr_check_app_data(text, NULL) ? g_steal_pointer(&text) : NULL;
}

void
msgr_xmpp_jingle_add_context(MsgrXmppElement *jingle, const char *data)
{
    g_autofree char *base64 = encode(data);

    msgr_xmpp_element_add_text(jingle, "context-data", MSGR_NS_APP, base64);
}

/**
 * msgr_xmpp_jingle_read_context:
 *
 * Returns: (transfer full) (nullable): context data; NULL if it can't be any.
 */
char *
msgr_xmpp_jingle_read_context(const MsgrXmppElement *element)
{
    g_autofree char *text = decode(msgr_xmpp_element_text(element), MAX_CONTEXT_BYTES);

    if (text == NULL || g_utf8_strlen(text, -1) > MSGR_MAX_CONTEXT_DATA)
        return NULL;
    return g_steal_pointer(&text);
}

/**
 * msgr_xmpp_jingle_add_content:
 * @description: (transfer full)
 */
void
msgr_xmpp_jingle_add_content(MsgrXmppElement *jingle, MsgrXmppElement *description)
{
    MsgrXmppElement *content = msgr_xmpp_element_add(jingle, "content", MSGR_NS_JINGLE);

    msgr_xmpp_element_set(content, "creator", "initiator");
    msgr_xmpp_element_set(content, "name", "app");
    msgr_xmpp_element_take(content, description);
    msgr_xmpp_element_add(content, "transport", MSGR_NS_TRANSPORT);
}

/**
 * msgr_xmpp_jingle_description:
 *
 * Returns: (nullable): that of our application, if it is the one and only content.
 */
const MsgrXmppElement *
msgr_xmpp_jingle_description(const MsgrXmppElement *jingle)
{
    const MsgrXmppElement *content = msgr_xmpp_element_child(jingle, "content", MSGR_NS_JINGLE);

    if (content == NULL || msgr_xmpp_element_child(content, "transport", MSGR_NS_TRANSPORT) == NULL)
        return NULL;
    return msgr_xmpp_element_child(content, "description", MSGR_NS_APP);
}

static const char *
look_up(GVariant *dict, const char *key)
{
    const char *text = "";

    g_variant_lookup(dict, key, "&s", &text);
    return text;
}

/**
 * msgr_xmpp_jingle_write_invitation:
 * @invitation: as org.msgr.Connector1.SendInvitation() has it
 *
 * Returns: (transfer full): a description.
 */
MsgrXmppElement *
msgr_xmpp_jingle_write_invitation(GVariant *invitation)
{
    MsgrXmppElement *description = msgr_xmpp_element_new("description", MSGR_NS_APP);
    guint32 timeout = 0;

    msgr_xmpp_element_set(description, "application", look_up(invitation, "Application"));
    if (g_variant_lookup(invitation, "Timeout", "u", &timeout)) {
        g_autofree char *seconds = g_strdup_printf("%u", timeout);

        msgr_xmpp_element_set(description, "timeout", seconds);
    }
    msgr_xmpp_element_add_text(description, "name", MSGR_NS_APP,
                               look_up(invitation, "ApplicationName"));
    msgr_xmpp_element_add_text(description, "url", MSGR_NS_APP,
                               look_up(invitation, "ApplicationUrl"));
    msgr_xmpp_jingle_add_data(description, look_up(invitation, "AppData"));
    return description;
}

/* Returns: whether there is any time left; @seconds is 0 if none was told. */
static gboolean
read_timeout(const MsgrXmppElement *description, guint late_seconds, guint32 *seconds)
{
    const char *text = msgr_xmpp_element_get(description, "timeout");
    guint64 told = 0;

    *seconds = 0;
    if (text == NULL)
        return TRUE;
    if (!g_ascii_string_to_unsigned(text, 10, 1, MSGR_MAX_TIMEOUT, &told, NULL) ||
        told <= late_seconds)
        return FALSE;
    *seconds = (guint32)told - late_seconds;
    return TRUE;
}

/**
 * msgr_xmpp_jingle_read_invitation:
 * @late_seconds: how long it was under way
 *
 * Returns: (transfer floating) (nullable): as org.msgr.ConnectorManager1.DeliverInvitation() takes
 *   it; NULL if it can't be one, or it is too late.
 */
GVariant *
msgr_xmpp_jingle_read_invitation(const MsgrXmppElement *description, guint late_seconds)
{
    const char *guid = msgr_xmpp_element_get(description, "application");
    const char *name = msgr_xmpp_element_child_text(description, "name", MSGR_NS_APP);
    const char *url = msgr_xmpp_element_child_text(description, "url", MSGR_NS_APP);
    g_autofree char *data = msgr_xmpp_jingle_read_data(description);
    GVariantBuilder builder;
    guint32 seconds;

    if (!msgr_guid_is_valid(guid) || !msgr_check_app_name(name, NULL) ||
        !msgr_check_url(url, NULL) || data == NULL ||
        !read_timeout(description, late_seconds, &seconds))
        return NULL;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&builder, "{sv}", "Application", g_variant_new_string(guid));
    g_variant_builder_add(&builder, "{sv}", "ApplicationName", g_variant_new_string(name));
    g_variant_builder_add(&builder, "{sv}", "ApplicationUrl", g_variant_new_string(url));
    g_variant_builder_add(&builder, "{sv}", "AppData", g_variant_new_string(data));
    if (seconds > 0)
        g_variant_builder_add(&builder, "{sv}", "Timeout", g_variant_new_uint32(seconds));
    return g_variant_builder_end(&builder);
}

MsgrXmppElement *
msgr_xmpp_jingle_write_answer(const char *app_data)
{
    MsgrXmppElement *description = msgr_xmpp_element_new("description", MSGR_NS_APP);

    msgr_xmpp_jingle_add_data(description, app_data);
    return description;
}
