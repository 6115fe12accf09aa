/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Registered applications, from a file and from a call.
 */
#include "msgr-app-entry.h"

#include <string.h>

#include "msgr-error.h"

#define GUID  "{0123ABCD-4567-89EF-0000-0123456789AB}"
#define START "{\"guid\": \"" GUID "\",\n\"name\": \"Chess\",\n\"url\": \"https://chess.example/\""
#define PATH  ",\n\"path\": \"/usr/bin/chess\""

static MsgrAppEntry *
parse(const char *json)
{
    g_autoptr(GError) error = NULL;
    MsgrAppEntry *entry = msgr_app_entry_parse(json, -1, 4711, &error);

    g_assert_no_error(error);
    g_assert_nonnull(entry);
    g_assert_true(msgr_app_entry_check(entry, &error));
    g_assert_no_error(error);
    return entry;
}

static void
assert_refused(const char *json, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MsgrAppEntry) entry = msgr_app_entry_parse(json, -1, 0, &error);

    if (entry != NULL)
        g_error("%s was let through", json);
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
    if (strstr(error->message, message) == NULL)
        g_error("\"%s\" is not in \"%s\"", message, error->message);
}

static MsgrAppEntry *
entry_new(const char *path, const char *desktop_id)
{
    return msgr_app_entry_new(GUID, "Chess", "https://chess.example/", path, desktop_id, "1.0",
                              "org.example.Chess", 4711);
}

static void
test_full(void)
{
    static const char *const app_ids[] = { "org.example.Chess", "org.example.Board", NULL };
    g_autoptr(MsgrAppEntry) entry =
        parse(START ", \"desktop-id\": \"org.example.Chess.desktop\", \"version\": \"2.0\", "
                    "\"appstream-id\": \"org.example.Chess\", \"app-ids\": "
                    "[\"org.example.Chess\", \"org.example.Board\"], \"more\": 1}");

    g_assert_cmpstr(entry->guid, ==, GUID);
    g_assert_cmpstr(entry->name, ==, "Chess");
    g_assert_cmpstr(entry->url, ==, "https://chess.example/");
    g_assert_cmpstr(entry->path, ==, "");
    g_assert_cmpstr(entry->desktop_id, ==, "org.example.Chess.desktop");
    g_assert_cmpstr(entry->version, ==, "2.0");
    g_assert_cmpstr(entry->appstream_id, ==, "org.example.Chess");
    g_assert_cmpstrv(entry->app_ids, app_ids);
    g_assert_cmpstr(entry->registered_by, ==, "system");
    g_assert_cmpint(entry->registered_at, ==, 4711);
}

static void
test_least(void)
{
    g_autoptr(MsgrAppEntry) entry = parse(START PATH "}");

    g_assert_cmpstr(entry->path, ==, "/usr/bin/chess");
    g_assert_cmpstr(entry->desktop_id, ==, "");
    g_assert_cmpstr(entry->version, ==, "");
    g_assert_cmpstr(entry->appstream_id, ==, "");
    g_assert_cmpuint(g_strv_length(entry->app_ids), ==, 0);
}

static void
test_required(void)
{
    assert_refused("", "not a JSON object");
    assert_refused("{}", "\"guid\" is missing");
    assert_refused("{\"guid\": \"" GUID "\"}", "\"name\" is missing");
    assert_refused("{\"guid\": \"" GUID "\", \"name\": \"Chess\"}", "\"url\" is missing");
    assert_refused(START "}", "either \"path\" or \"desktop-id\"");
    assert_refused(START PATH ", \"desktop-id\": \"a.desktop\"}", "either \"path\" or");
}

static void
test_wrong(void)
{
    assert_refused("{\"guid\": \"0123\", \"name\": \"\"}", "line 1: \"guid\" is refused: ");
    assert_refused("{\"guid\": \"" GUID "\",\n\"name\": \"\"}", "line 2: \"name\" is refused: ");
    assert_refused("{\"guid\": \"" GUID "\",\n\"name\": \"a\", \"url\": \"ftp://a\"}",
                   "line 2: \"url\" is refused: ");
    assert_refused(START ",\n\"path\": \"chess\"}", "line 4: \"path\" is refused: ");
    assert_refused(START ",\n\"path\": \"\"}", "line 4: \"path\" is refused: ");
    assert_refused(START ",\n\"desktop-id\": \"chess\"}", "line 4: \"desktop-id\" is refused: ");
    assert_refused(START PATH ",\n\"desktop-id\": \"\"}", "line 5: \"desktop-id\" is refused: ");
    assert_refused(START PATH ",\n\"version\": \"\\n\"}", "line 5: \"version\" is refused: ");
    assert_refused(START PATH ",\n\"version\": 2}", "line 5: \"version\" must be a string");
    assert_refused(START PATH ",\n\"appstream-id\": \"a/b\"}", "line 5: \"appstream-id\" is ");
    assert_refused(START PATH ",\n\"app-ids\": \"a\"}", "line 5: \"app-ids\" must be a list");
    assert_refused(START PATH ",\n\"app-ids\": [\"a\", \"\"]}", "line 5: \"app-ids\" is refused");
    assert_refused(START PATH ",\n\"app-ids\": [\"system\"]}", "line 5: \"app-ids\" is refused");
}

