/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All of a model as one text, to see whether something changed; and whether its indexes agree.
 */
#include "msgr-account.h"
#include "msgr-roster.h"
#include "msgr-send.h"
#include "msgr-test-model.h"

#include <string.h>

typedef void (*AddFunc)(GString *text, gpointer item);

static int
compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Tables have no order: their items are put in that of their texts. */
static void
add_all(GString *text, GHashTable *table, gboolean is_set, AddFunc add)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer key, value;

    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        GString *line = g_string_new(NULL);

        add(line, is_set ? key : value);
        g_ptr_array_add(lines, g_string_free(line, FALSE));
    }
    g_ptr_array_sort(lines, compare_texts);
    for (guint i = 0; i < lines->len; i++)
        g_string_append(text, lines->pdata[i]);
}

static void
add_variant(GString *text, GVariant *value)
{
    g_autoptr(GVariant) sunk = g_variant_ref_sink(value);

    g_variant_print_string(sunk, text, FALSE);
    g_string_append_c(text, '\n');
}

static void
add_contact(GString *text, gpointer item)
{
    MsgrContact *contact = item;

    g_string_append_printf(text, "contact %s owed %u ", contact->path, contact->network.owed);
    add_variant(text, msgr_contact_properties(contact));
}

static void
add_path(GString *text, gpointer item)
{
    g_string_append_printf(text, "  %s\n", ((MsgrSide *)item)->path);
}

static void
add_side(GString *text, gpointer item)
{
    MsgrSide *side = item;
    MsgrSideData *data = msgr_side_data(side);
    g_autofree char *apps = data->app_ids == NULL ? NULL : g_strjoinv(",", data->app_ids);

    g_string_append_printf(text, "side %s detached %d attached %s sent %u handled %d launch %d ",
                           side->path, data->detached, data->attached_app, data->sent,
                           data->handled, data->launch);
    g_string_append_printf(text, "due %" G_GINT64_FORMAT " grace %" G_GINT64_FORMAT " apps %s\n",
                           data->launch_due, side->grace, apps);
    g_string_append_printf(text, "shown %d offered %d choosing %d process %u token %s\n",
                           data->shown_to != 0, data->download_offered_to != 0, data->is_choosing,
                           data->process == NULL ? 0 : data->process->pid, data->activation_token);
    add_variant(text, msgr_side_properties(side));
}

static void
add_name(GString *text, gpointer item)
{
    g_string_append_printf(text, "  %s\n", (const char *)item);
}

static void
add_site(GString *text, gpointer item)
{
    g_string_append_printf(text, "  %d\n", GPOINTER_TO_INT(item));
}

static void
add_alert(GString *text, MsgrAlert *alert)
{
    g_string_append_printf(
        text,
        "alert %" G_GINT64_FORMAT " state %d delivered %d due %" G_GINT64_FORMAT " %s sent to\n",
        alert->id, alert->data.state, alert->data.delivered, alert->data.due_boot, alert->text);
    add_all(text, alert->data.receivers, TRUE, add_name);
}

static void
add_alerts(GString *text, MsgrUser *user)
{
    gint64 last = 0;

    for (GList *l = user->alerts.head; l != NULL; l = l->next) {
        g_assert_cmpint(((MsgrAlert *)l->data)->id, >, last);
        last = ((MsgrAlert *)l->data)->id;
        add_alert(text, l->data);
    }
    for (GList *l = user->additions.head; l != NULL; l = l->next)
        g_string_append_printf(text, "to be added: %s\n", ((MsgrAddition *)l->data)->name);
}

static void
add_session(GString *text, gpointer item)
{
    MsgrSession *session = item;
    const MsgrSessionData *data = &session->data;
    g_autofree char *owed = data->owed == NULL ? NULL : msgr_sends_print(data->owed);

    if (data->account != NULL)
        g_string_append_printf(text, "session %s by %s/%p owes %s sending %u there %d\n",
                               session->guid, data->account->id, (gpointer)session->indexed_in,
                               owed, data->sending, data->remote_attached);
}

