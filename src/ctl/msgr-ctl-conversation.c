/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One side of a session, from the invitation to its end.
 */
#include "config.h"

#include "msgr-ctl-conversation.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "msgr-ctl-follower.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-lines.h"
#include "msgr-ctl-session.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-words.h"
#include "msgr-error.h"
#include "msgr-names.h"

struct _MsgrCtlConversation {
    MsgrCtl *ctl;
    MsgrCtlFollower *follower;
    MsgrCtlLines *lines; /* what is typed; NULL until it is connected */
    char *held;          /* a line that waits for the service to come back */
    char *heard;         /* the last context data that came */
    GMainLoop *loop;
    GCancellable *cancellable;
    char *session;
    char *who;
    MsgrCtlConversationFlags flags;
    gboolean connected;
    gboolean interrupted;
    gboolean done; /* @status is what it came to */
    int status;
    GError *error;
};

static void
finish(MsgrCtlConversation *self, int status)
{
    if (!self->done)
        self->status = status;
    self->done = TRUE;
    g_main_loop_quit(self->loop);
}

/**
 * msgr_ctl_conversation_say:
 * @text: what has just been done, for people, translated and safe
 */
void
msgr_ctl_conversation_say(MsgrCtlConversation *self, const char *text)
{
    msgr_ctl_output_event(&self->ctl->output, g_get_real_time(), MSGR_CTL_PLAIN, text);
}

static void
call_session(MsgrCtlConversation *self, const char *method, GVariant *args,
             GAsyncReadyCallback callback)
{
    msgr_ctl_bus_call_async(self->ctl->bus, self->session, MSGR_SESSION_IFACE, method, args,
                            self->cancellable, callback, self);
}

/* Returns: (nullable): the conversation, unless it is gone: then @data mustn't be touched. */
static MsgrCtlConversation *
take_reply(GAsyncResult *result, gpointer data, GVariant **reply, GError **error)
{
    g_autoptr(GError) local_error = NULL;

    *reply = msgr_ctl_bus_call_finish(result, &local_error);
    if (g_error_matches(local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return NULL;
    if (local_error != NULL)
        g_propagate_error(error, g_steal_pointer(&local_error));
    return data;
}

static void
complain(MsgrCtlConversation *self, const GError *error)
{
    msgr_ctl_output_error(&self->ctl->output, error, self->ctl->subject);
}

static void
on_sent(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GError) error = NULL;
    MsgrCtlConversation *self = take_reply(result, data, &reply, &error);

    if (self == NULL)
        return;
    if (error != NULL)
        complain(self, error);
    msgr_ctl_lines_next(self->lines);
}

static void
send_line(MsgrCtlConversation *self, const char *line)
{
    call_session(self, "SendContextData", g_variant_new("(s)", line), on_sent);
}

static void
on_line(const char *line, gpointer data)
{
    MsgrCtlConversation *self = data;

    if (*line == '\0')
        msgr_ctl_lines_next(self->lines);
    else if (self->ctl->bus->owner == NULL)
        self->held = g_strdup(line);
    else
        send_line(self, line);
}

static void
send_held(MsgrCtlConversation *self)
{
    g_autofree char *line = g_steal_pointer(&self->held);

    if (line != NULL)
        send_line(self, line);
}

static void
on_no_more_lines(gpointer data)
{
    MsgrCtlConversation *self = data;

    if (msgr_ctl_lines_from_terminal())
        msgr_ctl_output_warn(&self->ctl->output,
                             _("nothing more is sent; Ctrl-C ends the session"));
}

static void
begin_to_send(MsgrCtlConversation *self)
{
    if (self->lines != NULL)
        return;
    self->lines = msgr_ctl_lines_new(on_line, on_no_more_lines, self);
    msgr_ctl_lines_next(self->lines);
}

static void
print_session(MsgrCtlConversation *self, GVariant *session)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "Time", g_get_real_time());
    json_object_set_string_member(object, "Event", "Session");
    json_object_set_object_member(object, "Session", msgr_ctl_session_json(self->session, session));
    msgr_ctl_json_print_line(object);
    json_object_unref(object);
}

