/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * users.d: what the administrator fixes for a user.
 */
#include "msgr-fixed-policy.h"

#include "msgr-config-text.h"

/* The group that is about every service. Any other is called as the one that it is about. */
#define EVERY_SERVICE "Policy"

static gboolean
find_key(const char *name, MsgrPolicyKey *key)
{
    for (int i = 0; i < MSGR_N_POLICY_KEYS; i++) {
        if (g_str_equal(msgr_policy_key_name(i), name)) {
            *key = (MsgrPolicyKey)i;
            return TRUE;
        }
    }
    return FALSE;
}

static void
read_key(const MsgrConfigText *text, const char *group, const char *name, MsgrAudience *audiences)
{
    g_autofree char *value = g_key_file_get_value(text->keys, group, name, NULL);
    guint line = msgr_config_text_line(text, group, name);
    MsgrPolicyKey key;

    if (!find_key(name, &key)) {
        msgr_config_text_problem(text, line, "unknown key \"%s\"", name);
        return;
    }
    audiences[key] = msgr_audience_parse(g_strstrip(value));
    if (audiences[key] == MSGR_AUDIENCE_UNSAID)
        msgr_config_text_problem(text, line, "\"%s\" must be everyone, contacts or nobody", name);
}

static void
read_group(MsgrFixedPolicy *self, const MsgrConfigText *text, const char *group)
{
    MsgrAudience *audiences = g_new0(MsgrAudience, MSGR_N_POLICY_KEYS);
    g_auto(GStrv) keys = msgr_config_text_keys(text, group);
    const char *service = g_str_equal(group, EVERY_SERVICE) ? "" : group;

    for (char **key = keys; *key != NULL; key++)
        read_key(text, group, *key, audiences);
    g_hash_table_replace(self->services, g_strdup(service), audiences);
}

/**
 * msgr_fixed_policy_parse:
 * @user: whom it is for: the file's name without its end
 * @path: what the file is called in @problems
 * @text: what is in it, NUL-terminated
 * @length: in bytes, without that NUL
 * @problems: (nullable) (element-type utf8): gets a text for each thing that is wrong, with its
 * line
 *
 * `AcceptFrom` and `StatusTo`, in the group `[Policy]` or before any for every service, in a group
 * called like a service for that one. What is wrong fixes nothing.
 *
 * Returns: (transfer full): what the file fixes.
 */
MsgrFixedPolicy *
msgr_fixed_policy_parse(const char *user, const char *path, const char *text, gsize length,
                        GPtrArray *problems)
{
    MsgrFixedPolicy *self = g_rc_box_new0(MsgrFixedPolicy);
    g_autoptr(MsgrConfigText) file = NULL;
    g_auto(GStrv) groups = NULL;

    self->user = g_strdup(user);
    self->services = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (!g_utf8_validate_len(text, length, NULL)) {
        msgr_config_problem(problems, path, 0, "not UTF-8; the file is ignored");
        return self;
    }
    file = msgr_config_text_new(path, text, EVERY_SERVICE, problems);
    groups = g_key_file_get_groups(file->keys, NULL);
    for (char **group = groups; *group != NULL; group++)
        read_group(self, file, *group);
    return self;
}

static void
fixed_policy_clear(gpointer data)
{
    MsgrFixedPolicy *self = data;

    g_free(self->user);
    g_hash_table_unref(self->services);
}

MsgrFixedPolicy *
msgr_fixed_policy_ref(MsgrFixedPolicy *self)
{
    return g_rc_box_acquire(self);
}

void
msgr_fixed_policy_unref(MsgrFixedPolicy *self)
{
    g_rc_box_release_full(self, fixed_policy_clear);
}

/**
 * msgr_fixed_policy_audience:
 *
 * Returns: what is fixed for that service, else for every one, else MSGR_AUDIENCE_UNSAID.
 */
MsgrAudience
msgr_fixed_policy_audience(const MsgrFixedPolicy *self, const char *service, MsgrPolicyKey key)
{
    const MsgrAudience *own = g_hash_table_lookup(self->services, service);
    const MsgrAudience *every = g_hash_table_lookup(self->services, "");

    if (own != NULL && own[key] != MSGR_AUDIENCE_UNSAID)
        return own[key];
    return every == NULL ? MSGR_AUDIENCE_UNSAID : every[key];
}

/**
 * msgr_fixed_policy_table:
 * @policies: (nullable) (element-type MsgrFixedPolicy)
 *
 * Returns: (transfer full): each by the user's sign-in name.
 */
GHashTable *
msgr_fixed_policy_table(GPtrArray *policies)
{
    GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                              (GDestroyNotify)msgr_fixed_policy_unref);

    for (guint i = 0; policies != NULL && i < policies->len; i++) {
        MsgrFixedPolicy *policy = msgr_fixed_policy_ref(policies->pdata[i]);

        g_hash_table_replace(table, policy->user, policy);
    }
    return table;
}
