/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The service's signals, in words and as JSON: a table of them all.
 */
#include "config.h"

#include "msgr-ctl-event.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "msgr-ctl-json.h"
#include "msgr-ctl-session.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-words.h"
#include "msgr-names.h"

typedef char *(*Describe)(GVariant *args, const char *who);

typedef struct {
    const char *name;
    const char *type;
    const char *args; /* their names, as the interface calls them */
    MsgrCtlStyle style;
    Describe describe;
} Row;

MsgrCtlEvent *
msgr_ctl_event_new(const char *path, const char *iface, const char *name, GVariant *args)
{
    MsgrCtlEvent *self = g_new0(MsgrCtlEvent, 1);

    self->time = g_get_real_time();
    self->path = g_strdup(path);
    self->iface = g_strdup(iface);
    self->name = g_strdup(name);
    self->args = g_variant_ref_sink(args);
    return self;
}

void
msgr_ctl_event_free(MsgrCtlEvent *self)
{
    g_free(self->path);
    g_free(self->iface);
    g_free(self->name);
    g_variant_unref(self->args);
    g_free(self);
}

static const char *
get_text(GVariant *args, gsize index)
{
    g_autoptr(GVariant) child = g_variant_get_child_value(args, index);

    /* the text belongs to @args, which stays */
    return g_variant_get_string(child, NULL);
}

static guint32
get_number(GVariant *args, gsize index)
{
    g_autoptr(GVariant) child = g_variant_get_child_value(args, index);

    return g_variant_get_uint32(child);
}

/* @sentence, which is taken, and what was said with it, if anything was. */
static char *
with_text(char *sentence, const char *said)
{
    g_autofree char *taken = sentence;
    g_autofree char *quoted = NULL;

    if (*said == '\0')
        return g_steal_pointer(&taken);
    quoted = msgr_ctl_text_quote(said);
    return g_strdup_printf("%s: %s", taken, quoted);
}

static char *
describe_invitation(GVariant *args, const char *who)
{
    g_autoptr(GVariant) details = g_variant_get_child_value(args, 3);
    g_autofree char *inviter = msgr_ctl_contact_name(details);
    gboolean registered = msgr_ctl_dict_boolean(details, "Registered");
    const char *local_name = msgr_ctl_dict_string(details, "RegisteredName");
    g_autofree char *named =
        registered && *local_name != '\0' ? g_strdup(local_name) : msgr_ctl_session_app(details);
    g_autofree char *app = msgr_ctl_text_quote(named);
    g_autofree char *url = msgr_ctl_text_safe(msgr_ctl_dict_string(details, "ApplicationUrl"));
    char *sentence = registered
                         ? g_strdup_printf(_("%s invites you to %s"), inviter, app)
                         : g_strdup_printf(_("%s invites you to %s, which you don't have: %s"),
                                           inviter, app, url);

    return with_text(sentence, get_text(args, 1));
}

static char *
describe_accepted(GVariant *args, const char *who)
{
    return with_text(g_strdup_printf(_("%s has accepted"), who), get_text(args, 0));
}

static char *
describe_declined(GVariant *args, const char *who)
{
    return with_text(g_strdup_printf(_("%s has declined"), who), get_text(args, 0));
}

static char *
describe_cancelled(GVariant *args, const char *who)
{
    return with_text(g_strdup_printf(_("%s has cancelled"), who), get_text(args, 0));
}

static char *
describe_data(GVariant *args, const char *who)
{
    return with_text(g_strdup_printf(_("%s says"), who), get_text(args, 0));
}

static char *
describe_app_not_present(GVariant *args, const char *who)
{
    g_autofree char *app = msgr_ctl_text_quote(get_text(args, 0));
    g_autofree char *url = msgr_ctl_text_safe(get_text(args, 1));

    return g_strdup_printf(_("%s has to be installed first: %s"), app, url);
}

