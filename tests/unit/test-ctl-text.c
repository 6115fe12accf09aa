/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts as a terminal needs them, durations, and times of day.
 */
#include "msgr-ctl-text.h"

#include "msgr-ctl-error.h"

static void
assert_safe(const char *text, const char *expected)
{
    g_autofree char *safe = msgr_ctl_text_safe(text);

    g_assert_cmpstr(safe, ==, expected);
}

static void
test_safe(void)
{
    assert_safe("hello, wörld", "hello, wörld");
    assert_safe(NULL, "");
    assert_safe("two\nlines\tand\rmore", "two\\nlines\\tand\\rmore");
    assert_safe("\033[31mred\007", "\\x1b[31mred\\x07");
    /* a control character of Latin-1 that some terminals take for escape and bracket */
    assert_safe("\302\2331m", "\\x9b1m");
    /* right-to-left override, pop, isolates, marks */
    assert_safe("gpj.\342\200\256exe", "gpj.\\u{202e}exe");
    assert_safe("\342\201\246a\342\201\251", "\\u{2066}a\\u{2069}");
    assert_safe("\342\200\217", "\\u{200f}");
    assert_safe("a\342\200\250b", "a\\u{2028}b");
    assert_safe("a\357\273\277b", "a\\u{feff}b");
    assert_safe("\363\240\200\201", "\\u{e0001}");
}

/* Joiners are part of how people write; what isn't UTF-8 is shown as such. */
static void
test_safe_keeps(void)
{
    assert_safe("\331\205\333\214\342\200\214\330\256", "\331\205\333\214\342\200\214\330\256");
    assert_safe("\xff", "\357\277\275");
}

static void
test_quote(void)
{
    g_autofree char *quoted = msgr_ctl_text_quote("a\nb");

    g_assert_cmpstr(quoted, ==, "\"a\\nb\"");
}

static void
test_argument(void)
{
    g_autofree char *none = msgr_ctl_text_from_argument(NULL);
    g_autofree char *utf8 = msgr_ctl_text_from_argument("Käse");
    g_autofree char *broken = msgr_ctl_text_from_argument("K\344se");

    g_assert_null(none);
    g_assert_cmpstr(utf8, ==, "Käse");
    g_assert_true(g_utf8_validate(broken, -1, NULL));
}

static void
test_width(void)
{
    g_assert_cmpuint(msgr_ctl_text_width(""), ==, 0);
    g_assert_cmpuint(msgr_ctl_text_width("bob"), ==, 3);
    g_assert_cmpuint(msgr_ctl_text_width("Käse"), ==, 4);
    /* e and a combining acute */
    g_assert_cmpuint(msgr_ctl_text_width("e\314\201"), ==, 1);
    /* three ideographs */
    g_assert_cmpuint(msgr_ctl_text_width("\346\227\245\346\234\254\350\252\236"), ==, 6);
    g_assert_cmpuint(msgr_ctl_text_width("\360\237\231\202"), ==, 2);
}

static void
test_padded(void)
{
    g_autoptr(GString) line = g_string_new("<");

    msgr_ctl_text_append_padded(line, "\346\227\245", 4);
    msgr_ctl_text_append_padded(line, "longer", 3);
    g_assert_cmpstr(line->str, ==, "<\346\227\245  longer");
}

static void
assert_duration(const char *text, guint expected)
{
    g_autoptr(GError) error = NULL;
    guint seconds = 0;

    g_assert_true(msgr_ctl_duration_parse(text, &seconds, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(seconds, ==, expected);
}

static void
test_duration(void)
{
    assert_duration("0", 0);
    assert_duration("30", 30);
    assert_duration("30s", 30);
    assert_duration("10m", 600);
    assert_duration("1h", 3600);
    assert_duration("1h30m", 5400);
    assert_duration("2d", 172800);
}

static void
test_no_duration(void)
{
    const char *const texts[] = {
        "",     " ",     "m",   "-1",  "+1",  "1.5h", "10 m",
        "1x",   "1hour", "ten", "1m ", "0x1", "1hm",  "99999999999999999999",
        "367d", NULL
    };

    for (guint i = 0; texts[i] != NULL; i++) {
        g_autoptr(GError) error = NULL;
        guint seconds = 7;

        if (msgr_ctl_duration_parse(texts[i], &seconds, &error))
            g_error("\"%s\" was taken for %u s", texts[i], seconds);
        g_assert_error(error, MSGR_CTL_ERROR, MSGR_CTL_ERROR_USAGE);
        g_assert_cmpuint(seconds, ==, 7);
    }
}

static void
test_times(void)
{
    g_autofree char *old = msgr_ctl_time_format(1000 * G_USEC_PER_SEC);
    g_autofree char *moment = msgr_ctl_time_of_day(1000 * G_USEC_PER_SEC + 123456);
    g_autofree char *now = msgr_ctl_time_format(g_get_real_time());

    g_assert_cmpstr(old, ==, "1970-01-01 00:16");
    g_assert_cmpstr(moment, ==, "00:16:40.123");
    g_assert_cmpuint(strlen(now), ==, strlen("00:00:00"));
}

int
main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl-text/safe", test_safe);
    g_test_add_func("/ctl-text/safe/keeps", test_safe_keeps);
    g_test_add_func("/ctl-text/quote", test_quote);
    g_test_add_func("/ctl-text/argument", test_argument);
    g_test_add_func("/ctl-text/width", test_width);
    g_test_add_func("/ctl-text/padded", test_padded);
    g_test_add_func("/ctl-text/duration", test_duration);
    g_test_add_func("/ctl-text/duration/wrong", test_no_duration);
    g_test_add_func("/ctl-text/times", test_times);
    return g_test_run();
}
