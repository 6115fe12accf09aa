/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-consent.h"

#include <glib/gi18n.h>

#include "msgr-agent-decisions.h"
#include "msgr-agent-text.h"
#include "msgr-names.h"

#define NOTICE_KIND "program"

struct _MsgrAgentConsent {
    MsgrAgentNotifier *notifier;
    MsgrAgentDecisions *decisions;
    GList *questions; /* of Question */
};

/* Somebody who waits for the user's word. */
typedef struct {
    char *key;
    MsgrAgentNotice *notice;
    MsgrAgentDecided decided;
    gpointer data;
} Question;

static void
question_free(Question *question)
{
    g_free(question->key);
    msgr_agent_notice_unref(question->notice);
    g_free(question);
}

/**
 * msgr_agent_consent_needs:
 * @application: as LaunchApplication or the property Applications tell of it
 *
 * Returns: whether it takes the user's consent to run it.
 */
gboolean
msgr_agent_consent_needs(GVariant *application)
{
    const char *path = msgr_agent_text_get(application, "Path");

    return *path != '\0' && !g_str_has_prefix(path, "/usr/") && !g_str_has_prefix(path, "/opt/") &&
           !g_str_equal(msgr_agent_text_get(application, "RegisteredBy"), MSGR_SYSTEM_APP_ID);
}

static MsgrAgentNotice *
new_notice(const char *key, const char *path, const char *name)
{
    g_autofree char *id = msgr_agent_notice_id(NOTICE_KIND, key);
    g_autofree char *shown = msgr_agent_text_line(path); /* one may be made to read as another */
    g_autofree char *body = g_strdup_printf(
        _("%s would be started from %s, which no package has put there."), name, shown);
    MsgrAgentNotice *notice = msgr_agent_notice_new(id, _("Run this program?"), body);

    notice->urgency = MSGR_URGENCY_HIGH;
    msgr_agent_notice_add_button(notice, _("Run"), "app.let-run",
                                 g_variant_new("(ssb)", key, path, TRUE));
    msgr_agent_notice_add_button(notice, _("Don't Run"), "app.let-run",
                                 g_variant_new("(ssb)", key, path, FALSE));
    return notice;
}

/**
 * msgr_agent_consent_ask:
 * @application: as for msgr_agent_consent_needs()
 * @again: ask also if it was refused before: the user has just asked for it
 *
 * Has @decided called, at once if the user has decided already.
 */
void
msgr_agent_consent_ask(MsgrAgentConsent *self, GVariant *application, gboolean again,
                       MsgrAgentDecided decided, gpointer data)
{
    const char *path = msgr_agent_text_get(application, "Path");
    const char *name = msgr_agent_text_get(application, "Name");
    g_autofree char *key = msgr_agent_decisions_key(path);
    MsgrDecision decision =
        key != NULL ? msgr_agent_decisions_get(self->decisions, key) : MSGR_DECISION_REFUSE;
    Question *question;

    /* A file that isn't there can't be judged; who puts one there a moment later runs nothing. Who
     * has just accepted hears of it when it is to be launched, for which it is asked once more. */
    if (key == NULL && again) {
        decided(TRUE, data);
        return;
    }
    if (decision == MSGR_DECISION_RUN || (decision == MSGR_DECISION_REFUSE && !again)) {
        decided(decision == MSGR_DECISION_RUN, data);
        return;
    }
    question = g_new0(Question, 1);
    question->key = g_steal_pointer(&key);
    question->notice = new_notice(question->key, path, name);
    question->decided = decided;
    question->data = data;
    self->questions = g_list_append(self->questions, question);
    msgr_agent_notifier_show(self->notifier, question->notice);
}

/**
 * msgr_agent_consent_cancel:
 *
 * Who asked with this @data does not wait any more. The user may decide all the same.
 */
void
msgr_agent_consent_cancel(MsgrAgentConsent *self, gpointer data)
{
    GList *next;

    for (GList *link = self->questions; link != NULL; link = next) {
        Question *question = link->data;

        next = link->next;
        if (question->data != data)
            continue;
        self->questions = g_list_delete_link(self->questions, link);
        question_free(question);
    }
}

/**
 * msgr_agent_consent_show_again:
 *
 * Shows what the user has yet to decide once more: it may have been put away.
 */
void
msgr_agent_consent_show_again(MsgrAgentConsent *self)
{
    for (GList *link = self->questions; link != NULL; link = link->next) {
        Question *question = link->data;

        msgr_agent_notifier_withdraw(self->notifier, question->notice->id);
        msgr_agent_notifier_show(self->notifier, question->notice);
    }
}

/* Whoever is told may ask the next question. */
static void
tell_those_who_wait(MsgrAgentConsent *self, const char *key, gboolean may_run)
{
    GList *link = self->questions;

    while (link != NULL) {
        Question *question = link->data;

        if (!g_str_equal(question->key, key)) {
            link = link->next;
            continue;
        }
        self->questions = g_list_delete_link(self->questions, link);
        question->decided(may_run, question->data);
        question_free(question);
        link = self->questions;
    }
}

/**
 * msgr_agent_consent_decide:
 * @key: what the user was asked about; if there is another file by now, nothing is decided
 */
void
msgr_agent_consent_decide(MsgrAgentConsent *self, const char *key, const char *path,
                          gboolean may_run)
{
    g_autofree char *id = msgr_agent_notice_id(NOTICE_KIND, key);
    g_autofree char *now = msgr_agent_decisions_key(path);
    gboolean is_same = g_strcmp0(now, key) == 0;

    msgr_agent_notifier_withdraw(self->notifier, id);
    if (is_same)
        msgr_agent_decisions_put(self->decisions, key, path,
                                 may_run ? MSGR_DECISION_RUN : MSGR_DECISION_REFUSE);
    tell_those_who_wait(self, key, may_run && is_same);
}

MsgrAgentConsent *
msgr_agent_consent_new(MsgrAgentNotifier *notifier)
{
    MsgrAgentConsent *self = g_new0(MsgrAgentConsent, 1);

    self->notifier = notifier;
    self->decisions = msgr_agent_decisions_new();
    return self;
}

void
msgr_agent_consent_free(MsgrAgentConsent *self)
{
    g_list_free_full(self->questions, (GDestroyNotify)question_free);
    msgr_agent_decisions_free(self->decisions);
    g_free(self);
}
