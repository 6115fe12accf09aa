/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs that sign in and out.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-service.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-verb.h"
#include "msgr-names.h"
#include "msgr-types.h"

/* How long a network may take, in seconds. */
#define PATIENCE 60

/* A Signin on its way. */
typedef struct {
    MsgrCtl *ctl;
    const char *service;
    guint32 hr;
    gboolean is_done;
    gboolean has_given_up;
} SignIn;

static const char *
service_of(char **args)
{
    return args[0] != NULL ? args[0] : MSGR_LOCAL_SERVICE;
}

static gboolean
call_messenger(MsgrCtl *ctl, const char *method, const char *service, GError **error)
{
    g_autoptr(GVariant) reply = NULL;

    msgr_ctl_set_subject(ctl, service);
    reply = msgr_ctl_bus_call(ctl->bus, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, method,
                              g_variant_new("(s)", service), NULL, error);
    return reply != NULL;
}

static gboolean
is_signed_out(MsgrCtl *ctl)
{
    g_autoptr(GVariant) lock =
        msgr_ctl_bus_get_all(ctl->bus, MSGR_SESSION_MANAGER_PATH, MSGR_LOCK_IFACE, NULL);

    return lock != NULL && msgr_ctl_dict_uint32(lock, "Status") == MSGR_LOCK_NOTINITIALIZED;
}

static void
on_signin(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
          const char *signal, GVariant *args, gpointer data)
{
    SignIn *self = data;
    const char *service;
    guint32 hr;

    if (!g_variant_is_of_type(args, G_VARIANT_TYPE("(us)")))
        return;
    g_variant_get(args, "(u&s)", &hr, &service);
    if (!g_str_equal(service, self->service))
        return;
    self->hr = hr;
    self->is_done = TRUE;
}

static gboolean
give_up(gpointer data)
{
    SignIn *self = data;

    self->has_given_up = TRUE;
    return G_SOURCE_CONTINUE;
}

/* Returns: whether the service was asked, and has told what has come of it. */
static gboolean
sign_in(SignIn *self, GError **error)
{
    MsgrCtlBus *bus = self->ctl->bus;
    guint timer = g_timeout_add_seconds(PATIENCE, give_up, self);
    guint subscription = g_dbus_connection_signal_subscribe(
        bus->connection, bus->owner, MSGR_MESSENGER_IFACE, "OnSignin", MSGR_ROOT_PATH, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_signin, self, NULL);
    gboolean is_asked = call_messenger(self->ctl, "Signin", self->service, error);

    while (is_asked && !self->is_done && !self->has_given_up)
        g_main_context_iteration(NULL, TRUE);
    g_dbus_connection_signal_unsubscribe(bus->connection, subscription);
    g_source_remove(timer);
    if (is_asked && !self->is_done)
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_NO_ANSWER, _("See later: msgrctl status"),
                           _("%s does not say whether you are signed in"), self->ctl->subject);
    return self->is_done;
}

/* What the service tells of it, if it can be asked: who is signed in nowhere can't unlock. */
static void
set_failed(SignIn *self, GError **error)
{
    g_autoptr(GVariant) services = msgr_ctl_services_describe(self->ctl, NULL);
    g_autoptr(GVariant) details = msgr_ctl_services_find(services, self->service);
    g_autofree char *state =
        details != NULL ? msgr_ctl_service_state(details) : msgr_ctl_service_reason(self->hr);
    const char *message = details != NULL ? msgr_ctl_dict_string(details, "Message") : "";
    g_autofree char *quoted = *message != '\0' ? msgr_ctl_text_quote(message) : NULL;

    msgr_ctl_error_set(error, MSGR_CTL_ERROR_NOT_SIGNED_IN, quoted, "%s: %s", self->ctl->subject,
                       state);
}

/* Who is signed out of everything can't unlock, and needn't. */
static int
run_signin(MsgrCtl *ctl, char **args, GError **error)
{
    SignIn self = { .ctl = ctl, .service = service_of(args) };

    if (!msgr_ctl_need_bus(ctl, error) ||
        (!is_signed_out(ctl) && !msgr_ctl_need_sessions(ctl, error)) || !sign_in(&self, error))
        return MSGR_CTL_EXIT_FAILED;
    if (self.hr != 0) {
        set_failed(&self, error);
        return MSGR_CTL_EXIT_FAILED;
    }
    if (ctl->output.json)
        msgr_ctl_json_print_string("ServiceId", service_of(args));
    msgr_ctl_output_print(&ctl->output, _("Signed in to %s."), ctl->subject);
    return MSGR_CTL_EXIT_OK;
}

static int
run_signout(MsgrCtl *ctl, char **args, GError **error)
{
    if (!msgr_ctl_need_sessions(ctl, error) ||
        !call_messenger(ctl, "Signout", service_of(args), error))
        return MSGR_CTL_EXIT_FAILED;
    if (ctl->output.json)
        msgr_ctl_json_print_string("ServiceId", service_of(args));
    msgr_ctl_output_print(&ctl->output, _("Signed out of %s."), ctl->subject);
    return MSGR_CTL_EXIT_OK;
}

const MsgrCtlVerb msgr_ctl_verb_signin = {
    .name = "signin",
    .args = N_("[SERVICE]"),
    .summary = N_("Signs you in to a service, or to local"),
    .description = N_("To local you are signed in from the first time on, until you sign out."),
    .examples = "msgrctl signin",
    .max_args = 1,
    .run = run_signin,
};

const MsgrCtlVerb msgr_ctl_verb_signout = {
    .name = "signout",
    .args = N_("[SERVICE]"),
    .summary = N_("Signs you out of a service, or of local: nobody can invite you there"),
    .examples = "msgrctl signout",
    .max_args = 1,
    .run = run_signout,
};
