/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs that lend the key to all of the user's programs.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-unlock.h"
#include "msgr-ctl-verb.h"
#include "msgr-limits.h"
#include "msgr-names.h"

#define DEFAULT_SHARE 600 /* seconds */

static struct {
    char *time;
} options;

static gboolean
parse_time(guint *seconds, GError **error)
{
    *seconds = DEFAULT_SHARE;
    if (options.time != NULL && !msgr_ctl_duration_parse(options.time, seconds, error))
        return FALSE;
    if (*seconds >= 1 && *seconds <= MSGR_MAX_SHARE)
        return TRUE;
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, _("Or shut it at once: msgrctl lock"),
                       _("It can be open for 1 s to %d min"), MSGR_MAX_SHARE / 60);
    return FALSE;
}

static gboolean
share(MsgrCtl *ctl, const char *path, guint seconds, GError **error)
{
    g_autoptr(GVariant) reply = NULL;

    reply = msgr_ctl_bus_call(ctl->bus, path, MSGR_LOCK_IFACE, "Share",
                              g_variant_new("(u)", seconds), NULL, error);
    return reply != NULL;
}

static void
print_shared(MsgrCtl *ctl, guint seconds)
{
    gint64 until = g_get_real_time() + (gint64)seconds * G_USEC_PER_SEC;
    g_autofree char *time = msgr_ctl_time_format(until);
    JsonObject *object;

    msgr_ctl_output_print(&ctl->output, _("Unlocked for all of your programs until %s."), time);
    if (!ctl->output.json)
        return;
    object = json_object_new();
    json_object_set_int_member(object, "SharedUntil", until);
    msgr_ctl_json_print(object);
    json_object_unref(object);
}

static int
run_unlock(MsgrCtl *ctl, char **args, GError **error)
{
    guint seconds;

    if (!parse_time(&seconds, error) || !msgr_ctl_need_sessions(ctl, error) ||
        !share(ctl, MSGR_SESSION_MANAGER_PATH, seconds, error))
        return MSGR_CTL_EXIT_FAILED;
    if (msgr_ctl_try_private(ctl) && !share(ctl, MSGR_PRIVATE_PATH, seconds, error))
        return MSGR_CTL_EXIT_FAILED;
    print_shared(ctl, seconds);
    return MSGR_CTL_EXIT_OK;
}

static gint64
shared_until(MsgrCtl *ctl, const char *path)
{
    g_autoptr(GVariant) lock = msgr_ctl_bus_get_all(ctl->bus, path, MSGR_LOCK_IFACE, NULL);

    return lock != NULL ? msgr_ctl_dict_time(lock, "SharedUntil") : 0;
}

/* Through a share one may end it, as if one had the key. */
static gboolean
end_share(MsgrCtl *ctl, const char *path, gboolean *ended, GError **error)
{
    if (shared_until(ctl, path) == 0)
        return TRUE;
    *ended = TRUE;
    return share(ctl, path, 0, error);
}

static int
run_lock(MsgrCtl *ctl, char **args, GError **error)
{
    gboolean ended = FALSE;

    if (!msgr_ctl_need_bus(ctl, error) ||
        !end_share(ctl, MSGR_SESSION_MANAGER_PATH, &ended, error) ||
        !end_share(ctl, MSGR_PRIVATE_PATH, &ended, error))
        return MSGR_CTL_EXIT_FAILED;
    if (ctl->output.json)
        msgr_ctl_json_print_boolean("Ended", ended);
    msgr_ctl_output_print(&ctl->output, "%s",
                          ended ? _("Locked: only programs with a key get in.")
                                : _("It was locked already."));
    return MSGR_CTL_EXIT_OK;
}

static const GOptionEntry unlock_entries[] = {
    { "for", 'f', 0, G_OPTION_ARG_FILENAME, &options.time,
      N_("how long: 30s, 10m, at most 1h (else 10m)"), N_("TIME") },
    { NULL },
};

const MsgrCtlVerb msgr_ctl_verb_unlock = {
    .name = "unlock",
    .args = "",
    .summary = N_("Unlocks the service for all of your programs, for a while"),
    .description = N_(
        "Then busctl, gdbus and scripts can use it, although each of their calls is a client of "
        "its\n"
        "own: they count as the application whose key it was. It takes a key with the capability\n"
        "share. As long as it lasts you are there, and msgrctl's sessions go on."),
    .examples = "msgrctl unlock --for 10m\n"
                "busctl call org.msgr.Messenger /org/msgr/Messenger/SessionManager \\\n"
                "  org.msgr.SessionManager1 ListSessions",
    .entries = unlock_entries,
    .run = run_unlock,
};

const MsgrCtlVerb msgr_ctl_verb_lock = {
    .name = "lock",
    .args = "",
    .summary = N_("Locks it again before that time is over"),
    .examples = "msgrctl lock",
    .run = run_lock,
};
