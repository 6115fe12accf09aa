/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How much anybody may send.
 */
#include "msgr-xmpp-flood.h"

#define MAX_SENDERS 1000

struct _MsgrXmppFlood {
    guint burst;
    double per_second;
    GHashTable *buckets; /* sender -> Bucket */
};

typedef struct {
    double tokens;
    gint64 filled; /* monotonic, microseconds */
} Bucket;

MsgrXmppFlood *
msgr_xmpp_flood_new(guint burst, guint per_minute)
{
    MsgrXmppFlood *self = g_new0(MsgrXmppFlood, 1);

    self->burst = burst;
    self->per_second = per_minute / 60.0;
    self->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

void
msgr_xmpp_flood_free(MsgrXmppFlood *self)
{
    g_hash_table_unref(self->buckets);
    g_free(self);
}

static void
fill(const MsgrXmppFlood *self, Bucket *bucket, gint64 now)
{
    double seconds = (double)(now - bucket->filled) / G_USEC_PER_SEC;

    bucket->tokens = MIN(bucket->tokens + seconds * self->per_second, self->burst);
    bucket->filled = now;
}

static gboolean
is_full(gpointer key, gpointer value, gpointer data)
{
    return ((Bucket *)value)->tokens >= *(guint *)data;
}

/* A full bucket says no more than none. If there is none like that, somebody sends under many
 * names: then all begin anew. */
static void
make_room(MsgrXmppFlood *self, gint64 now)
{
    GHashTableIter iter;
    gpointer bucket;

    g_hash_table_iter_init(&iter, self->buckets);
    while (g_hash_table_iter_next(&iter, NULL, &bucket))
        fill(self, bucket, now);
    if (g_hash_table_foreach_remove(self->buckets, is_full, &self->burst) == 0)
        g_hash_table_remove_all(self->buckets);
}

/**
 * msgr_xmpp_flood_admit:
 * @now: monotonic, microseconds
 *
 * Returns: whether @sender has a token left; it has one less then.
 */
gboolean
msgr_xmpp_flood_admit(MsgrXmppFlood *self, const char *sender, gint64 now)
{
    Bucket *bucket = g_hash_table_lookup(self->buckets, sender);

    if (bucket == NULL) {
        if (g_hash_table_size(self->buckets) >= MAX_SENDERS)
            make_room(self, now);
        bucket = g_new0(Bucket, 1);
        bucket->tokens = self->burst;
        bucket->filled = now;
        g_hash_table_insert(self->buckets, g_strdup(sender), bucket);
    }
    fill(self, bucket, now);
    if (bucket->tokens < 1)
        return FALSE;
    bucket->tokens -= 1;
    return TRUE;
}
