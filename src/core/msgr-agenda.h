/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _MsgrAgenda MsgrAgenda;

typedef void (*MsgrAgendaFunc)(gpointer data, gint64 now);

/**
 * MsgrAgendaEntry:
 *
 * Something that is to happen at a time, embedded in what it happens to.
 */
typedef struct {
    MsgrAgenda *agenda;
    GSequenceIter *iter; /* NULL: not due at any time */
    gint64 due;          /* microseconds of the boot clock */
    gint64 held_until;   /* it is not due before, whatever is set */
    MsgrAgendaFunc func;
    gpointer data;
} MsgrAgendaEntry;

MsgrAgenda *msgr_agenda_new(void);
void msgr_agenda_free(MsgrAgenda *self);
gint64 msgr_agenda_next(MsgrAgenda *self);
MsgrAgendaEntry *msgr_agenda_run_one(MsgrAgenda *self, gint64 now);

void msgr_agenda_entry_init(MsgrAgendaEntry *entry, MsgrAgenda *agenda, MsgrAgendaFunc func,
                            gpointer data);
void msgr_agenda_entry_set(MsgrAgendaEntry *entry, gint64 due);
void msgr_agenda_entry_hold(MsgrAgendaEntry *entry, gint64 until);
void msgr_agenda_entry_clear(MsgrAgendaEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrAgenda, msgr_agenda_free)

G_END_DECLS
