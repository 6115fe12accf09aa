/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What came over the bus, as JSON: the same names, nothing translated.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonObject *msgr_ctl_json_object(GVariant *dict);
void msgr_ctl_json_set_variant(JsonObject *object, const char *member, GVariant *value);
void msgr_ctl_json_take_object(JsonArray *array, JsonObject *object);
void msgr_ctl_json_print(JsonObject *object);
void msgr_ctl_json_print_string(const char *member, const char *value);
void msgr_ctl_json_print_boolean(const char *member, gboolean value);
void msgr_ctl_json_print_line(JsonObject *object);
void msgr_ctl_json_print_array(JsonArray *array);

G_END_DECLS
