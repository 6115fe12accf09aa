/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MsgrDropIn:
 *
 * One file of a set of drop-in directories, as it was read.
 */
typedef struct {
    char *path;
    char *name; /* the last component: what masks and is masked */
    char *text; /* NUL-terminated; wiped when freed */
    gsize length;
    guint32 owner;  /* uid */
    guint32 mode;   /* permission bits */
    gint64 changed; /* microseconds since the epoch */
} MsgrDropIn;

void msgr_drop_in_free(MsgrDropIn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrDropIn, msgr_drop_in_free)

#define MSGR_TYPE_DROP_IN_DIR (msgr_drop_in_dir_get_type())
G_DECLARE_FINAL_TYPE(MsgrDropInDir, msgr_drop_in_dir, MSGR, DROP_IN_DIR, GObject)

/* Called on the main context with the files that count, in the order of their names. */
typedef void (*MsgrDropInFunc)(GPtrArray *files, gpointer data);

MsgrDropInDir *msgr_drop_in_dir_new(const char *const *dirs, const char *suffix, gsize max_size,
                                    MsgrDropInFunc changed, gpointer data);
GPtrArray *msgr_drop_in_dir_read(MsgrDropInDir *self);
void msgr_drop_in_dir_watch(MsgrDropInDir *self);
void msgr_drop_in_dir_reread(MsgrDropInDir *self);

G_END_DECLS