static char *
describe_launch(GVariant *args, const char *who)
{
    return g_strdup(_("the application is about to be launched here"));
}

static char *
describe_ready(GVariant *args, const char *who)
{
    return g_strdup(_("the application may start"));
}

static char *
describe_send_error(GVariant *args, const char *who)
{
    g_autofree char *why = msgr_ctl_result_word(get_number(args, 0));

    return g_strdup_printf(_("what was sent didn't arrive: %s"), why);
}

static char *
describe_state(GVariant *args, const char *who)
{
    return g_strdup_printf(_("it was: %s"), msgr_ctl_state_word(get_number(args, 0), 0));
}

static char *
describe_termination(GVariant *args, const char *who)
{
    g_autofree char *why = msgr_ctl_result_word(get_number(args, 0));

    return with_text(g_strdup_printf(_("the end: %s"), why), get_text(args, 1));
}

static char *
describe_guid(GVariant *args, const char *who)
{
    return msgr_ctl_text_safe(get_text(args, 0));
}

static char *
describe_shutdown(GVariant *args, const char *who)
{
    return g_strdup(_("the service shuts down"));
}

static char *
describe_enable(GVariant *args, const char *who)
{
    gboolean enabled;

    g_variant_get(args, "(b)", &enabled);
    return g_strdup(enabled ? _("can be unlocked") : _("can't be unlocked now"));
}

static char *
describe_challenge(GVariant *args, const char *who)
{
    gint32 cookie;

    g_variant_get(args, "(i&s)", &cookie, NULL);
    return g_strdup_printf(_("a challenge, cookie %d"), cookie);
}

static char *
describe_lock_result(GVariant *args, const char *who)
{
    gboolean succeeded;

    g_variant_get(args, "(ib)", NULL, &succeeded);
    return g_strdup(succeeded ? _("the response was right") : _("the response was wrong"));
}

static char *
describe_lock_status(GVariant *args, const char *who)
{
    return g_strdup(msgr_ctl_lock_word(get_number(args, 0)));
}

static char *
describe_signin(GVariant *args, const char *who)
{
    g_autofree char *service = msgr_ctl_text_safe(get_text(args, 1));
    g_autofree char *why = NULL;

    if (get_number(args, 0) == 0)
        return g_strdup_printf(_("signed in to %s"), service);
    why = msgr_ctl_result_word(get_number(args, 0));
    return g_strdup_printf(_("not signed in to %s: %s"), service, why);
}

static char *
describe_signout(GVariant *args, const char *who)
{
    g_autofree char *service = msgr_ctl_text_safe(get_text(args, 0));

    return g_strdup_printf(_("signed out of %s"), service);
}

static char *
describe_contact_status(GVariant *args, const char *who)
{
    return g_strdup_printf(_("%s is now: %s"), who, msgr_ctl_status_word(get_number(args, 1)));
}

static char *
describe_contact_removed(GVariant *args, const char *who)
{
    return g_strdup_printf(_("%s is no longer in your list"), who);
}

static char *
describe_contact_request(GVariant *args, const char *who)
{
    g_autoptr(GVariant) details = g_variant_get_child_value(args, 2);
    g_autofree char *name = g_strdup_printf("%s (%s)", get_text(args, 0), get_text(args, 1));
    g_autofree char *safe = msgr_ctl_text_safe(name);

    return with_text(g_strdup_printf(_("%s asks to see your status"), safe),
                     msgr_ctl_dict_string(details, "Message"));
}

static char *
describe_contact_added(GVariant *args, const char *who)
{
    g_autofree char *why = NULL;

    if (get_number(args, 0) == 0)
        return g_strdup_printf(_("%s is in your list now"), who);
    why = msgr_ctl_result_word(get_number(args, 0));
    return g_strdup_printf(_("not added: %s"), why);
}

