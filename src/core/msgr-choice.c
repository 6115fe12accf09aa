/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An invitation whose contact the user is asked for.
 */
#include "msgr-choice.h"

#include <string.h>

#include "msgr-application.h"
#include "msgr-contact.h"
#include "msgr-session-calls.h"
#include "msgr-session-flow.h"

/**
 * msgr_choice_is_open:
 *
 * Returns: whether the session waits for its user to choose whom to invite.
 */
gboolean
msgr_choice_is_open(MsgrSide *side)
{
    return side->role == MSGR_INVITER && msgr_side_data(side)->is_choosing &&
           msgr_side_session_data(side)->state == MSGR_STATE_READY;
}

/**
 * msgr_choice_args:
 *
 * Returns: (transfer floating): what ChooseContact is called with.
 */
GVariant *
msgr_choice_args(MsgrSide *side)
{
    MsgrSessionData *session = msgr_side_session_data(side);
    const char *token = msgr_side_data(side)->activation_token;
    GVariantBuilder details;

    g_variant_builder_init(&details, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&details, "{sv}", "Application", g_variant_new_string(session->app));
    g_variant_builder_add(&details, "{sv}", "ApplicationName",
                          g_variant_new_string(session->app_name));
    g_variant_builder_add(&details, "{sv}", "ApplicationUrl",
                          g_variant_new_string(session->app_url));
    if (token != NULL)
        g_variant_builder_add(&details, "{sv}", "ActivationToken", g_variant_new_string(token));
    return g_variant_new("(oa{sv})", side->path, &details);
}

static MsgrContact *
chosen(MsgrModel *model, GVariant *value)
{
    const char *path;

    g_variant_get(value, "(&o)", &path);
    if (!g_str_has_prefix(path, MSGR_CONTACT_PREFIX))
        return NULL;
    return msgr_model_contact(model, path + strlen(MSGR_CONTACT_PREFIX));
}

static void
give_up(MsgrSide *side, MsgrError why)
{
    msgr_session_end(side->session, MSGR_STATE_CANCELLED);
    msgr_side_terminated(side, msgr_error_hresult(why), "");
}

/* The contact can't be invited, and the call that asked for it was answered long ago. */
static void
fail(MsgrSide *side, const GError *error)
{
    const guint32 failure = msgr_error_hresult(MSGR_ERROR_INVITATION_SEND_FAILURE);
    const guint32 why = msgr_error_hresult(error->code);

    msgr_session_end(side->session, MSGR_STATE_CANCELLED);
    msgr_side_signal(side, "OnSendError", g_variant_new("(u)", failure));
    msgr_side_terminated(side, msgr_hresult_is_session_result(why) ? why : failure, "");
}

static void
invite(MsgrSide *side, MsgrContact *contact)
{
    g_autoptr(GError) error = NULL;
    MsgrSessionData *session = msgr_side_session_data(side);
    g_autofree char *app_data = g_strdup(session->app_data);

    if (!msgr_side_invite_for(side, contact, app_data, session->timeout, &error))
        fail(side, error);
}

static void
answered(MsgrOrder *order, const MsgrAnswer *answer)
{
    MsgrSession *session = order->subject;
    MsgrSide *side = msgr_session_side(session, MSGR_INVITER);

    if (!session->record.linked || !msgr_choice_is_open(side))
        return;
    /* that the agent is gone is not the user's word: whoever takes over asks again */
    if (answer->value == NULL && answer->error->code == (int)MSGR_ERROR_CONNECTION_FAILURE)
        return;
    msgr_session_touch(session);
    msgr_side_data(side)->is_choosing = FALSE;
    msgr_side_data(side)->shown_to = 0;
    if (answer->value != NULL)
        invite(side, chosen(session->model, answer->value));
    else
        give_up(side, MSGR_ERROR_SESSION_CANCELLED_LOCAL);
}

/**
 * msgr_choice_ask:
 * @order: a call of ChooseContact
 *
 * Sets what becomes of the answer: the contact is invited, or the session cancelled.
 */
void
msgr_choice_ask(MsgrOrder *order)
{
    order->kind = MSGR_ORDER_PATIENT;
    order->reply_type = "(o)";
    order->done = answered;
}
