/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-fdo.h"

#include "msgr-agent-notice-map.h"
#include "msgr-names.h"

#define SERVER_NAME  "org.freedesktop.Notifications"
#define SERVER_PATH  "/org/freedesktop/Notifications"
#define SERVER_IFACE "org.freedesktop.Notifications"

#define REASON_DISMISSED 2
#define EXPIRES_NEVER    0
#define EXPIRES_DEFAULT  (-1)

/* What a server can do, as far as it matters here. */
enum {
    CAN_ACTIONS = 1 << 0,
    CAN_MARKUP = 1 << 1,
    CAN_PERSIST = 1 << 2,
};

/* A notice on its way to the server: of one ID, one call is under way, and the last one counts. */
typedef struct {
    MsgrAgentFdo *fdo;
    char *id;
    MsgrAgentNotice *next; /* to be shown when the call has returned */
    gboolean is_withdrawn;
} Sending;

struct _MsgrAgentFdo {
    GDBusConnection *connection;
    const MsgrAgentFdoCallbacks *callbacks;
    gpointer data;
    GCancellable *cancellable;
    MsgrAgentNoticeMap *map;
    GHashTable *sendings; /* ID -> Sending */
    guint watch;
    guint subscription;
    char *owner; /* NULL: no server */
    guint abilities;
    GQueue waiting; /* of MsgrAgentNotice, until the abilities are known */
    gboolean is_asking;
    gboolean asked_nobody; /* there was no server when it was asked */
    guint32 token_number;  /* of the notice that the token is for */
    char *token;
};

static void ask_abilities(MsgrAgentFdo *self);
static void notify(MsgrAgentFdo *self, MsgrAgentNotice *notice);

static void
sending_free(gpointer data)
{
    Sending *sending = data;

    g_clear_pointer(&sending->next, msgr_agent_notice_unref);
    g_free(sending->id);
    g_free(sending);
}

/* Showing */

static GVariant *
build_actions(MsgrAgentFdo *self, const MsgrAgentNotice *notice)
{
    GVariantBuilder actions = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("as"));

    for (guint i = 0; self->abilities & CAN_ACTIONS && i < notice->buttons->len; i++) {
        const MsgrAgentButton *button = msgr_agent_notice_button(notice, i);

        g_variant_builder_add(&actions, "s", button->action);
        g_variant_builder_add(&actions, "s", button->label);
    }
    return g_variant_builder_end(&actions);
}

static GVariant *
build_hints(const MsgrAgentNotice *notice)
{
    GVariantBuilder hints = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    g_variant_builder_add(&hints, "{sv}", "desktop-entry", g_variant_new_string(MSGR_AGENT_APP_ID));
    g_variant_builder_add(&hints, "{sv}", "urgency",
                          g_variant_new_byte(notice->urgency == MSGR_URGENCY_LOW ? 0 : 1));
    if (notice->urgency == MSGR_URGENCY_LOW)
        g_variant_builder_add(&hints, "{sv}", "suppress-sound", g_variant_new_boolean(TRUE));
    if (G_IS_FILE_ICON(notice->icon)) {
        g_autofree char *path = g_icon_to_string(notice->icon);

        g_variant_builder_add(&hints, "{sv}", "image-path", g_variant_new_string(path));
    }
    return g_variant_builder_end(&hints);
}

static char *
icon_name(const MsgrAgentNotice *notice)
{
    if (G_IS_THEMED_ICON(notice->icon))
        return g_strdup(g_themed_icon_get_names(G_THEMED_ICON(notice->icon))[0]);
    return g_strdup(MSGR_AGENT_APP_ID);
}

