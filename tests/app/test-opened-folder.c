/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-opened-folder.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static char *
write_document (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = sortie_opened_folder_make (&error);
  char *path;

  g_assert_no_error (error);
  path = g_build_filename (folder, "notes.pdf", NULL);
  g_assert_true (g_file_set_contents (path, "x", 1, &error));
  return path;
}

static guint
count_left (void)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "sortie", "opened", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

/* Two documents of one name, for this user alone, and gone at the end. */
static void
test_removed (void)
{
  g_autofree char *one = write_document ();
  g_autofree char *two = write_document ();
  g_autofree char *folder = g_path_get_dirname (one);
  GStatBuf status;

  g_assert_cmpstr (one, !=, two);
  g_assert_cmpint (g_stat (folder, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
  sortie_opened_folder_clean (); /* not what is in use */
  g_assert_true (g_file_test (one, G_FILE_TEST_EXISTS));
  sortie_opened_folder_remove ();
  g_assert_cmpuint (count_left (), ==, 0);
  sortie_opened_folder_remove ();
}

/* A process that is killed leaves its documents, and the next one removes them; not before that. */
static void
test_killed (void)
{
  int ends[2];
  char byte = 0;
  pid_t pid;

  g_assert_cmpint (pipe (ends), ==, 0);
  pid = fork ();
  if (pid == 0)
    {
      g_autofree char *path = write_document ();

      _exit (write (ends[1], "x", 1) == 1 ? pause () : 1);
    }
  g_assert_cmpint (read (ends[0], &byte, 1), ==, 1);
  sortie_opened_folder_clean ();
  g_assert_cmpuint (count_left (), ==, 2); /* the lock and the folder */
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  sortie_opened_folder_clean ();
  g_assert_cmpuint (count_left (), ==, 0);
  close (ends[0]);
  close (ends[1]);
}

/* Nowhere to write. */
static void
test_no_room (void)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "sortie", "opened", NULL);
  g_autoptr (GError) error = NULL;

  g_autofree char *parent = g_path_get_dirname (path);

  g_rmdir (path);
  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "in the way", -1, NULL));
  g_assert_null (sortie_opened_folder_make (&error));
  g_assert_nonnull (error);
  sortie_opened_folder_clean ();
  sortie_opened_folder_remove ();
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (parent), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_autofree char *cache = g_dir_make_tmp ("sortie-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opened-folder/removed", test_removed);
  g_test_add_func ("/opened-folder/killed", test_killed);
  g_test_add_func ("/opened-folder/no-room", test_no_room);
  status = g_test_run ();
  g_assert_cmpint (g_rmdir (cache), ==, 0);
  return status;
}
