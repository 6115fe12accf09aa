/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What clients do with sessions.
 */
#pragma once

#include "msgr-session.h"

G_BEGIN_DECLS

/**
 * MsgrInviteOptions:
 *
 * The options of InviteContact.
 */
typedef struct {
    const char *local_address; /* NULL: the default */
    guint timeout;             /* seconds; 0: the configured one */
    gboolean detach;
    const char *activation_token; /* NULL: none */
} MsgrInviteOptions;

MsgrSide *msgr_session_create(MsgrClient *client, GError **error);
MsgrSide *msgr_session_invite_contact(MsgrClient *client, const char *guid, MsgrContact *contact,
                                      const char *app_data, const MsgrInviteOptions *options,
                                      GError **error);
MsgrSide *msgr_session_let_choose(MsgrClient *client, const char *guid, const char *app_data,
                                  const MsgrInviteOptions *options, GError **error);
gboolean msgr_side_set_application(MsgrSide *self, const char *guid, GError **error);
gboolean msgr_side_set_local_address(MsgrSide *self, const char *address, GError **error);
gboolean msgr_side_invite(MsgrSide *self, MsgrContact *contact, const char *app_data,
                          GError **error);
gboolean msgr_side_invite_for(MsgrSide *self, MsgrContact *contact, const char *app_data,
                              guint timeout, GError **error);
gboolean msgr_side_accept(MsgrSide *self, const char *app_data, const char *local_address,
                          GError **error);
gboolean msgr_side_decline(MsgrSide *self, const char *app_data, GError **error);
gboolean msgr_side_cancel(MsgrSide *self, guint32 hr, const char *app_data, GError **error);
gboolean msgr_side_send_context_data(MsgrSide *self, const char *data, GError **error);
gboolean msgr_side_suppress(MsgrSide *self, MsgrClient *client, const char *event, GError **error);
gboolean msgr_side_detach(MsgrSide *self, GError **error);

G_END_DECLS
