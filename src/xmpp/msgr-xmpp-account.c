/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files of accounts: $XDG_CONFIG_HOME/msgr/accounts/<address>.conf.
 */
#include "msgr-xmpp-account.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "msgr-error.h"
#include "msgr-xmpp-jid.h"

#define GROUP  "Account"
#define SUFFIX ".conf"

#define DEFAULT_PORT            5222
#define DEFAULT_PING_INTERVAL   150  /* seconds */
#define DEFAULT_CONNECT_TIMEOUT 30   /* seconds */
#define MAX_SECONDS             3600 /* of either */
#define MAX_ACCOUNT             129  /* characters: of a sign-in name */
#define MAX_SERVICE_ID          160  /* characters */
#define MACHINE_ID              "/etc/machine-id"

void
msgr_xmpp_account_free(MsgrXmppAccount *self)
{
    g_free(self->jid);
    g_free(self->host);
    g_free(self->ca_file);
    g_free(self->resource);
    g_free(self);
}

char *
msgr_xmpp_account_dir(void)
{
    return g_build_filename(g_get_user_config_dir(), "msgr", "accounts", NULL);
}

/**
 * msgr_xmpp_account_path:
 * @jid: normalised: it has no slash in it
 * @suffix: with its dot
 */
char *
msgr_xmpp_account_path(const char *jid, const char *suffix)
{
    g_autofree char *dir = msgr_xmpp_account_dir();
    g_autofree char *name = g_strconcat(jid, suffix, NULL);

    return g_build_filename(dir, name, NULL);
}

/**
 * msgr_xmpp_account_service_id:
 * @jid: normalised
 *
 * Returns: the ID of the account's service: a URI (RFC 5122), since that has the letters of ASCII
 *   alone.
 */
char *
msgr_xmpp_account_service_id(const char *jid)
{
    g_autofree char *escaped =
        g_uri_escape_string(jid, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, FALSE);

    return g_strconcat("xmpp:", escaped, NULL);
}

/**
 * msgr_xmpp_account_set_server:
 * @server: (nullable): HOST, HOST:PORT or [IPv6]:PORT; NULL: as the domain says
 */
gboolean
msgr_xmpp_account_set_server(MsgrXmppAccount *self, const char *server, GError **error)
{
    g_autoptr(GSocketConnectable) address = NULL;

    g_clear_pointer(&self->host, g_free);
    if (server == NULL)
        return TRUE;
    address = g_network_address_parse(server, DEFAULT_PORT, error);
    if (address == NULL)
        return FALSE;
    self->host = g_strdup(g_network_address_get_hostname(G_NETWORK_ADDRESS(address)));
    self->port = g_network_address_get_port(G_NETWORK_ADDRESS(address));
    return TRUE;
}

static gboolean
read_server(MsgrXmppAccount *self, GKeyFile *file, GError **error)
{
    g_autofree char *server = g_key_file_get_string(file, GROUP, "Server", NULL);

    self->direct_tls = g_key_file_get_boolean(file, GROUP, "DirectTls", NULL);
    return msgr_xmpp_account_set_server(self, server, error);
}

static gboolean
read_ca_file(MsgrXmppAccount *self, GKeyFile *file, GError **error)
{
    self->ca_file = g_key_file_get_string(file, GROUP, "CaFile", NULL);
    if (self->ca_file == NULL || g_path_is_absolute(self->ca_file))
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS, "CaFile must be an absolute path");
}

static gboolean
read_resource(MsgrXmppAccount *self, GKeyFile *file, GError **error)
{
    self->resource = g_key_file_get_string(file, GROUP, "Resource", NULL);
    if (self->resource == NULL ||
        g_regex_match_simple("^[A-Za-z0-9._-]{1,64}$", self->resource, 0, 0))
        return TRUE;
    return msgr_refuse(error, MSGR_ERROR_INVALID_ARGS,
                       "Resource must have 1 to 64 letters, digits, dots, hyphens or underscores");
}

static guint
read_seconds(GKeyFile *file, const char *key, guint fallback)
{
    int seconds = g_key_file_get_integer(file, GROUP, key, NULL);

    return seconds >= 1 && seconds <= MAX_SECONDS ? (guint)seconds : fallback;
}

