/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who does not read. What waits in the bus for a client that never reads counts against the
 * service's own limit there: when that is used up, the bus takes nothing more from the service, and
 * it is dumb for everybody. So a client that was sent much is pinged: its answer, whatever it is,
 * comes behind all that it has read.
 */
#include "msgr-receipts.h"

#define ASK_FROM       (1u << 20)  /* bytes without a receipt after which one is asked for */
#define MOST_OF_CLIENT (16u << 20) /* bytes without a receipt, and a client gets nothing more */
#define MOST_OF_USER   (32u << 20) /* the same for all clients of a user together */
#define FORGIVEN                                                                                   \
    (64u << 10)          /* bytes a second and user: for clients that read, but answer no pings */
#define PINGS_OF_USER 4u /* the bus allows a connection few unanswered calls */
#define PINGS         24u

typedef struct {
    gsize unread;
    gint64 forgiven_at; /* monotonic */
    guint pings;
} Account;

typedef struct {
    guint32 uid;
    gsize unread; /* sent since the last receipt */
    gsize asked;  /* what the ping on its way will be the receipt for; 0: there is none */
} Reader;

typedef struct {
    MsgrReceipts *receipts;
    char *name;
    guint32 uid;
} Ping;

struct _MsgrReceipts {
    GDBusConnection *connection;
    GHashTable *readers;  /* unique name -> Reader */
    GHashTable *accounts; /* uid -> Account */
    guint pings;
    GCancellable *cancellable;
};

MsgrReceipts *
msgr_receipts_new(GDBusConnection *connection)
{
    MsgrReceipts *self = g_new0(MsgrReceipts, 1);

    self->connection = g_object_ref(connection);
    self->readers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->accounts = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    self->cancellable = g_cancellable_new();
    return self;
}

void
msgr_receipts_free(MsgrReceipts *self)
{
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_hash_table_unref(self->readers);
    g_hash_table_unref(self->accounts);
    g_object_unref(self->connection);
    g_free(self);
}

static Account *
account_of(MsgrReceipts *self, guint32 uid)
{
    Account *account = g_hash_table_lookup(self->accounts, GUINT_TO_POINTER(uid));

    if (account == NULL) {
        account = g_new0(Account, 1);
        g_hash_table_insert(self->accounts, GUINT_TO_POINTER(uid), account);
    }
    return account;
}

/**
 * msgr_receipts_meet:
 *
 * A client is known: what it is sent is counted from now on.
 */
void
msgr_receipts_meet(MsgrReceipts *self, const char *name, guint32 uid)
{
    Reader *reader = g_new0(Reader, 1);

    reader->uid = uid;
    g_hash_table_replace(self->readers, g_strdup(name), reader);
}

static void
settle(MsgrReceipts *self, Reader *reader, gsize bytes)
{
    Account *account = account_of(self, reader->uid);

    bytes = MIN(bytes, reader->unread);
    reader->unread -= bytes;
    account->unread -= bytes;
}

/**
 * msgr_receipts_forget:
 *
 * The client has left, and with it what waited for it.
 */
void
msgr_receipts_forget(MsgrReceipts *self, const char *name)
{
    Reader *reader = g_hash_table_lookup(self->readers, name);

    if (reader == NULL)
        return;
    settle(self, reader, reader->unread);
    g_hash_table_remove(self->readers, name);
}

/* An error of the client's own is as good as an answer; where the bus forbids asking, nothing can
 * be known. */
static gboolean
is_receipt(const GError *error)
{
    g_autofree char *name = error == NULL ? NULL : g_dbus_error_get_remote_error(error);

    if (error == NULL)
        return TRUE;
    return name != NULL && !g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) &&
           !g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) &&
           !g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);
}

static void
ping_free(Ping *ping)
{
    g_free(ping->name);
    g_free(ping);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ping, ping_free)

static void
ponged(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Ping) ping = data;
    g_autoptr(GError) error = NULL;
    G_GNUC_UNUSED g_autoptr(GVariant) pong =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    MsgrReceipts *self = ping->receipts;
    Reader *reader;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* there is nobody to tell */
    self->pings--;
    account_of(self, ping->uid)->pings--;
    reader = g_hash_table_lookup(self->readers, ping->name);
    if (reader == NULL)
        return;
    if (is_receipt(error))
        settle(self, reader, reader->asked);
    reader->asked = 0;
}

static void
ask(MsgrReceipts *self, const char *name, Reader *reader)
{
    Account *account = account_of(self, reader->uid);
    Ping *ping;

    if (reader->asked != 0 || account->pings >= PINGS_OF_USER || self->pings >= PINGS)
        return;
    ping = g_new0(Ping, 1);
    ping->receipts = self;
    ping->name = g_strdup(name);
    ping->uid = reader->uid;
    reader->asked = reader->unread;
    account->pings++;
    self->pings++;
    g_dbus_connection_call(self->connection, name, "/", "org.freedesktop.DBus.Peer", "Ping", NULL,
                           NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, self->cancellable,
                           ponged, ping);
}

/* A client that blocks in its calls reads all its answers, but has no loop that would answer a
 * ping. */
static void
forgive(MsgrReceipts *self, Reader *reader)
{
    Account *account = account_of(self, reader->uid);
    const gint64 now = g_get_monotonic_time();
    const double seconds = (double)(now - account->forgiven_at) / G_USEC_PER_SEC;

    account->forgiven_at = now;
    settle(self, reader, (gsize)MIN(seconds * FORGIVEN, (double)reader->unread));
}

/**
 * msgr_receipts_note:
 * @bytes: how much is sent to the client
 *
 * To be called before it is sent.
 */
void
msgr_receipts_note(MsgrReceipts *self, const char *name, gsize bytes)
{
    Reader *reader = g_hash_table_lookup(self->readers, name);

    if (reader == NULL)
        return;
    forgive(self, reader);
    reader->unread += bytes;
    account_of(self, reader->uid)->unread += bytes;
    if (reader->unread >= ASK_FROM)
        ask(self, name, reader);
}

/**
 * msgr_receipts_is_behind:
 *
 * Returns: whether so much waits for the client, or for others of its user, that it must not be
 * sent more.
 */
gboolean
msgr_receipts_is_behind(MsgrReceipts *self, const char *name)
{
    Reader *reader = g_hash_table_lookup(self->readers, name);

    if (reader == NULL || reader->unread < ASK_FROM)
        return FALSE;
    forgive(self, reader);
    ask(self, name, reader);
    return reader->unread >= MOST_OF_CLIENT ||
           account_of(self, reader->uid)->unread >= MOST_OF_USER;
}
