/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An application that has just been started may ask for its session before the agent has said which
 * process it is: its call waits for that.
 */
#include "msgr-launch-waiters.h"

#include "msgr-service.h"
#include "msgr-start.h"

typedef struct {
    MsgrCall *call; /* owned by whoever resumes it */
    guint32 pid;
} Waiter;

struct _MsgrLaunchWaiters {
    GPtrArray *waiters; /* of Waiter */
    guint source;       /* 0: nothing to look at */
};

MsgrLaunchWaiters *
msgr_launch_waiters_new(void)
{
    MsgrLaunchWaiters *self = g_new0(MsgrLaunchWaiters, 1);

    self->waiters = g_ptr_array_new();
    return self;
}

static void
drop(gpointer data, gpointer unused)
{
    Waiter *waiter = data;

    msgr_call_unref(waiter->call);
    g_free(waiter);
}

void
msgr_launch_waiters_free(MsgrLaunchWaiters *self)
{
    g_clear_handle_id(&self->source, g_source_remove);
    g_ptr_array_foreach(self->waiters, drop, NULL);
    g_ptr_array_unref(self->waiters);
    g_free(self);
}

/**
 * msgr_launch_waiters_add:
 *
 * Defers a call of GetLaunchingSession until no launch of its user's is under way.
 */
void
msgr_launch_waiters_add(MsgrLaunchWaiters *self, MsgrCall *call, guint32 pid)
{
    Waiter *waiter = g_new0(Waiter, 1);

    waiter->call = call;
    waiter->pid = pid;
    msgr_service_defer(call);
    g_ptr_array_add(self->waiters, waiter);
}

static GVariant *
answer(MsgrCall *call, gpointer data, GError **error)
{
    MsgrSide *side = msgr_session_launching(call->client, ((Waiter *)data)->pid, error);

    return side == NULL ? NULL : g_variant_new("(o)", side->path);
}

/* What is resumed may change what the others wait for: each is looked at when its turn comes. */
static gboolean
look(gpointer data)
{
    MsgrLaunchWaiters *self = data;
    g_autoptr(GPtrArray) waiters = g_steal_pointer(&self->waiters);

    self->waiters = g_ptr_array_new();
    self->source = 0;
    for (guint i = 0; i < waiters->len; i++) {
        Waiter *waiter = waiters->pdata[i];
        MsgrClient *client = waiter->call->client;

        if (client->record.linked && msgr_start_is_under_way(client->user)) {
            g_ptr_array_add(self->waiters, waiter);
            continue;
        }
        msgr_service_resume(waiter->call, answer, waiter);
        g_free(waiter);
    }
    return G_SOURCE_REMOVE;
}

/**
 * msgr_launch_waiters_check:
 *
 * To be called when anything may have changed: who need not wait any more is answered soon.
 */
void
msgr_launch_waiters_check(MsgrLaunchWaiters *self)
{
    if (self->waiters->len > 0 && self->source == 0)
        self->source = g_idle_add_full(G_PRIORITY_DEFAULT, look, self, NULL);
}
