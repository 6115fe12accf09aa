/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-text.h"

#include <glib/gi18n.h>

#include "msgr-error.h"
#include "msgr-text.h"
#include "msgr-types.h"

/**
 * msgr_agent_text_get:
 *
 * Returns: the text or object path under @key, as long as @dict lives; "" if there is none.
 */
const char *
msgr_agent_text_get(GVariant *dict, const char *key)
{
    const char *value = "";

    if (!g_variant_lookup(dict, key, "&s", &value))
        g_variant_lookup(dict, key, "&o", &value);
    return value;
}

guint32
msgr_agent_text_get_uint32(GVariant *dict, const char *key)
{
    guint32 value = 0;

    g_variant_lookup(dict, key, "u", &value);
    return value;
}

gboolean
msgr_agent_text_get_boolean(GVariant *dict, const char *key)
{
    gboolean value = FALSE;

    g_variant_lookup(dict, key, "b", &value);
    return value;
}

/**
 * msgr_agent_text_host:
 *
 * Returns: whose page @url is: its host in full, as a resolver sees it, so that letters that look
 * like others don't deceive; with the port if that is not the usual one. "" if it is no page.
 */
char *
msgr_agent_text_host(const char *url)
{
    g_autoptr(GUri) uri = NULL;
    g_autofree char *ascii = NULL;
    int port;

    if (!msgr_check_url(url, NULL))
        return g_strdup("");
    uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    ascii = g_hostname_to_ascii(g_uri_get_host(uri));
    port = g_uri_get_port(uri);
    if (ascii == NULL)
        return g_strdup("");
    if (port <= 0)
        return g_steal_pointer(&ascii);
    return g_strdup_printf(strchr(ascii, ':') != NULL ? "[%s]:%d" : "%s:%d", ascii, port);
}

/* What ends a line, or turns the direction of a text, so that it reads otherwise than it is. */
static gboolean
breaks_a_line(gunichar c)
{
    return g_unichar_isspace(c) || msgr_is_control_or_bidi(c);
}

/**
 * msgr_agent_text_line:
 *
 * Returns: a stranger's text in one line: without control characters and those that turn its
 * direction, and with one blank where there are more. "" if nothing else is in it.
 */
char *
msgr_agent_text_line(const char *text)
{
    GString *line = g_string_new(NULL);
    gboolean has_gap = FALSE;

    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (breaks_a_line(c)) {
            has_gap = line->len > 0;
            continue;
        }
        if (has_gap)
            g_string_append_c(line, ' ');
        g_string_append_unichar(line, c);
        has_gap = FALSE;
    }
    return g_string_free(line, FALSE);
}

/**
 * msgr_agent_text_person:
 * @friendly_name: what they call themselves; may be ""
 * @signin_name: what the service knows them by
 *
 * Returns: both, since anybody may call themselves anything.
 */
char *
msgr_agent_text_person(const char *friendly_name, const char *signin_name)
{
    g_autofree char *friendly = msgr_agent_text_line(friendly_name);
    g_autofree char *signin = msgr_agent_text_line(signin_name);

    if (*friendly == '\0' || g_str_equal(friendly, signin))
        return g_steal_pointer(&signin);
    /* Translators: a person's name, and the name that they sign in with */
    return g_strdup_printf(_("%s (%s)"), friendly, signin);
}

/**
 * msgr_agent_text_request:
 * @details: as those of ShowContactRequest
 *
 * Returns: by which service somebody asks to be a contact, and what they say.
 */
char *
msgr_agent_text_request(const char *service_id, GVariant *details)
{
    const char *name = msgr_agent_text_get(details, "ServiceName");
    g_autofree char *service = msgr_agent_text_line(*name != '\0' ? name : service_id);
    g_autofree char *message = msgr_agent_text_line(msgr_agent_text_get(details, "Message"));

    if (*message == '\0')
        /* Translators: %s is the name of a service, such as XMPP */
        return g_strdup_printf(_("By way of %s."), service);
    /* Translators: the name of a service, and what somebody says */
    return g_strdup_printf(_("By way of %s: “%s”"), service, message);
}

