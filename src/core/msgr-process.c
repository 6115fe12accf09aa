/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-process.h"

/**
 * msgr_process_new:
 * @pid: its number, or 0 if that isn't known
 * @is_running: asked whenever it matters
 * @let_go: (nullable): frees @handle, what holds on to the process
 */
MsgrProcess *
msgr_process_new(guint32 pid, gboolean (*is_running)(gpointer handle), GDestroyNotify let_go,
                 gpointer handle)
{
    MsgrProcess *self = g_new0(MsgrProcess, 1);

    *self = (MsgrProcess){
        .ref_count = 1, .pid = pid, .is_running = is_running, .let_go = let_go, .handle = handle
    };
    return self;
}

MsgrProcess *
msgr_process_ref(MsgrProcess *self)
{
    self->ref_count++;
    return self;
}

void
msgr_process_unref(MsgrProcess *self)
{
    if (--self->ref_count > 0)
        return;
    if (self->let_go != NULL)
        self->let_go(self->handle);
    g_free(self);
}

/**
 * msgr_process_is:
 * @self: (nullable)
 *
 * Returns: whether the process that has the number @pid at this moment is this one.
 */
gboolean
msgr_process_is(MsgrProcess *self, guint32 pid)
{
    return self != NULL && pid != 0 && self->pid == pid && self->is_running(self->handle);
}
