/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Adding contacts: asked for at once, done in the order of the calls, whoever has to be asked
 * meanwhile whether there is such a person.
 */
#include "msgr-addition.h"

#include "msgr-account.h"
#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-local-name.h"
#include "msgr-order.h"
#include "msgr-roster.h"

static gpointer
addition_save(MsgrRecord *record)
{
    return g_memdup2(&((MsgrAddition *)record)->ask_due, sizeof(gint64));
}

static void
schedule(MsgrAddition *self)
{
    if (self->record.linked)
        msgr_agenda_entry_set(&self->due, self->ask_due);
}

static void
addition_restore(MsgrRecord *record, gpointer saved)
{
    MsgrAddition *self = (MsgrAddition *)record;

    self->ask_due = *(gint64 *)saved;
    g_free(saved);
    schedule(self);
}

/* In the order of the calls: what is taken back goes where it was. */
static void
addition_link(MsgrRecord *record)
{
    MsgrAddition *self = (MsgrAddition *)record;
    GQueue *additions = &self->user->additions;
    GList *before = additions->tail;

    while (before != NULL && ((MsgrAddition *)before->data)->number > self->number)
        before = before->prev;
    if (before == NULL)
        g_queue_push_head_link(additions, &self->link);
    else
        g_queue_insert_after_link(additions, before, &self->link);
    schedule(self);
}

static void
addition_unlink(MsgrRecord *record)
{
    MsgrAddition *self = (MsgrAddition *)record;

    g_queue_unlink(&self->user->additions, &self->link);
    msgr_agenda_entry_clear(&self->due);
}

static gboolean
addition_keeps(MsgrRecord *record)
{
    return FALSE;
}

static void
addition_finalize(MsgrRecord *record)
{
    MsgrAddition *self = (MsgrAddition *)record;

    msgr_agenda_entry_clear(&self->due);
    g_free(self->service);
    g_free(self->name);
    msgr_record_unref(self->user);
    g_free(self);
}

static const MsgrRecordClass addition_class = {
    .kind = MSGR_RECORD_ADDITION,
    .save = addition_save,
    .restore = addition_restore,
    .free_saved = g_free,
    .link = addition_link,
    .unlink = addition_unlink,
    .keeps = addition_keeps,
    .finalize = addition_finalize,
};

/* The turn's end brings the question to the user database. */
static void
ask(MsgrAddition *self)
{
    MsgrModel *model = self->user->model;

    msgr_turn_touch(model->turn, self);
    self->ask_due = MSGR_NEVER;
    schedule(self);
    g_ptr_array_add(model->questions, msgr_record_ref(self));
}

static void
ask_is_due(gpointer data, gint64 now)
{
    ask(data);
}

static MsgrAddition *
addition_new(MsgrUser *user, const char *service, const char *name)
{
    static guint64 count;
    MsgrAddition *self = g_new0(MsgrAddition, 1);

    msgr_record_init(&self->record, &addition_class);
    self->user = msgr_record_ref(user);
    self->number = ++count;
    self->service = g_strdup(service);
    self->name = g_strdup(name);
    self->ask_due = MSGR_NEVER;
    self->link.data = self;
    msgr_agenda_entry_init(&self->due, user->model->agenda, ask_is_due, self);
    return self;
}

static void
tell(MsgrUser *user, guint32 hr, const char *path)
{
    g_autoptr(GVariant) args = g_variant_ref_sink(g_variant_new("(uo)", hr, path));
    GHashTableIter iter;
    gpointer client;

    g_hash_table_iter_init(&iter, user->clients);
    while (g_hash_table_iter_next(&iter, &client, NULL)) {
        if (msgr_client_is_unlocked(client, MSGR_OBJECT_PRIVATE))
            msgr_client_signal(client, MSGR_PRIVATE_PATH, MSGR_PRIVATE_IFACE, "OnContactListAdd",
                               args);
    }
}

static void
fail(MsgrAddition *self, guint32 hr)
{
    msgr_turn_remove(self->user->model->turn, self);
    tell(self->user, hr, "/");
}

static void
succeed(MsgrAddition *self, const char *name)
{
    MsgrContact *contact = msgr_contact_obtain(self->user, self->service, name);

    if (!msgr_contact_add_to_list(contact, NULL)) {
        fail(self, MSGR_HR_OUT_OF_MEMORY);
        return;
    }
    msgr_turn_remove(self->user->model->turn, self);
    tell(self->user, 0, contact->path);
}

static void go_on(MsgrUser *user);

static guint32
hresult_of(const GError *error)
{
    if (error->code == MSGR_ERROR_NOT_FOUND || error->code == MSGR_ERROR_INVALID_ARGS)
        return MSGR_HR_INVALID_ARG;
    return msgr_error_hresult(MSGR_ERROR_NOT_LOGGED_ON);
}

