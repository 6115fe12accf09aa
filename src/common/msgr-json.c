/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading a small JSON object of known members.
 */
#include "msgr-json.h"

#include <json-glib/json-glib.h>
#include <sodium.h>
#include <string.h>

#include "msgr-error.h"
#include "msgr-limits.h"

/* json-glib's parser calls itself for each level, so the text must not decide how often. */
#define MAX_DEPTH 16

struct _MsgrJson {
    JsonParser *parser;
    JsonObject *object; /* the parser's */
    GHashTable *lines;  /* member of the outermost object -> line */
    GHashTable *seen;   /* members of all objects, by "object:member" */
    char *twice;        /* the first member that an object has a second time */
    guint twice_line;
    guint depth;      /* of objects, while parsing */
    guint array_line; /* where the array began that is a member's value; 0: it is none */
    guint error_line;
};

typedef struct {
    const char *p;
    const char *end;
    guint line;
    guint depth;
    char closing[MAX_DEPTH]; /* what ends each level */
    const char *wrong;       /* set as soon as something is */
} Guard;

static gboolean
guard_stop(Guard *guard, const char *wrong)
{
    guard->wrong = wrong;
    return FALSE;
}

/* Behind a backslash. json-glib lets any character pass, and a zero would end a string early. */
static gboolean
guard_escape(Guard *guard)
{
    guint value = 0;

    if (guard->p == guard->end || strchr("\"\\/bfnrtu", *guard->p) == NULL)
        return guard_stop(guard, "an unknown escape in a string");
    if (*guard->p++ != 'u')
        return TRUE;
    for (int i = 0; i < 4; i++) {
        if (guard->p == guard->end || !g_ascii_isxdigit(*guard->p))
            return guard_stop(guard, "an unknown escape in a string");
        value = value * 16 + (guint)g_ascii_xdigit_value(*guard->p++);
    }
    return value != 0 || guard_stop(guard, "a NUL in a string");
}

/* Behind the opening quote. */
static gboolean
guard_string(Guard *guard)
{
    while (guard->p < guard->end) {
        char c = *guard->p++;

        if (c == '"')
            return TRUE;
        if ((guchar)c < 0x20)
            return guard_stop(guard, "a control character in a string");
        if (c == '\\' && !guard_escape(guard))
            return FALSE;
    }
    return guard_stop(guard, "a string without an end");
}

static gboolean
guard_open(Guard *guard, char closing)
{
    if (guard->depth == MAX_DEPTH)
        return guard_stop(guard, "too many levels");
    guard->closing[guard->depth++] = closing;
    return TRUE;
}

static gboolean
guard_close(Guard *guard, char c)
{
    if (guard->depth == 0 || guard->closing[guard->depth - 1] != c)
        return guard_stop(guard, "a bracket that closes nothing");
    guard->depth--;
    return TRUE;
}

static gboolean
guard_character(Guard *guard, char c)
{
    if (c == '"')
        return guard_string(guard);
    if (c == '\n')
        guard->line++;
    else if (c == '{' || c == '[')
        return guard_open(guard, c == '{' ? '}' : ']');
    else if (c == '}' || c == ']')
        return guard_close(guard, c);
    else if (strchr(" \t\r,:+-.", c) == NULL && !g_ascii_isalnum(c))
        return guard_stop(guard, "a character that has no place in JSON");
    return TRUE;
}

/*
 * json-glib allows more than JSON (comments, assignments, a second text behind the first, which
 * replaces it), and nests without end: what it gets to see is held to a single object before.
 */
static gboolean
guard_text(Guard *guard)
{
    gboolean begun = FALSE;

    while (guard->p < guard->end) {
        char c = *guard->p++;

        if (guard->depth == 0 && strchr(" \t\r\n", c) == NULL) {
            if (begun || c != '{')
                return guard_stop(guard, begun ? "something behind the object" : "no object");
            begun = TRUE;
        }
        if (!guard_character(guard, c))
            return FALSE;
    }
    return begun || guard_stop(guard, "no object");
}

static gboolean
check_text(const char *text, gsize length, GError **error)
{
    Guard guard = { .p = text, .end = text + length, .line = 1 };

    if (length > MSGR_MAX_KEY_FILE) {
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "must be at most %d bytes",
                    MSGR_MAX_KEY_FILE);
        return FALSE;
    }
    if (!g_utf8_validate_len(text, length, NULL)) {
        g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "must be UTF-8");
        return FALSE;
    }
    if (guard_text(&guard))
        return TRUE;
    g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "line %u: not a JSON object: %s",
                guard.line, guard.wrong);
    return FALSE;
}

