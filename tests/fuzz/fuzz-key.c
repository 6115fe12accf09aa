/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Key files and AddKey: whatever is taken for a key is one by the rules.
 */
#include <glib.h>

#include "fuzz.h"
#include "msgr-key.h"
#include "msgr-limits.h"
#include "msgr-text.h"

static void
parse(const uint8_t *data, size_t size, MsgrKeyOrigin origin)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MsgrKey) key = msgr_key_parse((const char *)data, (gssize)size, origin, &error);

    if (key == NULL) {
        g_assert_nonnull(error);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return;
    }
    g_assert_no_error(error);
    g_assert_true(msgr_check_app_id(key->id, NULL));
    g_assert_cmpuint(key->material_length, >, 0);
    g_assert_cmpuint(size, <=, MSGR_MAX_KEY_FILE);
    if (origin == MSGR_KEY_OF_USER)
        g_assert_false(key->capabilities & MSGR_CAPABILITY_PUBLISH_ALERTS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parse(data, size, MSGR_KEY_OF_SYSTEM);
    parse(data, size, MSGR_KEY_OF_USER);
    return 0;
}
