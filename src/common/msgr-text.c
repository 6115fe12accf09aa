/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a text from outside must look like.
 */
#include "msgr-text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "msgr-error.h"
#include "msgr-guid.h"
#include "msgr-limits.h"
#include "msgr-names.h"

#define MAX_VERSION    64  /* characters */
#define MAX_DESKTOP_ID 255 /* bytes: it is a file's name */
#define DESKTOP_SUFFIX ".desktop"

/* RFC 3986 has no place for these in a URL, and programs disagree on where the host ends with them.
 */
#define NEVER_IN_URL "\"<>\\^`{|}"

typedef gboolean (*CharacterFunc)(gunichar c);

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Always FALSE, for the caller to return. */
static gboolean
refuse(GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (error != NULL && *error == NULL)
        *error = g_error_new_valist(MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, format, args);
    va_end(args);
    return FALSE;
}

static gboolean
is_control(gunichar c)
{
    return g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029;
}

/**
 * msgr_is_control_or_bidi:
 *
 * Returns: whether it controls what shows a text. With embeddings, overrides and isolates a text
 *   reads otherwise than it is.
 */
gboolean
msgr_is_control_or_bidi(gunichar c)
{
    return is_control(c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Direction marks belong into a name of a right-to-left script, but into no URL. */
static gboolean
is_never_in_url(gunichar c)
{
    return msgr_is_control_or_bidi(c) || g_unichar_isspace(c) || c == 0x200e || c == 0x200f ||
           c == 0x061c || (c < 0x80 && strchr(NEVER_IN_URL, (int)c) != NULL);
}

static gboolean
check_utf8(const char *what, const char *text, GError **error)
{
    if (text == NULL || !g_utf8_validate(text, -1, NULL))
        return refuse(error, "%s must be UTF-8", what);
    return TRUE;
}

static gboolean
check_bytes(const char *what, const char *text, gsize max, GError **error)
{
    if (!check_utf8(what, text, error))
        return FALSE;
    if (strlen(text) > max)
        return refuse(error, "%s must be at most %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT,
                      what, max, strlen(text));
    return TRUE;
}

static gboolean
check_length(const char *what, const char *text, glong max, GError **error)
{
    if (!check_utf8(what, text, error))
        return FALSE;
    if (g_utf8_strlen(text, -1) > max)
        return refuse(error, "%s must be at most %ld characters, not %ld", what, max,
                      g_utf8_strlen(text, -1));
    return TRUE;
}

/* The text must be UTF-8 already. */
static gboolean
check_characters(const char *what, const char *text, CharacterFunc refused, GError **error)
{
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (refused(c))
            return refuse(error, "%s must not have the character U+%04X", what, c);
    }
    return TRUE;
}

/**
 * msgr_check_guid:
 * @guid: (nullable): an application's GUID
 * @error: return location
 *
 * Returns: whether @guid is written as msgr_guid_is_valid() wants it.
 */
gboolean
msgr_check_guid(const char *guid, GError **error)
{
    if (!msgr_guid_is_valid(guid))
        return refuse(error, "the GUID must read {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}, in "
                             "upper-case hexadecimal digits");
    return TRUE;
}

/**
 * msgr_check_app_data:
 * @data: (nullable): what an application sends along with a call
 * @error: return location
 *
 * Returns: whether @data is at most %MSGR_MAX_APP_DATA bytes of UTF-8; any characters will do.
 */
gboolean
msgr_check_app_data(const char *data, GError **error)
{
    return check_bytes("the application's data", data, MSGR_MAX_APP_DATA, error);
}

/**
 * msgr_check_app_name:
 * @name: (nullable): an application's name
 * @error: return location
 *
 * Returns: whether @name is 1 to %MSGR_MAX_APP_NAME characters, none of them a control character, a
 *   line separator, or an embedding, override or isolate of the bidirectional algorithm.
 */
gboolean
msgr_check_app_name(const char *name, GError **error)
{
    const char *what = "the application's name";

    if (name != NULL && *name == '\0')
        return refuse(error, "%s must not be empty", what);
    return check_length(what, name, MSGR_MAX_APP_NAME, error) &&
           check_characters(what, name, msgr_is_control_or_bidi, error);
}

/**
 * msgr_check_friendly_name:
 * @name: (nullable): the name that a user wants to be shown by; "" for the default
 * @error: return location
 *
 * Returns: whether @name is at most %MSGR_MAX_FRIENDLY_NAME of the characters that
 *   msgr_check_app_name() allows.
 */
gboolean
msgr_check_friendly_name(const char *name, GError **error)
{
    const char *what = "the friendly name";

    return check_length(what, name, MSGR_MAX_FRIENDLY_NAME, error) &&
           check_characters(what, name, msgr_is_control_or_bidi, error);
}

/* A host may be written with percent signs: what they stand for must be no blank either. */
static gboolean
check_host(GUri *uri, GError **error)
{
    const char *host = g_uri_get_host(uri);

    if (host == NULL || *host == '\0')
        return refuse(error, "the URL must have a host");
    return check_utf8("the URL's host", host, error) &&
           check_characters("the URL's host", host, is_never_in_url, error);
}

/**
 * msgr_check_url:
 * @url: (nullable): where an application is to be had
 * @error: return location
 *
 * Returns: whether @url is an absolute URL of http or https with a host, of at most %MSGR_MAX_URL
 *   characters, without blanks, control characters and marks of direction.
 */
gboolean
msgr_check_url(const char *url, GError **error)
{
    g_autoptr(GUri) uri = NULL;
    g_autoptr(GError) parse_error = NULL;
    const char *scheme;

    if (!check_length("the URL", url, MSGR_MAX_URL, error) ||
        !check_characters("the URL", url, is_never_in_url, error))
        return FALSE;
    uri = g_uri_parse(url, G_URI_FLAGS_NONE, &parse_error);
    if (uri == NULL)
        return refuse(error, "the URL is wrong: %s", parse_error->message);
    scheme = g_uri_get_scheme(uri);
    if (!g_str_equal(scheme, "http") && !g_str_equal(scheme, "https"))
        return refuse(error, "the URL must begin with http:// or https://");
    return check_host(uri, error);
}

/* A text of several lines; what lines look like is nobody's business but the desktop's. */
static gboolean
is_never_in_alert(gunichar c)
{
    return msgr_is_control_or_bidi(c) && c != '\n' && c != '\t';
}

/**
 * msgr_check_alert:
 * @text: (nullable): what an alert says
 * @error: return location
 *
 * Returns: whether @text is at most %MSGR_MAX_ALERT bytes, with no control characters but line
 * feeds and tabs, and none of the characters that turn the direction of a text.
 */
gboolean
msgr_check_alert(const char *text, GError **error)
{
    const char *what = "the alert";

    return check_bytes(what, text, MSGR_MAX_ALERT, error) &&
           check_characters(what, text, is_never_in_alert, error);
}

static gboolean
check_components(const char *path, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(path + 1, "/", -1);

    for (char **part = parts; *part != NULL; part++) {
        if (**part == '\0' || g_str_equal(*part, ".") || g_str_equal(*part, ".."))
            return refuse(error, "the path must have no \".\", \"..\" or empty component");
    }
    return TRUE;
}

/**
 * msgr_check_path:
 * @path: (nullable): a program's path
 * @error: return location
 *
 * Looks at the path's form only, not at the file.
 *
 * Returns: whether @path is absolute, at most %MSGR_MAX_PATH bytes, and has no control characters,
 *   no `.`, `..` or empty component and no slash at its end.
 */
gboolean
msgr_check_path(const char *path, GError **error)
{
    if (!check_bytes("the path", path, MSGR_MAX_PATH, error) ||
        !check_characters("the path", path, is_control, error))
        return FALSE;
    if (path[0] != '/' || path[1] == '\0')
        return refuse(error, "the path must be a file's absolute path");
    return check_components(path, error);
}

/**
 * msgr_check_desktop_id:
 * @id: (nullable): the name of a desktop file, as menus identify it
 * @error: return location
 *
 * Returns: whether @id ends in `.desktop`, is at most 255 bytes, and has neither a slash nor a
 * control character.
 */
gboolean
msgr_check_desktop_id(const char *id, GError **error)
{
    const char *what = "the desktop file's ID";

    if (!check_bytes(what, id, MAX_DESKTOP_ID, error) ||
        !check_characters(what, id, is_control, error))
        return FALSE;
    if (!g_str_has_suffix(id, DESKTOP_SUFFIX) || g_str_equal(id, DESKTOP_SUFFIX))
        return refuse(error, "%s must be a name that ends in " DESKTOP_SUFFIX, what);
    if (strchr(id, '/') != NULL)
        return refuse(error, "%s must have no slash", what);
    return TRUE;
}

/**
 * msgr_check_version:
 * @version: (nullable): an application's version; "" if it isn't told
 * @error: return location
 *
 * Returns: whether @version is at most 64 of the characters that msgr_check_app_name() allows.
 */
gboolean
msgr_check_version(const char *version, GError **error)
{
    return check_length("the version", version, MAX_VERSION, error) &&
           check_characters("the version", version, msgr_is_control_or_bidi, error);
}

/**
 * msgr_check_address:
 * @address: (nullable): a numeric network address; "" for the default
 * @error: return location
 *
 * Returns: whether @address is an IPv4 or IPv6 literal without scope, or "".
 */
gboolean
msgr_check_address(const char *address, GError **error)
{
    struct in6_addr in6;
    struct in_addr in4;

    if (address != NULL && (*address == '\0' || inet_pton(AF_INET, address, &in4) == 1 ||
                            inet_pton(AF_INET6, address, &in6) == 1))
        return TRUE;
    return refuse(error, "the address must be an IPv4 or IPv6 literal without scope");
}

/**
 * msgr_check_activation_token:
 * @token: (nullable): a token of the desktop for the launched window; "" for none
 * @error: return location
 *
 * Returns: whether @token is at most %MSGR_MAX_ACTIVATION_TOKEN printable ASCII characters.
 */
gboolean
msgr_check_activation_token(const char *token, GError **error)
{
    gsize length = 0;

    while (token != NULL && length <= MSGR_MAX_ACTIVATION_TOKEN && g_ascii_isprint(token[length]))
        length++;
    if (token == NULL || length > MSGR_MAX_ACTIVATION_TOKEN || token[length] != '\0')
        return refuse(error, "the activation token must be at most %d printable ASCII characters",
                      MSGR_MAX_ACTIVATION_TOKEN);
    return TRUE;
}

static gboolean
is_app_id_character(char c)
{
    return g_ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
}

/**
 * msgr_check_app_id:
 * @id: (nullable): the ID of an application's key
 * @error: return location
 *
 * Returns: whether @id is 1 to %MSGR_MAX_APP_ID ASCII letters, digits, dots, hyphens and
 * underscores, begins and ends with a letter or digit, has no two dots in a row (clients name files
 * after it), and is not one of the two IDs that no key may have.
 */
gboolean
msgr_check_app_id(const char *id, GError **error)
{
    gsize length = 0;

    while (id != NULL && length <= MSGR_MAX_APP_ID && is_app_id_character(id[length]))
        length++;
    if (length == 0 || length > MSGR_MAX_APP_ID || id[length] != '\0')
        return refuse(error, "the application ID must be 1 to %d of A-Z, a-z, 0-9, '.', '_', '-'",
                      MSGR_MAX_APP_ID);
    if (!g_ascii_isalnum(id[0]) || !g_ascii_isalnum(id[length - 1]) || strstr(id, "..") != NULL)
        return refuse(error, "the application ID must begin and end with a letter or digit, and "
                             "have no two dots in a row");
    if (g_str_equal(id, MSGR_AGENT_APP_ID) || g_str_equal(id, MSGR_SYSTEM_APP_ID))
        return refuse(error, "the application ID \"%s\" is reserved", id);
    return TRUE;
}
