/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sessions and contacts as people name them.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "msgr-ctl.h"

G_BEGIN_DECLS

char *msgr_ctl_session_match(const char *text, const char *const *paths, GError **error);
char *msgr_ctl_session_find(MsgrCtl *ctl, const char *text, GError **error);
const char *msgr_ctl_session_id(const char *path);
char *msgr_ctl_session_short(const char *path);
guint msgr_ctl_session_short_length(const char *const *paths);
char *msgr_ctl_session_app(GVariant *session);
JsonObject *msgr_ctl_session_json(const char *path, GVariant *session);
GVariant *msgr_ctl_sessions_list(MsgrCtl *ctl, GError **error);

GVariant *msgr_ctl_contacts_list(MsgrCtl *ctl, GError **error);
JsonObject *msgr_ctl_contact_json(const char *path, GVariant *contact);
char *msgr_ctl_contact_name(GVariant *contact);
char *msgr_ctl_contact_look_up(MsgrCtl *ctl, const char *path);
char *msgr_ctl_contact_find(MsgrCtl *ctl, const char *name, const char *service, GError **error);

G_END_DECLS
