/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-chooser.h"

#include <glib/gi18n.h>

#include "msgr-agent-choice.h"
#include "msgr-agent-environment.h"
#include "msgr-agent-question.h"
#include "msgr-agent-text.h"
#include "msgr-error.h"
#include "msgr-names.h"

struct _MsgrAgentChooser {
    MsgrAgentService *service;
    GHashTable *choices; /* session -> Choice */
};

/* A window that is open. */
typedef struct {
    MsgrAgentChooser *chooser;
    char *session;
    GDBusMethodInvocation *invocation;
    MsgrAgentChoice *window;
} Choice;

static void
choice_free(gpointer data)
{
    Choice *choice = data;

    if (choice->invocation != NULL)
        g_dbus_method_invocation_return_error(choice->invocation, MSGR_ERROR,
                                              MSGR_ERROR_NO_USER_INVITED,
                                              "The user has chosen nobody");
    g_clear_pointer(&choice->window, msgr_agent_choice_free);
    g_free(choice->session);
    g_free(choice);
}

/* Returns: (nullable): the window that it was asked for, which may be closed. */
static Choice *
question_choice(const MsgrAgentQuestion *question)
{
    const MsgrAgentChooser *self = question->asker;

    return g_hash_table_lookup(self->choices, question->about);
}

static void
finish(Choice *choice, const char *contact)
{
    g_dbus_method_invocation_return_value(g_steal_pointer(&choice->invocation),
                                          g_variant_new("(o)", contact));
    g_hash_table_remove(choice->chooser->choices, choice->session);
}

static void
got_contacts(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MsgrAgentQuestion) question = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, &error);
    g_autoptr(GVariant) contacts = NULL;
    Choice *choice = question_choice(question);

    if (choice == NULL)
        return;
    if (reply == NULL) {
        g_info("There is no contact list: %s", error->message);
        return;
    }
    g_variant_get(reply, "(@a(oa{sv}))", &contacts);
    msgr_agent_choice_set_contacts(choice->window, contacts);
}

static void
got_contact(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MsgrAgentQuestion) question = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, &error);
    Choice *choice = question_choice(question);
    const char *path;

    if (choice == NULL)
        return;
    if (reply == NULL) {
        msgr_agent_choice_set_error(choice->window,
                                    g_error_matches(error, MSGR_ERROR, MSGR_ERROR_NOT_FOUND)
                                        ? _("There is nobody of this name.")
                                        : _("The messenger service can't tell who that is."));
        return;
    }
    g_variant_get(reply, "(&o)", &path);
    finish(choice, path);
}

/* What comes from the window */

static void
chose_contact(const char *path, gpointer data)
{
    finish(data, path);
}

static void
chose_name(const char *name, const char *service, gpointer data)
{
    Choice *choice = data;

    msgr_agent_service_call(choice->chooser->service, MSGR_BUS_NAME, MSGR_ROOT_PATH,
                            MSGR_MESSENGER_IFACE, "GetContact",
                            g_variant_new("(ss)", name, service), "(o)", got_contact,
                            msgr_agent_question_new(choice->chooser, choice->session, NULL));
}

static void
closed(gpointer data)
{
    Choice *choice = data;

    g_hash_table_remove(choice->chooser->choices, choice->session);
}

/**
 * msgr_agent_chooser_choose:
 * @details: as those of ChooseContact
 * @invocation: (transfer full): is answered when the user has chosen, or closed the window
 */
void
msgr_agent_chooser_choose(MsgrAgentChooser *self, const char *session, GVariant *details,
                          GDBusMethodInvocation *invocation)
{
    static const MsgrAgentChoiceCallbacks callbacks = { chose_contact, chose_name, closed };
    g_autofree char *host = msgr_agent_text_host(msgr_agent_text_get(details, "ApplicationUrl"));
    g_autoptr(GError) error = NULL;
    Choice *choice = g_new0(Choice, 1);

    choice->chooser = self;
    choice->session = g_strdup(session);
    choice->invocation = invocation;
    g_hash_table_replace(self->choices, choice->session, choice);
    choice->window = msgr_agent_choice_new(msgr_agent_text_get(details, "ApplicationName"), host,
                                           msgr_agent_text_get(details, "ActivationToken"),
                                           &callbacks, choice, &error);
    if (choice->window == NULL) {
        g_warning("Nobody can be chosen: %s", error->message);
        g_hash_table_remove(self->choices, session);
        return;
    }
    msgr_agent_service_call(self->service, MSGR_BUS_NAME, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE,
                            "ListContacts", g_variant_new("()"), "(a(oa{sv}))", got_contacts,
                            msgr_agent_question_new(self, session, NULL));
}

void
msgr_agent_chooser_withdraw(MsgrAgentChooser *self, const char *session)
{
    g_hash_table_remove(self->choices, session);
}

void
msgr_agent_chooser_withdraw_all(MsgrAgentChooser *self)
{
    g_hash_table_remove_all(self->choices);
}

/* A contact has come or gone, or is another one now: every window shows the list as it is. */
static void
contacts_changed(MsgrAgentService *service, gpointer data)
{
    MsgrAgentChooser *self = data;
    g_autofree gpointer *sessions = g_hash_table_get_keys_as_array(self->choices, NULL);

    for (guint i = 0; sessions[i] != NULL; i++)
        msgr_agent_service_call(self->service, MSGR_BUS_NAME, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE,
                                "ListContacts", g_variant_new("()"), "(a(oa{sv}))", got_contacts,
                                msgr_agent_question_new(self, sessions[i], NULL));
}

MsgrAgentChooser *
msgr_agent_chooser_new(MsgrAgentService *service)
{
    MsgrAgentChooser *self = g_new0(MsgrAgentChooser, 1);

    self->service = g_object_ref(service);
    self->choices = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, choice_free);
    g_signal_connect(service, "contacts-changed", G_CALLBACK(contacts_changed), self);
    return self;
}

void
msgr_agent_chooser_free(MsgrAgentChooser *self)
{
    g_signal_handlers_disconnect_by_data(self->service, self);
    g_hash_table_unref(self->choices);
    g_object_unref(self->service);
    g_free(self);
}
