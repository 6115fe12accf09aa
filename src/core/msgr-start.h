/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How an application is started by the user's agent, and finds its session.
 */
#pragma once

#include "msgr-session.h"

G_BEGIN_DECLS

gboolean msgr_start_order(MsgrSide *side);
void msgr_start_forget(MsgrSide *side);
void msgr_start_set_token(MsgrSide *side, const char *token);
gboolean msgr_start_is_under_way(MsgrUser *user);
gboolean msgr_start_report_exit(MsgrClient *client, const char *path, guint32 pid, gboolean failed,
                                GError **error);
MsgrSide *msgr_session_launching(MsgrClient *client, guint32 pid, GError **error);

G_END_DECLS
