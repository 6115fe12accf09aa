/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The service's half of a key: what a file must say, and what it may leave out.
 */
#include "msgr-key.h"

#include <string.h>

#include "msgr-error.h"

#define PUBLIC_KEY "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static guint warnings;

/* Structured messages pass by g_test_expect_message(). */
static GLogWriterOutput
count_warnings(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
    if ((level & G_LOG_LEVEL_WARNING) != 0) {
        warnings++;
        return G_LOG_WRITER_HANDLED;
    }
    return g_log_writer_default(level, fields, n_fields, data);
}

static MsgrKey *
parse_of(MsgrKeyOrigin origin, const char *json)
{
    g_autoptr(GError) error = NULL;
    MsgrKey *key = msgr_key_parse(json, -1, origin, &error);

    g_assert_no_error(error);
    g_assert_nonnull(key);
    return key;
}

static MsgrKey *
parse(const char *json)
{
    return parse_of(MSGR_KEY_OF_SYSTEM, json);
}

static void
assert_refused_of(MsgrKeyOrigin origin, const char *json, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MsgrKey) key = msgr_key_parse(json, -1, origin, &error);

    if (key != NULL)
        g_error("%s was let through", json);
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS);
    if (strstr(error->message, message) == NULL)
        g_error("\"%s\" is not in \"%s\"", message, error->message);
}

static void
assert_refused(const char *json, const char *message)
{
    assert_refused_of(MSGR_KEY_OF_SYSTEM, json, message);
}

/* A good key with a member more, or one of the five exchanged. */
static char *
key_with(const char *id, const char *algorithm, const char *material, const char *capabilities,
         const char *more)
{
    gboolean has_environment = more != NULL && strstr(more, "\"environment\"") != NULL;

    return g_strdup_printf("{\"id\": %s,\n\"algorithm\": %s,\n%s,\n\"capabilities\": %s%s%s%s}", id,
                           algorithm, material, capabilities, more != NULL ? ",\n" : "",
                           more != NULL ? more : "",
                           has_environment ? "" : ", \"environment\": \"production\"");
}

static char *
key_with_more(const char *more)
{
    return key_with("\"org.example.Chess\"", "\"ed25519\"", "\"public-key\": \"" PUBLIC_KEY "\"",
                    "[\"sessions\"]", more);
}

static void
assert_more_refused(const char *more, const char *message)
{
    g_autofree char *json = key_with_more(more);

    assert_refused(json, message);
}

static void
test_full(void)
{
    static const guint8 start[] = { 0xd7, 0x5a, 0x98, 0x01 };
    static const char *const users[] = { "alice", "bob", NULL };
    g_autoptr(MsgrKey) key =
        parse("{\"id\": \"org.example.Chess\", \"name\": \"Chess\", \"algorithm\": \"ed25519\", "
              "\"public-key\": \"" PUBLIC_KEY "\", \"environment\": \"test\", "
              "\"capabilities\": [\"sessions\", \"private\", \"messenger\", \"publish-alerts\"], "
              "\"users\": [\"alice\", \"bob\"], \"not-after\": \"2027-01-31T00:00:00Z\", "
              "\"revoked\": true, \"unknown\": {\"to\": [\"us\"]}}");

    g_assert_cmpstr(key->id, ==, "org.example.Chess");
    g_assert_cmpstr(key->name, ==, "Chess");
    g_assert_cmpint(key->algorithm, ==, MSGR_ALGORITHM_ED25519);
    g_assert_cmpuint(key->material_length, ==, 32);
    g_assert_cmpmem(key->material, 4, start, 4);
    g_assert_cmpstr(key->environment, ==, "test");
    g_assert_cmpuint(key->capabilities, ==,
                     MSGR_CAPABILITY_SESSIONS | MSGR_CAPABILITY_PRIVATE |
                         MSGR_CAPABILITY_MESSENGER | MSGR_CAPABILITY_PUBLISH_ALERTS);
    g_assert_cmpstrv(key->users, users);
    g_assert_cmpint(key->not_after, ==, G_GINT64_CONSTANT(1801353600000000));
    g_assert_true(key->revoked);
    g_assert_false(msgr_key_is_secret(key));
}

