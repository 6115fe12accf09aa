/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What it costs to change one's status: with few and with many contacts of others', and with few
 * and many who are told. What counts is the ratio of what one run has measured.
 */
#include "msgr-test-model.h"

#define CHANGES 2000

/* So many users with so many contacts each, of whom so many have alice in the list, and listen. */
typedef struct {
    guint users;
    guint contacts;
    guint watchers;
} Shape;

static void
fill_list(MsgrTestModel *t, const char *viewer, guint count)
{
    MsgrUser *user = msgr_test_user(t, viewer);

    for (guint i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("somebody%u", i);
        MsgrContact *contact = msgr_contact_obtain(user, MSGR_LOCAL_SERVICE, name);

        msgr_test_assert_done(msgr_contact_add_to_list(contact, &error));
    }
    msgr_test_drop(t);
}

static MsgrTestModel *
build(const Shape *shape)
{
    MsgrTestModel *t = msgr_test_model_new();

    t->model->config->contacts_per_user = 2000;
    for (guint i = 0; i < shape->users; i++) {
        g_autofree char *viewer = g_strdup_printf("viewer%u", i);

        fill_list(t, viewer, shape->contacts);
        if (i < shape->watchers) {
            msgr_test_put_in_list(msgr_test_contact(t, viewer, "alice"), TRUE);
            msgr_test_client(t, viewer, PANEL);
        }
    }
    msgr_test_client(t, "alice", CHESS);
    return t;
}

/* Microseconds for one change, all that is told of it included. */
static double
measure(const Shape *shape)
{
    MsgrTestModel *t = build(shape);
    MsgrUser *alice = msgr_test_user(t, "alice");
    gint64 began, took;

    t->presence = TRUE;
    began = g_get_monotonic_time();
    for (int i = 0; i < CHANGES; i++) {
        t->boot += MSGR_PRESENCE_PACE;
        msgr_user_set_status(alice, i % 2 == 0 ? MSGR_STATUS_BUSY : MSGR_STATUS_ONLINE);
        msgr_test_drop(t);
    }
    took = g_get_monotonic_time() - began;
    g_print("%5u users, %5u contacts each, %4u are told: %8.2f us a change\n", shape->users,
            shape->contacts, shape->watchers, (double)took / CHANGES);
    msgr_test_model_free(t);
    return (double)took / CHANGES;
}

int
main(void)
{
    static const Shape few = { 50, 10, 10 }, many = { 50, 1000, 10 };
    static const Shape told_more = { 100, 100, 100 }, told_few = { 100, 100, 10 };
    double cost_few, cost_many;

    measure(&few); /* to warm up */
    cost_few = measure(&few);
    cost_many = measure(&many);
    g_print("1000 contacts of others instead of 10: times %.2f\n", cost_many / cost_few);
    cost_few = measure(&told_few);
    cost_many = measure(&told_more);
    g_print("100 who are told instead of 10: times %.2f\n", cost_many / cost_few);
    return 0;
}
