/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One turn of the service: everything that is changed, written and told together.
 */
#pragma once

#include "msgr-order.h"

G_BEGIN_DECLS

typedef struct _MsgrTurn MsgrTurn;

/**
 * MsgrSignal:
 *
 * An event for one client.
 */
typedef struct {
    char *to;          /* the client's unique name */
    char *path;        /* of the object that it comes from */
    const char *iface; /* static */
    const char *name;  /* static */
    GVariant *args;    /* (nullable) */
} MsgrSignal;

void msgr_signal_free(MsgrSignal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrSignal, msgr_signal_free)

typedef void (*MsgrTurnWrite)(MsgrRecord *record, gboolean keep, gpointer data);

MsgrTurn *msgr_turn_new(void);
void msgr_turn_free(MsgrTurn *self);
void msgr_turn_add(MsgrTurn *self, gpointer record);
void msgr_turn_touch(MsgrTurn *self, gpointer record);
void msgr_turn_remove(MsgrTurn *self, gpointer record);
void msgr_turn_signal(MsgrTurn *self, const char *to, const char *path, const char *iface,
                      const char *name, GVariant *args);
GPtrArray *msgr_turn_steal_signals(MsgrTurn *self);
guint msgr_turn_count_changes(MsgrTurn *self);
guint64 msgr_turn_letter(MsgrTurn *self);
MsgrOrder *msgr_turn_order(MsgrTurn *self, MsgrOrder *order);
GPtrArray *msgr_turn_steal_orders(MsgrTurn *self);
gboolean msgr_turn_needs_writing(MsgrTurn *self);
void msgr_turn_foreach_write(MsgrTurn *self, MsgrTurnWrite func, gpointer data);
void msgr_turn_commit(MsgrTurn *self);
void msgr_turn_rollback(MsgrTurn *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrTurn, msgr_turn_free)

G_END_DECLS
