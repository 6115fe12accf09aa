/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-model.h"

G_BEGIN_DECLS

/**
 * MsgrApplication:
 *
 * A user's own registration of an application.
 */
struct _MsgrApplication {
    MsgrRecord record;
    MsgrUser *user;
    MsgrAppEntry *entry;
};

MsgrApplication *msgr_application_new(MsgrUser *user, MsgrAppEntry *entry);
MsgrAppEntry *msgr_application_find(MsgrUser *user, const char *guid);
gboolean msgr_application_may_register(MsgrClient *client, const MsgrAppEntry *entry,
                                       gboolean replace, GError **error);
gboolean msgr_application_register(MsgrClient *client, MsgrAppEntry *entry, gboolean replace,
                                   GError **error);
gboolean msgr_application_unregister(MsgrClient *client, const char *guid, GError **error);
GPtrArray *msgr_application_list(MsgrUser *user);
void msgr_application_replace_packaged(MsgrModel *model, GPtrArray *entries);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrApplication, msgr_record_unref)

G_END_DECLS
