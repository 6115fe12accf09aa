/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The verb that tells how things are.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-service.h"
#include "msgr-ctl-session.h"
#include "msgr-ctl-table.h"
#include "msgr-ctl-text.h"
#include "msgr-ctl-unlock.h"
#include "msgr-ctl-verb.h"
#include "msgr-ctl-words.h"
#include "msgr-error.h"
#include "msgr-names.h"

/* What there is to be known: first what is open to everybody, then what takes the key. */
typedef struct {
    GVariant *messenger;
    GVariant *session_lock; /* as it was before this run unlocked */
    GVariant *private_lock;
    GVariant *services; /* NULL while locked, like the next two */
    GVariant *described;
    GVariant *sessions;
    GError *locked; /* why it stayed locked */
} Facts;

static void
facts_clear(Facts *self)
{
    g_clear_pointer(&self->messenger, g_variant_unref);
    g_clear_pointer(&self->session_lock, g_variant_unref);
    g_clear_pointer(&self->private_lock, g_variant_unref);
    g_clear_pointer(&self->services, g_variant_unref);
    g_clear_pointer(&self->described, g_variant_unref);
    g_clear_pointer(&self->sessions, g_variant_unref);
    g_clear_error(&self->locked);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Facts, facts_clear)

static gboolean
gather(MsgrCtl *ctl, Facts *facts, GError **error)
{
    if (!msgr_ctl_need_bus(ctl, error))
        return FALSE;
    facts->messenger = msgr_ctl_bus_get_all(ctl->bus, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE, error);
    if (facts->messenger == NULL)
        return FALSE;
    facts->session_lock =
        msgr_ctl_bus_get_all(ctl->bus, MSGR_SESSION_MANAGER_PATH, MSGR_LOCK_IFACE, error);
    if (facts->session_lock == NULL)
        return FALSE;
    facts->private_lock = msgr_ctl_bus_get_all(ctl->bus, MSGR_PRIVATE_PATH, MSGR_LOCK_IFACE, error);
    if (facts->private_lock == NULL)
        return FALSE;
    if (!msgr_ctl_need_sessions(ctl, &facts->locked))
        return TRUE;
    facts->services = msgr_ctl_services_list(ctl, error);
    if (facts->services == NULL)
        return FALSE;
    facts->described = msgr_ctl_services_describe(ctl, NULL); /* one that is older knows no more */
    facts->sessions = msgr_ctl_sessions_list(ctl, error);
    return facts->sessions != NULL;
}

static void
add_pair(MsgrCtlTable *table, const char *label, const char *value)
{
    const char *const cells[] = { label, value };

    msgr_ctl_table_add(table, cells);
    msgr_ctl_table_style(table, 0, MSGR_CTL_DIM);
}

static void
add_service(MsgrCtl *ctl, MsgrCtlTable *table, const Facts *facts)
{
    g_autofree char *text = g_strdup_printf(
        _("msgr %s (%s), on the bus \"%s\""), msgr_ctl_dict_string(facts->messenger, "Version"),
        msgr_ctl_dict_string(facts->messenger, "Environment"), ctl->bus->where);
    g_autofree char *you =
        g_strdup_printf(_("%s (uid %u)"), g_get_user_name(), (unsigned int)getuid());

    add_pair(table, _("Service"), text);
    add_pair(table, _("You"), you);
}

static void
add_key(MsgrCtl *ctl, MsgrCtlTable *table, const Facts *facts)
{
    g_autofree char *text = NULL;

    if (ctl->key == NULL &&
        !g_error_matches(facts->locked, MSGR_CTL_ERROR, MSGR_CTL_ERROR_BAD_KEY)) {
        add_pair(table, _("Key"), _("none; make one: msgrctl keys new"));
        msgr_ctl_table_style(table, 1, MSGR_CTL_YELLOW);
        return;
    }
    if (ctl->key == NULL)
        return;
    text = g_strdup_printf("%s, %s: %s", ctl->key->id, msgr_algorithm_name(ctl->key->algorithm),
                           ctl->key->path);
    add_pair(table, _("Key"), text);
}

