/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who sees whom, and who may invite whom. The other party is given as a contact of the user's: by
 * its service and its name there, so that it need not be a user of this machine.
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

guint32 msgr_user_status_for(MsgrUser *self, const char *service, const char *name);
guint32 msgr_user_status_last_shown(MsgrUser *self, const char *service, const char *name);
gboolean msgr_user_can_be_invited_by(MsgrUser *self, const char *service, const char *name);

G_END_DECLS
