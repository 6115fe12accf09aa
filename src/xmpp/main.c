/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * msgr-xmpp: the connector of an XMPP account.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "msgr-error.h"
#include "msgr-log.h"
#include "msgr-xmpp-account.h"
#include "msgr-xmpp-options.h"
#include "msgr-xmpp-program.h"

#define EXIT_USAGE 2

static int
run(const MsgrXmppOptions *options)
{
    g_autoptr(MsgrXmppAccount) account = NULL;
    g_autoptr(GError) error = NULL;

    if (options->forget)
        return msgr_xmpp_program_forget(options->account, options);
    account = msgr_xmpp_account_load(options->account, &error);
    if (account == NULL) {
        g_printerr("msgr-xmpp: %s\n", error->message);
        return EXIT_USAGE;
    }
    return options->check ? msgr_xmpp_program_check(account)
                          : msgr_xmpp_program_serve(account, options);
}

int
main(int argc, char **argv)
{
    g_autoptr(MsgrXmppOptions) options = NULL;
    g_autoptr(GError) error = NULL;

    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    options = msgr_xmpp_options_parse(&argc, &argv, &error);
    if (options == NULL) {
        g_printerr("msgr-xmpp: %s\n%s\n", error->message, _("See how: msgr-xmpp --help"));
        return EXIT_USAGE;
    }
    if (options->version) {
        g_print("msgr-xmpp %s\n", PACKAGE_VERSION);
        return 0;
    }
    msgr_log_init(options->verbose);
    /* so that errors of the service come with their own codes */
    (void)MSGR_ERROR;
    return run(options);
}
