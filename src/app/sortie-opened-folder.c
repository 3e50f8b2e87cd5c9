/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-opened-folder.h"

#include "sortie-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK_SUFFIX ".lock"
#define MAX_DEPTH 3 /* the process's folder, a document's, the document */

/* A process ID tells nothing in a container, which has its own: a lock does. */
static char *own_folder; /* (nullable) */
static int own_lock = -1;

static char *
dup_parent (void)
{
  return g_build_filename (g_get_user_cache_dir (), "sortie", "opened", NULL);
}

static void
remove_tree (const char *path, guint depth)
{
  g_autoptr (GDir) folder = NULL;
  const char *name;

  if (depth < MAX_DEPTH && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    folder = g_dir_open (path, 0, NULL);
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      remove_tree (below, depth + 1);
    }
  g_remove (path);
}

/* -1 where somebody else holds it. */
static int
take_lock (const char *path)
{
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0 || flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  close (fd);
  return -1;
}

static gboolean
ensure_own_folder (GError **error)
{
  g_autofree char *parent = NULL;
  g_autofree char *name = NULL;
  g_autofree char *lock = NULL;

  if (own_folder != NULL)
    return TRUE;
  parent = dup_parent ();
  name = g_uuid_string_random ();
  lock = g_strconcat (parent, "/", name, LOCK_SUFFIX, NULL);
  if (g_mkdir_with_parents (parent, 0700) == 0 && (own_lock = take_lock (lock)) >= 0)
    {
      own_folder = g_build_filename (parent, name, NULL);
      if (g_mkdir (own_folder, 0700) == 0)
        return TRUE;
    }
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "%s: %s", parent, g_strerror (errno));
  sortie_opened_folder_remove ();
  return FALSE;
}

char *
sortie_opened_folder_make (GError **error)
{
  g_autofree char *template = NULL;

  if (!ensure_own_folder (error))
    return NULL;
  template = g_build_filename (own_folder, "XXXXXX", NULL);
  if (g_mkdtemp (template) == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "%s: %s", own_folder,
                   g_strerror (errno));
      return NULL;
    }
  return g_steal_pointer (&template);
}

void
sortie_opened_folder_clean (void)
{
  g_autofree char *parent = dup_parent ();
  g_autoptr (GDir) folder = g_dir_open (parent, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *lock = g_build_filename (parent, name, NULL);
      g_autofree char *documents = NULL;
      int fd;

      if (!g_str_has_suffix (lock, LOCK_SUFFIX) || (fd = take_lock (lock)) < 0)
        continue;
      documents = g_strndup (lock, strlen (lock) - strlen (LOCK_SUFFIX));
      remove_tree (documents, 0);
      g_unlink (lock);
      close (fd);
    }
}

void
sortie_opened_folder_remove (void)
{
  g_autofree char *folder = g_steal_pointer (&own_folder);

  if (folder != NULL)
    {
      g_autofree char *lock = g_strconcat (folder, LOCK_SUFFIX, NULL);

      remove_tree (folder, 0);
      g_unlink (lock);
    }
  if (own_lock >= 0)
    close (own_lock);
  own_lock = -1;
}
