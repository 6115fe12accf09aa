/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs that print events, until they are interrupted: all of them, or those of the contacts.
 */
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "msgr-ctl-directory.h"
#include "msgr-ctl-follower.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-session.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-verb.h"
#include "msgr-ctl-words.h"
#include "msgr-names.h"

#define OBJECT_WIDTH 9  /* columns: the first digits of a session, or "Messenger" */
#define EVENT_WIDTH  21 /* columns: "OnContactStatusChange" */

typedef struct {
    MsgrCtl *ctl;
    MsgrCtlDirectory *directory;
    MsgrCtlFollower *follower;
    GMainLoop *loop;
    gboolean contacts; /* those alone, without being there */
    GQueue events;     /* MsgrCtlEvents that wait for a name, and those behind them */
    GHashTable *shown; /* set of sessions whose invitation was shown at the start */
    GError *error;
} Watch;

static void
print_line(Watch *self, gint64 time, const char *object, const char *name, MsgrCtlStyle style,
           const char *details)
{
    g_autofree char *styled = msgr_ctl_output_style(&self->ctl->output, style, details);
    g_autoptr(GString) line = g_string_new(NULL);

    msgr_ctl_text_append_padded(line, object, OBJECT_WIDTH);
    g_string_append(line, "  ");
    msgr_ctl_text_append_padded(line, name, EVENT_WIDTH);
    g_string_append_printf(line, "  %s", styled);
    msgr_ctl_output_event(&self->ctl->output, time, MSGR_CTL_PLAIN, line->str);
}

static void
print_json(gint64 time, const char *event, const char *member, JsonObject *value)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "Time", time);
    json_object_set_string_member(object, "Event", event);
    if (member != NULL)
        json_object_set_object_member(object, member, value);
    msgr_ctl_json_print_line(object);
    json_object_unref(object);
}

/* Something that isn't a signal of the service. */
static void
print_note(Watch *self, const char *event, const char *text)
{
    gint64 now = g_get_real_time();

    if (self->ctl->output.json)
        print_json(now, event, NULL, NULL);
    else
        print_line(self, now, "-", "-", MSGR_CTL_YELLOW, text);
}

static void
print_event(Watch *self, const MsgrCtlEvent *event, const char *who)
{
    g_autofree char *object = NULL;
    g_autofree char *details = NULL;

    if (self->ctl->output.json) {
        JsonObject *json = msgr_ctl_event_json(event);

        msgr_ctl_json_print_line(json);
        json_object_unref(json);
        return;
    }
    object = msgr_ctl_event_object(event);
    details = msgr_ctl_event_details(event, who);
    print_line(self, event->time, object, event->name, msgr_ctl_event_style(event), details);
}

static gboolean
is_about_contacts(const MsgrCtlEvent *event)
{
    return msgr_ctl_event_is(event, MSGR_MESSENGER_IFACE, "OnContactStatusChange", "(ou)") ||
           msgr_ctl_event_is(event, MSGR_MESSENGER_IFACE, "OnContactListRemove", "(o)") ||
           msgr_ctl_event_is(event, "org.msgr.Private1", "OnContactListAdd", "(uo)");
}

/* The path of whatever has the name that is said of the event. */
static const char *
subject_of(const MsgrCtlEvent *event)
{
    const char *contact = NULL;

    if (msgr_ctl_event_is(event, MSGR_MESSENGER_IFACE, "OnContactStatusChange", "(ou)"))
        g_variant_get(event->args, "(&ou)", &contact, NULL);
    else if (msgr_ctl_event_is(event, MSGR_MESSENGER_IFACE, "OnContactListRemove", "(o)"))
        g_variant_get(event->args, "(&o)", &contact);
    else if (msgr_ctl_event_is(event, "org.msgr.Private1", "OnContactListAdd", "(uo)"))
        g_variant_get(event->args, "(u&o)", NULL, &contact);
    return contact != NULL ? contact : event->path;
}

static void
learn_inviter(Watch *self, const MsgrCtlEvent *event)
{
    g_autoptr(GVariant) details = g_variant_get_child_value(event->args, 3);
    g_autofree char *name = msgr_ctl_contact_name(details);
    const char *session;

    g_variant_get(event->args, "(&osb@a{sv})", &session, NULL, NULL, NULL);
    msgr_ctl_directory_set(self->directory, session, name);
    if (self->shown != NULL)
        g_hash_table_add(self->shown, g_strdup(session));
}

