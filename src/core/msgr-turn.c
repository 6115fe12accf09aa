/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A turn notes each record before its first change. What is to be written follows from the notes;
 * if it can't be written, the notes put everything back.
 */
#include "msgr-turn.h"

typedef struct {
    MsgrRecord *record;
    gboolean was_linked;
    gpointer saved; /* NULL if it was added in this turn */
} TurnEntry;

struct _MsgrTurn {
    GPtrArray *entries; /* of TurnEntry, in the order of the first change */
    guint counted;      /* of these, by msgr_turn_count_changes() */
    GPtrArray *signals; /* of MsgrSignal */
    guint64 letter;     /* how often they have been taken */
    GPtrArray *orders;  /* of MsgrOrder */
};

static void
entry_free(TurnEntry *entry)
{
    if (entry->saved != NULL)
        entry->record->klass->free_saved(entry->saved);
    entry->record->turn_entry = NULL;
    msgr_record_unref(entry->record);
    g_free(entry);
}

void
msgr_signal_free(MsgrSignal *self)
{
    g_free(self->to);
    g_free(self->path);
    g_clear_pointer(&self->args, g_variant_unref);
    g_free(self);
}

MsgrTurn *
msgr_turn_new(void)
{
    MsgrTurn *self = g_new0(MsgrTurn, 1);

    self->entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
    self->signals = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_signal_free);
    self->orders = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_order_unref);
    return self;
}

void
msgr_turn_free(MsgrTurn *self)
{
    g_ptr_array_unref(self->entries);
    g_ptr_array_unref(self->signals);
    g_ptr_array_unref(self->orders);
    g_free(self);
}

static void
note(MsgrTurn *self, MsgrRecord *record, gboolean save)
{
    TurnEntry *entry;

    if (record->turn_entry != NULL)
        return;
    entry = g_new0(TurnEntry, 1);
    entry->record = msgr_record_ref(record);
    entry->was_linked = record->linked;
    entry->saved = save ? record->klass->save(record) : NULL;
    record->turn_entry = entry;
    g_ptr_array_add(self->entries, entry);
}

/**
 * msgr_turn_add:
 * @record: a new record, not yet linked
 *
 * Enters @record in the model.
 */
void
msgr_turn_add(MsgrTurn *self, gpointer record)
{
    note(self, record, FALSE);
    msgr_record_link(record);
}

/**
 * msgr_turn_touch:
 *
 * To be called before any field of @record that lasts is changed.
 */
void
msgr_turn_touch(MsgrTurn *self, gpointer record)
{
    note(self, record, TRUE);
}

/**
 * msgr_turn_remove:
 *
 * Takes @record out of the model, and with the turn's end out of the ledger.
 */
void
msgr_turn_remove(MsgrTurn *self, gpointer record)
{
    note(self, record, TRUE);
    msgr_record_unlink(record);
}

/**
 * msgr_turn_signal:
 * @to: the unique name of the client that it is for
 * @iface: static
 * @name: static
 * @args: (nullable): sunk if floating
 *
 * An event leaves with the turn.
 */
void
msgr_turn_signal(MsgrTurn *self, const char *to, const char *path, const char *iface,
                 const char *name, GVariant *args)
{
    MsgrSignal *signal = g_new0(MsgrSignal, 1);

    signal->to = g_strdup(to);
    signal->path = g_strdup(path);
    signal->iface = iface;
    signal->name = name;
    signal->args = args == NULL ? NULL : g_variant_ref_sink(args);
    g_ptr_array_add(self->signals, signal);
}

/**
 * msgr_turn_steal_signals:
 *
 * Returns: (transfer full): the signals since the last call, in their order.
 */
GPtrArray *
msgr_turn_steal_signals(MsgrTurn *self)
{
    GPtrArray *signals = self->signals;

    self->letter++;
    self->signals = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_signal_free);
    return signals;
}

/**
 * msgr_turn_count_changes:
 *
 * Returns: how many records have been changed since the last call, that were not before.
 */
guint
msgr_turn_count_changes(MsgrTurn *self)
{
    const guint count = self->entries->len - self->counted;

    self->counted = self->entries->len;
    return count;
}

/**
 * msgr_turn_letter:
 *
 * Returns: a number that is another one for each call and each event of the turn.
 */
guint64
msgr_turn_letter(MsgrTurn *self)
{
    return self->letter;
}

/**
 * msgr_turn_order:
 * @order: (transfer full): what is asked of a user's process
 *
 * It leaves with the turn, after the events.
 *
 * Returns: (transfer none): @order, for its maker to complete.
 */
MsgrOrder *
msgr_turn_order(MsgrTurn *self, MsgrOrder *order)
{
    g_ptr_array_add(self->orders, order);
    return order;
}

/**
 * msgr_turn_steal_orders:
 *
 * Returns: (transfer full): the orders since the last call, in their order.
 */
GPtrArray *
msgr_turn_steal_orders(MsgrTurn *self)
{
    GPtrArray *orders = self->orders;

    self->orders = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_order_unref);
    return orders;
}

static gboolean
keeps(MsgrRecord *record)
{
    return record->linked && record->klass->keeps(record);
}

/**
 * msgr_turn_needs_writing:
 *
 * Returns: whether the turn changed anything that the ledger holds or has to hold.
 */
gboolean
msgr_turn_needs_writing(MsgrTurn *self)
{
    for (guint i = 0; i < self->entries->len; i++) {
        MsgrRecord *record = ((TurnEntry *)self->entries->pdata[i])->record;

        if (record->stored || keeps(record))
            return TRUE;
    }
    return FALSE;
}

/**
 * msgr_turn_foreach_write:
 * @func: called with each record that is to be written (keep) or deleted (not keep)
 */
void
msgr_turn_foreach_write(MsgrTurn *self, MsgrTurnWrite func, gpointer data)
{
    for (guint i = 0; i < self->entries->len; i++) {
        MsgrRecord *record = ((TurnEntry *)self->entries->pdata[i])->record;
        gboolean keep = keeps(record);

        if (keep || record->stored)
            func(record, keep, data);
    }
}

/**
 * msgr_turn_commit:
 *
 * What the turn changed stands, and is in the ledger.
 */
void
msgr_turn_commit(MsgrTurn *self)
{
    for (guint i = 0; i < self->entries->len; i++) {
        MsgrRecord *record = ((TurnEntry *)self->entries->pdata[i])->record;

        record->stored = keeps(record);
    }
    g_ptr_array_set_size(self->entries, 0);
    self->counted = 0;
}

static void
undo(TurnEntry *entry)
{
    MsgrRecord *record = entry->record;

    if (!entry->was_linked && record->linked)
        msgr_record_unlink(record);
    if (entry->saved != NULL)
        record->klass->restore(record, g_steal_pointer(&entry->saved));
    if (entry->was_linked && !record->linked)
        msgr_record_link(record);
}

/**
 * msgr_turn_rollback:
 *
 * Puts everything back as it was before the turn, the latest first, and drops what it would have
 * told and asked for.
 */
void
msgr_turn_rollback(MsgrTurn *self)
{
    for (guint i = self->entries->len; i > 0; i--)
        undo(self->entries->pdata[i - 1]);
    g_ptr_array_set_size(self->entries, 0);
    self->counted = 0;
    g_ptr_array_set_size(self->signals, 0);
    g_ptr_array_set_size(self->orders, 0);
}