static void
became_connected(MsgrCtlConversation *self, GVariant *session)
{
    g_autofree char *address = msgr_ctl_text_safe(msgr_ctl_dict_string(session, "RemoteAddress"));
    g_autofree char *text = NULL;

    if (self->connected)
        return;
    self->connected = TRUE;
    text = g_strdup_printf(_("connected; %s is at %s"), self->who, address);
    msgr_ctl_output_event(&self->ctl->output, g_get_real_time(), MSGR_CTL_GREEN, text);
    if ((self->flags & MSGR_CTL_STAY) == 0)
        finish(self, MSGR_CTL_EXIT_OK);
    else
        begin_to_send(self);
}

static gboolean
is_orderly_end(guint32 hr)
{
    return hr == msgr_error_hresult(MSGR_ERROR_SESSION_CANCELLED_LOCAL) ||
           hr == msgr_error_hresult(MSGR_ERROR_SESSION_CANCELLED_REMOTE);
}

static void
warn_of_no_agent(MsgrCtlConversation *self, guint32 hr)
{
    if (hr == msgr_error_hresult(MSGR_ERROR_APPLICATION_LAUNCH_FAILED) &&
        (self->flags & MSGR_CTL_TAKE_PART) == 0)
        msgr_ctl_output_warn(&self->ctl->output,
                             _("is your desktop's agent running? Without it, take part in the "
                               "shell: msgrctl accept SESSION --attach"));
}

static void
ended(MsgrCtlConversation *self, guint32 hr)
{
    warn_of_no_agent(self, hr);
    if (self->interrupted)
        finish(self, self->connected ? MSGR_CTL_EXIT_OK : MSGR_CTL_EXIT_INTERRUPTED);
    else if (self->connected && is_orderly_end(hr))
        finish(self, MSGR_CTL_EXIT_OK);
    else if (hr == msgr_error_hresult(MSGR_ERROR_INVITATION_DECLINED))
        finish(self, MSGR_CTL_EXIT_DECLINED);
    else if (hr == msgr_error_hresult(MSGR_ERROR_SESSION_TIMEOUT))
        finish(self, MSGR_CTL_EXIT_TIMED_OUT);
    else
        finish(self, MSGR_CTL_EXIT_ENDED);
}

static void
print_event(MsgrCtlConversation *self, const MsgrCtlEvent *event)
{
    g_autofree char *details = NULL;

    if (self->ctl->output.json) {
        JsonObject *object = msgr_ctl_event_json(event);

        msgr_ctl_json_print_line(object);
        json_object_unref(object);
        return;
    }
    details = msgr_ctl_event_details(event, self->who);
    msgr_ctl_output_event(&self->ctl->output, event->time, msgr_ctl_event_style(event), details);
}

static void
hear(MsgrCtlConversation *self, const MsgrCtlEvent *event)
{
    const char *data;

    g_variant_get(event->args, "(&s)", &data);
    g_free(self->heard);
    self->heard = g_strdup(data);
}

/* Context data that came while this client was still locked, after a restart of the service. */
static void
heed_missed_data(MsgrCtlConversation *self, GVariant *session)
{
    const char *data = msgr_ctl_dict_string(session, "ContextData");
    g_autoptr(MsgrCtlEvent) event = NULL;

    if (*data == '\0' || g_strcmp0(data, self->heard) == 0)
        return;
    event = msgr_ctl_event_new(self->session, MSGR_SESSION_IFACE, "OnContextData",
                               g_variant_new("(s)", data));
    hear(self, event);
    if (!self->ctl->output.json)
        print_event(self, event);
}

/* The state says what the signals before the last restart of the service would have said. */
static void
heed_session(MsgrCtlConversation *self, GVariant *session)
{
    guint32 state = msgr_ctl_dict_uint32(session, "State");
    guint32 result = msgr_ctl_dict_uint32(session, "Result");

    if (self->ctl->output.json)
        print_session(self, session);
    heed_missed_data(self, session);
    if (state == MSGR_STATE_CONNECTED)
        became_connected(self, session);
    else if (result != 0)
        ended(self, result);
}

