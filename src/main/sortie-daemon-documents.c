/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortied"

#include "sortie-daemon-documents.h"

#include "sortie-error.h"

#include <string.h>

/* The collection that mirrors just this folder, or NULL. */
static char *
find_collection (GPtrArray *all, const char *folder)
{
  for (guint i = 0; i < all->len; i++)
    {
      SortieCollection *collection = g_ptr_array_index (all, i);

      if (collection->folders != NULL && g_strv_length (collection->folders) == 1 &&
          g_str_equal (collection->folders[0], folder))
        return g_strdup (collection->name);
    }
  return NULL;
}

static gboolean
is_taken (GPtrArray *all, const char *name)
{
  for (guint i = 0; i < all->len; i++)
    if (g_str_equal (((SortieCollection *) g_ptr_array_index (all, i))->name, name))
      return TRUE;
  return FALSE;
}

/* Named after the folder; with a number where another folder has that name. */
static char *
make_name (GPtrArray *all, const char *folder)
{
  g_autofree char *base = g_path_get_basename (folder);
  g_autofree char *name = g_utf8_make_valid (base, -1);

  if (!sortie_collection_name_validate (name, NULL))
    {
      g_free (name);
      name = g_strdup ("documents");
    }
  if (!is_taken (all, name))
    return g_steal_pointer (&name);
  for (int number = 2;; number++)
    {
      g_autofree char *numbered = g_strdup_printf ("%s %d", name, number);

      if (!is_taken (all, numbered))
        return g_steal_pointer (&numbered);
    }
}

static gboolean
add_folder (SortieLibrary *library, SortieIndexing *indexing, const char *path, GError **error)
{
  g_autofree char *folder = g_canonicalize_filename (path, NULL);
  const char *const folders[] = { folder, NULL };
  g_autoptr (GPtrArray) all = NULL;
  g_autofree char *name = NULL;

  if (!g_file_test (folder, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "--documents: %s does not exist",
                   folder);
      return FALSE;
    }
  all = sortie_library_list (library, error);
  if (all == NULL)
    return FALSE;
  name = find_collection (all, folder);
  if (name == NULL)
    {
      name = make_name (all, folder);
      if (!sortie_library_add (library, name, folders, error))
        return FALSE;
    }
  sortie_indexing_start (indexing, "", name);
  return TRUE;
}

/* An index that was damaged or is of an older version begins empty: it is made anew from the folders
 * and uploads that it mirrors, without anybody asking. */
static gboolean
refill (SortieLibrary *library, SortieIndexing *indexing, GError **error)
{
  g_autoptr (GPtrArray) all = sortie_library_list (library, error);

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      SortieCollection *collection = g_ptr_array_index (all, i);

      if (collection->updated == 0)
        sortie_indexing_start (indexing, "", collection->name);
    }
  return all != NULL;
}

gboolean
sortie_daemon_add_documents (SortieLibrary *library,
                             SortieIndexing *indexing,
                             char **folders,
                             GError **error)
{
  for (gsize i = 0; folders != NULL && folders[i] != NULL; i++)
    if (!add_folder (library, indexing, folders[i], error))
      return FALSE;
  return refill (library, indexing, error);
}
