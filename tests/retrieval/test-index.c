/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utime.h>

#include "sortie-error.h"
#include "sortie-tokenizer.h"
#include "sortie-walk.h"

static void
assert_result (SortieIndexResult result, gint64 n_indexed, gint64 n_unchanged, gint64 n_removed)
{
  g_assert_cmpint (result.n_indexed, ==, n_indexed);
  g_assert_cmpint (result.n_unchanged, ==, n_unchanged);
  g_assert_cmpint (result.n_removed, ==, n_removed);
}

static gint64
generation (Fixture *self)
{
  g_autoptr (SortieCollection) collection = sortie_library_get (self->library, "c", NULL);

  return collection->generation;
}

static void
test_incremental (Fixture *self, gconstpointer unused)
{
  g_autoptr (SortieDocument) before = NULL;
  g_autoptr (SortieDocument) after = NULL;
  g_autoptr (SortieCollection) collection = NULL;
  gint64 first;

  fixture_write (self, "a.txt", "One quay.", -1);
  fixture_write (self, "b.txt", "Two piers.", -1);
  assert_result (fixture_index (self), 2, 0, 0);
  first = generation (self);
  g_assert_cmpint (first, >, 0);
  before = fixture_document (self, "a.txt");

  /* Nothing changed: no new generation. */
  assert_result (fixture_index (self), 0, 2, 0);
  g_assert_cmpint (generation (self), ==, first);

  /* Another time, the same bytes: the same document. */
  fixture_write (self, "a.txt", "One quay.", -1);
  assert_result (fixture_index (self), 0, 2, 0);
  after = fixture_document (self, "a.txt");
  g_assert_cmpstr (after->id, ==, before->id);
  g_assert_cmpint (after->modified, >, before->modified);
  g_assert_cmpint (generation (self), ==, first);

  /* Other bytes, a new file, and one that is gone. */
  fixture_write (self, "a.txt", "One quay and one crane.", -1);
  fixture_write (self, "c.txt", "Three berths.", -1);
  fixture_delete (self, "b.txt");
  assert_result (fixture_index (self), 2, 0, 1);
  g_assert_cmpint (generation (self), >, first);
  collection = sortie_library_get (self->library, "c", NULL);
  g_assert_cmpint (collection->n_documents, ==, 2);
  g_assert_cmpint (collection->n_passages, ==, 2);
  g_assert_cmpint (collection->n_bytes, ==, 36);
  g_assert_cmpuint (fixture_check_exact (self, "c"), ==, 2);
}

/* A file that changes without changing its size or time, right after it was indexed. */
static void
test_same_time (Fixture *self, gconstpointer unused)
{
  g_autofree char *path = fixture_path (self, "a.txt");
  g_autofree char *found = NULL;
  struct timespec times[2];

  fixture_write (self, "a.txt", "quay", -1);
  /* Written at this moment, and a slow machine makes no difference. */
  times[0] = times[1] = (struct timespec){ .tv_sec = time (NULL) + 3600 };
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  fixture_index (self);
  g_file_set_contents (path, "pier", -1, NULL);
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  assert_result (fixture_index (self), 1, 0, 0);
  found = fixture_search (self, "pier", SORTIE_SEARCH_BY_DOCUMENT);
  g_assert_cmpstr (found, ==, "a.txt");
}

static char *
search_at (Fixture *self, const char *query, gint64 at)
{
  SortieSearchScope scope = { "c", at };
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GPtrArray) results =
      sortie_library_search (self->library, &scope, 1, query, 10, SORTIE_SEARCH_BY_PASSAGE, NULL);

  for (guint i = 0; i < results->len; i++)
    g_string_append_printf (found, "[%s]",
                            ((SortiePassage *) g_ptr_array_index (results, i))->text);
  return g_string_free (g_steal_pointer (&found), FALSE);
}

static void
assert_found_at (Fixture *self, gint64 at, const char *expected)
{
  g_autofree char *found = search_at (self, "quay", at);

  g_assert_cmpstr (found, ==, expected);
}

