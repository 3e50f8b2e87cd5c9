/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "sortie-error.h"

static void
test_names (void)
{
  static const char *const good[] = { "c", "Contracts 2024", "Verträge", "a.b-c_d", "港" };
  static const char *const bad[] = { "",     ".",     "..", ".x", "-x",   "a/b",
                                     "a\nb", "a\x7f", " a", "a ", "\xff", "a\xc2\x85" };
  g_autofree char *fits = g_strnfill (SORTIE_COLLECTION_MAX_NAME, 'a');
  g_autofree char *too_long = g_strnfill (SORTIE_COLLECTION_MAX_NAME + 1, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (sortie_collection_name_validate (good[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (sortie_collection_name_validate (bad[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, "name:"));
    }
  g_assert_true (sortie_collection_name_validate (fits, NULL));
  g_assert_false (sortie_collection_name_validate (too_long, NULL));
}

static void
test_collections (Fixture *self, gconstpointer unused)
{
  const char *folders[] = { self->documents, NULL };
  const char *twice[] = { self->documents, self->folder, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) none = sortie_library_list (self->library, &error);
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (SortieCollection) one = NULL;

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_true (sortie_library_add (self->library, "b", NULL, &error));
  g_assert_true (sortie_library_add (self->library, "a", folders, &error));
  g_assert_true (sortie_library_add (self->library, "a", twice, &error));
  all = sortie_library_list (self->library, &error);
  g_assert_cmpuint (all->len, ==, 2);
  one = sortie_library_get (self->library, "a", &error);
  g_assert_cmpuint (g_strv_length (one->folders), ==, 2);
  g_assert_cmpstr (one->folders[0], ==, self->documents);
  g_assert_cmpint (one->generation, ==, 0);
  g_assert_cmpint (one->updated, ==, 0);

  g_assert_true (sortie_library_remove (self->library, "a", &error));
  g_assert_null (sortie_library_get (self->library, "a", &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_assert_false (sortie_library_remove (self->library, "a", NULL));
}

static void
test_bad_folders (Fixture *self, gconstpointer unused)
{
  const char *const cases[] = { "relative", "/does/not/exist", "" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *folders[] = { cases[i], NULL };
      g_autoptr (GError) error = NULL;

      g_assert_false (sortie_library_add (self->library, "c", folders, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, "folders:"));
    }
  g_assert_null (sortie_library_get (self->library, "c", NULL));
}

static void
test_data_dir (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sortie_library_open ("/dev/null/data", &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED);
}

static void
upload (Fixture *self, const char *name, const char *text)
{
  g_autoptr (GBytes) content = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  sortie_library_upload (self->library, "c", name, content, &error);
  g_assert_no_error (error);
}

static void
test_uploads (Fixture *self, gconstpointer unused)
{
  static const char *const bad[] = { "", ".hidden", "a/b", "..", "\xff", "a\nb" };
  g_autoptr (GBytes) content = g_bytes_new_static ("x", 1);
  g_autoptr (SortieDocument) document = NULL;
  g_autoptr (GBytes) back = NULL;
  g_autofree char *found = NULL;
  g_autofree char *gone = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (sortie_library_add (self->library, "c", NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) local = NULL;

      g_assert_false (sortie_library_upload (self->library, "c", bad[i], content, &local));
      g_assert_error (local, SORTIE_ERROR, SORTIE_ERROR_INVALID);
    }
  upload (self, "quay notes.txt", "The quay is closed.");
  upload (self, "quay notes.txt", "The quay is open again.");
  fixture_index (self);
  document = fixture_document (self, "quay notes.txt");
  g_assert_cmpstr (document->uri, ==, "upload:quay%20notes.txt");
  back = sortie_library_read_document (self->library, document->id, NULL);
  g_assert_cmpmem (g_bytes_get_data (back, NULL), g_bytes_get_size (back),
                   "The quay is open again.", 23);
  found = fixture_search (self, "quay", SORTIE_SEARCH_BY_DOCUMENT);
  g_assert_cmpstr (found, ==, "quay notes.txt");

  g_assert_true (sortie_library_remove_document (self->library, document->id, &error));
  gone = fixture_search (self, "quay", SORTIE_SEARCH_BY_DOCUMENT);
  g_assert_cmpstr (gone, ==, "");
  g_assert_cmpint (fixture_index (self).n_indexed, ==, 0);
}

/* The old ID of an upload that was replaced does not reach the new one. */
static void
test_remove_replaced_upload (Fixture *self, gconstpointer unused)
{
  g_autoptr (SortieDocument) old = NULL;
  g_autofree char *found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (sortie_library_add (self->library, "c", NULL, NULL));
  upload (self, "a.txt", "The old quay.");
  fixture_index (self);
  old = fixture_document (self, "a.txt");
  upload (self, "a.txt", "The new quay, which is larger.");
  fixture_index (self);
  g_assert_false (sortie_library_remove_document (self->library, old->id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_assert_cmpint (fixture_index (self).n_removed, ==, 0);
  found = fixture_search (self, "quay", SORTIE_SEARCH_BY_DOCUMENT);
  g_assert_cmpstr (found, ==, "a.txt");
}

/* A mirrored file can be taken out, a file in a mirrored folder can't. */
static void
test_remove_document (Fixture *self, gconstpointer unused)
{
  g_autofree char *file = g_build_filename (self->folder, "alone.txt", NULL);
  const char *files[] = { file, NULL };
  g_autoptr (SortieDocument) inside = NULL;
  g_autoptr (SortieDocument) alone = NULL;
  g_autoptr (SortieCollection) collection = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (file, "A file by itself.", -1, NULL);
  fixture_write (self, "inside.txt", "A file in a folder.", -1);
  g_assert_true (sortie_library_add (self->library, "c", files, NULL));
  fixture_index (self);
  inside = fixture_document (self, "inside.txt");
  alone = fixture_document (self, "alone.txt");
  g_assert_false (sortie_library_remove_document (self->library, inside->id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
  g_assert_true (sortie_library_remove_document (self->library, alone->id, NULL));
  g_assert_cmpint (fixture_index (self).n_indexed, ==, 0);
  collection = sortie_library_get (self->library, "c", NULL);
  g_assert_cmpint (collection->n_documents, ==, 1);
  g_assert_cmpuint (g_strv_length (collection->folders), ==, 1);
}

static void
test_bad_ids (Fixture *self, gconstpointer unused)
{
  static const char *const bad[] = { "",
                                     "x",
                                     "12345678",
                                     "12345678-",
                                     "12345678-0",
                                     "12345678-1",
                                     "../../../-1",
                                     "zzzzzzzz-1",
                                     "12345678--1",
                                     "12345678-1x",
                                     "2e7d2c03-999999999999999999999",
                                     "2e7d2c03-1" };

  fixture_write (self, "a.txt", "text", -1);
  fixture_index (self); /* whose key is 2e7d2c03 */
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sortie_library_get_document (self->library, bad[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
      g_assert_null (sortie_library_read_text (self->library, bad[i], NULL));
      g_assert_null (sortie_library_read_document (self->library, bad[i], NULL));
      g_assert_null (sortie_library_get_passage (self->library, bad[i], 1, NULL));
      g_assert_false (sortie_library_remove_document (self->library, bad[i], NULL));
    }
}

static void
test_document (Fixture *self, gconstpointer unused)
{
  g_autoptr (SortieDocument) document = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) error = NULL;

  fixture_write (self, "sub/a b.md", "# Quays\n\nText.\n", -1);
  fixture_index (self);
  document = fixture_document (self, "sub/a b.md");
  g_assert_cmpstr (document->title, ==, "Quays");
  g_assert_cmpstr (document->media_type, ==, "text/markdown");
  g_assert_true (g_str_has_prefix (document->uri, "file:///"));
  g_assert_true (g_str_has_suffix (document->uri, "/sub/a%20b.md"));
  g_assert_cmpint (document->size, ==, 15);
  g_assert_cmpint (document->n_passages, ==, 1);
  g_assert_cmpint (document->modified % 1000, ==, 0);
  content = sortie_library_read_document (self->library, document->id, NULL);
  g_assert_cmpuint (g_bytes_get_size (content), ==, 15);

  /* The same size, other bytes: it is not the document any more. */
  fixture_write (self, "sub/a b.md", "# Piers\n\nText.\n", -1);
  g_assert_null (sortie_library_read_document (self->library, document->id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
}

static char *
database_path (Fixture *self)
{
  g_autofree char *root = g_build_filename (self->data, "collections", NULL);
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);

  return g_build_filename (root, g_dir_read_name (dir), "index.db", NULL);
}

/* Overwrites the database's bytes in place, as a failing disk would. */
static void
damage (Fixture *self, gsize from)
{
  g_autofree char *path = database_path (self);
  g_autofree char *bytes = NULL;
  gsize length;
  FILE *file;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (gsize i = from; i < length; i++)
    bytes[i] = (char) (bytes[i] * 31 + 17);
  file = g_fopen (path, "r+");
  g_assert_cmpuint (fwrite (bytes, 1, length, file), ==, length);
  fclose (file);
}

static void
test_damaged (Fixture *self, gconstpointer from)
{
  g_autofree char *path = NULL;
  g_autofree char *aside = NULL;
  g_autofree char *found = NULL;
  SortieSearchScope scope = { "c", 0 };
  SortieIndexResult result;

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.txt", i);
      g_autofree char *text = g_strdup_printf ("Document %u about quays and piers.", i);

      fixture_write (self, name, text, -1);
    }
  fixture_index (self);
  path = database_path (self);
  aside = g_strconcat (path, ".damaged", NULL);
  sortie_library_free (self->library);
  damage (self, GPOINTER_TO_SIZE (from));
  self->library = sortie_library_open (self->data, NULL);

  /* A search says what is wrong, or finds an index that was made anew and holds nothing yet. */
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) results = sortie_library_search (self->library, &scope, 1, "quays", 10,
                                                           SORTIE_SEARCH_BY_PASSAGE, &error);

    if (results != NULL)
      g_assert_cmpuint (results->len, ==, 0);
    else
      g_assert_nonnull (strstr (error->message, "damaged"));
  }
  result = fixture_index (self);
  g_assert_cmpint (result.n_indexed, ==, 200);
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
  found = fixture_search (self, "199", SORTIE_SEARCH_BY_DOCUMENT);
  g_assert_cmpstr (found, ==, "199.txt");
  g_assert_cmpuint (fixture_check_exact (self, "c"), ==, 200);
}

/* The damage is met by the indexing itself. */
static void
test_damaged_while_indexing (Fixture *self, gconstpointer unused)
{
  SortieIndexResult result;

  fixture_write (self, "a.txt", "About quays.", -1);
  fixture_index (self);
  sortie_library_free (self->library);
  damage (self, 0);
  self->library = sortie_library_open (self->data, NULL);
  result = fixture_index (self);
  g_assert_true (result.remade);
  g_assert_cmpint (result.n_indexed, ==, 1);
  g_assert_false (fixture_index (self).remade);
}

static void
set_version (Fixture *self, int version)
{
  g_autofree char *path = database_path (self);
  g_autofree char *sql = g_strdup_printf ("PRAGMA user_version = %d", version);
  sqlite3 *db;

  sortie_library_free (self->library);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  self->library = sortie_library_open (self->data, NULL);
}

/* An older index is made anew, a newer one is left alone. */
static void
test_versions (Fixture *self, gconstpointer unused)
{
  SortieIndexResult result;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GError) error = NULL;

  fixture_write (self, "a.txt", "About quays.", -1);
  fixture_index (self);
  set_version (self, 1);
  result = fixture_index (self);
  g_assert_true (result.remade);
  g_assert_cmpint (result.n_indexed, ==, 1);

  set_version (self, 1000);
  g_assert_false (sortie_library_index (self->library, "c", NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "newer version"));
  g_assert_null (sortie_library_get (self->library, "c", NULL));
  all = sortie_library_list (self->library, NULL);
  g_assert_cmpuint (all->len, ==, 1);
}

/* IDs of a collection that was removed never name documents of one that is made later. */
static void
test_ids_are_not_used_again (Fixture *self, gconstpointer unused)
{
  g_autoptr (SortieDocument) before = NULL;
  g_autoptr (SortieDocument) after = NULL;
  g_autofree char *path = NULL;
  sqlite3 *db;

  fixture_write (self, "a.txt", "About quays.", -1);
  fixture_index (self);
  before = fixture_document (self, "a.txt");
  /* As if it had been made a minute ago. */
  path = database_path (self);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "UPDATE documents SET id = id - 60 * 4096", NULL, NULL, NULL),
                   ==, SQLITE_OK);
  sqlite3_close (db);
  g_clear_pointer (&before, sortie_document_free);
  before = fixture_document (self, "a.txt");

  g_assert_true (sortie_library_remove (self->library, "c", NULL));
  fixture_index (self);
  after = fixture_document (self, "a.txt");
  g_assert_cmpstr (before->id, !=, after->id);
  g_assert_null (sortie_library_get_document (self->library, before->id, NULL));
}

#define ADD(name, func, data)                                                                      \
  g_test_add (name, Fixture, data, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library/names", test_names);
  g_test_add_func ("/library/data-dir", test_data_dir);
  ADD ("/library/collections", test_collections, NULL);
  ADD ("/library/bad-folders", test_bad_folders, NULL);
  ADD ("/library/uploads", test_uploads, NULL);
  ADD ("/library/remove-replaced-upload", test_remove_replaced_upload, NULL);
  ADD ("/library/remove-document", test_remove_document, NULL);
  ADD ("/library/bad-ids", test_bad_ids, NULL);
  ADD ("/library/document", test_document, NULL);
  ADD ("/library/damaged/all", test_damaged, GSIZE_TO_POINTER (0));
  ADD ("/library/damaged/past-the-header", test_damaged, GSIZE_TO_POINTER (100));
  ADD ("/library/damaged/past-the-schema", test_damaged, GSIZE_TO_POINTER (8192));
  ADD ("/library/damaged/while-indexing", test_damaged_while_indexing, NULL);
  ADD ("/library/versions", test_versions, NULL);
  ADD ("/library/ids-are-not-used-again", test_ids_are_not_used_again, NULL);
  return g_test_run ();
}
