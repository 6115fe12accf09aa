/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The roster first, then presence: who is not in it has none.
 */
#include "msgr-xmpp-contacts.h"

#include "msgr-limits.h"
#include "msgr-text.h"
#include "msgr-types.h"
#include "msgr-xmpp-flood.h"
#include "msgr-xmpp-jid.h"
#include "msgr-xmpp-names.h"
#include "msgr-xmpp-status.h"

#define MAX_CONTACTS 1000 /* as many as msgrd takes by default */
#define MAX_ASKED    100
#define ASKED_BURST  3 /* of one contact: each is another notice */
#define ASKED_RATE   1 /* a minute */
#define MAX_CACHE    500
#define MAX_MESSAGE  300 /* characters */
#define MAX_VER      256 /* bytes */

struct _MsgrXmppContacts {
    MsgrXmppWire *wire;
    MsgrXmppContactsEvents events;
    GHashTable *contacts;  /* bare address -> MsgrXmppContact */
    MsgrXmppContact *own;  /* the user's own devices; nobody is told of it */
    GHashTable *cache;     /* ver -> MsgrXmppCaps, verified; lasts longer than a connection */
    GHashTable *questions; /* ver -> itself: those that somebody is being asked for */
    MsgrXmppFlood *askers; /* who wants to see the user's status, and how often */
    gboolean is_hidden;
    guint n_asked;
    guint to_load;
};

static void
free_contact(gpointer contact)
{
    msgr_xmpp_contact_free(contact);
}

static void
unref_caps(gpointer caps)
{
    msgr_xmpp_caps_unref(caps);
}

MsgrXmppContacts *
msgr_xmpp_contacts_new(MsgrXmppWire *wire, const MsgrXmppContactsEvents *events)
{
    MsgrXmppContacts *self = g_new0(MsgrXmppContacts, 1);

    self->wire = wire;
    self->events = *events;
    self->contacts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_contact);
    self->own = msgr_xmpp_contact_new("");
    self->cache = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_caps);
    self->questions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->askers = msgr_xmpp_flood_new(ASKED_BURST, ASKED_RATE);
    return self;
}

void
msgr_xmpp_contacts_free(MsgrXmppContacts *self)
{
    msgr_xmpp_flood_free(self->askers);
    g_hash_table_unref(self->questions);
    g_hash_table_unref(self->cache);
    g_hash_table_unref(self->contacts);
    msgr_xmpp_contact_free(self->own);
    g_free(self);
}

/**
 * msgr_xmpp_contacts_clear:
 *
 * The connection is lost: nothing is known of anybody any more.
 */
void
msgr_xmpp_contacts_clear(MsgrXmppContacts *self)
{
    g_hash_table_remove_all(self->contacts);
    g_hash_table_remove_all(self->own->devices);
    g_hash_table_remove_all(self->questions);
    self->n_asked = 0;
    self->to_load = 0;
}

MsgrXmppContact *
msgr_xmpp_contacts_find(MsgrXmppContacts *self, const char *jid)
{
    return g_hash_table_lookup(self->contacts, jid);
}

/* Whom the user has removed, or said no to: nothing of them needs to be known. */
static gboolean
is_nobody(gpointer key, gpointer value, gpointer data)
{
    const MsgrXmppContact *contact = value;

    return !contact->is_in_roster && !contact->is_blocked && !contact->has_asked;
}

static gboolean
has_room(MsgrXmppContacts *self)
{
    return g_hash_table_size(self->contacts) < MAX_CONTACTS ||
           g_hash_table_foreach_remove(self->contacts, is_nobody, NULL) > 0;
}

/* Returns: (nullable): NULL if there are too many. */
static MsgrXmppContact *
obtain(MsgrXmppContacts *self, const char *jid)
{
    MsgrXmppContact *contact = msgr_xmpp_contacts_find(self, jid);

    if (contact != NULL)
        return contact;
    if (g_utf8_strlen(jid, -1) > MSGR_MAX_SIGNIN_NAME || !has_room(self)) {
        msgr_xmpp_wire_ignore(self->wire, "contacts beyond the limit");
        return NULL;
    }
    contact = msgr_xmpp_contact_new(jid);
    g_hash_table_insert(self->contacts, contact->jid, contact);
    return contact;
}

/**
 * msgr_xmpp_contacts_all:
 *
 * Returns: (transfer floating): as org.msgr.ConnectorManager1.ReplaceContacts() takes it.
 */
