/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The configuration: what holds by default, what a file changes, and what is said of its mistakes.
 */
#include "msgr-config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *dir;
    char *file;
    char *weak;
    char *strong;
    GPtrArray *problems;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->dir = g_dir_make_tmp("msgr-config-XXXXXX", NULL);
    g_assert_nonnull(fixture->dir);
    fixture->file = g_build_filename(fixture->dir, "msgrd.conf", NULL);
    fixture->weak = g_build_filename(fixture->dir, "weak", NULL);
    fixture->strong = g_build_filename(fixture->dir, "strong", NULL);
    g_assert_cmpint(g_mkdir(fixture->weak, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(fixture->strong, 0700), ==, 0);
    fixture->problems = g_ptr_array_new_with_free_func(g_free);
}

static void
empty_dir(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (g_remove(child) != 0)
            g_warning("%s is left behind", child);
    }
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    empty_dir(fixture->weak);
    empty_dir(fixture->strong);
    empty_dir(fixture->dir);
    g_rmdir(fixture->dir);
    g_free(fixture->dir);
    g_free(fixture->file);
    g_free(fixture->weak);
    g_free(fixture->strong);
    g_ptr_array_unref(fixture->problems);
}

static void
write_file(const char *path, const char *text)
{
    g_autoptr(GError) error = NULL;

    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
}

static void
write_in(const char *dir, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    write_file(path, text);
}

static MsgrConfig *
load(Fixture *fixture)
{
    const char *const dirs[] = { fixture->weak, fixture->strong, NULL };

    g_ptr_array_set_size(fixture->problems, 0);
    return msgr_config_load(fixture->file, dirs, FALSE, fixture->problems);
}

static MsgrConfig *
load_text(Fixture *fixture, const char *text)
{
    write_file(fixture->file, text);
    return load(fixture);
}

static void
assert_no_problems(Fixture *fixture)
{
    if (fixture->problems->len > 0)
        g_error("unexpected: %s", (char *)g_ptr_array_index(fixture->problems, 0));
}

/* The only problem begins with the main file's name, and @rest. */
static void
assert_problem(Fixture *fixture, const char *rest)
{
    g_autofree char *start = g_strconcat(fixture->file, rest, NULL);

    g_assert_cmpuint(fixture->problems->len, ==, 1);
    if (!g_str_has_prefix(g_ptr_array_index(fixture->problems, 0), start))
        g_error("\"%s\" doesn't begin with \"%s\"", (char *)g_ptr_array_index(fixture->problems, 0),
                start);
}

static void
assert_ranges(const MsgrConfig *config, const MsgrUidRange *ranges, guint count)
{
    g_assert_cmpuint(config->uid_ranges->len, ==, count);
    for (guint i = 0; i < count; i++) {
        const MsgrUidRange *range = &g_array_index(config->uid_ranges, MsgrUidRange, i);

        g_assert_cmpuint(range->first, ==, ranges[i].first);
        g_assert_cmpuint(range->last, ==, ranges[i].last);
    }
}

static void
assert_default_numbers(const MsgrConfig *config)
{
    g_assert_cmpuint(config->invitation_timeout, ==, 300);
    g_assert_cmpuint(config->client_grace, ==, 30);
    g_assert_cmpuint(config->launch_timeout, ==, 30);
    g_assert_cmpuint(config->decision_window, ==, 500);
    g_assert_cmpuint(config->ended_session_linger, ==, 60);
    g_assert_cmpuint(config->challenge_lifetime, ==, 60);
    g_assert_cmpuint(config->install_timeout, ==, 3600);
    g_assert_cmpuint(config->sessions_per_client, ==, 64);
    g_assert_cmpuint(config->sessions_per_user, ==, 256);
    g_assert_cmpuint(config->invitations_per_user, ==, 32);
    g_assert_cmpuint(config->invitations_per_inviter, ==, 8);
    g_assert_cmpuint(config->contacts_per_user, ==, 1000);
    g_assert_cmpuint(config->applications_per_user, ==, 256);
    g_assert_cmpuint(config->clients_per_user, ==, 256);
    g_assert_cmpuint(config->call_burst, ==, 200);
    g_assert_cmpuint(config->call_rate, ==, 100);
    g_assert_cmpuint(config->user_call_rate, ==, 400);
}

