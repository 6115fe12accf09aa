/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MsgrAppEntry:
 *
 * What is known of a registered application: the content of a file in apps.d, or of a call of
 * RegisterApplication. Immutable and reference-counted.
 */
typedef struct {
    char *guid;
    char *name;
    char *url;
    char *path;           /* "" where there is a desktop file */
    char *desktop_id;     /* "" where there is a path */
    char *version;        /* "" if not told */
    char *appstream_id;   /* "" if not told */
    char **app_ids;       /* the applications that it belongs to */
    char *registered_by;  /* an application ID, or "system" */
    gint64 registered_at; /* microseconds since the epoch */
} MsgrAppEntry;

MsgrAppEntry *msgr_app_entry_parse(const char *json, gssize length, gint64 registered_at,
                                   GError **error);
MsgrAppEntry *msgr_app_entry_new(const char *guid, const char *name, const char *url,
                                 const char *path, const char *desktop_id, const char *version,
                                 const char *registered_by, gint64 registered_at);
MsgrAppEntry *msgr_app_entry_ref(MsgrAppEntry *self);
void msgr_app_entry_unref(MsgrAppEntry *self);
gboolean msgr_app_entry_check(const MsgrAppEntry *self, GError **error);
gboolean msgr_app_entry_equal(const MsgrAppEntry *self, const MsgrAppEntry *other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrAppEntry, msgr_app_entry_unref)

G_END_DECLS
