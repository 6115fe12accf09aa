/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * org.msgr.ConnectorManager1: the processes that bring networks to a user. It needs no unlocking:
 * the boundary is the user. What they deliver of sessions is in msgr-connector-deliveries.c.
 */
#include "msgr-account.h"
#include "msgr-connector-deliveries.h"
#include "msgr-interface-info.h"
#include "msgr-options.h"
#include "msgr-remote.h"
#include "msgr-roster.h"
#include "msgr-session-flow.h"
#include "msgr-text.h"

static gboolean
check_registration(const MsgrRegistration *r, GError **error)
{
    g_autofree char *name = NULL;

    if (r->id == NULL || r->name == NULL || r->signin_name == NULL)
        return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS, "Id, Name and SigninName must be given");
    name = msgr_roster_name(r->signin_name, error);
    return name != NULL && msgr_account_check_id(r->id, error) &&
           msgr_check_app_name(r->name, error) &&
           (r->friendly_name == NULL || msgr_check_friendly_name(r->friendly_name, error));
}

static GVariant *
register_connector(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) service = NULL;
    MsgrRegistration r = { 0 };
    const char *path;

    g_variant_get(args, "(&o@a{sv})", &path, &service);
    if (!msgr_options_string(service, "Id", &r.id, error) ||
        !msgr_options_string(service, "Name", &r.name, error) ||
        !msgr_options_string(service, "SigninName", &r.signin_name, error) ||
        !msgr_options_string(service, "FriendlyName", &r.friendly_name, error) ||
        !check_registration(&r, error))
        return NULL;
    return msgr_handled(msgr_account_register(call->client, path, &r, error));
}

static GVariant *
unregister_connector(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) options = NULL;
    gboolean forget = FALSE;
    MsgrAccount *account;
    const char *id;

    g_variant_get(args, "(&s@a{sv})", &id, &options);
    if ((account = msgr_account_of(call->client, id, error)) == NULL ||
        !msgr_options_boolean(options, "Forget", &forget, error))
        return NULL;
    msgr_account_unregister(account, forget);
    return g_variant_new("()");
}

static GVariant *
report_signed_in(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) details = NULL;
    const char *id, *address = NULL, *name = NULL;
    MsgrAccount *account;

    g_variant_get(args, "(&s@a{sv})", &id, &details);
    if ((account = msgr_account_of(call->client, id, error)) == NULL ||
        !msgr_options_string(details, "LocalAddress", &address, error) ||
        !msgr_options_string(details, "FriendlyName", &name, error) ||
        (address != NULL && !msgr_check_address(address, error)) ||
        (name != NULL && !msgr_check_friendly_name(name, error)))
        return NULL;
    return msgr_handled(msgr_account_signed_in(account, address, name, error));
}

static GVariant *
report_signed_out(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) details = NULL;
    const char *id, *message = "";
    gboolean will_retry = FALSE;
    MsgrAccount *account;
    guint32 hr;

    g_variant_get(args, "(&su@a{sv})", &id, &hr, &details);
    if ((account = msgr_account_of(call->client, id, error)) == NULL ||
        !msgr_session_check_hr(hr, error) ||
        !msgr_options_boolean(details, "WillRetry", &will_retry, error) ||
        !msgr_options_string(details, "Message", &message, error) ||
        !msgr_check_friendly_name(message, error))
        return NULL;
    msgr_account_told_signed_out(account, hr, will_retry, message);
    return g_variant_new("()");
}

typedef gboolean (*RosterFunc)(MsgrAccount *account, GVariant *contacts, GError **error);

static GVariant *
take_contacts(MsgrCall *call, GVariant *args, RosterFunc take, GError **error)
{
    g_autoptr(GVariant) contacts = NULL;
    MsgrAccount *account;
    const char *id;

    g_variant_get(args, "(&s@a(sa{sv}))", &id, &contacts);
    account = msgr_account_of(call->client, id, error);
    return msgr_handled(account != NULL && take(account, contacts, error));
}

static GVariant *
replace_contacts(MsgrCall *call, GVariant *args, GError **error)
{
    return take_contacts(call, args, msgr_roster_replace, error);
}

