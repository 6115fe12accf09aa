/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What --help says.
 */
#pragma once

#include "msgr-ctl-verb.h"

G_BEGIN_DECLS

char *msgr_ctl_help_overview(const MsgrCtlOutput *output, const GOptionEntry *general);
char *msgr_ctl_help_word(const char *word, const MsgrCtlOutput *output,
                         const GOptionEntry *general);
char *msgr_ctl_help_verb(const MsgrCtlVerb *verb, const MsgrCtlOutput *output,
                         const GOptionEntry *general);

G_END_DECLS
