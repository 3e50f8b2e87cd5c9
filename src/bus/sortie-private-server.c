/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-private-server.h"

#include "sortie-error.h"
#include "sortie-redis-process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/un.h>
#include <unistd.h>

#define WATCH_US (50 * 1000)
#define RESTART_US G_USEC_PER_SEC
#define ADOPT_US (60 * G_USEC_PER_SEC)
#define ADOPT_PROBE_US (5 * 1000)

struct _SortiePrivateServer
{
  char *data_dir;
  char *runtime_dir;
  char *lock_path;
  SortieDurability durability;
  GCancellable *stop;   /* what the thread waits for ends with it */
  GThread *thread;      /* the supervisor */
  int quick_ends;       /* the supervisor's: how often the server ended right after its start */
  GSubprocess *process; /* (nullable): the supervisor's, where it has started the server */
  GMutex lock;
  GCond changed;
  gboolean stopping;
  gboolean ready;
  GError *error; /* of the first start */
  SortieRedisUrl *url;
  int backend_fd; /* shared lock that says a backend works here */
  gboolean alone;
  gint64 start_time;
};

/* Nobody else may look into these folders, or put something in the place of the socket. */
static gboolean
make_folder (const char *path, GError **error)
{
  GStatBuf status;

  if (g_mkdir_with_parents (path, 0700) < 0 || g_stat (path, &status) < 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "Can't make the folder %s: %s", path,
                   g_strerror (errno));
      return FALSE;
    }
  if (status.st_uid != geteuid ())
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED,
                   "The folder %s belongs to somebody else", path);
      return FALSE;
    }
  if ((status.st_mode & 0077) != 0 && g_chmod (path, 0700) < 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED, "Can't make the folder %s private: %s",
                   path, g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

static int
open_lock (const char *path)
{
  return open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static gboolean
is_stopping (SortiePrivateServer *self)
{
  gboolean stopping;

  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  return stopping;
}

/* Waits, or until the server is to be stopped. */
static void
pause_for (SortiePrivateServer *self, gint64 microseconds)
{
  gint64 until = g_get_monotonic_time () + microseconds;

  g_mutex_lock (&self->lock);
  while (!self->stopping && g_cond_wait_until (&self->changed, &self->lock, until))
    ;
  g_mutex_unlock (&self->lock);
}

/* The socket's name is made of the data folder, so that each has its own; 108 bytes are all that a
 * socket's path may have. Once in use, in this process or by an adopted server, it stays: others hold
 * that address. */
static char *
dup_socket_path (SortiePrivateServer *self)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, self->data_dir, -1);
  g_autofree char *name = g_strdup_printf ("redis-%.12s.sock", hash);

  if (self->url != NULL)
    return g_strdup (self->url->socket_path);
  return g_build_filename (self->runtime_dir, name, NULL);
}