/**
 * msgr_agent_text_account:
 * @details: as those of ShowSignedOut
 *
 * Returns: which of the user's own accounts it is.
 */
char *
msgr_agent_text_account(const char *service_id, GVariant *details)
{
    g_autofree char *service = msgr_agent_text_line(msgr_agent_text_get(details, "Name"));
    g_autofree char *name = msgr_agent_text_line(msgr_agent_text_get(details, "SigninName"));

    if (*service == '\0' || *name == '\0')
        return msgr_agent_text_line(service_id);
    /* Translators: the name of a service, such as XMPP, and the user's own name there */
    return g_strdup_printf(_("%s: %s"), service, name);
}

static const char *
explain_signed_out(guint32 result)
{
    if (result == msgr_error_hresult(MSGR_ERROR_AUTHENTICATION_FAILED))
        return _("The password was not accepted.");
    if (result == msgr_error_hresult(MSGR_ERROR_NETWORK_CONFIG_FAILURE))
        return _("Its settings, or its server's certificate, are not in order.");
    return _("The server doesn't let you in.");
}

/**
 * msgr_agent_text_signed_out:
 * @details: as those of ShowSignedOut
 *
 * Returns: why an account is signed out, and what its connector says of that.
 */
char *
msgr_agent_text_signed_out(GVariant *details)
{
    const char *why = explain_signed_out(msgr_agent_text_get_uint32(details, "Result"));
    g_autofree char *message = msgr_agent_text_line(msgr_agent_text_get(details, "Message"));

    if (*message == '\0')
        return g_strdup(why);
    /* Translators: a sentence, and what a program says of it */
    return g_strdup_printf(_("%s “%s”"), why, message);
}

/**
 * msgr_agent_text_application:
 * @details: of an invitation or an application
 *
 * Returns: the name under which it is registered here, else that it is unknown, and what the other
 * side calls it.
 */
char *
msgr_agent_text_application(GVariant *details)
{
    const char *name = msgr_agent_text_get(details, "RegisteredName");
    const char *foreign = msgr_agent_text_get(details, "ApplicationName");

    if (*name != '\0')
        return g_strdup(name);
    if (*foreign == '\0')
        return g_strdup(_("an unknown application"));
    /* Translators: %s is what a stranger calls it */
    return g_strdup_printf(_("an unknown application, “%s”"), foreign);
}

/**
 * msgr_agent_text_invitation:
 * @details: as those of OnInvitation
 *
 * Returns: what the user is invited to.
 */
char *
msgr_agent_text_invitation(GVariant *details)
{
    g_autofree char *application = msgr_agent_text_application(details);
    g_autofree char *host = msgr_agent_text_host(msgr_agent_text_get(details, "ApplicationUrl"));

    if (*msgr_agent_text_get(details, "RegisteredName") != '\0')
        return g_steal_pointer(&application);
    if (*host == '\0')
        return g_strdup_printf(_("To %s. It isn't installed here."), application);
    return g_strdup_printf(_("To %s, to be had from %s. It isn't installed here."), application,
                           host);
}

/**
 * msgr_agent_text_ended:
 * @state: of a session that can't be answered
 * @result: its `Result`
 *
 * Returns: (transfer none): why it can't.
 */
const char *
msgr_agent_text_ended(guint32 state, guint32 result)
{
    switch (state) {
    case MSGR_STATE_ACCEPTED:
    case MSGR_STATE_CONNECTED:
        return _("This invitation was accepted already.");
    case MSGR_STATE_DECLINED:
        return _("This invitation was declined already.");
    case MSGR_STATE_CANCELLED:
        return result == msgr_error_hresult(MSGR_ERROR_SESSION_TIMEOUT)
                   ? _("This invitation has expired.")
                   : _("This invitation was taken back.");
    default:
        return _("This invitation is over.");
    }
}
