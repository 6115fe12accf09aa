/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The machine's user database (NSS), asked in threads of its own: a directory on a network may take
 * its time, and must stop nobody who doesn't ask it.
 */
#include "msgr-user-database.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define THREADS          4
#define MOST_WAITING     512
#define MOST_REMEMBERED  4096
#define REMEMBERED_FOR   (60 * G_USEC_PER_SEC)
#define ABSENCE_HOLDS    (2 * G_USEC_PER_SEC)
#define MOST_GROUPS      1024
#define LARGEST_ENTRY    (1 << 20)
#define PATIENCE_SECONDS 15

typedef struct {
    MsgrUserEntry *entry; /* NULL: nobody */
    gint64 until;
} Remembered;

/* One question, which the asking side and the thread share. */
typedef struct {
    gint ref_count;
    gint is_idle;               /* nobody will hear the answer */
    MsgrUserDatabase *database; /* NULL once nobody waits for the answer */
    char *name;                 /* NULL: by uid */
    guint32 uid;
    MsgrUserEntry *answer;
    MsgrUserFound found;
    gpointer data;
    GDestroyNotify unanswered; /* for data, if nobody lives to be answered */
    guint patience;
} Question;

struct _MsgrUserDatabase {
    GThreadPool *pool;
    GHashTable *by_key; /* "uid" or "=name" -> Remembered */
    GHashTable *open;   /* set of Question */
};

static void
entry_free(MsgrUserEntry *entry)
{
    if (entry == NULL)
        return;
    g_free(entry->name);
    g_free(entry->real_name);
    g_strfreev(entry->groups);
    g_free(entry);
}

static void
remembered_free(gpointer data)
{
    entry_free(((Remembered *)data)->entry);
    g_free(data);
}

static void
question_unref(Question *question)
{
    if (!g_atomic_int_dec_and_test(&question->ref_count))
        return;
    g_free(question->name);
    entry_free(question->answer);
    g_free(question);
}

static char **
groups_of(const struct passwd *pw)
{
    g_autofree gid_t *gids = g_new(gid_t, MOST_GROUPS);
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    g_autofree char *buffer = g_malloc(LARGEST_ENTRY);
    int n = MOST_GROUPS;

    if (getgrouplist(pw->pw_name, pw->pw_gid, gids, &n) < 0)
        n = MOST_GROUPS;
    for (int i = 0; i < n; i++) {
        struct group gr, *result = NULL;

        if (getgrgid_r(gids[i], &gr, buffer, LARGEST_ENTRY, &result) == 0 && result != NULL)
            g_strv_builder_add(names, gr.gr_name);
    }
    return g_strv_builder_end(names);
}

/* The first field of GECOS; an ampersand in it is the old abbreviation for the capitalised name. */
static char *
real_name_of(const struct passwd *pw)
{
    g_auto(GStrv) fields = g_strsplit(pw->pw_gecos == NULL ? "" : pw->pw_gecos, ",", 2);
    g_autofree char *valid = g_utf8_make_valid(fields[0] == NULL ? "" : fields[0], -1);
    g_auto(GStrv) parts = g_strsplit(valid, "&", -1);
    g_autofree char *name = g_strdup(pw->pw_name);

    name[0] = g_ascii_toupper(name[0]);
    return g_strjoinv(name, parts);
}

static MsgrUserEntry *
ask(const Question *question)
{
    g_autofree char *buffer = g_malloc(LARGEST_ENTRY);
    struct passwd pw, *result = NULL;
    MsgrUserEntry *entry;

    if (question->name != NULL)
        getpwnam_r(question->name, &pw, buffer, LARGEST_ENTRY, &result);
    else
        getpwuid_r(question->uid, &pw, buffer, LARGEST_ENTRY, &result);
    if (result == NULL || !g_utf8_validate(pw.pw_name, -1, NULL))
        return NULL;
    entry = g_new0(MsgrUserEntry, 1);
    entry->uid = pw.pw_uid;
    entry->name = g_strdup(pw.pw_name);
    entry->real_name = real_name_of(&pw);
    entry->groups = groups_of(&pw);
    return entry;
}

static char *
key_of(const char *name, guint32 uid)
{
    return name != NULL ? g_strconcat("=", name, NULL) : g_strdup_printf("%u", uid);
}

