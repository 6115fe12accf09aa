/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

#include "msgr-buckets.h"

G_BEGIN_DECLS

typedef struct _MsgrInbox MsgrInbox;

/**
 * MsgrInboxFuncs:
 * @call: a method call; takes the message
 * @gone: a client has left the bus
 * @replaced: one of the service's names belongs to another now
 * @done: nothing more has arrived for the moment
 */
typedef struct {
    void (*call)(GDBusMessage *message, gpointer data);
    void (*gone)(const char *name, gpointer data);
    void (*replaced)(gpointer data);
    void (*done)(gpointer data);
} MsgrInboxFuncs;

MsgrInbox *msgr_inbox_new(GDBusConnection *connection, MsgrBuckets *buckets);
void msgr_inbox_open(MsgrInbox *self, const MsgrInboxFuncs *funcs, gpointer data);
void msgr_inbox_free(MsgrInbox *self);

G_END_DECLS
