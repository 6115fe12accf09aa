/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-agent-offers.h"

#include <gio/gdesktopappinfo.h>
#include <glib/gi18n.h>
#include <string.h>

#include "msgr-agent-environment.h"
#include "msgr-agent-status.h"
#include "msgr-agent-text.h"
#include "msgr-error.h"
#include "msgr-names.h"
#include "msgr-text.h"

#define DOWNLOAD_KIND "download"

/* That show at a time: somebody may send one a second, and nobody read them. */
#define MAX_ALERTS 50

struct _MsgrAgentOffers {
    MsgrAgentService *service;
    MsgrAgentNotifier *notifier;
    GHashTable *downloads; /* notice's ID -> GDBusMethodInvocation: the service waits */
    GQueue alerts;         /* of notices' IDs, the oldest first */
};

typedef struct {
    MsgrAgentOffers *offers;
    MsgrAgentNotice *notice;
    MsgrUrgency usual;
} Alert;

static void
add_page_button(MsgrAgentNotice *notice, const char *url)
{
    msgr_agent_notice_add_button(notice, _("Open Page"), "app.open-page",
                                 g_variant_new("(ss)", notice->id, url));
}

/* The service need not know what the user has decided, only that they have. */
static void
finish_download(MsgrAgentOffers *self, const char *id)
{
    g_autofree gpointer key = NULL;
    gpointer invocation;

    if (!g_hash_table_steal_extended(self->downloads, id, &key, &invocation))
        return;
    g_dbus_method_invocation_return_value(invocation, NULL);
}

/**
 * msgr_agent_offers_download:
 * @name: what the inviter calls the application
 * @invocation: (transfer full): is answered when the user has decided, or the offer is withdrawn
 */
void
msgr_agent_offers_download(MsgrAgentOffers *self, const char *session, const char *name,
                           const char *url, GDBusMethodInvocation *invocation)
{
    g_autofree char *id = msgr_agent_notice_id(DOWNLOAD_KIND, session);
    g_autofree char *host = msgr_agent_text_host(url);
    g_autofree char *body = g_strdup_printf(_("“%s” can be had from %s."), name, host);
    g_autoptr(MsgrAgentNotice) notice =
        msgr_agent_notice_new(id, _("The application isn't installed"), body);

    if (*host == '\0') {
        g_dbus_method_invocation_return_error(invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                              "The URL is none of http or https with a host");
        return;
    }
    finish_download(self, id);
    g_hash_table_insert(self->downloads, g_strdup(id), invocation);
    notice->urgency = MSGR_URGENCY_HIGH;
    add_page_button(notice, url);
    msgr_agent_notice_add_button(notice, _("Not Now"), "app.put-away", g_variant_new_string(id));
    msgr_agent_notifier_show(self->notifier, notice);
}

static void
forget_alert(MsgrAgentOffers *self, const char *id)
{
    GList *link = g_queue_find_custom(&self->alerts, id, (GCompareFunc)strcmp);

    if (link == NULL)
        return;
    g_free(link->data);
    g_queue_delete_link(&self->alerts, link);
}

void
msgr_agent_offers_put_away(MsgrAgentOffers *self, const char *id)
{
    msgr_agent_notifier_withdraw(self->notifier, id);
    finish_download(self, id);
    forget_alert(self, id);
}

void
msgr_agent_offers_withdraw(MsgrAgentOffers *self, const char *session)
{
    g_autofree char *id = msgr_agent_notice_id(DOWNLOAD_KIND, session);

    if (g_hash_table_contains(self->downloads, id))
        msgr_agent_offers_put_away(self, id);
}

static void
put_away_oldest_alert(MsgrAgentOffers *self)
{
    g_autofree char *id = g_strdup(g_queue_peek_head(&self->alerts));

    msgr_agent_offers_put_away(self, id);
}

