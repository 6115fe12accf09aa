/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MsgrXmppOptions:
 *
 * What the command line says.
 */
typedef struct {
    char *bus;     /* (nullable) */
    char *account; /* (nullable) with @version */
    gboolean check;
    gboolean is_escaped; /* the account was */
    gboolean forget;
    gboolean verbose;
    gboolean version;
} MsgrXmppOptions;

MsgrXmppOptions *msgr_xmpp_options_parse(int *argc, char ***argv, GError **error);
void msgr_xmpp_options_free(MsgrXmppOptions *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppOptions, msgr_xmpp_options_free)

G_END_DECLS
