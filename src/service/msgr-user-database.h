/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MsgrUserEntry:
 *
 * Somebody whom the machine's user database knows.
 */
typedef struct {
    guint32 uid;
    char *name;
    char *real_name; /* "" if there is none */
    char **groups;   /* names */
} MsgrUserEntry;

typedef struct _MsgrUserDatabase MsgrUserDatabase;

/* @entry is NULL if there is no such user, or if the database did not answer. */
typedef void (*MsgrUserFound)(const MsgrUserEntry *entry, gpointer data);

MsgrUserDatabase *msgr_user_database_new(void);
void msgr_user_database_free(MsgrUserDatabase *self);
void msgr_user_database_find_uid(MsgrUserDatabase *self, guint32 uid, MsgrUserFound found,
                                 gpointer data, GDestroyNotify unanswered);
void msgr_user_database_find_name(MsgrUserDatabase *self, const char *name, MsgrUserFound found,
                                  gpointer data, GDestroyNotify unanswered);

G_END_DECLS
