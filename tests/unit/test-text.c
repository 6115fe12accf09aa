/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a text from outside must look like.
 */
#include "msgr-text.h"

#include <string.h>

#include "msgr-error.h"

typedef gboolean (*CheckFunc)(const char *text, GError **error);

static void
assert_good(CheckFunc check, const char *text)
{
    g_autoptr(GError) error = NULL;
    gboolean good = check(text, &error);

    g_assert_no_error(error);
    g_assert_true(good);
}

static void
assert_bad(CheckFunc check, const char *text)
{
    g_autoptr(GError) error = NULL;

    if (check(text, &error))
        g_error("\"%s\" was let through", text);
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
    g_assert_cmpuint(strlen(error->message), >, 0);
    g_assert_false(check(text, NULL));
}

/* @prefix, then @unit as often as it takes for @count more characters, then @suffix. */
static char *
repeat(const char *prefix, const char *unit, guint count, const char *suffix)
{
    GString *text = g_string_new(prefix);

    for (guint i = 0; i < count; i++)
        g_string_append(text, unit);
    g_string_append(text, suffix);
    return g_string_free(text, FALSE);
}

/* Just as long as allowed, and one longer. */
static void
assert_longest(CheckFunc check, const char *prefix, const char *unit, guint count,
               const char *suffix)
{
    g_autofree char *good = repeat(prefix, unit, count, suffix);
    g_autofree char *bad = repeat(prefix, unit, count + 1, suffix);

    assert_good(check, good);
    assert_bad(check, bad);
}

/* No check may take what is no text at all. */
static void
test_not_utf8(void)
{
    static const CheckFunc checks[] = {
        msgr_check_guid,       msgr_check_app_data,         msgr_check_app_name,
        msgr_check_url,        msgr_check_friendly_name,    msgr_check_path,
        msgr_check_desktop_id, msgr_check_version,          msgr_check_address,
        msgr_check_app_id,     msgr_check_activation_token, msgr_check_alert,
    };

    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        assert_bad(checks[i], NULL);
        assert_bad(checks[i], "http://a/\xff");
        assert_bad(checks[i], "/\xc3(.desktop");
    }
}

static void
test_guid(void)
{
    assert_good(msgr_check_guid, "{0123ABCD-4567-89EF-0000-0123456789AB}");
    assert_bad(msgr_check_guid, "{0123abcd-4567-89EF-0000-0123456789AB}");
    assert_bad(msgr_check_guid, "");
}

static void
test_app_data(void)
{
    assert_good(msgr_check_app_data, "");
    assert_good(msgr_check_app_data, "a\nb\t\x01\xe2\x80\xae");
    assert_longest(msgr_check_app_data, "", "a", 512, "");
    assert_longest(msgr_check_app_data, "", "\xc3\xbc", 256, "");
}

/* None of these may be anywhere in a text that people are shown. */
static void
assert_no_tricks(CheckFunc check)
{
    static const gunichar refused[] = { 0x01,   0x0d,   0x1b,   0x7f,   0x80,   0x9f,
                                        0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d,
                                        0x202e, 0x2066, 0x2067, 0x2068, 0x2069 };

    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        char character[7] = { 0 };
        g_autofree char *text = NULL;

        g_unichar_to_utf8(refused[i], character);
        text = g_strconcat("a", character, "b", NULL);
        assert_bad(check, text);
        assert_bad(check, character);
    }
}

/* A name has one line. */
static void
assert_one_line(CheckFunc check)
{
    assert_bad(check, "a\nb");
    assert_bad(check, "a\tb");
    assert_no_tricks(check);
}

static void
test_alert(void)
{
    assert_good(msgr_check_alert, "");
    assert_good(msgr_check_alert, "The build is red:\n\t<b>\"main\" & more</b>\n");
    assert_good(msgr_check_alert, "\xd7\xa9\xd7\x97\xe2\x80\x8f!");
    assert_longest(msgr_check_alert, "", "a", 4096, "");
    assert_longest(msgr_check_alert, "", "\xc3\xbc", 2048, "");
    assert_no_tricks(msgr_check_alert);
}

static void
test_app_name(void)
{
    assert_bad(msgr_check_app_name, "");
    assert_good(msgr_check_app_name, "Chess");
    assert_good(msgr_check_app_name, "Sch\xc3\xa4"
                                     "ch & <b>\"'");
    assert_good(msgr_check_app_name, "\xd7\xa9\xd7\x97\xe2\x80\x8f!");
    assert_longest(msgr_check_app_name, "", "a", 256, "");
    assert_longest(msgr_check_app_name, "", "\xf0\x9f\x98\x80", 256, "");
    assert_one_line(msgr_check_app_name);
}

