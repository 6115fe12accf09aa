/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Drop-in directories, watched for changes and read anew by a worker thread.
 */
#include "msgr-drop-in-dir.h"

#include "msgr-drop-in-reading.h"

/* A file that is being written looks empty: so long nothing must have changed, in milliseconds. */
#define SETTLE_TIME 500
/* But who keeps changing files must not hide the change of another, in microseconds. */
#define MAX_SETTLE_TIME (1500 * G_TIME_SPAN_MILLISECOND)
/* GFileMonitor's own pause between two reports of one file, in milliseconds. */
#define RATE_LIMIT 200

/* What a worker needs to know, so that it can outlive who asked. */
typedef struct {
    char **dirs;
    char *suffix;
    gsize max_size;
    gboolean always; /* tell also if nothing has changed */
    GWeakRef asker;
} Request;

struct _MsgrDropInDir {
    GObject parent_instance;

    char **dirs;
    char *suffix;
    gsize max_size;
    MsgrDropInFunc changed;
    gpointer data;

    GPtrArray *monitors; /* of GFileMonitor */
    GCancellable *cancellable;
    char *fingerprint; /* (nullable): of what was read last */
    guint timer;
    gint64 first_change; /* since the timer runs, monotonic time */
    gboolean reading;
    gboolean again; /* something came up while reading */
    gboolean again_always;
};

G_DEFINE_FINAL_TYPE(MsgrDropInDir, msgr_drop_in_dir, G_TYPE_OBJECT)

static void start_reading(MsgrDropInDir *self, gboolean always);

static void
request_free(Request *self)
{
    g_strfreev(self->dirs);
    g_free(self->suffix);
    g_weak_ref_clear(&self->asker);
    g_free(self);
}

static Request *
request_new(MsgrDropInDir *self, gboolean always)
{
    Request *request = g_new0(Request, 1);

    request->dirs = g_strdupv(self->dirs);
    request->suffix = g_strdup(self->suffix);
    request->max_size = self->max_size;
    request->always = always;
    g_weak_ref_init(&request->asker, self);
    return request;
}

/* Returns: whether it is another one than before. */
static gboolean
take_fingerprint(MsgrDropInDir *self, const char *fingerprint)
{
    if (g_strcmp0(self->fingerprint, fingerprint) == 0)
        return FALSE;
    g_free(self->fingerprint);
    self->fingerprint = g_strdup(fingerprint);
    return TRUE;
}

static MsgrDropInReading *
read_for(const Request *request, GCancellable *cancellable)
{
    return msgr_drop_in_reading_new((const char *const *)request->dirs, request->suffix,
                                    request->max_size, cancellable);
}

static void
read_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Request *request = data;

    g_task_return_pointer(task, read_for(request, cancellable),
                          (GDestroyNotify)msgr_drop_in_reading_free);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    Request *request = g_task_get_task_data(G_TASK(result));
    g_autoptr(MsgrDropInReading) reading = g_task_propagate_pointer(G_TASK(result), NULL);
    g_autoptr(MsgrDropInDir) self = g_weak_ref_get(&request->asker);
    gboolean again, always;

    if (self == NULL || reading == NULL)
        return;
    again = self->again;
    always = self->again_always;
    self->reading = self->again = self->again_always = FALSE;
    if (again)
        start_reading(self, always);
    if (take_fingerprint(self, reading->fingerprint->str) || request->always)
        self->changed(reading->files, self->data);
}

static void
start_reading(MsgrDropInDir *self, gboolean always)
{
    g_autoptr(GTask) task = NULL;

    if (self->reading) {
        self->again = TRUE;
        self->again_always |= always;
        return;
    }
    self->reading = TRUE;
    task = g_task_new(NULL, self->cancellable, on_read, NULL);
    g_task_set_task_data(task, request_new(self, always), (GDestroyNotify)request_free);
    g_task_run_in_thread(task, read_in_thread);
}

static void
stop_timer(MsgrDropInDir *self)
{
    g_clear_handle_id(&self->timer, g_source_remove);
    self->first_change = 0;
}

static void watch_dirs(MsgrDropInDir *self);

