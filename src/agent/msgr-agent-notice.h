/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
    MSGR_URGENCY_LOW,    /* no banner and no sound */
    MSGR_URGENCY_NORMAL, /* goes by itself */
    MSGR_URGENCY_HIGH,   /* somebody waits for an answer: it stays */
} MsgrUrgency;

typedef struct {
    char *label;
    char *action; /* a detailed action of the application, "app.accept('...')" */
} MsgrAgentButton;

/**
 * MsgrAgentNotice:
 *
 * A notification, whoever shows it. Texts are plain. Reference-counted; not changed any more once
 * it has been given away.
 */
typedef struct {
    char *id;
    char *title;
    char *body;
    GIcon *icon; /* NULL: the agent's own */
    MsgrUrgency urgency;
    GArray *buttons; /* of MsgrAgentButton */
} MsgrAgentNotice;

MsgrAgentNotice *msgr_agent_notice_new(const char *id, const char *title, const char *body);
MsgrAgentNotice *msgr_agent_notice_ref(MsgrAgentNotice *self);
void msgr_agent_notice_unref(MsgrAgentNotice *self);
void msgr_agent_notice_add_button(MsgrAgentNotice *self, const char *label, const char *action,
                                  GVariant *target);
const MsgrAgentButton *msgr_agent_notice_button(const MsgrAgentNotice *self, guint index);
gboolean msgr_agent_notice_equal(const MsgrAgentNotice *self, const MsgrAgentNotice *other);
char *msgr_agent_notice_id(const char *kind, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrAgentNotice, msgr_agent_notice_unref)

G_END_DECLS
