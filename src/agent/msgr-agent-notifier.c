/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-notifier.h"

#include "msgr-agent-fdo.h"
#include "msgr-names.h"

#define GTK_SERVER "org.gtk.Notifications"

struct _MsgrAgentNotifier {
    GApplication *application;
    MsgrAgentClicked clicked;
    gpointer data;
    GHashTable *held;  /* ID -> MsgrAgentNotice: what is to be seen */
    MsgrAgentFdo *fdo; /* NULL without a session bus */
    guint watch;
    gboolean is_decided; /* whether the watch has told if the desktop's own server is there */
    gboolean has_gtk;
    gboolean has_complained;
};

static GNotificationPriority
priority(MsgrUrgency urgency)
{
    switch (urgency) {
    case MSGR_URGENCY_LOW:
        return G_NOTIFICATION_PRIORITY_LOW;
    case MSGR_URGENCY_HIGH:
        return G_NOTIFICATION_PRIORITY_HIGH;
    case MSGR_URGENCY_NORMAL:
    default:
        return G_NOTIFICATION_PRIORITY_NORMAL;
    }
}

static void
send_notification(MsgrAgentNotifier *self, MsgrAgentNotice *notice)
{
    g_autoptr(GNotification) notification = g_notification_new(notice->title);
    g_autoptr(GIcon) own = g_themed_icon_new(MSGR_AGENT_APP_ID);

    g_notification_set_body(notification, notice->body);
    g_notification_set_icon(notification, notice->icon != NULL ? notice->icon : own);
    g_notification_set_priority(notification, priority(notice->urgency));
    for (guint i = 0; i < notice->buttons->len; i++) {
        const MsgrAgentButton *button = msgr_agent_notice_button(notice, i);

        g_notification_add_button(notification, button->label, button->action);
    }
    g_application_send_notification(self->application, notice->id, notification);
}

static void
send(MsgrAgentNotifier *self, MsgrAgentNotice *notice)
{
    if (self->has_gtk)
        send_notification(self, notice);
    else if (self->is_decided && self->fdo != NULL)
        msgr_agent_fdo_show(self->fdo, notice);
}

static void
send_all(MsgrAgentNotifier *self)
{
    GHashTableIter iter;
    gpointer notice;

    g_hash_table_iter_init(&iter, self->held);
    while (g_hash_table_iter_next(&iter, NULL, &notice))
        send(self, notice);
}

/**
 * msgr_agent_notifier_show:
 *
 * Shows @notice, in place of what shows under its ID; nothing happens if that is the same.
 */
void
msgr_agent_notifier_show(MsgrAgentNotifier *self, MsgrAgentNotice *notice)
{
    MsgrAgentNotice *old = g_hash_table_lookup(self->held, notice->id);

    if (old != NULL && msgr_agent_notice_equal(old, notice))
        return;
    msgr_agent_notice_ref(notice);
    g_hash_table_replace(self->held, notice->id, notice);
    send(self, notice);
}

void
msgr_agent_notifier_withdraw(MsgrAgentNotifier *self, const char *id)
{
    g_autofree char *owned = g_strdup(id);

    g_hash_table_remove(self->held, owned);
    if (self->has_gtk)
        g_application_withdraw_notification(self->application, owned);
    if (self->fdo != NULL)
        msgr_agent_fdo_withdraw(self->fdo, owned);
}

/**
 * msgr_agent_notifier_retain:
 *
 * As msgr_agent_fdo_retain(): withdraws what has been shown by an agent before this one.
 */
void
msgr_agent_notifier_retain(MsgrAgentNotifier *self, const char *prefix, GHashTable *ids)
{
    if (self->fdo != NULL)
        msgr_agent_fdo_retain(self->fdo, prefix, ids);
}

/**
 * msgr_agent_notifier_leave:
 *
 * The agent ends: takes away what nobody would answer for then. The desktop's own server keeps
 * what it shows, since it starts the agent again.
 */
void
msgr_agent_notifier_leave(MsgrAgentNotifier *self)
{
    g_autoptr(GHashTable) none = g_hash_table_new(g_str_hash, g_str_equal);

    if (!self->has_gtk)
        msgr_agent_notifier_retain(self, "", none);
}

/* The servers */

static void
gtk_appeared(GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
    MsgrAgentNotifier *self = data;

    self->is_decided = TRUE;
    self->has_gtk = TRUE;
    send_all(self);
}

static void
gtk_vanished(GDBusConnection *connection, const char *name, gpointer data)
{
    MsgrAgentNotifier *self = data;

    self->is_decided = TRUE;
    self->has_gtk = FALSE;
    send_all(self);
}

static void
fdo_clicked(const char *action, const char *token, gpointer data)
{
    MsgrAgentNotifier *self = data;
    g_autofree char *name = NULL;
    g_autoptr(GVariant) target = NULL;

    if (g_action_parse_detailed_name(action, &name, &target, NULL))
        self->clicked(name, target, token, self->data);
}

/* What was dismissed is not forced on its reader by the next server. */
static void
fdo_dismissed(const char *id, gpointer data)
{
    MsgrAgentNotifier *self = data;

    g_hash_table_remove(self->held, id);
}

static void
fdo_appeared(gpointer data)
{
    MsgrAgentNotifier *self = data;

    self->has_complained = FALSE;
    if (!self->has_gtk)
        send_all(self);
}

static void
complain(MsgrAgentNotifier *self, const char *why)
{
    if (!self->has_complained)
        g_message("No notification server: invitations wait until there is one, or are answered "
                  "by others, such as msgrctl (%s)",
                  why);
    self->has_complained = TRUE;
}

static void
fdo_failed(const GError *error, gpointer data)
{
    complain(data, error->message);
}

MsgrAgentNotifier *
msgr_agent_notifier_new(GApplication *application, MsgrAgentClicked clicked, gpointer data)
{
    static const MsgrAgentFdoCallbacks callbacks = { fdo_clicked, fdo_dismissed, fdo_appeared,
                                                     fdo_failed };
    GDBusConnection *connection = g_application_get_dbus_connection(application);
    MsgrAgentNotifier *self = g_new0(MsgrAgentNotifier, 1);

    self->application = application;
    self->clicked = clicked;
    self->data = data;
    self->held = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                       (GDestroyNotify)msgr_agent_notice_unref);
    if (connection == NULL) {
        complain(self, "no session bus");
        return self;
    }
    self->fdo = msgr_agent_fdo_new(connection, &callbacks, self);
    self->watch =
        g_bus_watch_name_on_connection(connection, GTK_SERVER, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       gtk_appeared, gtk_vanished, self, NULL);
    return self;
}

void
msgr_agent_notifier_free(MsgrAgentNotifier *self)
{
    if (self->watch != 0)
        g_bus_unwatch_name(self->watch);
    g_clear_pointer(&self->fdo, msgr_agent_fdo_free);
    g_hash_table_unref(self->held);
    g_free(self);
}
