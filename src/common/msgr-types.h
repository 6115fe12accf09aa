/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The numbers of the original API (msgrpriv.idl) that cross the bus unchanged.
 */
#pragma once

#include <glib.h>

/* SESSION_STATE */
typedef enum {
    MSGR_STATE_UNKNOWN = 0,
    MSGR_STATE_READY = 1,
    MSGR_STATE_INVITATION = 2,
    MSGR_STATE_ACCEPTED = 3,
    MSGR_STATE_CONNECTED = 4,
    MSGR_STATE_CANCELLED = 5,
    MSGR_STATE_DECLINED = 6,
    MSGR_STATE_TERMINATED = 7,
} MsgrState;

#define MSGR_N_STATES 8

/* SESSION_FLAGS */
typedef enum {
    MSGR_FLAG_NONE = 0,
    MSGR_FLAG_INVITER = 1,
    MSGR_FLAG_INVITEE = 2,
    MSGR_FLAG_APP_INVITE_COMPATIBLE = 4,
} MsgrSessionFlags;

/* LockStatus */
typedef enum {
    MSGR_LOCK_NOTINITIALIZED = 1,
    MSGR_LOCK_INITIALIZED = 2,
    MSGR_LOCK_PENDINGRESULT = 3,
    MSGR_LOCK_UNLOCKED = 4,
    MSGR_LOCK_UNLOCKFAILED = 5,
    MSGR_LOCK_DISABLED = 6,
} MsgrLockStatus;

/* MISTATUS */
typedef enum {
    MSGR_STATUS_UNKNOWN = 0x0,
    MSGR_STATUS_OFFLINE = 0x1,
    MSGR_STATUS_ONLINE = 0x2,
    MSGR_STATUS_INVISIBLE = 0x6,
    MSGR_STATUS_BUSY = 0xA,
    MSGR_STATUS_BE_RIGHT_BACK = 0xE,
    MSGR_STATUS_IDLE = 0x12,
    MSGR_STATUS_AWAY = 0x22,
    MSGR_STATUS_ON_THE_PHONE = 0x32,
    MSGR_STATUS_OUT_TO_LUNCH = 0x42,
} MsgrStatus;

/* The two lockable objects. */
typedef enum {
    MSGR_OBJECT_SESSION_MANAGER,
    MSGR_OBJECT_PRIVATE,
} MsgrLockable;

#define MSGR_N_LOCKABLES 2

/* What a key entitles its holder to. */
typedef enum {
    MSGR_CAPABILITY_NONE = 0,
    MSGR_CAPABILITY_SESSIONS = 1 << 0,
    MSGR_CAPABILITY_PRIVATE = 1 << 1,
    MSGR_CAPABILITY_MESSENGER = 1 << 2,
    MSGR_CAPABILITY_SHARE = 1 << 3,
    MSGR_CAPABILITY_PUBLISH_ALERTS = 1 << 4,
} MsgrCapabilities;
