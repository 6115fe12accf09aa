/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session, and how it is kept over a restart of this process.
 */
#include "msgr-xmpp-session.h"

#include <string.h>

#include "msgr-guid.h"
#include "msgr-xmpp-call.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-jingle.h"

MsgrXmppSession *
msgr_xmpp_session_new(const char *guid, const char *peer, gboolean is_inviter, MsgrXmppPhase phase)
{
    MsgrXmppSession *self = g_new0(MsgrXmppSession, 1);

    self->guid = g_strdup(guid);
    self->sid = msgr_xmpp_jingle_sid_of(guid);
    self->peer = g_strdup(peer);
    self->is_inviter = is_inviter;
    self->phase = phase;
    self->targets = g_ptr_array_new_with_free_func(g_free);
    return self;
}

void
msgr_xmpp_session_free(MsgrXmppSession *self)
{
    if (self->call != NULL) {
        g_autoptr(GError) error =
            g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "the session is over");

        msgr_xmpp_session_answer_call(self, error);
    }
    g_clear_handle_id(&self->gone_timer, g_source_remove);
    g_free(self->guid);
    g_free(self->sid);
    g_free(self->peer);
    g_free(self->device);
    g_ptr_array_unref(self->targets);
    g_clear_pointer(&self->invitation, g_variant_unref);
    g_free(self->app_data);
    g_free(self);
}

/**
 * msgr_xmpp_session_key:
 *
 * A session is named by its ID and the other party together: nobody's ID is anybody else's.
 */
char *
msgr_xmpp_session_key(const char *guid, const char *peer)
{
    return g_strdup_printf("%s %s", guid, peer);
}

void
msgr_xmpp_session_set_device(MsgrXmppSession *self, const char *device)
{
    g_free(self->device);
    self->device = g_strdup(device);
}

/**
 * msgr_xmpp_session_answer_call:
 * @error: (nullable)
 *
 * Answers the call that waits, if one does.
 */
void
msgr_xmpp_session_answer_call(MsgrXmppSession *self, const GError *error)
{
    GDBusMethodInvocation *call = g_steal_pointer(&self->call);

    g_clear_handle_id(&self->call_timer, g_source_remove);
    g_clear_pointer(&self->app_data, g_free);
    if (call == NULL)
        return;
    if (error != NULL)
        msgr_xmpp_call_fail(call, error);
    else
        msgr_xmpp_call_done(call);
}

/* A name may have brackets in it; that of a group in a file may not. */
void
msgr_xmpp_session_write(const MsgrXmppSession *self, GKeyFile *file)
{
    g_autofree char *peer = g_uri_escape_string(self->peer, "@", TRUE);
    g_autofree char *group = msgr_xmpp_session_key(self->guid, peer);

    g_key_file_set_boolean(file, group, "Inviter", self->is_inviter);
    g_key_file_set_integer(file, group, "Phase", (int)self->phase);
    if (self->device != NULL)
        g_key_file_set_string(file, group, "Device", self->device);
    if (self->targets->len > 0)
        g_key_file_set_string_list(file, group, "Targets",
                                   (const char *const *)self->targets->pdata, self->targets->len);
    if (self->invitation != NULL) {
        g_autofree char *text = g_variant_print(self->invitation, TRUE);

        g_key_file_set_string(file, group, "Invitation", text);
    }
}

static void
read_details(MsgrXmppSession *self, GKeyFile *file, const char *group)
{
    g_auto(GStrv) targets = g_key_file_get_string_list(file, group, "Targets", NULL, NULL);
    g_autofree char *text = g_key_file_get_string(file, group, "Invitation", NULL);

    self->device = g_key_file_get_string(file, group, "Device", NULL);
    for (guint i = 0; targets != NULL && targets[i] != NULL; i++)
        g_ptr_array_add(self->targets, g_strdup(targets[i]));
    if (text != NULL)
        self->invitation = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
}

/**
 * msgr_xmpp_session_read:
 *
 * Returns: (nullable): NULL if that is none.
 */
MsgrXmppSession *
msgr_xmpp_session_read(GKeyFile *file, const char *group)
{
    g_auto(GStrv) parts = g_strsplit(group, " ", 2);
    g_autofree char *peer =
        g_strv_length(parts) == 2 ? g_uri_unescape_string(parts[1], NULL) : NULL;
    int phase = g_key_file_get_integer(file, group, "Phase", NULL);
    MsgrXmppSession *self;

    if (peer == NULL || !msgr_guid_is_valid(parts[0]) || !msgr_xmpp_jid_is_account(peer) ||
        phase < 0 || phase > MSGR_XMPP_PHASE_ACTIVE)
        return NULL;
    self = msgr_xmpp_session_new(
        parts[0], peer, g_key_file_get_boolean(file, group, "Inviter", NULL), (MsgrXmppPhase)phase);
    self->is_restored = TRUE;
    self->is_delivered = TRUE;
    read_details(self, file, group);
    return self;
}
