/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The numbers of the API in words: names for programs, translated words for people.
 */
#pragma once

#include "msgr-ctl-output.h"
#include "msgr-types.h"

G_BEGIN_DECLS

const char *msgr_ctl_state_name(guint32 state);
const char *msgr_ctl_state_word(guint32 state, guint32 flags);
MsgrCtlStyle msgr_ctl_state_style(guint32 state);
const char *msgr_ctl_status_name(guint32 status);
const char *msgr_ctl_status_word(guint32 status);
MsgrCtlStyle msgr_ctl_status_style(guint32 status);
gboolean msgr_ctl_status_parse(const char *text, guint32 *status, GError **error);
const char *msgr_ctl_lock_name(guint32 status);
const char *msgr_ctl_lock_word(guint32 status);
char *msgr_ctl_result_name(guint32 hr);
char *msgr_ctl_result_word(guint32 hr);
gboolean msgr_ctl_result_parse(const char *text, guint32 *hr, GError **error);

G_END_DECLS
