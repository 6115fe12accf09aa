/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-key.h"

G_BEGIN_DECLS

#define MSGR_CTL_APP_ID "org.msgr.ctl"

/**
 * MsgrCtlKeyFile:
 *
 * The client's half of a key: what proves to the service which application this is.
 */
typedef struct {
    char *path;
    char *id;
    MsgrAlgorithm algorithm;
    guint8 *secret; /* wiped when freed */
    gsize secret_length;
} MsgrCtlKeyFile;

MsgrCtlKeyFile *msgr_ctl_key_file_load(const char *path, GError **error);
MsgrCtlKeyFile *msgr_ctl_key_file_find(const char *option, GError **error);
void msgr_ctl_key_file_free(MsgrCtlKeyFile *self);
gboolean msgr_ctl_key_file_is_exposed(const MsgrCtlKeyFile *self);
char *msgr_ctl_key_file_dir(void);
char *msgr_ctl_key_file_default_path(const char *id);
char *msgr_ctl_key_file_find_id(const char *id);
void msgr_ctl_secret_free(char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrCtlKeyFile, msgr_ctl_key_file_free)

G_END_DECLS