static void
test_new(void)
{
    static const char *const app_ids[] = { "org.example.Chess", NULL };
    g_autoptr(MsgrAppEntry) entry = entry_new("/usr/bin/chess", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_cmpstr(entry->guid, ==, GUID);
    g_assert_cmpstr(entry->path, ==, "/usr/bin/chess");
    g_assert_cmpstr(entry->desktop_id, ==, "");
    g_assert_cmpstr(entry->version, ==, "1.0");
    g_assert_cmpstr(entry->appstream_id, ==, "");
    g_assert_cmpstr(entry->registered_by, ==, "org.example.Chess");
    g_assert_cmpint(entry->registered_at, ==, 4711);
    g_assert_cmpstrv(entry->app_ids, app_ids);
    g_assert_true(msgr_app_entry_check(entry, &error));
    g_assert_no_error(error);
}

static void
assert_check_fails(MsgrAppEntry *entry)
{
    g_autoptr(MsgrAppEntry) owned = entry;
    g_autoptr(GError) error = NULL;

    g_assert_false(msgr_app_entry_check(owned, &error));
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
}

static void
test_check(void)
{
    const char *url = "https://chess.example/";

    assert_check_fails(entry_new(NULL, NULL));
    assert_check_fails(entry_new("", ""));
    assert_check_fails(entry_new("/usr/bin/chess", "a.desktop"));
    assert_check_fails(entry_new("chess", NULL));
    assert_check_fails(entry_new(NULL, "chess"));
    assert_check_fails(msgr_app_entry_new("", "a", url, "/a", NULL, NULL, "x", 0));
    assert_check_fails(msgr_app_entry_new(NULL, NULL, NULL, NULL, NULL, NULL, "x", 0));
    assert_check_fails(msgr_app_entry_new(GUID, "", url, "/a", NULL, NULL, "x", 0));
    assert_check_fails(msgr_app_entry_new(GUID, "a", "", "/a", NULL, NULL, "x", 0));
    assert_check_fails(msgr_app_entry_new(GUID, "a", url, "/a", NULL, "\n", "x", 0));
    assert_check_fails(msgr_app_entry_new(GUID, "a", url, "/a", NULL, NULL, "", 0));
    assert_check_fails(msgr_app_entry_new(GUID, "a", url, "/a", NULL, NULL, "x y", 0));
}

/* The agent registers desktop files in its own name, which no key may have. */
static void
test_check_publishers(void)
{
    static const char *const good[] = { "org.msgr.Agent", "system", "org.example.Chess" };

    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(MsgrAppEntry) entry =
            msgr_app_entry_new(GUID, "a", "https://a/", NULL, "a.desktop", NULL, good[i], 0);
        g_autoptr(GError) error = NULL;

        g_assert_true(msgr_app_entry_check(entry, &error));
        g_assert_no_error(error);
    }
}

static void
assert_equal(const char *json, gboolean equal)
{
    g_autoptr(MsgrAppEntry) base = parse(START PATH ", \"app-ids\": [\"a\"]}");
    g_autoptr(MsgrAppEntry) other = parse(json);

    other->registered_at++;
    g_assert_cmpint(msgr_app_entry_equal(base, other), ==, equal);
    g_assert_cmpint(msgr_app_entry_equal(other, base), ==, equal);
}

static void
test_equal(void)
{
    g_autoptr(MsgrAppEntry) by_call = entry_new("/usr/bin/chess", NULL);
    g_autoptr(MsgrAppEntry) same = entry_new("/usr/bin/chess", "");
    g_autoptr(MsgrAppEntry) by_other = msgr_app_entry_new(
        GUID, "Chess", "https://chess.example/", "/usr/bin/chess", NULL, "1.0", "other", 4711);

    assert_equal(START PATH ", \"app-ids\": [\"a\"]}", TRUE);
    assert_equal(START PATH ", \"app-ids\": [\"a\"], \"ignored\": 1}", TRUE);
    assert_equal(START PATH ", \"app-ids\": [\"b\"]}", FALSE);
    assert_equal(START PATH ", \"app-ids\": [\"a\", \"b\"]}", FALSE);
    assert_equal(START PATH "}", FALSE);
    assert_equal(START PATH ", \"app-ids\": [\"a\"], \"version\": \"1\"}", FALSE);
    assert_equal(START PATH ", \"app-ids\": [\"a\"], \"appstream-id\": \"b\"}", FALSE);
    assert_equal(START ", \"path\": \"/usr/bin/ches\", \"app-ids\": [\"a\"]}", FALSE);
    assert_equal(START ", \"desktop-id\": \"a.desktop\", \"app-ids\": [\"a\"]}", FALSE);
    g_assert_true(msgr_app_entry_equal(by_call, same));
    g_assert_false(msgr_app_entry_equal(by_call, by_other));
}

static void
test_refs(void)
{
    MsgrAppEntry *entry = entry_new("/a", NULL);
    MsgrAppEntry *again = msgr_app_entry_ref(entry);

    g_assert_true(entry == again);
    msgr_app_entry_unref(entry);
    g_assert_cmpstr(again->path, ==, "/a");
    msgr_app_entry_unref(again);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/app-entry/full", test_full);
    g_test_add_func("/app-entry/least", test_least);
    g_test_add_func("/app-entry/required", test_required);
    g_test_add_func("/app-entry/wrong", test_wrong);
    g_test_add_func("/app-entry/new", test_new);
    g_test_add_func("/app-entry/check", test_check);
    g_test_add_func("/app-entry/check/publishers", test_check_publishers);
    g_test_add_func("/app-entry/equal", test_equal);
    g_test_add_func("/app-entry/refs", test_refs);
    return g_test_run();
}
