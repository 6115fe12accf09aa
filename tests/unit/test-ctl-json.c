/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What came over the bus, as JSON: nothing lost, the names as they were.
 */
#include "msgr-ctl-json.h"

#include "msgr-ctl-session.h"

static char *
to_text(JsonObject *object)
{
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);

    json_object_unref(object);
    return json_to_string(node, FALSE);
}

static void
test_object(void)
{
    g_autoptr(GVariant) dict = g_variant_ref_sink(
        g_variant_new_parsed("{'Name': <'Sch\"ach'>, 'State': <uint32 4>, 'Installed': <true>, "
                             "'ExpiresAt': <uint64 1700000000123456>, 'Users': <['a', 'b']>, "
                             "'User': <objectpath '/a'>}"));
    g_autofree char *text = to_text(msgr_ctl_json_object(dict));

    g_assert_cmpstr(text, ==,
                    "{\"Name\":\"Sch\\\"ach\",\"State\":4,\"Installed\":true,"
                    "\"ExpiresAt\":1700000000123456,\"Users\":[\"a\",\"b\"],\"User\":\"/a\"}");
}

static void
test_empty(void)
{
    g_autofree char *text = to_text(msgr_ctl_json_object(NULL));

    g_assert_cmpstr(text, ==, "{}");
}

static void
test_session(void)
{
    g_autoptr(GVariant) running =
        g_variant_ref_sink(g_variant_new_parsed("{'State': <uint32 2>, 'Result': <uint32 0>}"));
    g_autoptr(GVariant) ended = g_variant_ref_sink(
        g_variant_new_parsed("{'State': <uint32 6>, 'Result': <uint32 0x81000602>}"));
    g_autofree char *first = to_text(msgr_ctl_session_json("/s", running));
    g_autofree char *second = to_text(msgr_ctl_session_json("/s", ended));

    g_assert_cmpstr(first, ==,
                    "{\"State\":2,\"Result\":0,\"Session\":\"/s\",\"StateName\":\"INVITATION\"}");
    g_assert_cmpstr(second, ==,
                    "{\"State\":6,\"Result\":2164262402,\"Session\":\"/s\",\"StateName\":"
                    "\"DECLINED\",\"ResultName\":\"InvitationDeclined\"}");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ctl-json/object", test_object);
    g_test_add_func("/ctl-json/empty", test_empty);
    g_test_add_func("/ctl-json/session", test_session);
    return g_test_run();
}
