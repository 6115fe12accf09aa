/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls that name a user whom nobody here knows: the user database is asked, the call waits.
 */
#pragma once

#include "msgr-service.h"

G_BEGIN_DECLS

gboolean msgr_user_question_ask(MsgrCall *call, const char *name, MsgrContinuation go_on,
                                GError **error);

G_END_DECLS
