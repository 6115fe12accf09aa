/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files of several directories that mask one another, as they are now.
 */
#include "msgr-drop-in-reading.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What to read. */
typedef struct {
    const char *suffix;
    gsize max_size;
} Request;

/**
 * msgr_drop_in_free:
 *
 * Frees the file, and wipes its text.
 */
void
msgr_drop_in_free(MsgrDropIn *self)
{
    if (self->text != NULL)
        sodium_memzero(self->text, self->length);
    g_free(self->text);
    g_free(self->path);
    g_free(self->name);
    g_free(self);
}

static MsgrDropInReading *
reading_new(void)
{
    MsgrDropInReading *self = g_new0(MsgrDropInReading, 1);

    self->files = g_ptr_array_new_with_free_func((GDestroyNotify)msgr_drop_in_free);
    self->fingerprint = g_string_new(NULL);
    return self;
}

/**
 * msgr_drop_in_reading_free:
 *
 * Frees the reading; the files live on if somebody holds them.
 */
void
msgr_drop_in_reading_free(MsgrDropInReading *self)
{
    g_ptr_array_unref(self->files);
    g_string_free(self->fingerprint, TRUE);
    g_free(self);
}

static MsgrDropIn *
drop_in_new(const char *path, const struct stat *info)
{
    MsgrDropIn *self = g_new0(MsgrDropIn, 1);

    self->path = g_strdup(path);
    self->name = g_path_get_basename(path);
    self->text = g_malloc0((gsize)info->st_size + 1);
    self->owner = info->st_uid;
    self->mode = info->st_mode & 07777;
    self->changed = (gint64)info->st_mtim.tv_sec * G_USEC_PER_SEC + info->st_mtim.tv_nsec / 1000;
    return self;
}

/* A file that grows meanwhile is cut off: its change is seen, and it is read again. */
static gboolean
read_text(MsgrDropIn *file, int fd, gsize size)
{
    while (file->length < size) {
        ssize_t n = read(fd, file->text + file->length, size - file->length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FALSE;
        if (n == 0)
            break;
        file->length += (gsize)n;
    }
    return TRUE;
}

static gboolean
is_worth_reading(const char *path, const struct stat *info, gsize max_size)
{
    if (S_ISREG(info->st_mode) && (gsize)info->st_size > max_size) {
        g_warning("%s: %" G_GINT64_FORMAT " bytes are more than %" G_GSIZE_FORMAT ", ignoring it",
                  path, (gint64)info->st_size, max_size);
        return FALSE;
    }
    if (!S_ISREG(info->st_mode) && !S_ISCHR(info->st_mode))
        g_warning("%s: not a regular file, ignoring it", path);
    return S_ISREG(info->st_mode) && info->st_size > 0;
}

static MsgrDropIn *
read_fd(const char *path, int fd, const Request *request, GString *fingerprint)
{
    g_autoptr(MsgrDropIn) file = NULL;
    struct stat info;

    if (fstat(fd, &info) < 0)
        return NULL;
    g_string_append_printf(fingerprint,
                           "%s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT
                           " %" G_GINT64_FORMAT ".%09ld\n",
                           path, (guint64)info.st_dev, (guint64)info.st_ino, (gint64)info.st_size,
                           (gint64)info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
    if (!is_worth_reading(path, &info, request->max_size))
        return NULL;
    file = drop_in_new(path, &info);
    if (!read_text(file, fd, (gsize)info.st_size)) {
        g_warning("%s: can't be read: %s", path, g_strerror(errno));
        return NULL;
    }
    return file->length > 0 ? g_steal_pointer(&file) : NULL;
}

/*
 * What there is under a name counts in place of what other directories have, even if there is
 * nothing to be got from it: who wanted to mask something must not have it back by a mistake.
 */
static void
read_path(const char *path, const Request *request, MsgrDropInReading *reading)
{
    MsgrDropIn *file;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0) {
        int why = errno;

        g_string_append_printf(reading->fingerprint, "%s: %d\n", path, why);
        if (why != ENOENT)
            g_warning("%s: can't be read: %s", path, g_strerror(why));
        return;
    }
    file = read_fd(path, fd, request, reading->fingerprint);
    close(fd);
    if (file != NULL)
        g_ptr_array_add(reading->files, file);
}

/* Whether there is something at the path, not counting a link that leads nowhere. */
static gboolean
is_there(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static void
find_files(const Request *request, const char *dir_path, GHashTable *paths)
{
    g_autoptr(GDir) dir = g_dir_open(dir_path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = NULL;

        if (*name == '.' || !g_str_has_suffix(name, request->suffix))
            continue;
        path = g_build_filename(dir_path, name, NULL);
        if (is_there(path))
            g_hash_table_insert(paths, g_strdup(name), g_steal_pointer(&path));
    }
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/**
 * msgr_drop_in_reading_new:
 * @dirs: (array zero-terminated=1): directories, a later one's file masks an earlier one's of the
 * same name; none of them need be there
 * @suffix: how the names of the files end that count
 * @max_size: the most bytes that a file may have
 * @cancellable: (nullable): to stop early, with less than all
 *
 * Reads the files. May be called from any thread.
 *
 * Returns: (transfer full): what there is
 */
MsgrDropInReading *
msgr_drop_in_reading_new(const char *const *dirs, const char *suffix, gsize max_size,
                         GCancellable *cancellable)
{
    g_autoptr(GHashTable) paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    Request request = { suffix, max_size };
    g_autofree const char **names = NULL;
    MsgrDropInReading *reading = reading_new();
    guint count;

    for (; *dirs != NULL; dirs++)
        find_files(&request, *dirs, paths);
    names = (const char **)g_hash_table_get_keys_as_array(paths, &count);
    qsort(names, count, sizeof(*names), compare_names);
    for (guint i = 0; i < count && !g_cancellable_is_cancelled(cancellable); i++)
        read_path(g_hash_table_lookup(paths, names[i]), &request, reading);
    return reading;
}
