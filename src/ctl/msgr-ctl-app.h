/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Applications as people name them.
 */
#pragma once

#include "msgr-ctl.h"

G_BEGIN_DECLS

char *msgr_ctl_app_guid(const char *text);
GVariant *msgr_ctl_apps_list(MsgrCtl *ctl, GError **error);
char *msgr_ctl_app_find(MsgrCtl *ctl, const char *text, GError **error);
char *msgr_ctl_app_own_program(void);
gboolean msgr_ctl_app_is_own(MsgrCtl *ctl, const char *guid);

G_END_DECLS
