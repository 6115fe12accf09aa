/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * msgr-agent: shows invitations, and starts the applications that they are for.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>

#include "msgr-agent-application.h"

int
main(int argc, char **argv)
{
    g_autoptr(MsgrAgentApplication) application = NULL;

    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    signal(SIGPIPE, SIG_IGN); /* a child may end before it reads */
    application = msgr_agent_application_new();
    return g_application_run(G_APPLICATION(application), argc, argv);
}
