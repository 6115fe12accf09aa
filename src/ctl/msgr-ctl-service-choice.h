/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which service a contact is of, where nobody has said so.
 */
#pragma once

#include "msgr-ctl.h"

G_BEGIN_DECLS

char *msgr_ctl_service_choose(MsgrCtl *ctl, const char *name, const char *given, GError **error);

G_END_DECLS
