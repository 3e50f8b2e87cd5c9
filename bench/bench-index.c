/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bench"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sortie-library.h"

/* How fast plain text is indexed, and how long a search takes: bench-index [DOCUMENTS [MIB]]. The
 * text is made up, but its words are spread as in real text (few frequent ones, many rare), and it
 * is the same each time. Prints a line for each figure: name, value, unit. */

#define N_WORDS 60000
#define N_SEARCHES 200
#define N_PASSES 3

static char **
make_words (GRand *random)
{
  static const char *const syllables[] = { "ba",  "cor", "de",   "fin", "gra", "hol", "in",
                                           "ka",  "lem", "mo",   "ni",  "os",  "per", "qua",
                                           "ri",  "sta", "tion", "ur",  "ver", "wen", "xi",
                                           "yst", "zo",  "ing",  "er",  "ed" };
  char **words = g_new0 (char *, N_WORDS + 1);

  for (guint i = 0; i < N_WORDS; i++)
    {
      GString *word = g_string_new (NULL);
      gint32 n = i < 100 ? 1 : g_rand_int_range (random, 2, 5);

      for (gint32 k = 0; k < n; k++)
        g_string_append (
            word, syllables[g_rand_int_range (random, 0, (gint32) G_N_ELEMENTS (syllables))]);
      words[i] = g_string_free (word, FALSE);
    }
  return words;
}

/* Zipf's law, near enough: the rank is distributed evenly on a logarithmic scale. */
static const char *
pick_word (GRand *random, char **words)
{
  double power = g_rand_double (random) * 15.87; /* log2 of N_WORDS */

  return words[MIN ((guint) __builtin_exp2 (power) - 1, N_WORDS - 1)];
}

static void
append_paragraph (GString *text, GRand *random, char **words)
{
  gint32 n_sentences = g_rand_int_range (random, 2, 9);

  for (gint32 i = 0; i < n_sentences; i++)
    {
      gint32 n = g_rand_int_range (random, 6, 30);

      for (gint32 k = 0; k < n; k++)
        {
          gsize start = text->len;

          g_string_append (text, pick_word (random, words));
          if (k == 0)
            text->str[start] = g_ascii_toupper (text->str[start]);
          g_string_append (text, k + 1 < n ? " " : ". ");
        }
    }
  g_string_append (text, "\n\n");
}

static gsize
write_documents (const char *folder, guint n_documents, gsize n_bytes, GRand *random, char **words)
{
  gsize total = 0;

  for (guint i = 0; i < n_documents; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *name = g_strdup_printf ("document-%05u.txt", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      while (text->len < n_bytes / n_documents)
        append_paragraph (text, random, words);
      g_file_set_contents (path, text->str, (gssize) text->len, NULL);
      total += text->len;
    }
  return total;
}

static double
processor_seconds (void)
{
  return (double) clock () / CLOCKS_PER_SEC;
}

static int
compare_cb (const void *a, const void *b)
{
  return *(const double *) a < *(const double *) b ? -1 : *(const double *) a > *(const double *) b;
}

static void
print_spread (const char *name, double *values, guint n, const char *unit)
{
  qsort (values, n, sizeof *values, compare_cb);
  printf ("%-28s %10.2f %s (median; %.2f to %.2f)\n", name, values[n / 2], unit, values[0],
          values[n - 1]);
}

static void
bench_search (SortieLibrary *library, GRand *random, char **words)
{
  SortieSearchScope scope = { "bench", 0 };
  double times[N_SEARCHES];

  for (guint i = 0; i < N_SEARCHES; i++)
    {
      g_autoptr (GString) query = g_string_new (NULL);
      g_autoptr (GPtrArray) passages = NULL;
      gint64 start;

      for (guint k = 0; k < 6; k++)
        g_string_append_printf (query, "%s ", pick_word (random, words));
      start = g_get_monotonic_time ();
      passages = sortie_library_search (library, &scope, 1, query->str, 20,
                                        SORTIE_SEARCH_BY_PASSAGE, NULL);
      times[i] = (double) (g_get_monotonic_time () - start) / 1000;
    }
  print_spread ("search, 6 words, 20 passages", times, N_SEARCHES, "ms");
}

static void
print_memory (void)
{
  g_autofree char *status = NULL;
  const char *line;

  if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL) &&
      (line = strstr (status, "VmRSS:")) != NULL)
    printf ("%-28s %10.2f MiB\n", "resident afterwards", atoi (line + 6) / 1024.0);
}

static void
remove_folder (const char *folder)
{
  const char *argv[] = { "rm", "-rf", folder, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
}

static gboolean
bench (const char *folder, guint n_documents, gsize n_bytes, GError **error)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_auto (GStrv) words = make_words (random);
  g_autofree char *documents = g_build_filename (folder, "documents", NULL);
  g_autoptr (SortieLibrary) library = sortie_library_open (folder, error);
  const char *folders[] = { documents, NULL };
  double speeds[N_PASSES];
  double work[N_PASSES];
  gint64 start;
  gsize total;

  if (library == NULL)
    return FALSE;
  g_mkdir (documents, 0700);
  total = write_documents (documents, n_documents, n_bytes, random, words);
  for (guint i = 0; i < N_PASSES; i++)
    {
      if ((i > 0 && !sortie_library_remove (library, "bench", error)) ||
          !sortie_library_add (library, "bench", folders, error))
        return FALSE;
      start = g_get_monotonic_time ();
      work[i] = processor_seconds ();
      if (!sortie_library_index (library, "bench", NULL, NULL, NULL, NULL, error))
        return FALSE;
      work[i] = (double) total / 1048576 / (processor_seconds () - work[i]);
      speeds[i] = (double) total / 1.048576 / (double) (g_get_monotonic_time () - start);
    }
  print_spread ("indexing plain text", speeds, N_PASSES, "MiB/s");
  print_spread ("  by processor time", work, N_PASSES, "MiB/s");

  start = g_get_monotonic_time ();
  if (!sortie_library_index (library, "bench", NULL, NULL, NULL, NULL, error))
    return FALSE;
  printf ("%-28s %10.2f ms\n", "again, nothing changed",
          (double) (g_get_monotonic_time () - start) / 1000);
  bench_search (library, random, words);
  print_memory ();
  return TRUE;
}

int
main (int argc, char **argv)
{
  guint n_documents = argc > 1 ? (guint) atoi (argv[1]) : 1000;
  gsize n_mebibytes = argc > 2 ? (gsize) atoi (argv[2]) : 20;
  g_autofree char *folder = g_dir_make_tmp ("sortie-bench-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (n_documents == 0 || n_mebibytes == 0 || folder == NULL)
    return 1;
  printf ("%u documents, %" G_GSIZE_FORMAT " MiB\n", n_documents, n_mebibytes);
  done = bench (folder, n_documents, n_mebibytes * 1024 * 1024, &error);
  if (!done)
    fprintf (stderr, "bench-index: %s\n", error->message);
  remove_folder (folder);
  return done ? 0 : 1;
}