static void
test_defaults(void)
{
    g_autofree char *json = key_with_more(NULL);
    g_autoptr(MsgrKey) key = parse(json);

    g_assert_cmpstr(key->name, ==, "");
    g_assert_cmpstr(key->environment, ==, "production"); /* none of the defaults */
    g_assert_cmpuint(key->capabilities, ==, MSGR_CAPABILITY_SESSIONS);
    g_assert_null(key->users);
    g_assert_cmpint(key->not_after, ==, 0);
    g_assert_false(key->revoked);
}

static void
test_not_json(void)
{
    assert_refused("", "not a JSON object");
    assert_refused("[]", "not a JSON object");
    assert_refused("{\"id\": \"a\",\n\"id\": \"b\"}", "line 2: \"id\" is there twice");
}

static void
test_required(void)
{
    assert_refused("{}", "\"id\" is missing");
    assert_refused("{\"id\": \"a\"}", "\"algorithm\" is missing");
    assert_refused("{\"id\": \"a\", \"algorithm\": \"md5\"}", "\"key\" is missing");
    assert_refused("{\"id\": \"a\", \"algorithm\": \"hmac-sha256\", \"public-key\": \"x\"}",
                   "\"key\" is missing");
    assert_refused("{\"id\": \"a\", \"algorithm\": \"ed25519\", \"key\": \"x\"}",
                   "\"public-key\" is missing");
    assert_refused("{\"id\": \"a\", \"algorithm\": \"md5\", \"key\": \"x\"}",
                   "\"environment\" is missing");
    assert_refused("{\"id\": \"a\", \"algorithm\": \"md5\", \"key\": \"x\", "
                   "\"environment\": \"test\"}",
                   "\"capabilities\" is missing");
}

static void
test_id(void)
{
    static const char *const bad[] = { "\"\"",    "\"system\"", "\"org.msgr.Agent\"",
                                       "\"a b\"", "\"../a\"",   "1",
                                       "null" };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *json =
            key_with(bad[i], "\"md5\"", "\"key\": \"x\"", "[\"sessions\"]", NULL);

        assert_refused(json, "line 1: \"id\" ");
        assert_refused_of(MSGR_KEY_OF_USER, json, "line 1: \"id\" ");
    }
}

static void
test_algorithm(void)
{
    static const char *const bad[] = { "\"sha1\"", "\"MD5\"", "\"\"", "3" };
    MsgrAlgorithm algorithm = MSGR_ALGORITHM_MD5;

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *json = key_with("\"a\"", bad[i], "\"key\": \"x\"", "[]", NULL);

        assert_refused(json, "line 2: \"algorithm\" must be ");
    }
    for (guint i = 0; i < 3; i++) {
        g_assert_true(msgr_algorithm_from_name(msgr_algorithm_name((MsgrAlgorithm)i), &algorithm));
        g_assert_cmpint(algorithm, ==, (MsgrAlgorithm)i);
    }
    g_assert_cmpstr(msgr_algorithm_name(MSGR_ALGORITHM_HMAC_SHA256), ==, "hmac-sha256");
    g_assert_cmpstr(msgr_algorithm_name(MSGR_ALGORITHM_ED25519), ==, "ed25519");
    g_assert_cmpstr(msgr_algorithm_name(MSGR_ALGORITHM_MD5), ==, "md5");
    algorithm = MSGR_ALGORITHM_ED25519;
    g_assert_false(msgr_algorithm_from_name("sha1", &algorithm));
    g_assert_false(msgr_algorithm_from_name(NULL, &algorithm));
    g_assert_cmpint(algorithm, ==, MSGR_ALGORITHM_ED25519);
}

