/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the command line to the exit status.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int msgr_ctl_main(int argc, char **argv);

G_END_DECLS
