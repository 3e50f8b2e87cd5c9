/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <string.h>

/* Debian's manuals as they are installed: HTML, plain text and PDF, some of it packed. */

#define POLICY "/usr/share/doc/debian-policy"
#define HANDBOOK "/usr/share/doc/debian-handbook/html/en-US"

static SortieIndexResult
index_folder (Fixture *self, const char *folder)
{
  const char *folders[] = { folder, NULL };
  SortieIndexResult result = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  sortie_library_add (self->library, "c", folders, &error);
  g_assert_no_error (error);
  sortie_library_index (self->library, "c", NULL, NULL, NULL, &result, &error);
  g_assert_no_error (error);
  return result;
}

/* Only what is no text at all was skipped, and each with the reason that fits it. */
static void
check_skipped (Fixture *self)
{
  g_autoptr (GPtrArray) all = sortie_library_list_documents (self->library, "c", NULL);

  for (guint i = 0; i < all->len; i++)
    {
      const SortieDocument *document = g_ptr_array_index (all, i);
      const char *dot = strrchr (document->path, '.');

      if (document->skipped == NULL)
        {
          g_assert_cmpuint (strlen (document->title), >, 0);
          continue;
        }
      g_test_message ("%s: %s", document->path, document->skipped);
      if (g_strcmp0 (dot, ".png") == 0)
        g_assert_cmpstr (document->skipped, ==, "it is a PNG image, which is not read");
      else if (g_strcmp0 (dot, ".epub") == 0)
        g_assert_cmpstr (document->skipped, ==,
                         "it is a ZIP archive or an office document of a kind that is not read");
      else
        g_assert_true (g_str_has_prefix (document->skipped, "it is ") ||
                       g_str_has_prefix (document->skipped, "binary data") ||
                       g_str_equal (document->skipped, "the file is empty") ||
                       g_str_has_prefix (document->skipped, "it can’t be found"));
    }
}

static void
assert_first (Fixture *self, const char *query, const char *path, const char *words)
{
  SortieSearchScope scope = { "c", 0 };
  g_autoptr (GPtrArray) results =
      sortie_library_search (self->library, &scope, 1, query, 10, SORTIE_SEARCH_BY_PASSAGE, NULL);
  gboolean found = FALSE;

  for (guint i = 0; i < results->len; i++)
    {
      const SortiePassage *passage = g_ptr_array_index (results, i);

      found =
          found || (strstr (passage->path, path) != NULL && strstr (passage->text, words) != NULL);
    }
  g_assert_true (found);
}

static void
test_policy (Fixture *self, gconstpointer unused)
{
  SortieIndexResult result = index_folder (self, POLICY);
  g_autoptr (SortieDocument) pdf = NULL;
  g_autoptr (GBytes) text = NULL;

  g_assert_cmpint (result.n_indexed, >, 40);
  g_assert_cmpuint (fixture_check_exact (self, "c"), >, 2500);
  check_skipped (self);

  pdf = fixture_document (self, "policy.pdf.gz");
  g_assert_cmpstr (pdf->title, ==, "Debian Policy Manual");
  g_assert_cmpstr (pdf->media_type, ==, "application/pdf");
  g_assert_cmpint (pdf->n_pages, >, 150);
  text = sortie_library_read_text (self->library, pdf->id, NULL);
  /* A paragraph that the PDF breaks over lines with a hyphen. */
  g_assert_nonnull (memmem (g_bytes_get_data (text, NULL), g_bytes_get_size (text),
                            "This manual describes the policy requirements for the Debian "
                            "distribution.",
                            73));
  assert_first (self, "uniqueness of version numbers", "policy.pdf.gz", "version number");
  assert_first (self, "uniqueness of version numbers", "policy.html", "version number");

  result = index_folder (self, POLICY);
  g_assert_cmpint (result.n_indexed, ==, 0);
  g_assert_cmpint (result.n_removed, ==, 0);
}

static void
test_handbook (Fixture *self, gconstpointer unused)
{
  SortieIndexResult result = index_folder (self, HANDBOOK);
  g_autoptr (SortieDocument) document = NULL;

  g_assert_cmpint (result.n_indexed, >, 120);
  g_assert_cmpuint (fixture_check_exact (self, "c"), >, 1500);
  check_skipped (self);
  document = fixture_document (self, "sect.apt-get.html");
  g_assert_cmpstr (document->title, ==, "6.2. aptitude, apt-get, and apt Commands");
  assert_first (self, "How do I force reinstallation of a package?", "sect.apt-get.html",
                "--reinstall");
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/real-documents/policy", test_policy);
  ADD ("/real-documents/handbook", test_handbook);
  return g_test_run ();
}
