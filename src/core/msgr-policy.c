/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who may invite a user and who sees its status, by service: what the administrator has fixed, else
 * what the user has said, else what is usual at that service.
 */
#include "msgr-policy.h"

#include "msgr-fixed-policy.h"
#include "msgr-presence.h"
#include "msgr-user.h"

typedef struct {
    MsgrAudience audiences[MSGR_N_POLICY_KEYS];
} SavedPolicy;

static gpointer
policy_save(MsgrRecord *record)
{
    MsgrPolicy *self = (MsgrPolicy *)record;

    return g_memdup2(self->audiences, sizeof self->audiences);
}

static void
policy_restore(MsgrRecord *record, gpointer data)
{
    MsgrPolicy *self = (MsgrPolicy *)record;
    SavedPolicy *saved = data;

    for (int i = 0; i < MSGR_N_POLICY_KEYS; i++)
        self->audiences[i] = saved->audiences[i];
    g_free(saved);
}

static void
policy_link(MsgrRecord *record)
{
    MsgrPolicy *self = (MsgrPolicy *)record;

    g_hash_table_insert(self->user->policies, self->service, self);
}

static void
policy_unlink(MsgrRecord *record)
{
    MsgrPolicy *self = (MsgrPolicy *)record;

    g_hash_table_remove(self->user->policies, self->service);
}

static gboolean
policy_keeps(MsgrRecord *record)
{
    return TRUE;
}

static void
policy_finalize(MsgrRecord *record)
{
    MsgrPolicy *self = (MsgrPolicy *)record;

    g_free(self->service);
    msgr_record_unref(self->user);
    g_free(self);
}

static const MsgrRecordClass policy_class = {
    .kind = MSGR_RECORD_POLICY,
    .save = policy_save,
    .restore = policy_restore,
    .free_saved = g_free,
    .link = policy_link,
    .unlink = policy_unlink,
    .keeps = policy_keeps,
    .finalize = policy_finalize,
};

/**
 * msgr_policy_new:
 *
 * Returns: a policy that says nothing yet, not in the model.
 */
MsgrPolicy *
msgr_policy_new(MsgrUser *user, const char *service)
{
    MsgrPolicy *self = g_new0(MsgrPolicy, 1);

    msgr_record_init(&self->record, &policy_class);
    self->user = msgr_record_ref(user);
    self->service = g_strdup(service);
    return self;
}

static MsgrAudience
fixed_audience(MsgrUser *user, const char *service, MsgrPolicyKey key)
{
    MsgrFixedPolicy *fixed = g_hash_table_lookup(user->model->fixed_policies, user->data.name);

    return fixed == NULL ? MSGR_AUDIENCE_UNSAID : msgr_fixed_policy_audience(fixed, service, key);
}

/* On this machine people know each other; what comes from a network may be anybody. */
static MsgrAudience
usual_audience(const char *service)
{
    return g_str_equal(service, MSGR_LOCAL_SERVICE) ? MSGR_AUDIENCE_EVERYONE
                                                    : MSGR_AUDIENCE_CONTACTS;
}

/**
 * msgr_policy_audience:
 *
 * Returns: what holds for the user at this service; never MSGR_AUDIENCE_UNSAID.
 */
MsgrAudience
msgr_policy_audience(MsgrUser *user, const char *service, MsgrPolicyKey key)
{
    MsgrPolicy *own = g_hash_table_lookup(user->policies, service);
    MsgrAudience fixed = fixed_audience(user, service, key);

    if (fixed != MSGR_AUDIENCE_UNSAID)
        return fixed;
    return own != NULL && own->audiences[key] != MSGR_AUDIENCE_UNSAID ? own->audiences[key]
                                                                      : usual_audience(service);
}

/* Returns: whether @policy is right about @key; @audience is what it says. */
static gboolean
read_audience(GVariant *policy, MsgrPolicyKey key, MsgrAudience *audience)
{
    const char *name = msgr_policy_key_name(key);
    g_autoptr(GVariant) value = g_variant_lookup_value(policy, name, NULL);

    *audience = MSGR_AUDIENCE_UNSAID;
    if (value == NULL)
        return TRUE;
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
        *audience = msgr_audience_parse(g_variant_get_string(value, NULL));
    return *audience != MSGR_AUDIENCE_UNSAID;
}

