/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A model with a clock that tests set, and short words for what clients do to it.
 */
#pragma once

#include "msgr-addition.h"
#include "msgr-agent.h"
#include "msgr-alert.h"
#include "msgr-application.h"
#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-fixed-policy.h"
#include "msgr-key-ring.h"
#include "msgr-model.h"
#include "msgr-policy.h"
#include "msgr-presence.h"
#include "msgr-session-calls.h"
#include "msgr-session-flow.h"
#include "msgr-session.h"
#include "msgr-start.h"
#include "msgr-user.h"
#include "msgr-visibility.h"
#include "msgr-watch.h"

G_BEGIN_DECLS

/* The applications that have a key in every test: what each may open is its comment. */
#define CHESS "org.example.Chess" /* sessions, private */
#define CARDS "org.example.Cards" /* sessions */
#define PANEL "org.example.Panel" /* sessions, private, messenger */
#define NOTES "org.example.Notes" /* private */

/* A user's own key, for tests that add it with msgr_test_own_key(). */
#define SCRIPT "org.example.Script"

/* What sessions are for. */
#define CHESS_GUID "{6F0C8E6A-3B1D-4C52-9E57-0A1B2C3D4E5F}"
#define CARDS_GUID "{0D9C6B7A-5E4F-4A3B-8C2D-1E0F9A8B7C6D}"

#define SECONDS(n) ((gint64)(n)*G_USEC_PER_SEC)

/**
 * MsgrTestModel:
 *
 * Clients are named after their user: "alice", and "alice-2" or "alice-panel" beside it.
 */
typedef struct {
    MsgrModel *model;
    gint64 boot; /* what the model's clock says: microseconds */
    gint64 wall;
    GPtrArray *keys;    /* of MsgrKey: keys.d */
    GPtrArray *apps;    /* of MsgrAppEntry: apps.d */
    GPtrArray *signals; /* of MsgrSignal: what left, until a test looks at it */
    gboolean presence;  /* OnContactStatusChange is of interest, too: it has tests of its own */
    GPtrArray *orders;  /* of MsgrOrder: the same, and then to be answered */
    guint orders_seen;
} MsgrTestModel;

MsgrTestModel *msgr_test_model_new(void);
void msgr_test_model_free(MsgrTestModel *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrTestModel, msgr_test_model_free)

/* Warnings of the service: each must be asked for, once, in their order. */
void msgr_test_assert_warning(const char *pattern);

/* Users, keys, clients */
MsgrUser *msgr_test_user(MsgrTestModel *t, const char *name);
char *msgr_test_key_json(const char *id, const char *algorithm, const char *more);
void msgr_test_set_key(MsgrTestModel *t, const char *id, const char *algorithm, const char *more);
void msgr_test_remove_key(MsgrTestModel *t, const char *id);
void msgr_test_own_key(MsgrTestModel *t, const char *user, const char *id, const char *more);
MsgrClient *msgr_test_locked(MsgrTestModel *t, const char *name);
MsgrClient *msgr_test_client(MsgrTestModel *t, const char *name, const char *app_id);
void msgr_test_gone(MsgrTestModel *t, const char *name);

/* Lock and key: the whole of challenge and response */
char *msgr_test_challenge(MsgrTestModel *t, MsgrClient *client, MsgrLockable object, gint32 cookie);
char *msgr_test_response(MsgrAlgorithm algorithm, const char *app_id, const char *challenge);
gboolean msgr_test_try_unlock(MsgrTestModel *t, MsgrClient *client, MsgrLockable object,
                              const char *app_id, GError **error);
void msgr_test_unlock(MsgrTestModel *t, MsgrClient *client, MsgrLockable object,
                      const char *app_id);
gboolean msgr_test_guess(MsgrTestModel *t, MsgrClient *client, const char *app_id, GError **error);
void msgr_test_share(MsgrTestModel *t, MsgrClient *client, MsgrLockable object, guint seconds);

