/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who does a user's default actions: per role the agent of the highest priority, among equals the
 * earliest. Who that is follows from who is registered, and is not remembered.
 */
#include "msgr-agent.h"

#include "msgr-account.h"
#include "msgr-alert.h"
#include "msgr-client.h"
#include "msgr-offer.h"
#include "msgr-roster.h"

static const char *const role_names[MSGR_N_AGENT_ROLES] = {
    [MSGR_AGENT_UI] = "ui",
    [MSGR_AGENT_LAUNCH] = "launch",
};

/* Who is active at a time, by role. */
typedef struct {
    MsgrAgent *agents[MSGR_N_AGENT_ROLES];
} Actives;

static gpointer
agent_save(MsgrRecord *record)
{
    MsgrAgent *self = (MsgrAgent *)record;

    return g_memdup2(&self->data, sizeof self->data);
}

static void
agent_restore(MsgrRecord *record, gpointer saved)
{
    ((MsgrAgent *)record)->data = *(MsgrAgentData *)saved;
    g_free(saved);
}

static void
agent_link(MsgrRecord *record)
{
    MsgrAgent *self = (MsgrAgent *)record;

    g_hash_table_add(self->user->agents, self);
}

static void
agent_unlink(MsgrRecord *record)
{
    MsgrAgent *self = (MsgrAgent *)record;

    g_hash_table_remove(self->user->agents, self);
}

static gboolean
agent_keeps(MsgrRecord *record)
{
    return FALSE;
}

static void
agent_finalize(MsgrRecord *record)
{
    MsgrAgent *self = (MsgrAgent *)record;

    msgr_record_unref(self->user);
    g_free(self->client);
    g_free(self->path);
    g_free(self);
}

static const MsgrRecordClass agent_class = {
    .kind = MSGR_RECORD_AGENT,
    .save = agent_save,
    .restore = agent_restore,
    .free_saved = g_free,
    .link = agent_link,
    .unlink = agent_unlink,
    .keeps = agent_keeps,
    .finalize = agent_finalize,
};

gboolean
msgr_agent_role_from_name(const char *name, MsgrAgentRole *role)
{
    for (int i = 0; i < MSGR_N_AGENT_ROLES; i++) {
        if (g_str_equal(role_names[i], name)) {
            *role = i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
has_role(const MsgrAgent *self, MsgrAgentRole role)
{
    return (self->data.roles & MSGR_AGENT_HAS(role)) != 0;
}

static gboolean
precedes(const MsgrAgent *one, const MsgrAgent *other)
{
    if (one->data.priority != other->data.priority)
        return one->data.priority > other->data.priority;
    return one->number < other->number;
}

/**
 * msgr_agent_active:
 *
 * Returns: (nullable) (transfer none): the agent that does this for the user.
 */
MsgrAgent *
msgr_agent_active(MsgrUser *user, MsgrAgentRole role)
{
    GHashTableIter iter;
    gpointer agent;
    MsgrAgent *best = NULL;

    g_hash_table_iter_init(&iter, user->agents);
    while (g_hash_table_iter_next(&iter, &agent, NULL)) {
        if (has_role(agent, role) && (best == NULL || precedes(agent, best)))
            best = agent;
    }
    return best;
}

/**
 * msgr_agent_is_client:
 *
 * Returns: whether the client has an agent that is active in any role.
 */
gboolean
msgr_agent_is_client(MsgrClient *client)
{
    for (int i = 0; i < MSGR_N_AGENT_ROLES; i++) {
        MsgrAgent *agent = msgr_agent_active(client->user, i);

        if (agent != NULL && g_str_equal(agent->client, client->name))
            return TRUE;
    }
    return FALSE;
}

static MsgrOrder *
order(MsgrAgent *self, const char *method, GVariant *args)
{
    return msgr_turn_order(
        self->user->model->turn,
        msgr_order_new(self->user->uid, self->client, self->path, MSGR_AGENT_IFACE, method, args));
}

/**
 * msgr_agent_order:
 * @method: static: a member of Agent1
 * @args: sunk if floating
 *
 * Asks the user's active agent for something.
 *
 * Returns: (nullable) (transfer none): the order, to be completed; %NULL if there is no agent.
 */
MsgrOrder *
msgr_agent_order(MsgrUser *user, MsgrAgentRole role, const char *method, GVariant *args)
{
    MsgrAgent *agent = msgr_agent_active(user, role);
    g_autoptr(GVariant) sunk = g_variant_ref_sink(args);

    return agent == NULL ? NULL : order(agent, method, sunk);
}

/**
 * msgr_agent_tell:
 * @method: static: a member of Agent1 that expects no reply
 * @args: sunk if floating
 */
void
msgr_agent_tell(MsgrAgent *self, const char *method, GVariant *args)
{
    order(self, method, args)->kind = MSGR_ORDER_NO_REPLY;
}

/**
 * msgr_agent_numbered:
 *
 * Returns: (nullable) (transfer none): the agent of the user's that has this number, if it is still
 * registered.
 */
MsgrAgent *
msgr_agent_numbered(MsgrUser *user, guint64 number)
{
    GHashTableIter iter;
    gpointer agent;

    g_hash_table_iter_init(&iter, user->agents);
    while (g_hash_table_iter_next(&iter, &agent, NULL)) {
        if (((MsgrAgent *)agent)->number == number)
            return agent;
    }
    return NULL;
}

static MsgrAgent *
find(MsgrUser *user, const char *client, const char *path)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, user->agents);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        MsgrAgent *agent = value;

        if (g_str_equal(agent->client, client) && (path == NULL || g_str_equal(agent->path, path)))
            return agent;
    }
    return NULL;
}

