/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From libstrophe's stanzas to values of our own, within limits.
 */
#include "msgr-xmpp-stanza.h"

#include <string.h>

#define MAX_ATTRIBUTES 64

typedef struct {
    guint depth;
    guint elements;
    gsize bytes;
    gboolean is_exceeded;
} Measure;

static void
copy_attributes(xmpp_stanza_t *stanza, MsgrXmppElement *element, Measure *measure)
{
    const char *pairs[2 * MAX_ATTRIBUTES];
    int n;

    if (xmpp_stanza_get_attribute_count(stanza) > MAX_ATTRIBUTES) {
        measure->is_exceeded = TRUE;
        return;
    }
    n = xmpp_stanza_get_attributes(stanza, pairs, 2 * MAX_ATTRIBUTES);
    for (int i = 0; i + 1 < n; i += 2) {
        measure->bytes += strlen(pairs[i]) + strlen(pairs[i + 1]);
        if (!g_str_equal(pairs[i], "xmlns"))
            msgr_xmpp_element_set(element, pairs[i], pairs[i + 1]);
    }
}

static MsgrXmppElement *
new_element(xmpp_stanza_t *stanza, Measure *measure)
{
    MsgrXmppElement *element =
        msgr_xmpp_element_new(xmpp_stanza_get_name(stanza), xmpp_stanza_get_ns(stanza));

    measure->elements++;
    measure->bytes += strlen(element->name) + (element->ns != NULL ? strlen(element->ns) : 0);
    copy_attributes(stanza, element, measure);
    return element;
}

static gboolean
is_exceeded(const Measure *measure)
{
    return measure->is_exceeded || measure->depth > MSGR_XMPP_MAX_DEPTH ||
           measure->elements > MSGR_XMPP_MAX_ELEMENTS || measure->bytes > MSGR_XMPP_MAX_BYTES;
}

static MsgrXmppElement *
copy(xmpp_stanza_t *stanza, Measure *measure)
{
    MsgrXmppElement *element = new_element(stanza, measure);
    g_autoptr(GString) text = g_string_new(NULL);

    measure->depth++;
    for (xmpp_stanza_t *child = xmpp_stanza_get_children(stanza);
         child != NULL && !is_exceeded(measure); child = xmpp_stanza_get_next(child)) {
        if (xmpp_stanza_is_text(child)) {
            g_string_append(text, xmpp_stanza_get_text_ptr(child));
            measure->bytes += strlen(xmpp_stanza_get_text_ptr(child));
        } else {
            msgr_xmpp_element_take(element, copy(child, measure));
        }
    }
    if (is_exceeded(measure))
        measure->is_exceeded = TRUE;
    measure->depth--;
    if (text->len > 0)
        msgr_xmpp_element_set_text(element, text->str);
    return element;
}

/**
 * msgr_xmpp_stanza_copy:
 * @is_cut: something that was in it is known to be missing
 *
 * Returns: (transfer full): @stanza by value. If it is deeper, longer or larger than is allowed, it
 *   has its attributes, but nothing in it, and says so.
 */
MsgrXmppElement *
msgr_xmpp_stanza_copy(xmpp_stanza_t *stanza, gboolean is_cut)
{
    Measure measure = { .is_exceeded = is_cut };
    MsgrXmppElement *element = copy(stanza, &measure);

    if (measure.is_exceeded) {
        Measure outer = { 0 };

        msgr_xmpp_element_free(element);
        element = new_element(stanza, &outer);
        element->is_cut = TRUE;
    }
    return element;
}
