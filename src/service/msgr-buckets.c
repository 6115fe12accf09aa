/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How fast a client, and all clients of a user together, may call: token buckets, asked in the
 * bus's thread.
 */
#include "msgr-buckets.h"

typedef struct {
    double tokens;
    gint64 filled; /* microseconds */
} Bucket;

typedef struct {
    Bucket bucket;
    gboolean has_user;
    guint32 uid;
    guint refused;    /* calls since msgr_buckets_settle() */
    gboolean is_deaf; /* what it was sent is not read */
} ClientBucket;

/* Answers to refused calls, before it is looked at whether they are read. */
#define MOST_ANSWERS 20000u

struct _MsgrBuckets {
    int ref_count;
    GMutex mutex;
    GHashTable *clients; /* unique name -> ClientBucket */
    GHashTable *users;   /* uid -> Bucket */
    double client_size, client_rate;
    double user_size, user_rate;
};

MsgrBuckets *
msgr_buckets_new(void)
{
    MsgrBuckets *self = g_new0(MsgrBuckets, 1);

    self->ref_count = 1;
    g_mutex_init(&self->mutex);
    self->clients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->users = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    return self;
}

MsgrBuckets *
msgr_buckets_ref(MsgrBuckets *self)
{
    g_atomic_int_inc(&self->ref_count);
    return self;
}

void
msgr_buckets_unref(MsgrBuckets *self)
{
    if (!g_atomic_int_dec_and_test(&self->ref_count))
        return;
    g_hash_table_unref(self->clients);
    g_hash_table_unref(self->users);
    g_mutex_clear(&self->mutex);
    g_free(self);
}

/**
 * msgr_buckets_configure:
 *
 * Takes over CallBurst, CallRate and UserCallRate; 0 means that there is no such bucket.
 */
void
msgr_buckets_configure(MsgrBuckets *self, const MsgrConfig *config)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);

    self->client_size = config->call_rate == 0 ? 0 : config->call_burst;
    self->client_rate = config->call_rate;
    self->user_size = 2.0 * config->user_call_rate;
    self->user_rate = config->user_call_rate;
}

static void
fill(Bucket *bucket, double size, double rate, gint64 now)
{
    if (bucket->filled == 0)
        bucket->tokens = size;
    else
        bucket->tokens = MIN(size, bucket->tokens + rate * (now - bucket->filled) / G_USEC_PER_SEC);
    bucket->filled = now;
}

/* Seconds until there is a token again, at least one; 0: there is one. */
static guint
lacks(const Bucket *bucket, double size, double rate)
{
    if (size <= 0 || bucket->tokens >= 1)
        return 0;
    return MAX(1, (guint)((1 - bucket->tokens) / rate + 0.999));
}

static ClientBucket *
client_bucket(MsgrBuckets *self, const char *sender)
{
    ClientBucket *client = g_hash_table_lookup(self->clients, sender);

    if (client == NULL) {
        client = g_new0(ClientBucket, 1);
        g_hash_table_insert(self->clients, g_strdup(sender), client);
    }
    return client;
}

static Bucket *
user_bucket(MsgrBuckets *self, guint32 uid)
{
    Bucket *bucket = g_hash_table_lookup(self->users, GUINT_TO_POINTER(uid));

    if (bucket == NULL) {
        bucket = g_new0(Bucket, 1);
        g_hash_table_insert(self->users, GUINT_TO_POINTER(uid), bucket);
    }
    return bucket;
}

/**
 * msgr_buckets_take:
 * @now: microseconds of a monotonic clock, not 0
 * @wait: (out): seconds until another call may pass
 *
 * Takes a token for a call: of the client's bucket, and of its user's if that is known. A refused
 * call costs nothing.
 *
 * Returns: whether the call may pass.
 */
gboolean
msgr_buckets_take(MsgrBuckets *self, const char *sender, gint64 now, guint *wait)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    ClientBucket *client = client_bucket(self, sender);
    Bucket *user = client->has_user ? user_bucket(self, client->uid) : NULL;

    fill(&client->bucket, self->client_size, self->client_rate, now);
    *wait = lacks(&client->bucket, self->client_size, self->client_rate);
    if (user != NULL) {
        fill(user, self->user_size, self->user_rate, now);
        *wait = MAX(*wait, lacks(user, self->user_size, self->user_rate));
    }
    if (*wait != 0)
        return FALSE;
    client->bucket.tokens -= 1;
    if (user != NULL)
        user->tokens -= 1;
    return TRUE;
}

/**
 * msgr_buckets_take_of_user:
 *
 * The user's part, for a call that came before it was known whose it is.
 */
gboolean
msgr_buckets_take_of_user(MsgrBuckets *self, guint32 uid, gint64 now, guint *wait)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    Bucket *user = user_bucket(self, uid);

    fill(user, self->user_size, self->user_rate, now);
    *wait = lacks(user, self->user_size, self->user_rate);
    if (*wait != 0)
        return FALSE;
    user->tokens -= 1;
    return TRUE;
}

/**
 * msgr_buckets_may_answer:
 *
 * Returns: whether a refused call is to be told of the refusal: not to who does not read, however
 * many it makes.
 */
gboolean
msgr_buckets_may_answer(MsgrBuckets *self, const char *sender)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    ClientBucket *client = client_bucket(self, sender);

    client->refused++;
    return !client->is_deaf && client->refused <= MOST_ANSWERS;
}

/**
 * msgr_buckets_settle:
 * @reads: whether the client reads what it is sent
 *
 * Returns: how many of its calls were refused since the last time.
 */
guint
msgr_buckets_settle(MsgrBuckets *self, const char *sender, gboolean reads)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    ClientBucket *client = client_bucket(self, sender);
    guint refused = client->refused;

    client->refused = 0;
    client->is_deaf = !reads;
    return refused;
}

/* At most as much again as a bucket holds: a debt must come to an end. */
static void
owe(Bucket *bucket, double size, guint tokens)
{
    if (size > 0)
        bucket->tokens = MAX(bucket->tokens - tokens, -size);
}

/**
 * msgr_buckets_charge:
 * @tokens: more, for a call that was worth more than one; the buckets may end up in debt
 */
void
msgr_buckets_charge(MsgrBuckets *self, const char *sender, guint tokens)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    ClientBucket *client = g_hash_table_lookup(self->clients, sender);

    if (tokens == 0 || client == NULL)
        return;
    owe(&client->bucket, self->client_size, tokens);
    if (client->has_user)
        owe(user_bucket(self, client->uid), self->user_size, tokens);
}

/**
 * msgr_buckets_set_user:
 *
 * From now on the client's calls count for this user too.
 */
void
msgr_buckets_set_user(MsgrBuckets *self, const char *sender, guint32 uid)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    ClientBucket *client = client_bucket(self, sender);

    client->has_user = TRUE;
    client->uid = uid;
}

/**
 * msgr_buckets_forget:
 *
 * The client has left the bus. Its user's bucket stays, or leaving would fill it.
 */
void
msgr_buckets_forget(MsgrBuckets *self, const char *sender)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);

    g_hash_table_remove(self->clients, sender);
}
