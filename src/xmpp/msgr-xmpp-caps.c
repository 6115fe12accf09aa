/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Capabilities: ours and others', and the string that stands for them (XEP-0030, XEP-0115).
 */
#include "msgr-xmpp-caps.h"

#include <string.h>

#include "msgr-guid.h"
#include "msgr-xmpp-names.h"

#define MAX_FEATURES 1000

static const char *const base_features[] = {
    MSGR_NS_CAPS, MSGR_NS_DISCO_INFO,     MSGR_NS_PING,      MSGR_NS_JINGLE,
    MSGR_NS_APP,  MSGR_NS_JINGLE_MESSAGE, MSGR_NS_TRANSPORT, MSGR_NS_ALERT,
};

static int
compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *
feature_of(const char *guid)
{
    g_autofree char *digits = g_strndup(guid + 1, strlen(guid) - 2);
    g_autofree char *lower = g_ascii_strdown(digits, -1);

    return g_strconcat(MSGR_APP_FEATURE, lower, NULL);
}

/* Returns: (nullable): the GUID that the feature stands for. */
static char *
guid_of(const char *feature)
{
    g_autofree char *digits = NULL;
    g_autofree char *guid = NULL;

    if (!g_str_has_prefix(feature, MSGR_APP_FEATURE))
        return NULL;
    digits = g_ascii_strup(feature + strlen(MSGR_APP_FEATURE), -1);
    guid = g_strdup_printf("{%s}", digits);
    return msgr_guid_is_valid(guid) ? g_steal_pointer(&guid) : NULL;
}

static char *
hash(const GPtrArray *identities, const GPtrArray *features)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
    guint8 digest[20];
    gsize length = sizeof(digest);

    for (guint i = 0; i < identities->len; i++)
        g_checksum_update(sum, identities->pdata[i], -1);
    for (guint i = 0; i < features->len; i++) {
        g_checksum_update(sum, features->pdata[i], -1);
        g_checksum_update(sum, (const guchar *)"<", 1);
    }
    g_checksum_get_digest(sum, digest, &length);
    return g_base64_encode(digest, length);
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void
read_child(const MsgrXmppElement *child, GPtrArray *identities, GPtrArray *features)
{
    if (msgr_xmpp_element_is(child, "feature", MSGR_NS_DISCO_INFO))
        g_ptr_array_add(features, g_strdup(or_empty(msgr_xmpp_element_get(child, "var"))));
    else if (msgr_xmpp_element_is(child, "identity", MSGR_NS_DISCO_INFO))
        g_ptr_array_add(identities,
                        g_strdup_printf("%s/%s/%s/%s<",
                                        or_empty(msgr_xmpp_element_get(child, "category")),
                                        or_empty(msgr_xmpp_element_get(child, "type")),
                                        or_empty(msgr_xmpp_element_get(child, "lang")),
                                        or_empty(msgr_xmpp_element_get(child, "name"))));
}

static void
add_feature(MsgrXmppCaps *self, const char *feature)
{
    char *guid = guid_of(feature);

    if (g_str_equal(feature, MSGR_NS_APP))
        self->takes_invitations = TRUE;
    if (guid != NULL && self->applications->len < MSGR_XMPP_MAX_APPLICATIONS)
        g_ptr_array_add(self->applications, guid);
    else
        g_free(guid);
}

/* In what is hashed "<" ends each text: one that has it in itself hashes to what others say that
 * mean something else. */
static gboolean
is_ambiguous(const GPtrArray *identities, const GPtrArray *features)
{
    for (guint i = 0; i < identities->len; i++) {
        const char *end = strchr(identities->pdata[i], '<');

        if (end[1] != '\0')
            return TRUE;
    }
    for (guint i = 0; i < features->len; i++) {
        if (strchr(features->pdata[i], '<') != NULL)
            return TRUE;
    }
    return FALSE;
}

/**
 * msgr_xmpp_caps_read:
 * @query: (nullable): what a device answered
 * @ver: (out) (transfer full) (nullable): what stands for it, if nothing is in it that isn't looked
 *   at here; NULL: nothing does
 *
 * Returns: (transfer full): what is in it.
 */
