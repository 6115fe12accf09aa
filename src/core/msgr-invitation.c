/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An invitation on its way: whether it may go, how it arrives, and to whom it is shown.
 */
#include "msgr-account.h"
#include "msgr-application.h"
#include "msgr-client.h"
#include "msgr-contact.h"
#include "msgr-guid.h"
#include "msgr-offer.h"
#include "msgr-session-flow.h"
#include "msgr-visibility.h"

#define PER_INVITER 4 /* the part of what a user may begin that one other may get */

static guint
waiting_from(MsgrUser *invitee, MsgrUser *inviter)
{
    GHashTableIter iter;
    gpointer side;
    guint count = 0;

    g_hash_table_iter_init(&iter, invitee->waiting);
    while (g_hash_table_iter_next(&iter, &side, NULL)) {
        if (msgr_side_other(side)->user == inviter)
            count++;
    }
    return count;
}

/* Ended sessions are remembered for a while, at both sides. */
static guint
remembered_from(MsgrUser *invitee, MsgrUser *inviter)
{
    MsgrContact *from = msgr_contact_find(invitee, MSGR_LOCAL_SERVICE, inviter->data.name);
    GHashTableIter iter;
    gpointer side;
    guint count = 0;

    if (from == NULL)
        return 0;
    g_hash_table_iter_init(&iter, from->sides);
    while (g_hash_table_iter_next(&iter, &side, NULL))
        count += ((MsgrSide *)side)->role == MSGR_INVITEE;
    return count;
}

static gboolean
check_quota(MsgrUser *invitee, MsgrUser *inviter, GError **error)
{
    const MsgrConfig *config = inviter->model->config;

    if (remembered_from(invitee, inviter) >= msgr_session_most_remembered(config) / PER_INVITER)
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "Too many of your sessions with this user have just ended: wait a "
                           "minute");
    if (waiting_from(invitee, inviter) >= config->invitations_per_inviter)
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "As many of your invitations as are allowed wait for this user");
    if (g_hash_table_size(invitee->waiting) >= config->invitations_per_user ||
        g_hash_table_size(invitee->live) >= config->sessions_per_user)
        return msgr_refuse(error, MSGR_ERROR_LIMITS_EXCEEDED,
                           "As many invitations as are allowed wait for this user");
    return TRUE;
}

/**
 * msgr_invitation_check:
 * @contact: (nullable): %NULL if the path that was given is not a contact of the user's
 *
 * Returns: whether @inviter's user may invite @contact now. Why somebody can't be reached is not
 * told.
 *
 * Errors: MSGR_ERROR_UNKNOWN_OBJECT, MSGR_ERROR_INVITED_SELF, MSGR_ERROR_NOT_LOGGED_ON,
 * MSGR_ERROR_LIMITS_EXCEEDED.
 */
gboolean
msgr_invitation_check(MsgrSide *inviter, MsgrContact *contact, GError **error)
{
    MsgrUser *peer;

    if (contact == NULL || contact->user != inviter->user)
        return msgr_refuse(error, MSGR_ERROR_UNKNOWN_OBJECT, "There is no such contact");
    if (msgr_contact_is_echo(contact))
        return TRUE;
    if (!g_str_equal(contact->service, MSGR_LOCAL_SERVICE))
        return msgr_remote_check_invite(contact, error);
    peer = msgr_contact_peer(contact);
    if (peer == inviter->user)
        return msgr_refuse(error, MSGR_ERROR_INVITED_SELF, "You can't invite yourself: try echo");
    if (peer == NULL ||
        !msgr_user_can_be_invited_by(peer, MSGR_LOCAL_SERVICE, inviter->user->data.name))
        return msgr_refuse(error, MSGR_ERROR_NOT_LOGGED_ON, "The contact is not there");
    return check_quota(peer, inviter->user, error);
}

static char **
owners_of(MsgrUser *user, const char *guid)
{
    MsgrAppEntry *entry = msgr_application_find(user, guid);

    return entry == NULL ? NULL : g_strdupv(entry->app_ids);
}

static void
set_deadline(MsgrSession *session, guint timeout)
{
    MsgrModel *model = session->model;
    guint seconds = timeout != 0 ? timeout : model->config->invitation_timeout;

    session->data.expires_at = msgr_model_wall(model) + (gint64)seconds * G_USEC_PER_SEC;
    session->data.expires_boot = msgr_model_now(model) + (gint64)seconds * G_USEC_PER_SEC;
}

/* The other side's part of the session comes to be. */
static void
arrive(MsgrSession *session, MsgrUser *invitee, MsgrContact *from)
{
    g_autofree char *hex_id = msgr_hex_id_new();
    MsgrSideData *data = &session->data.sides[MSGR_INVITEE];

    msgr_session_set_side(session, MSGR_INVITEE, invitee, hex_id);
    data->contact = msgr_record_ref(from);
    data->app_ids = owners_of(invitee, session->data.app);
    msgr_offer_begin(&session->sides[MSGR_INVITEE]);
}

static void
show_to_all(MsgrSide *invitee)
{
    GHashTableIter iter;
    gpointer client;

    g_hash_table_iter_init(&iter, invitee->user->clients);
    while (g_hash_table_iter_next(&iter, &client, NULL)) {
        if (msgr_client_sees(client, invitee))
            msgr_invitation_show(invitee, client);
    }
}

/**
 * msgr_invitation_arrive:
 * @guid: the SessionId, as the other machine made it
 * @from: who invites
 *
 * An invitation from another machine, which has been checked.
 */
