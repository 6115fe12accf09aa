/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Challenge and response from the client's end, against a lock that a thread of this program plays.
 */
#include "msgr-ctl-unlock.h"

#include "msgr-ctl-error.h"
#include "msgr-error.h"
#include "msgr-names.h"
#include "msgr-response.h"
#include "msgr-test-bus.h"

#define CHALLENGE "the true challenge"
#define SECRET    "secret"

static const char introspection[] =
    "<node><interface name='org.msgr.Lock1'>"
    "<method name='RequestChallenge'><arg type='i' direction='in'/></method>"
    "<method name='SendResponse'><arg type='s' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='i' direction='in'/></method>"
    "<property name='Status' type='u' access='read'/>"
    "<property name='AppId' type='s' access='read'/>"
    "</interface></node>";

/* What the lock does, set before the client comes. */
typedef struct {
    guint32 status;
    const char *app_id;
    int refusal;       /* of RequestChallenge: a MsgrError, or -1 */
    gboolean intruder; /* somebody else sends a challenge first */
} Behaviour;

typedef struct {
    GTestDBus *bus;
    GThread *thread;
    GAsyncQueue *ready;
    GMainContext *context;
    GMainLoop *loop;
    GDBusConnection *intruder;
    Behaviour behaviour;
    char *app_id; /* what came in SendResponse */
    char *response;
    guint n_requests;
    /* the client's end */
    MsgrCtlBus *client;
    MsgrCtlKeyFile key;
} Fixture;

static void
send_challenge(GDBusConnection *connection, const char *to, gint32 cookie, const char *challenge)
{
    g_assert_true(g_dbus_connection_emit_signal(connection, to, MSGR_SESSION_MANAGER_PATH,
                                                MSGR_LOCK_IFACE, "OnLockChallenge",
                                                g_variant_new("(is)", cookie, challenge), NULL));
    g_assert_true(g_dbus_connection_flush_sync(connection, NULL, NULL));
}

/* As the service does it: the reply, then the signals; one with a cookie of another attempt too. */
static void
request_challenge(Fixture *fixture, GDBusConnection *connection, const char *sender, gint32 cookie,
                  GDBusMethodInvocation *invocation)
{
    fixture->n_requests++;
    if (fixture->behaviour.refusal >= 0) {
        g_dbus_method_invocation_return_error_literal(invocation, MSGR_ERROR,
                                                      fixture->behaviour.refusal, "no");
        return;
    }
    if (fixture->behaviour.intruder)
        send_challenge(fixture->intruder, sender, cookie, "a false challenge");
    g_dbus_method_invocation_return_value(invocation, NULL);
    send_challenge(connection, sender, cookie + 1, "a stale challenge");
    send_challenge(connection, sender, cookie, CHALLENGE);
}

static void
send_response(Fixture *fixture, GVariant *args, GDBusMethodInvocation *invocation)
{
    g_autofree char *expected = msgr_response_compute(
        MSGR_ALGORITHM_HMAC_SHA256, (const guint8 *)SECRET, strlen(SECRET), CHALLENGE, NULL);

    g_variant_get(args, "(ssi)", &fixture->app_id, &fixture->response, NULL);
    if (g_str_equal(expected, fixture->response))
        g_dbus_method_invocation_return_value(invocation, NULL);
    else
        g_dbus_method_invocation_return_error_literal(invocation, MSGR_ERROR,
                                                      MSGR_ERROR_API_UNLOCK_FAILED, "wrong");
}

static void
on_call(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
        const char *method, GVariant *args, GDBusMethodInvocation *invocation, gpointer data)
{
    gint32 cookie;

    if (g_str_equal(method, "RequestChallenge")) {
        g_variant_get(args, "(i)", &cookie);
        request_challenge(data, connection, sender, cookie, invocation);
    } else {
        send_response(data, args, invocation);
    }
}

static GVariant *
on_get(GDBusConnection *connection, const char *sender, const char *path, const char *iface,
       const char *property, GError **error, gpointer data)
{
    Fixture *fixture = data;

    if (g_str_equal(property, "Status"))
        return g_variant_new_uint32(fixture->behaviour.status);
    return g_variant_new_string(fixture->behaviour.app_id);
}

static void
own_name(GDBusConnection *connection)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "RequestName", g_variant_new("(su)", MSGR_BUS_NAME, 4), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
        NULL, &error);

    g_assert_no_error(error);
    g_assert_nonnull(reply);
}

