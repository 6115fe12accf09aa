/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-xmpp-connector.h"

G_BEGIN_DECLS

#define MSGR_TEST_ACCOUNT "alice@a.test"
#define MSGR_TEST_DEVICE  "alice@a.test/desk"

/**
 * MsgrTestNetwork:
 *
 * A connector whose network and whose msgrd are played by the test: in place of
 * msgr-xmpp-link.c and msgr-xmpp-manager.c it has the functions of msgr-test-network.c. There is
 * one at a time.
 */
typedef struct {
    MsgrXmppAccount account;
    MsgrXmppConnector *connector;
    MsgrXmppLinkEvents link_events;
    MsgrXmppManagerEvents manager_events;
    GPtrArray *sent; /* of char *: the stanzas that went out */
    GQueue calls;    /* of MsgrTestCall: those that msgrd has not answered */
    char *broken;    /* (nullable): why the connection was broken off */
    guint serial;
    char *answer; /* (nullable): to the last order, once there is one */
} MsgrTestNetwork;

/* A call of msgrd. */
typedef struct {
    const char *method;
    GVariant *args;
    MsgrXmppManagerFunc callback; /* (nullable) */
    gpointer data;
} MsgrTestCall;

MsgrTestNetwork *msgr_test_network_new(void);
void msgr_test_network_free(MsgrTestNetwork *self);
void msgr_test_network_reach(MsgrTestNetwork *self);
void msgr_test_network_tell_roster(MsgrTestNetwork *self, const char *items);
void msgr_test_network_sign_in(MsgrTestNetwork *self, const char *items);
gboolean msgr_test_network_receive(MsgrTestNetwork *self, const char *xml);
void msgr_test_network_answer_calls(MsgrTestNetwork *self, const GError *error);
void msgr_test_network_order(MsgrTestNetwork *self, const char *method, GVariant *args);
const char *msgr_test_network_wait_for_answer(MsgrTestNetwork *self);
guint msgr_test_network_count_calls(MsgrTestNetwork *self, const char *method);
const char *msgr_test_network_find(MsgrTestNetwork *self, const char *part);
char *msgr_test_network_id(const char *xml);
void msgr_test_network_forget(MsgrTestNetwork *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrTestNetwork, msgr_test_network_free)

G_END_DECLS
