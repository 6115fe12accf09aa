/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which bus the service is on, for the programs that are its clients.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

const char *msgr_bus_where(const char *option);
char *msgr_bus_address(const char *where, GError **error);

G_END_DECLS
