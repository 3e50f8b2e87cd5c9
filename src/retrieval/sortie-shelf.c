/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sortie-error.h"

#define INI_FILE "collection.ini"
#define INI_GROUP "Collection"
#define LOCK_FILE "lock"
#define UPLOADS "files"
#define LOCK_POLL_MILLISECONDS 25
#define MAX_COLLECTIONS 1000
/* Folders on the way out; not hex digits, so nobody takes them for collections. */
#define REMOVED_PREFIX "removed-"

static gboolean
fail (GError **error, const char *doing, const char *path)
{
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "Can’t %s “%s”: %s", doing, path,
               g_strerror (errno));
  return FALSE;
}

static gboolean
is_key (const char *text)
{
  for (guint i = 0; i < SORTIE_SHELF_KEY_LENGTH; i++)
    if (!g_ascii_isdigit (text[i]) && (text[i] < 'a' || text[i] > 'f'))
      return FALSE;
  return text[SORTIE_SHELF_KEY_LENGTH] == '\0';
}

/* A lock on the folder itself: a descriptor to close, or -1. */
static int
lock_folder (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int result;

  if (fd < 0)
    return -1;
  do
    result = flock (fd, LOCK_EX);
  while (result != 0 && errno == EINTR);
  return fd;
}

/* flock() can't be woken by a cancellable, so it is tried again and again. */
static gboolean
wait_for_lock (int fd, GCancellable *cancellable, const char *path, GError **error)
{
  while (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      GPollFD cancelled;
      gboolean watched;

      if (errno != EWOULDBLOCK && errno != EINTR)
        return fail (error, "lock", path);
      watched = cancellable != NULL && g_cancellable_make_pollfd (cancellable, &cancelled);
      g_poll (&cancelled, watched ? 1 : 0, LOCK_POLL_MILLISECONDS);
      if (watched)
        g_cancellable_release_fd (cancellable);
      if (g_cancellable_is_cancelled (cancellable))
        {
          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "Indexing was cancelled");
          return FALSE;
        }
    }
  return TRUE;
}

/* Whether the open file is still the one at that path. */
static gboolean
is_still (int fd, const char *path)
{
  struct stat open_info;
  struct stat info;

  return fstat (fd, &open_info) == 0 && stat (path, &info) == 0 &&
         open_info.st_dev == info.st_dev && open_info.st_ino == info.st_ino;
}

static SortieShelf *
load_folder (const char *root, const char *key)
{
  g_autoptr (GKeyFile) ini = g_key_file_new ();
  g_autofree char *folder = g_build_filename (root, key, NULL);
  g_autofree char *path = g_build_filename (folder, INI_FILE, NULL);
  g_autofree char *name = NULL;
  SortieShelf *self;

  if (!g_key_file_load_from_file (ini, path, G_KEY_FILE_NONE, NULL))
    return NULL;
  name = g_key_file_get_string (ini, INI_GROUP, "Name", NULL);
  if (name == NULL)
    return NULL;
  self = g_new0 (SortieShelf, 1);
  self->uploads = g_build_filename (folder, UPLOADS, NULL);
  self->folder = g_steal_pointer (&folder);
  self->key = g_strdup (key);
  self->name = g_steal_pointer (&name);
  self->mirrored = g_key_file_get_string_list (ini, INI_GROUP, "Mirrored", NULL, NULL);
  if (self->mirrored == NULL)
    self->mirrored = g_new0 (char *, 1);
  for (guint i = 0; self->mirrored[i] != NULL; i++)
    {
      /* Escaped, because a path need not be UTF-8, which the format demands. */
      char *raw = g_uri_unescape_string (self->mirrored[i], NULL);

      if (raw == NULL)
        continue;
      g_free (self->mirrored[i]);
      self->mirrored[i] = raw;
    }
  return self;
}

static gboolean
store_folder (const char *folder, const char *name, const char *const *mirrored, GError **error)
{
  g_autoptr (GKeyFile) ini = g_key_file_new ();
  g_autoptr (GPtrArray) escaped = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *path = g_build_filename (folder, INI_FILE, NULL);
  g_autoptr (GError) local = NULL;

  for (guint i = 0; mirrored[i] != NULL; i++)
    g_ptr_array_add (escaped, g_uri_escape_string (mirrored[i], "/", FALSE));
  g_key_file_set_string (ini, INI_GROUP, "Name", name);
  g_key_file_set_string_list (ini, INI_GROUP, "Mirrored", (const char *const *) escaped->pdata,
                              escaped->len);
  if (g_key_file_save_to_file (ini, path, &local))
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "%s", local->message);
  return FALSE;
}

static GStrv
merge_paths (const char *const *have, const char *const *more)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const char *const *lists[] = { have, more };

  for (guint k = 0; k < G_N_ELEMENTS (lists); k++)
    for (guint i = 0; lists[k] != NULL && lists[k][i] != NULL; i++)
      if (g_hash_table_add (seen, (gpointer) lists[k][i]))
        g_strv_builder_add (builder, lists[k][i]);
  return g_strv_builder_end (builder);
}

static void
delete_tree (const char *path, guint depth)
{
  g_autoptr (GDir) dir = depth < 8 ? g_dir_open (path, 0, NULL) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        delete_tree (child, depth + 1);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

static int
compare_shelves_cb (gconstpointer a, gconstpointer b)
{
  const SortieShelf *left = *(const SortieShelf *const *) a;
  const SortieShelf *right = *(const SortieShelf *const *) b;

  return strcmp (left->name, right->name);
}

void
sortie_shelf_free (SortieShelf *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_free (self->key);
  g_free (self->name);
  g_free (self->uploads);
  g_strfreev (self->mirrored);
  g_free (self);
}

char *
sortie_shelf_key_of (const char *name)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);

  return g_strndup (sum, SORTIE_SHELF_KEY_LENGTH);
}

