/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a network sends to a connector, line by line: a stanza each, or, after "!", what msgrd and
 * the user do meanwhile. id='?' is that of the last request that went out. Whatever comes:
 * strangers hear of nobody, and no table grows without a limit.
 */
#include <string.h>

#include <glib.h>

#include "fuzz.h"
#include "msgr-error.h"
#include "msgr-test-network.h"
#include "msgr-xmpp-stanza.h"

#define ITEMS                                                                                      \
    "<item jid='bob@b.test' subscription='both'/><item jid='carol@c.test' subscription='to'/>"     \
    "<item jid='dave@d.test' subscription='from'/><item jid='erin@e.test' ask='subscribe'/>"
#define GUID    "'{01234567-89AB-CDEF-0123-456789ABCDEF}'"
#define SESSION "'{1B4E28BA-2FA1-41D2-883F-0016D3CCA427}', 'bob@b.test'"
#define INVITATION                                                                                 \
    "{'Application': <" GUID ">, 'ApplicationName': <'Chess'>, "                                   \
    "'ApplicationUrl': <'https://example.org/'>, 'Timeout': <@u 300>}"

#define STRANGER "mallory@evil.test"

#define MAX_LINES    60
#define MAX_SESSIONS 200

typedef struct {
    const char *name;
    const char *method;
    const char *args;
} Order;

static const Order orders[] = {
    { "!invite", "SendInvitation", "(" SESSION ", @a{sv} " INVITATION ")" },
    { "!accept", "SendAnswer", "(" SESSION ", true, 'yes')" },
    { "!decline", "SendAnswer", "(" SESSION ", false, 'no')" },
    { "!missing", "SendAppNotPresent", "(" SESSION ")" },
    { "!attached", "SendAttached", "(" SESSION ", '192.0.2.1')" },
    { "!data", "SendContextData", "(" SESSION ", 'data')" },
    { "!end", "SendEnd", "(" SESSION ", true, @u 0, '')" },
    { "!add", "AddContact", "('frank@f.test',)" },
    { "!remove", "RemoveContact", "('bob@b.test',)" },
    { "!block", "SetBlocked", "('bob@b.test', true)" },
    { "!agree", "AnswerContactRequest", "('mallory@evil.test', true)" },
    { "!hide", "SetStatus", "(@u 6,)" },
    { "!show", "SetStatus", "(@u 2,)" },
};

/* The server may say that she is none. */
static gboolean
is_stranger(MsgrTestNetwork *network)
{
    return !msgr_xmpp_contacts_are_known(network->connector->contacts, STRANGER);
}

/* What somebody may hear who has nothing to do with the user. */
static void
check_secret(const char *xml)
{
    if (strstr(xml, " to='" STRANGER) == NULL || g_str_has_prefix(xml, "<presence"))
        return;
    g_assert_true(g_str_has_prefix(xml, "<iq type='error'"));
    g_assert_nonnull(strstr(xml, "<service-unavailable"));
}

static void
check_xml(xmpp_ctx_t *context, const char *xml)
{
    xmpp_stanza_t *stanza = xmpp_stanza_new_from_string(context, xml);

    g_assert_nonnull(stanza);
    xmpp_stanza_release(stanza);
}

/* @first: of what was sent, the first that has not been looked at */
static void
check(MsgrTestNetwork *network, guint first, gboolean is_secret)
{
    MsgrXmppSessions *sessions = network->connector->sessions;
    xmpp_ctx_t *context = xmpp_ctx_new(NULL, NULL);

    for (guint i = first; i < network->sent->len; i++) {
        check_xml(context, network->sent->pdata[i]);
        if (is_secret)
            check_secret(network->sent->pdata[i]);
    }
    xmpp_ctx_free(context);
    g_assert_cmpuint(g_hash_table_size(sessions->table), <=, MAX_SESSIONS);
}

static void
answer(MsgrTestNetwork *network, MsgrError code)
{
    g_autoptr(GError) error = g_error_new_literal(MSGR_ERROR, (int)code, "no");

    msgr_test_network_answer_calls(network, error);
}

static void
come_again(MsgrTestNetwork *network)
{
    network->link_events.offline(MSGR_XMPP_END_LOST, "lost", TRUE, network->link_events.data);
    msgr_test_network_answer_calls(network, NULL);
    msgr_test_network_sign_in(network, ITEMS);
}

static void
give_order(MsgrTestNetwork *network, const Order *order)
{
    g_autoptr(GVariant) args = g_variant_parse(NULL, order->args, NULL, NULL, NULL);

    g_assert_nonnull(args);
    msgr_test_network_order(network, order->method, args);
}

static void
do_something(MsgrTestNetwork *network, const char *what)
{
    if (g_str_equal(what, "!taken"))
        msgr_test_network_answer_calls(network, NULL);
    else if (g_str_equal(what, "!unknown"))
        answer(network, MSGR_ERROR_NOT_FOUND);
    else if (g_str_equal(what, "!refused"))
        answer(network, MSGR_ERROR_NOT_LOGGED_ON);
    else if (g_str_equal(what, "!again"))
        come_again(network);
    for (gsize i = 0; i < G_N_ELEMENTS(orders); i++) {
        if (g_str_equal(what, orders[i].name))
            give_order(network, &orders[i]);
    }
}

static void
take_line(MsgrTestNetwork *network, const char *line)
{
    g_autofree char *id = msgr_test_network_id(msgr_test_network_find(network, "<iq type='"));
    g_autofree char *attribute = g_strdup_printf("id='%s'", id != NULL ? id : "none");
    g_auto(GStrv) parts = g_strsplit(line, "id='?'", -1);
    g_autofree char *xml = g_strjoinv(attribute, parts);
    const gboolean was_stranger = is_stranger(network);
    const guint n_sent = network->sent->len;

    if (*line == '!')
        do_something(network, line);
    else
        msgr_test_network_receive(network, xml);
    check(network, MIN(n_sent, network->sent->len), was_stranger && is_stranger(network));
}

/* What was sent and why is told for people; replay.c looks at that by itself. */
static GLogWriterOutput
say_nothing(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
    if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
        return g_log_writer_default(level, fields, n_fields, data);
    return G_LOG_WRITER_HANDLED;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    g_log_set_writer_func(say_nothing, NULL, NULL);
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", MAX_LINES);
    g_autoptr(MsgrTestNetwork) network = NULL;

    /* no file is kept: there would be too many */
    g_setenv("XDG_RUNTIME_DIR", "/dev/null/none", TRUE);
    network = msgr_test_network_new();
    msgr_test_network_sign_in(network, ITEMS);
    for (char **line = lines; *line != NULL; line++)
        take_line(network, *line);
    return 0;
}