static gboolean
is_short_enough(const char *jid)
{
    g_autofree char *id = msgr_xmpp_account_service_id(jid);

    return g_utf8_strlen(jid, -1) <= MAX_ACCOUNT && strlen(id) <= MAX_SERVICE_ID;
}

/**
 * msgr_xmpp_account_load:
 * @jid: as the user writes it
 *
 * Returns: (nullable): the account, whose file must be there.
 */
MsgrXmppAccount *
msgr_xmpp_account_load(const char *jid, GError **error)
{
    g_autoptr(MsgrXmppAccount) self = g_new0(MsgrXmppAccount, 1);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = NULL;

    self->jid = msgr_xmpp_jid_normalise_bare(jid, error);
    if (self->jid == NULL)
        return NULL;
    if (!msgr_xmpp_jid_is_account(self->jid) || !is_short_enough(self->jid)) {
        msgr_refuse(error, MSGR_ERROR_INVALID_ARGS,
                    "this is no account: it takes name@server, and not too long");
        return NULL;
    }
    path = msgr_xmpp_account_path(self->jid, SUFFIX);
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error)) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    self->ping_interval = read_seconds(file, "PingInterval", DEFAULT_PING_INTERVAL);
    self->connect_timeout = read_seconds(file, "ConnectTimeout", DEFAULT_CONNECT_TIMEOUT);
    if (!read_server(self, file, error) || !read_ca_file(self, file, error) ||
        !read_resource(self, file, error)) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    return g_steal_pointer(&self);
}

static void
write_server(const MsgrXmppAccount *self, GKeyFile *file)
{
    gboolean is_ipv6 = strchr(self->host, ':') != NULL;
    g_autofree char *server =
        g_strdup_printf(is_ipv6 ? "[%s]:%u" : "%s:%u", self->host, self->port);

    g_key_file_set_string(file, GROUP, "Server", server);
    g_key_file_set_boolean(file, GROUP, "DirectTls", self->direct_tls);
}

/**
 * msgr_xmpp_account_save:
 *
 * What else is in the account's file stays there.
 */
gboolean
msgr_xmpp_account_save(const MsgrXmppAccount *self, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *dir = msgr_xmpp_account_dir();
    g_autofree char *path = msgr_xmpp_account_path(self->jid, SUFFIX);
    g_autofree char *text = NULL;

    g_key_file_load_from_file(file, path, G_KEY_FILE_KEEP_COMMENTS, NULL);
    g_key_file_set_string(file, GROUP, "Address", self->jid);
    if (self->host != NULL)
        write_server(self, file);
    if (self->ca_file != NULL)
        g_key_file_set_string(file, GROUP, "CaFile", self->ca_file);
    if (self->resource != NULL)
        g_key_file_set_string(file, GROUP, "Resource", self->resource);
    text = g_key_file_to_data(file, NULL, NULL);
    g_mkdir_with_parents(dir, 0700);
    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(*(const char *const *)a, *(const char *const *)b);
}

/**
 * msgr_xmpp_account_list:
 *
 * Returns: (element-type utf8): the addresses of all accounts that have a file.
 */
GPtrArray *
msgr_xmpp_account_list(void)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *path = msgr_xmpp_account_dir();
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, SUFFIX))
            g_ptr_array_add(list, g_strndup(name, strlen(name) - strlen(SUFFIX)));
    }
    g_ptr_array_sort(list, compare_names);
    return list;
}

/**
 * msgr_xmpp_account_full_jid:
 *
 * Returns: the address of this machine: the same resource each time, so that sessions find it again
 *   after a restart, and another one on every machine and for every user, so that two of them never
 *   throw each other out.
 */
char *
msgr_xmpp_account_full_jid(const MsgrXmppAccount *self)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *machine = NULL;
    g_autofree char *seed = NULL;

    if (self->resource != NULL)
        return g_strdup_printf("%s/%s", self->jid, self->resource);
    if (!g_file_get_contents(MACHINE_ID, &machine, NULL, NULL))
        machine = g_strdup(g_get_host_name());
    seed = g_strdup_printf("msgr-xmpp %s %u %s", machine, getuid(), self->jid);
    g_checksum_update(sum, (const guchar *)seed, -1);
    return g_strdup_printf("%s/msgr-%.8s", self->jid, g_checksum_get_string(sum));
}
