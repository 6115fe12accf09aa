/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls of msgrd, and who is taken for it: on a bus, with a msgrd of the test's own.
 */
#include "msgr-xmpp-manager.h"

#include "msgr-dbus.h"
#include "msgr-error.h"
#include "msgr-names.h"
#include "msgr-test-bus.h"
#include "msgr-xmpp-connector.h"
#include "test-ctl-dir.h"

#define ACCOUNT "alice@a.test"
#define OK      MSGR_N_ERRORS

typedef struct {
    GTestDBus *bus;
    GDBusConnection *ours;
    GDBusConnection *msgrd;
    GDBusConnection *mallory;
    GQueue answers; /* of MsgrError: what msgrd says to the next calls; OK to all after those */
    GString *called;
    GString *heard;
    guint n_appeared;
    guint n_vanished;
} Fixture;

static GVariant *
reply_to(const char *method)
{
    return g_str_equal(method, "ListApplications") ? g_variant_new_parsed("(@as [],)") : NULL;
}

static void
take_call(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
          const char *method, GVariant *args, GDBusMethodInvocation *call, gpointer data)
{
    Fixture *f = data;
    gpointer answer = g_queue_pop_head(&f->answers);

    g_string_append_printf(f->called, "%s;", method);
    if (answer == NULL || GPOINTER_TO_INT(answer) == OK)
        g_dbus_method_invocation_return_value(call, reply_to(method));
    else
        g_dbus_method_invocation_return_error_literal(call, MSGR_ERROR, GPOINTER_TO_INT(answer),
                                                      "no");
}

static void
will_answer(Fixture *f, int code)
{
    g_queue_push_tail(&f->answers, GINT_TO_POINTER(code));
}

static void
ask_bus(GDBusConnection *connection, const char *method, GVariant *args)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
        args, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

    g_assert_nonnull(reply);
}

static void
take_name(GDBusConnection *connection)
{
    ask_bus(connection, "RequestName", g_variant_new("(su)", MSGR_AGENTS_BUS_NAME, 0));
}

static void
set_up(Fixture *f, gconstpointer data)
{
    static const GDBusInterfaceVTable vtable = { .method_call = take_call };

    f->bus = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(f->bus);
    f->ours = msgr_test_bus_connect(g_test_dbus_get_bus_address(f->bus));
    f->msgrd = msgr_test_bus_connect(g_test_dbus_get_bus_address(f->bus));
    f->mallory = msgr_test_bus_connect(g_test_dbus_get_bus_address(f->bus));
    g_queue_init(&f->answers);
    f->called = g_string_new(NULL);
    f->heard = g_string_new(NULL);
    g_assert_cmpuint(g_dbus_connection_register_object(
                         f->msgrd, MSGR_ROOT_PATH, msgr_dbus_connector_manager1_interface_info(),
                         &vtable, f, NULL, NULL),
                     !=, 0);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_object_unref(f->ours);
    g_object_unref(f->msgrd);
    g_object_unref(f->mallory);
    g_queue_clear(&f->answers);
    g_string_free(f->called, TRUE);
    g_string_free(f->heard, TRUE);
    g_test_dbus_down(f->bus);
    g_object_unref(f->bus);
}

/* Calls */

static void
appeared(gpointer data)
{
    ((Fixture *)data)->n_appeared++;
}

static void
vanished(gpointer data)
{
    ((Fixture *)data)->n_vanished++;
}

static void
wait_for(const guint *counter, guint value)
{
    while (*counter < value)
        g_main_context_iteration(NULL, TRUE);
}

static void
wait_to_hear(const Fixture *f, gsize n)
{
    while (f->heard->len < n)
        g_main_context_iteration(NULL, TRUE);
}

/* msgrd is there. */
static MsgrXmppManager *
new_manager(Fixture *f)
{
    const MsgrXmppManagerEvents events = { appeared, vanished, f };
    MsgrXmppManager *manager;

    take_name(f->msgrd);
    manager = msgr_xmpp_manager_new(f->ours, "xmpp:" ACCOUNT, &events);
    wait_for(&f->n_appeared, 1);
    return manager;
}

static void
heard(GVariant *reply, const GError *error, gpointer data)
{
    g_assert_true((reply == NULL) == (error != NULL));
    g_string_append_c(((Fixture *)data)->heard, error == NULL ? '+' : '-');
}

static void
deliver_end(MsgrXmppManager *manager, Fixture *f)
{
    msgr_xmpp_manager_call(manager, "DeliverEnd",
                           g_variant_new("(sssbus)", "", "", "", FALSE, 0, ""), heard, f);
}

static void
deliver_attached(MsgrXmppManager *manager, Fixture *f)
{
    msgr_xmpp_manager_call(manager, "DeliverAttached", g_variant_new("(ssss)", "", "", "", ""),
                           heard, f);
}

/* Of what msgrd had no room for, or could not keep, nothing is lost; and nothing overtakes. */
static void
test_again(Fixture *f, gconstpointer data)
{
    g_autoptr(MsgrXmppManager) manager = new_manager(f);

    will_answer(f, MSGR_ERROR_LIMITS_EXCEEDED);
    will_answer(f, MSGR_ERROR_FAILED);
    deliver_end(manager, f);
    deliver_attached(manager, f);
    wait_to_hear(f, 2);
    g_assert_cmpstr(f->called->str, ==, "DeliverEnd;DeliverEnd;DeliverEnd;DeliverAttached;");
    g_assert_cmpstr(f->heard->str, ==, "++");
}

