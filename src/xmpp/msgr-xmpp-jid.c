/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * XMPP addresses, by RFC 6122: Nodeprep, Nameprep and Resourceprep, which libidn knows. Two
 * addresses are the same if they are after this.
 */
#include "msgr-xmpp-jid.h"

#include <string.h>
#include <stringprep.h>

#include "msgr-error.h"

#define MAX_PART 1023 /* bytes */

static gboolean
refuse(GError **error)
{
    return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS, "this is no address of XMPP");
}

/* Returns: (nullable): @part as it is compared; NULL if it can't be one. */
static char *
prepare(const char *part, gsize length, const Stringprep_profile *profile)
{
    char buffer[MAX_PART + 1];

    if (length == 0 || length > MAX_PART)
        return NULL;
    memcpy(buffer, part, length);
    buffer[length] = '\0';
    if (!g_utf8_validate(buffer, -1, NULL) ||
        stringprep(buffer, sizeof(buffer), 0, profile) != STRINGPREP_OK || buffer[0] == '\0')
        return NULL;
    return g_strdup(buffer);
}

static gboolean
is_domain(const char *domain)
{
    for (const char *p = domain; *p != '\0'; p++) {
        if ((guchar)*p < 0x80 && !g_ascii_isalnum(*p) && strchr("-.:[]", *p) == NULL)
            return FALSE;
    }
    return domain[0] != '.' && strstr(domain, "..") == NULL;
}

static char *
prepare_domain(const char *part, gsize length)
{
    g_autofree char *domain = prepare(part, length, stringprep_nameprep);

    if (domain == NULL)
        return NULL;
    /* the root's dot is not part of an address */
    if (g_str_has_suffix(domain, "."))
        domain[strlen(domain) - 1] = '\0';
    return is_domain(domain) && domain[0] != '\0' ? g_steal_pointer(&domain) : NULL;
}

/* Marks that nobody sees, and that may turn a text: those that Unicode 3.2 did not know. */
static gboolean
has_marks(const char *bare)
{
    for (const char *p = bare; *p != '\0'; p = g_utf8_next_char(p)) {
        if (g_unichar_type(g_utf8_get_char(p)) == G_UNICODE_FORMAT)
            return TRUE;
    }
    return FALSE;
}

/* msgrd writes names in lower case as well, by a Unicode of today: of two that are one to it, the
 * one in its own form is an address, and the other could only pass for it. */
static gboolean
is_stable(const char *bare)
{
    g_autofree char *lower = g_utf8_strdown(bare, -1);
    g_autofree char *form = g_utf8_normalize(lower, -1, G_NORMALIZE_DEFAULT_COMPOSE);

    return g_strcmp0(form, bare) == 0;
}

/* The resource begins at the first slash; the node ends at the first at sign before it. */
static char *
normalise(const char *jid, gboolean with_resource, GError **error)
{
    gsize length = strcspn(jid, "/");
    const char *at = memchr(jid, '@', length);
    const char *domain_part = at != NULL ? at + 1 : jid;
    g_autofree char *domain = prepare_domain(domain_part, length - (gsize)(domain_part - jid));
    g_autofree char *node = NULL;
    g_autofree char *resource = NULL;
    g_autofree char *bare = NULL;

    if (at != NULL)
        node = prepare(jid, (gsize)(at - jid), stringprep_xmpp_nodeprep);
    if (jid[length] == '/' && with_resource)
        resource =
            prepare(jid + length + 1, strlen(jid + length + 1), stringprep_xmpp_resourceprep);
    if (domain == NULL || (at != NULL && node == NULL) ||
        (jid[length] == '/' && with_resource && resource == NULL)) {
        refuse(error);
        return NULL;
    }
    bare = g_strconcat(node != NULL ? node : "", node != NULL ? "@" : "", domain, NULL);
    if (has_marks(bare) || !is_stable(bare)) {
        refuse(error);
        return NULL;
    }
    return g_strconcat(bare, resource != NULL ? "/" : "", resource, NULL);
}

/**
 * msgr_xmpp_jid_normalise:
 * @jid: from anywhere
 *
 * Returns: (nullable): @jid in its one form, with its resource if it has one.
 */
char *
msgr_xmpp_jid_normalise(const char *jid, GError **error)
{
    return normalise(jid, TRUE, error);
}

/**
 * msgr_xmpp_jid_normalise_bare:
 * @jid: from anywhere
 *
 * Returns: (nullable): @jid in its one form, without its resource.
 */
char *
msgr_xmpp_jid_normalise_bare(const char *jid, GError **error)
{
    return normalise(jid, FALSE, error);
}

char *
msgr_xmpp_jid_bare(const char *jid)
{
    return g_strndup(jid, strcspn(jid, "/"));
}

const char *
msgr_xmpp_jid_domain(const char *bare)
{
    const char *at = strchr(bare, '@');

    return at != NULL ? at + 1 : bare;
}

/**
 * msgr_xmpp_jid_resource:
 *
 * Returns: (nullable): what names the device; NULL in a bare address.
 */
const char *
msgr_xmpp_jid_resource(const char *jid)
{
    const char *slash = strchr(jid, '/');

    return slash != NULL ? slash + 1 : NULL;
}

/**
 * msgr_xmpp_jid_is_account:
 *
 * Returns: whether it is the bare address of somebody, not of a server.
 */
gboolean
msgr_xmpp_jid_is_account(const char *jid)
{
    return strchr(jid, '@') != NULL && strchr(jid, '/') == NULL;
}
