/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Exponential back-off with full jitter.
 */
#include "msgr-xmpp-backoff.h"

#define FIRST_LIMIT  2000   /* milliseconds */
#define LAST_LIMIT   300000 /* milliseconds */
#define MAX_DOUBLING 8
#define GOOD_TIME    (60 * G_USEC_PER_SEC)

void
msgr_xmpp_backoff_online(MsgrXmppBackoff *self, gint64 now)
{
    self->online_since = now;
}

/**
 * msgr_xmpp_backoff_next:
 * @random: from 0 up to, but not, 1
 *
 * The connection is lost, or an attempt has failed.
 *
 * Returns: milliseconds to wait.
 */
guint
msgr_xmpp_backoff_next(MsgrXmppBackoff *self, gint64 now, double random)
{
    guint limit;

    if (self->online_since != 0 && now - self->online_since >= GOOD_TIME)
        self->failures = 0;
    self->online_since = 0;
    limit = FIRST_LIMIT << MIN(self->failures, MAX_DOUBLING);
    self->failures++;
    return (guint)(random * MIN(limit, LAST_LIMIT));
}

/**
 * msgr_xmpp_backoff_reset:
 *
 * Somebody asked for another try, or the network has changed: what failed before says nothing.
 */
void
msgr_xmpp_backoff_reset(MsgrXmppBackoff *self)
{
    self->failures = 0;
    self->online_since = 0;
}