/* What msgrd has decided stays so. */
static void
test_decided(Fixture *f, gconstpointer data)
{
    g_autoptr(MsgrXmppManager) manager = new_manager(f);

    will_answer(f, MSGR_ERROR_NOT_FOUND);
    deliver_end(manager, f);
    deliver_attached(manager, f);
    wait_to_hear(f, 2);
    g_assert_cmpstr(f->called->str, ==, "DeliverEnd;DeliverAttached;");
    g_assert_cmpstr(f->heard->str, ==, "-+");
}

/* What anybody can send at will must not hold up what follows. */
static void
test_flood(Fixture *f, gconstpointer data)
{
    g_autoptr(MsgrXmppManager) manager = new_manager(f);

    for (guint i = 0; i < 3; i++)
        will_answer(f, MSGR_ERROR_LIMITS_EXCEEDED);
    msgr_xmpp_manager_call(manager, "DeliverAlert", g_variant_new_parsed("('', '', '', @a{sv} {})"),
                           heard, f);
    msgr_xmpp_manager_call(manager, "DeliverContactRequest",
                           g_variant_new_parsed("('', '', @a{sv} {})"), heard, f);
    msgr_xmpp_manager_call(manager, "DeliverInvitation",
                           g_variant_new_parsed("('', '', '', @a{sv} {})"), heard, f);
    deliver_end(manager, f);
    wait_to_hear(f, 4);
    g_assert_cmpstr(f->called->str, ==,
                    "DeliverAlert;DeliverContactRequest;DeliverInvitation;DeliverEnd;");
    g_assert_cmpstr(f->heard->str, ==, "---+");
}

/* Who has msgrd's name is msgrd, as long as that is so. */
static void
test_owner(Fixture *f, gconstpointer data)
{
    g_autoptr(MsgrXmppManager) manager = new_manager(f);
    const char *msgrd = g_dbus_connection_get_unique_name(f->msgrd);

    g_assert_true(msgr_xmpp_manager_is_owner(manager, msgrd));
    g_assert_false(
        msgr_xmpp_manager_is_owner(manager, g_dbus_connection_get_unique_name(f->mallory)));
    g_assert_false(msgr_xmpp_manager_is_owner(manager, NULL));
    ask_bus(f->msgrd, "ReleaseName", g_variant_new("(s)", MSGR_AGENTS_BUS_NAME));
    wait_for(&f->n_vanished, 1);
    g_assert_false(msgr_xmpp_manager_is_owner(manager, msgrd));
    g_assert_false(msgr_xmpp_manager_is_owner(manager, NULL));
}

/* Who calls the connector */

static void
answered(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    G_GNUC_UNUSED g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    *(char **)data = error != NULL ? g_dbus_error_get_remote_error(error) : g_strdup("it was done");
}

static char *
set_friendly_name(const Fixture *f, GDBusConnection *caller, const char *name)
{
    char *answer = NULL;

    g_dbus_connection_call(caller, g_dbus_connection_get_unique_name(f->ours),
                           MSGR_XMPP_OBJECT_PATH, MSGR_CONNECTOR_IFACE, "SetFriendlyName",
                           g_variant_new("(s)", name), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                           answered, &answer);
    while (answer == NULL)
        g_main_context_iteration(NULL, TRUE);
    return answer;
}

static void
assert_refused(const Fixture *f, GDBusConnection *caller)
{
    g_autofree char *answer = set_friendly_name(f, caller, "Mallory");

    g_assert_cmpstr(answer, ==, "org.freedesktop.DBus.Error.AccessDenied");
}

static void
test_callers(Fixture *f, gconstpointer data)
{
    char jid[] = ACCOUNT;
    const MsgrXmppAccount account = { .jid = jid };
    g_autoptr(MsgrXmppConnector) connector = msgr_xmpp_connector_new(&account, f->ours, NULL);
    g_autofree char *answer = NULL;

    g_assert_nonnull(connector);
    assert_refused(f, f->mallory);
    assert_refused(f, f->msgrd);
    take_name(f->msgrd);
    while (!connector->is_registered)
        g_main_context_iteration(NULL, TRUE);
    assert_refused(f, f->mallory);
    g_assert_null(connector->friendly_name);
    answer = set_friendly_name(f, f->msgrd, "Alice");
    g_assert_cmpstr(answer, ==, "it was done");
    g_assert_cmpstr(connector->friendly_name, ==, "Alice");
}

static void
add(const char *path, void (*test)(Fixture *, gconstpointer))
{
    g_test_add(path, Fixture, NULL, set_up, test, tear_down);
}

int
main(int argc, char **argv)
{
    g_autofree char *dir = g_dir_make_tmp("msgr-test-XXXXXX", NULL);
    int status;

    g_setenv("XDG_RUNTIME_DIR", dir, TRUE);
    g_test_init(&argc, &argv, NULL);
    add("/xmpp-manager/again", test_again);
    add("/xmpp-manager/decided", test_decided);
    add("/xmpp-manager/flood", test_flood);
    add("/xmpp-manager/owner", test_owner);
    add("/xmpp-manager/callers", test_callers);
    status = g_test_run();
    test_dir_remove(dir);
    return status;
}
