/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>
#include <locale.h>

#define SERVICE "org.msgr.Messenger"
#define ROOT    "/org/msgr/Messenger"
#define MANAGER ROOT "/SessionManager"

#define LOCK1            "org.msgr.Lock1"
#define MESSENGER1       "org.msgr.Messenger1"
#define SESSION_MANAGER1 "org.msgr.SessionManager1"
#define SESSION1         "org.msgr.Session1"

void duet_check(const GError *error);
GDBusConnection *duet_bus(void);
void duet_call(const char *path, const char *iface, const char *method, GVariant *args,
               const char *form, ...);
char *duet_respond(const char *id, const char *challenge);