/* Prints in the order of arrival: an event whose name isn't there yet holds up the others. */
static void
flush(gpointer data)
{
    Watch *self = data;

    while (!g_queue_is_empty(&self->events)) {
        MsgrCtlEvent *event = g_queue_peek_head(&self->events);
        const char *who = msgr_ctl_directory_get(self->directory, subject_of(event));

        if (who == NULL) {
            msgr_ctl_directory_ask(self->directory, subject_of(event));
            return;
        }
        print_event(self, event, who);
        if (msgr_ctl_event_is(event, MSGR_SESSION_IFACE, "OnTermination", "(us)"))
            msgr_ctl_directory_forget(self->directory, event->path);
        msgr_ctl_event_free(g_queue_pop_head(&self->events));
    }
}

static void
on_event(const MsgrCtlEvent *event, gpointer data)
{
    Watch *self = data;
    MsgrCtlEvent *copy;

    if (self->contacts && !is_about_contacts(event))
        return;
    copy = msgr_ctl_event_new(event->path, event->iface, event->name, event->args);

    copy->time = event->time;
    if (msgr_ctl_event_is(event, MSGR_SESSION_MANAGER_IFACE, "OnInvitation", "(osba{sv})"))
        learn_inviter(self, event);
    g_queue_push_tail(&self->events, copy);
    flush(self);
}

static void
on_lost(gpointer data)
{
    print_note(data, "ServiceLost", _("the service has left the bus; waiting for it to come back"));
}

static void
show_contact(Watch *self, const char *path, GVariant *contact)
{
    const guint32 status = msgr_ctl_dict_uint32(contact, "Status");
    g_autofree char *name = NULL;
    g_autofree char *details = NULL;

    if (self->ctl->output.json) {
        print_json(g_get_real_time(), "Contact", "Contact", msgr_ctl_contact_json(path, contact));
        return;
    }
    name = msgr_ctl_contact_name(contact);
    msgr_ctl_directory_set(self->directory, path, name);
    details = g_strdup_printf("%s: %s", name, msgr_ctl_status_word(status));
    print_line(self, g_get_real_time(), "Messenger", "-", msgr_ctl_status_style(status), details);
}

static gboolean
show_contacts(Watch *self, GError **error)
{
    g_autoptr(GVariant) list = msgr_ctl_contacts_list(self->ctl, error);
    GVariantIter iter;
    const char *path;
    GVariant *contact;

    if (list == NULL)
        return FALSE;
    g_variant_iter_init(&iter, list);
    while (g_variant_iter_loop(&iter, "(&o@a{sv})", &path, &contact))
        show_contact(self, path, contact);
    return TRUE;
}

/* What has changed meanwhile was told to nobody. */
static void
on_back(gpointer data)
{
    Watch *self = data;
    g_autoptr(GError) error = NULL;

    print_note(self, "ServiceBack", _("unlocked again"));
    if (self->contacts && !show_contacts(self, &error))
        g_debug("the contacts can't be listed: %s", error->message);
}

static void
on_failed(const GError *error, gpointer data)
{
    Watch *self = data;

    if (self->error == NULL)
        self->error = g_error_copy(error);
    g_main_loop_quit(self->loop);
}

static const MsgrCtlFollowerFuncs follower_funcs = {
    .event = on_event,
    .lost = on_lost,
    .back = on_back,
    .failed = on_failed,
};

static gboolean
on_interrupt(gpointer data)
{
    Watch *self = data;

    g_main_loop_quit(self->loop);
    return G_SOURCE_CONTINUE;
}

static void
show_session(Watch *self, const char *path, GVariant *session)
{
    g_autofree char *name = NULL;
    g_autofree char *app = NULL;
    g_autofree char *quoted = NULL;
    g_autofree char *id = NULL;
    g_autofree char *details = NULL;
    guint32 state = msgr_ctl_dict_uint32(session, "State");
    guint32 flags = msgr_ctl_dict_uint32(session, "Flags");

    if (self->ctl->output.json) {
        print_json(g_get_real_time(), "Session", "Session", msgr_ctl_session_json(path, session));
        return;
    }
    name = msgr_ctl_contact_look_up(self->ctl, msgr_ctl_dict_string(session, "User"));
    msgr_ctl_directory_set(self->directory, path, name);
    app = msgr_ctl_session_app(session);
    quoted = msgr_ctl_text_quote(app);
    id = msgr_ctl_session_short(path);
    details = g_strdup_printf("%s, %s: %s", *name != '\0' ? name : "?", quoted,
                              msgr_ctl_state_word(state, flags));
    print_line(self, g_get_real_time(), id, "-", msgr_ctl_state_style(state), details);
}

