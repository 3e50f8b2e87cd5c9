/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-extract-helper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sortie-error.h"
#include "sortie-helper-path.h"

#define HELPER "sortie-extract"
#define READ_SIZE (256 * 1024)

typedef struct
{
  GPid pid;
  int output;
  gint64 deadline; /* monotonic, microseconds */
} Helper;

static char *
find_helper (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_auto (GStrv) paths = sortie_helper_paths (HELPER, g_getenv ("SORTIE_LIBEXEC_DIR"), program,
                                              SORTIE_EXTRACT_BUILD_DIR, SORTIE_LIBEXEC_DIR);

  for (guint i = 0; paths[i] != NULL; i++)
    if (g_file_test (paths[i], G_FILE_TEST_IS_EXECUTABLE))
      return g_strdup (paths[i]);
  return NULL;
}

/* The helper maps its input, so it comes as a file; one that no other program can change. */
static int
make_input (GBytes *content)
{
  gsize length;
  const char *bytes = g_bytes_get_data (content, &length);
  int fd = memfd_create ("sortie-extract", MFD_CLOEXEC);
  gsize written = 0;

  while (fd >= 0 && written < length)
    {
      gssize n = write (fd, bytes + written, length - written);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          close (fd);
          return -1;
        }
      written += (gsize) n;
    }
  if (fd >= 0)
    lseek (fd, 0, SEEK_SET);
  return fd;
}

/* What the helper needs and no more: above all no secrets. */
static GStrv
make_environment (void)
{
  static const char *const passed[] = { "HOME",         "PATH",         "XDG_CACHE_HOME",
                                        "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS" };
  GStrv environment = g_new0 (char *, 1);

  for (guint i = 0; i < G_N_ELEMENTS (passed); i++)
    if (g_getenv (passed[i]) != NULL)
      environment = g_environ_setenv (environment, passed[i], g_getenv (passed[i]), TRUE);
  return g_environ_setenv (environment, "LC_ALL", "C.UTF-8", TRUE);
}

static gboolean
start_helper (Helper *self, const char *kind, GBytes *content, GError **error)
{
  g_autofree char *path = find_helper ();
  g_auto (GStrv) environment = make_environment ();
  g_autoptr (GError) local = NULL;
  const char *argv[] = { path, kind, NULL };
  gboolean started;
  int input;

  if (path == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                   "its reader, the program %s, is not installed", HELPER);
      return FALSE;
    }
  input = make_input (content);
  if (input < 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                   "its reader could not be given the file: %s", g_strerror (errno));
      return FALSE;
    }
  started =
      g_spawn_async_with_pipes_and_fds (NULL, argv, (const char *const *) environment,
                                        G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL,
                                        NULL, NULL, input, -1, -1, NULL, NULL, 0, &self->pid, NULL,
                                        &self->output, NULL, &local);
  close (input);
  if (!started)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                 "its reader could not be started: %s", local->message);
  return started;
}

static int
milliseconds_left (const Helper *self)
{
  gint64 left = (self->deadline - g_get_monotonic_time () + 999) / 1000;

  return (int) CLAMP (left, 0, G_MAXINT);
}

/* Waits until there is something to read; FALSE at the deadline and when cancelled. */
static gboolean
wait_for_output (Helper *self, GCancellable *cancellable, GError **error)
{
  GPollFD cancelled = { .fd = -1 };
  gboolean watched = cancellable != NULL && g_cancellable_make_pollfd (cancellable, &cancelled);
  struct pollfd fds[] = { { .fd = self->output, .events = POLLIN },
                          { .fd = cancelled.fd, .events = POLLIN } };
  int n;

  do
    n = poll (fds, watched ? 2 : 1, milliseconds_left (self));
  while (n < 0 && errno == EINTR);
  if (watched)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "Indexing was cancelled");
      return FALSE;
    }
  if (n > 0)
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE, "it takes too long to read");
  return FALSE;
}

static GBytes *
read_output (Helper *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  for (;;)
    {
      gsize before = out->len;
      gssize n;

      if (!wait_for_output (self, cancellable, error))
        return NULL;
      g_byte_array_set_size (out, (guint) (before + READ_SIZE));
      n = read (self->output, out->data + before, READ_SIZE);
      g_byte_array_set_size (out, (guint) (before + (gsize) MAX (n, 0)));
      if (n == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&out));
      if (n < 0 && errno != EINTR)
        {
          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "its reader went away");
          return NULL;
        }
      if (out->len > SORTIE_EXTRACT_MAX_WIRE)
        {
          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE, "it holds too much text");
          return NULL;
        }
    }
}

/* The helper's exit status; it is killed where it does not end by itself in time. */
static int
end_helper (Helper *self, gboolean kill_it)
{
  int status = 0;

  close (self->output);
  if (kill_it)
    kill (self->pid, SIGKILL);
  for (;;)
    {
      pid_t pid = waitpid (self->pid, &status, kill_it ? 0 : WNOHANG);

      if (pid == self->pid || (pid < 0 && errno != EINTR))
        break;
      if (pid == 0 && milliseconds_left (self) == 0)
        {
          kill (self->pid, SIGKILL);
          kill_it = TRUE;
        }
      else if (pid == 0)
        {
          g_usleep (500);
        }
    }
  g_spawn_close_pid (self->pid);
  return status;
}

SortieExtract *
sortie_extract_in_helper_within (const char *kind,
                                 GBytes *content,
                                 guint milliseconds,
                                 GCancellable *cancellable,
                                 GError **error)
{
  Helper helper = { .deadline = g_get_monotonic_time () + (gint64) milliseconds * 1000 };
  g_autoptr (GBytes) wire = NULL;
  int status;

  if (!start_helper (&helper, kind, content, error))
    return NULL;
  wire = read_output (&helper, cancellable, error);
  status = end_helper (&helper, wire == NULL);
  if (wire == NULL)
    return NULL;
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return sortie_extract_from_wire (wire, error);
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
               g_str_equal (kind, "pdf") ? "damaged PDF: its reader failed (%s %d)"
                                         : "its reader failed (%s %d)",
               WIFSIGNALED (status) ? "signal" : "status",
               WIFSIGNALED (status) ? WTERMSIG (status) : WEXITSTATUS (status));
  return NULL;
}

SortieExtract *
sortie_extract_in_helper (const char *kind,
                          GBytes *content,
                          GCancellable *cancellable,
                          GError **error)
{
  return sortie_extract_in_helper_within (kind, content, SORTIE_EXTRACT_SECONDS * 1000, cancellable,
                                          error);
}