static void
remember(MsgrUserDatabase *self, Question *question)
{
    Remembered *remembered;
    gint64 holds = question->answer != NULL ? REMEMBERED_FOR : ABSENCE_HOLDS;

    if (g_hash_table_size(self->by_key) >= MOST_REMEMBERED)
        g_hash_table_remove_all(self->by_key);
    remembered = g_new0(Remembered, 1);
    remembered->entry = g_steal_pointer(&question->answer);
    remembered->until = g_get_monotonic_time() + holds;
    g_hash_table_replace(self->by_key, key_of(question->name, question->uid), remembered);
    question->found(remembered->entry, question->data);
}

/* Takes the question off the list of those that somebody waits for. */
static MsgrUserDatabase *
close_question(Question *question)
{
    MsgrUserDatabase *self = g_steal_pointer(&question->database);

    g_atomic_int_set(&question->is_idle, TRUE);
    g_clear_handle_id(&question->patience, g_source_remove);
    if (self != NULL)
        g_hash_table_remove(self->open, question);
    return self;
}

static gboolean
answered(gpointer data)
{
    Question *question = data;
    MsgrUserDatabase *self = close_question(question);

    if (self != NULL) {
        remember(self, question);
        question_unref(question);
    }
    question_unref(question);
    return G_SOURCE_REMOVE;
}

static gboolean
lost_patience(gpointer data)
{
    Question *question = data;

    question->patience = 0;
    g_info("the user database does not answer");
    if (close_question(question) != NULL) {
        question->found(NULL, question->data);
        question_unref(question);
    }
    return G_SOURCE_REMOVE;
}

/* In a thread. */
static void
work(gpointer data, gpointer unused)
{
    Question *question = data;

    if (g_atomic_int_get(&question->is_idle)) {
        question_unref(question);
        return;
    }
    question->answer = ask(question);
    g_idle_add_full(G_PRIORITY_DEFAULT, answered, question, NULL);
}

MsgrUserDatabase *
msgr_user_database_new(void)
{
    MsgrUserDatabase *self = g_new0(MsgrUserDatabase, 1);
    self->pool = g_thread_pool_new(work, NULL, THREADS, FALSE, NULL);
    self->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, remembered_free);
    self->open = g_hash_table_new(NULL, NULL);
    return self;
}

/**
 * msgr_user_database_free:
 *
 * Whoever still waits is not answered any more. A thread that hangs in a directory is left to it.
 */
void
msgr_user_database_free(MsgrUserDatabase *self)
{
    g_autoptr(GList) open = g_hash_table_get_keys(self->open);

    for (GList *l = open; l != NULL; l = l->next) {
        Question *question = l->data;

        close_question(question);
        if (question->unanswered != NULL)
            question->unanswered(question->data);
        question_unref(question);
    }
    g_thread_pool_free(self->pool, FALSE, FALSE);
    g_hash_table_unref(self->by_key);
    g_hash_table_unref(self->open);
    g_free(self);
}

static void
find(MsgrUserDatabase *self, const char *name, guint32 uid, MsgrUserFound found, gpointer data,
     GDestroyNotify unanswered)
{
    g_autofree char *key = key_of(name, uid);
    Remembered *remembered = g_hash_table_lookup(self->by_key, key);
    Question *question;

    if (remembered != NULL && g_get_monotonic_time() < remembered->until) {
        found(remembered->entry, data);
        return;
    }
    if (g_hash_table_size(self->open) >= MOST_WAITING) {
        found(NULL, data);
        return;
    }
    question = g_new0(Question, 1);
    *question = (Question){ .ref_count = 2,
                            .database = self,
                            .uid = uid,
                            .found = found,
                            .data = data,
                            .unanswered = unanswered };
    question->name = g_strdup(name);
    question->patience = g_timeout_add_seconds(PATIENCE_SECONDS, lost_patience, question);
    g_hash_table_add(self->open, question);
    g_thread_pool_push(self->pool, question, NULL);
}

/**
 * msgr_user_database_find_uid:
 * @found: called on the main context: at once if the answer is known
 * @unanswered: (nullable): frees @data if the database is freed before it has answered
 */
void
msgr_user_database_find_uid(MsgrUserDatabase *self, guint32 uid, MsgrUserFound found, gpointer data,
                            GDestroyNotify unanswered)
{
    find(self, NULL, uid, found, data, unanswered);
}

void
msgr_user_database_find_name(MsgrUserDatabase *self, const char *name, MsgrUserFound found,
                             gpointer data, GDestroyNotify unanswered)
{
    find(self, name, 0, found, data, unanswered);
}
