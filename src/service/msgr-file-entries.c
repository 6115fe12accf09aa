/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of keys.d, apps.d and users.d say. A file that is wrong is named in the log; the
 * others work on.
 */
#include "msgr-file-entries.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msgr-app-entry.h"
#include "msgr-fixed-policy.h"
#include "msgr-key.h"

static void
say_wrong(const MsgrDropIn *file, const char *why)
{
    g_warning("%s: %s; ignored", file->path, why);
}

/* What others can read proves nothing. */
static gboolean
is_kept_secret(const MsgrDropIn *file)
{
    return (file->owner == 0 || file->owner == geteuid()) &&
           (file->mode & (S_IRWXO | S_IWGRP)) == 0;
}

static gboolean
has_id(GPtrArray *keys, const char *id)
{
    for (guint i = 0; i < keys->len; i++) {
        if (g_str_equal(((MsgrKey *)keys->pdata[i])->id, id))
            return TRUE;
    }
    return FALSE;
}

static void
add_key(GPtrArray *keys, const MsgrDropIn *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MsgrKey) key = msgr_key_parse(file->text, file->length, MSGR_KEY_OF_SYSTEM, &error);

    if (key == NULL)
        say_wrong(file, error->message);
    else if (msgr_key_is_secret(key) && !is_kept_secret(file))
        say_wrong(file, "a file with a secret must be owned by root or the service, and have no "
                        "rights for others and none to write for the group");
    else if (has_id(keys, key->id))
        say_wrong(file, "another file has a key with this ID");
    else
        g_ptr_array_add(keys, g_steal_pointer(&key));
}

/**
 * msgr_file_entries_keys:
 * @files: (element-type MsgrDropIn)
 *
 * Returns: (transfer full) (element-type MsgrKey): the keys of those that are right.
 */
GPtrArray *
msgr_file_entries_keys(GPtrArray *files)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_key_unref);

    for (guint i = 0; i < files->len; i++)
        add_key(keys, files->pdata[i]);
    g_info("%u keys read", keys->len);
    return keys;
}

static gboolean
has_guid(GPtrArray *entries, const char *guid)
{
    for (guint i = 0; i < entries->len; i++) {
        if (g_str_equal(((MsgrAppEntry *)entries->pdata[i])->guid, guid))
            return TRUE;
    }
    return FALSE;
}

static void
add_application(GPtrArray *entries, const MsgrDropIn *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MsgrAppEntry) entry =
        msgr_app_entry_parse(file->text, file->length, file->changed, &error);

    if (entry == NULL)
        say_wrong(file, error->message);
    else if (has_guid(entries, entry->guid))
        say_wrong(file, "another file has an application with this GUID");
    else
        g_ptr_array_add(entries, g_steal_pointer(&entry));
}

/**
 * msgr_file_entries_applications:
 * @files: (element-type MsgrDropIn)
 *
 * Returns: (transfer full) (element-type MsgrAppEntry): the applications of those that are right.
 */
GPtrArray *
msgr_file_entries_applications(GPtrArray *files)
{
    GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_app_entry_unref);

    for (guint i = 0; i < files->len; i++)
        add_application(entries, files->pdata[i]);
    g_info("%u applications read", entries->len);
    return entries;
}

static void
add_fixed_policy(GPtrArray *policies, const MsgrDropIn *file)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *user = g_strndup(file->name, strlen(file->name) - strlen(".conf"));

    g_ptr_array_add(policies,
                    msgr_fixed_policy_parse(user, file->path, file->text, file->length, problems));
    for (guint i = 0; i < problems->len; i++)
        g_warning("%s", (const char *)problems->pdata[i]);
}

/**
 * msgr_file_entries_fixed_policies:
 * @files: (element-type MsgrDropIn): each called like its user, with the end `.conf`
 *
 * Returns: (transfer full) (element-type MsgrFixedPolicy): what they fix.
 */
GPtrArray *
msgr_file_entries_fixed_policies(GPtrArray *files)
{
    GPtrArray *policies = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_fixed_policy_unref);

    for (guint i = 0; i < files->len; i++)
        add_fixed_policy(policies, files->pdata[i]);
    g_info("policies of %u users read", policies->len);
    return policies;
}
