/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The service's signals, in words and as JSON.
 */
#include "msgr-ctl-event.h"

#include "msgr-names.h"

#define SESSION "/org/msgr/Messenger/Session/0123456789abcdef0123456789abcdef"

static MsgrCtlEvent *
new_event(const char *path, const char *iface, const char *name, const char *args)
{
    return msgr_ctl_event_new(path, iface, name, g_variant_new_parsed(args));
}

static void
assert_details(const char *path, const char *iface, const char *name, const char *args,
               const char *expected)
{
    g_autoptr(MsgrCtlEvent) event = new_event(path, iface, name, args);
    g_autofree char *details = msgr_ctl_event_details(event, "bob");

    g_assert_cmpstr(details, ==, expected);
}

static void
test_session(void)
{
    assert_details(SESSION, MSGR_SESSION_IFACE, "OnAccepted", "('',)", "bob has accepted");
    assert_details(SESSION, MSGR_SESSION_IFACE, "OnAccepted", "('yes\\nno',)",
                   "bob has accepted: \"yes\\nno\"");
    assert_details(SESSION, MSGR_SESSION_IFACE, "OnContextData", "('100%s\\u202e',)",
                   "bob says: \"100%s\\u{202e}\"");
    assert_details(SESSION, MSGR_SESSION_IFACE, "OnTermination", "(uint32 0x81000602, 'no time')",
                   "the end: the invitation was declined: \"no time\"");
    assert_details(SESSION, MSGR_SESSION_IFACE, "OnStateChanged", "(uint32 3,)",
                   "it was: accepted");
}

#define DETAILS                                                                                    \
    "{'SigninName': <'bob'>, 'ServiceId': <'local'>, 'ApplicationName': <'Evil\\nChess'>, "        \
    "'ApplicationUrl': <'https://example.org/'>"

/* A registered application goes by the name that it has here, another by the inviter's. */
static void
test_invitation(void)
{
    assert_details(MSGR_SESSION_MANAGER_PATH, MSGR_SESSION_MANAGER_IFACE, "OnInvitation",
                   "(objectpath '" SESSION "', 'hello', false, " DETAILS
                   ", 'Registered': <true>, 'RegisteredName': <'Chess'>})",
                   "bob invites you to \"Chess\": \"hello\"");
    assert_details(MSGR_SESSION_MANAGER_PATH, MSGR_SESSION_MANAGER_IFACE, "OnInvitation",
                   "(objectpath '" SESSION "', '', false, " DETAILS ", 'Registered': <false>})",
                   "bob invites you to \"Evil\\nChess\", which you don't have: "
                   "https://example.org/");
}

static void
test_others(void)
{
    assert_details(MSGR_SESSION_MANAGER_PATH, MSGR_LOCK_IFACE, "OnLockChallenge",
                   "(7, 'msgr1:text')", "a challenge, cookie 7");
    assert_details(MSGR_PRIVATE_PATH, MSGR_LOCK_IFACE, "OnLockStatusChanged", "(uint32 4,)",
                   "unlocked");
    assert_details(MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "OnContactStatusChange",
                   "(objectpath '/c', uint32 1)", "bob is now: offline");
}

static void
test_request(void)
{
    assert_details(MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "OnContactRequest",
                   "('mallory@m.test', 'xmpp:bob@b.test', @a{sv} {'Message': <''>})",
                   "mallory@m.test (xmpp:bob@b.test) asks to see your status");
    assert_details(MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "OnContactRequest",
                   "('mal\\u001b[1m', 'x', {'FriendlyName': <'Your Bank'>, 'Message': "
                   "<'hello\\n\\u202e'>})",
                   "mal\\x1b[1m (x) asks to see your status: \"hello\\n\\u{202e}\"");
    assert_details(MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, "OnContactRequest",
                   "('mallory', 'x', {'Message': <uint32 7>})",
                   "mallory (x) asks to see your status");
}

/* What this program doesn't know, or not with these arguments, is printed as it is. */
static void
test_unknown(void)
{
    assert_details(SESSION, MSGR_SESSION_IFACE, "OnSomethingNew", "('a\\nb', uint32 1)",
                   "('a\\nb', 1)");
    assert_details(SESSION, MSGR_SESSION_IFACE, "OnAccepted", "(uint32 1,)", "(1,)");
}

static void
assert_object(const char *path, const char *expected)
{
    g_autoptr(MsgrCtlEvent) event = new_event(path, MSGR_LOCK_IFACE, "OnLockEnable", "(true,)");
    g_autofree char *object = msgr_ctl_event_object(event);

    g_assert_cmpstr(object, ==, expected);
}

