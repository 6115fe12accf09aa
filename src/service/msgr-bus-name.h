/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean msgr_bus_name_watch_leavers(GDBusConnection *connection, GError **error);
gboolean msgr_bus_name_own(GDBusConnection *connection, gboolean replace, GError **error);

G_END_DECLS
