/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Passwords of accounts: in a file that only the user can read, or in the user's keyring.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void msgr_xmpp_password_load_async(const char *jid, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data);
char *msgr_xmpp_password_load_finish(GAsyncResult *result, GError **error);
gboolean msgr_xmpp_password_save_file(const char *jid, const char *password, GError **error);
gboolean msgr_xmpp_password_save_keyring(const char *jid, const char *password, GError **error);
gboolean msgr_xmpp_password_forget(const char *jid, GError **error);
void msgr_xmpp_password_free(char *password);

G_END_DECLS