/**
 * msgr_agent_is_registered:
 *
 * Returns: whether the client has an agent, active or not.
 */
gboolean
msgr_agent_is_registered(MsgrClient *client)
{
    return find(client->user, client->name, NULL) != NULL;
}

static Actives
actives_of(MsgrUser *user)
{
    Actives actives;

    for (int i = 0; i < MSGR_N_AGENT_ROLES; i++)
        actives.agents[i] = msgr_agent_active(user, i);
    return actives;
}

static gboolean
is_among(const Actives *actives, const char *client)
{
    for (int i = 0; i < MSGR_N_AGENT_ROLES; i++) {
        if (actives->agents[i] != NULL && g_str_equal(actives->agents[i]->client, client))
            return TRUE;
    }
    return FALSE;
}

/* Who gave the role up itself knows, and who left hears nothing. */
static void
release(MsgrAgent *self, MsgrAgentRole role)
{
    if (!self->record.linked)
        return;
    if (role == MSGR_AGENT_UI)
        msgr_offer_displaced(self);
    if (has_role(self, role))
        msgr_agent_tell(self, "Released", g_variant_new("(s)", role_names[role]));
}

/* Who is the agent now sees all of its user's sessions, as if it had been unlocked. */
static void
admit(MsgrAgent *self, const Actives *before)
{
    MsgrClient *client = msgr_model_client(self->user->model, self->client);

    if (client != NULL && !is_among(before, self->client))
        msgr_client_offer_waiting(client);
}

/* The set of a user's agents has changed: roles pass from one to the other. */
static void
succeed(MsgrUser *user, const Actives *before)
{
    const Actives after = actives_of(user);

    for (int i = 0; i < MSGR_N_AGENT_ROLES; i++) {
        if (before->agents[i] != NULL && before->agents[i] != after.agents[i])
            release(before->agents[i], i);
    }
    msgr_lock_tell_user(user);
    msgr_user_presence_changed(user);
    for (int i = 0; i < MSGR_N_AGENT_ROLES; i++) {
        if (after.agents[i] != NULL && (i == 0 || after.agents[i] != after.agents[i - 1]))
            admit(after.agents[i], before);
    }
    if (after.agents[MSGR_AGENT_UI] != before->agents[MSGR_AGENT_UI]) {
        msgr_contact_request_show_again(user);
        msgr_account_show_again(user);
    }
}

static void
add(MsgrClient *client, const char *path, guint roles, gint32 priority)
{
    MsgrModel *model = client->user->model;
    MsgrAgent *self = g_new0(MsgrAgent, 1);

    msgr_record_init(&self->record, &agent_class);
    self->user = msgr_record_ref(client->user);
    self->client = g_strdup(client->name);
    self->path = g_strdup(path);
    self->number = ++model->agents_registered;
    self->data = (MsgrAgentData){ roles, priority };
    msgr_user_keep(client->user);
    msgr_turn_add(model->turn, self);
    msgr_record_unref(self);
}

static void
show_again(MsgrUser *user)
{
    msgr_offer_again(user);
    msgr_alert_show_again(user);
    msgr_contact_request_show_again(user);
    msgr_account_show_again(user);
}

/**
 * msgr_agent_register:
 * @path: where the client has the interface Agent1
 * @roles: a set, not empty
 *
 * The same path once more changes the agent that is there.
 *
 * Errors: MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_agent_register(MsgrClient *client, const char *path, guint roles, gint32 priority,
                    GError **error)
{
    MsgrUser *user = client->user;
    MsgrAgent *known = find(user, client->name, path);
    const Actives before = actives_of(user);

    if (known == NULL && g_hash_table_size(user->agents) >= MSGR_MAX_AGENTS)
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "The user has as many agents as are allowed");
    if (known == NULL) {
        add(client, path, roles, priority);
    } else {
        msgr_turn_touch(user->model->turn, known);
        known->data = (MsgrAgentData){ roles, priority };
    }
    succeed(user, &before);
    if (known != NULL && before.agents[MSGR_AGENT_UI] == known)
        show_again(user);
    return TRUE;
}

/**
 * msgr_agent_unregister:
 *
 * Errors: MSGR_ERROR_NOT_FOUND.
 */
gboolean
msgr_agent_unregister(MsgrClient *client, const char *path, GError **error)
{
    MsgrUser *user = client->user;
    MsgrAgent *known = find(user, client->name, path);
    const Actives before = actives_of(user);

    if (known == NULL)
        return msgr_refuse(error, MSGR_ERROR_NOT_FOUND,
                           "You have registered no agent at this path");
    msgr_turn_remove(user->model->turn, known);
    succeed(user, &before);
    return TRUE;
}

/**
 * msgr_agent_client_gone:
 *
 * A client has left the bus, and its agents with it. No turn brings them back.
 */
void
msgr_agent_client_gone(MsgrUser *user, const char *client)
{
    const Actives before = actives_of(user);
    g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func(msgr_record_unref);
    MsgrAgent *agent;

    while ((agent = find(user, client, NULL)) != NULL) {
        g_ptr_array_add(gone, msgr_record_ref(agent));
        msgr_record_unlink(&agent->record);
    }
    if (gone->len > 0)
        succeed(user, &before);
}

/**
 * msgr_agent_recovered:
 *
 * A client that did not answer for a while has. What it was asked meanwhile it is asked again.
 */
void
msgr_agent_recovered(MsgrModel *model, const char *name)
{
    MsgrClient *client = msgr_model_client(model, name);

    if (client != NULL && msgr_agent_is_client(client))
        show_again(client->user);
}
