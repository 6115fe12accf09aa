/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

#include "msgr-client.h"

G_BEGIN_DECLS

typedef struct _MsgrService MsgrService;

/* What an object path of the service stands for. */
typedef enum {
    MSGR_TARGET_NONE = 0,
    MSGR_TARGET_ROOT = 1 << 0,
    MSGR_TARGET_SESSION_MANAGER = 1 << 1,
    MSGR_TARGET_PRIVATE = 1 << 2,
    MSGR_TARGET_SESSION = 1 << 3,
    MSGR_TARGET_CONTACT = 1 << 4,
    MSGR_TARGET_PARENT = 1 << 5, /* a path that only has children */
} MsgrTargetKind;

typedef struct {
    MsgrTargetKind kind;
    MsgrLockable lockable;
    MsgrSide *side;       /* of a session */
    MsgrContact *contact; /* of a contact */
} MsgrTarget;

/**
 * MsgrCall:
 *
 * One method call on its way through the service.
 */
typedef struct {
    int ref_count;
    MsgrService *service;
    GDBusMessage *message;
    GVariant *body;       /* the arguments, a tuple */
    MsgrClient *client;   /* from the gate on */
    MsgrTarget target;    /* from the dispatch on */
    guint need;           /* what the client needs for it (MsgrNeed) */
    gboolean dispatching; /* its handler is running */
    gboolean deferred;    /* the handler answers later */
    gboolean answered;
} MsgrCall;

MsgrCall *msgr_call_new(MsgrService *service, GDBusMessage *message);
MsgrCall *msgr_call_ref(MsgrCall *self);
void msgr_call_unref(MsgrCall *self);
const char *msgr_call_sender(MsgrCall *self);
const char *msgr_call_path(MsgrCall *self);
GVariant *msgr_call_body(MsgrCall *self);
GDBusMessage *msgr_call_reply(MsgrCall *self, GVariant *value);
GDBusMessage *msgr_call_error(MsgrCall *self, const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrCall, msgr_call_unref)

G_END_DECLS
