/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session from the invitation to its end. One user runs "duet wait", another one of the same
 * machine "duet invite USER". Alone: "duet invite echo", a contact that accepts everything.
 * First, once for each user: msgrctl keys new org.example.Duet -c sessions
 */
#include "duet-client.h"

#define APP_ID "org.example.Duet"
#define GUID   "{5B0C2B1E-8E0C-4D6A-9C56-2F5A0D4E7A11}" /* the application's own, by uuidgen */

enum { READY = 1, INVITATION, ACCEPTED, CONNECTED, CANCELLED, DECLINED, TERMINATED };

static GMainLoop *loop;
static char *contact, *session; /* no contact: wait for an invitation */
static gboolean is_connected, has_heard;
static guint32 result;

static void
invite(void)
{
    g_autofree char *path = NULL;

    duet_call(ROOT, MESSENGER1, "GetContact", g_variant_new("(ss)", contact, "local"), "(o)",
              &path);
    duet_call(MANAGER, SESSION_MANAGER1, "InviteContact",
              g_variant_new("(sosa{sv})", GUID, path, "a duet?", NULL), "(o)", &session);
    g_print("invited %s\n", contact);
}

/* Each signal is but a reason to read what holds now, and to do what is next. */
static void
look(void)
{
    g_autoptr(GVariant) now = NULL;
    const char *said, *address;
    guint32 state;

    duet_call(session, "org.freedesktop.DBus.Properties", "GetAll", g_variant_new("(s)", SESSION1),
              "(@a{sv})", &now);
    g_variant_lookup(now, "State", "u", &state);
    g_variant_lookup(now, "Result", "u", &result);
    g_variant_lookup(now, "ContextData", "&s", &said);
    g_variant_lookup(now, "RemoteAddress", "&s", &address);
    if (state == CONNECTED && !is_connected) {
        is_connected = TRUE;
        g_print("connected, the other side is at %s\n", address);
        if (contact != NULL)
            duet_call(session, SESSION1, "SendContextData", g_variant_new("(s)", "you begin"),
                      "()");
    }
    if (*said != '\0' && !has_heard) {
        has_heard = TRUE;
        g_print("the other side says: %s\n", said);
        if (contact != NULL)
            duet_call(session, SESSION1, "Cancel", g_variant_new("(us)", 0, "thank you"), "()");
        else
            duet_call(session, SESSION1, "SendContextData", g_variant_new("(s)", "no, you"), "()");
    }
    if (state > CONNECTED)
        g_main_loop_quit(loop);
}

/* Proves which application this is; from here on the service tells what concerns it. */
static void
unlock(GVariant *args)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *response = NULL;
    const char *challenge;
    int cookie;

    g_variant_get(args, "(i&s)", &cookie, &challenge);
    response = duet_respond(APP_ID, challenge);
    duet_call(MANAGER, LOCK1, "SendResponse", g_variant_new("(ssi)", APP_ID, response, cookie),
              "()");
    duet_call(MANAGER, SESSION_MANAGER1, "RegisterApplicationWith",
              g_variant_new_parsed("({'Guid': <%s>, 'Name': <'Duet'>, 'Path': <%s>,"
                                   "  'Url': <'https://example.org/duet'>, 'Replace': <true>},)",
                                   GUID, program),
              "()");
    if (session != NULL)
        look(); /* the service has been away: the session is as it was */
    else if (contact != NULL)
        invite();
    else
        g_print("waiting for an invitation\n");
}

static void
answer(GVariant *args)
{
    g_autoptr(GVariant) details = NULL;
    const char *app_data, *name;

    g_variant_get(args, "(o&sb@a{sv})", &session, &app_data, NULL, &details);
    g_variant_lookup(details, "SigninName", "&s", &name);
    g_print("invited by %s: %s\n", name, app_data);
    duet_call(session, SESSION1, "Accept", g_variant_new("(s)", "with pleasure"), "()");
}

static void
on_signal(GDBusConnection *bus, const char *sender, const char *path, const char *iface,
          const char *name, GVariant *args, gpointer data)
{
    if (g_str_equal(name, "OnLockChallenge"))
        unlock(args);
    else if (g_str_equal(name, "OnInvitation") && contact == NULL && session == NULL)
        answer(args);
    else if (g_str_equal(name, "BeforeAppLaunch") && g_strcmp0(path, session) == 0)
        /* this is the application: there is nothing to launch */
        duet_call(path, SESSION1, "SuppressDefault", g_variant_new("(s)", name), "()");
    if (g_strcmp0(path, session) == 0)
        look();
}

static void
on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
    duet_call(MANAGER, LOCK1, "RequestChallenge", g_variant_new("(i)", 1), "()");
}

static void
on_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
    g_print("the service is not there: waiting for it\n");
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    contact = argc == 3 && g_str_equal(argv[1], "invite") ? argv[2] : NULL;
    if (contact == NULL && !(argc == 2 && g_str_equal(argv[1], "wait"))) {
        g_printerr("usage: duet wait | invite USER\n");
        return 1;
    }
    loop = g_main_loop_new(NULL, FALSE);
    /* Before anything is unlocked, so that nothing is missed; and with the sender's name, since
     * anybody can send a signal of any name to anybody. */
    g_dbus_connection_signal_subscribe(duet_bus(), SERVICE, NULL, NULL, NULL, NULL,
                                       G_DBUS_SIGNAL_FLAGS_NONE, on_signal, NULL, NULL);
    g_bus_watch_name_on_connection(duet_bus(), SERVICE, G_BUS_NAME_WATCHER_FLAGS_AUTO_START,
                                   on_appeared, on_vanished, NULL, NULL);
    g_main_loop_run(loop);
    g_print("ended: 0x%08x\n", result);
    return has_heard ? 0 : 1;
}
