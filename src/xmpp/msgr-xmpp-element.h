/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MsgrXmppElement:
 *
 * An XML element by value: what crosses between threads, and between the parser and everybody else.
 * It owns its children; text is what stands directly in it.
 */
typedef struct {
    char *name;
    char *ns;
    char *text;            /* (nullable) */
    GPtrArray *attributes; /* name, value, name, value, ... */
    GPtrArray *children;   /* of MsgrXmppElement */
    gboolean is_cut;       /* it was too large: of what was in it nothing is left */
} MsgrXmppElement;

MsgrXmppElement *msgr_xmpp_element_new(const char *name, const char *ns);
void msgr_xmpp_element_free(MsgrXmppElement *self);
void msgr_xmpp_element_set(MsgrXmppElement *self, const char *name, const char *value);
void msgr_xmpp_element_set_text(MsgrXmppElement *self, const char *text);
MsgrXmppElement *msgr_xmpp_element_add(MsgrXmppElement *self, const char *name, const char *ns);
MsgrXmppElement *msgr_xmpp_element_add_text(MsgrXmppElement *self, const char *name, const char *ns,
                                            const char *text);
void msgr_xmpp_element_take(MsgrXmppElement *self, MsgrXmppElement *child);
const char *msgr_xmpp_element_get(const MsgrXmppElement *self, const char *name);
const char *msgr_xmpp_element_text(const MsgrXmppElement *self);
gboolean msgr_xmpp_element_is(const MsgrXmppElement *self, const char *name, const char *ns);
MsgrXmppElement *msgr_xmpp_element_child(const MsgrXmppElement *self, const char *name,
                                         const char *ns);
MsgrXmppElement *msgr_xmpp_element_first(const MsgrXmppElement *self);
const char *msgr_xmpp_element_child_text(const MsgrXmppElement *self, const char *name,
                                         const char *ns);
char *msgr_xmpp_element_to_xml(const MsgrXmppElement *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppElement, msgr_xmpp_element_free)

G_END_DECLS