MsgrXmppCaps *
msgr_xmpp_caps_read(const MsgrXmppElement *query, char **ver)
{
    MsgrXmppCaps *self = g_rc_box_new0(MsgrXmppCaps);
    g_autoptr(GPtrArray) identities = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) features = g_ptr_array_new_with_free_func(g_free);

    self->applications = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; query != NULL && i < MIN(query->children->len, MAX_FEATURES); i++)
        read_child(query->children->pdata[i], identities, features);
    g_ptr_array_sort(identities, compare);
    g_ptr_array_sort(features, compare);
    for (guint i = 0; i < features->len; i++)
        add_feature(self, features->pdata[i]);
    *ver = is_ambiguous(identities, features) ? NULL : hash(identities, features);
    return self;
}

MsgrXmppCaps *
msgr_xmpp_caps_ref(MsgrXmppCaps *self)
{
    return g_rc_box_acquire(self);
}

static void
clear(gpointer data)
{
    g_ptr_array_unref(((MsgrXmppCaps *)data)->applications);
}

void
msgr_xmpp_caps_unref(MsgrXmppCaps *self)
{
    g_rc_box_release_full(self, clear);
}

gboolean
msgr_xmpp_caps_has(const MsgrXmppCaps *self, const char *guid)
{
    for (guint i = 0; i < self->applications->len; i++) {
        if (g_str_equal(self->applications->pdata[i], guid))
            return TRUE;
    }
    return FALSE;
}

static GPtrArray *
own_features(const char *const *applications)
{
    GPtrArray *features = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < G_N_ELEMENTS(base_features); i++)
        g_ptr_array_add(features, g_strdup(base_features[i]));
    for (gsize i = 0; applications[i] != NULL && i < MSGR_XMPP_MAX_APPLICATIONS; i++) {
        if (msgr_guid_is_valid(applications[i]))
            g_ptr_array_add(features, feature_of(applications[i]));
    }
    g_ptr_array_sort(features, compare);
    return features;
}

/**
 * msgr_xmpp_caps_own_info:
 * @applications: what the user can run
 * @node: (nullable): that was asked for
 *
 * Returns: (transfer full): the answer to whoever may know.
 */
MsgrXmppElement *
msgr_xmpp_caps_own_info(const char *const *applications, const char *node)
{
    MsgrXmppElement *query = msgr_xmpp_element_new("query", MSGR_NS_DISCO_INFO);
    MsgrXmppElement *identity = msgr_xmpp_element_add(query, "identity", MSGR_NS_DISCO_INFO);
    g_autoptr(GPtrArray) features = own_features(applications);

    msgr_xmpp_element_set(query, "node", node);
    msgr_xmpp_element_set(identity, "category", "client");
    msgr_xmpp_element_set(identity, "type", "pc");
    msgr_xmpp_element_set(identity, "name", "msgr");
    for (guint i = 0; i < features->len; i++)
        msgr_xmpp_element_set(msgr_xmpp_element_add(query, "feature", MSGR_NS_DISCO_INFO), "var",
                              features->pdata[i]);
    return query;
}

char *
msgr_xmpp_caps_own_ver(const char *const *applications)
{
    g_autoptr(MsgrXmppElement) query = msgr_xmpp_caps_own_info(applications, NULL);
    char *ver = NULL;

    msgr_xmpp_caps_unref(msgr_xmpp_caps_read(query, &ver));
    return ver;
}

/**
 * msgr_xmpp_caps_own_element:
 *
 * Returns: (transfer full): what stands in our presence.
 */
MsgrXmppElement *
msgr_xmpp_caps_own_element(const char *const *applications)
{
    MsgrXmppElement *c = msgr_xmpp_element_new("c", MSGR_NS_CAPS);
    g_autofree char *ver = msgr_xmpp_caps_own_ver(applications);

    msgr_xmpp_element_set(c, "hash", "sha-1");
    msgr_xmpp_element_set(c, "node", MSGR_CAPS_NODE);
    msgr_xmpp_element_set(c, "ver", ver);
    return c;
}
