/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-connector-deliveries.h"

#include "msgr-account.h"
#include "msgr-options.h"
#include "msgr-remote.h"

static gboolean
need(const char *value, const char *key, GError **error)
{
    if (value != NULL)
        return TRUE;
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "%s is missing", key);
    return FALSE;
}

static gboolean
get_invitation(GVariant *details, MsgrRemoteInvitation *invitation, GError **error)
{
    *invitation = (MsgrRemoteInvitation){ .app_data = "" };
    return msgr_options_string(details, "Application", &invitation->app, error) &&
           msgr_options_string(details, "ApplicationName", &invitation->app_name, error) &&
           msgr_options_string(details, "ApplicationUrl", &invitation->app_url, error) &&
           msgr_options_string(details, "AppData", &invitation->app_data, error) &&
           msgr_options_uint32(details, "Timeout", &invitation->timeout, error) &&
           need(invitation->app, "Application", error) &&
           need(invitation->app_name, "ApplicationName", error) &&
           need(invitation->app_url, "ApplicationUrl", error);
}

GVariant *
msgr_deliver_invitation(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) details = NULL;
    MsgrRemoteInvitation invitation;
    const char *id, *guid, *from;
    MsgrAccount *account;

    g_variant_get(args, "(&s&s&s@a{sv})", &id, &guid, &from, &details);
    if ((account = msgr_account_of(call->client, id, error)) == NULL ||
        !get_invitation(details, &invitation, error))
        return NULL;
    return msgr_handled(msgr_remote_deliver_invitation(account, guid, from, &invitation, error));
}

GVariant *
msgr_deliver_answer(MsgrCall *call, GVariant *args, GError **error)
{
    const char *id, *guid, *from, *app_data;
    MsgrAccount *account;
    gboolean accepted;

    g_variant_get(args, "(&s&s&sb&s)", &id, &guid, &from, &accepted, &app_data);
    account = msgr_account_of(call->client, id, error);
    return msgr_handled(account != NULL &&
                        msgr_remote_deliver_answer(account, guid, from, accepted, app_data, error));
}

GVariant *
msgr_deliver_app_not_present(MsgrCall *call, GVariant *args, GError **error)
{
    const char *id, *guid, *from;
    MsgrAccount *account;

    g_variant_get(args, "(&s&s&s)", &id, &guid, &from);
    account = msgr_account_of(call->client, id, error);
    return msgr_handled(account != NULL &&
                        msgr_remote_deliver_app_not_present(account, guid, from, error));
}

GVariant *
msgr_deliver_attached(MsgrCall *call, GVariant *args, GError **error)
{
    const char *id, *guid, *from, *address;
    MsgrAccount *account;

    g_variant_get(args, "(&s&s&s&s)", &id, &guid, &from, &address);
    account = msgr_account_of(call->client, id, error);
    return msgr_handled(account != NULL &&
                        msgr_remote_deliver_attached(account, guid, from, address, error));
}

GVariant *
msgr_deliver_context_data(MsgrCall *call, GVariant *args, GError **error)
{
    const char *id, *guid, *from, *data;
    MsgrAccount *account;

    g_variant_get(args, "(&s&s&s&s)", &id, &guid, &from, &data);
    account = msgr_account_of(call->client, id, error);
    return msgr_handled(account != NULL &&
                        msgr_remote_deliver_context_data(account, guid, from, data, error));
}

GVariant *
msgr_deliver_end(MsgrCall *call, GVariant *args, GError **error)
{
    const char *id, *guid, *from, *app_data;
    MsgrAccount *account;
    gboolean cancelled;
    guint32 hr;

    g_variant_get(args, "(&s&s&sbu&s)", &id, &guid, &from, &cancelled, &hr, &app_data);
    account = msgr_account_of(call->client, id, error);
    return msgr_handled(account != NULL && msgr_remote_deliver_end(account, guid, from, cancelled,
                                                                   hr, app_data, error));
}
