/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-decisions.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <sys/stat.h>

/* Beyond that the oldest is not known; somebody plays tricks, and all are forgotten. */
#define MAX_DECISIONS 1000
#define MAX_FILE      (1 << 20) /* bytes */

struct _MsgrAgentDecisions {
    char *path;
    JsonObject *entries; /* key -> { "path": ..., "run": ... } */
};

static JsonObject *
load(const char *path)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    JsonNode *root;
    GStatBuf status;

    if (g_stat(path, &status) != 0 || status.st_size > MAX_FILE)
        return json_object_new();
    if (!json_parser_load_from_file(parser, path, &error)) {
        g_warning("What was decided about programs is forgotten: %s", error->message);
        return json_object_new();
    }
    root = json_parser_get_root(parser);
    return root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_node_dup_object(root)
                                                        : json_object_new();
}

MsgrAgentDecisions *
msgr_agent_decisions_new(void)
{
    MsgrAgentDecisions *self = g_new0(MsgrAgentDecisions, 1);

    self->path = g_build_filename(g_get_user_state_dir(), "msgr", "programs.json", NULL);
    self->entries = load(self->path);
    return self;
}

void
msgr_agent_decisions_free(MsgrAgentDecisions *self)
{
    g_free(self->path);
    json_object_unref(self->entries);
    g_free(self);
}

/**
 * msgr_agent_decisions_key:
 *
 * Returns: (nullable) (transfer full): what the file at @path is known by until it is changed;
 * %NULL if there is none.
 */
char *
msgr_agent_decisions_key(const char *path)
{
    g_autofree char *text = NULL;
    struct stat status;

    if (stat(path, &status) != 0)
        return NULL;
    text = g_strdup_printf("%s\n%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT
                           " %" G_GINT64_FORMAT ".%09ld",
                           path, (guint64)status.st_dev, (guint64)status.st_ino,
                           (gint64)status.st_size, (gint64)status.st_mtim.tv_sec,
                           status.st_mtim.tv_nsec);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

static JsonObject *
get_object(JsonObject *object, const char *member)
{
    JsonNode *node = json_object_get_member(object, member);

    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

MsgrDecision
msgr_agent_decisions_get(MsgrAgentDecisions *self, const char *key)
{
    JsonObject *entry = get_object(self->entries, key);
    JsonNode *run = entry != NULL ? json_object_get_member(entry, "run") : NULL;

    if (run == NULL || json_node_get_value_type(run) != G_TYPE_BOOLEAN)
        return MSGR_DECISION_NONE;
    return json_node_get_boolean(run) ? MSGR_DECISION_RUN : MSGR_DECISION_REFUSE;
}

/* What was at this path before isn't there any more. */
static void
forget_path(MsgrAgentDecisions *self, const char *path)
{
    g_autoptr(GList) keys = json_object_get_members(self->entries);

    for (GList *link = keys; link != NULL; link = link->next) {
        JsonObject *entry = get_object(self->entries, link->data);

        if (entry == NULL ||
            g_strcmp0(json_object_get_string_member_with_default(entry, "path", ""), path) == 0)
            json_object_remove_member(self->entries, link->data);
    }
}

static void
save(MsgrAgentDecisions *self)
{
    g_autofree char *folder = g_path_get_dirname(self->path);
    g_autoptr(JsonNode) root = json_node_alloc();
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    json_node_init_object(root, self->entries);
    text = json_to_string(root, TRUE);
    if (g_mkdir_with_parents(folder, 0700) == 0 &&
        g_file_set_contents_full(self->path, text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &error))
        return;
    g_warning("What was decided about a program can't be kept in %s: %s", self->path,
              error != NULL ? error->message : g_strerror(errno));
}

void
msgr_agent_decisions_put(MsgrAgentDecisions *self, const char *key, const char *path,
                         MsgrDecision decision)
{
    JsonObject *entry = json_object_new();

    forget_path(self, path);
    if (json_object_get_size(self->entries) >= MAX_DECISIONS) {
        json_object_unref(self->entries);
        self->entries = json_object_new();
    }
    json_object_set_string_member(entry, "path", path);
    json_object_set_boolean_member(entry, "run", decision == MSGR_DECISION_RUN);
    json_object_set_object_member(self->entries, key, entry);
    save(self);
}
