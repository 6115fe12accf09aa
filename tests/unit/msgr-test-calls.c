/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The calls of Session1 by their names, each with its one argument that tests vary.
 */
#include "msgr-test-pair.h"

typedef gboolean (*CallFunc)(MsgrTestPair *pair, MsgrRole by, const char *argument, GError **error);

static MsgrContact *
the_other(MsgrTestPair *pair, MsgrRole by)
{
    return by == MSGR_INVITER ? msgr_test_contact(pair->t, "alice", "bob")
                              : msgr_test_contact(pair->t, "bob", "alice");
}

static gboolean
set_application(MsgrTestPair *pair, MsgrRole by, const char *argument, GError **error)
{
    return msgr_side_set_application(msgr_test_pair_side(pair, by), argument, error);
}

static gboolean
set_local_address(MsgrTestPair *pair, MsgrRole by, const char *argument, GError **error)
{
    return msgr_side_set_local_address(msgr_test_pair_side(pair, by), argument, error);
}

static gboolean
invite(MsgrTestPair *pair, MsgrRole by, const char *argument, GError **error)
{
    return msgr_side_invite(msgr_test_pair_side(pair, by), the_other(pair, by), argument, error);
}

static gboolean
accept(MsgrTestPair *pair, MsgrRole by, const char *argument, GError **error)
{
    return msgr_side_accept(msgr_test_pair_side(pair, by), argument, NULL, error);
}

static gboolean
accept_with_address(MsgrTestPair *pair, MsgrRole by, const char *argument, GError **error)
{
    return msgr_side_accept(msgr_test_pair_side(pair, by), "yes", argument, error);
}

static gboolean
decline(MsgrTestPair *pair, MsgrRole by, const char *argument, GError **error)
{
    return msgr_side_decline(msgr_test_pair_side(pair, by), argument, error);
}

static gboolean
cancel(MsgrTestPair *pair, MsgrRole by, const char *argument, GError **error)
{
    return msgr_side_cancel(msgr_test_pair_side(pair, by), 0, argument, error);
}

static gboolean
cancel_with_hr(MsgrTestPair *pair, MsgrRole by, const char *argument, GError **error)
{
    guint32 hr = (guint32)g_ascii_strtoull(argument, NULL, 16);

    return msgr_side_cancel(msgr_test_pair_side(pair, by), hr, "bye", error);
}

static gboolean
send_context_data(MsgrTestPair *pair, MsgrRole by, const char *argument, GError **error)
{
    return msgr_side_send_context_data(msgr_test_pair_side(pair, by), argument, error);
}

static gboolean
suppress(MsgrTestPair *pair, MsgrRole by, const char *argument, GError **error)
{
    return msgr_side_suppress(msgr_test_pair_side(pair, by), msgr_test_pair_client(pair, by),
                              argument, error);
}

static gboolean
detach(MsgrTestPair *pair, MsgrRole by, const char *argument, GError **error)
{
    return msgr_side_detach(msgr_test_pair_side(pair, by), error);
}

static const struct {
    const char *name;
    CallFunc func;
} calls[] = {
    { "Set-Application", set_application },
    { "Set-LocalAddress", set_local_address },
    { "Invite", invite },
    { "Accept", accept },
    { "AcceptWith-LocalAddress", accept_with_address },
    { "Decline", decline },
    { "Cancel", cancel },
    { "Cancel-with-hr", cancel_with_hr },
    { "SendContextData", send_context_data },
    { "SuppressDefault", suppress },
    { "Detach", detach },
};

gboolean
msgr_test_call(MsgrTestPair *pair, MsgrRole by, const char *name, const char *argument,
               GError **error)
{
    gsize i = 0;

    while (i < G_N_ELEMENTS(calls) && !g_str_equal(calls[i].name, name))
        i++;
    g_assert_cmpuint(i, <, G_N_ELEMENTS(calls));
    return calls[i].func(pair, by, argument, error);
}
