/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where log lines go: to the journal with their fields where stderr is one, else to stderr as text.
 */
#include "msgr-log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static gboolean is_verbose;

static const char *
field(const GLogField *fields, gsize n, const char *key)
{
    for (gsize i = 0; i < n; i++) {
        if (g_str_equal(fields[i].key, key) && fields[i].length < 0)
            return fields[i].value;
    }
    return NULL;
}

/* An administrator's warning is no bug; what GLib warns of is, and ends a service that is being
 * tested. */
static gboolean
is_fatal(GLogLevelFlags level, const char *domain)
{
    const char *debug = g_getenv("G_DEBUG");
    gboolean is_ours = g_strcmp0(domain, G_LOG_DOMAIN) == 0;

    if (level & G_LOG_LEVEL_ERROR)
        return TRUE;
    if (debug == NULL || strstr(debug, "fatal") == NULL)
        return FALSE;
    return (level & G_LOG_LEVEL_CRITICAL) || (!is_ours && (level & G_LOG_LEVEL_WARNING));
}

static GLogWriterOutput
write_line(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer unused)
{
    const char *domain = field(fields, n, "GLIB_DOMAIN");
    GLogWriterOutput output = G_LOG_WRITER_HANDLED;
    gboolean is_wanted = is_verbose && g_strcmp0(domain, G_LOG_DOMAIN) == 0;

    if (is_wanted || !g_log_writer_default_would_drop(level, domain)) {
        if (!g_log_writer_is_journald(STDERR_FILENO) ||
            g_log_writer_journald(level, fields, n, NULL) == G_LOG_WRITER_UNHANDLED)
            output = g_log_writer_standard_streams(level, fields, n, NULL);
    }
    if (is_fatal(level, domain))
        abort();
    return output;
}

/**
 * msgr_log_init:
 * @verbose: the service's own info and debug lines too
 */
void
msgr_log_init(gboolean verbose)
{
    is_verbose = verbose;
    /* standard output belongs to --help and --version */
    g_log_writer_default_set_use_stderr(TRUE);
    g_log_set_writer_func(write_line, NULL, NULL);
}
