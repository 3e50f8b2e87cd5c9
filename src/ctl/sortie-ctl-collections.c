/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-error.h"

#include <string.h>

static char *
dup_number (JsonObject *object, const char *name)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, sortie_ctl_get_int (object, name));
}

static char *
dup_size (JsonObject *object, const char *name)
{
  gint64 size = sortie_ctl_get_int (object, name);

  return g_format_size_full ((guint64) MAX (size, 0), G_FORMAT_SIZE_IEC_UNITS);
}

static char *
dup_folders (JsonObject *collection)
{
  JsonNode *node = json_object_get_member (collection, "folders");
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  GString *folders = g_string_new (NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING)
        g_string_append_printf (folders, "%s%s", folders->len > 0 ? ", " : "",
                                json_node_get_string (element));
    }

  return g_string_free (folders, FALSE);
}

static int
run_list (SortieCtl *ctl, char **arguments, GError **error)
{
  const char *const headings[] = { "NAME",  ">DOCUMENTS", ">SKIPPED", ">PASSAGES",
                                   ">TEXT", "UPDATED",    "FOLDERS",  NULL };
  g_autoptr (SortieCtlTable) table = sortie_ctl_table_new (headings);
  g_autoptr (JsonNode) node = sortie_ctl_call (ctl, "GET", "/collections", NULL, NULL, error);
  g_autoptr (GPtrArray) collections = NULL;

  if (node == NULL)
    return SORTIE_CTL_ERROR;
  if (ctl->options.json)
    {
      sortie_ctl_print_json (ctl, node);
      return SORTIE_CTL_OK;
    }

  collections = sortie_ctl_get_objects (json_node_get_object (node), "collections");
  for (guint i = 0; i < collections->len; i++)
    {
      JsonObject *collection = g_ptr_array_index (collections, i);
      gboolean indexing = sortie_ctl_get_bool (collection, "indexing");
      const char *updated = sortie_ctl_get_string (collection, "updated");

      sortie_ctl_table_add (table, g_strdup (sortie_ctl_get_string (collection, "name")),
                            dup_number (collection, "documents"),
                            dup_number (collection, "skipped"), dup_number (collection, "passages"),
                            dup_size (collection, "bytes"),
                            indexing ? g_strdup ("indexing …")
                                     : sortie_ctl_dup_local_time (updated),
                            dup_folders (collection));
    }
  sortie_ctl_table_print (table, ctl);

  return SORTIE_CTL_OK;
}

static int
run_add (SortieCtl *ctl, char **arguments, GError **error)
{
  if (!sortie_ctl_add_paths (ctl, arguments[0], (const char *const *) arguments + 1, error) ||
      !sortie_ctl_reindex (ctl, arguments[0], error))
    return SORTIE_CTL_ERROR;

  return SORTIE_CTL_OK;
}

static int
run_remove (SortieCtl *ctl, char **arguments, GError **error)
{
  g_autofree char *path = sortie_api_path ("collections", arguments[0], NULL);
  g_autoptr (JsonNode) node = sortie_ctl_call (ctl, "DELETE", path, NULL, NULL, error);

  return node != NULL ? SORTIE_CTL_OK : SORTIE_CTL_ERROR;
}

static int
run_documents (SortieCtl *ctl, char **arguments, GError **error)
{
  const char *const headings[] = { "ID",       ">SIZE",           ">PASSAGES", ">PAGES",
                                   "MODIFIED", "TITLE OR REASON", NULL };
  g_autoptr (SortieCtlTable) table = sortie_ctl_table_new (headings);
  g_autofree char *path = sortie_api_path ("collections", arguments[0], "documents", NULL);
  g_autoptr (JsonNode) node = sortie_ctl_call (ctl, "GET", path, NULL, NULL, error);
  g_autoptr (GPtrArray) documents = NULL;

  if (node == NULL)
    return SORTIE_CTL_ERROR;
  if (ctl->options.json)
    {
      sortie_ctl_print_json (ctl, node);
      return SORTIE_CTL_OK;
    }

  documents = sortie_ctl_get_objects (json_node_get_object (node), "documents");
  for (guint i = 0; i < documents->len; i++)
    {
      JsonObject *document = g_ptr_array_index (documents, i);
      const char *file = sortie_ctl_get_string (document, "path");
      const char *skipped = sortie_ctl_get_string (document, "skipped");
      const char *what = *skipped != '\0' ? skipped : sortie_ctl_get_string (document, "title");

      if (*file == '\0')
        file = sortie_ctl_get_string (document, "uri");
      sortie_ctl_table_add (
          table, g_strdup (sortie_ctl_get_string (document, "id")), dup_size (document, "size"),
          dup_number (document, "passages"), dup_number (document, "pages"),
          sortie_ctl_dup_local_time (sortie_ctl_get_string (document, "modified")),
          g_strdup_printf ("%s%s (%s)", *skipped != '\0' ? "not read: " : "", what, file));
    }
  sortie_ctl_table_print (table, ctl);

  return SORTIE_CTL_OK;
}

static int
run_reindex (SortieCtl *ctl, char **arguments, GError **error)
{
  return sortie_ctl_reindex (ctl, arguments[0], error) ? SORTIE_CTL_OK : SORTIE_CTL_ERROR;
}

int
sortie_ctl_run_collections (SortieCtl *ctl, GError **error)
{
  static const struct
  {
    const char *name;
    int min_arguments;
    int max_arguments;
    int (*run) (SortieCtl *ctl, char **arguments, GError **error);
  } actions[] = {
    { "list", 0, 0, run_list },       { "add", 2, G_MAXINT, run_add },
    { "remove", 1, 1, run_remove },   { "documents", 1, 1, run_documents },
    { "reindex", 1, 1, run_reindex },
  };
  const char *action = ctl->n_arguments > 0 ? ctl->arguments[0] : "list";
  int n = MAX (ctl->n_arguments - 1, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i].name, action) && n >= actions[i].min_arguments &&
        n <= actions[i].max_arguments)
      return actions[i].run (ctl, ctl->arguments + MIN (ctl->n_arguments, 1), error);

  g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                       "collections takes one of: list, add NAME PATH…, remove NAME, documents "
                       "NAME, reindex NAME; see sortiectl collections --help");
  return SORTIE_CTL_ERROR;
}
