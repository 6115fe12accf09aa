/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What any client of the service needs: calls, and the response to a challenge.
 *
 *     cc -o duet duet.c duet-client.c $(pkg-config --cflags --libs gio-2.0 json-glib-1.0 libsodium)
 */
#include "duet-client.h"

#include <json-glib/json-glib.h>
#include <sodium.h>
#include <string.h>

void
duet_check(const GError *error)
{
    static const char prefix[] = "GDBus.Error:";

    if (error == NULL)
        return;
    g_printerr("duet: %s\n",
               error->message + (g_str_has_prefix(error->message, prefix) ? strlen(prefix) : 0));
    exit(1);
}

/* The same connection each time: the service knows a client by it. */
GDBusConnection *
duet_bus(void)
{
    const gboolean for_test = g_strcmp0(g_getenv("MSGR_BUS"), "session") == 0;
    g_autoptr(GError) error = NULL;
    static GDBusConnection *bus;

    if (bus == NULL)
        bus = g_bus_get_sync(for_test ? G_BUS_TYPE_SESSION : G_BUS_TYPE_SYSTEM, NULL, &error);
    duet_check(error);
    return bus;
}

/* Takes the reply apart as g_variant_get() does with @form. */
void
duet_call(const char *path, const char *iface, const char *method, GVariant *args, const char *form,
          ...)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_sync(duet_bus(), SERVICE, path, iface, method, args, NULL,
                                    G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
    va_list results;

    duet_check(error);
    va_start(results, form);
    g_variant_get_va(reply, form, NULL, &results);
    va_end(results);
}

/* The user's own key, or what a package ships: that names an application, but protects nothing. */
static char *
find_key(const char *id)
{
    g_autofree char *name = g_strconcat(id, ".json", NULL);
    g_autofree char *own = g_build_filename(g_get_user_config_dir(), "msgr", "keys", name, NULL);
    const char *const *dirs = g_get_system_data_dirs();
    const char *given = g_getenv("MSGR_KEY_FILE");

    if (given != NULL)
        return g_strdup(given);
    for (gsize i = 0; !g_file_test(own, G_FILE_TEST_EXISTS) && dirs[i] != NULL; i++) {
        g_autofree char *file = g_build_filename(dirs[i], "msgr", "client-keys", name, NULL);

        if (g_file_test(file, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&file);
    }
    return g_steal_pointer(&own);
}

/* Returns: what SendResponse takes; the key has to be of the algorithm ed25519. */
char *
duet_respond(const char *id, const char *challenge)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *file = find_key(id);
    g_autofree char *text = NULL;
    g_autoptr(GVariant) key = NULL;
    g_autofree guint8 *seed = NULL;
    guint8 public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES];
    guint8 signature[crypto_sign_BYTES];
    const char *encoded = "";
    gsize length;

    if (g_file_get_contents(file, &text, NULL, &error))
        key = json_gvariant_deserialize_data(text, -1, "a{ss}", &error);
    duet_check(error);
    g_variant_lookup(key, "private-key", "&s", &encoded);
    seed = g_base64_decode(encoded, &length);
    if (length < crypto_sign_SEEDBYTES)
        error = g_error_new(G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: no key of ed25519", file);
    duet_check(error);
    crypto_sign_seed_keypair(public_key, secret_key, seed);
    crypto_sign_detached(signature, NULL, (const guint8 *)challenge, strlen(challenge), secret_key);
    return g_base64_encode(signature, sizeof(signature));
}