static void
assert_defaults(const MsgrConfig *config, const char *environment)
{
    g_assert_cmpstr(config->environment, ==, environment);
    g_assert_false(config->allow_md5);
    g_assert_true(config->invitations);
    g_assert_true(config->user_keys);
    g_assert_true(config->user_applications);
    g_assert_true(config->connectors);
    g_assert_cmpuint(g_strv_length(config->allow_users), ==, 0);
    g_assert_cmpuint(g_strv_length(config->deny_users), ==, 0);
    g_assert_cmpuint(g_strv_length(config->allow_groups), ==, 0);
    assert_default_numbers(config);
}

static void
test_defaults(void)
{
    g_autoptr(MsgrConfig) on_system = msgr_config_new(FALSE);
    g_autoptr(MsgrConfig) on_session = msgr_config_new(TRUE);

    assert_defaults(on_system, "production");
    assert_defaults(on_session, "test");
}

static void
test_nothing_there(Fixture *fixture, gconstpointer data)
{
    const char *const nowhere[] = { "/nonexistent/a", "/nonexistent/b", NULL };
    g_autoptr(MsgrConfig) config = NULL;
    g_autoptr(MsgrConfig) none = NULL;

    config = msgr_config_load("/nonexistent/msgrd.conf", nowhere, TRUE, fixture->problems);
    assert_defaults(config, "test");
    none = msgr_config_load(NULL, NULL, FALSE, NULL);
    assert_defaults(none, "production");
    assert_no_problems(fixture);
}

static void
test_empty_file(Fixture *fixture, gconstpointer data)
{
    static const char *const texts[] = { "", "\n", "# nothing", "[Messenger]\n", "[Limits]" };

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(MsgrConfig) config = load_text(fixture, texts[i]);

        assert_defaults(config, "production");
        assert_no_problems(fixture);
    }
}

static const char every_key[] = "[Messenger]\n"
                                "Environment=test\n"
                                "AllowMd5=true\n"
                                "InvitationTimeout=1\n"
                                "ClientGrace=2\n"
                                "LaunchTimeout=3\n"
                                "DecisionWindow=4\n"
                                "EndedSessionLinger=5\n"
                                "ChallengeLifetime=6\n"
                                "InstallTimeout=7\n"
                                "[Local]\n"
                                "UidRanges=5-6\n"
                                "Invitations=false\n"
                                "[Policy]\n"
                                "UserKeys=false\n"
                                "UserApplications=false\n"
                                "Connectors=false\n"
                                "AllowUsers=alice\n"
                                "DenyUsers=bob;carol\n"
                                "AllowGroups= games ; ;users;\n"
                                "[Limits]\n"
                                "SessionsPerClient=11\n"
                                "SessionsPerUser=12\n"
                                "InvitationsPerUser=13\n"
                                "InvitationsPerInviter=14\n"
                                "ContactsPerUser=15\n"
                                "ApplicationsPerUser=16\n"
                                "ClientsPerUser=17\n"
                                "CallBurst=18\n"
                                "CallRate=19\n"
                                "UserCallRate=20\n";

static void
assert_every_number(const MsgrConfig *config)
{
    g_assert_cmpuint(config->invitation_timeout, ==, 1);
    g_assert_cmpuint(config->client_grace, ==, 2);
    g_assert_cmpuint(config->launch_timeout, ==, 3);
    g_assert_cmpuint(config->decision_window, ==, 4);
    g_assert_cmpuint(config->ended_session_linger, ==, 5);
    g_assert_cmpuint(config->challenge_lifetime, ==, 6);
    g_assert_cmpuint(config->install_timeout, ==, 7);
    g_assert_cmpuint(config->sessions_per_client, ==, 11);
    g_assert_cmpuint(config->sessions_per_user, ==, 12);
    g_assert_cmpuint(config->invitations_per_user, ==, 13);
    g_assert_cmpuint(config->invitations_per_inviter, ==, 14);
    g_assert_cmpuint(config->contacts_per_user, ==, 15);
    g_assert_cmpuint(config->applications_per_user, ==, 16);
    g_assert_cmpuint(config->clients_per_user, ==, 17);
    g_assert_cmpuint(config->call_burst, ==, 18);
    g_assert_cmpuint(config->call_rate, ==, 19);
    g_assert_cmpuint(config->user_call_rate, ==, 20);
}

static void
test_every_key(Fixture *fixture, gconstpointer data)
{
    static const char *const allow[] = { "alice", NULL };
    static const char *const deny[] = { "bob", "carol", NULL };
    static const char *const groups[] = { "games", "users", NULL };
    static const MsgrUidRange ranges[] = { { 5, 6 } };
    g_autoptr(MsgrConfig) config = load_text(fixture, every_key);

    assert_no_problems(fixture);
    g_assert_cmpstr(config->environment, ==, "test");
    g_assert_true(config->allow_md5);
    g_assert_false(config->invitations);
    g_assert_false(config->user_keys);
    g_assert_false(config->user_applications);
    g_assert_false(config->connectors);
    g_assert_cmpstrv(config->allow_users, allow);
    g_assert_cmpstrv(config->deny_users, deny);
    g_assert_cmpstrv(config->allow_groups, groups);
    assert_ranges(config, ranges, 1);
    assert_every_number(config);
}

