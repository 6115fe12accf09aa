/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-order.h"

static MsgrOrder *
order_new(MsgrOrderKind kind, guint32 uid, const char *to)
{
    MsgrOrder *self = g_new0(MsgrOrder, 1);

    self->ref_count = 1;
    self->kind = kind;
    self->uid = uid;
    self->to = g_strdup(to);
    self->reply_type = "()";
    return self;
}

/**
 * msgr_order_new:
 * @uid: the user that the process belongs to
 * @to: its unique name
 * @iface: static
 * @method: static
 * @args: (nullable): sunk if floating
 */
MsgrOrder *
msgr_order_new(guint32 uid, const char *to, const char *path, const char *iface, const char *method,
               GVariant *args)
{
    MsgrOrder *self = order_new(MSGR_ORDER_PROMPT, uid, to);

    self->path = g_strdup(path);
    self->iface = iface;
    self->method = method;
    self->args = args == NULL ? NULL : g_variant_ref_sink(args);
    return self;
}

/**
 * msgr_order_new_withdrawal:
 *
 * Returns: what takes back the orders to @to that have this key: those that wait are not sent, and
 * nobody is told of the answer of those that were.
 */
MsgrOrder *
msgr_order_new_withdrawal(guint32 uid, const char *to, const char *key)
{
    MsgrOrder *self = order_new(MSGR_ORDER_WITHDRAWAL, uid, to);

    self->key = g_strdup(key);
    return self;
}

MsgrOrder *
msgr_order_ref(MsgrOrder *self)
{
    self->ref_count++;
    return self;
}

void
msgr_order_unref(MsgrOrder *self)
{
    if (--self->ref_count > 0)
        return;
    g_free(self->to);
    g_free(self->path);
    g_clear_pointer(&self->args, g_variant_unref);
    g_free(self->key);
    g_clear_pointer(&self->subject, msgr_record_unref);
    g_free(self);
}

/**
 * msgr_order_set_subject:
 * @record: (nullable): what the order is about, kept for `done`
 * @key: (nullable): what it can be withdrawn by
 */
void
msgr_order_set_subject(MsgrOrder *self, gpointer record, const char *key)
{
    g_clear_pointer(&self->subject, msgr_record_unref);
    self->subject = record == NULL ? NULL : msgr_record_ref(record);
    g_free(self->key);
    self->key = g_strdup(key);
}

void
msgr_answer_clear(MsgrAnswer *self)
{
    g_clear_pointer(&self->value, g_variant_unref);
    g_clear_error(&self->error);
    g_clear_pointer(&self->process, msgr_process_unref);
}
