/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-service.h"

G_BEGIN_DECLS

typedef struct _MsgrInquiry MsgrInquiry;

MsgrInquiry *msgr_inquiry_new(MsgrService *service);
void msgr_inquiry_free(MsgrInquiry *self);
void msgr_inquiry_turn_kept(MsgrInquiry *self);

G_END_DECLS