static void
test_public_key(void)
{
    static const char *const bad[] = {
        "\"\"",
        "\"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo\"",
        "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"",
        "\"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\\n\"",
        "\"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURp=\"",
        "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\"",
        "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
        "\"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\"",
        "[]",
    };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *material = g_strconcat("\"public-key\": ", bad[i], NULL);
        g_autofree char *json = key_with("\"a\"", "\"ed25519\"", material, "[]", NULL);

        assert_refused(json, "line 3: \"public-key\" must be ");
    }
}

static void
check_secret_length(const char *algorithm, guint length, gboolean good)
{
    g_autofree char *secret = g_strnfill(length, 'k');
    g_autofree char *material = g_strconcat("\"key\": \"", secret, "\"", NULL);
    g_autofree char *json = key_with("\"a\"", algorithm, material, "[]", NULL);
    g_autoptr(MsgrKey) key = NULL;

    if (!good) {
        assert_refused(json, "line 3: \"key\" must be 1 to 1024 bytes");
        return;
    }
    key = parse(json);
    g_assert_cmpmem(key->material, key->material_length, secret, length);
    g_assert_true(msgr_key_is_secret(key));
}

static void
test_secret(void)
{
    static const char *const algorithms[] = { "\"hmac-sha256\"", "\"md5\"" };

    for (guint i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        check_secret_length(algorithms[i], 0, FALSE);
        check_secret_length(algorithms[i], 1, TRUE);
        check_secret_length(algorithms[i], 1024, TRUE);
        check_secret_length(algorithms[i], 1025, FALSE);
    }
    assert_refused("{\"id\": \"a\", \"algorithm\": \"md5\", \"key\": 1}",
                   "\"key\" must be a string");
}

/* What is wrong with a key must not be told with the key. */
static void
test_no_secret_in_message(void)
{
    g_autofree char *json =
        key_with("\"a\"", "\"md5\"", "\"key\": \"s3cret\"", "[\"s3cret\"]", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(msgr_key_parse(json, -1, MSGR_KEY_OF_SYSTEM, &error));
    g_assert_null(strstr(error->message, "s3cret"));
}

static void
test_name(void)
{
    g_autofree char *longest = g_strnfill(256, 'n');
    g_autofree char *good = g_strdup_printf("\"name\": \"%s\"", longest);
    g_autofree char *bad = g_strdup_printf("\"name\": \"%sn\"", longest);
    g_autofree char *json = key_with_more(good);
    g_autoptr(MsgrKey) key = parse(json);

    g_assert_cmpstr(key->name, ==, longest);
    assert_more_refused(bad, "line 5: \"name\" must be ");
    assert_more_refused("\"name\": \"a\\nb\"", "line 5: \"name\" must be ");
    assert_more_refused("\"name\": 5", "line 5: \"name\" must be a string");
}

static void
test_environment(void)
{
    assert_more_refused("\"environment\": \"Test\"", "line 5: \"environment\" must be ");
    assert_more_refused("\"environment\": \"\"", "line 5: \"environment\" must be ");
    assert_more_refused("\"environment\": null", "line 5: \"environment\" must be ");
}

static void
test_users(void)
{
    g_autofree char *nobody = key_with_more("\"users\": []");
    g_autoptr(MsgrKey) key = parse(nobody);

    g_assert_nonnull(key->users);
    g_assert_null(key->users[0]);
    assert_more_refused("\"users\": \"alice\"", "line 5: \"users\" must be ");
    assert_more_refused("\"users\": [1000]", "line 5: \"users\" must be ");
    assert_more_refused("\"users\": [\"\"]", "line 5: \"users\" must be ");
}

static void
assert_not_after(const char *text, gint64 expected)
{
    g_autofree char *more = g_strdup_printf("\"not-after\": \"%s\"", text);
    g_autofree char *json = key_with_more(more);
    g_autoptr(MsgrKey) key = parse(json);

    g_assert_cmpint(key->not_after, ==, expected);
}

static void
test_not_after(void)
{
    static const char *const bad[] = { "\"\"",
                                       "\"2027-01-31\"",
                                       "\"2027-01-31T00:00:00\"",
                                       "\"2027-02-31T00:00:00Z\"",
                                       "\"tomorrow\"",
                                       "1801353600",
                                       "false" };

    assert_not_after("2027-01-31T00:00:00Z", G_GINT64_CONSTANT(1801353600000000));
    assert_not_after("2027-01-31T02:00:00+02:00", G_GINT64_CONSTANT(1801353600000000));
    assert_not_after("2027-01-31T00:00:00.5Z", G_GINT64_CONSTANT(1801353600500000));
    assert_not_after("1970-01-01T00:00:00Z", 1);
    assert_not_after("1960-01-01T00:00:00Z", 1);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *more = g_strconcat("\"not-after\": ", bad[i], NULL);

        assert_more_refused(more, "line 5: \"not-after\" must be ");
    }
}

