/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The user's services, and why one of them isn't signed in.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "msgr-ctl.h"

G_BEGIN_DECLS

GVariant *msgr_ctl_services_list(MsgrCtl *ctl, GError **error);
GVariant *msgr_ctl_services_describe(MsgrCtl *ctl, GError **error);
GVariant *msgr_ctl_services_find(GVariant *services, const char *id);
char *msgr_ctl_service_reason(guint32 hr);
char *msgr_ctl_service_state(GVariant *details);
MsgrCtlStyle msgr_ctl_service_style(GVariant *details);
void msgr_ctl_service_add_json(GVariant *details, JsonObject *object);

G_END_DECLS
