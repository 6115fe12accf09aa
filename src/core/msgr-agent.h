/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-user.h"

G_BEGIN_DECLS

/* What an agent does for its user. */
typedef enum {
    MSGR_AGENT_UI,     /* shows and asks */
    MSGR_AGENT_LAUNCH, /* starts applications */
} MsgrAgentRole;

#define MSGR_N_AGENT_ROLES 2

/* As a set: */
#define MSGR_AGENT_HAS(role) (1u << (role))
#define MSGR_AGENT_ALL_ROLES (MSGR_AGENT_HAS(MSGR_AGENT_UI) | MSGR_AGENT_HAS(MSGR_AGENT_LAUNCH))

typedef struct {
    guint roles; /* a set */
    gint32 priority;
} MsgrAgentData;

/**
 * MsgrAgent:
 *
 * A process in a user's desktop session that does what the service can't. It is known as long as
 * its client is, and never stored.
 */
struct _MsgrAgent {
    MsgrRecord record;
    MsgrUser *user;
    char *client; /* its unique name */
    char *path;
    guint64 number; /* the earlier, the lower */
    MsgrAgentData data;
};

gboolean msgr_agent_role_from_name(const char *name, MsgrAgentRole *role);
gboolean msgr_agent_register(MsgrClient *client, const char *path, guint roles, gint32 priority,
                             GError **error);
gboolean msgr_agent_unregister(MsgrClient *client, const char *path, GError **error);
MsgrAgent *msgr_agent_active(MsgrUser *user, MsgrAgentRole role);
gboolean msgr_agent_is_client(MsgrClient *client);
gboolean msgr_agent_is_registered(MsgrClient *client);
MsgrOrder *msgr_agent_order(MsgrUser *user, MsgrAgentRole role, const char *method, GVariant *args);
void msgr_agent_tell(MsgrAgent *self, const char *method, GVariant *args);
MsgrAgent *msgr_agent_numbered(MsgrUser *user, guint64 number);
void msgr_agent_client_gone(MsgrUser *user, const char *client);
void msgr_agent_recovered(MsgrModel *model, const char *name);

G_END_DECLS
