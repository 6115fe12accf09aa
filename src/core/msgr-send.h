/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the other machine of a session across a network has not acknowledged yet.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    MSGR_SEND_INVITATION,
    MSGR_SEND_ACCEPT,
    MSGR_SEND_DECLINE,
    MSGR_SEND_APP_NOT_PRESENT,
    MSGR_SEND_ATTACHED,
    MSGR_SEND_CONTEXT_DATA,
    MSGR_SEND_CANCEL, /* somebody has called Cancel */
    MSGR_SEND_END,    /* the session has ended by itself */
    MSGR_N_SENDS
} MsgrSendKind;

/**
 * MsgrSend:
 *
 * One message to the other side, beyond what the session itself knows.
 */
typedef struct {
    int ref_count;
    MsgrSendKind kind;
    guint32 hr;          /* of a Cancel or end */
    gboolean is_counted; /* context data that a connected session counts */
    char *text;          /* app data or context data; "" for none */
} MsgrSend;

/* How much context data may wait to be sent, of one session. */
#define MSGR_MAX_OWED_DATA 32

MsgrSend *msgr_send_new(MsgrSendKind kind, guint32 hr, const char *text);
MsgrSend *msgr_send_ref(MsgrSend *self);
void msgr_send_unref(MsgrSend *self);

GPtrArray *msgr_sends_new(void);
GPtrArray *msgr_sends_copy(GPtrArray *sends);
char *msgr_sends_print(GPtrArray *sends);
GPtrArray *msgr_sends_parse(const char *text);

G_END_DECLS
