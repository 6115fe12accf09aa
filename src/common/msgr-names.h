/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every name that crosses the bus, in one place.
 */
#pragma once

#define MSGR_BUS_NAME        "org.msgr.Messenger"
#define MSGR_AGENTS_BUS_NAME "org.msgr.Messenger.Agents"

#define MSGR_ROOT_PATH            "/org/msgr/Messenger"
#define MSGR_SESSION_MANAGER_PATH MSGR_ROOT_PATH "/SessionManager"
#define MSGR_PRIVATE_PATH         MSGR_ROOT_PATH "/Private"
#define MSGR_SESSION_PARENT       MSGR_ROOT_PATH "/Session"
#define MSGR_CONTACT_PARENT       MSGR_ROOT_PATH "/Contact"
#define MSGR_SESSION_PREFIX       MSGR_SESSION_PARENT "/"
#define MSGR_CONTACT_PREFIX       MSGR_CONTACT_PARENT "/"

#define MSGR_MESSENGER_IFACE       "org.msgr.Messenger1"
#define MSGR_LOCK_IFACE            "org.msgr.Lock1"
#define MSGR_KEY_MANAGER_IFACE     "org.msgr.KeyManager1"
#define MSGR_SESSION_MANAGER_IFACE "org.msgr.SessionManager1"
#define MSGR_SESSION_IFACE         "org.msgr.Session1"
#define MSGR_CONTACT_IFACE         "org.msgr.Contact1"
#define MSGR_PRIVATE_IFACE         "org.msgr.Private1"
#define MSGR_AGENT_MANAGER_IFACE   "org.msgr.AgentManager1"
#define MSGR_AGENT_IFACE           "org.msgr.Agent1"
#define MSGR_CONNECTOR_IFACE       "org.msgr.Connector1"

#define MSGR_ERROR_PREFIX "org.msgr.Error."

/* The active agent's application ID, and the publisher of what packages register: no key may have
 * either. */
#define MSGR_AGENT_APP_ID  "org.msgr.Agent"
#define MSGR_SYSTEM_APP_ID "system"

#define MSGR_LOCAL_SERVICE "local"
#define MSGR_ECHO_NAME     "echo"
