/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of verbs.
 */
#include "config.h"

#include "msgr-ctl-verb.h"

#include <glib/gi18n.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-text.h"

static const MsgrCtlVerb *const look[] = { &msgr_ctl_verb_status, &msgr_ctl_verb_watch,
                                           &msgr_ctl_verb_sessions, &msgr_ctl_verb_show, NULL };
static const MsgrCtlVerb *const contacts[] = { &msgr_ctl_verb_contacts_list,
                                               &msgr_ctl_verb_contacts_show,
                                               &msgr_ctl_verb_contacts_watch,
                                               &msgr_ctl_verb_contacts_add,
                                               &msgr_ctl_verb_contacts_remove,
                                               &msgr_ctl_verb_contacts_block,
                                               &msgr_ctl_verb_contacts_unblock,
                                               &msgr_ctl_verb_contacts_requests,
                                               &msgr_ctl_verb_contacts_accept,
                                               &msgr_ctl_verb_contacts_refuse,
                                               NULL };
static const MsgrCtlVerb *const me[] = { &msgr_ctl_verb_me_status, &msgr_ctl_verb_me_name,
                                         &msgr_ctl_verb_me_policy, NULL };
static const MsgrCtlVerb *const act[] = { &msgr_ctl_verb_invite,  &msgr_ctl_verb_accept,
                                          &msgr_ctl_verb_decline, &msgr_ctl_verb_cancel,
                                          &msgr_ctl_verb_send,    NULL };
static const MsgrCtlVerb *const alerts[] = { &msgr_ctl_verb_alerts_watch,
                                             &msgr_ctl_verb_alerts_publish, NULL };
static const MsgrCtlVerb *const apps[] = { &msgr_ctl_verb_apps_list, &msgr_ctl_verb_apps_register,
                                           &msgr_ctl_verb_apps_unregister, NULL };
static const MsgrCtlVerb *const keys[] = { &msgr_ctl_verb_keys_new,    &msgr_ctl_verb_keys_list,
                                           &msgr_ctl_verb_keys_remove, &msgr_ctl_verb_unlock,
                                           &msgr_ctl_verb_lock,        &msgr_ctl_verb_signin,
                                           &msgr_ctl_verb_signout,     NULL };

#if HAVE_XMPP
static const MsgrCtlVerb *const accounts[] = { &msgr_ctl_verb_account_add,
                                               &msgr_ctl_verb_account_list,
                                               &msgr_ctl_verb_account_remove,
                                               &msgr_ctl_verb_account_test, NULL };
#endif

static const MsgrCtlVerbGroup groups[] = {
    { N_("See what is going on:"), look },
    { N_("Invite and answer:"), act },
    { N_("Contacts:"), contacts },
    { N_("What others see of you:"), me },
    { N_("Alerts:"), alerts },
    { N_("Applications:"), apps },
    { N_("Keys, locks and signing in:"), keys },
#if HAVE_XMPP
    { N_("Accounts of networks:"), accounts },
#endif
};

/**
 * msgr_ctl_verb_groups:
 * @n_groups: (out): how many there are
 *
 * Returns: every verb, in groups.
 */
const MsgrCtlVerbGroup *
msgr_ctl_verb_groups(gsize *n_groups)
{
    *n_groups = G_N_ELEMENTS(groups);
    return groups;
}

static const MsgrCtlVerb *
find_name(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++) {
        for (guint j = 0; groups[i].verbs[j] != NULL; j++) {
            if (g_str_equal(groups[i].verbs[j]->name, name))
                return groups[i].verbs[j];
        }
    }
    return NULL;
}

/* "apps" alone has a plain meaning; what would change something has to be said. */
static const MsgrCtlVerb *
find_default(const char *word)
{
    g_autofree char *name = g_strconcat(word, " list", NULL);

    return find_name(name);
}

/**
 * msgr_ctl_verbs_of_word:
 *
 * Returns: (element-type MsgrCtlVerb): those of two words that begin with this one.
 */
GPtrArray *
msgr_ctl_verbs_of_word(const char *word)
{
    g_autofree char *prefix = g_strconcat(word, " ", NULL);
    GPtrArray *verbs = g_ptr_array_new();

    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++) {
        for (guint j = 0; groups[i].verbs[j] != NULL; j++) {
            if (g_str_has_prefix(groups[i].verbs[j]->name, prefix))
                g_ptr_array_add(verbs, (gpointer)groups[i].verbs[j]);
        }
    }
    return verbs;
}

static void
append_second_words(GString *list, const char *word)
{
    g_autoptr(GPtrArray) verbs = msgr_ctl_verbs_of_word(word);

    for (guint i = 0; i < verbs->len; i++)
        g_string_append_printf(list, "%s%s", i > 0 ? ", " : "",
                               ((const MsgrCtlVerb *)verbs->pdata[i])->name);
}

static void
set_unknown(char **words, GError **error)
{
    g_autoptr(GString) list = g_string_new(NULL);
    g_autofree char *said = NULL;
    g_autofree char *hint = NULL;

    append_second_words(list, words[0]);
    if (list->len > 0)
        hint = g_strdup_printf(_("There are: %s"), list->str);
    if (list->len > 0 && words[1] != NULL) {
        g_autofree char *both = g_strjoin(" ", words[0], words[1], NULL);

        said = msgr_ctl_text_safe(both);
    } else {
        said = msgr_ctl_text_safe(words[0]);
    }
    if (list->len > 0 && words[1] == NULL)
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, hint, _("%s: do what with them?"), said);
    else
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE,
                           hint != NULL ? hint : _("See them all: msgrctl --help"),
                           _("There is no verb %s"), said);
}

/**
 * msgr_ctl_verb_find:
 * @words: what the command line says behind the general options, at least one word
 * @n_words: (out): how many of them are the verb
 *
 * Returns: (nullable): the verb that @words begin with.
 */
const MsgrCtlVerb *
msgr_ctl_verb_find(char **words, guint *n_words, GError **error)
{
    const MsgrCtlVerb *verb = find_name(words[0]);

    *n_words = 1;
    if (verb == NULL && words[1] != NULL) {
        g_autofree char *two = g_strjoin(" ", words[0], words[1], NULL);

        verb = find_name(two);
        *n_words = verb != NULL ? 2 : 1;
    }
    if (verb == NULL && (words[1] == NULL || words[1][0] == '-'))
        verb = find_default(words[0]);
    if (verb == NULL)
        set_unknown(words, error);
    return verb;
}
