/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-ctl.h"

G_BEGIN_DECLS

/**
 * MsgrCtlVerb:
 *
 * One thing that msgrctl can be told to do. @run gets the arguments without the verb and without
 * options; if it sets an error, that is printed, and its result doesn't matter.
 */
typedef struct {
    const char *name;        /* one word or two */
    const char *args;        /* as in the usage line; translated */
    const char *summary;     /* in the list of verbs; translated */
    const char *description; /* in the verb's own help; translated; may be NULL */
    const char *examples;    /* lines, the same in every language */
    guint min_args;
    guint max_args;
    const GOptionEntry *entries; /* may be NULL */
    int (*run)(MsgrCtl *ctl, char **args, GError **error);
} MsgrCtlVerb;

typedef struct {
    const char *title; /* translated */
    const MsgrCtlVerb *const *verbs;
} MsgrCtlVerbGroup;

extern const MsgrCtlVerb msgr_ctl_verb_status;
extern const MsgrCtlVerb msgr_ctl_verb_watch;
extern const MsgrCtlVerb msgr_ctl_verb_sessions;
extern const MsgrCtlVerb msgr_ctl_verb_show;
extern const MsgrCtlVerb msgr_ctl_verb_invite;
extern const MsgrCtlVerb msgr_ctl_verb_accept;
extern const MsgrCtlVerb msgr_ctl_verb_decline;
extern const MsgrCtlVerb msgr_ctl_verb_cancel;
extern const MsgrCtlVerb msgr_ctl_verb_send;
extern const MsgrCtlVerb msgr_ctl_verb_contacts_list;
extern const MsgrCtlVerb msgr_ctl_verb_contacts_show;
extern const MsgrCtlVerb msgr_ctl_verb_contacts_watch;
extern const MsgrCtlVerb msgr_ctl_verb_contacts_add;
extern const MsgrCtlVerb msgr_ctl_verb_contacts_remove;
extern const MsgrCtlVerb msgr_ctl_verb_contacts_block;
extern const MsgrCtlVerb msgr_ctl_verb_contacts_unblock;
extern const MsgrCtlVerb msgr_ctl_verb_contacts_requests;
extern const MsgrCtlVerb msgr_ctl_verb_contacts_accept;
extern const MsgrCtlVerb msgr_ctl_verb_contacts_refuse;
extern const MsgrCtlVerb msgr_ctl_verb_me_status;
extern const MsgrCtlVerb msgr_ctl_verb_me_name;
extern const MsgrCtlVerb msgr_ctl_verb_me_policy;
extern const MsgrCtlVerb msgr_ctl_verb_alerts_watch;
extern const MsgrCtlVerb msgr_ctl_verb_alerts_publish;
extern const MsgrCtlVerb msgr_ctl_verb_apps_list;
extern const MsgrCtlVerb msgr_ctl_verb_apps_register;
extern const MsgrCtlVerb msgr_ctl_verb_apps_unregister;
extern const MsgrCtlVerb msgr_ctl_verb_keys_new;
extern const MsgrCtlVerb msgr_ctl_verb_keys_list;
extern const MsgrCtlVerb msgr_ctl_verb_keys_remove;
extern const MsgrCtlVerb msgr_ctl_verb_unlock;
extern const MsgrCtlVerb msgr_ctl_verb_lock;
extern const MsgrCtlVerb msgr_ctl_verb_signin;
extern const MsgrCtlVerb msgr_ctl_verb_signout;

extern const MsgrCtlVerb msgr_ctl_verb_account_add;
extern const MsgrCtlVerb msgr_ctl_verb_account_list;
extern const MsgrCtlVerb msgr_ctl_verb_account_remove;
extern const MsgrCtlVerb msgr_ctl_verb_account_test;

const MsgrCtlVerbGroup *msgr_ctl_verb_groups(gsize *n_groups);
GPtrArray *msgr_ctl_verbs_of_word(const char *word);
const MsgrCtlVerb *msgr_ctl_verb_find(char **words, guint *n_words, GError **error);

G_END_DECLS