void
msgr_invitation_arrive(MsgrAccount *account, const char *guid, const char *from,
                       const MsgrRemoteInvitation *invitation)
{
    MsgrUser *user = account->user;
    MsgrModel *model = user->model;
    g_autofree char *id = msgr_guid_new();
    MsgrSession *session = msgr_session_new(model, id, guid, msgr_model_wall(model));

    msgr_user_keep(user);
    msgr_string_set(&session->data.app, invitation->app);
    msgr_string_set(&session->data.app_name, invitation->app_name);
    msgr_string_set(&session->data.app_url, invitation->app_url);
    msgr_string_set(&session->data.app_data, invitation->app_data);
    msgr_turn_add(model->turn, session);
    set_deadline(session, invitation->timeout);
    arrive(session, user, msgr_contact_obtain(user, account->id, from));
    msgr_remote_begin(session, account);
    msgr_session_set_state(session, MSGR_STATE_INVITATION);
    show_to_all(msgr_session_side(session, MSGR_INVITEE));
    msgr_record_unref(session);
}

/* The contact echo accepts whatever comes, with the words that it was invited with. */
static void
echo_accepts(MsgrSide *inviter, const char *app_data)
{
    msgr_session_set_state(inviter->session, MSGR_STATE_ACCEPTED);
    msgr_side_signal(inviter, "OnAccepted", g_variant_new("(s)", app_data));
    msgr_launch_begin(inviter->session);
}

/**
 * msgr_invitation_send:
 * @timeout: seconds; 0: the configured time
 *
 * Sends the invitation, which msgr_invitation_check() has let pass.
 */
void
msgr_invitation_send(MsgrSide *inviter, MsgrContact *contact, const char *app_data, guint timeout)
{
    MsgrSession *session = inviter->session;
    MsgrSideData *own = msgr_side_data(inviter);
    MsgrUser *peer = msgr_contact_peer(contact);
    MsgrAccount *account = msgr_account_find(inviter->user, contact->service);

    msgr_session_touch(session);
    msgr_offer_withdraw(inviter, 0); /* whoever was asked whom to invite */
    own->contact = msgr_record_ref(contact);
    own->app_ids = owners_of(inviter->user, session->data.app);
    msgr_string_set(&session->data.app_data, app_data);
    set_deadline(session, timeout);
    if (peer != NULL)
        arrive(session, peer,
               msgr_contact_obtain(peer, MSGR_LOCAL_SERVICE, inviter->user->data.name));
    else
        msgr_session_set_side(session, MSGR_INVITEE, NULL, NULL);
    if (account != NULL)
        msgr_remote_begin(session, account);
    msgr_session_set_state(session, MSGR_STATE_INVITATION);
    msgr_remote_owe(session, MSGR_SEND_INVITATION, "");
    if (peer != NULL)
        show_to_all(msgr_side_other(inviter));
    else if (account == NULL)
        echo_accepts(inviter, app_data);
}

/**
 * msgr_invitation_details:
 *
 * Returns: (transfer floating): a{sv}: what there is to tell of an invitation that waits.
 */
GVariant *
msgr_invitation_details(MsgrSide *invitee)
{
    g_autoptr(GVariant) properties = g_variant_ref_sink(msgr_side_properties(invitee));
    MsgrContact *from = msgr_side_data(invitee)->contact;
    MsgrAppEntry *entry =
        msgr_application_find(invitee->user, msgr_side_session_data(invitee)->app);
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(properties);

    g_variant_dict_insert(&dict, "SigninName", "s", from->name);
    g_variant_dict_insert(&dict, "ServiceId", "s", from->service);
    g_variant_dict_insert(&dict, "Registered", "b", entry != NULL);
    g_variant_dict_insert(&dict, "RegisteredName", "s", entry == NULL ? "" : entry->name);
    g_variant_dict_insert(&dict, "DesktopId", "s", entry == NULL ? "" : entry->desktop_id);
    return g_variant_dict_end(&dict);
}

/**
 * msgr_invitation_show:
 *
 * Tells one client of an invitation that waits.
 */
void
msgr_invitation_show(MsgrSide *invitee, MsgrClient *client)
{
    msgr_client_signal(
        client, MSGR_SESSION_MANAGER_PATH, MSGR_SESSION_MANAGER_IFACE, "OnInvitation",
        g_variant_new("(osb@a{sv})", invitee->path, msgr_side_session_data(invitee)->app_data,
                      msgr_side_data(invitee)->handled, msgr_invitation_details(invitee)));
}

static void
show_to_new_owners(MsgrSide *invitee)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, invitee->user->clients);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        MsgrClient *client = value;

        if (!msgr_client_is_messenger(client) && msgr_client_sees(client, invitee))
            msgr_invitation_show(invitee, client);
    }
}

/* To whom an invitation belongs is fixed, unless nobody had registered its application yet. */
static void
application_came(MsgrSide *invitee, const MsgrAppEntry *entry)
{
    MsgrSideData *data = msgr_side_data(invitee);

    if (data->app_ids == NULL) {
        msgr_session_touch(invitee->session);
        data->app_ids = g_strdupv(entry->app_ids);
        if (!invitee->session->data.extended)
            show_to_new_owners(invitee);
    }
    if (invitee->session->data.extended)
        show_to_all(invitee);
    msgr_offer_anew(invitee);
}

/**
 * msgr_invitation_app_registered:
 *
 * An application has been registered for @user: invitations to it that wait can be accepted now.
 */
void
msgr_invitation_app_registered(MsgrUser *user, const MsgrAppEntry *entry)
{
    g_autoptr(GList) waiting =
        g_list_sort(g_hash_table_get_keys(user->waiting), msgr_side_compare_age);

    for (GList *l = waiting; l != NULL; l = l->next) {
        if (g_str_equal(msgr_side_session_data(l->data)->app, entry->guid))
            application_came(l->data, entry);
    }
}