static gpointer
play_service(gpointer data)
{
    const GDBusInterfaceVTable vtable = { on_call, on_get, NULL, { NULL } };
    Fixture *fixture = data;
    g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(introspection, NULL);
    g_autoptr(GDBusConnection) connection = NULL;
    guint id;

    g_main_context_push_thread_default(fixture->context);
    connection = msgr_test_bus_connect(g_test_dbus_get_bus_address(fixture->bus));
    id = g_dbus_connection_register_object(connection, MSGR_SESSION_MANAGER_PATH,
                                           node->interfaces[0], &vtable, fixture, NULL, NULL);
    g_assert_cmpuint(id, >, 0);
    own_name(connection);
    g_async_queue_push(fixture->ready, fixture);
    g_main_loop_run(fixture->loop);
    g_dbus_connection_unregister_object(connection, id);
    g_dbus_connection_close_sync(connection, NULL, NULL);
    g_main_context_pop_thread_default(fixture->context);
    return NULL;
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)msgr_error_quark();
    fixture->behaviour = (Behaviour){ MSGR_LOCK_INITIALIZED, "", -1, FALSE };
    fixture->bus = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(fixture->bus);
    fixture->ready = g_async_queue_new();
    fixture->context = g_main_context_new();
    fixture->loop = g_main_loop_new(fixture->context, FALSE);
    fixture->intruder = msgr_test_bus_connect(g_test_dbus_get_bus_address(fixture->bus));
    fixture->thread = g_thread_new("service", play_service, fixture);
    g_async_queue_pop(fixture->ready);
    fixture->client = msgr_ctl_bus_open("session", &error);
    g_assert_no_error(error);
    fixture->key.id = g_strdup("org.example.Key");
    fixture->key.algorithm = MSGR_ALGORITHM_HMAC_SHA256;
    fixture->key.secret = (guint8 *)g_strdup(SECRET);
    fixture->key.secret_length = strlen(SECRET);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    msgr_ctl_bus_free(fixture->client);
    g_main_loop_quit(fixture->loop);
    g_thread_join(fixture->thread);
    g_dbus_connection_close_sync(fixture->intruder, NULL, NULL);
    g_object_unref(fixture->intruder);
    g_test_dbus_down(fixture->bus);
    g_object_unref(fixture->bus);
    g_main_loop_unref(fixture->loop);
    g_main_context_unref(fixture->context);
    g_async_queue_unref(fixture->ready);
    g_free(fixture->key.id);
    g_free(fixture->key.secret);
    g_free(fixture->app_id);
    g_free(fixture->response);
}

static gboolean
unlock(Fixture *fixture, gboolean with_key, GError **error)
{
    return msgr_ctl_unlock(fixture->client, MSGR_SESSION_MANAGER_PATH,
                           with_key ? &fixture->key : NULL, error);
}

static void
test_unlock(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(unlock(fixture, TRUE, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(fixture->app_id, ==, "org.example.Key");
    g_assert_cmpuint(fixture->n_requests, ==, 1);
}

/* Whoever can guess the cookie still is not the service. */
static void
test_intruder(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    fixture->behaviour.intruder = TRUE;
    g_assert_true(unlock(fixture, TRUE, &error));
    g_assert_no_error(error);
}

static void
test_wrong_key(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    fixture->key.secret[0] ^= 1;
    g_assert_false(unlock(fixture, TRUE, &error));
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_API_UNLOCK_FAILED);
}

static void
test_no_key(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(unlock(fixture, FALSE, &error));
    g_assert_error(error, MSGR_CTL_ERROR, MSGR_CTL_ERROR_NO_KEY);
    g_assert_cmpuint(fixture->n_requests, ==, 0);
}

/* A share will do for who has no key, or the same one; not for another application. */
static void
test_share(Fixture *fixture, gconstpointer data)
{
    fixture->behaviour.status = MSGR_LOCK_UNLOCKED;
    fixture->behaviour.app_id = "org.example.Other";
    g_assert_true(unlock(fixture, FALSE, NULL));
    g_assert_cmpuint(fixture->n_requests, ==, 0);
    g_assert_true(unlock(fixture, TRUE, NULL));
    g_assert_cmpuint(fixture->n_requests, ==, 1);
    fixture->behaviour.app_id = "org.example.Key";
    g_assert_true(unlock(fixture, TRUE, NULL));
    g_assert_cmpuint(fixture->n_requests, ==, 1);
}

static void
test_refused(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    fixture->behaviour.refusal = MSGR_ERROR_API_ALREADY_UNLOCKED;
    g_assert_true(unlock(fixture, TRUE, &error));
    g_assert_no_error(error);
    fixture->behaviour.refusal = MSGR_ERROR_API_DISABLED;
    g_assert_false(unlock(fixture, TRUE, &error));
    g_assert_error(error, MSGR_ERROR, MSGR_ERROR_API_DISABLED);
}

static void
test_gone(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    msgr_ctl_bus_set_owner(fixture->client, NULL);
    g_assert_false(unlock(fixture, TRUE, &error));
    g_assert_error(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);
    g_assert_cmpuint(fixture->n_requests, ==, 0);
}

#define ADD(name, func) g_test_add("/ctl-unlock/" name, Fixture, NULL, set_up, func, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("right", test_unlock);
    ADD("intruder", test_intruder);
    ADD("wrong-key", test_wrong_key);
    ADD("no-key", test_no_key);
    ADD("share", test_share);
    ADD("refused", test_refused);
    ADD("gone", test_gone);
    return g_test_run();
}
