/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Why a service isn't signed in, in words and as JSON.
 */
#include "msgr-ctl-service.h"

#define REFUSED "2164262404"
#define LOST    "2164262403"

static void
test_state(void)
{
    static const char *const rows[][2] = {
        { "{'Status': <uint32 2>, 'Wanted': <true>, 'Connector': <true>}", "online" },
        { "{'Status': <uint32 10>, 'Wanted': <true>, 'Connector': <true>}", "busy" },
        { "{'Status': <uint32 1>, 'Wanted': <false>, 'Connector': <true>, 'Result': <uint32 " LOST
          ">}",
          "signed out" },
        { "{'Status': <uint32 1>, 'Wanted': <true>, 'Connector': <false>, 'Result': <uint32 " LOST
          ">}",
          "not running" },
        { "{'Status': <uint32 1>, 'Wanted': <true>, 'Connector': <true>, 'SigningIn': <true>}",
          "signing in" },
        { "{'Status': <uint32 1>, 'Wanted': <true>, 'Connector': <true>}", "signed out" },
        { "{'Status': <uint32 1>, 'Wanted': <true>, 'Connector': <true>, 'Result': <uint32 " REFUSED
          ">, 'WillRetry': <false>}",
          "signed out: wrong password" },
        { "{'Status': <uint32 1>, 'Wanted': <true>, 'Connector': <true>, 'Result': <uint32 " LOST
          ">, 'WillRetry': <true>}",
          "signed out: no connection; will be tried again" },
        { "{'Status': <uint32 1>, 'Wanted': <true>, 'Connector': <true>, 'Result': <uint32 7>}",
          "signed out: 0x00000007" },
        { "{'Status': <'online'>, 'Wanted': <uint32 1>}", "signed out" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GVariant) details = g_variant_ref_sink(g_variant_new_parsed(rows[i][0]));
        g_autofree char *state = msgr_ctl_service_state(details);

        g_assert_cmpstr(state, ==, rows[i][1]);
    }
}

static char *
json_of(const char *text)
{
    g_autoptr(GVariant) details =
        text == NULL ? NULL : g_variant_ref_sink(g_variant_new_parsed(text));
    JsonObject *object = json_object_new();
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);

    msgr_ctl_service_add_json(details, object);
    json_object_unref(object);
    return json_to_string(node, FALSE);
}

static void
test_json(void)
{
    g_autofree char *none = json_of(NULL);
    g_autofree char *local = json_of("{'Status': <uint32 2>, 'Wanted': <true>}");
    g_autofree char *refused = json_of(
        "{'Wanted': <true>, 'Connector': <true>, 'SigningIn': <false>, 'Result': <uint32 " REFUSED
        ">, 'WillRetry': <false>, 'Message': <'no \\n'>}");

    g_assert_cmpstr(none, ==, "{}");
    g_assert_cmpstr(local, ==, "{\"Wanted\":true}");
    g_assert_cmpstr(refused, ==,
                    "{\"Wanted\":true,\"Connector\":true,\"SigningIn\":false,\"Result\":" REFUSED
                    ",\"WillRetry\":false,\"Message\":\"no \\n\",\"ResultName\":"
                    "\"AuthenticationFailed\"}");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl-service/state", test_state);
    g_test_add_func("/ctl-service/json", test_json);
    return g_test_run();
}
