/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A service beyond the machine: its connector as tests play it.
 */
#pragma once

#include "msgr-account.h"
#include "msgr-order.h"
#include "msgr-remote.h"
#include "msgr-roster.h"
#include "msgr-test-model.h"

G_BEGIN_DECLS

/* The network "net" of everybody, and what they are called there: "alice@net". */
#define NET "net"

MsgrAccount *msgr_test_register_account(MsgrTestModel *t, const char *user);
MsgrAccount *msgr_test_account(MsgrTestModel *t, const char *user, const char *friend_name);
void msgr_test_befriend(MsgrAccount *account, const char *name, const char *details);
MsgrContact *msgr_test_net_contact(MsgrAccount *account, const char *name);

/* What the connector is asked, a line an order: "Method(arguments)". */
char *msgr_test_orders(MsgrTestModel *t);
/* The next order, which has to be of this method. */
MsgrOrder *msgr_test_take_order(MsgrTestModel *t, const char *method);
/* Answers it: with nothing, or this error. */
void msgr_test_answer(MsgrTestModel *t, MsgrOrder *order, int error);

#define msgr_test_assert_orders(t, expected)                                                       \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_autofree char *msgr_asked = NULL;                                                        \
                                                                                                   \
        msgr_test_commit(t);                                                                       \
        msgr_asked = msgr_test_orders(t);                                                          \
        g_assert_cmpstr(msgr_asked, ==, expected);                                                 \
    }                                                                                              \
    G_STMT_END

G_END_DECLS
