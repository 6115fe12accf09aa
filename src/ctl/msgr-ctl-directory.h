/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-ctl.h"

G_BEGIN_DECLS

/**
 * MsgrCtlDirectory:
 *
 * The names behind object paths: of a contact its own, of a session that of the other party. Asks
 * the service for what it doesn't know, without waiting.
 */
typedef struct _MsgrCtlDirectory MsgrCtlDirectory;

MsgrCtlDirectory *msgr_ctl_directory_new(MsgrCtl *ctl, void (*changed)(gpointer data),
                                         gpointer data);
void msgr_ctl_directory_free(MsgrCtlDirectory *self);
const char *msgr_ctl_directory_get(MsgrCtlDirectory *self, const char *path);
void msgr_ctl_directory_ask(MsgrCtlDirectory *self, const char *path);
void msgr_ctl_directory_set(MsgrCtlDirectory *self, const char *path, const char *name);
void msgr_ctl_directory_forget(MsgrCtlDirectory *self, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrCtlDirectory, msgr_ctl_directory_free)

G_END_DECLS
