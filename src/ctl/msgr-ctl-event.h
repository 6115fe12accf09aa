/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "msgr-ctl-output.h"

G_BEGIN_DECLS

/**
 * MsgrCtlEvent:
 *
 * A signal of the service, and when it came.
 */
typedef struct {
    gint64 time; /* microseconds since the epoch */
    char *path;
    char *iface;
    char *name;
    GVariant *args;
} MsgrCtlEvent;

MsgrCtlEvent *msgr_ctl_event_new(const char *path, const char *iface, const char *name,
                                 GVariant *args);
void msgr_ctl_event_free(MsgrCtlEvent *self);
gboolean msgr_ctl_event_is(const MsgrCtlEvent *self, const char *iface, const char *name,
                           const char *type);
char *msgr_ctl_event_object(const MsgrCtlEvent *self);
char *msgr_ctl_event_details(const MsgrCtlEvent *self, const char *who);
MsgrCtlStyle msgr_ctl_event_style(const MsgrCtlEvent *self);
JsonObject *msgr_ctl_event_json(const MsgrCtlEvent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrCtlEvent, msgr_ctl_event_free)

G_END_DECLS
