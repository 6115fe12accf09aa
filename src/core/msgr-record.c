/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-record.h"

void
msgr_record_init(MsgrRecord *self, const MsgrRecordClass *klass)
{
    *self = (MsgrRecord){ .klass = klass, .ref_count = 1 };
}

gpointer
msgr_record_ref(gpointer self)
{
    MsgrRecord *record = self;

    record->ref_count++;
    return record;
}

void
msgr_record_unref(gpointer self)
{
    MsgrRecord *record = self;

    if (--record->ref_count == 0)
        record->klass->finalize(record);
}

/**
 * msgr_record_link:
 *
 * Enters the record in the model's indexes, which hold a reference to it.
 */
void
msgr_record_link(MsgrRecord *self)
{
    if (self->linked)
        return;
    msgr_record_ref(self);
    self->linked = TRUE;
    self->klass->link(self);
}

void
msgr_record_unlink(MsgrRecord *self)
{
    if (!self->linked)
        return;
    self->linked = FALSE;
    self->klass->unlink(self);
    msgr_record_unref(self);
}

/**
 * msgr_string_set:
 * @value: (nullable): any string
 *
 * Replaces a record's string.
 */
void
msgr_string_set(char **field, const char *value)
{
    char *fresh = value == NULL ? NULL : g_ref_string_new(value);

    msgr_string_clear(field);
    *field = fresh;
}

char *
msgr_string_ref(char *string)
{
    return string == NULL ? NULL : g_ref_string_acquire(string);
}

void
msgr_string_clear(char **field)
{
    g_clear_pointer(field, g_ref_string_release);
}
