/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one place that decides who sees whom, and who may invite whom.
 */
#include "msgr-visibility.h"

#include "msgr-account.h"
#include "msgr-contact.h"
#include "msgr-policy.h"
#include "msgr-user.h"

/* What one party may do to a user. */
typedef struct {
    gboolean may_invite;
    gboolean sees_status;
} View;

static gboolean
admits(MsgrAudience audience, gboolean is_listed)
{
    return (audience == MSGR_AUDIENCE_EVERYONE) |
           ((audience == MSGR_AUDIENCE_CONTACTS) & is_listed);
}

static gboolean
service_is_open(MsgrUser *self, const char *service)
{
    return !g_str_equal(service, MSGR_LOCAL_SERVICE) || self->model->config->invitations;
}

static gboolean
is_self(MsgrUser *self, const char *service, const char *name)
{
    return g_str_equal(service, MSGR_LOCAL_SERVICE) && g_str_equal(name, self->data.name);
}

static gboolean
is_signed_in(MsgrUser *self, const char *service)
{
    return g_str_equal(service, MSGR_LOCAL_SERVICE)
               ? self->data.signed_in
               : msgr_account_is_online(msgr_account_find(self, service));
}

/* As the user set it for that service. */
static guint32
own_status(MsgrUser *self, const char *service)
{
    MsgrAccount *account = msgr_account_find(self, service);

    return account == NULL ? self->data.status : account->data.status;
}

/*
 * Everything is looked at whatever the rest says, and put together without a branch: how long it
 * takes must not tell what it is that refuses. Whom an invitation is refused to sees no status
 * either, or it could see that it is a refusal.
 */
static View
view_of(MsgrUser *self, const char *service, const char *name, gboolean is_there)
{
    MsgrContact *other = msgr_contact_find(self, service, name);
    const gboolean is_listed = other != NULL && other->in_list;
    const gboolean is_blocked = other != NULL && other->blocked;
    const gboolean is_open = service_is_open(self, service) != 0;
    const gboolean is_in = is_signed_in(self, service) != 0;
    const gboolean is_shown = own_status(self, service) != MSGR_STATUS_INVISIBLE;
    const gboolean is_visible = is_in & is_shown & (is_there != 0) & !is_blocked & is_open;
    const MsgrAudience accepts = msgr_policy_audience(self, service, MSGR_POLICY_ACCEPT_FROM);
    const MsgrAudience tells = msgr_policy_audience(self, service, MSGR_POLICY_STATUS_TO);
    const gboolean may_invite = is_visible & admits(accepts, is_listed);

    return (View){ may_invite, may_invite & admits(tells, is_listed) };
}

static guint32
status_for(MsgrUser *self, const char *service, const char *name, gboolean is_there)
{
    View view = view_of(self, service, name, is_there);

    if (is_self(self, service, name))
        view.sees_status = self->data.signed_in && is_there;
    return view.sees_status ? own_status(self, service) : MSGR_STATUS_OFFLINE;
}

/**
 * msgr_user_status_for:
 * @service: the service where the other party is
 * @name: its name there
 *
 * Returns: the MISTATUS that the other party sees: OFFLINE, whatever the reason why. The user
 * itself sees its own as it is.
 */
guint32
msgr_user_status_for(MsgrUser *self, const char *service, const char *name)
{
    return status_for(self, service, name, msgr_user_is_there(self));
}

/**
 * msgr_user_status_last_shown:
 *
 * Returns: the same for when the service has just been started, and those who were there have not
 * had the time to come back.
 */
guint32
msgr_user_status_last_shown(MsgrUser *self, const char *service, const char *name)
{
    return status_for(self, service, name, self->data.shown);
}

/**
 * msgr_user_can_be_invited_by:
 *
 * Returns: whether an invitation would reach the user. An inviter can't tell why not.
 */
gboolean
msgr_user_can_be_invited_by(MsgrUser *self, const char *service, const char *name)
{
    return view_of(self, service, name, msgr_user_is_there(self)).may_invite;
}
