/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The names behind object paths, asked for without waiting.
 */
#include "config.h"

#include "msgr-ctl-directory.h"

#include "msgr-ctl-session.h"
#include "msgr-names.h"

struct _MsgrCtlDirectory {
    MsgrCtl *ctl;
    GHashTable *names; /* path -> name; "" if there is none to be had */
    GHashTable *asked; /* set of paths */
    GCancellable *cancellable;
    void (*changed)(gpointer data);
    gpointer data;
};

typedef struct {
    MsgrCtlDirectory *directory;
    char *path; /* what was asked for */
} Question;

static void
question_free(Question *self)
{
    g_free(self->path);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Question, question_free)

/**
 * msgr_ctl_directory_new:
 * @changed: called when a name that was asked for is known, or known not to be had
 */
MsgrCtlDirectory *
msgr_ctl_directory_new(MsgrCtl *ctl, void (*changed)(gpointer data), gpointer data)
{
    MsgrCtlDirectory *self = g_new0(MsgrCtlDirectory, 1);

    self->ctl = ctl;
    self->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->cancellable = g_cancellable_new();
    self->changed = changed;
    self->data = data;
    return self;
}

void
msgr_ctl_directory_free(MsgrCtlDirectory *self)
{
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_hash_table_unref(self->names);
    g_hash_table_unref(self->asked);
    g_free(self);
}

/**
 * msgr_ctl_directory_get:
 * @path: a session's or a contact's; all others have no name
 *
 * Returns: (nullable): the name; "" if there is none to be had, %NULL if it isn't known yet.
 */
const char *
msgr_ctl_directory_get(MsgrCtlDirectory *self, const char *path)
{
    if (!g_str_has_prefix(path, MSGR_SESSION_PREFIX) &&
        !g_str_has_prefix(path, MSGR_CONTACT_PREFIX))
        return "";
    return g_hash_table_lookup(self->names, path);
}

/**
 * msgr_ctl_directory_set:
 *
 * Tells the directory a name that something else has brought along.
 */
void
msgr_ctl_directory_set(MsgrCtlDirectory *self, const char *path, const char *name)
{
    g_hash_table_replace(self->names, g_strdup(path), g_strdup(name));
}

/**
 * msgr_ctl_directory_forget:
 * @path: a session that has ended
 */
void
msgr_ctl_directory_forget(MsgrCtlDirectory *self, const char *path)
{
    g_hash_table_remove(self->names, path);
}

static void
settle(MsgrCtlDirectory *self, const char *path, const char *name)
{
    msgr_ctl_directory_set(self, path, name);
    g_hash_table_remove(self->asked, path);
    self->changed(self->data);
}

/* Returns: (nullable): the properties that an answer to GetAll brought; %NULL too when the
 * directory is no more, which @cancelled tells. */
static GVariant *
take_properties(GAsyncResult *result, gboolean *cancelled)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = msgr_ctl_bus_call_finish(result, &error);

    *cancelled = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    if (reply == NULL || !g_variant_is_of_type(reply, G_VARIANT_TYPE("(a{sv})")))
        return NULL;
    return g_variant_get_child_value(reply, 0);
}

static void
on_contact(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Question) question = data;
    gboolean cancelled;
    g_autoptr(GVariant) contact = take_properties(result, &cancelled);
    g_autofree char *name = contact != NULL ? msgr_ctl_contact_name(contact) : g_strdup("");

    if (!cancelled)
        settle(question->directory, question->path, name);
}

static void
ask_contact(Question *question, const char *path)
{
    MsgrCtlDirectory *self = question->directory;

    msgr_ctl_bus_call_async(self->ctl->bus, path, "org.freedesktop.DBus.Properties", "GetAll",
                            g_variant_new("(s)", MSGR_CONTACT_IFACE), self->cancellable, on_contact,
                            question);
}

static void
on_session(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(Question) question = data;
    gboolean cancelled;
    g_autoptr(GVariant) session = take_properties(result, &cancelled);
    const char *contact = session != NULL ? msgr_ctl_dict_string(session, "User") : "";

    if (cancelled)
        return;
    if (g_str_has_prefix(contact, MSGR_CONTACT_PREFIX))
        ask_contact(g_steal_pointer(&question), contact);
    else
        settle(question->directory, question->path, "");
}

/**
 * msgr_ctl_directory_ask:
 * @path: a session or a contact whose name isn't known
 *
 * Asks the service, unless that was done already.
 */
void
msgr_ctl_directory_ask(MsgrCtlDirectory *self, const char *path)
{
    Question *question;

    if (!g_hash_table_add(self->asked, g_strdup(path)))
        return;
    question = g_new0(Question, 1);
    question->directory = self;
    question->path = g_strdup(path);
    if (g_str_has_prefix(path, MSGR_CONTACT_PREFIX)) {
        ask_contact(question, path);
        return;
    }
    msgr_ctl_bus_call_async(self->ctl->bus, path, "org.freedesktop.DBus.Properties", "GetAll",
                            g_variant_new("(s)", MSGR_SESSION_IFACE), self->cancellable, on_session,
                            question);
}