static void
test_lowest_and_highest(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MsgrConfig) lowest = NULL;
    g_autoptr(MsgrConfig) highest = NULL;

    lowest = load_text(fixture, "[Messenger]\nInvitationTimeout=1\nEndedSessionLinger=0\n"
                                "ClientGrace=0\nDecisionWindow=0\nChallengeLifetime=1\n"
                                "[Limits]\nCallBurst=0\nCallRate=0\nUserCallRate=0\n");
    assert_no_problems(fixture);
    g_assert_cmpuint(lowest->ended_session_linger, ==, 0);
    g_assert_cmpuint(lowest->call_burst, ==, 0);
    highest = load_text(fixture, "[Messenger]\nInvitationTimeout=86400\nClientGrace=3600\n"
                                 "DecisionWindow=10000\nChallengeLifetime=3600\n"
                                 "[Limits]\nSessionsPerUser=1000000\nCallRate=1000000\n");
    assert_no_problems(fixture);
    g_assert_cmpuint(highest->sessions_per_user, ==, 1000000);
    g_assert_cmpuint(highest->decision_window, ==, 10000);
}

static const struct {
    const char *group;
    const char *line;
} bad_values[] = {
    { "Messenger", "Environment=staging" },
    { "Messenger", "Environment=" },
    { "Messenger", "Environment=Production" },
    { "Messenger", "AllowMd5=maybe" },
    { "Messenger", "AllowMd5=" },
    { "Messenger", "InvitationTimeout=0" },
    { "Messenger", "InvitationTimeout=86401" },
    { "Messenger", "InvitationTimeout=5m" },
    { "Messenger", "InvitationTimeout=-1" },
    { "Messenger", "InvitationTimeout=" },
    { "Messenger", "InvitationTimeout=1.5" },
    { "Messenger", "InvitationTimeout=0x10" },
    { "Messenger", "ClientGrace=86401" },
    { "Messenger", "LaunchTimeout=0" },
    { "Messenger", "DecisionWindow=1000001" },
    { "Messenger", "EndedSessionLinger=86401" },
    { "Messenger", "ChallengeLifetime=0" },
    { "Messenger", "ChallengeLifetime=86401" },
    { "Messenger", "InstallTimeout=0" },
    { "Local", "UidRanges=a" },
    { "Local", "UidRanges=9-8" },
    { "Local", "UidRanges=1-2-3" },
    { "Local", "UidRanges=-5" },
    { "Local", "UidRanges=5-" },
    { "Local", "UidRanges=1;4294967295" },
    { "Local", "UidRanges=1;4294967296" },
    { "Local", "Invitations=yes" },
    { "Policy", "UserKeys=2" },
    { "Limits", "SessionsPerClient=0" },
    { "Limits", "SessionsPerUser=1000001" },
    { "Limits", "CallBurst=1000001" },
    { "Limits", "UserCallRate=99999999999999999" },
};

/* Whatever the key, a bad value is named with its line, and nothing else changes. */
static void
test_bad_values(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MsgrConfig) defaults = msgr_config_new(FALSE);

    for (guint i = 0; i < G_N_ELEMENTS(bad_values); i++) {
        g_autofree char *text =
            g_strdup_printf("# a\n[%s]\n\n%s\n", bad_values[i].group, bad_values[i].line);
        g_autoptr(MsgrConfig) config = load_text(fixture, text);

        assert_problem(fixture, ":4: \"");
        assert_defaults(config, "production");
        assert_ranges(config, (const MsgrUidRange *)(gpointer)defaults->uid_ranges->data,
                      defaults->uid_ranges->len);
    }
}

static void
test_unknown(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MsgrConfig) group = NULL;
    g_autoptr(MsgrConfig) key = NULL;
    g_autoptr(MsgrConfig) elsewhere = NULL;

    key = load_text(fixture, "[Messenger]\nAllowMd5=true\n  Colour = blue\n[Local]\n");
    assert_problem(fixture, ":3: unknown key \"Colour\" in [Messenger]");
    g_assert_true(key->allow_md5);
    group = load_text(fixture, "[Messenger]\nAllowMd5=true\n\n[Colours]\nSky=blue\n");
    assert_problem(fixture, ":4: unknown group [Colours]");
    g_assert_true(group->allow_md5);
    elsewhere = load_text(fixture, "[Messenger]\nCallRate=1\n[Limits]\nCallBurst=1\n");
    assert_problem(fixture, ":2: unknown key \"CallRate\" in [Messenger]");
    g_assert_cmpuint(elsewhere->call_rate, ==, 100);
}

