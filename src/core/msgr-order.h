/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the model asks of processes of users: agents, connectors. Like an event, an order leaves
 * with its turn, or not at all.
 */
#pragma once

#include "msgr-process.h"
#include "msgr-record.h"

G_BEGIN_DECLS

typedef struct _MsgrOrder MsgrOrder;

typedef enum {
    MSGR_ORDER_PROMPT,     /* is answered within seconds, or has failed; one at a time */
    MSGR_ORDER_PATIENT,    /* waits for a person, and holds up nothing else */
    MSGR_ORDER_NO_REPLY,   /* expects none */
    MSGR_ORDER_WITHDRAWAL, /* no call: what has its key isn't wanted any more */
} MsgrOrderKind;

/**
 * MsgrAnswer:
 *
 * What came of an order: a value, or an error of the domain MSGR_ERROR.
 */
typedef struct {
    GVariant *value; /* of the order's reply_type; NULL: it has failed */
    GError *error;
    MsgrProcess *process; /* if the order takes_process */
} MsgrAnswer;

/* In a turn of its own; once more if that turn could not be kept. */
typedef void (*MsgrOrderDone)(MsgrOrder *order, const MsgrAnswer *answer);

/**
 * MsgrOrder:
 *
 * A method call to a process of a user's. Its maker sets what isn't as msgr_order_new() left it,
 * before the turn ends.
 */
struct _MsgrOrder {
    int ref_count;
    MsgrOrderKind kind;
    guint32 uid;            /* whose process it is */
    char *to;               /* its unique name on the bus */
    char *path;             /* (nullable) */
    const char *iface;      /* static; (nullable) */
    const char *method;     /* static; (nullable) */
    GVariant *args;         /* a tuple; (nullable) */
    const char *reply_type; /* static: what an answer must be; "()" at first */
    gboolean takes_process; /* the reply is (uh), a process and its pidfd */
    char *key;              /* (nullable): what it can be withdrawn by */
    gpointer subject;       /* (nullable): a record, owned */
    guint detail;           /* for `done` */
    MsgrOrderDone done;     /* (nullable) */
};

MsgrOrder *msgr_order_new(guint32 uid, const char *to, const char *path, const char *iface,
                          const char *method, GVariant *args);
MsgrOrder *msgr_order_new_withdrawal(guint32 uid, const char *to, const char *key);
MsgrOrder *msgr_order_ref(MsgrOrder *self);
void msgr_order_unref(MsgrOrder *self);
void msgr_order_set_subject(MsgrOrder *self, gpointer record, const char *key);

void msgr_answer_clear(MsgrAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrOrder, msgr_order_unref)

G_END_DECLS