/* The network has the contact in its list, by the name that it uses, or has refused it. */
static void
connector_answered(MsgrOrder *order, const MsgrAnswer *answer)
{
    MsgrAddition *self = order->subject;
    g_autofree char *name = NULL;
    const char *told;

    if (!self->record.linked)
        return;
    if (answer->error != NULL) {
        fail(self, hresult_of(answer->error));
    } else {
        g_variant_get(answer->value, "(&s)", &told);
        name = msgr_roster_name(told, NULL);
        if (name != NULL)
            succeed(self, name);
        else
            fail(self, MSGR_HR_INVALID_ARG);
    }
    go_on(self->user);
}

/* At a network, its connector knows who there is. */
static void
ask_connector(MsgrAddition *self, MsgrAccount *account)
{
    g_autofree char *name = msgr_roster_name(self->name, NULL);
    MsgrOrder *order;

    if (name == NULL) {
        fail(self, MSGR_HR_INVALID_ARG);
        return;
    }
    if (!msgr_account_is_online(account)) {
        fail(self, msgr_error_hresult(MSGR_ERROR_NOT_LOGGED_ON));
        return;
    }
    order = msgr_account_order(account, "AddContact", g_variant_new("(s)", name));
    order->reply_type = "(s)";
    msgr_order_set_subject(order, self, NULL);
    order->done = connector_answered;
}

/* Returns: whether it is done; else the answer to a question is waited for. */
static gboolean
go_on_with(MsgrAddition *self)
{
    MsgrAccount *account = msgr_account_find(self->user, self->service);

    if (account != NULL)
        ask_connector(self, account);
    else if (!g_str_equal(self->service, MSGR_LOCAL_SERVICE))
        fail(self, MSGR_HR_INVALID_ARG);
    else if (!self->user->data.signed_in)
        fail(self, msgr_error_hresult(MSGR_ERROR_NOT_LOGGED_ON));
    else if (!msgr_local_name_is_possible(self->name))
        fail(self, MSGR_HR_INVALID_ARG);
    else if (msgr_local_name_is_known(self->user->model, self->name))
        succeed(self, self->name);
    else
        ask(self);
    return !self->record.linked;
}

static void
go_on(MsgrUser *user)
{
    while (user->additions.head != NULL && go_on_with(user->additions.head->data))
        ;
}

/**
 * msgr_addition_begin:
 * @service: its ID
 * @name: whom, as the service calls it
 *
 * Adds somebody to the user's contact list, when those before are done. How it went, every client
 * of the user that has unlocked the private object is told.
 *
 * Errors: MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_addition_begin(MsgrUser *user, const char *service, const char *name, GError **error)
{
    g_autoptr(MsgrAddition) self = NULL;

    if (user->additions.length >= MSGR_MAX_ADDITIONS)
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "As many contacts as are allowed wait to be added");
    self = addition_new(user, service, name);
    msgr_turn_add(user->model->turn, self);
    if (user->additions.length == 1)
        go_on(user);
    return TRUE;
}

/**
 * msgr_addition_waits_for:
 *
 * Returns: whether the contact is just being added: how that went is going to be told.
 */
gboolean
msgr_addition_waits_for(MsgrContact *contact)
{
    MsgrAddition *self = g_queue_peek_head(&contact->user->additions);
    g_autofree char *name = self == NULL ? NULL : msgr_roster_name(self->name, NULL);

    return self != NULL && g_str_equal(self->service, contact->service) &&
           g_strcmp0(name, contact->name) == 0;
}

/**
 * msgr_addition_steal_questions:
 *
 * To be called when a turn is kept.
 *
 * Returns: (nullable) (element-type MsgrAddition): those of whose names nothing is known here; each
 * is to get its msgr_addition_answer(), in a turn of its own.
 */
GPtrArray *
msgr_addition_steal_questions(MsgrModel *model)
{
    GPtrArray *questions = model->questions;

    if (questions->len == 0)
        return NULL;
    model->questions = g_ptr_array_new_with_free_func(msgr_record_unref);
    return questions;
}

/**
 * msgr_addition_answer:
 * @found: (nullable): who has the name, if anybody has
 *
 * Goes on with it, and with those that waited behind it.
 */
void
msgr_addition_answer(MsgrAddition *self, MsgrUser *found)
{
    MsgrUser *user = self->user;

    if (!user->data.signed_in)
        fail(self, msgr_error_hresult(MSGR_ERROR_NOT_LOGGED_ON));
    else if (found == NULL)
        fail(self, MSGR_HR_INVALID_ARG);
    else
        succeed(self, found->data.name);
    go_on(user);
}

/**
 * msgr_addition_ask_again:
 * @due: boot clock: when
 *
 * What followed from the answer could not be kept.
 */
void
msgr_addition_ask_again(MsgrAddition *self, gint64 due)
{
    self->ask_due = due;
    schedule(self);
}
