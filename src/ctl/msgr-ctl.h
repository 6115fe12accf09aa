/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-ctl-bus.h"
#include "msgr-ctl-key-file.h"
#include "msgr-ctl-output.h"

G_BEGIN_DECLS

/* What the shell gets to see; the manual page tells the same. */
typedef enum {
    MSGR_CTL_EXIT_OK = 0,
    MSGR_CTL_EXIT_FAILED = 1,
    MSGR_CTL_EXIT_USAGE = 2,
    MSGR_CTL_EXIT_DECLINED = 3,
    MSGR_CTL_EXIT_TIMED_OUT = 4,
    MSGR_CTL_EXIT_ENDED = 5,
    MSGR_CTL_EXIT_INTERRUPTED = 130,
} MsgrCtlExit;

/**
 * MsgrCtl:
 *
 * One run of the program: what holds for every verb.
 */
typedef struct {
    MsgrCtlOutput output;
    char *bus_option;    /* --bus */
    char *key_option;    /* --key */
    char *subject;       /* whom or what the verb is about, for what is said of an error */
    MsgrCtlBus *bus;     /* once it is needed */
    MsgrCtlKeyFile *key; /* once it is needed; NULL: there is none */
} MsgrCtl;

MsgrCtl *msgr_ctl_new(void);
void msgr_ctl_free(MsgrCtl *self);
void msgr_ctl_set_subject(MsgrCtl *self, const char *subject);
gboolean msgr_ctl_need_bus(MsgrCtl *self, GError **error);
gboolean msgr_ctl_need_key(MsgrCtl *self, GError **error);
gboolean msgr_ctl_need_sessions(MsgrCtl *self, GError **error);
gboolean msgr_ctl_try_private(MsgrCtl *self);
gboolean msgr_ctl_need_private(MsgrCtl *self, GError **error);
const char *msgr_ctl_need_quietly(MsgrCtl *self, GError **error);
GVariant *msgr_ctl_call_sessions(MsgrCtl *self, const char *method, GVariant *args,
                                 const char *reply_type, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrCtl, msgr_ctl_free)

G_END_DECLS