GVariant *
msgr_xmpp_contacts_all(MsgrXmppContacts *self)
{
    GVariantBuilder builder;
    GHashTableIter iter;
    gpointer value;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sa{sv})"));
    g_hash_table_iter_init(&iter, self->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrXmppContact *contact = value;

        if (contact->is_in_roster || contact->is_blocked)
            g_variant_builder_add(&builder, "(s@a{sv})", contact->jid,
                                  msgr_xmpp_contact_details(contact));
    }
    return g_variant_builder_end(&builder);
}

/**
 * msgr_xmpp_contacts_are_known:
 *
 * Returns: whether the user has anything to do with @jid: one of them sees the other, or the user
 *   wants to.
 */
gboolean
msgr_xmpp_contacts_are_known(MsgrXmppContacts *self, const char *jid)
{
    const MsgrXmppContact *contact = msgr_xmpp_contacts_find(self, jid);

    return contact != NULL && !contact->is_blocked &&
           (contact->is_seen || contact->sees_us || contact->is_asked);
}

/**
 * msgr_xmpp_contacts_set_hidden:
 *
 * Whether nobody may know that we are online, whoever it is.
 */
void
msgr_xmpp_contacts_set_hidden(MsgrXmppContacts *self, gboolean is_hidden)
{
    self->is_hidden = is_hidden;
}

/**
 * msgr_xmpp_contacts_see_us:
 *
 * Returns: whether @jid may know that we are online, and what we can.
 */
gboolean
msgr_xmpp_contacts_see_us(MsgrXmppContacts *self, const char *jid)
{
    const MsgrXmppContact *contact = msgr_xmpp_contacts_find(self, jid);

    return !self->is_hidden && contact != NULL && !contact->is_blocked && contact->sees_us;
}

static void
changed(MsgrXmppContacts *self, MsgrXmppContact *contact)
{
    if (contact != self->own)
        self->events.changed(contact, self->events.data);
}

static void
set_answered(MsgrXmppContacts *self, MsgrXmppContact *contact)
{
    if (!contact->has_asked)
        return;
    contact->has_asked = FALSE;
    self->n_asked--;
    self->events.answered(contact->jid, self->events.data);
}

/* A name that msgrd would refuse is none. */
static void
set_name(MsgrXmppContact *contact, const char *name)
{
    g_free(contact->name);
    contact->name = name != NULL && msgr_check_friendly_name(name, NULL) ? g_strdup(name) : NULL;
}

static void ask_unasked(MsgrXmppContacts *self, MsgrXmppContact *contact);

static void
take_item(MsgrXmppContacts *self, const MsgrXmppElement *item)
{
    const char *address = msgr_xmpp_element_get(item, "jid");
    const char *subscription = msgr_xmpp_element_get(item, "subscription");
    g_autofree char *jid = address != NULL ? msgr_xmpp_jid_normalise_bare(address, NULL) : NULL;
    MsgrXmppContact *contact = jid != NULL ? obtain(self, jid) : NULL;

    if (contact == NULL)
        return;
    contact->is_in_roster = g_strcmp0(subscription, "remove") != 0;
    contact->is_seen = g_strcmp0(subscription, "to") == 0 || g_strcmp0(subscription, "both") == 0;
    contact->sees_us = g_strcmp0(subscription, "from") == 0 || g_strcmp0(subscription, "both") == 0;
    contact->is_asked = g_strcmp0(msgr_xmpp_element_get(item, "ask"), "subscribe") == 0;
    set_name(contact, msgr_xmpp_element_get(item, "name"));
    if (!contact->is_seen)
        g_hash_table_remove_all(contact->devices);
    if (contact->sees_us) {
        set_answered(self, contact);
        ask_unasked(self, contact);
    }
    changed(self, contact);
}

/**
 * msgr_xmpp_contacts_take_roster:
 * @query: the roster or a change of it, from our own account
 */
void
msgr_xmpp_contacts_take_roster(MsgrXmppContacts *self, const MsgrXmppElement *query)
{
    for (guint i = 0; i < query->children->len; i++) {
        const MsgrXmppElement *item = query->children->pdata[i];

        if (msgr_xmpp_element_is(item, "item", MSGR_NS_ROSTER))
            take_item(self, item);
    }
}

