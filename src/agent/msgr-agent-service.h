/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MSGR_AGENT_OBJECT_PATH "/org/msgr/Agent/Agent1"

#define MSGR_TYPE_AGENT_SERVICE (msgr_agent_service_get_type())

/**
 * MsgrAgentService:
 *
 * The service as the agent sees it: the connection to its bus, the registration there, calls of it,
 * and the object that it calls. All of it is made anew whenever the service or its bus has come
 * back. The service is never started, but for what a person has just asked for.
 *
 * Signals: `registered`, as often as the agent has been registered; `vanished`, when the service
 * has left; `session-ended` (path, HRESULT), for each session of the user's; `contacts-changed`.
 */
G_DECLARE_FINAL_TYPE(MsgrAgentService, msgr_agent_service, MSGR, AGENT_SERVICE, GObject)

MsgrAgentService *msgr_agent_service_new(const char *where, const char *const *roles, int priority);
void msgr_agent_service_start(MsgrAgentService *self, GDBusInterfaceSkeleton *agent);
void msgr_agent_service_stop(MsgrAgentService *self);

void msgr_agent_service_call(MsgrAgentService *self, const char *name, const char *path,
                             const char *iface, const char *method, GVariant *args,
                             const char *reply_type, GAsyncReadyCallback callback, gpointer data);
GVariant *msgr_agent_service_call_finish(GAsyncResult *result, GError **error);
void msgr_agent_service_get_all(MsgrAgentService *self, const char *path, const char *iface,
                                GAsyncReadyCallback callback, gpointer data);
void msgr_agent_service_wake(MsgrAgentService *self);

G_END_DECLS
