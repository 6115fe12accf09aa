/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MsgrProcess:
 *
 * A process of a user's that was started for a session, as whoever holds on to it knows it. Its
 * number says nothing any more once it has ended: another process may have it by then.
 */
typedef struct {
    int ref_count;
    guint32 pid; /* 0: it isn't known which */
    gboolean (*is_running)(gpointer handle);
    GDestroyNotify let_go;
    gpointer handle;
} MsgrProcess;

MsgrProcess *msgr_process_new(guint32 pid, gboolean (*is_running)(gpointer handle),
                              GDestroyNotify let_go, gpointer handle);
MsgrProcess *msgr_process_ref(MsgrProcess *self);
void msgr_process_unref(MsgrProcess *self);
gboolean msgr_process_is(MsgrProcess *self, guint32 pid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrProcess, msgr_process_unref)

G_END_DECLS
