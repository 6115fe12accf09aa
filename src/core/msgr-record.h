/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a turn can change, and take back: the base of everything that the model remembers.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _MsgrRecord MsgrRecord;

/* What the ledger keeps a record as. */
typedef enum {
    MSGR_RECORD_CLIENT, /* never kept */
    MSGR_RECORD_AGENT,  /* never kept */
    MSGR_RECORD_WATCH,  /* never kept */
    MSGR_RECORD_USER,
    MSGR_RECORD_USER_KEY,
    MSGR_RECORD_APPLICATION,
    MSGR_RECORD_POLICY,
    MSGR_RECORD_ACCOUNT,
    MSGR_RECORD_CONTACT,
    MSGR_RECORD_SESSION,
    MSGR_RECORD_ALERT,
    MSGR_RECORD_ADDITION, /* never kept */
} MsgrRecordKind;

/**
 * MsgrRecordClass:
 * @save: a copy of the fields that a turn may change
 * @restore: puts a saved copy back, and consumes it
 * @free_saved: frees a copy that is not needed any more
 * @link: enters the record in the model's indexes; @unlink takes it out
 * @keeps: whether the ledger has to hold the record as it is now
 * @finalize: frees the record
 */
typedef struct {
    MsgrRecordKind kind;
    gpointer (*save)(MsgrRecord *self);
    void (*restore)(MsgrRecord *self, gpointer saved);
    void (*free_saved)(gpointer saved);
    void (*link)(MsgrRecord *self);
    void (*unlink)(MsgrRecord *self);
    gboolean (*keeps)(MsgrRecord *self);
    void (*finalize)(MsgrRecord *self);
} MsgrRecordClass;

struct _MsgrRecord {
    const MsgrRecordClass *klass;
    int ref_count;
    gboolean linked;     /* in the model's indexes */
    gboolean stored;     /* in the ledger */
    gpointer turn_entry; /* the open turn's note of it */
};

void msgr_record_init(MsgrRecord *self, const MsgrRecordClass *klass);
gpointer msgr_record_ref(gpointer self);
void msgr_record_unref(gpointer self);
void msgr_record_link(MsgrRecord *self);
void msgr_record_unlink(MsgrRecord *self);

/* Strings of records are reference-counted (GRefString), so that saving one copies no text. */
void msgr_string_set(char **field, const char *value);
char *msgr_string_ref(char *string);
void msgr_string_clear(char **field);

G_END_DECLS