static GVariant *
update_contacts(MsgrCall *call, GVariant *args, GError **error)
{
    return take_contacts(call, args, msgr_roster_update, error);
}

static GVariant *
deliver_contact_request(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) details = NULL;
    const char *id, *from, *name = "", *message = "";
    MsgrAccount *account;

    g_variant_get(args, "(&s&s@a{sv})", &id, &from, &details);
    if ((account = msgr_account_of(call->client, id, error)) == NULL ||
        !msgr_options_string(details, "FriendlyName", &name, error) ||
        !msgr_options_string(details, "Message", &message, error))
        return NULL;
    return msgr_handled(msgr_contact_request_deliver(account, from, name, message, error));
}

static GVariant *
withdraw_contact_request(MsgrCall *call, GVariant *args, GError **error)
{
    const char *id, *from;
    MsgrAccount *account;

    g_variant_get(args, "(&s&s)", &id, &from);
    account = msgr_account_of(call->client, id, error);
    return msgr_handled(account != NULL && msgr_contact_request_withdraw(account, from, error));
}

static GVariant *
deliver_alert(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) details = NULL;
    MsgrAlertText alert = { .url = "" };
    const char *id, *from;
    MsgrAccount *account;

    g_variant_get(args, "(&s&s&s@a{sv})", &id, &from, &alert.text, &details);
    if ((account = msgr_account_of(call->client, id, error)) == NULL ||
        !msgr_options_int32(details, "SiteId", &alert.site, error) ||
        !msgr_options_string(details, "Url", &alert.url, error))
        return NULL;
    return msgr_handled(msgr_account_deliver_alert(account, from, &alert, error));
}

static GVariant *
list_sessions(MsgrCall *call, GVariant *args, GError **error)
{
    MsgrAccount *account;
    const char *id;

    g_variant_get(args, "(&s)", &id);
    account = msgr_account_of(call->client, id, error);
    return account == NULL ? NULL : g_variant_new("(@a(sa{sv}))", msgr_remote_list(account));
}

static GVariant *
list_applications(MsgrCall *call, GVariant *args, GError **error)
{
    const char *id;

    g_variant_get(args, "(&s)", &id);
    if (msgr_account_of(call->client, id, error) == NULL)
        return NULL;
    return g_variant_new("(@as)", msgr_account_applications(call->client->user));
}

static const MsgrMethod methods[] = {
    { "RegisterConnector", MSGR_NEED_NOTHING, register_connector },
    { "UnregisterConnector", MSGR_NEED_NOTHING, unregister_connector },
    { "ReportSignedIn", MSGR_NEED_NOTHING, report_signed_in },
    { "ReportSignedOut", MSGR_NEED_NOTHING, report_signed_out },
    { "ReplaceContacts", MSGR_NEED_NOTHING, replace_contacts },
    { "UpdateContacts", MSGR_NEED_NOTHING, update_contacts },
    { "DeliverContactRequest", MSGR_NEED_NOTHING, deliver_contact_request },
    { "WithdrawContactRequest", MSGR_NEED_NOTHING, withdraw_contact_request },
    { "DeliverInvitation", MSGR_NEED_NOTHING, msgr_deliver_invitation },
    { "DeliverAnswer", MSGR_NEED_NOTHING, msgr_deliver_answer },
    { "DeliverAppNotPresent", MSGR_NEED_NOTHING, msgr_deliver_app_not_present },
    { "DeliverAttached", MSGR_NEED_NOTHING, msgr_deliver_attached },
    { "DeliverContextData", MSGR_NEED_NOTHING, msgr_deliver_context_data },
    { "DeliverEnd", MSGR_NEED_NOTHING, msgr_deliver_end },
    { "DeliverAlert", MSGR_NEED_NOTHING, deliver_alert },
    { "ListSessions", MSGR_NEED_NOTHING, list_sessions },
    { "ListApplications", MSGR_NEED_NOTHING, list_applications },
    { NULL },
};

static const MsgrProperty properties[] = { { NULL } };

const MsgrInterface msgr_connector_manager1 = {
    .info = &msgr_dbus_connector_manager1_interface,
    .targets = MSGR_TARGET_ROOT,
    .is_for_agents = TRUE,
    .methods = methods,
    .properties = properties,
};
