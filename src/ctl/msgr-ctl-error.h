/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What goes wrong on this side of the bus. A message has one line of what went wrong and, after a
 * line feed, what to do about it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    MSGR_CTL_ERROR_USAGE,
    MSGR_CTL_ERROR_NO_BUS,
    MSGR_CTL_ERROR_NO_SERVICE,
    MSGR_CTL_ERROR_NO_KEY,
    MSGR_CTL_ERROR_BAD_KEY,
    MSGR_CTL_ERROR_EXISTS,
    MSGR_CTL_ERROR_NO_SESSION,
    MSGR_CTL_ERROR_NO_APP,
    MSGR_CTL_ERROR_NO_CONTACT,
    MSGR_CTL_ERROR_NO_ANSWER,
    MSGR_CTL_ERROR_NOT_SIGNED_IN,
    MSGR_CTL_ERROR_BUS_GONE,
} MsgrCtlError;

#define MSGR_CTL_ERROR (msgr_ctl_error_quark())
GQuark msgr_ctl_error_quark(void);

void msgr_ctl_error_set(GError **error, MsgrCtlError code, const char *hint, const char *format,
                        ...) G_GNUC_PRINTF(4, 5);

void msgr_ctl_error_explain(const GError *error, const char *subject, char **what, char **hint);
char *msgr_ctl_error_name(const GError *error);

G_END_DECLS
