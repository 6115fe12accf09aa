/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every error in words: what went wrong, and what to do about it.
 */
#include "config.h"

#include "msgr-ctl-error.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "msgr-error.h"

G_DEFINE_QUARK(msgr - ctl - error - quark, msgr_ctl_error)

/**
 * msgr_ctl_error_set:
 * @error: (out) (optional): where the error goes
 * @code: what kind of failure it is
 * @hint: (nullable): what to do about it, translated
 * @format: what went wrong, translated
 */
void
msgr_ctl_error_set(GError **error, MsgrCtlError code, const char *hint, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, MSGR_CTL_ERROR, code, "%s%s%s", what, hint != NULL ? "\n" : "",
                hint != NULL ? hint : "");
}

/* What is said of an error of the service. %s in what is the subject, or the word that stands for
 * it where there is none. */
typedef struct {
    MsgrError code;
    gboolean quote; /* the service's own words tell more */
    const char *what;
    const char *hint;
} Saying;

static const Saying sayings[] = {
    { MSGR_ERROR_NOT_LOGGED_ON, FALSE,
      N_("%s is not there: not signed in, unknown, or not to be invited by you"),
      N_("They are there while their desktop's agent or, for a try, \"msgrctl watch\" runs. "
         "Alone you can try: msgrctl invite echo ...") },
    { MSGR_ERROR_INVITED_SELF, FALSE, N_("You can't invite yourself"),
      N_("To try an application alone, invite the contact echo: msgrctl invite echo ...") },
    { MSGR_ERROR_NOT_FOUND, TRUE, N_("%s is not known"),
      N_("Contacts of this machine go by their user names; services: msgrctl status; keys: "
         "msgrctl keys list") },
    { MSGR_ERROR_APP_NOT_REGISTERED, FALSE, N_("The application isn't registered here"),
      N_("See what is: msgrctl apps list. Add it: msgrctl apps register GUID --name NAME --url "
         "URL") },
    { MSGR_ERROR_APP_ALREADY_REGISTERED, FALSE, N_("The application is registered already"),
      N_("To change it: msgrctl apps register --replace ..., to take it away: "
         "msgrctl apps unregister GUID") },
    { MSGR_ERROR_APP_NOT_SPECIFIED, FALSE, N_("The session has no application yet"),
      N_("Name it: msgrctl invite CONTACT --app GUID") },
    { MSGR_ERROR_SESSION_STATE_INVALID, FALSE,
      N_("%s: that can't be done any more, or not yet, in the state that the session is in"),
      N_("See its state: msgrctl show SESSION") },
    { MSGR_ERROR_SESSION_NOT_READY, FALSE, N_("%s: the session was used for an invitation already"),
      N_("Each invitation needs a new one: msgrctl invite ...") },
    { MSGR_ERROR_NOT_INVITEE, FALSE, N_("%s: only the one who was invited can answer"),
      N_("To take your invitation back: msgrctl cancel SESSION") },
    { MSGR_ERROR_NOT_INVITER, FALSE, N_("%s: only the one who invited can take an invitation back"),
      N_("To refuse it: msgrctl decline SESSION") },
    { MSGR_ERROR_NOT_VALID_FOR_APP_INVITE, FALSE,
      N_("%s: nothing can be sent before the invitation is accepted"),
      N_("Wait for it: msgrctl watch") },
    { MSGR_ERROR_CONTEXT_DATA_OVER_LIMIT, FALSE,
      N_("%s: too much: at most 300 characters, and at most five texts once connected"),
      N_("What is longer goes through the applications' own connection") },
    { MSGR_ERROR_API_UNLOCK_FAILED, TRUE, N_("The service doesn't accept this key"),
      N_("See what it knows: msgrctl keys list. A new key: msgrctl keys new --force") },
    { MSGR_ERROR_API_DISABLED, TRUE,
      N_("Too many wrong answers: the service refuses you for a while"),
      N_("Wait a minute, then see which keys are good: msgrctl keys list") },
    { MSGR_ERROR_API_NOT_INITIALIZED, FALSE, N_("You are signed out of the service"),
      N_("Sign in again: msgrctl signin") },
    { MSGR_ERROR_API_LOCKED, FALSE,
      N_("The service is locked for you, or your key doesn't open this"),
      N_("See: msgrctl status. A key that opens everything: msgrctl keys new --force") },
    { MSGR_ERROR_LIMITS_EXCEEDED, TRUE, N_("That is beyond a limit of the service"), NULL },
    { MSGR_ERROR_ACCESS_DENIED, TRUE, N_("The service doesn't allow that"),
      N_("Your key may lack a capability (msgrctl keys list), or the administrator's policy "
         "forbids it") },
    { MSGR_ERROR_INVALID_ARGS, TRUE, N_("The service doesn't take that"), NULL },
    { MSGR_ERROR_UNKNOWN_OBJECT, FALSE, N_("%s: there is no such session (any more)"),
      N_("See which there are: msgrctl sessions") },
    { MSGR_ERROR_FAILED, TRUE, N_("The service couldn't do it"), NULL },
};

static const Saying *
find_saying(MsgrError code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sayings); i++) {
        if (sayings[i].code == code)
            return &sayings[i];
    }
    return NULL;
}

