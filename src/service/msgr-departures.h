/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-service.h"

G_BEGIN_DECLS

typedef struct _MsgrDepartures MsgrDepartures;

MsgrDepartures *msgr_departures_new(MsgrService *service, GDBusConnection *connection);
void msgr_departures_free(MsgrDepartures *self);
void msgr_departures_turn_sent(MsgrDepartures *self);

G_END_DECLS
