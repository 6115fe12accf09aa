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
    gsize used;          /* bytes */
    gboolean is_refused; /* a block was to grow beyond the limit, and did not; until it is reset */
} MsgrXmppMemory;

void msgr_xmpp_memory_init(MsgrXmppMemory *self);

G_END_DECLS
