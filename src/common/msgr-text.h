/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a text from outside must look like. Each check sets MSGR_ERROR_INVALID_ARGS with a message
 * that says what was wrong with it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean msgr_is_control_or_bidi(gunichar c);

gboolean msgr_check_guid(const char *guid, GError **error);
gboolean msgr_check_app_data(const char *data, GError **error);
gboolean msgr_check_app_name(const char *name, GError **error);
gboolean msgr_check_friendly_name(const char *name, GError **error);
gboolean msgr_check_url(const char *url, GError **error);
gboolean msgr_check_alert(const char *text, GError **error);
gboolean msgr_check_path(const char *path, GError **error);
gboolean msgr_check_desktop_id(const char *id, GError **error);
gboolean msgr_check_version(const char *version, GError **error);
gboolean msgr_check_address(const char *address, GError **error);
gboolean msgr_check_activation_token(const char *token, GError **error);
gboolean msgr_check_app_id(const char *id, GError **error);

G_END_DECLS