/* The sessions that go on. Invitations that wait were told by the unlocking, most of the time. */
static gboolean
show_sessions(Watch *self, GError **error)
{
    g_autoptr(GVariant) list = msgr_ctl_sessions_list(self->ctl, error);
    GVariantIter iter;
    const char *path;
    GVariant *session;

    if (list == NULL)
        return FALSE;
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_variant_iter_init(&iter, list);
    while (g_variant_iter_loop(&iter, "(&o@a{sv})", &path, &session)) {
        if (msgr_ctl_dict_uint32(session, "State") <= MSGR_STATE_CONNECTED &&
            !g_hash_table_contains(self->shown, path))
            show_session(self, path, session);
    }
    g_clear_pointer(&self->shown, g_hash_table_unref);
    return TRUE;
}

static void
watch_init(Watch *self, MsgrCtl *ctl)
{
    self->ctl = ctl;
    self->loop = g_main_loop_new(NULL, FALSE);
    self->directory = msgr_ctl_directory_new(ctl, flush, self);
    self->follower = msgr_ctl_follower_new(ctl, &follower_funcs, self);
    self->shown = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_queue_init(&self->events);
}

static void
watch_clear(Watch *self)
{
    g_clear_pointer(&self->follower, msgr_ctl_follower_free);
    g_clear_pointer(&self->directory, msgr_ctl_directory_free);
    g_queue_clear_full(&self->events, (GDestroyNotify)msgr_ctl_event_free);
    g_clear_pointer(&self->shown, g_hash_table_unref);
    g_clear_pointer(&self->loop, g_main_loop_unref);
    g_clear_error(&self->error);
}

static void
watch_loop(Watch *self)
{
    guint interrupt = g_unix_signal_add(SIGINT, on_interrupt, self);
    guint terminate = g_unix_signal_add(SIGTERM, on_interrupt, self);

    if (self->error == NULL)
        g_main_loop_run(self->loop);
    g_source_remove(interrupt);
    g_source_remove(terminate);
}

static gboolean
start(Watch *self, GError **error)
{
    if (self->contacts)
        return msgr_ctl_follower_start_quietly(self->follower, error) && show_contacts(self, error);
    return msgr_ctl_follower_start(self->follower, TRUE, error) && show_sessions(self, error);
}

static int
watch(MsgrCtl *ctl, gboolean contacts, GError **error)
{
    Watch self = { .contacts = contacts };
    gboolean started;

    watch_init(&self, ctl);
    started = start(&self, error);
    if (started)
        watch_loop(&self);
    if (started && self.error != NULL)
        g_propagate_error(error, g_steal_pointer(&self.error));
    watch_clear(&self);
    return MSGR_CTL_EXIT_OK;
}

static int
run_watch(MsgrCtl *ctl, char **args, GError **error)
{
    return watch(ctl, FALSE, error);
}

static int
run_watch_contacts(MsgrCtl *ctl, char **args, GError **error)
{
    return watch(ctl, TRUE, error);
}

const MsgrCtlVerb msgr_ctl_verb_watch = {
    .name = "watch",
    .args = "",
    .summary = N_("Prints every event as it comes, until Ctrl-C"),
    .description = N_(
        "A line has the time, the first digits of the session (or what else it is about), the\n"
        "event's name, and what it means. Sessions that go on are shown first. As long as it runs\n"
        "you are there: you can be invited, and msgrctl's sessions go on. If the service is\n"
        "restarted, it unlocks again."),
    .examples = "msgrctl watch\n"
                "msgrctl --json watch | jq --unbuffered 'select(.Event == \"OnInvitation\")'",
    .run = run_watch,
};

const MsgrCtlVerb msgr_ctl_verb_contacts_watch = {
    .name = "contacts watch",
    .args = "",
    .summary = N_("Prints who comes and goes of your contacts, until Ctrl-C"),
    .description = N_(
        "The list as it is comes first, then a line for every change. You are not seen there by\n"
        "that, unless your key lacks the capability private."),
    .examples = "msgrctl contacts watch",
    .run = run_watch_contacts,
};
