/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Why a service isn't signed in: what its connector says of that, who may read it, and the agent
 * that shows it when the connector has given up.
 */
#include <string.h>

#include "msgr-account.h"
#include "msgr-agent.h"

static void
add_text(GVariantBuilder *builder, const char *key, const char *text)
{
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_string(text == NULL ? "" : text));
}

static void
add_boolean(GVariantBuilder *builder, const char *key, gboolean value)
{
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_boolean(value));
}

/* What Messenger1.DescribeServices tells of the service. */
static void
build_details(MsgrAccount *self, GVariantBuilder *builder)
{
    const MsgrAccountData *data = &self->data;

    g_variant_builder_init(builder, G_VARIANT_TYPE_VARDICT);
    add_text(builder, "Name", data->name);
    add_text(builder, "SigninName", data->signin_name);
    add_text(builder, "FriendlyName", msgr_account_friendly_name(self));
    g_variant_builder_add(builder, "{sv}", "Status",
                          g_variant_new_uint32(msgr_account_status(self)));
    add_boolean(builder, "Wanted", data->is_wanted);
    add_boolean(builder, "Connector", data->connector != NULL);
    add_boolean(builder, "SigningIn", data->signing_in);
    g_variant_builder_add(builder, "{sv}", "Result", g_variant_new_uint32(data->out_result));
    add_boolean(builder, "WillRetry", data->will_retry);
    add_text(builder, "Message", data->out_message);
}

/**
 * msgr_account_describe:
 * @builder: of a(sa{sv}), which gets the user's services beside `local`, by their IDs
 */
void
msgr_account_describe(MsgrUser *user, GVariantBuilder *builder)
{
    g_autoptr(GList) ids = g_list_sort(g_hash_table_get_keys(user->accounts), (GCompareFunc)strcmp);

    for (GList *l = ids; l != NULL; l = l->next) {
        MsgrAccount *self = msgr_account_find(user, l->data);
        GVariantBuilder details;

        build_details(self, &details);
        g_variant_builder_add(builder, "(s@a{sv})", self->id, g_variant_builder_end(&details));
    }
}

/* The agent */

static void
ask_agent(MsgrAccount *self, gboolean again)
{
    GVariantBuilder builder;

    build_details(self, &builder);
    add_boolean(&builder, "Again", again);
    msgr_agent_order(self->user, MSGR_AGENT_UI, "ShowSignedOut",
                     g_variant_new("(s@a{sv})", self->id, g_variant_builder_end(&builder)));
}

static void
withdraw(MsgrAccount *self)
{
    MsgrAgent *agent = msgr_agent_active(self->user, MSGR_AGENT_UI);

    if (agent != NULL)
        msgr_agent_tell(agent, "WithdrawSignedOut", g_variant_new("(s)", self->id));
}

/**
 * msgr_account_show_again:
 *
 * The user has another agent, or one that answers again.
 */
void
msgr_account_show_again(MsgrUser *user)
{
    g_autoptr(GList) ids = g_list_sort(g_hash_table_get_keys(user->accounts), (GCompareFunc)strcmp);

    for (GList *l = ids; l != NULL; l = l->next) {
        MsgrAccount *self = msgr_account_find(user, l->data);

        if (self->data.has_stopped)
            ask_agent(self, TRUE);
    }
}

/* The reason */

static gboolean
is_known(MsgrAccount *self, guint32 hr, const char *message)
{
    return self->data.out_result == hr && g_strcmp0(self->data.out_message, message) == 0;
}

static void
set_reason(MsgrAccount *self, guint32 hr, gboolean will_retry, const char *message)
{
    msgr_turn_touch(self->user->model->turn, self);
    self->data.out_result = hr;
    self->data.will_retry = will_retry;
    msgr_string_set(&self->data.out_message, message);
}

/**
 * msgr_account_set_reason:
 * @hr: why it isn't signed in; 0: it is, or will be, or nobody wants it to be
 *
 * The service itself has found that out: its connector has said nothing.
 */
void
msgr_account_set_reason(MsgrAccount *self, guint32 hr)
{
    set_reason(self, hr, FALSE, NULL);
    if (self->data.has_stopped)
        withdraw(self);
    self->data.has_stopped = FALSE;
}

/**
 * msgr_account_set_told_reason:
 * @will_retry: whether the connector goes on trying by itself
 * @message: what it says, for people; "" if nothing
 *
 * The connector has told why it isn't signed in. That it has given up the user's agent shows.
 */
void
msgr_account_set_told_reason(MsgrAccount *self, guint32 hr, gboolean will_retry,
                             const char *message)
{
    const char *text = *message == '\0' ? NULL : message;
    const gboolean has_stopped = hr != 0 && !will_retry && self->data.is_wanted;

    if (has_stopped && self->data.has_stopped && is_known(self, hr, text))
        return;
    if (self->data.has_stopped && !has_stopped)
        withdraw(self);
    set_reason(self, hr, will_retry, text);
    self->data.has_stopped = has_stopped;
    if (has_stopped)
        ask_agent(self, FALSE);
}
