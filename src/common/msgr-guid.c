/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Identifiers: an application's GUID, and the unguessable last component of an object's path.
 */
#include "msgr-guid.h"

#include <sodium.h>
#include <string.h>

#define HEX_ID_LENGTH 32

/* 'X' stands for an upper-case hexadecimal digit, all else for itself. */
static const char guid_shape[] = "{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}";

static gboolean
is_upper_hex(char c)
{
    return g_ascii_isdigit(c) || (c >= 'A' && c <= 'F');
}

static gboolean
is_lower_hex(char c)
{
    return g_ascii_isdigit(c) || (c >= 'a' && c <= 'f');
}

static void
fill_random(guint8 *bytes, gsize length)
{
    if (sodium_init() < 0)
        g_error("libsodium finds no source of random numbers");
    randombytes_buf(bytes, length);
}

/**
 * msgr_guid_is_valid:
 * @guid: (nullable): a text from anywhere
 *
 * Returns: whether @guid is a GUID in its one accepted form: upper-case hexadecimal digits in
 *   groups of 8, 4, 4, 4 and 12, in braces. What the digits say is not looked at.
 */
gboolean
msgr_guid_is_valid(const char *guid)
{
    if (guid == NULL || strlen(guid) != sizeof(guid_shape) - 1)
        return FALSE;
    for (gsize i = 0; i < sizeof(guid_shape) - 1; i++) {
        gboolean right = guid_shape[i] == 'X' ? is_upper_hex(guid[i]) : guid[i] == guid_shape[i];

        if (!right)
            return FALSE;
    }
    return TRUE;
}

/**
 * msgr_guid_new:
 *
 * Returns: (transfer full): a random GUID (version 4 of RFC 4122), as msgr_guid_is_valid() wants
 * it.
 */
char *
msgr_guid_new(void)
{
    guint8 b[16];

    fill_random(b, sizeof(b));
    b[6] = (guint8)((b[6] & 0x0f) | 0x40);
    b[8] = (guint8)((b[8] & 0x3f) | 0x80);
    return g_strdup_printf("{%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
                           b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11],
                           b[12], b[13], b[14], b[15]);
}

/**
 * msgr_hex_id_new:
 *
 * Returns: (transfer full): 32 lower-case hexadecimal digits of 128 random bits.
 */
char *
msgr_hex_id_new(void)
{
    guint8 bytes[HEX_ID_LENGTH / 2];
    char *id = g_malloc(HEX_ID_LENGTH + 1);

    fill_random(bytes, sizeof(bytes));
    return sodium_bin2hex(id, HEX_ID_LENGTH + 1, bytes, sizeof(bytes));
}

/**
 * msgr_hex_id_is_valid:
 * @id: (nullable): a text from anywhere
 *
 * Returns: whether @id looks like one of msgr_hex_id_new().
 */
gboolean
msgr_hex_id_is_valid(const char *id)
{
    gsize length = 0;

    if (id == NULL)
        return FALSE;
    while (length <= HEX_ID_LENGTH && is_lower_hex(id[length]))
        length++;
    return length == HEX_ID_LENGTH && id[length] == '\0';
}
