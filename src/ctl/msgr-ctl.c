/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One run of the program: the bus, the key and the locks, as far as a verb needs them.
 */
#include "config.h"

#include "msgr-ctl.h"

#include <glib/gi18n.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-unlock.h"
#include "msgr-names.h"

MsgrCtl *
msgr_ctl_new(void)
{
    return g_new0(MsgrCtl, 1);
}

void
msgr_ctl_free(MsgrCtl *self)
{
    g_clear_pointer(&self->key, msgr_ctl_key_file_free);
    g_clear_pointer(&self->bus, msgr_ctl_bus_free);
    g_free(self->bus_option);
    g_free(self->key_option);
    g_free(self->subject);
    g_free(self);
}

/**
 * msgr_ctl_set_subject:
 * @subject: whom or what the next call is about, as the user named it
 */
void
msgr_ctl_set_subject(MsgrCtl *self, const char *subject)
{
    g_free(self->subject);
    self->subject = msgr_ctl_text_safe(subject);
}

/**
 * msgr_ctl_need_bus:
 *
 * Connects to the bus and looks for the service, if that wasn't done yet.
 */
gboolean
msgr_ctl_need_bus(MsgrCtl *self, GError **error)
{
    if (self->bus == NULL)
        self->bus = msgr_ctl_bus_open(self->bus_option, error);
    return self->bus != NULL;
}

/**
 * msgr_ctl_need_key:
 *
 * Looks for the key, if that wasn't done yet. That there is none isn't a failure: a share may do.
 */
gboolean
msgr_ctl_need_key(MsgrCtl *self, GError **error)
{
    g_autoptr(GError) local_error = NULL;

    if (self->key != NULL)
        return TRUE;
    self->key = msgr_ctl_key_file_find(self->key_option, &local_error);
    if (self->key != NULL && msgr_ctl_key_file_is_exposed(self->key))
        msgr_ctl_output_warn(&self->output, _("others can read your key: chmod 600 %s"),
                             self->key->path);
    if (local_error == NULL || g_error_matches(local_error, MSGR_CTL_ERROR, MSGR_CTL_ERROR_NO_KEY))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&local_error));
    return FALSE;
}

/**
 * msgr_ctl_need_sessions:
 *
 * Unlocks the session manager for this run.
 */
gboolean
msgr_ctl_need_sessions(MsgrCtl *self, GError **error)
{
    return msgr_ctl_need_bus(self, error) && msgr_ctl_need_key(self, error) &&
           msgr_ctl_unlock(self->bus, MSGR_SESSION_MANAGER_PATH, self->key, error);
}

/* A user's own key tells what it is good for; what a package ships doesn't, and is tried. */
static gboolean
key_opens_private(MsgrCtl *self)
{
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariantIter) iter = NULL;
    GVariant *entry;
    gboolean opens = TRUE;

    if (self->key == NULL)
        return FALSE;
    reply = msgr_ctl_bus_call_keys(self->bus, "ListKeys", NULL, "(aa{sv})", NULL);
    if (reply == NULL)
        return TRUE;
    g_variant_get(reply, "(aa{sv})", &iter);
    while ((entry = g_variant_iter_next_value(iter)) != NULL) {
        g_autofree const char **capabilities = NULL;

        if (g_str_equal(msgr_ctl_dict_string(entry, "Id"), self->key->id) &&
            g_variant_lookup(entry, "Capabilities", "^a&s", &capabilities))
            opens = g_strv_contains(capabilities, "private");
        g_variant_unref(entry);
    }
    return opens;
}

/**
 * msgr_ctl_try_private:
 *
 * Unlocks the private object too, if the key is good for it.
 *
 * Returns: whether it is unlocked.
 */
gboolean
msgr_ctl_try_private(MsgrCtl *self)
{
    g_autoptr(GError) error = NULL;

    if (!key_opens_private(self))
        return FALSE;
    if (msgr_ctl_unlock(self->bus, MSGR_PRIVATE_PATH, self->key, &error))
        return TRUE;
    g_debug("the private object stays locked: %s", error->message);
    return FALSE;
}

/**
 * msgr_ctl_need_private:
 *
 * Unlocks the private object for this run, and nothing else.
 */
gboolean
msgr_ctl_need_private(MsgrCtl *self, GError **error)
{
    if (!msgr_ctl_need_bus(self, error) || !msgr_ctl_need_key(self, error))
        return FALSE;
    if (self->key == NULL || key_opens_private(self))
        return msgr_ctl_unlock(self->bus, MSGR_PRIVATE_PATH, self->key, error);
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_BAD_KEY,
                       _("A key that has it: msgrctl keys new --force"),
                       _("This takes a key with the capability private, which yours lacks"));
    return FALSE;
}

/**
 * msgr_ctl_need_quietly:
 *
 * Unlocks the private object, which does without being there: who only looks at the contacts should
 * not be seen coming and going. A key that isn't good for it has to unlock the session manager.
 *
 * Returns: (nullable): the path of what is unlocked.
 */
const char *
msgr_ctl_need_quietly(MsgrCtl *self, GError **error)
{
    if (!msgr_ctl_need_bus(self, error) || !msgr_ctl_need_key(self, error))
        return NULL;
    if (msgr_ctl_try_private(self))
        return MSGR_PRIVATE_PATH;
    return msgr_ctl_need_sessions(self, error) ? MSGR_SESSION_MANAGER_PATH : NULL;
}

/**
 * msgr_ctl_call_sessions:
 *
 * Calls a method of the session manager, which must have been unlocked, and waits for the reply.
 */
GVariant *
msgr_ctl_call_sessions(MsgrCtl *self, const char *method, GVariant *args, const char *reply_type,
                       GError **error)
{
    return msgr_ctl_bus_call(self->bus, MSGR_SESSION_MANAGER_PATH, MSGR_SESSION_MANAGER_IFACE,
                             method, args, reply_type, error);
}
