/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An alert: a short text for one user, kept until somebody has it.
 */
#include "msgr-alert.h"

#include "msgr-user.h"

static GHashTable *
new_receivers(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static GHashTable *
copy_receivers(GHashTable *receivers)
{
    GHashTable *copy = new_receivers();
    GHashTableIter iter;
    gpointer name, app_id;

    g_hash_table_iter_init(&iter, receivers);
    while (g_hash_table_iter_next(&iter, &name, &app_id))
        g_hash_table_insert(copy, g_strdup(name), g_strdup(app_id));
    return copy;
}

static void
data_free(gpointer saved)
{
    g_hash_table_unref(((MsgrAlertData *)saved)->receivers);
    g_free(saved);
}

static gpointer
alert_save(MsgrRecord *record)
{
    MsgrAlert *self = (MsgrAlert *)record;
    MsgrAlertData *copy = g_memdup2(&self->data, sizeof self->data);

    copy->receivers = copy_receivers(self->data.receivers);
    return copy;
}

static void
alert_restore(MsgrRecord *record, gpointer saved)
{
    MsgrAlert *self = (MsgrAlert *)record;

    g_hash_table_unref(self->data.receivers);
    self->data = *(MsgrAlertData *)saved;
    g_free(saved);
    msgr_alert_schedule(self);
}

/* The oldest first: most often it goes to the end. */
static void
alert_link(MsgrRecord *record)
{
    MsgrAlert *self = (MsgrAlert *)record;
    GQueue *alerts = &self->user->alerts;
    GList *before = alerts->tail;

    while (before != NULL && ((MsgrAlert *)before->data)->id > self->id)
        before = before->prev;
    if (before == NULL)
        g_queue_push_head_link(alerts, &self->link);
    else
        g_queue_insert_after_link(alerts, before, &self->link);
    msgr_alert_schedule(self);
}

static void
alert_unlink(MsgrRecord *record)
{
    MsgrAlert *self = (MsgrAlert *)record;

    g_queue_unlink(&self->user->alerts, &self->link);
    msgr_agenda_entry_clear(&self->due);
}

/* What nobody is to get any more is only known until those who had it have had their say. */
static gboolean
alert_keeps(MsgrRecord *record)
{
    MsgrAlertState state = ((MsgrAlert *)record)->data.state;

    return state != MSGR_ALERT_TAKEN && state != MSGR_ALERT_OVER;
}

static void
alert_finalize(MsgrRecord *record)
{
    MsgrAlert *self = (MsgrAlert *)record;

    msgr_agenda_entry_clear(&self->due);
    g_hash_table_unref(self->data.receivers);
    msgr_string_clear(&self->publisher);
    msgr_string_clear(&self->text);
    msgr_string_clear(&self->url);
    msgr_record_unref(self->user);
    g_free(self);
}

static const MsgrRecordClass alert_class = {
    .kind = MSGR_RECORD_ALERT,
    .save = alert_save,
    .restore = alert_restore,
    .free_saved = data_free,
    .link = alert_link,
    .unlink = alert_unlink,
    .keeps = alert_keeps,
    .finalize = alert_finalize,
};

/**
 * msgr_alert_new:
 * @time: when it was published: microseconds since the epoch
 *
 * Returns: an alert that waits; not yet in the model.
 */
MsgrAlert *
msgr_alert_new(MsgrUser *user, gint64 id, const MsgrAlertText *text, gint64 time)
{
    MsgrAlert *self = g_new0(MsgrAlert, 1);

    msgr_record_init(&self->record, &alert_class);
    self->user = msgr_record_ref(user);
    self->id = id;
    self->site = text->site;
    msgr_string_set(&self->publisher, text->publisher);
    msgr_string_set(&self->text, text->text);
    msgr_string_set(&self->url, text->url);
    self->time = time;
    self->expires_at = text->expires_at;
    self->expires_boot =
        text->expires_at == 0 ? MSGR_NEVER : msgr_model_boot_of(user->model, text->expires_at);
    self->data.state = MSGR_ALERT_WAITING;
    self->data.due_boot = MSGR_NEVER;
    self->data.receivers = new_receivers();
    self->link.data = self;
    msgr_agenda_entry_init(&self->due, user->model->agenda, msgr_alert_run, self);
    return self;
}

/**
 * msgr_alert_restart:
 * @delivered: it has left to clients
 * @shown: an agent has shown it
 *
 * Puts a new alert in the state in which one goes on that was kept. Clients had their time to take
 * it; that none did, an agent may not know yet.
 */
void
msgr_alert_restart(MsgrAlert *self, gboolean delivered, gboolean shown)
{
    self->data.delivered = delivered;
    if (shown)
        self->data.state = MSGR_ALERT_SHOWN;
    else if (delivered)
        self->data.state = MSGR_ALERT_OFFERED;
}

/**
 * msgr_alert_find:
 *
 * Returns: (nullable) (transfer none): the user's alert with this ID.
 */
MsgrAlert *
msgr_alert_find(MsgrUser *user, gint64 id)
{
    for (GList *l = user->alerts.tail; l != NULL; l = l->prev) {
        if (((MsgrAlert *)l->data)->id == id)
            return l->data;
    }
    return NULL;
}

/**
 * msgr_alert_was_had:
 *
 * Returns: whether it would be no loss: a client was sent it, or an agent has shown it.
 */
gboolean
msgr_alert_was_had(MsgrAlert *self)
{
    return self->data.delivered || self->data.state == MSGR_ALERT_SHOWN ||
           g_hash_table_size(self->data.receivers) > 0;
}

/**
 * msgr_alert_is_leaving:
 *
 * Returns: whether it was sent to clients, but is not with the bus yet, for all that is known:
 * until then it must be kept.
 */
gboolean
msgr_alert_is_leaving(MsgrAlert *self)
{
    return !self->data.delivered && g_hash_table_size(self->data.receivers) > 0;
}

/**
 * msgr_alert_set_state:
 * @due_boot: boot clock: when the state ends by itself, or MSGR_NEVER
 */
void
msgr_alert_set_state(MsgrAlert *self, MsgrAlertState state, gint64 due_boot)
{
    msgr_turn_touch(self->user->model->turn, self);
    self->data.state = state;
    self->data.due_boot = due_boot;
    msgr_alert_schedule(self);
}

/**
 * msgr_alert_schedule:
 *
 * Puts the alert on the agenda for what comes next.
 */
void
msgr_alert_schedule(MsgrAlert *self)
{
    gint64 next = self->expires_boot;

    if (!self->record.linked)
        return;
    if (!msgr_alert_is_leaving(self))
        next = MIN(next, self->data.due_boot);
    else if (self->has_left)
        next = MIN(next, msgr_model_now(self->user->model));
    msgr_agenda_entry_set(&self->due, next);
}

/**
 * msgr_alert_window_end:
 *
 * Returns: by the boot clock, when the time is over to suppress the default action of an alert that
 * is sent now.
 */
gint64
msgr_alert_window_end(MsgrModel *model)
{
    return msgr_model_now(model) + (gint64)model->config->decision_window * (G_USEC_PER_SEC / 1000);
}

/**
 * msgr_alert_details:
 *
 * Returns: (transfer floating): a{sv}, those of OnAlertReceived.
 */
GVariant *
msgr_alert_details(MsgrAlert *self)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

    g_variant_dict_insert(&dict, "Id", "t", self->id);
    g_variant_dict_insert(&dict, "SiteId", "i", self->site);
    g_variant_dict_insert(&dict, "Publisher", "s", self->publisher);
    g_variant_dict_insert(&dict, "Time", "t", self->time);
    g_variant_dict_insert(&dict, "Url", "s", self->url);
    return g_variant_dict_end(&dict);
}

static GVariant *
all_of(MsgrAlert *self)
{
    g_autoptr(GVariant) details = g_variant_ref_sink(msgr_alert_details(self));
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(details);

    g_variant_dict_insert(&dict, "Alert", "s", self->text);
    g_variant_dict_insert(&dict, "Expires", "t", self->expires_at);
    return g_variant_dict_end(&dict);
}

/**
 * msgr_alert_list:
 *
 * Returns: (transfer floating): aa{sv}, what Private1.ListAlerts answers: the oldest first.
 */
GVariant *
msgr_alert_list(MsgrUser *user)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (GList *l = user->alerts.head; l != NULL; l = l->next)
        g_variant_builder_add_value(&builder, all_of(l->data));
    return g_variant_builder_end(&builder);
}
