/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An address may have characters in it that a unit's name may not: "+", say. They are escaped as
 * systemd does it where it is given such a name, and not as systemd-escape does it, which would
 * leave no hyphen as it is: what people type is the address itself.
 */
#include "msgr-xmpp-unit.h"

#define PREFIX "msgr-xmpp@"
#define SUFFIX ".service"

static gboolean
is_plain(char c)
{
    return g_ascii_isalnum(c) || c == '@' || c == '-' || c == '_' || c == '.' || c == ':';
}

/**
 * msgr_xmpp_unit_name:
 * @jid: normalised, without a device
 *
 * Returns: the name of the account's unit.
 */
char *
msgr_xmpp_unit_name(const char *jid)
{
    GString *name = g_string_new(PREFIX);

    for (const char *p = jid; *p != '\0'; p++) {
        if (is_plain(*p))
            g_string_append_c(name, *p);
        else
            g_string_append_printf(name, "\\x%02x", (guint8)*p);
    }
    g_string_append(name, SUFFIX);
    return g_string_free(name, FALSE);
}

/* Returns: the byte that "\xNN" stands for; 0: it is no such thing. */
static char
escaped_byte(const char *p)
{
    if (p[0] != '\\' || p[1] != 'x' || !g_ascii_isxdigit(p[2]) || !g_ascii_isxdigit(p[3]))
        return 0;
    return (char)(g_ascii_xdigit_value(p[2]) << 4 | g_ascii_xdigit_value(p[3]));
}

/**
 * msgr_xmpp_unit_account:
 * @instance: what is between "@" and ".service" in a unit's name
 *
 * Returns: the address that it stands for; it is not checked.
 */
char *
msgr_xmpp_unit_account(const char *instance)
{
    GString *account = g_string_new(NULL);

    while (*instance != '\0') {
        char byte = escaped_byte(instance);

        g_string_append_c(account, byte != 0 ? byte : *instance);
        instance += byte != 0 ? 4 : 1;
    }
    return g_string_free(account, FALSE);
}
