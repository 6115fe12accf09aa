/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The numbers of the API in words.
 */
#include "msgr-ctl-words.h"

#include "msgr-ctl-error.h"
#include "msgr-error.h"

static void
test_states(void)
{
    g_assert_cmpstr(msgr_ctl_state_name(MSGR_STATE_READY), ==, "READY");
    g_assert_cmpstr(msgr_ctl_state_name(MSGR_STATE_TERMINATED), ==, "TERMINATED");
    g_assert_cmpstr(msgr_ctl_state_name(99), ==, "UNKNOWN");
    g_assert_cmpstr(msgr_ctl_state_word(MSGR_STATE_INVITATION, MSGR_FLAG_INVITEE), ==,
                    "waits for you");
    g_assert_cmpstr(msgr_ctl_state_word(MSGR_STATE_INVITATION, MSGR_FLAG_INVITER), ==, "invited");
    g_assert_cmpstr(msgr_ctl_state_word(MSGR_STATE_CONNECTED, MSGR_FLAG_INVITEE), ==, "connected");
}

static void
test_statuses(void)
{
    g_assert_cmpstr(msgr_ctl_status_name(MSGR_STATUS_OUT_TO_LUNCH), ==, "OUT_TO_LUNCH");
    g_assert_cmpstr(msgr_ctl_status_word(MSGR_STATUS_ONLINE), ==, "online");
    g_assert_cmpstr(msgr_ctl_status_name(77), ==, "UNKNOWN");
    g_assert_cmpstr(msgr_ctl_lock_name(MSGR_LOCK_UNLOCKED), ==, "UNLOCKED");
    g_assert_cmpstr(msgr_ctl_lock_word(MSGR_LOCK_INITIALIZED), ==, "locked");
}

/* Every status that can be set can be typed, as it is printed for programs and with hyphens. */
static void
test_parse_status(void)
{
    static const struct {
        const char *text;
        guint32 status;
    } cases[] = {
        { "online", 0x2 },
        { "ONLINE", 0x2 },
        { "invisible", 0x6 },
        { "busy", 0xa },
        { "be-right-back", 0xe },
        { "BE_RIGHT_BACK", 0xe },
        { "idle", 0x12 },
        { "away", 0x22 },
        { "on the phone", 0x32 },
        { "out-to-lunch", 0x42 },
        { "offline", 0 },
        { "unknown", 0 },
        { "", 0 },
        { "onlin", 0 },
        { "2", 0 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        guint32 status = 0;
        gboolean known = msgr_ctl_status_parse(cases[i].text, &status, &error);

        g_assert_cmpint(known, ==, cases[i].status != 0);
        if (known)
            g_assert_cmphex(status, ==, cases[i].status);
        else
            g_assert_error(error, MSGR_CTL_ERROR, MSGR_CTL_ERROR_USAGE);
    }
}

static void
test_results(void)
{
    g_autofree char *known = msgr_ctl_result_name(0x81000609);
    g_autofree char *unknown = msgr_ctl_result_name(0x81009999);
    g_autofree char *word = msgr_ctl_result_word(0x81000602);
    g_autofree char *bare = msgr_ctl_result_word(0x81000615);

    g_assert_cmpstr(known, ==, "SessionTimeout");
    g_assert_cmpstr(unknown, ==, "0x81009999");
    g_assert_cmpstr(word, ==, "the invitation was declined");
    g_assert_cmpstr(bare, ==, "InvitationSendFailure");
}

/* Every name that is printed can be typed. */
static void
test_parse(void)
{
    for (int code = 0; code < MSGR_N_ERRORS; code++) {
        guint32 expected = msgr_error_hresult(code);
        g_autofree char *name = msgr_ctl_result_name(expected);
        guint32 hr = 0;

        if (expected == 0)
            continue;
        g_assert_true(msgr_ctl_result_parse(name, &hr, NULL));
        g_assert_cmphex(hr, ==, expected);
    }
}

static void
test_parse_number(void)
{
    const char *const wrong[] = { "",           "0x",       "0x810006031", "81000603",
                                  "0x8100060g", "Nonsense", NULL };
    guint32 hr = 0;

    g_assert_true(msgr_ctl_result_parse("0x81000603", &hr, NULL));
    g_assert_cmphex(hr, ==, 0x81000603);
    g_assert_true(msgr_ctl_result_parse("connectionfailure", &hr, NULL));
    g_assert_cmphex(hr, ==, 0x81000603);
    for (guint i = 0; wrong[i] != NULL; i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(msgr_ctl_result_parse(wrong[i], &hr, &error));
        g_assert_error(error, MSGR_CTL_ERROR, MSGR_CTL_ERROR_USAGE);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl-words/states", test_states);
    g_test_add_func("/ctl-words/statuses", test_statuses);
    g_test_add_func("/ctl-words/statuses/parse", test_parse_status);
    g_test_add_func("/ctl-words/results", test_results);
    g_test_add_func("/ctl-words/parse", test_parse);
    g_test_add_func("/ctl-words/parse/number", test_parse_number);
    return g_test_run();
}