static void
test_friendly_name(void)
{
    assert_good(msgr_check_friendly_name, "");
    assert_good(msgr_check_friendly_name, "Alice Liddell");
    assert_longest(msgr_check_friendly_name, "", "\xc3\xbc", 256, "");
    assert_one_line(msgr_check_friendly_name);
}

static void
test_version(void)
{
    assert_good(msgr_check_version, "");
    assert_good(msgr_check_version, "1.0~rc1 (git)");
    assert_longest(msgr_check_version, "", "1", 64, "");
    assert_longest(msgr_check_version, "", "\xc3\xbc", 64, "");
    assert_one_line(msgr_check_version);
}

static void
test_url_good(void)
{
    static const char *const good[] = {
        "http://example.org",
        "https://example.org/",
        "HTTPS://Example.ORG/a?b=c&d#e",
        "https://example.org:8080/a/../b",
        "https://192.0.2.1/",
        "https://[2001:db8::1]:80/x",
        "https://localhost/%20",
        "https://\xc3\xbc.example/\xc3\xbc",
        "https://xn--bcher-kva.example/",
    };

    for (guint i = 0; i < G_N_ELEMENTS(good); i++)
        assert_good(msgr_check_url, good[i]);
    assert_longest(msgr_check_url, "https://example.org/", "a", 236, "");
    assert_longest(msgr_check_url, "https://example.org/", "\xc3\xbc", 236, "");
}

static void
test_url_bad(void)
{
    static const char *const bad[] = {
        "",
        "example.org",
        "//example.org/",
        "/a",
        "http:",
        "http:example.org",
        "http:/example.org",
        "http://",
        "https:///path",
        "https://:80/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "data:text/html,x",
        "httpsx://example.org/",
        " https://example.org/",
        "https://example.org/ ",
        "https://example.org/a b",
        "https://exa mple.org/",
        "https://exa%20mple.org/",
        "https://example.org/%zz",
        "https://example.org:port/",
        "https://example.org:99999/",
        "https://[2001:db8::1/",
        "https://good.example\\@evil.example/",
        "https://example.org/<script>",
        "https://example.org/\"",
    };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_bad(msgr_check_url, bad[i]);
}

static void
test_url_characters(void)
{
    static const gunichar blanks[] = { 0x20,   0xa0,   0x1680, 0x2000, 0x2003, 0x200a,
                                       0x202f, 0x205f, 0x3000, 0x200e, 0x200f, 0x061c };

    assert_one_line(msgr_check_url);
    for (guint i = 0; i < G_N_ELEMENTS(blanks); i++) {
        char character[7] = { 0 };
        g_autofree char *in_path = NULL;
        g_autofree char *in_host = NULL;

        g_unichar_to_utf8(blanks[i], character);
        in_path = g_strconcat("https://example.org/", character, NULL);
        in_host = g_strconcat("https://exam", character, "ple.org/", NULL);
        assert_bad(msgr_check_url, in_path);
        assert_bad(msgr_check_url, in_host);
    }
    assert_bad(msgr_check_url, "https://example.org/\n");
    assert_bad(msgr_check_url, "https://example.org/\xe2\x80\xae");
    assert_good(msgr_check_url, "https://example.org/\xe2\x82\xac");
}

static void
test_path(void)
{
    static const char *const bad[] = { "",       "/",       "a",         "a/b",       "./a",
                                       "//a",    "/a/",     "/a//b",     "/./a",      "/a/.",
                                       "/a/./b", "/..",     "/a/..",     "/../a",     "/a/../b",
                                       "~/a",    " /a",     "/a\x01b",   "/usr/\nin", "/a\x7f",
                                       "/a/b/",  "file:/a", "/a\xc2\x85" };
    static const char *const good[] = { "/a",    "/usr/bin/chess", "/opt/a b/c", "/...",
                                        "/.a/b", "/a./b..",        "/\xc3\xbc" };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_bad(msgr_check_path, bad[i]);
    for (guint i = 0; i < G_N_ELEMENTS(good); i++)
        assert_good(msgr_check_path, good[i]);
    assert_longest(msgr_check_path, "/", "a", 259, "");
    assert_longest(msgr_check_path, "/a", "\xc3\xbc", 129, "");
}

