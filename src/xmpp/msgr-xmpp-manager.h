/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MsgrXmppManager:
 *
 * The way to msgrd: org.msgr.ConnectorManager1, one call after the other, each until it is
 * acknowledged.
 */
typedef struct _MsgrXmppManager MsgrXmppManager;

/* @reply: (nullable) with @error, which is of MSGR_ERROR. */
typedef void (*MsgrXmppManagerFunc)(GVariant *reply, const GError *error, gpointer data);

typedef struct {
    void (*appeared)(gpointer data); /* msgrd is there, or there anew: it knows nothing of us */
    void (*vanished)(gpointer data);
    gpointer data;
} MsgrXmppManagerEvents;

MsgrXmppManager *msgr_xmpp_manager_new(GDBusConnection *connection, const char *service_id,
                                       const MsgrXmppManagerEvents *events);
void msgr_xmpp_manager_free(MsgrXmppManager *self);
const char *msgr_xmpp_manager_service_id(const MsgrXmppManager *self);
gboolean msgr_xmpp_manager_is_owner(const MsgrXmppManager *self, const char *sender);
void msgr_xmpp_manager_call(MsgrXmppManager *self, const char *method, GVariant *args,
                            MsgrXmppManagerFunc callback, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrXmppManager, msgr_xmpp_manager_free)

G_END_DECLS