static char *
describe_alert(GVariant *args, const char *who)
{
    g_autoptr(GVariant) details = g_variant_get_child_value(args, 2);
    char *publisher = msgr_ctl_text_safe(msgr_ctl_dict_string(details, "Publisher"));

    return with_text(publisher, get_text(args, 0));
}

static const Row session_rows[] = {
    { "BeforeAppLaunch", "(b)", "enable_default", MSGR_CTL_PLAIN, describe_launch },
    { "OnAccepted", "(s)", "app_data", MSGR_CTL_GREEN, describe_accepted },
    { "OnAppNotPresent", "(ss)", "app_name,app_url", MSGR_CTL_YELLOW, describe_app_not_present },
    { "OnCancelled", "(s)", "app_data", MSGR_CTL_RED, describe_cancelled },
    { "OnContextData", "(s)", "data", MSGR_CTL_BOLD, describe_data },
    { "OnDeclined", "(s)", "app_data", MSGR_CTL_RED, describe_declined },
    { "OnReadyToLaunch", "()", "", MSGR_CTL_PLAIN, describe_ready },
    { "OnSendError", "(u)", "hr", MSGR_CTL_RED, describe_send_error },
    { "OnStateChanged", "(u)", "previous_state", MSGR_CTL_DIM, describe_state },
    { "OnTermination", "(us)", "hr,app_data", MSGR_CTL_YELLOW, describe_termination },
};

static const Row manager_rows[] = {
    { "OnInvitation", "(osba{sv})", "session,app_data,handled,details", MSGR_CTL_GREEN,
      describe_invitation },
    { "OnAppRegistered", "(s)", "guid", MSGR_CTL_PLAIN, describe_guid },
    { "OnAppUnRegistered", "(s)", "guid", MSGR_CTL_PLAIN, describe_guid },
    { "OnAppShutdown", "()", "", MSGR_CTL_YELLOW, describe_shutdown },
};

static const Row lock_rows[] = {
    { "OnLockEnable", "(b)", "enabled", MSGR_CTL_DIM, describe_enable },
    { "OnLockChallenge", "(is)", "cookie,challenge", MSGR_CTL_DIM, describe_challenge },
    { "OnLockResult", "(ib)", "cookie,succeeded", MSGR_CTL_DIM, describe_lock_result },
    { "OnLockStatusChanged", "(u)", "status", MSGR_CTL_DIM, describe_lock_status },
};

static const Row messenger_rows[] = {
    { "OnSignin", "(us)", "hr,service_id", MSGR_CTL_PLAIN, describe_signin },
    { "OnSignout", "(s)", "service_id", MSGR_CTL_PLAIN, describe_signout },
    { "OnContactStatusChange", "(ou)", "contact,status", MSGR_CTL_PLAIN, describe_contact_status },
    { "OnContactListRemove", "(o)", "contact", MSGR_CTL_PLAIN, describe_contact_removed },
    { "OnContactRequest", "(ssa{sv})", "signin_name,service_id,details", MSGR_CTL_GREEN,
      describe_contact_request },
};

static const Row private_rows[] = {
    { "OnAlertReceived", "(sba{sv})", "alert,enable_default,details", MSGR_CTL_GREEN,
      describe_alert },
    { "OnContactListAdd", "(uo)", "hr,contact", MSGR_CTL_PLAIN, describe_contact_added },
};

static const struct {
    const char *iface;
    const Row *rows;
    gsize n_rows;
} ifaces[] = {
    { MSGR_SESSION_IFACE, session_rows, G_N_ELEMENTS(session_rows) },
    { MSGR_SESSION_MANAGER_IFACE, manager_rows, G_N_ELEMENTS(manager_rows) },
    { MSGR_LOCK_IFACE, lock_rows, G_N_ELEMENTS(lock_rows) },
    { MSGR_MESSENGER_IFACE, messenger_rows, G_N_ELEMENTS(messenger_rows) },
    { "org.msgr.Private1", private_rows, G_N_ELEMENTS(private_rows) },
};

