/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a side of a session reads.
 */
#include "msgr-account.h"
#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-session.h"

#define LOCAL_ADDRESS "127.0.0.1"

/* Where nothing else was set: what a network reaches this machine by, its connector says. */
static const char *
default_address(MsgrSide *self)
{
    MsgrAccount *account = msgr_side_session_data(self)->account;

    return account == NULL ? LOCAL_ADDRESS : account->data.local_address;
}

/**
 * msgr_side_local_address:
 *
 * Returns: where the side's application is reached; "" if that isn't known. The contact echo
 * mirrors: its address is that of whoever invited it.
 */
const char *
msgr_side_local_address(MsgrSide *self)
{
    const char *address = msgr_side_data(self)->local_address;

    if (msgr_side_is_remote(self))
        return address;
    if (self->user == NULL)
        return msgr_side_local_address(msgr_side_other(self));
    return *address == '\0' ? default_address(self) : address;
}

static GVariant *
get_application(MsgrSide *self)
{
    return g_variant_new_string(msgr_side_session_data(self)->app);
}

static GVariant *
get_application_name(MsgrSide *self)
{
    return g_variant_new_string(msgr_side_session_data(self)->app_name);
}

static GVariant *
get_application_url(MsgrSide *self)
{
    return g_variant_new_string(msgr_side_session_data(self)->app_url);
}

static GVariant *
get_context_data(MsgrSide *self)
{
    return g_variant_new_string(msgr_side_data(self)->context_data);
}

/* That both have the application is told once it was accepted: before, an inviter could search a
 * user's programs. What a contact of a network can run, the network tells whom it may. */
static gboolean
is_compatible(MsgrSide *self)
{
    const MsgrSessionData *data = msgr_side_session_data(self);
    MsgrContact *contact = msgr_side_data(self)->contact;

    if (data->state == MSGR_STATE_INVITATION && self->role == MSGR_INVITER)
        return msgr_contact_can_run(contact, data->app) == MSGR_CAN_RUN;
    return data->state == MSGR_STATE_ACCEPTED || data->state == MSGR_STATE_CONNECTED;
}

static GVariant *
get_flags(MsgrSide *self)
{
    guint32 flags = self->role == MSGR_INVITER ? MSGR_FLAG_INVITER : MSGR_FLAG_INVITEE;

    if (is_compatible(self))
        flags |= MSGR_FLAG_APP_INVITE_COMPATIBLE;
    return g_variant_new_uint32(flags);
}

static GVariant *
get_local_address(MsgrSide *self)
{
    return g_variant_new_string(msgr_side_local_address(self));
}

static GVariant *
get_remote_address(MsgrSide *self)
{
    gboolean known = msgr_side_session_data(self)->was_connected;

    return g_variant_new_string(known ? msgr_side_local_address(msgr_side_other(self)) : "");
}

static GVariant *
get_session_id(MsgrSide *self)
{
    return g_variant_new_string(self->session->guid);
}

static GVariant *
get_state(MsgrSide *self)
{
    return g_variant_new_uint32(msgr_side_session_data(self)->state);
}

static GVariant *
get_user(MsgrSide *self)
{
    MsgrContact *contact = msgr_side_data(self)->contact;

    return g_variant_new_object_path(contact == NULL ? "/" : contact->path);
}

static GVariant *
get_expires_at(MsgrSide *self)
{
    return g_variant_new_uint64(msgr_side_session_data(self)->expires_at);
}

static GVariant *
get_result(MsgrSide *self)
{
    return g_variant_new_uint32(msgr_side_data(self)->result);
}

static const struct {
    const char *name;
    GVariant *(*get)(MsgrSide *self);
} properties[] = {
    { "Application", get_application },
    { "ApplicationName", get_application_name },
    { "ApplicationUrl", get_application_url },
    { "ContextData", get_context_data },
    { "Flags", get_flags },
    { "LocalAddress", get_local_address },
    { "RemoteAddress", get_remote_address },
    { "SessionId", get_session_id },
    { "State", get_state },
    { "User", get_user },
    { "ExpiresAt", get_expires_at },
    { "Result", get_result },
};

/**
 * msgr_side_property:
 *
 * Returns: (nullable) (transfer floating): the value of a property of Session1.
 */
GVariant *
msgr_side_property(MsgrSide *self, const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
        if (g_str_equal(properties[i].name, name))
            return properties[i].get(self);
    }
    return NULL;
}

/**
 * msgr_side_properties:
 *
 * Returns: (transfer floating): a{sv}, all of them.
 */
GVariant *
msgr_side_properties(MsgrSide *self)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    for (gsize i = 0; i < G_N_ELEMENTS(properties); i++)
        g_variant_builder_add(&builder, "{sv}", properties[i].name, properties[i].get(self));
    return g_variant_builder_end(&builder);
}

/**
 * msgr_side_compare_age:
 *
 * Orders sides by when their sessions were created, the oldest first.
 */
int
msgr_side_compare_age(gconstpointer a, gconstpointer b)
{
    const MsgrSession *one = ((const MsgrSide *)a)->session;
    const MsgrSession *other = ((const MsgrSide *)b)->session;

    if (one->created_at != other->created_at)
        return one->created_at < other->created_at ? -1 : 1;
    return g_strcmp0(one->id, other->id);
}

/**
 * msgr_side_list:
 *
 * Returns: (transfer floating): a(oa{sv}), every session that the client sees, the oldest first.
 */
GVariant *
msgr_side_list(MsgrClient *client)
{
    g_autoptr(GList) sides =
        g_list_sort(g_hash_table_get_keys(client->user->sides), msgr_side_compare_age);
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(oa{sv})"));
    for (GList *l = sides; l != NULL; l = l->next) {
        MsgrSide *side = l->data;

        if (msgr_client_sees(client, side))
            g_variant_builder_add(&builder, "(o@a{sv})", side->path, msgr_side_properties(side));
    }
    return g_variant_builder_end(&builder);
}
