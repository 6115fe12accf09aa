/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * SESSION_RESULT and the reasons of Jingle (XEP-0166, 7.4), both ways. Jingle has fewer: what it
 * was exactly goes beside it, in an element of ours.
 */
#include "msgr-xmpp-reason.h"

#include "msgr-error.h"
#include "msgr-xmpp-jingle.h"
#include "msgr-xmpp-names.h"

typedef struct {
    MsgrError result;
    const char *condition;
} WriteRow;

/* What isn't here is general-error. */
static const WriteRow written[] = {
    { MSGR_ERROR_APPLICATION_LAUNCH_FAILED, "failed-application" },
    { MSGR_ERROR_INVITATION_DECLINED, "decline" },
    { MSGR_ERROR_CONNECTION_FAILURE, "connectivity-error" },
    { MSGR_ERROR_AUTHENTICATION_FAILED, "security-error" },
    { MSGR_ERROR_SESSION_CANCELLED_LOCAL, "cancel" },
    { MSGR_ERROR_SESSION_CANCELLED_REMOTE, "cancel" },
    { MSGR_ERROR_SESSION_TIMEOUT, "timeout" },
    { MSGR_ERROR_CANCEL_BEFORE_CONNECT, "cancel" },
    { MSGR_ERROR_APP_NOT_REGISTERED, "unsupported-applications" },
    { MSGR_ERROR_NETWORK_CONFIG_FAILURE, "failed-transport" },
    { MSGR_ERROR_NET_NOT_SUPPORTED, "unsupported-transports" },
    { MSGR_ERROR_REMOTE_NET_NOT_SUPPORTED, "unsupported-transports" },
    { MSGR_ERROR_FIREWALL_NOT_SUPPORTED, "failed-transport" },
};

typedef struct {
    const char *condition;
    gboolean is_decline;
    gboolean is_cancelled;
    int result; /* -1: 0 */
} ReadRow;

/* What isn't here is SESSION_PROTOCOL_ERROR. */
static const ReadRow read_rows[] = {
    { "success", FALSE, TRUE, -1 },
    { "cancel", FALSE, TRUE, -1 },
    { "decline", TRUE, FALSE, MSGR_ERROR_INVITATION_DECLINED },
    { "busy", TRUE, FALSE, MSGR_ERROR_INVITATION_DECLINED },
    { "timeout", FALSE, FALSE, MSGR_ERROR_SESSION_TIMEOUT },
    { "expired", FALSE, FALSE, MSGR_ERROR_SESSION_TIMEOUT },
    { "gone", FALSE, FALSE, MSGR_ERROR_CONNECTION_FAILURE },
    { "connectivity-error", FALSE, FALSE, MSGR_ERROR_CONNECTION_FAILURE },
    { "failed-application", FALSE, FALSE, MSGR_ERROR_APPLICATION_LAUNCH_FAILED },
    { "media-error", FALSE, FALSE, MSGR_ERROR_APPLICATION_LAUNCH_FAILED },
    { "unsupported-applications", FALSE, FALSE, MSGR_ERROR_APP_NOT_REGISTERED },
    { "security-error", FALSE, FALSE, MSGR_ERROR_AUTHENTICATION_FAILED },
    { "failed-transport", FALSE, FALSE, MSGR_ERROR_NETWORK_CONFIG_FAILURE },
    { "unsupported-transports", FALSE, FALSE, MSGR_ERROR_REMOTE_NET_NOT_SUPPORTED },
};

static const char *
condition_of(const MsgrXmppReason *self)
{
    if (self->hr == 0)
        return self->is_cancelled ? "cancel" : "gone";
    for (gsize i = 0; i < G_N_ELEMENTS(written); i++) {
        if (msgr_error_hresult(written[i].result) == self->hr)
            return written[i].condition;
    }
    return "general-error";
}

/**
 * msgr_xmpp_reason_write:
 *
 * Returns: (transfer full): a reason, for a session-terminate, a reject or a retract.
 */
MsgrXmppElement *
msgr_xmpp_reason_write(const MsgrXmppReason *self)
{
    MsgrXmppElement *reason = msgr_xmpp_element_new("reason", MSGR_NS_JINGLE);
    g_autofree char *result = g_strdup_printf("0x%08x", self->hr);
    MsgrXmppElement *end;

    msgr_xmpp_element_add(reason, condition_of(self), MSGR_NS_JINGLE);
    end = msgr_xmpp_element_add(reason, "end", MSGR_NS_APP);
    msgr_xmpp_element_set(end, "result", result);
    msgr_xmpp_element_set(end, "cancelled", self->is_cancelled ? "true" : "false");
    msgr_xmpp_jingle_add_data(end, self->app_data);
    return reason;
}

/* Whether anything is told in it: an empty reason is none. */
static gboolean
has_condition(const MsgrXmppElement *element)
{
    for (guint i = 0; i < element->children->len; i++) {
        const MsgrXmppElement *child = element->children->pdata[i];

        if (g_strcmp0(child->ns, MSGR_NS_JINGLE) == 0 && !g_str_equal(child->name, "text"))
            return TRUE;
    }
    return FALSE;
}

static void
read_condition(MsgrXmppReason *self, const MsgrXmppElement *element)
{
    self->is_cancelled = FALSE;
    self->hr = msgr_error_hresult(MSGR_ERROR_SESSION_PROTOCOL_ERROR);
    for (gsize i = 0; i < G_N_ELEMENTS(read_rows); i++) {
        const ReadRow *row = &read_rows[i];

        if (msgr_xmpp_element_child(element, row->condition, MSGR_NS_JINGLE) == NULL)
            continue;
        self->is_decline = row->is_decline;
        self->is_cancelled = row->is_cancelled;
        self->hr = row->result >= 0 ? msgr_error_hresult((MsgrError)row->result) : 0;
        return;
    }
}

static gboolean
read_end(MsgrXmppReason *self, const MsgrXmppElement *end)
{
    const char *result = msgr_xmpp_element_get(end, "result");
    const char *cancelled = msgr_xmpp_element_get(end, "cancelled");
    guint64 hr = result != NULL ? g_ascii_strtoull(result, NULL, 16) : 0;

    if (result != NULL && hr <= G_MAXUINT32 &&
        (hr == 0 || msgr_hresult_is_session_result((guint32)hr)))
        self->hr = (guint32)hr;
    self->is_cancelled = g_strcmp0(cancelled, "true") == 0 || g_strcmp0(cancelled, "1") == 0;
    self->app_data = msgr_xmpp_jingle_read_data(end);
    return self->app_data != NULL;
}

/**
 * msgr_xmpp_reason_read:
 * @self: (out caller-allocates): is cleared with msgr_xmpp_reason_clear() in any case
 * @element: (nullable): a reason; NULL: none was told
 *
 * Returns: whether it is well-formed.
 */
gboolean
msgr_xmpp_reason_read(MsgrXmppReason *self, const MsgrXmppElement *element)
{
    const MsgrXmppElement *end;

    *self = (MsgrXmppReason){ .is_cancelled = TRUE };
    if (element != NULL && has_condition(element))
        read_condition(self, element);
    end = element != NULL ? msgr_xmpp_element_child(element, "end", MSGR_NS_APP) : NULL;
    if (end != NULL)
        return read_end(self, end);
    self->app_data = g_strdup("");
    return TRUE;
}

void
msgr_xmpp_reason_clear(MsgrXmppReason *self)
{
    g_clear_pointer(&self->app_data, g_free);
}
