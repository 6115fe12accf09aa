/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-status.h"

#include "msgr-names.h"
#include "msgr-types.h"

/**
 * msgr_agent_status_ask:
 *
 * Asks for the user's status: each time anew, for it is told to others than the user's own clients
 * only.
 */
void
msgr_agent_status_ask(MsgrAgentService *service, GAsyncReadyCallback callback, gpointer data)
{
    msgr_agent_service_call(service, MSGR_BUS_NAME, MSGR_ROOT_PATH, MSGR_MESSENGER_IFACE,
                            "ListServices", g_variant_new("()"), "(a(ssssu))", callback, data);
}

/* Who is busy or on the phone sees what there is when they look, and isn't interrupted. Who is away
 * doesn't mind a banner. */
static gboolean
is_busy(guint32 status)
{
    return status == MSGR_STATUS_BUSY || status == MSGR_STATUS_ON_THE_PHONE;
}

/**
 * msgr_agent_status_finish:
 * @service_id: the service that something comes from
 * @usual: how urgent it is to who isn't busy
 *
 * Returns: how urgent it is to this user.
 */
MsgrUrgency
msgr_agent_status_finish(GAsyncResult *result, const char *service_id, MsgrUrgency usual)
{
    g_autoptr(GVariant) reply = msgr_agent_service_call_finish(result, NULL);
    g_autoptr(GVariantIter) services = NULL;
    const char *id;
    guint32 status;

    if (reply == NULL)
        return usual;
    g_variant_get(reply, "(a(ssssu))", &services);
    while (g_variant_iter_next(services, "(&s&s&s&su)", &id, NULL, NULL, NULL, &status)) {
        if (g_str_equal(id, service_id) && is_busy(status))
            return MSGR_URGENCY_LOW;
    }
    return usual;
}