void
msgr_agent_offers_withdraw_all(MsgrAgentOffers *self)
{
    g_autofree gpointer *ids = g_hash_table_get_keys_as_array(self->downloads, NULL);

    for (guint i = 0; ids[i] != NULL; i++) {
        g_autofree char *id = g_strdup(ids[i]);

        msgr_agent_offers_put_away(self, id);
    }
    while (!g_queue_is_empty(&self->alerts))
        put_away_oldest_alert(self);
}

static void
add_alert(MsgrAgentOffers *self, const char *id)
{
    forget_alert(self, id);
    g_queue_push_tail(&self->alerts, g_strdup(id));
    if (self->alerts.length > MAX_ALERTS)
        put_away_oldest_alert(self);
}

static void
got_status(GObject *source, GAsyncResult *result, gpointer data)
{
    Alert *alert = data;

    alert->notice->urgency =
        msgr_agent_status_finish(result, MSGR_LOCAL_SERVICE, alert->notice->urgency);
    add_alert(alert->offers, alert->notice->id);
    msgr_agent_notifier_show(alert->offers->notifier, alert->notice);
    msgr_agent_notice_unref(alert->notice);
    g_free(alert);
}

/* The ID has been proved; the name is what this machine knows of an application of that ID. */
static char *
publisher_name(const char *app_id)
{
    g_autofree char *desktop_id = g_strconcat(app_id, ".desktop", NULL);
    g_autoptr(GDesktopAppInfo) info =
        msgr_check_app_id(app_id, NULL) ? g_desktop_app_info_new(desktop_id) : NULL;

    return info != NULL ? g_strdup(g_app_info_get_name(G_APP_INFO(info)))
                        : msgr_agent_text_line(app_id);
}

/**
 * msgr_agent_offers_alert:
 * @details: as those of ShowAlert
 */
void
msgr_agent_offers_alert(MsgrAgentOffers *self, GVariant *details)
{
    const char *url = msgr_agent_text_get(details, "Url");
    g_autofree char *title = publisher_name(msgr_agent_text_get(details, "Publisher"));
    g_autofree char *id = NULL;
    Alert *alert = g_new0(Alert, 1);
    guint64 number = 0;

    g_variant_lookup(details, "Id", "t", &number);
    id = g_strdup_printf("alert-%" G_GUINT64_FORMAT, number);
    alert->offers = self;
    alert->notice = msgr_agent_notice_new(id, title, msgr_agent_text_get(details, "Alert"));
    alert->notice->urgency =
        msgr_agent_text_get_boolean(details, "Again") ? MSGR_URGENCY_LOW : MSGR_URGENCY_NORMAL;
    if (*url != '\0' && msgr_check_url(url, NULL))
        add_page_button(alert->notice, url);
    msgr_agent_status_ask(self->service, got_status, alert);
}

static void
page_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (!g_app_info_launch_default_for_uri_finish(result, &error))
        g_warning("The page can't be opened: %s", error->message);
}

/**
 * msgr_agent_offers_open:
 * @id: of the notice that was clicked
 * @token: (nullable): the desktop's, for the browser's window
 *
 * Opens a page in the user's browser.
 */
void
msgr_agent_offers_open(MsgrAgentOffers *self, const char *id, const char *url, const char *token)
{
    g_autoptr(GAppLaunchContext) context = g_app_launch_context_new();

    msgr_agent_offers_put_away(self, id);
    if (!msgr_check_url(url, NULL)) {
        g_info("Not opened, for it is no page");
        return;
    }
    msgr_agent_environment_clean_context(context, token);
    g_app_info_launch_default_for_uri_async(url, context, NULL, page_opened, NULL);
}

MsgrAgentOffers *
msgr_agent_offers_new(MsgrAgentService *service, MsgrAgentNotifier *notifier)
{
    MsgrAgentOffers *self = g_new0(MsgrAgentOffers, 1);

    self->service = g_object_ref(service);
    self->notifier = notifier;
    self->downloads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
    g_queue_init(&self->alerts);
    return self;
}

void
msgr_agent_offers_free(MsgrAgentOffers *self)
{
    g_hash_table_unref(self->downloads);
    g_queue_clear_full(&self->alerts, g_free);
    g_object_unref(self->service);
    g_free(self);
}
