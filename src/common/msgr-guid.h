/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean msgr_guid_is_valid(const char *guid);
char *msgr_guid_new(void);
char *msgr_hex_id_new(void);
gboolean msgr_hex_id_is_valid(const char *id);

G_END_DECLS