static void
set_running (SortiePrivateServer *self, const char *socket_path)
{
  g_mutex_lock (&self->lock);
  if (self->url == NULL)
    self->url = sortie_redis_url_new_unix (socket_path);
  self->ready = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static GSubprocess *
launch_once (SortiePrivateServer *self, int lock_fd, const char *socket_path, GError **error)
{
  SortieRedisSetup setup = { self->data_dir, socket_path, self->durability };
  g_autoptr (GSubprocess) process =
      sortie_redis_process_spawn (&setup, fcntl (lock_fd, F_DUPFD_CLOEXEC, 3), error);

  if (process == NULL)
    return NULL;
  if (!sortie_redis_process_wait_ready (&setup, process, self->stop, error))
    {
      sortie_redis_process_stop (process);
      return NULL;
    }
  return g_steal_pointer (&process);
}

/* Written into the lock file itself, which must keep its inode: others find the socket there. */
static void
note_socket (int lock_fd, const char *socket_path)
{
  gsize length = strlen (socket_path);

  if (ftruncate (lock_fd, 0) < 0 || pwrite (lock_fd, socket_path, length, 0) != (gssize) length)
    g_debug ("can't note the socket's path: %s", g_strerror (errno));
}

/* Starts a server that inherits the lock; one whose append-only file it can't load is given a second
 * chance with the damaged end cut off. */
static gboolean
launch (SortiePrivateServer *self, int lock_fd, GError **error)
{
  g_autofree char *socket_path = dup_socket_path (self);
  g_autoptr (GError) first = NULL;

  note_socket (lock_fd, socket_path);
  self->process = launch_once (self, lock_fd, socket_path, &first);
  if (self->process == NULL && g_error_matches (first, SORTIE_ERROR, SORTIE_ERROR_FAILED) &&
      sortie_redis_process_repair (self->data_dir, NULL))
    {
      g_message ("The append-only file was damaged; its end was cut off"); /* this is no failure */
      self->process = launch_once (self, lock_fd, socket_path, error);
    }
  else if (self->process == NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  if (self->process == NULL)
    return FALSE;
  set_running (self, socket_path);
  return TRUE;
}

static gboolean
is_locked (SortiePrivateServer *self)
{
  int fd = open_lock (self->lock_path);
  gboolean locked = fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;

  if (fd >= 0)
    close (fd);
  return locked;
}

/* Somebody else's server holds the lock: waits until it answers. Returns TRUE also where it has gone
 * away meanwhile, to look again. */
static gboolean
adopt (SortiePrivateServer *self, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + ADOPT_US;
  gboolean loading = FALSE;

  while (!is_stopping (self) && is_locked (self))
    {
      g_autofree char *socket_path = NULL;

      if (g_file_get_contents (self->lock_path, &socket_path, NULL, NULL) && *socket_path != '\0' &&
          sortie_redis_process_answers (socket_path, &loading))
        {
          set_running (self, socket_path);
          return TRUE;
        }
      if (g_get_monotonic_time () > deadline && !loading)
        {
          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                       "Another process holds %s, but no Redis answers on “%s”", self->lock_path,
                       socket_path != NULL ? socket_path : "");
          return FALSE;
        }
      pause_for (self, ADOPT_PROBE_US);
    }
  return TRUE;
}

/* g_subprocess_wait() misses a cancellation that comes just before it is called, so the process and
 * the cancellable are polled as descriptors. */
static void
wait_for_end_or_stop (SortiePrivateServer *self)
{
  const char *pid = g_subprocess_get_identifier (self->process);
  int pidfd = pid != NULL ? pidfd_open ((pid_t) g_ascii_strtoll (pid, NULL, 10), 0) : -1;
  GPollFD stop;

  if (pidfd >= 0 && g_cancellable_make_pollfd (self->stop, &stop))
    {
      GPollFD fds[] = { { .fd = pidfd, .events = G_IO_IN }, stop };

      while (g_poll (fds, G_N_ELEMENTS (fds), -1) < 0 && errno == EINTR)
        ;
      g_cancellable_release_fd (self->stop);
    }
  else /* a kernel without pidfd_open(), or no descriptor left */
    while (!is_stopping (self) && g_subprocess_get_identifier (self->process) != NULL)
      pause_for (self, WATCH_US);
  if (pidfd >= 0)
    close (pidfd);
}

/* Until the server has ended, or is to be stopped. */
static void
watch (SortiePrivateServer *self)
{
  gint64 began = g_get_monotonic_time ();

  if (self->process == NULL)
    {
      while (!is_stopping (self) && is_locked (self))
        pause_for (self, WATCH_US);
      return;
    }
  wait_for_end_or_stop (self);
  if (is_stopping (self))
    sortie_redis_process_stop (self->process);
  else if (g_get_monotonic_time () - began >= RESTART_US)
    self->quick_ends = 0;
  else if (++self->quick_ends > 1) /* it dies at once again and again */
    pause_for (self, RESTART_US);
  g_subprocess_wait (self->process, NULL, NULL); /* it has ended: reaps it */
  g_clear_object (&self->process);
}

/* Launches the server, or adopts the one that holds the lock. */
static gboolean
run_server (SortiePrivateServer *self, GError **error)
{
  int fd = open_lock (self->lock_path);
  gboolean running;

  if (fd < 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "Can't write to %s: %s",
                   self->lock_path, g_strerror (errno));
      return FALSE;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) < 0)
    {
      close (fd);
      return adopt (self, error);
    }
  running = launch (self, fd, error);
  close (fd);
  return running;
}