static void
add_account(GString *text, gpointer item)
{
    MsgrAccount *account = item;
    const MsgrAccountData *data = &account->data;

    g_string_append_printf(text,
                           "account %s of %s %s by %s %s wanted %d in %d/%d at %s, %u, out %x %d "
                           "%s %d\n",
                           account->id, data->signin_name, data->name, data->connector, data->path,
                           data->is_wanted, data->signed_in, data->signing_in, data->local_address,
                           g_hash_table_size(account->sessions), data->out_result, data->will_retry,
                           data->out_message, data->has_stopped);
}

static void
add_client(GString *text, gpointer item)
{
    MsgrClient *client = item;

    g_string_append_printf(text, "client %s", client->name);
    for (int i = 0; i < MSGR_N_LOCKABLES; i++)
        g_string_append_printf(text, ", %u as %s: %s", msgr_lock_status(client, i),
                               msgr_client_app_id(client, i), client->locks[i].challenge);
    g_string_append(text, ", wants\n");
    add_all(text, client->sites, TRUE, add_site);
    add_variant(text, msgr_side_list(client));
}

/* Not through the list, which the configuration may refuse. */
static void
add_key(GString *text, gpointer item)
{
    MsgrUserKey *key = item;

    g_string_append_printf(text, "key %s %s\n", key->key->id, key->json);
}

static void
add_agent(GString *text, gpointer item)
{
    MsgrAgent *agent = item;

    g_string_append_printf(text, "agent %s %s roles %u priority %d\n", agent->client, agent->path,
                           agent->data.roles, agent->data.priority);
}

static void
add_applications(GString *text, MsgrUser *user)
{
    g_autoptr(GPtrArray) entries = msgr_application_list(user);

    for (guint i = 0; i < entries->len; i++) {
        MsgrAppEntry *entry = entries->pdata[i];

        g_string_append_printf(text, "application %s %s %s by %s\n", entry->guid, entry->name,
                               entry->version, entry->registered_by);
    }
}

static void
add_user(GString *text, gpointer item)
{
    MsgrUser *user = item;

    g_string_append_printf(text, "user %s %s there %d\n", user->data.name,
                           msgr_user_friendly_name(user), msgr_user_is_there(user));
    for (int i = 0; i < MSGR_N_LOCKABLES; i++)
        g_string_append_printf(text, "share %s until %" G_GINT64_FORMAT "\n",
                               user->data.shares[i].app_id, user->data.shares[i].until);
    add_variant(text, msgr_policy_get(user, MSGR_LOCAL_SERVICE));
    add_all(text, user->agents, TRUE, add_agent);
    add_variant(text, msgr_user_services(user));
    add_all(text, user->keys, FALSE, add_key);
    add_all(text, user->accounts, FALSE, add_account);
    add_variant(text, msgr_contact_request_list(user));
    add_applications(text, user);
    add_all(text, user->contacts, FALSE, add_contact);
    add_alerts(text, user);
    g_string_append(text, "sides\n");
    add_all(text, user->sides, TRUE, add_path);
    g_string_append(text, "live\n");
    add_all(text, user->live, TRUE, add_path);
    g_string_append(text, "waiting\n");
    add_all(text, user->waiting, TRUE, add_path);
}

/* What can be read by anybody, and when something happens next. */
char *
msgr_test_snapshot(MsgrTestModel *t)
{
    GString *text = g_string_new(NULL);

    msgr_test_check_indexes(t);
    add_all(text, t->model->users, FALSE, add_user);
    add_all(text, t->model->clients, FALSE, add_client);
    add_all(text, t->model->sides, FALSE, add_side);
    add_all(text, t->model->sessions, FALSE, add_session);
    g_string_append_printf(text, "sessions %u contacts %u next %" G_GINT64_FORMAT "\n",
                           g_hash_table_size(t->model->sessions),
                           g_hash_table_size(t->model->contacts),
                           msgr_agenda_next(t->model->agenda));
    return g_string_free(text, FALSE);
}

