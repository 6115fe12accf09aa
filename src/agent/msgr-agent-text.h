/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What people read, made of what strangers wrote: plain text everywhere.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

const char *msgr_agent_text_get(GVariant *dict, const char *key);
guint32 msgr_agent_text_get_uint32(GVariant *dict, const char *key);
gboolean msgr_agent_text_get_boolean(GVariant *dict, const char *key);

char *msgr_agent_text_host(const char *url);
char *msgr_agent_text_line(const char *text);
char *msgr_agent_text_person(const char *friendly_name, const char *signin_name);
char *msgr_agent_text_request(const char *service_id, GVariant *details);
char *msgr_agent_text_account(const char *service_id, GVariant *details);
char *msgr_agent_text_signed_out(GVariant *details);
char *msgr_agent_text_application(GVariant *details);
char *msgr_agent_text_invitation(GVariant *details);
const char *msgr_agent_text_ended(guint32 state, guint32 result);

G_END_DECLS
