/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * org.msgr.Messenger1: the service itself, the user's own state, and who can be named.
 */
#include "config.h"

#include "msgr-account.h"
#include "msgr-contact.h"
#include "msgr-interface-info.h"
#include "msgr-interface.h"
#include "msgr-local-name.h"
#include "msgr-policy.h"
#include "msgr-roster.h"
#include "msgr-service.h"
#include "msgr-text.h"
#include "msgr-user-question.h"
#include "msgr-watch.h"

/* Returns: whether the caller's user has the service; @account is NULL for `local`. */
static gboolean
find_service(MsgrCall *call, const char *id, MsgrAccount **account, GError **error)
{
    *account = msgr_account_find(call->client->user, id);
    if (*account != NULL || g_str_equal(id, MSGR_LOCAL_SERVICE))
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_NOT_FOUND, "There is no such service");
}

static GVariant *
list_services(MsgrCall *call, GVariant *args, GError **error)
{
    return g_variant_new("(@a(ssssu))", msgr_user_services(call->client->user));
}

static GVariant *
describe_services(MsgrCall *call, GVariant *args, GError **error)
{
    return g_variant_new("(@a(sa{sv}))", msgr_user_describe_services(call->client->user));
}

static GVariant *
sign_in(MsgrCall *call, GVariant *args, GError **error)
{
    MsgrAccount *account;
    const char *service;

    g_variant_get(args, "(&s)", &service);
    if (!find_service(call, service, &account, error))
        return NULL;
    if (account != NULL)
        msgr_account_sign_in(account, call->client);
    else
        msgr_user_sign_in(call->client->user, call->client);
    return g_variant_new("()");
}

static GVariant *
sign_out(MsgrCall *call, GVariant *args, GError **error)
{
    MsgrAccount *account;
    const char *service;

    g_variant_get(args, "(&s)", &service);
    if (!find_service(call, service, &account, error))
        return NULL;
    if (account != NULL)
        msgr_account_sign_out(account);
    else
        msgr_user_sign_out(call->client->user);
    return g_variant_new("()");
}

static GVariant *
set_status(MsgrCall *call, GVariant *args, GError **error)
{
    MsgrAccount *account;
    const char *service;
    guint32 status;

    g_variant_get(args, "(&su)", &service, &status);
    if (!msgr_user_check_status(status, error) || !find_service(call, service, &account, error))
        return NULL;
    if (account != NULL)
        msgr_account_set_status(account, status);
    else
        msgr_user_set_status(call->client->user, status);
    return g_variant_new("()");
}

static GVariant *
set_friendly_name(MsgrCall *call, GVariant *args, GError **error)
{
    const char *service, *name;
    MsgrAccount *account;

    g_variant_get(args, "(&s&s)", &service, &name);
    if (!msgr_check_friendly_name(name, error) ||
        !msgr_need_check_rest(MSGR_NEED_CONTACT_LIST, call->client, error) ||
        !find_service(call, service, &account, error))
        return NULL;
    if (account != NULL)
        msgr_account_set_friendly_name(account, name);
    else
        msgr_user_set_friendly_name(call->client->user, name);
    return g_variant_new("()");
}

static GVariant *
hand_out(MsgrCall *call, MsgrContact *contact)
{
    msgr_contact_named_by(contact, call->client);
    return g_variant_new("(o)", contact->path);
}

static GVariant *
hand_out_contact(MsgrCall *call, const char *name)
{
    return hand_out(call, msgr_contact_obtain(call->client->user, MSGR_LOCAL_SERVICE, name));
}

/* Whether anybody has the name only the network knows, once it is used. */
static GVariant *
hand_out_network_contact(MsgrCall *call, MsgrAccount *account, const char *name, GError **error)
{
    MsgrContact *contact = msgr_roster_contact(account, name, NULL);

    if (contact != NULL)
        return hand_out(call, contact);
    msgr_refuse(error, MSGR_ERROR_NOT_FOUND, "Nobody can have this name");
    return NULL;
}

static GVariant *
hand_out_user(MsgrCall *call, gpointer user, GError **error)
{
    return hand_out_contact(call, ((MsgrUser *)user)->data.name);
}

static GVariant *
get_contact(MsgrCall *call, GVariant *args, GError **error)
{
    const char *name, *service;
    MsgrAccount *account;

    g_variant_get(args, "(&s&s)", &name, &service);
    if (!find_service(call, service, &account, error))
        return NULL;
    if (account != NULL)
        return hand_out_network_contact(call, account, name, error);
    if (msgr_local_name_is_known(msgr_service_model(call->service), name))
        return hand_out_contact(call, name);
    msgr_user_question_ask(call, name, hand_out_user, error);
    return NULL;
}