static void
test_revoked(void)
{
    assert_more_refused("\"revoked\": \"true\"", "line 5: \"revoked\" must be true or false");
    assert_more_refused("\"revoked\": 1", "line 5: \"revoked\" must be true or false");
    assert_more_refused("\"revoked\": null", "line 5: \"revoked\" must be true or false");
}

static void
test_capabilities(void)
{
    static const char *const bad[] = { "[\"all\"]", "[\"sessions\", \"Private\"]", "[1]", "[\"\"]",
                                       "\"sessions\"" };
    g_autofree char *none = key_with("\"a\"", "\"md5\"", "\"key\": \"x\"", "[]", NULL);
    g_autoptr(MsgrKey) key = parse(none);

    g_assert_cmpuint(key->capabilities, ==, MSGR_CAPABILITY_NONE);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *json = key_with("\"a\"", "\"md5\"", "\"key\": \"x\"", bad[i], NULL);

        assert_refused(json, "line 4: \"capabilities\" must be ");
    }
}

static void
test_capability_names(void)
{
    static const char *const all[] = { "sessions", "private",        "messenger",
                                       "share",    "publish-alerts", NULL };
    static const char *const two[] = { "private", "share", NULL };
    g_auto(GStrv) names = msgr_capabilities_names((MsgrCapabilities)0xffff);
    g_auto(GStrv) some = msgr_capabilities_names(MSGR_CAPABILITY_SHARE | MSGR_CAPABILITY_PRIVATE);
    g_auto(GStrv) none = msgr_capabilities_names(MSGR_CAPABILITY_NONE);

    g_assert_cmpstrv(names, all);
    g_assert_cmpstrv(some, two);
    g_assert_cmpuint(g_strv_length(none), ==, 0);
}

static void
test_origin(void)
{
    g_autofree char *share =
        key_with("\"a\"", "\"md5\"", "\"key\": \"x\"", "[\"share\", \"sessions\"]", NULL);
    g_autofree char *publish =
        key_with("\"a\"", "\"md5\"", "\"key\": \"x\"", "[\"publish-alerts\"]", NULL);
    g_autoptr(MsgrKey) of_user = parse_of(MSGR_KEY_OF_USER, share);
    g_autoptr(MsgrKey) of_system = NULL;
    g_autoptr(MsgrKey) publisher = NULL;

    g_assert_cmpuint(of_user->capabilities, ==, MSGR_CAPABILITY_SHARE | MSGR_CAPABILITY_SESSIONS);
    g_assert_cmpuint(warnings, ==, 0);
    of_system = parse_of(MSGR_KEY_OF_SYSTEM, share);
    g_assert_cmpuint(of_system->capabilities, ==, MSGR_CAPABILITY_SESSIONS);
    g_assert_cmpuint(warnings, ==, 1);
    publisher = parse_of(MSGR_KEY_OF_SYSTEM, publish);
    g_assert_cmpuint(publisher->capabilities, ==, MSGR_CAPABILITY_PUBLISH_ALERTS);
    assert_refused_of(MSGR_KEY_OF_USER, publish, "line 4: \"capabilities\" must not have");
    g_assert_cmpuint(warnings, ==, 1);
    warnings = 0;
}