static void
test_desktop_id(void)
{
    assert_good(msgr_check_desktop_id, "org.example.Chess.desktop");
    assert_good(msgr_check_desktop_id, "a b.desktop");
    assert_bad(msgr_check_desktop_id, "");
    assert_bad(msgr_check_desktop_id, ".desktop");
    assert_bad(msgr_check_desktop_id, "org.example.Chess");
    assert_bad(msgr_check_desktop_id, "org.example.Chess.desktop ");
    assert_bad(msgr_check_desktop_id, "../org.example.Chess.desktop");
    assert_bad(msgr_check_desktop_id, "/org.example.Chess.desktop");
    assert_bad(msgr_check_desktop_id, "a\nb.desktop");
    assert_longest(msgr_check_desktop_id, "", "a", 247, ".desktop");
}

static void
test_address(void)
{
    static const char *const good[] = {
        "",    "127.0.0.1",   "0.0.0.0", "255.255.255.255",  "::",
        "::1", "2001:DB8::1", "fe80::1", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8"
    };
    static const char *const bad[] = { " ",
                                       "127.0.0.1 ",
                                       " 127.0.0.1",
                                       "127.0.0.1\n",
                                       "127.1",
                                       "127.0.0.256",
                                       "0x7f.0.0.1",
                                       "010.0.0.1",
                                       "127.0.0.1:80",
                                       "fe80::1%eth0",
                                       "fe80::1%2",
                                       "[::1]",
                                       "::1 ",
                                       ":::",
                                       "1:2:3:4:5:6:7",
                                       "1:2:3:4:5:6:7:8:9",
                                       "localhost",
                                       "::g",
                                       "12345::",
                                       "1.2.3.4/8",
                                       "::ffff:1.2.3.4.5" };

    for (guint i = 0; i < G_N_ELEMENTS(good); i++)
        assert_good(msgr_check_address, good[i]);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_bad(msgr_check_address, bad[i]);
}

static void
test_activation_token(void)
{
    assert_good(msgr_check_activation_token, "");
    assert_good(msgr_check_activation_token, "!\"~_TIME12345/x");
    assert_longest(msgr_check_activation_token, "", "~", 256, "");
    assert_good(msgr_check_activation_token, "a b");
    assert_bad(msgr_check_activation_token, "a\n");
    assert_bad(msgr_check_activation_token, "a\x7f");
    assert_bad(msgr_check_activation_token, "\xc3\xbc");
}

static void
test_app_id(void)
{
    assert_good(msgr_check_app_id, "org.example.Chess");
    assert_good(msgr_check_app_id, "A-z_0.9");
    assert_good(msgr_check_app_id, "systemd");
    assert_good(msgr_check_app_id, "org.msgr.agent");
    assert_bad(msgr_check_app_id, "");
    assert_bad(msgr_check_app_id, "system");
    assert_bad(msgr_check_app_id, "org.msgr.Agent");
    assert_bad(msgr_check_app_id, "org/example");
    assert_bad(msgr_check_app_id, "a b");
    assert_bad(msgr_check_app_id, "..");
    assert_bad(msgr_check_app_id, "a..b");
    assert_bad(msgr_check_app_id, ".a");
    assert_bad(msgr_check_app_id, "a.");
    assert_bad(msgr_check_app_id, "-a");
    assert_bad(msgr_check_app_id, "a\n");
    assert_bad(msgr_check_app_id, "sch\xc3\xa4"
                                  "ch");
    assert_longest(msgr_check_app_id, "", "a", 255, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/not-utf8", test_not_utf8);
    g_test_add_func("/text/guid", test_guid);
    g_test_add_func("/text/app-data", test_app_data);
    g_test_add_func("/text/alert", test_alert);
    g_test_add_func("/text/app-name", test_app_name);
    g_test_add_func("/text/friendly-name", test_friendly_name);
    g_test_add_func("/text/version", test_version);
    g_test_add_func("/text/url/good", test_url_good);
    g_test_add_func("/text/url/bad", test_url_bad);
    g_test_add_func("/text/url/characters", test_url_characters);
    g_test_add_func("/text/path", test_path);
    g_test_add_func("/text/desktop-id", test_desktop_id);
    g_test_add_func("/text/address", test_address);
    g_test_add_func("/text/activation-token", test_activation_token);
    g_test_add_func("/text/app-id", test_app_id);
    return g_test_run();
}
