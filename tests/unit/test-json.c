/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reader of small JSON objects: what it refuses, and where it says the mistake is.
 */
#include "msgr-json.h"

#include <string.h>

#include "msgr-error.h"
#include "msgr-limits.h"

static void
assert_refused(const char *text, gssize length, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MsgrJson) json = msgr_json_parse(text, length, &error);

    if (json != NULL)
        g_error("%s was let through", text);
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
    if (message != NULL && strstr(error->message, message) == NULL)
        g_error("\"%s\" is not in \"%s\"", message, error->message);
}

static MsgrJson *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    MsgrJson *json = msgr_json_parse(text, -1, &error);

    g_assert_no_error(error);
    g_assert_nonnull(json);
    return json;
}

static void
test_empty_object(void)
{
    g_autoptr(MsgrJson) json = parse(" \r\n\t{ } \n");
    char **list = (char *[]){ NULL };
    char *value = (char *)"left over";

    g_assert_true(msgr_json_string(json, "a", FALSE, &value, NULL));
    g_assert_null(value);
    g_assert_true(msgr_json_strv(json, "a", FALSE, &list, NULL));
    g_assert_null(list);
}

static void
test_no_object(void)
{
    static const char *const texts[] = {
        "",     " \n",     "[]",          "[{}]",           "\"a\"",
        "1",    "null",    "true",        "{} {}",          "{}{\"a\":1}",
        "{}]",  "{} x",    "var a = {};", "a = {\"b\": 1}", "{\"a\": 1",
        "{",    "}",       "{]",          "{\"a\": [}",     "{\"a\": 1]",
        "{{}}", "{\"a\"}", "/* */ {}",    "{} // x",        "\xef\xbb\xbf{}",
    };

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        assert_refused(texts[i], -1, NULL);
}

static void
test_syntax(void)
{
    assert_refused("{\n\"a\": 1\n\"b\": 2}", -1, "line ");
    assert_refused("{\"a\": 1,}", -1, "line 1: not a JSON object: a comma");
    assert_refused("{\"a\" 1}", -1, "line 1: not a JSON object: a colon");
    assert_refused("{\"a\": bare}", -1, "line 1: not a JSON object: a word");
    assert_refused("{\n\n\"a\": 'x'}", -1, "line 3: not a JSON object: a character");
    assert_refused("{\n# x\n}", -1, "line 2: ");
    assert_refused("{\"a\": 1, /* x */ \"b\": 2}", -1, "line 1: ");
    assert_refused("{\"a\": \"x", -1, "a string without an end");
    assert_refused("{\"a\": \"x\ny\"}", -1, "a control character");
    assert_refused("{\"a\": \"\\q\"}", -1, "an unknown escape");
    assert_refused("{\"a\": \"\\u00g0\"}", -1, "an unknown escape");
    assert_refused("{\"a\": \"\\u12\"}", -1, "an unknown escape");
    assert_refused("{\"a\": \"x\\", -1, "an unknown escape");
    assert_refused("{\"a\": \"x\\u0000y\"}", -1, "a NUL");
    assert_refused("{\"a\": \"\\ud800\"}", -1, "line 1");
    assert_refused("{\"a\": -}", -1, "line 1");
}

/* What is said of a broken text must not quote it: it may have been a key. */
static void
test_no_quotes(void)
{
    static const char *const texts[] = { "{\"key\": s3cret}", "{\"key\" \"s3cret\"}",
                                         "{\"key\": \"s3cret\" \"s3cret\"}",
                                         "{\"key\": \"s3cret\\q\"}", "{s3cret: 1}" };

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(msgr_json_parse(texts[i], -1, &error));
        g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
        g_assert_null(strstr(error->message, "s3cret"));
    }
}

static void
test_encoding(void)
{
    assert_refused("{\"a\": \"\xff\"}", -1, "UTF-8");
    assert_refused("{\"a\": \"x\0y\"}", 12, "UTF-8");
    assert_refused("{}\0", 3, "UTF-8");
}

