/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What happens to sessions beyond the calls: the invitation on its way, the launch, deadlines, and
 * parties that go.
 */
#pragma once

#include "msgr-remote.h"
#include "msgr-session.h"

G_BEGIN_DECLS

/* The invitation */
gboolean msgr_invitation_check(MsgrSide *inviter, MsgrContact *contact, GError **error);
void msgr_invitation_send(MsgrSide *inviter, MsgrContact *contact, const char *app_data,
                          guint timeout);
GVariant *msgr_invitation_details(MsgrSide *invitee);
void msgr_invitation_arrive(MsgrAccount *account, const char *guid, const char *from,
                            const MsgrRemoteInvitation *invitation);
void msgr_session_miss_application(MsgrSession *session);
void msgr_side_receive_context_data(MsgrSide *to, const char *data);
gboolean msgr_session_check_hr(guint32 hr, GError **error);
guint msgr_session_most_remembered(const MsgrConfig *config);
gboolean msgr_session_check_remembered(MsgrUser *user, GError **error);
void msgr_invitation_show(MsgrSide *invitee, MsgrClient *client);
void msgr_invitation_app_registered(MsgrUser *user, const MsgrAppEntry *entry);

/* The launch */
void msgr_launch_begin(MsgrSession *session);
void msgr_launch_wait(MsgrSession *session);
void msgr_launch_connect(MsgrSession *session);
void msgr_launch_resume(MsgrSession *session);
void msgr_launch_attach(MsgrSide *side, const char *app_id);
void msgr_launch_somebody_came(MsgrSide *side);
gint64 msgr_launch_next(MsgrSession *session);
void msgr_launch_run(MsgrSession *session, gint64 now);

/* Time and presence */
void msgr_session_schedule(MsgrSession *session);
void msgr_session_run(gpointer session, gint64 now);
void msgr_side_presence_changed(MsgrSide *side);
void msgr_session_fail(MsgrSession *session, MsgrError why);

G_END_DECLS
