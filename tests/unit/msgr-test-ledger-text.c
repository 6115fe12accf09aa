/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All that lasts of a model, as one text.
 */
#include "msgr-test-ledger.h"

#include <string.h>

#include "msgr-account.h"
#include "msgr-alert.h"
#include "msgr-application.h"
#include "msgr-contact.h"
#include "msgr-key-ring.h"
#include "msgr-policy.h"
#include "msgr-send.h"
#include "msgr-user.h"

typedef char *(*Describe)(gpointer record);

static int
compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
describe_all(GString *text, GHashTable *records, Describe describe)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer record;

    g_hash_table_iter_init(&iter, records);
    while (g_hash_table_iter_next(&iter, NULL, &record)) {
        g_autofree char *line = describe(record);
        MsgrRecord *base = record;

        g_assert_true(base->linked);
        g_ptr_array_add(lines, g_steal_pointer(&line));
        if (!base->stored)
            g_ptr_array_add(lines, g_strdup("(not stored)\n"));
    }
    g_ptr_array_sort(lines, compare_lines);
    for (guint i = 0; i < lines->len; i++)
        g_string_append(text, lines->pdata[i]);
}

static char *
list_text(char **list)
{
    g_autofree char *joined = list == NULL ? NULL : g_strjoinv(",", list);

    return list == NULL ? g_strdup("none") : g_strdup_printf("[%s]", joined);
}

static char *
describe_user(gpointer record)
{
    MsgrUser *user = record;
    const MsgrUserData *d = &user->data;
    const MsgrShare *s = d->shares;

    return g_strdup_printf("user %u name=%s real=%s friendly=%s seen=%d in=%d shown=%d status=%#x"
                           " share=%s@%" G_GINT64_FORMAT " share=%s@%" G_GINT64_FORMAT "\n",
                           user->uid, d->name, d->real_name, d->friendly_name, d->seen,
                           d->signed_in, d->shown, d->status, s[0].app_id, s[0].until, s[1].app_id,
                           s[1].until);
}

static char *
describe_key(gpointer record)
{
    MsgrUserKey *key = record;
    g_autofree char *json = g_strescape(key->json, "\"");

    return g_strdup_printf("key %u %s at=%" G_GINT64_FORMAT " name=%s caps=%u json=%s\n",
                           key->user->uid, key->key->id, key->added_at, key->key->name,
                           key->key->capabilities, json);
}

static char *
describe_application(gpointer record)
{
    MsgrApplication *application = record;
    const MsgrAppEntry *e = application->entry;
    g_autofree char *ids = list_text(e->app_ids);

    return g_strdup_printf("app %u %s name=%s url=%s path=%s desktop=%s version=%s stream=%s"
                           " ids=%s by=%s at=%" G_GINT64_FORMAT "\n",
                           application->user->uid, e->guid, e->name, e->url, e->path, e->desktop_id,
                           e->version, e->appstream_id, ids, e->registered_by, e->registered_at);
}

static char *
describe_policy(gpointer record)
{
    MsgrPolicy *p = record;

    return g_strdup_printf("policy %u %s accept=%s to=%s\n", p->user->uid, p->service,
                           msgr_audience_name(p->audiences[MSGR_POLICY_ACCEPT_FROM]),
                           msgr_audience_name(p->audiences[MSGR_POLICY_STATUS_TO]));
}

/* What only contacts of networks have. */
static char *
network_text(const MsgrContactNetwork *n)
{
    if (n->friendly_name == NULL && n->owed == 0 && n->requested_at == 0)
        return g_strdup("");
    return g_strdup_printf(" friendly=%s owed=%u asks=%" G_GINT64_FORMAT " as=%s text=%s",
                           n->friendly_name, n->owed, n->requested_at, n->request_name,
                           n->request_text);
}

static char *
describe_account(gpointer record)
{
    MsgrAccount *account = record;
    const MsgrAccountData *d = &account->data;

    return g_strdup_printf("account %u %s name=%s signin=%s friendly=%s status=%#x wanted=%d\n",
                           account->user->uid, account->id, d->name, d->signin_name,
                           d->friendly_name, d->status, d->is_wanted);
}

static char *
describe_contact(gpointer record)
{
    MsgrContact *c = record;

    g_autofree char *network = network_text(&c->network);

    g_assert_true(msgr_model_contact(c->user->model, c->id) == c);
    return g_strdup_printf("contact %u %s %s list=%d blocked=%d%s\n", c->user->uid, c->service,
                           c->name, c->in_list, c->blocked, network);
}

