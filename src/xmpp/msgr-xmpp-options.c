/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-xmpp-options.h"

#include <glib/gi18n.h>

#include "msgr-xmpp-unit.h"

void
msgr_xmpp_options_free(MsgrXmppOptions *self)
{
    g_free(self->bus);
    g_free(self->account);
    g_free(self);
}

static gboolean
parse(MsgrXmppOptions *self, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "bus", 'b', 0, G_OPTION_ARG_STRING, &self->bus,
          N_("the service's bus: system, session or an address (else MSGR_BUS, else system)"),
          N_("BUS") },
        { "check", 0, 0, G_OPTION_ARG_NONE, &self->check, N_("sign in, say how it went, and exit"),
          NULL },
        { "escaped", 0, 0, G_OPTION_ARG_NONE, &self->is_escaped,
          N_("ACCOUNT is as in the name of a unit: \\x2b is a +"), NULL },
        { "forget", 0, 0, G_OPTION_ARG_NONE, &self->forget,
          N_("have the service forget the account and its contacts, and exit"), NULL },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, N_("log more"), NULL },
        { "version", 'V', 0, G_OPTION_ARG_NONE, &self->version, N_("print the version"), NULL },
        { NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new(_("ACCOUNT"));

    g_option_context_set_translation_domain(context, GETTEXT_PACKAGE);
    g_option_context_set_summary(
        context,
        _("Brings an XMPP account to the messenger service: its contacts, and invitations\n"
          "from and to anybody on any server."));
    g_option_context_set_description(
        context, _("ACCOUNT is an address that \"msgrctl account add\" was given, such as\n"
                   "alice@example.org. It is started for a session by\n"
                   "  systemctl --user enable --now msgr-xmpp@alice@example.org.service\n"
                   "See msgr-xmpp(1)."));
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    return g_option_context_parse(context, argc, argv, error);
}

/* Returns: (nullable): the one argument that is left. An address may begin with a hyphen; "--" says
 * that what follows is one. */
static const char *
only_argument(int argc, char **argv)
{
    int first = argc > 1 && g_str_equal(argv[1], "--") ? 2 : 1;

    return argc == first + 1 ? argv[first] : NULL;
}

/**
 * msgr_xmpp_options_parse:
 *
 * Returns: (nullable): what was asked for.
 */
MsgrXmppOptions *
msgr_xmpp_options_parse(int *argc, char ***argv, GError **error)
{
    g_autoptr(MsgrXmppOptions) self = g_new0(MsgrXmppOptions, 1);
    const char *account;

    if (!parse(self, argc, argv, error))
        return NULL;
    if (self->version)
        return g_steal_pointer(&self);
    account = only_argument(*argc, *argv);
    if (account == NULL) {
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                            _("It takes one account"));
        return NULL;
    }
    self->account = self->is_escaped ? msgr_xmpp_unit_account(account) : g_strdup(account);
    return g_steal_pointer(&self);
}