static void
check_side(MsgrTestModel *t, MsgrSide *side)
{
    const MsgrState state = side->session->data.state;
    gboolean is_live = state == MSGR_STATE_READY || state == MSGR_STATE_INVITATION ||
                       state == MSGR_STATE_ACCEPTED || state == MSGR_STATE_CONNECTED;
    gboolean waits = side->role == MSGR_INVITEE && state == MSGR_STATE_INVITATION;

    g_assert_true(g_hash_table_lookup(t->model->sessions, side->session->id) == side->session);
    g_assert_true(g_hash_table_contains(side->user->sides, side));
    g_assert_cmpint(g_hash_table_contains(side->user->live, side), ==, is_live);
    g_assert_cmpint(g_hash_table_contains(side->user->waiting, side), ==, waits);
}

static void
check_members(MsgrTestModel *t, GHashTable *set)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, set);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        MsgrSide *side = value;

        g_assert_true(msgr_model_side(t->model, side->id) == side);
    }
}

static gboolean
has_session(MsgrContact *contact, gboolean live)
{
    GHashTableIter iter;
    gpointer side;

    g_hash_table_iter_init(&iter, live ? contact->user->live : contact->user->sides);
    while (g_hash_table_iter_next(&iter, &side, NULL)) {
        if (msgr_side_data(side)->contact == contact)
            return TRUE;
    }
    return FALSE;
}

static void
check_contact(MsgrContact *contact)
{
    MsgrUser *user = contact->user;
    GHashTable *watches = g_hash_table_lookup(user->model->watches, contact->name);

    g_assert_cmpint(g_hash_table_contains(user->contact_list, contact), ==, contact->in_list);
    g_assert_cmpint(g_hash_table_contains(user->block_list, contact), ==, contact->blocked);
    g_assert_cmpint(g_hash_table_size(contact->sides) > 0, ==, has_session(contact, FALSE));
    g_assert_cmpint(contact->watch != NULL, ==, contact->in_list || has_session(contact, TRUE));
    if (contact->watch != NULL && g_str_equal(contact->service, MSGR_LOCAL_SERVICE))
        g_assert_true(g_hash_table_contains(watches, contact->watch));
    if (contact->watch == NULL && watches != NULL)
        g_assert_cmpuint(g_hash_table_size(watches), >, 0);
}

static void
check_contacts(MsgrUser *user)
{
    GHashTableIter iter;
    gpointer value;
    guint listed = 0, blocked = 0;

    g_hash_table_iter_init(&iter, user->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrContact *contact = value;

        check_contact(contact);
        listed += contact->in_list ? 1 : 0;
        blocked += contact->blocked ? 1 : 0;
    }
    g_assert_cmpuint(g_hash_table_size(user->contact_list), ==, listed);
    g_assert_cmpuint(g_hash_table_size(user->block_list), ==, blocked);
}

/* Each index has what the sessions' states and the contacts say, and nothing else. */
void
msgr_test_check_indexes(MsgrTestModel *t)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, t->model->sides);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        check_side(t, value);
    g_hash_table_iter_init(&iter, t->model->users);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrUser *user = value;

        check_members(t, user->sides);
        check_members(t, user->live);
        check_members(t, user->waiting);
        check_contacts(user);
    }
}

/* Returns: (transfer full): a property of Session1. */
GVariant *
msgr_test_property(MsgrSide *side, const char *name)
{
    GVariant *value = msgr_side_property(side, name);

    g_assert_nonnull(value);
    return g_variant_ref_sink(value);
}

guint32
msgr_test_number(MsgrSide *side, const char *name)
{
    g_autoptr(GVariant) value = msgr_test_property(side, name);

    return g_variant_get_uint32(value);
}

/* Returns: the text, which stays as it is. */
const char *
msgr_test_text(MsgrSide *side, const char *name)
{
    g_autoptr(GVariant) value = msgr_test_property(side, name);

    return g_intern_string(g_variant_get_string(value, NULL));
}
