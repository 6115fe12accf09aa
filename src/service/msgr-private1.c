/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * org.msgr.Private1: contacts that are added without a window, and alerts.
 */
#include "msgr-addition.h"
#include "msgr-alert.h"
#include "msgr-interface-info.h"
#include "msgr-interface.h"
#include "msgr-options.h"
#include "msgr-service.h"
#include "msgr-text.h"
#include "msgr-user-question.h"

static GVariant *
add_contact(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) service = NULL;
    const char *name;

    g_variant_get(args, "(&sv)", &name, &service);
    if (!g_variant_is_of_type(service, G_VARIANT_TYPE_STRING)) {
        msgr_refuse(error, MSGR_ERROR_INVALID_ARGS, "The service is given by its ID, a string");
        return NULL;
    }
    return msgr_handled(
        msgr_addition_begin(call->client->user, g_variant_get_string(service, NULL), name, error));
}

static GVariant *
enable_alert_events(MsgrCall *call, GVariant *args, GError **error)
{
    g_autoptr(GVariant) sites = g_variant_get_child_value(args, 0);
    const gint32 *numbers;
    gsize count;

    numbers = g_variant_get_fixed_array(sites, &count, sizeof *numbers);
    return msgr_handled(msgr_alert_enable(call->client, numbers, count, error));
}

/* Later than any time that is kept is never. */
static gint64
expiry(guint64 expires)
{
    return expires > MSGR_LATEST_TIME ? 0 : (gint64)expires;
}

/* The texts live as long as @options, and as the client is unlocked. */
static gboolean
get_alert(MsgrCall *call, GVariant *args, GVariant *options, MsgrAlertText *alert, GError **error)
{
    guint64 expires = 0;

    *alert = (MsgrAlertText){ .url = "" };
    g_variant_get(args, "(i&s&s@a{sv})", &alert->site, NULL, &alert->text, NULL);
    if (!msgr_options_string(options, "Url", &alert->url, error) ||
        !msgr_options_uint64(options, "Expires", &expires, error) ||
        !msgr_check_alert(alert->text, error) ||
        (*alert->url != '\0' && !msgr_check_url(alert->url, error)))
        return FALSE;
    alert->expires_at = expiry(expires);
    alert->publisher = msgr_client_app_id(call->client, MSGR_OBJECT_PRIVATE);
    return msgr_alert_check_publisher(call->client, error);
}

/* The key may have changed while the user database was asked. */
static GVariant *
publish_to(MsgrCall *call, gpointer user, GError **error)
{
    GVariant *args = msgr_call_body(call);
    g_autoptr(GVariant) options = g_variant_get_child_value(args, 3);
    MsgrAlertText alert;

    if (!get_alert(call, args, options, &alert, error))
        return NULL;
    msgr_alert_publish(user, &alert);
    return g_variant_new("()");
}

static GVariant *
publish_alert(MsgrCall *call, GVariant *args, GError **error)
{
    MsgrModel *model = msgr_service_model(call->service);
    g_autoptr(GVariant) options = g_variant_get_child_value(args, 3);
    MsgrAlertText alert;
    const char *name;
    MsgrUser *user;

    g_variant_get_child(args, 1, "&s", &name);
    if (!get_alert(call, args, options, &alert, error))
        return NULL;
    if (*name == '\0')
        return msgr_handled(msgr_alert_publish_to_all(call->client, &alert, error));
    user = msgr_model_user_by_name(model, name);
    if (user != NULL && user->data.seen)
        return publish_to(call, user, error);
    msgr_user_question_ask(call, name, publish_to, error);
    return NULL;
}

/* There are no options yet. */
static GVariant *
list_alerts(MsgrCall *call, GVariant *args, GError **error)
{
    return g_variant_new("(@aa{sv})", msgr_alert_list(call->client->user));
}

static GVariant *
suppress_default(MsgrCall *call, GVariant *args, GError **error)
{
    guint64 id;

    g_variant_get(args, "(t)", &id);
    return msgr_handled(msgr_alert_suppress(call->client, id, error));
}

static const MsgrMethod methods[] = {
    { "AddContact", MSGR_NEED_PRIVATE, add_contact },
    { "EnableAlertEvents", MSGR_NEED_PRIVATE, enable_alert_events },
    { "PublishAlert", MSGR_NEED_PRIVATE, publish_alert },
    { "ListAlerts", MSGR_NEED_PRIVATE, list_alerts },
    { "SuppressDefault", MSGR_NEED_PRIVATE, suppress_default },
    { NULL },
};

static const MsgrProperty properties[] = { { NULL } };

const MsgrInterface msgr_private1 = {
    .info = &msgr_dbus_private1_interface,
    .targets = MSGR_TARGET_PRIVATE,
    .need = MSGR_NEED_PRIVATE,
    .methods = methods,
    .properties = properties,
};
