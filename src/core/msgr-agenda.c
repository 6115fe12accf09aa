/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is to happen when: every deadline of the model in one order, so that the service needs one
 * timer.
 */
#include "msgr-agenda.h"

#include "msgr-clock.h"

struct _MsgrAgenda {
    GSequence *entries; /* of MsgrAgendaEntry, the earliest first */
};

MsgrAgenda *
msgr_agenda_new(void)
{
    MsgrAgenda *self = g_new0(MsgrAgenda, 1);

    self->entries = g_sequence_new(NULL);
    return self;
}

void
msgr_agenda_free(MsgrAgenda *self)
{
    g_sequence_free(self->entries);
    g_free(self);
}

static MsgrAgendaEntry *
first(MsgrAgenda *self)
{
    GSequenceIter *iter = g_sequence_get_begin_iter(self->entries);

    return g_sequence_iter_is_end(iter) ? NULL : g_sequence_get(iter);
}

/**
 * msgr_agenda_next:
 *
 * Returns: when the earliest entry is due, or MSGR_NEVER.
 */
gint64
msgr_agenda_next(MsgrAgenda *self)
{
    MsgrAgendaEntry *entry = first(self);

    return entry == NULL ? MSGR_NEVER : entry->due;
}

/**
 * msgr_agenda_run_one:
 * @now: microseconds of the boot clock
 *
 * Runs the earliest entry if it is due. The entry is off the agenda while its function runs.
 *
 * Returns: (nullable) (transfer none): the entry that was run, if one was due.
 */
MsgrAgendaEntry *
msgr_agenda_run_one(MsgrAgenda *self, gint64 now)
{
    MsgrAgendaEntry *entry = first(self);

    if (entry == NULL || entry->due > now)
        return NULL;
    msgr_agenda_entry_clear(entry);
    entry->func(entry->data, now);
    return entry;
}

void
msgr_agenda_entry_init(MsgrAgendaEntry *entry, MsgrAgenda *agenda, MsgrAgendaFunc func,
                       gpointer data)
{
    *entry = (MsgrAgendaEntry){ .agenda = agenda, .due = MSGR_NEVER, .func = func, .data = data };
}

static int
compare(gconstpointer a, gconstpointer b, gpointer unused)
{
    const MsgrAgendaEntry *one = a, *other = b;

    return (one->due > other->due) - (one->due < other->due);
}

/**
 * msgr_agenda_entry_set:
 * @due: microseconds of the boot clock, or MSGR_NEVER
 *
 * Puts the entry on the agenda, moves it there, or takes it off.
 */
void
msgr_agenda_entry_set(MsgrAgendaEntry *entry, gint64 due)
{
    due = MAX(due, entry->held_until);
    if (entry->iter != NULL && entry->due == due)
        return;
    msgr_agenda_entry_clear(entry);
    if (due == MSGR_NEVER)
        return;
    entry->due = due;
    entry->iter = g_sequence_insert_sorted(entry->agenda->entries, entry, compare, NULL);
}

/**
 * msgr_agenda_entry_hold:
 * @until: microseconds of the boot clock
 *
 * The entry is not due before @until: what it did could not be kept, and trying at once again would
 * help nobody.
 */
void
msgr_agenda_entry_hold(MsgrAgendaEntry *entry, gint64 until)
{
    entry->held_until = until;
    msgr_agenda_entry_set(entry, MIN(entry->due, until));
}

void
msgr_agenda_entry_clear(MsgrAgendaEntry *entry)
{
    g_clear_pointer(&entry->iter, g_sequence_remove);
    entry->due = MSGR_NEVER;
}
