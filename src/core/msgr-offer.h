/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the user's agent is asked about a session.
 */
#pragma once

#include "msgr-session.h"

G_BEGIN_DECLS

void msgr_offer_begin(MsgrSide *side);
void msgr_offer(MsgrSide *side);
void msgr_offer_all(MsgrUser *user);
void msgr_offer_again(MsgrUser *user);
void msgr_offer_anew(MsgrSide *side);
void msgr_offer_displaced(MsgrAgent *agent);
void msgr_offer_download(MsgrSide *side);
void msgr_offer_withdraw(MsgrSide *side, guint32 result);
gint64 msgr_offer_next(MsgrSession *session);
void msgr_offer_run(MsgrSession *session, gint64 now);

G_END_DECLS
