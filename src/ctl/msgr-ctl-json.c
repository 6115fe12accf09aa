/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What came over the bus, as JSON: the same names, nothing translated.
 */
#include "config.h"

#include "msgr-ctl-json.h"

#include "msgr-ctl-output.h"

/**
 * msgr_ctl_json_set_variant:
 *
 * Sets a member to @value; variants in it are replaced by what they hold.
 */
void
msgr_ctl_json_set_variant(JsonObject *object, const char *member, GVariant *value)
{
    json_object_set_member(object, member, json_gvariant_serialize(value));
}

/**
 * msgr_ctl_json_object:
 * @dict: (nullable): an a{sv}
 *
 * Returns: (transfer full): an object with the same members.
 */
JsonObject *
msgr_ctl_json_object(GVariant *dict)
{
    JsonObject *object = json_object_new();
    GVariantIter iter;
    const char *key;
    GVariant *value;

    if (dict == NULL)
        return object;
    g_variant_iter_init(&iter, dict);
    while (g_variant_iter_loop(&iter, "{&sv}", &key, &value))
        msgr_ctl_json_set_variant(object, key, value);
    return object;
}

/**
 * msgr_ctl_json_take_object:
 * @object: (transfer full): appended to @array
 */
void
msgr_ctl_json_take_object(JsonArray *array, JsonObject *object)
{
    json_array_add_object_element(array, object);
}

static JsonNode *
node_of(JsonObject *object)
{
    return json_node_init_object(json_node_alloc(), object);
}

/**
 * msgr_ctl_json_print:
 * @object: (transfer none): the one thing that a verb prints
 */
void
msgr_ctl_json_print(JsonObject *object)
{
    g_autoptr(JsonNode) node = node_of(object);

    msgr_ctl_output_json(node);
}

/**
 * msgr_ctl_json_print_string:
 *
 * Prints an object of one member.
 */
void
msgr_ctl_json_print_string(const char *member, const char *value)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, member, value);
    msgr_ctl_json_print(object);
    json_object_unref(object);
}

/**
 * msgr_ctl_json_print_boolean:
 *
 * Prints an object of one member.
 */
void
msgr_ctl_json_print_boolean(const char *member, gboolean value)
{
    JsonObject *object = json_object_new();

    json_object_set_boolean_member(object, member, value);
    msgr_ctl_json_print(object);
    json_object_unref(object);
}

/**
 * msgr_ctl_json_print_line:
 * @object: (transfer none): one of a stream
 */
void
msgr_ctl_json_print_line(JsonObject *object)
{
    g_autoptr(JsonNode) node = node_of(object);

    msgr_ctl_output_json_line(node);
}

/**
 * msgr_ctl_json_print_array:
 * @array: (transfer none): the list that a verb prints
 */
void
msgr_ctl_json_print_array(JsonArray *array)
{
    g_autoptr(JsonNode) node = json_node_init_array(json_node_alloc(), array);

    msgr_ctl_output_json(node);
}
