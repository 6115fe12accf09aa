/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The contacts of a service beyond this machine: what its connector says of them, and what its user
 * does with them, which is the connector's to carry out.
 */
#pragma once

#include "msgr-account.h"

G_BEGIN_DECLS

/* So many requests for the user's status are kept, a service. */
#define MSGR_MAX_CONTACT_REQUESTS 100

char *msgr_roster_name(const char *name, GError **error);

/* The connector */
gboolean msgr_roster_replace(MsgrAccount *account, GVariant *contacts, GError **error);
gboolean msgr_roster_update(MsgrAccount *account, GVariant *contacts, GError **error);
void msgr_roster_goes_offline(MsgrAccount *account);
void msgr_roster_forget(MsgrAccount *account);
void msgr_roster_send_owed(MsgrAccount *account);

/* The user */
MsgrContact *msgr_roster_contact(MsgrAccount *account, const char *name, GError **error);
gboolean msgr_roster_remove(MsgrContact *contact, GError **error);
gboolean msgr_roster_set_blocked(MsgrContact *contact, gboolean blocked, GError **error);

/* Requests for the user's status */
gboolean msgr_contact_request_waits(MsgrContact *contact);
gboolean msgr_contact_request_deliver(MsgrAccount *account, const char *from,
                                      const char *friendly_name, const char *message,
                                      GError **error);
gboolean msgr_contact_request_withdraw(MsgrAccount *account, const char *from, GError **error);
gboolean msgr_contact_request_answer(MsgrAccount *account, const char *from, gboolean accept,
                                     GError **error);
GVariant *msgr_contact_request_list(MsgrUser *user);
void msgr_contact_request_show_again(MsgrUser *user);
void msgr_contact_request_answered(MsgrContact *contact, gboolean done);

/* What is owed to the network of one contact. */
void msgr_roster_owe(MsgrContact *contact, guint what);

G_END_DECLS
