/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * msgrctl: the service from a shell.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "msgr-ctl-main.h"

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    return msgr_ctl_main(argc, argv);
}
