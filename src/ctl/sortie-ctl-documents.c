/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-error.h"
#include "sortie-event-stream.h"
#include "sortie-json.h"
#include "sortie-text.h"
#include "sortie-timeout.h"

#include <string.h>

#define MAX_DERIVED_NAME 80 /* bytes; leaves room for a number */
#define MAX_SAME_NAMES 1000
#define FIRST_LOOK_MS 10
#define LONGEST_LOOK_MS 500

/* --- names --- */

char *
sortie_ctl_dup_collection_name (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *clean = sortie_ctl_clean (base, -1, FALSE);
  g_autoptr (GString) name = g_string_new (NULL);

  for (const char *p = g_strstrip (clean); *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (name->len == 0 && (c == '.' || c == '-' || c == ' '))
        continue;
      if (c != '/' && g_unichar_isprint (c))
        g_string_append_unichar (name, c);
    }
  g_string_truncate (name,
                     sortie_text_whole_characters (name->str, MIN (name->len, MAX_DERIVED_NAME)));

  return g_strdup (name->len > 0 ? name->str : "documents");
}

static gboolean
mirrors_only (JsonObject *collection, const char *path)
{
  JsonArray *folders = NULL;
  JsonNode *node;

  if (!sortie_json_get_array (collection, "folders", FALSE, &folders, NULL) || folders == NULL ||
      json_array_get_length (folders) != 1)
    return FALSE;
  node = json_array_get_element (folders, 0);

  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
         g_str_equal (json_node_get_string (node), path);
}

/* The collection that mirrors just this path, else a name that no collection has. */
static char *
choose_name (GPtrArray *collections, const char *path, gboolean *exists)
{
  g_autofree char *base = sortie_ctl_dup_collection_name (path);
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  *exists = FALSE;
  for (guint i = 0; i < collections->len; i++)
    {
      JsonObject *collection = g_ptr_array_index (collections, i);
      const char *name = sortie_ctl_get_string (collection, "name");

      if (mirrors_only (collection, path))
        {
          *exists = TRUE;
          return g_strdup (name);
        }
      g_hash_table_add (taken, (char *) name);
    }

  if (!g_hash_table_contains (taken, base))
    return g_steal_pointer (&base);
  for (int i = 2; i < MAX_SAME_NAMES; i++)
    {
      g_autofree char *numbered = g_strdup_printf ("%s-%d", base, i);

      if (!g_hash_table_contains (taken, numbered))
        return g_steal_pointer (&numbered);
    }

  return g_strdup_printf ("%s-%08x", base, g_str_hash (path));
}

/* --- waiting for an index --- */

static void
index_event_cb (SortieEventStream *feed,
                const SortieEvent *event,
                const char *json,
                gpointer user_data)
{
  SortieCtl *ctl = user_data;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *line = NULL;
  JsonObject *data;

  if (!g_str_equal (event->code, SORTIE_CODE_INDEX_PROGRESS) || event->data == NULL)
    return;
  node = sortie_json_parse (event->data, strlen (event->data), &sortie_json_default_limits, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;

  data = json_node_get_object (node);
  line = g_strdup_printf ("Indexing %s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT "  %s",
                          sortie_ctl_get_string (data, "collection"),
                          sortie_ctl_get_int (data, "done"), sortie_ctl_get_int (data, "total"),
                          sortie_ctl_get_string (data, "path"));
  sortie_ctl_show_line (ctl, line);
}

static gboolean
timeout_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

static void
wait_a_moment (guint milliseconds)
{
  gboolean over = FALSE;
  GSource *timeout = sortie_timeout_add (milliseconds, timeout_cb, &over);

  while (!over)
    g_main_context_iteration (NULL, TRUE);
  sortie_timeout_clear (&timeout);
}

static gboolean
report_index (SortieCtl *ctl, const char *name, JsonObject *collection, GError **error)
{
  gint64 n_documents = sortie_ctl_get_int (collection, "documents");
  gint64 n_skipped = sortie_ctl_get_int (collection, "skipped");
  const char *failure = sortie_ctl_get_string (collection, "failure");

  if (*failure != '\0')
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED,
                   "the collection “%s” could not be indexed: %s", name, failure);
      return FALSE;
    }

  if (n_documents == 0 && n_skipped > 0)
    sortie_ctl_say (ctl, "None of the %d files of “%s” could be read.", (int) n_skipped, name);
  else if (n_documents == 0)
    sortie_ctl_say (ctl, "There are no documents in “%s”.", name);
  else if (n_skipped > 0)
    sortie_ctl_say (ctl,
                    "%d of the files of “%s” could not be read; see sortiectl collections "
                    "documents \"%s\"",
                    (int) n_skipped, name, name);
  else
    sortie_ctl_say_verbose (ctl, "“%s”: %d documents", name, (int) n_documents);

  return TRUE;
}