static void
on_object_start(JsonParser *parser, MsgrJson *self)
{
    self->depth++;
}

static void
on_object_end(JsonParser *parser, JsonObject *object, MsgrJson *self)
{
    self->depth--;
}

static void
on_array_start(JsonParser *parser, MsgrJson *self)
{
    if (self->depth == 1 && self->array_line == 0)
        self->array_line = json_parser_get_current_line(parser);
}

/* Comes when the member's value has been read. */
static void
on_object_member(JsonParser *parser, JsonObject *object, const char *member, MsgrJson *self)
{
    guint line = json_parser_get_current_line(parser);

    if (!g_hash_table_add(self->seen, g_strdup_printf("%p:%s", (gpointer)object, member)) &&
        self->twice == NULL) {
        self->twice = g_strdup(member);
        self->twice_line = line;
    }
    if (self->depth != 1)
        return;
    if (self->array_line != 0)
        line = self->array_line;
    self->array_line = 0;
    g_hash_table_insert(self->lines, g_strdup(member), GUINT_TO_POINTER(line));
}

static void
on_error(JsonParser *parser, GError *error, MsgrJson *self)
{
    self->error_line = json_parser_get_current_line(parser);
}

static MsgrJson *
json_new(void)
{
    MsgrJson *self = g_new0(MsgrJson, 1);

    self->parser = json_parser_new();
    self->lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_signal_connect(self->parser, "object-start", G_CALLBACK(on_object_start), self);
    g_signal_connect(self->parser, "object-end", G_CALLBACK(on_object_end), self);
    g_signal_connect(self->parser, "array-start", G_CALLBACK(on_array_start), self);
    g_signal_connect(self->parser, "object-member", G_CALLBACK(on_object_member), self);
    g_signal_connect(self->parser, "error", G_CALLBACK(on_error), self);
    return self;
}

/* json-glib's own words quote the text, which may be a secret. */
static const char *
describe_parser_error(const GError *error)
{
    if (g_error_matches(error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_TRAILING_COMMA))
        return "a comma with nothing behind it";
    if (g_error_matches(error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_MISSING_COMMA))
        return "a comma is missing";
    if (g_error_matches(error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_MISSING_COLON))
        return "a colon is missing";
    if (g_error_matches(error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_INVALID_BAREWORD))
        return "a word that needs quotes";
    return "it can't be parsed";
}

static gboolean
json_load(MsgrJson *self, const char *text, gsize length, GError **error)
{
    g_autoptr(GError) parser_error = NULL;
    JsonNode *root;

    if (!json_parser_load_from_data(self->parser, text, (gssize)length, &parser_error)) {
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "line %u: not a JSON object: %s",
                    self->error_line, describe_parser_error(parser_error));
        return FALSE;
    }
    root = json_parser_get_root(self->parser);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root)) {
        g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS,
                            "line 1: not a JSON object");
        return FALSE;
    }
    self->object = json_node_get_object(root);
    if (self->twice != NULL) {
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "line %u: \"%s\" is there twice",
                    self->twice_line, self->twice);
        return FALSE;
    }
    return TRUE;
}

/**
 * msgr_json_parse:
 * @text: at most %MSGR_MAX_KEY_FILE bytes of UTF-8
 * @length: how many bytes, or -1 if a NUL ends them
 * @error: return location
 *
 * Parses a text that holds a single JSON object and nothing else, not nested deeper than 16 levels,
 * and no object of which has a member twice. All else is %MSGR_ERROR_INVALID_ARGS, with the line
 * where there is one.
 *
 * Returns: (transfer full) (nullable): the object
 */
MsgrJson *
msgr_json_parse(const char *text, gssize length, GError **error)
{
    g_autoptr(MsgrJson) self = NULL;
    gsize size;

    g_return_val_if_fail(text != NULL, NULL);
    size = length < 0 ? strlen(text) : (gsize)length;
    if (!check_text(text, size, error))
        return NULL;
    self = json_new();
    if (!json_load(self, text, size, error))
        return NULL;
    return g_steal_pointer(&self);
}

/* A key may be among the members: the parser's copy is the one that can be got at. */
static void
wipe_member(JsonObject *object, const char *member, JsonNode *node, gpointer data)
{
    gpointer text = NULL;

    if (JSON_NODE_HOLDS_VALUE(node))
        text = (gpointer)json_node_get_string(node);
    if (text != NULL)
        sodium_memzero(text, strlen(text));
}