static const char base_key[] = "{\"id\": \"a\", \"algorithm\": \"md5\", \"key\": \"x\", "
                               "\"environment\": \"production\", "
                               "\"capabilities\": [\"sessions\"], \"users\": [\"u\"]}";

static void
assert_proves(const char *json, gboolean same)
{
    g_autoptr(MsgrKey) base = parse(base_key);
    g_autoptr(MsgrKey) other = parse(json);

    g_assert_cmpint(msgr_key_proves_the_same(base, other), ==, same);
    g_assert_cmpint(msgr_key_proves_the_same(other, base), ==, same);
}

#define OTHER_KEY_OF(environment, id, algorithm, key, more)                                        \
    "{\"id\": \"" id "\", \"algorithm\": \"" algorithm "\", \"key\": \"" key "\", "                \
    "\"environment\": \"" environment "\", \"capabilities\": []" more "}"
#define OTHER_KEY(id, algorithm, key, more) OTHER_KEY_OF("production", id, algorithm, key, more)

static void
test_proves_the_same(void)
{
    assert_proves(base_key, TRUE);
    assert_proves(OTHER_KEY("a", "md5", "x", ", \"users\": [\"u\"]"), TRUE);
    assert_proves(OTHER_KEY("a", "md5", "x", ", \"users\": [\"u\"], \"name\": \"n\""), TRUE);
    assert_proves(OTHER_KEY("b", "md5", "x", ", \"users\": [\"u\"]"), FALSE);
    assert_proves(OTHER_KEY("a", "hmac-sha256", "x", ", \"users\": [\"u\"]"), FALSE);
    assert_proves(OTHER_KEY("a", "md5", "y", ", \"users\": [\"u\"]"), FALSE);
    assert_proves(OTHER_KEY("a", "md5", "xx", ", \"users\": [\"u\"]"), FALSE);
    /* where, until when and by whom it may be used is another question */
    assert_proves(OTHER_KEY("a", "md5", "x", ""), TRUE);
    assert_proves(OTHER_KEY("a", "md5", "x", ", \"users\": [\"v\"]"), TRUE);
    assert_proves(OTHER_KEY("a", "md5", "x", ", \"users\": [\"u\"], \"revoked\": true"), TRUE);
    assert_proves(OTHER_KEY_OF("test", "a", "md5", "x", ", \"users\": [\"u\"]"), TRUE);
    assert_proves(OTHER_KEY("a", "md5", "x", ", \"not-after\": \"2027-01-31T00:00:00Z\""), TRUE);
}

static void
test_refs(void)
{
    MsgrKey *key = parse(base_key);
    MsgrKey *again = msgr_key_ref(key);

    g_assert_true(key == again);
    msgr_key_unref(key);
    g_assert_cmpstr(again->id, ==, "a");
    msgr_key_unref(again);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_writer_func(count_warnings, NULL, NULL);
    g_test_add_func("/key/full", test_full);
    g_test_add_func("/key/defaults", test_defaults);
    g_test_add_func("/key/not-json", test_not_json);
    g_test_add_func("/key/required", test_required);
    g_test_add_func("/key/id", test_id);
    g_test_add_func("/key/algorithm", test_algorithm);
    g_test_add_func("/key/public-key", test_public_key);
    g_test_add_func("/key/secret", test_secret);
    g_test_add_func("/key/no-secret-in-message", test_no_secret_in_message);
    g_test_add_func("/key/name", test_name);
    g_test_add_func("/key/environment", test_environment);
    g_test_add_func("/key/users", test_users);
    g_test_add_func("/key/not-after", test_not_after);
    g_test_add_func("/key/revoked", test_revoked);
    g_test_add_func("/key/capabilities", test_capabilities);
    g_test_add_func("/key/capability-names", test_capability_names);
    g_test_add_func("/key/origin", test_origin);
    g_test_add_func("/key/proves-the-same", test_proves_the_same);
    g_test_add_func("/key/refs", test_refs);
    return g_test_run();
}
