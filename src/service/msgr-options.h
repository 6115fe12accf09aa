/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading a{sv}: an unknown key is ignored, a known one of a wrong type is MSGR_ERROR_INVALID_ARGS.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean msgr_options_string(GVariant *options, const char *key, const char **value,
                             GError **error);
gboolean msgr_options_uint32(GVariant *options, const char *key, guint32 *value, GError **error);
gboolean msgr_options_int32(GVariant *options, const char *key, gint32 *value, GError **error);
gboolean msgr_options_strings(GVariant *options, const char *key, const char ***value,
                              GError **error);
gboolean msgr_options_uint64(GVariant *options, const char *key, guint64 *value, GError **error);
gboolean msgr_options_boolean(GVariant *options, const char *key, gboolean *value, GError **error);
gboolean msgr_options_token(GVariant *options, const char **token, GError **error);

G_END_DECLS