static void
test_object(void)
{
    g_autoptr(MsgrCtlEvent) invitation =
        new_event(MSGR_SESSION_MANAGER_PATH, MSGR_SESSION_MANAGER_IFACE, "OnInvitation",
                  "(objectpath '" SESSION "', '', false, " DETAILS "})");
    g_autofree char *object = msgr_ctl_event_object(invitation);

    g_assert_cmpstr(object, ==, "01234567");
    assert_object(SESSION, "01234567");
    assert_object(MSGR_SESSION_MANAGER_PATH, "Sessions");
    assert_object(MSGR_PRIVATE_PATH, "Private");
    assert_object(MSGR_ROOT_PATH, "Messenger");
}

static char *
json_of(const char *name, const char *args)
{
    g_autoptr(MsgrCtlEvent) event = new_event(SESSION, MSGR_SESSION_IFACE, name, args);
    JsonObject *object = msgr_ctl_event_json(event);
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);

    g_assert_cmpint(json_object_get_int_member(object, "Time"), ==, event->time);
    json_object_remove_member(object, "Time");
    json_object_unref(object);
    return json_to_string(node, FALSE);
}

#define HEAD "{\"Path\":\"" SESSION "\",\"Interface\":\"org.msgr.Session1\",\"Event\":"

static void
test_json(void)
{
    g_autofree char *known = json_of("OnTermination", "(uint32 0x81000602, 'no')");
    g_autofree char *none = json_of("OnReadyToLaunch", "@() ()");
    g_autofree char *unknown = json_of("OnNews", "('x', {'a': <true>})");

    g_assert_cmpstr(known, ==,
                    HEAD "\"OnTermination\",\"Args\":{\"hr\":2164262402,\"app_data\":\"no\"}}");
    g_assert_cmpstr(none, ==, HEAD "\"OnReadyToLaunch\",\"Args\":{}}");
    g_assert_cmpstr(unknown, ==,
                    HEAD "\"OnNews\",\"Args\":{\"arg0\":\"x\",\"arg1\":{\"a\":true}}}");
}

static GVariant *
make_value(const char *type)
{
    if (g_str_equal(type, "o"))
        return g_variant_new_object_path("/x");
    return g_variant_new_parsed(g_str_equal(type, "s")   ? "'x'"
                                : g_str_equal(type, "b") ? "true"
                                : g_str_equal(type, "i") ? "7"
                                : g_str_equal(type, "u") ? "uint32 7"
                                                         : "@a{sv} {}");
}

static MsgrCtlEvent *
make_event(const char *iface, const GDBusSignalInfo *info)
{
    GVariantBuilder args = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_TUPLE);

    for (gsize i = 0; info->args != NULL && info->args[i] != NULL; i++)
        g_variant_builder_add_value(&args, make_value(info->args[i]->signature));
    return msgr_ctl_event_new("/x", iface, info->name, g_variant_builder_end(&args));
}

/* Its arguments have their names, and it is told in words. */
static void
assert_known(const char *iface, const GDBusSignalInfo *info)
{
    g_autoptr(MsgrCtlEvent) event = make_event(iface, info);
    g_autofree char *printed = g_variant_print(event->args, FALSE);
    g_autofree char *details = msgr_ctl_event_details(event, "bob");
    JsonObject *object = msgr_ctl_event_json(event);
    JsonObject *args = json_object_get_object_member(object, "Args");

    g_assert_cmpstr(details, !=, printed);
    for (gsize i = 0; info->args != NULL && info->args[i] != NULL; i++) {
        if (!json_object_has_member(args, info->args[i]->name))
            g_error("%s has no argument %s", info->name, info->args[i]->name);
    }
    json_object_unref(object);
}

/* Returns: how many signals of the interface there are. */
static guint
assert_interface(const char *name)
{
    g_autofree char *file = g_strconcat(name, ".xml", NULL);
    g_autofree char *path =
        g_test_build_filename(G_TEST_DIST, "..", "..", "data", "dbus", file, NULL);
    g_autofree char *xml = NULL;
    g_autoptr(GDBusNodeInfo) node = NULL;
    guint count = 0;

    g_assert_true(g_file_get_contents(path, &xml, NULL, NULL));
    node = g_dbus_node_info_new_for_xml(xml, NULL);
    for (GDBusSignalInfo **info = node->interfaces[0]->signals; *info != NULL; info++, count++)
        assert_known(name, *info);
    return count;
}

/* Every signal that the service has. */
static void
test_every_signal(void)
{
    static const char *const names[] = { MSGR_MESSENGER_IFACE, "org.msgr.Private1", MSGR_LOCK_IFACE,
                                         MSGR_SESSION_MANAGER_IFACE, MSGR_SESSION_IFACE };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_cmpuint(assert_interface(names[i]), >, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl-event/session", test_session);
    g_test_add_func("/ctl-event/invitation", test_invitation);
    g_test_add_func("/ctl-event/others", test_others);
    g_test_add_func("/ctl-event/request", test_request);
    g_test_add_func("/ctl-event/unknown", test_unknown);
    g_test_add_func("/ctl-event/every-signal", test_every_signal);
    g_test_add_func("/ctl-event/object", test_object);
    g_test_add_func("/ctl-event/json", test_json);
    return g_test_run();
}
