/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The list of the user's own keys: what the service has, and what is on this machine.
 */
#pragma once

#include "msgr-ctl.h"

G_BEGIN_DECLS

void msgr_ctl_key_list_print(MsgrCtl *ctl, GVariant *keys);

G_END_DECLS