/* Applications, contacts, sessions */
MsgrAppEntry *msgr_test_entry(MsgrTestModel *t, const char *guid, const char *app_id);
void msgr_test_register(MsgrTestModel *t, MsgrClient *client, const char *guid);
void msgr_test_package(MsgrTestModel *t, const char *guid, const char *app_id);
MsgrContact *msgr_test_contact(MsgrTestModel *t, const char *user, const char *name);
void msgr_test_put_in_list(MsgrContact *contact, gboolean in_list);
void msgr_test_block(MsgrContact *contact, gboolean blocked);
void msgr_test_set_policy(MsgrUser *user, const char *accept_from, const char *status_to);
MsgrSide *msgr_test_session(MsgrTestModel *t, MsgrClient *client, const char *guid);
MsgrSide *msgr_test_invite(MsgrTestModel *t, MsgrClient *client, const char *guid,
                           const char *whom);

/* Agents, each at the path /agent, and what is ordered of them: a line an order, as for signals */
MsgrClient *msgr_test_agent(MsgrTestModel *t, const char *name, guint roles, gint32 priority);
char *msgr_test_asked(MsgrTestModel *t);
MsgrOrder *msgr_test_find_asked(MsgrTestModel *t, const char *method);
void msgr_test_agent_answers(MsgrTestModel *t, MsgrOrder *order, GVariant *value, MsgrError code,
                             MsgrProcess *process);

#define msgr_test_assert_asked(t, expected)                                                        \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_autofree char *msgr_ordered = msgr_test_asked(t);                                        \
                                                                                                   \
        g_assert_cmpstr(msgr_ordered, ==, expected);                                               \
    }                                                                                              \
    G_STMT_END

/* Time */
void msgr_test_advance(MsgrTestModel *t, gint64 microseconds);
void msgr_test_run_due(MsgrTestModel *t);
void msgr_test_restart(MsgrTestModel *t, gint64 microseconds);

/* The end of a turn, and what left with it: a line a signal, "client.Signal(arguments)", the
 * clients by their names, each one's signals in their order */
void msgr_test_commit(MsgrTestModel *t);
void msgr_test_rollback(MsgrTestModel *t);
char *msgr_test_signals(MsgrTestModel *t);
char *msgr_test_call_text(MsgrTestModel *t, const MsgrSignal *signal);
const MsgrSignal *msgr_test_find_signal(MsgrTestModel *t, const char *client, const char *name);
void msgr_test_drop(MsgrTestModel *t);
const char *msgr_test_state_name(guint32 state);

#define msgr_test_assert_signals(t, expected)                                                      \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_autofree char *msgr_left = NULL;                                                         \
                                                                                                   \
        msgr_test_commit(t);                                                                       \
        msgr_left = msgr_test_signals(t);                                                          \
        g_assert_cmpstr(msgr_left, ==, expected);                                                  \
    }                                                                                              \
    G_STMT_END

#define msgr_test_assert_refused(call, code)                                                       \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_autoptr(GError) error = NULL;                                                            \
                                                                                                   \
        g_assert_false(call);                                                                      \
        g_assert_error(error, MSGR_ERROR, (int)(code));                                            \
    }                                                                                              \
    G_STMT_END

#define msgr_test_assert_done(call)                                                                \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_autoptr(GError) error = NULL;                                                            \
        gboolean msgr_done = (call) != 0;                                                          \
                                                                                                   \
        g_assert_no_error(error);                                                                  \
        g_assert_true(msgr_done);                                                                  \
    }                                                                                              \
    G_STMT_END

/* All that anybody could read, and what follows from it later, as one text */
char *msgr_test_snapshot(MsgrTestModel *t);
void msgr_test_check_indexes(MsgrTestModel *t);
GVariant *msgr_test_property(MsgrSide *side, const char *name);
guint32 msgr_test_number(MsgrSide *side, const char *name);
const char *msgr_test_text(MsgrSide *side, const char *name);

G_END_DECLS
