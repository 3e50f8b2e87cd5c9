/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-error.h"
#include "sortie-upload-names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_UPLOADS 10000
#define MAX_UPLOAD_BYTES (64 * 1024 * 1024)
#define MAX_UPLOAD_DEPTH 32

/* Into a backend on another machine, which can't read our files by their paths. */
typedef struct
{
  SortieCtl *ctl;
  const char *collection;
  SortieUploadNames *names;
  guint n_done;
} Upload;

static gboolean
upload_file (Upload *self, const char *path, const char *relative, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) reason = NULL;
  g_autofree char *name = sortie_upload_names_take (self->names, relative);
  g_autofree char *line = g_strdup_printf ("Uploading %s", name);

  if (self->n_done++ == MAX_UPLOADS)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                   "more than %d files to upload; %s and what comes after it is left out",
                   MAX_UPLOADS, path);
      return FALSE;
    }
  if (file == NULL || g_mapped_file_get_length (file) > MAX_UPLOAD_BYTES)
    {
      sortie_ctl_say (self->ctl, "Left out: %s (%s)", path,
                      file == NULL ? "it can't be read" : "it is longer than 64 MiB");
      return TRUE;
    }

  sortie_ctl_show_line (self->ctl, line);
  content = g_mapped_file_get_bytes (file);
  sortie_api_upload_document_async (self->ctl->api, self->collection, name, content, NULL,
                                    sortie_ctl_wait_cb, &result);
  answer = sortie_api_call_finish (self->ctl->api, sortie_ctl_wait (&result), &reason);
  if (answer != NULL)
    return TRUE;
  if (!g_error_matches (reason, SORTIE_ERROR, SORTIE_ERROR_INVALID) &&
      !g_error_matches (reason, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }

  /* One file that the backend does not want stops none of the others. */
  sortie_ctl_say (self->ctl, "Left out: %s (%s)", path, reason->message);
  return TRUE;
}

static int
compare_names_cb (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static gboolean
upload_tree (Upload *self, const char *path, const char *name, guint depth, GError **error)
{
  g_autoptr (GDir) folder = NULL;
  g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func (g_free);
  const char *child;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? upload_file (self, path, name, error)
                                                      : TRUE;
  if (depth > MAX_UPLOAD_DEPTH || (depth > 0 && g_file_test (path, G_FILE_TEST_IS_SYMLINK)))
    return TRUE;

  folder = g_dir_open (path, 0, NULL);
  while (folder != NULL && (child = g_dir_read_name (folder)) != NULL)
    if (*child != '.')
      g_ptr_array_add (children, g_strdup (child));
  g_ptr_array_sort (children, compare_names_cb);

  for (guint i = 0; i < children->len; i++)
    {
      g_autofree char *below = g_build_filename (path, g_ptr_array_index (children, i), NULL);
      g_autofree char *relative =
          depth == 0 ? g_strdup (g_ptr_array_index (children, i))
                     : g_build_filename (name, g_ptr_array_index (children, i), NULL);

      if (!upload_tree (self, below, relative, depth + 1, error))
        return FALSE;
    }

  return TRUE;
}

/* --- adding --- */

char *
sortie_ctl_resolve_path (const char *path, GError **error)
{
  char *real = realpath (path, NULL);
  g_autofree char *copy = g_strdup (real);

  free (real);
  if (copy == NULL)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%s: %s", path, g_strerror (errno));
  else if (!g_utf8_validate (copy, -1, NULL))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%s: its path is not UTF-8", path);
      return NULL;
    }

  return g_steal_pointer (&copy);
}

gboolean
sortie_ctl_takes_paths (SortieCtl *ctl)
{
  g_autoptr (JsonNode) info = NULL;

  /* Asked once. Over a Unix socket it can only be this machine. */
  if (!sortie_api_takes_paths (ctl->api) || ctl->knows_paths ||
      sortie_backend_address_get_socket (sortie_api_get_address (ctl->api)) != NULL)
    return sortie_api_takes_paths (ctl->api);
  ctl->knows_paths = TRUE;
  info = sortie_ctl_call (ctl, "GET", "/", NULL, NULL, NULL);
  if (info != NULL)
    sortie_api_take_info (ctl->api, info);
  return sortie_api_takes_paths (ctl->api);
}

gboolean
sortie_ctl_add_paths (SortieCtl *ctl, const char *name, const char *const *paths, GError **error)
{
  gboolean local = sortie_ctl_takes_paths (ctl);
  g_autoptr (GPtrArray) resolved = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (SortieUploadNames) names = sortie_upload_names_new ();
  Upload upload = { .ctl = ctl, .collection = name, .names = names };

  for (guint i = 0; paths[i] != NULL; i++)
    {
      char *path = sortie_ctl_resolve_path (paths[i], error);

      if (path == NULL)
        return FALSE;
      g_ptr_array_add (resolved, path);
    }
  g_ptr_array_add (resolved, NULL);

  sortie_api_add_collection_async (ctl->api, name,
                                   local ? (const char *const *) resolved->pdata : NULL, NULL,
                                   sortie_ctl_wait_cb, &result);
  answer = sortie_api_call_finish (ctl->api, sortie_ctl_wait (&result), error);
  if (answer == NULL)
    return FALSE;

  for (guint i = 0; !local && i + 1 < resolved->len; i++)
    {
      const char *path = g_ptr_array_index (resolved, i);
      g_autofree char *base = g_path_get_basename (path);

      if (!upload_tree (&upload, path, base, 0, error))
        return FALSE;
    }

  return TRUE;
}
