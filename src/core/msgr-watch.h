/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

/**
 * MsgrWatch:
 *
 * That a user is told of a contact's status: while it is in the list, or in a session with the
 * user. A record that is never kept.
 */
struct _MsgrWatch {
    MsgrRecord record;
    MsgrContact *contact;
    guint32 told;       /* the MISTATUS that was told last, or that there was to be read at first */
    gint64 offline_due; /* boot clock: when OFFLINE will be told; MSGR_NEVER: it is not to be */
    GHashTable *readers; /* (nullable) set of MsgrClient: who has read something else than that */
    MsgrAgendaEntry due;
};

/* How long somebody must look offline before it is told. */
#define MSGR_OFFLINE_DELAY (5 * G_USEC_PER_SEC)

void msgr_watch_update(MsgrContact *contact);
void msgr_watch_resume(MsgrContact *contact, gint64 offline_due);
gboolean msgr_watch_look(MsgrWatch *self);
void msgr_watch_note_reader(MsgrContact *contact, MsgrClient *client);

G_END_DECLS