static GVariant *
list_contacts(MsgrCall *call, GVariant *args, GError **error)
{
    GHashTableIter iter;
    gpointer contact;

    g_hash_table_iter_init(&iter, call->client->user->contact_list);
    while (g_hash_table_iter_next(&iter, &contact, NULL))
        msgr_watch_note_reader(contact, call->client);
    return g_variant_new("(@a(oa{sv}))", msgr_contact_list(call->client->user));
}

static GVariant *
set_policy(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) policy = NULL;
    MsgrAccount *account;
    const char *service;

    g_variant_get(args, "(&s@a{sv})", &service, &policy);
    if (!msgr_policy_check(policy, error) ||
        !msgr_need_check_rest(MSGR_NEED_CONTACT_LIST, call->client, error) ||
        !find_service(call, service, &account, error) ||
        !msgr_policy_check_free(call->client->user, service, policy, error))
        return NULL;
    msgr_policy_set(call->client->user, service, policy);
    return g_variant_new("()");
}

static GVariant *
get_policy(MsgrCall *call, GVariant *args, GError **error)
{
    MsgrAccount *account;
    const char *service;

    g_variant_get(args, "(&s)", &service);
    if (!find_service(call, service, &account, error))
        return NULL;
    return g_variant_new("(@a{sv})", msgr_policy_get(call->client->user, service));
}

static GVariant *
list_contact_requests(MsgrCall *call, GVariant *args, GError **error)
{
    return g_variant_new("(@a(ssa{sv}))", msgr_contact_request_list(call->client->user));
}

static GVariant *
answer_contact_request(MsgrCall *call, GVariant *args, GError **error)
{
    const char *name, *service;
    MsgrAccount *account;
    gboolean accept;

    g_variant_get(args, "(&s&sb)", &name, &service, &accept);
    if (!find_service(call, service, &account, error))
        return NULL;
    if (account == NULL) {
        msgr_refuse(error, MSGR_ERROR_NOT_FOUND, "Nobody asks for anything at this service");
        return NULL;
    }
    return msgr_handled(msgr_contact_request_answer(account, name, accept, error));
}

static GVariant *
get_interface_versions(MsgrCall *call, const char *name)
{
    const MsgrInterface *const *interfaces = msgr_interfaces();
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{su}"));
    for (gsize i = 0; interfaces[i] != NULL; i++)
        g_variant_builder_add(&builder, "{su}", interfaces[i]->info->name,
                              1 + interfaces[i]->additions);
    return g_variant_builder_end(&builder);
}

static GVariant *
get_version(MsgrCall *call, const char *name)
{
    return g_variant_new_string(PACKAGE_VERSION);
}

static GVariant *
get_limits(MsgrCall *call, const char *name)
{
    return msgr_model_limits(msgr_service_model(call->service));
}

static GVariant *
get_environment(MsgrCall *call, const char *name)
{
    return g_variant_new_string(msgr_service_model(call->service)->config->environment);
}

static const MsgrMethod methods[] = {
    { "ListServices", MSGR_NEED_EITHER, list_services },
    { "DescribeServices", MSGR_NEED_EITHER, describe_services },
    { "Signin", MSGR_NEED_SIGN_IN, sign_in },
    { "Signout", MSGR_NEED_EITHER, sign_out },
    { "SetStatus", MSGR_NEED_EITHER, set_status },
    { "SetFriendlyName", MSGR_NEED_EITHER, set_friendly_name }, /* and the contact list */
    { "GetContact", MSGR_NEED_EITHER, get_contact },
    { "ListContacts", MSGR_NEED_CONTACT_LIST, list_contacts },
    { "ListContactRequests", MSGR_NEED_CONTACT_LIST, list_contact_requests },
    { "AnswerContactRequest", MSGR_NEED_CONTACT_LIST, answer_contact_request },
    { "SetPolicy", MSGR_NEED_EITHER, set_policy }, /* and the contact list */
    { "GetPolicy", MSGR_NEED_EITHER, get_policy },
    { NULL },
};

static const MsgrProperty properties[] = {
    { "InterfaceVersions", .get = get_interface_versions },
    { "Version", .get = get_version },
    { "Limits", .get = get_limits },
    { "Environment", .get = get_environment },
    { NULL },
};

const MsgrInterface msgr_messenger1 = {
    .info = &msgr_dbus_messenger1_interface,
    .targets = MSGR_TARGET_ROOT,
    .methods = methods,
    .properties = properties,
    .additions = 1, /* DescribeServices */
};