SortieShelf *
sortie_shelf_load_by_key (const char *root, const char *key, GError **error)
{
  SortieShelf *self = is_key (key) ? load_folder (root, key) : NULL;

  if (self == NULL)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "No such collection");
  return self;
}

SortieShelf *
sortie_shelf_load (const char *root, const char *name, GError **error)
{
  g_autofree char *key = sortie_shelf_key_of (name);
  g_autoptr (SortieShelf) self = load_folder (root, key);

  if (self != NULL && g_str_equal (self->name, name))
    return g_steal_pointer (&self);
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "No collection is called “%s”", name);
  return NULL;
}

/* Under the folder's lock. */
static gboolean
merge_into_folder (const char *root,
                   const char *key,
                   const char *name,
                   const char *const *mirrored,
                   GError **error)
{
  g_autoptr (SortieShelf) known = load_folder (root, key);
  g_autofree char *folder = g_build_filename (root, key, NULL);
  g_auto (GStrv) merged = NULL;

  if (known != NULL && !g_str_equal (known->name, name))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT,
                   "The name “%s” has the same key as the collection “%s”; choose another", name,
                   known->name);
      return FALSE;
    }
  merged = merge_paths (known != NULL ? (const char *const *) known->mirrored : NULL, mirrored);
  if (g_strv_length (merged) > SORTIE_SHELF_MAX_FOLDERS)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                   "folders: a collection mirrors at most %d", SORTIE_SHELF_MAX_FOLDERS);
      return FALSE;
    }
  return store_folder (folder, name, (const char *const *) merged, error);
}

static gboolean
has_room (const char *root, GError **error)
{
  g_autoptr (GPtrArray) all = sortie_shelf_list (root, error);

  if (all == NULL)
    return FALSE;
  if (all->len < MAX_COLLECTIONS)
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
               "There are %d collections already, more are not kept", MAX_COLLECTIONS);
  return FALSE;
}

gboolean
sortie_shelf_add (const char *root, const char *name, const char *const *mirrored, GError **error)
{
  g_autofree char *key = sortie_shelf_key_of (name);
  g_autofree char *folder = g_build_filename (root, key, NULL);
  g_autofree char *files = g_build_filename (folder, UPLOADS, NULL);

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR) && !has_room (root, error))
    return FALSE;
  for (guint tries = 0; tries < 100; tries++)
    {
      gboolean done;
      int lock;

      if (g_mkdir_with_parents (files, 0700) != 0)
        return fail (error, "make", files);
      lock = lock_folder (folder);
      /* Another process may have removed the collection in between. */
      if (lock < 0 || !is_still (lock, folder))
        {
          if (lock >= 0)
            close (lock);
          continue;
        }
      done = merge_into_folder (root, key, name, mirrored, error);
      close (lock);
      return done;
    }
  return fail (error, "lock", folder);
}

gboolean
sortie_shelf_forget (SortieShelf *self, const char *path, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *root = g_path_get_dirname (self->folder);
  g_autoptr (SortieShelf) now = NULL;
  g_auto (GStrv) rest = NULL;
  int lock = lock_folder (self->folder);
  gboolean stored = TRUE;

  if (lock < 0)
    return fail (error, "lock", self->folder);
  now = load_folder (root, self->key);
  for (guint i = 0; now != NULL && now->mirrored[i] != NULL; i++)
    if (!g_str_equal (now->mirrored[i], path))
      g_strv_builder_add (builder, now->mirrored[i]);
  rest = g_strv_builder_end (builder);
  if (now != NULL)
    stored = store_folder (self->folder, self->name, (const char *const *) rest, error);
  close (lock);
  return stored;
}

gboolean
sortie_shelf_remove (SortieShelf *self, GError **error)
{
  g_autofree char *root = g_path_get_dirname (self->folder);
  g_autofree char *unique = g_uuid_string_random ();
  g_autofree char *name = g_strconcat (REMOVED_PREFIX, unique, NULL);
  g_autofree char *aside = g_build_filename (root, name, NULL);

  /* In one step, so that nobody sees half a collection; a writer at work notices and stops. */
  if (g_rename (self->folder, aside) != 0)
    return fail (error, "remove", self->folder);
  delete_tree (aside, 0);
  return TRUE;
}

GPtrArray *
sortie_shelf_list (const char *root, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_shelf_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (GDir) dir = g_dir_open (root, 0, &local);
  const char *name;

  if (dir == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "%s", local->message);
      return NULL;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      SortieShelf *shelf = is_key (name) ? load_folder (root, name) : NULL;

      if (shelf != NULL)
        g_ptr_array_add (list, shelf);
    }
  g_ptr_array_sort (list, compare_shelves_cb);
  return g_steal_pointer (&list);
}

int
sortie_shelf_lock_index (const SortieShelf *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, LOCK_FILE, NULL);

  for (;;)
    {
      int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

      if (fd < 0)
        {
          fail (error, "lock", path);
          return -1;
        }
      if (!wait_for_lock (fd, cancellable, path, error))
        {
          close (fd);
          return -1;
        }
      if (is_still (fd, path))
        return fd;
      close (fd); /* the collection was removed, and perhaps made again */
    }
}