static void
set_blocked(MsgrXmppContacts *self, const char *address, gboolean blocked)
{
    g_autofree char *jid = address != NULL ? msgr_xmpp_jid_normalise_bare(address, NULL) : NULL;
    MsgrXmppContact *contact = NULL;

    if (jid != NULL)
        contact = blocked ? obtain(self, jid) : msgr_xmpp_contacts_find(self, jid);
    if (contact == NULL || contact->is_blocked == blocked)
        return;
    contact->is_blocked = blocked;
    changed(self, contact);
}

static void
unblock_all(MsgrXmppContacts *self)
{
    GHashTableIter iter;
    gpointer contact;

    g_hash_table_iter_init(&iter, self->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &contact)) {
        if (((MsgrXmppContact *)contact)->is_blocked) {
            ((MsgrXmppContact *)contact)->is_blocked = FALSE;
            changed(self, contact);
        }
    }
}

/**
 * msgr_xmpp_contacts_take_blocking:
 * @change: the block list, or a block or unblock of it, from our own account
 */
void
msgr_xmpp_contacts_take_blocking(MsgrXmppContacts *self, const MsgrXmppElement *change)
{
    gboolean blocked = !g_str_equal(change->name, "unblock");

    if (!blocked && change->children->len == 0)
        unblock_all(self);
    for (guint i = 0; i < change->children->len; i++) {
        const MsgrXmppElement *item = change->children->pdata[i];

        if (msgr_xmpp_element_is(item, "item", MSGR_NS_BLOCKING))
            set_blocked(self, msgr_xmpp_element_get(item, "jid"), blocked);
    }
}

static void
one_is_loaded(MsgrXmppContacts *self)
{
    if (self->to_load > 0 && --self->to_load == 0)
        self->events.loaded(self->events.data);
}

static void
got_roster(const MsgrXmppElement *payload, const GError *error, gpointer data)
{
    MsgrXmppContacts *self = data;

    /* an empty one in its place would take every contact off the user's list */
    if (error != NULL) {
        g_info("there is no roster: %s", error->message);
        self->events.failed(self->events.data);
        return;
    }
    if (payload != NULL)
        msgr_xmpp_contacts_take_roster(self, payload);
    one_is_loaded(self);
}

static void
got_blocked(const MsgrXmppElement *payload, const GError *error, gpointer data)
{
    if (error != NULL)
        g_info("the server has no block list: %s", error->message);
    else if (payload != NULL)
        msgr_xmpp_contacts_take_blocking(data, payload);
    one_is_loaded(data);
}

/**
 * msgr_xmpp_contacts_load:
 *
 * Asks for the roster and the block list; presence may be sent once they are "loaded".
 */
void
msgr_xmpp_contacts_load(MsgrXmppContacts *self)
{
    MsgrXmppElement *roster = msgr_xmpp_wire_new_iq("get", NULL);
    MsgrXmppElement *blocked = msgr_xmpp_wire_new_iq("get", NULL);

    self->to_load = 2;
    msgr_xmpp_element_add(roster, "query", MSGR_NS_ROSTER);
    msgr_xmpp_element_add(blocked, "blocklist", MSGR_NS_BLOCKING);
    msgr_xmpp_wire_request(self->wire, roster, got_roster, self);
    msgr_xmpp_wire_request(self->wire, blocked, got_blocked, self);
}

static void
share_caps_with(MsgrXmppContacts *self, MsgrXmppContact *contact, const char *ver,
                MsgrXmppCaps *caps)
{
    gboolean is_changed = FALSE;
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, contact->devices);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrXmppDevice *device = value;

        if (device->caps != NULL || g_strcmp0(device->ver, ver) != 0)
            continue;
        device->caps = msgr_xmpp_caps_ref(caps);
        is_changed = TRUE;
    }
    if (is_changed)
        changed(self, contact);
}

/* Who waits for capabilities that stand for themselves gets them, whomever they came from. */
static void
share_caps(MsgrXmppContacts *self, const char *ver, MsgrXmppCaps *caps)
{
    GHashTableIter iter;
    gpointer contact;

    share_caps_with(self, self->own, ver, caps);
    g_hash_table_iter_init(&iter, self->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &contact))
        share_caps_with(self, contact, ver, caps);
}

static MsgrXmppContact *
contact_of(MsgrXmppContacts *self, const char *bare)
{
    if (g_str_equal(bare, msgr_xmpp_wire_bare(self->wire)))
        return self->own;
    return msgr_xmpp_contacts_find(self, bare);
}

