/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include <signal.h>
#include <string.h>

/* What survives: the server's death, and damage to its append-only file. Each acknowledged mission
 * is there again, or, where its bytes are gone, is gone as a whole. */

typedef struct
{
  char *folder;
  char *data;
  SortiePrivateServer *server;
  SortieBus *bus;
} Durable;

static void
open_bus (Durable *d)
{
  g_autoptr (GError) error = NULL;
  SortieBusOptions options = { .is_private = TRUE,
                               .max_running = 100000,
                               .patience = 20 * G_USEC_PER_SEC };

  d->server = sortie_private_server_start (d->data, d->folder, SORTIE_DURABILITY_ALWAYS, &error);
  g_assert_no_error (error);
  options.url = sortie_private_server_get_url (d->server);
  d->bus = sortie_bus_open (&options, &error);
  g_assert_no_error (error);
}

static void
close_bus (Durable *d)
{
  g_clear_pointer (&d->bus, sortie_bus_free);
  g_clear_pointer (&d->server, sortie_private_server_free);
}

static void
set_up (Durable *d, gconstpointer data)
{
  d->folder = bus_make_folder ();
  d->data = g_build_filename (d->folder, "data", NULL);
  open_bus (d);
}

static void
tear_down (Durable *d, gconstpointer data)
{
  close_bus (d);
  bus_remove_folder (d->folder);
  g_free (d->data);
  g_free (d->folder);
}

static char *
submit (Durable *d)
{
  char *id = sortie_mission_id_new ();
  SortieSubmission submission = bus_new_submission (id, "ada");
  g_autoptr (GError) error = NULL;

  sortie_bus_accept (d->bus, &submission, NULL, &error);
  g_assert_no_error (error);
  return id;
}

/* The mission as a whole: its hash, its events, its place in the list and in the queue. */
static gboolean
is_there (Durable *d, const char *id)
{
  g_autoptr (SortieMissionRecord) record = sortie_bus_get_mission (d->bus, "ada", id, NULL);
  g_autoptr (GPtrArray) events = sortie_bus_read_events (d->bus, id, NULL, 100, NULL, NULL);

  g_assert_cmpuint (events->len, ==, record != NULL ? 3 : 0);
  g_assert_true (record == NULL || record->steps->len == 1);
  return record != NULL;
}

static guint
count_queued (Durable *d)
{
  SortieBusStats stats;

  g_assert_true (sortie_bus_get_stats (d->bus, &stats, NULL));
  return (guint) stats.agents[0].queued;
}

static char *
get_file (Durable *d)
{
  return g_build_filename (d->data, "appendonlydir", "appendonly.aof.1.incr.aof", NULL);
}

static void
read_file (Durable *d, char **bytes, gsize *length)
{
  g_autofree char *path = get_file (d);
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, bytes, length, &error);
  g_assert_no_error (error);
}

static void
write_file (Durable *d, const char *bytes, gsize length)
{
  g_autofree char *path = get_file (d);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, bytes, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                            &error);
  g_assert_no_error (error);
}

static guint
count_copies (Durable *d)
{
  g_autoptr (GDir) dir = g_dir_open (d->data, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_prefix (name, "appendonlydir.damaged-");
  return n;
}

/* ---- Deaths ---- */

typedef struct
{
  Durable *d;
  GPtrArray *ids; /* accepted */
} Submitter;

static gpointer
submit_thread (gpointer data)
{
  Submitter *submitter = data;

  for (int i = 0; i < 150; i++)
    g_ptr_array_add (submitter->ids, submit (submitter->d));
  return NULL;
}

/* Killed again and again in the midst of submissions: each one that was answered is there. */
static void
test_killed (Durable *d, gconstpointer data)
{
  Submitter submitters[4];
  GThread *threads[4];
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      submitters[i] = (Submitter){ d, g_ptr_array_new_with_free_func (g_free) };
      threads[i] = g_thread_new ("submit", submit_thread, &submitters[i]);
    }
  for (int i = 0; i < 3; i++)
    {
      kill (bus_get_server_pid (sortie_private_server_get_url (d->server)), SIGKILL);
      g_free (submit (d)); /* it is there again */
      n++;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  close_bus (d);
  open_bus (d);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_assert_cmpuint (submitters[i].ids->len, ==, 150);
      for (guint k = 0; k < submitters[i].ids->len; k++)
        g_assert_true (is_there (d, g_ptr_array_index (submitters[i].ids, k)));
      n += submitters[i].ids->len;
      g_ptr_array_unref (submitters[i].ids);
    }
  g_assert_cmpuint (count_queued (d), ==, n);
}

