/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * XML elements as plain values, and how they are written.
 */
#include "msgr-xmpp-element.h"

#include "msgr-xmpp-names.h"

static void
free_child(gpointer child)
{
    msgr_xmpp_element_free(child);
}

MsgrXmppElement *
msgr_xmpp_element_new(const char *name, const char *ns)
{
    MsgrXmppElement *self = g_new0(MsgrXmppElement, 1);

    self->name = g_strdup(name);
    self->ns = g_strdup(ns);
    self->attributes = g_ptr_array_new_with_free_func(g_free);
    self->children = g_ptr_array_new_with_free_func(free_child);
    return self;
}

void
msgr_xmpp_element_free(MsgrXmppElement *self)
{
    g_free(self->name);
    g_free(self->ns);
    g_free(self->text);
    g_ptr_array_unref(self->attributes);
    g_ptr_array_unref(self->children);
    g_free(self);
}

/**
 * msgr_xmpp_element_set:
 * @value: (nullable): NULL: it stays without this attribute
 *
 * Gives it an attribute that it has not yet.
 */
void
msgr_xmpp_element_set(MsgrXmppElement *self, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_ptr_array_add(self->attributes, g_strdup(name));
    g_ptr_array_add(self->attributes, g_strdup(value));
}

void
msgr_xmpp_element_set_text(MsgrXmppElement *self, const char *text)
{
    g_free(self->text);
    self->text = g_strdup(text);
}

/**
 * msgr_xmpp_element_add:
 *
 * Returns: (transfer none): a new child.
 */
MsgrXmppElement *
msgr_xmpp_element_add(MsgrXmppElement *self, const char *name, const char *ns)
{
    MsgrXmppElement *child = msgr_xmpp_element_new(name, ns);

    msgr_xmpp_element_take(self, child);
    return child;
}

MsgrXmppElement *
msgr_xmpp_element_add_text(MsgrXmppElement *self, const char *name, const char *ns,
                           const char *text)
{
    MsgrXmppElement *child = msgr_xmpp_element_add(self, name, ns);

    msgr_xmpp_element_set_text(child, text);
    return child;
}

void
msgr_xmpp_element_take(MsgrXmppElement *self, MsgrXmppElement *child)
{
    g_ptr_array_add(self->children, child);
}

/**
 * msgr_xmpp_element_get:
 *
 * Returns: (nullable): the attribute's value.
 */
const char *
msgr_xmpp_element_get(const MsgrXmppElement *self, const char *name)
{
    for (guint i = 0; i + 1 < self->attributes->len; i += 2) {
        if (g_str_equal(self->attributes->pdata[i], name))
            return self->attributes->pdata[i + 1];
    }
    return NULL;
}

/**
 * msgr_xmpp_element_text:
 *
 * Returns: what stands in it; "" if nothing does.
 */
const char *
msgr_xmpp_element_text(const MsgrXmppElement *self)
{
    return self->text != NULL ? self->text : "";
}

gboolean
msgr_xmpp_element_is(const MsgrXmppElement *self, const char *name, const char *ns)
{
    return g_str_equal(self->name, name) && g_strcmp0(self->ns, ns) == 0;
}

/**
 * msgr_xmpp_element_child:
 *
 * Returns: (nullable): the first child of this name and namespace.
 */
MsgrXmppElement *
msgr_xmpp_element_child(const MsgrXmppElement *self, const char *name, const char *ns)
{
    for (guint i = 0; i < self->children->len; i++) {
        if (msgr_xmpp_element_is(self->children->pdata[i], name, ns))
            return self->children->pdata[i];
    }
    return NULL;
}

MsgrXmppElement *
msgr_xmpp_element_first(const MsgrXmppElement *self)
{
    return self->children->len > 0 ? self->children->pdata[0] : NULL;
}

/**
 * msgr_xmpp_element_child_text:
 *
 * Returns: (nullable): what stands in that child; NULL if there is none.
 */
const char *
msgr_xmpp_element_child_text(const MsgrXmppElement *self, const char *name, const char *ns)
{
    const MsgrXmppElement *child = msgr_xmpp_element_child(self, name, ns);

    return child != NULL ? msgr_xmpp_element_text(child) : NULL;
}

/* Characters that XML 1.0 doesn't have: one of them would end the stream. */
static gboolean
is_in_xml(gunichar c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xfffe && c != 0xffff);
}

static void
append_character(GString *xml, gunichar c)
{
    switch (c) {
    case '<':
        g_string_append(xml, "&lt;");
        break;
    case '>':
        g_string_append(xml, "&gt;");
        break;
    case '&':
        g_string_append(xml, "&amp;");
        break;
    case '\'':
        g_string_append(xml, "&apos;");
        break;
    case '"':
        g_string_append(xml, "&quot;");
        break;
    case '\t':
    case '\n':
    case '\r':
        /* a parser would make blanks of them in an attribute, and drop the last one in a text */
        g_string_append_printf(xml, "&#%u;", c);
        break;
    default:
        if (is_in_xml(c))
            g_string_append_unichar(xml, c);
    }
}

static void
append_text(GString *xml, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p))
        append_character(xml, g_utf8_get_char(p));
}

static void
append_attribute(GString *xml, const char *name, const char *value)
{
    g_string_append_printf(xml, " %s='", name);
    append_text(xml, value);
    g_string_append_c(xml, '\'');
}

static void
append_element(GString *xml, const MsgrXmppElement *self, const char *outer_ns)
{
    g_string_append_printf(xml, "<%s", self->name);
    if (self->ns != NULL && g_strcmp0(self->ns, outer_ns) != 0)
        append_attribute(xml, "xmlns", self->ns);
    for (guint i = 0; i + 1 < self->attributes->len; i += 2)
        append_attribute(xml, self->attributes->pdata[i], self->attributes->pdata[i + 1]);
    if (self->text == NULL && self->children->len == 0) {
        g_string_append(xml, "/>");
        return;
    }
    g_string_append_c(xml, '>');
    if (self->text != NULL)
        append_text(xml, self->text);
    for (guint i = 0; i < self->children->len; i++)
        append_element(xml, self->children->pdata[i], self->ns != NULL ? self->ns : outer_ns);
    g_string_append_printf(xml, "</%s>", self->name);
}

/**
 * msgr_xmpp_element_to_xml:
 *
 * Returns: (transfer full): it as it stands in a stream of jabber:client.
 */
char *
msgr_xmpp_element_to_xml(const MsgrXmppElement *self)
{
    GString *xml = g_string_new(NULL);

    append_element(xml, self, MSGR_NS_CLIENT);
    return g_string_free(xml, FALSE);
}
