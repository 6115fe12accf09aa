/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who guesses at keys has to wait: five failures of a user within a minute, and that user is
 * refused for a minute, then two, doubling to an hour. An hour without another refusal, and it
 * starts from a minute again.
 */
#include "msgr-failures.h"

#define WINDOW     (60 * G_USEC_PER_SEC)
#define FIRST      60u   /* seconds */
#define LONGEST    3600u /* seconds */
#define FORGETS_IN (3600 * (gint64)G_USEC_PER_SEC)

/**
 * msgr_failures_are_refused:
 *
 * Returns: whether the user has to wait before it may try to unlock again.
 */
gboolean
msgr_failures_are_refused(MsgrUser *user)
{
    return msgr_model_now(user->model) < user->failures.disabled_until;
}

gint64
msgr_failures_seconds_left(MsgrUser *user)
{
    gint64 left = user->failures.disabled_until - msgr_model_now(user->model);

    return left <= 0 ? 0 : (left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
}

static void
refuse_user(MsgrUser *user, gint64 now)
{
    MsgrFailures *failures = &user->failures;
    gboolean forgotten = now - failures->disabled_until > FORGETS_IN;

    if (failures->penalty == 0 || forgotten)
        failures->penalty = FIRST;
    else
        failures->penalty = MIN(failures->penalty * 2, LONGEST);
    failures->disabled_until = now + (gint64)failures->penalty * G_USEC_PER_SEC;
    for (int i = 0; i < MSGR_FAILURES_ALLOWED; i++)
        failures->times[i] = 0;
    g_warning("uid %u: too many wrong responses, no unlocking for %u seconds", user->uid,
              failures->penalty);
}

/**
 * msgr_failures_count:
 *
 * Notes a failure. It stays noted whatever becomes of the turn: a full disk gives no free guesses.
 */
void
msgr_failures_count(MsgrUser *user)
{
    MsgrFailures *failures = &user->failures;
    gint64 now = msgr_model_now(user->model);
    gint64 oldest;

    failures->times[failures->next] = now;
    failures->next = (failures->next + 1) % MSGR_FAILURES_ALLOWED;
    oldest = failures->times[failures->next];
    if (oldest != 0 && now - oldest < WINDOW)
        refuse_user(user, now);
}
