/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tables that say what can be called: what they do not list is denied.
 */
#pragma once

#include "msgr-call.h"

G_BEGIN_DECLS

/* What a client needs before it may use a member. */
typedef enum {
    MSGR_NEED_NOTHING = 0,
    MSGR_NEED_SESSIONS,     /* the session manager unlocked */
    MSGR_NEED_PRIVATE,      /* the private object unlocked */
    MSGR_NEED_EITHER,       /* one of the two */
    MSGR_NEED_CONTACT_LIST, /* one of the two, and the contact list open to it */
    MSGR_NEED_SIGN_IN,      /* one of the two, or to be signed in nowhere */
} MsgrNeed;

/* Returns the reply's value, or sets the error; or neither, after msgr_service_defer(). */
typedef GVariant *(*MsgrHandler)(MsgrCall *call, GVariant *args, GError **error);
typedef GVariant *(*MsgrGetter)(MsgrCall *call, const char *name);
typedef gboolean (*MsgrSetter)(MsgrCall *call, GVariant *value, GError **error);
/* Answers Get or GetAll later: with @wrap, in the form that the caller expects. */
typedef void (*MsgrLateGetter)(MsgrCall *call, gboolean all);

typedef struct {
    const char *name;
    MsgrNeed need;
    MsgrHandler handler;
} MsgrMethod;

typedef struct {
    const char *name;
    MsgrNeed need; /* for Get; GetAll leaves out what the client may not read */
    MsgrGetter get;
    MsgrNeed set_need;
    MsgrSetter set; /* NULL: read-only */
    MsgrLateGetter get_late;
} MsgrProperty;

/**
 * MsgrInterface:
 *
 * One interface of the service's: its description, generated from the XML, and who handles what.
 */
typedef struct {
    const GDBusInterfaceInfo *info;
    MsgrTargetKind targets;    /* the kinds of object that have it */
    gboolean is_for_agents;    /* answers only under the second bus name */
    gboolean tells_lock;       /* a client that uses it is told of its lock */
    MsgrNeed need;             /* for members that the tables don't list, and for GetAll */
    const MsgrMethod *methods; /* ended by an empty one */
    const MsgrProperty *properties;
    guint additions; /* since the first version: so many higher is InterfaceVersions */
} MsgrInterface;

extern const MsgrInterface msgr_messenger1;
extern const MsgrInterface msgr_lock1;
extern const MsgrInterface msgr_key_manager1;
extern const MsgrInterface msgr_agent_manager1;
extern const MsgrInterface msgr_connector_manager1;
extern const MsgrInterface msgr_session_manager1;
extern const MsgrInterface msgr_session1;
extern const MsgrInterface msgr_contact1;
extern const MsgrInterface msgr_private1;

const MsgrInterface *const *msgr_interfaces(void);
const MsgrInterface *msgr_interface_find(const char *name);
const MsgrInterface *msgr_interface_with_method(const char *member, MsgrTargetKind kind);
const MsgrMethod *msgr_interface_method(const MsgrInterface *self, const char *name);
const MsgrProperty *msgr_interface_property(const MsgrInterface *self, const char *name);
gboolean msgr_interface_takes(const MsgrInterface *self, const char *method, GVariant *args);

GVariant *msgr_handled(gboolean done);

gboolean msgr_need_is_met(MsgrNeed need, MsgrClient *client);
gboolean msgr_need_check_lock(MsgrNeed need, MsgrClient *client, GError **error);
gboolean msgr_need_check_rest(MsgrNeed need, MsgrClient *client, GError **error);

G_END_DECLS
