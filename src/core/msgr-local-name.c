/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who is meant by a sign-in name of the service `local`: known from here, or to be asked of the
 * user database.
 */
#include "msgr-local-name.h"

/**
 * msgr_local_name_is_possible:
 *
 * Returns: whether anybody could have such a name: else no directory need be asked.
 */
gboolean
msgr_local_name_is_possible(const char *name)
{
    return *name != '\0' && g_utf8_strlen(name, -1) <= MSGR_MAX_SIGNIN_NAME;
}

/**
 * msgr_local_name_is_known:
 *
 * Returns: whether it is the name of the contact `echo`, or of a user who has ever been there: then
 * the user database need not be asked.
 */
gboolean
msgr_local_name_is_known(MsgrModel *model, const char *name)
{
    MsgrUser *user = msgr_model_user_by_name(model, name);

    return g_str_equal(name, MSGR_ECHO_NAME) || (user != NULL && user->data.seen);
}

/**
 * msgr_local_name_belongs:
 *
 * The user database says whose name it is.
 *
 * Returns: (nullable) (transfer none): the user, if it is one that can be named here.
 */
MsgrUser *
msgr_local_name_belongs(MsgrModel *model, guint32 uid, const char *name, const char *real_name)
{
    MsgrUser *user = msgr_model_user(model, uid);

    if (!msgr_config_uid_is_local(model->config, uid))
        return NULL;
    if (user == NULL)
        return msgr_user_meet(model, uid, name, real_name);
    msgr_user_set_names(user, name, real_name);
    return user;
}
