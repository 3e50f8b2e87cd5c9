/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-launcher.h"

#include "sortie-error.h"
#include "sortie-sandbox.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define HASH_CHARACTERS 12

/* A folder may be executable too. */
static gboolean
is_program (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_REGULAR) &&
         g_file_test (path, G_FILE_TEST_IS_EXECUTABLE);
}

char *
sortie_launcher_find_program (GError **error)
{
  const char *named = g_getenv ("SORTIE_SORTIED");
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = folder != NULL ? g_build_filename (folder, "sortied", NULL) : NULL;
  char *found;

  if (named != NULL && *named != '\0')
    {
      if (is_program (named))
        return g_strdup (named);
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND,
                   "SORTIE_SORTIED names “%s”, which is no program", named);
      return NULL;
    }
  if (beside != NULL && is_program (beside))
    return g_steal_pointer (&beside);

  found = g_find_program_in_path ("sortied");
  if (found == NULL)
    g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND,
                         "there is no backend to start: no program “sortied” beside this one or "
                         "in PATH");

  return found;
}

/* A folder under /tmp may have been laid there by somebody else. */
static gboolean
make_private_folder (const char *path, GError **error)
{
  struct stat info;

  if (g_mkdir_with_parents (path, 0700) != 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "can't make the folder %s: %s",
                   path, g_strerror (errno));
      return FALSE;
    }
  if (lstat (path, &info) != 0 || !S_ISDIR (info.st_mode) || info.st_uid != geteuid () ||
      (info.st_mode & 0022) != 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                   "%s is no folder of your own that only you can write to", path);
      return FALSE;
    }

  return TRUE;
}

/* One name for each data folder, so that a backend for another one is never taken for ours. */
static char *
dup_socket_name (const char *data_dir)
{
  g_autofree char *usual = g_build_filename (g_get_home_dir (), ".local/share/sortie", NULL);
  g_autofree char *standard = g_build_filename (g_get_user_data_dir (), "sortie", NULL);
  g_autofree char *path = g_canonicalize_filename (data_dir != NULL ? data_dir : standard, NULL);
  g_autofree char *hash = NULL;

  if (g_str_equal (path, usual))
    return g_strdup ("backend.sock");

  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, path, -1);
  return g_strdup_printf ("backend-%.*s.sock", HASH_CHARACTERS, hash);
}

char *
sortie_launcher_dup_socket_path (const char *data_dir, GError **error)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *name = dup_socket_name (data_dir);
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;

  if (runtime != NULL && g_path_is_absolute (runtime) && g_file_test (runtime, G_FILE_TEST_IS_DIR))
    {
      folder = sortie_sandbox_dup_runtime_folder (runtime, NULL);
      path = g_build_filename (folder, name, NULL);
    }
  if (path == NULL || strlen (path) > SORTIE_BACKEND_SOCKET_MAX_BYTES)
    {
      g_free (folder);
      g_free (path);
      folder = g_strdup_printf ("/tmp/sortie-%u", (guint) geteuid ());
      path = g_build_filename (folder, name, NULL);
    }

  if (!make_private_folder (folder, error))
    return NULL;

  return g_steal_pointer (&path);
}

/* --- ending a backend that is not our child --- */

/* Who listens on the socket, or -1. */
static int
find_listener (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct ucred peer = { 0 };
  socklen_t size = sizeof peer;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean answered;

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  answered = fd >= 0 && connect (fd, (struct sockaddr *) &address, sizeof address) == 0 &&
             getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  if (fd >= 0)
    close (fd);

  if (!answered)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "no backend listens on %s", path);
      return -1;
    }
  /* A process that this sandbox can't see has no number in it. */
  if (peer.uid == geteuid () && peer.pid == 0 && sortie_sandbox_get_id (NULL) != NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED,
                   "the backend that listens on %s was started by another run of this sandbox; "
                   "“flatpak kill %s” ends it",
                   path, SORTIE_APPLICATION_ID);
      return -1;
    }
  if (peer.uid != geteuid () || peer.pid <= 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED,
                   "the backend that listens on %s is not yours to stop", path);
      return -1;
    }

  return (int) peer.pid;
}

gboolean
sortie_launcher_terminate_at (const char *socket, guint milliseconds, GError **error)
{
  int pid = find_listener (socket, error);
  /* A descriptor of the process, as its number may be another one's by the time we signal. */
  int fd = pid > 0 ? pidfd_open (pid, 0) : -1;
  struct pollfd ended = { .fd = fd, .events = POLLIN };
  int outcome = 0;

  if (pid < 0)
    return FALSE;
  if (fd >= 0)
    {
      if (pidfd_send_signal (fd, SIGTERM, NULL, 0) == 0)
        outcome = poll (&ended, 1, (int) MIN (milliseconds, G_MAXINT));
      close (fd);
    }
  if (outcome <= 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                   "the backend (process %d) did not end within %u ms", pid, milliseconds);
      return FALSE;
    }

  return TRUE;
}
