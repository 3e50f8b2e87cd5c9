/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cache of titles: what is found, what a file may hold, and how it is written. */
#include "sortie-error.h"
#include "sortie-title-cache.h"

#include <glib/gstdio.h>
#include <string.h>

#define ID(n) "00000000-0000-4000-8000-00000000000" #n

typedef struct
{
  char *folder;
  char *path;
  SortieTitleCache *cache;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("sortie-titles-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "sortie", "missions.json", NULL);
  self->cache = sortie_title_cache_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autofree char *below = g_path_get_dirname (self->path);

  g_chmod (self->folder, 0700);
  g_unlink (self->path);
  g_rmdir (below);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0); /* nothing else was left behind */
  sortie_title_cache_free (self->cache);
  g_free (self->path);
  g_free (self->folder);
}

static void
put (Fixture *self, const char *id, const char *title, gint64 created)
{
  g_assert_true (
      sortie_title_cache_put (self->cache, id, title, SORTIE_MISSION_COMPLETED, created));
}

/* @words: separated by `|`; @expected: last characters of the IDs */
static void
assert_found (Fixture *self, const char *words, const char *expected)
{
  g_auto (GStrv) terms = g_strsplit (words, "|", -1);
  g_auto (GStrv) found = sortie_title_cache_search (self->cache, (const char *const *) terms, NULL);
  g_autoptr (GString) tails = g_string_new (NULL);

  for (guint i = 0; found[i] != NULL; i++)
    g_string_append_c (tails, found[i][strlen (found[i]) - 1]);
  g_assert_cmpstr (tails->str, ==, expected);
}

