/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verbs about accounts of networks: their files, their passwords, and the programs that bring
 * them to the service.
 */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/wait.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-key-file.h"
#include "msgr-ctl-password.h"
#include "msgr-ctl-service.h"
#include "msgr-ctl-table.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-verb.h"
#include "msgr-ctl-words.h"
#include "msgr-xmpp-account.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-password.h"
#include "msgr-xmpp-unit.h"

#define PROGRAM "msgr-xmpp"

static struct {
    char *server;
    char *ca_file;
    gboolean direct_tls;
    gboolean password_file;
    gboolean no_start;
} options;

/* Returns: the program of accounts; MSGR_XMPP names another, to try one that isn't installed. */
static char *
program_path(void)
{
    const char *given = g_getenv("MSGR_XMPP");

    return given != NULL ? g_strdup(given) : g_build_filename(MSGR_LIBEXEC_DIR, PROGRAM, NULL);
}

/* Returns: (nullable): the address in its one form. */
static char *
address_of(const char *argument, GError **error)
{
    g_autofree char *text = msgr_ctl_text_from_argument(argument);
    g_autofree char *jid = msgr_xmpp_jid_normalise_bare(text, NULL);
    g_autofree char *safe = msgr_ctl_text_safe(argument);

    if (jid != NULL && msgr_xmpp_jid_is_account(jid))
        return g_steal_pointer(&jid);
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, _("It looks like alice@example.org"),
                       _("%s is no address of XMPP"), safe);
    return NULL;
}