typedef struct {
    MsgrXmppContacts *contacts;
    char *device;
    char *ver;
} Question;

static void ask_for_caps(MsgrXmppContacts *self, MsgrXmppDevice *device);

static void
keep_caps(MsgrXmppContacts *self, const char *ver, MsgrXmppCaps *caps)
{
    if (g_hash_table_size(self->cache) >= MAX_CACHE)
        g_hash_table_remove_all(self->cache);
    g_hash_table_insert(self->cache, g_strdup(ver), msgr_xmpp_caps_ref(caps));
    share_caps(self, ver, caps);
}

/* What doesn't hash to what it was said to hash to holds for this one device. */
static void
keep_caps_of_one(const Question *question, MsgrXmppCaps *caps)
{
    g_autofree char *bare = msgr_xmpp_jid_bare(question->device);
    MsgrXmppContact *contact = contact_of(question->contacts, bare);
    MsgrXmppDevice *device =
        contact != NULL ? g_hash_table_lookup(contact->devices, question->device) : NULL;

    if (device == NULL || device->caps != NULL || g_strcmp0(device->ver, question->ver) != 0)
        return;
    device->caps = msgr_xmpp_caps_ref(caps);
    changed(question->contacts, contact);
}

/* Who asks tells that they are there, and by which device. */
static gboolean
may_be_asked(MsgrXmppContacts *self, const MsgrXmppContact *contact)
{
    return contact == self->own || msgr_xmpp_contacts_see_us(self, contact->jid);
}

/* Returns: (nullable): a device of this contact that says the same, and has not been asked. */
static MsgrXmppDevice *
find_waiting(MsgrXmppContacts *self, const MsgrXmppContact *contact, const char *ver)
{
    GHashTableIter iter;
    gpointer value;

    if (!may_be_asked(self, contact))
        return NULL;

    g_hash_table_iter_init(&iter, contact->devices);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrXmppDevice *device = value;

        if (device->caps == NULL && !device->is_asked && g_strcmp0(device->ver, ver) == 0)
            return device;
    }
    return NULL;
}

/* Whoever was asked has not told what stands for itself, or nothing at all: those who wait for the
 * same must not suffer for it. Another contact is asked first: all devices of one may lie. */
static void
ask_another(MsgrXmppContacts *self, const char *ver, const char *asked)
{
    g_autofree char *bare = msgr_xmpp_jid_bare(asked);
    MsgrXmppContact *last = contact_of(self, bare);
    MsgrXmppDevice *device = find_waiting(self, self->own, ver);
    GHashTableIter iter;
    gpointer contact;

    g_hash_table_iter_init(&iter, self->contacts);
    while (device == NULL && g_hash_table_iter_next(&iter, NULL, &contact)) {
        if (contact != last)
            device = find_waiting(self, contact, ver);
    }
    if (device == NULL && last != NULL)
        device = find_waiting(self, last, ver);
    if (device != NULL)
        ask_for_caps(self, device);
}

static void
got_caps(const MsgrXmppElement *payload, const GError *error, gpointer data)
{
    Question *question = data;
    g_autofree char *ver = NULL;
    g_autoptr(MsgrXmppCaps) caps = msgr_xmpp_caps_read(payload, &ver);

    g_hash_table_remove(question->contacts->questions, question->ver);
    if (error == NULL && g_strcmp0(ver, question->ver) == 0) {
        keep_caps(question->contacts, ver, caps);
    } else {
        if (error == NULL)
            keep_caps_of_one(question, caps);
        ask_another(question->contacts, question->ver, question->device);
    }
    g_free(question->device);
    g_free(question->ver);
    g_free(question);
}

static void
ask_for_caps(MsgrXmppContacts *self, MsgrXmppDevice *device)
{
    MsgrXmppElement *iq = msgr_xmpp_wire_new_iq("get", device->jid);
    MsgrXmppElement *query = msgr_xmpp_element_add(iq, "query", MSGR_NS_DISCO_INFO);
    g_autofree char *node = g_strdup_printf("%s#%s", device->node, device->ver);
    Question *question = g_new0(Question, 1);

    device->is_asked = TRUE;
    msgr_xmpp_element_set(query, "node", node);
    question->contacts = self;
    question->device = g_strdup(device->jid);
    question->ver = g_strdup(device->ver);
    g_hash_table_add(self->questions, g_strdup(device->ver));
    msgr_xmpp_wire_request(self->wire, iq, got_caps, question);
}

