/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _MsgrChooseLink MsgrChooseLink;

/* @message: (nullable): what the agent says; %NULL: it has closed the link. */
typedef void (*MsgrChooseHeard)(JsonObject *message, gpointer data);

/**
 * MsgrChooseLink:
 *
 * The way to the agent, a JSON object a line: its words on standard input, the user's choice on
 * standard output.
 */
MsgrChooseLink *msgr_choose_link_new(MsgrChooseHeard heard, gpointer data);
void msgr_choose_link_free(MsgrChooseLink *self);
void msgr_choose_link_say(const char *member, const char *value);

G_END_DECLS