/* GDBus knows the bus's own names, and gives them a domain of its own. */
static gboolean
as_service_error(const GError *error, MsgrError *code)
{
    if (error->domain == MSGR_ERROR) {
        *code = error->code;
        return TRUE;
    }
    if (error->domain != G_DBUS_ERROR)
        return FALSE;
    switch (error->code) {
    case G_DBUS_ERROR_ACCESS_DENIED:
        *code = MSGR_ERROR_ACCESS_DENIED;
        return TRUE;
    case G_DBUS_ERROR_INVALID_ARGS:
        *code = MSGR_ERROR_INVALID_ARGS;
        return TRUE;
    case G_DBUS_ERROR_UNKNOWN_OBJECT:
    case G_DBUS_ERROR_UNKNOWN_METHOD:
        *code = MSGR_ERROR_UNKNOWN_OBJECT;
        return TRUE;
    case G_DBUS_ERROR_FAILED:
        *code = MSGR_ERROR_FAILED;
        return TRUE;
    default:
        return FALSE;
    }
}

static char *
remote_message(const GError *error)
{
    g_autoptr(GError) copy = g_error_copy(error);

    g_dbus_error_strip_remote_error(copy);
    return g_strdup(copy->message);
}

/* The bus refuses with the same name as the service does, and only its words tell them apart. */
static gboolean
is_bus_policy(const GError *error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED) &&
           (strstr(error->message, "Rejected send message") != NULL ||
            strstr(error->message, "Sender is not authorized") != NULL);
}

static gboolean
is_no_answer(const GError *error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static gboolean
is_no_service(const GError *error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);
}

static char *
fill_in(const char *format, const char *subject)
{
    g_auto(GStrv) parts = g_strsplit(format, "%s", 2);

    return g_strjoinv(subject != NULL ? subject : "msgr", parts);
}

static void
explain_saying(const Saying *saying, const GError *error, const char *subject, char **what,
               char **hint)
{
    g_autofree char *said = fill_in(_(saying->what), subject);

    if (saying->quote) {
        g_autofree char *quoted = remote_message(error);

        *what = g_strdup_printf("%s: %s", said, quoted);
    } else {
        *what = g_steal_pointer(&said);
    }
    *hint = g_strdup(saying->hint != NULL ? _(saying->hint) : NULL);
}

static gboolean
explain_bus_error(const GError *error, char **what, char **hint)
{
    if (is_bus_policy(error)) {
        *what = g_strdup(_("The bus doesn't let you talk to the service"));
        *hint = g_strdup(_("Is msgr's bus policy installed, and was the bus told to reload it? "
                           "Ask the administrator"));
    } else if (is_no_answer(error)) {
        *what = g_strdup(_("The service didn't answer in time"));
        *hint = g_strdup(_("See what it does: systemctl status msgrd; journalctl -u msgrd"));
    } else if (is_no_service(error)) {
        *what = g_strdup(_("The service has left the bus"));
        *hint = g_strdup(_("See why: systemctl status msgrd; journalctl -u msgrd"));
    } else {
        return FALSE;
    }
    return TRUE;
}

/**
 * msgr_ctl_error_explain:
 * @error: what a call or a check has failed with
 * @subject: (nullable): whom or what the call was about, as the user named it
 * @what: (out): one line of what went wrong, translated
 * @hint: (out) (nullable): what to do about it, translated
 */
void
msgr_ctl_error_explain(const GError *error, const char *subject, char **what, char **hint)
{
    const Saying *saying;
    MsgrError code;

    if (error->domain == MSGR_CTL_ERROR) {
        g_auto(GStrv) parts = g_strsplit(error->message, "\n", 2);

        *what = g_strdup(parts[0]);
        *hint = g_strdup(parts[0] != NULL ? parts[1] : NULL);
        return;
    }
    if (explain_bus_error(error, what, hint))
        return;
    saying = as_service_error(error, &code) ? find_saying(code) : NULL;
    if (saying != NULL) {
        explain_saying(saying, error, subject, what, hint);
        return;
    }
    *what = remote_message(error);
    *hint = NULL;
}

static const char *
own_name(MsgrCtlError code)
{
    static const char *const names[] = {
        [MSGR_CTL_ERROR_USAGE] = "Usage",
        [MSGR_CTL_ERROR_NO_BUS] = "NoBus",
        [MSGR_CTL_ERROR_NO_SERVICE] = "NoService",
        [MSGR_CTL_ERROR_NO_KEY] = "NoKey",
        [MSGR_CTL_ERROR_BAD_KEY] = "BadKey",
        [MSGR_CTL_ERROR_EXISTS] = "Exists",
        [MSGR_CTL_ERROR_NO_SESSION] = "NoSession",
        [MSGR_CTL_ERROR_NO_APP] = "NoApplication",
        [MSGR_CTL_ERROR_NO_CONTACT] = "NoContact",
        [MSGR_CTL_ERROR_NO_ANSWER] = "NoAnswer",
        [MSGR_CTL_ERROR_NOT_SIGNED_IN] = "NotSignedIn",
        [MSGR_CTL_ERROR_BUS_GONE] = "BusGone",
    };

    return names[code];
}

/**
 * msgr_ctl_error_name:
 *
 * Returns: a name of @error for programs: that on the bus, or one of this program's own.
 */
char *
msgr_ctl_error_name(const GError *error)
{
    char *remote = g_dbus_error_get_remote_error(error);

    if (remote != NULL)
        return remote;
    if (error->domain == MSGR_CTL_ERROR)
        return g_strdup(own_name(error->code));
    if (error->domain == G_OPTION_ERROR)
        return g_strdup(own_name(MSGR_CTL_ERROR_USAGE));
    if (error->domain == MSGR_ERROR)
        return g_strdup(msgr_error_dbus_name(error->code));
    return g_strdup("Failed");
}