/* What other programs of the user find: what is shared, or a lock that each opens for itself. */
static void
add_lock(MsgrCtlTable *table, const char *label, GVariant *lock)
{
    gint64 until = msgr_ctl_dict_time(lock, "SharedUntil");
    guint32 status = msgr_ctl_dict_uint32(lock, "Status");
    g_autofree char *time = NULL;
    g_autofree char *text = NULL;

    if (until == 0) {
        add_pair(table, label,
                 status == MSGR_LOCK_INITIALIZED ? _("locked for programs without a key")
                                                 : msgr_ctl_lock_word(status));
        return;
    }
    time = msgr_ctl_time_format(until);
    text = g_strdup_printf(_("unlocked for all of your programs as %s until %s"),
                           msgr_ctl_dict_string(lock, "AppId"), time);
    add_pair(table, label, text);
    msgr_ctl_table_style(table, 1, MSGR_CTL_GREEN);
}

/* One line for a service, and another one for what its connector says. */
static void
add_details(MsgrCtlTable *table, GVariant *details)
{
    const char *message = msgr_ctl_dict_string(details, "Message");
    g_autofree char *quoted = msgr_ctl_text_quote(message);

    msgr_ctl_table_style(table, 1, msgr_ctl_service_style(details));
    if (*message != '\0')
        add_pair(table, "", quoted);
}

static void
add_services(MsgrCtlTable *table, GVariant *services, GVariant *described)
{
    GVariantIter iter;
    const char *id, *name, *signin_name, *friendly_name;
    guint32 status;
    const char *label = _("Signed in");

    g_variant_iter_init(&iter, services);
    while (g_variant_iter_loop(&iter, "(&s&s&s&su)", &id, &name, &signin_name, &friendly_name,
                               &status)) {
        g_autoptr(GVariant) details =
            g_str_equal(id, MSGR_LOCAL_SERVICE) ? NULL : msgr_ctl_services_find(described, id);
        g_autofree char *state = details != NULL ? msgr_ctl_service_state(details)
                                                 : g_strdup(msgr_ctl_status_word(status));
        g_autofree char *text =
            g_strdup_printf(_("%s as %s (%s): %s"), id, signin_name, friendly_name, state);

        add_pair(table, label, text);
        if (details != NULL)
            add_details(table, details);
        label = "";
    }
}

static void
count_sessions(GVariant *sessions, guint *live, guint *waiting)
{
    GVariantIter iter;
    GVariant *session;

    *live = *waiting = 0;
    g_variant_iter_init(&iter, sessions);
    while (g_variant_iter_loop(&iter, "(&o@a{sv})", NULL, &session)) {
        guint32 state = msgr_ctl_dict_uint32(session, "State");
        guint32 flags = msgr_ctl_dict_uint32(session, "Flags");

        if (state <= MSGR_STATE_CONNECTED)
            (*live)++;
        if (state == MSGR_STATE_INVITATION && (flags & MSGR_FLAG_INVITEE) != 0)
            (*waiting)++;
    }
}

static void
add_sessions(MsgrCtlTable *table, GVariant *sessions)
{
    g_autofree char *text = NULL;
    guint live, waiting;

    count_sessions(sessions, &live, &waiting);
    if (waiting == 0)
        text = g_strdup_printf("%u", live);
    else
        text =
            g_strdup_printf(ngettext("%u, and %u waits for your answer: msgrctl sessions",
                                     "%u, and %u wait for your answer: msgrctl sessions", waiting),
                            live, waiting);
    add_pair(table, _("Sessions"), text);
    if (waiting != 0)
        msgr_ctl_table_style(table, 1, MSGR_CTL_YELLOW);
}

static void
print_text(MsgrCtl *ctl, const Facts *facts)
{
    g_autoptr(MsgrCtlTable) table = msgr_ctl_table_new(2, NULL);
    g_autofree char *text = NULL;

    add_service(ctl, table, facts);
    add_key(ctl, table, facts);
    add_lock(table, _("Sessions lock"), facts->session_lock);
    add_lock(table, _("Private lock"), facts->private_lock);
    if (g_error_matches(facts->locked, MSGR_ERROR, MSGR_ERROR_API_NOT_INITIALIZED))
        add_pair(table, _("Signed in"), _("no; to sign in: msgrctl signin"));
    if (facts->services != NULL)
        add_services(table, facts->services, facts->described);
    if (facts->sessions != NULL)
        add_sessions(table, facts->sessions);
    text = msgr_ctl_table_render(table, &ctl->output);
    msgr_ctl_output_text(text);
}

