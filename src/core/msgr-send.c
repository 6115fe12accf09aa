/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-send.h"

#define FORMAT "a(uubs)"

MsgrSend *
msgr_send_new(MsgrSendKind kind, guint32 hr, const char *text)
{
    MsgrSend *self = g_new0(MsgrSend, 1);

    *self = (MsgrSend){ .ref_count = 1, .kind = kind, .hr = hr, .text = g_strdup(text) };
    return self;
}

MsgrSend *
msgr_send_ref(MsgrSend *self)
{
    self->ref_count++;
    return self;
}

void
msgr_send_unref(MsgrSend *self)
{
    if (--self->ref_count > 0)
        return;
    g_free(self->text);
    g_free(self);
}

GPtrArray *
msgr_sends_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)msgr_send_unref);
}

GPtrArray *
msgr_sends_copy(GPtrArray *sends)
{
    GPtrArray *copy = msgr_sends_new();

    for (guint i = 0; i < sends->len; i++)
        g_ptr_array_add(copy, msgr_send_ref(sends->pdata[i]));
    return copy;
}

/**
 * msgr_sends_print:
 *
 * Returns: (nullable) (transfer full): the same as one text; %NULL for none.
 */
char *
msgr_sends_print(GPtrArray *sends)
{
    g_autoptr(GVariant) value = NULL;
    GVariantBuilder builder;

    if (sends->len == 0)
        return NULL;
    g_variant_builder_init(&builder, G_VARIANT_TYPE(FORMAT));
    for (guint i = 0; i < sends->len; i++) {
        const MsgrSend *send = sends->pdata[i];

        g_variant_builder_add(&builder, "(uubs)", send->kind, send->hr, send->is_counted,
                              send->text);
    }
    value = g_variant_ref_sink(g_variant_builder_end(&builder));
    return g_variant_print(value, FALSE);
}

/**
 * msgr_sends_parse:
 * @text: (nullable)
 *
 * Returns: (nullable) (transfer full): what msgr_sends_print() printed; %NULL for anything else.
 */
GPtrArray *
msgr_sends_parse(const char *text)
{
    g_autoptr(GPtrArray) sends = msgr_sends_new();
    g_autoptr(GVariant) value = NULL;
    GVariantIter iter;
    guint32 kind, hr;
    gboolean is_counted;
    const char *data;

    if (text == NULL)
        return g_steal_pointer(&sends);
    value = g_variant_parse(G_VARIANT_TYPE(FORMAT), text, NULL, NULL, NULL);
    if (value == NULL)
        return NULL;
    g_variant_iter_init(&iter, value);
    while (g_variant_iter_next(&iter, "(uub&s)", &kind, &hr, &is_counted, &data)) {
        if (kind >= MSGR_N_SENDS)
            return NULL;
        g_ptr_array_add(sends, msgr_send_new(kind, hr, data));
        ((MsgrSend *)sends->pdata[sends->len - 1])->is_counted = is_counted;
    }
    return g_steal_pointer(&sends);
}