static void
on_looked(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) session = NULL;
    g_autoptr(GError) error = NULL;
    MsgrCtlConversation *self = take_reply(result, data, &reply, &error);

    if (self == NULL || self->done)
        return;
    if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT) ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD)) {
        complain(self, error);
        finish(self, MSGR_CTL_EXIT_ENDED);
    }
    if (reply == NULL || !g_variant_is_of_type(reply, G_VARIANT_TYPE("(a{sv})")))
        return;
    session = g_variant_get_child_value(reply, 0);
    heed_session(self, session);
}

static void
look(MsgrCtlConversation *self)
{
    msgr_ctl_bus_call_async(self->ctl->bus, self->session, "org.freedesktop.DBus.Properties",
                            "GetAll", g_variant_new("(s)", MSGR_SESSION_IFACE), self->cancellable,
                            on_looked, self);
}

static void
on_suppressed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GError) error = NULL;
    MsgrCtlConversation *self = take_reply(result, data, &reply, &error);

    if (self == NULL)
        return;
    if (error != NULL)
        complain(self, error);
    else
        msgr_ctl_conversation_say(self, _("msgrctl takes the application's place here"));
}

/* What comes in between is told by the lines before and after it. */
static gboolean
is_worth_a_line(MsgrCtlConversation *self, const MsgrCtlEvent *event)
{
    if (self->ctl->output.json)
        return TRUE;
    if (g_str_equal(event->name, "BeforeAppLaunch"))
        return (self->flags & MSGR_CTL_TAKE_PART) == 0;
    return !g_str_equal(event->name, "OnStateChanged") &&
           !g_str_equal(event->name, "OnReadyToLaunch");
}

/* From ACCEPTED it goes on to CONNECTED, or ends; the signal doesn't tell which. */
static gboolean
is_end_of_accepted(const MsgrCtlEvent *event)
{
    guint32 previous;

    if (!msgr_ctl_event_is(event, MSGR_SESSION_IFACE, "OnStateChanged", "(u)"))
        return FALSE;
    g_variant_get(event->args, "(u)", &previous);
    return previous == MSGR_STATE_ACCEPTED;
}

static void
on_event(const MsgrCtlEvent *event, gpointer data)
{
    MsgrCtlConversation *self = data;
    guint32 hr;

    if (self->done || !g_str_equal(event->path, self->session))
        return;
    if (is_worth_a_line(self, event))
        print_event(self, event);
    if (msgr_ctl_event_is(event, MSGR_SESSION_IFACE, "BeforeAppLaunch", "(b)") &&
        (self->flags & MSGR_CTL_TAKE_PART) != 0)
        call_session(self, "SuppressDefault", g_variant_new("(s)", "BeforeAppLaunch"),
                     on_suppressed);
    else if (msgr_ctl_event_is(event, MSGR_SESSION_IFACE, "OnContextData", "(s)"))
        hear(self, event);
    else if (is_end_of_accepted(event))
        look(self);
    else if (msgr_ctl_event_is(event, MSGR_SESSION_IFACE, "OnTermination", "(us)")) {
        g_variant_get(event->args, "(u&s)", &hr, NULL);
        ended(self, hr);
    }
}

static void
on_lost(gpointer data)
{
    MsgrCtlConversation *self = data;

    msgr_ctl_output_warn(&self->ctl->output,
                         _("the service has left the bus; waiting for it to come back"));
}

static void
on_back(gpointer data)
{
    MsgrCtlConversation *self = data;

    msgr_ctl_output_warn(&self->ctl->output, _("unlocked again"));
    look(self);
    send_held(self);
}

static void
on_failed(const GError *error, gpointer data)
{
    MsgrCtlConversation *self = data;

    if (self->error == NULL)
        self->error = g_error_copy(error);
    finish(self, MSGR_CTL_EXIT_FAILED);
}

static const MsgrCtlFollowerFuncs follower_funcs = {
    .event = on_event,
    .lost = on_lost,
    .back = on_back,
    .failed = on_failed,
};

