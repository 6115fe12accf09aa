/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MSGR_TYPE_AGENT_APPLICATION (msgr_agent_application_get_type())

/**
 * MsgrAgentApplication:
 *
 * The process in the user's session: there is one, by its name on the session bus; what is clicked
 * on a desktop comes to it as an action, and starts it if it has to.
 */
G_DECLARE_FINAL_TYPE(MsgrAgentApplication, msgr_agent_application, MSGR, AGENT_APPLICATION,
                     GApplication)

MsgrAgentApplication *msgr_agent_application_new(void);

G_END_DECLS
