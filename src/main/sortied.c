/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortied"

#include "sortie-daemon.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

/* Heaps that threads share. By default glibc makes eight for each core, and each keeps what its
 * threads have freed; with two they wait for one another. */
#define MAX_HEAPS 4

/* sortied, the backend: reads its command line, starts, runs until it is told to end. */

/* Every client of an event stream is a descriptor: take as many as the system lets us have. */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static gboolean
end_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

/* The descriptor that ties us to the app: its closing is our end, unless a K came first. */
static gboolean
parent_cb (int fd, GIOCondition condition, gpointer user_data)
{
  char byte = 0;
  ssize_t n = read (fd, &byte, 1);

  if (n == 1 && byte == 'K')
    {
      close (fd);
      return G_SOURCE_REMOVE;
    }
  if (n < 0 || n == 1)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static int
run (const SortieDaemonOptions *options)
{
  static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
  guint sources[G_N_ELEMENTS (signals)];
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  SortieDaemon *daemon = sortie_daemon_start (options, &error);

  if (daemon == NULL)
    {
      g_printerr ("sortied: %s\n", error->message);
      return 1;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    sources[i] = g_unix_signal_add (signals[i], end_cb, loop);
  if (options->parent_fd >= 0)
    {
      g_unix_set_fd_nonblocking (options->parent_fd, TRUE, NULL);
      fcntl (options->parent_fd, F_SETFD, FD_CLOEXEC);
      g_unix_fd_add (options->parent_fd, G_IO_IN | G_IO_HUP, parent_cb, loop);
    }
  g_main_loop_run (loop);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (sources[i]); /* a second signal ends us at once: nothing is lost by that */
  sortie_daemon_stop (daemon);
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (SortieDaemonOptions) options = NULL;
  g_autoptr (GError) error = NULL;

  mallopt (M_ARENA_MAX, MAX_HEAPS);
  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN);
  raise_descriptor_limit ();
  options = sortie_daemon_options_parse (&argc, &argv, &error);
  if (options == NULL)
    {
      g_printerr ("sortied: %s\n", error->message);
      return 1;
    }
  if (options->version)
    {
      g_print ("sortied %s\n", SORTIE_VERSION);
      return 0;
    }
  if (options->print_config)
    {
      g_autofree char *text = sortie_config_print (options->config);

      g_print ("%s", text);
      return 0;
    }
  if (options->verbose)
    g_setenv ("G_MESSAGES_DEBUG", "all", FALSE);
  return run (options);
}