static char *
describe_side(MsgrSide *side)
{
    const MsgrSideData *d = msgr_side_data(side);
    g_autofree char *ids = list_text(d->app_ids);
    g_autofree char *address = g_strescape(d->local_address, NULL);

    if (side->user != NULL)
        g_assert_true(msgr_model_side(side->session->model, side->id) == side);
    return g_strdup_printf("  side %u user=%s id=%s creator=%s/%s detached=%d ids=%s address=%s"
                           " data=%s sent=%u attached=%s result=%#x handled=%d contact=%s\n",
                           side->role, side->user == NULL ? NULL : side->user->data.name, side->id,
                           d->creator_app, d->creator_client, d->detached, ids, address,
                           d->context_data, d->sent, d->attached_app, d->result, d->handled,
                           d->contact == NULL ? NULL : d->contact->name);
}

static char *
remote_text(const MsgrSessionData *d)
{
    g_autofree char *owed = NULL;

    if (d->account == NULL)
        return g_strdup("");
    owed = msgr_sends_print(d->owed);
    return g_strdup_printf(" by=%s attached=%d owes=%s", d->account->id, d->remote_attached, owed);
}

static char *
describe_session(gpointer record)
{
    MsgrSession *session = record;
    const MsgrSessionData *d = &session->data;
    g_autofree char *app_data = g_strescape(d->app_data, NULL);
    g_autofree char *remote = remote_text(d);
    g_autofree char *inviter = describe_side(msgr_session_side(session, MSGR_INVITER));
    g_autofree char *invitee = describe_side(msgr_session_side(session, MSGR_INVITEE));

    return g_strdup_printf("session %s guid=%s at=%" G_GINT64_FORMAT
                           " state=%d app=%s name=%s url=%s"
                           " data=%s expires=%" G_GINT64_FORMAT " extended=%d connected=%d"
                           " ended=%" G_GINT64_FORMAT "%s\n%s%s",
                           session->id, session->guid, session->created_at, d->state, d->app,
                           d->app_name, d->app_url, app_data, d->expires_at, d->extended,
                           d->was_connected, d->ended_at, remote, inviter, invitee);
}

static char *
describe_alert(gpointer record)
{
    MsgrAlert *a = record;
    g_autofree char *text = g_strescape(a->text, NULL);

    return g_strdup_printf("alert %" G_GINT64_FORMAT " to=%u site=%d by=%s text=%s url=%s"
                           " at=%" G_GINT64_FORMAT " expires=%" G_GINT64_FORMAT
                           " delivered=%d state=%d\n",
                           a->id, a->user->uid, a->site, a->publisher, text, a->url, a->time,
                           a->expires_at, a->data.delivered, a->data.state);
}

static void
describe_alerts(GString *text, MsgrModel *model)
{
    g_autoptr(GHashTable) alerts = g_hash_table_new(NULL, NULL);
    GHashTableIter iter;
    gpointer user;

    g_hash_table_iter_init(&iter, model->users);
    while (g_hash_table_iter_next(&iter, NULL, &user)) {
        for (GList *l = ((MsgrUser *)user)->alerts.head; l != NULL; l = l->next)
            g_hash_table_add(alerts, l->data);
    }
    describe_all(text, alerts, describe_alert);
}

char *
msgr_test_ledger_text(MsgrModel *model)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GList) users = g_hash_table_get_values(model->users);

    describe_all(text, model->users, describe_user);
    for (int i = 0; i < 5; i++) {
        g_autoptr(GHashTable) own = g_hash_table_new(NULL, NULL);
        const Describe describe[] = { describe_key, describe_application, describe_policy,
                                      describe_account, describe_contact };

        for (GList *l = users; l != NULL; l = l->next) {
            MsgrUser *user = l->data;
            GHashTable *const tables[] = { user->keys, user->applications, user->policies,
                                           user->accounts, user->contacts };
            GHashTableIter iter;
            gpointer record;

            g_hash_table_iter_init(&iter, tables[i]);
            while (g_hash_table_iter_next(&iter, NULL, &record))
                g_hash_table_add(own, record);
        }
        describe_all(text, own, describe[i]);
    }
    describe_alerts(text, model);
    describe_all(text, model->sessions, describe_session);
    return g_string_free(text, FALSE);
}

/* What the ledger has is what the model has. */
void
msgr_test_ledger_kept(const char *dir, MsgrModel *model)
{
    g_autofree char *expected = msgr_test_ledger_text(model);
    g_autoptr(MsgrLedger) ledger = msgr_test_ledger_open(dir);
    g_autoptr(MsgrModel) loaded = msgr_test_ledger_load(ledger);
    g_autofree char *text = msgr_test_ledger_text(loaded);

    g_assert_cmpstr(text, ==, expected);
    g_assert_false(msgr_turn_needs_writing(loaded->turn));
    msgr_test_no_warning();
}
