/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a user sets for itself: its name, its status, whether it is signed in.
 */
#include "msgr-account.h"
#include "msgr-client.h"
#include "msgr-presence.h"

#define LOCAL_NAME "This computer"

/**
 * msgr_user_set_friendly_name:
 * @name: "" for the user database's again
 */
void
msgr_user_set_friendly_name(MsgrUser *self, const char *name)
{
    msgr_turn_touch(self->model->turn, self);
    msgr_string_set(&self->data.friendly_name, *name == '\0' ? NULL : name);
}

/**
 * msgr_user_check_status:
 * @status: a MISTATUS
 *
 * Returns: whether somebody who is there can set it: not UNKNOWN, not OFFLINE.
 *
 * Errors: MSGR_ERROR_INVALID_ARGS.
 */
gboolean
msgr_user_check_status(guint32 status, GError **error)
{
    static const guint32 settable[] = {
        MSGR_STATUS_ONLINE,        MSGR_STATUS_INVISIBLE,    MSGR_STATUS_BUSY,
        MSGR_STATUS_BE_RIGHT_BACK, MSGR_STATUS_IDLE,         MSGR_STATUS_AWAY,
        MSGR_STATUS_ON_THE_PHONE,  MSGR_STATUS_OUT_TO_LUNCH,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(settable); i++) {
        if (settable[i] == status)
            return TRUE;
    }
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "0x%x is no status that can be set",
                status);
    return FALSE;
}

/**
 * msgr_user_set_status:
 * @status: one that msgr_user_check_status() lets pass
 */
void
msgr_user_set_status(MsgrUser *self, guint32 status)
{
    msgr_turn_touch(self->model->turn, self);
    if (self->data.status != status)
        msgr_presence_changed(self);
    self->data.status = status;
}

/* Who is signed in or not may be known to every client of the user: its locks tell the same. */
void
msgr_user_signal_all(MsgrUser *self, const char *name, GVariant *args)
{
    GHashTableIter iter;
    gpointer client;

    g_variant_ref_sink(args);
    g_hash_table_iter_init(&iter, self->clients);
    while (g_hash_table_iter_next(&iter, &client, NULL))
        msgr_client_signal(client, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, name, args);
    g_variant_unref(args);
}

/**
 * msgr_user_sign_in:
 * @client: who asked for it: it is told, also if there was nothing to do
 *
 * Signs in to `local`: the locks can be opened again.
 */
void
msgr_user_sign_in(MsgrUser *self, MsgrClient *client)
{
    GVariant *args = g_variant_new("(us)", 0, MSGR_LOCAL_SERVICE);

    if (self->data.signed_in) {
        msgr_client_signal(client, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "OnSignin", args);
        return;
    }
    msgr_turn_touch(self->model->turn, self);
    self->data.signed_in = TRUE;
    msgr_user_signal_all(self, "OnSignin", args);
    msgr_lock_tell_user(self);
    msgr_presence_changed(self);
}

/**
 * msgr_user_set_share:
 * @app_id: (nullable): what the clients count as; %NULL: nothing is shared any more
 * @seconds: for how long
 *
 * Lends @object to all clients of the user. The caller tells them.
 */
void
msgr_user_set_share(MsgrUser *self, MsgrLockable object, const char *app_id, guint seconds)
{
    MsgrShare *share = &self->data.shares[object];
    const gint64 lasts = (gint64)seconds * G_USEC_PER_SEC;

    msgr_turn_touch(self->model->turn, self);
    msgr_string_set(&share->app_id, app_id);
    share->until = app_id == NULL ? 0 : msgr_model_wall(self->model) + lasts;
    share->until_boot = app_id == NULL ? 0 : msgr_model_now(self->model) + lasts;
}

/* Signed in nowhere: every lock of the user's shuts, and so does what is shared. */
static void
shut_everything(MsgrUser *self)
{
    g_autoptr(GList) clients = g_hash_table_get_keys(self->clients);

    for (int i = 0; i < MSGR_N_LOCKABLES; i++)
        msgr_user_set_share(self, i, NULL, 0);
    for (GList *l = clients; l != NULL; l = l->next)
        msgr_lock_shut(l->data);
}

/**
 * msgr_user_services_changed:
 *
 * The user has been signed in to one of its services, or out of it. Signing out of the last locks.
 */
void
msgr_user_services_changed(MsgrUser *self)
{
    if (!msgr_user_is_signed_in(self))
        shut_everything(self);
    msgr_lock_tell_user(self);
    msgr_user_presence_changed(self);
    msgr_presence_changed(self);
}

/**
 * msgr_user_sign_out:
 *
 * Signs out of `local`.
 */
void
msgr_user_sign_out(MsgrUser *self)
{
    if (!self->data.signed_in)
        return;
    msgr_turn_touch(self->model->turn, self);
    self->data.signed_in = FALSE;
    msgr_user_signal_all(self, "OnSignout", g_variant_new("(s)", MSGR_LOCAL_SERVICE));
    msgr_user_services_changed(self);
}

/**
 * msgr_user_is_signed_in:
 *
 * Returns: whether the user is signed in to any service.
 */
gboolean
msgr_user_is_signed_in(MsgrUser *self)
{
    GHashTableIter iter;
    gpointer account;

    if (self->data.signed_in)
        return TRUE;
    g_hash_table_iter_init(&iter, self->accounts);
    while (g_hash_table_iter_next(&iter, NULL, &account)) {
        if (msgr_account_is_online(account))
            return TRUE;
    }
    return FALSE;
}

/**
 * msgr_user_services:
 *
 * Returns: (transfer floating): a(ssssu), what Messenger1.ListServices answers.
 */
GVariant *
msgr_user_services(MsgrUser *self)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ssssu)"));
    g_variant_builder_add(&builder, "(ssssu)", MSGR_LOCAL_SERVICE, LOCAL_NAME, self->data.name,
                          msgr_user_friendly_name(self),
                          self->data.signed_in ? self->data.status : MSGR_STATUS_OFFLINE);
    msgr_account_list(self, &builder);
    return g_variant_builder_end(&builder);
}

/**
 * msgr_user_describe_services:
 *
 * Returns: (transfer floating): a(sa{sv}), what Messenger1.DescribeServices answers.
 */
GVariant *
msgr_user_describe_services(MsgrUser *self)
{
    const guint32 status = self->data.signed_in ? self->data.status : MSGR_STATUS_OFFLINE;
    GVariantBuilder builder, local;

    g_variant_builder_init(&local, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&local, "{sv}", "Name", g_variant_new_string(LOCAL_NAME));
    g_variant_builder_add(&local, "{sv}", "SigninName", g_variant_new_string(self->data.name));
    g_variant_builder_add(&local, "{sv}", "FriendlyName",
                          g_variant_new_string(msgr_user_friendly_name(self)));
    g_variant_builder_add(&local, "{sv}", "Status", g_variant_new_uint32(status));
    g_variant_builder_add(&local, "{sv}", "Wanted", g_variant_new_boolean(self->data.signed_in));
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sa{sv})"));
    g_variant_builder_add(&builder, "(sa{sv})", MSGR_LOCAL_SERVICE, &local);
    msgr_account_describe(self, &builder);
    return g_variant_builder_end(&builder);
}