static void
on_cancelled(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GError) error = NULL;
    MsgrCtlConversation *self = take_reply(result, data, &reply, &error);

    if (self == NULL || error == NULL)
        return;
    complain(self, error);
    finish(self, MSGR_CTL_EXIT_INTERRUPTED);
}

/* The first Ctrl-C ends the session, and its end ends the loop; the second doesn't wait for it. */
static gboolean
on_interrupt(gpointer data)
{
    MsgrCtlConversation *self = data;

    if (self->interrupted || (self->flags & MSGR_CTL_KEEP) != 0) {
        finish(self, self->connected ? MSGR_CTL_EXIT_OK : MSGR_CTL_EXIT_INTERRUPTED);
        return G_SOURCE_CONTINUE;
    }
    self->interrupted = TRUE;
    call_session(self, "Cancel", g_variant_new("(us)", 0, ""), on_cancelled);
    return G_SOURCE_CONTINUE;
}

MsgrCtlConversation *
msgr_ctl_conversation_new(MsgrCtl *ctl)
{
    MsgrCtlConversation *self = g_new0(MsgrCtlConversation, 1);

    self->ctl = ctl;
    self->loop = g_main_loop_new(NULL, FALSE);
    self->cancellable = g_cancellable_new();
    self->follower = msgr_ctl_follower_new(ctl, &follower_funcs, self);
    return self;
}

void
msgr_ctl_conversation_free(MsgrCtlConversation *self)
{
    g_cancellable_cancel(self->cancellable);
    g_clear_pointer(&self->lines, msgr_ctl_lines_free);
    g_clear_pointer(&self->follower, msgr_ctl_follower_free);
    g_clear_object(&self->cancellable);
    g_main_loop_unref(self->loop);
    g_clear_error(&self->error);
    g_free(self->session);
    g_free(self->held);
    g_free(self->heard);
    g_free(self->who);
    g_free(self);
}

/**
 * msgr_ctl_conversation_prepare:
 *
 * Listens to the service and unlocks the session manager. To be done before whatever begins the
 * session, so that none of its steps is missed.
 */
gboolean
msgr_ctl_conversation_prepare(MsgrCtlConversation *self, GError **error)
{
    return msgr_ctl_follower_start(self->follower, FALSE, error);
}

/* Who took the application's place and leaves has to know what holds the session from now on. */
static void
warn_of_leaving(MsgrCtlConversation *self)
{
    g_autoptr(GVariant) lock =
        msgr_ctl_bus_get_all(self->ctl->bus, MSGR_SESSION_MANAGER_PATH, MSGR_LOCK_IFACE, NULL);

    if (lock != NULL && msgr_ctl_dict_time(lock, "SharedUntil") == 0)
        msgr_ctl_output_warn(&self->ctl->output,
                             _("the session goes on as long as \"msgrctl watch\" runs or \"msgrctl "
                               "unlock --for TIME\" lasts"));
}

/**
 * msgr_ctl_conversation_run:
 * @session: the session's path
 * @who: the name of the other party, safe
 * @flags: how this side takes part
 *
 * Follows the session until it is connected, or with %MSGR_CTL_STAY until its end.
 *
 * Returns: the exit status that tells how it went.
 */
int
msgr_ctl_conversation_run(MsgrCtlConversation *self, const char *session, const char *who,
                          MsgrCtlConversationFlags flags, GError **error)
{
    guint interrupt = g_unix_signal_add(SIGINT, on_interrupt, self);
    guint terminate = g_unix_signal_add(SIGTERM, on_interrupt, self);

    self->session = g_strdup(session);
    self->who = g_strdup(who);
    self->flags = flags;
    look(self);
    g_main_loop_run(self->loop);
    g_source_remove(interrupt);
    g_source_remove(terminate);
    if (self->error != NULL)
        g_propagate_error(error, g_steal_pointer(&self->error));
    else if (self->connected &&
             (flags & (MSGR_CTL_TAKE_PART | MSGR_CTL_STAY)) == MSGR_CTL_TAKE_PART)
        warn_of_leaving(self);
    return self->status;
}
