/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a domain to addresses: SRV records of both kinds (RFC 6120, XEP-0368), and every address of
 * every host in them. libstrophe would block, and try only one.
 */
#include "msgr-xmpp-resolver.h"

#define MAX_HOSTS     8
#define MAX_ADDRESSES 4 /* a host */
#define DEFAULT_PORT  5222

typedef struct {
    char *domain;
    char *host; /* (nullable): what the account says */
    guint16 port;
    gboolean direct_tls;
} Question;

typedef struct {
    char *host;
    guint16 port;
    guint16 priority;
    gboolean direct_tls;
} Host;

static void
free_question(gpointer data)
{
    Question *question = data;

    g_free(question->domain);
    g_free(question->host);
    g_free(question);
}

static void
free_host(gpointer data)
{
    Host *host = data;

    g_free(host->host);
    g_free(host);
}

static void
free_target(gpointer data)
{
    MsgrXmppTarget *target = data;

    g_free(target->address);
    g_free(target);
}

static void
add_host(GPtrArray *hosts, const char *name, guint16 port, guint16 priority, gboolean direct_tls)
{
    Host *host = g_new0(Host, 1);

    host->host = g_strdup(name);
    host->port = port;
    host->priority = priority;
    host->direct_tls = direct_tls;
    g_ptr_array_add(hosts, host);
}

/* GResolver sorts by priority and weight; "." says that there is no such service.
 * Returns: whether the domain says anything about this service. */
static gboolean
look_up_service(GPtrArray *hosts, const Question *question, const char *service,
                gboolean direct_tls, GCancellable *cancellable)
{
    GResolver *resolver = g_resolver_get_default();
    GList *targets =
        g_resolver_lookup_service(resolver, service, "tcp", question->domain, cancellable, NULL);
    gboolean is_told = targets != NULL;

    for (GList *l = targets; l != NULL; l = l->next) {
        const char *name = g_srv_target_get_hostname(l->data);

        if (*name != '\0' && !g_str_equal(name, "."))
            add_host(hosts, name, g_srv_target_get_port(l->data),
                     g_srv_target_get_priority(l->data), direct_tls);
    }
    g_resolver_free_targets(targets);
    g_object_unref(resolver);
    return is_told;
}

static int
compare_priority(gconstpointer a, gconstpointer b)
{
    const Host *first = *(const Host *const *)a;
    const Host *second = *(const Host *const *)b;

    return (int)first->priority - (int)second->priority;
}

static GPtrArray *
find_hosts(const Question *question, GCancellable *cancellable)
{
    GPtrArray *hosts = g_ptr_array_new_with_free_func(free_host);
    gboolean is_told;

    if (question->host != NULL) {
        add_host(hosts, question->host, question->port, 0, question->direct_tls);
        return hosts;
    }
    is_told = look_up_service(hosts, question, "xmpps-client", TRUE, cancellable);
    is_told = look_up_service(hosts, question, "xmpp-client", FALSE, cancellable) || is_told;
    if (!is_told)
        add_host(hosts, question->domain, DEFAULT_PORT, 0, FALSE);
    g_ptr_array_sort(hosts, compare_priority);
    return hosts;
}

static void
add_target(GPtrArray *targets, const Host *host, GInetAddress *address)
{
    MsgrXmppTarget *target = g_new0(MsgrXmppTarget, 1);

    target->address = g_inet_address_to_string(address);
    target->port = host->port;
    target->direct_tls = host->direct_tls;
    g_ptr_array_add(targets, target);
}

static void
look_up_host(GPtrArray *targets, const Host *host, GCancellable *cancellable, GError **error)
{
    GResolver *resolver = g_resolver_get_default();
    GList *addresses = g_resolver_lookup_by_name(resolver, host->host, cancellable, error);
    guint n = 0;

    for (GList *l = addresses; l != NULL && n < MAX_ADDRESSES; l = l->next, n++)
        add_target(targets, host, l->data);
    g_resolver_free_addresses(addresses);
    g_object_unref(resolver);
}

static void
answer(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    g_autoptr(GPtrArray) hosts = find_hosts(data, cancellable);
    g_autoptr(GPtrArray) targets = g_ptr_array_new_with_free_func(free_target);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < MIN(hosts->len, MAX_HOSTS); i++) {
        g_clear_error(&error);
        look_up_host(targets, hosts->pdata[i], cancellable, &error);
    }
    if (targets->len > 0)
        g_task_return_pointer(task, g_steal_pointer(&targets), (GDestroyNotify)g_ptr_array_unref);
    else if (error != NULL)
        g_task_return_error(task, g_steal_pointer(&error));
    else
        g_task_return_new_error(task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
                                "this domain has no XMPP");
}

/**
 * msgr_xmpp_resolve_async:
 * @domain: of the account
 * @host: (nullable): a name or an IP address that is asked in place of the domain's records
 * @port: with @host
 * @direct_tls: with @host: whether TLS begins at once there
 *
 * Asks in a worker thread.
 */
void
msgr_xmpp_resolve_async(const char *domain, const char *host, guint16 port, gboolean direct_tls,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Question *question = g_new0(Question, 1);

    question->domain = g_strdup(domain);
    question->host = g_strdup(host);
    question->port = port;
    question->direct_tls = direct_tls;
    g_task_set_task_data(task, question, free_question);
    g_task_set_return_on_cancel(task, TRUE);
    g_task_run_in_thread(task, answer);
}

/**
 * msgr_xmpp_resolve_finish:
 *
 * Returns: (element-type MsgrXmppTarget) (nullable): at least one, in the order to try them.
 */
GPtrArray *
msgr_xmpp_resolve_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
