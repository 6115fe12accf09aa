/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *msgr_ctl_password_read(const char *prompt, GError **error);

G_END_DECLS
