/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs about alerts: to watch them, and to publish one.
 */
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-follower.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-verb.h"
#include "msgr-error.h"
#include "msgr-limits.h"
#include "msgr-names.h"

static struct {
    char **sites;
    gboolean take;
    char *to;
    gboolean everyone;
    char *url;
    char *expires;
} options;

typedef struct {
    MsgrCtl *ctl;
    MsgrCtlFollower *follower;
    GArray *sites; /* of gint32 */
    GMainLoop *loop;
    GError *error;
} Watch;

static gboolean
parse_site(const char *text, gint32 *site, GError **error)
{
    g_autofree char *safe = msgr_ctl_text_safe(text);
    gint64 number;

    if (g_ascii_string_to_signed(text, 10, G_MININT32, G_MAXINT32, &number, NULL)) {
        *site = (gint32)number;
        return TRUE;
    }
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE,
                       _("It is a number, such as --site 7: who publishes the alerts tells which"),
                       _("%s is not a site"), safe);
    return FALSE;
}

static gboolean
parse_sites(GArray *sites, GError **error)
{
    const guint count = options.sites == NULL ? 0 : g_strv_length(options.sites);

    if (count == 0 || count > MSGR_MAX_ALERT_SITES) {
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, _("Such as: msgrctl alerts watch --site 7"),
                           _("It takes 1 to %d sites"), MSGR_MAX_ALERT_SITES);
        return FALSE;
    }
    for (guint i = 0; i < count; i++) {
        gint32 site;

        if (!parse_site(options.sites[i], &site, error))
            return FALSE;
        g_array_append_val(sites, site);
    }
    return TRUE;
}

static GVariant *
enable_args(const Watch *self)
{
    return g_variant_new("(@ai)", g_variant_new_fixed_array(G_VARIANT_TYPE_INT32, self->sites->data,
                                                            self->sites->len, sizeof(gint32)));
}

static gboolean
enable(Watch *self, GError **error)
{
    g_autoptr(GVariant) reply =
        msgr_ctl_bus_call(self->ctl->bus, MSGR_PRIVATE_PATH, MSGR_PRIVATE_IFACE,
                          "EnableAlertEvents", enable_args(self), NULL, error);

    return reply != NULL;
}

static void
on_taken(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = msgr_ctl_bus_call_finish(result, &error);

    if (reply == NULL)
        g_debug("an alert was not taken: %s", error->message);
}

static void
take(Watch *self, GVariant *details)
{
    guint64 id;

    if (g_variant_lookup(details, "Id", "t", &id))
        msgr_ctl_bus_call_async(self->ctl->bus, MSGR_PRIVATE_PATH, MSGR_PRIVATE_IFACE,
                                "SuppressDefault", g_variant_new("(t)", id), NULL, on_taken, NULL);
}

static void
print_alert(Watch *self, const MsgrCtlEvent *event, const char *text, GVariant *details)
{
    g_autofree char *quoted = msgr_ctl_text_quote(text);
    g_autofree char *publisher = msgr_ctl_text_safe(msgr_ctl_dict_string(details, "Publisher"));
    g_autofree char *url = msgr_ctl_text_safe(msgr_ctl_dict_string(details, "Url"));
    g_autofree char *line = NULL;
    gint32 site = 0;

    g_variant_lookup(details, "SiteId", "i", &site);
    line =
        g_strdup_printf("%d  %s: %s%s%s", site, publisher, quoted, *url != '\0' ? "  " : "", url);
    msgr_ctl_output_event(&self->ctl->output, event->time, MSGR_CTL_PLAIN, line);
}

static void
on_event(const MsgrCtlEvent *event, gpointer data)
{
    Watch *self = data;
    g_autoptr(GVariant) details = NULL;
    const char *text;

    if (!msgr_ctl_event_is(event, MSGR_PRIVATE_IFACE, "OnAlertReceived", "(sba{sv})"))
        return;
    g_variant_get(event->args, "(&sb@a{sv})", &text, NULL, &details);
    if (options.take)
        take(self, details);
    if (self->ctl->output.json) {
        JsonObject *object = msgr_ctl_event_json(event);

        msgr_ctl_json_print_line(object);
        json_object_unref(object);
    } else {
        print_alert(self, event, text, details);
    }
}

