/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The checks of texts: what passes one is what that text may be, to the letter.
 */
#include <string.h>

#include <glib.h>

#include "fuzz.h"
#include "msgr-limits.h"
#include "msgr-text.h"

typedef gboolean (*Check)(const char *text, GError **error);

static const Check checks[] = {
    msgr_check_guid,     msgr_check_app_data,
    msgr_check_app_name, msgr_check_friendly_name,
    msgr_check_url,      msgr_check_path,
    msgr_check_version,  msgr_check_desktop_id,
    msgr_check_address,  msgr_check_activation_token,
    msgr_check_app_id,
};

static void
check_consequences(const char *text)
{
    if (msgr_check_app_data(text, NULL))
        g_assert_cmpuint(strlen(text), <=, MSGR_MAX_APP_DATA);
    if (msgr_check_url(text, NULL)) {
        g_assert_true(g_str_has_prefix(text, "http") || g_ascii_strncasecmp(text, "http", 4) == 0);
        g_assert_null(strpbrk(text, " \t\r\n"));
    }
    if (msgr_check_path(text, NULL)) {
        g_assert_true(g_path_is_absolute(text));
        g_assert_null(strstr(text, "/../"));
    }
    if (msgr_check_guid(text, NULL))
        g_assert_cmpuint(strlen(text), ==, 38);
}

/* The bus lets nothing through that is not UTF-8 or has a NUL in it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *raw = g_strndup((const char *)data, size);
    g_autofree char *text = g_utf8_make_valid(raw, -1);

    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
        g_autoptr(GError) error = NULL;

        if (!checks[i](text, &error))
            g_assert_nonnull(error);
        else
            g_assert_no_error(error);
    }
    check_consequences(text);
    return 0;
}
