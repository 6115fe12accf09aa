/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a connector delivers of sessions with parties on other machines.
 */
#pragma once

#include "msgr-interface.h"

G_BEGIN_DECLS

GVariant *msgr_deliver_invitation(MsgrCall *call, GVariant *args, GError **error);
GVariant *msgr_deliver_answer(MsgrCall *call, GVariant *args, GError **error);
GVariant *msgr_deliver_app_not_present(MsgrCall *call, GVariant *args, GError **error);
GVariant *msgr_deliver_attached(MsgrCall *call, GVariant *args, GError **error);
GVariant *msgr_deliver_context_data(MsgrCall *call, GVariant *args, GError **error);
GVariant *msgr_deliver_end(MsgrCall *call, GVariant *args, GError **error);

G_END_DECLS