static void
close_number(MsgrAgentFdo *self, guint32 number)
{
    g_dbus_connection_call(self->connection, SERVER_NAME, SERVER_PATH, SERVER_IFACE,
                           "CloseNotification", g_variant_new("(u)", number), NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

static void
sending_done(MsgrAgentFdo *self, Sending *sending, guint32 number)
{
    g_autoptr(MsgrAgentNotice) next = g_steal_pointer(&sending->next);

    if (number != 0 && sending->is_withdrawn)
        close_number(self, number);
    msgr_agent_notice_map_put(self->map, sending->id, sending->is_withdrawn ? 0 : number);
    g_hash_table_remove(self->sendings, sending->id);
    if (next != NULL)
        notify(self, next);
}

static void
notified(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = NULL;
    Sending *sending = data;
    guint32 number = 0;

    reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (reply != NULL)
        g_variant_get(reply, "(u)", &number);
    else
        sending->fdo->callbacks->failed(error, sending->fdo->data);
    sending_done(sending->fdo, sending, number);
}

static void
notify(MsgrAgentFdo *self, MsgrAgentNotice *notice)
{
    gboolean stays = notice->urgency == MSGR_URGENCY_HIGH && !(self->abilities & CAN_PERSIST);
    Sending *sending = g_new0(Sending, 1);
    g_autofree char *icon = icon_name(notice);
    g_autofree char *body = self->abilities & CAN_MARKUP ? g_markup_escape_text(notice->body, -1)
                                                         : g_strdup(notice->body);

    sending->fdo = self;
    sending->id = g_strdup(notice->id);
    g_hash_table_insert(self->sendings, sending->id, sending);
    g_dbus_connection_call(
        self->connection, SERVER_NAME, SERVER_PATH, SERVER_IFACE, "Notify",
        g_variant_new("(susss@as@a{sv}i)", "msgr", msgr_agent_notice_map_get(self->map, notice->id),
                      icon, notice->title, body, build_actions(self, notice), build_hints(notice),
                      stays ? EXPIRES_NEVER : EXPIRES_DEFAULT),
        G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, notified, sending);
}

static void
forget_waiting(MsgrAgentFdo *self, const char *id)
{
    GList *next;

    for (GList *link = self->waiting.head; link != NULL; link = next) {
        MsgrAgentNotice *notice = link->data;

        next = link->next;
        if (id != NULL && !g_str_equal(notice->id, id))
            continue;
        g_queue_delete_link(&self->waiting, link);
        msgr_agent_notice_unref(notice);
    }
}

/**
 * msgr_agent_fdo_show:
 *
 * Shows @notice, in place of one with the same ID.
 */
void
msgr_agent_fdo_show(MsgrAgentFdo *self, MsgrAgentNotice *notice)
{
    Sending *sending = g_hash_table_lookup(self->sendings, notice->id);

    if (self->owner == NULL || self->is_asking) {
        forget_waiting(self, notice->id);
        g_queue_push_tail(&self->waiting, msgr_agent_notice_ref(notice));
        ask_abilities(self);
    } else if (sending != NULL) {
        g_clear_pointer(&sending->next, msgr_agent_notice_unref);
        sending->next = msgr_agent_notice_ref(notice);
        sending->is_withdrawn = FALSE;
    } else {
        notify(self, notice);
    }
}

void
msgr_agent_fdo_withdraw(MsgrAgentFdo *self, const char *id)
{
    Sending *sending = g_hash_table_lookup(self->sendings, id);
    guint32 number = msgr_agent_notice_map_get(self->map, id);

    forget_waiting(self, id);
    if (sending != NULL) {
        g_clear_pointer(&sending->next, msgr_agent_notice_unref);
        sending->is_withdrawn = TRUE;
    } else if (number != 0) {
        close_number(self, number);
        msgr_agent_notice_map_put(self->map, id, 0);
    }
}

/**
 * msgr_agent_fdo_retain:
 * @prefix: of the IDs in question
 * @ids: (element-type utf8): the set of those that hold
 *
 * Takes away what shows since before this process and doesn't hold any more.
 */
void
msgr_agent_fdo_retain(MsgrAgentFdo *self, const char *prefix, GHashTable *ids)
{
    g_auto(GStrv) shown = msgr_agent_notice_map_list(self->map);

    for (char **id = shown; id != NULL && *id != NULL; id++) {
        if (g_str_has_prefix(*id, prefix) && !g_hash_table_contains(ids, *id))
            msgr_agent_fdo_withdraw(self, *id);
    }
}

/* The server */

static void
read_abilities(MsgrAgentFdo *self, GVariant *reply)
{
    g_autofree const char **names = NULL;

    self->abilities = 0;
    g_variant_get(reply, "(^a&s)", &names);
    if (g_strv_contains(names, "actions"))
        self->abilities |= CAN_ACTIONS;
    if (g_strv_contains(names, "body-markup"))
        self->abilities |= CAN_MARKUP;
    if (g_strv_contains(names, "persistence"))
        self->abilities |= CAN_PERSIST;
    if (!(self->abilities & CAN_ACTIONS))
        g_message("The notification server has no buttons: invitations are answered by others, "
                  "such as msgrctl");
}

static void
show_waiting(MsgrAgentFdo *self)
{
    MsgrAgentNotice *notice;

    while ((notice = g_queue_pop_head(&self->waiting)) != NULL) {
        msgr_agent_fdo_show(self, notice);
        msgr_agent_notice_unref(notice);
    }
}

static void
got_abilities(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = NULL;
    MsgrAgentFdo *self;

    reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    self = data;
    self->is_asking = FALSE;
    if (reply == NULL && self->asked_nobody && self->owner != NULL) {
        ask_abilities(self); /* it has come in the meantime */
        return;
    }
    if (reply == NULL) {
        forget_waiting(self, NULL);
        self->callbacks->failed(error, self->data);
        return;
    }
    read_abilities(self, reply);
    if (self->owner != NULL)
        show_waiting(self);
}

/* Starts the server, where the bus knows how to. */
static void
ask_abilities(MsgrAgentFdo *self)
{
    if (self->is_asking)
        return;
    self->is_asking = TRUE;
    self->asked_nobody = self->owner == NULL;
    g_dbus_connection_call(self->connection, SERVER_NAME, SERVER_PATH, SERVER_IFACE,
                           "GetCapabilities", NULL, G_VARIANT_TYPE("(as)"), G_DBUS_CALL_FLAGS_NONE,
                           -1, self->cancellable, got_abilities, self);
}

/* The bus's own ID makes the unique name one that never comes again. */
static void
server_appeared(GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
    MsgrAgentFdo *self = data;
    g_autofree char *server = g_strconcat(g_dbus_connection_get_guid(connection), " ", owner, NULL);

    g_free(self->owner);
    self->owner = g_strdup(owner);
    msgr_agent_notice_map_set_server(self->map, server);
    ask_abilities(self);
    self->callbacks->appeared(self->data);
}

static void
server_vanished(GDBusConnection *connection, const char *name, gpointer data)
{
    MsgrAgentFdo *self = data;

    g_clear_pointer(&self->owner, g_free);
}

/* What is clicked and closed */

static void
notice_closed(MsgrAgentFdo *self, const char *id, guint32 reason)
{
    if (!g_hash_table_contains(self->sendings, id))
        msgr_agent_notice_map_put(self->map, id, 0);
    if (reason == REASON_DISMISSED)
        self->callbacks->dismissed(id, self->data);
}

static void
clicked(MsgrAgentFdo *self, guint32 number, const char *action)
{
    g_autofree char *token = g_steal_pointer(&self->token);

    self->callbacks->clicked(action, self->token_number == number ? token : NULL, self->data);
}

/* A server tells all of its clients of everything, or each of its own. */
static void
server_said(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
            const char *member, GVariant *args, gpointer data)
{
    MsgrAgentFdo *self = data;
    g_autofree char *id = NULL;
    const char *text = NULL;
    guint32 number = 0, reason = 0;

    if (g_variant_is_of_type(args, G_VARIANT_TYPE("(us)")))
        g_variant_get(args, "(u&s)", &number, &text);
    else if (g_variant_is_of_type(args, G_VARIANT_TYPE("(uu)")))
        g_variant_get(args, "(uu)", &number, &reason);
    id = number != 0 ? msgr_agent_notice_map_find(self->map, number) : NULL;
    if (id == NULL)
        return;
    if (g_str_equal(member, "NotificationClosed") && text == NULL) {
        notice_closed(self, id, reason);
    } else if (g_str_equal(member, "ActivationToken") && text != NULL) {
        g_free(self->token);
        self->token = g_strdup(text);
        self->token_number = number;
    } else if (g_str_equal(member, "ActionInvoked") && text != NULL) {
        clicked(self, number, text);
    }
}

MsgrAgentFdo *
msgr_agent_fdo_new(GDBusConnection *connection, const MsgrAgentFdoCallbacks *callbacks,
                   gpointer data)
{
    MsgrAgentFdo *self = g_new0(MsgrAgentFdo, 1);

    self->connection = g_object_ref(connection);
    self->callbacks = callbacks;
    self->data = data;
    self->cancellable = g_cancellable_new();
    self->map = msgr_agent_notice_map_new();
    self->sendings = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, sending_free);
    g_queue_init(&self->waiting);
    self->subscription =
        g_dbus_connection_signal_subscribe(connection, SERVER_NAME, SERVER_IFACE, NULL, SERVER_PATH,
                                           NULL, G_DBUS_SIGNAL_FLAGS_NONE, server_said, self, NULL);
    self->watch =
        g_bus_watch_name_on_connection(connection, SERVER_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       server_appeared, server_vanished, self, NULL);
    return self;
}

void
msgr_agent_fdo_free(MsgrAgentFdo *self)
{
    g_cancellable_cancel(self->cancellable);
    g_bus_unwatch_name(self->watch);
    g_dbus_connection_signal_unsubscribe(self->connection, self->subscription);
    forget_waiting(self, NULL);
    g_hash_table_unref(self->sendings);
    msgr_agent_notice_map_free(self->map);
    g_object_unref(self->cancellable);
    g_object_unref(self->connection);
    g_free(self->owner);
    g_free(self->token);
    g_free(self);
}
