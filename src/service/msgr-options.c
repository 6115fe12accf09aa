/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-options.h"

#include "msgr-error.h"
#include "msgr-text.h"

static gboolean
lookup(GVariant *options, const char *key, const GVariantType *type, GVariant **value,
       GError **error)
{
    g_autoptr(GVariant) entry = g_variant_lookup_value(options, key, NULL);

    if (entry == NULL || g_variant_is_of_type(entry, type)) {
        *value = g_steal_pointer(&entry);
        return TRUE;
    }
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "Option %s must be of type %.*s", key,
                (int)g_variant_type_get_string_length(type), g_variant_type_peek_string(type));
    return FALSE;
}

/**
 * msgr_options_string:
 * @value: (inout): stays as it is where there is no such key; lives as long as @options
 */
gboolean
msgr_options_string(GVariant *options, const char *key, const char **value, GError **error)
{
    g_autoptr(GVariant) entry = NULL;

    if (!lookup(options, key, G_VARIANT_TYPE_STRING, &entry, error))
        return FALSE;
    if (entry != NULL)
        g_variant_lookup(options, key, "&s", value);
    return TRUE;
}

gboolean
msgr_options_uint32(GVariant *options, const char *key, guint32 *value, GError **error)
{
    g_autoptr(GVariant) entry = NULL;

    if (!lookup(options, key, G_VARIANT_TYPE_UINT32, &entry, error))
        return FALSE;
    if (entry != NULL)
        *value = g_variant_get_uint32(entry);
    return TRUE;
}

gboolean
msgr_options_int32(GVariant *options, const char *key, gint32 *value, GError **error)
{
    g_autoptr(GVariant) entry = NULL;

    if (!lookup(options, key, G_VARIANT_TYPE_INT32, &entry, error))
        return FALSE;
    if (entry != NULL)
        *value = g_variant_get_int32(entry);
    return TRUE;
}

/**
 * msgr_options_strings:
 * @value: (inout) (transfer container): stays as it is where there is no such key; the strings live
 * as long as @options
 */
gboolean
msgr_options_strings(GVariant *options, const char *key, const char ***value, GError **error)
{
    g_autoptr(GVariant) entry = NULL;

    if (!lookup(options, key, G_VARIANT_TYPE_STRING_ARRAY, &entry, error))
        return FALSE;
    if (entry != NULL)
        g_variant_lookup(options, key, "^a&s", value);
    return TRUE;
}

gboolean
msgr_options_uint64(GVariant *options, const char *key, guint64 *value, GError **error)
{
    g_autoptr(GVariant) entry = NULL;

    if (!lookup(options, key, G_VARIANT_TYPE_UINT64, &entry, error))
        return FALSE;
    if (entry != NULL)
        *value = g_variant_get_uint64(entry);
    return TRUE;
}

gboolean
msgr_options_boolean(GVariant *options, const char *key, gboolean *value, GError **error)
{
    g_autoptr(GVariant) entry = NULL;

    if (!lookup(options, key, G_VARIANT_TYPE_BOOLEAN, &entry, error))
        return FALSE;
    if (entry != NULL)
        *value = g_variant_get_boolean(entry);
    return TRUE;
}

/**
 * msgr_options_token:
 * @token: (inout): stays as it is where there is none
 *
 * ActivationToken, which is for the launch on this side alone.
 */
gboolean
msgr_options_token(GVariant *options, const char **token, GError **error)
{
    return msgr_options_string(options, "ActivationToken", token, error) &&
           (*token == NULL || msgr_check_activation_token(*token, error));
}