static void
take_caps(MsgrXmppContacts *self, const MsgrXmppContact *contact, MsgrXmppDevice *device,
          const MsgrXmppElement *c)
{
    const char *ver = c != NULL ? msgr_xmpp_element_get(c, "ver") : NULL;
    const char *node = c != NULL ? msgr_xmpp_element_get(c, "node") : NULL;
    MsgrXmppCaps *known;

    if (g_strcmp0(ver, device->ver) == 0)
        return;
    g_clear_pointer(&device->caps, msgr_xmpp_caps_unref);
    g_free(device->ver);
    g_free(device->node);
    device->ver = device->node = NULL;
    device->is_asked = FALSE;
    if (ver == NULL || node == NULL || strlen(ver) > MAX_VER || strlen(node) > MAX_VER)
        return;
    device->ver = g_strdup(ver);
    device->node = g_strdup(node);
    known = g_hash_table_lookup(self->cache, ver);
    if (known != NULL)
        device->caps = msgr_xmpp_caps_ref(known);
    else if (may_be_asked(self, contact) && !g_hash_table_contains(self->questions, ver))
        ask_for_caps(self, device);
}

/* One that sees us may not have done so when it announced something. */
static void
ask_unasked(MsgrXmppContacts *self, MsgrXmppContact *contact)
{
    GHashTableIter iter;
    gpointer value;

    if (!may_be_asked(self, contact))
        return;
    g_hash_table_iter_init(&iter, contact->devices);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        MsgrXmppDevice *device = value;

        if (device->ver != NULL && device->caps == NULL && !device->is_asked &&
            !g_hash_table_contains(self->questions, device->ver))
            ask_for_caps(self, device);
    }
}

static int
priority_of(const MsgrXmppElement *presence)
{
    const char *text = msgr_xmpp_element_child_text(presence, "priority", MSGR_NS_CLIENT);

    return text != NULL ? (int)CLAMP(g_ascii_strtoll(text, NULL, 10), -128, 127) : 0;
}

static void
device_is_online(MsgrXmppContacts *self, MsgrXmppContact *contact, const char *from,
                 const MsgrXmppElement *presence)
{
    MsgrXmppDevice *device = msgr_xmpp_contact_device(contact, from);

    if (device == NULL) {
        msgr_xmpp_wire_ignore(self->wire, "devices of a contact beyond the limit");
        return;
    }
    device->status = msgr_xmpp_status_read(presence);
    device->priority = priority_of(presence);
    take_caps(self, contact, device, msgr_xmpp_element_child(presence, "c", MSGR_NS_CAPS));
    if (contact != self->own)
        self->events.device(from, TRUE, self->events.data);
    changed(self, contact);
}

/* From a bare address: all of them. Nobody counts how often it is said: that nothing has changed,
 * msgrd is not told. */
static void
devices_are_gone(MsgrXmppContacts *self, MsgrXmppContact *contact, const char *from)
{
    guint n = g_hash_table_size(contact->devices);

    if (msgr_xmpp_jid_resource(from) != NULL)
        g_hash_table_remove(contact->devices, from);
    else
        g_hash_table_remove_all(contact->devices);
    if (contact != self->own)
        self->events.device(from, FALSE, self->events.data);
    if (g_hash_table_size(contact->devices) < n)
        changed(self, contact);
}

static char *
first_characters(const char *text, glong max)
{
    return text != NULL ? g_utf8_substring(text, 0, MIN(max, g_utf8_strlen(text, -1)))
                        : g_strdup("");
}

/* Returns: what somebody says, as msgrd takes it: with a tab in it, it would not. */
static char *
message_of(const MsgrXmppElement *presence)
{
    g_autofree char *text = first_characters(
        msgr_xmpp_element_child_text(presence, "status", MSGR_NS_CLIENT), MAX_MESSAGE);
    GString *message = g_string_new(NULL);

    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        g_string_append_unichar(message, g_unichar_iscntrl(c) && c != '\n' ? ' ' : c);
    }
    return g_string_free(message, FALSE);
}

/* Who has no account can't be answered. */
static gboolean
may_ask(MsgrXmppContacts *self, const MsgrXmppContact *contact, const char *bare)
{
    gboolean is_new = contact == NULL || !contact->has_asked;

    return msgr_xmpp_jid_is_account(bare) && (!is_new || self->n_asked < MAX_ASKED) &&
           msgr_xmpp_flood_admit(self->askers, bare, g_get_monotonic_time());
}

