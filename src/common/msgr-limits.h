/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Limits that no configuration changes. Those that it does are in MsgrConfig.
 */
#pragma once

#define MSGR_MAX_APP_DATA              512   /* bytes of UTF-8 */
#define MSGR_MAX_CONTEXT_DATA          300   /* characters */
#define MSGR_MAX_CONTEXT_AFTER_CONNECT 5     /* times, a side */
#define MSGR_MAX_APP_NAME              256   /* characters */
#define MSGR_MAX_URL                   256   /* characters */
#define MSGR_MAX_PATH                  260   /* bytes */
#define MSGR_MAX_SIGNIN_NAME           129   /* characters */
#define MSGR_MAX_FRIENDLY_NAME         256   /* characters */
#define MSGR_MAX_ACTIVATION_TOKEN      256   /* bytes of printable ASCII */
#define MSGR_MAX_APP_ID                255   /* bytes */
#define MSGR_MAX_USER_KEYS             64    /* a user */
#define MSGR_MAX_ACCOUNTS              8     /* a user, beside `local` */
#define MSGR_MAX_ALERTS_A_MINUTE       60    /* by way of one service */
#define MSGR_MAX_AGENTS                8     /* a user */
#define MSGR_MAX_SHARE                 3600  /* seconds */
#define MSGR_MAX_KEY_FILE              65536 /* bytes */
#define MSGR_MAX_TIMEOUT               86400 /* seconds an invitation may be given to wait */
#define MSGR_LATEST_TIME               253402300799999999 /* the end of the year 9999, microseconds */
#define MSGR_MAX_ALERT                 4096               /* bytes of UTF-8 */
#define MSGR_MAX_ALERT_SITES           256                /* a client */
#define MSGR_MAX_ALERTS                100                /* that wait for one user */
#define MSGR_BROADCAST_BURST           5 /* alerts to every user that one user may publish at once */
#define MSGR_BROADCAST_INTERVAL        60   /* seconds until it may publish one more */
#define MSGR_MAX_ADDITIONS             1000 /* contacts that wait to be added, a user */
