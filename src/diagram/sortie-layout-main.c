/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-layout"

#include "sortie-diagram-layout-private.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* sortie-layout < REQUEST > LAYOUT: lays out what would keep the window waiting, and ends. */

#define MAX_MEMORY ((rlim_t) 1024 * 1024 * 1024)

static void
set_limit (int resource, rlim_t value)
{
  struct rlimit both = { .rlim_cur = value, .rlim_max = value };

  setrlimit (resource, &both);
}

static GByteArray *
read_all (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 buffer[65536];

  for (;;)
    {
      gssize n = read (STDIN_FILENO, buffer, sizeof buffer);

      if (n == 0)
        return g_steal_pointer (&bytes);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 || bytes->len + (gsize) n > SORTIE_LAYOUT_MAX_BYTES)
        return NULL;
      g_byte_array_append (bytes, buffer, (guint) n);
    }
}

int
main (void)
{
  g_autoptr (GByteArray) input = NULL;
  g_autoptr (SortieLayoutRequest) request = NULL;
  g_autoptr (SortieDiagramLayout) layout = NULL;
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GError) error = NULL;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
#ifndef __SANITIZE_ADDRESS__
  set_limit (RLIMIT_AS, MAX_MEMORY);
#endif
  set_limit (RLIMIT_CPU, SORTIE_LAYOUT_SECONDS);
  set_limit (RLIMIT_CORE, 0);
  input = read_all ();
  if (input == NULL)
    return 1;
  request = sortie_layout_request_from_bytes ((const char *) input->data, input->len, &error);
  if (request != NULL)
    layout = sortie_diagram_layout_run (request, &error);
  if (layout == NULL)
    {
      fprintf (stderr, "sortie-layout: %s\n", error->message);
      return 1;
    }
  output = sortie_diagram_layout_to_bytes (layout);
  if (fwrite (g_bytes_get_data (output, NULL), 1, g_bytes_get_size (output), stdout) !=
          g_bytes_get_size (output) ||
      fflush (stdout) != 0)
    return 1;
  return 0;
}