static void
test_length(void)
{
    g_autofree char *text = g_strnfill(MSGR_MAX_KEY_FILE + 1, ' ');
    g_autoptr(MsgrJson) json = NULL;

    text[0] = '{';
    text[1] = '}';
    json = msgr_json_parse(text, MSGR_MAX_KEY_FILE, NULL);
    g_assert_nonnull(json);
    assert_refused(text, MSGR_MAX_KEY_FILE + 1, "65536 bytes");
    assert_refused(text, -1, "65536 bytes");
    assert_refused("{}garbage", 9, "behind the object");
    msgr_json_free(msgr_json_parse("{}garbage", 2, NULL));
}

/* As much as a text can nest in the bytes that it may have. */
static void
test_depth(void)
{
    static const char *const openings[] = { "[", "{\"a\":" };

    for (guint i = 0; i < G_N_ELEMENTS(openings); i++) {
        GString *text = g_string_new("{\"a\":");

        while (text->len + strlen(openings[i]) <= MSGR_MAX_KEY_FILE)
            g_string_append(text, openings[i]);
        assert_refused(text->str, -1, "too many levels");
        g_string_free(text, TRUE);
    }
    msgr_json_free(parse("{\"a\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}"));
    assert_refused("{\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}", -1, "too many levels");
    msgr_json_free(parse("{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[{{{{{{{{\"}"));
}

static void
test_twice(void)
{
    assert_refused("{\"a\": 1,\n\"a\": 1}", -1, "line 2: \"a\" is there twice");
    assert_refused("{\"a\": {\"b\": 1,\n\n\"b\": 2}}", -1, "line 3: \"b\" is there twice");
    assert_refused("{\"a\": \"x\", \"\\u0061\": \"y\"}", -1, "twice");
    msgr_json_free(parse("{\"a\": {\"a\": 1}, \"b\": {\"a\": 1}}"));
}

static void
test_string(void)
{
    g_autoptr(MsgrJson) json = parse("{\"a\": \"x\\u00fc\\n\\\"\", \"b\": 1,\n \"c\": null}");
    g_autoptr(GError) error = NULL;
    g_autofree char *value = NULL;

    g_assert_true(msgr_json_string(json, "a", TRUE, &value, NULL));
    g_assert_cmpstr(value, ==, "x\xc3\xbc\n\"");
    g_clear_pointer(&value, g_free);
    g_assert_false(msgr_json_string(json, "b", FALSE, &value, &error));
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
    g_assert_cmpstr(error->message, ==, "line 1: \"b\" must be a string");
    g_assert_null(value);
    g_clear_error(&error);
    g_assert_false(msgr_json_string(json, "c", FALSE, &value, &error));
    g_assert_cmpstr(error->message, ==, "line 2: \"c\" must be a string");
    g_clear_error(&error);
    g_assert_false(msgr_json_string(json, "d", TRUE, &value, &error));
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
    g_assert_cmpstr(error->message, ==, "\"d\" is missing");
}

static void
test_boolean(void)
{
    g_autoptr(MsgrJson) json = parse("{\"yes\": true, \"no\": false,\n\n\"text\": \"true\"}");
    g_autoptr(GError) error = NULL;
    gboolean value = FALSE;

    g_assert_true(msgr_json_boolean(json, "yes", &value, NULL));
    g_assert_true(value);
    g_assert_true(msgr_json_boolean(json, "missing", &value, NULL));
    g_assert_true(value);
    g_assert_true(msgr_json_boolean(json, "no", &value, NULL));
    g_assert_false(value);
    g_assert_false(msgr_json_boolean(json, "text", &value, &error));
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
    g_assert_cmpstr(error->message, ==, "line 3: \"text\" must be true or false");
}