/**
 * msgr_policy_check:
 * @policy: a{sv}: `AcceptFrom` and `StatusTo`
 *
 * Errors: MSGR_ERROR_INVALID_ARGS.
 */
gboolean
msgr_policy_check(GVariant *policy, GError **error)
{
    for (int i = 0; i < MSGR_N_POLICY_KEYS; i++) {
        MsgrAudience audience;

        if (!read_audience(policy, i, &audience)) {
            g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS,
                        "%s must be \"everyone\", \"contacts\" or \"nobody\"",
                        msgr_policy_key_name(i));
            return FALSE;
        }
    }
    return TRUE;
}

/**
 * msgr_policy_check_free:
 * @policy: one that msgr_policy_check() lets pass
 *
 * Returns: whether all of it is the user's own to set.
 *
 * Errors: MSGR_ERROR_ACCESS_DENIED.
 */
gboolean
msgr_policy_check_free(MsgrUser *user, const char *service, GVariant *policy, GError **error)
{
    for (int i = 0; i < MSGR_N_POLICY_KEYS; i++) {
        MsgrAudience audience;

        read_audience(policy, i, &audience);
        if (audience != MSGR_AUDIENCE_UNSAID &&
            fixed_audience(user, service, i) != MSGR_AUDIENCE_UNSAID) {
            g_set_error(error, MSGR_ERROR, MSGR_ERROR_ACCESS_DENIED,
                        "The administrator has fixed %s for you", msgr_policy_key_name(i));
            return FALSE;
        }
    }
    return TRUE;
}

static MsgrPolicy *
obtain(MsgrUser *user, const char *service)
{
    MsgrPolicy *self = g_hash_table_lookup(user->policies, service);

    if (self != NULL)
        return self;
    msgr_user_keep(user);
    self = msgr_policy_new(user, service);
    msgr_turn_add(user->model->turn, self);
    msgr_record_unref(self);
    return self;
}

/**
 * msgr_policy_set:
 * @policy: one that the checks let pass; what is not there stays as it is
 */
void
msgr_policy_set(MsgrUser *user, const char *service, GVariant *policy)
{
    MsgrPolicy *self = obtain(user, service);

    msgr_turn_touch(user->model->turn, self);
    for (int i = 0; i < MSGR_N_POLICY_KEYS; i++) {
        MsgrAudience audience;

        read_audience(policy, i, &audience);
        if (audience != MSGR_AUDIENCE_UNSAID)
            self->audiences[i] = audience;
    }
    msgr_presence_changed(user);
}

/**
 * msgr_policy_forget:
 *
 * The user has not got the service any more.
 */
void
msgr_policy_forget(MsgrUser *user, const char *service)
{
    MsgrPolicy *self = g_hash_table_lookup(user->policies, service);

    if (self != NULL)
        msgr_turn_remove(user->model->turn, self);
}

/**
 * msgr_policy_get:
 *
 * Returns: (transfer floating): a{sv}, what holds.
 */
GVariant *
msgr_policy_get(MsgrUser *user, const char *service)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    for (int i = 0; i < MSGR_N_POLICY_KEYS; i++) {
        MsgrAudience audience = msgr_policy_audience(user, service, i);

        g_variant_builder_add(&builder, "{sv}", msgr_policy_key_name(i),
                              g_variant_new_string(msgr_audience_name(audience)));
    }
    return g_variant_builder_end(&builder);
}

static void
name_changed(MsgrModel *model, const char *name)
{
    MsgrUser *user = msgr_model_user_by_name(model, name);

    if (user != NULL)
        msgr_presence_changed(user);
}

/**
 * msgr_policy_replace_fixed:
 * @fixed: (element-type MsgrFixedPolicy): all that the administrator fixes now
 */
void
msgr_policy_replace_fixed(MsgrModel *model, GPtrArray *fixed)
{
    g_autoptr(GHashTable) old = g_steal_pointer(&model->fixed_policies);
    GHashTableIter iter;
    gpointer name;

    model->fixed_policies = msgr_fixed_policy_table(fixed);
    g_hash_table_iter_init(&iter, old);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        name_changed(model, name);
    g_hash_table_iter_init(&iter, model->fixed_policies);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        name_changed(model, name);
}