static void
on_failed(const GError *error, gpointer data)
{
    Watch *self = data;

    if (self->error == NULL)
        self->error = g_error_copy(error);
    g_main_loop_quit(self->loop);
}

/* A service that was restarted does not know what was wanted of the one before. */
static void
on_back(gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (!enable(data, &error))
        on_failed(error, data);
}

static const MsgrCtlFollowerFuncs follower_funcs = {
    .event = on_event,
    .back = on_back,
    .failed = on_failed,
};

static gboolean
on_interrupt(gpointer data)
{
    g_main_loop_quit(((Watch *)data)->loop);
    return G_SOURCE_CONTINUE;
}

static void
watch(Watch *self)
{
    guint interrupt = g_unix_signal_add(SIGINT, on_interrupt, self);
    guint terminate = g_unix_signal_add(SIGTERM, on_interrupt, self);

    g_main_loop_run(self->loop);
    g_source_remove(interrupt);
    g_source_remove(terminate);
}

static int
run_watch(MsgrCtl *ctl, char **args, GError **error)
{
    g_autoptr(GArray) sites = g_array_new(FALSE, FALSE, sizeof(gint32));
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Watch self = { .ctl = ctl, .sites = sites, .loop = loop };

    if (!parse_sites(sites, error))
        return MSGR_CTL_EXIT_USAGE;
    self.follower = msgr_ctl_follower_new(ctl, &follower_funcs, &self);
    if (msgr_ctl_follower_start_private(self.follower, error) && enable(&self, error)) {
        watch(&self);
        if (self.error != NULL)
            g_propagate_error(error, self.error);
    }
    msgr_ctl_follower_free(self.follower);
    return MSGR_CTL_EXIT_OK;
}

static gboolean
check_publish(gint32 *site, GError **error)
{
    if (options.sites == NULL || g_strv_length(options.sites) != 1)
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE,
                           _("Such as: msgrctl alerts publish --site 7 --to bob TEXT"),
                           _("An alert has one --site"));
    else if ((options.to == NULL) != options.everyone)
        msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, NULL,
                           _("Either --to USER or --everyone, one of the two"));
    else
        return parse_site(options.sites[0], site, error);
    return FALSE;
}

/* Standard input, as far as it can be an alert, without the end of its last line. */
static char *
read_input(void)
{
    g_autofree char *buffer = g_malloc0(MSGR_MAX_ALERT + 3);
    gsize length = fread(buffer, 1, MSGR_MAX_ALERT + 2, stdin);

    if (length > 0 && buffer[length - 1] == '\n')
        buffer[length - 1] = '\0';
    return msgr_ctl_text_from_argument(buffer);
}

static gboolean
publish_options(GVariantBuilder *builder, GError **error)
{
    guint seconds;

    g_variant_builder_init(builder, G_VARIANT_TYPE_VARDICT);
    if (options.url != NULL) {
        g_autofree char *url = msgr_ctl_text_from_argument(options.url);

        g_variant_builder_add(builder, "{sv}", "Url", g_variant_new_string(url));
    }
    if (options.expires == NULL)
        return TRUE;
    if (!msgr_ctl_duration_parse(options.expires, &seconds, error)) {
        g_variant_builder_clear(builder);
        return FALSE;
    }
    g_variant_builder_add(
        builder, "{sv}", "Expires",
        g_variant_new_uint64((guint64)g_get_real_time() + (guint64)seconds * G_USEC_PER_SEC));
    return TRUE;
}

/* Of all that can be wrong with a key this is what people run into first. */
static void
explain_denial(GError **error)
{
    const gboolean is_denied = g_error_matches(*error, MSGR_ERROR, MSGR_ERROR_ACCESS_DENIED) ||
                               g_error_matches(*error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED);

    if (!is_denied || strstr((*error)->message, "publish-alerts") == NULL)
        return;
    g_clear_error(error);
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_BAD_KEY,
                       _("Only the administrator can install such a key, in keys.d (see "
                         "msgr-keys(5)); then: msgrctl --key FILE alerts publish ..."),
                       _("To publish alerts takes a key with the capabilities private and "
                         "publish-alerts"));
}