/* Twice in a file: the last one counts, and is the one that is named. */
static void
test_twice(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MsgrConfig) good = NULL;
    g_autoptr(MsgrConfig) bad = NULL;

    good = load_text(fixture, "[Messenger]\nClientGrace=1\nClientGrace=2\n");
    assert_no_problems(fixture);
    g_assert_cmpuint(good->client_grace, ==, 2);
    bad = load_text(fixture, "[Messenger]\nClientGrace=1\n[Local]\n[Messenger]\nClientGrace=x\n");
    assert_problem(fixture, ":5: \"ClientGrace\" must be ");
    g_assert_cmpuint(bad->client_grace, ==, 30);
}

static void
test_broken_file(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MsgrConfig) config = NULL;
    g_autoptr(MsgrConfig) from_start = NULL;

    config = load_text(fixture, "[Messenger]\nAllowMd5=true\n\nnonsense\nClientGrace=1\n");
    assert_problem(fixture, ":4: ");
    g_assert_true(config->allow_md5);
    g_assert_cmpuint(config->client_grace, ==, 30);
    from_start = load_text(fixture, "ClientGrace=1\n[Messenger]\nAllowMd5=true\n");
    assert_problem(fixture, ":1: ");
    assert_defaults(from_start, "production");
}

static void
test_not_utf8(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MsgrConfig) config = load_text(fixture, "[Policy]\nDenyUsers=\xff\nUserKeys=false\n");

    assert_problem(fixture, ": not UTF-8");
    assert_defaults(config, "production");
}

static void
test_no_file(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MsgrConfig) null = NULL;
    g_autoptr(MsgrConfig) pipe = NULL;

    g_assert_cmpint(symlink("/dev/null", fixture->file), ==, 0);
    null = load(fixture);
    assert_no_problems(fixture);
    assert_defaults(null, "production");
    g_assert_cmpint(g_unlink(fixture->file), ==, 0);
    g_assert_cmpint(mkfifo(fixture->file, 0600), ==, 0);
    pipe = load(fixture);
    assert_defaults(pipe, "production");
}

static void
test_drop_ins(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MsgrConfig) config = NULL;

    write_file(fixture->file, "[Messenger]\nClientGrace=1\nLaunchTimeout=1\nInstallTimeout=1\n");
    write_in(fixture->strong, "10-a.conf", "[Messenger]\nLaunchTimeout=2\nInstallTimeout=2\n");
    write_in(fixture->weak, "20-b.conf", "[Messenger]\nInstallTimeout=3\n");
    write_in(fixture->weak, "30-c.txt", "[Messenger]\nInstallTimeout=4\n");
    write_in(fixture->weak, ".40-d.conf", "[Messenger]\nInstallTimeout=5\n");
    config = load(fixture);
    assert_no_problems(fixture);
    g_assert_cmpuint(config->client_grace, ==, 1);
    g_assert_cmpuint(config->launch_timeout, ==, 2);
    g_assert_cmpuint(config->install_timeout, ==, 3);
}

static void
test_masks(Fixture *fixture, gconstpointer data)
{
    g_autofree char *link = g_build_filename(fixture->strong, "c.conf", NULL);
    g_autoptr(MsgrConfig) config = NULL;

    write_in(fixture->weak, "a.conf", "[Messenger]\nClientGrace=1\nAllowMd5=true\n");
    write_in(fixture->strong, "a.conf", "[Messenger]\nClientGrace=2\n");
    write_in(fixture->weak, "b.conf", "[Messenger]\nLaunchTimeout=1\n");
    write_in(fixture->strong, "b.conf", "");
    write_in(fixture->weak, "c.conf", "[Messenger]\nInstallTimeout=1\n");
    g_assert_cmpint(symlink("/dev/null", link), ==, 0);
    config = load(fixture);
    assert_no_problems(fixture);
    g_assert_cmpuint(config->client_grace, ==, 2);
    g_assert_false(config->allow_md5);
    g_assert_cmpuint(config->launch_timeout, ==, 30);
    g_assert_cmpuint(config->install_timeout, ==, 3600);
}

