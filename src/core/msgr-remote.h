/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sessions whose other party is on another machine: what is owed to it, and what comes from it.
 */
#pragma once

#include "msgr-account.h"
#include "msgr-send.h"
#include "msgr-session.h"

G_BEGIN_DECLS

/* How long the end of a session waits to be told to the other machine. */
#define MSGR_REMOTE_IS_OWED_FOR (24 * 60 * 60 * (gint64)G_USEC_PER_SEC)

/* How long until that is tried again; twice as long each time, up to about an hour. */
#define MSGR_REMOTE_RETRY (30 * (gint64)G_USEC_PER_SEC)

/* What a session of this machine's does to the other one's. For others, these do nothing. */
void msgr_remote_begin(MsgrSession *session, MsgrAccount *account);
void msgr_remote_owe(MsgrSession *session, MsgrSendKind kind, const char *text);
void msgr_remote_owe_data(MsgrSession *session, const char *data, gboolean is_counted);
void msgr_remote_owe_end(MsgrSession *session, MsgrSendKind kind, guint32 hr, const char *app_data);
void msgr_remote_settle(MsgrSession *session);
gboolean msgr_remote_can_owe_data(MsgrSession *session);
gboolean msgr_remote_is_owed(MsgrSession *session, MsgrSendKind kind);
gboolean msgr_remote_owes(MsgrSession *session);
void msgr_remote_send(MsgrSession *session);
gint64 msgr_remote_next(MsgrSession *session);

/* Its account */
gboolean msgr_remote_check_invite(MsgrContact *contact, GError **error);
gboolean msgr_remote_is_reachable(MsgrSession *session);
void msgr_remote_reachability_changed(MsgrSession *session);
void msgr_remote_lose(MsgrSession *session);

/* What a connector delivers */
typedef struct {
    const char *app;
    const char *app_name;
    const char *app_url;
    const char *app_data;
    guint timeout; /* seconds; 0: as long as one here waits */
} MsgrRemoteInvitation;

gboolean msgr_remote_deliver_invitation(MsgrAccount *account, const char *guid, const char *from,
                                        const MsgrRemoteInvitation *invitation, GError **error);
gboolean msgr_remote_deliver_answer(MsgrAccount *account, const char *guid, const char *from,
                                    gboolean accepted, const char *app_data, GError **error);
gboolean msgr_remote_deliver_app_not_present(MsgrAccount *account, const char *guid,
                                             const char *from, GError **error);
gboolean msgr_remote_deliver_attached(MsgrAccount *account, const char *guid, const char *from,
                                      const char *address, GError **error);
gboolean msgr_remote_deliver_context_data(MsgrAccount *account, const char *guid, const char *from,
                                          const char *data, GError **error);
gboolean msgr_remote_deliver_end(MsgrAccount *account, const char *guid, const char *from,
                                 gboolean cancelled, guint32 hr, const char *app_data,
                                 GError **error);
GVariant *msgr_remote_list(MsgrAccount *account);

G_END_DECLS