/**
 * msgr_json_free:
 *
 * Frees the object, and wipes its strings.
 */
void
msgr_json_free(MsgrJson *self)
{
    if (self == NULL)
        return;
    if (self->object != NULL)
        json_object_foreach_member(self->object, wipe_member, NULL);
    g_object_unref(self->parser);
    g_hash_table_unref(self->lines);
    g_hash_table_unref(self->seen);
    g_free(self->twice);
    g_free(self);
}

/**
 * msgr_json_set_error:
 * @member: (nullable): what is wrong, if it is a single member
 * @error: return location
 * @format: what is wrong with it, to be read behind the member's name
 *
 * Sets %MSGR_ERROR_INVALID_ARGS, as in `line 7: "algorithm" must be a string`.
 */
void
msgr_json_set_error(MsgrJson *self, const char *member, GError **error, const char *format, ...)
{
    g_autofree char *what = NULL;
    guint line = 0;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    if (member != NULL)
        line = GPOINTER_TO_UINT(g_hash_table_lookup(self->lines, member));
    if (member == NULL)
        g_set_error_literal(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, what);
    else if (line == 0)
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "\"%s\" %s", member, what);
    else
        g_set_error(error, MSGR_ERROR, MSGR_ERROR_INVALID_ARGS, "line %u: \"%s\" %s", line, member,
                    what);
}

/* Returns: whether there is nothing wrong with the member's being there or not. */
static gboolean
find_member(MsgrJson *self, const char *member, gboolean required, JsonNode **node, GError **error)
{
    *node = json_object_get_member(self->object, member);
    if (*node != NULL || !required)
        return TRUE;
    msgr_json_set_error(self, member, error, "is missing");
    return FALSE;
}

static gboolean
node_holds(JsonNode *node, GType type)
{
    return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

/**
 * msgr_json_string:
 * @member: a member's name
 * @required: whether it must be there
 * @value: (out) (transfer full) (nullable): its value, or %NULL if it isn't there
 * @error: return location
 *
 * Returns: %FALSE with %MSGR_ERROR_INVALID_ARGS if the member is no string, or missing
 */
gboolean
msgr_json_string(MsgrJson *self, const char *member, gboolean required, char **value,
                 GError **error)
{
    JsonNode *node;

    *value = NULL;
    if (!find_member(self, member, required, &node, error))
        return FALSE;
    if (node != NULL && !node_holds(node, G_TYPE_STRING)) {
        msgr_json_set_error(self, member, error, "must be a string");
        return FALSE;
    }
    if (node != NULL)
        *value = json_node_dup_string(node);
    return TRUE;
}

/**
 * msgr_json_boolean:
 * @member: a member's name
 * @value: (inout): its value; left as it is if the member isn't there
 * @error: return location
 *
 * Returns: %FALSE with %MSGR_ERROR_INVALID_ARGS if the member is neither true nor false
 */
gboolean
msgr_json_boolean(MsgrJson *self, const char *member, gboolean *value, GError **error)
{
    JsonNode *node = json_object_get_member(self->object, member);

    if (node != NULL && !node_holds(node, G_TYPE_BOOLEAN)) {
        msgr_json_set_error(self, member, error, "must be true or false");
        return FALSE;
    }
    if (node != NULL)
        *value = json_node_get_boolean(node);
    return TRUE;
}

/* Returns: (nullable): %NULL if one of the elements is no string. */
static char **
dup_strings(JsonArray *array)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);

        if (!node_holds(node, G_TYPE_STRING))
            return NULL;
        g_strv_builder_add(builder, json_node_get_string(node));
    }
    return g_strv_builder_end(builder);
}

/**
 * msgr_json_strv:
 * @member: a member's name
 * @required: whether it must be there
 * @value: (out) (transfer full) (nullable): its strings, possibly none; %NULL if the member isn't
 * there
 * @error: return location
 *
 * Returns: %FALSE with %MSGR_ERROR_INVALID_ARGS if the member is no array of strings, or missing
 */
gboolean
msgr_json_strv(MsgrJson *self, const char *member, gboolean required, char ***value, GError **error)
{
    JsonNode *node;

    *value = NULL;
    if (!find_member(self, member, required, &node, error))
        return FALSE;
    if (node == NULL)
        return TRUE;
    if (JSON_NODE_HOLDS_ARRAY(node))
        *value = dup_strings(json_node_get_array(node));
    if (*value == NULL)
        msgr_json_set_error(self, member, error, "must be a list of strings");
    return *value != NULL;
}
