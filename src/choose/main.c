/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * msgr-choose: has the user choose a contact, for msgr-agent.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "msgr-choose-window.h"
#include "msgr-names.h"

static void
activate(GtkApplication *application, gpointer data)
{
    gtk_window_present(GTK_WINDOW(msgr_choose_window_new(application)));
}

int
main(int argc, char **argv)
{
    g_autoptr(GtkApplication) application = NULL;

    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    /* The desktop shows the window as one of the agent's; every one is a process of its own. */
    application = gtk_application_new(MSGR_AGENT_APP_ID, G_APPLICATION_NON_UNIQUE);
    gtk_window_set_default_icon_name(MSGR_AGENT_APP_ID);
    g_signal_connect(application, "activate", G_CALLBACK(activate), NULL);
    return g_application_run(G_APPLICATION(application), argc, argv);
}
