/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>
#include <strophe.h>

G_BEGIN_DECLS

/**
 * MsgrXmppMemory:
 *
 * Where libstrophe gets its memory from: what it has at a time is counted, since it knows no limit
 * of a stanza itself; and what it gives back is wiped, since passwords were in it.
 */
typedef struct {
    xmpp_mem_t hooks;
    gsize used;    /* bytes */
    guint refused; /* how often a text was to grow beyond the limit, and began anew; until it is
                      reset */
} MsgrXmppMemory;

void msgr_xmpp_memory_init(MsgrXmppMemory *self);

G_END_DECLS
