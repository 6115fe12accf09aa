/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the command line to the exit status: options, the verb, and what is said of an error.
 */
#include "config.h"

#include "msgr-ctl-main.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-help.h"
#include "msgr-ctl-verb.h"

static struct {
    char *bus;
    char *key;
    char *colour;
    gboolean json;
    gboolean help;
    gboolean version;
} options;

static const GOptionEntry general[] = {
    { "bus", 'b', 0, G_OPTION_ARG_FILENAME, &options.bus,
      N_("the service's bus: system, session or an address (else MSGR_BUS, else system)"),
      N_("BUS") },
    { "key", 'k', 0, G_OPTION_ARG_FILENAME, &options.key,
      N_("the key's file (else MSGR_KEY_FILE, else that of org.msgr.ctl)"), N_("FILE") },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options.json, N_("print JSON, for programs"), NULL },
    { "color", 0, 0, G_OPTION_ARG_STRING, &options.colour,
      N_("colours: auto, always or never (auto heeds NO_COLOR)"), N_("WHEN") },
    { "help", 'h', 0, G_OPTION_ARG_NONE, &options.help, N_("print this help"), NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &options.version, N_("print the version"), NULL },
    { NULL },
};

static void
reset_options(void)
{
    g_clear_pointer(&options.bus, g_free);
    g_clear_pointer(&options.key, g_free);
    g_clear_pointer(&options.colour, g_free);
    options.json = options.help = options.version = FALSE;
}

static GOptionContext *
new_context(const GOptionEntry *entries, gboolean up_to_verb)
{
    GOptionContext *context = g_option_context_new(NULL);

    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_strict_posix(context, up_to_verb);
    if (entries != NULL)
        g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    g_option_context_add_main_entries(context, general, GETTEXT_PACKAGE);
    return context;
}

/* What GOption says of an option is a sentence; what to do about it is missing. */
static gboolean
parse(const GOptionEntry *entries, gboolean up_to_verb, char ***args, const char *help,
      GError **error)
{
    g_autoptr(GOptionContext) context = new_context(entries, up_to_verb);
    g_autoptr(GError) local_error = NULL;

    if (g_option_context_parse_strv(context, args, &local_error))
        return TRUE;
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, help, "%s", local_error->message);
    return FALSE;
}

static gboolean
check_number_of_args(const MsgrCtlVerb *verb, guint n_args, const char *help, GError **error)
{
    if (n_args < verb->min_args)
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, help, _("%s takes %s"), verb->name,
                           _(verb->args));
    else if (n_args > verb->max_args && verb->max_args == 0)
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, help, _("%s takes no argument"),
                           verb->name);
    else if (n_args > verb->max_args)
        msgr_ctl_error_set(
            error, MSGR_CTL_ERROR_USAGE, help,
            _("%s takes no more than %s: put quotation marks around what has blanks"), verb->name,
            _(verb->args));
    else
        return TRUE;
    return FALSE;
}

/* Programs read English, whatever the user speaks. */
static gboolean
apply_options(MsgrCtl *ctl, GError **error)
{
    ctl->output.json = options.json;
    if (options.json)
        setlocale(LC_MESSAGES, "C");
    g_free(ctl->bus_option);
    ctl->bus_option = g_strdup(options.bus);
    g_free(ctl->key_option);
    ctl->key_option = g_strdup(options.key);
    return msgr_ctl_output_set_colour(&ctl->output, options.colour, error);
}

static int
print_help(MsgrCtl *ctl, const MsgrCtlVerb *verb)
{
    g_autofree char *text = verb != NULL ? msgr_ctl_help_verb(verb, &ctl->output, general)
                                         : msgr_ctl_help_overview(&ctl->output, general);

    msgr_ctl_output_text(text);
    return MSGR_CTL_EXIT_OK;
}

static char **
skip_words(char **args, guint n_words)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (guint i = n_words; args[i] != NULL; i++)
        g_strv_builder_add(builder, args[i]);
    return g_strv_builder_end(builder);
}

