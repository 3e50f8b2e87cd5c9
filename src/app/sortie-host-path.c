/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-host-path.h"

#include <string.h>

#define ATTRIBUTE "xattr::document-portal.host-path"
#define MAX_KNOWN 1024 /* chosen folders and files that are remembered */

/* What was chosen, as the sandbox sees it → its path on the computer; "" where the portal has none. */
static GHashTable *
get_known (void)
{
  static GHashTable *known = NULL;

  if (known == NULL)
    known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return known;
}

static const char *
skip_folder (const char *path, const char *folder)
{
  gsize n = strlen (folder);

  return n > 0 && strncmp (path, folder, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

/* The portal's part of a path: its folder, the document's number there, and the name of what was
 * chosen. NULL where the path is none of the portal's. (transfer full) */
static char *
dup_root (const char *path)
{
  g_autofree char *folder = g_build_filename (g_get_user_runtime_dir (), "doc", NULL);
  const char *number = skip_folder (path, folder);
  const char *name;
  const char *end;

  if (number == NULL)
    number = skip_folder (path, "/run/flatpak/doc");
  name = number != NULL ? strchr (number, '/') : NULL;
  if (name == NULL || name[1] == '\0' || name[1] == '/')
    return NULL;
  end = strchrnul (name + 1, '/');
  return g_strndup (path, (gsize) (end - path));
}

/* ---- Learning ---- */

typedef struct
{
  guint n_pending;
  gboolean has_learnt;
} Learning;

static void
settle_one (GTask *task)
{
  Learning *learning = g_task_get_task_data (task);

  learning->n_pending--;
  if (learning->n_pending == 0)
    g_task_return_boolean (task, learning->has_learnt);
}

typedef struct
{
  GTask *task;
  char *root;
} Query;

static void
queried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Query *query = user_data;
  Learning *learning = g_task_get_task_data (query->task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  const char *host = info != NULL ? g_file_info_get_attribute_string (info, ATTRIBUTE) : NULL;
  GHashTable *known = get_known ();

  if (error != NULL)
    g_debug ("Where %s lies is not known: %s", query->root, error->message);
  else if (g_hash_table_size (known) < MAX_KNOWN)
    {
      gboolean is_path = host != NULL && g_path_is_absolute (host);

      learning->has_learnt |= is_path;
      g_hash_table_replace (known, g_strdup (query->root), g_strdup (is_path ? host : ""));
    }
  settle_one (query->task);
  g_object_unref (query->task);
  g_free (query->root);
  g_free (query);
}

void
sortie_host_path_learn_async (const char *const *paths,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Learning *learning = g_new0 (Learning, 1);

  g_task_set_source_tag (task, sortie_host_path_learn_async);
  g_task_set_task_data (task, learning, g_free);
  learning->n_pending = 1; /* ours, until all are on their way */
  for (gsize i = 0; paths[i] != NULL; i++)
    {
      g_autofree char *root = dup_root (paths[i]);
      g_autoptr (GFile) file = NULL;
      Query *query;

      if (root == NULL || g_hash_table_contains (get_known (), root))
        continue;
      file = g_file_new_for_path (root);
      query = g_new0 (Query, 1);
      query->task = g_object_ref (task);
      query->root = g_steal_pointer (&root);
      learning->n_pending++;
      g_file_query_info_async (file, ATTRIBUTE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT,
                               cancellable, queried_cb, query);
    }
  settle_one (task);
}

gboolean
sortie_host_path_learn_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

char *
sortie_host_path_dup_shown (const char *path)
{
  g_autofree char *root = path != NULL ? dup_root (path) : NULL;
  const char *host = root != NULL ? g_hash_table_lookup (get_known (), root) : NULL;

  return host != NULL && *host != '\0' ? g_strconcat (host, path + strlen (root), NULL)
                                       : g_strdup (path);
}
