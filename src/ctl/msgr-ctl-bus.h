/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MsgrCtlBus:
 *
 * A connection to the bus that the service is on, and who is the service there. It listens to the
 * service by its unique name: anybody can send a signal of any name to anybody.
 */
typedef struct {
    GDBusConnection *connection;
    char *where; /* "system", "session" or an address */
    char *owner; /* the service's unique name; NULL while it isn't there */
} MsgrCtlBus;

MsgrCtlBus *msgr_ctl_bus_open(const char *where, GError **error);
void msgr_ctl_bus_free(MsgrCtlBus *self);
void msgr_ctl_bus_set_owner(MsgrCtlBus *self, const char *owner);

GVariant *msgr_ctl_bus_call(MsgrCtlBus *self, const char *path, const char *iface,
                            const char *method, GVariant *args, const char *reply_type,
                            GError **error);
GVariant *msgr_ctl_bus_call_keys(MsgrCtlBus *self, const char *method, GVariant *args,
                                 const char *reply_type, GError **error);
void msgr_ctl_bus_call_async(MsgrCtlBus *self, const char *path, const char *iface,
                             const char *method, GVariant *args, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);
GVariant *msgr_ctl_bus_call_finish(GAsyncResult *result, GError **error);
GVariant *msgr_ctl_bus_get_all(MsgrCtlBus *self, const char *path, const char *iface,
                               GError **error);
GVariant *msgr_ctl_bus_get(MsgrCtlBus *self, const char *path, const char *iface,
                           const char *property, const char *type, GError **error);

const char *msgr_ctl_dict_string(GVariant *dict, const char *key);
guint32 msgr_ctl_dict_uint32(GVariant *dict, const char *key);
gint64 msgr_ctl_dict_time(GVariant *dict, const char *key);
gboolean msgr_ctl_dict_boolean(GVariant *dict, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrCtlBus, msgr_ctl_bus_free)

G_END_DECLS
