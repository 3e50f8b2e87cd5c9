/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-extract"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sortie-extract-helper.h"
#include "sortie-office.h"
#include "sortie-pdf.h"

/* sortie-extract KIND < FILE > EXTRACT: reads one document and ends. It does nothing that the
 * library could not do; it only may crash, hang or grow while doing it. */

#define MAX_MEMORY ((rlim_t) 1536 * 1024 * 1024)

static void
limit (int resource, rlim_t value)
{
  struct rlimit both = { .rlim_cur = value, .rlim_max = value };

  setrlimit (resource, &both);
}

static void
drop_privileges (void)
{
  /* The address sanitizer maps terabytes. */
#ifndef __SANITIZE_ADDRESS__
  limit (RLIMIT_AS, MAX_MEMORY);
#endif
  limit (RLIMIT_CPU, SORTIE_EXTRACT_SECONDS);
  limit (RLIMIT_CORE, 0);
  limit (RLIMIT_FSIZE, 0); /* standard output is a pipe; no file grows */
  limit (RLIMIT_NOFILE, 64);
  signal (SIGXFSZ, SIG_IGN);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static SortieExtract *
extract (const char *kind, GBytes *content, GError **error)
{
  g_autoptr (SortieExtract) self = NULL;
  gsize length;
  const char *bytes = g_bytes_get_data (content, &length);
  gboolean done = FALSE;

  if (g_str_equal (kind, "pdf"))
    return sortie_pdf_extract (content, error);
  if (g_str_equal (kind, "office"))
    return sortie_office_extract (content, error);
  self = sortie_extract_new ();
  if (g_str_equal (kind, "html"))
    done = sortie_extract_html (self, bytes, length, error);
  else if (g_str_equal (kind, "markdown"))
    done = sortie_extract_markdown (self, bytes, length, error);
  return done ? g_steal_pointer (&self) : NULL;
}

static gboolean
write_all (GBytes *wire)
{
  gsize length;
  const char *bytes = g_bytes_get_data (wire, &length);

  while (length > 0)
    {
      gssize n = write (STDOUT_FILENO, bytes, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      bytes += n;
      length -= (gsize) n;
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  static const char *const kinds[] = { "pdf", "office", "html", "markdown", NULL };
  g_autoptr (GMappedFile) input = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (SortieExtract) result = NULL;
  g_autoptr (GBytes) wire = NULL;
  g_autoptr (GError) error = NULL;

  if (argc != 2 || !g_strv_contains (kinds, argv[1]))
    {
      fprintf (stderr, "Usage: sortie-extract pdf|office|html|markdown < FILE > EXTRACT\n");
      return 1;
    }
  drop_privileges ();
  input = g_mapped_file_new_from_fd (STDIN_FILENO, FALSE, NULL);
  if (input == NULL)
    return 1;
  content = g_mapped_file_get_bytes (input);
  result = extract (argv[1], content, &error);
  wire = sortie_extract_to_wire (result, error);
  return write_all (wire) ? 0 : 1;
}