/* Returns: the program's exit status, or -1; what it says goes where ours does. */
static int
run_program(const char *const *argv, gboolean is_silent)
{
    GSpawnFlags flags = G_SPAWN_SEARCH_PATH;
    int status = 0;

    flags |= is_silent ? G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL : G_SPAWN_DEFAULT;
    if (!g_spawn_sync(NULL, (char **)argv, NULL, flags, NULL, NULL, NULL, NULL, &status, NULL))
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static gboolean
run_systemctl(const char *verb, const char *jid)
{
    g_autofree char *unit = msgr_xmpp_unit_name(jid);
    const char *const argv[] = { "systemctl", "--user", "--quiet", verb, "--", unit, NULL };

    return run_program(argv, TRUE) == 0;
}

/* One that runs has read the account's files as they were. */
static gboolean
start_unit(const char *jid)
{
    return run_systemctl("enable", jid) && run_systemctl("restart", jid);
}

static void
stop_unit(const char *jid)
{
    run_systemctl("stop", jid);
    run_systemctl("disable", jid);
}

static int
check_sign_in(const char *jid, gboolean is_silent)
{
    g_autofree char *program = program_path();
    const char *const argv[] = { program, "--check", "--", jid, NULL };

    return run_program(argv, is_silent);
}

static void
forget(MsgrCtl *ctl, const char *jid)
{
    g_autofree char *program = program_path();
    const char *const argv[] = { program, "--forget", "--", jid, NULL };
    const char *const with_bus[] = {
        program, "--bus", ctl->bus_option, "--forget", "--", jid, NULL
    };

    if (run_program(ctl->bus_option != NULL ? with_bus : argv, TRUE) != 0)
        msgr_ctl_output_warn(&ctl->output,
                             _("The service remembers the account: it was not reached."));
}

/* Returns: as it is in its file, where there is one. */
static MsgrXmppAccount *
old_account(const char *jid)
{
    MsgrXmppAccount *account = msgr_xmpp_account_load(jid, NULL);

    if (account == NULL) {
        account = g_new0(MsgrXmppAccount, 1);
        account->jid = g_strdup(jid);
    }
    return account;
}

static MsgrXmppAccount *
new_account(const char *jid, GError **error)
{
    g_autoptr(MsgrXmppAccount) account = old_account(jid);

    if (options.ca_file != NULL) {
        g_free(account->ca_file);
        account->ca_file = g_canonicalize_filename(options.ca_file, NULL);
    }
    if (options.server == NULL)
        return g_steal_pointer(&account);
    account->direct_tls = options.direct_tls;
    return msgr_xmpp_account_set_server(account, options.server, error) ? g_steal_pointer(&account)
                                                                        : NULL;
}

/* The keyring, or, where there is none, a file that says so. */
static gboolean
store_password(MsgrCtl *ctl, const char *jid, const char *password, GError **error)
{
    g_autoptr(GError) local_error = NULL;

    if (!options.password_file) {
        if (msgr_xmpp_password_save_keyring(jid, password, &local_error))
            return TRUE;
        msgr_ctl_output_warn(&ctl->output,
                             _("There is no keyring (%s): the password goes into a file that only "
                               "you can read."),
                             local_error->message);
    }
    return msgr_xmpp_password_save_file(jid, password, error);
}

static gboolean
add(MsgrCtl *ctl, const char *jid, GError **error)
{
    g_autoptr(MsgrXmppAccount) account = new_account(jid, error);
    g_autofree char *prompt = NULL;
    char *password = NULL;
    gboolean is_stored = FALSE;

    if (account == NULL)
        return FALSE;
    prompt = g_strdup_printf(_("Password of %s: "), jid);
    password = msgr_ctl_password_read(prompt, error);
    if (password == NULL)
        return FALSE;
    is_stored = msgr_xmpp_password_forget(jid, error) &&
                store_password(ctl, jid, password, error) && msgr_xmpp_account_save(account, error);
    msgr_ctl_secret_free(password);
    return is_stored;
}

/* What the server refuses, it would refuse each time; what is only not there now will be tried
 * again by the unit. */
static int
try_and_start(MsgrCtl *ctl, const char *jid)
{
    if (check_sign_in(jid, ctl->output.json) == MSGR_XMPP_EXIT_REFUSED) {
        msgr_ctl_output_warn(&ctl->output,
                             _("It is kept, but not started. Add it once more to mend it."));
        return MSGR_CTL_EXIT_FAILED;
    }
    if (!start_unit(jid))
        msgr_ctl_output_warn(&ctl->output,
                             _("It is not started by itself here. By hand: %s/msgr-xmpp %s"),
                             MSGR_LIBEXEC_DIR, jid);
    return MSGR_CTL_EXIT_OK;
}

static int
run_add(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *jid = address_of(args[0], error);

    if (jid == NULL || !add(ctl, jid, error))
        return MSGR_CTL_EXIT_FAILED;
    if (ctl->output.json)
        msgr_ctl_json_print_string("Address", jid);
    msgr_ctl_output_print(&ctl->output, _("added: %s"), jid);
    return options.no_start ? MSGR_CTL_EXIT_OK : try_and_start(ctl, jid);
}

static gboolean
has_password_file(const char *jid)
{
    g_autofree char *path = msgr_xmpp_account_path(jid, ".password");

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Returns: (nullable): the services, where the service can be asked: the accounts are files. */
static GVariant *
describe_services(MsgrCtl *ctl)
{
    g_autoptr(GError) error = NULL;
    GVariant *services = NULL;

    if (msgr_ctl_need_quietly(ctl, &error) != NULL)
        services = msgr_ctl_services_describe(ctl, &error);
    if (services == NULL)
        g_debug("how the accounts are isn't known: %s", error->message);
    return services;
}

static GVariant *
find_account(GVariant *services, const char *jid)
{
    g_autofree char *id = msgr_xmpp_account_service_id(jid);

    return msgr_ctl_services_find(services, id);
}

static void
add_status_json(GVariant *details, JsonObject *object)
{
    guint32 status;

    if (details == NULL)
        return;
    status = msgr_ctl_dict_uint32(details, "Status");
    json_object_set_int_member(object, "Status", status);
    json_object_set_string_member(object, "StatusName", msgr_ctl_status_name(status));
}

static void
print_json(GPtrArray *list, GVariant *services)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; i < list->len; i++) {
        g_autoptr(GVariant) details = find_account(services, list->pdata[i]);
        JsonObject *object = json_object_new();

        json_object_set_string_member(object, "Address", list->pdata[i]);
        json_object_set_string_member(object, "Password",
                                      has_password_file(list->pdata[i]) ? "file" : "keyring");
        add_status_json(details, object);
        msgr_ctl_service_add_json(details, object);
        msgr_ctl_json_take_object(array, object);
    }
    msgr_ctl_json_print_array(array);
    json_array_unref(array);
}

/* Returns: how the account is; one that the service has never seen has no program that runs. */
static char *
state_of(GVariant *services, GVariant *details)
{
    if (details != NULL)
        return msgr_ctl_service_state(details);
    return g_strdup(services != NULL ? _("not running") : _("unknown"));
}

static void
add_row(MsgrCtlTable *table, const char *jid, GVariant *services)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MsgrXmppAccount) account = msgr_xmpp_account_load(jid, &error);
    const char *server = account != NULL && account->host != NULL ? account->host : "";
    g_autoptr(GVariant) details = find_account(services, jid);
    g_autofree char *state = state_of(services, details);
    const char *const cells[] = {
        jid,
        account != NULL ? server : error->message,
        has_password_file(jid) ? _("in a file") : _("in the keyring"),
        state,
        details != NULL ? msgr_ctl_dict_string(details, "Message") : "",
    };

    msgr_ctl_table_add(table, cells);
    msgr_ctl_table_style(table, 3,
                         details != NULL ? msgr_ctl_service_style(details) : MSGR_CTL_DIM);
}

static void
print_table(MsgrCtl *ctl, GPtrArray *list, GVariant *services)
{
    g_autoptr(MsgrCtlTable) table =
        msgr_ctl_table_new(5, _("ADDRESS"), _("SERVER"), _("PASSWORD"), _("STATE"), _("SAYS"));
    g_autofree char *text = NULL;

    for (guint i = 0; i < list->len; i++)
        add_row(table, list->pdata[i], services);
    text = msgr_ctl_table_render(table, &ctl->output);
    msgr_ctl_output_text(text);
}

