/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The list of the user's own keys: what the service has, and what is on this machine.
 */
#include "config.h"

#include "msgr-ctl-key-list.h"

#include <glib/gi18n.h>

#include "msgr-ctl-json.h"
#include "msgr-ctl-table.h"

#define SUFFIX ".json"

typedef enum {
    STATE_GOOD,
    STATE_REVOKED,
    STATE_EXPIRED,
    STATE_SHADOWED,
    STATE_UNKNOWN, /* to the service */
} State;

static const char *const state_names[] = { "good", "revoked", "expired", "shadowed", "unknown" };

static const char *const state_words[] = {
    N_("good"),
    N_("revoked"),
    N_("expired"),
    N_("an installed key of that ID wins"),
    N_("the service has no other half"),
};

static State
state_of(GVariant *key)
{
    gint64 not_after = msgr_ctl_dict_time(key, "NotAfter");

    if (msgr_ctl_dict_boolean(key, "Shadowed"))
        return STATE_SHADOWED;
    if (msgr_ctl_dict_boolean(key, "Revoked"))
        return STATE_REVOKED;
    if (not_after != 0 && not_after <= g_get_real_time())
        return STATE_EXPIRED;
    return STATE_GOOD;
}

/* Returns: IDs whose client's half is in the user's directory while the service knows of none. */
static GPtrArray *
find_orphans(GVariant *keys)
{
    g_autofree char *dir_name = msgr_ctl_key_file_dir();
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GDir) dir = g_dir_open(dir_name, 0, NULL);
    GPtrArray *orphans = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    GVariantIter iter;
    GVariant *key;

    g_variant_iter_init(&iter, keys);
    while (g_variant_iter_loop(&iter, "@a{sv}", &key))
        g_hash_table_add(known, g_strdup(msgr_ctl_dict_string(key, "Id")));
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *id = NULL;

        if (!g_str_has_suffix(name, SUFFIX))
            continue;
        id = g_strndup(name, strlen(name) - strlen(SUFFIX));
        if (!g_hash_table_contains(known, id))
            g_ptr_array_add(orphans, g_steal_pointer(&id));
    }
    return orphans;
}

static void
add_json(JsonArray *array, JsonObject *object, const char *id, State state)
{
    g_autofree char *file = msgr_ctl_key_file_find_id(id);

    json_object_set_string_member(object, "Id", id);
    json_object_set_string_member(object, "State", state_names[state]);
    if (file != NULL)
        json_object_set_string_member(object, "File", file);
    msgr_ctl_json_take_object(array, object);
}

static void
print_json(GVariant *keys, GPtrArray *orphans)
{
    JsonArray *array = json_array_new();
    GVariantIter iter;
    GVariant *key;

    g_variant_iter_init(&iter, keys);
    while (g_variant_iter_loop(&iter, "@a{sv}", &key))
        add_json(array, msgr_ctl_json_object(key), msgr_ctl_dict_string(key, "Id"), state_of(key));
    for (guint i = 0; i < orphans->len; i++)
        add_json(array, json_object_new(), g_ptr_array_index(orphans, i), STATE_UNKNOWN);
    msgr_ctl_json_print_array(array);
    json_array_unref(array);
}

static void
add_row(MsgrCtlTable *table, const char *id, GVariant *key, State state)
{
    g_autofree char *file = msgr_ctl_key_file_find_id(id);
    g_autofree const char **names = NULL;
    g_autofree char *capabilities = NULL;
    const char *cells[6] = {
        id, "", "", "", _(state_words[state]), file != NULL ? _("yes") : _("no")
    };

    if (key != NULL && g_variant_lookup(key, "Capabilities", "^a&s", &names))
        capabilities = g_strjoinv(",", (char **)names);
    if (key != NULL) {
        cells[1] = msgr_ctl_dict_string(key, "Algorithm");
        cells[2] = capabilities;
        cells[3] = msgr_ctl_dict_string(key, "Environment");
    }
    msgr_ctl_table_add(table, cells);
    msgr_ctl_table_style(table, 4, state == STATE_GOOD ? MSGR_CTL_GREEN : MSGR_CTL_YELLOW);
}

static void
print_table(MsgrCtl *ctl, GVariant *keys, GPtrArray *orphans)
{
    g_autoptr(MsgrCtlTable) table =
        msgr_ctl_table_new(6, _("ID"), _("ALGORITHM"), _("CAPABILITIES"), _("ENVIRONMENT"),
                           _("STATE"), _("HALF HERE"));
    g_autofree char *text = NULL;
    GVariantIter iter;
    GVariant *key;

    g_variant_iter_init(&iter, keys);
    while (g_variant_iter_loop(&iter, "@a{sv}", &key))
        add_row(table, msgr_ctl_dict_string(key, "Id"), key, state_of(key));
    for (guint i = 0; i < orphans->len; i++)
        add_row(table, g_ptr_array_index(orphans, i), NULL, STATE_UNKNOWN);
    text = msgr_ctl_table_render(table, &ctl->output);
    msgr_ctl_output_text(text);
}

/**
 * msgr_ctl_key_list_print:
 * @keys: an aa{sv}, as KeyManager1.ListKeys gives it
 */
void
msgr_ctl_key_list_print(MsgrCtl *ctl, GVariant *keys)
{
    g_autoptr(GPtrArray) orphans = find_orphans(keys);

    if (ctl->output.json)
        print_json(keys, orphans);
    else if (g_variant_n_children(keys) == 0 && orphans->len == 0)
        msgr_ctl_output_print(&ctl->output, _("You have no keys yet. Make one: msgrctl keys new"));
    else
        print_table(ctl, keys, orphans);
}
