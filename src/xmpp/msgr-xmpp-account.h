/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The exit status of "msgr-xmpp --check" when another try would end the same. */
#define MSGR_XMPP_EXIT_REFUSED 3

/**
 * MsgrXmppAccount:
 *
 * What the file of an account says. There is no password in it.
 */
typedef struct {
    char *jid;             /* bare, normalised */
    char *host;            /* (nullable): in place of what the domain's records say */
    guint16 port;          /* with @host */
    gboolean direct_tls;   /* with @host */
    char *ca_file;         /* (nullable): absolute */
    char *resource;        /* (nullable): else one of this machine and user */
    guint ping_interval;   /* seconds */
    guint connect_timeout; /* seconds, for each address */
} MsgrXmppAccount;

char *msgr_xmpp_account_dir(void);
char *msgr_xmpp_account_service_id(const char *jid);
char *msgr_xmpp_account_path(const char *jid, const char *suffix);
MsgrXmppAccount *msgr_xmpp_account_load(const char *jid, GError **error);
gboolean msgr_xmpp_account_save(const MsgrXmppAccount *self, GError **error);
gboolean msgr_xmpp_account_set_server(MsgrXmppAccount *self, const char *server, GError **error);
GPtrArray *msgr_xmpp_account_list(void);
char *msgr_xmpp_account_full_jid(const MsgrXmppAccount *self);
void msgr_xmpp_account_free(MsgrXmppAccount *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppAccount, msgr_xmpp_account_free)

G_END_DECLS