/* ---- Damages ---- */

/* Cut off anywhere in its last mission: that one is gone as a whole, the others are there. */
static void
test_truncated (Durable *d, gconstpointer data)
{
  static const gsize cuts[] = { 1, 2, 3, 20, 100, 500, 1000 };
  g_autofree char *first = submit (d);
  g_autofree char *bytes = NULL;
  gsize before, length;

  close_bus (d);
  read_file (d, &bytes, &before);
  g_clear_pointer (&bytes, g_free);
  open_bus (d);
  g_autofree char *last = submit (d);
  close_bus (d);
  read_file (d, &bytes, &length);
  g_assert_cmpuint (length, >, before + 1000);
  for (gsize i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      g_test_message ("%zu bytes cut off", cuts[i]);
      write_file (d, bytes, length - cuts[i]);
      open_bus (d);
      g_assert_true (is_there (d, first));
      g_assert_false (is_there (d, last));
      g_assert_cmpuint (count_queued (d), ==, 1);
      close_bus (d);
    }
  g_assert_cmpuint (count_copies (d), ==, 0); /* Redis does this by itself */
  write_file (d, bytes, length);
  open_bus (d);
  g_assert_true (is_there (d, last));
}

static void
test_garbage_at_the_end (Durable *d, gconstpointer data)
{
  static const struct
  {
    const char *bytes;
    gsize length;
#define ENDING(text)                                                                               \
  {                                                                                                \
    text, sizeof text - 1                                                                          \
  }
  } endings[] = {
    ENDING ("garbage"),
    ENDING ("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), /* a page that was never written */
    ENDING ("*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$-7\r\ny\r\n"),
    ENDING ("*1\r\n$99999999999\r\nx\r\n"),
    ENDING ("\r\n\r\n"),
#undef ENDING
  };
  g_autofree char *first = submit (d);
  g_autofree char *second = submit (d);
  g_autofree char *bytes = NULL;
  gsize length;

  close_bus (d);
  read_file (d, &bytes, &length);
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *damaged = g_malloc (length + endings[i].length);
      guint n_copies = count_copies (d);

      g_test_message ("ending %zu", i);
      memcpy (damaged, bytes, length);
      memcpy (damaged + length, endings[i].bytes, endings[i].length);
      write_file (d, damaged, length + endings[i].length);
      open_bus (d);
      g_assert_true (is_there (d, first));
      g_assert_true (is_there (d, second));
      g_assert_cmpuint (count_queued (d), ==, 2);
      g_free (submit (d)); /* and it is written on behind what is sound */
      close_bus (d);
      open_bus (d);
      g_assert_cmpuint (count_queued (d), ==, 3);
      g_assert_cmpuint (count_copies (d), <=, n_copies + 1);
      close_bus (d);
    }
  g_assert_cmpuint (count_copies (d), >, 0);
}

/* The copy that was set aside is the file as it was found. */
static void
test_copy (Durable *d, gconstpointer data)
{
  g_autofree char *id = submit (d);
  g_autofree char *bytes = NULL, *copied = NULL, *copy = NULL, *path = NULL;
  g_autoptr (GString) damaged = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  gsize length;

  close_bus (d);
  read_file (d, &bytes, &length);
  damaged = g_string_new_len (bytes, (gssize) length);
  g_string_append (damaged, "garbage");
  write_file (d, damaged->str, damaged->len);
  open_bus (d);
  g_assert_true (is_there (d, id));
  dir = g_dir_open (d->data, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "appendonlydir.damaged-"))
      path = g_build_filename (d->data, name, "appendonly.aof.1.incr.aof", NULL);
  g_assert_nonnull (path);
  g_assert_true (g_file_get_contents (path, &copied, &length, NULL));
  g_assert_cmpmem (copied, length, damaged->str, damaged->len);
}

