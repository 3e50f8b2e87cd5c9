/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"

#include <string.h>

/* Lists of missions, page by page. */

typedef struct
{
  gint64 created;
  char *id;
} Place;

static void
place_free (gpointer data)
{
  Place *place = data;

  g_free (place->id);
  g_free (place);
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *first = *(Place *const *) a, *second = *(Place *const *) b;

  if (first->created != second->created)
    return first->created > second->created ? -1 : 1;
  return strcmp (second->id, first->id);
}

/* `n` missions, several of them in each of `n_times` milliseconds. */
static GPtrArray *
make_missions (BusTest *t, const char *user, int n, int n_times)
{
  GPtrArray *places = g_ptr_array_new_with_free_func (place_free);

  for (int i = 0; i < n; i++)
    {
      Place *place = g_new0 (Place, 1);
      g_autofree char *suffix = g_strdup_printf ("index:%s", user);
      g_autofree char *key = NULL, *score = NULL;

      place->id = bus_submit (t, user);
      place->created = 1700000000000 + i % n_times;
      key = sortie_bus_dup_key (t->bus, sortie_bus_get_partition (t->bus, place->id), suffix);
      score = g_strdup_printf ("%" G_GINT64_FORMAT, place->created);
      g_assert_cmpint (bus_call_int ("ZADD", key, "XX", "CH", score, place->id, NULL), ==, 1);
      g_ptr_array_add (places, place);
    }
  g_ptr_array_sort (places, compare_places);
  return places;
}

/* Goes through all pages and compares with what must be there; returns the number of pages. */
static int
assert_pages (
    BusTest *t, const char *user, const SortieMissionState *state, guint limit, GPtrArray *places)
{
  g_autofree char *cursor = NULL;
  guint at = 0;
  int pages = 0;

  do
    {
      g_autofree char *next = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) page =
          sortie_bus_list_missions (t->bus, user, state, limit, cursor, &next, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (page->len, <=, limit);
      for (guint i = 0; i < page->len; i++, at++)
        {
          SortieMissionRecord *record = g_ptr_array_index (page, i);

          g_assert_cmpuint (at, <, places->len);
          g_assert_cmpstr (record->id, ==, ((Place *) g_ptr_array_index (places, at))->id);
          g_assert_true (state == NULL || record->state == *state);
        }
      g_assert_true (next == NULL || page->len == limit);
      g_free (cursor);
      cursor = g_steal_pointer (&next);
      pages++;
    }
  while (cursor != NULL);
  g_assert_cmpuint (at, ==, places->len);
  return pages;
}

static void
test_pages (BusTest *t, gconstpointer data)
{
  g_autoptr (GPtrArray) places = make_missions (t, "ada", 130, 7);
  static const guint limits[] = { 1, 3, 10, 65, 129, 130, 131, 1000 };

  g_ptr_array_unref (make_missions (t, "bob", 5, 1));
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      int pages = assert_pages (t, "ada", NULL, limits[i], places);

      g_assert_cmpint (pages, ==, (130 + (int) limits[i] - 1) / (int) limits[i]);
    }
}

/* All in one millisecond, and more of them than any page. */
static void
test_same_millisecond (BusTest *t, gconstpointer data)
{
  g_autoptr (GPtrArray) places = make_missions (t, "ada", 210, 1);

  assert_pages (t, "ada", NULL, 7, places);
  assert_pages (t, "ada", NULL, 209, places);
}

