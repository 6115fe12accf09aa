/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading a small JSON object of known members, with the line in what is said of a wrong one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _MsgrJson MsgrJson;

MsgrJson *msgr_json_parse(const char *text, gssize length, GError **error);
void msgr_json_free(MsgrJson *self);
gboolean msgr_json_string(MsgrJson *self, const char *member, gboolean required, char **value,
                          GError **error);
gboolean msgr_json_boolean(MsgrJson *self, const char *member, gboolean *value, GError **error);
gboolean msgr_json_strv(MsgrJson *self, const char *member, gboolean required, char ***value,
                        GError **error);
void msgr_json_set_error(MsgrJson *self, const char *member, GError **error, const char *format,
                         ...) G_GNUC_PRINTF(4, 5);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrJson, msgr_json_free)

G_END_DECLS
