/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files in apps.d: whatever is taken for an application could have been registered by a call.
 */
#include <glib.h>

#include "fuzz.h"
#include "msgr-app-entry.h"
#include "msgr-text.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MsgrAppEntry) entry =
        msgr_app_entry_parse((const char *)data, (gssize)size, 1, &error);

    if (entry == NULL) {
        g_assert_nonnull(error);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    g_assert_no_error(error);
    g_assert_true(msgr_app_entry_check(entry, NULL));
    g_assert_true(msgr_check_guid(entry->guid, NULL));
    g_assert_true(msgr_check_url(entry->url, NULL));
    return 0;
}