static void
test_by_state (BusTest *t, gconstpointer data)
{
  g_autoptr (GPtrArray) places = make_missions (t, "ada", 150, 11);
  g_autoptr (GPtrArray) cancelled = g_ptr_array_new ();
  g_autoptr (GPtrArray) running = g_ptr_array_new ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  SortieMissionState state;

  for (guint i = 0; i < places->len; i++)
    {
      Place *place = g_ptr_array_index (places, i);

      if (i % 40 == 1 || i > 145)
        g_assert_true (sortie_bus_cancel (t->bus, "ada", place->id, NULL));
      g_ptr_array_add (i % 40 == 1 || i > 145 ? cancelled : running, place);
    }
  for (guint limit = 1; limit <= 64; limit *= 8)
    {
      state = SORTIE_MISSION_CANCELLED;
      assert_pages (t, "ada", &state, limit, cancelled);
      state = SORTIE_MISSION_RUNNING;
      assert_pages (t, "ada", &state, limit, running);
      state = SORTIE_MISSION_FAILED;
      assert_pages (t, "ada", &state, limit, none);
    }
}

/* Pages stay right while missions come and go: nothing is repeated, nothing old is left out. */
static void
test_changes_between (BusTest *t, gconstpointer data)
{
  g_autoptr (GPtrArray) places = make_missions (t, "ada", 40, 3);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *cursor = NULL;
  guint n_deleted = 0;

  do
    {
      g_autofree char *next = NULL;
      g_autoptr (GPtrArray) page =
          sortie_bus_list_missions (t->bus, "ada", NULL, 6, cursor, &next, NULL);

      for (guint i = 0; i < page->len; i++)
        {
          SortieMissionRecord *record = g_ptr_array_index (page, i);

          g_assert_true (g_hash_table_add (seen, g_strdup (record->id)));
        }
      g_free (bus_submit (t, "ada"));
      if (next != NULL) /* what the cursor names is deleted: it still tells the place */
        {
          const char *id = strchr (next, '.') + 1;

          g_assert_true (sortie_bus_cancel (t->bus, "ada", id, NULL));
          g_assert_true (sortie_bus_delete (t->bus, "ada", id, NULL));
          n_deleted++;
        }
      g_free (cursor);
      cursor = g_steal_pointer (&next);
    }
  while (cursor != NULL);
  g_assert_cmpuint (n_deleted, >, 3);
  for (guint i = 0; i < places->len; i++)
    g_assert_true (g_hash_table_contains (seen, ((Place *) g_ptr_array_index (places, i))->id));
  g_assert_cmpuint (g_hash_table_size (seen), ==, places->len);
}

static void
test_empty_and_wrong (BusTest *t, gconstpointer data)
{
  static const char *const wrong[] = { "",
                                       ".",
                                       "1",
                                       "x.y",
                                       "1.x",
                                       "-1.",
                                       "1.2.3",
                                       "99999999999999999999.00000000-0000-4000-8000-000000000000",
                                       "-1.00000000-0000-4000-8000-000000000000" };
  g_autofree char *next = g_strdup ("untouched");
  char *was = next;

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sortie_bus_list_missions (t->bus, "ada", NULL, 5, wrong[i], &next, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "cursor"));
      g_assert_true (next == was);
    }
  g_clear_pointer (&next, g_free);
  g_autoptr (GPtrArray) none = sortie_bus_list_missions (t->bus, "ada", NULL, 5, NULL, &next, NULL);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_null (next);
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *name;
    void (*func) (BusTest *, gconstpointer);
  } tests[] = {
    { "pages", test_pages },
    { "same-millisecond", test_same_millisecond },
    { "by-state", test_by_state },
    { "changes-between", test_changes_between },
    { "empty-and-wrong", test_empty_and_wrong },
  };
  int result;

  g_test_init (&argc, &argv, NULL);
  bus_begin (SORTIE_DURABILITY_EVERYSEC);
  for (int partitions = 1; partitions <= 3; partitions += 2)
    for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
      {
        g_autofree char *path =
            g_strdup_printf ("/lists/%d-partitions/%s", partitions, tests[i].name);

        g_test_add (path, BusTest, GINT_TO_POINTER (partitions), bus_set_up, tests[i].func,
                    bus_tear_down);
      }
  result = g_test_run ();
  bus_end ();
  return result;
}