/* Returns: (nullable): what is known of the signal, if its arguments are what they should be. */
static const Row *
find_row(const MsgrCtlEvent *self)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ifaces); i++) {
        if (!g_str_equal(ifaces[i].iface, self->iface))
            continue;
        for (gsize j = 0; j < ifaces[i].n_rows; j++) {
            const Row *row = &ifaces[i].rows[j];

            if (g_str_equal(row->name, self->name) &&
                g_variant_is_of_type(self->args, G_VARIANT_TYPE(row->type)))
                return row;
        }
    }
    return NULL;
}

/**
 * msgr_ctl_event_is:
 * @type: of the arguments, which can then be taken out of the event
 *
 * Returns: whether this is that signal.
 */
gboolean
msgr_ctl_event_is(const MsgrCtlEvent *self, const char *iface, const char *name, const char *type)
{
    return g_str_equal(self->iface, iface) && g_str_equal(self->name, name) &&
           g_variant_is_of_type(self->args, G_VARIANT_TYPE(type));
}

/**
 * msgr_ctl_event_object:
 *
 * Returns: the object that the event is about, shortened.
 */
char *
msgr_ctl_event_object(const MsgrCtlEvent *self)
{
    if (msgr_ctl_event_is(self, MSGR_SESSION_MANAGER_IFACE, "OnInvitation", "(osba{sv})")) {
        g_autoptr(GVariant) session = g_variant_get_child_value(self->args, 0);

        return msgr_ctl_session_short(g_variant_get_string(session, NULL));
    }
    if (g_str_has_prefix(self->path, MSGR_SESSION_PREFIX))
        return msgr_ctl_session_short(self->path);
    if (g_str_equal(self->path, MSGR_SESSION_MANAGER_PATH))
        return g_strdup("Sessions");
    if (g_str_equal(self->path, MSGR_PRIVATE_PATH))
        return g_strdup("Private");
    return g_strdup("Messenger");
}

/**
 * msgr_ctl_event_details:
 * @who: (nullable): the name of the contact that the event has to do with
 *
 * Returns: the event in a few words, translated and safe for a terminal.
 */
char *
msgr_ctl_event_details(const MsgrCtlEvent *self, const char *who)
{
    const Row *row = find_row(self);
    g_autofree char *printed = NULL;

    if (who == NULL || *who == '\0')
        who = _("the other side");
    if (row != NULL)
        return row->describe(self->args, who);
    printed = g_variant_print(self->args, FALSE);
    return msgr_ctl_text_safe(printed);
}

MsgrCtlStyle
msgr_ctl_event_style(const MsgrCtlEvent *self)
{
    const Row *row = find_row(self);

    return row != NULL ? row->style : MSGR_CTL_PLAIN;
}

static JsonObject *
args_json(const MsgrCtlEvent *self, const Row *row)
{
    JsonObject *object = json_object_new();
    g_auto(GStrv) names = g_strsplit(row != NULL ? row->args : "", ",", -1);
    guint n_names = g_strv_length(names);

    for (guint i = 0; i < g_variant_n_children(self->args); i++) {
        g_autoptr(GVariant) value = g_variant_get_child_value(self->args, i);
        g_autofree char *number = g_strdup_printf("arg%u", i);

        msgr_ctl_json_set_variant(object, i < n_names ? names[i] : number, value);
    }
    return object;
}

/**
 * msgr_ctl_event_json:
 *
 * Returns: (transfer full): the event with all its arguments.
 */
JsonObject *
msgr_ctl_event_json(const MsgrCtlEvent *self)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "Time", self->time);
    json_object_set_string_member(object, "Path", self->path);
    json_object_set_string_member(object, "Interface", self->iface);
    json_object_set_string_member(object, "Event", self->name);
    json_object_set_object_member(object, "Args", args_json(self, find_row(self)));
    return object;
}
