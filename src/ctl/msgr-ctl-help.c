/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What --help says: of the whole program, and of each verb.
 */
#include "config.h"

#include "msgr-ctl-help.h"

#include <glib/gi18n.h>

#include "msgr-ctl-text.h"

static void
append_title(GString *text, const MsgrCtlOutput *output, const char *title)
{
    g_autofree char *styled = msgr_ctl_output_style(output, MSGR_CTL_BOLD, title);

    g_string_append_printf(text, "\n%s\n", styled);
}

static void
append_row(GString *text, const char *left, guint width, const char *right)
{
    g_string_append(text, "  ");
    msgr_ctl_text_append_padded(text, left, width);
    g_string_append_printf(text, "  %s\n", right);
}

static char *
verb_left(const MsgrCtlVerb *verb)
{
    const char *args = verb->args[0] != '\0' ? _(verb->args) : "";

    return g_strdup_printf("%s%s%s", verb->name, *args != '\0' ? " " : "", args);
}

static char *
option_left(const GOptionEntry *entry)
{
    const char *argument = entry->arg_description != NULL ? _(entry->arg_description) : NULL;
    g_autofree char *letter =
        entry->short_name != 0 ? g_strdup_printf("-%c, ", entry->short_name) : g_strdup("    ");

    return g_strdup_printf("%s--%s%s%s", letter, entry->long_name, argument != NULL ? "=" : "",
                           argument != NULL ? argument : "");
}

static guint
widest_option(const GOptionEntry *entries, guint width)
{
    for (guint i = 0; entries != NULL && entries[i].long_name != NULL; i++) {
        g_autofree char *left = option_left(&entries[i]);

        width = MAX(width, msgr_ctl_text_width(left));
    }
    return width;
}

static void
append_options(GString *text, const GOptionEntry *entries, guint width)
{
    for (guint i = 0; entries != NULL && entries[i].long_name != NULL; i++) {
        g_autofree char *left = option_left(&entries[i]);

        append_row(text, left, width, _(entries[i].description));
    }
}

static guint
widest_verb(const MsgrCtlVerbGroup *groups, gsize n_groups)
{
    guint width = 0;

    for (gsize i = 0; i < n_groups; i++) {
        for (guint j = 0; groups[i].verbs[j] != NULL; j++) {
            g_autofree char *left = verb_left(groups[i].verbs[j]);

            width = MAX(width, msgr_ctl_text_width(left));
        }
    }
    return width;
}

static void
append_group(GString *text, const MsgrCtlVerbGroup *group, guint width)
{
    for (guint i = 0; group->verbs[i] != NULL; i++) {
        g_autofree char *left = verb_left(group->verbs[i]);

        append_row(text, left, width, _(group->verbs[i]->summary));
    }
}

static void
append_verbs(GString *text, const MsgrCtlOutput *output)
{
    gsize n_groups;
    const MsgrCtlVerbGroup *groups = msgr_ctl_verb_groups(&n_groups);
    guint width = widest_verb(groups, n_groups);

    for (gsize i = 0; i < n_groups; i++) {
        append_title(text, output, _(groups[i].title));
        append_group(text, &groups[i], width);
    }
}

/**
 * msgr_ctl_help_overview:
 * @general: the options that every verb has
 *
 * Returns: the help of the program.
 */
char *
msgr_ctl_help_overview(const MsgrCtlOutput *output, const GOptionEntry *general)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(
        text, "%s\n\n%s\n", _("Usage: msgrctl [OPTION...] VERB [ARGUMENT...]"),
        _("Invites contacts to do something together, answers their invitations, and looks "
          "after\nyour applications and keys: the msgr service, from a shell."));
    append_verbs(text, output);
    append_title(text, output, _("Options of every verb:"));
    append_options(text, general, widest_option(general, 0));
    append_title(text, output, _("To begin with:"));
    g_string_append(text, "  msgrctl keys new\n"
                          "  msgrctl apps register --name Chess --url https://example.org/chess\n"
                          "  msgrctl invite bob --app Chess --data hello --wait\n\n");
    g_string_append_printf(
        text, "%s\n",
        _("\"msgrctl VERB --help\" tells more of each verb, msgrctl(1) of all of them."));
    return g_string_free(text, FALSE);
}

/**
 * msgr_ctl_help_word:
 * @word: that of which a verb has two
 * @general: the options that every verb has
 *
 * Returns: (nullable): the help of all verbs that begin with @word; NULL: there are none.
 */
char *
msgr_ctl_help_word(const char *word, const MsgrCtlOutput *output, const GOptionEntry *general)
{
    g_autoptr(GPtrArray) verbs = msgr_ctl_verbs_of_word(word);
    MsgrCtlVerbGroup group = { NULL, NULL };
    GString *text;

    if (verbs->len == 0)
        return NULL;
    g_ptr_array_add(verbs, NULL);
    group.verbs = (const MsgrCtlVerb *const *)verbs->pdata;
    text = g_string_new(NULL);
    g_string_append_printf(text, _("Usage: msgrctl %s VERB [ARGUMENT...]"), word);
    g_string_append(text, "\n\n");
    append_group(text, &group, widest_verb(&group, 1));
    append_title(text, output, _("Options of every verb:"));
    append_options(text, general, widest_option(general, 0));
    g_string_append_c(text, '\n');
    g_string_append_printf(text, _("\"msgrctl %s VERB --help\" tells more of each."), word);
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}

/* A line of the source for each line of the text, and a blank line between paragraphs. */
static void
append_description(GString *text, const MsgrCtlVerb *verb)
{
    g_string_append_printf(text, "\n%s.\n", _(verb->summary));
    if (verb->description != NULL)
        g_string_append_printf(text, "\n%s\n", _(verb->description));
}

static void
append_examples(GString *text, const MsgrCtlVerb *verb)
{
    g_auto(GStrv) lines = g_strsplit(verb->examples, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++)
        g_string_append_printf(text, "  %s\n", lines[i]);
}

/**
 * msgr_ctl_help_verb:
 * @general: the options that every verb has
 *
 * Returns: the help of @verb.
 */
char *
msgr_ctl_help_verb(const MsgrCtlVerb *verb, const MsgrCtlOutput *output,
                   const GOptionEntry *general)
{
    guint width = widest_option(general, widest_option(verb->entries, 0));
    g_autofree char *left = verb_left(verb);
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, _("Usage: msgrctl %s [OPTION...]"), left);
    g_string_append_c(text, '\n');
    append_description(text, verb);
    if (verb->entries != NULL) {
        append_title(text, output, _("Options:"));
        append_options(text, verb->entries, width);
    }
    append_title(text, output, _("Options of every verb:"));
    append_options(text, general, width);
    append_title(text, output, _("Examples:"));
    append_examples(text, verb);
    return g_string_free(text, FALSE);
}
