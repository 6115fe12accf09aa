/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the agent says of strangers and their applications.
 */
#include "msgr-agent-text.h"
#include "msgr-types.h"

static void
test_host(void)
{
    static const char *const urls[][2] = {
        { "https://chess.example.org/get", "chess.example.org" },
        { "http://chess.example.org:8080/", "chess.example.org:8080" },
        { "https://bank.example@evil.example/", "evil.example" },
        { "https://www.bank.example.evil.example/", "www.bank.example.evil.example" },
        { "https://[2001:db8::1]:8443/", "[2001:db8::1]:8443" },
        { "HTTPS://CHESS.example/", "chess.example" },
        { "ftp://chess.example/", "" },
        { "javascript:alert(1)", "" },
        { "https:///x", "" },
        { "", "" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_autofree char *host = msgr_agent_text_host(urls[i][0]);

        g_assert_cmpstr(host, ==, urls[i][1]);
    }
}

/* Its first letter is a Cyrillic one that looks like a Latin c. */
static void
test_letters(void)
{
    g_autofree char *host = msgr_agent_text_host("https://\xd1\x81hess.example/");

    g_assert_true(g_str_has_prefix(host, "xn--"));
}

static void
test_line(void)
{
    static const char *const texts[][2] = {
        { "We met in Ulm", "We met in Ulm" },
        { " \n\tWe  met\r\nin\xe2\x80\xa8Ulm\n", "We met in Ulm" },
        { "\xe2\x80\xaegpj.exe\xe2\x80\xac", "gpj.exe" },
        { "\xe2\x81\xa6"
          "a\x1b[1m\x07",
          "a [1m" },
        { "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d" },
        { "\n", "" },
        { "", "" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *line = msgr_agent_text_line(texts[i][0]);

        g_assert_cmpstr(line, ==, texts[i][1]);
    }
}

static void
test_person(void)
{
    static const char *const names[][3] = {
        { "Alice Tester", "alice", "Alice Tester (alice)" },
        { "", "alice", "alice" },
        { "alice", "alice", "alice" },
        { "\xe2\x80\xae", "alice", "alice" },
        { "alice\n", "alice", "alice" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *text = msgr_agent_text_person(names[i][0], names[i][1]);

        g_assert_cmpstr(text, ==, names[i][2]);
    }
}

static void
test_invitation(void)
{
    static const char *const details[][4] = {
        { "Chess", "Bank", "https://bank.example/", "Chess" },
        { "", "Bank", "https://bank.example/",
          "To an unknown application, “Bank”, to be had from bank.example. It isn't installed "
          "here." },
        { "", "Bank", "", "To an unknown application, “Bank”. It isn't installed here." },
        { "", "", "", "To an unknown application. It isn't installed here." },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(details); i++) {
        GVariantDict dict;
        g_autoptr(GVariant) value = NULL;
        g_autofree char *text = NULL;

        g_variant_dict_init(&dict, NULL);
        g_variant_dict_insert(&dict, "RegisteredName", "s", details[i][0]);
        g_variant_dict_insert(&dict, "ApplicationName", "s", details[i][1]);
        g_variant_dict_insert(&dict, "ApplicationUrl", "s", details[i][2]);
        value = g_variant_ref_sink(g_variant_dict_end(&dict));
        text = msgr_agent_text_invitation(value);
        g_assert_cmpstr(text, ==, details[i][3]);
    }
}

static void
test_request(void)
{
    static const char *const details[][3] = {
        { "XMPP", "We met\nin Ulm", "By way of XMPP: “We met in Ulm”" },
        { "XMPP", "\n", "By way of XMPP." },
        { "", "", "By way of xmpp:bob@b.test." },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(details); i++) {
        GVariantDict dict;
        g_autoptr(GVariant) value = NULL;
        g_autofree char *text = NULL;

        g_variant_dict_init(&dict, NULL);
        g_variant_dict_insert(&dict, "ServiceName", "s", details[i][0]);
        g_variant_dict_insert(&dict, "Message", "s", details[i][1]);
        value = g_variant_ref_sink(g_variant_dict_end(&dict));
        text = msgr_agent_text_request("xmpp:bob@b.test", value);
        g_assert_cmpstr(text, ==, details[i][2]);
    }
}

static void
test_ended(void)
{
    static const struct {
        MsgrState state;
        guint32 result;
        const char *text;
    } rows[] = {
        { MSGR_STATE_ACCEPTED, 0, "This invitation was accepted already." },
        { MSGR_STATE_CONNECTED, 0, "This invitation was accepted already." },
        { MSGR_STATE_DECLINED, 0x81000602, "This invitation was declined already." },
        { MSGR_STATE_CANCELLED, 0x81000609, "This invitation has expired." },
        { MSGR_STATE_CANCELLED, 0x81000607, "This invitation was taken back." },
        { MSGR_STATE_CANCELLED, 0x81000606, "This invitation was taken back." },
        { MSGR_STATE_TERMINATED, 0x81000601, "This invitation is over." },
        { MSGR_STATE_READY, 0, "This invitation is over." },
        { MSGR_STATE_UNKNOWN, 0, "This invitation is over." },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(msgr_agent_text_ended(rows[i].state, rows[i].result), ==, rows[i].text);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/agent-text/host", test_host);
    g_test_add_func("/agent-text/letters", test_letters);
    g_test_add_func("/agent-text/line", test_line);
    g_test_add_func("/agent-text/person", test_person);
    g_test_add_func("/agent-text/request", test_request);
    g_test_add_func("/agent-text/invitation", test_invitation);
    g_test_add_func("/agent-text/ended", test_ended);
    return g_test_run();
}