static gboolean
wait_for_index (SortieCtl *ctl, const char *name, GError **error)
{
  g_autofree char *path = sortie_api_path ("collections", name, NULL);

  for (guint pause = FIRST_LOOK_MS;; pause = MIN (2 * pause, LONGEST_LOOK_MS))
    {
      g_autoptr (JsonNode) node = sortie_ctl_call (ctl, "GET", path, NULL, NULL, error);

      if (node == NULL)
        return FALSE;
      if (!sortie_ctl_get_bool (json_node_get_object (node), "indexing"))
        {
          sortie_ctl_show_line (ctl, NULL);
          return report_index (ctl, name, json_node_get_object (node), error);
        }
      wait_a_moment (pause);
    }
}

gboolean
sortie_ctl_reindex (SortieCtl *ctl, const char *name, GError **error)
{
  g_autofree char *path = sortie_api_path ("collections", name, "reindex", NULL);
  g_autofree char *line = g_strdup_printf ("Indexing %s …", name);
  g_autoptr (SortieEventStream) feed = NULL;
  g_autoptr (JsonNode) answer = NULL;
  gboolean done;

  sortie_ctl_show_line (ctl, line);
  if (ctl->err_is_terminal)
    {
      feed = sortie_event_stream_new_feed (ctl->api);
      g_signal_connect (feed, "event", G_CALLBACK (index_event_cb), ctl);
      sortie_event_stream_start (feed);
    }

  answer = sortie_ctl_call (ctl, "POST", path, NULL, NULL, error);
  done = answer != NULL && wait_for_index (ctl, name, error);

  sortie_ctl_show_line (ctl, NULL);
  if (feed != NULL)
    {
      g_signal_handlers_disconnect_by_data (feed, ctl);
      sortie_event_stream_stop (feed);
    }

  return done;
}

char *
sortie_ctl_prepare_documents (SortieCtl *ctl, const char *path, GError **error)
{
  gboolean local = sortie_ctl_takes_paths (ctl);
  g_autofree char *real = sortie_ctl_resolve_path (path, error);
  const char *paths[] = { real, NULL };
  g_autoptr (JsonNode) listing = NULL;
  g_autoptr (GPtrArray) collections = NULL;
  g_autofree char *name = NULL;
  gboolean exists;

  if (real == NULL)
    return NULL;
  listing = sortie_ctl_call (ctl, "GET", "/collections", NULL, NULL, error);
  if (listing == NULL)
    return NULL;

  collections = sortie_ctl_get_objects (json_node_get_object (listing), "collections");
  name = choose_name (collections, real, &exists);
  if (!local)
    {
      /* Nothing on the backend tells which folder of ours an upload came from: the name does. */
      g_free (name);
      name = sortie_ctl_dup_collection_name (real);
      exists = FALSE;
    }

  if ((!exists && !sortie_ctl_add_paths (ctl, name, paths, error)) ||
      !sortie_ctl_reindex (ctl, name, error))
    return NULL;

  return g_steal_pointer (&name);
}
