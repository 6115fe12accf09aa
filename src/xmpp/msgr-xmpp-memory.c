/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Memory that is counted, and wiped when it is given back.
 */
#include "msgr-xmpp-memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* No text that is to be taken is this long. libstrophe appends to a text by searching for its end:
 * a document type whose entities grow would take it hours. It takes a NULL well where a block
 * grows, and only there; what it makes larger at once, to write a stanza out for its log, is no
 * such text. */
#define MAX_GROWING (64 * 1024)

static void *
allocate(size_t size, void *data)
{
    MsgrXmppMemory *self = data;
    void *block = g_malloc(MAX(size, 1));

    self->used += malloc_usable_size(block);
    return block;
}

static void
release(void *block, void *data)
{
    MsgrXmppMemory *self = data;
    gsize size;

    if (block == NULL)
        return;
    size = malloc_usable_size(block);
    self->used -= size;
    explicit_bzero(block, size);
    g_free(block);
}

static void *
reallocate(void *block, size_t size, void *data)
{
    void *larger;

    if (block != NULL && size > malloc_usable_size(block) &&
        malloc_usable_size(block) >= MAX_GROWING) {
        ((MsgrXmppMemory *)data)->refused++;
        return NULL;
    }
    larger = allocate(size, data);
    if (block != NULL) {
        memcpy(larger, block, MIN(size, malloc_usable_size(block)));
        release(block, data);
    }
    return larger;
}

void
msgr_xmpp_memory_init(MsgrXmppMemory *self)
{
    self->hooks.alloc = allocate;
    self->hooks.free = release;
    self->hooks.realloc = reallocate;
    self->hooks.userdata = self;
    self->used = 0;
    self->refused = 0;
}
