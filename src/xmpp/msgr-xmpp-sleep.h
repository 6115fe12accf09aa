/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MsgrXmppSleep:
 *
 * Hears from logind when the machine goes to sleep, and holds it up until goodbye has been said.
 */
typedef struct _MsgrXmppSleep MsgrXmppSleep;

typedef struct {
    void (*falls_asleep)(gpointer data); /* msgr_xmpp_sleep_allow() is to follow */
    void (*wakes_up)(gpointer data);
    gpointer data;
} MsgrXmppSleepEvents;

MsgrXmppSleep *msgr_xmpp_sleep_new(GDBusConnection *connection, const MsgrXmppSleepEvents *events);
void msgr_xmpp_sleep_free(MsgrXmppSleep *self);
void msgr_xmpp_sleep_allow(MsgrXmppSleep *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppSleep, msgr_xmpp_sleep_free)

G_END_DECLS
