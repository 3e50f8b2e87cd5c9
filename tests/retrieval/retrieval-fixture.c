/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#include "sortie-passages.h"

static void
remove_tree (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_tree (child);
      else
        g_unlink (child);
    }
  if (dir != NULL)
    g_dir_close (dir);
  g_rmdir (path);
}

static SortieExtract *
extract (const char *name, const char *bytes, gssize length, GError **error)
{
  g_autoptr (GBytes) content = g_bytes_new (bytes, length >= 0 ? (gsize) length : strlen (bytes));

  return sortie_extract_document (name, content, NULL, error);
}

void
fixture_set_up (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("sortie-retrieval-XXXXXX", &error);
  g_assert_no_error (error);
  self->documents = g_build_filename (self->folder, "documents", NULL);
  self->data = g_build_filename (self->folder, "data", NULL);
  g_assert_cmpint (g_mkdir (self->documents, 0755), ==, 0);
  self->library = sortie_library_open (self->data, &error);
  g_assert_no_error (error);
}

void
fixture_tear_down (Fixture *self, gconstpointer unused)
{
  sortie_library_free (self->library);
  remove_tree (self->folder);
  g_free (self->folder);
  g_free (self->documents);
  g_free (self->data);
}

void
fixture_remove_tree (const char *path)
{
  remove_tree (path);
}

char *
fixture_path (Fixture *self, const char *name)
{
  return g_build_filename (self->documents, name, NULL);
}

void
fixture_write (Fixture *self, const char *name, const char *bytes, gssize length)
{
  static time_t clock = 1700000000;
  g_autofree char *path = fixture_path (self, name);
  g_autofree char *folder = g_path_get_dirname (path);
  struct utimbuf times = { .actime = clock, .modtime = clock };
  g_autoptr (GError) error = NULL;

  clock += 10;
  g_mkdir_with_parents (folder, 0755);
  g_file_set_contents (path, bytes, length, &error);
  g_assert_no_error (error);
  g_assert_cmpint (utime (path, &times), ==, 0);
}

void
fixture_delete (Fixture *self, const char *name)
{
  g_autofree char *path = fixture_path (self, name);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

SortieIndexResult
fixture_index (Fixture *self)
{
  const char *folders[] = { self->documents, NULL };
  SortieIndexResult result = { 0 };
  g_autoptr (GError) error = NULL;

  sortie_library_add (self->library, "c", folders, &error);
  g_assert_no_error (error);
  sortie_library_index (self->library, "c", NULL, NULL, NULL, &result, &error);
  g_assert_no_error (error);
  return result;
}

SortieDocument *
fixture_document (Fixture *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = sortie_library_list_documents (self->library, "c", &error);

  g_assert_no_error (error);
  for (guint i = 0; i < all->len; i++)
    {
      SortieDocument *document = g_ptr_array_index (all, i);

      if (g_strcmp0 (document->path, path) == 0)
        return g_ptr_array_steal_index (all, i);
    }
  g_error ("There is no document “%s”", path);
}

char *
fixture_search (Fixture *self, const char *query, SortieSearchBy by)
{
  SortieSearchScope scope = { "c", 0 };
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results =
      sortie_library_search (self->library, &scope, 1, query, 100, by, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < results->len; i++)
    {
      const SortiePassage *passage = g_ptr_array_index (results, i);

      g_string_append_printf (found, "%s%s", i > 0 ? " " : "", passage->path);
      if (by == SORTIE_SEARCH_BY_PASSAGE)
        g_string_append_printf (found, "#%d", passage->number);
    }
  return g_string_free (g_steal_pointer (&found), FALSE);
}

static guint
check_document (Fixture *self, const SortieDocument *document)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = sortie_library_read_text (self->library, document->id, &error);
  gsize length;
  const char *bytes;
  gint64 position = 0;

  g_assert_no_error (error);
  bytes = g_bytes_get_data (text, &length);
  for (int i = 1; i <= document->n_passages; i++)
    {
      g_autoptr (SortiePassage) passage =
          sortie_library_get_passage (self->library, document->id, i, &error);

      g_assert_no_error (error);
      g_assert_cmpint (passage->number, ==, i);
      g_assert_cmpint (passage->start, ==, position);
      g_assert_cmpint (passage->end, >, passage->start);
      g_assert_cmpint (passage->end - passage->start, <=, SORTIE_PASSAGE_MAX_BYTES);
      g_assert_cmpint (passage->end, <=, (gint64) length);
      g_assert_cmpint (strlen (passage->text), ==, (gsize) (passage->end - passage->start));
      g_assert_cmpmem (passage->text, strlen (passage->text), bytes + passage->start,
                       (gsize) (passage->end - passage->start));
      g_assert_true (g_utf8_validate (passage->text, -1, NULL));
      g_assert_cmpint (passage->page, <=, document->n_pages);
      g_assert_true ((passage->page > 0) == (document->n_pages > 0));
      position = passage->end;
    }
  g_assert_cmpint (position, ==, (gint64) length);
  g_assert_null (sortie_library_get_passage (self->library, document->id,
                                             (int) document->n_passages + 1, NULL));
  return (guint) document->n_passages;
}

guint
fixture_check_exact (Fixture *self, const char *collection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = sortie_library_list_documents (self->library, collection, &error);
  guint n = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < all->len; i++)
    {
      const SortieDocument *document = g_ptr_array_index (all, i);

      g_assert_true ((document->skipped == NULL) == (document->n_passages > 0));
      n += check_document (self, document);
    }
  return n;
}

GBytes *
fixture_data (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "retrieval", "data", name, NULL);
  g_autoptr (GError) error = NULL;
  char *bytes;
  gsize length;

  g_file_get_contents (path, &bytes, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (bytes, length);
}

SortieExtract *
fixture_extract (const char *name, const char *bytes, gssize length)
{
  g_autoptr (GError) error = NULL;
  SortieExtract *result = extract (name, bytes, length, &error);

  g_assert_no_error (error);
  return result;
}

char *
fixture_refuse (const char *name, const char *bytes, gssize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieExtract) result = extract (name, bytes, length, &error);

  g_assert_null (result);
  g_assert_nonnull (error);
  return g_strdup (error->message);
}