/* GOption leaves a "--" where it is if there is an option behind it. */
static void
drop_separator(char **args, guint first, guint last)
{
    guint i = first;

    while (i <= last && args[i] != NULL && !g_str_equal(args[i], "--"))
        i++;
    if (i > last || args[i] == NULL)
        return;
    g_free(args[i]);
    do {
        args[i] = args[i + 1];
    } while (args[i++] != NULL);
}

/* @args are those behind the verb, with an element in front of them that GOption skips. */
static int
run_verb(MsgrCtl *ctl, const MsgrCtlVerb *verb, char ***args, GError **error)
{
    g_autofree char *help = g_strdup_printf(_("See how: msgrctl %s --help"), verb->name);

    if (!parse(verb->entries, FALSE, args, help, error) || !apply_options(ctl, error))
        return MSGR_CTL_EXIT_USAGE;
    if (options.help)
        return print_help(ctl, verb);
    drop_separator(*args, 1, G_MAXUINT - 1);
    if (!check_number_of_args(verb, g_strv_length(*args) - 1, help, error))
        return MSGR_CTL_EXIT_USAGE;
    return verb->run(ctl, *args + 1, error);
}

static gboolean
wants_help_only(char **words)
{
    gboolean is_option = g_strcmp0(words[1], "--help") == 0 || g_strcmp0(words[1], "-h") == 0;

    return is_option ? words[2] == NULL : options.help && words[1] == NULL;
}

/* "contacts" alone lists them, but whoever asks for help wants to know of all its verbs. */
static gboolean
print_help_of_word(MsgrCtl *ctl, const char *word)
{
    g_autofree char *text = msgr_ctl_help_word(word, &ctl->output, general);

    if (text != NULL)
        msgr_ctl_output_text(text);
    return text != NULL;
}

static int
find_and_run(MsgrCtl *ctl, char **words, GError **error)
{
    g_auto(GStrv) args = NULL;
    const MsgrCtlVerb *verb;
    guint n_words;

    if (g_str_equal(words[0], "help") && words[1] == NULL)
        return print_help(ctl, NULL);
    if (g_str_equal(words[0], "help")) {
        options.help = TRUE;
        words++;
    }
    if (wants_help_only(words) && print_help_of_word(ctl, words[0]))
        return MSGR_CTL_EXIT_OK;
    verb = msgr_ctl_verb_find(words, &n_words, error);
    if (verb == NULL)
        return MSGR_CTL_EXIT_USAGE;
    args = skip_words(words, n_words - 1);
    return run_verb(ctl, verb, &args, error);
}

static int
run(MsgrCtl *ctl, char ***args, GError **error)
{
    const char *help = _("See how: msgrctl --help");

    if (!parse(NULL, TRUE, args, help, error) || !apply_options(ctl, error))
        return MSGR_CTL_EXIT_USAGE;
    if (options.version) {
        msgr_ctl_output_text("msgrctl " PACKAGE_VERSION "\n");
        return MSGR_CTL_EXIT_OK;
    }
    drop_separator(*args, 1, 1);
    if ((*args)[0] != NULL && (*args)[1] != NULL)
        return find_and_run(ctl, *args + 1, error);
    if (options.help)
        return print_help(ctl, NULL);
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, help, _("Do what?"));
    return MSGR_CTL_EXIT_USAGE;
}

/**
 * msgr_ctl_main:
 *
 * Returns: the exit status.
 */
int
msgr_ctl_main(int argc, char **argv)
{
    g_autoptr(MsgrCtl) ctl = msgr_ctl_new();
    g_auto(GStrv) args = g_strdupv(argv);
    g_autoptr(GError) error = NULL;
    int status;

    status = run(ctl, &args, &error);
    reset_options();
    if (error == NULL)
        return status;
    msgr_ctl_output_error(&ctl->output, error, ctl->subject);
    return g_error_matches(error, MSGR_CTL_ERROR, MSGR_CTL_ERROR_USAGE) ? MSGR_CTL_EXIT_USAGE
                                                                        : MSGR_CTL_EXIT_FAILED;
}