static void
run_sql (Fixture *self, const char *sql)
{
  g_autofree char *root = g_build_filename (self->data, "collections", NULL);
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  g_autofree char *path = g_build_filename (root, g_dir_read_name (dir), "index.db", NULL);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sortie_tokenizer_register (db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
test_generations (Fixture *self, gconstpointer unused)
{
  g_autoptr (SortieDocument) old = NULL;
  g_autoptr (SortiePassage) passage = NULL;
  gint64 generations[4];

  fixture_write (self, "a.txt", "old quay", -1);
  fixture_index (self);
  generations[0] = generation (self);
  old = fixture_document (self, "a.txt");
  fixture_write (self, "a.txt", "new quay", -1);
  fixture_index (self);
  generations[1] = generation (self);
  fixture_write (self, "b.txt", "quay quay quay", -1);
  fixture_index (self);
  generations[2] = generation (self);
  fixture_delete (self, "a.txt");
  fixture_delete (self, "b.txt");
  fixture_index (self);
  generations[3] = generation (self);

  assert_found_at (self, generations[0], "[old quay]");
  assert_found_at (self, generations[1], "[new quay]");
  assert_found_at (self, generations[2], "[quay quay quay][new quay]");
  assert_found_at (self, generations[3], "");
  assert_found_at (self, 0, "");
  passage = sortie_library_get_passage (self->library, old->id, 1, NULL);
  g_assert_cmpstr (passage->text, ==, "old quay");

  /* A day later the next indexing forgets them. */
  run_sql (self, "UPDATE documents SET removed_at = removed_at - 25 * 3600 * 1000");
  fixture_index (self);
  assert_found_at (self, generations[2], "");
  g_assert_null (sortie_library_get_passage (self->library, old->id, 1, NULL));
  run_sql (self, "INSERT INTO terms (terms) VALUES ('integrity-check')");
}

static void
test_purge_by_size (Fixture *self, gconstpointer unused)
{
  g_autoptr (SortieDocument) old = NULL;
  g_autoptr (GBytes) text = NULL;

  fixture_write (self, "a.txt", "old quay", -1);
  fixture_index (self);
  old = fixture_document (self, "a.txt");
  fixture_write (self, "a.txt", "new quay", -1);
  fixture_index (self);
  text = sortie_library_read_text (self->library, old->id, NULL);
  g_assert_nonnull (text);
  run_sql (self, "UPDATE documents SET n_bytes = 300000000 WHERE removed_at IS NOT NULL");
  fixture_index (self);
  g_assert_null (sortie_library_read_text (self->library, old->id, NULL));
  assert_found_at (self, 0, "[new quay]");
}

/* A walk over everything that a folder can hold besides documents. */
static void
test_odd_entries (Fixture *self, gconstpointer unused)
{
  g_autofree char *fifo = fixture_path (self, "sub/fifo");
  g_autofree char *loop = fixture_path (self, "sub/loop");
  g_autofree char *self_link = fixture_path (self, "sub/self");
  g_autofree char *dangling = fixture_path (self, "sub/dangling");
  g_autofree char *again = fixture_path (self, "again.txt");
  g_autofree char *target = fixture_path (self, "sub/real.txt");
  g_autofree char *socket_path = fixture_path (self, "sub/socket");
  g_autofree char *found = NULL;
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (SortieDocument) broken = NULL;
  g_autoptr (SortieDocument) empty = NULL;
  g_autoptr (SortieDocument) name = NULL;
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);
  SortieIndexResult result;

  fixture_write (self, "sub/real.txt", "The real quay.", -1);
  fixture_write (self, "sub/.hidden.txt", "The hidden quay.", -1);
  fixture_write (self, ".git/config.txt", "The hidden quay.", -1);
  fixture_write (self, "sub/empty.txt", "", 0);
  fixture_write (self, "sub/caf\xe9.txt", "The quay of the caf\xe9.", -1);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink ("..", loop), ==, 0);
  g_assert_cmpint (symlink ("self", self_link), ==, 0);
  g_assert_cmpint (symlink ("nowhere", dangling), ==, 0);
  g_assert_cmpint (symlink (target, again), ==, 0);
  g_strlcpy (address.sun_path, socket_path, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  close (fd);

  result = fixture_index (self);
  assert_result (result, 2, 0, 0);
  g_assert_cmpint (result.n_skipped, ==, 3);
  found = fixture_search (self, "quay", SORTIE_SEARCH_BY_DOCUMENT);
  g_assert_cmpstr (found, ==, "again.txt sub/caf\xef\xbf\xbd.txt");
  broken = fixture_document (self, "sub/dangling");
  g_assert_true (g_str_has_prefix (broken->skipped, "it can’t be found"));
  empty = fixture_document (self, "sub/empty.txt");
  g_assert_cmpstr (empty->skipped, ==, "the file is empty");
  name = fixture_document (self, "sub/caf\xef\xbf\xbd.txt");
  g_assert_true (g_str_has_suffix (name->uri, "/sub/caf%E9.txt"));
  whole = sortie_library_read_document (self->library, name->id, NULL);
  g_assert_nonnull (whole);

  result = fixture_index (self);
  assert_result (result, 0, 2, 0);
  g_assert_cmpint (result.n_skipped, ==, 3);
}

static void
test_large_file (Fixture *self, gconstpointer unused)
{
  g_autofree char *path = fixture_path (self, "large.txt");
  g_autoptr (SortieDocument) document = NULL;

  fixture_write (self, "large.txt", "x", -1);
  g_assert_cmpint (truncate (path, (off_t) SORTIE_EXTRACT_MAX_FILE + 1), ==, 0);
  g_assert_cmpint (fixture_index (self).n_skipped, ==, 1);
  document = fixture_document (self, "large.txt");
  g_assert_cmpstr (document->skipped, ==, "it is larger than 64 MiB");
}

/* No permission stops root, so the test goes on as nobody. */
static void
drop_root (void)
{
  if (getuid () != 0)
    return;
  g_assert_cmpint (setresgid (65534, 65534, 65534), ==, 0);
  g_assert_cmpint (setresuid (65534, 65534, 65534), ==, 0);
  /* The leak check looks at its own process, which this would forbid. */
  g_assert_cmpint (prctl (PR_SET_DUMPABLE, 1), ==, 0);
}

static void
index_unreadable (Fixture *self)
{
  g_autofree char *file = fixture_path (self, "locked.txt");
  g_autofree char *folder = fixture_path (self, "closed");
  g_autoptr (SortieDocument) document = NULL;
  g_autoptr (SortieDocument) closed = NULL;
  g_autofree char *found = NULL;
  SortieIndexResult result;

  fixture_write (self, "locked.txt", "A locked quay.", -1);
  fixture_write (self, "open.txt", "An open quay.", -1);
  fixture_write (self, "closed/a.txt", "A closed quay.", -1);
  assert_result (fixture_index (self), 3, 0, 0);
  fixture_write (self, "locked.txt", "A locked quay!", -1);
  fixture_write (self, "open.txt", "An open quay!", -1);
  g_assert_cmpint (g_chmod (file, 0), ==, 0);
  g_assert_cmpint (g_chmod (folder, 0), ==, 0);

  result = fixture_index (self);
  assert_result (result, 1, 0, 1);
  g_assert_cmpint (result.n_skipped, ==, 2);
  document = fixture_document (self, "locked.txt");
  g_assert_cmpstr (document->skipped, ==, "it can’t be opened: Permission denied");
  closed = fixture_document (self, "closed");
  g_assert_cmpstr (closed->skipped, ==, "the folder can’t be read: Permission denied");

  /* Readable again: read again, though neither size nor time has changed. */
  g_assert_cmpint (g_chmod (file, 0600), ==, 0);
  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
  result = fixture_index (self);
  assert_result (result, 2, 1, 1);
  g_assert_cmpint (result.n_skipped, ==, 0);
  found = fixture_search (self, "quay", SORTIE_SEARCH_BY_DOCUMENT);
  g_assert_cmpstr (found, ==, "closed/a.txt locked.txt open.txt");
}

static void
test_unreadable (void)
{
  Fixture fixture = { NULL };

  if (g_test_subprocess ())
    {
      drop_root ();
      fixture_set_up (&fixture, NULL);
      index_unreadable (&fixture);
      fixture_tear_down (&fixture, NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

/* The folder that holds the library itself is no document of it. */
static void
test_own_folder (Fixture *self, gconstpointer unused)
{
  const char *folders[] = { self->folder, NULL };
  SortieIndexResult result;

  fixture_write (self, "a.txt", "A quay.", -1);
  g_assert_true (sortie_library_add (self->library, "d", folders, NULL));
  g_assert_true (sortie_library_index (self->library, "d", NULL, NULL, NULL, &result, NULL));
  assert_result (result, 1, 0, 0);
  g_assert_cmpint (result.n_skipped, ==, 0);
}

static void
test_several_folders (Fixture *self, gconstpointer unused)
{
  g_autofree char *other = g_build_filename (self->folder, "other", NULL);
  g_autofree char *file = g_build_filename (other, "b.txt", NULL);
  const char *folders[] = { other, NULL };
  g_autofree char *found = NULL;

  fixture_write (self, "a.txt", "A quay.", -1);
  g_mkdir (other, 0700);
  g_file_set_contents (file, "Another quay here.", -1, NULL);
  g_assert_true (sortie_library_add (self->library, "c", folders, NULL));
  fixture_index (self);
  found = fixture_search (self, "quay", SORTIE_SEARCH_BY_DOCUMENT);
  g_assert_cmpstr (found, ==, "documents/a.txt other/b.txt");
}

static void
test_folder_gone (Fixture *self, gconstpointer unused)
{
  SortieIndexResult result;

  fixture_write (self, "a.txt", "A quay.", -1);
  fixture_index (self);
  fixture_remove_tree (self->documents);
  g_assert_true (sortie_library_index (self->library, "c", NULL, NULL, NULL, &result, NULL));
  g_assert_cmpint (result.n_removed, ==, 1);
  g_assert_cmpint (result.n_skipped, ==, 1);
}

typedef struct
{
  GCancellable *cancellable;
  gint64 cancel_at;
  guint n_calls;
  guint n_skipped;
  gint64 n_total;
} Progress;

static void
progress_cb (const SortieIndexProgress *progress, gpointer user_data)
{
  Progress *self = user_data;

  g_assert_cmpstr (progress->collection, ==, "c");
  self->n_calls++;
  self->n_skipped += progress->skipped != NULL;
  self->n_total = progress->n_total;
  if (progress->n_done == self->cancel_at)
    g_cancellable_cancel (self->cancellable);
}

static void
test_progress_and_cancel (Fixture *self, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Progress progress = { cancellable, 3, 0, 0, 0 };
  g_autoptr (GError) error = NULL;
  SortieIndexResult result;

  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.txt", i);

      fixture_write (self, name, i == 1 ? "" : "A quay.", -1);
    }
  {
    const char *folders[] = { self->documents, NULL };

    sortie_library_add (self->library, "c", folders, NULL);
  }
  g_assert_false (sortie_library_index (self->library, "c", progress_cb, &progress, cancellable,
                                        &result, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED);
  g_assert_cmpuint (progress.n_calls, ==, 3);
  g_assert_cmpuint (progress.n_skipped, ==, 1);
  g_assert_cmpint (progress.n_total, ==, 10);
  /* What was done is kept. */
  assert_result (fixture_index (self), 7, 2, 0);
}

static gpointer
index_cb (gpointer data)
{
  Fixture *self = data;
  g_autoptr (SortieLibrary) library = sortie_library_open (self->data, NULL);
  SortieIndexResult *result = g_new0 (SortieIndexResult, 1);
  g_autoptr (GError) error = NULL;

  sortie_library_index (library, "c", NULL, NULL, NULL, result, &error);
  g_assert_no_error (error);
  return result;
}

/* Two at once, each with its own library, while a third searches: the work is done once. */
static void
test_at_once (Fixture *self, gconstpointer unused)
{
  const char *folders[] = { self->documents, NULL };
  GThread *threads[4];
  gint64 n_indexed = 0;

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.txt", i);

      fixture_write (self, name, "A quay in the harbour.", -1);
    }
  sortie_library_add (self->library, "c", folders, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("index", index_cb, self);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *found = fixture_search (self, "quay", SORTIE_SEARCH_BY_DOCUMENT);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autofree SortieIndexResult *result = g_thread_join (threads[i]);

      n_indexed += result->n_indexed;
    }
  g_assert_cmpint (n_indexed, ==, 100);
  g_assert_cmpuint (fixture_check_exact (self, "c"), ==, 100);
}

static void
kill_cb (const SortieIndexProgress *progress, gpointer user_data)
{
  if (progress->n_done == 150)
    kill (getpid (), SIGKILL);
}

/* Killed in the middle of it: the index is whole, and the next pass completes it. */
static void
test_killed (Fixture *self, gconstpointer unused)
{
  const char *folders[] = { self->documents, NULL };
  const char *data = g_getenv ("SORTIE_TEST_DATA");
  g_autofree char *found = NULL;

  if (g_test_subprocess ())
    {
      g_autoptr (SortieLibrary) library = sortie_library_open (data, NULL);

      sortie_library_index (library, "c", kill_cb, NULL, NULL, NULL, NULL);
      g_assert_not_reached ();
    }
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.txt", i);
      g_autofree char *text = g_strdup_printf ("The quay with the number %u.", i);

      fixture_write (self, name, text, -1);
    }
  sortie_library_add (self->library, "c", folders, NULL);
  g_setenv ("SORTIE_TEST_DATA", self->data, TRUE);
  for (guint i = 0; i < 3; i++)
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_failed ();
    }
  g_unsetenv ("SORTIE_TEST_DATA");
  fixture_index (self);
  g_assert_cmpuint (fixture_check_exact (self, "c"), ==, 200);
  found = fixture_search (self, "quay number 199", SORTIE_SEARCH_BY_DOCUMENT);
  g_assert_true (g_str_has_prefix (found, "199.txt "));
  run_sql (self, "INSERT INTO terms (terms) VALUES ('integrity-check')");
}

static void
remove_cb (const SortieIndexProgress *progress, gpointer library)
{
  if (progress->n_done == 2)
    g_assert_true (sortie_library_remove (library, "c", NULL));
}

static void
test_removed_meanwhile (Fixture *self, gconstpointer unused)
{
  const char *folders[] = { self->documents, NULL };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.txt", i);

      fixture_write (self, name, "A quay.", -1);
    }
  sortie_library_add (self->library, "c", folders, NULL);
  g_assert_false (
      sortie_library_index (self->library, "c", remove_cb, self->library, NULL, NULL, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_assert_null (sortie_library_get (self->library, "c", NULL));
  assert_result (fixture_index (self), 5, 0, 0);
}

static void
test_file_limit (Fixture *self, gconstpointer unused)
{
  g_autoptr (SortieWalk) walk = sortie_walk_new (NULL);
  GPtrArray *entries = sortie_walk_get_entries (walk);
  const SortieWalkEntry *last;

  for (guint i = 0; i <= SORTIE_WALK_MAX_FILES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u", self->documents, i);

      g_assert_cmpint (mknod (path, S_IFREG | 0600, 0), ==, 0);
    }
  g_assert_true (sortie_walk_add (walk, self->documents, NULL, NULL));
  g_assert_cmpuint (entries->len, ==, SORTIE_WALK_MAX_FILES + 1);
  last = g_ptr_array_index (entries, SORTIE_WALK_MAX_FILES);
  g_assert_nonnull (strstr (last->skipped, "more than 100000 files"));
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/index/incremental", test_incremental);
  ADD ("/index/same-time", test_same_time);
  ADD ("/index/generations", test_generations);
  ADD ("/index/purge-by-size", test_purge_by_size);
  ADD ("/index/odd-entries", test_odd_entries);
  ADD ("/index/large-file", test_large_file);
  g_test_add_func ("/index/unreadable", test_unreadable);
  ADD ("/index/own-folder", test_own_folder);
  ADD ("/index/several-folders", test_several_folders);
  ADD ("/index/folder-gone", test_folder_gone);
  ADD ("/index/progress-and-cancel", test_progress_and_cancel);
  ADD ("/index/at-once", test_at_once);
  ADD ("/index/killed", test_killed);
  ADD ("/index/removed-meanwhile", test_removed_meanwhile);
  ADD ("/index/file-limit", test_file_limit);
  return g_test_run ();
}