static void
has_asked(MsgrXmppContacts *self, const char *bare, const MsgrXmppElement *presence)
{
    MsgrXmppContact *contact = msgr_xmpp_contacts_find(self, bare);
    const char *nick = msgr_xmpp_element_child_text(presence, "nick", MSGR_NS_NICK);
    g_autofree char *name = first_characters(nick, MSGR_MAX_FRIENDLY_NAME);
    g_autofree char *message = message_of(presence);

    if (!may_ask(self, contact, bare)) {
        msgr_xmpp_wire_ignore(self->wire, "contact requests beyond the limit");
        return;
    }
    contact = obtain(self, bare);
    if (contact == NULL)
        return;
    if (!contact->has_asked)
        self->n_asked++;
    contact->has_asked = TRUE;
    self->events.asked(bare, name, message, self->events.data);
}

static void
take_own_presence(MsgrXmppContacts *self, const MsgrXmppElement *presence, const char *from)
{
    const char *type = msgr_xmpp_element_get(presence, "type");

    if (g_str_equal(from, msgr_xmpp_wire_full(self->wire)))
        return;
    if (type == NULL && msgr_xmpp_jid_resource(from) != NULL)
        device_is_online(self, self->own, from, presence);
    else if (g_strcmp0(type, "unavailable") == 0)
        devices_are_gone(self, self->own, from);
}

/**
 * msgr_xmpp_contacts_forget_devices:
 *
 * The user was invisible: who has gone meanwhile was not told. Whoever is there is told again.
 */
void
msgr_xmpp_contacts_forget_devices(MsgrXmppContacts *self)
{
    GHashTableIter iter;
    gpointer contact;

    g_hash_table_remove_all(self->own->devices);
    g_hash_table_iter_init(&iter, self->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &contact)) {
        g_hash_table_remove_all(((MsgrXmppContact *)contact)->devices);
        changed(self, contact);
    }
}

/**
 * msgr_xmpp_contacts_own_devices:
 *
 * Returns: (element-type utf8): the user's other devices that may have been invited, too.
 */
GPtrArray *
msgr_xmpp_contacts_own_devices(MsgrXmppContacts *self)
{
    return msgr_xmpp_contact_candidates(self->own, "");
}

/**
 * msgr_xmpp_contacts_take_presence:
 * @from: who sent it, normalised
 */
void
msgr_xmpp_contacts_take_presence(MsgrXmppContacts *self, const MsgrXmppElement *presence,
                                 const char *from)
{
    const char *type = msgr_xmpp_element_get(presence, "type");
    g_autofree char *bare = msgr_xmpp_jid_bare(from);
    MsgrXmppContact *contact = msgr_xmpp_contacts_find(self, bare);

    if (g_str_equal(bare, msgr_xmpp_wire_bare(self->wire)))
        take_own_presence(self, presence, from);
    else if (g_strcmp0(type, "subscribe") == 0)
        has_asked(self, bare, presence);
    else if (contact == NULL)
        msgr_xmpp_wire_ignore(self->wire, "presence of strangers");
    else if (g_strcmp0(type, "unsubscribe") == 0)
        set_answered(self, contact);
    else if (type == NULL && contact->is_seen && msgr_xmpp_jid_resource(from) != NULL)
        device_is_online(self, contact, from, presence);
    else if (g_strcmp0(type, "unavailable") == 0)
        devices_are_gone(self, contact, from);
}

/**
 * msgr_xmpp_contacts_answer:
 *
 * The user has answered who had asked to see the user's status.
 */
void
msgr_xmpp_contacts_answer(MsgrXmppContacts *self, const char *jid, gboolean accepted)
{
    g_autoptr(MsgrXmppElement) presence = msgr_xmpp_element_new("presence", MSGR_NS_CLIENT);
    MsgrXmppContact *contact = msgr_xmpp_contacts_find(self, jid);

    msgr_xmpp_element_set(presence, "to", jid);
    msgr_xmpp_element_set(presence, "type", accepted ? "subscribed" : "unsubscribed");
    msgr_xmpp_wire_send(self->wire, presence);
    if (contact != NULL && contact->has_asked) {
        contact->has_asked = FALSE;
        self->n_asked--;
    }
}