static void
test_strv(void)
{
    g_autoptr(MsgrJson) json = parse("{\"none\": [], \"two\": [\"a\",\n \"\"],\n"
                                     "\"mixed\": [\n\"a\",\n1\n],\n\"text\": \"a\"}");
    static const char *const two[] = { "a", "", NULL };
    static const char *const none[] = { NULL };
    g_auto(GStrv) value = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(msgr_json_strv(json, "two", TRUE, &value, NULL));
    g_assert_cmpstrv(value, two);
    g_clear_pointer(&value, g_strfreev);
    g_assert_true(msgr_json_strv(json, "none", TRUE, &value, NULL));
    g_assert_cmpstrv(value, none);
    g_clear_pointer(&value, g_strfreev);
    g_assert_true(msgr_json_strv(json, "missing", FALSE, &value, NULL));
    g_assert_null(value);
    g_assert_false(msgr_json_strv(json, "mixed", TRUE, &value, &error));
    g_assert_cmpstr(error->message, ==, "line 3: \"mixed\" must be a list of strings");
    g_clear_error(&error);
    g_assert_false(msgr_json_strv(json, "text", TRUE, &value, &error));
    g_assert_cmpstr(error->message, ==, "line 7: \"text\" must be a list of strings");
    g_clear_error(&error);
    g_assert_false(msgr_json_strv(json, "missing", TRUE, &value, &error));
    g_assert_cmpstr(error->message, ==, "\"missing\" is missing");
}

/* Only the outermost object's members count, wherever the same names are. */
static void
test_lines(void)
{
    g_autoptr(MsgrJson) json = parse("{\n\"x\": {\"a\": 1,\n\"l\": [1,\n2]},\n\"y\": [[{\"a\": "
                                     "2}]],\n\"a\":\n3,\n\"b\": 4}");
    g_autoptr(GError) error = NULL;

    msgr_json_set_error(json, "a", &error, "is %d too many", 1);
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
    g_assert_cmpstr(error->message, ==, "line 7: \"a\" is 1 too many");
    g_clear_error(&error);
    msgr_json_set_error(json, "x", &error, "no");
    g_assert_cmpstr(error->message, ==, "line 4: \"x\" no");
    g_clear_error(&error);
    msgr_json_set_error(json, "y", &error, "no");
    g_assert_cmpstr(error->message, ==, "line 5: \"y\" no");
    g_clear_error(&error);
    msgr_json_set_error(json, "b", &error, "no");
    g_assert_cmpstr(error->message, ==, "line 8: \"b\" no");
    g_clear_error(&error);
    msgr_json_set_error(json, "l", &error, "no");
    g_assert_cmpstr(error->message, ==, "\"l\" no");
    g_clear_error(&error);
    msgr_json_set_error(json, NULL, &error, "no");
    g_assert_cmpstr(error->message, ==, "no");
    msgr_json_set_error(json, "a", NULL, "nobody wants to know");
}

/* No prefix of a good text, and no text with a byte changed, may do more harm than to be refused.
 */
static void
test_mutations(void)
{
    static const char good[] =
        "{\"id\": \"a\\u00e4\\n\", \"list\": [\"x\", {\"y\": [1.5e3, null]}],"
        " \"flag\": true}";

    for (gsize i = 0; i < sizeof(good) - 1; i++) {
        g_autofree char *text = g_strdup(good);

        assert_refused(good, (gssize)i, NULL);
        for (guint byte = 0; byte < 256; byte++) {
            text[i] = (char)byte;
            msgr_json_free(msgr_json_parse(text, sizeof(good) - 1, NULL));
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/empty-object", test_empty_object);
    g_test_add_func("/json/no-object", test_no_object);
    g_test_add_func("/json/syntax", test_syntax);
    g_test_add_func("/json/no-quotes", test_no_quotes);
    g_test_add_func("/json/encoding", test_encoding);
    g_test_add_func("/json/length", test_length);
    g_test_add_func("/json/depth", test_depth);
    g_test_add_func("/json/twice", test_twice);
    g_test_add_func("/json/string", test_string);
    g_test_add_func("/json/boolean", test_boolean);
    g_test_add_func("/json/strv", test_strv);
    g_test_add_func("/json/lines", test_lines);
    g_test_add_func("/json/mutations", test_mutations);
    return g_test_run();
}
