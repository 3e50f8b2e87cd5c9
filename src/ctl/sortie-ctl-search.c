/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-error.h"

#include <string.h>

#define USUAL_LIMIT 10
#define MAX_LIMIT 1000
#define SNIPPET_INDENT 4

/* --- asking --- */

/* The collections to search: those named, else all. (element-type utf8) */
static GPtrArray *
choose_collections (SortieCtl *ctl, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GPtrArray) all = NULL;

  for (guint i = 0; ctl->options.collections != NULL && ctl->options.collections[i] != NULL; i++)
    g_ptr_array_add (names, g_strdup (ctl->options.collections[i]));
  if (names->len > 0)
    return g_steal_pointer (&names);

  node = sortie_ctl_call (ctl, "GET", "/collections", NULL, NULL, error);
  if (node == NULL)
    return NULL;
  all = sortie_ctl_get_objects (json_node_get_object (node), "collections");
  for (guint i = 0; i < all->len; i++)
    g_ptr_array_add (names, g_strdup (sortie_ctl_get_string (g_ptr_array_index (all, i), "name")));
  if (names->len > 0)
    return g_steal_pointer (&names);

  g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND,
                       "there is no collection to search; make one with sortiectl collections add "
                       "NAME PATH");
  return NULL;
}

static double
get_score (JsonObject *result)
{
  JsonNode *node = json_object_get_member (result, "score");

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return 0;
  if (json_node_get_value_type (node) == G_TYPE_DOUBLE)
    return json_node_get_double (node);

  return json_node_get_value_type (node) == G_TYPE_INT64 ? (double) json_node_get_int (node) : 0;
}

/* Results of one collection keep their order: theirs is the ranking of the retriever. */
static int
compare_scores_cb (gconstpointer a, gconstpointer b)
{
  double left = get_score (*(JsonObject *const *) a);
  double right = get_score (*(JsonObject *const *) b);

  return left > right ? -1 : left < right;
}

static GPtrArray *
search (SortieCtl *ctl, GPtrArray *collections, guint limit, GError **error)
{
  g_autoptr (GPtrArray) results =
      g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autofree char *number = g_strdup_printf ("%u", limit);
  g_autofree char *query =
      sortie_api_query ("q", ctl->arguments[0], "limit", number, "by", ctl->options.by, NULL);

  for (guint i = 0; i < collections->len; i++)
    {
      const char *name = g_ptr_array_index (collections, i);
      g_autofree char *path = sortie_api_path ("collections", name, "search", NULL);
      g_autoptr (JsonNode) node = sortie_ctl_call (ctl, "GET", path, query, NULL, error);
      g_autoptr (GPtrArray) found = NULL;

      if (node == NULL)
        return NULL;
      found = sortie_ctl_get_objects (json_node_get_object (node), "results");
      for (guint j = 0; j < found->len; j++)
        {
          JsonObject *result = g_ptr_array_index (found, j);

          json_object_set_string_member (result, "collection", name);
          g_ptr_array_add (results, json_object_ref (result));
        }
    }
  if (collections->len > 1)
    g_ptr_array_sort (results, compare_scores_cb);
  if (results->len > limit)
    g_ptr_array_set_size (results, (int) limit);

  return g_steal_pointer (&results);
}

/* --- printing --- */

static char *
dup_place (JsonObject *result)
{
  const char *place = sortie_ctl_get_string (result, "path");
  const char *heading = sortie_ctl_get_string (result, "heading");
  gint64 page = sortie_ctl_get_int (result, "page");
  GString *out;

  if (*place == '\0')
    place = sortie_ctl_get_string (result, "uri");
  out = g_string_new (place);
  if (page > 0)
    g_string_append_printf (out, ", p. %" G_GINT64_FORMAT, page);
  if (*heading != '\0')
    g_string_append_printf (out, ", %s", heading);

  return g_string_free (out, FALSE);
}

static void
print_result (SortieCtl *ctl, JsonObject *result, guint rank)
{
  guint columns = ctl->out_is_terminal ? sortie_ctl_get_columns (ctl) - SNIPPET_INDENT : 0;
  g_autofree char *title = sortie_ctl_dup_line (sortie_ctl_get_string (result, "title"), columns);
  g_autofree char *text = dup_place (result);
  g_autofree char *place = sortie_ctl_dup_line (text, columns);
  g_autofree char *snippet = sortie_ctl_dup_line (sortie_ctl_get_string (result, "snippet"),
                                                  columns > 0 ? 2 * columns : 0);
  char score[G_ASCII_DTOSTR_BUF_SIZE];

  fprintf (ctl->out, "%2u. %s\n", rank, title);
  fprintf (ctl->out, "    %s  [%s, %s passage %d]\n", place,
           g_ascii_formatd (score, sizeof score, "%.2f", get_score (result)),
           sortie_ctl_get_string (result, "document"),
           (int) sortie_ctl_get_int (result, "passage"));
  if (*snippet != '\0')
    fprintf (ctl->out, "    %s\n", snippet);
}

int
sortie_ctl_run_search (SortieCtl *ctl, GError **error)
{
  guint limit = ctl->options.limit > 0 ? (guint) ctl->options.limit : USUAL_LIMIT;
  g_autoptr (GPtrArray) collections = NULL;
  g_autoptr (GPtrArray) results = NULL;

  if (ctl->options.limit < 0 || ctl->options.limit > MAX_LIMIT)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "--limit must be from 1 to %d",
                   MAX_LIMIT);
      return SORTIE_CTL_ERROR;
    }
  if (ctl->options.by != NULL && !g_str_equal (ctl->options.by, "passage") &&
      !g_str_equal (ctl->options.by, "document"))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "--by: “%s” is neither passage nor document", ctl->options.by);
      return SORTIE_CTL_ERROR;
    }

  collections = choose_collections (ctl, error);
  results = collections != NULL ? search (ctl, collections, limit, error) : NULL;
  if (results == NULL)
    return SORTIE_CTL_ERROR;

  for (guint i = 0; i < results->len; i++)
    {
      JsonObject *result = g_ptr_array_index (results, i);
      g_autoptr (JsonNode) node = NULL;

      if (!ctl->options.json)
        {
          print_result (ctl, result, i + 1);
          continue;
        }
      node = json_node_init_object (json_node_alloc (), result);
      sortie_ctl_print_json (ctl, node);
    }
  if (results->len == 0)
    sortie_ctl_say (ctl, "Nothing found.");

  return SORTIE_CTL_OK;
}
