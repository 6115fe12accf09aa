/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

/**
 * MsgrRosterEntry:
 *
 * What a connector tells of one contact; has_...: whether it tells that at all.
 */
typedef struct {
    gboolean has_in_list;
    gboolean in_list;
    gboolean has_blocked;
    gboolean blocked;
    gboolean has_status;
    guint32 status;
    const char *friendly_name; /* NULL: it isn't told */
    gboolean has_applications;
    GVariant *applications; /* as; NULL: not known */
    GVariant *details;      /* what this was read from */
} MsgrRosterEntry;

GHashTable *msgr_roster_entries_parse(GVariant *contacts, gboolean complete, GError **error);

G_END_DECLS
