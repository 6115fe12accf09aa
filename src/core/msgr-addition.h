/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

/**
 * MsgrAddition:
 *
 * An AddContact that has not been done yet. It is never kept: what was done, OnContactListAdd told.
 */
struct _MsgrAddition {
    MsgrRecord record;
    MsgrUser *user; /* to whose list it is */
    guint64 number; /* of the call: the order in which they are done */
    char *service;
    char *name;
    gint64 ask_due; /* boot clock: when the user database is to be asked, or MSGR_NEVER */
    MsgrAgendaEntry due;
    GList link; /* in user->additions */
};

gboolean msgr_addition_begin(MsgrUser *user, const char *service, const char *name, GError **error);
gboolean msgr_addition_waits_for(MsgrContact *contact);
GPtrArray *msgr_addition_steal_questions(MsgrModel *model);
void msgr_addition_answer(MsgrAddition *self, MsgrUser *found);
void msgr_addition_ask_again(MsgrAddition *self, gint64 due);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrAddition, msgr_record_unref)

G_END_DECLS