/* Damage in the middle: what comes after it can't be trusted, what came before is there. */
static void
test_garbage_in_the_middle (Durable *d, gconstpointer data)
{
  g_autofree char *first = submit (d);
  g_autofree char *bytes = NULL;
  gsize before, length;

  close_bus (d);
  read_file (d, &bytes, &before);
  g_clear_pointer (&bytes, g_free);
  open_bus (d);
  g_autofree char *second = submit (d);
  g_autofree char *third = submit (d);
  close_bus (d);
  read_file (d, &bytes, &length);
  memset (bytes + before + 300, 'x', 40);
  write_file (d, bytes, length);
  open_bus (d);
  g_assert_true (is_there (d, first));
  g_assert_false (is_there (d, third));
  g_assert_false (is_there (d, second));
  g_assert_cmpuint (count_queued (d), ==, 1);
  g_assert_cmpuint (count_copies (d), ==, 1);
}

/* Well-formed, but no command of this Redis: a person has to look. The start says what is wrong, and
 * nothing is touched. */
static void
test_unknown_command (Durable *d, gconstpointer data)
{
  static const char command[] = "*2\r\n$8\r\nNONSENSE\r\n$1\r\nx\r\n";
  g_autofree char *id = submit (d);
  g_autofree char *bytes = NULL;
  g_autofree char *path = get_file (d);
  g_autoptr (GString) damaged = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  close_bus (d);
  read_file (d, &bytes, &length);
  damaged = g_string_new_len (bytes, (gssize) length);
  g_string_append (damaged, command);
  write_file (d, damaged->str, damaged->len);
  g_assert_null (
      sortie_private_server_start (d->data, d->folder, SORTIE_DURABILITY_ALWAYS, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "NONSENSE"));
  g_assert_cmpuint (count_copies (d), ==, 0);
  write_file (d, bytes, length);
  open_bus (d);
  g_assert_true (is_there (d, id));
}

/* Each start that fails for another reason leaves the data alone: no copy, no cut. */
static void
test_no_needless_repair (Durable *d, gconstpointer data)
{
  g_autofree char *id = submit (d);
  g_autofree char *bytes = NULL, *after = NULL, *socket_path = NULL;
  g_autofree char *manifest =
      g_build_filename (d->data, "appendonlydir", "appendonly.aof.manifest", NULL);
  g_autofree char *files = NULL, *broken = NULL;
  gsize length, length_after;
  g_autoptr (GError) error = NULL;

  close_bus (d);
  read_file (d, &bytes, &length);
  g_assert_true (g_file_get_contents (manifest, &files, NULL, NULL));
  broken = g_strconcat (files, "file missing.aof seq 2 type i\n", NULL);
  g_assert_true (g_file_set_contents (manifest, broken, -1, NULL));
  g_assert_null (
      sortie_private_server_start (d->data, d->folder, SORTIE_DURABILITY_ALWAYS, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED);
  read_file (d, &after, &length_after);
  g_assert_cmpmem (after, length_after, bytes, length);
  g_assert_cmpuint (count_copies (d), <=, 1);
  g_assert_true (g_file_set_contents (manifest, files, -1, NULL));
  open_bus (d);
  g_assert_true (is_there (d, id));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/durability/" name, Durable, NULL, set_up, func, tear_down)
  ADD ("killed", test_killed);
  ADD ("truncated", test_truncated);
  ADD ("garbage-at-the-end", test_garbage_at_the_end);
  ADD ("copy", test_copy);
  ADD ("garbage-in-the-middle", test_garbage_in_the_middle);
  ADD ("unknown-command", test_unknown_command);
  ADD ("no-needless-repair", test_no_needless_repair);
#undef ADD
  return g_test_run ();
}