static void
write_file (Fixture *self, const char *text, gssize length)
{
  g_autofree char *below = g_path_get_dirname (self->path);

  g_assert_cmpint (g_mkdir_with_parents (below, 0700), ==, 0);
  /* Not synced to disk, which takes its time. */
  g_assert_true (
      g_file_set_contents_full (self->path, text, length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/* ---- Searching ---- */

static void
test_search (Fixture *self, gconstpointer data)
{
  put (self, ID (1), "What is a dead letter?", 100);
  put (self, ID (2), "Größe und Gewicht (Äpfel)", 300);
  put (self, ID (3), "Letters from the deadline", 200);
  put (self, ID (4), "配送の保証について", 50);

  assert_found (self, "letter", "31");
  assert_found (self, "LETTER|dead", "31");
  assert_found (self, "dead|is", "1");
  assert_found (self, "etter", "");
  assert_found (self, "line", "");
  assert_found (self, "grösse", "2");
  assert_found (self, "äpfel", "2");
  assert_found (self, "保証", "4");
  assert_found (self, " dead ", "31");
  assert_found (self, "", "");
  assert_found (self, "|", "");
  assert_found (self, "?", "");
  assert_found (self, "dead letter", "1");
}

static void
test_search_among (Fixture *self, gconstpointer data)
{
  const char *const terms[] = { "dead", NULL };
  const char *const among[] = { ID (9), ID (2), NULL };
  g_auto (GStrv) found = NULL;

  put (self, ID (1), "Dead ends", 1);
  put (self, ID (2), "Dead letters", 2);
  found = sortie_title_cache_search (self->cache, terms, among);
  g_assert_cmpuint (g_strv_length (found), ==, 1);
  g_assert_cmpstr (found[0], ==, ID (2));
}

/* Terms of any length and number, and more missions than a search may give. */
static void
test_search_limits (Fixture *self, gconstpointer data)
{
  g_autofree char *many = g_strnfill (5000, '|');
  g_autofree char *long_one = g_strnfill (1000000, 'x');

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *id = g_strdup_printf ("00000000-0000-4000-8000-%012x", i);

      put (self, id, "The same title", i);
    }
  assert_found (self, "same", "3210fedcba9876543210");
  assert_found (self, many, "");
  assert_found (self, long_one, "");
}

/* ---- Putting in ---- */

static void
test_put (Fixture *self, gconstpointer data)
{
  g_autofree char *long_title = g_strnfill (10000, 'a');
  const SortieTitle *title;

  put (self, ID (1), "First", 100);
  put (self, ID (2), "Second", 200);
  put (self, ID (1), "First, renamed", 100);
  g_assert_cmpuint (sortie_title_cache_get_size (self->cache), ==, 2);
  title = sortie_title_cache_find (self->cache, ID (1));
  g_assert_cmpstr (title->title, ==, "First, renamed");
  g_assert_null (sortie_title_cache_find (self->cache, ID (3)));

  g_assert_false (sortie_title_cache_put (self->cache, "no id", "x", SORTIE_MISSION_FAILED, 1));
  g_assert_false (sortie_title_cache_put (self->cache, ID (4), " \n", SORTIE_MISSION_FAILED, 1));
  put (self, ID (5), long_title, 1);
  title = sortie_title_cache_find (self->cache, ID (5));
  g_assert_cmpuint (strlen (title->title), <=, SORTIE_TITLE_CACHE_MAX_TITLE);
}

/* When it is full the oldest give way, and an older one is not taken. */
static void
test_put_limit (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < SORTIE_TITLE_CACHE_MAX_TITLES; i++)
    {
      g_autofree char *id = g_strdup_printf ("00000000-0000-4000-8000-%012x", i + 16);

      put (self, id, "Title", 1000 + i);
    }
  g_assert_false (sortie_title_cache_put (self->cache, ID (1), "Older", SORTIE_MISSION_FAILED, 1));
  put (self, ID (2), "Newer", 100000);
  g_assert_cmpuint (sortie_title_cache_get_size (self->cache), ==, SORTIE_TITLE_CACHE_MAX_TITLES);
  g_assert_null (sortie_title_cache_find (self->cache, "00000000-0000-4000-8000-000000000010"));
  g_assert_nonnull (sortie_title_cache_find (self->cache, ID (2)));
}

static void
test_forget (Fixture *self, gconstpointer data)
{
  put (self, ID (1), "Oldest", 100);
  put (self, ID (2), "Middle", 200);
  put (self, ID (3), "Newest", 300);
  sortie_title_cache_forget_since (self->cache, 301);
  g_assert_cmpuint (sortie_title_cache_get_size (self->cache), ==, 3);
  sortie_title_cache_forget_since (self->cache, 200);
  g_assert_cmpuint (sortie_title_cache_get_size (self->cache), ==, 1);
  g_assert_nonnull (sortie_title_cache_find (self->cache, ID (1)));
  sortie_title_cache_set_backend (self->cache, "");
  g_assert_cmpuint (sortie_title_cache_get_size (self->cache), ==, 1);
  sortie_title_cache_set_backend (self->cache, "https://other.example");
  g_assert_cmpuint (sortie_title_cache_get_size (self->cache), ==, 0);
}

/* ---- The file ---- */

static void
test_file (Fixture *self, gconstpointer data)
{
  g_autoptr (SortieTitleCache) other = sortie_title_cache_new ();
  g_autoptr (GError) error = NULL;
  const SortieTitle *title;
  GStatBuf first, second;

  sortie_title_cache_set_backend (self->cache, "https://sortie.example");
  put (self, ID (1), "“Quotes” \"and\" <b>markup</b> \\ 日本", 1700000000000);
  put (self, ID (2), "Another", 5);
  g_assert_true (sortie_title_cache_save (self->cache, self->path, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (self->path, &first), ==, 0);
  g_assert_cmpint (first.st_mode & 07777, ==, 0600);

  g_assert_true (sortie_title_cache_load (other, self->path, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sortie_title_cache_get_size (other), ==, 2);
  title = sortie_title_cache_find (other, ID (1));
  g_assert_cmpstr (title->title, ==, "“Quotes” \"and\" <b>markup</b> \\ 日本");
  g_assert_cmpint (title->created, ==, 1700000000000);
  g_assert_cmpint (title->state, ==, SORTIE_MISSION_COMPLETED);

  /* The same again is not written. */
  g_assert_true (sortie_title_cache_save (other, self->path, &error));
  g_assert_cmpint (g_stat (self->path, &second), ==, 0);
  g_assert_cmpuint (first.st_ino, ==, second.st_ino);
  sortie_title_cache_put (other, ID (3), "New", SORTIE_MISSION_FAILED, 7);
  g_assert_true (sortie_title_cache_save (other, self->path, &error));
  g_assert_true (sortie_title_cache_load (self->cache, self->path, &error));
  g_assert_cmpuint (sortie_title_cache_get_size (self->cache), ==, 3);
}

/* A full cache fits into what is read again. */
static void
test_file_full (Fixture *self, gconstpointer data)
{
  g_autofree char *title = g_strnfill (SORTIE_TITLE_CACHE_MAX_TITLE, '"');
  g_autoptr (SortieTitleCache) other = sortie_title_cache_new ();

  for (guint i = 0; i < SORTIE_TITLE_CACHE_MAX_TITLES; i++)
    {
      g_autofree char *id = g_strdup_printf ("00000000-0000-4000-8000-%012x", i);

      put (self, id, title, i);
    }
  g_assert_true (sortie_title_cache_save (self->cache, self->path, NULL));
  g_assert_true (sortie_title_cache_load (other, self->path, NULL));
  g_assert_cmpuint (sortie_title_cache_get_size (other), ==, SORTIE_TITLE_CACHE_MAX_TITLES);
}

/* What is no cache changes nothing; a cache with rubbish in it gives what is good. */
static void
test_file_rubbish (Fixture *self, gconstpointer data)
{
  static const char *const refused[] = {
    "",
    "{",
    "[]",
    "null",
    "{\"version\":1}",
    "{\"version\":2,\"backend\":\"\",\"missions\":[]}",
    "{\"version\":1,\"backend\":\"\",\"missions\":{}}",
    "\xff\xfe",
    "not JSON at all",
  };
  static const char mixed[] =
      "{\"version\":1,\"backend\":\"\",\"missions\":[1,null,[],{},{\"id\":\"x\"},"
      "{\"id\":\"" ID (
          7) "\",\"title\":\"Negative\",\"state\":\"failed\",\"created\":-1},"
             "{\"id\":\"" ID (
                 7) "\",\"title\":\"Strange\",\"state\":\"odd\",\"created\":1},"
                    "{\"id\":\"" ID (
                        8) "\",\"title\":\"a\\u202eb\\nc\",\"state\":\"failed\",\"created\":9}]}";

  put (self, ID (1), "Kept", 1);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      write_file (self, refused[i], -1);
      g_assert_false (sortie_title_cache_load (self->cache, self->path, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (sortie_title_cache_find (self->cache, ID (1)));
    }
  for (gsize cut = 0; cut < strlen (mixed); cut++)
    {
      write_file (self, mixed, (gssize) cut);
      g_assert_false (sortie_title_cache_load (self->cache, self->path, NULL));
    }
  write_file (self, mixed, -1);
  g_assert_true (sortie_title_cache_load (self->cache, self->path, NULL));
  g_assert_cmpuint (sortie_title_cache_get_size (self->cache), ==, 1);
  g_assert_cmpstr (sortie_title_cache_find (self->cache, ID (8))->title, ==, "ab c");
}

static void
test_file_too_large (Fixture *self, gconstpointer data)
{
  g_autofree char *blanks = g_strnfill (SORTIE_TITLE_CACHE_MAX_FILE + 1, ' ');
  g_autoptr (GError) error = NULL;

  write_file (self, blanks, -1);
  g_assert_false (sortie_title_cache_load (self->cache, self->path, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
  g_clear_error (&error);
  /* A folder, and what is not there. */
  g_assert_false (sortie_title_cache_load (self->cache, self->folder, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_cmpint (g_unlink (self->path), ==, 0);
  g_assert_false (sortie_title_cache_load (self->cache, self->path, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

/* Where it can't be written there is an error, and nothing of a half-written file. */
static void
test_file_refused (Fixture *self, gconstpointer data)
{
  g_autofree char *below = g_build_filename (self->path, "missions.json", NULL);
  g_autoptr (GError) error = NULL;

  write_file (self, "in the way", -1);
  put (self, ID (1), "Title", 1);
  g_assert_false (sortie_title_cache_save (self->cache, below, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
}

#define ADD(path, func) g_test_add ("/title-cache/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("search", test_search);
  ADD ("search-among", test_search_among);
  ADD ("search-limits", test_search_limits);
  ADD ("put", test_put);
  ADD ("put-limit", test_put_limit);
  ADD ("forget", test_forget);
  ADD ("file", test_file);
  ADD ("file-full", test_file_full);
  ADD ("file-rubbish", test_file_rubbish);
  ADD ("file-too-large", test_file_too_large);
  ADD ("file-refused", test_file_refused);
  return g_test_run ();
}
