/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void msgr_supervisor_ready(void);
void msgr_supervisor_reloading(void);
void msgr_supervisor_stopping(void);

G_END_DECLS
