/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-ctl-service-choice.h"

#include <glib/gi18n.h>
#include <string.h>

#include "msgr-ctl-error.h"
#include "msgr-ctl-json.h"
#include "msgr-ctl-service.h"
#include "msgr-ctl-session.h"
#include "msgr-ctl-text.h"
#include "msgr-names.h"

/* Returns: (nullable) (element-type utf8): the IDs of the services beyond this machine. */
static GPtrArray *
list_remote(MsgrCtl *ctl, GError **error)
{
    g_autoptr(GVariant) services = msgr_ctl_services_list(ctl, error);
    GPtrArray *ids;
    GVariantIter iter;
    const char *id;

    if (services == NULL)
        return NULL;
    ids = g_ptr_array_new_with_free_func(g_free);
    g_variant_iter_init(&iter, services);
    while (g_variant_iter_next(&iter, "(&s&s&s&su)", &id, NULL, NULL, NULL, NULL)) {
        if (!g_str_equal(id, MSGR_LOCAL_SERVICE))
            g_ptr_array_add(ids, g_strdup(id));
    }
    return ids;
}

/* Keeps only those in whose contact list somebody of this name is, unless that is none. */
static void
narrow(MsgrCtl *ctl, GPtrArray *ids, const char *name)
{
    g_autofree char *lower = g_utf8_strdown(name, -1);
    g_autoptr(GVariant) contacts = msgr_ctl_contacts_list(ctl, NULL);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    GVariantIter iter;
    GVariant *contact;

    if (contacts == NULL)
        return;
    g_variant_iter_init(&iter, contacts);
    while (g_variant_iter_loop(&iter, "(o@a{sv})", NULL, &contact)) {
        const char *service = msgr_ctl_dict_string(contact, "ServiceId");

        if (g_str_equal(msgr_ctl_dict_string(contact, "SigninName"), lower) &&
            g_ptr_array_find_with_equal_func(ids, service, g_str_equal, NULL))
            g_ptr_array_add(found, g_strdup(service));
    }
    if (found->len == 0)
        return;
    g_ptr_array_set_size(ids, 0);
    g_ptr_array_extend_and_steal(ids, g_steal_pointer(&found));
}

static void
set_ambiguous(GPtrArray *ids, const char *name, GError **error)
{
    g_autofree char *safe = msgr_ctl_text_safe(name);
    g_autofree char *list = NULL;

    g_ptr_array_add(ids, NULL);
    list = g_strjoinv(", ", (char **)ids->pdata);
    msgr_ctl_error_set(error, MSGR_CTL_ERROR_NO_CONTACT, list, _("%s: by which --service?"), safe);
}

/**
 * msgr_ctl_service_choose:
 * @name: a contact's sign-in name
 * @given: (nullable): the service that the user names
 *
 * A name with an "@" is none of this machine: it is of the one service beyond it that there is, or
 * of the one in whose contact list it is.
 *
 * Returns: (nullable): the service's ID.
 */
char *
msgr_ctl_service_choose(MsgrCtl *ctl, const char *name, const char *given, GError **error)
{
    g_autoptr(GPtrArray) ids = NULL;

    if (given != NULL)
        return g_strdup(given);
    if (strchr(name, '@') == NULL)
        return g_strdup(MSGR_LOCAL_SERVICE);
    ids = list_remote(ctl, error);
    if (ids == NULL)
        return NULL;
    if (ids->len > 1)
        narrow(ctl, ids, name);
    if (ids->len > 1) {
        set_ambiguous(ids, name, error);
        return NULL;
    }
    return g_strdup(ids->len == 1 ? ids->pdata[0] : MSGR_LOCAL_SERVICE);
}