static gpointer
supervise (gpointer data)
{
  SortiePrivateServer *self = data;

  while (!is_stopping (self))
    {
      g_autoptr (GError) error = NULL;

      if (run_server (self, &error))
        {
          watch (self);
          continue;
        }
      g_debug ("private server: %s", error->message);
      g_mutex_lock (&self->lock);
      if (!self->ready && self->error == NULL)
        self->error = g_steal_pointer (&error);
      g_cond_broadcast (&self->changed);
      g_mutex_unlock (&self->lock);
      pause_for (self, RESTART_US);
    }
  return NULL;
}

/* Whether another backend works on the same data folder is told by a lock that each one shares. */
static void
join_backends (SortiePrivateServer *self)
{
  g_autofree char *path = g_build_filename (self->data_dir, "backend.lock", NULL);

  self->backend_fd = open_lock (path);
  if (self->backend_fd < 0)
    return;
  self->alone = flock (self->backend_fd, LOCK_EX | LOCK_NB) == 0;
  flock (self->backend_fd, LOCK_SH);
}

/**
 * sortie_private_server_start:
 * @data_dir: folder of the append-only file, made where it does not exist
 * @runtime_dir: folder of the socket
 * @durability: when an answer counts as kept
 * @error: why there is no server
 *
 * Returns: (transfer full): the server, answering
 */
SortiePrivateServer *
sortie_private_server_start (const char *data_dir,
                             const char *runtime_dir,
                             SortieDurability durability,
                             GError **error)
{
  g_autoptr (SortiePrivateServer) self = g_new0 (SortiePrivateServer, 1);
  g_autofree char *socket_path = NULL;
  gint64 began = g_get_monotonic_time ();
  gboolean ready;

  self->backend_fd = -1;
  self->stop = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  if (!make_folder (data_dir, error) || !make_folder (runtime_dir, error))
    return NULL;
  self->data_dir = g_canonicalize_filename (data_dir, NULL);
  self->runtime_dir = g_canonicalize_filename (runtime_dir, NULL);
  self->lock_path = g_build_filename (self->data_dir, "redis.lock", NULL);
  self->durability = durability;
  socket_path = dup_socket_path (self);
  if (strlen (socket_path) >= sizeof ((struct sockaddr_un *) NULL)->sun_path)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "The path %s is too long for a socket; set XDG_RUNTIME_DIR to a shorter one",
                   socket_path);
      return NULL;
    }
  join_backends (self);

  self->thread = g_thread_new ("sortie-redis", supervise, self);
  g_mutex_lock (&self->lock);
  while (!self->ready && self->error == NULL)
    g_cond_wait (&self->changed, &self->lock);
  ready = self->ready;
  if (!ready)
    g_propagate_error (error, g_error_copy (self->error));
  g_mutex_unlock (&self->lock);
  self->start_time = g_get_monotonic_time () - began;
  return ready ? g_steal_pointer (&self) : NULL;
}

void
sortie_private_server_free (SortiePrivateServer *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  if (self->thread != NULL)
    {
      g_cancellable_cancel (self->stop);
      g_thread_join (self->thread);
    }
  g_clear_object (&self->process);
  g_clear_object (&self->stop);
  if (self->backend_fd >= 0)
    close (self->backend_fd);
  g_clear_error (&self->error);
  sortie_redis_url_free (self->url);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->data_dir);
  g_free (self->runtime_dir);
  g_free (self->lock_path);
  g_free (self);
}

const SortieRedisUrl *
sortie_private_server_get_url (SortiePrivateServer *self)
{
  return self->url;
}

gboolean
sortie_private_server_is_alone (SortiePrivateServer *self)
{
  return self->alone;
}

gint64
sortie_private_server_get_start_time (SortiePrivateServer *self)
{
  return self->start_time;
}
