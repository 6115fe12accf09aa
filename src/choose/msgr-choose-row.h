/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a contact looks in the list.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkListItemFactory *msgr_choose_row_factory_new(void);

G_END_DECLS
