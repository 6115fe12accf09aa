/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * MISTATUS and presence. A show is less than a status: what it is exactly goes beside it, in an
 * element of ours, that counts only if it fits the show.
 */
#include "msgr-xmpp-status.h"

#include "msgr-xmpp-names.h"

typedef struct {
    guint32 status;
    const char *show; /* NULL: none */
    const char *name; /* of our element */
} Row;

/* For each show the first row is what it means by itself. */
static const Row rows[] = {
    { MSGR_STATUS_ONLINE, NULL, "online" },
    { MSGR_STATUS_ONLINE, "chat", "online" },
    { MSGR_STATUS_AWAY, "away", "away" },
    { MSGR_STATUS_BE_RIGHT_BACK, "away", "be-right-back" },
    { MSGR_STATUS_OUT_TO_LUNCH, "away", "out-to-lunch" },
    { MSGR_STATUS_IDLE, "xa", "idle" },
    { MSGR_STATUS_BUSY, "dnd", "busy" },
    { MSGR_STATUS_ON_THE_PHONE, "dnd", "on-the-phone" },
};

static guint32
find(const char *show, const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (g_strcmp0(rows[i].show, show) == 0 && (name == NULL || g_str_equal(rows[i].name, name)))
            return rows[i].status;
    }
    return MSGR_STATUS_UNKNOWN;
}

/**
 * msgr_xmpp_status_read:
 * @presence: a device's
 *
 * Returns: MISTATUS; a show that nobody knows is ONLINE.
 */
guint32
msgr_xmpp_status_read(const MsgrXmppElement *presence)
{
    const char *show = msgr_xmpp_element_child_text(presence, "show", MSGR_NS_CLIENT);
    const char *name = msgr_xmpp_element_child_text(presence, "status", MSGR_NS_PRESENCE);
    guint32 status = MSGR_STATUS_UNKNOWN;

    if (msgr_xmpp_element_get(presence, "type") != NULL)
        return MSGR_STATUS_OFFLINE;
    if (show != NULL && *show == '\0')
        show = NULL;
    if (name != NULL)
        status = find(show, name);
    if (status == MSGR_STATUS_UNKNOWN)
        status = find(show, NULL);
    return status != MSGR_STATUS_UNKNOWN ? status : MSGR_STATUS_ONLINE;
}

/**
 * msgr_xmpp_status_write:
 * @status: MISTATUS; OFFLINE and INVISIBLE: nobody is to see the user
 *
 * Returns: (transfer full): the presence that says so.
 */
MsgrXmppElement *
msgr_xmpp_status_write(guint32 status)
{
    MsgrXmppElement *presence = msgr_xmpp_element_new("presence", MSGR_NS_CLIENT);
    const Row *row = &rows[0];

    if (status == MSGR_STATUS_INVISIBLE || status == MSGR_STATUS_OFFLINE) {
        msgr_xmpp_element_set(presence, "type", "unavailable");
        return presence;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].status == status) {
            row = &rows[i];
            break;
        }
    }
    if (row->show != NULL)
        msgr_xmpp_element_add_text(presence, "show", MSGR_NS_CLIENT, row->show);
    msgr_xmpp_element_add_text(presence, "status", MSGR_NS_PRESENCE, row->name);
    return presence;
}
