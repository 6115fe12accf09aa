/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define MSGR_TYPE_CHOOSE_CONTACT (msgr_choose_contact_get_type())

/**
 * MsgrChooseContact:
 *
 * Somebody who can be chosen, as the agent tells it.
 */
G_DECLARE_FINAL_TYPE(MsgrChooseContact, msgr_choose_contact, MSGR, CHOOSE_CONTACT, GObject)

MsgrChooseContact *msgr_choose_contact_new(JsonObject *json);
const char *msgr_choose_contact_path(MsgrChooseContact *self);
const char *msgr_choose_contact_name(MsgrChooseContact *self);
const char *msgr_choose_contact_signin(MsgrChooseContact *self);
const char *msgr_choose_contact_status_text(MsgrChooseContact *self);
const char *msgr_choose_contact_status_class(MsgrChooseContact *self);
gboolean msgr_choose_contact_is_there(MsgrChooseContact *self);
gboolean msgr_choose_contact_matches(MsgrChooseContact *self, const char *folded);
int msgr_choose_contact_compare(gconstpointer a, gconstpointer b, gpointer data);

G_END_DECLS