/* A mistake in a drop-in leaves what was said before. */
static void
test_bad_drop_in(Fixture *fixture, gconstpointer data)
{
    g_autofree char *start = g_build_filename(fixture->strong, "a.conf:2: ", NULL);
    g_autoptr(MsgrConfig) config = NULL;

    write_file(fixture->file, "[Messenger]\nClientGrace=7\n[Policy]\nDenyUsers=mallory\n");
    write_in(fixture->strong, "a.conf", "[Messenger]\nClientGrace=never\n");
    config = load(fixture);
    g_assert_cmpuint(fixture->problems->len, ==, 1);
    g_assert_true(g_str_has_prefix(g_ptr_array_index(fixture->problems, 0), start));
    g_assert_cmpuint(config->client_grace, ==, 7);
    g_assert_cmpstr(config->deny_users[0], ==, "mallory");
}

static void
test_uid_ranges(Fixture *fixture, gconstpointer data)
{
    static const MsgrUidRange ranges[] = { { 1000, 60000 }, { 65536, 4294967293 }, { 994, 994 } };
    g_autoptr(MsgrConfig) config =
        load_text(fixture, "[Local]\nUidRanges= 1000-60000;65536 - 4294967293; 994 ;\n");

    assert_no_problems(fixture);
    assert_ranges(config, ranges, 3);
    g_assert_true(msgr_config_uid_is_local(config, 994));
    g_assert_true(msgr_config_uid_is_local(config, 1000));
    g_assert_true(msgr_config_uid_is_local(config, 60000));
    g_assert_true(msgr_config_uid_is_local(config, 65536));
    g_assert_true(msgr_config_uid_is_local(config, 4294967293));
    g_assert_false(msgr_config_uid_is_local(config, 0));
    g_assert_false(msgr_config_uid_is_local(config, 993));
    g_assert_false(msgr_config_uid_is_local(config, 995));
    g_assert_false(msgr_config_uid_is_local(config, 999));
    g_assert_false(msgr_config_uid_is_local(config, 60001));
    g_assert_false(msgr_config_uid_is_local(config, 65535));
    g_assert_false(msgr_config_uid_is_local(config, 4294967294));
}

static void
test_uid_ranges_root(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MsgrConfig) config = load_text(fixture, "[Local]\nUidRanges=0\n");

    assert_no_problems(fixture);
    g_assert_true(msgr_config_uid_is_local(config, 0));
    g_assert_false(msgr_config_uid_is_local(config, 1));
}

static void
test_uid_ranges_default(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MsgrConfig) config = load_text(fixture, "[Local]\nUidRanges=\n");
    const MsgrUidRange *range;

    assert_no_problems(fixture);
    g_assert_cmpuint(config->uid_ranges->len, ==, 3);
    range = &g_array_index(config->uid_ranges, MsgrUidRange, 1);
    g_assert_cmpuint(range->first, ==, 60001);
    g_assert_cmpuint(range->last, ==, 60513);
    range = &g_array_index(config->uid_ranges, MsgrUidRange, 2);
    g_assert_cmpuint(range->first, ==, 65536);
    g_assert_cmpuint(range->last, ==, 4294967293);
    g_assert_false(msgr_config_uid_is_local(config, 0));
    g_assert_false(msgr_config_uid_is_local(config, 65534));
}

static void
test_refs(void)
{
    MsgrConfig *config = msgr_config_new(FALSE);
    MsgrConfig *again = msgr_config_ref(config);

    g_assert_true(config == again);
    msgr_config_unref(config);
    assert_defaults(again, "production");
    msgr_config_unref(again);
}

#define ADD(path, function) g_test_add(path, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/defaults", test_defaults);
    ADD("/config/nothing-there", test_nothing_there);
    ADD("/config/empty-file", test_empty_file);
    ADD("/config/every-key", test_every_key);
    ADD("/config/lowest-and-highest", test_lowest_and_highest);
    ADD("/config/bad-values", test_bad_values);
    ADD("/config/unknown", test_unknown);
    ADD("/config/twice", test_twice);
    ADD("/config/broken-file", test_broken_file);
    ADD("/config/not-utf8", test_not_utf8);
    ADD("/config/no-file", test_no_file);
    ADD("/config/drop-ins", test_drop_ins);
    ADD("/config/masks", test_masks);
    ADD("/config/bad-drop-in", test_bad_drop_in);
    ADD("/config/uid-ranges", test_uid_ranges);
    ADD("/config/uid-ranges/root", test_uid_ranges_root);
    ADD("/config/uid-ranges/default", test_uid_ranges_default);
    g_test_add_func("/config/refs", test_refs);
    return g_test_run();
}