static gboolean
publish(MsgrCtl *ctl, gint32 site, const char *to, const char *text, GVariantBuilder *builder,
        GError **error)
{
    g_autoptr(GVariant) args =
        g_variant_ref_sink(g_variant_new("(issa{sv})", site, to, text, builder));
    g_autoptr(GVariant) reply = NULL;
    GError *local_error = NULL;

    if (!msgr_ctl_need_private(ctl, error))
        return FALSE;
    reply = msgr_ctl_bus_call(ctl->bus, MSGR_PRIVATE_PATH, MSGR_PRIVATE_IFACE, "PublishAlert", args,
                              NULL, &local_error);
    if (reply != NULL)
        return TRUE;
    explain_denial(&local_error);
    g_propagate_error(error, local_error);
    return FALSE;
}

static int
run_publish(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *to = options.everyone ? g_strdup("") : msgr_ctl_text_from_argument(options.to);
    g_autofree char *text = NULL;
    GVariantBuilder builder;
    gint32 site;

    if (!check_publish(&site, error) || !publish_options(&builder, error))
        return MSGR_CTL_EXIT_USAGE;
    if (!options.everyone)
        msgr_ctl_set_subject(ctl, to);
    text = g_str_equal(args[0], "-") ? read_input() : msgr_ctl_text_from_argument(args[0]);
    if (!publish(ctl, site, to, text, &builder, error))
        return MSGR_CTL_EXIT_FAILED;
    if (ctl->output.json)
        msgr_ctl_json_print_string("SigninName", to);
    else if (options.everyone)
        msgr_ctl_output_print(&ctl->output, _("Published to every user of this machine."));
    else
        msgr_ctl_output_print(&ctl->output, _("Published to %s."), ctl->subject);
    return MSGR_CTL_EXIT_OK;
}

static const GOptionEntry watch_entries[] = {
    { "site", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.sites,
      N_("a site whose alerts are wanted, a number; may be given more than once"), N_("N") },
    { "take", 0, 0, G_OPTION_ARG_NONE, &options.take,
      N_("they are shown here: the desktop need not show them"), NULL },
    { NULL },
};

const MsgrCtlVerb msgr_ctl_verb_alerts_watch = {
    .name = "alerts watch",
    .args = "",
    .summary = N_("Prints the alerts of some sites as they come, until Ctrl-C"),
    .description = N_(
        "Those that wait come first, the oldest before the others. A line has the time, the site,\n"
        "who has published it, the text, and the address if there is one. It takes a key with the\n"
        "capability private. If the service is restarted, it unlocks again."),
    .examples = "msgrctl alerts watch --site 7 --site 8\n"
                "msgrctl --json alerts watch --site 7 | jq --unbuffered -r .Args.alert",
    .entries = watch_entries,
    .run = run_watch,
};

static const GOptionEntry publish_entries[] = {
    { "site", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.sites, N_("the alert's site, a number"),
      N_("N") },
    { "to", 0, 0, G_OPTION_ARG_FILENAME, &options.to, N_("for this user of this machine"),
      N_("USER") },
    { "everyone", 0, 0, G_OPTION_ARG_NONE, &options.everyone,
      N_("for every user who has ever been there; not too often"), NULL },
    { "url", 'u', 0, G_OPTION_ARG_FILENAME, &options.url,
      N_("where there is more about it: http or https"), N_("URL") },
    { "expires", 'e', 0, G_OPTION_ARG_FILENAME, &options.expires,
      N_("after this time it is worth nothing: 30s, 10m, 2d"), N_("TIME") },
    { NULL },
};

const MsgrCtlVerb msgr_ctl_verb_alerts_publish = {
    .name = "alerts publish",
    .args = N_("TEXT|-"),
    .summary = N_("Publishes an alert to a user of this machine, or to all"),
    .description = N_(
        "The text has at most 4096 bytes; - reads it from standard input. It is kept until "
        "somebody\n"
        "has had it. It takes a key with the capabilities private and publish-alerts, which only\n"
        "the administrator can install: see msgr-keys(5)."),
    .examples = "msgrctl alerts publish --site 7 --to bob \"The build is red\" --url "
                "https://ci.example.org/1\n"
                "msgrctl --key /etc/msgr/publisher.json alerts publish --site 1 --everyone -e 1h -",
    .min_args = 1,
    .max_args = 1,
    .entries = publish_entries,
    .run = run_publish,
};