/* The directories may be others by now: they are watched anew before they are read. */
static gboolean
on_settled(gpointer data)
{
    MsgrDropInDir *self = data;

    self->timer = 0;
    self->first_change = 0;
    watch_dirs(self);
    start_reading(self, FALSE);
    return G_SOURCE_REMOVE;
}

static void
put_off(MsgrDropInDir *self)
{
    gint64 now = g_get_monotonic_time();

    if (self->first_change == 0)
        self->first_change = now;
    if (self->timer != 0 && now - self->first_change >= MAX_SETTLE_TIME - SETTLE_TIME * 1000)
        return;
    g_clear_handle_id(&self->timer, g_source_remove);
    self->timer = g_timeout_add(SETTLE_TIME, on_settled, self);
}

static gboolean
is_one_of_ours(MsgrDropInDir *self, GFile *file)
{
    g_autofree char *path = file != NULL ? g_file_get_path(file) : NULL;

    if (path == NULL)
        return FALSE;
    return g_str_has_suffix(path, self->suffix) ||
           g_strv_contains((const char *const *)self->dirs, path);
}

static void
on_file_changed(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                MsgrDropInDir *self)
{
    if (is_one_of_ours(self, file) || is_one_of_ours(self, other))
        put_off(self);
}

static void
on_dir_changed(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
               MsgrDropInDir *self)
{
    put_off(self);
}

static void
add_monitor(MsgrDropInDir *self, GFileMonitor *monitor, const char *path, GCallback callback,
            GError *error)
{
    if (monitor == NULL) {
        g_warning("%s: can't be watched: %s", path, error->message);
        return;
    }
    g_file_monitor_set_rate_limit(monitor, RATE_LIMIT);
    g_signal_connect(monitor, "changed", callback, self);
    g_ptr_array_add(self->monitors, monitor);
}

/* What is in the directory. */
static void
watch_files(MsgrDropInDir *self, const char *path)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GError) error = NULL;
    GFileMonitor *monitor;

    monitor = g_file_monitor_directory(file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
    add_monitor(self, monitor, path, G_CALLBACK(on_file_changed), error);
}

/* Whether the directory comes or goes: what its parent tells of that one name. */
static void
watch_existence(MsgrDropInDir *self, const char *path)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GError) error = NULL;
    GFileMonitor *monitor;

    monitor = g_file_monitor_file(file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
    add_monitor(self, monitor, path, G_CALLBACK(on_dir_changed), error);
}

/*
 * The outermost part of @path that may come or go: the first one that isn't there, or all of it.
 * GFileMonitor looks for what isn't there only every four seconds, unless the parent is.
 */
static char *
find_loose_part(const char *path)
{
    g_autofree char *part = g_strdup(path);

    for (;;) {
        g_autofree char *parent = g_path_get_dirname(part);

        if (g_str_equal(parent, part) || g_file_test(parent, G_FILE_TEST_IS_DIR))
            return g_steal_pointer(&part);
        g_free(part);
        part = g_steal_pointer(&parent);
    }
}

/* What has come about while its watch was set up would not be reported, hence the second look. */
static void
watch_dir(MsgrDropInDir *self, const char *path)
{
    g_autofree char *part = find_loose_part(path);

    for (;;) {
        g_autofree char *now = NULL;

        watch_existence(self, part);
        now = find_loose_part(path);
        if (g_str_equal(now, part))
            break;
        g_free(part);
        part = g_steal_pointer(&now);
    }
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        watch_files(self, path);
}

static void
stop_watching(MsgrDropInDir *self)
{
    for (guint i = 0; i < self->monitors->len; i++) {
        GFileMonitor *monitor = g_ptr_array_index(self->monitors, i);

        g_signal_handlers_disconnect_by_data(monitor, self);
        g_file_monitor_cancel(monitor);
    }
    g_ptr_array_set_size(self->monitors, 0);
}

static void
watch_dirs(MsgrDropInDir *self)
{
    stop_watching(self);
    for (char **dir = self->dirs; *dir != NULL; dir++)
        watch_dir(self, *dir);
}

