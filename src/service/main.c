/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * msgrd, the messenger service.
 */
#include "config.h"

#include <locale.h>

#include "msgr-daemon.h"
#include "msgr-log.h"

#define EXIT_USAGE 2

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MsgrDaemonOptions) options = NULL;
    g_autoptr(MsgrDaemon) daemon = NULL;

    setlocale(LC_ALL, "");
    options = msgr_daemon_options_parse(&argc, &argv, &error);
    if (options == NULL) {
        g_printerr("msgrd: %s\nTry \"msgrd --help\".\n", error->message);
        return EXIT_USAGE;
    }
    if (options->version) {
        g_print("msgrd %s\n", PACKAGE_VERSION);
        return 0;
    }
    msgr_log_init(options->verbose);
    daemon = msgr_daemon_new(options, &error);
    if (daemon == NULL) {
        g_printerr("msgrd: %s\n", error->message);
        return 1;
    }
    return msgr_daemon_run(daemon);
}