static JsonObject *
lock_json(GVariant *lock)
{
    JsonObject *object = msgr_ctl_json_object(lock);

    json_object_set_string_member(object, "StatusName",
                                  msgr_ctl_lock_name(msgr_ctl_dict_uint32(lock, "Status")));
    return object;
}

static JsonArray *
services_json(GVariant *services, GVariant *described)
{
    JsonArray *array = json_array_new();
    GVariantIter iter;
    const char *id, *name, *signin_name, *friendly_name;
    guint32 status;

    g_variant_iter_init(&iter, services);
    while (g_variant_iter_loop(&iter, "(&s&s&s&su)", &id, &name, &signin_name, &friendly_name,
                               &status)) {
        g_autoptr(GVariant) details = msgr_ctl_services_find(described, id);
        JsonObject *object = json_object_new();

        json_object_set_string_member(object, "ServiceId", id);
        json_object_set_string_member(object, "ServiceName", name);
        json_object_set_string_member(object, "MySigninName", signin_name);
        json_object_set_string_member(object, "MyFriendlyName", friendly_name);
        json_object_set_int_member(object, "MyStatus", status);
        json_object_set_string_member(object, "MyStatusName", msgr_ctl_status_name(status));
        msgr_ctl_service_add_json(details, object);
        json_array_add_object_element(array, object);
    }
    return array;
}

static void
print_json(MsgrCtl *ctl, const Facts *facts)
{
    JsonObject *object = msgr_ctl_json_object(facts->messenger);
    guint live, waiting;

    json_object_set_string_member(object, "Bus", ctl->bus->where);
    json_object_set_int_member(object, "Uid", getuid());
    json_object_set_string_member(object, "UserName", g_get_user_name());
    if (ctl->key != NULL) {
        json_object_set_string_member(object, "KeyId", ctl->key->id);
        json_object_set_string_member(object, "KeyFile", ctl->key->path);
    }
    json_object_set_object_member(object, "SessionManagerLock", lock_json(facts->session_lock));
    json_object_set_object_member(object, "PrivateLock", lock_json(facts->private_lock));
    if (facts->services != NULL)
        json_object_set_array_member(object, "Services",
                                     services_json(facts->services, facts->described));
    if (facts->sessions != NULL) {
        count_sessions(facts->sessions, &live, &waiting);
        json_object_set_int_member(object, "Sessions", live);
        json_object_set_int_member(object, "Waiting", waiting);
    }
    msgr_ctl_json_print(object);
    json_object_unref(object);
}

/* That there is no key is said in the table, and so is being signed out; a key that doesn't fit is
 * a failure. */
static gboolean
is_worth_telling(const GError *error)
{
    return error != NULL && !g_error_matches(error, MSGR_CTL_ERROR, MSGR_CTL_ERROR_NO_KEY) &&
           !g_error_matches(error, MSGR_ERROR, MSGR_ERROR_API_NOT_INITIALIZED);
}

static int
run_status(MsgrCtl *ctl, char **args, GError **error)
{
    g_auto(Facts) facts = { NULL };

    if (!gather(ctl, &facts, error))
        return MSGR_CTL_EXIT_FAILED;
    if (ctl->output.json)
        print_json(ctl, &facts);
    else
        print_text(ctl, &facts);
    if (is_worth_telling(facts.locked))
        g_propagate_error(error, g_steal_pointer(&facts.locked));
    return MSGR_CTL_EXIT_OK;
}

const MsgrCtlVerb msgr_ctl_verb_status = {
    .name = "status",
    .args = "",
    .summary = N_("Shows the service, your key and locks, and whether you are signed in"),
    .examples = "msgrctl status\n"
                "MSGR_BUS=session msgrctl status",
    .run = run_status,
};