static void
msgr_drop_in_dir_dispose(GObject *object)
{
    MsgrDropInDir *self = MSGR_DROP_IN_DIR(object);

    stop_timer(self);
    stop_watching(self);
    g_cancellable_cancel(self->cancellable);
    G_OBJECT_CLASS(msgr_drop_in_dir_parent_class)->dispose(object);
}

static void
msgr_drop_in_dir_finalize(GObject *object)
{
    MsgrDropInDir *self = MSGR_DROP_IN_DIR(object);

    g_ptr_array_unref(self->monitors);
    g_object_unref(self->cancellable);
    g_strfreev(self->dirs);
    g_free(self->suffix);
    g_free(self->fingerprint);
    G_OBJECT_CLASS(msgr_drop_in_dir_parent_class)->finalize(object);
}

static void
msgr_drop_in_dir_class_init(MsgrDropInDirClass *class)
{
    G_OBJECT_CLASS(class)->dispose = msgr_drop_in_dir_dispose;
    G_OBJECT_CLASS(class)->finalize = msgr_drop_in_dir_finalize;
}

static void
msgr_drop_in_dir_init(MsgrDropInDir *self)
{
    self->monitors = g_ptr_array_new_with_free_func(g_object_unref);
    self->cancellable = g_cancellable_new();
}

static char **
absolute_paths(const char *const *dirs)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (; *dirs != NULL; dirs++) {
        g_autofree char *path = g_canonicalize_filename(*dirs, NULL);

        g_strv_builder_add(builder, path);
    }
    return g_strv_builder_end(builder);
}

/**
 * msgr_drop_in_dir_new:
 * @dirs: (array zero-terminated=1): directories, a later one's file masks an earlier one's of the
 * same name; none of them need be there
 * @suffix: how the names of the files end that count
 * @max_size: the most bytes that a file may have; a larger one is logged, and counts for an empty
 * one
 * @changed: called on the main context with what counts, from the first msgr_drop_in_dir_watch() or
 *   msgr_drop_in_dir_reread() on
 * @data: for @changed
 *
 * An empty file gives nothing and masks, and so does what can't be read or is no regular file,
 * which is logged. Names that begin with a dot don't count.
 *
 * Returns: (transfer full): the set of directories; neither read nor watched yet
 */
MsgrDropInDir *
msgr_drop_in_dir_new(const char *const *dirs, const char *suffix, gsize max_size,
                     MsgrDropInFunc changed, gpointer data)
{
    MsgrDropInDir *self = g_object_new(MSGR_TYPE_DROP_IN_DIR, NULL);

    self->dirs = absolute_paths(dirs);
    self->suffix = g_strdup(suffix);
    self->max_size = max_size;
    self->changed = changed;
    self->data = data;
    return self;
}

/**
 * msgr_drop_in_dir_read:
 *
 * Reads the files here and now, without calling back. For the start, when there is nobody to keep
 * waiting yet.
 *
 * Returns: (transfer full) (element-type MsgrDropIn): what counts, in the order of the names
 */
GPtrArray *
msgr_drop_in_dir_read(MsgrDropInDir *self)
{
    g_autoptr(MsgrDropInReading) reading = NULL;

    reading = msgr_drop_in_reading_new((const char *const *)self->dirs, self->suffix,
                                       self->max_size, NULL);
    take_fingerprint(self, reading->fingerprint->str);
    return g_ptr_array_ref(reading->files);
}

/**
 * msgr_drop_in_dir_watch:
 *
 * Has @changed called when a file or its rights have changed: half a second after the last change,
 * a second and a half after the first at the latest. Also looks at once whether something has
 * changed since msgr_drop_in_dir_read(); without a call of that, @changed is called in any case.
 */
void
msgr_drop_in_dir_watch(MsgrDropInDir *self)
{
    watch_dirs(self);
    start_reading(self, FALSE);
}

/**
 * msgr_drop_in_dir_reread:
 *
 * Reads the files in a worker thread, beginning now, and calls @changed even if nothing has.
 */
void
msgr_drop_in_dir_reread(MsgrDropInDir *self)
{
    stop_timer(self);
    if (self->monitors->len > 0)
        watch_dirs(self);
    start_reading(self, TRUE);
}