static int
run_list(MsgrCtl *ctl, char **args, GError **error)
{
    g_autoptr(GPtrArray) list = msgr_xmpp_account_list();
    g_autoptr(GVariant) services = list->len != 0 ? describe_services(ctl) : NULL;

    if (ctl->output.json)
        print_json(list, services);
    else if (list->len == 0)
        msgr_ctl_output_print(&ctl->output, _("There is no account: msgrctl account add --help"));
    else
        print_table(ctl, list, services);
    return MSGR_CTL_EXIT_OK;
}

static gboolean
check_exists(const char *jid, GError **error)
{
    g_autofree char *path = msgr_xmpp_account_path(jid, ".conf");

    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_USAGE, _("See all: msgrctl account list"),
                       _("There is no account %s"), jid);
    return FALSE;
}

static int
run_remove(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *jid = address_of(args[0], error);
    g_autofree char *path = NULL;

    if (jid == NULL || !check_exists(jid, error))
        return MSGR_CTL_EXIT_FAILED;
    stop_unit(jid);
    forget(ctl, jid);
    if (!msgr_xmpp_password_forget(jid, error))
        return MSGR_CTL_EXIT_FAILED;
    path = msgr_xmpp_account_path(jid, ".conf");
    if (g_unlink(path) != 0) {
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
                    _("%s can't be removed: %s"), path, g_strerror(errno));
        return MSGR_CTL_EXIT_FAILED;
    }
    if (ctl->output.json)
        msgr_ctl_json_print_string("Address", jid);
    msgr_ctl_output_print(&ctl->output, _("removed: %s"), jid);
    return MSGR_CTL_EXIT_OK;
}

static int
run_test(MsgrCtl *ctl, char **args, GError **error)
{
    g_autofree char *jid = address_of(args[0], error);
    gboolean is_well;

    if (jid == NULL || !check_exists(jid, error))
        return MSGR_CTL_EXIT_FAILED;
    is_well = check_sign_in(jid, ctl->output.json) == 0;
    if (ctl->output.json)
        msgr_ctl_json_print_boolean("SignedIn", is_well);
    return is_well ? MSGR_CTL_EXIT_OK : MSGR_CTL_EXIT_FAILED;
}

static const GOptionEntry add_entries[] = {
    { "server", 's', 0, G_OPTION_ARG_STRING, &options.server,
      N_("connect there (else where the domain's records lead)"), N_("HOST[:PORT]") },
    { "direct-tls", 0, 0, G_OPTION_ARG_NONE, &options.direct_tls,
      N_("with --server: TLS begins at once there"), NULL },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &options.ca_file,
      N_("certificate authorities beside the system's own"), N_("FILE") },
    { "password-file", 0, 0, G_OPTION_ARG_NONE, &options.password_file,
      N_("keep the password in a file that only you can read, not in the keyring"), NULL },
    { "no-start", 0, 0, G_OPTION_ARG_NONE, &options.no_start,
      N_("don't try the account, nor start it with your sessions"), NULL },
    { NULL },
};

const MsgrCtlVerb msgr_ctl_verb_account_add = {
    .name = "account add",
    .args = N_("ADDRESS"),
    .summary = N_("Adds an XMPP account of yours, or changes it"),
    .description = N_(
        "The password is asked for, or read from standard input. It goes into your keyring; where\n"
        "there is none, into a file that only you can read. It is tried; then the account is\n"
        "started with each of your sessions, by systemd. Of an account that is there already,\n"
        "what isn't given stays as it is."),
    .examples = "msgrctl account add alice@example.org\n"
                "msgrctl account add --server xmpp.example.org:5222 alice@example.org <secret",
    .min_args = 1,
    .max_args = 1,
    .entries = add_entries,
    .run = run_add,
};

const MsgrCtlVerb msgr_ctl_verb_account_list = {
    .name = "account list",
    .args = "",
    .summary = N_("Lists your XMPP accounts, and why one isn't signed in"),
    .examples = "msgrctl account list",
    .run = run_list,
};

const MsgrCtlVerb msgr_ctl_verb_account_remove = {
    .name = "account remove",
    .args = N_("ADDRESS"),
    .summary = N_("Removes an account here, and its password and contacts; the server keeps it"),
    .examples = "msgrctl account remove alice@example.org",
    .min_args = 1,
    .max_args = 1,
    .run = run_remove,
};

const MsgrCtlVerb msgr_ctl_verb_account_test = {
    .name = "account test",
    .args = N_("ADDRESS"),
    .summary = N_("Signs in once, and says how it went"),
    .examples = "msgrctl account test alice@example.org",
    .min_args = 1,
    .max_args = 1,
    .run = run_test,
};
