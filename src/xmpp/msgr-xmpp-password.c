/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where passwords are kept. Nowhere else: not in the account's file, on no command line, in no
 * environment and no log; and in memory no longer than a login takes.
 */
#include "msgr-xmpp-password.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libsecret/secret.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "msgr-error.h"
#include "msgr-xmpp-account.h"

#define SUFFIX       ".password"
#define MAX_PASSWORD 1024 /* bytes */

static const SecretSchema schema = {
    "org.msgr.Account",
    SECRET_SCHEMA_NONE,
    {
        { "protocol", SECRET_SCHEMA_ATTRIBUTE_STRING },
        { "account", SECRET_SCHEMA_ATTRIBUTE_STRING },
    },
};

/**
 * msgr_xmpp_password_free:
 * @password: (nullable): wiped, and freed
 */
void
msgr_xmpp_password_free(char *password)
{
    if (password == NULL)
        return;
    explicit_bzero(password, strlen(password));
    g_free(password);
}

static void
free_password(gpointer password)
{
    msgr_xmpp_password_free(password);
}

static gboolean
check_file(int fd, const char *path, GError **error)
{
    struct stat info;

    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == getuid() &&
        (info.st_mode & 077) == 0)
        return TRUE;
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_AUTHENTICATION_FAILED,
                "%s must be a file of the user's own that nobody else may read (mode 0600)", path);
    return FALSE;
}

static char *
read_line(int fd)
{
    char buffer[MAX_PASSWORD + 1];
    ssize_t length = read(fd, buffer, MAX_PASSWORD);
    char *password = NULL;

    if (length > 0) {
        buffer[length] = '\0';
        buffer[strcspn(buffer, "\r\n")] = '\0';
        password = g_strdup(buffer);
    }
    explicit_bzero(buffer, sizeof(buffer));
    return password;
}

/* Returns: (nullable): NULL without an error if there is no such file. */
static char *
load_file(const char *jid, GError **error)
{
    g_autofree char *path = msgr_xmpp_account_path(jid, SUFFIX);
    int fd = g_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
    char *password = NULL;

    if (fd < 0 && errno == ENOENT)
        return NULL;
    if (fd < 0) {
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_AUTHENTICATION_FAILED, "%s: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    if (check_file(fd, path, error)) {
        password = read_line(fd);
        if (password == NULL || *password == '\0')
            g_set_error(error, MSGR_ERROR, MSGR_ERROR_AUTHENTICATION_FAILED,
                        "%s: there is no password in it", path);
    }
    close(fd);
    return password;
}

/* A keyring that can't be asked is a matter of time; one that doesn't have the password, or that
 * the user won't unlock, isn't. */
static void
found_in_keyring(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GError) error = NULL;
    char *found = secret_password_lookup_finish(result, &error);

    if (found != NULL) {
        g_task_return_pointer(task, g_strdup(found), free_password);
        secret_password_wipe(found);
        secret_password_free(found);
    } else if (error != NULL) {
        /* a keyring that was started anew doesn't know the session that libsecret had with it */
        secret_service_disconnect();
        g_task_return_new_error(task, MSGR_ERROR, MSGR_ERROR_CONNECTION_FAILURE,
                                "the keyring does not answer: %s", error->message);
    } else {
        g_task_return_new_error(task, MSGR_ERROR, MSGR_ERROR_AUTHENTICATION_FAILED,
                                "there is no password: the keyring has none, or is locked");
    }
}

/**
 * msgr_xmpp_password_load_async:
 *
 * The file counts where there is one; else the keyring is asked, which may have the user unlock it.
 */
void
msgr_xmpp_password_load_async(const char *jid, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, data);
    g_autoptr(GError) error = NULL;
    char *password = load_file(jid, &error);

    if (error != NULL) {
        msgr_xmpp_password_free(password);
        g_task_return_error(task, g_steal_pointer(&error));
        g_object_unref(task);
    } else if (password != NULL) {
        g_task_return_pointer(task, password, free_password);
        g_object_unref(task);
    } else {
        secret_password_lookup(&schema, cancellable, found_in_keyring, task, "protocol", "xmpp",
                               "account", jid, NULL);
    }
}

/**
 * msgr_xmpp_password_load_finish:
 *
 * Returns: (nullable): to be given to msgr_xmpp_password_free(). The error is
 *   MSGR_ERROR_AUTHENTICATION_FAILED if asking again would end the same, and
 *   MSGR_ERROR_CONNECTION_FAILURE if nobody could be asked.
 */
char *
msgr_xmpp_password_load_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

gboolean
msgr_xmpp_password_save_file(const char *jid, const char *password, GError **error)
{
    g_autofree char *dir = msgr_xmpp_account_dir();
    g_autofree char *path = msgr_xmpp_account_path(jid, SUFFIX);

    g_mkdir_with_parents(dir, 0700);
    return g_file_set_contents_full(path, password, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                    error);
}

gboolean
msgr_xmpp_password_save_keyring(const char *jid, const char *password, GError **error)
{
    g_autofree char *label = g_strdup_printf("msgr: %s", jid);

    return secret_password_store_sync(&schema, SECRET_COLLECTION_DEFAULT, label, password, NULL,
                                      error, "protocol", "xmpp", "account", jid, NULL);
}

/**
 * msgr_xmpp_password_forget:
 *
 * Takes it out of the file and, if one is there, of the keyring.
 */
gboolean
msgr_xmpp_password_forget(const char *jid, GError **error)
{
    g_autofree char *path = msgr_xmpp_account_path(jid, SUFFIX);

    if (g_unlink(path) != 0 && errno != ENOENT) {
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s", path,
                    g_strerror(errno));
        return FALSE;
    }
    secret_password_clear_sync(&schema, NULL, NULL, "protocol", "xmpp", "account", jid, NULL);
    return TRUE;
}
